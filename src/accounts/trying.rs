//! Guessing has to wait.
//!
//! Passwords and codes are tried one at a time: what a try is judged by can't change while it is judged, so a thousand
//! tries at once are worth no more than one after the other, and hashing them never takes more memory than one hash.

use std::num::NonZeroU32;

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use jiff::Timestamp;
use serde_json::json;
use tokio::sync::{Mutex, MutexGuard, Semaphore, SemaphorePermit};

use super::{AccountError, Accounts};
use crate::store::{Agent, NewAudit};

/// Wrong passwords or codes before waiting begins.
const FREE_TRIES: u32 = 5;
/// The longest wait, in seconds.
const LONGEST_WAIT: i64 = 900;
/// Who may wait for their turn; whoever comes later is told to come again.
const PLACES: usize = 64;
/// What those are told, in milliseconds.
const COME_AGAIN: u64 = 1000;
/// How many failures under names that nobody has enter the audit log a minute: guesses must not fill the disk.
const NOBODYS_FAILURES: NonZeroU32 = NonZeroU32::new(60).expect("sixty is not zero");

/// Whose turn it is to try.
pub(super) struct Trying {
    places: Semaphore,
    turn: Mutex<()>,
    nobodys: DefaultDirectRateLimiter,
}

/// The turn to try a password or a code, until it is dropped.
pub(super) struct Turn<'a> {
    _turn: MutexGuard<'a, ()>,
    _place: SemaphorePermit<'a>,
}

impl Default for Trying {
    fn default() -> Self {
        Self {
            places: Semaphore::new(PLACES),
            turn: Mutex::default(),
            nobodys: RateLimiter::direct(Quota::per_minute(NOBODYS_FAILURES)),
        }
    }
}

impl Accounts {
    /// Waits for the turn to try, and sees that a name isn't locked.
    pub(super) async fn begin_trying(&self, name: &str, now: Timestamp) -> Result<Turn<'_>, AccountError> {
        let place = self.trying.places.try_acquire().map_err(|_| AccountError::Locked(COME_AGAIN))?;
        let turn = Turn { _turn: self.trying.turn.lock().await, _place: place };
        let failures = self.store.failures(&self.counted_as(name)?).await?;
        match wait_after(failures.count, failures.last_at, now) {
            Some(wait) => Err(AccountError::Locked(wait)),
            None => Ok(turn),
        }
    }

    /// Forgets what was wrong under a name.
    pub(super) async fn forget_wrong(&self, name: &str) -> Result<(), AccountError> {
        Ok(self.store.clear_failures(&self.counted_as(name)?).await?)
    }

    /// What failures under a name are counted as: somebody's password may have been typed there, and must not lie in the
    /// store. Without the key file nobody can tell what it was.
    fn counted_as(&self, name: &str) -> Result<String, AccountError> {
        Ok(self.seal.tag(&name.to_lowercase())?)
    }

    /// Counts a wrong password or code. What was typed as a name that nobody has is not kept: it may be a password.
    pub(super) async fn count_wrong(
        &self,
        name: &str,
        agent: Option<&Agent>,
        what: &str,
        now: Timestamp,
    ) -> Result<(), AccountError> {
        self.store.count_failure(&self.counted_as(name)?, now).await?;
        let entry = match agent {
            Some(agent) => NewAudit::by(agent, "session.fail", now),
            None if self.trying.nobodys.check().is_ok() => NewAudit::by_nobody("", "session.fail", now),
            None => return Ok(()),
        };
        Ok(self.store.record_audit(entry.with(json!({"wrong": what}))).await?)
    }
}

/// Milliseconds still to wait after so many failures, if any.
fn wait_after(count: u32, last_at: Option<Timestamp>, now: Timestamp) -> Option<u64> {
    let over = count.checked_sub(FREE_TRIES)?;
    let wait = (1_i64 << over.min(20)).min(LONGEST_WAIT) * 1000;
    let since = now.as_millisecond() - last_at?.as_millisecond();
    u64::try_from(wait - since).ok().filter(|left| 0 < *left)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn waiting_begins_after_five_failures_and_doubles() {
        let now = Timestamp::from_second(1_000_000).expect("a time");
        for (count, seconds_ago, expected) in [
            (0, 0, None),
            (4, 0, None),
            (5, 0, Some(1000)),
            (6, 0, Some(2000)),
            (6, 1, Some(1000)),
            (6, 2, None),
            (40, 0, Some(900_000)),
        ] {
            let last = now - Duration::from_secs(seconds_ago);
            assert_eq!(wait_after(count, Some(last), now), expected, "{count} failures, {seconds_ago} s ago");
        }
    }
}
