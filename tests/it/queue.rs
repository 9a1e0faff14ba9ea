//! How people share the work: who is given what, what goes on to whom, and what the shopper sees of it.

use std::fs;

use serde_json::{Value, json};

use super::{
    desk::{about, add_member, desk, waiting},
    support::{Client, Home, PASSWORD, Server},
};

/// A member's desk, wanting conversations or not.
async fn at_desk(server: &Server, name: &str, status: &str) -> Client {
    let cookie = server.sign_in(name, PASSWORD).await;
    let (mut desk, _) = desk(server, &cookie).await;
    desk.send(json!({"type": "status", "status": status})).await;
    desk.find(|frame| frame["type"] == "board" && frame["status"] == status).await;
    desk
}

/// The next lists in which a list holds a conversation.
async fn listed(desk: &mut Client, list: &str, conversation: &str) -> Value {
    let holds = |board: &Value| {
        board[list]
            .as_array()
            .is_some_and(|cards| cards.iter().any(|card| card["conversation"] == conversation))
    };
    let board = desk.find(holds).await;
    let cards = board[list].as_array().expect("a list");
    cards.iter().find(|card| card["conversation"] == conversation).expect("it is listed").clone()
}

/// A shopper who asks for a person, and is given one; the conversation and the person's name.
async fn served(server: &Server) -> (Client, String, String) {
    let (mut shopper, welcome) = server.shopper(json!({})).await;
    shopper.say("help", "转人工").await;
    let state = shopper.mode("agent").await;
    let name = state["agent"]["name"].as_str().expect("a name").to_owned();
    (shopper, welcome["conversation"].as_str().expect("an id").to_owned(), name)
}

#[tokio::test]
async fn those_who_are_here_get_conversations_in_turn_and_no_more_than_they_can_hold() {
    let server = Server::start_in(Home::on_disk()).await;
    server.owner().await;
    add_member(&server, "an", "小安", &[], 1).await;
    add_member(&server, "bei", "小北", &[], 1).await;
    add_member(&server, "away", "小远", &[], 1).await;
    let mut an = at_desk(&server, "小安", "here").await;
    let _bei = at_desk(&server, "小北", "here").await;
    let _away = at_desk(&server, "小远", "away").await;
    let (_first, one, first) = served(&server).await;
    let (_second, _, second) = served(&server).await;
    let mut names = [first.as_str(), second.as_str()];
    names.sort_unstable();
    assert_eq!(names, ["小北", "小安"]);

    // Both are full: the third waits, and hears how long, until there is room.
    let (mut third, id) = waiting(&server).await;
    let holder = if first == "小安" { &one } else { &listed_mine(&mut an).await };
    an.send(json!({"type": "close", "conversation": holder, "wrap_up": "solved"})).await;
    assert_eq!(third.mode("agent").await["agent"]["name"], "小安");
    listed(&mut an, "mine", &id).await;
}

