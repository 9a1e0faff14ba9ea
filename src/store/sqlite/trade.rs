//! The built-in shop system's tables, in SQLite: JSON documents beside the columns that queries ask for.

use async_trait::async_trait;
use jiff::Timestamp;
use sqlx::{Row as _, Sqlite, Transaction, sqlite::SqliteRow};

use super::{
    SqliteStore,
    rows::{self, limit, nanos},
};
use crate::{
    domain::{
        OrderId, ProductId, ShopId, ShopperId, TicketId,
        trade::{Order, Product, Shopper, Ticket},
    },
    store::{NewTicket, Result, Seed, TicketAnswer, TradeStore, rules},
    wire::{self, form::Form},
};

type Tx = Transaction<'static, Sqlite>;

#[async_trait]
impl TradeStore for SqliteStore {
    async fn seed(&self, shop: &ShopId, seed: Seed) -> Result<bool> {
        let mut tx = self.begin().await?;
        let first = sqlx::query("insert into seeded_shops (shop, at) values (?, ?) on conflict do nothing")
            .bind(shop.as_str())
            .bind(nanos(seed.at))
            .execute(&mut *tx)
            .await?;
        if first.rows_affected() == 0 {
            return Ok(false);
        }
        fill(&mut tx, shop, &seed).await?;
        tx.commit().await?;
        Ok(true)
    }

    async fn seeded_at(&self, shop: &ShopId) -> Result<Option<Timestamp>> {
        let row = sqlx::query("select at from seeded_shops where shop = ?")
            .bind(shop.as_str())
            .fetch_optional(&self.readers)
            .await?;
        row.as_ref().map(|row| rows::at(row, "at")).transpose()
    }

    async fn reset(&self, shop: &ShopId, seed: Seed) -> Result<()> {
        let mut tx = self.begin().await?;
        for statement in [
            "delete from products where shop = ?",
            "delete from shoppers where shop = ?",
            "delete from parcels where shop = ?",
            "delete from orders where shop = ?",
            "delete from tickets where shop = ?",
        ] {
            sqlx::query(statement).bind(shop.as_str()).execute(&mut *tx).await?;
        }
        sqlx::query(
            "insert into seeded_shops (shop, at) values (?, ?) on conflict do update set at = excluded.at",
        )
        .bind(shop.as_str())
        .bind(nanos(seed.at))
        .execute(&mut *tx)
        .await?;
        fill(&mut tx, shop, &seed).await?;
        Ok(tx.commit().await?)
    }

    async fn products(&self, shop: &ShopId) -> Result<Vec<Product>> {
        let rows = sqlx::query("select document from products where shop = ? order by place")
            .bind(shop.as_str())
            .fetch_all(&self.readers)
            .await?;
        documents(&rows)
    }

    async fn product(&self, shop: &ShopId, id: &ProductId) -> Result<Option<Product>> {
        let row = sqlx::query("select document from products where shop = ? and id = ?")
            .bind(shop.as_str())
            .bind(id.as_str())
            .fetch_optional(&self.readers)
            .await?;
        row.as_ref().map(document).transpose()
    }

    async fn shoppers(&self, shop: &ShopId) -> Result<Vec<Shopper>> {
        let rows = sqlx::query("select document from shoppers where shop = ? order by place")
            .bind(shop.as_str())
            .fetch_all(&self.readers)
            .await?;
        documents(&rows)
    }

    async fn shopper(&self, shop: &ShopId, id: &ShopperId) -> Result<Option<Shopper>> {
        let row = sqlx::query("select document from shoppers where shop = ? and id = ?")
            .bind(shop.as_str())
            .bind(id.as_str())
            .fetch_optional(&self.readers)
            .await?;
        row.as_ref().map(document).transpose()
    }

    async fn orders_of(&self, shop: &ShopId, shopper: &ShopperId) -> Result<Vec<Order>> {
        let rows = sqlx::query(
            "select document from orders where shop = ? and shopper = ? order by placed_at desc, id",
        )
        .bind(shop.as_str())
        .bind(shopper.as_str())
        .fetch_all(&self.readers)
        .await?;
        documents(&rows)
    }

    async fn order(&self, shop: &ShopId, id: &OrderId) -> Result<Option<Order>> {
        let row = sqlx::query("select document from orders where shop = ? and id = ?")
            .bind(shop.as_str())
            .bind(id.as_str())
            .fetch_optional(&self.readers)
            .await?;
        row.as_ref().map(document).transpose()
    }

    async fn order_by_tracking(&self, shop: &ShopId, number: &str) -> Result<Option<Order>> {
        let row = sqlx::query(
            "select document from parcels join orders on orders.shop = parcels.shop and orders.id = order_id
             where parcels.shop = ? and number = ? order by placed_at desc, orders.id limit 1",
        )
        .bind(shop.as_str())
        .bind(number)
        .fetch_optional(&self.readers)
        .await?;
        row.as_ref().map(document).transpose()
    }

