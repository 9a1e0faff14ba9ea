//! A shop's word of who a shopper is: what is no such word, though it looks like one, and what a true one is good for.

use std::fs;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use ring::{
    hmac,
    rand::SystemRandom,
    signature::{Ed25519KeyPair, KeyPair},
};
use serde_json::{Value, json};

use super::{
    super::support::{Client, Home, Server, hello},
    prey::{ORDER, two_shops},
};

/// The parts of a token, written as they are given.
fn joined(header: &str, claims: &str, sign: impl FnOnce(&[u8]) -> Vec<u8>) -> String {
    let begun = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let signature = URL_SAFE_NO_PAD.encode(sign(begun.as_bytes()));
    format!("{begun}.{signature}")
}

fn by_secret(secret: &[u8]) -> impl FnOnce(&[u8]) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    move |text| hmac::sign(&key, text).as_ref().to_vec()
}

fn unsigned(_: &[u8]) -> Vec<u8> {
    Vec::new()
}

/// Claims that are fine now, with others in their place.
fn claims(other: Value) -> String {
    let now = Timestamp::now().as_second();
    let mut claims = json!({"aud": "demo", "sub": "lin", "iat": now, "exp": now + 600});
    claims.as_object_mut().expect("fields").extend(other.as_object().expect("fields").clone());
    claims.to_string()
}

/// A shop's key as its file has it: id and secret.
fn key_of(server: &Server, shop: &str) -> (String, Vec<u8>) {
    let file = server.home.data().join(format!("keys/{shop}.json"));
    let key: Value = serde_json::from_slice(&fs::read(file).expect("there is a key")).expect("it is JSON");
    let text = |field: &str| key[field].as_str().expect("a text").to_owned();
    (text("kid"), URL_SAFE_NO_PAD.decode(text("secret")).expect("base64url"))
}

/// Whether a shopper is taken for whom a token says they are: at the beginning, in the middle and for pictures alike.
async fn accepted(server: &Server, token: &str) -> bool {
    let (mut client, welcome) = server.shopper(json!({})).await;
    client.send(json!({"type": "identify", "shopper": token})).await;
    let answers = client.frames_until_pong().await;
    let in_the_middle = answers.iter().any(|frame| frame["type"] == "state");
    let refused = answers.iter().any(|frame| frame["code"] == "bad_shopper" && frame["fatal"] == false);
    assert_ne!(in_the_middle, refused, "{answers:?}");

    let mut client = server.chat().await;
    client.send(hello(json!({"shopper": token}))).await;
    let first = client.next().await;
    let at_first = first["type"] == "welcome";
    assert!(at_first || (first["code"] == "bad_shopper" && first["fatal"] == true), "{first}");
    assert_eq!(at_first, in_the_middle, "{token}");

    if in_the_middle && token.bytes().all(|byte| byte.is_ascii_graphic()) {
        let bearer = format!("Bearer {}", welcome["token"].as_str().expect("a token"));
        let path =
            format!("/api/v1/conversations/{}/messages", welcome["conversation"].as_str().expect("an id"));
        let headers = [("authorization", bearer.as_str()), ("xiaoer-shopper", token)];
        assert_eq!(server.http("GET", &path, &headers, "").await.status, 200);
    }
    at_first
}

