//! How often something may happen: a conversation may speak 5 times a second, bursts of 10 (CONTRACT section 3), and send
//! pictures, one every 3 seconds, bursts of 9. How often an address may come is in `doors`. All of it is counted by this
//! node; what a conversation says on other nodes is counted in `speech`.

use std::{
    hash::Hash,
    num::NonZeroU32,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use governor::{
    DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock, DefaultClock},
};

use crate::domain::ConversationId;

const PICTURE_EVERY: Duration = Duration::from_secs(3);
const PICTURES: NonZeroU32 = NonZeroU32::new(9).expect("nine is not zero");

/// With more than so many keys, those that are back at rest are looked for and forgotten.
const MANY: usize = 10_000;

/// How often something may happen.
#[derive(Clone, Copy, Debug)]
pub struct Rate {
    /// Times a second, over a longer time.
    pub a_second: NonZeroU32,
    /// Times at once.
    pub burst: NonZeroU32,
}

impl Rate {
    /// So often; none of the numbers is zero.
    pub const fn new(a_second: u32, burst: u32) -> Self {
        Self {
            a_second: NonZeroU32::new(a_second).expect("a rate is not zero"),
            burst: NonZeroU32::new(burst).expect("a burst is not zero"),
        }
    }
}

/// The pace of every key of this node.
pub(super) struct Paces<K: Hash + Eq + Clone> {
    limiter: DefaultKeyedRateLimiter<K>,
    /// With more keys than this it is worth looking.
    many: AtomicUsize,
}

/// How often each conversation sends pictures to this node.
pub(super) type PicturePace = Paces<ConversationId>;

impl PicturePace {
    /// The pace of pictures: each costs far more than words.
    pub(super) fn of_pictures() -> Self {
        let quota = Quota::with_period(PICTURE_EVERY).expect("the period is not zero").allow_burst(PICTURES);
        Self::with(quota)
    }
}

impl<K: Hash + Eq + Clone> Paces<K> {
    /// The same pace for every key.
    pub(super) fn of(rate: Rate) -> Self {
        Self::with(Quota::per_second(rate.a_second).allow_burst(rate.burst))
    }

    fn with(quota: Quota) -> Self {
        Self { limiter: RateLimiter::keyed(quota), many: AtomicUsize::new(MANY) }
    }

    /// Counts once; the time to wait when there were too many.
    pub(super) fn check(&self, key: &K) -> Result<(), Duration> {
        if self.limiter.len() > self.many.load(Ordering::Relaxed) {
            self.limiter.retain_recent();
            // Where all are busy, looking again at once would find as little.
            self.many.store(MANY.max(2 * self.limiter.len()), Ordering::Relaxed);
        }
        self.limiter.check_key(key).map_err(|until| until.wait_time_from(DefaultClock::default().now()))
    }
}
