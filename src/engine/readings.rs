//! What was read and understood lately: on a sale's night many ask the same.
//!
//! The same words mean the same as long as the shop knows the same, the shopper was asked the same, and it is the same
//! day (dates such as "明天" hang on it). A cache lives and dies with what was learnt; nothing of it is kept on disk.

use jiff::civil::Date;
use moka::sync::Cache;

use super::assistant::{Asked, Reading};
use crate::domain::{EntityKind, IntentId};

/// Readings that are kept: some ten kilobytes each.
const KEPT: u64 = 2048;

/// What a reading hangs on, besides what the shop knows.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    words: String,
    expecting: Vec<IntentId>,
    values: Vec<EntityKind>,
    day: Date,
}

/// Readings of one state of knowledge.
#[derive(Clone)]
pub(super) struct Readings(Cache<Key, Reading>);

impl Default for Readings {
    fn default() -> Self {
        Self(Cache::new(KEPT))
    }
}

impl Readings {
    pub(super) fn key(words: &str, asked: &Asked, day: Date) -> Key {
        let expecting = asked.context.expecting.clone();
        Key { words: words.to_owned(), expecting, values: asked.values.clone(), day }
    }

    pub(super) fn find(&self, key: &Key) -> Option<Reading> {
        let found = self.0.get(key);
        let outcome = if found.is_some() { "hit" } else { "miss" };
        metrics::counter!("xiaoer_readings_total", "outcome" => outcome).increment(1);
        found
    }

    pub(super) fn keep(&self, key: Key, reading: &Reading) {
        self.0.insert(key, reading.clone());
    }
}
