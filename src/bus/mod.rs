//! Who hears what: events of conversations and desks, told to whoever listens now.
//!
//! The bus promises little on purpose: events arrive in the order published, or the listener is told that some
//! were lost. Whoever needs every message reads the gap from the store. It never keeps anything.

mod local;

use tokio::sync::broadcast;

pub use local::LocalBus;

use crate::domain::{AgentId, ConversationId, Message, Mode, ShopId};

/// What one can listen to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Topic {
    /// One conversation.
    Conversation(ConversationId),
    /// The desks of a shop.
    Desk(ShopId),
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A message was stored.
    Message(Message),
    /// Somebody else answers now, or the place in the queue changed.
    Standing {
        /// Who answers.
        mode: Mode,
        /// The place in the queue from 1, and seconds to wait.
        queue: Option<(u32, u64)>,
        /// The person.
        agent: Option<(AgentId, String)>,
    },
    /// `shopper`, `bot` or `agent` is writing.
    Typing {
        /// Who.
        from: &'static str,
    },
    /// `shopper` or `agent` has read up to a message.
    Read {
        /// Who.
        from: &'static str,
        /// Up to which.
        seq: u64,
    },
    /// An internal note was stored.
    Note {
        /// Its number.
        number: u64,
        /// Who wrote it.
        agent: String,
        /// The note.
        text: String,
        /// When.
        at: jiff::Timestamp,
    },
    /// The lists of a desk have changed.
    Board,
}

/// What a listener hears.
#[derive(Clone, Debug, PartialEq)]
pub enum Heard {
    /// An event.
    Event(Event),
    /// Some events were lost: read the store.
    Lagged,
    /// The bus is gone.
    Closed,
}

/// The bus; semantics above.
pub trait Bus: Send + Sync {
    /// Tells everybody who listens to a topic now; never waits.
    fn publish(&self, topic: &Topic, event: Event);

    /// Listens from now on. Dropping the subscription ends it.
    fn subscribe(&self, topic: &Topic) -> Subscription;
}

/// One listener's end.
#[derive(Debug)]
pub struct Subscription {
    receiver: broadcast::Receiver<Event>,
}

impl Subscription {
    /// The next thing heard. Cancelling it loses nothing.
    pub async fn next(&mut self) -> Heard {
        match self.receiver.recv().await {
            Ok(event) => Heard::Event(event),
            Err(broadcast::error::RecvError::Lagged(_)) => Heard::Lagged,
            Err(broadcast::error::RecvError::Closed) => Heard::Closed,
        }
    }
}
