//! A shop with a system of its own: another process, asked over HTTP, through everything that can go wrong with it.

use std::{fs, time::Instant};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Value, json};

use super::{
    shop_system::{ORDER, OTHER_ORDER, ShopSystem},
    support::{Client, Home, Server, within},
};

/// What shoppers say in these tests beside the small tree's.
const RETURNS: &str = r#"version = 1
["return.request"]
examples = ["我要退货", "我想退货", "申请退货", "帮我办退货", "I want to return this"]
"#;

/// A home whose shop has no system of its own yet.
fn home() -> Home {
    let home = Home::in_memory();
    fs::write(home.intents().join("packs/base/intents/returns.toml"), RETURNS)
        .expect("a file can be written");
    home
}

/// Writes the system's address into the shop's file.
pub(crate) fn name_system(home: &Home, system: &ShopSystem) {
    let path = home.intents().join("shops/demo/shop.toml");
    let text = fs::read_to_string(&path).expect("the shop has its file");
    fs::write(path, format!("{text}\n[system]\nurl = \"{}\"\n", system.url())).expect("it can be written");
}

/// A server whose shop has this system.
async fn server_with(system: &ShopSystem) -> Server {
    let home = home();
    name_system(&home, system);
    Server::start_in(home).await
}

/// A shopper, signed in, on the page of an order.
async fn signed_in(server: &Server, shopper: &str, order: &str) -> Client {
    let token = server.shopper_token(shopper).await;
    server.shopper(json!({"shopper": token, "page": {"order": order}})).await.0
}

/// The same, having been asked whether the return is to be sent.
async fn about_to_return(server: &Server, shopper: &str, order: &str) -> Client {
    let mut client = signed_in(server, shopper, order).await;
    answer(&mut client, "a", "我要退货").await;
    client.say("b", "不喜欢").await;
    answer_with(&mut client, "437.21").await;
    client
}

/// What a message says and offers, as one text.
fn told(message: &Value) -> String {
    message["parts"].to_string()
}

/// Says something and returns the first answer.
async fn answer(client: &mut Client, id: &str, text: &str) -> String {
    client.say(id, text).await;
    told(&client.message_from("bot").await)
}

/// The next message of the bot that has a word in it.
async fn answer_with(client: &mut Client, word: &str) -> String {
    let wanted =
        |frame: &Value| frame["type"] == "message" && frame["from"] == "bot" && told(frame).contains(word);
    told(&client.find(wanted).await)
}

#[tokio::test]
async fn an_order_of_the_shops_own_system_is_told_and_a_return_is_opened_in_it() {
    let system = ShopSystem::start();
    let server = server_with(&system).await;
    let mut lin = signed_in(&server, "lin", ORDER).await;
    lin.say("a", "我的订单").await;
    answer_with(&mut lin, ORDER).await;
    lin.say("b", "我要退货").await;
    lin.message_from("bot").await;
    lin.say("c", "不喜欢").await;
    answer_with(&mut lin, "437.21").await;
    lin.say("d", "确认").await;
    answer_with(&mut lin, "ERP-7001").await;

    let tables = system.tables().await;
    let tickets = tables["tickets"].as_array().expect("tickets");
    assert_eq!(tickets.len(), 1);
    assert_eq!((&tickets[0]["order"], &tickets[0]["shopper"]), (&json!(ORDER), &json!("lin")));
    assert_eq!(tickets[0]["lines"], json!([{"line": "1", "units": 1}]));
    for shown in tables["authorizations"].as_array().expect("authorizations") {
        assert_signed(&server, shown.as_str().expect("a header"));
    }
    let document = server.http("GET", "/api/v1/system.openapi.json", &[], "").await;
    assert_eq!((document.status, document.header("content-type")), (200, "application/json"));
    assert!(document.json()["paths"]["/changes"].is_object());
}

/// A header that a shop's own code would accept: signed with the key that `xiaoer shop key demo` shows.
fn assert_signed(server: &Server, header: &str) {
    let key = fs::read(server.home.data().join("keys/demo.json")).expect("the shop has a key");
    let key: Value = serde_json::from_slice(&key).expect("the key's file is JSON");
    let secret = URL_SAFE_NO_PAD.decode(key["secret"].as_str().expect("a secret")).expect("base64url");
    let mut validation = Validation::new(Algorithm::HS256);
    validation.set_audience(&["system"]);
    validation.set_issuer(&["xiaoer"]);
    let token = header.strip_prefix("Bearer ").expect("a bearer token");
    let read = jsonwebtoken::decode::<Value>(token, &DecodingKey::from_secret(&secret), &validation);
    let read = read.expect("the signature is the shop's");
    assert_eq!((read.header.kid.as_deref(), &read.claims["sub"]), (key["kid"].as_str(), &json!("demo")));
    let life = read.claims["exp"].as_i64().zip(read.claims["iat"].as_i64()).map(|(exp, iat)| exp - iat);
    assert_eq!(life, Some(60));
}

