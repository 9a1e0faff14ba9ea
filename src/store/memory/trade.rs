//! The built-in shop system's tables, in memory.

use std::cmp::Reverse;

use async_trait::async_trait;
use jiff::Timestamp;

use super::{MemoryStore, Trade};
use crate::{
    domain::{
        OrderId, ProductId, ShopId, ShopperId, TicketId,
        trade::{Order, Product, Shopper, Ticket},
    },
    store::{NewTicket, Result, Seed, TicketAnswer, TradeStore, rules},
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
            tables.trade.insert(shop.clone(), Trade { seed, tickets: Vec::new() });
        }
        Ok(first)
    }

    async fn seeded_at(&self, shop: &ShopId) -> Result<Option<Timestamp>> {
        Ok(self.tables().trade.get(shop).map(|trade| trade.seed.at))
    }

    async fn reset(&self, shop: &ShopId, seed: Seed) -> Result<()> {
        self.tables().trade.insert(shop.clone(), Trade { seed, tickets: Vec::new() });
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
            let all = trade.tickets.iter().map(|(_, ticket)| ticket);
            all.filter(|ticket| ticket.shopper == *shopper).cloned().collect::<Vec<_>>()
        });
        tickets.sort_by_key(|ticket| Reverse((ticket.opened_at, ticket.id.clone())));
        Ok(tickets)
    }

    async fn ticket(&self, shop: &ShopId, id: &TicketId) -> Result<Option<Ticket>> {
        Ok(self.ask(shop, |trade| {
            trade.tickets.iter().find(|(_, ticket)| ticket.id == *id).map(|(_, ticket)| ticket.clone())
        }))
    }

    async fn open_ticket(&self, shop: &ShopId, new: NewTicket) -> Result<TicketAnswer> {
        let mut tables = self.tables();
        let Some(trade) = tables.trade.get_mut(shop) else {
            return Ok(TicketAnswer::Refused("unknown_order"));
        };
        if let Some((_, ticket)) = trade.tickets.iter().find(|(key, _)| *key == new.key) {
            return Ok(TicketAnswer::Opened(ticket.clone()));
        }
        let all = trade.tickets.iter().map(|(_, ticket)| ticket);
        let others: Vec<Ticket> = all.filter(|ticket| ticket.order == new.order).cloned().collect();
        if let Some(code) = rules::refusal(&new, trade.order(&new.order), &others) {
            return Ok(TicketAnswer::Refused(code));
        }
        let key = new.key.clone();
        let earlier = u64::try_from(trade.tickets.len()).unwrap_or(u64::MAX);
        let ticket = rules::opened(new, earlier);
        trade.tickets.push((key, ticket.clone()));
        Ok(TicketAnswer::Opened(ticket))
    }
}

impl Trade {
    fn order(&self, id: &OrderId) -> Option<&Order> {
        self.seed.orders.iter().find(|order| order.id == *id)
    }
}
