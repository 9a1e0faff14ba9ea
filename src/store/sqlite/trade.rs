//! The built-in shop system's tables, in SQLite: JSON documents beside the columns that queries ask for.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use jiff::Timestamp;
use sqlx::{Row as _, Sqlite, Transaction, sqlite::SqliteRow};

use super::{
    SqliteStore,
    rows::{self, limit, nanos},
};
use crate::{
    domain::{
        Change, ChangeOutcome, OrderId, ProductId, ShopId, ShopperId, TicketId,
        trade::{Order, Product, Shopper, Ticket, WalletCoupon},
    },
    store::{
        Carried, Result, Seed, TradeStore,
        changes::{self, Books, Effects},
    },
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
            "delete from wallets where shop = ?",
            "delete from changes where shop = ?",
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

    async fn wallet(&self, shop: &ShopId, shopper: &ShopperId) -> Result<Vec<WalletCoupon>> {
        let rows = sqlx::query("select document from wallets where shop = ? and shopper = ? order by place")
            .bind(shop.as_str())
            .bind(shopper.as_str())
            .fetch_all(&self.readers)
            .await?;
        documents(&rows)
    }

    async fn recent_orders(&self, shop: &ShopId, limit: usize) -> Result<Vec<Order>> {
        let rows =
            sqlx::query("select document from orders where shop = ? order by placed_at desc, id limit ?")
                .bind(shop.as_str())
                .bind(rows::limit(limit))
                .fetch_all(&self.readers)
                .await?;
        documents(&rows)
    }

    async fn history(&self, shop: &ShopId, order: &OrderId) -> Result<Vec<Carried>> {
        let rows = sqlx::query("select * from changes where shop = ? and order_id = ? order by at, rowid")
            .bind(shop.as_str())
            .bind(order.as_str())
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(carried).collect()
    }

    async fn carry_out(&self, shop: &ShopId, change: &Change, at: Timestamp) -> Result<ChangeOutcome> {
        let mut tx = self.begin().await?;
        let known = sqlx::query("select outcome from changes where shop = ? and key = ?")
            .bind(shop.as_str())
            .bind(&change.key)
            .fetch_optional(&mut *tx)
            .await?;
        if let Some(row) = known {
            return Ok(wire::decode(row.try_get("outcome")?)?);
        }
        let (shopper, order) = (change.request.shopper(), change.request.order());
        let books = books(&mut tx, shop, shopper, order).await?;
        let effects = match changes::carry_out(&change.request, books, at) {
            Ok(effects) => effects,
            Err(code) => return Ok(ChangeOutcome::Refused(code.to_owned())),
        };
        let outcome = effects.outcome();
        keep(&mut tx, shop, change, effects).await?;
        sqlx::query(
            "insert into changes (shop, key, shopper, order_id, at, request, outcome) values (?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(shop.as_str())
        .bind(&change.key)
        .bind(shopper.as_str())
        .bind(order.map(OrderId::as_str))
        .bind(nanos(at))
        .bind(wire::encode(&change.request))
        .bind(wire::encode(&outcome))
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(outcome)
    }
}

fn carried(row: &SqliteRow) -> Result<Carried> {
    let request: Option<&str> = row.try_get("request")?;
    Ok(Carried {
        key: row.try_get("key")?,
        at: rows::at(row, "at")?,
        request: request.map(wire::decode).transpose()?,
        outcome: wire::decode(row.try_get("outcome")?)?,
    })
}

/// What a change reads, within its transaction.
async fn books(tx: &mut Tx, shop: &ShopId, shopper: &ShopperId, order: Option<&OrderId>) -> Result<Books> {
    let mut documents_of = async |statement, id: &str| -> Result<Vec<SqliteRow>> {
        Ok(sqlx::query(statement).bind(shop.as_str()).bind(id.to_owned()).fetch_all(&mut **tx).await?)
    };
    let known =
        documents_of("select document from shoppers where shop = ? and id = ?", shopper.as_str()).await?;
    let wallet = "select document from wallets where shop = ? and shopper = ? order by place";
    let wallet = documents_of(wallet, shopper.as_str()).await?;
    let id = order.map_or("", OrderId::as_str);
    let order = documents_of("select document from orders where shop = ? and id = ?", id).await?;
    let tickets = documents_of("select document from tickets where shop = ? and order_id = ?", id).await?;
    let order: Option<Order> = order.first().map(document).transpose()?;
    let mut products = Vec::new();
    let bought: BTreeSet<&ProductId> =
        order.iter().flat_map(|order| order.lines.iter().map(|line| &line.product)).collect();
    for product in bought {
        let rows =
            documents_of("select document from products where shop = ? and id = ?", product.as_str()).await?;
        products.extend(documents::<Product>(&rows)?);
    }
    let count = sqlx::query("select count(*) as so_far from tickets where shop = ?")
        .bind(shop.as_str())
        .fetch_one(&mut **tx)
        .await?;
    Ok(Books {
        shopper: known.first().map(document).transpose()?,
        wallet: documents(&wallet)?,
        tickets: documents(&tickets)?,
        tickets_so_far: rows::number(&count, "so_far")?,
        products,
        order,
    })
}

/// Writes what a change does, within its transaction.
async fn keep(tx: &mut Tx, shop: &ShopId, change: &Change, effects: Effects) -> Result<()> {
    if let Some(ticket) = &effects.ticket {
        add_ticket(tx, shop, &change.key, ticket).await?;
    }
    let update = "update products set document = ? where shop = ? and id = ?";
    for product in &effects.products {
        rewrite(tx, update, shop, product, product.id.as_str()).await?;
    }
    if let Some(order) = &effects.order {
        let update = "update orders set document = ? where shop = ? and id = ?";
        rewrite(tx, update, shop, order, order.id.as_str()).await?;
    }
    if let Some(shopper) = &effects.shopper {
        let update = "update shoppers set document = ? where shop = ? and id = ?";
        rewrite(tx, update, shop, shopper, shopper.id.as_str()).await?;
    }
    let whose = change.request.shopper();
    for (place, coupon) in effects.wallet.iter().flatten().enumerate() {
        add_coupon(tx, shop, whose, place, coupon).await?;
    }
    Ok(())
}

async fn rewrite<T: Form>(
    tx: &mut Tx,
    statement: &'static str,
    shop: &ShopId,
    value: &T,
    id: &str,
) -> Result<()> {
    let statement = sqlx::query(statement).bind(wire::encode(value)).bind(shop.as_str()).bind(id);
    statement.execute(&mut **tx).await?;
    Ok(())
}

async fn add_coupon(
    tx: &mut Tx,
    shop: &ShopId,
    shopper: &ShopperId,
    place: usize,
    coupon: &WalletCoupon,
) -> Result<()> {
    sqlx::query("insert or replace into wallets (shop, shopper, place, document) values (?, ?, ?, ?)")
        .bind(shop.as_str())
        .bind(shopper.as_str())
        .bind(limit(place))
        .bind(wire::encode(coupon))
        .execute(&mut **tx)
        .await?;
    Ok(())
}

async fn add_ticket(tx: &mut Tx, shop: &ShopId, key: &str, ticket: &Ticket) -> Result<()> {
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
    .bind(wire::encode(ticket))
    .execute(&mut **tx)
    .await?;
    Ok(())
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
    let mut places: BTreeMap<&ShopperId, usize> = BTreeMap::new();
    for (shopper, coupon) in &seed.wallets {
        let place = places.entry(shopper).or_default();
        add_coupon(tx, shop, shopper, *place, coupon).await?;
        *place += 1;
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
