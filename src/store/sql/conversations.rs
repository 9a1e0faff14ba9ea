//! Conversations, their messages, their state and their outbox, in SQL.

use std::collections::BTreeSet;

use async_trait::async_trait;
use jiff::Timestamp;

use super::{
    Alone, Connection, SqlStore,
    rows::{self, nanos, signed},
    statement::{Row, sql},
};
use crate::{
    domain::{
        Change, ChangeOutcome, Content, ConversationId, DialogueState, Locale, Message, ShopId, ShopperId,
    },
    store::{
        Appended, Committed, Conversation, ConversationStore, Course, DueChange, FARTHEST_RETRY, Identity,
        NewConversation, NewShopperMessage, Page, Pending, PendingMessage, PendingOutcome, Rating, Reader,
        Result, StoreError, TurnCommit, rules::Record,
    },
    wire,
};

/// Whole conversations, the last touched.
pub(super) const COURSES: &str = "
    select messages.*, it.id as course, owner, locale, page_product, touched_at, rating_score, rating_comment, rating_at
    from (select * from conversations where shop = ? and touched_at >= ? order by touched_at desc limit ?) as it
    join messages on messages.conversation = it.id
    order by messages.conversation, messages.seq";

/// Whole conversations from a place on, in the order in which they were touched.
pub(super) const COURSES_AFTER: &str = "
    select messages.*, it.id as course, owner, locale, page_product, touched_at, rating_score, rating_comment, rating_at
    from (select * from conversations where shop = ? and touched_at >= ? and (touched_at, id) > (?, ?)
          order by touched_at, id limit ?) as it
    left join messages on messages.conversation = it.id
    order by it.touched_at, it.id, messages.seq";

/// What shoppers said lately.
pub(super) const RECENT: &str = "
    select content from messages
    where author = 'shopper' and content is not null
      and conversation in (select id from conversations where shop = ? order by touched_at desc limit ?)";

/// What was said and not answered, and outcomes that nobody was told.
pub(super) const UNANSWERED: &str = "
    select id, last_shopper_seq as seq, touched_at from conversations
    where last_shopper_seq > answered_up_to and mode <> 'agent'
    union all
    select id, 0 as seq, touched_at from conversations
    where last_shopper_seq <= answered_up_to and mode not in ('agent', 'closed')
      and id in (select conversation from outbox where outcome is not null and told = 0)
    order by touched_at, id";

#[async_trait]
impl ConversationStore for SqlStore {
    async fn open(&self, new: NewConversation) -> Result<Conversation> {
        let (token_hash, expires_at) = (new.token_hash.to_vec(), nanos(new.token_expires_at));
        let record = Record::open(new);
        let state = DialogueState { locale: record.conversation.locale, ..DialogueState::default() };
        self.write(move |tx| {
            rows::add(tx, &record, &state, &token_hash, expires_at)?;
            Ok(record.conversation.clone())
        })
        .await
    }

    async fn resume(&self, token_hash: &[u8; 32], now: Timestamp) -> Result<Option<Conversation>> {
        let row = sql("select * from conversations where token_hash = ? and token_expires_at > ?")
            .bind(&token_hash[..])
            .bind(nanos(now))
            .optional(self)
            .await?;
        row.map(|row| rows::record(&row).map(|record| record.conversation)).transpose()
    }

    async fn extend_token(&self, id: &ConversationId, expires_at: Timestamp) -> Result<()> {
        let done = sql("update conversations set token_expires_at = ? where id = ?")
            .bind(nanos(expires_at))
            .bind(id.as_str())
            .run_alone(self, Alone::Conversation(id).key())
            .await?;
        found(done)
    }

    async fn conversation(&self, id: &ConversationId) -> Result<Option<Conversation>> {
        let row = sql("select * from conversations where id = ?").bind(id.as_str()).optional(self).await?;
        row.map(|row| rows::record(&row).map(|record| record.conversation)).transpose()
    }

    async fn messages(&self, id: &ConversationId, after: u64, limit: usize) -> Result<Vec<Message>> {
        let rows = sql("select * from messages where conversation = ? and seq > ? order by seq limit ?")
            .bind(id.as_str())
            .bind(signed(after))
            .bind(rows::limit(limit))
            .all(self)
            .await?;
        rows::messages(&rows)
    }

