//! The state of a conversation between turns: small, closed, storable without knowing any flow.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};

use super::{FaqId, IntentId, LineId, Locale, Money, OrderId, ProductId, TicketId, UploadId, VariantId};

/// Who answers the shopper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Mode {
    /// The assistant.
    #[default]
    Bot,
    /// Waiting for a person.
    Queue,
    /// A person.
    Agent,
    /// Nobody now: a message with contact is taken.
    Message,
    /// It is over; a new message opens it again.
    Closed,
}

impl Mode {
    /// The name on the wire and in rows.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bot => "bot",
            Self::Queue => "queue",
            Self::Agent => "agent",
            Self::Message => "message",
            Self::Closed => "closed",
        }
    }

    /// The mode with a name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Bot, Self::Queue, Self::Agent, Self::Message, Self::Closed]
            .into_iter()
            .find(|m| m.name() == name)
    }
}

/// What the assistant remembers of a conversation.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct DialogueState {
    /// Flows under way: the last is active, those before it are set aside.
    pub flows: Vec<FlowRun>,
    /// What was shown last, in the order shown, for "第二个" and "刚才那款".
    pub shown: Vec<Shown>,
    /// The product or order talked about.
    pub topic: Option<Shown>,
    /// The last product search in its stored form, for "再便宜点的".
    pub search: Option<BTreeMap<String, SlotValue>>,
    /// What was last asked the price of together, for "买三件呢" and "再加一双袜子".
    pub basket: Vec<BasketItem>,
    /// Goods out of stock that the shopper wants to hear of when they are back.
    pub watched: Vec<Watched>,
    /// Pictures sent before it was clear what for.
    pub pictures: Vec<UploadId>,
    /// Choices offered by the last answer: value → what choosing it means.
    pub offered: Vec<super::Choice>,
    /// Turns in a row that were not understood.
    pub misses: u8,
    /// The last intent acted on and how often in a row.
    pub repeated: Option<(String, u8)>,
    /// What the shopper wanted last, a person and small talk apart.
    pub wanted: Option<Wanted>,
    /// The text of the merchant's that was told last.
    pub told: Option<FaqId>,
    /// How often each reply key was said, so that variants alternate.
    pub said: BTreeMap<String, u32>,
    /// The language to answer in.
    pub locale: Locale,
    /// Mood over the conversation, from −1 to 1; recent messages weigh more.
    pub mood: f32,
    /// When the shopper last said something.
    pub touched_at: Option<Timestamp>,
}

/// Units of a product that a shopper thinks of buying.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct BasketItem {
    pub product: ProductId,
    /// In which form, where the shopper has said so.
    pub variant: Option<VariantId>,
    pub units: u32,
}

/// What a message asked for, in the shopper's words.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Wanted {
    pub intent: IntentId,
    /// Their first [`Wanted::LONGEST`] characters.
    pub words: String,
}

impl Wanted {
    /// Unicode scalar values that are kept of a message.
    pub const LONGEST: usize = 200;
}

/// A wish to hear when something is in stock again.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Watched {
    pub product: ProductId,
    /// Any of these forms will do; without one, any form at all.
    pub variants: Vec<VariantId>,
    pub since: Timestamp,
}

/// A flow under way.
#[derive(Clone, Debug, PartialEq)]
pub struct FlowRun {
    /// Which flow, by its id.
    pub flow: String,
    /// What it knows so far.
    pub slots: BTreeMap<String, SlotValue>,
    /// The slot it has asked for.
    pub asking: Option<String>,
    /// Times the present question was not answered.
    pub failures: u8,
    /// When it began.
    pub started_at: Timestamp,
}

impl FlowRun {
    /// A slot's text.
    pub fn text(&self, slot: &str) -> Option<&str> {
        match self.slots.get(slot) {
            Some(SlotValue::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// Puts a text into a slot.
    pub fn put(&mut self, slot: &str, text: impl Into<String>) {
        self.slots.insert(slot.to_owned(), SlotValue::Text(text.into()));
    }
}

/// What a slot can hold; closed, so that a new flow never needs a migration.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum SlotValue {
    Text(String),
    Integer(i64),
    Bool(bool),
    Money(Money),
    Date(Date),
    Product(ProductId),
    Order(OrderId),
    Ticket(TicketId),
    Lines(Vec<(LineId, u32)>),
}

/// Something shown to the shopper that can be pointed at.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Shown {
    Product(ProductId),
    Order(OrderId),
    Ticket(TicketId),
}
