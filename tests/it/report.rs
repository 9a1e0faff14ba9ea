//! Figures of the people's side, from real conversations and from what the store holds: who may see them, what they say,
//! and the tables for a spreadsheet.

use jiff::{SignedDuration, Timestamp, civil::Date};
use serde_json::{Value, json};
use xiaoer::{
    domain::{Author, DialogueState, Locale, Part, Trace},
    store::{self, NewAgent, NewAnswer, NewConversation, Page, Rating, Role, TurnCommit},
};

use super::{
    desk::{about, add_member, desk, waiting},
    support::{Answer, Home, PASSWORD, Server},
};

/// From the day before to the day after, where the shop is: no test fails at midnight.
fn around_now() -> String {
    let today = Timestamp::now().in_tz("Asia/Shanghai").expect("a zone").date();
    let (from, to) = (today.yesterday().expect("a day"), today.tomorrow().expect("a day"));
    format!("shop=demo&from={from}&to={to}")
}

async fn get(server: &Server, cookie: &str, path: &str) -> Answer {
    server.http("GET", &format!("/api/v1/desk/{path}"), &[("cookie", cookie)], "").await
}

/// A member of staff who does not want conversations by themselves.
async fn member(server: &Server, id: &str, name: &str) -> String {
    add_member(server, id, name, &["pre_sale"], 2).await;
    server.sign_in(name, PASSWORD).await
}

/// A day of 小安: one conversation held and closed, one that left, one that waits.
async fn a_day(server: &Server, an: &str) {
    let (mut an, _) = desk(server, an).await;
    an.send(json!({"type": "status", "status": "away"})).await;
    let (mut first, id) = waiting(server).await;
    an.send(about("take", &id)).await;
    first.mode("agent").await;
    an.send(json!({"type": "say", "id": "a", "conversation": id, "text": "您好"})).await;
    an.until("ack").await;
    let note = "=HYPERLINK(\"http://elsewhere.example\")";
    an.send(json!({"type": "close", "conversation": id, "wrap_up": "bot_could", "note": note})).await;
    first.mode("closed").await;
    first.send(json!({"type": "rate", "score": 4})).await;
    first.frames_until_pong().await;

    let (mut second, _) = waiting(server).await;
    second.send(json!({"type": "leave_queue"})).await;
    second.mode("bot").await;
    waiting(server).await;
    an.frames_until_pong().await;
}

#[tokio::test]
async fn a_day_is_told_to_its_owner_whole_and_to_everybody_their_own() {
    let server = Server::start_in(Home::on_disk()).await;
    let owner = server.owner().await;
    let an = member(&server, "an", "小安").await;
    a_day(&server, &an).await;

    let days = around_now();
    let report = get(&server, &owner, &format!("report?{days}")).await.json();
    let all = &report["totals"];
    let counts = ["came", "served", "left", "dropped", "waiting", "open", "replies", "needless"];
    assert_eq!(counts.map(|name| all[name].as_u64()), [3, 1, 1, 0, 1, 0, 1, 1].map(Some), "{all}");
    assert_eq!(all["level"], json!({"of": 1, "within": 1}), "who left at once was not late");
    assert_eq!(all["ratings"], json!({"count": 1, "mean": 4.0, "each": [0, 0, 0, 1, 0]}));
    assert_eq!(all["first_reply"]["count"], 1);
    let reason = &report["reasons"][0];
    assert_eq!((&reason["code"], &reason["figures"]["came"]), (&json!("asked"), &json!(3)));
    let person = &report["people"][0];
    assert_eq!((&person["agent"]["name"], &person["figures"]["came"]), (&json!("小安"), &json!(1)));
    assert_eq!(report["people"].as_array().map(Vec::len), Some(1));
    let group = &report["groups"][0];
    assert_eq!(group["group"], json!({"id": "pre_sale", "name": {"zh": "售前", "en": "Pre-sale"}}));
    assert_eq!(report["wrap_ups"][0]["needless"], true);
    assert_eq!(
        (report["days"].as_array().map(Vec::len), report["hours"].as_array().map(Vec::len)),
        (Some(3), Some(24))
    );
    assert_eq!(report["shops"][0]["id"], "demo");
    assert_eq!(report["service"]["first_reply"], 30);

    for path in
        [format!("report?{days}"), format!("report.csv?{days}&of=agents"), "live?shop=demo".to_owned()]
    {
        assert_eq!(get(&server, &an, &path).await.error(), (403, "forbidden".to_owned()), "{path}");
    }
    let own = get(&server, &an, &format!("report?{days}&of=me")).await.json();
    assert_eq!((&own["totals"]["came"], &own["totals"]["left"]), (&json!(1), &json!(0)));
    let owners = get(&server, &owner, &format!("report?{days}&of=me")).await.json();
    assert_eq!(owners["totals"]["came"], 0);
    // Without days it is today, and without a shop the first.
    let today = get(&server, &owner, "report").await.json();
    assert_eq!((&today["from"], &today["shop"]), (&today["to"], &json!("demo")));
}

