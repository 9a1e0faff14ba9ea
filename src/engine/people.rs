//! The people's side of a conversation: waiting, taken, talking, released, closed; and telling everybody.

use super::{Engine, EngineError};
use crate::{
    bus::{Event, Topic},
    domain::{ConversationId, Mode, Part, ShopId},
    store::{
        AgentAppended, AgentMessage, Closing, Conversation, NewNote, Noted, QueuePlace, Staff, Staffed,
        StoreError, Take, Taken,
    },
};

/// What a conversation with a person takes on average until there is a figure of the shop's own.
const SECONDS_A_CONVERSATION: u64 = 90;

/// Why a person could not do it.
#[derive(Debug, thiserror::Error)]
pub enum PeopleError {
    /// Somebody else was first.
    #[error("{0} has taken it")]
    Taken(String),
    /// It waits for nobody.
    #[error("the conversation does not wait for anyone")]
    NotWaiting,
    /// Somebody else holds it, or nobody.
    #[error("the conversation is not yours")]
    NotHolder,
    /// The id was used for something else.
    #[error("the id was used for something else")]
    IdReused,
    /// The engine's errors.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl From<StoreError> for PeopleError {
    fn from(error: StoreError) -> Self {
        Self::Engine(error.into())
    }
}

impl Engine {
    /// Gives a waiting conversation to a person; of two at once one gets it.
    ///
    /// # Errors
    /// [`PeopleError::Taken`] names who was first.
    pub async fn take(&self, conversation: &Conversation, agent: &Staff) -> Result<(), PeopleError> {
        let notice = self.notice(conversation, "handoff.joined", &[("agent", &agent.name)])?;
        let take =
            Take { conversation: conversation.id.clone(), agent: agent.clone(), notice, at: self.now() };
        match self.parts.store.take(take).await? {
            Taken::Yes(message) => {
                self.changed_hands(conversation, message).await;
                Ok(())
            }
            Taken::AlreadyTaken(other) => Err(PeopleError::Taken(other.name)),
            Taken::NotWaiting(_) => Err(PeopleError::NotWaiting),
        }
    }

    /// What the holder says; returns its number.
    ///
    /// # Errors
    /// Not the holder; an id used for something else.
    pub async fn say_as_agent(
        &self,
        conversation: &Conversation,
        agent: &Staff,
        client_id: &str,
        text: &str,
    ) -> Result<u64, PeopleError> {
        let message = AgentMessage {
            agent: agent.clone(),
            client_id: client_id.to_owned(),
            parts: vec![Part::text(text)],
            at: self.now(),
        };
        match self.parts.store.append_agent(&conversation.id, message).await? {
            AgentAppended::Stored { message, duplicate } => {
                let seq = message.seq;
                if !duplicate {
                    self.publish(&conversation.id, Event::Message(message));
                    self.publish_board(&conversation.shop);
                }
                Ok(seq)
            }
            AgentAppended::IdReused => Err(PeopleError::IdReused),
            AgentAppended::NotHolder => Err(PeopleError::NotHolder),
        }
    }

    /// Keeps an internal note; returns its number.
    ///
    /// # Errors
    /// An id used for something else.
    pub async fn note(
        &self,
        conversation: &Conversation,
        agent: &Staff,
        client_id: &str,
        text: &str,
    ) -> Result<u64, PeopleError> {
        let note = NewNote {
            agent: agent.clone(),
            client_id: client_id.to_owned(),
            text: text.to_owned(),
            at: self.now(),
        };
        match self.parts.store.note(&conversation.id, note).await? {
            Noted::Stored { note, duplicate } => {
                let number = note.number;
                if !duplicate {
                    let (agent, text, at) = (note.agent.name, note.text, note.at);
                    self.publish(&conversation.id, Event::Note { number, agent, text, at });
                }
                Ok(number)
            }
            Noted::IdReused => Err(PeopleError::IdReused),
        }
    }

    /// Back to the bot, by the holder.
    ///
    /// # Errors
    /// Not the holder.
    pub async fn release(&self, conversation: &Conversation, agent: &Staff) -> Result<(), PeopleError> {
        let notice = self.notice(conversation, "handoff.released", &[("agent", &agent.name)])?;
        let closing = self.closing(conversation, agent, notice);
        let staffed = self.parts.store.release(closing).await?;
        self.staffed(conversation, staffed).await
    }

    /// Ends the conversation.
    ///
    /// # Errors
    /// Not the holder.
    pub async fn close(&self, conversation: &Conversation, agent: &Staff) -> Result<(), PeopleError> {
        let notice = self.notice(conversation, "handoff.closed", &[("agent", &agent.name)])?;
        let closing = self.closing(conversation, agent, notice);
        let staffed = self.parts.store.close(closing).await?;
        self.staffed(conversation, staffed).await
    }

