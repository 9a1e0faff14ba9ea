//! The documents held against the code, frame by frame and in both directions.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{SCHEMAS, Schema, checker::Documents};
use crate::{
    domain::{Author, Message, Mode, Part, Trace},
    wire::{
        encode,
        frames::{
            ErrorCode, MessageForm, Named, StickerForm,
            desk::{
                self, AgentForm, BoardForm, CannedForm, CardForm, ColleagueForm, LastForm, NamedId, NoteForm,
                RatingForm, ReasonForm, ServiceForm, ShopperForm, SlotForm, StaffForm, SuggestionForm,
            },
            shopper::{self, ShopForm, StateForm, Welcome},
        },
        samples::at,
        tests::every_part,
    },
};

fn published() -> Documents {
    Documents::published(SCHEMAS.iter().map(|schema| (schema.name.to_owned(), schema.document())))
}

/// The frame types that a document knows.
fn types(name: &str) -> BTreeSet<String> {
    let document = Schema::named(name).expect("it is published").document();
    let frames = document["oneOf"].as_array().expect("a choice of frames").iter();
    frames.map(|frame| frame["properties"]["type"]["const"].as_str().expect("a type").to_owned()).collect()
}

fn type_of(frame: &Value) -> String {
    frame["type"].as_str().expect("frames have a type").to_owned()
}

/// Every frame is as the document says, to the last field, and no longer so when a field is of another type, strange
/// to it, or missing where no frame goes without it.
fn assert_described(name: &str, frames: &[Value]) {
    let documents = published().closed();
    let refused = |frame: &Value| documents.check(name, frame).is_err();
    for frame in frames {
        assert_eq!(documents.check(name, frame), Ok(()), "{name}: {frame}");
        for field in frame.as_object().expect("an object").keys().filter(|field| *field != "t") {
            let mut damaged = frame.clone();
            damaged[field] = json!({"of": ["another", "type"]});
            assert!(refused(&damaged), "{name}: {damaged}");
        }
        let mut longer = frame.clone();
        longer["surprise"] = json!(1);
        assert!(refused(&longer), "{name}: {longer}");
        for field in ["type", "kind", "text", "from", "parts", "mode", "fatal"] {
            let mut shorter = frame.clone();
            let was_there = shorter.as_object_mut().expect("an object").remove(field).is_some();
            assert!(!was_there || refused(&shorter), "{name}: {shorter}");
        }
    }
}

#[test]
fn every_part_is_described() {
    let parts: Vec<Value> = every_part()
        .into_iter()
        .map(|(kind, _)| encode(&Part { kind, text: "文字".to_owned() }))
        .map(|text| serde_json::from_str(&text).expect("parts are JSON"))
        .collect();
    assert_described("part", &parts);
    let document = Schema::named("part").expect("it is published").document();
    assert_eq!(document["oneOf"].as_array().map(Vec::len), Some(parts.len()));
}

fn message(from: Author) -> Message {
    let parts = every_part().into_iter().map(|(kind, _)| Part { kind, text: "文字".to_owned() }).collect();
    let trace = matches!(from, Author::Bot).then(|| Trace {
        intent: Some("chat.greet".to_owned()),
        confidence: Some(0.9),
        source: "head".to_owned(),
        micros: 1200,
    });
    let client_id = matches!(from, Author::Shopper).then(|| "a".to_owned());
    Message { seq: 7, from, client_id, at: at(0), parts, trace }
}

fn messages() -> Vec<MessageForm> {
    let agent = Author::Agent { name: "小美".to_owned() };
    let said = [Author::Shopper, Author::Bot, Author::System, agent].map(message);
    said.iter().map(|message| MessageForm::of(message, true)).collect()
}

fn values(frames: &[impl serde::Serialize]) -> Vec<Value> {
    frames.iter().map(|frame| serde_json::to_value(frame).expect("frames are JSON")).collect()
}

#[test]
fn messages_are_described() {
    assert_described("message", &values(&messages()));
}

