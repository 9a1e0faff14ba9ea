//! What is deleted for good: conversations that a shop keeps no longer, and whoever asked to be erased. Tables, index and
//! files lose it, and everybody who looks at it is told.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::{Engine, SearchError};
use crate::{
    bus::{Event, Topic},
    domain::{ConversationId, DataSubject, ShopId},
    store::{
        Erased, Erasing, Forgotten, Namer, NewAudit, StoreError, Within,
        privacy::{erase, erase_again},
    },
};

/// Conversations deleted before others have their turn.
const BATCH: usize = 20;
/// How long they have it.
const PAUSE: Duration = Duration::from_millis(20);
/// Under which name the audit log has what nobody did by hand.
const BY_ITSELF: &str = "xiaoer";

/// Why something could not be deleted.
#[derive(Debug, thiserror::Error)]
pub enum PrivacyError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It is gone from the tables, and not yet from the index of messages.
    #[error("the index of messages can't forget")]
    Index(#[from] SearchError),
}

impl Engine {
    /// Erases somebody in a shop, from the tables, the index and the files.
    ///
    /// # Errors
    /// The store's and the index's; what was begun is finished by the next round.
    pub async fn erase(
        &self,
        namer: &Namer,
        shop: &ShopId,
        whose: &DataSubject,
    ) -> Result<Erasing, PrivacyError> {
        let store = self.parts.store.as_ref();
        // No turn and no change by a person is under way in them meanwhile.
        let mut alone = Vec::new();
        for id in store.conversations_of(shop, whose).await? {
            alone.push((self.casework.enter(&id).await, self.turns.enter(&id).await));
        }
        let outcome = erase(store, namer, (shop, whose), self.now()).await?;
        drop(alone);
        if let Erasing::Done(erased) = &outcome {
            self.tell_gone(shop, &erased.conversations);
            self.forget_everywhere(false).await?;
        }
        Ok(outcome)
    }

    /// Erases again whom the list of erasures names: after a backup from before came back, or a crash.
    ///
    /// # Errors
    /// The store's and the index's.
    pub async fn erase_again(&self, namer: &Namer) -> Result<Erased, PrivacyError> {
        let erased = erase_again(self.parts.store.as_ref(), namer, self.now()).await?;
        if !erased.conversations.is_empty() || 0 < erased.rows {
            tracing::warn!(
                conversations = erased.conversations.len(),
                rows = erased.rows,
                "what was erased before had come back, and is erased again"
            );
            let detail = json!({"conversations": erased.conversations.len(), "rows": erased.rows});
            let entry = NewAudit::by_nobody(BY_ITSELF, "personal.erase_again", self.now()).with(detail);
            self.parts.store.record_audit(entry).await?;
            for id in &erased.conversations {
                self.publish_gone(id);
            }
        }
        Ok(erased)
    }

    /// Deletes the conversations that the shops in service keep no longer; how many.
    ///
    /// # Errors
    /// The store's.
    pub async fn forget_the_old(&self) -> Result<u64, PrivacyError> {
        let mut all = 0;
        for status in self.parts.shops.list() {
            let Ok(assistant) = self.parts.shops.assistant(&status.id) else { continue };
            let Some(days) = assistant.shop.policy.privacy.keep_conversations_days else { continue };
            let before = self.now() - SignedDuration::from_hours(24 * i64::from(days));
            let deleted = self.forget_before(&status.id, before).await?;
            let words = self.parts.store.forget_dismissed(&status.id, before).await?;
            if deleted + words == 0 {
                continue;
            }
            tracing::info!(shop.id = %status.id, conversations = deleted, "conversations that are kept no longer are deleted");
            let detail = json!({"days": days, "conversations": deleted});
            let entry = NewAudit::by_nobody(BY_ITSELF, "retention.run", self.now()).in_shop(&status.id);
            self.parts.store.record_audit(entry.with(detail)).await?;
            all += deleted;
        }
        Ok(all)
    }

    async fn forget_before(&self, shop: &ShopId, before: Timestamp) -> Result<u64, PrivacyError> {
        let store = self.parts.store.as_ref();
        let within = Within { begun_by: None, untouched_since: Some(before) };
        let (mut deleted, mut after) = (0, None);
        loop {
            let old = store.untouched_since(shop, before, after.as_ref(), BATCH).await?;
            let Some(last) = old.last().cloned() else { return Ok(deleted) };
            let mut gone = Vec::new();
            for (_, id) in old {
                let _turn = self.turns.enter(&id).await;
                if matches!(
                    store.forget_conversation(shop, &id, within, self.now()).await?,
                    Forgotten::Yes { .. }
                ) {
                    gone.push(id);
                }
            }
            deleted += gone.len() as u64;
            self.tell_gone(shop, &gone);
            after = Some(last);
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Lets index and files forget what the tables have forgotten; `false` when the files have to wait for a quiet moment,
    /// which with `wait_no_more` they don't.
    ///
    /// # Errors
    /// The store's and the index's.
    pub async fn forget_everywhere(&self, wait_no_more: bool) -> Result<bool, PrivacyError> {
        self.forget_in_index().await?;
        Ok(self.parts.store.scrub(wait_no_more).await?)
    }

    fn tell_gone(&self, shop: &ShopId, gone: &[ConversationId]) {
        for id in gone {
            self.publish_gone(id);
        }
        if !gone.is_empty() {
            self.publish_board(shop);
        }
    }

    fn publish_gone(&self, id: &ConversationId) {
        self.parts.bus.publish(&Topic::Conversation(id.clone()), Event::Gone);
    }
}
