//! Rows to values and back: one place that knows the columns.

use jiff::Timestamp;

use super::super::{Conversation, Page, Rating, Result, Staff, Stint, StoreError, rules::Record};
use super::{
    Connection, SqlError,
    statement::{IntoValue, Row, Value, sql},
};
use crate::{
    domain::{Author, ConversationId, DialogueState, Locale, Message, Mode, Part, Trace},
    wire::{self, names::Named},
};

/// An error for a column whose text names nothing.
#[derive(Debug, thiserror::Error)]
#[error("the column holds an unknown value")]
struct UnknownValue;

pub(super) fn corrupt(what: &'static str) -> StoreError {
    StoreError::Corrupt { what, source: Box::new(UnknownValue) }
}

/// Nanoseconds since 1970; times beyond the years 1677 to 2262 end there.
pub(super) fn nanos(time: Timestamp) -> i64 {
    let exact = time.as_nanosecond();
    i64::try_from(exact).unwrap_or(if exact < 0 { i64::MIN } else { i64::MAX })
}

pub(super) fn time(nanos: i64) -> Timestamp {
    Timestamp::from_nanosecond(nanos.into()).expect("64 bits of nanoseconds lie within jiff's range")
}

/// Counters stay far below 2^63.
pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(super) fn limit(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

pub(super) fn number(row: &Row, column: &'static str) -> Result<u64> {
    let value: i64 = row.get(column)?;
    u64::try_from(value).map_err(|_| corrupt(column))
}

pub(super) fn maybe_time(row: &Row, column: &'static str) -> Result<Option<Timestamp>> {
    Ok(row.get::<Option<i64>>(column)?.map(time))
}

pub(super) fn at(row: &Row, column: &'static str) -> Result<Timestamp> {
    Ok(time(row.get(column)?))
}

pub(super) fn maybe_id<T: From<String>>(row: &Row, column: &'static str) -> Result<Option<T>> {
    Ok(row.get::<Option<String>>(column)?.map(T::from))
}

pub(super) fn id<T: From<String>>(row: &Row, column: &'static str) -> Result<T> {
    Ok(T::from(row.get::<String>(column)?))
}

/// The conversation in a row of all columns.
pub(super) fn record(row: &Row) -> Result<Record> {
    let mode: String = row.get("mode")?;
    let locale: String = row.get("locale")?;
    let handoff: Option<String> = row.get("handoff")?;
    let stint: Option<String> = row.get("stint")?;
    let conversation = Conversation {
        id: id(row, "id")?,
        shop: id(row, "shop")?,
        shopper: maybe_id(row, "shopper")?,
        owner: maybe_id(row, "owner")?,
        mode: Mode::from_name(&mode).ok_or_else(|| corrupt("mode"))?,
        agent: staff(row)?,
        handed_at: maybe_time(row, "handed_at")?,
        last_seq: number(row, "last_seq")?,
        version: number(row, "version")?,
        locale: Locale::from_wire_name(&locale).ok_or_else(|| corrupt("locale"))?,
        page: Page {
            product: maybe_id(row, "page_product")?,
            order: maybe_id(row, "page_order")?,
            url: row.get("page_url")?,
        },
        shopper_read: number(row, "shopper_read")?,
        staff_read: number(row, "staff_read")?,
        rating: rating(row)?,
        tags: wire::decode_list(row.get("tags")?)?,
        created_at: at(row, "created_at")?,
        touched_at: at(row, "touched_at")?,
    };
    Ok(Record {
        conversation,
        answered_up_to: number(row, "answered_up_to")?,
        last_shopper_seq: number(row, "last_shopper_seq")?,
        handoff: handoff.map(|json| wire::decode(&json)).transpose()?,
        waiting_since: maybe_time(row, "waiting_since")?,
        closed_at: maybe_time(row, "closed_at")?,
        look_again_at: maybe_time(row, "look_again_at")?,
        stint: stint.map(|json| wire::decode(&json)).transpose()?,
        stints: Vec::new(),
    })
}

fn staff(row: &Row) -> Result<Option<Staff>> {
    let name: Option<String> = row.get("agent_name")?;
    Ok(maybe_id(row, "agent")?.zip(name).map(|(id, name)| Staff { id, name }))
}

pub(super) fn rating(row: &Row) -> Result<Option<Rating>> {
    let score: Option<i64> = row.get("rating_score")?;
    let Some((score, at)) = score.zip(maybe_time(row, "rating_at")?) else { return Ok(None) };
    let score = u8::try_from(score).map_err(|_| corrupt("rating_score"))?;
    Ok(Some(Rating { score, comment: row.get("rating_comment")?, at }))
}

/// A conversation as a use case found it, to be changed and saved.
pub(super) struct Loaded {
    pub(super) record: Record,
    row: Row,
}

/// The conversation with an id, within a transaction or outside one.
pub(super) fn load(tx: &mut Connection, id: &ConversationId) -> Result<Loaded> {
    let row = sql("select * from conversations where id = ?")
        .bind(id.as_str())
        .fetch_optional(tx)?
        .ok_or(StoreError::NotFound("conversation"))?;
    Ok(Loaded { record: record(&row)?, row })
}

/// The same, with how many outcomes of its changes nobody was told.
pub(super) fn load_to_answer(tx: &mut Connection, id: &ConversationId) -> Result<(Loaded, u64)> {
    let row = sql("select conversations.*,
                (select count(*) from outbox
                 where conversation = conversations.id and outcome is not null and told = 0) as untold
         from conversations where id = ?")
    .bind(id.as_str())
    .fetch_optional(tx)?
    .ok_or(StoreError::NotFound("conversation"))?;
    let untold = number(&row, "untold")?;
    Ok((Loaded { record: record(&row)?, row }, untold))
}

impl Loaded {
    /// What the assistant remembered.
    pub(super) fn state(&self) -> Result<DialogueState> {
        Ok(wire::decode(self.row.get("state")?)?)
    }

    /// Writes back what has changed.
    pub(super) fn save(&self, tx: &mut Connection) -> Result<()> {
        self.update(tx, columns(&self.record))
    }

    /// The same with what the assistant remembers.
    pub(super) fn save_with(&self, tx: &mut Connection, state: &DialogueState) -> Result<()> {
        let mut columns = columns(&self.record);
        columns.push(("state", wire::encode(state).into_value()));
        self.update(tx, columns)
    }

    /// Only columns that differ are named: an engine leaves the indexes of all others alone.
    fn update(&self, tx: &mut Connection, columns: Vec<(&'static str, Value)>) -> Result<()> {
        let changed: Vec<_> =
            columns.into_iter().filter(|(name, value)| !self.row.holds(name, value)).collect();
        if !changed.is_empty() {
            let names: Vec<String> = changed.iter().map(|(name, _)| format!("{name} = ?")).collect();
            let mut statement = sql(format!("update conversations set {} where id = ?", names.join(", ")));
            statement.values.extend(changed.into_iter().map(|(_, value)| value));
            statement.bind(self.record.conversation.id.as_str()).execute(tx)?;
        }
        for stint in &self.record.stints {
            keep_stint(tx, &self.record.conversation, stint)?;
        }
        Ok(())
    }
}

/// Adds a conversation.
pub(super) fn add(
    tx: &mut Connection,
    record: &Record,
    state: &DialogueState,
    token_hash: &[u8],
    token_expires_at: i64,
) -> Result<()> {
    let conversation = &record.conversation;
    let mut columns = columns(record);
    columns.extend([
        ("id", conversation.id.as_str().into_value()),
        ("shop", conversation.shop.as_str().into_value()),
        ("token_hash", token_hash.into_value()),
        ("token_expires_at", token_expires_at.into_value()),
        ("state", wire::encode(state).into_value()),
        ("created_at", nanos(conversation.created_at).into_value()),
    ]);
    let (names, values): (Vec<&str>, Vec<Value>) = columns.into_iter().unzip();
    let places = vec!["?"; names.len()].join(", ");
    let mut statement = sql(format!("insert into conversations ({}) values ({places})", names.join(", ")));
    statement.values = values;
    statement.execute(tx)?;
    Ok(())
}

/// The columns that use cases change, as they are to be.
fn columns(record: &Record) -> Vec<(&'static str, Value)> {
    let conversation = &record.conversation;
    let (agent, page) = (conversation.agent.as_ref(), &conversation.page);
    let (rating, stint) = (conversation.rating.as_ref(), record.stint.as_ref());
    vec![
        ("shopper", conversation.shopper.as_ref().map(|id| id.as_str()).into_value()),
        ("owner", conversation.owner.as_ref().map(|id| id.as_str()).into_value()),
        ("mode", conversation.mode.name().into_value()),
        ("agent", agent.map(|agent| agent.id.as_str()).into_value()),
        ("agent_name", agent.map(|agent| agent.name.as_str()).into_value()),
        ("handed_at", conversation.handed_at.map(nanos).into_value()),
        ("last_seq", signed(conversation.last_seq).into_value()),
        ("last_shopper_seq", signed(record.last_shopper_seq).into_value()),
        ("answered_up_to", signed(record.answered_up_to).into_value()),
        ("version", signed(conversation.version).into_value()),
        ("locale", conversation.locale.tag().into_value()),
        ("page_product", page.product.as_ref().map(|id| id.as_str()).into_value()),
        ("page_order", page.order.as_ref().map(|id| id.as_str()).into_value()),
        ("page_url", page.url.as_deref().into_value()),
        ("shopper_read", signed(conversation.shopper_read).into_value()),
        ("staff_read", signed(conversation.staff_read).into_value()),
        ("rating_score", rating.map(|rating| i64::from(rating.score)).into_value()),
        ("rating_comment", rating.and_then(|rating| rating.comment.as_deref()).into_value()),
        ("rating_at", rating.map(|rating| nanos(rating.at)).into_value()),
        ("handoff", record.handoff.as_ref().map(wire::encode).into_value()),
        ("waiting_since", record.waiting_since.map(nanos).into_value()),
        ("closed_at", record.closed_at.map(nanos).into_value()),
        ("look_again_at", record.look_again_at.map(nanos).into_value()),
        ("touched_at", nanos(conversation.touched_at).into_value()),
        ("grp", stint.map_or("", |stint| &stint.group).into_value()),
        ("priority", stint.map_or(0, |stint| stint.priority).into_value()),
        ("stint", stint.map(wire::encode).into_value()),
        ("tags", wire::encode_list(&conversation.tags).into_value()),
    ]
}

/// Keeps a stay with people as it is now, and what it means for whoever has it.
fn keep_stint(tx: &mut Connection, conversation: &Conversation, stint: &Stint) -> Result<()> {
    sql("insert into stints (conversation, number, shop, queued_at, document) values (?, ?, ?, ?, ?)
         on conflict (conversation, number) do update set document = excluded.document")
    .bind(conversation.id.as_str())
    .bind(signed(stint.number))
    .bind(conversation.shop.as_str())
    .bind(nanos(stint.queued_at))
    .bind(wire::encode(stint))
    .execute(tx)?;
    if let (Some(agent), Some(taken_at)) = (&stint.agent, stint.taken_at) {
        sql("update presence set given_at = case when given_at > ?1 then given_at else ?1 end,
                 freed_at = case when ?2 is null or freed_at > ?2 then freed_at else ?2 end
             where agent = ?3")
        .bind(nanos(taken_at))
        .bind(stint.ended_at.map(nanos))
        .bind(agent.id.as_str())
        .execute(tx)?;
    }
    Ok(())
}

/// Adds a message; a shopper's comes with its content as JSON.
pub(super) fn add_message(
    tx: &mut Connection,
    conversation: &ConversationId,
    message: &Message,
    content: Option<String>,
    agent: Option<&Staff>,
) -> Result<()> {
    sql("insert into messages
            (conversation, seq, author, agent, agent_name, client_id, content, parts, trace, at)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
    .bind(conversation.as_str())
    .bind(signed(message.seq))
    .bind(wire::message::author_name(&message.from))
    .bind(agent.map(|agent| agent.id.as_str()))
    .bind(agent.map(|agent| agent.name.as_str()))
    .bind(message.client_id.as_deref())
    .bind(content)
    .bind(wire::encode_list(&message.parts))
    .bind(message.trace.as_ref().map(wire::encode))
    .bind(nanos(message.at))
    .execute(tx)?;
    Ok(())
}

/// The message in a row of all columns.
pub(super) fn message(row: &Row) -> Result<Message> {
    let parts: String = row.get("parts")?;
    let trace: Option<String> = row.get("trace")?;
    let author: String = row.get("author")?;
    let from = match author.as_str() {
        "shopper" => Author::Shopper,
        "bot" => Author::Bot,
        "agent" => Author::Agent { name: row.get("agent_name")? },
        "system" => Author::System,
        _ => return Err(corrupt("author")),
    };
    Ok(Message {
        seq: number(row, "seq")?,
        from,
        client_id: row.get("client_id")?,
        at: at(row, "at")?,
        parts: wire::decode_list::<Part>(&parts)?,
        trace: trace.map(|json| wire::decode::<Trace>(&json)).transpose()?,
    })
}

pub(super) fn messages(rows: &[Row]) -> Result<Vec<Message>> {
    rows.iter().map(message).collect()
}

/// A row that refers to something unknown.
pub(super) fn on_foreign_key(error: SqlError, what: &'static str) -> StoreError {
    if let SqlError::ForeignKey(_) = error { StoreError::NotFound(what) } else { error.into() }
}
