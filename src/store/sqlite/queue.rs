//! The queue and the people who work it off, in SQLite.

use std::cmp::Reverse;

use async_trait::async_trait;
use jiff::Timestamp;
use sqlx::{Row as _, Sqlite, SqliteConnection, Transaction, sqlite::SqliteRow};

use super::{
    SqliteStore,
    rows::{self, nanos, signed},
};
use crate::{
    domain::{AgentId, ConversationId, DialogueState, Part, ShopId},
    store::{
        AgentAppended, AgentMessage, Board, Card, Closing, Duty, Missed, NewNote, Note, Noted, OnDuty,
        Onward, QueuePlace, QueueStore, Result, Role, Signs, Staff, Staffed, Stint, StintOf, StoreError,
        Take, Taken, rules::Record,
    },
    wire,
};

/// The place in the queue, and since when.
pub(super) const PLACE: &str = "
    select mine.waiting_since as since, mine.grp as grp,
           (select count(*) from conversations as other
            where other.shop = mine.shop and other.mode = 'queue' and other.grp = mine.grp
              and other.mode in ('queue', 'message', 'agent') -- the index's own words
              and (-other.priority, other.waiting_since, other.id)
                  <= (-mine.priority, mine.waiting_since, mine.id)) as position
    from conversations as mine where mine.id = ? and mine.mode = 'queue'";

/// The last that people had and closed, of one shop.
pub(super) const CLOSED: &str = "
    select * from conversations
    where shop = ? and mode = 'closed' and handed_at is not null
    order by closed_at desc, id limit ?";

type Tx = Transaction<'static, Sqlite>;

#[async_trait]
impl QueueStore for SqliteStore {
    async fn waiting(&self, shops: &[ShopId]) -> Result<Vec<Card>> {
        let mut reader = self.readers.acquire().await?;
        let mut waiting = listed(&mut reader, QUEUED, shops, None).await?;
        waiting.extend(listed(&mut reader, MESSAGES, shops, None).await?);
        Ok(waiting)
    }

    async fn held(&self, shops: &[ShopId]) -> Result<Vec<Card>> {
        let mut reader = self.readers.acquire().await?;
        listed(&mut reader, HELD, shops, None).await
    }

    async fn queue_place(&self, id: &ConversationId) -> Result<Option<QueuePlace>> {
        let row = sqlx::query(PLACE).bind(id.as_str()).fetch_optional(&self.readers).await?;
        let place = |row: SqliteRow| {
            Ok(QueuePlace {
                position: row.try_get("position")?,
                since: rows::at(&row, "since")?,
                group: row.try_get("grp")?,
            })
        };
        row.map(place).transpose()
    }

    async fn take(&self, take: Take) -> Result<Taken> {
        let mut tx = self.begin().await?;
        let mut record = rows::load(&mut tx, &take.conversation).await?;
        let taken = record.take(take);
        if let Taken::Yes(Some(notice)) = &taken {
            rows::add_message(&mut tx, &record.conversation.id, notice, None, None).await?;
            rows::save(&mut tx, &record).await?;
            tx.commit().await?;
        }
        Ok(taken)
    }

    async fn append_agent(&self, id: &ConversationId, new: AgentMessage) -> Result<AgentAppended> {
        let mut tx = self.begin().await?;
        let mut record = rows::load(&mut tx, id).await?;
        let known = sqlx::query(
            "select * from messages where conversation = ? and author = 'agent' and client_id = ?",
        )
        .bind(id.as_str())
        .bind(&new.client_id)
        .fetch_optional(&mut *tx)
        .await?;
        if let Some(row) = known {
            let message = rows::message(&row)?;
            let same = rows::id::<AgentId>(&row, "agent")? == new.agent.id && message.parts == new.parts;
            return Ok(if same {
                AgentAppended::Stored { message, duplicate: true }
            } else {
                AgentAppended::IdReused
            });
        }
        if !record.is_held_by(&new.agent.id) {
            return Ok(AgentAppended::NotHolder);
        }
        let agent = new.agent.clone();
        let message = record.speak(new);
        rows::add_message(&mut tx, id, &message, None, Some(&agent)).await?;
        rows::save(&mut tx, &record).await?;
        tx.commit().await?;
        Ok(AgentAppended::Stored { message, duplicate: false })
    }

    async fn hand_on(&self, onward: Onward) -> Result<Staffed> {
        let mut tx = self.begin().await?;
        let mut record = rows::load(&mut tx, &onward.conversation).await?;
        let staffed = record.hand_on(onward);
        keep(tx, &record, staffed).await
    }

