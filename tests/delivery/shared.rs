//! What holds over all nodes: the table "What holds across nodes" of ARCHITECTURE.md, row by row, as two nodes show it.

use std::{io::Cursor, net::SocketAddr, sync::Arc, time::Duration};

use image::{ImageFormat, RgbImage};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::time::{Instant, sleep};

use super::{
    engines::Engines,
    http,
    ledger::Ledger,
    plain::{Line, WITHIN},
    process::{Home, Process, Shared},
    run::{PASSWORD, hire, post, sign_in},
    small_tree::write_small_tree,
};

/// Two nodes, their owner and an agent.
struct Two {
    nodes: [SocketAddr; 2],
    owner: String,
    agent: (String, String),
    _running: (TempDir, Engines, [Process; 2]),
}

impl Two {
    async fn start() -> Self {
        let folder = TempDir::new().expect("a folder can be made");
        let engines = Engines::start(folder.path());
        let shared = Shared { database: engines.database(), bus: engines.bus(), dies: false };
        let home = |name: &str| {
            let home =
                Home::new(&folder.path().join(name), Some(shared.clone()), Arc::new(Ledger::default()));
            write_small_tree(&home.folder.join("intents"));
            home
        };
        let (first, second) = (home("first"), home("second"));
        let (first_process, one, _) = first.start().ready().await;
        let staff = hire(&first, one).await;
        // Keys are files that all nodes have alike; the first sign-in has made them.
        let keys = second.data().join("keys");
        std::fs::create_dir_all(&keys).expect("a folder can be made");
        for file in std::fs::read_dir(first.data().join("keys")).expect("the first node has keys").flatten() {
            std::fs::copy(file.path(), keys.join(file.file_name())).expect("a key can be copied");
        }
        let (second_process, two, _) = second.start().ready().await;
        let (_, name, cookie) = &staff[1];
        Self {
            nodes: [one, two],
            owner: staff[0].2.clone(),
            agent: (name.clone(), cookie.clone()),
            _running: (folder, engines, [first_process, second_process]),
        }
    }
}

async fn get(node: SocketAddr, path: &str, headers: &str) -> http::Answer {
    http::request(node, "GET", path, headers, "").await.expect("the node answers")
}

