//! Looking for what was said: who finds what, in whatever script, and how it is told.

use serde_json::{Value, json};
use xiaoer::store::Role;

use super::{
    case::{Held, add_staff},
    support::{PASSWORD, Server},
};

/// A query as part of an address.
fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

async fn search(server: &Server, cookie: &str, words: &str, more: &str) -> Value {
    let path = format!("/api/v1/desk/search?q={}{more}", encoded(words));
    let answer = server.http("GET", &path, &[("cookie", cookie)], "").await;
    assert_eq!(answer.status, 200, "{words}: {}", answer.body);
    answer.json()
}

async fn texts(server: &Server, cookie: &str, words: &str) -> Vec<String> {
    let found = search(server, cookie, words, "").await;
    let hits = found["hits"].as_array().expect("hits");
    hits.iter().map(|hit| hit["text"].as_str().expect("a text").to_owned()).collect()
}

/// A conversation with something to find in it.
async fn talked() -> Held {
    let mut held = Held::new().await;
    let say = |id: &str, text: &str| json!({"type": "say", "id": id, "conversation": held.id, "text": text});
    let (first, second) =
        (say("s1", "您的羽絨服今天發出，單號 SF7109504368398"), say("s2", "🧥 尺码偏小，建议拍大一码"));
    let note = json!({"type": "note", "id": "n1", "conversation": held.id, "text": "仓库说周三补货"});
    for frame in [first, second, note] {
        held.desk.send(frame).await;
        held.desk.until("ack").await;
    }
    held
}

#[tokio::test]
async fn what_was_said_is_found_in_either_script_and_by_parts() {
    let held = talked().await;
    for words in ["羽绒服", "羽絨", "SF7109504368398", "sf71095", "8398"] {
        let found = texts(&held.server, &held.agent, words).await;
        assert!(found.first().is_some_and(|text| text.contains("羽絨服")), "{words}: {found:?}");
    }
    let found = search(&held.server, &held.agent, "尺码", "").await;
    let hit = &found["hits"][0];
    assert_eq!(
        (&hit["conversation"], &hit["from"], &hit["mode"]),
        (&json!(held.id), &json!("agent"), &json!("agent"))
    );
    assert_eq!((&hit["shopper"]["id"], &hit["shopper"]["name"]), (&json!("lin"), &json!("林**")));
    assert_eq!(
        (&hit["marks"], &found["behind"]),
        (&json!([[3, 5]]), &json!(false)),
        "in UTF-16, as browsers count"
    );
    let note = &search(&held.server, &held.agent, "补货", "").await["hits"][0];
    assert_eq!((&note["from"], &note["note"], &note["seq"]), (&json!("note"), &json!(1), &Value::Null));
    let named = &search(&held.server, &held.agent, "林小满", "").await["hits"][0];
    assert_eq!(
        (&named["conversation"], &named["seq"], &named["from"]),
        (&json!(held.id), &Value::Null, &Value::Null)
    );
    assert_eq!(texts(&held.server, &held.agent, "飞机").await, [""; 0]);
}

#[tokio::test]
async fn an_agent_of_another_shop_and_what_people_never_had_stay_apart() {
    let held = talked().await;
    add_staff(&held.store, "elsewhere", Role::Agent, &["other"]).await;
    add_staff(&held.store, "editor", Role::Editor, &["demo"]).await;
    let elsewhere = held.server.sign_in("elsewhere", PASSWORD).await;
    let editor = held.server.sign_in("editor", PASSWORD).await;
    for words in ["羽绒服", "林小满", "lin", "* OR *", "shop:demo"] {
        assert_eq!(texts(&held.server, &elsewhere, words).await, [""; 0], "{words}");
    }
    let refused = async |cookie: &str, query: &str| {
        let path = format!("/api/v1/desk/search{query}");
        held.server.http("GET", &path, &[("cookie", cookie)], "").await.error()
    };
    assert_eq!(refused(&elsewhere, "?q=a&shop=demo").await, (404, "not_found".to_owned()));
    assert_eq!(refused(&editor, "?q=a").await, (403, "forbidden".to_owned()));
    assert_eq!(refused("", "?q=a").await, (401, "signed_out".to_owned()));
    assert_eq!(refused(&held.agent, "").await, (400, "bad_request".to_owned()));
    assert_eq!(refused(&held.agent, "?q=a&limit=-1").await, (400, "bad_request".to_owned()));

    let (mut private, _) = held.server.shopper(json!({})).await;
    private.say("a", "你是机器人吗羽绒服").await;
    private.message_from("bot").await;
    assert_eq!(texts(&held.server, &held.owner, "机器人").await, [""; 0]);
    let narrowed = search(&held.server, &held.owner, "羽绒服", "&shop=demo&limit=1").await;
    assert_eq!(narrowed["hits"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn whatever_is_typed_is_looked_for_and_nothing_breaks() {
    let held = talked().await;
    for words in [
        "",
        "   ",
        "?!",
        "\"",
        "(((",
        "a AND b OR NOT c",
        "text:[* TO *]",
        "' or 1=1 --",
        "\\u0000",
        "%00",
        "🧥",
        &"羽绒服的".repeat(1_500),
        &"x".repeat(10_000),
    ] {
        search(&held.server, &held.agent, words, "&limit=9999").await;
    }
    // What is longer than an address may be is no search, and harms nothing.
    let path = format!("/api/v1/desk/search?q={}", encoded(&"羽绒服的".repeat(2_500)));
    assert_eq!(held.server.http("GET", &path, &[("cookie", &held.agent)], "").await.status, 414);
    let long = format!("羽绒服 {}", "很".repeat(6_000));
    assert!(!texts(&held.server, &held.agent, &long).await.is_empty(), "its beginning is looked for");
}

#[tokio::test]
async fn what_is_said_later_is_found_at_once_and_after_a_restart() {
    let mut held = talked().await;
    assert_eq!(texts(&held.server, &held.agent, "发票").await, [""; 0]);
    held.shopper.say("m9", "請問可以開發票嗎").await;
    held.shopper.until("ack").await;
    assert_eq!(texts(&held.server, &held.agent, "发票").await, ["請問可以開發票嗎"]);
    let (server, agent) = (held.server, held.agent);
    let home = server.home.clone();
    server.die().await;
    let again = Server::start_in(home.clone()).await;
    assert_eq!(texts(&again, &agent, "发票").await, ["請問可以開發票嗎"]);
    again.die().await;
    // The index is a copy: without it, it is made anew.
    std::fs::remove_dir_all(home.data().join("search")).expect("the index is a folder of its own");
    let anew = Server::start_in(home).await;
    assert_eq!(texts(&anew, &agent, "发票").await, ["請問可以開發票嗎"]);
}
