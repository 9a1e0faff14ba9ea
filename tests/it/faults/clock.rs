//! A clock that jumps by hours, forwards and back, while shoppers and staff go on.

use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use xiaoer::engine::Clock;

use super::super::{
    case::desk,
    shop_system::{ORDER, ShopSystem},
    support::{Client, Home, PASSWORD, Server, within},
    system::name_system,
};

/// Hours the clock is away from where it was before.
const JUMPS: [i64; 6] = [5, -5, 30, -2, -40, 0];

/// The machine's clock, some seconds off.
#[derive(Debug, Default)]
struct Off(AtomicI64);

impl Off {
    fn by_hours(&self, hours: i64) {
        self.0.store(3600 * hours, Ordering::SeqCst);
    }
}

impl Clock for Off {
    fn now(&self) -> Timestamp {
        Timestamp::now() + SignedDuration::from_secs(self.0.load(Ordering::SeqCst))
    }
}

/// Says hello and hears the answer; who has said too much lately waits as they are told to.
async fn answered(client: &mut Client, id: &str) -> u64 {
    let seq = loop {
        client.say(id, "你好").await;
        let verdict = client.find(|frame| frame["id"] == id && frame["type"] != "message").await;
        if verdict["type"] == "ack" {
            break verdict["seq"].as_u64().expect("seq");
        }
        let wait = (verdict["code"] == "too_fast").then(|| verdict["retry_ms"].as_u64()).flatten();
        tokio::time::sleep(Duration::from_millis(wait.expect("when to come back"))).await;
    };
    let later = |frame: &Value| frame["from"] == "bot" && Some(seq) < frame["seq"].as_u64();
    client.find(|frame| frame["type"] == "message" && later(frame)).await;
    seq
}

#[tokio::test]
async fn a_clock_that_jumps_loses_and_holds_up_nothing() {
    let clock = Arc::new(Off::default());
    let server = Server::start_by(Home::on_disk(), Arc::clone(&clock) as _, |_| {}).await;
    server.owner().await;
    let (mut client, welcome) = server.shopper(json!({})).await;
    let mut last = answered(&mut client, "first").await;
    for (number, hours) in JUMPS.into_iter().enumerate() {
        clock.by_hours(hours);
        // Who was here goes on, and so does who comes back, and who is new.
        let seq = answered(&mut client, &format!("on{number}")).await;
        assert!(last < seq, "{hours} h: {last} < {seq}");
        let (mut back, again) = server.shopper(json!({"token": welcome["token"], "after": 0})).await;
        assert_eq!(again["conversation"], welcome["conversation"], "{hours} h");
        last = answered(&mut back, &format!("back{number}")).await;
        let (mut new, _) = server.shopper(json!({})).await;
        answered(&mut new, "new").await;
        // A shop's word of who somebody is counts by the clock as it is now.
        let token = server.shopper_token("lin").await;
        let (mut lin, shown) = server.shopper(json!({"shopper": token})).await;
        lin.send(json!({"type": "identify", "shopper": token})).await;
        lin.until("state").await;
        // People take over: a session lives for twelve hours of the clock, and a new one begins by it.
        let mut staff = desk(&server, &server.sign_in("owner", PASSWORD).await).await;
        lin.say("help", "转人工").await;
        lin.mode("queue").await;
        let conversation = &shown["conversation"];
        staff.send(json!({"type": "take", "conversation": conversation})).await;
        lin.mode("agent").await;
        staff.send(json!({"type": "say", "id": "s", "conversation": conversation, "text": "在的"})).await;
        lin.message_from("agent").await;
        staff.send(json!({"type": "close", "conversation": conversation})).await;
        lin.mode("closed").await;
        within(async { while server.http("GET", "/readyz", &[], "").await.status != 200 {} }).await;
    }
    // Whatever the times say, the order is that of what was said, and no number is missing.
    let (_, whole) = server.shopper(json!({"token": welcome["token"], "after": 0})).await;
    let messages = whole["messages"].as_array().expect("messages");
    let numbers: Vec<u64> = messages.iter().map(|message| message["seq"].as_u64().expect("seq")).collect();
    assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>());
    let said: Vec<&str> = messages.iter().filter_map(|message| message["id"].as_str()).collect();
    let expected = (0..JUMPS.len()).flat_map(|number| [format!("on{number}"), format!("back{number}")]);
    assert_eq!(said, std::iter::once("first".to_owned()).chain(expected).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_shoppers_token_expires_by_the_clock_and_counts_again_with_it() {
    let clock = Arc::new(Off::default());
    let server = Server::start_by(Home::in_memory(), Arc::clone(&clock) as _, |_| {}).await;
    let token = server.shopper_token("lin").await;
    let (mut client, _) = server.shopper(json!({"shopper": token})).await;
    for hours in [2, -2] {
        clock.by_hours(hours);
        client.send(json!({"type": "identify", "shopper": token})).await;
        assert_eq!(client.until("error").await["code"], "bad_shopper", "{hours} h");
    }
    clock.by_hours(0);
    client.send(json!({"type": "identify", "shopper": token})).await;
    client.until("state").await;
}

/// A node that dies while a change is under way leaves it to whoever comes next, half a minute later by the clock of then:
/// not for as long as the clock was set back meanwhile.
#[tokio::test]
async fn a_change_under_way_is_carried_out_although_the_clock_is_set_back() {
    let system = ShopSystem::start();
    let home = Home::on_disk();
    let returns = "version = 1\n[\"return.request\"]\nexamples = [\"我要退货\", \"我想退货\", \"申请退货\", \"帮我办退货\", \"I want to return this\"]\n";
    fs::write(home.intents().join("packs/base/intents/returns.toml"), returns).expect("it can be written");
    name_system(&home, &system);
    let clock = Arc::new(Off::default());
    let server = Server::start_by(home.clone(), Arc::clone(&clock) as _, |_| {}).await;
    let token = server.shopper_token("lin").await;
    let (mut lin, welcome) = server.shopper(json!({"shopper": token, "page": {"order": ORDER}})).await;
    let has = |frame: &Value, word: &str| {
        frame["type"] == "message" && frame["from"] == "bot" && frame["parts"].to_string().contains(word)
    };
    lin.say("a", "我要退货").await;
    lin.message_from("bot").await;
    lin.say("b", "不喜欢").await;
    lin.find(|frame| has(frame, "437.21")).await;
    system.changes("lose").await;
    lin.say("c", "确认").await;
    system.until("changes", 1).await;
    server.die().await;
    clock.by_hours(-3);
    system.changes("fine").await;
    let server = Server::start_by(home, Arc::clone(&clock) as _, |_| {}).await;
    let token = server.shopper_token("lin").await;
    let hello = json!({"token": welcome["token"], "shopper": token, "after": 0});
    let (mut lin, again) = server.shopper(hello).await;
    if !again["messages"].to_string().contains("ERP-7001") {
        lin.find(|frame| has(frame, "ERP-7001")).await;
    }
    assert_eq!(system.tables().await["tickets"].as_array().map(Vec::len), Some(1));
}
