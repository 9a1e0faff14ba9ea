//! A shopper says something: stored and acknowledged first, then answered.

use std::time::{Duration, Instant};

use tracing::Instrument;

use super::{
    Engine, EngineError,
    turn::{self, Due},
};
use crate::{
    bus::Event,
    dialogue,
    domain::{Content, ConversationId, Locale, Mode, Part, PartKind, ProductId, ShopId},
    store::{Appended, Conversation, NewShopperMessage, Pending, StoreError},
};

/// A turn computed from a state that changed meanwhile is computed again so many times.
const ATTEMPTS: usize = 5;
/// How far back a repeated choice is looked for.
const REPEATS_WITHIN: usize = 200;

/// What became of something a shopper said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// It is stored under this number and survives a crash; its answer comes by the bus.
    Stored {
        /// Its number.
        seq: u64,
    },
    /// The client used the id for something else.
    IdReused,
    /// The choice was not offered, or the product, sticker or image does not exist.
    BadChoice,
    /// Too much waits for an answer: nothing was stored.
    Overloaded {
        /// When to say it again.
        retry: Duration,
    },
}

impl Engine {
    /// Stores what a shopper said, tells everybody, and answers it soon. When this returns
    /// [`Said::Stored`], the message is safe and may be acknowledged.
    ///
    /// # Errors
    /// The store's; an unknown conversation or shop.
    #[tracing::instrument(name = "receive", level = "debug", skip_all, fields(conversation.id = %conversation.id))]
    pub async fn say(
        &self,
        conversation: &Conversation,
        client_id: &str,
        content: Content,
    ) -> Result<Said, EngineError> {
        let Some(parts) = self.parts_of(conversation, client_id, &content).await? else {
            return Ok(Said::BadChoice);
        };
        // A person answers in their own time; the assistant only what it can.
        let place = match conversation.mode {
            Mode::Agent => None,
            _ => match self.door.enter(&conversation.shop) {
                Ok(place) => Some(place),
                Err(full) => return Ok(Said::Overloaded { retry: full.retry }),
            },
        };
        let message = NewShopperMessage {
            client_id: client_id.to_owned(),
            content,
            parts,
            reopen_to: self.same_person(conversation).await?,
            at: self.now(),
        };
        let began = Instant::now();
        let appended = self.parts.store.append_shopper(&conversation.id, message);
        let appended = appended.instrument(tracing::debug_span!("commit", commit.of = "message")).await?;
        metrics::histogram!("xiaoer_commit_seconds", "of" => "message").record(began.elapsed().as_secs_f64());
        match appended {
            Appended::IdReused => Ok(Said::IdReused),
            Appended::Stored { message, duplicate: true, .. } => Ok(Said::Stored { seq: message.seq }),
            Appended::Stored { message, reopened, mode, pending, .. } => {
                let seq = message.seq;
                self.publish(&conversation.id, Event::Message(message));
                if reopened {
                    self.publish_state(&conversation.id).await;
                }
                if mode == Mode::Agent || reopened {
                    self.publish_board(&conversation.shop);
                }
                if mode != Mode::Agent {
                    self.answer_in(conversation.id.clone(), pending, place);
                }
                Ok(Said::Stored { seq })
            }
        }
    }

    /// How something said is shown; `None` when it names what does not exist or was not offered.
    async fn parts_of(
        &self,
        conversation: &Conversation,
        client_id: &str,
        content: &Content,
    ) -> Result<Option<Vec<Part>>, EngineError> {
        let store = &self.parts.store;
        Ok(match content {
            Content::Text(text) => Some(vec![Part::text(text.clone())]),
            Content::Choice(value) => {
                let (_, state) = store.state(&conversation.id).await?;
                if dialogue::accepts(&state, value) {
                    let offered = state.offered.iter().find(|choice| choice.value == *value);
                    Some(vec![Part::text(offered.map_or(value.as_str(), |choice| &choice.label))])
                } else {
                    // The same choice sent again after its answer took the offer back is no error.
                    let recent = store.latest(&conversation.id, REPEATS_WITHIN).await?;
                    recent.into_iter().find(|m| m.client_id.as_deref() == Some(client_id)).map(|m| m.parts)
                }
            }
            Content::Product(id) => self.product_part(&conversation.shop, id).await?.map(|part| vec![part]),
            Content::Order(id) => Some(vec![Part::text(format!("#{id}"))]),
            Content::Sticker(id) => {
                self.sticker_part(&conversation.shop, id, conversation.locale).map(|part| vec![part])
            }
            Content::Image(id) => {
                self.image_part(conversation, &id.as_str().into()).await?.map(|part| vec![part])
            }
        })
    }

