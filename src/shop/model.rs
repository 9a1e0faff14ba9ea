//! The immutable `Shop`: what a turn reads of a shop's files, in one value behind an `Arc`.

use std::collections::BTreeMap;

use jiff::{civil, tz::TimeZone};

use crate::domain::{
    Currency, FaqId, IntentId, Locale, Localized, ShopId,
    trade::{Policy, Promotion, SizeChart, ThresholdBase},
};

/// A shop as loaded: packs merged, checked, ready to serve.
#[derive(Clone, Debug)]
pub struct Shop {
    /// Its id.
    pub id: ShopId,
    /// Its name.
    pub name: Localized,
    /// A digest of every file it was made of; two equal versions are the same shop.
    pub version: String,
    /// Languages it answers in; the first is the default. Never empty.
    pub locales: Vec<Locale>,
    /// The one currency it sells in.
    pub currency: Currency,
    /// Where its days begin and end.
    pub time_zone: TimeZone,
    /// Sites that may embed the widget; `*` means any.
    pub origins: Vec<String>,
    /// How its widget looks.
    pub look: Look,
    /// The address of the shop's own system, without a slash at its end; none means the built-in tables.
    pub system: Option<String>,
    /// When people answer.
    pub hours: Hours,
    /// Its telephone number, if it has one.
    pub phone: Option<String>,
    /// Its street address, if it has one.
    pub address: Option<Localized>,
    /// Hours after which a flow starts afresh.
    pub flow_resume_hours: u32,
    /// Flows that are not started, by id, each one of [`FLOWS`](crate::shop::FLOWS).
    pub flows_off: Vec<String>,
    /// Products shown for a search.
    pub search_limit: usize,
    /// Intents with their examples, by id; `oos` holds what is out of scope.
    pub intents: BTreeMap<IntentId, IntentExamples>,
    /// Questions and answers, those of the shop before those of its packs.
    pub faq: Vec<Faq>,
    /// Reply templates.
    pub replies: Replies,
    /// The shop's own words.
    pub glossary: Glossary,
    /// Promotions, in file order.
    pub promotions: Vec<Promotion>,
    /// What their thresholds look at.
    pub threshold_base: ThresholdBase,
    /// Rules of trade.
    pub policy: Policy,
    /// Size charts by id.
    pub sizes: BTreeMap<String, SizeChart>,
    /// When a person takes over.
    pub handoff: super::people::HandoffRules,
    /// Stickers by id.
    pub stickers: BTreeMap<String, Sticker>,
}

/// What a message of an intent looks like.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IntentExamples {
    /// Messages of this intent.
    pub examples: Vec<Example>,
    /// Messages that look like it and are not.
    pub not: Vec<Example>,
}

/// An example message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// As the merchant wrote it.
    pub text: String,
}

/// A question with its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Faq {
    /// Its id.
    pub id: FaqId,
    /// Ways of asking.
    pub ask: Vec<String>,
    /// The answer, with `{slots}` of shop and policy already filled.
    pub answer: Localized,
    /// The intent it answers when the words don't match but the intent is sure.
    pub intent: Option<IntentId>,
    /// Intents offered as choices after it.
    pub follow: Vec<IntentId>,
}

/// Reply templates by key and language; every key has at least one Chinese variant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Replies {
    /// Simplified Chinese variants.
    pub zh: BTreeMap<String, Vec<String>>,
    /// English variants.
    pub en: BTreeMap<String, Vec<String>>,
}

impl Replies {
    /// The variants of a reply for a reader; falls back to the other language, then to nothing.
    pub fn variants(&self, key: &str, locale: Locale) -> &[String] {
        let (first, second) = if locale == Locale::En { (&self.en, &self.zh) } else { (&self.zh, &self.en) };
        first.get(key).or_else(|| second.get(key)).map_or(&[], Vec::as_slice)
    }
}

/// The shop's own words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Glossary {
    /// Terms with their synonyms.
    pub terms: Vec<Term>,
    /// Words that replies must never use.
    pub forbidden: Vec<String>,
    /// How Chinese replies sound.
    pub tone: Tone,
}

/// How Chinese replies sound; what is not given stays as the reply files word it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tone {
    /// What the shopper is called in the place of 您.
    pub you: Option<String>,
    /// What a message begins with, such as 亲; a comma follows.
    pub hail: Option<String>,
    /// What the last sentence of a message ends with in the place of its full stop.
    pub tail: Option<String>,
}

/// A term.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Term {
    /// The word the shop uses.
    pub word: String,
    /// What shoppers say instead.
    pub synonyms: Vec<String>,
    /// In English.
    pub en: Option<String>,
}

/// How the widget looks; what is not given is the widget's own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// The shop's colour as `#rrggbb`.
    pub color: Option<String>,
    /// On which side of the page it stands.
    pub side: Side,
}

/// A side of a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Side {
    /// Where a reader of Chinese or English ends.
    #[default]
    Right,
    /// The other.
    Left,
}

impl Side {
    /// The name in files and on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Right => "right",
            Self::Left => "left",
        }
    }
}

/// When people answer, in the shop's time zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hours {
    /// Days of the week.
    pub days: Vec<civil::Weekday>,
    /// From.
    pub from: civil::Time,
    /// Until; the same as `from` means all day.
    pub to: civil::Time,
    /// Days off.
    pub holidays: Vec<civil::Date>,
}

/// A sticker.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sticker {
    /// What it shows, for those who can't see it.
    pub alt: Localized,
    /// The intent that sending it states.
    pub means: Option<IntentId>,
    /// Its place in the merchant's file, in which they are offered.
    pub place: usize,
}
