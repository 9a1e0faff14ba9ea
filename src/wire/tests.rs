//! The forms on paper, and that every value comes back as it went.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{decode, decode_list, encode, encode_list, form::Form, understanding::understanding_json};
use crate::{
    domain::{
        Author, Band, Change, ChangeOutcome, Choice, Content, DialogueState, Entity, EntityKind, EntityValue,
        Handoff, Message, Money, Nearest, OrderId, Part, PartKind, RankedIntent, Sentiment, SentimentLabel,
        ShopperId, Shown, SlotValue, Trace, Understanding, Why,
        act::ChangeRequest,
        message::{
            OrderPartLine, OrderPartShipment, QuoteNext, QuotePartLine, TicketPartLine, TrackingPartEvent,
        },
        trade::{
            LineState, Order, OrderState, Product, ShipmentState, Shopper, Ticket, TicketKind, TicketState,
            WalletCoupon,
        },
    },
    wire::samples::{at, change, handoff, order, product, shopper, some_state, yuan},
};

const AT: &str = "2026-11-23T10:00:00.123456789Z";

fn cny(amount: &str) -> Value {
    json!({"amount": amount, "currency": "CNY"})
}

/// Every kind of part as the contract writes it, without its text.
pub(super) fn every_part() -> Vec<(PartKind, Value)> {
    [plain_parts(), order_parts(), money_parts()].concat()
}

fn plain_parts() -> Vec<(PartKind, Value)> {
    vec![
        (PartKind::Text, json!({"kind": "text"})),
        (
            PartKind::Product {
                id: "tee".into(),
                title: "T恤".to_owned(),
                price: yuan("199"),
                image: None,
                url: Some("/#/p/tee".to_owned()),
                stock: Some(3),
            },
            json!({"kind": "product", "id": "tee", "title": "T恤", "price": cny("199.00"), "url": "/#/p/tee", "stock": 3}),
        ),
        (
            PartKind::Choices { options: vec![Choice { label: "是".to_owned(), value: "yes".to_owned() }] },
            json!({"kind": "choices", "options": [{"label": "是", "value": "yes"}]}),
        ),
        (
            PartKind::Image {
                url: "/u/1".to_owned(),
                alt: "图".to_owned(),
                width: Some(40),
                height: Some(30),
            },
            json!({"kind": "image", "url": "/u/1", "alt": "图", "width": 40, "height": 30}),
        ),
        (
            PartKind::Sticker { id: "thanks".to_owned(), alt: "谢谢".to_owned() },
            json!({"kind": "sticker", "id": "thanks", "alt": "谢谢"}),
        ),
    ]
}

fn order_parts() -> Vec<(PartKind, Value)> {
    vec![
        (
            PartKind::Order {
                id: "20261101001".into(),
                state: OrderState::PartlyShipped,
                placed_at: at(0),
                total: yuan("168.30"),
                lines: vec![OrderPartLine {
                    id: "1".to_owned(),
                    product: "tee".into(),
                    title: "T恤".to_owned(),
                    variant: "白色 M".to_owned(),
                    units: 2,
                    paid: yuan("168.30"),
                    state: LineState::Shipped,
                }],
                shipments: vec![OrderPartShipment {
                    carrier: "顺丰".to_owned(),
                    number: "SF1".to_owned(),
                    state: ShipmentState::OutForDelivery,
                }],
            },
            json!({
                "kind": "order", "id": "20261101001", "state": "partly_shipped", "placed_at": AT,
                "total": cny("168.30"),
                "lines": [{"id": "1", "product": "tee", "title": "T恤", "variant": "白色 M", "units": 2,
                           "paid": cny("168.30"), "state": "shipped"}],
                "shipments": [{"carrier": "顺丰", "number": "SF1", "state": "out_for_delivery"}],
            }),
        ),
        (
            PartKind::Tracking {
                carrier: "顺丰".to_owned(),
                number: "SF1".to_owned(),
                events: vec![TrackingPartEvent {
                    at: at(0),
                    place: "杭州".to_owned(),
                    text: "已揽收".to_owned(),
                }],
            },
            json!({"kind": "tracking", "carrier": "顺丰", "number": "SF1",
                   "events": [{"at": AT, "place": "杭州", "text": "已揽收"}]}),
        ),
    ]
}