    async fn tickets_of(&self, shop: &ShopId, shopper: &ShopperId) -> Result<Vec<Ticket>> {
        let rows = sqlx::query(
            "select document from tickets where shop = ? and shopper = ? order by opened_at desc, id desc",
        )
        .bind(shop.as_str())
        .bind(shopper.as_str())
        .fetch_all(&self.readers)
        .await?;
        documents(&rows)
    }

    async fn ticket(&self, shop: &ShopId, id: &TicketId) -> Result<Option<Ticket>> {
        let row = sqlx::query("select document from tickets where shop = ? and id = ?")
            .bind(shop.as_str())
            .bind(id.as_str())
            .fetch_optional(&self.readers)
            .await?;
        row.as_ref().map(document).transpose()
    }

    async fn open_ticket(&self, shop: &ShopId, new: NewTicket) -> Result<TicketAnswer> {
        let mut tx = self.begin().await?;
        let known = sqlx::query("select document from tickets where shop = ? and key = ?")
            .bind(shop.as_str())
            .bind(&new.key)
            .fetch_optional(&mut *tx)
            .await?;
        if let Some(row) = known {
            return Ok(TicketAnswer::Opened(document(&row)?));
        }
        let order = sqlx::query("select document from orders where shop = ? and id = ?")
            .bind(shop.as_str())
            .bind(new.order.as_str())
            .fetch_optional(&mut *tx)
            .await?;
        let order: Option<Order> = order.as_ref().map(document).transpose()?;
        let others = sqlx::query("select document from tickets where shop = ? and order_id = ?")
            .bind(shop.as_str())
            .bind(new.order.as_str())
            .fetch_all(&mut *tx)
            .await?;
        if let Some(code) = rules::refusal(&new, order.as_ref(), &documents(&others)?) {
            return Ok(TicketAnswer::Refused(code));
        }
        let ticket = add_ticket(&mut tx, shop, new).await?;
        tx.commit().await?;
        Ok(TicketAnswer::Opened(ticket))
    }
}

async fn add_ticket(tx: &mut Tx, shop: &ShopId, new: NewTicket) -> Result<Ticket> {
    let earlier = sqlx::query("select count(*) as earlier from tickets where shop = ?")
        .bind(shop.as_str())
        .fetch_one(&mut **tx)
        .await?;
    let key = new.key.clone();
    let ticket = rules::opened(new, super::rows::number(&earlier, "earlier")?);
    sqlx::query(
        "insert into tickets (shop, id, key, shopper, order_id, opened_at, document)
         values (?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(shop.as_str())
    .bind(ticket.id.as_str())
    .bind(key)
    .bind(ticket.shopper.as_str())
    .bind(ticket.order.as_str())
    .bind(nanos(ticket.opened_at))
    .bind(wire::encode(&ticket))
    .execute(&mut **tx)
    .await?;
    Ok(ticket)
}

/// Writes a seed into tables that hold nothing of the shop. An id that occurs twice keeps its last document.
async fn fill(tx: &mut Tx, shop: &ShopId, seed: &Seed) -> Result<()> {
    for (place, product) in seed.products.iter().enumerate() {
        sqlx::query("insert or replace into products (shop, id, place, document) values (?, ?, ?, ?)")
            .bind(shop.as_str())
            .bind(product.id.as_str())
            .bind(limit(place))
            .bind(wire::encode(product))
            .execute(&mut **tx)
            .await?;
    }
    for (place, shopper) in seed.shoppers.iter().enumerate() {
        sqlx::query("insert or replace into shoppers (shop, id, place, document) values (?, ?, ?, ?)")
            .bind(shop.as_str())
            .bind(shopper.id.as_str())
            .bind(limit(place))
            .bind(wire::encode(shopper))
            .execute(&mut **tx)
            .await?;
    }
    for order in &seed.orders {
        add_order(tx, shop, order).await?;
    }
    Ok(())
}

async fn add_order(tx: &mut Tx, shop: &ShopId, order: &Order) -> Result<()> {
    sqlx::query(
        "insert or replace into orders (shop, id, shopper, placed_at, document) values (?, ?, ?, ?, ?)",
    )
    .bind(shop.as_str())
    .bind(order.id.as_str())
    .bind(order.shopper.as_str())
    .bind(nanos(order.placed_at))
    .bind(wire::encode(order))
    .execute(&mut **tx)
    .await?;
    for shipment in &order.shipments {
        sqlx::query("insert or replace into parcels (shop, number, order_id) values (?, ?, ?)")
            .bind(shop.as_str())
            .bind(&shipment.number)
            .bind(order.id.as_str())
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

fn document<T: Form>(row: &SqliteRow) -> Result<T> {
    Ok(wire::decode(row.try_get("document")?)?)
}

fn documents<T: Form>(rows: &[SqliteRow]) -> Result<Vec<T>> {
    rows.iter().map(document).collect()
}
