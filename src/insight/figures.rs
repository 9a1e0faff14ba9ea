//! Figures of many stays.

use jiff::{SignedDuration, Timestamp};

use super::visits::{Outcome, Stay, seconds};

/// How long something took, in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Times {
    /// Of how many.
    pub count: u64,
    /// Half of them took no longer.
    pub median: Option<u64>,
    /// Nine of ten took no longer.
    pub p90: Option<u64>,
}

/// How often what was promised was kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Level {
    /// Of how many it can be said.
    pub of: u64,
    /// In time.
    pub within: u64,
}

/// Figures of visits, or of parts of visits; the module's paragraph has every formula.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the module's paragraph says each")]
pub struct Figures {
    pub came: u64,
    pub served: u64,
    pub left: u64,
    pub dropped: u64,
    pub waiting: u64,
    pub open: u64,
    pub messages: u64,
    pub wait: Times,
    pub first_reply: Times,
    pub level: Level,
    pub message_level: Level,
    pub handling: Times,
    pub replies: u64,
    pub transferred: u64,
    pub requeued: u64,
    pub released: u64,
    /// How often each rating was given, from 1 to 5.
    pub ratings: [u64; 5],
    pub needless: u64,
}

impl Figures {
    /// How many ratings there are.
    pub fn rated(&self) -> u64 {
        self.ratings.iter().sum()
    }

    /// The mean rating.
    pub fn rating(&self) -> Option<f64> {
        let points: u64 = self.ratings.iter().zip(1..).map(|(count, points)| count * points).sum();
        let mean = |rated: u64| points as f64 / rated as f64;
        Some(self.rated()).filter(|rated| 0 < *rated).map(mean)
    }
}

/// A stay and by what it is measured.
pub(super) struct Measured<'a> {
    pub(super) stay: &'a Stay<'a>,
    /// When the clock of the first reply began: the wait, or for a person's own figures the taking; of a message, not
    /// before the next opening.
    pub(super) clock: Timestamp,
    pub(super) limit: SignedDuration,
    pub(super) is_message: bool,
    pub(super) is_needless: bool,
    pub(super) now: Timestamp,
}

/// Figures in the making.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    figures: Figures,
    waits: Vec<u64>,
    first_replies: Vec<u64>,
    handled: Vec<u64>,
}

impl Tally {
    pub(super) fn add(&mut self, it: &Measured<'_>) {
        let (stay, figures) = (it.stay, &mut self.figures);
        figures.came += 1;
        match stay.outcome {
            Outcome::Left => figures.left += 1,
            Outcome::Served => figures.served += 1,
            Outcome::Dropped => figures.dropped += 1,
            Outcome::Waiting => figures.waiting += 1,
        }
        figures.open += u64::from(stay.held);
        figures.messages += u64::from(it.is_message);
        figures.replies += stay.replies;
        figures.transferred += stay.transferred;
        figures.requeued += stay.requeued;
        figures.released += stay.released;
        figures.needless += u64::from(it.is_needless);
        if let Some(slot) =
            stay.rating.and_then(|points| figures.ratings.get_mut(usize::from(points).wrapping_sub(1)))
        {
            *slot += 1;
        }
        let level = if it.is_message { &mut figures.message_level } else { &mut figures.level };
        if let Some(in_time) = in_time(it) {
            level.of += 1;
            level.within += u64::from(in_time);
        }
        self.handled.extend(stay.handled);
        if !it.is_message {
            self.waits.extend(stay.taken_at.map(|at| seconds(stay.since, at)));
            self.first_replies.extend(stay.first_reply_at.map(|at| seconds(it.clock, at)));
        }
    }

    pub(super) fn figures(self) -> Figures {
        Figures {
            wait: times(self.waits),
            first_reply: times(self.first_replies),
            handling: times(self.handled),
            ..self.figures
        }
    }
}

/// Whether the first reply came in time; nothing while there is time left, or when it ended before.
fn in_time(it: &Measured<'_>) -> Option<bool> {
    let until = it.stay.first_reply_at.or(it.stay.ended_at).unwrap_or(it.now);
    let within = until.duration_since(it.clock) <= it.limit;
    (it.stay.first_reply_at.is_some() || !within).then_some(within)
}

pub(super) fn times(mut lasted: Vec<u64>) -> Times {
    lasted.sort_unstable();
    // The nearest rank: number ⌈n × tenths ÷ 10⌉, from 1.
    let rank = |tenths: usize| lasted.get((lasted.len() * tenths).div_ceil(10).saturating_sub(1)).copied();
    Times { count: lasted.len() as u64, median: rank(5), p90: rank(9) }
}
