//! Staff sign in by another service: a small provider in the test process, honest and otherwise.

use std::{
    collections::HashMap,
    fs,
    sync::{Arc, Mutex},
};

use axum::{
    Form, Json, Router,
    extract::{Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use jiff::Timestamp;
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair},
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;

use super::support::{Answer, Home, Server, request};

const SECRET: &str = "the client's secret & more";

/// What the provider does; a test changes it.
struct Behaviour {
    issuer: String,
    /// What the discovery document says its issuer is.
    told_issuer: String,
    kid: &'static str,
    algorithm: &'static str,
    /// What is set in the token's claims on top of the right ones.
    claims: Value,
    /// The signature is replaced by that of another key.
    forged: bool,
    edwards: Ed25519KeyPair,
    curve: EcdsaKeyPair,
    /// What was asked for, by code.
    codes: HashMap<String, HashMap<String, String>>,
}

type Shared = Arc<Mutex<Behaviour>>;

fn edwards() -> Ed25519KeyPair {
    let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).expect("a key can be made");
    Ed25519KeyPair::from_pkcs8(document.as_ref()).expect("it can be read")
}

fn curve() -> EcdsaKeyPair {
    let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
    let document = EcdsaKeyPair::generate_pkcs8(algorithm, &SystemRandom::new()).expect("a key can be made");
    EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), &SystemRandom::new()).expect("it can be read")
}

/// A provider on a port of its own, and what it does.
async fn provider() -> Shared {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let issuer = format!("http://{}", listener.local_addr().expect("an address"));
    let shared = Arc::new(Mutex::new(Behaviour {
        told_issuer: issuer.clone(),
        issuer,
        kid: "one",
        algorithm: "EdDSA",
        claims: json!({}),
        forged: false,
        edwards: edwards(),
        curve: curve(),
        codes: HashMap::new(),
    }));
    let routes = Router::new()
        .route("/.well-known/openid-configuration", get(configuration))
        .route("/authorize", get(authorize))
        .route("/token", post(token))
        .route("/keys", get(keys))
        .with_state(Arc::clone(&shared));
    tokio::spawn(async move { axum::serve(listener, routes).await });
    shared
}

async fn configuration(State(shared): State<Shared>) -> Json<Value> {
    let it = shared.lock().expect("no test panics here");
    Json(json!({
        "issuer": it.told_issuer, "authorization_endpoint": format!("{}/authorize", it.issuer),
        "token_endpoint": format!("{}/token", it.issuer), "jwks_uri": format!("{}/keys", it.issuer),
        "response_types_supported": ["code"], "code_challenge_methods_supported": ["S256"],
    }))
}

/// Signs everybody in at once, as the same person.
async fn authorize(State(shared): State<Shared>, Query(asked): Query<HashMap<String, String>>) -> Response {
    let mut it = shared.lock().expect("no test panics here");
    let fine = asked["response_type"] == "code" && asked["code_challenge_method"] == "S256";
    if !fine || !asked["scope"].contains("openid") {
        return StatusCode::BAD_REQUEST.into_response();
    }
    let code = format!("code-{}", it.codes.len());
    let back = format!("{}?code={code}&state={}", asked["redirect_uri"], asked["state"]);
    it.codes.insert(code, asked);
    Redirect::to(&back).into_response()
}

async fn token(
    State(shared): State<Shared>,
    headers: HeaderMap,
    Form(asked): Form<HashMap<String, String>>,
) -> Response {
    let mut it = shared.lock().expect("no test panics here");
    let Some(begun) = it.codes.remove(&asked["code"]) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let secret: String = url::form_urlencoded::byte_serialize(SECRET.as_bytes()).collect();
    let basic = format!("Basic {}", STANDARD.encode(format!("xiaoer:{secret}")));
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&asked["code_verifier"]));
    let fine = headers["authorization"] == basic
        && asked["grant_type"] == "authorization_code"
        && asked["redirect_uri"] == begun["redirect_uri"]
        && challenge == begun["code_challenge"];
    if !fine {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    Json(json!({"access_token": "x", "token_type": "Bearer", "id_token": it.id_token(&begun["nonce"])}))
        .into_response()
}

