//! Keeps shoppers from waiting for a system that does not answer: after some silent requests in a row, further ones
//! fail at once for a while. An answer of any kind, even a bad one, comes quickly and is no reason.

use std::time::{Duration, Instant};

/// So many requests in a row without an answer, and the next ones are not even tried.
const SILENT: u32 = 5;
/// How long they are not tried; then one is let through to see.
const PAUSE: Duration = Duration::from_secs(5);

/// What is known of a system's silence. It has no clock of its own, so tests need not wait.
#[derive(Debug, Default)]
pub(super) struct Breaker {
    silent: u32,
    retry_at: Option<Instant>,
}

impl Breaker {
    /// Whether a request may go out at `now`. During a silence one a pause may; should it get lost, the next pause
    /// ends as well.
    pub(super) fn allows(&mut self, now: Instant) -> bool {
        match self.retry_at {
            Some(retry_at) if now < retry_at => false,
            Some(_) => {
                self.retry_at = Some(now + PAUSE);
                true
            }
            None => true,
        }
    }

    /// The system gave an answer of whatever kind.
    pub(super) fn answered(&mut self) {
        *self = Self::default();
    }

    /// The system gave none.
    pub(super) fn was_silent(&mut self, now: Instant) {
        self.silent = self.silent.saturating_add(1);
        if SILENT <= self.silent {
            self.retry_at = Some(now + PAUSE);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_silent_system_is_left_alone_for_a_while() {
        let (mut breaker, start) = (Breaker::default(), Instant::now());
        let at = |seconds| start + Duration::from_secs(seconds);
        for _ in 0..SILENT {
            assert!(breaker.allows(at(0)));
            breaker.was_silent(at(0));
        }
        assert!(!breaker.allows(at(0)) && !breaker.allows(at(4)));
        assert!(breaker.allows(at(5)), "one is let through");
        assert!(!breaker.allows(at(5)) && !breaker.allows(at(9)), "and no other");
        breaker.was_silent(at(7));
        assert!(!breaker.allows(at(11)));
        assert!(breaker.allows(at(12)), "one more");
        assert!(breaker.allows(at(17)), "and the next, though that one got lost");
        breaker.answered();
        assert!(breaker.allows(at(17)) && breaker.allows(at(17)));
    }

    #[test]
    fn only_silences_in_a_row_count() {
        let (mut breaker, now) = (Breaker::default(), Instant::now());
        for _ in 0..3 * SILENT {
            for _ in 1..SILENT {
                breaker.was_silent(now);
            }
            breaker.answered();
            assert!(breaker.allows(now));
        }
    }
}
