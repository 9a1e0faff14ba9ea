//! Figures about the assistant's side: what shoppers asked, what was answered, and what came of it. Pure: conversations as
//! they went go in, one after another; numbers come out.
//!
//! # What is counted
//!
//! - A **visit** is a run of a conversation in which nothing is further than [`PAUSE`] from what was before, and a shopper
//!   said something. It counts on the day and in the hour, in the shop's time zone, of the shopper's first words in it.
//! - A message is **answered** by the bot's next words. Words that the bot says by itself, reminders say, answer nothing.
//!
//! # Formulas
//!
//! | figure | is |
//! |---|---|
//! | `asked` | shoppers' messages |
//! | `answered` | of those, the ones that the bot answered; while a person is there it does not |
//! | `unknown` | of those answered, how many got no answer: the source is `unknown` or `trouble` |
//! | `clarified` | … were asked back: `clarify` |
//! | `out_of_scope` | … were told that this is not the shop's business: `oos` |
//! | understood share | `(answered − unknown − clarified) / answered` |
//! | `handed` | visits in which a wait for people began |
//! | `undecided` | visits that ended less than [`REPEAT`] ago: nobody knows yet whether the shopper comes again |
//! | `resolved` | of the others, those that were answered, not handed over, not rated 1 or 2, whose last answer is neither `unknown` nor `clarified`, and after which the same shopper did not ask for the same intent again within [`REPEAT`] |
//! | `repeated` | visits that would be resolved, had the shopper not come again |
//! | `hopeful` | undecided visits that will be resolved if the shopper does not come again |
//! | resolved share | `resolved / (visits − undecided)` |
//! | first response | the bot's first answer − the shopper's words that it answers, in milliseconds, of each visit |
//! | length | the shopper's messages in a visit |
//! | ratings | of visits in whose time the conversation was rated last |
//! | promotion `quoted` | visits in which a price was worked out with it |
//! | promotion `used` | orders with it, of those that are touched |
//! | touched orders | orders placed by a signed-in shopper within [`REPEAT`] after the beginning of a visit of theirs |
//!
//! The same shopper is the same conversation, or another one of the same signed-in shopper. Small talk is not asked again.

mod tally;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp, civil::Date};

use super::Times;
use crate::domain::{ConversationId, Locale, ProductId, PromotionId, ShopperId};

pub use tally::Tally;

/// What is further apart belongs to two visits.
pub const PAUSE: SignedDuration = SignedDuration::from_mins(30);

/// Whoever asks the same within so long was not helped; an order within so long was touched.
pub const REPEAT: SignedDuration = SignedDuration::from_hours(24);

/// A conversation as it went.
#[derive(Clone, Debug, PartialEq)]
pub struct Talk {
    /// Which.
    pub conversation: ConversationId,
    /// Who signed in last, if anybody did.
    pub shopper: Option<ShopperId>,
    /// The language.
    pub locale: Locale,
    /// The product on whose page it is.
    pub product: Option<ProductId>,
    /// Its last rating.
    pub rating: Option<(Timestamp, u8)>,
    /// When it was brought to people.
    pub handed: Vec<Timestamp>,
    /// What was said, in order.
    pub lines: Vec<Line>,
}

/// Something said.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// When.
    pub at: Timestamp,
    /// By whom, and what it was.
    pub what: What,
}

/// Who spoke.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// The shopper.
    Shopper,
    /// A person of the shop.
    Person,
    /// The assistant.
    Bot {
        /// The intent acted upon.
        intent: Option<String>,
        /// What answered: `faq:…`, `unknown`.
        source: String,
        /// The promotions that prices in it were worked out with.
        promotions: Vec<PromotionId>,
    },
}

/// An order, as far as it is counted.
#[derive(Clone, Debug, PartialEq)]
pub struct Bought {
    /// By whom.
    pub shopper: ShopperId,
    /// When.
    pub at: Timestamp,
    /// What was paid, in the currency's smallest unit.
    pub minor: i64,
    /// The promotions that took something off.
    pub promotions: Vec<PromotionId>,
}

/// Figures of visits; the module's paragraph has every formula.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the module's paragraph says each")]
pub struct Counts {
    pub visits: u64,
    pub asked: u64,
    pub answered: u64,
    pub unknown: u64,
    pub clarified: u64,
    pub out_of_scope: u64,
    pub handed: u64,
    pub resolved: u64,
    pub repeated: u64,
    pub undecided: u64,
    pub hopeful: u64,
    /// How often each rating was given, from 1 to 5.
    pub ratings: [u64; 5],
}

impl Counts {
    /// Answers that were to the point, as a share of all.
    pub fn understood(&self) -> Option<f64> {
        share(self.answered - self.unknown - self.clarified, self.answered)
    }

    /// Visits resolved without a person, as a share of those of which it can be said.
    pub fn resolved_share(&self) -> Option<f64> {
        share(self.resolved, self.visits - self.undecided)
    }

    /// The mean rating.
    pub fn rating(&self) -> Option<f64> {
        let points: u64 = self.ratings.iter().zip(1..).map(|(count, points)| count * points).sum();
        share(points, self.ratings.iter().sum())
    }
}

fn share(part: u64, of: u64) -> Option<f64> {
    (0 < of).then(|| part as f64 / of as f64)
}

/// How often something was asked or told, and how often it was of no use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Use {
    /// How often.
    pub count: u64,
    /// In visits that were not resolved, decided ones only.
    pub unresolved: u64,
}

/// What became of a promotion.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PromotionUse {
    /// In how many visits a price was worked out with it.
    pub quoted: u64,
    /// In how many touched orders it took something off.
    pub used: u64,
}

/// A period's figures.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    /// Of all visits.
    pub total: Counts,
    /// By day, every day of the period.
    pub days: Vec<(Date, Counts)>,
    /// By hour of the day.
    pub hours: Vec<Counts>,
    /// By language.
    pub locales: BTreeMap<&'static str, Counts>,
    /// By the product on the page; none is any other page.
    pub pages: BTreeMap<Option<ProductId>, Counts>,
    /// Intents acted upon.
    pub intents: BTreeMap<String, Use>,
    /// FAQ told.
    pub faq: BTreeMap<String, Use>,
    /// Promotions.
    pub promotions: BTreeMap<PromotionId, PromotionUse>,
    /// The first response, in milliseconds.
    pub first_response: Times,
    /// Shoppers' messages in a visit.
    pub length: Times,
    /// How many orders were touched, and what was paid for them in the smallest unit.
    pub orders: (u64, i64),
}