    async fn earlier(&self, id: &ConversationId, before: u64, limit: usize) -> Result<Vec<Message>> {
        let mut rows =
            sql("select * from messages where conversation = ? and seq < ? order by seq desc limit ?")
                .bind(id.as_str())
                .bind(signed(before))
                .bind(rows::limit(limit))
                .all(self)
                .await?;
        rows.reverse();
        rows::messages(&rows)
    }

    async fn append_shopper(&self, id: &ConversationId, new: NewShopperMessage) -> Result<Appended> {
        let id = id.clone();
        self.alone(Alone::Conversation(&id).key(), move |tx| {
            let (id, new) = (&id, new.clone());
            let (mut loaded, untold) = rows::load_to_answer(tx, id)?;
            if let Some((message, content)) = shopper_message(tx, id, &new.client_id)? {
                let mode = loaded.record.conversation.mode;
                let same = content == new.content;
                return Ok(if same {
                    Appended::Stored { message, duplicate: true, reopened: false, mode, pending: None }
                } else {
                    Appended::IdReused
                });
            }
            let alone = untold == 0 && !loaded.record.is_unanswered();
            let content = new.content.clone();
            let (message, reopened) = loaded.record.hear(new);
            rows::add_message(tx, id, &message, Some(wire::encode(&content)), None)?;
            loaded.save(tx)?;
            let pending = if alone && loaded.record.is_unanswered() {
                let state = loaded.state()?;
                let messages = vec![PendingMessage { seq: message.seq, content, at: message.at }];
                let conversation = loaded.record.conversation.clone();
                Some(Box::new(Pending { conversation, state, messages, outcomes: Vec::new() }))
            } else {
                None
            };
            let mode = loaded.record.conversation.mode;
            Ok(Appended::Stored { message, duplicate: false, reopened, mode, pending })
        })
        .await
    }

    async fn state(&self, id: &ConversationId) -> Result<(u64, DialogueState)> {
        let row = sql("select version, state from conversations where id = ?")
            .bind(id.as_str())
            .optional(self)
            .await?
            .ok_or(StoreError::NotFound("conversation"))?;
        Ok((rows::number(&row, "version")?, wire::decode(row.get("state")?)?))
    }

    async fn pending(&self, id: &ConversationId) -> Result<Pending> {
        // One read transaction, so that state, messages and outcomes belong together.
        let id = id.clone();
        self.read(move |tx| {
            let id = &id;
            let row = sql("select * from conversations where id = ?")
                .bind(id.as_str())
                .fetch_optional(tx)?
                .ok_or(StoreError::NotFound("conversation"))?;
            let record = rows::record(&row)?;
            let state = wire::decode(row.get("state")?)?;
            let messages = unanswered_messages(tx, &record)?;
            let outcomes = untold_outcomes(tx, &record)?;
            Ok(Pending { conversation: record.conversation, state, messages, outcomes })
        })
        .await
    }

    async fn unanswered(&self) -> Result<Vec<(ConversationId, u64)>> {
        let rows = sql(UNANSWERED).survey(self).await?;
        rows.iter().map(|row| Ok((rows::id(row, "id")?, rows::number(row, "seq")?))).collect()
    }

    async fn commit_turn(&self, turn: TurnCommit) -> Result<Committed> {
        self.alone(Alone::Conversation(&turn.conversation).key(), move |tx| {
            let id = &turn.conversation;
            let (mut loaded, mut untold) = rows::load_to_answer(tx, id)?;
            let record = &mut loaded.record;
            record.admits(&turn)?;
            for key in &turn.once {
                say_once(tx, &record.conversation.shop, key, turn.at)?;
            }
            for key in &turn.answered_outcomes {
                tell_outcome(tx, id, key)?;
                untold = untold.saturating_sub(1);
            }
            for change in &turn.outbox {
                untold += u64::from(request_change(tx, id, change, turn.at)?);
            }
            let messages = record.answer(&turn);
            for message in &messages {
                rows::add_message(tx, id, message, None, None)?;
            }
            loaded.save_with(tx, &turn.state)?;
            let more = loaded.record.is_unanswered() || (0 < untold && loaded.record.hears_outcomes());
            Ok(Committed { messages, more })
        })
        .await
    }

