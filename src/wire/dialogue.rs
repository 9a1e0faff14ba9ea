//! The dialogue state as rows keep it, under a version so that a later Xiaoer can tell what it reads.
//!
//! A field that is missing takes its default, so a field may be added without a migration.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use super::form::{Borrowed, Form, list, map, maybe, mirrored, one};
use crate::domain::{
    BasketItem, Choice, DialogueState, FaqId, FlowRun, IntentId, LineId, Locale, Money, OrderId, ProductId,
    Shown, SlotValue, TicketId, UploadId, VariantId, Wanted, Watched,
};

/// The version of the form that this program writes and the newest it reads.
pub const STATE_VERSION: u32 = 1;

#[derive(Serialize)]
struct Written<'a> {
    v: u32,
    #[serde(flatten)]
    state: Borrowed<'a, State>,
}

#[derive(Deserialize)]
struct Read {
    v: u32,
    #[serde(flatten, with = "one")]
    state: State,
}

/// The state without its version, so that the versioned form and the mirror don't call each other for ever.
#[derive(Clone)]
struct State(DialogueState);

#[derive(Serialize, Deserialize)]
#[serde(remote = "DialogueState")]
struct DialogueStateForm {
    #[serde(default, with = "list")]
    flows: Vec<FlowRun>,
    #[serde(default, with = "list")]
    shown: Vec<Shown>,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "maybe")]
    topic: Option<Shown>,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "maybe")]
    search: Option<BTreeMap<String, SlotValue>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "list")]
    basket: Vec<BasketItem>,
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "list")]
    watched: Vec<Watched>,
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "list")]
    pictures: Vec<UploadId>,
    #[serde(default, with = "list")]
    offered: Vec<Choice>,
    #[serde(default)]
    misses: u8,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    repeated: Option<(String, u8)>,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "maybe")]
    wanted: Option<Wanted>,

    #[serde(default, skip_serializing_if = "Option::is_none", with = "maybe")]
    told: Option<FaqId>,
    #[serde(default)]
    said: BTreeMap<String, u32>,
    #[serde(default, with = "one")]
    locale: Locale,
    #[serde(default, serialize_with = "finite")]
    mood: f32,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "maybe")]
    touched_at: Option<Timestamp>,
}

impl Form for State {
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        DialogueStateForm::serialize(&self.0, serializer)
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        DialogueStateForm::deserialize(deserializer).map(Self)
    }
}

impl Form for DialogueState {
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Written { v: STATE_VERSION, state: Borrowed(&State(self.clone())) }.serialize(serializer)
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = Read::deserialize(deserializer)?;
        if read.v == STATE_VERSION {
            Ok(read.state.0)
        } else {
            Err(D::Error::custom(format_args!("state version {} isn't {STATE_VERSION}", read.v)))
        }
    }
}

/// JSON has no NaN: a mood that isn't a number is no mood.
fn finite<S: Serializer>(value: &f32, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f32(if value.is_finite() { *value } else { 0.0 })
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "FlowRun")]
struct FlowRunForm {
    flow: String,
    #[serde(with = "map")]
    slots: BTreeMap<String, SlotValue>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    asking: Option<String>,
    #[serde(default)]
    failures: u8,
    #[serde(with = "one")]
    started_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "SlotValue", rename_all = "snake_case")]
enum SlotValueForm {
    Text(String),
    Integer(i64),
    Bool(bool),
    Money(#[serde(with = "one")] Money),
    Date(#[serde(with = "one")] Date),
    Product(#[serde(with = "one")] ProductId),
    Order(#[serde(with = "one")] OrderId),
    Ticket(#[serde(with = "one")] TicketId),
    Lines(#[serde(with = "list")] Vec<(LineId, u32)>),
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Shown", rename_all = "snake_case")]
enum ShownForm {
    Product(#[serde(with = "one")] ProductId),
    Order(#[serde(with = "one")] OrderId),
    Ticket(#[serde(with = "one")] TicketId),
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "BasketItem")]
struct BasketItemForm {
    #[serde(with = "one")]
    product: ProductId,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "maybe")]
    variant: Option<VariantId>,
    units: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Watched")]
struct WatchedForm {
    #[serde(with = "one")]
    product: ProductId,
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "list")]
    variants: Vec<VariantId>,
    #[serde(with = "one")]
    since: Timestamp,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Wanted")]
struct WantedForm {
    #[serde(with = "one")]
    intent: IntentId,
    words: String,
}

mirrored! { BasketItem => BasketItemForm, Watched => WatchedForm, Wanted => WantedForm, FlowRun => FlowRunForm, SlotValue => SlotValueForm, Shown => ShownForm }

/// A line and units of it: `{"line":"1","units":2}`.
#[derive(Serialize, Deserialize)]
struct UnitsForm {
    #[serde(with = "one")]
    line: LineId,
    units: u32,
}

impl Form for (LineId, u32) {
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        UnitsForm { line: self.0.clone(), units: self.1 }.serialize(serializer)
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        UnitsForm::deserialize(deserializer).map(|form| (form.line, form.units))
    }
}
