//! The desk over a real connection: signing in, who gets a conversation, and what reaches whom.

use serde_json::{Value, json};
use xiaoer::{
    domain::{Part, ShopId},
    store::{self, AgentMessage, NewAgent, Role, Staff, Take, Taking},
};

use super::support::{Client, Home, Server};

/// A desk that has said hello, and the welcome.
pub(crate) async fn desk(server: &Server, cookie: &str) -> (Client, Value) {
    let mut desk = server.connect("/ws/desk", &[("cookie", cookie)]).await.expect("staff may connect");
    desk.send(json!({"type": "hello", "v": 1})).await;
    let welcome = desk.until("welcome").await;
    (desk, welcome)
}

/// A shopper in the queue, and the conversation's id.
pub(crate) async fn waiting(server: &Server) -> (Client, String) {
    let (mut shopper, welcome) = server.shopper(json!({})).await;
    shopper.say("help", "转人工").await;
    shopper.mode("queue").await;
    (shopper, welcome["conversation"].as_str().expect("an id").to_owned())
}

/// One of a desk's frames about a conversation.
pub(crate) fn about(kind: &str, conversation: &str) -> Value {
    json!({"type": kind, "conversation": conversation})
}

#[tokio::test]
async fn the_first_password_opens_nothing_but_its_change() {
    let server = Server::start().await;
    let no_session = server.connect("/ws/desk", &[]).await.err();
    let unknown = server.connect("/ws/desk", &[("cookie", "xiaoer_session=unknown")]).await.err();
    assert_eq!((no_session, unknown), (Some(401), Some(401)));
    let (name, first) = server.first_sign_in();
    let cookie = server.sign_in(&name, &first).await;
    let session = server.http("GET", "/api/v1/session", &[("cookie", &cookie)], "").await.json();
    assert_eq!((&session["must_change"], &session["agent"]["role"]), (&json!(true), &json!("owner")));
    assert_eq!(server.connect("/ws/desk", &[("cookie", &cookie)]).await.err(), Some(403));
    let shops = server.http("GET", "/api/v1/console/shops", &[("cookie", &cookie)], "").await;
    assert_eq!(shops.error(), (403, "must_change".to_owned()));

    let change = |old: &str, new: &str| json!({"old": old, "new": new});
    let path = "/api/v1/session/password";
    let weak = server.post(path, &cookie, change(&first, "short")).await;
    assert_eq!(weak.error(), (422, "weak_password".to_owned()));
    let wrong = server.post(path, &cookie, change("wrong", "a long new password")).await;
    assert_eq!(wrong.error(), (401, "bad_credentials".to_owned()));
    assert_eq!(server.post(path, &cookie, change(&first, "a long new password")).await.status, 204);
    assert!(!server.home.data().join("first-sign-in").exists());
    let (_, welcome) = desk(&server, &cookie).await;
    let shop = &welcome["shops"][0];
    assert_eq!((&shop["id"], &shop["name"]), (&json!("demo"), &json!("店小二演示店")));
    let origin = [("cookie", cookie.as_str()), ("origin", "https://other.example")];
    assert_eq!(server.connect("/ws/desk", &origin).await.err(), Some(403));
}

#[tokio::test]
async fn the_first_frame_is_hello_or_the_last() {
    let server = Server::start().await;
    let cookie = server.owner().await;
    for (first, expected) in [
        (json!({"type": "ping"}).to_string(), "not_hello"),
        (json!({"type": "dance"}).to_string(), "not_hello"),
        ("{".to_owned(), "not_hello"),
        (json!({"type": "hello", "v": 2}).to_string(), "unsupported_version"),
        (json!({"type": "hello"}).to_string(), "bad_frame"),
    ] {
        let mut desk = server.connect("/ws/desk", &[("cookie", &cookie)]).await.expect("staff may connect");
        desk.send_text(&first).await;
        let error = desk.next().await;
        assert_eq!((&error["code"], &error["fatal"]), (&json!(expected), &json!(true)), "{first}");
        assert_eq!(desk.close_code().await, 1008, "{first}");
    }
    let mut silent = server.connect("/ws/desk", &[("cookie", &cookie)]).await.expect("staff may connect");
    let (mut open, _) = desk(&server, &cookie).await;
    let mut server = server;
    server.stop();
    assert_eq!((silent.close_code().await, open.close_code().await), (1012, 1012));
}

