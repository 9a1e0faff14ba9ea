//! Members of staff through the public surface: who may do what, members, sessions, second steps, the audit log.

use std::collections::BTreeSet;

use jiff::Timestamp;
use ring::hmac;
use serde_json::{Value, json};

use super::support::{Answer, Home, PASSWORD, Server};

/// Who asks, in the table of rights.
const NAMES: [&str; 6] = ["nobody", "owner", "editor", "agent", "editor of tea", "agent of tea"];

/// A server with a second shop, which nobody can talk to but staff may be bound to.
async fn server_of_two_shops() -> Server {
    let home = Home::in_memory();
    let folder = home.intents().join("shops/tea");
    std::fs::create_dir(&folder).expect("a folder can be made");
    std::fs::write(folder.join("shop.toml"), "version = ").expect("a file can be written");
    Server::start_in(home).await
}

/// One request with a cookie and a body of JSON.
async fn ask(server: &Server, cookie: &str, method: &str, path: &str, body: &Value) -> Answer {
    let headers = [("content-type", "application/json"), ("cookie", cookie)];
    server.http(method, path, &headers, &body.to_string()).await
}

/// Adds a member as an owner does, and returns their id and first password.
async fn add(server: &Server, owner: &str, new: Value) -> (String, String) {
    let made = server.post("/api/v1/staff", owner, new).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let made = made.json();
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    (text(&made["member"]["id"]), text(&made["password"]))
}

/// A member who has changed the first password to [`PASSWORD`]: their id and cookie.
async fn member(server: &Server, owner: &str, name: &str, role: &str, shops: &[&str]) -> (String, String) {
    let (id, first) = add(server, owner, json!({"name": name, "role": role, "shops": shops})).await;
    let cookie = server.sign_in(name, &first).await;
    let changed = json!({"old": first, "new": PASSWORD});
    assert_eq!(server.post("/api/v1/session/password", &cookie, changed).await.status, 204);
    (id, cookie)
}

