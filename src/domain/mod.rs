//! The shared vocabulary, as plain values.
//!
//! Every other module speaks in these types. There is no serde, no async and no IO here: JSON forms live in
//! `wire`, rows in `store`, file formats in `shop`.

pub mod act;
pub mod dialogue;
pub mod erasure;
pub mod id;
pub mod locale;
pub mod masking;
pub mod message;
pub mod money;
pub mod people;
pub mod search;
pub mod trade;
pub mod understanding;
pub mod utterance;
pub mod wording;

pub use act::{Act, Change, ChangeOutcome, Handoff, Reason};
pub use dialogue::{BasketItem, DialogueState, FlowRun, Mode, Shown, SlotValue, Wanted, Watched};
pub use erasure::{DataSubject, Erasure};
pub use id::*;
pub use locale::{Locale, Localized};
pub use message::{Author, Choice, Content, Message, Part, PartKind, Trace};
pub use money::{Currency, Money, MoneyError};
pub use people::{Ended, Staff, Stint};
pub use search::{ProductQuery, Sort};
pub use understanding::{Band, Nearest, RankedIntent, Sentiment, SentimentLabel, Understanding, Why};
pub use utterance::{Entity, EntityKind, EntityValue, Token, Utterance};