    /// The shopper doesn't want to wait any longer.
    ///
    /// # Errors
    /// The store's.
    pub async fn leave_queue(&self, conversation: &Conversation) -> Result<(), PeopleError> {
        let notice = self.notice(conversation, "handoff.left_queue", &[])?;
        let staffed = self.parts.store.leave_queue(&conversation.id, notice, self.now()).await?;
        self.staffed(conversation, staffed).await
    }

    fn closing(&self, conversation: &Conversation, agent: &Staff, notice: Vec<Part>) -> Closing {
        Closing {
            conversation: conversation.id.clone(),
            agent: Some(agent.id.clone()),
            notice,
            at: self.now(),
        }
    }

    async fn staffed(&self, conversation: &Conversation, staffed: Staffed) -> Result<(), PeopleError> {
        match staffed {
            Staffed::Done(message) => {
                self.changed_hands(conversation, Some(message)).await;
                Ok(())
            }
            Staffed::Unchanged => Ok(()),
            Staffed::NotHolder => Err(PeopleError::NotHolder),
        }
    }

    async fn changed_hands(&self, conversation: &Conversation, notice: Option<crate::domain::Message>) {
        if let Some(message) = notice {
            self.publish(&conversation.id, Event::Message(message));
        }
        self.publish_state(&conversation.id).await;
        self.queue_changed(&conversation.shop).await;
    }

    /// A notice to the shopper, in their language, from the shop's replies.
    fn notice(
        &self,
        conversation: &Conversation,
        key: &str,
        slots: &[(&str, &str)],
    ) -> Result<Vec<Part>, EngineError> {
        let assistant = self.parts.shops.assistant(&conversation.shop)?;
        Ok(vec![Part::text(assistant.notice(key, slots, conversation.locale))])
    }

    /// Tells everybody who hears a conversation.
    pub(crate) fn publish(&self, conversation: &ConversationId, event: Event) {
        self.parts.bus.publish(&Topic::Conversation(conversation.clone()), event);
    }

    /// Tells the desks of a shop to look at their lists again.
    pub(crate) fn publish_board(&self, shop: &ShopId) {
        self.parts.bus.publish(&Topic::Desk(shop.clone()), Event::Board);
    }

    /// Tells a conversation's listeners to look at who answers now.
    pub(crate) async fn publish_state(&self, conversation: &ConversationId) {
        match self.standing(conversation).await {
            Ok(Some(standing)) => self.publish(conversation, standing.into()),
            Ok(None) => {}
            Err(error) => tracing::error!(error = %error, "a conversation's state can't be read"),
        }
    }

    /// Somebody came into the queue or left it: desks look again, and those who wait learn their place.
    pub(crate) async fn queue_changed(&self, shop: &ShopId) {
        self.publish_board(shop);
        match self.parts.store.waiting(std::slice::from_ref(shop)).await {
            Ok(waiting) => {
                for card in waiting.iter().filter(|card| card.conversation.mode == Mode::Queue) {
                    self.publish_state(&card.conversation.id).await;
                }
            }
            Err(error) => tracing::error!(error = %error, "the queue can't be read"),
        }
    }

    /// Who answers a conversation now.
    ///
    /// # Errors
    /// The store's.
    pub async fn standing(&self, conversation: &ConversationId) -> Result<Option<Standing>, EngineError> {
        let Some(now) = self.parts.store.conversation(conversation).await? else { return Ok(None) };
        let queue = match now.mode {
            Mode::Queue => self.parts.store.queue_place(conversation).await?,
            _ => None,
        };
        Ok(Some(Standing { mode: now.mode, queue, agent: now.agent.filter(|_| now.mode == Mode::Agent) }))
    }
}

/// Who answers a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Who.
    pub mode: Mode,
    /// The place in the queue, while waiting.
    pub queue: Option<QueuePlace>,
    /// The person, while one has it.
    pub agent: Option<Staff>,
}

impl From<Standing> for Event {
    fn from(standing: Standing) -> Self {
        Self::Standing {
            mode: standing.mode,
            queue: standing.queue.map(|place| place.position).zip(standing.wait_seconds()),
            agent: standing.agent.map(|agent| (agent.id, agent.name)),
        }
    }
}

impl Standing {
    /// How long the wait may be, in seconds: an honest guess from the place.
    pub fn wait_seconds(&self) -> Option<u64> {
        self.queue.map(|place| u64::from(place.position) * SECONDS_A_CONVERSATION)
    }
}
