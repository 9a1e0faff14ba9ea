//! The built-in shop system: the store's own tables, seeded from the merchant's files.

use async_trait::async_trait;
use jiff::Timestamp;

use super::{Backend, BackendError, Result};
use crate::{
    domain::{
        Change, ChangeOutcome, OrderId, ProductId, ShopId, ShopperId, TicketId,
        trade::{Order, Product, Shopper, Ticket, WalletCoupon},
    },
    store::{SharedStore, StoreError},
};

/// The tables of a store as a shop's system.
#[derive(Clone)]
pub struct BuiltinBackend {
    store: SharedStore,
}

impl BuiltinBackend {
    /// The built-in system over a store.
    pub fn new(store: SharedStore) -> Self {
        Self { store }
    }
}

impl From<StoreError> for BackendError {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(Box::new(error))
    }
}

#[async_trait]
impl Backend for BuiltinBackend {
    async fn shopper(&self, shop: &ShopId, id: &ShopperId) -> Result<Option<Shopper>> {
        Ok(self.store.shopper(shop, id).await?)
    }

    async fn orders_of(&self, shop: &ShopId, shopper: &ShopperId) -> Result<Vec<Order>> {
        Ok(self.store.orders_of(shop, shopper).await?)
    }

    async fn order(&self, shop: &ShopId, id: &OrderId) -> Result<Option<Order>> {
        Ok(self.store.order(shop, id).await?)
    }

    async fn order_by_tracking(&self, shop: &ShopId, number: &str) -> Result<Option<Order>> {
        Ok(self.store.order_by_tracking(shop, number).await?)
    }

    async fn tickets_of(&self, shop: &ShopId, shopper: &ShopperId) -> Result<Vec<Ticket>> {
        Ok(self.store.tickets_of(shop, shopper).await?)
    }

    async fn ticket(&self, shop: &ShopId, id: &TicketId) -> Result<Option<Ticket>> {
        Ok(self.store.ticket(shop, id).await?)
    }

    async fn products(&self, shop: &ShopId) -> Result<Vec<Product>> {
        Ok(self.store.products(shop).await?)
    }

    async fn product(&self, shop: &ShopId, id: &ProductId) -> Result<Option<Product>> {
        Ok(self.store.product(shop, id).await?)
    }

    async fn wallet(&self, shop: &ShopId, shopper: &ShopperId) -> Result<Vec<WalletCoupon>> {
        Ok(self.store.wallet(shop, shopper).await?)
    }

    async fn recent_orders(&self, shop: &ShopId, limit: usize) -> Result<Vec<Order>> {
        Ok(self.store.recent_orders(shop, limit).await?)
    }

    async fn apply(&self, shop: &ShopId, change: &Change, now: Timestamp) -> Result<ChangeOutcome> {
        Ok(self.store.carry_out(shop, change, now).await?)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::store::{MemoryStore, TradeStore, samples};

    /// A shop's system over a seeded store.
    async fn seeded() -> BuiltinBackend {
        let store = MemoryStore::new();
        store.seed(&samples::shop(), samples::seed()).await.unwrap();
        BuiltinBackend::new(Arc::new(store))
    }

    #[tokio::test]
    async fn a_change_is_applied_once_and_its_outcome_repeats() {
        let (backend, shop) = (seeded().await, samples::shop());
        let opened = backend.apply(&shop, &samples::change("k1", 1), samples::at(1)).await.unwrap();
        let again = backend.apply(&shop, &samples::change("k1", 1), samples::at(9)).await.unwrap();
        assert_eq!(opened, ChangeOutcome::TicketOpened("T100001".into()));
        assert_eq!(again, opened);
        let refused = backend.apply(&shop, &samples::change("k2", 2), samples::at(9)).await.unwrap();
        assert_eq!(refused, ChangeOutcome::Refused("units_claimed".to_owned()));

        let tickets = backend.tickets_of(&shop, &"lin".into()).await.unwrap();
        assert_eq!(tickets.len(), 1);
        let ticket = &tickets[0];
        assert_eq!((ticket.opened_at, ticket.lines.as_slice()), (samples::at(1), &[("1".into(), 1)][..]));
        assert_eq!((ticket.amount, ticket.due), (samples::yuan("84.15"), Some(samples::at(86_400))));
    }

    #[tokio::test]
    async fn what_is_not_there_is_nothing() {
        let (backend, shop) = (seeded().await, samples::shop());
        assert_eq!(backend.shopper(&shop, &"nobody".into()).await.unwrap(), None);
        assert_eq!(backend.order(&shop, &"1".into()).await.unwrap(), None);
        assert_eq!(backend.order_by_tracking(&shop, "SF").await.unwrap(), None);
        assert_eq!(backend.orders_of(&"elsewhere".into(), &"lin".into()).await.unwrap(), []);
        assert_eq!(backend.products(&shop).await.unwrap(), samples::seed().products);
        let parcel = backend.order_by_tracking(&shop, "SF20261101003").await.unwrap();
        assert_eq!(parcel.map(|order| order.id), Some("20261101003".into()));
    }
}