#[tokio::test]
async fn what_only_looks_like_the_shops_word_is_refused_everywhere() {
    let server = Server::start_in(two_shops()).await;
    // Both shops have a key once each has signed.
    server.shopper_token("lin").await;
    assert_eq!(server.http("POST", "/api/v1/demo/shoppers/lin/token?shop=tea", &[], "").await.status, 404);
    server
        .connect("/ws/chat?shop=tea", &[])
        .await
        .expect("it is open")
        .send(hello(json!({"shopper": "x.y.z"})))
        .await;
    let (kid, secret) = key_of(&server, "demo");
    let sign = || by_secret(&secret);
    let header = |algorithm: &str, kid: &str| json!({"typ": "JWT", "alg": algorithm, "kid": kid}).to_string();
    let fine = header("HS256", &kid);
    let now = Timestamp::now().as_second();
    assert!(accepted(&server, &joined(&fine, &claims(json!({})), sign())).await, "the right one");
    assert!(
        accepted(&server, &joined(&fine, &claims(json!({"exp": now + 3600})), sign())).await,
        "a whole hour"
    );

    let twice = |field: &str, first: &str| {
        let whole = claims(json!({}));
        format!("{{\"{field}\":{first},{}", &whole[1..])
    };
    let valid = joined(&fine, &claims(json!({})), sign());
    let [head, body, signature] = valid.split('.').collect::<Vec<_>>()[..] else { panic!("three parts") };
    let mut tokens = vec![
        ("no algorithm", joined(&header("none", &kid), &claims(json!({})), unsigned)),
        ("no algorithm, in capitals", joined(&header("NONE", &kid), &claims(json!({})), unsigned)),
        ("no algorithm, signed", joined(&header("none", &kid), &claims(json!({})), sign())),
        ("another algorithm", joined(&header("HS512", &kid), &claims(json!({})), sign())),
        ("an algorithm of another kind", joined(&header("EdDSA", &kid), &claims(json!({})), sign())),
        ("no signature", format!("{head}.{body}.")),
        ("two parts", format!("{head}.{body}")),
        ("four parts", format!("{valid}.{signature}")),
        ("a signature cut short", valid[..valid.len() - 6].to_owned()),
        ("other claims under a true signature", {
            let other = URL_SAFE_NO_PAD.encode(claims(json!({"sub": "wang"})));
            format!("{head}.{other}.{signature}")
        }),
        ("an empty secret", joined(&fine, &claims(json!({})), by_secret(b""))),
        ("the key's id for a secret", joined(&fine, &claims(json!({})), by_secret(kid.as_bytes()))),
        ("another shop", joined(&fine, &claims(json!({"aud": "tea"})), sign())),
        ("several shops", joined(&fine, &claims(json!({"aud": ["demo", "tea"]})), sign())),
        ("expired", joined(&fine, &claims(json!({"iat": now - 900, "exp": now - 1})), sign())),
        ("from the future", joined(&fine, &claims(json!({"iat": now + 900, "exp": now + 1200})), sign())),
        ("over an hour", joined(&fine, &claims(json!({"exp": now + 3700})), sign())),
        ("ended before it began", joined(&fine, &claims(json!({"iat": now, "exp": now})), sign())),
        ("times as texts", joined(&fine, &claims(json!({"exp": (now + 600).to_string()})), sign())),
        ("times in halves", joined(&fine, &claims(json!({"exp": (now + 600) as f64 + 0.5})), sign())),
        ("nobody", joined(&fine, &claims(json!({"sub": ""})), sign())),
        ("a long name", joined(&fine, &claims(json!({"sub": "x".repeat(129)})), sign())),
        ("another name first", joined(&fine, &twice("sub", "\"wang\""), sign())),
        ("another shop first", joined(&fine, &twice("aud", "\"tea\""), sign())),
        ("another end first", joined(&fine, &twice("exp", "9999999999"), sign())),
        ("no claims", joined(&fine, "{}", sign())),
        ("claims that are a list", joined(&fine, "[]", sign())),
        ("large", joined(&fine, &claims(json!({"more": "x".repeat(5000)})), sign())),
    ];
    for field in ["aud", "sub", "iat", "exp"] {
        let mut left: Value = serde_json::from_str(&claims(json!({}))).expect("JSON");
        left.as_object_mut().expect("fields").remove(field);
        tokens.push(("a claim left out", joined(&fine, &left.to_string(), sign())));
    }
    for other in ["", "tea", "../tea", "../../keys/tea", "demo.json", "/etc/passwd", "'; DROP TABLE keys; --"]
    {
        tokens.push(("another key's id", joined(&header("HS256", other), &claims(json!({})), sign())));
    }
    let own = json!({"kty": "oct", "k": URL_SAFE_NO_PAD.encode(b"mine"), "alg": "HS256"});
    for more in [
        json!({"jwk": own, "kid": "mine"}),
        json!({"jku": "http://127.0.0.1:1/keys", "kid": "mine"}),
        json!({"x5u": "http://127.0.0.1:1/", "kid": "mine"}),
    ] {
        let mut header = json!({"typ": "JWT", "alg": "HS256"});
        header.as_object_mut().expect("fields").extend(more.as_object().expect("fields").clone());
        tokens.push((
            "a key of one's own",
            joined(&header.to_string(), &claims(json!({})), by_secret(b"mine")),
        ));
    }
    for (name, token) in tokens {
        assert!(!accepted(&server, &token).await, "{name}: {token}");
    }
}

