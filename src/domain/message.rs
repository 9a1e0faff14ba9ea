//! Messages: what the shopper, the bot and staff say to each other, and the cards they carry.

use jiff::Timestamp;

use super::{
    Localized, Money, OrderId, ProductId,
    trade::{LineState, OrderState, ShipmentState, TicketKind, TicketState},
};

/// Who wrote a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Author {
    /// The customer.
    Shopper,
    /// The assistant.
    Bot,
    /// A person of the shop.
    Agent {
        /// The name shown to the shopper.
        name: String,
    },
    /// Notices such as "a person has joined".
    System,
}

/// One message of a conversation, as the shopper may see it.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// Its number within the conversation, from 1, without gaps.
    pub seq: u64,
    /// Who wrote it.
    pub from: Author,
    /// The sender's own id, for messages that came from a client.
    pub client_id: Option<String>,
    /// When it was stored.
    pub at: Timestamp,
    /// Its contents, at least one part.
    pub parts: Vec<Part>,
    /// Why the bot said it; shown to those who may see traces.
    pub trace: Option<Trace>,
}

/// Why the bot said a message.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Trace {
    /// The intent acted upon.
    pub intent: Option<String>,
    /// Its confidence.
    pub confidence: Option<f32>,
    /// What answered: `flow:return`, `faq:invoice.how`, `product`, `chat`, `clarify`, `unknown`.
    pub source: String,
    /// From the commit of the shopper's message to the commit of the answer, in microseconds.
    pub micros: u64,
}

/// What a shopper sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Words.
    Text(String),
    /// The value of an offered choice.
    Choice(String),
    /// A product picked from a card or the page.
    Product(ProductId),
    /// An order picked from a card or the page.
    Order(OrderId),
    /// A sticker's id.
    Sticker(String),
    /// An uploaded image's id.
    Image(String),
}

/// A choice offered to the shopper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What the button says.
    pub label: String,
    /// What comes back when it is pressed.
    pub value: String,
}

/// A piece of a message with the text that a plain client shows instead.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// The piece.
    pub kind: PartKind,
    /// Its text form.
    pub text: String,
}

impl Part {
    /// Plain words.
    pub fn text(text: impl Into<String>) -> Self {
        Self { kind: PartKind::Text, text: text.into() }
    }
}

/// The kinds of parts of CONTRACT section 3.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "fields carry the wire's names, described in the public contract")]
pub enum PartKind {
    Text,
    Product {
        id: ProductId,
        title: String,
        price: Money,
        image: Option<String>,
        url: Option<String>,
        stock: Option<u32>,
    },
    Choices {
        options: Vec<Choice>,
    },
    Order {
        id: OrderId,
        state: OrderState,
        placed_at: Timestamp,
        total: Money,
        lines: Vec<OrderPartLine>,
        shipments: Vec<OrderPartShipment>,
    },
    Tracking {
        carrier: String,
        number: String,
        events: Vec<TrackingPartEvent>,
    },
    Quote {
        lines: Vec<QuotePartLine>,
        total: Money,
        saved: Money,
        proven: bool,
        next: Option<QuoteNext>,
    },
    Coupon {
        id: String,
        title: String,
        threshold: Option<Money>,
        off: String,
        from: Timestamp,
        until: Timestamp,
        state: String,
    },
    Ticket {
        id: String,
        kind: TicketKind,
        state: TicketState,
        lines: Vec<TicketPartLine>,
        /// Addresses of pictures.
        evidence: Vec<String>,
        amount: Money,
        shipping_payer: String,
        due: Option<Timestamp>,
        next: String,
    },
    Image {
        url: String,
        alt: String,
        width: Option<u32>,
        height: Option<u32>,
    },
    Sticker {
        id: String,
        alt: String,
    },
}

impl PartKind {
    /// Its `kind` on the wire.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Product { .. } => "product",
            Self::Choices { .. } => "choices",
            Self::Order { .. } => "order",
            Self::Tracking { .. } => "tracking",
            Self::Quote { .. } => "quote",
            Self::Coupon { .. } => "coupon",
            Self::Ticket { .. } => "ticket",
            Self::Image { .. } => "image",
            Self::Sticker { .. } => "sticker",
        }
    }
}

/// A line on an order card.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "fields carry the wire's names, described in the public contract")]
pub struct OrderPartLine {
    pub id: String,
    pub product: ProductId,
    pub title: String,
    pub variant: String,
    pub units: u32,
    pub paid: Money,
    pub state: LineState,
}

/// A shipment on an order card.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "fields carry the wire's names, described in the public contract")]
pub struct OrderPartShipment {
    pub carrier: String,
    pub number: String,
    pub state: ShipmentState,
}

/// A step of a parcel's way.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "fields carry the wire's names, described in the public contract")]
pub struct TrackingPartEvent {
    pub at: Timestamp,
    pub place: String,
    pub text: String,
}

/// A line of a worked-out price.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "fields carry the wire's names, described in the public contract")]
pub struct QuotePartLine {
    pub label: String,
    pub kind: String,
    pub rule: Option<String>,
    pub amount: Money,
}

/// What to add to reach the next threshold, and the total then.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "fields carry the wire's names, described in the public contract")]
pub struct QuoteNext {
    pub add: Money,
    pub then_total: Money,
}

/// A line claimed by a ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "fields carry the wire's names, described in the public contract")]
pub struct TicketPartLine {
    pub line: String,
    pub title: Option<String>,
    pub units: u32,
}

/// A text that may still need its language chosen, or is already in the reader's.
#[derive(Clone, Debug, PartialEq)]
pub enum Words {
    /// In several languages.
    Localized(Localized),
    /// As it is.
    Plain(String),
}
