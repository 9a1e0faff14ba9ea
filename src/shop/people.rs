//! A shop's rules for its people: who is for what, who gets the next conversation, how fast they answer.

use jiff::SignedDuration;

use super::model::Hours;
use crate::domain::{Locale, Localized, Reason};

/// `handoff.toml`: when a person takes over, and how people share the work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandoffRules {
    /// Words that call a person at once, and for what reason.
    pub keywords: Vec<Keyword>,
    /// Member levels that always get a person.
    pub vip_levels: Vec<String>,
    /// Turns in a row not understood.
    pub misses: u8,
    /// The same question so many times.
    pub repeats: u8,
    /// The groups that people are in, the default one first; none is one group for everything.
    pub groups: Vec<Group>,
    /// Which group gets what; the first that fits decides.
    pub routes: Vec<Route>,
    /// Who gets the next conversation.
    pub assignment: Assignment,
    /// How fast people mean to answer.
    pub service: ServiceLevel,
    /// When the bot only proposes and people answer; `None` is never.
    pub assist: Option<Hours>,
    /// What people mark conversations with.
    pub tags: Vec<String>,
    /// What conversations turn out to be about.
    pub wrap_ups: Vec<WrapUp>,
    /// Replies that are always at hand.
    pub canned: Vec<Canned>,
}

impl HandoffRules {
    /// The rules of a shop that states none (COMMERCE.md, last section).
    pub fn standard() -> Self {
        Self {
            keywords: Vec::new(),
            vip_levels: Vec::new(),
            misses: 2,
            repeats: 3,
            groups: Vec::new(),
            routes: Vec::new(),
            assignment: Assignment::standard(),
            service: ServiceLevel::standard(),
            assist: None,
            tags: Vec::new(),
            wrap_ups: Vec::new(),
            canned: Vec::new(),
        }
    }
}

/// A word that calls a person at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keyword {
    /// The word.
    pub word: String,
    /// Why, for the person who comes.
    pub reason: Reason,
}

/// People who are there for the same things.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Localized,
}

/// What a group gets. Every condition that is stated must hold; an empty one holds always.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Route {
    /// The group's id.
    pub group: String,
    /// Added to the priority of the reason.
    pub priority: i32,
    /// Why a person is needed.
    pub reasons: Vec<Reason>,
    /// What the shopper asked: intent ids, or beginnings of them that end with a dot.
    pub intents: Vec<String>,
    /// The shopper's member level.
    pub levels: Vec<String>,
    /// The language spoken.
    pub locales: Vec<Locale>,
}

impl Route {
    /// Whether it takes whatever comes to it.
    pub fn is_unconditional(&self) -> bool {
        self.reasons.is_empty()
            && self.intents.is_empty()
            && self.levels.is_empty()
            && self.locales.is_empty()
    }
}

/// Who gets the next conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// Whether conversations are given to people; else they take them.
    pub by_itself: bool,
    /// Who is next among those with room.
    pub order: AssignmentOrder,
    /// How many conversations a person holds at once.
    pub capacity: u32,
    /// A person's first words come within this, or somebody else gets the conversation.
    pub answer_within: SignedDuration,
    /// Their later words likewise.
    pub reply_within: SignedDuration,
    /// A person whose desk was not heard for so long is gone.
    pub away_after: SignedDuration,
    /// After so long a wait anybody with room may help, of whatever group.
    pub overflow_after: SignedDuration,
    /// A shopper who writes again so soon after the end gets the same person, if there.
    pub reopen_within: SignedDuration,
    /// A conversation where the shopper says nothing for so long is closed.
    pub close_after: SignedDuration,
}

impl Assignment {
    /// What holds where a shop says nothing.
    pub fn standard() -> Self {
        Self {
            by_itself: true,
            order: AssignmentOrder::LongestIdle,
            capacity: 5,
            answer_within: SignedDuration::from_mins(2),
            reply_within: SignedDuration::from_mins(10),
            away_after: SignedDuration::from_mins(1),
            overflow_after: SignedDuration::from_mins(3),
            reopen_within: SignedDuration::from_hours(2),
            close_after: SignedDuration::from_mins(30),
        }
    }
}

/// Who is next among those with room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssignmentOrder {
    /// Who has had nothing new to do for the longest time.
    LongestIdle,
    /// Who was given one the longest time ago.
    RoundRobin,
}

/// How fast people mean to answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServiceLevel {
    /// A person's first words, from when the shopper began to wait.
    pub first_reply: SignedDuration,
    /// Every later reply.
    pub reply: SignedDuration,
    /// A message left out of hours, from the next opening.
    pub messages: SignedDuration,
}

impl ServiceLevel {
    /// What holds where a shop says nothing.
    pub fn standard() -> Self {
        Self {
            first_reply: SignedDuration::from_secs(30),
            reply: SignedDuration::from_secs(60),
            messages: SignedDuration::from_hours(4),
        }
    }
}

/// What a conversation turned out to be about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrapUp {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Localized,
    /// The bot could have done it: such conversations count as needless.
    pub needless: bool,
}

/// A reply that is always at hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Canned {
    /// What follows the `/`.
    pub id: String,
    /// The reply; `{shopper}`, `{agent}`, `{shop}` and `{order}` stand for what they say.
    pub text: Localized,
}
