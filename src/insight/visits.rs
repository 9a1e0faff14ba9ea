//! Stays put together: what follows on a hand-over is one visit, and a part of a visit is read as one stay.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::{
    domain::{ConversationId, Ended, Stint},
    store::StintOf,
};

/// A visit to people: its stays in order, never none.
#[derive(Clone, Debug)]
pub(super) struct Visit<'a> {
    pub(super) stints: Vec<&'a Stint>,
}

impl Visit<'_> {
    /// When the shopper began to wait.
    pub(super) fn since(&self) -> Option<Timestamp> {
        self.stints.first().map(|stint| stint.queued_at)
    }
}

/// Every visit, in whatever order its stays are given.
pub(super) fn visits(stints: &[StintOf]) -> Vec<Visit<'_>> {
    let mut conversations: BTreeMap<&ConversationId, Vec<&Stint>> = BTreeMap::new();
    for of in stints {
        conversations.entry(&of.conversation).or_default().push(&of.stint);
    }
    let mut visits: Vec<Visit<'_>> = Vec::new();
    for mut stays in conversations.into_values() {
        stays.sort_by_key(|stint| stint.number);
        let mut before: Option<&Stint> = None;
        for stint in stays {
            match visits.last_mut().filter(|_| before.is_some_and(|before| goes_on(before, stint))) {
                Some(visit) => visit.stints.push(stint),
                None => visits.push(Visit { stints: vec![stint] }),
            }
            before = Some(stint);
        }
    }
    visits
}

/// Whether a stay is where the one before it went on to.
fn goes_on(before: &Stint, stint: &Stint) -> bool {
    let handed_on = matches!(before.ended, Some(Ended::Transferred | Ended::Requeued));
    handed_on && before.number.checked_add(1) == Some(stint.number)
}

/// What became of a stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The shopper did not want to wait.
    Left,
    /// A person had it.
    Served,
    /// It was closed while it waited.
    Dropped,
    /// Nobody has had it yet.
    Waiting,
}

/// Stays of one visit, read as one.
#[derive(Clone, Debug)]
pub(super) struct Stay<'a> {
    pub(super) since: Timestamp,
    pub(super) taken_at: Option<Timestamp>,
    pub(super) first_reply_at: Option<Timestamp>,
    /// When the last of them ended, if it has.
    pub(super) ended_at: Option<Timestamp>,
    pub(super) outcome: Outcome,
    /// A person has it now.
    pub(super) held: bool,
    /// How long people held it, once it is over.
    pub(super) handled: Option<u64>,
    pub(super) replies: u64,
    pub(super) transferred: u64,
    pub(super) requeued: u64,
    pub(super) released: u64,
    pub(super) rating: Option<u8>,
    pub(super) wrap_up: Option<&'a str>,
    /// Closed, or given back to the bot.
    pub(super) done: bool,
}

impl<'a> Stay<'a> {
    /// Nothing of no stays.
    pub(super) fn of(stints: &[&'a Stint]) -> Option<Self> {
        let (first, last) = (stints.first()?, stints.last()?);
        let ended = |how: Ended| stints.iter().filter(|stint| stint.ended == Some(how)).count() as u64;
        let taken_at = stints.iter().find_map(|stint| stint.taken_at);
        let is_over = last.ended.is_some();
        let outcome = match (last.ended, taken_at) {
            (Some(Ended::Left), _) => Outcome::Left,
            (_, Some(_)) => Outcome::Served,
            (Some(_), None) => Outcome::Dropped,
            (None, None) => Outcome::Waiting,
        };
        let held = stints.iter().filter_map(|stint| Some(seconds(stint.taken_at?, stint.ended_at?)));
        Some(Self {
            since: first.queued_at,
            taken_at,
            first_reply_at: stints.iter().find_map(|stint| stint.first_reply_at),
            ended_at: last.ended_at.filter(|_| is_over),
            outcome,
            held: !is_over && last.taken_at.is_some(),
            handled: (is_over && taken_at.is_some()).then(|| held.fold(0, u64::saturating_add)),
            replies: stints.iter().map(|stint| u64::from(stint.replies)).sum(),
            transferred: ended(Ended::Transferred),
            requeued: ended(Ended::Requeued),
            released: ended(Ended::Released),
            rating: stints.iter().rev().find_map(|stint| stint.rating),
            wrap_up: last.wrap_up.as_deref(),
            done: matches!(last.ended, Some(Ended::Closed | Ended::Released)),
        })
    }
}

/// Whole seconds from one moment to a later one; 0 when it is none.
pub(super) fn seconds(from: Timestamp, until: Timestamp) -> u64 {
    u64::try_from(until.duration_since(from).as_secs()).unwrap_or(0)
}