/// Every route of the HTTP interface with a body it takes, and who of [`NAMES`] may use it.
pub(crate) fn rights() -> Vec<(&'static str, &'static str, Value, &'static [&'static str])> {
    const ALL: &[&str] = &NAMES;
    const STAFF: &[&str] = &["owner", "editor", "agent", "editor of tea", "agent of tea"];
    const CONSOLE: &[&str] = &["owner", "editor", "editor of tea"];
    // Editors of that shop.
    const EDITS: &[&str] = &["owner", "editor"];
    const DESK: &[&str] = &["owner", "agent", "agent of tea"];
    const OWNER: &[&str] = &["owner"];
    let none = || json!({});
    let cancel = || json!({"kind": "cancel", "order": "1"});
    vec![
        ("GET", "/api/v1/schema/", none(), ALL),
        ("GET", "/api/v1/schema/{name}.json", none(), ALL),
        ("GET", "/api/v1/schema/files/{kind}.schema.json", none(), ALL),
        ("GET", "/api/v1/system.openapi.json", none(), ALL),
        ("GET", "/api/v1/shops/{shop}/products", none(), ALL),
        ("GET", "/api/v1/shops/{shop}/look", none(), ALL),
        ("GET", "/api/v1/shops/{shop}/promotions", none(), ALL),
        ("GET", "/api/v1/demo/shoppers", none(), ALL),
        ("POST", "/api/v1/demo/shoppers/{id}/token", none(), ALL),
        ("POST", "/api/v1/session", json!({"name": "who", "password": "wrong"}), ALL),
        ("GET", "/api/v1/oidc", none(), ALL),
        ("GET", "/api/v1/oidc/start", none(), ALL),
        ("GET", "/api/v1/oidc/callback", none(), ALL),
        // With the conversation's token alone, whoever is signed in.
        ("GET", "/api/v1/conversations/{id}/messages", none(), &[]),
        ("GET", "/api/v1/session", none(), STAFF),
        ("POST", "/api/v1/session/password", json!({"old": "wrong", "new": "another password"}), STAFF),
        ("GET", "/api/v1/session/sessions", none(), STAFF),
        ("DELETE", "/api/v1/session/sessions", none(), STAFF),
        ("DELETE", "/api/v1/session/sessions/{id}", none(), STAFF),
        ("GET", "/api/v1/session/second-step", none(), STAFF),
        ("POST", "/api/v1/session/second-step", json!({"password": "wrong"}), STAFF),
        ("POST", "/api/v1/session/second-step/confirm", json!({"code": "000000"}), STAFF),
        ("POST", "/api/v1/session/second-step/off", json!({"password": "x", "code": "x"}), STAFF),
        ("GET", "/api/v1/console/shops", none(), CONSOLE),
        ("POST", "/api/v1/console/understand", json!({"shop": "demo", "text": "你好"}), EDITS),
        ("POST", "/api/v1/console/edit", json!({"text": "version = 1"}), CONSOLE),
        ("GET", "/api/v1/console/shops/{shop}/files", none(), EDITS),
        ("PUT", "/api/v1/console/shops/{shop}/files", json!({"files": [{"path": "x"}]}), EDITS),
        ("GET", "/api/v1/console/shops/{shop}/file", none(), EDITS),
        ("POST", "/api/v1/console/shops/{shop}/check", none(), EDITS),
        ("POST", "/api/v1/console/shops/{shop}/talk", json!({"said": []}), EDITS),
        ("POST", "/api/v1/console/shops/{shop}/tests", json!({"files": [{"path": "x"}]}), EDITS),
        ("POST", "/api/v1/console/shops/{shop}/tests/record", json!({"name": "x"}), EDITS),
        ("GET", "/api/v1/console/shops/{shop}/conversations", none(), EDITS),
        ("GET", "/api/v1/console/shops/{shop}/conversations/{id}", none(), EDITS),
        ("POST", "/api/v1/console/shops/{shop}/compare", none(), EDITS),
        ("GET", "/api/v1/console/shops/{shop}/figures", none(), EDITS),
        ("GET", "/api/v1/console/shops/{shop}/figures.csv", none(), EDITS),
        ("POST", "/api/v1/console/shops/{shop}/faq/import", none(), EDITS),
        ("GET", "/api/v1/console/shops/{shop}/faq/export", none(), EDITS),
        ("GET", "/api/v1/console/shops/{shop}/learning", none(), EDITS),
        ("POST", "/api/v1/console/shops/{shop}/learning/dismiss", json!({"words": []}), EDITS),
        ("GET", "/api/v1/console/shops/{shop}/versions", none(), EDITS),
        ("GET", "/api/v1/console/shops/{shop}/versions/{number}", none(), EDITS),
        ("POST", "/api/v1/console/shops/{shop}/versions/{number}/restore", none(), EDITS),
        // A picture is the conversation's by its token; of the staff, the desk's alone. What is not there is nobody's.
        ("POST", "/api/v1/uploads", none(), &["nobody", "owner", "agent", "agent of tea"]),
        ("GET", "/api/v1/uploads/{id}", none(), ALL),
        ("GET", "/api/v1/desk/conversations/{id}/case", none(), DESK),
        ("POST", "/api/v1/desk/conversations/{id}/reveal", json!({"field": "phone"}), DESK),
        ("POST", "/api/v1/desk/conversations/{id}/quote", json!({"change": cancel()}), DESK),
        ("POST", "/api/v1/desk/conversations/{id}/changes", json!({"id": "a", "change": cancel()}), DESK),
        ("GET", "/api/v1/desk/search", none(), DESK),
        // Without `of=me`: the whole shop's.
        ("GET", "/api/v1/desk/report", none(), OWNER),
        ("GET", "/api/v1/desk/report.csv", none(), OWNER),
        ("GET", "/api/v1/desk/live", none(), OWNER),
        ("GET", "/api/v1/staff", none(), OWNER),
        ("POST", "/api/v1/staff", json!({"name": "", "role": "agent"}), OWNER),
        ("PATCH", "/api/v1/staff/{id}", none(), OWNER),
        ("POST", "/api/v1/staff/{id}/password", none(), OWNER),
        ("POST", "/api/v1/staff/{id}/disable", none(), OWNER),
        ("POST", "/api/v1/staff/{id}/enable", none(), OWNER),
        ("DELETE", "/api/v1/staff/{id}/second-step", none(), OWNER),
        ("GET", "/api/v1/staff/{id}/sessions", none(), OWNER),
        ("DELETE", "/api/v1/staff/{id}/sessions", none(), OWNER),
        ("DELETE", "/api/v1/staff/{id}/sessions/{session}", none(), OWNER),
        ("GET", "/api/v1/audit", none(), OWNER),
        ("GET", "/api/v1/audit.csv", none(), OWNER),
        ("GET", "/api/v1/privacy/kept", none(), OWNER),
        ("GET", "/api/v1/privacy/export", none(), OWNER),
        ("POST", "/api/v1/privacy/erase", json!({"shop": "demo"}), OWNER),
        // Last, for it ends the session.
        ("DELETE", "/api/v1/session", none(), ALL),
    ]
}