    async fn release(&self, closing: Closing) -> Result<Staffed> {
        let mut tx = self.begin().await?;
        let mut record = rows::load(&mut tx, &closing.conversation).await?;
        let topic = closing.topic.clone();
        let staffed = record.release(closing);
        if let (Some(topic), Staffed::Done(_)) = (topic, &staffed) {
            let id = &record.conversation.id;
            let row = sqlx::query("select state from conversations where id = ?").bind(id.as_str());
            let json: String = row.fetch_one(&mut *tx).await?.try_get("state")?;
            let state = DialogueState { topic: Some(topic), ..wire::decode(&json)? };
            sqlx::query("update conversations set state = ? where id = ?")
                .bind(wire::encode(&state))
                .bind(id.as_str())
                .execute(&mut *tx)
                .await?;
        }
        keep(tx, &record, staffed).await
    }

    async fn close(&self, closing: Closing) -> Result<Staffed> {
        let mut tx = self.begin().await?;
        let mut record = rows::load(&mut tx, &closing.conversation).await?;
        let staffed = record.close(closing);
        keep(tx, &record, staffed).await
    }

    async fn leave_queue(&self, id: &ConversationId, notice: Vec<Part>, at: Timestamp) -> Result<Staffed> {
        let mut tx = self.begin().await?;
        let mut record = rows::load(&mut tx, id).await?;
        let staffed = record.leave_queue(notice, at);
        keep(tx, &record, staffed).await
    }

    async fn tag(&self, id: &ConversationId, tags: Vec<String>) -> Result<()> {
        let done = sqlx::query("update conversations set tags = ? where id = ?")
            .bind(wire::encode_list(&tags))
            .bind(id.as_str())
            .execute(&self.writer)
            .await?;
        if done.rows_affected() == 1 { Ok(()) } else { Err(StoreError::NotFound("conversation")) }
    }