fn money_parts() -> Vec<(PartKind, Value)> {
    vec![
        (
            PartKind::Quote {
                lines: vec![QuotePartLine {
                    label: "满300减30".to_owned(),
                    kind: "threshold".to_owned(),
                    rule: None,
                    amount: yuan("-30"),
                }],
                total: yuan("270"),
                saved: yuan("30"),
                proven: true,
                next: Some(QuoteNext { add: yuan("100"), then_total: yuan("350") }),
            },
            json!({"kind": "quote", "lines": [{"label": "满300减30", "kind": "threshold", "amount": cny("-30.00")}],
                   "total": cny("270.00"), "saved": cny("30.00"), "proven": true,
                   "next": {"add": cny("100.00"), "then_total": cny("350.00")}}),
        ),
        (
            PartKind::Coupon {
                id: "c".to_owned(),
                title: "券".to_owned(),
                threshold: Some(yuan("199")),
                off: "20".to_owned(),
                from: at(0),
                until: at(0),
                state: "usable".to_owned(),
            },
            json!({"kind": "coupon", "id": "c", "title": "券", "threshold": cny("199.00"), "off": "20", "from": AT,
                   "until": AT, "state": "usable"}),
        ),
        (
            PartKind::Ticket {
                id: "T100001".to_owned(),
                kind: TicketKind::RefundOnly,
                state: TicketState::WaitingForGoods,
                lines: vec![TicketPartLine {
                    line: "1".to_owned(), title: Some("T恤".to_owned()), units: 2
                }],
                evidence: vec!["/u/1".to_owned()],
                amount: yuan("84.15"),
                shipping_payer: "shopper".to_owned(),
                due: None,
                next: "寄回商品".to_owned(),
            },
            json!({"kind": "ticket", "ticket_kind": "refund_only", "id": "T100001", "state": "waiting_for_goods",
                   "lines": [{"line": "1", "title": "T恤", "units": 2}], "evidence": ["/u/1"], "amount": cny("84.15"),
                   "shipping_payer": "shopper", "due": null, "next": "寄回商品"}),
        ),
    ]
}

/// Written as the contract says, and read back as it was.
fn check<T: Form + PartialEq + std::fmt::Debug>(value: &T, expected: &Value) {
    let written = encode(value);
    assert_eq!(&serde_json::from_str::<Value>(&written).unwrap(), expected);
    assert_eq!(&decode::<T>(&written).unwrap(), value);
}

fn comes_back<T: Form + PartialEq + std::fmt::Debug>(value: &T) {
    assert_eq!(&decode::<T>(&encode(value)).unwrap(), value);
}

#[test]
fn parts_are_flat_objects_with_kind_and_text() {
    for (kind, mut expected) in every_part() {
        expected["text"] = json!("文字");
        check(&Part { kind, text: "文字".to_owned() }, &expected);
    }
}

#[test]
fn small_forms() {
    check(&yuan("199"), &json!({"amount": "199.00", "currency": "CNY"}));
    check(&at(0), &json!(AT));
    check(&Content::Choice("yes".to_owned()), &json!({"choice": "yes"}));
    check(&Content::Product("tee".into()), &json!({"product": "tee"}));
    check(&ChangeOutcome::Refused("units_claimed".to_owned()), &json!({"refused": "units_claimed"}));
    check(&ChangeOutcome::TicketOpened("T1".into()), &json!({"ticket_opened": "T1"}));
    check(&ChangeOutcome::Done, &json!("done"));
    let coupon = WalletCoupon { promotion: "ten-off".into(), claimed_at: at(0), order: None };
    check(&coupon, &json!({"promotion": "ten-off", "claimed_at": AT}));
    let used = WalletCoupon { order: Some("o".into()), ..coupon };
    check(&used, &json!({"promotion": "ten-off", "claimed_at": AT, "order": "o"}));
    let (shopper, order) = (ShopperId::from("lin"), OrderId::from("o"));
    check(
        &ChangeRequest::CancelOrder { shopper: shopper.clone(), order: order.clone() },
        &json!({"cancel_order": {"shopper": "lin", "order": "o"}}),
    );
    check(
        &ChangeRequest::ClaimCoupon { shopper, promotion: "ten-off".into(), per_shopper: 1 },
        &json!({"claim_coupon": {"shopper": "lin", "promotion": "ten-off", "per_shopper": 1}}),
    );
    check(&Author::Agent { name: "小美".to_owned() }, &json!({"agent": {"name": "小美"}}));
    check(&Author::Bot, &json!("bot"));
    check(&SlotValue::Lines(vec![("1".into(), 2)]), &json!({"lines": [{"line": "1", "units": 2}]}));
    check(&Shown::Order("o".into()), &json!({"order": "o"}));
    let elsewhere: jiff::Timestamp = decode("\"2026-11-23T18:00:00+08:00\"").unwrap();
    assert_eq!(elsewhere.to_string(), "2026-11-23T10:00:00Z");
}