#[tokio::test]
async fn every_route_asks_for_the_role_it_needs() {
    let server = server_of_two_shops().await;
    let owner = server.owner().await;
    let mut cookies = vec![String::new(), owner.clone()];
    for (name, role, shops) in [
        ("editor", "editor", &["demo"][..]),
        ("agent", "agent", &[]),
        ("editor of tea", "editor", &["tea"]),
        ("agent of tea", "agent", &["tea"]),
    ] {
        cookies.push(member(&server, &owner, name, role, shops).await.1);
    }
    let who: Vec<(&str, &String)> = NAMES.into_iter().zip(&cookies).collect();

    for (name, cookie) in &who {
        let desk = server.connect("/ws/desk", &[("cookie", cookie)]).await;
        let expected = match *name {
            "nobody" => Some(401),
            "owner" | "agent" | "agent of tea" => None,
            _ => Some(403),
        };
        assert_eq!(desk.err(), expected, "{name} at the desk");
    }
    let mut listed = BTreeSet::new();
    for (method, path, body, allowed) in rights() {
        listed.insert((method.to_owned(), path.to_owned()));
        let mut filled =
            path.replace("{shop}", "demo").replace("{name}", "shopper-in").replace("{number}", "99");
        filled = filled.replace("{kind}", "faq");
        for place in ["{id}", "{session}"] {
            filled = filled.replace(place, "unknown");
        }
        if !allowed.is_empty() && !allowed.contains(&"nobody") {
            let odd = server.http(method, &filled, &[("content-type", "application/json")], "[").await;
            let told = format!("{method} {path} of nobody, with a body nobody understands: {}", odd.body);
            assert_eq!(odd.error(), (401, "signed_out".to_owned()), "{told}");
        }
        if path.ends_with("/search") {
            filled += "?q=x";
        }
        if path.ends_with("/file") {
            filled += "?path=x";
        }
        for (name, cookie) in &who {
            let answer = ask(&server, cookie, method, &filled, &body).await;
            let code = serde_json::from_str::<Value>(&answer.body).unwrap_or_default();
            let code = code["error"]["code"].as_str().unwrap_or_default().to_owned();
            let refused = ["signed_out", "forbidden", "must_change"].contains(&code.as_str());
            let told = format!("{name}: {method} {path}: {} {}", answer.status, answer.body);
            assert_eq!(refused, !allowed.contains(name), "{told}");
            assert_eq!(refused, [401, 403].contains(&answer.status) && refused, "{told}");
            if refused && allowed != [""; 0] {
                assert_eq!(code == "signed_out", *name == "nobody", "{told}");
            }
            assert_ne!(answer.status, 500, "{told}");
        }
    }
    let document = server.http("GET", "/api/v1/openapi.json", &[], "").await.json();
    let published: BTreeSet<(String, String)> = document["paths"]
        .as_object()
        .expect("paths")
        .iter()
        .flat_map(|(path, methods)| {
            let methods = methods.as_object().expect("methods").keys();
            methods.map(|method| (method.to_uppercase(), path.clone())).collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(listed, published, "every route that is published has its row");
}

#[tokio::test]
async fn staff_see_the_shops_they_are_bound_to() {
    let server = server_of_two_shops().await;
    let owner = server.owner().await;
    let (_, editor) = member(&server, &owner, "editor", "editor", &["tea"]).await;
    let (_, agent) = member(&server, &owner, "agent", "agent", &["tea"]).await;
    let shops = ask(&server, &editor, "GET", "/api/v1/console/shops", &json!({})).await.json();
    let ids: Vec<&Value> = shops["shops"].as_array().expect("shops").iter().map(|shop| &shop["id"]).collect();
    assert_eq!(ids, ["tea"]);
    let mut desk = server.connect("/ws/desk", &[("cookie", &agent)]).await.expect("agents work here");
    desk.send(json!({"type": "hello", "v": 1})).await;
    let welcome = desk.until("welcome").await;
    assert_eq!(welcome["shops"], json!([]), "the tea shop is shut, and the other is not theirs");

    // An owner of one shop reaches its people alone, and gives away nothing else.
    let (bound, bound_cookie) = member(&server, &owner, "tea owner", "owner", &["tea"]).await;
    let members = ask(&server, &bound_cookie, "GET", "/api/v1/staff", &json!({})).await.json();
    let names: Vec<&Value> =
        members["members"].as_array().expect("members").iter().map(|m| &m["name"]).collect();
    assert_eq!(names, ["agent", "editor", "tea owner"]);
    assert_eq!((&members["shops"][0]["id"], &members["shops"][1]), (&json!("tea"), &Value::Null));
    let all_of_them = ask(&server, &owner, "GET", "/api/v1/staff", &json!({})).await.json();
    let first = &all_of_them["members"].as_array().expect("members").iter().find(|m| m["name"] == "owner");
    let path = format!("/api/v1/staff/{}", first.expect("the owner")["id"].as_str().expect("an id"));
    let taken = ask(&server, &bound_cookie, "PATCH", &path, &json!({"role": "agent"})).await;
    assert_eq!(taken.error(), (404, "not_found".to_owned()));
    for shops in [json!([]), json!(["demo"]), json!(["tea", "demo"])] {
        let own = format!("/api/v1/staff/{bound}");
        let more = ask(&server, &bound_cookie, "PATCH", &own, &json!({"shops": shops})).await;
        assert_eq!(more.error(), (422, "bad_member".to_owned()), "{shops}");
        let new = json!({"name": "friend", "role": "owner", "shops": shops});
        assert_eq!(server.post("/api/v1/staff", &bound_cookie, new).await.error().1, "bad_member");
    }
    let seen = ask(&server, &bound_cookie, "GET", "/api/v1/audit?limit=200", &json!({})).await.json();
    let entries = seen["entries"].as_array().expect("entries");
    assert!(!entries.is_empty() && entries.iter().all(|entry| entry["agent"]["name"] != "owner"), "{seen}");
    let other = ask(&server, &bound_cookie, "GET", "/api/v1/audit?shop=demo", &json!({})).await.json();
    assert_eq!(other["entries"], json!([]));
}

#[tokio::test]
async fn members_are_added_changed_disabled_and_brought_back() {
    let server = server_of_two_shops().await;
    let owner = server.owner().await;
    let new = json!({"name": " 小安 ", "role": "agent", "shops": ["demo"]});
    let (id, first) = add(&server, &owner, new.clone()).await;
    assert_eq!(server.post("/api/v1/staff", &owner, new).await.error(), (409, "name_taken".to_owned()));
    for (wrong, expected) in [
        (json!({"name": "  ", "role": "agent"}), (422, "bad_member")),
        (json!({"name": "x".repeat(41), "role": "agent"}), (422, "bad_member")),
        (json!({"name": "a\nb", "role": "agent"}), (422, "bad_member")),
        (json!({"name": "a", "role": "boss"}), (422, "bad_member")),
        (json!({"name": "a", "role": "agent", "shops": ["nowhere"]}), (404, "not_found")),
    ] {
        let refused = server.post("/api/v1/staff", &owner, wrong.clone()).await;
        assert_eq!(refused.error(), (expected.0, expected.1.to_owned()), "{wrong}");
    }
    let cookie = server.sign_in("小安", &first).await;
    assert_eq!(server.connect("/ws/desk", &[("cookie", &cookie)]).await.err(), Some(403));
    let changed = json!({"old": first, "new": PASSWORD});
    assert_eq!(server.post("/api/v1/session/password", &cookie, changed).await.status, 204);

    let path = format!("/api/v1/staff/{id}");
    let change = json!({"role": "editor", "shops": [], "oidc_subject": "an@example.com"});
    let member = ask(&server, &owner, "PATCH", &path, &change).await.json();
    assert_eq!(
        (&member["role"], &member["shops"], &member["name"]),
        (&json!("editor"), &json!([]), &json!("小安"))
    );
    let member = ask(&server, &owner, "PATCH", &path, &json!({"role": "agent"})).await.json();
    assert_eq!((&member["role"], &member["oidc_subject"]), (&json!("agent"), &json!("an@example.com")));
    let member = ask(&server, &owner, "PATCH", &path, &json!({"oidc_subject": null})).await.json();
    assert_eq!(member["oidc_subject"], Value::Null);

    // A desk that is open begins anew with other rights, and ends with the account.
    let mut desk = server.connect("/ws/desk", &[("cookie", &cookie)]).await.expect("agents work here");
    desk.send(json!({"type": "hello", "v": 1})).await;
    desk.until("welcome").await;
    ask(&server, &owner, "PATCH", &path, &json!({"shops": ["tea"]})).await;
    assert_eq!(desk.close_code().await, 1012);
    let mut desk = server.connect("/ws/desk", &[("cookie", &cookie)]).await.expect("still an agent");
    desk.send(json!({"type": "hello", "v": 1})).await;
    desk.until("welcome").await;
    let gone = ask(&server, &owner, "POST", &format!("{path}/disable"), &json!({})).await.json();
    assert!(gone["disabled_at"].is_string(), "{gone}");
    assert_eq!(desk.close_code().await, 1012);
    assert_eq!(server.connect("/ws/desk", &[("cookie", &cookie)]).await.err(), Some(401));
    let again = json!({"name": "小安", "password": PASSWORD});
    let refused = server.post("/api/v1/session", "", again.clone()).await;
    assert_eq!(refused.error(), (401, "bad_credentials".to_owned()), "as if nobody had the name");
    ask(&server, &owner, "POST", &format!("{path}/enable"), &json!({})).await;
    assert_eq!(server.post("/api/v1/session", "", again.clone()).await.status, 200);

    let cookie = server.sign_in("小安", PASSWORD).await;
    let reset = ask(&server, &owner, "POST", &format!("{path}/password"), &json!({})).await.json();
    assert_eq!(ask(&server, &cookie, "GET", "/api/v1/session", &json!({})).await.status, 401);
    assert_eq!(server.post("/api/v1/session", "", again).await.status, 401);
    let cookie = server.sign_in("小安", reset["password"].as_str().expect("a password")).await;
    let session = ask(&server, &cookie, "GET", "/api/v1/session", &json!({})).await.json();
    assert_eq!(session["must_change"], json!(true));
}

#[tokio::test]
async fn an_owner_is_left_always_and_cannot_lock_themselves_out() {
    let server = server_of_two_shops().await;
    let owner = server.owner().await;
    let you = ask(&server, &owner, "GET", "/api/v1/staff", &json!({})).await.json()["you"].clone();
    let path = format!("/api/v1/staff/{}", you.as_str().expect("an id"));
    for change in [json!({"role": "editor"}), json!({"shops": ["demo"]})] {
        let refused = ask(&server, &owner, "PATCH", &path, &change).await;
        assert_eq!(refused.error(), (409, "last_owner".to_owned()), "{change}");
    }
    for (method, what) in [("POST", "disable"), ("POST", "password"), ("DELETE", "second-step")] {
        let refused = ask(&server, &owner, method, &format!("{path}/{what}"), &json!({})).await;
        assert_eq!(refused.error(), (409, "yourself".to_owned()), "{what}");
    }
    let (_, second) = member(&server, &owner, "second", "owner", &[]).await;
    let gone = ask(&server, &second, "POST", &format!("{path}/disable"), &json!({})).await;
    assert_eq!(gone.status, 200, "{}", gone.body);
    assert_eq!(ask(&server, &owner, "GET", "/api/v1/staff", &json!({})).await.status, 401);
}

#[tokio::test]
async fn sessions_are_listed_and_ended() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let (id, phone) = member(&server, &owner, "小安", "agent", &[]).await;
    let from = [("content-type", "application/json"), ("user-agent", "Firefox of the shop")];
    let given = json!({"name": "小安", "password": PASSWORD}).to_string();
    let answer = server.http("POST", "/api/v1/session", &from, &given).await;
    let shop = answer.header("set-cookie").split(';').next().expect("a cookie").to_owned();
    let sessions = ask(&server, &shop, "GET", "/api/v1/session/sessions", &json!({})).await.json();
    let list = sessions["sessions"].as_array().expect("sessions").clone();
    assert_eq!(list.len(), 2, "{sessions}");
    assert_eq!((&list[0]["current"], &list[1]["current"]), (&json!(true), &json!(false)));
    assert_eq!((&list[0]["client"], &list[0]["by"]), (&json!("Firefox of the shop"), &json!("password")));
    let token = shop.split('=').nth(1).expect("a token");
    assert!(!sessions.to_string().contains(token), "no token is told");

    let of_owner = ask(&server, &owner, "GET", "/api/v1/session/sessions", &json!({})).await.json();
    let others =
        format!("/api/v1/session/sessions/{}", of_owner["sessions"][0]["id"].as_str().expect("an id"));
    assert_eq!(ask(&server, &shop, "DELETE", &others, &json!({})).await.status, 404, "somebody else's");
    let ended = ask(&server, &shop, "DELETE", "/api/v1/session/sessions", &json!({})).await.json();
    assert_eq!(ended["ended"], json!(1));
    let status = async |cookie: &str| ask(&server, cookie, "GET", "/api/v1/session", &json!({})).await.status;
    assert_eq!((status(&phone).await, status(&shop).await), (401, 200));

    let path = format!("/api/v1/staff/{id}/sessions");
    let seen = ask(&server, &owner, "GET", &path, &json!({})).await.json();
    let session = seen["sessions"][0]["id"].as_str().expect("an id").to_owned();
    assert_eq!(ask(&server, &owner, "DELETE", &format!("{path}/{session}"), &json!({})).await.status, 204);
    assert_eq!(status(&shop).await, 401);
    let cookie = server.sign_in("小安", PASSWORD).await;
    assert_eq!(ask(&server, &owner, "DELETE", &path, &json!({})).await.json()["ended"], json!(1));
    assert_eq!(status(&cookie).await, 401);

    // Signing in anew ends what was left in the browser, and never goes on with it.
    let first = server.sign_in("小安", PASSWORD).await;
    let second = server.post("/api/v1/session", &first, json!({"name": "小安", "password": PASSWORD})).await;
    let second = second.header("set-cookie").split(';').next().expect("a cookie").to_owned();
    assert_ne!(first, second);
    assert_eq!((status(&first).await, status(&second).await), (401, 200));
}

/// The code of a secret in base 32, some steps from now.
pub(crate) fn code(secret: &str, steps: i64) -> String {
    let mut bytes = Vec::new();
    let (mut held, mut bits) = (0_u32, 0);
    for letter in secret.bytes() {
        let value = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".iter().position(|known| *known == letter);
        held = (held << 5) | u32::try_from(value.expect("base 32")).expect("five bits");
        bits += 5;
        if 8 <= bits {
            bits -= 8;
            bytes.push(u8::try_from((held >> bits) & 255).expect("a byte"));
        }
    }
    let step = Timestamp::now().as_second() / 30 + steps;
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &bytes);
    let digest = hmac::sign(&key, &step.to_be_bytes());
    let digest = digest.as_ref();
    let offset = usize::from(digest[19] & 15);
    let word = digest[offset..offset + 4].iter().fold(0_u32, |word, byte| (word << 8) | u32::from(*byte));
    format!("{:06}", (word & 0x7fff_ffff) % 1_000_000)
}