async fn keys(State(shared): State<Shared>) -> Json<Value> {
    let it = shared.lock().expect("no test panics here");
    let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let point = it.curve.public_key().as_ref();
    Json(json!({"keys": [
        {"kty": "OKP", "crv": "Ed25519", "kid": "one", "use": "sig", "alg": "EdDSA", "x": text(it.edwards.public_key().as_ref())},
        {"kty": "EC", "crv": "P-256", "kid": "two", "use": "sig", "x": text(&point[1..33]), "y": text(&point[33..])},
        {"kty": "oct", "kid": "shared", "k": text(b"a secret that should not be here")},
    ]}))
}

impl Behaviour {
    fn id_token(&self, nonce: &str) -> String {
        let now = Timestamp::now().as_second();
        let mut claims = json!({
            "iss": self.issuer, "aud": "xiaoer", "sub": "person-1", "nonce": nonce, "iat": now, "exp": now + 300,
            "email": "an@example.com", "email_verified": true, "name": "小安",
        });
        for (name, value) in self.claims.as_object().expect("claims") {
            claims[name] = value.clone();
        }
        let header = json!({"alg": self.algorithm, "kid": self.kid, "typ": "JWT"});
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&header), part(&claims));
        let signature = match self.algorithm {
            "EdDSA" if self.forged => edwards().sign(signed.as_bytes()).as_ref().to_vec(),
            "EdDSA" => self.edwards.sign(signed.as_bytes()).as_ref().to_vec(),
            "ES256" => {
                let made = self.curve.sign(&SystemRandom::new(), signed.as_bytes());
                made.expect("it can be signed").as_ref().to_vec()
            }
            "HS256" => {
                let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, b"a secret that should not be here");
                ring::hmac::sign(&key, signed.as_bytes()).as_ref().to_vec()
            }
            _ => Vec::new(),
        };
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

/// Changes what the provider does.
fn now_does(shared: &Shared, change: impl FnOnce(&mut Behaviour)) {
    change(&mut shared.lock().expect("no test panics here"));
}

/// A server whose staff may sign in by the provider.
async fn server(shared: &Shared, more: &str) -> Server {
    let home = Home::in_memory();
    let server = Server::start_in(home).await;
    let issuer = shared.lock().expect("no test panics here").issuer.clone();
    let text = format!(
        "issuer = \"{issuer}\"\nclient_id = \"xiaoer\"\nclient_secret = \"{SECRET}\"\nname.zh = \"公司账号\"\n{more}"
    );
    write_settings(&server, &text);
    server
}

fn write_settings(server: &Server, text: &str) {
    let path = server.home.data().join("oidc.toml");
    fs::write(&path, text).expect("a file can be written");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("it can be made private");
    }
}

/// A browser on its way to the provider and back.
struct Visit {
    cookie: String,
    /// The path that the provider sends it back to.
    back: String,
}

async fn begin(server: &Server, to: &str) -> Visit {
    let started = server.http("GET", &format!("/api/v1/oidc/start?to={to}"), &[], "").await;
    assert_eq!(started.status, 303, "{}", started.body);
    let cookie = started.header("set-cookie").to_owned();
    for flag in ["HttpOnly", "SameSite=Lax", "Path=/api/v1/oidc/callback", "Max-Age=600"] {
        assert!(cookie.contains(flag), "{cookie}");
    }
    let there = started.header("location").trim_start_matches("http://").to_owned();
    let (host, path) = there.split_once('/').expect("an address");
    let sent = request(host, "GET", &format!("/{path}"), &[], "").await;
    let back = sent.header("location").to_owned();
    let own = format!("http://{}", server.address());
    let back = back.strip_prefix(&own).unwrap_or_else(|| panic!("back to us: {back} {}", sent.status));
    let cookie = cookie.split(';').next().expect("a cookie").to_owned();
    Visit { cookie, back: back.to_owned() }
}

async fn finish(server: &Server, visit: &Visit) -> Answer {
    server.http("GET", &visit.back, &[("cookie", &visit.cookie)], "").await
}

/// Where a whole sign-in leads.
async fn outcome(server: &Server) -> String {
    let visit = begin(server, "/console").await;
    let answer = finish(server, &visit).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    answer.header("location").to_owned()
}

/// The session's cookie among those that an answer sets.
fn session(answer: &Answer) -> Option<String> {
    answer.headers("set-cookie").find_map(|set| {
        set.starts_with("xiaoer_session=").then(|| set.split(';').next().unwrap_or_default().to_owned())
    })
}