    async fn claim_silences(
        &self,
        now: Timestamp,
        lease_until: Timestamp,
        limit: usize,
    ) -> Result<Vec<ConversationId>> {
        self.write(move |tx| {
            let rows = sql("update conversations set look_again_at = ?
             where id in (select id from conversations
                          where mode = 'bot' and look_again_at <= ? and last_shopper_seq <= answered_up_to
                          order by look_again_at, id limit ?)
                          returning id")
            .bind(nanos(lease_until))
            .bind(nanos(now))
            .bind(rows::limit(limit))
            .fetch_all(tx)?;
            rows.iter().map(|row| rows::id(row, "id")).collect()
        })
        .await
    }

    async fn said_once(&self, shop: &ShopId, keys: &[String]) -> Result<Vec<String>> {
        let mut said = Vec::new();
        for key in keys {
            let known = sql("select 1 from said_once where shop = ? and key = ?")
                .bind(shop.as_str())
                .bind(key)
                .optional(self)
                .await?;
            said.extend(known.map(|_| key.clone()));
        }
        Ok(said)
    }

    async fn claim_changes(
        &self,
        now: Timestamp,
        lease_until: Timestamp,
        limit: usize,
    ) -> Result<Vec<DueChange>> {
        let too_late = now.saturating_add(FARTHEST_RETRY).expect("a duration of seconds");
        self.write(move |tx| {
            let rows = sql("select outbox.id as row_id, conversation, shop, change, attempts
             from outbox join conversations on conversations.id = outbox.conversation
                          where outcome is null and (next_at <= ? or next_at > ?)
               and not exists (select 1 from outbox as earlier
                               where earlier.conversation = outbox.conversation and earlier.id < outbox.id
                                 and earlier.outcome is null and earlier.next_at > ? and earlier.next_at <= ?)
             order by outbox.id limit ?")
            .bind(nanos(now))
            .bind(nanos(too_late))
            .bind(nanos(now))
            .bind(nanos(too_late))
            .bind(rows::limit(limit))
            .fetch_all(tx)?;
            for row in &rows {
                sql("update outbox set attempts = attempts + 1, next_at = ? where id = ?")
                    .bind(nanos(lease_until))
                    .bind(row.get::<i64>("row_id")?)
                    .execute(tx)?;
            }
            rows.iter().map(due_change).collect()
        })
        .await
    }

    async fn retry_change(&self, id: &ConversationId, key: &str, next_at: Timestamp) -> Result<()> {
        sql("update outbox set next_at = ? where conversation = ? and key = ? and outcome is null")
            .bind(nanos(next_at))
            .bind(id.as_str())
            .bind(key)
            .run_alone(self, Alone::Conversation(id).key())
            .await?;
        Ok(())
    }

    async fn finish_change(
        &self,
        id: &ConversationId,
        key: &str,
        outcome: ChangeOutcome,
        at: Timestamp,
    ) -> Result<bool> {
        let done = sql("update outbox set outcome = ?, finished_at = ?, told = 0
             where conversation = ? and key = ? and outcome is null")
        .bind(wire::encode(&outcome))
        .bind(nanos(at))
        .bind(id.as_str())
        .bind(key)
        .run_alone(self, Alone::Conversation(id).key())
        .await?;
        Ok(done == 1)
    }

    async fn record_identity(
        &self,
        id: &ConversationId,
        shopper: Option<ShopperId>,
        at: Timestamp,
    ) -> Result<Identity> {
        let id = id.clone();
        self.alone(Alone::Conversation(&id).key(), move |tx| {
            let (id, shopper) = (&id, shopper.clone());
            let mut loaded = rows::load(tx, id)?;
            let identity = loaded.record.identify(shopper, at);
            if identity == Identity::Changed {
                loaded.save(tx)?;
            }
            Ok(identity)
        })
        .await
    }

    async fn record_page(&self, id: &ConversationId, page: Page) -> Result<()> {
        let done =
            sql("update conversations set page_product = ?, page_order = ?, page_url = ? where id = ?")
                .bind(page.product.as_ref().map(|id| id.as_str()))
                .bind(page.order.as_ref().map(|id| id.as_str()))
                .bind(page.url.as_deref())
                .bind(id.as_str())
                .run_alone(self, Alone::Conversation(id).key())
                .await?;
        found(done)
    }

    async fn record_locale(&self, id: &ConversationId, locale: Locale) -> Result<()> {
        let done = sql("update conversations set locale = ? where id = ?")
            .bind(locale.tag())
            .bind(id.as_str())
            .run_alone(self, Alone::Conversation(id).key())
            .await?;
        found(done)
    }

    async fn mark_read(&self, id: &ConversationId, reader: Reader, seq: u64) -> Result<u64> {
        let id = id.clone();
        self.alone(Alone::Conversation(&id).key(), move |tx| {
            let id = &id;
            let mut loaded = rows::load(tx, id)?;
            let mark = loaded.record.mark_read(reader, seq);
            loaded.save(tx)?;
            Ok(mark)
        })
        .await
    }

    async fn recent_said(&self, shop: &ShopId, conversations: usize) -> Result<Vec<String>> {
        let rows = sql(RECENT).bind(shop.as_str()).bind(rows::limit(conversations)).survey(self).await?;
        let mut said = Vec::new();
        for row in &rows {
            if let Content::Text(text) = wire::decode(row.get("content")?)? {
                said.push(text);
            }
        }
        Ok(said)
    }

    async fn courses(&self, shop: &ShopId, since: Timestamp, conversations: usize) -> Result<Vec<Course>> {
        let rows = sql(COURSES)
            .bind(shop.as_str())
            .bind(nanos(since))
            .bind(rows::limit(conversations))
            .survey(self)
            .await?;
        courses(&rows)
    }

    async fn courses_after(
        &self,
        shop: &ShopId,
        since: Timestamp,
        after: Option<&(Timestamp, ConversationId)>,
        limit: usize,
    ) -> Result<Vec<Course>> {
        let (touched_at, id) = after.map_or((i64::MIN, ""), |(at, id)| (nanos(*at), id.as_str()));
        let rows = sql(COURSES_AFTER)
            .bind(shop.as_str())
            .bind(nanos(since))
            .bind(touched_at)
            .bind(id)
            .bind(rows::limit(limit))
            .survey(self)
            .await?;
        courses(&rows)
    }

    async fn dismiss_words(&self, shop: &ShopId, words: &[String], at: Timestamp) -> Result<()> {
        let (shop, words) = (shop.clone(), words.to_vec());
        self.write(move |tx| {
            let (shop, words) = (&shop, &words);
            for text in words {
                sql(
                    "insert into learning_dismissed (shop, text, at) values (?, ?, ?) on conflict do nothing",
                )
                .bind(shop.as_str())
                .bind(text)
                .bind(nanos(at))
                .execute(tx)?;
            }
            Ok(())
        })
        .await
    }

    async fn dismissed_words(&self, shop: &ShopId) -> Result<BTreeSet<String>> {
        let rows =
            sql("select text from learning_dismissed where shop = ?").bind(shop.as_str()).all(self).await?;
        rows.iter().map(|row| row.get("text")).collect()
    }

    async fn rate(&self, id: &ConversationId, rating: Rating) -> Result<()> {
        let id = id.clone();
        self.alone(Alone::Conversation(&id).key(), move |tx| {
            let (id, rating) = (&id, rating.clone());
            let mut loaded = rows::load(tx, id)?;
            loaded.record.rate(rating);
            loaded.save(tx)
        })
        .await
    }
}

fn found(rows: u64) -> Result<()> {
    if rows == 1 { Ok(()) } else { Err(StoreError::NotFound("conversation")) }
}

/// What the shopper sent under a client id before.
fn shopper_message(
    tx: &mut Connection,
    id: &ConversationId,
    client_id: &str,
) -> Result<Option<(Message, Content)>> {
    let row = sql("select * from messages where conversation = ? and author = 'shopper' and client_id = ?")
        .bind(id.as_str())
        .bind(client_id)
        .fetch_optional(tx)?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some((rows::message(&row)?, wire::decode(row.get("content")?)?)))
}

fn unanswered_messages(tx: &mut Connection, record: &Record) -> Result<Vec<PendingMessage>> {
    if !record.is_unanswered() {
        return Ok(Vec::new());
    }
    let rows = sql("select seq, content, at from messages
         where conversation = ? and seq > ? and author = 'shopper' order by seq")
    .bind(record.conversation.id.as_str())
    .bind(signed(record.answered_up_to))
    .fetch_all(tx)?;
    rows.iter()
        .map(|row| {
            let content = wire::decode(row.get("content")?)?;
            Ok(PendingMessage { seq: rows::number(row, "seq")?, content, at: rows::at(row, "at")? })
        })
        .collect()
}

fn untold_outcomes(tx: &mut Connection, record: &Record) -> Result<Vec<PendingOutcome>> {
    if !record.hears_outcomes() {
        return Ok(Vec::new());
    }
    let rows = sql("select change, outcome from outbox
         where conversation = ? and outcome is not null and told = 0 order by finished_at, id")
    .bind(record.conversation.id.as_str())
    .fetch_all(tx)?;
    rows.iter()
        .map(|row| {
            let change = wire::decode(row.get("change")?)?;
            Ok(PendingOutcome { change, outcome: wire::decode(row.get("outcome")?)? })
        })
        .collect()
}

/// Marks an outcome as told; it must be known and untold.
fn tell_outcome(tx: &mut Connection, id: &ConversationId, key: &str) -> Result<()> {
    let done = sql(
        "update outbox set told = 1 where conversation = ? and key = ? and outcome is not null and told = 0",
    )
    .bind(id.as_str())
    .bind(key)
    .execute(tx)?;
    if done == 1 { Ok(()) } else { Err(StoreError::Conflict) }
}

/// Puts a change into the outbox. A key used before isn't carried out again but told again, unless it was refused:
/// what the shop's system said no to may be possible now. Returns whether there is an outcome to be told.
fn request_change(tx: &mut Connection, id: &ConversationId, change: &Change, at: Timestamp) -> Result<bool> {
    let known = sql("select outcome from outbox where conversation = ? and key = ?")
        .bind(id.as_str())
        .bind(&change.key)
        .fetch_optional(tx)?;
    let outcome: Option<Option<String>> = known.map(|row| row.get("outcome")).transpose()?;
    let (statement, told_again) = match outcome {
        None => (
            sql("insert into outbox (change, next_at, attempts, conversation, key) values (?, ?, 0, ?, ?)"),
            false,
        ),
        // Not carried out yet: it will be, once.
        Some(None) => return Ok(false),
        Some(Some(json)) => match wire::decode::<ChangeOutcome>(&json)? {
            ChangeOutcome::Refused(_) => (
                sql("update outbox set change = ?, next_at = ?, attempts = 0, outcome = null, finished_at = null
                     where conversation = ? and key = ?"),
                false,
            ),
            ChangeOutcome::TicketOpened(_) | ChangeOutcome::Done => (
                sql("update outbox set change = ?, finished_at = ?, told = 0 where conversation = ? and key = ?"),
                true,
            ),
        },
    };
    let statement = statement.bind(wire::encode(change)).bind(nanos(at));
    statement.bind(id.as_str()).bind(&change.key).execute(tx)?;
    Ok(told_again)
}

/// Notes that something is said in a shop that may be said once.
fn say_once(tx: &mut Connection, shop: &ShopId, key: &str, at: Timestamp) -> Result<()> {
    let done = sql("insert into said_once (shop, key, at) values (?, ?, ?) on conflict do nothing")
        .bind(shop.as_str())
        .bind(key)
        .bind(nanos(at))
        .execute(tx)?;
    if done == 0 { Err(StoreError::Conflict) } else { Ok(()) }
}

fn due_change(row: &Row) -> Result<DueChange> {
    let attempts: u32 = row.get("attempts")?;
    Ok(DueChange {
        conversation: rows::id(row, "conversation")?,
        shop: rows::id(row, "shop")?,
        change: wire::decode(row.get("change")?)?,
        attempts: attempts + 1,
    })
}

/// Rows of messages, each beside what is known of its conversation, by conversation.
fn courses(rows: &[Row]) -> Result<Vec<Course>> {
    let mut courses: Vec<Course> = Vec::new();
    for row in rows {
        let conversation: ConversationId = rows::id(row, "course")?;
        if courses.last().is_none_or(|last| last.conversation != conversation) {
            let locale: String = row.get("locale")?;
            courses.push(Course {
                conversation,
                owner: rows::maybe_id(row, "owner")?,
                locale: Locale::from_tag(&locale).unwrap_or_default(),
                product: rows::maybe_id(row, "page_product")?,
                touched_at: rows::at(row, "touched_at")?,
                rating: rows::rating(row)?,
                messages: Vec::new(),
            });
        }
        if row.get::<Option<i64>>("seq")?.is_none() {
            continue;
        }
        let content: Option<String> = row.get("content")?;
        let content = content.map(|content| wire::decode(&content)).transpose()?;
        courses.last_mut().expect("one was just pushed").messages.push((rows::message(row)?, content));
    }
    Ok(courses)
}
