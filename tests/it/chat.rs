//! The shopper's websocket over a real connection: frames, numbers, repeats, resuming, crashes.

use serde_json::{Value, json};
use xiaoer::{
    domain::{Content, Part},
    store::{self, NewShopperMessage},
};

use super::support::{Home, Server, hello};

fn code(frame: &Value) -> (&str, bool) {
    assert_eq!(frame["type"], "error", "{frame}");
    (frame["code"].as_str().expect("a code"), frame["fatal"].as_bool().expect("fatal or not"))
}

/// The numbers of the messages among frames.
fn numbers(frames: &[Value]) -> Vec<u64> {
    frames.iter().filter_map(|frame| frame["seq"].as_u64()).collect()
}

#[tokio::test]
async fn who_may_connect_is_decided_at_the_upgrade() {
    let server = Server::start().await;
    for (path, origin, expected) in [
        ("/ws/chat?shop=demo", None, None),
        ("/ws/chat?shop=demo", Some("https://shop.example"), None),
        ("/ws/chat?shop=demo", Some("https://other.example"), Some(403)),
        ("/ws/chat?shop=nobodys", None, Some(404)),
        ("/ws/chat", None, Some(404)),
    ] {
        let headers: Vec<(&'static str, &str)> =
            origin.map(|origin| ("origin", origin)).into_iter().collect();
        assert_eq!(server.connect(path, &headers).await.err(), expected, "{path} {origin:?}");
    }
}

#[tokio::test]
async fn the_first_frame_is_hello_or_the_last() {
    let server = Server::start().await;
    for (first, expected) in [
        (json!({"type": "say", "id": "a", "text": "你好"}).to_string(), "not_hello"),
        (json!({"type": "hello", "v": 2}).to_string(), "unsupported_version"),
        (json!({"type": "hello", "v": 2, "after": "the third"}).to_string(), "unsupported_version"),
        ("{".to_owned(), "not_hello"),
        (json!({"type": "dance"}).to_string(), "not_hello"),
        (json!({"type": "hello"}).to_string(), "bad_frame"),
        (hello(json!({"shopper": "nobody's"})).to_string(), "bad_shopper"),
    ] {
        let mut client = server.chat().await;
        client.send_text(&first).await;
        assert_eq!(code(&client.next().await), (expected, true), "{first}");
        assert_eq!(client.close_code().await, 1008, "{first}");
    }
    let (_, welcome) = server.shopper(json!({})).await;
    assert_eq!(
        (&welcome["seq"], &welcome["state"]["mode"], &welcome["more"]),
        (&json!(0), &json!("bot"), &json!(false))
    );
    assert_eq!(welcome["shop"]["name"], "店小二演示店");
    assert_eq!(welcome["shop"]["locales"], json!(["zh-Hans", "zh-Hant", "en"]));
    let first = json!({"id": "hello", "alt": "店小二挥手：您好呀"});
    assert_eq!(welcome["shop"]["stickers"][0], first, "in the merchant's order");
    assert!(welcome["token"].is_string() && welcome["conversation"].is_string());
}

#[tokio::test]
async fn bad_frames_are_told_and_harm_nobody() {
    let server = Server::start().await;
    let (mut client, _) = server.shopper(json!({})).await;
    let say = |field: &str, value: &str| json!({"type": "say", "id": "x", field: value}).to_string();
    for (frame, expected) in [
        ("你好".to_owned(), "bad_json"),
        ("[]".to_owned(), "bad_json"),
        ("{}".to_owned(), "bad_frame"),
        (r#"{"type":"say","id":"x"}"#.to_owned(), "bad_frame"),
        (r#"{"type":"rate","score":9}"#.to_owned(), "bad_frame"),
        (r#"{"type":"hello","v":1}"#.to_owned(), "bad_frame"),
        (r#"{"type":"dance"}"#.to_owned(), "unknown_type"),
        (say("text", &"长".repeat(2001)), "too_long"),
        (say("choice", "never offered"), "bad_choice"),
        (say("product", "no such product"), "bad_choice"),
        (say("image", "no such image"), "bad_choice"),
        (r#"{"type":"identify","shopper":"nobody's"}"#.to_owned(), "bad_shopper"),
    ] {
        client.send_text(&frame).await;
        assert_eq!(code(&client.next().await), (expected, false), "{frame}");
    }
    client.send(json!({"type": "ping", "t": {"any": 1}})).await;
    assert_eq!(client.next().await, json!({"type": "pong", "t": {"any": 1}}));
    client.say("a", &"长".repeat(2000)).await;
    assert_eq!(client.next().await, json!({"type": "ack", "id": "a", "seq": 1}));
}

#[tokio::test]
async fn a_frame_over_64_kib_closes_with_1009() {
    let server = Server::start().await;
    let (mut client, _) = server.shopper(json!({})).await;
    let (mut other, _) = server.shopper(json!({})).await;
    client.say("a", &"a".repeat(64 * 1024)).await;
    assert_eq!(client.close_code().await, 1009);
    assert!(other.frames_until_pong().await.is_empty());
}

#[tokio::test]
async fn the_ack_comes_first_and_numbers_have_no_gaps() {
    let server = Server::start().await;
    let (mut client, _) = server.shopper(json!({})).await;
    client.say("a", "你好").await;
    assert_eq!(client.next().await, json!({"type": "ack", "id": "a", "seq": 1}));
    let own = client.next().await;
    assert_eq!((&own["from"], &own["id"], &own["seq"]), (&json!("shopper"), &json!("a"), &json!(1)));
    assert_eq!(own["parts"], json!([{"kind": "text", "text": "你好"}]));
    let answer = client.next().await;
    assert_eq!((&answer["from"], &answer["seq"]), (&json!("bot"), &json!(2)));
    assert!(
        answer["parts"][0]["text"].as_str().is_some_and(|text| text.contains("店小二演示店")),
        "{answer}"
    );
    assert_eq!(answer.get("intent"), None, "traces are shown to those who ask for them");

    let (mut traced, _) = server.shopper(json!({"trace": true})).await;
    traced.say("a", "你好").await;
    assert_eq!(traced.message_from("bot").await["intent"], "chat.greet");
}

#[tokio::test]
async fn the_same_id_is_stored_once() {
    let server = Server::start().await;
    let (mut client, welcome) = server.shopper(json!({})).await;
    let ack = json!({"type": "ack", "id": "a", "seq": 1});
    client.say("a", "你好").await;
    assert_eq!(client.next().await, ack);
    client.message_from("bot").await;
    client.say("a", "你好").await;
    assert_eq!(client.next().await, ack);
    assert!(client.frames_until_pong().await.is_empty());
    client.say("a", "在吗").await;
    let refused = client.next().await;
    assert_eq!((code(&refused), &refused["id"]), (("id_reused", false), &json!("a")));

    let (mut later, again) = server.shopper(json!({"token": welcome["token"], "after": 2})).await;
    assert_eq!(again["messages"], json!([]));
    later.say("a", "你好").await;
    assert_eq!(later.next().await, ack);
    assert!(later.frames_until_pong().await.is_empty());
}

#[tokio::test]
async fn too_many_messages_have_to_wait() {
    let server = Server::start().await;
    let (mut client, _) = server.shopper(json!({})).await;
    let (mut other, _) = server.shopper(json!({})).await;
    for number in 0..40 {
        client.say(&format!("m{number}"), "你好").await;
    }
    let refused = client.until("error").await;
    assert_eq!(code(&refused), ("too_fast", false));
    assert!(refused["retry_ms"].as_u64().is_some_and(|wait| (1..=1000).contains(&wait)), "{refused}");
    let id = refused["id"].as_str().and_then(|id| id[1..].parse::<u32>().ok()).expect("the frame's id");
    assert!(10 <= id, "ten at once are fine: {refused}");
    other.say("a", "你好").await;
    assert_eq!(other.next().await["type"], "ack");
}

#[tokio::test]
async fn a_client_that_comes_back_gets_what_it_has_not_seen() {
    let server = Server::start().await;
    let (mut first, welcome) = server.shopper(json!({})).await;
    let token = &welcome["token"];
    first.say("a", "你好").await;
    first.message_from("bot").await;
    drop(first);
    let (mut second, all) = server.shopper(json!({"token": token})).await;
    assert_eq!(numbers(all["messages"].as_array().expect("messages")), [1, 2]);
    second.say("b", "你是机器人吗").await;
    second.message_from("bot").await;
    for (after, expected) in [(0, vec![1, 2, 3, 4]), (2, vec![3, 4]), (3, vec![4]), (4, vec![])] {
        let (_, again) = server.shopper(json!({"token": token, "after": after})).await;
        assert_eq!(numbers(again["messages"].as_array().expect("messages")), expected, "after {after}");
        assert_eq!((&again["conversation"], &again["seq"]), (&welcome["conversation"], &json!(4)));
    }
}

#[tokio::test]
async fn what_can_not_be_resumed_is_told_and_begun_anew() {
    let server = Server::start().await;
    let (_, welcome) = server.shopper(json!({})).await;
    for (fields, expected, same) in [
        (json!({"token": "unknown"}), "bad_token", false),
        (json!({"token": welcome["token"], "after": 9}), "bad_after", true),
    ] {
        let mut client = server.chat().await;
        client.send(hello(fields)).await;
        assert_eq!(code(&client.next().await), (expected, false));
        let fresh = client.next().await;
        assert_eq!(fresh["type"], "welcome");
        assert_eq!(fresh["conversation"] == welcome["conversation"], same, "{expected}");
        client.say("a", "你好").await;
        assert_eq!(client.next().await["seq"], 1);
    }
}

#[tokio::test]
async fn every_connection_gets_every_message_once_and_in_order() {
    let server = Server::start().await;
    let (mut one, welcome) = server.shopper(json!({})).await;
    let (mut two, _) = server.shopper(json!({"token": welcome["token"]})).await;
    for (round, text) in ["你好", "你是机器人吗", "在吗"].into_iter().enumerate() {
        let speaker = if round % 2 == 0 { &mut one } else { &mut two };
        speaker.say(&format!("m{round}"), text).await;
        speaker.message_from("bot").await;
    }
    one.find(|frame| frame["seq"] == 6 && frame["type"] == "message").await;
    assert!(one.frames_until_pong().await.is_empty());
    // The second connection has read as far as the first answer.
    let mut seen = Vec::new();
    while seen.last() != Some(&6) {
        seen.push(two.until("message").await["seq"].as_u64().expect("a number"));
    }
    assert_eq!(seen, [3, 4, 5, 6]);
    assert!(two.frames_until_pong().await.is_empty());
}

#[tokio::test]
async fn orders_are_shown_to_whom_the_shop_has_proved() {
    let server = Server::start().await;
    let (mut client, welcome) = server.shopper(json!({})).await;
    let shopper = server.shopper_token("lin").await;
    client.say("a", "我的订单").await;
    let refused = client.message_from("bot").await;
    assert!(!refused.to_string().contains("\"order\""), "{refused}");
    client.send(json!({"type": "identify", "shopper": shopper})).await;
    assert_eq!(client.until("state").await["mode"], "bot");
    client.say("b", "我的订单").await;
    let asked = client.find(|frame| frame["from"] == "bot" && frame.to_string().contains("options")).await;
    let parts = asked["parts"].as_array().expect("parts");
    let choices = parts.iter().find(|part| part["kind"] == "choices").expect("choices");
    client.send(json!({"type": "say", "id": "c", "choice": choices["options"][0]["value"]})).await;
    let shown = client.find(|frame| frame["from"] == "bot" && frame.to_string().contains("\"order\"")).await;
    let parts = shown["parts"].as_array().expect("parts");
    assert!(parts.iter().any(|part| part["kind"] == "order" && part["id"].is_string()), "{shown}");

    // From now on the token alone is not enough, and nobody else's proof is.
    let token = &welcome["token"];
    let other = server.shopper_token("wang").await;
    for fields in [json!({"token": token}), json!({"token": token, "shopper": other})] {
        let mut client = server.chat().await;
        client.send(hello(fields)).await;
        assert_eq!(code(&client.next().await), ("bad_token", false));
        assert_ne!(client.next().await["conversation"], welcome["conversation"]);
    }
    let (_, again) = server.shopper(json!({"token": token, "shopper": shopper})).await;
    assert_eq!(again["conversation"], welcome["conversation"]);
    client.send(json!({"type": "identify", "shopper": other})).await;
    assert_eq!(code(&client.until("error").await), ("bad_shopper", false));
}

#[tokio::test]
async fn asking_for_a_person_leads_into_the_queue_and_out_again() {
    let server = Server::start().await;
    let (mut client, _) = server.shopper(json!({})).await;
    client.say("a", "转人工").await;
    let waiting = client.mode("queue").await;
    assert_eq!(waiting["queue"]["position"], 1);
    assert!(waiting["queue"]["wait_seconds"].is_u64(), "{waiting}");
    client.say("b", "你好").await;
    client.message_from("bot").await;
    client.send(json!({"type": "leave_queue"})).await;
    client.mode("bot").await;
    client.send(json!({"type": "rate", "score": 5, "comment": "好"})).await;
    let frames = client.frames_until_pong().await;
    assert!(frames.iter().all(|frame| frame["type"] != "error"), "{frames:?}");
}

#[tokio::test]
async fn a_message_whose_server_died_before_the_answer_is_answered_by_the_next() {
    let home = Home::on_disk();
    let server = Server::start_in(home.clone()).await;
    let (_, welcome) = server.shopper(json!({})).await;
    server.die().await;
    // What a server leaves behind that dies between ack and answer.
    let kept = store::open(home.database()).await.expect("the store opens");
    let message = NewShopperMessage {
        client_id: "a".to_owned(),
        content: Content::Text("你好".to_owned()),
        parts: vec![Part::text("你好")],
        reopen_to: None,
        at: "2026-11-23T02:00:00Z".parse().expect("a moment"),
    };
    let id = welcome["conversation"].as_str().expect("an id").into();
    kept.append_shopper(&id, message).await.expect("it is stored");
    drop(kept);

    let server = Server::start_in(home).await;
    assert_answered_once(&server, &welcome["token"]).await;
}

#[tokio::test]
async fn an_acked_message_survives_the_death_of_the_server() {
    let home = Home::on_disk();
    let server = Server::start_in(home.clone()).await;
    let (mut client, welcome) = server.shopper(json!({})).await;
    client.say("a", "你好").await;
    assert_eq!(client.next().await["type"], "ack");
    server.die().await;
    let server = Server::start_in(home).await;
    assert_answered_once(&server, &welcome["token"]).await;
}

/// One message and one answer, seen by a client that comes back, and the same id is still known.
async fn assert_answered_once(server: &Server, token: &Value) {
    let (mut client, welcome) = server.shopper(json!({"token": token, "after": 0})).await;
    let mut messages = welcome["messages"].as_array().expect("messages").clone();
    while messages.len() < 2 {
        messages.push(client.until("message").await);
    }
    let seen: Vec<(u64, &str)> = messages
        .iter()
        .map(|m| (m["seq"].as_u64().expect("seq"), m["from"].as_str().expect("from")))
        .collect();
    assert_eq!(seen, [(1, "shopper"), (2, "bot")]);
    client.say("a", "你好").await;
    assert_eq!(client.next().await, json!({"type": "ack", "id": "a", "seq": 1}));
    assert!(client.frames_until_pong().await.is_empty());
}

#[tokio::test]
async fn a_drain_closes_with_1012() {
    let mut server = Server::start().await;
    let (mut one, _) = server.shopper(json!({})).await;
    let mut silent = server.chat().await;
    server.stop();
    assert_eq!(one.close_code().await, 1012);
    assert_eq!(silent.close_code().await, 1012);
}
