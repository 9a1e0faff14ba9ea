//! What a turn brings: the shopper's message, the outcome of a change, or the passing of time.

use jiff::ZonedDateTime;

use crate::domain::{
    ChangeOutcome, Content, IntentId, Mode, OrderId, ProductId, Understanding, Utterance, trade::Shopper,
};

/// One turn of a conversation, with everything about it that is not a fact to be fetched.
#[derive(Clone, Debug)]
pub struct Turn {
    /// What happened.
    pub input: Input,
    /// The time, in the shop's time zone.
    pub now: ZonedDateTime,
    /// Who it is, once the shop has proved it.
    pub shopper: Option<Shopper>,
    /// The page the shopper looks at.
    pub page: Page,
    /// Whether the page that holds the conversation can sign a shopper in.
    pub can_sign_in: bool,
    /// Whether a person can answer now.
    pub people_open: bool,
    /// Whether the assistant only proposes now, and people answer.
    pub assist: bool,
    /// Who answers the shopper now.
    pub mode: Mode,
}

/// What happened.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "there is one of these a turn")]
pub enum Input {
    /// The shopper said something. `utterance` and `understanding` are there for words only.
    Said {
        /// What came.
        content: Content,
        /// Its words as `text` read them.
        utterance: Option<Utterance>,
        /// What `nlu` made of them.
        understanding: Option<Understanding>,
    },
    /// A change asked for earlier came to an end.
    Outcome {
        /// The change's idempotency key.
        key: String,
        /// What became of it.
        outcome: ChangeOutcome,
    },
    /// Time has passed. Nothing is said; what is too old is forgotten.
    Wake,
    /// The shopper has been silent for as long as the shop's rules say; the assistant may speak first.
    Silence,
}

/// What the shopper's page shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// A product.
    pub product: Option<ProductId>,
    /// An order.
    pub order: Option<OrderId>,
}

/// What answered a turn and on what grounds, for the trace.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Source {
    /// `flow:return`, `faq:invoice.how`, `search:none` (nothing found), `handoff`, `clarify`, `unknown`, `oos`; empty when nothing was said.
    pub name: String,
    /// The intent acted upon.
    pub intent: Option<IntentId>,
    /// Its confidence.
    pub confidence: Option<f32>,
}