#[tokio::test]
async fn a_second_step_is_set_up_asked_for_and_turned_off() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let (id, cookie) = member(&server, &owner, "小安", "agent", &[]).await;
    let step = "/api/v1/session/second-step";
    assert_eq!(server.post(step, &cookie, json!({"password": "wrong"})).await.error().1, "bad_credentials");
    let proposal = server.post(step, &cookie, json!({"password": PASSWORD})).await.json();
    let secret = proposal["secret"].as_str().expect("a secret").to_owned();
    let uri = proposal["uri"].as_str().expect("an address");
    assert!(uri.starts_with("otpauth://totp/Xiaoer:%E5%B0%8F%E5%AE%89?secret=") && uri.contains(&secret));
    assert!(proposal["qr"].as_str().expect("a picture").contains("<svg"));
    let sign_in = async |code: Option<&str>| {
        server.post("/api/v1/session", "", json!({"name": "小安", "password": PASSWORD, "code": code})).await
    };
    assert_eq!(sign_in(None).await.status, 200, "nothing is asked for before it is confirmed");
    let confirm = format!("{step}/confirm");
    assert_eq!(server.post(&confirm, &cookie, json!({"code": "12345"})).await.error().1, "bad_code");
    let used = code(&secret, 0);
    let confirmed = server.post(&confirm, &cookie, json!({"code": used})).await.json();
    let recovery = confirmed["recovery"].as_array().expect("codes").clone();
    assert_eq!(recovery.len(), 10);
    let state = ask(&server, &cookie, "GET", step, &json!({})).await.json();
    assert_eq!(state, json!({"on": true, "recovery_left": 10}));
    assert_eq!(server.post(step, &cookie, json!({"password": PASSWORD})).await.error().1, "second_step");

    assert_eq!(sign_in(None).await.error(), (401, "code_needed".to_owned()));
    assert_eq!(sign_in(Some(" ")).await.error().1, "code_needed");
    assert_eq!(sign_in(Some(&used)).await.error().1, "bad_code", "a code counts once");
    let wrong = json!({"name": "小安", "password": "wrong", "code": code(&secret, 1)});
    assert_eq!(server.post("/api/v1/session", "", wrong).await.error().1, "bad_credentials");
    let next = code(&secret, 1);
    assert_eq!(sign_in(Some(&next)).await.status, 200);
    assert_eq!(sign_in(Some(&next)).await.error().1, "bad_code");
    let spare = recovery[0].as_str().expect("a code").to_uppercase();
    assert_eq!(sign_in(Some(&spare)).await.status, 200);
    assert_eq!(sign_in(Some(&spare)).await.error().1, "bad_code", "a recovery code counts once");

    let off = |code: &Value| json!({"password": PASSWORD, "code": code});
    let path = format!("{step}/off");
    assert_eq!(server.post(&path, &cookie, off(&json!("000-000"))).await.error().1, "bad_code");
    assert_eq!(server.post(&path, &cookie, off(&recovery[1])).await.status, 204);
    assert_eq!(sign_in(None).await.status, 200);
    assert_eq!(server.post(&path, &cookie, off(&recovery[2])).await.error().1, "second_step");

    // An owner takes it from a colleague whose telephone is gone.
    let proposal = server.post(step, &cookie, json!({"password": PASSWORD})).await.json();
    let now = code(proposal["secret"].as_str().expect("a secret"), 0);
    assert_eq!(server.post(&confirm, &cookie, json!({"code": now})).await.status, 200);
    assert_eq!(sign_in(None).await.error().1, "code_needed");
    let path = format!("/api/v1/staff/{id}/second-step");
    assert_eq!(ask(&server, &owner, "DELETE", &path, &json!({})).await.status, 204);
    assert_eq!(ask(&server, &owner, "DELETE", &path, &json!({})).await.error().1, "second_step");
    assert_eq!(sign_in(None).await.status, 200);
}

