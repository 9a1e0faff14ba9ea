//! Which system answers for a shop: the built-in tables, or the shop's own by HTTP, as its files say at the moment.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use jiff::Timestamp;

use super::{Backend, BackendError, HttpBackend, HttpSystem, Limits, Result, http::Client};
use crate::domain::{
    Change, ChangeOutcome, OrderId, ProductId, ShopId, ShopperId, TicketId,
    trade::{Order, Product, Shopper, Ticket, WalletCoupon},
};

/// What answers for a shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShopSystem {
    /// The built-in tables.
    BuiltIn,
    /// The shop's own, by HTTP.
    Http(HttpSystem),
}

/// What shops' files and keys say about their systems. It is asked anew for every request, so that an edit counts
/// at once.
pub trait Systems: Send + Sync {
    /// What answers for a shop; `None` while the shop is not served, for nobody knows then.
    fn system_of(&self, shop: &ShopId) -> Option<ShopSystem>;

    /// The bearer token that a shop's own system is shown; `None` where there is nothing to show.
    ///
    /// # Errors
    /// A key or token that can't be used. The error names no secret.
    fn bearer(
        &self,
        shop: &ShopId,
    ) -> std::result::Result<Option<String>, Box<dyn std::error::Error + Send + Sync>>;
}

/// Asks each shop's system. A shop that isn't served is unavailable rather than built in: a change must never land in
/// tables that nobody looks at.
pub struct RoutingBackend {
    built_in: Arc<dyn Backend>,
    systems: Arc<dyn Systems>,
    client: Client,
    /// The systems asked so far, with what is known of their health. One whose address was edited begins anew.
    own: Mutex<BTreeMap<ShopId, Arc<HttpBackend>>>,
}

#[derive(Debug, thiserror::Error)]
#[error("the shop is not served, so its system is not known")]
struct NotServed;

impl RoutingBackend {
    /// Shops with a system of their own by HTTP within `limits`, all others by `built_in`.
    pub fn new(built_in: Arc<dyn Backend>, systems: Arc<dyn Systems>, limits: Limits) -> Self {
        Self { built_in, systems, client: Client::new(limits), own: Mutex::default() }
    }

    fn of(&self, shop: &ShopId) -> Result<Arc<dyn Backend>> {
        match self.systems.system_of(shop) {
            None => Err(BackendError::Unavailable(Box::new(NotServed))),
            Some(ShopSystem::BuiltIn) => Ok(Arc::clone(&self.built_in)),
            Some(ShopSystem::Http(system)) => Ok(self.own(shop, system)),
        }
    }

    fn own(&self, shop: &ShopId, system: HttpSystem) -> Arc<HttpBackend> {
        let mut own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        match own.get(shop).filter(|known| *known.system() == system) {
            Some(known) => Arc::clone(known),
            None => {
                let new = HttpBackend::over(self.client.clone(), system, Arc::clone(&self.systems));
                let new = Arc::new(new);
                own.insert(shop.clone(), Arc::clone(&new));
                new
            }
        }
    }
}

#[async_trait]
impl Backend for RoutingBackend {
    async fn shopper(&self, shop: &ShopId, id: &ShopperId) -> Result<Option<Shopper>> {
        self.of(shop)?.shopper(shop, id).await
    }

    async fn orders_of(&self, shop: &ShopId, shopper: &ShopperId) -> Result<Vec<Order>> {
        self.of(shop)?.orders_of(shop, shopper).await
    }

    async fn order(&self, shop: &ShopId, id: &OrderId) -> Result<Option<Order>> {
        self.of(shop)?.order(shop, id).await
    }

    async fn order_by_tracking(&self, shop: &ShopId, number: &str) -> Result<Option<Order>> {
        self.of(shop)?.order_by_tracking(shop, number).await
    }

    async fn tickets_of(&self, shop: &ShopId, shopper: &ShopperId) -> Result<Vec<Ticket>> {
        self.of(shop)?.tickets_of(shop, shopper).await
    }

    async fn ticket(&self, shop: &ShopId, id: &TicketId) -> Result<Option<Ticket>> {
        self.of(shop)?.ticket(shop, id).await
    }

    async fn products(&self, shop: &ShopId) -> Result<Vec<Product>> {
        self.of(shop)?.products(shop).await
    }

    async fn product(&self, shop: &ShopId, id: &ProductId) -> Result<Option<Product>> {
        self.of(shop)?.product(shop, id).await
    }

    async fn wallet(&self, shop: &ShopId, shopper: &ShopperId) -> Result<Vec<WalletCoupon>> {
        self.of(shop)?.wallet(shop, shopper).await
    }

    async fn recent_orders(&self, shop: &ShopId, limit: usize) -> Result<Vec<Order>> {
        self.of(shop)?.recent_orders(shop, limit).await
    }

    async fn apply(&self, shop: &ShopId, change: &Change, now: Timestamp) -> Result<ChangeOutcome> {
        self.of(shop)?.apply(shop, change, now).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        backend::BuiltinBackend,
        domain::Currency,
        store::{MemoryStore, TradeStore, samples},
    };

    /// Shops whose files are edited during the test.
    #[derive(Default)]
    struct Edited(Mutex<Option<ShopSystem>>);

    impl Edited {
        fn save(&self, system: Option<ShopSystem>) {
            *self.0.lock().unwrap() = system;
        }
    }

    impl Systems for Edited {
        fn system_of(&self, _: &ShopId) -> Option<ShopSystem> {
            self.0.lock().unwrap().clone()
        }

        fn bearer(
            &self,
            _: &ShopId,
        ) -> std::result::Result<Option<String>, Box<dyn std::error::Error + Send + Sync>> {
            Ok(None)
        }
    }

    #[tokio::test]
    async fn each_edit_of_the_files_counts_at_once() {
        let (store, shop) = (MemoryStore::new(), samples::shop());
        store.seed(&shop, samples::seed()).await.unwrap();
        let built_in = Arc::new(BuiltinBackend::new(Arc::new(store)));
        let systems = Arc::new(Edited::default());
        let limits = Limits { reach: crate::fetch::Reach::Machine, ..Limits::default() };
        let routing = RoutingBackend::new(built_in, Arc::clone(&systems) as _, limits);
        let orders = async || routing.orders_of(&shop, &"lin".into()).await;

        let refused = orders().await.unwrap_err().with_causes();
        assert!(refused.ends_with("the shop is not served, so its system is not known"), "{refused}");
        systems.save(Some(ShopSystem::BuiltIn));
        assert_eq!(orders().await.unwrap().len(), 2);
        // Nothing listens on the port of an address that was given back.
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let own = |path: &str| HttpSystem { url: format!("http://{free}{path}"), currency: Currency::CNY };
        systems.save(Some(ShopSystem::Http(own("/a"))));
        assert!(orders().await.is_err());
        let first = routing.own(&shop, own("/a"));
        assert!(Arc::ptr_eq(&first, &routing.own(&shop, own("/a"))), "its health is remembered");
        assert!(!Arc::ptr_eq(&first, &routing.own(&shop, own("/b"))), "another address begins anew");
        systems.save(Some(ShopSystem::BuiltIn));
        assert_eq!(orders().await.unwrap().len(), 2);
    }
}
