//! Parts of messages (CONTRACT section 3). Every part is one object: its `kind`, its `text` form, and the fields
//! of its kind beside them.
//!
//! `kind` names the part, so a ticket part says what the ticket is for in `ticket_kind`.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::form::{list, maybe, mirrored, one};
use crate::domain::{
    Choice, Money, OrderId, Part, PartKind, ProductId,
    message::{
        OrderPartLine, OrderPartShipment, QuoteNext, QuotePartLine, TicketPartLine, TrackingPartEvent,
    },
    trade::{LineState, OrderState, ShipmentState, TicketKind, TicketState},
};

#[derive(Serialize, Deserialize)]
#[serde(remote = "Part")]
struct PartForm {
    #[serde(flatten, with = "one")]
    kind: PartKind,
    text: String,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "PartKind", tag = "kind", rename_all = "snake_case")]
enum PartKindForm {
    Text,
    Product {
        #[serde(with = "one")]
        id: ProductId,
        title: String,
        #[serde(with = "one")]
        price: Money,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        image: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        url: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stock: Option<u32>,
    },
    Choices {
        #[serde(with = "list")]
        options: Vec<Choice>,
    },
    Order {
        #[serde(with = "one")]
        id: OrderId,
        #[serde(with = "one")]
        state: OrderState,
        #[serde(with = "one")]
        placed_at: Timestamp,
        #[serde(with = "one")]
        total: Money,
        #[serde(with = "list")]
        lines: Vec<OrderPartLine>,
        #[serde(with = "list")]
        shipments: Vec<OrderPartShipment>,
    },
    Tracking {
        carrier: String,
        number: String,
        #[serde(with = "list")]
        events: Vec<TrackingPartEvent>,
    },
    Quote {
        #[serde(with = "list")]
        lines: Vec<QuotePartLine>,
        #[serde(with = "one")]
        total: Money,
        #[serde(with = "one")]
        saved: Money,
        proven: bool,
        #[serde(default, skip_serializing_if = "Option::is_none", with = "maybe")]
        next: Option<QuoteNext>,
    },
    Coupon {
        id: String,
        title: String,
        #[serde(default, skip_serializing_if = "Option::is_none", with = "maybe")]
        threshold: Option<Money>,
        off: String,
        #[serde(with = "one")]
        from: Timestamp,
        #[serde(with = "one")]
        until: Timestamp,
        state: String,
    },
    Ticket {
        id: String,
        #[serde(rename = "ticket_kind", with = "one")]
        kind: TicketKind,
        #[serde(with = "one")]
        state: TicketState,
        #[serde(with = "list")]
        lines: Vec<TicketPartLine>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        evidence: Vec<String>,
        #[serde(with = "one")]
        amount: Money,
        shipping_payer: String,
        #[serde(default, with = "maybe")]
        due: Option<Timestamp>,
        next: String,
    },
    Image {
        url: String,
        alt: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        width: Option<u32>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        height: Option<u32>,
    },
    Sticker {
        id: String,
        alt: String,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Choice")]
struct ChoiceForm {
    label: String,
    value: String,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "OrderPartLine")]
struct OrderPartLineForm {
    id: String,
    #[serde(with = "one")]
    product: ProductId,
    title: String,
    variant: String,
    units: u32,
    #[serde(with = "one")]
    paid: Money,
    #[serde(with = "one")]
    state: LineState,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "OrderPartShipment")]
struct OrderPartShipmentForm {
    carrier: String,
    number: String,
    #[serde(with = "one")]
    state: ShipmentState,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "TrackingPartEvent")]
struct TrackingPartEventForm {
    #[serde(with = "one")]
    at: Timestamp,
    place: String,
    text: String,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "QuotePartLine")]
struct QuotePartLineForm {
    label: String,
    kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rule: Option<String>,
    #[serde(with = "one")]
    amount: Money,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "QuoteNext")]
struct QuoteNextForm {
    #[serde(with = "one")]
    add: Money,
    #[serde(with = "one")]
    then_total: Money,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "TicketPartLine")]
struct TicketPartLineForm {
    line: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    units: u32,
}

mirrored! {
    Part => PartForm,
    PartKind => PartKindForm,
    Choice => ChoiceForm,
    OrderPartLine => OrderPartLineForm,
    OrderPartShipment => OrderPartShipmentForm,
    TrackingPartEvent => TrackingPartEventForm,
    QuotePartLine => QuotePartLineForm,
    QuoteNext => QuoteNextForm,
    TicketPartLine => TicketPartLineForm,
}