#[tokio::test]
async fn wrong_codes_have_to_wait_as_wrong_passwords_do() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let (_, cookie) = member(&server, &owner, "小安", "agent", &[]).await;
    let step = "/api/v1/session/second-step";
    let proposal = server.post(step, &cookie, json!({"password": PASSWORD})).await.json();
    let secret = proposal["secret"].as_str().expect("a secret");
    let confirmed = server.post(&format!("{step}/confirm"), &cookie, json!({"code": code(secret, 0)})).await;
    assert_eq!(confirmed.status, 200);
    let sign_in = async |code: Option<&str>| {
        server.post("/api/v1/session", "", json!({"name": "小安", "password": PASSWORD, "code": code})).await
    };
    for _ in 0..5 {
        assert_eq!(sign_in(None).await.error().1, "code_needed", "a missing code is no wrong one");
        assert_eq!(sign_in(Some("abc")).await.error().1, "bad_code");
    }
    assert_eq!(sign_in(Some(&code(secret, 1))).await.error(), (429, "too_fast".to_owned()));
    // Of many at once no more are judged than one after the other.
    let guesses = (0..20).map(|_| server.post("/api/v1/session", "", json!({"name": "x", "password": "y"})));
    let answers = futures::future::join_all(guesses).await;
    let judged = answers.iter().filter(|answer| answer.error().1 == "bad_credentials").count();
    assert_eq!(judged, 5, "the others have to wait");
}

