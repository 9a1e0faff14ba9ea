//! How often a conversation may speak: 5 messages a second, bursts of 10 (CONTRACT section 3); and send pictures: one
//! every 3 seconds, bursts of 9.

use std::{num::NonZeroU32, time::Duration};

use governor::{
    DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock, DefaultClock},
};

use crate::domain::ConversationId;

const A_SECOND: NonZeroU32 = NonZeroU32::new(5).expect("five is not zero");
const BURST: NonZeroU32 = NonZeroU32::new(10).expect("ten is not zero");

const PICTURE_EVERY: Duration = Duration::from_secs(3);
const PICTURES: NonZeroU32 = NonZeroU32::new(9).expect("nine is not zero");

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
    /// The pace of pictures: each costs far more than words.
    pub(super) fn of_pictures() -> Self {
        let quota = Quota::with_period(PICTURE_EVERY).expect("the period is not zero").allow_burst(PICTURES);
        Self { limiter: RateLimiter::keyed(quota) }
    }

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
