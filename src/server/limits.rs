//! How often a conversation may speak: 5 messages a second, bursts of 10 (CONTRACT section 3).

use std::{num::NonZeroU32, time::Duration};

use governor::{
    DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock, DefaultClock},
};

use crate::domain::ConversationId;

const A_SECOND: NonZeroU32 = NonZeroU32::new(5).expect("five is not zero");
const BURST: NonZeroU32 = NonZeroU32::new(10).expect("ten is not zero");

/// The pace of every conversation of this node, over all its connections.
pub(super) struct Pace {
    limiter: DefaultKeyedRateLimiter<ConversationId>,
}

impl Default for Pace {
    fn default() -> Self {
        Self { limiter: RateLimiter::keyed(Quota::per_second(A_SECOND).allow_burst(BURST)) }
    }
}

impl Pace {
    /// Counts a message; the time to wait when there were too many.
    pub(super) fn check(&self, conversation: &ConversationId) -> Result<(), Duration> {
        // Conversations that are back at rest need no memory; looked at only when there are many.
        if self.limiter.len() > 10_000 {
            self.limiter.retain_recent();
        }
        self.limiter
            .check_key(conversation)
            .map_err(|until| until.wait_time_from(DefaultClock::default().now()))
    }
}