#[tokio::test]
async fn what_staff_do_is_in_the_audit_log() {
    let server = server_of_two_shops().await;
    let owner = server.owner().await;
    let (id, cookie) = member(&server, &owner, "=小安", "agent", &["tea"]).await;
    let path = format!("/api/v1/staff/{id}");
    ask(&server, &owner, "PATCH", &path, &json!({"role": "editor"})).await;
    server.post("/api/v1/session", "", json!({"name": "=小安", "password": "wrong one"})).await;
    server.post("/api/v1/session", "", json!({"name": "my secret password", "password": "x"})).await;
    assert_eq!(ask(&server, &cookie, "DELETE", "/api/v1/session", &json!({})).await.status, 204);
    ask(&server, &owner, "POST", &format!("{path}/password"), &json!({})).await;
    ask(&server, &owner, "POST", &format!("{path}/disable"), &json!({})).await;

    let read = async |query: &str| {
        let log = ask(&server, &owner, "GET", &format!("/api/v1/audit{query}"), &json!({})).await;
        assert_eq!(log.status, 200, "{}", log.body);
        assert_eq!(log.header("cache-control"), "no-store");
        for secret in ["wrong one", "my secret", PASSWORD] {
            assert!(!log.body.contains(secret), "{secret}");
        }
        log.json()
    };
    let log = read("").await;
    let did: Vec<(&str, &str)> = log["entries"]
        .as_array()
        .expect("entries")
        .iter()
        .map(|entry| {
            (entry["agent"]["name"].as_str().expect("a name"), entry["action"].as_str().expect("a word"))
        })
        .collect();
    assert_eq!(
        did,
        [
            ("owner", "member.disable"),
            ("owner", "member.password"),
            ("=小安", "session.end"),
            ("", "session.fail"),
            ("=小安", "session.fail"),
            ("owner", "member.change"),
            ("=小安", "password.change"),
            ("=小安", "session.begin"),
            ("owner", "member.add"),
            ("owner", "password.change"),
            ("owner", "session.begin"),
        ]
    );
    let change = &log["entries"][5];
    assert_eq!(change["detail"], json!({"member": "=小安", "id": id, "role": "editor"}));
    assert_eq!(log["more"], json!(false));

    let two = read("?limit=2").await;
    assert_eq!((two["entries"].as_array().expect("entries").len(), &two["more"]), (2, &json!(true)));
    let older = read(&format!("?limit=1&before={}", two["entries"][1]["id"])).await;
    assert_eq!(older["entries"][0]["action"], json!("session.end"));
    let theirs = read(&format!("?agent={id}&action=session.")).await;
    assert_eq!(theirs["entries"].as_array().expect("entries").len(), 3);
    assert_eq!(read("?shop=demo").await["entries"], json!([]));

    let file = ask(&server, &owner, "GET", "/api/v1/audit.csv?action=session.end", &json!({})).await;
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    assert!(file.body.starts_with("\u{feff}id,at,agent,agent_name,shop,conversation,action,detail\r\n"));
    assert!(file.body.contains(",'=小安,,,session.end,{}\r\n"), "no formula: {}", file.body);
}

