//! Who is let in when more is said than can be answered.
//!
//! What is stored is answered, so the door is before the store: a message that would wait too long is refused with a
//! time to come back, and nothing that was acknowledged is ever dropped. Each shop finds a place however much another's
//! shoppers say. What people say, and what is said to them, costs no turn and is always let in.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::domain::ShopId;

/// Messages that wait for their answer, at most: what a small machine answers in about half a second.
const PLACES: usize = 512;
/// From so many on, answers are made without the model where it has not seen the words before: the shortest useful
/// answer rather than none.
const HURRIED: usize = 192;
/// Turns that are taken at once; the others wait in the order they came.
const TURNS: usize = 64;
/// When those who were refused may come back: some time in between, so that they don't come all at once.
const COME_BACK_MS: std::ops::Range<u64> = 500..2_000;

/// The door of a node.
pub(super) struct Admission {
    waiting: Mutex<Waiting>,
    turns: Arc<Semaphore>,
}

#[derive(Default)]
struct Waiting {
    all: usize,
    by_shop: HashMap<ShopId, usize>,
}

/// A place, given back when dropped.
pub(crate) struct Place {
    door: Arc<Admission>,
    shop: ShopId,
}

/// There is no place now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Full {
    /// When to come back.
    pub(super) retry: Duration,
}

impl Default for Admission {
    fn default() -> Self {
        Self { waiting: Mutex::default(), turns: Arc::new(Semaphore::new(TURNS)) }
    }
}

impl Admission {
    /// A place for a message of a shop. With `n` shops waiting, one gets at most an `n + 1`th of all places: whoever
    /// comes next finds one.
    pub(super) fn enter(self: &Arc<Self>, shop: &ShopId) -> Result<Place, Full> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let own = waiting.by_shop.get(shop).copied().unwrap_or_default();
        let shops = waiting.by_shop.len() + usize::from(own == 0);
        if PLACES <= waiting.all || PLACES / (shops + 1) <= own {
            metrics::counter!("xiaoer_refused_total").increment(1);
            let retry = Duration::from_millis(rand::random_range(COME_BACK_MS));
            return Err(Full { retry });
        }
        waiting.all += 1;
        *waiting.by_shop.entry(shop.clone()).or_default() += 1;
        metrics::gauge!("xiaoer_turns_waiting").set(waiting.all as f64);
        Ok(Place { door: Arc::clone(self), shop: shop.clone() })
    }

    /// Whether answers have to be short of effort.
    pub(super) fn is_hurried(&self) -> bool {
        HURRIED <= self.waiting.lock().unwrap_or_else(PoisonError::into_inner).all
    }

    /// Waits for one's turn, in the order of coming.
    pub(super) async fn turn(&self) -> OwnedSemaphorePermit {
        Arc::clone(&self.turns).acquire_owned().await.expect("the semaphore is never closed")
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut waiting = self.door.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.all -= 1;
        if let Some(own) = waiting.by_shop.get_mut(&self.shop) {
            *own -= 1;
            if *own == 0 {
                waiting.by_shop.remove(&self.shop);
            }
        }
        metrics::gauge!("xiaoer_turns_waiting").set(waiting.all as f64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shop_that_is_flooded_leaves_room_for_the_others() {
        let door = Arc::new(Admission::default());
        let (loud, quiet) = (ShopId::from("loud"), ShopId::from("quiet"));
        let mut places = Vec::new();
        while let Ok(place) = door.enter(&loud) {
            places.push(place);
        }
        assert_eq!(places.len(), PLACES / 2);
        assert!(door.is_hurried());
        let other = door.enter(&quiet).map_err(|full| full.retry).expect("a place for another shop");
        assert!(door.enter(&loud).is_err_and(|full| COME_BACK_MS.contains(&(full.retry.as_millis() as u64))));
        drop(other);
        places.truncate(HURRIED - 1);
        assert!(!door.is_hurried());
        assert!(door.enter(&loud).is_ok(), "whoever comes back finds a place");
    }

    #[test]
    fn all_shops_together_find_no_more_places_than_there_are() {
        let door = Arc::new(Admission::default());
        let shops: Vec<ShopId> = (0..100).map(|number| format!("shop{number}").into()).collect();
        let mut places = Vec::new();
        for _ in 0..PLACES {
            places.extend(shops.iter().filter_map(|shop| door.enter(shop).ok()));
        }
        assert!((PLACES / 2..=PLACES).contains(&places.len()), "{}", places.len());
        let of_first = places.iter().filter(|place| place.shop == shops[0]).count();
        assert!(0 < of_first, "every shop has a place");
        drop(places);
        let waiting = door.waiting.lock().unwrap();
        assert!(waiting.all == 0 && waiting.by_shop.is_empty());
    }
}