    /// A sticker of the shop, if it has one of this id.
    pub fn sticker_part(&self, shop: &ShopId, id: &str, locale: Locale) -> Option<Part> {
        self.parts.shops.assistant(shop).ok()?.sticker_part(id, locale)
    }

    async fn product_part(&self, shop: &ShopId, id: &ProductId) -> Result<Option<Part>, EngineError> {
        Ok(self.parts.store.product(shop, id).await?.map(|product| Part {
            text: product.title.zh.clone(),
            kind: PartKind::Product {
                stock: Some(product.stock()),
                title: product.title.zh,
                price: product.price,
                image: product.image,
                url: product.url,
                id: product.id,
            },
        }))
    }

    /// Lets a flow go on that waited for something other than words: the shopper has signed in, say. Without such
    /// a flow nothing is said.
    ///
    /// # Errors
    /// The store's; a shop that is not served.
    pub async fn wake(&self, conversation: &ConversationId) -> Result<(), EngineError> {
        self.answer(conversation).await?;
        let _turn = self.turns.enter(conversation).await;
        let pending = self.parts.store.pending(conversation).await?;
        if pending.conversation.mode != Mode::Bot {
            return Ok(());
        }
        match self.take_turn(&pending, &Due::Wake).await {
            // Somebody changed the conversation meanwhile; their turn has seen the change.
            Err(EngineError::Store(StoreError::Conflict)) => Ok(()),
            other => other.map(drop),
        }
    }

    /// Takes one turn, commits it, and tells everybody; whether something is pending still.
    #[tracing::instrument(
        name = "turn",
        level = "debug",
        skip_all,
        fields(conversation.id = %pending.conversation.id, shop.id = %pending.conversation.shop)
    )]
    pub(super) async fn take_turn(&self, pending: &Pending, due: &Due) -> Result<bool, EngineError> {
        let (began, conversation) = (Instant::now(), &pending.conversation.id);
        let assistant = self.parts.shops.assistant(&pending.conversation.shop)?;
        let commit = turn::take(self, &assistant, pending, due).await;
        let (mode, changes) = (commit.mode, !commit.outbox.is_empty());
        let committing = Instant::now();
        let committed = self.parts.store.commit_turn(commit);
        let committed = committed.instrument(tracing::debug_span!("commit", commit.of = "turn")).await?;
        metrics::histogram!("xiaoer_commit_seconds", "of" => "turn")
            .record(committing.elapsed().as_secs_f64());
        tracing::debug_span!("send", send.messages = committed.messages.len()).in_scope(|| {
            for message in committed.messages {
                self.publish(conversation, Event::Message(message));
            }
        });
        metrics::histogram!("xiaoer_turn_seconds").record(began.elapsed().as_secs_f64());
        if changes {
            self.bell.notify_one();
        }
        if mode.is_some() {
            self.publish_state(conversation).await;
            self.queue_changed(&pending.conversation.shop);
        }
        Ok(committed.more)
    }

    /// Answers everything pending in a conversation, one turn at a time, in order.
    ///
    /// # Errors
    /// The store's; a shop that is not served.
    pub async fn answer(&self, conversation: &ConversationId) -> Result<(), EngineError> {
        self.answer_from(conversation, None).await
    }

    /// The same, for one who has looked at what is pending; it may have changed since.
    pub(super) async fn answer_from(
        &self,
        conversation: &ConversationId,
        mut known: Option<Box<Pending>>,
    ) -> Result<(), EngineError> {
        let _turn = self.turns.enter(conversation).await;
        let _permit = self.door.turn().await;
        let mut stale = 0;
        loop {
            let pending = match known.take() {
                Some(known) => *known,
                None => self.parts.store.pending(conversation).await?,
            };
            let Some(due) = next(&pending) else { return Ok(()) };
            match self.take_turn(&pending, &due).await {
                Ok(true) => stale = 0,
                Ok(false) => return Ok(()),
                // Somebody changed the conversation while the turn was computed: look again.
                Err(EngineError::Store(StoreError::Conflict)) if stale < ATTEMPTS => stale += 1,
                Err(error) => return Err(error),
            }
        }
    }
}

/// Outcomes first: they belong to what was said before the next message.
fn next(pending: &Pending) -> Option<Due> {
    let outcome = pending
        .outcomes
        .first()
        .map(|pending| Due::Outcome { key: pending.change.key.clone(), outcome: pending.outcome.clone() });
    outcome.or_else(|| {
        let message = pending.messages.first()?;
        Some(Due::Message { seq: message.seq, content: message.content.clone() })
    })
}
