//! Domain values that tests are made of.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::domain::{
    Change, Currency, DialogueState, FlowRun, Handoff, Locale, Localized, Money, Reason, Shown, SlotValue,
    act::ChangeRequest,
    trade::{
        Address, Attribute, LineState, Order, OrderLine, Product, ReturnClass, Shipment, ShipmentState,
        Shopper, TicketKind, TicketState, Variant,
    },
};

/// So many seconds after the tests' beginning of time.
pub(crate) fn at(seconds: i64) -> Timestamp {
    let start: Timestamp = "2026-11-23T10:00:00.123456789Z".parse().expect("a time");
    start + SignedDuration::from_secs(seconds)
}

pub(crate) fn yuan(amount: &str) -> Money {
    Money::parse(amount, Currency::CNY).expect("an amount")
}

/// A state with every kind of slot in it.
pub(crate) fn some_state() -> DialogueState {
    let slots = BTreeMap::from([
        ("reason".to_owned(), SlotValue::Text("太大".to_owned())),
        ("count".to_owned(), SlotValue::Integer(-2)),
        ("sealed".to_owned(), SlotValue::Bool(true)),
        ("amount".to_owned(), SlotValue::Money(yuan("168.30"))),
        ("since".to_owned(), SlotValue::Date(jiff::civil::date(2026, 11, 20))),
        ("product".to_owned(), SlotValue::Product("tee".into())),
        ("order".to_owned(), SlotValue::Order("20261101001".into())),
        ("ticket".to_owned(), SlotValue::Ticket("T100001".into())),
        ("lines".to_owned(), SlotValue::Lines(vec![("1".into(), 2), ("2".into(), 1)])),
    ]);
    let flow = FlowRun {
        flow: "return".to_owned(),
        slots: slots.clone(),
        asking: Some("units".to_owned()),
        failures: 1,
        started_at: at(1),
    };
    DialogueState {
        flows: vec![flow],
        shown: vec![Shown::Product("tee".into()), Shown::Order("20261101001".into())],
        topic: Some(Shown::Ticket("T100001".into())),
        search: Some(slots),
        basket: vec![crate::domain::BasketItem {
            product: "tee".into(),
            variant: Some("tee-m".into()),
            units: 2,
        }],
        pictures: vec!["a-photo".into()],
        watched: vec![crate::domain::Watched {
            product: "tee".into(),
            variants: vec!["tee-l".into()],
            since: at(1),
        }],
        offered: vec![crate::domain::Choice { label: "是".to_owned(), value: "yes".to_owned() }],
        misses: 1,
        repeated: Some(("return.request".to_owned(), 2)),
        wanted: Some(crate::domain::Wanted {
            intent: "return.request".into(), words: "我要退货".to_owned()
        }),
        told: Some("invoice.how".into()),
        said: BTreeMap::from([("return.ask_units".to_owned(), 3)]),
        locale: Locale::En,
        mood: -0.25,
        touched_at: Some(at(2)),
    }
}

pub(crate) fn handoff() -> Handoff {
    Handoff {
        reason: Reason::Asked,
        summary: vec!["要求人工".to_owned()],
        slots: vec![("order".to_owned(), "20261101001".to_owned())],
        about: Some(Shown::Order("20261101001".into())),
        group: "after_sale".to_owned(),
        priority: 2,
        promised: Some(at(86_400)),
        contact: Some("13800138000".to_owned()),
    }
}

pub(crate) fn change(key: &str, units: u32) -> Change {
    Change {
        key: key.to_owned(),
        request: ChangeRequest::OpenTicket {
            shopper: "lin".into(),
            order: "20261101001".into(),
            kind: TicketKind::Return,
            reason: "no_reason".to_owned(),
            lines: vec![("1".into(), units)],
            evidence: vec!["a-photo".into()],
            amount: yuan("84.15"),
            shipping_payer: "shopper".to_owned(),
            state: TicketState::WaitingForGoods,
            due: Some(at(86_400)),
        },
    }
}

pub(crate) fn product(id: &str) -> Product {
    Product {
        id: id.into(),
        title: Localized::new("纯棉T恤", "Cotton tee"),
        subtitle: Localized::zh("亲肤透气"),
        brand: "云朵".to_owned(),
        category: vec![Localized::zh("女装"), Localized::new("T恤", "T-shirts")],
        price: yuan("99.00"),
        list_price: Some(yuan("129.00")),
        image: Some(format!("/pictures/{id}.svg")),
        url: None,
        attributes: vec![Attribute { name: Localized::zh("材质"), value: Localized::zh("100%棉") }],
        variants: vec![Variant {
            id: format!("{id}-white-m").into(),
            options: vec![("颜色".to_owned(), "白色".to_owned()), ("尺码".to_owned(), "M".to_owned())],
            price: yuan("99.00"),
            stock: 12,
        }],
        option_words: vec![Localized::new("颜色", "Color")],
        size_chart: Some("women-tops".to_owned()),
        aliases: vec!["小白T".to_owned()],
        tags: vec!["夏季".to_owned()],
        audience: vec!["女".to_owned()],
        return_class: ReturnClass::Sealed,
        warranty_days: None,
        sales: 1203,
    }
}

pub(crate) fn shopper(id: &str) -> Shopper {
    Shopper {
        id: id.into(),
        name: "林小满".to_owned(),
        phone: "13800000001".to_owned(),
        level: "gold".to_owned(),
        points: 1200,
        locale: Some(Locale::ZhHans),
        note: String::new(),
    }
}

/// An order of one line of two units, with a parcel.
pub(crate) fn order(id: &str, shopper: &str, placed: i64) -> Order {
    let line = OrderLine {
        id: "1".into(),
        product: "tee".into(),
        variant: "tee-white-m".into(),
        title: Localized::zh("纯棉T恤"),
        variant_text: Localized::zh("白色 M"),
        units: 2,
        unit_price: yuan("99.00"),
        paid: yuan("168.30"),
        state: LineState::Delivered,
        delivered_at: Some(at(placed + 500)),
        return_class: ReturnClass::Normal,
        no_reason_waived_at: None,
        gift: false,
    };
    let parcel = Shipment {
        carrier: "顺丰".to_owned(),
        number: format!("SF{id}"),
        lines: vec!["1".into()],
        state: ShipmentState::Delivered,
        shipped_at: at(placed + 100),
        delivered_at: Some(at(placed + 500)),
        events: Vec::new(),
    };
    Order {
        id: id.into(),
        shopper: shopper.into(),
        placed_at: at(placed),
        address: Address { name: "林小满".to_owned(), ..Address::default() },
        lines: vec![line],
        shipments: vec![parcel],
        shipping_fee: yuan("0"),
        discounts: Vec::new(),
        total: yuan("168.30"),
        coupons: vec!["c1".to_owned()],
        points_spent: 5,
        refund: None,
        picking: false,
    }
}