#[tokio::test]
async fn people_talk_while_the_bot_is_silent_and_notes_stay_inside() {
    let server = Server::start().await;
    let cookie = server.owner().await;
    let (mut desk, welcome) = desk(&server, &cookie).await;
    assert_eq!(welcome["waiting"], json!([]));
    let (mut shopper, id) = waiting(&server).await;
    let board = desk.find(|frame| frame["waiting"].as_array().is_some_and(|list| !list.is_empty())).await;
    let card = &board["waiting"][0];
    assert_eq!((&card["conversation"], &card["mode"]), (&json!(id), &json!("queue")));
    assert!(card["summary"].as_array().is_some_and(|lines| !lines.is_empty()), "{card}");
    assert!(card["reason"]["text"].is_string(), "{card}");

    desk.send(about("open", &id)).await;
    let opened = desk.until("conversation").await;
    assert_eq!(opened["messages"][0]["parts"][0]["text"], "转人工");
    desk.send(json!({"type": "say", "id": "early", "conversation": id, "text": "您好"})).await;
    assert_eq!(desk.until("error").await["code"], "not_yours");
    desk.send(about("take", &id)).await;
    assert_eq!(shopper.mode("agent").await["agent"]["name"], "owner");

    desk.send(json!({"type": "note", "id": "n1", "conversation": id, "text": "老顾客"})).await;
    assert_eq!(desk.until("ack").await["n"], 1);
    assert_eq!(desk.until("note").await["text"], "老顾客");
    desk.send(json!({"type": "say", "id": "s1", "conversation": id, "text": "您好，请讲"})).await;
    let ack = desk.until("ack").await;
    let heard = shopper.message_from("agent").await;
    assert_eq!((&heard["parts"][0]["text"], &heard["seq"]), (&json!("您好，请讲"), &ack["seq"]));
    desk.send(json!({"type": "say", "id": "s1", "conversation": id, "text": "您好，请讲"})).await;
    assert_eq!(desk.until("ack").await, ack);
    desk.send(json!({"type": "say", "id": "s1", "conversation": id, "text": "别的"})).await;
    assert_eq!(desk.until("error").await["code"], "id_reused");

    shopper.say("m1", "你是机器人吗").await;
    let heard = desk.find(|frame| frame["type"] == "message" && frame["from"] == "shopper").await;
    assert_eq!(heard["parts"][0]["text"], "你是机器人吗");
    desk.send(json!({"type": "say", "id": "s2", "conversation": id, "text": "我是真人"})).await;
    let mut between = Vec::new();
    loop {
        let frame = shopper.next().await;
        if frame["from"] == "agent" {
            break;
        }
        between.push(frame);
    }
    assert!(between.iter().all(|frame| frame["from"] != "bot"), "{between:?}");

    assert_no_gaps_and_no_notes(&all_messages(&server, &id).await);

    desk.send(about("release", &id)).await;
    shopper.mode("bot").await;
    shopper.say("m2", "你好").await;
    shopper.message_from("bot").await;
}

#[tokio::test]
async fn what_people_had_once_stays_theirs_to_read() {
    let server = Server::start().await;
    let cookie = server.owner().await;
    let (mut shopper, id) = waiting(&server).await;
    let (mut holder, _) = desk(&server, &cookie).await;
    holder.send(about("take", &id)).await;
    shopper.mode("agent").await;
    holder.send(about("release", &id)).await;
    shopper.mode("bot").await;
    assert_history(&server, &cookie, &id, "bot").await;

    shopper.say("again", "转人工").await;
    shopper.mode("queue").await;
    holder.send(about("take", &id)).await;
    shopper.mode("agent").await;
    holder.send(about("close", &id)).await;
    shopper.mode("closed").await;
    assert_history(&server, &cookie, &id, "closed").await;
    shopper.say("thanks", "你好").await;
    shopper.mode("bot").await;
    assert_history(&server, &cookie, &id, "bot").await;
}

/// A new desk can read a conversation that nobody holds, follow it and note on it, and nothing else.
async fn assert_history(server: &Server, cookie: &str, id: &str, mode: &str) {
    let (mut desk, _) = desk(server, cookie).await;
    desk.send(about("open", id)).await;
    let opened = desk.until("conversation").await;
    assert_eq!(opened["card"]["mode"], mode, "{opened}");
    assert_eq!(opened["messages"][0]["parts"][0]["text"], "转人工");
    let noted = opened["notes"].as_array().expect("notes").len() as u64;
    let note = format!("note {noted}");
    desk.send(json!({"type": "note", "id": note, "conversation": id, "text": "回访过"})).await;
    assert_eq!(desk.until("ack").await["n"], noted + 1);
    let say = json!({"type": "say", "id": format!("say {noted}"), "conversation": id, "text": "您好"});
    for frame in [say, about("take", id), about("release", id)] {
        desk.send(frame.clone()).await;
        assert_eq!(desk.until("error").await["code"], "not_yours", "{mode}: {frame}");
    }
}