/// The one conversation that a desk holds.
async fn listed_mine(desk: &mut Client) -> String {
    let board = desk.find(|frame| frame["mine"].as_array().is_some_and(|mine| mine.len() == 1)).await;
    board["mine"][0]["conversation"].as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn a_conversation_goes_to_the_people_it_is_for() {
    let server = Server::start_in(Home::on_disk()).await;
    server.owner().await;
    add_member(&server, "an", "小安", &["pre_sale"], 0).await;
    add_member(&server, "english", "Vera", &["english"], 0).await;
    let _an = at_desk(&server, "小安", "here").await;
    let mut vera = at_desk(&server, "Vera", "here").await;
    let (_, _, anybody) = served(&server).await;
    assert_eq!(anybody, "小安");
    let (mut shopper, welcome) = server.shopper(json!({"locale": "en"})).await;
    shopper.say("help", "talk to a person").await;
    assert_eq!(shopper.mode("agent").await["agent"]["name"], "Vera");
    let id = welcome["conversation"].as_str().expect("an id");
    let card = listed(&mut vera, "mine", id).await;
    assert_eq!((&card["group"]["id"], &card["reason"]["code"]), (&json!("english"), &json!("asked")));
    assert!(card["due"].is_string() && card["awaiting_since"].is_string(), "{card}");
}

#[tokio::test]
async fn handed_on_to_a_colleague_or_a_group_with_a_note() {
    let server = Server::start_in(Home::on_disk()).await;
    let cookie = server.owner().await;
    add_member(&server, "an", "小安", &[], 0).await;
    add_member(&server, "gone", "小远", &[], 0).await;
    let (mut shopper, id) = waiting(&server).await;
    let (mut owner, _) = desk(&server, &cookie).await;
    let mut an = at_desk(&server, "小安", "away").await;
    an.send(about("take", &id)).await;
    shopper.mode("agent").await;
    an.send(about("open", &id)).await;
    an.until("conversation").await;
    for (to, expected) in [
        (json!({"agent": "gone"}), "away"),
        (json!({"agent": "nobody"}), "away"),
        (json!({"group": "nobody"}), "no_group"),
        (json!({}), "bad_frame"),
    ] {
        let mut frame = json!({"type": "transfer", "conversation": id});
        frame.as_object_mut().expect("an object").extend(to.as_object().expect("fields").clone());
        an.send(frame).await;
        assert_eq!(an.until("error").await["code"], expected, "{to}");
    }
    let boss = owner_id(&mut an).await;
    an.send(json!({"type": "transfer", "conversation": id, "agent": boss, "note": "要开专票"})).await;
    assert_eq!(
        shopper.message_from("system").await["parts"][0]["text"],
        "已为您转给客服owner，由 TA 接着为您服务。"
    );
    assert_eq!(shopper.mode("agent").await["agent"]["name"], "owner");
    assert_eq!(an.until("note").await["text"], "要开专票");
    listed(&mut owner, "mine", &id).await;

    // To a group: back in the queue, for its people.
    owner.send(json!({"type": "transfer", "conversation": id, "group": "after_sale"})).await;
    shopper.mode("queue").await;
    let card = listed(&mut owner, "waiting", &id).await;
    assert_eq!(card["group"], json!({"id": "after_sale", "name": "售后"}));
    // What was asked for may not be handed on by whoever does not hold it.
    an.send(json!({"type": "transfer", "conversation": id, "group": "vip"})).await;
    assert_eq!(an.until("error").await["code"], "not_yours");
}

/// The owner's id, as a colleague sees it.
async fn owner_id(desk: &mut Client) -> String {
    desk.send(json!({"type": "status", "status": "away"})).await;
    let board = desk.until("board").await;
    let colleagues = board["colleagues"].as_array().expect("colleagues").iter();
    let owner = colleagues.clone().find(|one| one["name"] == "owner").expect("the owner is one");
    owner["id"].as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn an_owner_listens_and_takes_over_and_an_agent_may_not() {
    let server = Server::start_in(Home::on_disk()).await;
    let cookie = server.owner().await;
    add_member(&server, "an", "小安", &[], 0).await;
    add_member(&server, "bei", "小北", &[], 0).await;
    let (mut shopper, id) = waiting(&server).await;
    let mut an = at_desk(&server, "小安", "away").await;
    let mut bei = at_desk(&server, "小北", "away").await;
    an.send(about("take", &id)).await;
    shopper.mode("agent").await;
    bei.send(about("take_over", &id)).await;
    assert_eq!(bei.until("error").await["code"], "forbidden");

    // Listening shows nothing to the shopper.
    let (mut owner, _) = desk(&server, &cookie).await;
    owner.send(about("open", &id)).await;
    owner.until("conversation").await;
    for kind in ["typing", "read"] {
        owner.send(json!({"type": kind, "conversation": id, "seq": 3})).await;
    }
    owner.frames_until_pong().await;
    let heard = shopper.frames_until_pong().await;
    assert!(heard.iter().all(|frame| frame["type"] != "typing" && frame["type"] != "read"), "{heard:?}");

    owner.send(about("take_over", &id)).await;
    assert_eq!(shopper.mode("agent").await["agent"]["name"], "owner");
    let card = listed(&mut an, "others", &id).await;
    assert_eq!(card["agent"]["name"], "owner");
    an.send(json!({"type": "say", "id": "late", "conversation": id, "text": "等等"})).await;
    assert_eq!(an.until("error").await["code"], "not_yours");
}

#[tokio::test]
async fn who_writes_again_gets_the_same_person_if_there() {
    let server = Server::start_in(Home::on_disk()).await;
    server.owner().await;
    add_member(&server, "an", "小安", &[], 0).await;
    let mut an = at_desk(&server, "小安", "here").await;
    let (mut shopper, id, _) = served(&server).await;
    an.send(json!({"type": "say", "id": "a", "conversation": id, "text": "您好"})).await;
    an.send(json!({"type": "close", "conversation": id, "wrap_up": "solved", "note": "已说明"})).await;
    shopper.mode("closed").await;
    shopper.send(json!({"type": "rate", "score": 5, "comment": "快"})).await;
    let card = listed(&mut an, "closed", &id).await;
    assert_eq!((&card["wrap_up"], &card["note"]), (&json!("solved"), &json!("已说明")));
    assert!(card["summary"].as_array().is_some_and(|lines| !lines.is_empty()), "{card}");

    shopper.say("again", "还有一个问题").await;
    assert_eq!(shopper.mode("agent").await["agent"]["name"], "小安");
    an.send(json!({"type": "status", "status": "away"})).await;
    an.find(|frame| frame["type"] == "board" && frame["status"] == "away").await;
    an.send(about("close", &id)).await;
    shopper.mode("closed").await;
    shopper.say("and again", "你好").await;
    shopper.mode("bot").await;
    shopper.message_from("bot").await;
}

#[tokio::test]
async fn who_does_not_answer_or_is_gone_is_passed_over() {
    let home = Home::on_disk();
    let file = home.intents().join("shops/demo/handoff.toml");
    let quick = fs::read_to_string(&file)
        .expect("the demo has its rules")
        .replace("answer_within_seconds = 120", "answer_within_seconds = 5");
    fs::write(&file, quick).expect("they can be changed");
    let server = Server::start_in(home).await;
    server.owner().await;
    add_member(&server, "an", "小安", &[], 0).await;
    add_member(&server, "bei", "小北", &[], 0).await;
    let mut an = at_desk(&server, "小安", "here").await;
    let (mut shopper, id, first) = served(&server).await;
    assert_eq!(first, "小安");
    let mut bei = at_desk(&server, "小北", "here").await;
    // Five seconds without a word, and somebody else could: the next one gets it, and the silent one gets no more.
    assert_eq!(
        shopper.message_from("system").await["parts"][0]["text"],
        "抱歉让您久等了，正在为您换一位同事。"
    );
    let state = shopper.find(|frame| frame["mode"] == "agent" && frame["agent"]["name"] == "小北").await;
    assert_eq!(state["mode"], "agent");
    an.find(|frame| frame["type"] == "board" && frame["status"] == "away").await;
    listed(&mut bei, "mine", &id).await;
}

#[tokio::test]
async fn whoever_closes_their_last_desk_is_given_nothing_new() {
    let server = Server::start_in(Home::on_disk()).await;
    server.owner().await;
    add_member(&server, "an", "小安", &[], 0).await;
    add_member(&server, "bei", "小北", &[], 0).await;
    let mut an = at_desk(&server, "小安", "here").await;
    let (one, other) = (at_desk(&server, "小北", "here").await, at_desk(&server, "小北", "here").await);
    let status_of_bei = |status: &'static str| {
        move |board: &Value| {
            let colleagues = board["colleagues"].as_array().into_iter().flatten();
            colleagues.into_iter().any(|person| person["name"] == "小北" && person["status"] == status)
        }
    };
    drop(one);
    drop(other);
    an.find(status_of_bei("offline")).await;
    for _ in 0..2 {
        assert_eq!(served(&server).await.2, "小安");
    }
    // What they wanted before is what they want when they are back; a second desk that is closed changes nothing.
    let (_back, second) = (at_desk(&server, "小北", "here").await, at_desk(&server, "小北", "here").await);
    an.find(status_of_bei("here")).await;
    drop(second);
    assert_eq!(served(&server).await.2, "小北", "who holds none comes before who holds two");
}

#[tokio::test]
async fn notes_name_colleagues_and_tags_are_the_shops() {
    let server = Server::start_in(Home::on_disk()).await;
    let cookie = server.owner().await;
    add_member(&server, "an", "小安", &[], 0).await;
    let (_shopper, id) = waiting(&server).await;
    let (mut owner, _) = desk(&server, &cookie).await;
    let mut an = at_desk(&server, "小安", "away").await;
    owner.send(json!({"type": "note", "id": "n", "conversation": id, "text": "@小安 这位要专票"})).await;
    owner.until("ack").await;
    let mentioned = |frame: &Value| frame["waiting"][0]["mentioned"] == true;
    an.find(mentioned).await;
    an.send(about("open", &id)).await;
    an.until("conversation").await;
    owner.send(json!({"type": "tag", "conversation": id, "tags": ["物流", "没有这个", "退款"]})).await;
    let board =
        an.find(|frame| frame["waiting"][0]["tags"].as_array().is_some_and(|tags| tags.len() == 2)).await;
    assert_eq!(board["waiting"][0]["tags"], json!(["退款", "物流"]));
    assert_eq!(board["waiting"][0]["mentioned"], false, "whoever has looked is not told again");
    for frame in [
        json!({"type": "status", "status": "asleep"}),
        json!({"type": "say", "id": "x", "conversation": id, "sticker": "no such sticker"}),
    ] {
        owner.send(frame.clone()).await;
        let code = &owner.until("error").await["code"];
        assert!(*code == "bad_frame" || *code == "not_yours", "{frame}: {code}");
    }
}

#[tokio::test]
async fn what_people_do_with_a_conversation_is_in_the_audit_log() {
    let server = Server::start_in(Home::on_disk()).await;
    let cookie = server.owner().await;
    add_member(&server, "an", "小安", &[], 0).await;
    let (mut shopper, id) = waiting(&server).await;
    let mut an = at_desk(&server, "小安", "away").await;
    an.send(about("take", &id)).await;
    shopper.mode("agent").await;
    an.send(json!({"type": "note", "id": "n", "conversation": id, "text": "不该出现在日志里"})).await;
    an.until("ack").await;
    an.send(json!({"type": "close", "conversation": id, "wrap_up": "solved"})).await;
    shopper.mode("closed").await;
    an.frames_until_pong().await;
    let log = server.http("GET", "/api/v1/audit", &[("cookie", &cookie)], "").await;
    assert_eq!(log.status, 200, "{}", log.body);
    for action in ["conversation.take", "conversation.note", "conversation.close"] {
        assert!(log.body.contains(action), "{action} is missing in {}", log.body);
    }
    assert!(!log.body.contains("不该出现"), "what was written is no business of the log");
}
