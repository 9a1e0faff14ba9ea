//! Changes to a shop's system: carried out after the commit, once only by their key, retried until they end.

use std::time::Duration;

use super::Engine;
use crate::store::DueChange;

/// A change that takes longer is tried again by whoever comes next.
const LEASE: Duration = Duration::from_secs(30);
const BATCH: usize = 16;
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

impl Engine {
    /// Carries out what is due now; the conversations whose outcomes are known have a turn to take.
    pub(super) async fn carry_out_changes(&self) -> Vec<crate::domain::ConversationId> {
        let now = self.now();
        let due = match self.parts.store.claim_changes(now, now + LEASE, BATCH).await {
            Ok(due) => due,
            Err(error) => {
                tracing::error!(error = %error, "the outbox can't be read");
                return Vec::new();
            }
        };
        let mut finished = Vec::new();
        for change in due {
            if self.carry_out(&change).await {
                finished.push(change.conversation);
            }
        }
        finished
    }

    /// Carries out one change; `true` when its outcome is known and stored.
    async fn carry_out(&self, due: &DueChange) -> bool {
        let (store, now) = (&self.parts.store, self.now());
        match self.parts.backend.apply(&due.shop, &due.change, now).await {
            Ok(outcome) => {
                let stored = store.finish_change(&due.conversation, &due.change.key, outcome, now).await;
                stored
                    .inspect_err(|error| tracing::error!(error = %error, "an outcome can't be stored"))
                    .is_ok()
            }
            Err(error) => {
                let pause = pause_after(due.attempts);
                tracing::warn!(error = %error, attempts = due.attempts, "a change failed and will be tried again");
                let kept = store.retry_change(&due.conversation, &due.change.key, now + pause).await;
                if let Err(error) = kept {
                    tracing::error!(error = %error, "a retry can't be stored; the lease's end brings it back");
                }
                false
            }
        }
    }
}

/// Doubles from one second on: 1, 2, 4 … up to five minutes.
fn pause_after(attempts: u32) -> Duration {
    Duration::from_secs(1_u64 << attempts.saturating_sub(1).min(9)).min(LONGEST_PAUSE)
}
