//! Silences: some time after a shopper's last words the assistant looks whether the shop's rules have it speak first.

use super::{Engine, EngineError, turn::Due};
use crate::{
    domain::{ConversationId, Mode},
    store::StoreError,
};

/// Conversations looked at in one round.
const BATCH: usize = 64;

impl Engine {
    /// Looks at the silences whose time has come, each once; returns how many.
    ///
    /// What fails here is not tried again: a reminder is better missing than said twice.
    pub async fn break_silences(&self) -> usize {
        let silent = match self.parts.store.claim_silences(self.now(), BATCH).await {
            Ok(silent) => silent,
            Err(error) => {
                tracing::error!(error = %error, "silent conversations can't be listed");
                return 0;
            }
        };
        for conversation in &silent {
            if let Err(error) = self.break_silence(conversation).await {
                tracing::warn!(conversation.id = %conversation, error = %error, "a silence was left alone");
            }
        }
        silent.len()
    }

    async fn break_silence(&self, conversation: &ConversationId) -> Result<(), EngineError> {
        let _turn = self.turns.enter(conversation).await;
        let pending = self.parts.store.pending(conversation).await?;
        if pending.conversation.mode != Mode::Bot || !pending.messages.is_empty() {
            return Ok(());
        }
        match self.take_turn(&pending, &Due::Silence).await {
            // The shopper has spoken meanwhile, or somebody else has said it.
            Err(EngineError::Store(StoreError::Conflict)) => Ok(()),
            other => other,
        }
    }
}
