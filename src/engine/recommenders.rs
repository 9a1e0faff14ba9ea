//! What each shop recommends from: made of its catalog and last orders, kept for some minutes, made anew beside the
//! turns that use it.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use jiff::{SignedDuration, Timestamp};
use tokio::task::JoinHandle;

use super::{Engine, assistant::Assistant};
use crate::{
    dialogue::{Fact, Recommended},
    domain::{ShopId, trade::Product},
    trade::recommend::{Recommender, Why, Wish},
};

/// After so long the orders are looked at again.
const REFRESH_AFTER: SignedDuration = SignedDuration::from_mins(10);
/// Orders looked at; older ones tell of last season.
const ORDERS: usize = 10_000;
/// Products that are weighed against each other, the best sold of a larger catalog: each pick looks at all of them. What
/// a search has found is shown in any case.
const CATALOG: usize = 20_000;
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
    fn touch(&self, shop: &ShopId, now: Timestamp, version: &str) {
        if let Some(kept) = self.kept.lock().unwrap_or_else(PoisonError::into_inner).get_mut(shop) {
            kept.made_at = now;
            version.clone_into(&mut kept.version);
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
        let ranked = recommender.picks(&wider, rules);
        let ranked = ranked.into_iter().map(|pick| (pick.product.id.clone(), pick.why));
        // What was searched for and sells too little to be weighed comes last, in the order of the search.
        let found = wish.among.iter().flatten().filter(|id| recommender.product(id).is_none());
        let found = found.filter(|id| !wish.never.contains(id)).map(|id| (id.clone(), Why::Asked));
        for (id, why) in ranked.chain(found) {
            if picks.len() == wish.limit {
                break;
            }
            let now = self.parts.backend.product(&shop.id, &id).await?;
            let shown = |product: &Product| {
                let price = product.price.amount();
                rules.min_stock.max(1) <= product.stock()
                    && !rules.forbids(product)
                    && wish.price_from.is_none_or(|least| least <= price)
                    && wish.price_to.is_none_or(|most| price <= most)
            };
            if let Some(product) = now.filter(shown) {
                picks.push((product, why));
            }
        }
        Ok(Fact::Recommended(Recommended { picks, kinds: recommender.kinds(KINDS) }))
    }

    /// A shop's recommender. An old one serves on while a new one is made: rules, prices and stock are looked at when it
    /// is used. Only the first turn of all waits.
    async fn recommender(&self, assistant: &Assistant) -> Arc<Recommender> {
        let shop = &assistant.shop;
        let Some(kept) = self.recommenders.get(&shop.id) else {
            let made = self.make_soon(&shop.id);
            return match made.await {
                Ok(Some(recommender)) => recommender,
                _ => Arc::new(Recommender::of(assistant.products(CATALOG), &[])),
            };
        };
        let is_old = REFRESH_AFTER < self.now().duration_since(kept.made_at) || kept.version != shop.version;
        if is_old && !self.tasks.is_closed() {
            self.recommenders.touch(&shop.id, self.now(), &shop.version);
            self.make_soon(&shop.id);
        }
        kept.recommender
    }

    /// Makes a shop's recommender in a task of its own, so that it is kept however long it takes and whoever has
    /// stopped waiting.
    fn make_soon(&self, shop: &ShopId) -> JoinHandle<Option<Arc<Recommender>>> {
        let (engine, shop) = (self.clone(), shop.clone());
        self.tasks.spawn(async move {
            let assistant = engine.parts.shops.assistant(&shop).ok()?;
            engine.make_recommender(&assistant).await
        })
    }

    /// Makes one and keeps it. Without the shop's orders it knows the catalog alone, and is not kept, so that the next
    /// turn tries again.
    async fn make_recommender(&self, assistant: &Assistant) -> Option<Arc<Recommender>> {
        let shop = &assistant.shop;
        let products = assistant.products(CATALOG);
        let orders = match self.parts.backend.recent_orders(&shop.id, ORDERS).await {
            Ok(orders) => Some(orders),
            Err(error) => {
                tracing::warn!(shop.id = %shop.id, error = %error, "recommendations go by the catalog alone");
                None
            }
        };
        let is_whole = orders.is_some();
        let making = move || Recommender::of(products, &orders.unwrap_or_default());
        let Ok(recommender) = tokio::task::spawn_blocking(making).await else {
            tracing::error!(shop.id = %shop.id, "a recommender could not be made of the shop's orders");
            return None;
        };
        let recommender = Arc::new(recommender);
        if is_whole {
            let version = shop.version.clone();
            let kept = Kept { recommender: Arc::clone(&recommender), version, made_at: self.now() };
            self.recommenders.keep(shop.id.clone(), kept);
        }
        Some(recommender)
    }
}
