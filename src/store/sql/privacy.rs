//! Personal data, in SQL: what is kept of somebody, and how it is deleted.

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};

use super::{
    Alone, Connection, SqlStore, case,
    rows::{self, limit, nanos},
    statement::{Row, Statement, sql},
    trade,
};
use crate::{
    domain::{
        Content, ConversationId, DataSubject, Erasure, Mode, ShopId, ShopperId,
        trade::{Order, Ticket, WalletCoupon},
    },
    store::{
        Forgotten, HeldUp, KeptChange, KeptConversation, KeptTrade, Note, PrivacyStore, Result, Staff,
        StoreError, Within,
        privacy::{blank_order, blank_ticket, stand_in_key},
        rules::Record,
    },
    wire,
};

/// A change by a person whose outcome is not known is waited for so long; nobody goes on with it after that.
const CHANGE_LIFE: SignedDuration = SignedDuration::from_hours(24);

/// What hangs on a conversation, in an order that leaves no row without what it names.
const HANGS_ON: [&str; 9] = [
    "touched",
    "mentions",
    "notes",
    "outbox",
    "uploads",
    "stints",
    "agent_changes",
    "proposal_uses",
    "messages",
];

/// The oldest that nothing seems to hold up.
pub(super) const UNTOUCHED: &str = "
    select id, touched_at from conversations
    where shop = ? and touched_at < ? and (touched_at, id) > (?, ?)
      and mode <> 'agent' and last_shopper_seq <= answered_up_to
    order by touched_at, id limit ?";

#[async_trait]
impl PrivacyStore for SqlStore {
    async fn conversations_of(&self, shop: &ShopId, whose: &DataSubject) -> Result<Vec<ConversationId>> {
        let (column, id) = match whose {
            DataSubject::Shopper(id) => ("owner", id.as_str()),
            DataSubject::Conversation(id) => ("id", id.as_str()),
        };
        let text =
            format!("select id from conversations where shop = ? and {column} = ? order by created_at, id");
        ids(&sql(text).bind(shop.as_str()).bind(id).survey(self).await?, "id")
    }

    async fn kept_conversation(&self, id: &ConversationId) -> Result<Option<KeptConversation>> {
        let id = id.clone();
        self.survey(move |tx| {
            let row = sql("select * from conversations where id = ?").bind(id.as_str()).fetch_optional(tx)?;
            row.map(|row| kept(tx, &id, &row)).transpose()
        })
        .await
    }

