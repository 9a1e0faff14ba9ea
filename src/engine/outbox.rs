//! Changes to a shop's system: carried out after the commit, once only by their key, retried until they end.
//!
//! Those of a conversation are carried out one after another, those of different ones at the same time: a system that
//! hangs keeps nobody waiting but those who want something of it.

use std::{collections::BTreeMap, time::Duration};

use super::Engine;
use crate::{domain::ConversationId, store::DueChange};

/// A change that takes longer is tried again by whoever comes next.
const LEASE: Duration = Duration::from_secs(30);
const BATCH: usize = 16;
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

impl Engine {
    /// Carries out what is due now, in tasks of their own; a conversation whose outcomes are known has its turn.
    pub(super) async fn carry_out_changes_soon(&self) {
        for (conversation, changes) in self.claim_changes().await {
            let engine = self.clone();
            self.tasks.spawn(async move {
                if engine.carry_out_in_order(&changes).await {
                    engine.answer_soon(conversation);
                }
            });
        }
    }

    /// Carries out what is due now and waits for it; the conversations whose outcomes are known have a turn to take.
    pub(super) async fn carry_out_changes(&self) -> Vec<ConversationId> {
        let claimed = self.claim_changes().await.into_iter();
        let carried = claimed.map(async |(conversation, changes)| {
            self.carry_out_in_order(&changes).await.then_some(conversation)
        });
        futures::future::join_all(carried).await.into_iter().flatten().collect()
    }

    /// What is due now, by conversation.
    async fn claim_changes(&self) -> BTreeMap<ConversationId, Vec<DueChange>> {
        let now = self.now();
        let mut claimed: BTreeMap<ConversationId, Vec<DueChange>> = BTreeMap::new();
        match self.parts.store.claim_changes(now, now + LEASE, BATCH).await {
            Ok(due) => {
                for change in due {
                    claimed.entry(change.conversation.clone()).or_default().push(change);
                }
            }
            Err(error) => tracing::error!(error = %error, "the outbox can't be read"),
        }
        claimed
    }

    /// Carries out a conversation's changes; `true` when an outcome is known and stored.
    async fn carry_out_in_order(&self, changes: &[DueChange]) -> bool {
        let mut finished = false;
        for change in changes {
            // What comes later may build on it: it waits for the retry, or its lease's end brings it back.
            if !self.carry_out(change).await {
                break;
            }
            finished = true;
        }
        finished
    }

    /// Carries out one change; `true` when its outcome is known and stored.
    async fn carry_out(&self, due: &DueChange) -> bool {
        let store = &self.parts.store;
        match self.parts.backend.apply(&due.shop, &due.change, self.now()).await {
            Ok(outcome) => {
                let stored =
                    store.finish_change(&due.conversation, &due.change.key, outcome, self.now()).await;
                stored
                    .inspect_err(|error| tracing::error!(error = %error, "an outcome can't be stored"))
                    .is_ok()
            }
            Err(error) => {
                let pause = pause_after(due.attempts);
                tracing::warn!(
                    shop.id = %due.shop, error = error.with_causes(), attempts = due.attempts,
                    "a change failed and will be tried again"
                );
                let next = self.now() + pause;
                let kept = store.retry_change(&due.conversation, &due.change.key, next).await;
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
