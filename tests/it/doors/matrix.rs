//! Every route of the published document with the ids of somebody else's things, as everybody who has no right to them.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{
    super::staff::rights,
    prey::{ORDER, Prey},
};

/// What tells nobody's things, so that anybody may have it.
const OPEN: [(&str, &str); 11] = [
    ("GET", "/api/v1/schema/"),
    ("GET", "/api/v1/schema/{name}.json"),
    ("GET", "/api/v1/schema/files/{kind}.schema.json"),
    ("GET", "/api/v1/system.openapi.json"),
    ("GET", "/api/v1/shops/{shop}/products"),
    ("GET", "/api/v1/shops/{shop}/look"),
    ("GET", "/api/v1/shops/{shop}/promotions"),
    ("GET", "/api/v1/oidc"),
    // With --demo alone: there anybody may be anybody.
    ("GET", "/api/v1/demo/shoppers"),
    ("POST", "/api/v1/demo/shoppers/{id}/token"),
    // It ends nobody's session but the caller's.
    ("DELETE", "/api/v1/session"),
];

/// What staff of another shop are answered: their own things.
const THEIRS: [(&str, &str); 12] = [
    ("GET", "/api/v1/session"),
    ("GET", "/api/v1/session/sessions"),
    ("DELETE", "/api/v1/session/sessions"),
    ("GET", "/api/v1/session/second-step"),
    ("GET", "/api/v1/console/shops"),
    ("POST", "/api/v1/console/edit"),
    ("GET", "/api/v1/staff"),
    ("GET", "/api/v1/audit"),
    ("GET", "/api/v1/audit.csv"),
    ("GET", "/api/v1/desk/search"),
    ("GET", "/api/v1/desk/report"),
    ("GET", "/api/v1/desk/report.csv"),
];

/// The path with the ids of the prey.
fn filled(path: &str, prey: &Prey) -> String {
    let id = match path {
        _ if path.contains("/conversations/") => &prey.id,
        _ if path.contains("/uploads/") => &prey.upload,
        _ if path.contains("/session/sessions/") => &prey.session,
        _ if path.contains("/demo/") => "lin",
        // A member's: the holder's name and id are the same, in a form that an address can have.
        _ => "%E5%B0%8F%E5%AE%89",
    };
    let path = path.replace("{id}", id).replace("{session}", &prey.session).replace("{shop}", "demo");
    path.replace("{number}", "1").replace("{name}", "shopper-in").replace("{kind}", "faq")
}

/// Every parameter that any route knows, each leading to the prey.
fn query(prey: &Prey) -> String {
    format!("shop=demo&q=marker&path=shops/demo/shop.toml&conversation={}&agent=owner&limit=20", prey.id)
}

/// The route's body, about the prey's order and conversation.
fn body(written: &Value, prey: &Prey) -> Value {
    let text = written.to_string().replace(r#""order":"1""#, &format!(r#""order":"{ORDER}""#));
    let mut body: Value = serde_json::from_str(&text).expect("it was JSON");
    body["conversation"] = json!(prey.id);
    body
}

#[tokio::test]
async fn nobody_gets_at_what_is_somebody_elses_by_any_route() {
    let mut prey = Prey::new().await;
    let hunters = prey.hunters().await;
    let before = prey.state().await;
    let document = prey.server.http("GET", "/api/v1/openapi.json", &[], "").await.json();
    let paths = document["paths"].as_object().expect("paths");
    let published: usize = paths.values().map(|methods| methods.as_object().expect("methods").len()).sum();
    let (rights, mut met) = (rights(), BTreeSet::new());
    for hunter in hunters {
        let is_staff = hunter.headers.iter().any(|(name, _)| *name == "cookie");
        for (method, path, written, _) in &rights {
            met.insert((*method, *path));
            let mut headers = hunter.headers();
            headers.push(("content-type", "application/json"));
            let address = format!("{}?{}", filled(path, &prey), query(&prey));
            let body = if *method == "GET" { String::new() } else { body(written, &prey).to_string() };
            let answer = prey.server.http(method, &address, &headers, &body).await;
            let told = format!("{}: {method} {path}: {} {}", hunter.name, answer.status, answer.body);
            assert!(answer.status < 500, "{told}");
            let open = OPEN.contains(&(*method, *path)) || (is_staff && THEIRS.contains(&(*method, *path)));
            assert!(open || 400 <= answer.status || answer.status == 303, "{told}");
            if path.contains("/demo/") {
                continue;
            }
            for secret in prey.secrets() {
                assert!(!answer.body.contains(secret), "{secret} in {told}");
            }
        }
    }
    assert_eq!(met.len(), published, "every route that is published was tried");
    assert_eq!(prey.state().await, before, "nothing was changed");
}

#[tokio::test]
async fn an_id_is_no_key_and_cannot_be_counted_up() {
    let prey = Prey::new().await;
    let (_, other) = prey.server.shopper(json!({})).await;
    let mut ids = vec![prey.id.clone(), prey.upload.clone(), prey.session.clone(), prey.token.clone()];
    for field in ["conversation", "token"] {
        ids.push(other[field].as_str().expect("a text").to_owned());
    }
    for id in &ids {
        // 96 random bits at least, which nobody guesses: no id holds a count or a time.
        let alphabet = id.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_".contains(letter));
        assert!(16 <= id.len() && alphabet, "{id}");
    }
    let apart = |one: &str, other: &str| one.bytes().zip(other.bytes()).filter(|(a, b)| a != b).count();
    assert!(apart(&ids[0], &ids[4]) > ids[0].len() / 2, "{} and {}", ids[0], ids[4]);
    // Whether an id is somebody's is told to nobody: both answers are the same.
    let bearer = format!("Bearer {}", other["token"].as_str().expect("a token"));
    for (real, made_up) in [
        (format!("/api/v1/conversations/{}/messages", prey.id), "/api/v1/conversations/unknown/messages"),
        (format!("/api/v1/uploads/{}", prey.upload), "/api/v1/uploads/unknown"),
    ] {
        let headers = [("authorization", bearer.as_str())];
        let [real, made_up] = [
            prey.server.http("GET", &real, &headers, "").await,
            prey.server.http("GET", made_up, &headers, "").await,
        ];
        assert_eq!((real.status, real.body), (made_up.status, made_up.body));
    }
    // With the right keys it is there: what was refused above was refused for want of them.
    let keys = [("authorization", format!("Bearer {}", prey.token)), ("xiaoer-shopper", prey.proof.clone())];
    let keys: Vec<(&str, &str)> = keys.iter().map(|(name, value)| (*name, value.as_str())).collect();
    for path in
        [format!("/api/v1/conversations/{}/messages", prey.id), format!("/api/v1/uploads/{}", prey.upload)]
    {
        assert_eq!(prey.server.http("GET", &path, &keys, "").await.status, 200, "{path}");
    }
}