fn cookie(value: &str) -> String {
    format!("cookie: {value}\r\n")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL and NATS, which tests/run installs"]
async fn nodes_know_alike_who_may_sign_in() {
    let two = Two::start().await;
    let [one, other] = two.nodes;
    let (name, session) = &two.agent;
    // A session begun on one node is one on the other, and ends on both.
    assert_eq!(get(other, "/api/v1/session", &cookie(session)).await.status, 200);
    let (mut desk, _) = Line::desk(other, session).await;
    let ended = http::request(one, "DELETE", "/api/v1/session", &cookie(session), "").await;
    assert_eq!(ended.expect("the node answers").status, 204);
    assert_eq!(get(other, "/api/v1/session", &cookie(session)).await.status, 401);
    assert_eq!(desk.closed().await, 1012, "a desk that is open on the other node ends");

    // Wrong passwords are counted together: the sixth waits, wherever it is tried, and the right one too.
    let wrong = json!({"name": name, "password": "not the password"});
    for number in 0..5 {
        let node = two.nodes[number % 2];
        assert_eq!(post(node, "/api/v1/session", "", &wrong).await.status, 401, "try {number}");
    }
    let right = json!({"name": name, "password": PASSWORD});
    for node in two.nodes {
        assert_eq!(post(node, "/api/v1/session", "", &right).await.status, 429);
    }
    let mut told = post(one, "/api/v1/session", "", &right).await;
    while told.status == 429 {
        let body: Value = serde_json::from_str(&told.body).expect("JSON");
        let wait = body["error"]["retry_ms"].as_u64().or(body["retry_ms"].as_u64()).unwrap_or(200);
        sleep(Duration::from_millis(wait)).await;
        told = post(one, "/api/v1/session", "", &right).await;
    }
    assert_eq!(told.status, 200, "{}", told.body);
    // Forgotten on both.
    assert_eq!(post(other, "/api/v1/session", "", &wrong).await.status, 401);
    assert!(!sign_in(other, name, PASSWORD).await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL and NATS, which tests/run installs"]
async fn nodes_show_one_queue_and_one_board() {
    let two = Two::start().await;
    let [one, other] = two.nodes;
    let (mut desk, _) = Line::desk(one, &two.agent.1).await;
    let (mut owners, _) = Line::desk(other, &two.owner).await;
    let colleague = |frame: &Value, status: &str| {
        let them = frame["colleagues"].as_array().cloned().unwrap_or_default();
        them.iter().any(|them| them["name"] == two.agent.0.as_str() && them["status"] == status)
    };
    // Who is away on one node is away on the other's board.
    for status in ["away", "here"] {
        desk.send(&json!({"type": "status", "status": status})).await;
        owners.hear(|frame| frame["type"] == "board" && colleague(frame, status)).await;
    }
    desk.send(&json!({"type": "status", "status": "away"})).await;
    owners.send(&json!({"type": "status", "status": "away"})).await;
    owners.hear(|frame| frame["type"] == "board" && colleague(frame, "away")).await;

    // Shoppers of both nodes wait in one queue.
    let mut waiting = Vec::new();
    for (place, node) in [(1, one), (2, other), (3, one)] {
        let (mut shopper, welcome) = Line::shopper(node, None).await;
        shopper.send(&json!({"type": "say", "id": "a", "text": "转人工"})).await;
        let state = shopper.hear(|frame| frame["type"] == "state" && frame["mode"] == "queue").await;
        assert_eq!(state["queue"]["position"], place, "{state}");
        waiting.push((shopper, welcome["conversation"].clone()));
    }
    let in_line = |frame: &Value| {
        let cards = frame["waiting"].as_array().cloned().unwrap_or_default();
        cards.iter().map(|card| card["conversation"].clone()).collect::<Vec<_>>()
    };
    let expected: Vec<Value> = waiting.iter().map(|(_, id)| id.clone()).collect();
    for desk in [&mut desk, &mut owners] {
        desk.send(&json!({"type": "ping", "t": "now"})).await;
        desk.hear(|frame| frame["type"] == "board" && in_line(frame) == expected).await;
    }
    // What is taken on one node is gone on the other, and those behind move up, wherever they are.
    desk.send(&json!({"type": "take", "conversation": expected[0]})).await;
    owners.hear(|frame| frame["type"] == "board" && in_line(frame) == expected[1..]).await;
    let (second, _) = &mut waiting[1];
    second.hear(|frame| frame["type"] == "state" && frame["queue"]["position"] == 1).await;
    owners.send(&json!({"type": "take", "conversation": expected[0]})).await;
    owners.hear(|frame| frame["type"] == "error" && frame["code"] == "taken").await;

    // What a person says on one node is found by a colleague on the other.
    desk.send(&json!({"type": "open", "conversation": expected[0]})).await;
    let words = json!({"type": "say", "id": "b", "conversation": expected[0], "text": "金丝雀大衣还有货"});
    desk.send(&words).await;
    desk.hear(|frame| frame["type"] == "ack").await;
    let path = "/api/v1/desk/search?q=%E9%87%91%E4%B8%9D%E9%9B%80";
    let until = Instant::now() + WITHIN;
    loop {
        let found = get(other, path, &cookie(&two.owner)).await;
        let hits: Value = serde_json::from_str(&found.body).expect("JSON");
        if hits["hits"].as_array().is_some_and(|hits| !hits.is_empty()) {
            break;
        }
        assert!(Instant::now() < until, "{}", found.body);
        sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL and NATS, which tests/run installs"]
async fn nodes_keep_one_conversation_and_its_pace() {
    let two = Two::start().await;
    let [one, other] = two.nodes;
    let (mut here, welcome) = Line::shopper(one, None).await;
    let token = welcome["token"].as_str().expect("a token");

    // A picture sent to one node is seen on the other.
    let mut picture = Cursor::new(Vec::new());
    RgbImage::new(8, 8).write_to(&mut picture, ImageFormat::Png).expect("a picture can be written");
    let bearer = format!("authorization: Bearer {token}\r\n");
    let kept = http::send(one, "POST", "/api/v1/uploads", &bearer, picture.get_ref()).await;
    let kept = kept.expect("the node answers");
    assert_eq!(kept.status, 201, "{}", kept.body);
    let id: Value = serde_json::from_str(&kept.body).expect("JSON");
    let path = format!("/api/v1/uploads/{}", id["id"].as_str().expect("an id"));
    assert_eq!(get(other, &path, &bearer).await.status, 200);
    assert_eq!(get(other, &path, "").await.status, 404);

    // A burst on one node counts on the other, where the same shopper listens.
    let (mut there, _) = Line::shopper(other, Some((token, 0))).await;
    burst(&mut here, "here").await;
    there.hear(|frame| frame["type"] == "message" && frame["id"] == "here 9").await;
    burst(&mut there, "there").await;
    let refused = there.hear(|frame| frame["type"] == "error").await;
    assert_eq!(refused["code"], "too_fast", "{refused}");
    assert!(refused["retry_ms"].as_u64().is_some_and(|wait| 0 < wait), "{refused}");

    // It counts also for a connection that comes after it and has seen it all.
    let (mut here, welcome) = Line::shopper(one, None).await;
    burst(&mut here, "here").await;
    let last = here.hear(|frame| frame["type"] == "ack" && frame["id"] == "here 9").await;
    let seen = last["seq"].as_u64().expect("a number");
    let resumed = (welcome["token"].as_str().expect("a token"), seen);
    let (mut late, _) = Line::shopper(other, Some(resumed)).await;
    burst(&mut late, "late").await;
    let refused = late.hear(|frame| frame["type"] == "error").await;
    assert_eq!(refused["code"], "too_fast", "{refused}");
}

/// As much as a conversation may say at once.
async fn burst(line: &mut Line, name: &str) {
    for number in 0..10 {
        line.send(&json!({"type": "say", "id": format!("{name} {number}"), "text": "你好"})).await;
    }
}
