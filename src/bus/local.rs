//! The bus within one process.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::broadcast;

use super::{Bus, Event, Subscription, Topic};

/// Events that a slow listener may be behind before some are lost to it. Each takes some bytes of every topic that is
/// listened to, whether or not anything happens.
const BACKLOG: usize = 16;

/// A broadcast channel for each topic that somebody listens to.
#[derive(Debug, Default)]
pub struct LocalBus {
    // A std mutex: held for a map look-up, never across an await.
    topics: Mutex<HashMap<Topic, broadcast::Sender<Arc<Event>>>>,
}

impl LocalBus {
    /// Tells every listener that events were lost.
    pub(super) fn lose(&self) {
        let lost = Arc::new(Event::Lost);
        let topics = self.topics.lock().unwrap_or_else(PoisonError::into_inner);
        for sender in topics.values() {
            // Without a listener nobody has lost anything.
            let _ = sender.send(Arc::clone(&lost));
        }
    }
}

impl Bus for LocalBus {
    fn publish(&self, topic: &Topic, event: Event) {
        let mut topics = self.topics.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sender) = topics.get(topic)
            && sender.send(Arc::new(event)).is_err()
        {
            // The last listener has left.
            topics.remove(topic);
        }
    }

    fn subscribe(&self, topic: &Topic) -> Subscription {
        let mut topics = self.topics.lock().unwrap_or_else(PoisonError::into_inner);
        if topics.len() == topics.capacity() {
            topics.retain(|_, sender| sender.receiver_count() > 0);
        }
        let sender = topics.entry(topic.clone()).or_insert_with(|| broadcast::channel(BACKLOG).0);
        Subscription { receiver: sender.subscribe() }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::Heard, *};

    #[tokio::test]
    async fn listeners_hear_their_topic_in_order_and_learn_what_they_missed() {
        let bus = LocalBus::default();
        let (one, other) = (Topic::Conversation("a".into()), Topic::Conversation("b".into()));
        bus.publish(&one, Event::Board); // Nobody listens yet.
        let mut listener = bus.subscribe(&one);
        bus.publish(&other, Event::Board);
        for seq in 1..=2 {
            bus.publish(&one, Event::Read { from: "agent", seq });
        }
        assert_eq!(listener.next().await, Heard::Event(Event::Read { from: "agent", seq: 1 }));
        assert_eq!(listener.next().await, Heard::Event(Event::Read { from: "agent", seq: 2 }));
        for seq in 0..=(BACKLOG as u64 * 2) {
            bus.publish(&one, Event::Read { from: "agent", seq });
        }
        assert_eq!(listener.next().await, Heard::Lagged);
    }
}
