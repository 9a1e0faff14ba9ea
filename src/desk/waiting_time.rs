//! How long a wait will be, said honestly.

use crate::domain::Stint;

/// Seconds that a conversation with a person takes while a shop has no figure of its own.
const USUAL_SECONDS: u64 = 240;
/// Conversations at the same time that slow a person down as if they were one.
const AT_ONCE: u64 = 3;
/// The shortest wait that is promised, in seconds.
const SHORTEST: u64 = 10;

/// How fast people work through a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// People who are there for it.
    pub people: u64,
    /// Conversations that they could still begin now.
    pub room: u64,
    /// Seconds that one takes.
    pub seconds: u64,
}

impl Pace {
    /// The seconds that one takes, from the last ones: the median, so that one left open over lunch tells nothing.
    pub fn seconds_of(last: &[Stint]) -> u64 {
        let mut lasted: Vec<u64> = last
            .iter()
            .filter_map(|stint| stint.ended_at.zip(stint.taken_at))
            .filter_map(|(ended, taken)| u64::try_from(ended.as_second() - taken.as_second()).ok())
            .collect();
        if lasted.len() < 5 {
            return USUAL_SECONDS;
        }
        lasted.sort_unstable();
        lasted[lasted.len() / 2].max(1)
    }
}

/// Seconds until the one at a place (from 1) is served. Each person ends one conversation every `seconds / AT_ONCE`,
/// for they hold several at once; those for whom there is room wait only for somebody to look. Nobody there counts as
/// one person who comes after as long as a conversation usually takes.
pub fn wait_seconds(position: u64, pace: Pace) -> u64 {
    let ahead = position.saturating_sub(pace.room);
    if ahead == 0 && pace.people > 0 {
        return SHORTEST;
    }
    let people = pace.people.max(1);
    let each = (pace.seconds / AT_ONCE).max(1);
    let until_somebody_comes = if pace.people == 0 { USUAL_SECONDS } else { 0 };
    until_somebody_comes + (ahead.max(1) * each).div_ceil(people).max(SHORTEST)
}