    async fn kept_trade(&self, shop: &ShopId, shopper: &ShopperId) -> Result<KeptTrade> {
        let (shop, shopper) = (shop.clone(), shopper.clone());
        self.survey(move |tx| {
            let mut of = |text: &'static str| of_shopper(text, &shop, &shopper).fetch_all(tx);
            let known = of("select document from shoppers where shop = ? and id = ?")?;
            let orders =
                of("select document from orders where shop = ? and shopper = ? order by placed_at desc, id")?;
            let tickets = of("select document from tickets where shop = ? and shopper = ?
                 order by opened_at desc, id desc")?;
            let wallet = of("select document from wallets where shop = ? and shopper = ? order by place")?;
            let changes = of("select * from changes where shop = ? and shopper = ? order by at, key")?;
            Ok(KeptTrade {
                shopper: known.first().map(document).transpose()?,
                orders: orders.iter().map(document).collect::<Result<_>>()?,
                tickets: tickets.iter().map(document).collect::<Result<_>>()?,
                wallet: wallet.iter().map(document).collect::<Result<_>>()?,
                changes: changes.iter().map(trade::carried).collect::<Result<_>>()?,
            })
        })
        .await
    }

    async fn held_up(&self, id: &ConversationId, now: Timestamp) -> Result<Option<HeldUp>> {
        let id = id.clone();
        self.read(move |tx| match rows::load(tx, &id) {
            Ok(loaded) => held_up(tx, &loaded.record, now),
            Err(StoreError::NotFound(_)) => Ok(None),
            Err(error) => Err(error),
        })
        .await
    }

    async fn forget_conversation(
        &self,
        shop: &ShopId,
        id: &ConversationId,
        within: Within,
        now: Timestamp,
    ) -> Result<Forgotten> {
        let (shop, id) = (shop.clone(), id.clone());
        self.alone(Alone::Conversation(&id).key(), move |tx| {
            let record = match rows::load(tx, &id) {
                Ok(loaded) => loaded.record,
                Err(StoreError::NotFound(_)) => return Ok(Forgotten::No),
                Err(error) => return Err(error),
            };
            if record.conversation.shop != shop || !within.admits(&record.conversation) {
                return Ok(Forgotten::No);
            }
            if let Some(why) = held_up(tx, &record, now)? {
                return Ok(Forgotten::HeldUp(why));
            }
            let pictures = delete(tx, &shop, &id)?;
            note_deletion(tx)?;
            Ok(Forgotten::Yes { pictures })
        })
        .await
    }

    async fn untouched_since(
        &self,
        shop: &ShopId,
        since: Timestamp,
        after: Option<&(Timestamp, ConversationId)>,
        most: usize,
    ) -> Result<Vec<(Timestamp, ConversationId)>> {
        let rows = sql(UNTOUCHED)
            .bind(shop.as_str())
            .bind(nanos(since))
            .bind(after.map_or(i64::MIN, |(at, _)| nanos(*at)))
            .bind(after.map_or("", |(_, id)| id.as_str()))
            .bind(limit(most))
            .survey(self)
            .await?;
        rows.iter().map(|row| Ok((rows::at(row, "touched_at")?, rows::id(row, "id")?))).collect()
    }

    async fn forget_dismissed(&self, shop: &ShopId, before: Timestamp) -> Result<u64> {
        let gone = sql("delete from learning_dismissed where shop = ? and at < ?");
        let gone = gone.bind(shop.as_str()).bind(nanos(before));
        self.write(move |tx| {
            let rows = gone.clone().execute(tx)?;
            if 0 < rows {
                note_deletion(tx)?;
            }
            Ok(rows)
        })
        .await
    }

    async fn forget_trade(
        &self,
        shop: &ShopId,
        shopper: &ShopperId,
        stand_in: &ShopperId,
        until: Timestamp,
    ) -> Result<u64> {
        let (shop, shopper, stand_in) = (shop.clone(), shopper.clone(), stand_in.clone());
        self.alone(Alone::Shop(&shop).key(), move |tx| {
            let seeded =
                sql("select at from seeded_shops where shop = ?").bind(shop.as_str()).fetch_optional(tx)?;
            let seeded = seeded.as_ref().map(|row| rows::at(row, "at")).transpose()?;
            if seeded.is_some_and(|seeded| until < seeded) {
                return Ok(0);
            }
            let rows = blank_orders(tx, (&shop, &shopper), &stand_in, until)?
                + blank_tickets(tx, (&shop, &shopper), &stand_in, until)?
                + blank_changes(tx, (&shop, &shopper), &stand_in, until)?
                + delete_coupons(tx, (&shop, &shopper), until)?
                + of_shopper("delete from shoppers where shop = ? and id = ?", &shop, &shopper)
                    .execute(tx)?;
            if 0 < rows {
                note_deletion(tx)?;
            }
            Ok(rows)
        })
        .await
    }

    async fn note_erasures(&self, list: &[Erasure]) -> Result<()> {
        let list = list.to_vec();
        self.write(move |tx| {
            for erasure in &list {
                sql("insert into erasures (shop, who, key, at) values (?1, ?2, ?3, ?4)
                     on conflict (shop, who, key) do update set
                         at = case when erasures.at > ?4 then erasures.at else ?4 end")
                .bind(erasure.shop.as_str())
                .bind(&erasure.who)
                .bind(&erasure.key)
                .bind(nanos(erasure.at))
                .execute(tx)?;
            }
            Ok(())
        })
        .await
    }

    async fn erasures(&self) -> Result<Vec<Erasure>> {
        let rows = sql("select * from erasures order by at, shop, who").survey(self).await?;
        let erasure = |row: &Row| {
            Ok(Erasure {
                shop: rows::id(row, "shop")?,
                who: row.get("who")?,
                key: row.get("key")?,
                at: rows::at(row, "at")?,
            })
        };
        rows.iter().map(erasure).collect()
    }

    async fn shoppers_kept(&self, shop: &ShopId) -> Result<Vec<ShopperId>> {
        let rows = sql("select owner as who from conversations where shop = ?1 and owner is not null
             union select id from shoppers where shop = ?1
             union select shopper from orders where shop = ?1
             union select shopper from tickets where shop = ?1
             union select shopper from changes where shop = ?1
             union select shopper from wallets where shop = ?1")
        .bind(shop.as_str())
        .survey(self)
        .await?;
        ids(&rows, "who")
    }

    async fn conversations_kept(&self, shop: &ShopId) -> Result<Vec<ConversationId>> {
        ids(&sql("select id from conversations where shop = ?").bind(shop.as_str()).survey(self).await?, "id")
    }

    async fn scrub(&self, wait_no_more: bool) -> Result<bool> {
        let Some(row) = sql("select mark from to_scrub").optional(self).await? else { return Ok(true) };
        let mark: i64 = row.get("mark")?;
        if !self.scrub_files(wait_no_more).await? {
            return Ok(false);
        }
        // What was deleted meanwhile keeps the mark.
        sql("delete from to_scrub where mark = ?").bind(mark).run(self).await?;
        Ok(true)
    }
}

/// What keeps a conversation from being deleted.
fn held_up(tx: &mut Connection, record: &Record, now: Timestamp) -> Result<Option<HeldUp>> {
    if record.conversation.mode == Mode::Agent {
        return Ok(Some(HeldUp::ByPerson));
    }
    let id = record.conversation.id.as_str();
    let due = sql("select 1 as one from outbox where conversation = ? and outcome is null limit 1").bind(id);
    let asked = sql("select 1 as one from agent_changes
         where conversation = ? and outcome is null and change is not null and at > ? limit 1")
    .bind(id)
    .bind(nanos(now - CHANGE_LIFE));
    let waits =
        record.is_unanswered() || due.fetch_optional(tx)?.is_some() || asked.fetch_optional(tx)?.is_some();
    Ok(waits.then_some(HeldUp::ByChange))
}

/// Deletes a conversation and what hangs on it; how many pictures that were.
fn delete(tx: &mut Connection, shop: &ShopId, id: &ConversationId) -> Result<u64> {
    let said = sql(
        "select content from messages where conversation = ? and author = 'shopper' and content is not null",
    );
    for row in said.bind(id.as_str()).fetch_all(tx)? {
        if let Content::Text(text) = wire::decode(row.get("content")?)? {
            let set_aside = sql("delete from learning_dismissed where shop = ? and text = ?");
            set_aside.bind(shop.as_str()).bind(&text).execute(tx)?;
        }
    }
    let touched = sql("select 1 as one from touched where conversation = ?").bind(id.as_str());
    if touched.fetch_optional(tx)?.is_some() {
        // The next number, as any change has it; what follows the numbers hears that it is gone.
        let next = match tx {
            Connection::Sqlite(_) => sql("insert or replace into touched (conversation) values (?)"),
            Connection::Postgres(_) => sql("select touch(?)"),
        };
        next.bind(id.as_str()).execute(tx)?;
        // One that a backup brought back has been gone before.
        sql("delete from gone where conversation = ?").bind(id.as_str()).execute(tx)?;
        sql("insert into gone (number, conversation)
             select number, conversation from touched where conversation = ?")
        .bind(id.as_str())
        .execute(tx)?;
    }
    let mut pictures = 0;
    for table in HANGS_ON {
        let rows =
            sql(format!("delete from {table} where conversation = ?")).bind(id.as_str()).execute(tx)?;
        if table == "uploads" {
            pictures = rows;
        }
    }
    sql("delete from conversations where id = ?").bind(id.as_str()).execute(tx)?;
    Ok(pictures)
}

/// Notes that the files have to be scrubbed.
fn note_deletion(tx: &mut Connection) -> Result<()> {
    sql("insert into to_scrub (one, mark) values (1, ?1) on conflict (one) do update set mark = ?1")
        .bind(rand::random::<i64>())
        .execute(tx)?;
    Ok(())
}

fn kept(tx: &mut Connection, id: &ConversationId, row: &Row) -> Result<KeptConversation> {
    let mut of = |text: &'static str| sql(text).bind(id.as_str()).fetch_all(tx);
    let messages = of("select * from messages where conversation = ? order by seq")?;
    let notes = of("select * from notes where conversation = ? order by number")?;
    let stints = of("select document from stints where conversation = ? order by number")?;
    let uploads = of("select * from uploads where conversation = ? order by at, id")?;
    let asked = of("select * from outbox where conversation = ? order by id")?;
    let by_staff = of("select * from agent_changes where conversation = ? order by at, client_id")?;
    let record = rows::record(row)?;
    let note = |row: &Row| -> Result<Note> {
        let agent = Staff { id: rows::id(row, "agent")?, name: row.get("agent_name")? };
        Ok(Note {
            number: rows::number(row, "number")?,
            agent,
            text: row.get("text")?,
            at: rows::at(row, "at")?,
        })
    };
    let of_shopper = |row: &Row| -> Result<KeptChange> {
        let outcome: Option<&str> = row.get("outcome")?;
        Ok(KeptChange {
            by: None,
            change: Some(wire::decode(row.get("change")?)?),
            outcome: outcome.map(wire::decode).transpose()?,
        })
    };
    let of_staff = |row: &Row| -> Result<KeptChange> {
        let known = case::agent_change(row)?;
        Ok(KeptChange { by: Some(known.agent), change: known.change, outcome: known.outcome })
    };
    let changes = asked.iter().map(of_shopper).chain(by_staff.iter().map(of_staff));
    Ok(KeptConversation {
        state: wire::decode(row.get("state")?)?,
        messages: rows::messages(&messages)?,
        notes: notes.iter().map(note).collect::<Result<_>>()?,
        handoff: record.handoff,
        stints: stints.iter().map(document).collect::<Result<_>>()?,
        uploads: uploads.iter().map(super::uploads::upload).collect::<Result<_>>()?,
        changes: changes.collect::<Result<_>>()?,
        conversation: record.conversation,
    })
}

fn blank_orders(
    tx: &mut Connection,
    (shop, shopper): (&ShopId, &ShopperId),
    stand_in: &ShopperId,
    until: Timestamp,
) -> Result<u64> {
    let theirs = of_shopper(
        "select document from orders where shop = ? and shopper = ? and placed_at <= ?",
        shop,
        shopper,
    );
    let theirs = theirs.bind(nanos(until)).fetch_all(tx)?;
    for row in &theirs {
        let order: Order = document(row)?;
        let id = order.id.clone();
        sql("update orders set shopper = ?, document = ? where shop = ? and id = ?")
            .bind(stand_in.as_str())
            .bind(wire::encode(&blank_order(order, stand_in)))
            .bind(shop.as_str())
            .bind(id.as_str())
            .execute(tx)?;
        let parcels = sql("delete from parcels where shop = ? and order_id = ?");
        parcels.bind(shop.as_str()).bind(id.as_str()).execute(tx)?;
    }
    Ok(theirs.len() as u64)
}

fn blank_tickets(
    tx: &mut Connection,
    (shop, shopper): (&ShopId, &ShopperId),
    stand_in: &ShopperId,
    until: Timestamp,
) -> Result<u64> {
    let theirs = of_shopper(
        "select document from tickets where shop = ? and shopper = ? and opened_at <= ?",
        shop,
        shopper,
    );
    let theirs = theirs.bind(nanos(until)).fetch_all(tx)?;
    for (place, row) in theirs.iter().enumerate() {
        let ticket: Ticket = document(row)?;
        let id = ticket.id.clone();
        sql("update tickets set shopper = ?, key = ?, document = ? where shop = ? and id = ?")
            .bind(stand_in.as_str())
            .bind(stand_in_key(stand_in, place))
            .bind(wire::encode(&blank_ticket(ticket, stand_in)))
            .bind(shop.as_str())
            .bind(id.as_str())
            .execute(tx)?;
    }
    Ok(theirs.len() as u64)
}

fn blank_changes(
    tx: &mut Connection,
    (shop, shopper): (&ShopId, &ShopperId),
    stand_in: &ShopperId,
    until: Timestamp,
) -> Result<u64> {
    let theirs =
        of_shopper("select key from changes where shop = ? and shopper = ? and at <= ?", shop, shopper);
    let theirs = theirs.bind(nanos(until)).fetch_all(tx)?;
    for (place, row) in theirs.iter().enumerate() {
        let key: String = row.get("key")?;
        sql("update changes set shopper = ?, key = ?, request = null where shop = ? and key = ?")
            .bind(stand_in.as_str())
            .bind(stand_in_key(stand_in, place))
            .bind(shop.as_str())
            .bind(&key)
            .execute(tx)?;
    }
    Ok(theirs.len() as u64)
}

fn delete_coupons(
    tx: &mut Connection,
    (shop, shopper): (&ShopId, &ShopperId),
    until: Timestamp,
) -> Result<u64> {
    let wallet = of_shopper(
        "select document from wallets where shop = ? and shopper = ? order by place",
        shop,
        shopper,
    );
    let coupons: Vec<WalletCoupon> = wallet.fetch_all(tx)?.iter().map(document).collect::<Result<_>>()?;
    let so_far = coupons.len();
    let later: Vec<WalletCoupon> = coupons.into_iter().filter(|coupon| until < coupon.claimed_at).collect();
    of_shopper("delete from wallets where shop = ? and shopper = ?", shop, shopper).execute(tx)?;
    for (place, coupon) in later.iter().enumerate() {
        trade::add_coupon(tx, shop, shopper, place, coupon)?;
    }
    Ok((so_far - later.len()) as u64)
}

fn of_shopper(text: &'static str, shop: &ShopId, shopper: &ShopperId) -> Statement {
    sql(text).bind(shop.as_str()).bind(shopper.as_str())
}

fn document<T: wire::form::Form>(row: &Row) -> Result<T> {
    Ok(wire::decode(row.get("document")?)?)
}

fn ids<T: From<String>>(rows: &[Row], column: &'static str) -> Result<Vec<T>> {
    rows.iter().map(|row| rows::id(row, column)).collect()
}
