//! Who hears what: events of conversations and desks, told to whoever listens now.
//!
//! The bus promises little on purpose: events arrive in the order published, or the listener is told that some
//! were lost. Whoever needs every message reads the gap from the store. It never keeps anything.

mod form;
mod local;
mod nats;

use std::sync::Arc;

use tokio::sync::broadcast;

pub use local::LocalBus;
pub use nats::{BusError, NatsBus};

use crate::domain::{AgentId, ConversationId, Message, Mode, ShopId};

/// What one can listen to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Topic {
    /// One conversation.
    Conversation(ConversationId),
    /// The desks of a shop.
    Desk(ShopId),
    /// The shops' files, for every node.
    Shops,
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
    /// The conversation was deleted.
    Gone,
    /// The lists of a desk have changed.
    Board,
    /// A version of a shop's files was published.
    Published,
    /// Events were lost; listeners hear [`Heard::Lagged`].
    Lost,
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

    /// Whether other nodes hear what is published now.
    fn is_connected(&self) -> bool {
        true
    }
}

/// One listener's end.
#[derive(Debug)]
pub struct Subscription {
    receiver: broadcast::Receiver<Arc<Event>>,
}

impl Subscription {
    /// The next thing heard. Cancelling it loses nothing.
    pub async fn next(&mut self) -> Heard {
        match self.receiver.recv().await {
            Ok(event) if *event == Event::Lost => Heard::Lagged,
            Ok(event) => Heard::Event(Arc::unwrap_or_clone(event)),
            Err(broadcast::error::RecvError::Lagged(_)) => Heard::Lagged,
            Err(broadcast::error::RecvError::Closed) => Heard::Closed,
        }
    }
}
