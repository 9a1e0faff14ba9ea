//! The built-in shop system's tables, in memory.

use std::cmp::Reverse;

use async_trait::async_trait;
use jiff::Timestamp;

use super::{MemoryStore, Trade};
use crate::{
    domain::{
        Change, ChangeOutcome, OrderId, ProductId, ShopId, ShopperId, TicketId,
        trade::{Order, Product, Shopper, Ticket, WalletCoupon},
    },
    store::{
        Carried, Result, Seed, TradeStore,
        changes::{self, Books, Effects},
    },
};

impl MemoryStore {
    /// Asks a shop's tables; a shop that was never loaded has empty ones.
    fn ask<T>(&self, shop: &ShopId, question: impl FnOnce(&Trade) -> T) -> T {
        let tables = self.tables();
        match tables.trade.get(shop) {
            Some(trade) => question(trade),
            None => question(&Trade::default()),
        }
    }
}

#[async_trait]
impl TradeStore for MemoryStore {
    async fn seed(&self, shop: &ShopId, seed: Seed) -> Result<bool> {
        let mut tables = self.tables();
        let first = !tables.trade.contains_key(shop);
        if first {
            tables.trade.insert(shop.clone(), Trade { seed, ..Trade::default() });
        }
        Ok(first)
    }

    async fn seeded_at(&self, shop: &ShopId) -> Result<Option<Timestamp>> {
        Ok(self.tables().trade.get(shop).map(|trade| trade.seed.at))
    }

    async fn reset(&self, shop: &ShopId, seed: Seed) -> Result<()> {
        self.tables().trade.insert(shop.clone(), Trade { seed, ..Trade::default() });
        Ok(())
    }

    async fn products(&self, shop: &ShopId) -> Result<Vec<Product>> {
        Ok(self.ask(shop, |trade| trade.seed.products.clone()))
    }

    async fn product(&self, shop: &ShopId, id: &ProductId) -> Result<Option<Product>> {
        Ok(self.ask(shop, |trade| trade.seed.products.iter().find(|product| product.id == *id).cloned()))
    }

    async fn shoppers(&self, shop: &ShopId) -> Result<Vec<Shopper>> {
        Ok(self.ask(shop, |trade| trade.seed.shoppers.clone()))
    }

    async fn shopper(&self, shop: &ShopId, id: &ShopperId) -> Result<Option<Shopper>> {
        Ok(self.ask(shop, |trade| trade.seed.shoppers.iter().find(|shopper| shopper.id == *id).cloned()))
    }

    async fn orders_of(&self, shop: &ShopId, shopper: &ShopperId) -> Result<Vec<Order>> {
        let mut orders = self.ask(shop, |trade| {
            let theirs = trade.seed.orders.iter().filter(|order| order.shopper == *shopper);
            theirs.cloned().collect::<Vec<_>>()
        });
        orders.sort_by_key(|order| (Reverse(order.placed_at), order.id.clone()));
        Ok(orders)
    }

    async fn order(&self, shop: &ShopId, id: &OrderId) -> Result<Option<Order>> {
        Ok(self.ask(shop, |trade| trade.order(id).cloned()))
    }

    async fn order_by_tracking(&self, shop: &ShopId, number: &str) -> Result<Option<Order>> {
        Ok(self.ask(shop, |trade| {
            let carried = |order: &&Order| order.shipments.iter().any(|parcel| parcel.number == number);
            let found = trade.seed.orders.iter().filter(carried);
            found.min_by_key(|order| (Reverse(order.placed_at), order.id.clone())).cloned()
        }))
    }

    async fn tickets_of(&self, shop: &ShopId, shopper: &ShopperId) -> Result<Vec<Ticket>> {
        let mut tickets = self.ask(shop, |trade| {
            let theirs = trade.tickets.iter().filter(|ticket| ticket.shopper == *shopper);
            theirs.cloned().collect::<Vec<_>>()
        });
        tickets.sort_by_key(|ticket| Reverse((ticket.opened_at, ticket.id.clone())));
        Ok(tickets)
    }

    async fn ticket(&self, shop: &ShopId, id: &TicketId) -> Result<Option<Ticket>> {
        Ok(self.ask(shop, |trade| trade.tickets.iter().find(|ticket| ticket.id == *id).cloned()))
    }