#[test]
fn every_frame_to_the_shopper_is_described() {
    use shopper::ServerFrame;
    let id = || "c1".to_owned();
    let standing = |mode, queue, agent: Option<&str>| StateForm::new(mode, queue, agent.map(str::to_owned));
    let mut frames = vec![
        ServerFrame::Welcome(Box::new(Welcome {
            conversation: id(),
            token: "t".to_owned(),
            seq: 0,
            shop: ShopForm {
                id: "demo".to_owned(),
                name: "店".to_owned(),
                locales: vec!["zh-Hans"],
                stickers: vec![StickerForm { id: "ok".to_owned(), alt: "好".to_owned() }],
            },
            state: standing(Mode::Bot, None, None),
            messages: messages(),
            more: true,
        })),
        ServerFrame::Ack { id: "a".to_owned(), seq: 1 },
        ServerFrame::message(&message(Author::Bot), false),
        ServerFrame::message(&message(Author::Bot), true),
        ServerFrame::State(standing(Mode::Queue, Some((2, 180)), None)),
        ServerFrame::State(standing(Mode::Agent, None, Some("小美"))),
        ServerFrame::Typing { from: "agent" },
        ServerFrame::Read { from: "agent", seq: 3 },
        ServerFrame::Pong { t: json!({"any": 1}) },
        ServerFrame::Pong { t: Value::Null },
        ServerFrame::retry(ErrorCode::TooFast, Some("a"), std::time::Duration::from_millis(200)),
        ServerFrame::error(ErrorCode::NotHello, None, true),
    ];
    for mode in [Mode::Bot, Mode::Message, Mode::Closed] {
        frames.push(ServerFrame::State(standing(mode, None, None)));
    }
    let frames = values(&frames);
    assert_described("shopper-out", &frames);
    assert_eq!(frames.iter().map(type_of).collect::<BTreeSet<_>>(), types("shopper-out"));
}

fn card(known: bool) -> CardForm {
    let some = |text: &str| known.then(|| text.to_owned());
    CardForm {
        conversation: "c1".to_owned(),
        shop: "demo".to_owned(),
        mode: "queue",
        shopper: ShopperForm { id: some("lin"), name: some("林小满"), signed_in: known },
        since: at(0).to_string(),
        reason: known.then(|| ReasonForm { code: "asked", text: "要求人工".to_owned() }),
        summary: vec!["要求人工".to_owned()],
        slots: vec![SlotForm { name: "order".to_owned(), value: "1".to_owned() }],
        order: some("1"),
        product: some("tee"),
        ticket: some("T1"),
        last: known.then(|| LastForm { from: "bot", text: "好".to_owned(), at: at(1).to_string() }),
        agent: known.then(|| StaffForm { id: "a1".to_owned(), name: "小美".to_owned() }),
        locale: "en",
        suggestions: vec![SuggestionForm { source: "faq", text: "好".to_owned() }],
        unread: 2,
        group: known.then(|| named("sale", "售前")),
        priority: 10,
        taken_at: known.then(|| at(1).to_string()),
        awaiting_since: known.then(|| at(2).to_string()),
        due: known.then(|| at(3).to_string()),
        promised: known.then(|| at(4).to_string()),
        contact: some("13800138000"),
        tags: vec!["急".to_owned()],
        wrap_up: some("returns"),
        note: some("已退款"),
        ended_at: known.then(|| at(5).to_string()),
        rating: known.then(|| RatingForm { score: 5, comment: some("好") }),
        mentioned: known,
    }
}

fn named(id: &str, name: &str) -> NamedId {
    NamedId { id: id.to_owned(), name: name.to_owned() }
}

/// A shop's groups, tags and all that its people work with.
fn desk_shop() -> desk::ShopForm {
    desk::ShopForm {
        id: "demo".to_owned(),
        name: "店".to_owned(),
        groups: vec![named("sale", "售前")],
        tags: vec!["急".to_owned()],
        wrap_ups: vec![named("returns", "退货")],
        canned: vec![CannedForm { id: "hi".to_owned(), zh: "您好".to_owned(), en: None }],
        stickers: vec![StickerForm { id: "ok".to_owned(), alt: "好的".to_owned() }],
        service: ServiceForm { first_reply: 30, reply: 60 },
    }
}

