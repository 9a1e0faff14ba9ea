//! What each shop recommends from: made of its catalog and last orders, kept for some minutes, made anew beside the
//! turns that use it.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use jiff::{SignedDuration, Timestamp};

use super::{Engine, assistant::Assistant};
use crate::{
    dialogue::{Fact, Recommended},
    domain::ShopId,
    trade::recommend::{Recommender, Wish},
};

/// After so long the orders are looked at again.
const REFRESH_AFTER: SignedDuration = SignedDuration::from_mins(10);
/// Orders looked at; older ones tell of last season.
const ORDERS: usize = 10_000;
/// Picks ranked beyond those asked for, in the place of what has just been sold out.
const SPARE: usize = 5;
/// Categories told, to ask what kind of thing it shall be.
const KINDS: usize = 4;

/// The recommenders of the shops of this node.
#[derive(Default)]
pub(super) struct Recommenders {
    kept: Mutex<BTreeMap<ShopId, Kept>>,
}

#[derive(Clone)]
struct Kept {
    recommender: Arc<Recommender>,
    /// The version of the shop's files that it was made of.
    version: String,
    made_at: Timestamp,
}

impl Recommenders {
    fn get(&self, shop: &ShopId) -> Option<Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).get(shop).cloned()
    }

    fn keep(&self, shop: ShopId, kept: Kept) {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).insert(shop, kept);
    }

    /// Notes that one is being made anew, so that no other turn begins the same.
    fn touch(&self, shop: &ShopId, now: Timestamp) {
        if let Some(kept) = self.kept.lock().unwrap_or_else(PoisonError::into_inner).get_mut(shop) {
            kept.made_at = now;
        }
    }
}

impl Engine {
    /// Answers a wish from the shop's recommender. What is shown is in stock at this moment.
    pub(super) async fn recommend(
        &self,
        assistant: &Assistant,
        wish: &Wish,
    ) -> Result<Fact, crate::backend::BackendError> {
        let shop = &assistant.shop;
        let recommender = self.recommender(assistant).await;
        let rules = &shop.policy.recommend;
        let wider = Wish { limit: wish.limit + SPARE, ..wish.clone() };
        let mut picks = Vec::with_capacity(wish.limit);
        for pick in recommender.picks(&wider, rules) {
            if picks.len() == wish.limit {
                break;
            }
            let now = self.parts.backend.product(&shop.id, &pick.product.id).await?;
            if let Some(product) = now.filter(|product| rules.min_stock.max(1) <= product.stock()) {
                picks.push((product, pick.why));
            }
        }
        Ok(Fact::Recommended(Recommended { picks, kinds: recommender.kinds(KINDS) }))
    }

    /// The recommender of a shop's present version. An old one serves on while a new one is made; only the first turn
    /// of a version waits.
    async fn recommender(&self, assistant: &Assistant) -> Arc<Recommender> {
        let shop = &assistant.shop;
        let kept = self.recommenders.get(&shop.id).filter(|kept| kept.version == shop.version);
        let Some(kept) = kept else { return self.make_recommender(assistant).await };
        if REFRESH_AFTER < self.now().duration_since(kept.made_at) && !self.tasks.is_closed() {
            self.recommenders.touch(&shop.id, self.now());
            let (engine, shop) = (self.clone(), shop.id.clone());
            self.tasks.spawn(async move {
                if let Ok(assistant) = engine.parts.shops.assistant(&shop) {
                    engine.make_recommender(&assistant).await;
                }
            });
        }
        kept.recommender
    }

    /// Makes one and keeps it. Without the shop's orders it knows the catalog alone, and tries again next time.
    async fn make_recommender(&self, assistant: &Assistant) -> Arc<Recommender> {
        let shop = &assistant.shop;
        let products = assistant.products();
        let orders = self.parts.backend.recent_orders(&shop.id, ORDERS).await;
        let is_whole = orders.is_ok();
        let orders = orders.unwrap_or_else(|error| {
            tracing::warn!(shop.id = %shop.id, error = %error, "recommendations go by the catalog alone");
            Vec::new()
        });
        let made = {
            let products = Arc::clone(&products);
            tokio::task::spawn_blocking(move || Recommender::of(products, &orders)).await
        };
        let Ok(recommender) = made.map(Arc::new) else {
            tracing::error!(shop.id = %shop.id, "a recommender could not be made of the shop's orders");
            return Arc::new(Recommender::of(products, &[]));
        };
        if is_whole {
            let version = shop.version.clone();
            let kept = Kept { recommender: Arc::clone(&recommender), version, made_at: self.now() };
            self.recommenders.keep(shop.id.clone(), kept);
        }
        recommender
    }
}