#[tokio::test]
async fn a_change_whose_answers_are_lost_is_carried_out_once_and_told() {
    let system = ShopSystem::start();
    let server = server_with(&system).await;
    let mut lin = about_to_return(&server, "lin", ORDER).await;
    let mut wang = about_to_return(&server, "wang", OTHER_ORDER).await;
    // At first the system refuses to work, then it works and its answer never comes.
    system.changes("busy").await;
    answer(&mut lin, "c", "确认").await;
    system.until("changes", 1).await;
    system.changes("lose").await;
    system.until("changes", 2).await;
    // Nobody waits for it: neither the shopper who asked, nor another one with a change of their own.
    let greeting = answer(&mut lin, "d", "你好").await;
    assert!(!greeting.contains("ERP-"), "{greeting}");
    assert_eq!(system.tables().await["tickets"].as_array().map(Vec::len), Some(1));
    system.changes("fine").await;
    wang.say("c", "确认").await;
    answer_with(&mut wang, "ERP-7002").await;
    answer_with(&mut lin, "ERP-7001").await;

    let tables = system.tables().await;
    let asked = tables["asked"].as_array().expect("keys").clone();
    let (lins, wangs) = (&asked[0], &asked[2]);
    assert_ne!(lins, wangs);
    assert_eq!(
        asked,
        [lins.clone(), lins.clone(), wangs.clone(), lins.clone()],
        "refused, lost, and told at last"
    );
    assert_eq!(tables["tickets"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn a_system_in_trouble_is_told_honestly_and_disturbs_nobody_else() {
    let system = ShopSystem::start();
    let server = server_with(&system).await;
    let mut lin = signed_in(&server, "lin", ORDER).await;
    let (mut guest, _) = server.shopper(json!({})).await;
    let mut reads = 0;
    for (number, mood) in ["fail", "garbage", "hang"].into_iter().enumerate() {
        system.reads(mood).await;
        let asked = Instant::now();
        lin.say(&format!("a{number}"), "我的订单").await;
        reads += 1;
        system.until("reads", reads).await;
        // While it hangs, whoever wants nothing of it is answered.
        let greeting = answer(&mut guest, &format!("g{number}"), "你好").await;
        assert!(!greeting.contains("系统"), "{mood}: {greeting}");
        let trouble = told(&lin.message_from("bot").await);
        assert!(trouble.contains("系统") && trouble.contains("转人工"), "{mood}: {trouble}");
        assert!(!trouble.contains(ORDER) && !trouble.contains("maintenance"), "{mood}: {trouble}");
        assert!(asked.elapsed().as_secs() < 9, "{mood}: two reads of 2.5 s each, at most 3");
        reads = reads_so_far(&system).await;
    }
    system.reads("fine").await;
    lin.say("b", "我的订单").await;
    answer_with(&mut lin, ORDER).await;
    lin.say("c", "转人工").await;
    lin.mode("queue").await;
}

/// How many reads have come: all requests that were shown a token, less the changes.
async fn reads_so_far(system: &ShopSystem) -> usize {
    let tables = system.tables().await;
    let count = |name: &str| tables[name].as_array().map_or(0, Vec::len);
    count("authorizations") - count("asked")
}

#[tokio::test]
async fn a_system_that_is_gone_is_told_and_one_written_into_the_file_is_asked_at_once() {
    let home = home();
    let server = Server::start_in(home.clone()).await;
    let cookie = server.owner().await;
    let version = async || {
        let shops = server.http("GET", "/api/v1/console/shops", &[("cookie", &cookie)], "").await.json();
        shops["shops"][0]["version"].clone()
    };
    let mut lin = signed_in(&server, "lin", ORDER).await;
    lin.say("a", "订单到哪一步了").await;
    let built_in = told(&lin.message_from("bot").await);
    assert!(!built_in.contains(ORDER), "{built_in}");

    let (system, before) = (ShopSystem::start(), version().await);
    name_system(&home, &system);
    within(async { while version().await == before {} }).await;
    lin.say("b", "我的订单").await;
    answer_with(&mut lin, ORDER).await;

    drop(system);
    lin.say("c", "我要退货").await;
    let trouble = answer_with(&mut lin, "系统").await;
    assert!(trouble.contains("转人工"), "{trouble}");
}