#[test]
fn every_frame_to_the_desk_is_described() {
    use desk::ServerFrame;
    let conversation = || "c1".to_owned();
    let note = || NoteForm {
        n: 1,
        at: at(0).to_string(),
        agent: Named { name: "小美".to_owned() },
        text: "老顾客".to_owned(),
    };
    let board = || BoardForm {
        status: "here",
        waiting: vec![card(true)],
        mine: vec![card(false)],
        colleagues: vec![ColleagueForm {
            id: "a1".to_owned(),
            name: "小美".to_owned(),
            status: "offline",
            load: 1,
            capacity: 5,
            groups: vec!["sale".to_owned()],
            shops: vec!["demo".to_owned()],
        }],
        ..BoardForm::default()
    };
    let mut taken = ServerFrame::error(ErrorCode::Taken, Some("a"), Some("c1"));
    if let ServerFrame::Error { by, .. } = &mut taken {
        *by = Some("小安".to_owned());
    }
    let agent = || Some(Named { name: "小美".to_owned() });
    let ack = |seq, n| ServerFrame::Ack { id: "a".to_owned(), conversation: conversation(), seq, n };
    let frames = values(&[
        ServerFrame::Welcome {
            agent: AgentForm {
                id: "a1".to_owned(),
                name: "小美".to_owned(),
                role: "owner",
                groups: vec!["sale".to_owned()],
                capacity: 0,
            },
            shops: vec![desk_shop()],
            board: board(),
        },
        ServerFrame::Board(board()),
        ServerFrame::Conversation {
            card: Box::new(card(true)),
            messages: messages(),
            notes: vec![note()],
            more: false,
        },
        ServerFrame::Earlier { conversation: conversation(), messages: messages(), more: true },
        ServerFrame::Suggestions {
            conversation: conversation(),
            seq: 3,
            suggestions: vec![SuggestionForm { source: "bot", text: "好".to_owned() }],
        },
        ServerFrame::Message {
            conversation: conversation(),
            message: Box::new(MessageForm::of(&message(Author::Bot), true)),
        },
        ServerFrame::Note { conversation: conversation(), note: note() },
        ServerFrame::State { conversation: conversation(), mode: "agent", agent: agent() },
        ServerFrame::State { conversation: conversation(), mode: "closed", agent: None },
        ServerFrame::Typing { conversation: conversation(), from: "shopper" },
        ServerFrame::Read { conversation: conversation(), from: "shopper", seq: 3 },
        ack(Some(3), None),
        ack(None, Some(1)),
        ServerFrame::Pong { t: json!(1) },
        ServerFrame::fatal(ErrorCode::UnsupportedVersion),
        taken,
    ]);
    assert_described("desk-out", &frames);
    assert_eq!(frames.iter().map(type_of).collect::<BTreeSet<_>>(), types("desk-out"));
}

/// What a document and the code that reads frames think of the same texts.
fn assert_agree(name: &str, reads: impl Fn(&str) -> bool, fine: &[Value], wrong: &[Value]) {
    let documents = published();
    for (frames, expected) in [(fine, true), (wrong, false)] {
        for frame in frames {
            assert_eq!(documents.check(name, frame).is_ok(), expected, "{name}: the schema on {frame}");
            assert_eq!(reads(&frame.to_string()), expected, "{name}: the code on {frame}");
        }
    }
    assert_eq!(fine.iter().map(type_of).collect::<BTreeSet<_>>(), types(name), "each type is tried");
}

#[test]
fn frames_from_the_shopper_are_read_as_described() {
    let say = |field: &str, value: Value| json!({"type": "say", "id": "a", field: value});
    let mut fine = vec![
        json!({"type": "hello", "v": 1}),
        json!({"type": "hello", "v": 1, "token": "t", "after": 3, "locale": "en", "shopper": "jwt", "trace": true,
               "page": {"product": "tee", "order": "1", "url": "/p"}, "from_the_future": 1}),
        json!({"type": "hello", "v": 1, "token": null, "after": null, "page": null}),
        say("text", json!("好".repeat(2000))),
        json!({"type": "say", "id": "好".repeat(64), "text": "x"}),
        json!({"type": "identify", "shopper": "jwt"}),
        json!({"type": "identify", "shopper": null}),
        json!({"type": "page", "product": "tee"}),
        json!({"type": "page"}),
        json!({"type": "typing"}),
        json!({"type": "read", "seq": 0}),
        json!({"type": "rate", "score": 1}),
        json!({"type": "rate", "score": 5, "comment": "好"}),
        json!({"type": "leave_queue"}),
        json!({"type": "ping"}),
        json!({"type": "ping", "t": [1]}),
    ];
    fine.extend(
        ["text", "choice", "product", "order", "sticker", "image"].map(|field| say(field, json!("x"))),
    );
    let wrong = [
        json!([]),
        json!({}),
        json!({"type": "dance"}),
        json!({"type": "hello"}),
        json!({"type": "hello", "v": 1, "after": -1}),
        json!({"type": "hello", "v": 1, "trace": "yes"}),
        json!({"type": "hello", "v": 1, "page": "tee"}),
        json!({"type": "say", "id": "a"}),
        json!({"type": "say", "text": "x"}),
        json!({"type": "say", "id": "a", "text": "x", "choice": "y"}),
        json!({"type": "say", "id": "", "text": "x"}),
        json!({"type": "say", "id": "好".repeat(65), "text": "x"}),
        json!({"type": "say", "id": "a\u{7}", "text": "x"}),
        say("text", json!("  \n")),
        say("text", json!("好".repeat(2001))),
        say("image", json!(7)),
        json!({"type": "identify", "shopper": 7}),
        json!({"type": "page", "url": 7}),
        json!({"type": "read"}),
        json!({"type": "read", "seq": -1}),
        json!({"type": "rate", "score": 0}),
        json!({"type": "rate", "score": 6}),
        json!({"type": "rate", "score": 4.5}),
        json!({"type": "rate", "score": 5, "comment": "好".repeat(2001)}),
    ];
    assert_agree("shopper-in", |text| shopper::parse(text).is_ok(), &fine, &wrong);
}