#[tokio::test]
async fn a_key_counts_for_its_own_shop_and_algorithm_alone() {
    let home = two_shops();
    let pair = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).expect("a key can be made");
    let pair = Ed25519KeyPair::from_pkcs8(pair.as_ref()).expect("it can be read");
    let public = URL_SAFE_NO_PAD.encode(pair.public_key().as_ref());
    fs::create_dir_all(home.data().join("keys")).expect("a folder can be made");
    let file = json!({"kid": "ours", "algorithm": "EdDSA", "public": public}).to_string();
    fs::write(home.data().join("keys/demo.json"), file).expect("it can be written");
    let server = Server::start_in(home).await;
    let header = |algorithm: &str| json!({"typ": "JWT", "alg": algorithm, "kid": "ours"}).to_string();
    let by_pair = |text: &[u8]| pair.sign(text).as_ref().to_vec();
    let valid = joined(&header("EdDSA"), &claims(json!({})), by_pair);
    assert!(accepted(&server, &valid).await);
    // What everybody knows is no secret, in whatever form it is taken for one.
    for secret in [pair.public_key().as_ref(), public.as_bytes(), b"ours"] {
        for algorithm in ["HS256", "HS384", "EdDSA"] {
            let forged = joined(&header(algorithm), &claims(json!({})), by_secret(secret));
            assert!(!accepted(&server, &forged).await, "{algorithm}");
        }
    }
    let mut elsewhere = server.connect("/ws/chat?shop=tea", &[]).await.expect("it is open");
    elsewhere.send(hello(json!({"shopper": valid}))).await;
    assert_eq!(elsewhere.next().await["code"], "bad_shopper", "it is another shop's word");
}

/// Whether the bot shows the order of `lin` when it is asked for.
async fn shows_the_order(client: &mut Client, id: &str) -> bool {
    client.send(json!({"type": "say", "id": id, "order": ORDER})).await;
    let answers = client.frames_until_pong().await;
    if answers.iter().any(|frame| frame["type"] == "error") {
        return false;
    }
    let heard = |frame: &Value| frame["from"] == "bot";
    let said = match answers.iter().find(|frame| heard(frame)) {
        Some(said) => said.clone(),
        None => client.find(heard).await,
    };
    said["parts"].as_array().is_some_and(|parts| parts.iter().any(|part| part["kind"] == "order"))
}

#[tokio::test]
async fn a_word_used_again_after_signing_out_opens_the_same_shoppers_things_alone() {
    let server = Server::start_in(Home::in_memory()).await;
    let (lin, wang) = (server.shopper_token("lin").await, server.shopper_token("wang").await);
    let (mut client, welcome) = server.shopper(json!({"shopper": lin})).await;
    assert!(shows_the_order(&mut client, "a").await);
    client.send(json!({"type": "identify"})).await;
    client.until("state").await;
    assert!(!shows_the_order(&mut client, "b").await, "who signed out is a guest");
    // Until it expires the word is the shop's: in its conversation it signs the same shopper in, and nobody else.
    client.send(json!({"type": "identify", "shopper": wang})).await;
    assert_eq!(client.until("error").await["code"], "bad_shopper");
    client.send(json!({"type": "identify", "shopper": lin})).await;
    client.until("state").await;
    assert!(shows_the_order(&mut client, "c").await);
    // In somebody else's conversation it says that this is lin, and shows nothing of what was said before by others.
    let (mut other, others) = server.shopper(json!({"shopper": wang})).await;
    other.send(json!({"type": "identify", "shopper": lin})).await;
    assert_eq!(other.until("error").await["code"], "bad_shopper");
    let mut thief = server.chat().await;
    thief.send(hello(json!({"token": others["token"], "shopper": lin}))).await;
    assert_eq!(thief.next().await["code"], "bad_token");
    // A conversation's token is no word of who somebody is, and the word is no conversation's token.
    for fields in [json!({"shopper": welcome["token"]}), json!({"token": lin, "shopper": welcome["token"]})] {
        let mut client = server.chat().await;
        client.send(hello(fields)).await;
        assert_eq!(client.next().await["code"], "bad_shopper");
    }
    let bearer = format!("Bearer {lin}");
    let path = format!("/api/v1/conversations/{}/messages", welcome["conversation"].as_str().expect("an id"));
    assert_eq!(server.http("GET", &path, &[("authorization", &bearer)], "").await.status, 404);
}