#[tokio::test]
async fn how_it_stands_now() {
    let server = Server::start_in(Home::on_disk()).await;
    let owner = server.owner().await;
    let an = member(&server, "an", "小安").await;
    let (mut an, _) = desk(&server, &an).await;
    an.send(json!({"type": "status", "status": "away"})).await;
    an.frames_until_pong().await;
    let (mut held, id) = waiting(&server).await;
    an.send(about("take", &id)).await;
    held.mode("agent").await;
    let (_waiting, _) = waiting(&server).await;

    let live = get(&server, &owner, "live?shop=demo").await.json();
    let lines = live["queue"].as_array().expect("lines");
    assert_eq!(lines.len(), 4, "every group has its line");
    let line = &lines[0];
    assert_eq!(
        (&line["group"]["id"], &line["waiting"], &line["held"]),
        (&json!("pre_sale"), &json!(1), &json!(1))
    );
    assert_eq!((&line["here"], &line["late"]), (&json!(0), &json!(0)));
    assert!(line["longest"].is_u64() && line["next_wait"].as_u64() > Some(0), "{line}");
    let person = |name: &str| {
        let people = live["people"].as_array().expect("people").iter();
        people.clone().find(|one| one["agent"]["name"] == name).expect("they serve the shop").clone()
    };
    let an = person("小安");
    assert_eq!((&an["status"], &an["load"], &an["capacity"]), (&json!("away"), &json!(1), &json!(2)));
    assert_eq!((&an["unanswered"], &an["groups"][0]["id"]), (&json!(1), &json!("pre_sale")));
    assert_eq!(person("owner")["status"], "offline");
    assert_eq!((&live["today"]["came"], &live["messages"]["waiting"]), (&json!(2), &json!(0)));
}

#[tokio::test]
async fn tables_are_for_spreadsheets_and_harmless() {
    let server = Server::start_in(Home::on_disk()).await;
    let owner = server.owner().await;
    let an = member(&server, "an", "小安").await;
    a_day(&server, &an).await;
    let days = around_now();
    let table = async |of: &str| get(&server, &owner, &format!("report.csv?{days}&of={of}")).await;

    let stints = table("stints").await;
    assert_eq!((stints.status, stints.header("content-type")), (200, "text/csv; charset=utf-8"));
    assert!(stints.header("content-disposition").starts_with("attachment; filename=\"demo-stints-"));
    let rows: Vec<&str> =
        stints.body.strip_prefix('\u{feff}').expect("the mark").split_terminator("\r\n").collect();
    assert_eq!(rows.len(), 4, "{rows:?}");
    assert!(rows[0].starts_with("会话,第几次,分组,转人工原因,"), "{}", rows[0]);
    assert!(
        rows[1].contains("售前") && rows[1].contains("小安") && rows[1].contains("店小二能答"),
        "{}",
        rows[1]
    );
    assert!(rows[1].contains("\"'=HYPERLINK(\"\"http://elsewhere.example\"\")\""), "{}", rows[1]);
    for (of, head, rows) in [
        ("agents", "编号,客服,会话数,", 1),
        ("groups", "编号,分组,会话数,", 1),
        ("reasons", "编号,转人工原因,会话数,", 1),
        ("days", "日期,会话数,", 3),
        ("hours", "时段,会话数,", 24),
    ] {
        let text = table(of).await.body;
        let lines: Vec<&str> = text.trim_start_matches('\u{feff}').split_terminator("\r\n").collect();
        assert!(lines[0].starts_with(head), "{}", lines[0]);
        assert_eq!(lines.len(), rows + 1, "{of}");
        let columns = lines[0].split(',').count();
        assert!(lines.iter().all(|line| line.split(',').count() == columns), "{text}");
    }
    let english = get(&server, &owner, &format!("report.csv?{days}&of=agents&lang=en")).await.body;
    assert!(english.trim_start_matches('\u{feff}').starts_with("id,agent,came,served,"), "{english}");
}