    async fn wallet(&self, shop: &ShopId, shopper: &ShopperId) -> Result<Vec<WalletCoupon>> {
        Ok(self.ask(shop, |trade| trade.wallet(shopper)))
    }

    async fn recent_orders(&self, shop: &ShopId, limit: usize) -> Result<Vec<Order>> {
        let mut orders = self.ask(shop, |trade| trade.seed.orders.clone());
        orders.sort_by_key(|order| (Reverse(order.placed_at), order.id.clone()));
        orders.truncate(limit);
        Ok(orders)
    }

    async fn history(&self, shop: &ShopId, order: &OrderId) -> Result<Vec<Carried>> {
        Ok(self.ask(shop, |trade| {
            let of_order = trade.history.iter().filter(|(_, _, changed)| changed.as_ref() == Some(order));
            of_order.map(|(carried, ..)| carried.clone()).collect()
        }))
    }

    async fn carry_out(&self, shop: &ShopId, change: &Change, at: Timestamp) -> Result<ChangeOutcome> {
        let mut tables = self.tables();
        let Some(trade) = tables.trade.get_mut(shop) else {
            return Ok(ChangeOutcome::Refused("unknown_order".to_owned()));
        };
        if let Some((carried, ..)) = trade.history.iter().find(|(carried, ..)| carried.key == change.key) {
            return Ok(carried.outcome.clone());
        }
        let (shopper, order) = (change.request.shopper().clone(), change.request.order().cloned());
        let effects = match changes::carry_out(&change.request, trade.books(&shopper, order.as_ref()), at) {
            Ok(effects) => effects,
            Err(code) => return Ok(ChangeOutcome::Refused(code.to_owned())),
        };
        let outcome = effects.outcome();
        trade.keep(&shopper, effects);
        let (key, request) = (change.key.clone(), Some(change.request.clone()));
        trade.history.push((Carried { key, at, request, outcome: outcome.clone() }, shopper, order));
        Ok(outcome)
    }
}

impl Trade {
    fn order(&self, id: &OrderId) -> Option<&Order> {
        self.seed.orders.iter().find(|order| order.id == *id)
    }

    pub(super) fn wallet(&self, shopper: &ShopperId) -> Vec<WalletCoupon> {
        let theirs = self.seed.wallets.iter().filter(|(whose, _)| whose == shopper);
        theirs.map(|(_, coupon)| coupon.clone()).collect()
    }

    fn books(&self, shopper: &ShopperId, order: Option<&OrderId>) -> Books {
        let order = order.and_then(|id| self.order(id)).cloned();
        let bought = |product: &&Product| {
            order.as_ref().is_some_and(|order| order.lines.iter().any(|line| line.product == product.id))
        };
        let of_order = |ticket: &&Ticket| order.as_ref().is_some_and(|order| order.id == ticket.order);
        Books {
            shopper: self.seed.shoppers.iter().find(|known| known.id == *shopper).cloned(),
            wallet: self.wallet(shopper),
            products: self.seed.products.iter().filter(bought).cloned().collect(),
            tickets: self.tickets.iter().filter(of_order).cloned().collect(),
            tickets_so_far: u64::try_from(self.tickets.len()).unwrap_or(u64::MAX),
            order,
        }
    }

    fn keep(&mut self, shopper: &ShopperId, effects: Effects) {
        self.tickets.extend(effects.ticket);
        for product in effects.products {
            replace(&mut self.seed.products, product, |one, other| one.id == other.id);
        }
        if let Some(order) = effects.order {
            replace(&mut self.seed.orders, order, |one, other| one.id == other.id);
        }
        if let Some(known) = effects.shopper {
            replace(&mut self.seed.shoppers, known, |one, other| one.id == other.id);
        }
        if let Some(wallet) = effects.wallet {
            self.seed.wallets.retain(|(whose, _)| whose != shopper);
            self.seed.wallets.extend(wallet.into_iter().map(|coupon| (shopper.clone(), coupon)));
        }
    }
}

fn replace<T>(all: &mut [T], new: T, same: impl Fn(&T, &T) -> bool) {
    if let Some(known) = all.iter_mut().find(|known| same(known, &new)) {
        *known = new;
    }
}