#[tokio::test]
async fn pages_of_other_sites_change_nothing() {
    let server = Server::start().await;
    let cookie = server.owner().await;
    let host = server.address().to_owned();
    let own = format!("http://{host}");
    let given = json!({"name": "owner", "password": PASSWORD}).to_string();
    for (origin, forwarded, expected) in [
        (own.as_str(), "", 200),
        ("https://shop.example", "", 403),
        ("https://shop.example", "shop.example", 200),
        ("null", "", 403),
        ("http://", "", 403),
        ("https://other.example", "shop.example", 403),
    ] {
        let headers = [
            ("content-type", "application/json"),
            ("origin", origin),
            ("x-forwarded-host", forwarded),
            ("x-forwarded-proto", "https"),
        ];
        let answer = server.http("POST", "/api/v1/session", &headers, &given).await;
        assert_eq!(answer.status, expected, "{origin} {forwarded}");
        if expected == 200 {
            let flags = answer.header("set-cookie");
            for flag in ["HttpOnly", "SameSite=Strict", "Secure", "Path=/"] {
                assert!(flags.contains(flag), "{flags}");
            }
        }
    }
    let headers = [("cookie", cookie.as_str()), ("origin", "https://other.example")];
    let ended = server.http("DELETE", "/api/v1/session", &headers, "").await;
    assert_eq!(ended.error(), (403, "forbidden".to_owned()));
    assert_eq!(
        server.http("GET", "/api/v1/session", &headers, "").await.status,
        200,
        "reading tells other pages nothing"
    );
    let form = [("cookie", cookie.as_str()), ("content-type", "application/x-www-form-urlencoded")];
    let sent = server.http("POST", "/api/v1/staff", &form, "name=x&role=owner").await;
    assert_eq!(sent.error(), (415, "unsupported_media_type".to_owned()));
}
