//! One at a time per conversation: one turn, however many connections it has; one telling of who answers.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::OwnedMutexGuard;

use crate::domain::ConversationId;

type Lock = Arc<tokio::sync::Mutex<()>>;

/// What is under way, by conversation.
#[derive(Default)]
pub(super) struct ConversationLocks {
    // A std mutex: it is held for a map look-up, never across an await.
    locks: Mutex<HashMap<ConversationId, Lock>>,
}

impl ConversationLocks {
    /// Waits until the conversation's lock is free and holds it until the guard is dropped.
    pub(super) async fn enter(&self, conversation: &ConversationId) -> OwnedMutexGuard<()> {
        let lock = {
            let mut locks = self.locks.lock().unwrap_or_else(PoisonError::into_inner);
            // Locks that nobody holds or waits for are dropped as soon as they are in the majority.
            if locks.len() > 1024 && locks.len() == locks.capacity() {
                locks.retain(|_, lock| Arc::strong_count(lock) > 1);
            }
            Arc::clone(locks.entry(conversation.clone()).or_default())
        };
        lock.lock_owned().await
    }
}
