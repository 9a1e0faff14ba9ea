//! How fast a conversation may speak: 5 times a second, bursts of 10 (CONTRACT section 3), over all its connections and, as
//! far as this node hears of them, over all nodes.
//!
//! What is said elsewhere is not refused here, for it is stored already; it counts as a debt, so that whoever speaks on
//! several nodes is answered `too_fast` by each until it is made up for. Nodes hear of each other's messages by the bus and,
//! when a connection begins, by the store. Several bursts at the same moment on several nodes are all let in: that is one
//! burst a node, and no more for a long time. Asking the store at each message would hold that up too, and every message.

use std::{
    collections::{HashMap, VecDeque},
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use jiff::Timestamp;

use crate::domain::{Author, ConversationId, Message};

/// A word every so often, over a longer time.
const EVERY: Duration = Duration::from_millis(200);
/// How far a conversation may be ahead of that before it has to wait: a burst of ten.
const AHEAD: Duration = Duration::from_millis(9 * 200);
/// What was said before this is made up for.
const LATELY: Duration = Duration::from_secs(10);
/// So many ids of what was said here are known when it is heard again; no more can be on their way at once.
const ON_THEIR_WAY: usize = 16;
/// With more conversations than this, those that are back at rest are looked for and forgotten.
const MANY: usize = 10_000;

/// How much every conversation has said.
#[derive(Default)]
pub(super) struct Speech {
    // A std mutex: held for a map look-up, never across an await.
    conversations: Mutex<Conversations>,
}

#[derive(Default)]
struct Conversations {
    said: HashMap<ConversationId, Said>,
    /// With more than this it is worth looking for those at rest.
    many: usize,
}

struct Said {
    /// When everything said will be made up for.
    even_at: Instant,
    /// What was said here lately, by a hash of its client's id.
    here: VecDeque<u64>,
    /// The last message that was counted because it was heard.
    heard: u64,
}

impl Speech {
    /// Counts what is said here; the time to wait when it is too fast.
    pub(super) fn say(&self, conversation: &ConversationId, id: &str) -> Result<(), Duration> {
        let now = Instant::now();
        self.with(conversation, now, |said| {
            let ahead = said.even_at.saturating_duration_since(now);
            if let Some(wait) = ahead.checked_sub(AHEAD).filter(|wait| !wait.is_zero()) {
                return Err(wait);
            }
            said.even_at = said.even_at.max(now) + EVERY;
            if said.here.len() == ON_THEIR_WAY {
                said.here.pop_front();
            }
            said.here.push_back(hash(id));
            Ok(())
        })
    }

    /// Counts a message of the shopper that was said elsewhere, once, however many connections hear it.
    pub(super) fn hear(&self, conversation: &ConversationId, message: &Message, now: Timestamp) {
        let (Author::Shopper, Some(id)) = (&message.from, &message.client_id) else { return };
        // Clocks of nodes differ a little: nothing was said later than now.
        let ago = Duration::try_from(now.duration_since(message.at)).unwrap_or_default();
        if LATELY < ago {
            return;
        }
        let now = Instant::now();
        self.with(conversation, now, |said| {
            if message.seq <= said.heard {
                return;
            }
            said.heard = message.seq;
            if !said.here.contains(&hash(id)) {
                said.even_at = said.even_at.max(now.checked_sub(ago).unwrap_or(now)) + EVERY;
            }
        });
    }

    fn with<T>(&self, conversation: &ConversationId, now: Instant, count: impl FnOnce(&mut Said) -> T) -> T {
        let mut all = self.conversations.lock().unwrap_or_else(PoisonError::into_inner);
        if all.many.max(MANY) < all.said.len() {
            // Long enough that what was said by then is no longer heard as something new.
            all.said.retain(|_, said| now < said.even_at + LATELY);
            // Where all are busy, looking again at once would find as little.
            all.many = 2 * all.said.len();
        }
        let rested = now.checked_sub(LATELY).unwrap_or(now);
        let new = || Said { even_at: rested, here: VecDeque::new(), heard: 0 };
        match all.said.get_mut(conversation) {
            Some(said) => count(said),
            None => count(all.said.entry(conversation.clone()).or_insert_with(new)),
        }
    }
}

fn hash(id: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(seq: u64, id: &str, at: Timestamp) -> Message {
        Message {
            seq,
            from: Author::Shopper,
            client_id: Some(id.to_owned()),
            at,
            parts: Vec::new(),
            trace: None,
        }
    }

    /// How many more can be said at once.
    fn left(speech: &Speech, conversation: &ConversationId) -> usize {
        (0..20).take_while(|number| speech.say(conversation, &format!("more {number}")).is_ok()).count()
    }

    #[test]
    fn a_burst_is_let_in_and_what_was_said_elsewhere_counts_once() {
        let now: Timestamp = "2026-11-23T02:00:00Z".parse().expect("a time");
        let id = ConversationId::from("a");
        for (said_here, heard, expected) in [
            (0, vec![], 10),
            (4, vec![], 6),
            // One's own words are heard again.
            (4, vec![(1, "here 0", 0), (2, "here 1", 0)], 6),
            // Two connections hear the same.
            (0, vec![(1, "there", 0), (1, "there", 0), (2, "there too", 0)], 8),
            // A debt.
            (8, vec![(1, "b", 0), (2, "c", 0), (3, "d", 0)], 0),
            // Long ago, or just made up for.
            (0, vec![(1, "b", 60), (2, "c", 60)], 10),
            (0, vec![(1, "b", 2), (2, "c", 2)], 10),
        ] {
            let speech = Speech::default();
            for number in 0..said_here {
                speech.say(&id, &format!("here {number}")).expect("it is no more than a burst");
            }
            for (seq, name, ago) in &heard {
                speech.hear(&id, &message(*seq, name, now - Duration::from_secs(*ago)), now);
            }
            assert_eq!(left(&speech, &id), expected, "{said_here} said, {heard:?} heard");
        }
    }

    #[test]
    fn those_at_rest_are_forgotten() {
        let speech = Speech::default();
        let start = Instant::now();
        for number in 0..=MANY {
            speech.with(&format!("{number}").into(), start, |_| ());
        }
        speech.with(&"one more".into(), start + 2 * LATELY, |_| ());
        assert_eq!(speech.conversations.lock().expect("nobody panicked").said.len(), 1);
    }
}
