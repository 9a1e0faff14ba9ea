//! Figures about the people's side (the assistant's are in [`answers`]): what came, how fast it was answered, how it ended, by reason, group, person, day and
//! hour; and how things stand now. Pure: stays with people go in, numbers come out. It decides nothing and keeps nothing.
//!
//! # What is counted
//!
//! - A **visit** is everything from a shopper's wait for people to its end: stays that were handed on (`transferred`,
//!   `requeued`) belong to one visit with the stay that follows. A visit counts on the day, in the shop's time zone, on
//!   which the shopper began to wait, and for the reason that brought it. One that began out of hours is a **message**.
//! - Totals, reasons, days and hours count visits, so their sums agree. A group counts the part of a visit that was its
//!   own, and a person the part that they held; a visit handed on counts with each of them.
//!
//! # Formulas
//!
//! | figure | is |
//! |---|---|
//! | `came` | visits; always `served + left + dropped + waiting` |
//! | `left` | the last stay ended because the shopper did not want to wait; the share is `left / came` |
//! | `served` | otherwise, a person had it |
//! | `dropped` | otherwise, it was closed while it waited |
//! | `waiting` | otherwise: nobody has had it yet |
//! | `open` | of those served: a person still has it |
//! | wait | first taken − began to wait; of visits that a person had, messages left out |
//! | first reply | first words of a person − began to wait (of a person's own figures: − taken); messages left out |
//! | within the level | first reply ≤ `[service] first_reply`, as a share of the visits whose first reply came, or whose time was over without one (at their end, or now) |
//! | messages within | first words − next opening ≤ `[service] messages`, as a share counted in the same way |
//! | handling time | the time that people held it, waits between them left out; of visits that are over |
//! | `replies` | how often people spoke |
//! | `transferred`, `requeued`, `released` | stays that ended so |
//! | ratings | of visits, 1 to 5; the mean is their sum by their number |
//! | `needless` | served, over, and the wrap-up is one marked `needless`, or it was closed or released without a word of a person |
//!
//! Durations are whole seconds, rounded down; one that would be negative (a clock was set back) is 0. The median and the
//! ninetieth percentile are by nearest rank: of `n` in order, number `⌈n × 0.5⌉` and `⌈n × 0.9⌉`.
//!
//! A **miss** is a conversation that was never brought to people and shows that it should have been ([`SIGNS`]): rated 1
//! or 2, asked for a person, or left after an answer that was none. It counts on the day when something last happened
//! in it, once that is [`QUIET`] ago. Those who left the queue are no misses: they stand in `left`.

pub mod answers;
mod figures;
pub mod learning;
#[cfg(test)]
mod learning_tests;
mod live;
mod period;
mod report;
#[cfg(test)]
mod tests;
mod visits;

use jiff::SignedDuration;

pub use figures::{Figures, Level, Times};
pub use live::{Line, Live, PersonNow, Presence, live};
pub use period::{LONGEST, Period, PeriodError};
pub use report::{Day, Material, Misses, Move, MovedTo, Question, Report, Rules, report};

use crate::store::Signs;

/// By what a conversation that nobody was fetched for shows that somebody should have been.
pub const SIGNS: Signs =
    Signs { rated_at_most: 2, asks: "human.request", no_answer: &["unknown", "trouble"] };

/// A conversation that something happened in so short a while ago may still go on.
pub const QUIET: SignedDuration = SignedDuration::from_mins(10);

/// Stays so long before and after a period are read as well: a visit that crosses midnight is one.
pub const MARGIN: SignedDuration = SignedDuration::from_hours(72);
