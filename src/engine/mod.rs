//! The engine: takes what shoppers say, commits it, and answers it; carries out changes; lets people take over.
//!
//! Start reading at `turn`. The engine owns no protocol: `server` and `cli` call it with plain values, and
//! what happens is told to everybody through the bus.

mod admission;
mod advice;
mod answers;
mod assigning;
mod assistant;
mod casework;
mod clock;
mod learning;
mod locks;
mod outbox;
mod people;
mod presence;
mod privacy;
mod proposals;
mod readings;
mod recommenders;
mod reports;
mod say;
mod search;
mod shops;
mod silence;
mod standing;
mod turn;
mod uploads;

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use jiff::{Timestamp, ZonedDateTime};
use tokio::sync::Notify;
use tokio_util::task::TaskTracker;

pub use answers::Answered;
pub use assistant::{Assistant, AssistantError, Learnt, Reading};
pub use casework::{About, Case, CaseError, CaseOrder, Changed, Explained, Personal, Plan, REASONS, Wish};
pub use clock::{Clock, FixedClock, SystemClock};
pub use learning::ToLearn;
pub use people::{Leaving, PeopleError, Recipient, supervises};
pub use presence::OpenDesk;
pub use privacy::PrivacyError;
pub use proposals::{Proposal, ProposalSource};
pub use reports::Now;
pub use say::Said;
pub use search::{FoundMessage, FoundMessages, SearchError};
pub use shops::{ShopStatus, Shops};
pub use standing::Standing;
pub use uploads::UploadError;

use crate::{
    backend::Backend,
    bus::Bus,
    domain::{ConversationId, ShopId},
    encoder::Encoder,
    retrieval::MessageIndex,
    shop::Shop,
    store::{Pending, SharedStore, StoreError},
};

/// How often messages without an answer are looked for; one that is being answered is not answered twice.
const LOOKS_AGAIN: Duration = Duration::from_secs(10);
/// What turns under way may take at a stop: a shop's own system has ten seconds for a change.
pub const LAST_TURNS: Duration = Duration::from_secs(15);
/// How often what nobody needs any more is cleared away.
const CLEARS_AGAIN: Duration = Duration::from_secs(3600);
/// The waits before a failed turn is tried again, in milliseconds.
const RETRIES: [u64; 4] = [100, 400, 1_600, 6_400];

/// The parts an engine is made of; `app` chooses them.
pub struct Parts {
    /// What is kept.
    pub store: SharedStore,
    /// The shops' own systems.
    pub backend: Arc<dyn Backend>,
    /// Who hears what.
    pub bus: Arc<dyn Bus>,
    /// Texts to vectors.
    pub encoder: Arc<dyn Encoder>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The shops that are served.
    pub shops: Shops,
    /// Where messages are looked for.
    pub messages: Arc<MessageIndex>,
}

/// A handle to the engine; clones are the same engine.
#[derive(Clone)]
pub struct Engine {
    parts: Arc<Parts>,
    turns: Arc<locks::ConversationLocks>,
    /// Who is let in.
    door: Arc<admission::Admission>,
    /// Who answers is read and told under its lock, so that what is told last is what was so last.
    standings: Arc<locks::ConversationLocks>,
    tasks: TaskTracker,
    /// Changes that people make, one at a time a conversation.
    casework: Arc<locks::ConversationLocks>,
    bell: Arc<Notify>,
    desks: Arc<presence::Desks>,
    started_at: Timestamp,
    /// Shops whose queue moved, until those who wait are told.
    moved: Arc<Mutex<BTreeSet<ShopId>>>,
    recommenders: Arc<recommenders::Recommenders>,
    workbench: Arc<uploads::Workbench>,
    messages: Arc<search::Messages>,
}