    async fn note(&self, id: &ConversationId, new: NewNote) -> Result<Noted> {
        let mut tx = self.begin().await?;
        rows::load(&mut tx, id).await?;
        let known = sqlx::query("select * from notes where conversation = ? and client_id = ?")
            .bind(id.as_str())
            .bind(&new.client_id)
            .fetch_optional(&mut *tx)
            .await?;
        if let Some(row) = known {
            let note = note(&row)?;
            let same = note.agent.id == new.agent.id && note.text == new.text;
            return Ok(if same { Noted::Stored { note, duplicate: true } } else { Noted::IdReused });
        }
        let row = sqlx::query(
            "insert into notes (conversation, number, agent, agent_name, client_id, text, at)
             select ?1, coalesce(max(number), 0) + 1, ?2, ?3, ?4, ?5, ?6 from notes where conversation = ?1
             returning *",
        )
        .bind(id.as_str())
        .bind(new.agent.id.as_str())
        .bind(&new.agent.name)
        .bind(&new.client_id)
        .bind(&new.text)
        .bind(nanos(new.at))
        .fetch_one(&mut *tx)
        .await?;
        let note = note(&row)?;
        for agent in &new.mentions {
            sqlx::query("insert or ignore into mentions (agent, conversation, number) values (?, ?, ?)")
                .bind(agent.as_str())
                .bind(id.as_str())
                .bind(signed(note.number))
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await?;
        Ok(Noted::Stored { note, duplicate: false })
    }

    async fn notes(&self, id: &ConversationId) -> Result<Vec<Note>> {
        let rows = sqlx::query("select * from notes where conversation = ? order by number")
            .bind(id.as_str())
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(note).collect()
    }

    async fn card(&self, id: &ConversationId, reader: Option<&AgentId>) -> Result<Option<Card>> {
        let mut tx = self.readers.begin().await?;
        let record = match rows::load(&mut tx, id).await {
            Ok(record) => record,
            Err(StoreError::NotFound(_)) => return Ok(None),
            Err(error) => return Err(error),
        };
        card(&mut tx, record, reader).await.map(Some)
    }

    async fn board(&self, agent: &AgentId, shops: &[ShopId], closed_limit: usize) -> Result<Board> {
        let mut tx = self.readers.begin().await?;
        let waiting = listed(&mut tx, QUEUED, shops, Some(agent)).await?;
        let messages = listed(&mut tx, MESSAGES, shops, Some(agent)).await?;
        let held = listed(&mut tx, HELD, shops, Some(agent)).await?;
        let is_mine = |card: &Card| card.conversation.agent.as_ref().is_some_and(|held| held.id == *agent);
        let (mine, others) = held.into_iter().partition(is_mine);
        let mut ended = Vec::new();
        for shop in shops {
            // Shop by shop the index has them in order, and no more than are wanted are read.
            let of_shop = sqlx::query(CLOSED).bind(shop.as_str()).bind(rows::limit(closed_limit));
            ended.extend(of_shop.fetch_all(&mut *tx).await?);
        }
        let mut ended = ended
            .into_iter()
            .map(|row: SqliteRow| Ok((Reverse(row.try_get("closed_at")?), row.try_get("id")?, row)))
            .collect::<Result<Vec<(Reverse<i64>, String, SqliteRow)>>>()?;
        ended.sort_by(|one, other| (&one.0, &one.1).cmp(&(&other.0, &other.1)));
        let ended: Vec<SqliteRow> = ended.into_iter().take(closed_limit).map(|(.., row)| row).collect();
        let closed = cards(&mut tx, &ended, Some(agent)).await?;
        Ok(Board { waiting, messages, mine, others, closed })
    }

    async fn see_mentions(&self, agent: &AgentId, id: &ConversationId) -> Result<()> {
        sqlx::query("delete from mentions where agent = ? and conversation = ?")
            .bind(agent.as_str())
            .bind(id.as_str())
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn be_present(&self, agent: &AgentId, duty: Option<Duty>, at: Timestamp) -> Result<Duty> {
        let row = sqlx::query(
            "insert into presence (agent, status, seen_at) values (?1, coalesce(?2, 'away'), ?3)
             on conflict (agent) do update set status = coalesce(?2, status), seen_at = max(seen_at, ?3), left_at = null
             returning status",
        )
        .bind(agent.as_str())
        .bind(duty.map(Duty::name))
        .bind(nanos(at))
        .fetch_one(&self.writer)
        .await?;
        duty_of(&row).map(Option::unwrap_or_default)
    }

    async fn be_away(&self, agent: &AgentId) -> Result<()> {
        sqlx::query("update presence set status = 'away' where agent = ?")
            .bind(agent.as_str())
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn be_gone(&self, agent: &AgentId, at: Timestamp) -> Result<()> {
        sqlx::query("update presence set left_at = ? where agent = ?")
            .bind(nanos(at))
            .bind(agent.as_str())
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn on_duty(&self) -> Result<Vec<OnDuty>> {
        let rows = sqlx::query(
            "select agents.*, presence.status, iif(disabled_at is null, presence.seen_at, null) as seen_at,
                    presence.left_at, presence.given_at, presence.freed_at,
                    (select count(*) from conversations
                     where conversations.agent = agents.id and conversations.mode = 'agent') as load
             from agents left join presence on presence.agent = agents.id
             where agents.role <> 'editor' order by agents.folded",
        )
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(on_duty).collect()
    }

    async fn stints(&self, shops: &[ShopId], from: Timestamp, until: Timestamp) -> Result<Vec<StintOf>> {
        let rows = sqlx::query(
            "select * from stints
             where shop in (select value from json_each(?)) and queued_at >= ? and queued_at < ?
             order by queued_at, conversation, number",
        )
        .bind(wire::encode_list(shops))
        .bind(nanos(from))
        .bind(nanos(until))
        .fetch_all(&self.readers)
        .await?;
        let of = |row: &SqliteRow| {
            Ok(StintOf {
                conversation: rows::id(row, "conversation")?,
                shop: rows::id(row, "shop")?,
                stint: wire::decode(row.try_get("document")?)?,
            })
        };
        rows.iter().map(of).collect()
    }

    async fn missed(
        &self,
        shops: &[ShopId],
        from: Timestamp,
        until: Timestamp,
        signs: &Signs,
    ) -> Result<Vec<Missed>> {
        let rows = sqlx::query(MISSED)
            .bind(wire::encode_list(shops))
            .bind(nanos(from))
            .bind(nanos(until))
            .bind(i64::from(signs.rated_at_most))
            .bind(signs.asks)
            .bind(wire::encode_list(
                &signs.no_answer.iter().map(|&it| it.to_owned()).collect::<Vec<String>>(),
            ))
            .fetch_all(&self.readers)
            .await?;
        let of = |row: &SqliteRow| {
            Ok(Missed {
                conversation: rows::id(row, "id")?,
                touched_at: rows::at(row, "touched_at")?,
                rated_badly: row.try_get("rated_badly")?,
                asked: row.try_get("asked")?,
                unanswered: row.try_get("unanswered")?,
            })
        };
        rows.iter().map(of).collect()
    }

    async fn last_stints(&self, shop: &ShopId, limit: usize) -> Result<Vec<Stint>> {
        let rows = sqlx::query(
            "select document from stints
             where shop = ? and document ->> '$.ended' is not null and document ->> '$.taken_at' is not null
             order by queued_at desc, number desc limit ?",
        )
        .bind(shop.as_str())
        .bind(rows::limit(limit))
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(|row| Ok(wire::decode(row.try_get("document")?)?)).collect()
    }
}

/// Conversations that nobody was fetched for, with what shows that somebody should have been.
const MISSED: &str = "
    select * from (
        select id, touched_at,
               coalesce(rating_score <= ?4, 0) as rated_badly,
               exists (select 1 from messages
                       where conversation = conversations.id and author = 'bot'
                         and trace ->> '$.intent' = ?5) as asked,
               coalesce((select trace ->> '$.source' in (select value from json_each(?6)) from messages
                         where conversation = conversations.id and author = 'bot'
                         order by seq desc limit 1), 0) as unanswered
        from conversations
        where shop in (select value from json_each(?1)) and handed_at is null
          and touched_at >= ?2 and touched_at < ?3
    ) where rated_badly or asked or unanswered order by touched_at, id";

/// The lists of a desk, in the order they are read.
pub(super) const QUEUED: (&str, &str) = ("queue", "priority desc, waiting_since, id");
pub(super) const MESSAGES: (&str, &str) = ("message", "priority desc, waiting_since, id");
pub(super) const HELD: (&str, &str) = ("agent", "waiting_since, id");

/// Stores a change of hands with its notice, if there was one.
async fn keep(mut tx: Tx, record: &Record, staffed: Staffed) -> Result<Staffed> {
    if let Staffed::Done(notice) = &staffed {
        rows::add_message(&mut tx, &record.conversation.id, notice, None, None).await?;
        rows::save(&mut tx, record).await?;
        tx.commit().await?;
    }
    Ok(staffed)
}

fn note(row: &SqliteRow) -> Result<Note> {
    Ok(Note {
        number: rows::number(row, "number")?,
        agent: Staff { id: rows::id(row, "agent")?, name: row.try_get("agent_name")? },
        text: row.try_get("text")?,
        at: rows::at(row, "at")?,
    })
}

/// A list of any length of shops goes in as one JSON text. Mode and order are constants of this file. The modes of the
/// index are named as it names them, or it is not seen to fit.
pub(super) fn list_query(mode: &str, order: &str) -> String {
    format!(
        "select * from conversations
         where shop in (select value from json_each(?)) and mode = '{mode}'
           and mode in ('queue', 'message', 'agent') order by {order}"
    )
}

/// Conversations of a mode in an order, to one reader if they are theirs.
async fn listed(
    connection: &mut SqliteConnection,
    (mode, order): (&'static str, &'static str),
    shops: &[ShopId],
    reader: Option<&AgentId>,
) -> Result<Vec<Card>> {
    let rows = sqlx::query(sqlx::AssertSqlSafe(list_query(mode, order)))
        .bind(wire::encode_list(shops))
        .fetch_all(&mut *connection)
        .await?;
    cards(connection, &rows, reader).await
}

async fn cards(
    connection: &mut SqliteConnection,
    rows: &[SqliteRow],
    reader: Option<&AgentId>,
) -> Result<Vec<Card>> {
    let mut cards = Vec::with_capacity(rows.len());
    for row in rows {
        cards.push(card(connection, rows::record(row)?, reader).await?);
    }
    Ok(cards)
}

async fn card(connection: &mut SqliteConnection, record: Record, reader: Option<&AgentId>) -> Result<Card> {
    let id = record.conversation.id.clone();
    let last = sqlx::query("select * from messages where conversation = ? and seq = ?")
        .bind(id.as_str())
        .bind(signed(record.conversation.last_seq))
        .fetch_optional(&mut *connection)
        .await?;
    let counts = sqlx::query(
        "select (select count(*) from messages where conversation = ?1 and seq > ?2 and author = 'shopper') as unread,
                exists (select 1 from mentions where conversation = ?1 and agent = ?3) as mentioned",
    )
    .bind(id.as_str())
    .bind(signed(record.conversation.staff_read))
    .bind(reader.map(|reader| reader.as_str()))
    .fetch_one(&mut *connection)
    .await?;
    let last = last.as_ref().map(rows::message).transpose()?;
    Ok(record.card(last, rows::number(&counts, "unread")?, counts.try_get("mentioned")?))
}

fn duty_of(row: &SqliteRow) -> Result<Option<Duty>> {
    let name: Option<String> = row.try_get("status")?;
    name.map(|name| Duty::from_name(&name).ok_or_else(|| rows::corrupt("status"))).transpose()
}

fn on_duty(row: &SqliteRow) -> Result<OnDuty> {
    let role: String = row.try_get("role")?;
    Ok(OnDuty {
        agent: Staff { id: rows::id(row, "id")?, name: row.try_get("name")? },
        role: Role::from_name(&role).ok_or_else(|| rows::corrupt("role"))?,
        shops: wire::decode_list(row.try_get("shops")?)?,
        groups: wire::decode_list(row.try_get("groups")?)?,
        capacity: row.try_get("capacity")?,
        duty: duty_of(row)?.unwrap_or_default(),
        seen_at: rows::maybe_time(row, "seen_at")?,
        left_at: rows::maybe_time(row, "left_at")?,

        given_at: rows::maybe_time(row, "given_at")?,
        freed_at: rows::maybe_time(row, "freed_at")?,
        load: row.try_get("load")?,
    })
}
