//! Every frame of either websocket with the ids of somebody else's things.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{
    super::{
        case::desk,
        support::{Client, Server, hello},
    },
    prey::{HOLDER, ORDER, Prey},
};

/// The types of frame that a schema lists.
async fn types(server: &Server, schema: &str) -> BTreeSet<String> {
    let schema = server.http("GET", &format!("/api/v1/schema/{schema}.json"), &[], "").await.json();
    let frames = schema["oneOf"].as_array().expect("frames").iter();
    frames.map(|frame| frame["properties"]["type"]["const"].as_str().expect("a type").to_owned()).collect()
}

/// Sends a frame and returns whatever comes of it.
async fn sent(client: &mut Client, frame: &Value) -> Vec<Value> {
    client.send(frame.clone()).await;
    client.frames_until_pong().await
}

fn assert_tells_nothing(prey: &Prey, who: &str, frame: &Value, answers: &[Value]) {
    for answer in answers {
        let text = answer.to_string();
        for secret in prey.secrets() {
            assert!(!text.contains(secret), "{who}: {frame} tells {secret}: {text}");
        }
    }
}

#[tokio::test]
async fn no_frame_of_the_desk_reaches_another_shops_conversation() {
    let mut prey = Prey::new().await;
    let listed = types(&prey.server, "desk-in").await;
    let hunters = prey.hunters().await;
    let before = prey.state().await;
    let cookies: Vec<(&str, &str)> = hunters
        .iter()
        .flat_map(|hunter| hunter.headers.iter().map(|(name, value)| (hunter.name, *name, value.as_str())))
        .filter(|(name, header, _)| *header == "cookie" && *name != "editor of tea")
        .map(|(name, _, cookie)| (name, cookie))
        .collect();
    assert_eq!(cookies.len(), 2, "an agent and an owner of the other shop");
    for (who, cookie) in cookies {
        let mut desk = desk(&prey.server, cookie).await;
        let about = |more: Value| {
            let mut frame = more;
            frame["conversation"] = json!(prey.id);
            frame
        };
        let mut tried = BTreeSet::from(["hello".to_owned(), "ping".to_owned()]);
        for (frame, refused) in [
            (about(json!({"type": "open"})), true),
            (about(json!({"type": "open", "after": 1})), true),
            (about(json!({"type": "earlier", "before": 9})), true),
            (about(json!({"type": "shut"})), false),
            (about(json!({"type": "take"})), true),
            (about(json!({"type": "take_over"})), true),
            (about(json!({"type": "say", "id": "s", "text": "您好"})), true),
            (about(json!({"type": "say", "id": "i", "image": prey.upload})), true),
            (about(json!({"type": "say", "id": "k", "sticker": "thanks"})), true),
            (about(json!({"type": "note", "id": "n", "text": format!("@{HOLDER} x")})), true),
            (about(json!({"type": "transfer", "agent": who})), true),
            (about(json!({"type": "transfer", "group": "sales"})), true),
            (about(json!({"type": "tag", "tags": []})), true),
            (about(json!({"type": "suggest"})), true),
            (about(json!({"type": "typing"})), true),
            (about(json!({"type": "read", "seq": 1})), true),
            (about(json!({"type": "release", "order": ORDER})), true),
            (about(json!({"type": "close", "note": "x"})), true),
            (json!({"type": "status", "status": "away"}), false),
        ] {
            tried.insert(frame["type"].as_str().expect("a type").to_owned());
            let answers = sent(&mut desk, &frame).await;
            assert_tells_nothing(&prey, who, &frame, &answers);
            let codes: Vec<&Value> = answers
                .iter()
                .filter(|answer| answer["type"] == "error")
                .map(|answer| &answer["code"])
                .collect();
            let fine =
                codes.iter().all(|code| ["not_found", "forbidden"].contains(&code.as_str().unwrap_or("")));
            assert_eq!(codes.len(), usize::from(refused), "{who}: {frame}: {answers:?}");
            assert!(fine, "{who}: {frame}: {codes:?}");
        }
        assert_eq!(tried, listed, "every frame was tried");
    }
    let heard = prey.shopper.frames_until_pong().await;
    assert!(heard.iter().all(|frame| frame["from"] != "agent" || frame["type"] == "message"), "{heard:?}");
    assert_eq!(prey.state().await, before, "nothing was changed");
}