/// Why the engine could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// No shop of this name.
    #[error("there is no shop {0}")]
    UnknownShop(ShopId),
    /// The shop's files have errors and no version of it was ever published.
    #[error("shop {0} can't be served: its files have errors")]
    BrokenShop(ShopId),
    /// No such conversation.
    #[error("there is no such conversation")]
    UnknownConversation,
    /// Figures could not be counted.
    #[error("counting a report panicked")]
    Panicked,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Engine {
    /// An engine of these parts.
    pub fn new(parts: Parts) -> Self {
        let messages = Arc::new(search::Messages::new(Arc::clone(&parts.messages)));
        let started_at = parts.clock.now();
        Self {
            started_at,
            moved: Arc::default(),
            messages,
            parts: Arc::new(parts),
            turns: Arc::default(),
            door: Arc::default(),
            standings: Arc::default(),
            tasks: TaskTracker::new(),
            casework: Arc::default(),
            bell: Arc::default(),
            desks: Arc::default(),
            recommenders: Arc::default(),
            workbench: Arc::default(),
        }
    }

    /// Its parts, for those who serve it.
    pub fn parts(&self) -> &Parts {
        &self.parts
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        self.parts.clock.now()
    }

    /// The time where a shop is.
    pub fn now_in(&self, shop: &Shop) -> ZonedDateTime {
        self.now().to_zoned_datetime(shop.time_zone.clone())
    }

    /// What has to run as long as the server does: first whatever was left unanswered, then the outbox. A turn that
    /// gave up is found again by the next look.
    pub async fn run(&self, stop: impl Future<Output = ()>) {
        tokio::pin!(stop);
        let mut looked: Option<Instant> = None;
        let mut cleared: Option<Instant> = None;
        self.follow_soon();
        loop {
            if looked.is_none_or(|looked| LOOKS_AGAIN <= looked.elapsed())
                && self.answer_what_was_left().await
            {
                looked = Some(Instant::now());
            }
            if cleared.is_none_or(|cleared| CLEARS_AGAIN <= cleared.elapsed()) {
                self.forget_unused_uploads().await;
                cleared = Some(Instant::now());
            }
            self.carry_out_changes_soon().await;
            self.break_silences_soon().await;
            self.look_after_desk().await;
            tokio::select! {
                () = &mut stop => break,
                () = self.bell.notified() => {}
                () = tokio::time::sleep(Duration::from_secs(1)) => {}
            }
        }
    }

    /// Answers every stored message without an answer: a crash may have come between its ack and its answer. False if
    /// they could not be looked for.
    async fn answer_what_was_left(&self) -> bool {
        match self.parts.store.unanswered().await {
            Ok(left) => {
                if !left.is_empty() {
                    tracing::info!(conversations = left.len(), "answering what was left unanswered");
                }
                for (conversation, _) in left {
                    self.answer_soon(conversation);
                }
                true
            }
            Err(error) => {
                tracing::error!(error = %error, "unanswered messages can't be listed");
                false
            }
        }
    }

    /// Waits until no turn is under way, but no longer than [`LAST_TURNS`]; none begins after it. What is without an answer
    /// then gets it from another node, or at the next start.
    pub async fn drain(&self) {
        self.tasks.close();
        if tokio::time::timeout(LAST_TURNS, self.tasks.wait()).await.is_err() {
            tracing::warn!(left = self.tasks.len(), "turns are still under way and are left to others");
        }
    }

    /// Answers a conversation in a task of its own.
    pub(crate) fn answer_soon(&self, conversation: ConversationId) {
        self.answer_in(conversation, None, None);
    }

    /// The same, from what is known to be pending, in a place of the door's.
    fn answer_in(
        &self,
        conversation: ConversationId,
        mut known: Option<Box<Pending>>,
        place: Option<admission::Place>,
    ) {
        if self.tasks.is_closed() {
            return; // The next start answers it.
        }
        let engine = self.clone();
        self.tasks.spawn(async move {
            let _place = place;
            // A store that is busy for a moment must not leave a shopper without an answer.
            for wait in RETRIES.map(Some).into_iter().chain([None]) {
                let Err(error) = engine.answer_from(&conversation, known.take()).await else { return };
                if matches!(error, EngineError::Store(StoreError::NotFound("conversation"))) {
                    return; // It was deleted.
                }
                if matches!(error, EngineError::UnknownShop(_) | EngineError::BrokenShop(_)) {
                    tracing::debug!(conversation.id = %conversation, "its shop is not served now");
                    return;
                }

                tracing::error!(conversation.id = %conversation, error = %error, "a turn failed");
                match wait {
                    Some(wait) if !engine.tasks.is_closed() => {
                        tokio::time::sleep(Duration::from_millis(wait)).await;
                    }
                    _ => return, // The next look answers it.
                }
            }
        });
    }

    /// Lets a waiting flow go on, in a task of its own.
    pub(crate) fn wake_soon(&self, conversation: ConversationId) {
        if self.tasks.is_closed() {
            return;
        }
        let engine = self.clone();
        self.tasks.spawn(async move {
            if let Err(error) = engine.wake(&conversation).await {
                tracing::error!(conversation.id = %conversation, error = %error, "a turn failed");
            }
        });
    }

    /// Answers, carries out changes and tells their outcomes until nothing is left to do; for tests and the
    /// terminal, where the answer is waited for.
    ///
    /// # Errors
    /// The store's.
    pub async fn settle(&self, conversation: &ConversationId) -> Result<(), EngineError> {
        loop {
            self.answer(conversation).await?;
            if self.carry_out_changes().await.is_empty() {
                return Ok(());
            }
        }
    }
}