/// A conversation that the bot kept to itself, some time ago.
async fn kept_by_the_bot(server: &Server, id: &str, ago: SignedDuration, source: &str, rating: Option<u8>) {
    let store = store::open(server.home.database()).await.expect("the store opens");
    let at = Timestamp::now().checked_sub(ago).expect("a moment");
    let mut token_hash = [0; 32];
    token_hash.iter_mut().zip(id.bytes()).for_each(|(slot, byte)| *slot = byte);
    let new = NewConversation {
        id: id.into(),
        shop: "demo".into(),
        token_hash,
        token_expires_at: at,
        shopper: None,
        locale: Locale::ZhHans,
        page: Page::default(),
        at,
    };
    let id = store.open(new).await.expect("it opens").id;
    let trace = Trace { source: source.to_owned(), ..Trace::default() };
    let turn = TurnCommit {
        conversation: id.clone(),
        expected_version: 0,
        answered_up_to: 0,
        answered_outcomes: Vec::new(),
        state: DialogueState::default(),
        messages: vec![NewAnswer { from: Author::Bot, parts: vec![Part::text("嗯")], trace: Some(trace) }],
        mode: None,
        handoff: None,
        contact: None,
        outbox: Vec::new(),
        once: Vec::new(),
        look_again_at: None,
        at,
    };
    store.commit_turn(turn).await.expect("it is kept");
    if let Some(score) = rating {
        store.rate(&id, Rating { score, comment: None, at }).await.expect("it is rated");
    }
}

#[tokio::test]
async fn where_a_person_should_have_come_is_counted_once_it_is_over() {
    let server = Server::start_in(Home::on_disk()).await;
    let owner = server.owner().await;
    let hour = SignedDuration::from_hours(1);
    for (id, ago, source, rating) in [
        ("fine", hour, "faq:hours", Some(5)),
        ("lost", hour, "unknown", None),
        ("bad", hour, "chat", Some(1)),
        ("both", hour, "trouble", Some(2)),
        ("goes on", SignedDuration::ZERO, "unknown", None),
    ] {
        kept_by_the_bot(&server, id, ago, source, rating).await;
    }
    let report = get(&server, &owner, &format!("report?{}", around_now())).await.json();
    assert_eq!(report["missed"], json!({"conversations": 3, "rated_badly": 2, "asked": 0, "unanswered": 2}));
    let days = report["days"].as_array().expect("days").iter();
    assert_eq!(days.filter_map(|day| day["missed"].as_u64()).sum::<u64>(), 3);
}

#[tokio::test]
async fn what_is_asked_wrongly_is_said_with_a_code() {
    let server = Server::start_in(Home::on_disk()).await;
    let owner = server.owner().await;
    for (path, expected) in [
        ("report?shop=demo&from=2026-02-30", (422, "bad_date")),
        ("report?shop=demo&to=yesterday", (422, "bad_date")),
        ("report?shop=demo&from=2026-1-1", (422, "bad_date")),
        ("report?shop=demo&from=2026-11-02&to=2026-11-01", (422, "bad_range")),
        ("report?shop=demo&from=2026-01-01&to=2026-04-03", (422, "too_long")),
        ("report.csv?shop=demo&from=2026-01-01&to=2026-04-03", (422, "too_long")),
        ("report?shop=demo&of=everybody", (422, "bad_of")),
        ("report.csv?shop=demo&of=zebras", (422, "bad_of")),
        ("report?shop=nobodys", (404, "not_found")),
        ("live?shop=nobodys", (404, "not_found")),
    ] {
        let answer = get(&server, &owner, path).await;
        assert_eq!(answer.error(), (expected.0, expected.1.to_owned()), "{path}");
    }
    for path in ["report?shop=demo", "report.csv?shop=demo", "live?shop=demo"] {
        assert_eq!(get(&server, "", path).await.error(), (401, "signed_out".to_owned()), "{path}");
    }
    let longest = get(&server, &owner, "report?shop=demo&from=2026-01-01&to=2026-04-02").await.json();
    assert_eq!(longest["days"].as_array().map(Vec::len), Some(92));
    assert_eq!(longest["days"][0]["date"], json!(Date::new(2026, 1, 1).expect("a day").to_string()));

    // Who looks after one shop does not see another's.
    let store = store::open(server.home.database()).await.expect("the store opens");
    let known = store.agent_by_name("owner").await.expect("the store answers").expect("the owner");
    let elsewhere = NewAgent {
        id: "elsewhere".into(),
        name: "二店长".to_owned(),
        password_hash: known.password_hash.clone(),
        role: Role::Owner,
        shops: vec!["other".into()],
        groups: Vec::new(),
        capacity: 0,
        oidc_subject: None,
        must_change: false,
        at: "2026-11-23T02:00:00Z".parse().expect("a moment"),
    };
    store.add_agent(elsewhere).await.expect("the agent is kept");
    let cookie = server.sign_in("二店长", PASSWORD).await;
    for path in ["report?shop=demo", "report.csv?shop=demo", "live?shop=demo"] {
        assert_eq!(get(&server, &cookie, path).await.error(), (403, "forbidden".to_owned()), "{path}");
    }
    assert_eq!(get(&server, &cookie, "report").await.error(), (404, "not_found".to_owned()));
    let document: Value = server.http("GET", "/api/v1/openapi.json", &[], "").await.json();
    for path in ["report", "report.csv", "live"] {
        assert!(document["paths"][format!("/api/v1/desk/{path}")].is_object(), "{path}");
    }
}