async fn add_member(server: &Server, owner: &str, name: &str, subject: Option<&str>) -> String {
    let new = json!({"name": name, "role": "agent", "oidc_subject": subject});
    let made = server.post("/api/v1/staff", owner, new).await;
    assert_eq!(made.status, 201, "{}", made.body);
    made.json()["member"]["id"].as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn a_member_signs_in_by_the_service_that_knows_them() {
    let service = provider().await;
    let server = server(&service, "").await;
    let shown = server.http("GET", "/api/v1/oidc", &[], "").await.json();
    assert_eq!(shown, json!({"on": true, "name": {"zh": "公司账号", "en": null}}));
    let owner = server.owner().await;
    assert_eq!(outcome(&server).await, "/desk#problem=oidc_unknown", "nobody is known as them");
    let id = add_member(&server, &owner, "小安", Some("person-1")).await;
    for (algorithm, kid) in [("EdDSA", "one"), ("ES256", "two")] {
        now_does(&service, |it| (it.algorithm, it.kid) = (algorithm, kid));
        let visit = begin(&server, "/console").await;
        let answer = finish(&server, &visit).await;
        assert_eq!((answer.status, answer.header("location")), (303, "/console"), "{algorithm}");
        let cookie = session(&answer).expect("a session");
        let who = server.http("GET", "/api/v1/session", &[("cookie", &cookie)], "").await.json();
        assert_eq!((&who["agent"]["name"], &who["must_change"]), (&json!("小安"), &json!(false)), "{who}");
        assert!(server.connect("/ws/desk", &[("cookie", &cookie)]).await.is_ok(), "no password to change");
    }
    assert_eq!(
        begin(&server, "https://other.example").await.back.split('?').next(),
        Some("/api/v1/oidc/callback")
    );
    let log =
        server.http("GET", "/api/v1/audit?action=session.begin", &[("cookie", &owner)], "").await.json();
    assert_eq!(log["entries"][0]["detail"], json!({"by": "oidc"}));

    let disable = format!("/api/v1/staff/{id}/disable");
    assert_eq!(server.post(&disable, &owner, json!({})).await.status, 200);
    assert_eq!(outcome(&server).await, "/desk#problem=oidc_unknown");
}

#[tokio::test]
async fn a_token_that_does_not_hold_signs_nobody_in() {
    let service = provider().await;
    let server = server(&service, "").await;
    let owner = server.owner().await;
    add_member(&server, &owner, "小安", Some("person-1")).await;
    let now = Timestamp::now().as_second();
    let right = json!({});
    for (what, claims, algorithm, kid, forged) in [
        ("another nonce", json!({"nonce": "other"}), "EdDSA", "one", false),
        ("no nonce", json!({"nonce": null}), "EdDSA", "one", false),
        ("another client", json!({"aud": "other"}), "EdDSA", "one", false),
        ("several clients and no word for which", json!({"aud": ["xiaoer", "other"]}), "EdDSA", "one", false),
        (
            "made for another of them",
            json!({"aud": ["xiaoer", "other"], "azp": "other"}),
            "EdDSA",
            "one",
            false,
        ),
        ("expired", json!({"exp": now - 61}), "EdDSA", "one", false),
        ("an old one", json!({"iat": now - 700}), "EdDSA", "one", false),
        ("from the future", json!({"iat": now + 120}), "EdDSA", "one", false),
        ("another issuer", json!({"iss": "http://127.0.0.1:1"}), "EdDSA", "one", false),
        ("nobody", json!({"sub": ""}), "EdDSA", "one", false),
        ("no signature", right.clone(), "none", "one", false),
        ("an algorithm of shared secrets", right.clone(), "HS256", "shared", false),
        ("the public key as a secret", right.clone(), "HS256", "one", false),
        ("an unknown key", right.clone(), "EdDSA", "three", false),
        ("the key of another algorithm", right.clone(), "ES256", "one", false),
        ("a forged signature", right.clone(), "EdDSA", "one", true),
    ] {
        now_does(&service, |it| {
            it.claims = claims;
            (it.algorithm, it.kid, it.forged) = (algorithm, kid, forged);
        });
        let visit = begin(&server, "/desk").await;
        let answer = finish(&server, &visit).await;
        assert_eq!(answer.header("location"), "/desk#problem=oidc_failed", "{what}");
        assert_eq!(session(&answer), None, "{what}");
    }
    now_does(&service, |it| {
        it.claims = json!({"aud": ["xiaoer", "other"], "azp": "xiaoer"});
        (it.algorithm, it.kid, it.forged) = ("EdDSA", "one", false);
    });
    assert_eq!(outcome(&server).await, "/console");
    now_does(&service, |it| it.told_issuer = "http://127.0.0.1:1".to_owned());
    let started = server.http("GET", "/api/v1/oidc/start", &[], "").await;
    assert_eq!(
        started.header("location"),
        "/desk#problem=oidc_failed",
        "the configuration is another issuer's"
    );
}

#[tokio::test]
async fn a_sign_in_comes_back_once_and_to_the_browser_that_began_it() {
    let service = provider().await;
    let server = server(&service, "").await;
    let owner = server.owner().await;
    add_member(&server, &owner, "小安", Some("person-1")).await;
    let visit = begin(&server, "/desk").await;
    let (victim, thief) = (begin(&server, "/desk").await, begin(&server, "/desk").await);
    assert_eq!(finish(&server, &visit).await.header("location"), "/desk");
    let again = finish(&server, &visit).await;
    assert_eq!((again.header("location"), session(&again)), ("/desk#problem=oidc_again", None));
    // A link with somebody else's code and state, opened in a browser that began another sign-in or none.
    for cookie in [victim.cookie.as_str(), ""] {
        let foreign = Visit { cookie: cookie.to_owned(), back: thief.back.clone() };
        let answer = finish(&server, &foreign).await;
        assert_eq!((answer.header("location"), session(&answer)), ("/desk#problem=oidc_again", None));
    }
    for back in ["?code=x&state=y", "?state=y", "?code=x", ""] {
        let made_up = format!("/api/v1/oidc/callback{back}");
        let answer = server.http("GET", &made_up, &[("cookie", &victim.cookie)], "").await;
        assert_eq!((answer.header("location"), session(&answer)), ("/desk#problem=oidc_again", None));
    }
    let denied = "/api/v1/oidc/callback?error=access_denied&state=y";
    let answer = server.http("GET", denied, &[("cookie", &victim.cookie)], "").await;
    assert_eq!(answer.header("location"), "/desk#problem=oidc_denied");
    assert_eq!(finish(&server, &victim).await.header("location"), "/desk", "it is still good");
}

#[tokio::test]
async fn members_are_matched_and_added_as_the_file_says() {
    let service = provider().await;
    let server =
        server(&service, "claim = \"email\"\n[create]\nrole = \"editor\"\nshops = [\"demo\"]\n").await;
    let owner = server.owner().await;
    for unverified in
        [json!({"email_verified": false}), json!({"email_verified": null}), json!({"email": ""})]
    {
        now_does(&service, |it| it.claims = unverified);
        assert_eq!(outcome(&server).await, "/desk#problem=oidc_failed", "anybody may claim an address");
    }
    now_does(&service, |it| it.claims = json!({}));
    assert_eq!(outcome(&server).await, "/console");
    assert_eq!(outcome(&server).await, "/console", "the second time as the same member");
    let members = server.http("GET", "/api/v1/staff", &[("cookie", &owner)], "").await.json();
    let added: Vec<&Value> =
        members["members"].as_array().expect("members").iter().filter(|m| m["name"] == "小安").collect();
    assert_eq!(added.len(), 1, "{members}");
    assert_eq!((&added[0]["role"], &added[0]["shops"]), (&json!("editor"), &json!(["demo"])));
    assert_eq!(added[0]["oidc_subject"], json!("an@example.com"));
    // Whoever has the same name at the service gets no member's account by it.
    now_does(&service, |it| it.claims = json!({"email": "other@example.com"}));
    assert_eq!(outcome(&server).await, "/desk#problem=oidc_unknown");
    now_does(&service, |it| it.claims = json!({"email": "third@example.com", "name": "owner"}));
    assert_eq!(outcome(&server).await, "/desk#problem=oidc_unknown");

    for (text, on) in [("issuer = ", false), ("[create]\nrole = \"owner\"\n", false)] {
        write_settings(&server, text);
        assert_eq!(server.http("GET", "/api/v1/oidc", &[], "").await.json()["on"], json!(on));
        let started = server.http("GET", "/api/v1/oidc/start?to=/console", &[], "").await;
        assert_eq!(started.header("location"), "/console#problem=oidc_failed");
    }
    fs::remove_file(server.home.data().join("oidc.toml")).expect("it can be removed");
    let shown = server.http("GET", "/api/v1/oidc", &[], "").await.json();
    assert_eq!(shown, json!({"on": false, "name": null}));
}
