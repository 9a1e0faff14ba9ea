//! What the conversation tests of a shop touch of its knowledge, and what no test touches.
//!
//! The branches of a flow are counted by the sentences of the reply files: whatever a flow decides, it says.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::shop::{FLOWS, Shop};

/// The intent of what is out of scope, which is no knowledge.
const OUT_OF_SCOPE: &str = "oos";
/// The flow that can't be switched off.
const HANDOFF: &str = "handoff";

/// What came up in conversations, by id or key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Touched {
    /// Intents acted upon.
    pub intents: BTreeSet<String>,
    /// FAQ told.
    pub faq: BTreeSet<String>,
    /// Flows that answered.
    pub flows: BTreeSet<String>,
    /// Sentences of the reply files that were said.
    pub replies: BTreeSet<String>,
}

impl Touched {
    /// Everything that came up in either.
    pub fn add(&mut self, other: Self) {
        self.intents.extend(other.intents);
        self.faq.extend(other.faq);
        self.flows.extend(other.flows);
        self.replies.extend(other.replies);
    }
}

/// How much of one kind of knowledge was touched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// How many there are.
    pub of: usize,
    /// Those that no test touches, in order.
    pub untouched: Vec<String>,
}

impl Share {
    /// How many were touched.
    pub fn touched(&self) -> usize {
        self.of - self.untouched.len()
    }

    fn new(all: BTreeSet<&str>, touched: &BTreeSet<String>) -> Self {
        let untouched = all.iter().filter(|id| !touched.contains(**id)).map(|id| (*id).to_owned()).collect();
        Self { of: all.len(), untouched }
    }
}

/// How much of a shop its tests touch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Of its intents.
    pub intents: Share,
    /// Of its FAQ.
    pub faq: Share,
    /// Of the flows that it has not switched off.
    pub flows: Share,
    /// Of the sentences that flows may say.
    pub replies: Share,
}

impl Coverage {
    /// Of a shop, by what came up in its tests. `sentences` are the keys of all that flows may say.
    pub fn of(shop: &Shop, sentences: impl Iterator<Item = &'static str>, touched: &Touched) -> Self {
        let intents = shop.intents.keys().map(|id| id.as_str()).filter(|id| *id != OUT_OF_SCOPE);
        let is_on = |flow: &&str| !shop.flows_off.iter().any(|off| off == flow);
        Self {
            intents: Share::new(intents.collect(), &touched.intents),
            faq: Share::new(shop.faq.iter().map(|faq| faq.id.as_str()).collect(), &touched.faq),
            flows: Share::new(FLOWS.into_iter().filter(is_on).chain([HANDOFF]).collect(), &touched.flows),
            replies: Share::new(sentences.collect(), &touched.replies),
        }
    }

    /// By kind: how many there are (`of`), how many were `touched`, and which were not (`untouched`).
    pub fn as_json(&self) -> Value {
        let share = |(kind, share): (&str, &Share)| {
            let form = json!({"of": share.of, "touched": share.touched(), "untouched": share.untouched});
            (kind.to_owned(), form)
        };
        Value::Object(self.shares().into_iter().map(share).collect::<Map<String, Value>>())
    }

    /// Its kinds by name.
    pub fn shares(&self) -> [(&'static str, &Share); 4] {
        [("intents", &self.intents), ("faq", &self.faq), ("flows", &self.flows), ("replies", &self.replies)]
    }
}