#[tokio::test]
async fn shut_and_opened_again_is_heard_once() {
    let server = Server::start().await;
    let cookie = server.owner().await;
    let (mut shopper, id) = waiting(&server).await;
    let (mut desk, _) = desk(&server, &cookie).await;
    for kind in ["open", "shut", "open", "open", "shut", "open"] {
        desk.send(about(kind, &id)).await;
    }
    desk.send(json!({"type": "note", "id": "n1", "conversation": id, "text": "一次"})).await;
    desk.until("ack").await;
    shopper.send(json!({"type": "typing"})).await;
    shopper.send(json!({"type": "read", "seq": 1})).await;
    let mut heard = Vec::new();
    while heard.last().is_none_or(|frame| kind(frame) != "read") {
        heard.push(desk.next().await);
    }
    for _ in 0..2 {
        heard.extend(desk.frames_until_pong().await);
    }
    for kind_of in ["note", "typing", "read"] {
        assert_eq!(heard.iter().filter(|frame| kind(frame) == kind_of).count(), 1, "{kind_of} in {heard:?}");
    }

    desk.send(about("shut", &id)).await;
    desk.frames_until_pong().await;
    shopper.send(json!({"type": "typing"})).await;
    shopper.frames_until_pong().await;
    let heard = desk.frames_until_pong().await;
    assert!(heard.iter().all(|frame| kind(frame) != "typing"), "{heard:?}");
}

fn kind(frame: &Value) -> &str {
    frame["type"].as_str().expect("frames have a type")
}

#[tokio::test]
async fn a_long_conversation_is_read_page_by_page() {
    let server = Server::start_in(Home::on_disk()).await;
    let cookie = server.owner().await;
    let (_shopper, id) = waiting(&server).await;
    let store = store::open(server.home.database()).await.expect("the store opens");
    // Of long ago, it would be taken from a holder who is not at a desk while it grows.
    let at = jiff::Timestamp::now();
    let holder = Staff { id: "second".into(), name: "小安".to_owned() };
    let take = Take {
        conversation: id.as_str().into(),
        agent: holder.clone(),
        from: Taking::Waiting,
        notice: vec![Part::text("来了")],
        at,
    };
    store.take(take).await.expect("it waits");
    for number in 0..420 {
        let parts = vec![Part::text(format!("第 {number} 句"))];
        let message = AgentMessage { agent: holder.clone(), client_id: format!("m{number}"), parts, at };
        store.append_agent(&id.as_str().into(), message).await.expect("it is stored");
    }
    let last =
        store.conversation(&id.as_str().into()).await.expect("it is there").expect("it is there").last_seq;

    let (mut desk, _) = desk(&server, &cookie).await;
    desk.send(about("open", &id)).await;
    let opened = desk.until("conversation").await;
    assert_eq!(opened["more"], true);
    let mut seen = numbers(&opened);
    let mut more = true;
    while more {
        desk.send(json!({"type": "earlier", "conversation": id, "before": seen[0]})).await;
        let page = desk.until("earlier").await;
        assert!(page["messages"].as_array().is_some_and(|messages| messages.len() <= 200));
        seen.splice(0..0, numbers(&page));
        more = page["more"] == true;
    }
    assert_eq!(seen, (1..=last).collect::<Vec<u64>>());
    desk.send(json!({"type": "earlier", "conversation": id, "before": 1})).await;
    let none = desk.until("earlier").await;
    assert_eq!((&none["messages"], &none["more"]), (&json!([]), &json!(false)));
}

fn numbers(frame: &Value) -> Vec<u64> {
    let messages = frame["messages"].as_array().expect("messages").iter();
    messages.map(|message| message["seq"].as_u64().expect("a number")).collect()
}

/// The whole conversation as another desk of the same person opens it.
async fn all_messages(server: &Server, id: &str) -> Vec<Value> {
    let cookie = server.sign_in("owner", super::support::PASSWORD).await;
    let (mut desk, _) = desk(server, &cookie).await;
    desk.send(about("open", id)).await;
    let opened = desk.until("conversation").await;
    assert_eq!(opened["notes"][0]["text"], "老顾客");
    let messages = opened["messages"].as_array().expect("messages").clone();
    assert_eq!(messages.last().expect("a message")["parts"][0]["text"], "我是真人");
    messages
}