#[test]
fn frames_from_the_desk_are_read_as_described() {
    let about = |kind: &str| json!({"type": kind, "conversation": "c1"});
    let mut fine = vec![
        json!({"type": "hello", "v": 1, "from_the_future": 1}),
        json!({"type": "open", "conversation": "c1", "after": 3}),
        json!({"type": "earlier", "conversation": "c1", "before": 201}),
        json!({"type": "say", "id": "a", "conversation": "c1", "text": "您好"}),
        json!({"type": "note", "id": "a", "conversation": "c1", "text": "老顾客"}),
        json!({"type": "read", "conversation": "c1", "seq": 3}),
        json!({"type": "ping", "t": 1}),
        json!({"type": "status", "status": "here"}),
        json!({"type": "say", "id": "a", "conversation": "c1", "sticker": "ok"}),
        json!({"type": "say", "id": "a", "conversation": "c1", "image": "i1"}),
        json!({"type": "say", "id": "a", "conversation": "c1", "text": "好",
               "suggestion": {"source": "faq", "text": "好的"}}),
        json!({"type": "tag", "conversation": "c1", "tags": ["急"]}),
        json!({"type": "transfer", "conversation": "c1", "agent": "a2"}),
        json!({"type": "transfer", "conversation": "c1", "group": "vip", "note": "急"}),
        json!({"type": "release", "conversation": "c1", "order": "1", "note": null}),
        json!({"type": "close", "conversation": "c1", "wrap_up": "returns", "note": "好"}),
    ];
    fine.extend(["open", "shut", "take", "take_over", "typing", "suggest", "release", "close"].map(about));
    let wrong = [
        json!([]),
        json!({"type": "dance"}),
        json!({"type": "hello"}),
        json!({"type": "open"}),
        json!({"type": "open", "conversation": "c1", "after": "soon"}),
        about("earlier"),
        json!({"type": "earlier", "conversation": "c1", "before": -1}),
        json!({"type": "take", "conversation": 7}),
        about("say"),
        json!({"type": "say", "id": "a", "conversation": "c1", "text": ""}),
        json!({"type": "say", "conversation": "c1", "text": "您好"}),
        json!({"type": "note", "id": "", "conversation": "c1", "text": "x"}),
        about("read"),
        json!({"type": "status"}),
        json!({"type": "say", "id": "a", "conversation": "c1", "text": "好", "sticker": "ok"}),
        json!({"type": "say", "id": "a", "conversation": "c1", "text": "好", "suggestion": "好"}),
        about("tag"),
        json!({"type": "tag", "conversation": "c1", "tags": "急"}),
        about("transfer"),
        json!({"type": "transfer", "conversation": "c1", "agent": "a2", "group": "vip"}),
        json!({"type": "transfer", "conversation": "c1", "agent": "a2", "note": "好".repeat(2001)}),
        json!({"type": "close", "conversation": "c1", "note": "好".repeat(2001)}),
    ];
    assert_agree("desk-in", |text| desk::parse(text).is_ok(), &fine, &wrong);
}
