//! The queue and the people who work it off, in SQLite.

use async_trait::async_trait;
use jiff::Timestamp;
use sqlx::{Row as _, Sqlite, SqliteConnection, Transaction, sqlite::SqliteRow};

use super::{
    SqliteStore,
    rows::{self, nanos, signed},
};
use crate::{
    domain::{AgentId, ConversationId, Part, ShopId},
    store::{
        AgentAppended, AgentMessage, Board, Card, Closing, NewNote, Note, Noted, QueuePlace, QueueStore,
        Result, Staff, Staffed, StoreError, Take, Taken, rules::Record,
    },
    wire,
};

type Tx = Transaction<'static, Sqlite>;

#[async_trait]
impl QueueStore for SqliteStore {
    async fn waiting(&self, shops: &[ShopId]) -> Result<Vec<Card>> {
        let mut reader = self.readers.acquire().await?;
        waiting(&mut reader, shops).await
    }

    async fn queue_place(&self, id: &ConversationId) -> Result<Option<QueuePlace>> {
        let row = sqlx::query(
            "select mine.waiting_since as since,
                    (select count(*) from conversations as other
                     where other.shop = mine.shop and other.mode = 'queue'
                       and (other.waiting_since, other.id) <= (mine.waiting_since, mine.id)) as position
             from conversations as mine where mine.id = ? and mine.mode = 'queue'",
        )
        .bind(id.as_str())
        .fetch_optional(&self.readers)
        .await?;
        row.map(|row| Ok(QueuePlace { position: row.try_get("position")?, since: rows::at(&row, "since")? }))
            .transpose()
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

    async fn release(&self, closing: Closing) -> Result<Staffed> {
        let mut tx = self.begin().await?;
        let mut record = rows::load(&mut tx, &closing.conversation).await?;
        let staffed = record.release(closing);
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
        tx.commit().await?;
        Ok(Noted::Stored { note: note(&row)?, duplicate: false })
    }

    async fn notes(&self, id: &ConversationId) -> Result<Vec<Note>> {
        let rows = sqlx::query("select * from notes where conversation = ? order by number")
            .bind(id.as_str())
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(note).collect()
    }

    async fn card(&self, id: &ConversationId) -> Result<Option<Card>> {
        let mut tx = self.readers.begin().await?;
        let record = match rows::load(&mut tx, id).await {
            Ok(record) => record,
            Err(StoreError::NotFound(_)) => return Ok(None),
            Err(error) => return Err(error),
        };
        card(&mut tx, record).await.map(Some)
    }

    async fn board(&self, agent: &AgentId, shops: &[ShopId], closed_limit: usize) -> Result<Board> {
        let mut tx = self.readers.begin().await?;
        let waiting = waiting(&mut tx, shops).await?;
        let held = sqlx::query(
            "select * from conversations where agent = ? and mode = 'agent' order by waiting_since, id",
        )
        .bind(agent.as_str())
        .fetch_all(&mut *tx)
        .await?;
        let mine = cards(&mut tx, &held).await?;
        let ended = sqlx::query(
            "select * from conversations where agent = ? and mode = 'closed' order by closed_at desc, id limit ?",
        )
        .bind(agent.as_str())
        .bind(rows::limit(closed_limit))
        .fetch_all(&mut *tx)
        .await?;
        Ok(Board { waiting, mine, closed: cards(&mut tx, &ended).await? })
    }
}

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

async fn waiting(connection: &mut SqliteConnection, shops: &[ShopId]) -> Result<Vec<Card>> {
    // A list of any length goes in as one JSON text.
    let rows = sqlx::query(
        "select * from conversations
         where shop in (select value from json_each(?)) and mode in ('queue', 'message')
         order by waiting_since, id",
    )
    .bind(wire::encode_list(shops))
    .fetch_all(&mut *connection)
    .await?;
    cards(connection, &rows).await
}

async fn cards(connection: &mut SqliteConnection, rows: &[SqliteRow]) -> Result<Vec<Card>> {
    let mut cards = Vec::with_capacity(rows.len());
    for row in rows {
        cards.push(card(connection, rows::record(row)?).await?);
    }
    Ok(cards)
}

async fn card(connection: &mut SqliteConnection, record: Record) -> Result<Card> {
    let id = record.conversation.id.clone();
    let last = sqlx::query("select * from messages where conversation = ? and seq = ?")
        .bind(id.as_str())
        .bind(signed(record.conversation.last_seq))
        .fetch_optional(&mut *connection)
        .await?;
    let unread = sqlx::query(
        "select count(*) as unread from messages where conversation = ? and seq > ? and author = 'shopper'",
    )
    .bind(id.as_str())
    .bind(signed(record.conversation.staff_read))
    .fetch_one(&mut *connection)
    .await?;
    let last = last.as_ref().map(rows::message).transpose()?;
    Ok(record.card(last, rows::number(&unread, "unread")?))
}