fn assert_no_gaps_and_no_notes(messages: &[Value]) {
    let numbers: Vec<u64> =
        messages.iter().map(|message| message["seq"].as_u64().expect("a number")).collect();
    let expected: Vec<u64> = (1..=numbers.len() as u64).collect();
    assert_eq!(numbers, expected);
    assert!(messages.iter().all(|message| !message.to_string().contains("老顾客")), "{messages:?}");
}

#[tokio::test]
async fn of_two_desks_that_take_at_once_one_gets_it() {
    let server = Server::start_in(Home::on_disk()).await;
    let cookie = server.owner().await;
    add_agent(&server).await;
    let second = server.sign_in("小安", super::support::PASSWORD).await;
    let (mut one, _) = desk(&server, &cookie).await;
    let (mut two, _) = desk(&server, &second).await;
    let (mut shopper, id) = waiting(&server).await;
    tokio::join!(one.send(about("take", &id)), two.send(about("take", &id)));
    let holder = shopper.mode("agent").await["agent"]["name"].as_str().expect("a name").to_owned();
    let (winner, loser) = if holder == "owner" { (&mut one, &mut two) } else { (&mut two, &mut one) };
    let refused = loser.until("error").await;
    assert_eq!((&refused["code"], &refused["by"]), (&json!("taken"), &json!(holder)));
    let board = winner.find(|frame| frame["mine"].as_array().is_some_and(|mine| !mine.is_empty())).await;
    assert_eq!(board["mine"][0]["conversation"], json!(id));
    for kind in ["release", "close"] {
        loser.send(about(kind, &id)).await;
        assert_eq!(loser.until("error").await["code"], "not_yours", "{kind}");
    }

    winner.send(about("close", &id)).await;
    shopper.mode("closed").await;
    shopper.say("again", "你好").await;
    shopper.mode("bot").await;
    shopper.message_from("bot").await;
}

/// A second member of staff, with the owner's password.
async fn add_agent(server: &Server) {
    add_member(server, "second", "小安", &[], 0).await;
}

/// Another agent of every shop, with the owner's password.
pub(crate) async fn add_member(server: &Server, id: &str, name: &str, groups: &[&str], capacity: u32) {
    let groups = groups.iter().map(|group| (*group).to_owned()).collect();
    add(server, NewAgent { groups, capacity, ..agent(id, name) }).await;
}

/// A member of staff of some shops, with the owner's password.
pub(crate) async fn add_agent_of(server: &Server, (id, name): (&str, &str), shops: Vec<ShopId>) {
    add(server, NewAgent { shops, ..agent(id, name) }).await;
}

fn agent(id: &str, name: &str) -> NewAgent {
    NewAgent {
        id: id.into(),
        name: name.to_owned(),
        password_hash: String::new(),
        role: Role::Agent,
        shops: Vec::new(),
        groups: Vec::new(),
        capacity: 0,
        must_change: false,
        oidc_subject: None,
        at: "2026-11-23T02:00:00Z".parse().expect("a moment"),
    }
}

async fn add(server: &Server, new: NewAgent) {
    let store = store::open(server.home.database()).await.expect("the store opens");
    let owner = store.agent_by_name("owner").await.expect("the store answers").expect("the owner");
    let agent = NewAgent { password_hash: owner.password_hash, ..new };
    store.add_agent(agent).await.expect("the agent is kept");
}

#[tokio::test]
async fn a_conversation_that_nobody_was_called_into_stays_private() {
    let server = Server::start().await;
    let cookie = server.owner().await;
    let (mut desk, _) = desk(&server, &cookie).await;
    let (_, welcome) = server.shopper(json!({})).await;
    for (frame, expected) in [
        (json!({"type": "open", "conversation": welcome["conversation"]}), "not_found"),
        (json!({"type": "take", "conversation": welcome["conversation"]}), "not_found"),
        (json!({"type": "earlier", "conversation": welcome["conversation"], "before": 9}), "not_found"),
        (json!({"type": "open", "conversation": "nobody's"}), "not_found"),
        (json!({"type": "fly"}), "unknown_type"),
        (json!([]), "bad_json"),
    ] {
        desk.send(frame.clone()).await;
        let error = desk.until("error").await;
        assert_eq!((&error["code"], &error["fatal"]), (&json!(expected), &json!(false)), "{frame}");
    }
}