#[test]
fn rows_come_back_as_they_went() {
    comes_back(&some_state());
    comes_back(&DialogueState::default());
    comes_back(&change("k", 2));
    comes_back(&handoff());
    comes_back(&product("tee"));
    comes_back(&shopper("lin"));
    comes_back(&order("20261101001", "lin", 3));
    assert_eq!(decode_list::<Money>(&encode_list(&[yuan("1"), yuan("2")])).unwrap(), [yuan("1"), yuan("2")]);
}

#[test]
fn a_state_names_its_version_and_forgives_what_is_missing() {
    let written: Value = serde_json::from_str(&encode(&some_state())).unwrap();
    assert_eq!(written["v"], 1);
    assert_eq!(decode::<DialogueState>(r#"{"v":1}"#).unwrap(), DialogueState::default());
    assert_eq!(decode::<DialogueState>(r#"{"v":1,"later":[1,2]}"#).unwrap(), DialogueState::default());
    for refused in ["{}", r#"{"v":2}"#, r#"{"v":1,"misses":-1}"#, r#"{"v":1,"flows":{}}"#] {
        assert!(decode::<DialogueState>(refused).is_err(), "{refused}");
    }
    let moody = DialogueState { mood: f32::NAN, ..DialogueState::default() };
    assert_eq!(decode::<DialogueState>(&encode(&moody)).unwrap().mood, 0.0, "JSON has no NaN");
}

#[test]
fn what_is_wrong_is_refused() {
    for money in [
        r#"199"#,
        r#"{"amount":199,"currency":"CNY"}"#,
        r#"{"amount":"1e3","currency":"CNY"}"#,
        r#"{"amount":"0.005","currency":"CNY"}"#,
        r#"{"amount":"1","currency":"yuan"}"#,
        r#"{"amount":"1"}"#,
    ] {
        assert!(decode::<Money>(money).is_err(), "{money}");
    }
    for time in [r#""2026-11-23T10:00:00""#, r#""2026-11-23""#, "0", "null", r#""yesterday""#] {
        assert!(decode::<jiff::Timestamp>(time).is_err(), "{time}");
    }
    for part in [
        r#"{"text":"x"}"#,
        r#"{"kind":"text"}"#,
        r#"{"kind":"hologram","text":"x"}"#,
        r#"{"kind":"image","text":"x"}"#,
        r#"["text","x"]"#,
    ] {
        assert!(decode::<Part>(part).is_err(), "{part}");
    }
    let deep = "[".repeat(100_000);
    assert!(decode::<Part>(&deep).is_err(), "depth is bounded");
    let told = decode::<Content>(r#"{"text":7}"#).unwrap_err();
    assert_eq!(told.to_string(), "not a Content in its json form");
}

#[test]
fn an_understanding_is_one_object_of_the_contract() {
    let entity =
        |kind, span: std::ops::Range<usize>, value| Entity { kind, span, text: "x".to_owned(), value };
    let decimal = |text: &str| text.parse().unwrap();
    let day = jiff::civil::date(2026, 11, 23);
    let understanding = Understanding {
        language: "zh-Hans".to_owned(),
        intents: vec![RankedIntent { id: "return.request".into(), confidence: 0.912_345 }],
        oos: false,
        stated: vec!["return.request".into()],
        band: Band::Answer,
        entities: vec![
            entity(EntityKind::Money, 0..3, EntityValue::Decimal(decimal("199.00"))),
            entity(
                EntityKind::MoneyRange,
                0..3,
                EntityValue::MoneyRange { from: None, to: Some(decimal("300")) },
            ),
            entity(EntityKind::HeightCm, 0..3, EntityValue::Decimal(decimal("165.0"))),
            entity(EntityKind::WeightKg, 0..3, EntityValue::Decimal(decimal("52.5"))),
            entity(EntityKind::Quantity, 0..3, EntityValue::Integer(2)),
            entity(EntityKind::Size, 0..3, EntityValue::Text("XL".to_owned())),
            entity(EntityKind::Date, 0..3, EntityValue::Date(day)),
            entity(EntityKind::DateRange, 0..3, EntityValue::DateRange { from: day, to: day }),
            entity(
                EntityKind::ProductName,
                4..10,
                EntityValue::Product { name: "T恤".to_owned(), product: Some("tee".into()) },
            ),
        ],
        sentiment: Sentiment { label: SentimentLabel::Negative, score: -0.5 },
        why: Why {
            tier: "head",
            nearest: vec![Nearest {
                text: "我要退货".to_owned(),
                intent: "return.request".into(),
                score: 0.99,
            }],
            margin: 0.8,
        },
        micros: 42,
    };
    let written = understanding_json("我要退货", &understanding);
    let values: Vec<&Value> = written["entities"].as_array().unwrap().iter().map(|e| &e["value"]).collect();
    let expected = json!([
        "199.00", {"to": "300"}, 165, 52.5, 2, "XL", "2026-11-23", {"from": "2026-11-23", "to": "2026-11-23"}, "T恤"
    ]);
    assert_eq!(json!(values), expected);
    let named = &written["entities"][8];
    assert_eq!(
        named,
        &json!({"type": "product_name", "start": 4, "end": 10, "text": "x", "value": "T恤", "product": "tee"})
    );
    assert_eq!(written["intents"], json!([{"id": "return.request", "confidence": 0.9123}]));
    assert_eq!(written["sentiment"], json!({"label": "negative", "score": -0.5}));
    assert_eq!(
        written["why"]["nearest"][0],
        json!({"text": "我要退货", "intent": "return.request", "score": 0.99})
    );
    for (field, value) in
        [("text", json!("我要退货")), ("oos", json!(false)), ("band", json!("answer")), ("micros", json!(42))]
    {
        assert_eq!(written[field], value, "{field}");
    }
}

fn messages() -> impl Strategy<Value = Message> {
    let parts = proptest::collection::vec((0..every_part().len(), ".{0,20}"), 1..4).prop_map(|chosen| {
        let kinds = every_part();
        let part = |(index, text): (usize, String)| Part { kind: kinds[index].0.clone(), text };
        chosen.into_iter().map(part).collect::<Vec<_>>()
    });
    let authors = prop_oneof![
        Just(Author::Shopper),
        Just(Author::Bot),
        Just(Author::System),
        ".{0,9}".prop_map(|name| Author::Agent { name }),
    ];
    let traces = proptest::option::of((".{0,9}", proptest::option::of(0.0_f32..1.0), any::<u64>()).prop_map(
        |(source, confidence, micros)| Trace { intent: Some(source.clone()), confidence, source, micros },
    ));
    (any::<u64>(), authors, proptest::option::of(".{1,64}"), -1_000_000_000_i64..4_000_000_000, parts, traces)
        .prop_map(|(seq, from, client_id, seconds, parts, trace)| {
            let at = jiff::Timestamp::from_second(seconds).unwrap();
            Message { seq, from, client_id, at, parts, trace }
        })
}

proptest! {
    #[test]
    fn messages_come_back_as_they_went(message in messages()) {
        prop_assert_eq!(decode::<Message>(&encode(&message)).unwrap(), message);
    }

    #[test]
    fn money_comes_back_as_it_went(minor in -99_999_999_999_i64..99_999_999_999) {
        let money = Money::from_minor(minor, crate::domain::Currency::CNY);
        prop_assert_eq!(decode::<Money>(&encode(&money)).unwrap(), money);
    }

    #[test]
    fn states_come_back_as_they_went(
        words in ".{0,30}", count in any::<i64>(), mood in -1.0_f32..1.0, misses in any::<u8>(),
    ) {
        let mut state = some_state();
        state.flows[0].slots.insert(words.clone(), SlotValue::Integer(count));
        state.flows[0].slots.insert("words".to_owned(), SlotValue::Text(words));
        (state.mood, state.misses) = (mood, misses);
        prop_assert_eq!(decode::<DialogueState>(&encode(&state)).unwrap(), state);
    }

    /// Damaged forms are refused or read, and nothing panics.
    #[test]
    fn no_text_makes_reading_panic(cut in 0_usize..4000, put in ".{0,6}", raw in ".{0,60}") {
        let texts = [
            encode(&order("20261101001", "lin", 3)), encode(&product("tee")), encode(&some_state()),
            encode(&change("k", 2)), encode(&handoff()), encode_list(&every_parts_as_parts()), raw,
        ];
        for text in texts {
            let place = (0..=cut.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
            let damaged = format!("{}{put}{}", &text[..place], &text[place..]);
            read_as_everything(&damaged);
            read_as_everything(&text[..place]);
        }
    }
}

fn every_parts_as_parts() -> Vec<Part> {
    every_part().into_iter().map(|(kind, _)| Part { kind, text: String::new() }).collect()
}

fn read_as_everything(text: &str) {
    let _ = decode::<Order>(text);
    let _ = decode::<Product>(text);
    let _ = decode::<Shopper>(text);
    let _ = decode::<Ticket>(text);
    let _ = decode::<DialogueState>(text);
    let _ = decode::<Message>(text);
    let _ = decode::<Change>(text);
    let _ = decode::<Handoff>(text);
    let _ = decode_list::<Part>(text);
}
