//! The built-in shop system's tables, in SQLite: JSON documents beside the columns that queries ask for.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use jiff::Timestamp;

use super::{
    Alone, Connection, SqlStore,
    rows::{self, limit, nanos},
    statement::{Row, sql},
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

#[async_trait]
impl TradeStore for SqlStore {
    async fn seed(&self, shop: &ShopId, seed: Seed) -> Result<bool> {
        let shop = shop.clone();
        self.alone_at_length(Alone::Shop(&shop).key(), move |tx| {
            let (shop, seed) = (&shop, seed.clone());
            let first = sql("insert into seeded_shops (shop, at) values (?, ?) on conflict do nothing")
                .bind(shop.as_str())
                .bind(nanos(seed.at))
                .execute(tx)?;
            if first == 0 {
                return Ok(false);
            }
            fill(tx, shop, &seed)?;
            Ok(true)
        })
        .await
    }

    async fn seeded_at(&self, shop: &ShopId) -> Result<Option<Timestamp>> {
        let row =
            sql("select at from seeded_shops where shop = ?").bind(shop.as_str()).optional(self).await?;
        row.as_ref().map(|row| rows::at(row, "at")).transpose()
    }

    async fn reset(&self, shop: &ShopId, seed: Seed) -> Result<()> {
        let shop = shop.clone();
        self.alone_at_length(Alone::Shop(&shop).key(), move |tx| {
            let (shop, seed) = (&shop, seed.clone());
            for statement in [
                "delete from products where shop = ?",
                "delete from shoppers where shop = ?",
                "delete from parcels where shop = ?",
                "delete from orders where shop = ?",
                "delete from tickets where shop = ?",
                "delete from wallets where shop = ?",
                "delete from changes where shop = ?",
            ] {
                sql(statement).bind(shop.as_str()).execute(tx)?;
            }
            sql(
            "insert into seeded_shops (shop, at) values (?, ?) on conflict (shop) do update set at = excluded.at",
        )
        .bind(shop.as_str())
        .bind(nanos(seed.at))
        .execute(tx)?;
            fill(tx, shop, &seed)?;
            Ok(())
        })
        .await
    }

    async fn products(&self, shop: &ShopId) -> Result<Vec<Product>> {
        let rows = sql("select document from products where shop = ? order by place")
            .bind(shop.as_str())
            .survey(self)
            .await?;
        documents(&rows)
    }

    async fn product(&self, shop: &ShopId, id: &ProductId) -> Result<Option<Product>> {
        let row = sql("select document from products where shop = ? and id = ?")
            .bind(shop.as_str())
            .bind(id.as_str())
            .optional(self)
            .await?;
        row.as_ref().map(document).transpose()
    }

    async fn shoppers(&self, shop: &ShopId) -> Result<Vec<Shopper>> {
        let rows = sql("select document from shoppers where shop = ? order by place")
            .bind(shop.as_str())
            .survey(self)
            .await?;
        documents(&rows)
    }

    async fn shopper(&self, shop: &ShopId, id: &ShopperId) -> Result<Option<Shopper>> {
        let row = sql("select document from shoppers where shop = ? and id = ?")
            .bind(shop.as_str())
            .bind(id.as_str())
            .optional(self)
            .await?;
        row.as_ref().map(document).transpose()
    }

    async fn orders_of(&self, shop: &ShopId, shopper: &ShopperId) -> Result<Vec<Order>> {
        let rows =
            sql("select document from orders where shop = ? and shopper = ? order by placed_at desc, id")
                .bind(shop.as_str())
                .bind(shopper.as_str())
                .all(self)
                .await?;
        documents(&rows)
    }

    async fn order(&self, shop: &ShopId, id: &OrderId) -> Result<Option<Order>> {
        let row = sql("select document from orders where shop = ? and id = ?")
            .bind(shop.as_str())
            .bind(id.as_str())
            .optional(self)
            .await?;
        row.as_ref().map(document).transpose()
    }

    async fn order_by_tracking(&self, shop: &ShopId, number: &str) -> Result<Option<Order>> {
        let row = sql(
            "select document from parcels join orders on orders.shop = parcels.shop and orders.id = order_id
             where parcels.shop = ? and number = ? order by placed_at desc, orders.id limit 1",
        )
        .bind(shop.as_str())
        .bind(number)
        .optional(self)
        .await?;
        row.as_ref().map(document).transpose()
    }

    async fn tickets_of(&self, shop: &ShopId, shopper: &ShopperId) -> Result<Vec<Ticket>> {
        let rows = sql(
            "select document from tickets where shop = ? and shopper = ? order by opened_at desc, id desc",
        )
        .bind(shop.as_str())
        .bind(shopper.as_str())
        .all(self)
        .await?;
        documents(&rows)
    }

    async fn ticket(&self, shop: &ShopId, id: &TicketId) -> Result<Option<Ticket>> {
        let row = sql("select document from tickets where shop = ? and id = ?")
            .bind(shop.as_str())
            .bind(id.as_str())
            .optional(self)
            .await?;
        row.as_ref().map(document).transpose()
    }

    async fn wallet(&self, shop: &ShopId, shopper: &ShopperId) -> Result<Vec<WalletCoupon>> {
        let rows = sql("select document from wallets where shop = ? and shopper = ? order by place")
            .bind(shop.as_str())
            .bind(shopper.as_str())
            .all(self)
            .await?;
        documents(&rows)
    }

    async fn recent_orders(&self, shop: &ShopId, limit: usize) -> Result<Vec<Order>> {
        let rows = sql("select document from orders where shop = ? order by placed_at desc, id limit ?")
            .bind(shop.as_str())
            .bind(rows::limit(limit))
            .survey(self)
            .await?;
        documents(&rows)
    }

    async fn history(&self, shop: &ShopId, order: &OrderId) -> Result<Vec<Carried>> {
        let rows = sql("select * from changes where shop = ? and order_id = ? order by at, rowid")
            .bind(shop.as_str())
            .bind(order.as_str())
            .all(self)
            .await?;
        rows.iter().map(carried).collect()
    }

    async fn carry_out(&self, shop: &ShopId, change: &Change, at: Timestamp) -> Result<ChangeOutcome> {
        let (shop, change) = (shop.clone(), change.clone());
        self.alone(Alone::Shop(&shop).key(), move |tx| {
let (shop, change) = (&shop, &change);
        let known = sql("select outcome from changes where shop = ? and key = ?")
            .bind(shop.as_str())
            .bind(&change.key)
            .fetch_optional(tx)?;
        if let Some(row) = known {
            return Ok(wire::decode(row.get("outcome")?)?);
        }
        let (shopper, order) = (change.request.shopper(), change.request.order());
        let books = books(tx, shop, shopper, order)?;
        let effects = match changes::carry_out(&change.request, books, at) {
            Ok(effects) => effects,
            Err(code) => return Ok(ChangeOutcome::Refused(code.to_owned())),
        };
        let outcome = effects.outcome();
        keep(tx, shop, change, effects)?;
        sql(
            "insert into changes (shop, key, shopper, order_id, at, request, outcome) values (?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(shop.as_str())
        .bind(&change.key)
        .bind(shopper.as_str())
        .bind(order.map(OrderId::as_str))
        .bind(nanos(at))
        .bind(wire::encode(&change.request))
        .bind(wire::encode(&outcome))
        .execute(tx)?;
        Ok(outcome)
}).await
    }
}

pub(super) fn carried(row: &Row) -> Result<Carried> {
    let request: Option<&str> = row.get("request")?;
    Ok(Carried {
        key: row.get("key")?,
        at: rows::at(row, "at")?,
        request: request.map(wire::decode).transpose()?,
        outcome: wire::decode(row.get("outcome")?)?,
    })
}

/// What a change reads, within its transaction.
fn books(tx: &mut Connection, shop: &ShopId, shopper: &ShopperId, order: Option<&OrderId>) -> Result<Books> {
    let mut documents_of = |statement, id: &str| -> Result<Vec<Row>> {
        sql(statement).bind(shop.as_str()).bind(id.to_owned()).fetch_all(tx)
    };
    let known = documents_of("select document from shoppers where shop = ? and id = ?", shopper.as_str())?;
    let wallet = "select document from wallets where shop = ? and shopper = ? order by place";
    let wallet = documents_of(wallet, shopper.as_str())?;
    let id = order.map_or("", OrderId::as_str);
    let order = documents_of("select document from orders where shop = ? and id = ?", id)?;
    let tickets = documents_of("select document from tickets where shop = ? and order_id = ?", id)?;
    let order: Option<Order> = order.first().map(document).transpose()?;
    let mut products = Vec::new();
    let bought: BTreeSet<&ProductId> =
        order.iter().flat_map(|order| order.lines.iter().map(|line| &line.product)).collect();
    for product in bought {
        let rows = documents_of("select document from products where shop = ? and id = ?", product.as_str())?;
        products.extend(documents::<Product>(&rows)?);
    }
    let count =
        sql("select count(*) as so_far from tickets where shop = ?").bind(shop.as_str()).fetch_one(tx)?;
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
fn keep(tx: &mut Connection, shop: &ShopId, change: &Change, effects: Effects) -> Result<()> {
    if let Some(ticket) = &effects.ticket {
        add_ticket(tx, shop, &change.key, ticket)?;
    }
    let update = "update products set document = ? where shop = ? and id = ?";
    for product in &effects.products {
        rewrite(tx, update, shop, product, product.id.as_str())?;
    }
    if let Some(order) = &effects.order {
        let update = "update orders set document = ? where shop = ? and id = ?";
        rewrite(tx, update, shop, order, order.id.as_str())?;
    }
    if let Some(shopper) = &effects.shopper {
        let update = "update shoppers set document = ? where shop = ? and id = ?";
        rewrite(tx, update, shop, shopper, shopper.id.as_str())?;
    }
    let whose = change.request.shopper();
    for (place, coupon) in effects.wallet.iter().flatten().enumerate() {
        add_coupon(tx, shop, whose, place, coupon)?;
    }
    Ok(())
}

fn rewrite<T: Form>(
    tx: &mut Connection,
    statement: &'static str,
    shop: &ShopId,
    value: &T,
    id: &str,
) -> Result<()> {
    let statement = sql(statement).bind(wire::encode(value)).bind(shop.as_str()).bind(id);
    statement.execute(tx)?;
    Ok(())
}

pub(super) fn add_coupon(
    tx: &mut Connection,
    shop: &ShopId,
    shopper: &ShopperId,
    place: usize,
    coupon: &WalletCoupon,
) -> Result<()> {
    sql("insert into wallets (shop, shopper, place, document) values (?, ?, ?, ?)
         on conflict (shop, shopper, place) do update set document = excluded.document")
    .bind(shop.as_str())
    .bind(shopper.as_str())
    .bind(limit(place))
    .bind(wire::encode(coupon))
    .execute(tx)?;
    Ok(())
}

fn add_ticket(tx: &mut Connection, shop: &ShopId, key: &str, ticket: &Ticket) -> Result<()> {
    sql("insert into tickets (shop, id, key, shopper, order_id, opened_at, document)
         values (?, ?, ?, ?, ?, ?, ?)")
    .bind(shop.as_str())
    .bind(ticket.id.as_str())
    .bind(key)
    .bind(ticket.shopper.as_str())
    .bind(ticket.order.as_str())
    .bind(nanos(ticket.opened_at))
    .bind(wire::encode(ticket))
    .execute(tx)?;
    Ok(())
}

/// Writes a seed into tables that hold nothing of the shop. An id that occurs twice keeps its last document.
fn fill(tx: &mut Connection, shop: &ShopId, seed: &Seed) -> Result<()> {
    for (place, product) in seed.products.iter().enumerate() {
        sql("insert into products (shop, id, place, document) values (?, ?, ?, ?)
             on conflict (shop, id) do update set place = excluded.place, document = excluded.document")
        .bind(shop.as_str())
        .bind(product.id.as_str())
        .bind(limit(place))
        .bind(wire::encode(product))
        .execute(tx)?;
    }
    for (place, shopper) in seed.shoppers.iter().enumerate() {
        sql("insert into shoppers (shop, id, place, document) values (?, ?, ?, ?)
             on conflict (shop, id) do update set place = excluded.place, document = excluded.document")
        .bind(shop.as_str())
        .bind(shopper.id.as_str())
        .bind(limit(place))
        .bind(wire::encode(shopper))
        .execute(tx)?;
    }
    for order in &seed.orders {
        add_order(tx, shop, order)?;
    }
    let mut places: BTreeMap<&ShopperId, usize> = BTreeMap::new();
    for (shopper, coupon) in &seed.wallets {
        let place = places.entry(shopper).or_default();
        add_coupon(tx, shop, shopper, *place, coupon)?;
        *place += 1;
    }
    Ok(())
}

fn add_order(tx: &mut Connection, shop: &ShopId, order: &Order) -> Result<()> {
    sql("insert into orders (shop, id, shopper, placed_at, document) values (?, ?, ?, ?, ?)
         on conflict (shop, id) do update
             set shopper = excluded.shopper, placed_at = excluded.placed_at, document = excluded.document")
    .bind(shop.as_str())
    .bind(order.id.as_str())
    .bind(order.shopper.as_str())
    .bind(nanos(order.placed_at))
    .bind(wire::encode(order))
    .execute(tx)?;
    for shipment in &order.shipments {
        sql("insert into parcels (shop, number, order_id) values (?, ?, ?) on conflict do nothing")
            .bind(shop.as_str())
            .bind(&shipment.number)
            .bind(order.id.as_str())
            .execute(tx)?;
    }
    Ok(())
}

fn document<T: Form>(row: &Row) -> Result<T> {
    Ok(wire::decode(row.get("document")?)?)
}

fn documents<T: Form>(rows: &[Row]) -> Result<Vec<T>> {
    rows.iter().map(document).collect()
}
