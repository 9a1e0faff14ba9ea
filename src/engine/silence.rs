//! Silences: some time after a shopper's last words the assistant looks whether the shop's rules have it speak first.

use std::time::Duration;

use super::{Engine, EngineError, turn::Due};
use crate::{
    domain::{ConversationId, Mode},
    store::StoreError,
};

/// Conversations looked at in one round.
const BATCH: usize = 64;
/// What could not be looked at is looked at again after so long; what is said once is kept by its key.
const LEASE: Duration = Duration::from_secs(300);

impl Engine {
    /// Looks at the silences whose time has come, each once; returns how many. For tests, where it is waited for.
    pub async fn break_silences(&self) -> usize {
        let silent = self.silences().await;
        for conversation in &silent {
            self.break_silence(conversation).await;
        }
        silent.len()
    }

    /// The same, each in a task of its own: a shop's system that does not answer keeps nobody else waiting.
    pub(super) async fn break_silences_soon(&self) {
        if self.tasks.is_closed() {
            return;
        }
        for conversation in self.silences().await {
            let engine = self.clone();
            self.tasks.spawn(async move { engine.break_silence(&conversation).await });
        }
    }

    async fn silences(&self) -> Vec<ConversationId> {
        let claimed = self.parts.store.claim_silences(self.now(), self.now() + LEASE, BATCH).await;
        claimed
            .inspect_err(|error| tracing::error!(error = %error, "silent conversations can't be listed"))
            .unwrap_or_default()
    }

    async fn break_silence(&self, conversation: &ConversationId) {
        if let Err(error) = self.speak_first(conversation).await {
            tracing::warn!(conversation.id = %conversation, error = %error, "a silence was left alone");
        }
    }

    async fn speak_first(&self, conversation: &ConversationId) -> Result<(), EngineError> {
        let _turn = self.turns.enter(conversation).await;
        let pending = self.parts.store.pending(conversation).await?;
        if pending.conversation.mode != Mode::Bot || !pending.messages.is_empty() {
            return Ok(());
        }
        match self.take_turn(&pending, &Due::Silence).await {
            // The shopper has spoken meanwhile, or somebody else has said it.
            Err(EngineError::Store(StoreError::Conflict)) => Ok(()),
            other => other.map(drop),
        }
    }
}