#[tokio::test]
async fn no_frame_of_a_shopper_reaches_anybody_elses_things() {
    let mut prey = Prey::new().await;
    let before = prey.state().await;
    let wang = prey.server.shopper_token("wang").await;
    let listed = types(&prey.server, "shopper-in").await;
    for (who, first) in [
        ("a guest", json!({"page": {"order": ORDER}})),
        ("somebody else", json!({"page": {"order": ORDER}, "shopper": wang})),
        ("who found the token", json!({"token": prey.token, "after": 0, "page": {"order": ORDER}})),
        ("somebody else with the token", json!({"token": prey.token, "shopper": wang, "after": 0})),
    ] {
        let mut client = prey.server.chat().await;
        let first = hello(first);
        client.send(first.clone()).await;
        let welcome = client.until("welcome").await;
        assert_ne!(welcome["conversation"], json!(prey.id), "{who}");
        assert_tells_nothing(&prey, who, &first, &[welcome]);
        let mut tried = BTreeSet::from(["hello".to_owned(), "ping".to_owned()]);
        for frame in [
            json!({"type": "say", "id": "a", "text": format!("订单 {ORDER} 到哪了")}),
            json!({"type": "say", "id": "b", "order": ORDER}),
            json!({"type": "say", "id": "c", "choice": format!("order:{ORDER}")}),
            json!({"type": "say", "id": "d", "choice": prey.ticket}),
            json!({"type": "say", "id": "e", "image": prey.upload}),
            json!({"type": "page", "order": ORDER}),
            json!({"type": "say", "id": "f", "text": "我的订单"}),
            json!({"type": "say", "id": "g", "text": prey.ticket}),
            json!({"type": "read", "seq": 99}),
            json!({"type": "typing"}),
            json!({"type": "rate", "score": 1, "comment": "x"}),
            json!({"type": "leave_queue"}),
            json!({"type": "identify", "shopper": "nonsense"}),
            // Whose conversation it is, is not the client's to say.
            json!({"type": "say", "id": "h", "text": "x", "conversation": prey.id, "token": prey.token}),
        ] {
            tried.insert(frame["type"].as_str().expect("a type").to_owned());
            let mut answers = sent(&mut client, &frame).await;
            let has = |kind: &str, from: &Value| {
                answers.iter().any(|answer| answer["type"] == kind && answer["from"] == *from)
            };
            if has("ack", &Value::Null) && !has("message", &json!("bot")) {
                // The bot answers whatever was stored.
                answers.push(client.message_from("bot").await);
            }
            let own = |answer: &&Value| answer["type"] != "message" || answer["from"] != "shopper";
            // What somebody wrote themselves is no news to them, nor is the number when it is said back.
            let answers: Vec<Value> = answers.iter().filter(own).cloned().collect();
            let told = json!(answers).to_string().replace(ORDER, "").replace(&prey.ticket, "");
            assert_tells_nothing(&prey, who, &frame, &[json!(told)]);
            for part in answers.iter().flat_map(|answer| answer["parts"].as_array().into_iter().flatten()) {
                let kind = part["kind"].as_str().unwrap_or_default();
                let theirs = part["id"] == ORDER || part["id"] == prey.ticket.as_str();
                assert!(!theirs, "{who}: {frame}: a {kind} that is not theirs: {part}");
            }
        }
        assert_eq!(tried, listed, "every frame was tried");
    }
    assert_eq!(prey.state().await, before, "nothing was changed");
}
