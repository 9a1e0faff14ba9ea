//! The queue and the people who work it off, in SQL.

use std::cmp::Reverse;

use async_trait::async_trait;
use jiff::Timestamp;

use super::{
    Alone, Connection, SqlStore,
    rows::{self, Loaded, nanos, signed},
    statement::{Row, sql},
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
              and other.mode in ('queue', 'message', 'agent')
              and (-other.priority, other.waiting_since, other.id)
                  <= (-mine.priority, mine.waiting_since, mine.id)) as position
    from conversations as mine where mine.id = ? and mine.mode = 'queue'";

/// The last that people had and closed, of one shop.
pub(super) const CLOSED: &str = "
    select * from conversations
    where shop = ? and mode = 'closed' and handed_at is not null
    order by closed_at desc, id limit ?";

#[async_trait]
impl QueueStore for SqlStore {
    async fn waiting(&self, shops: &[ShopId]) -> Result<Vec<Card>> {
        let shops = shops.to_vec();
        self.survey(move |tx| {
            let shops = &shops;
            let mut waiting = listed(tx, QUEUED, shops, None)?;
            waiting.extend(listed(tx, MESSAGES, shops, None)?);
            Ok(waiting)
        })
        .await
    }

    async fn held(&self, shops: &[ShopId]) -> Result<Vec<Card>> {
        let shops = shops.to_vec();
        self.survey(move |tx| {
            let shops = &shops;
            listed(tx, HELD, shops, None)
        })
        .await
    }

    async fn queue_place(&self, id: &ConversationId) -> Result<Option<QueuePlace>> {
        let row = sql(PLACE).bind(id.as_str()).optional(self).await?;
        let place = |row: Row| {
            Ok(QueuePlace {
                position: row.get("position")?,
                since: rows::at(&row, "since")?,
                group: row.get("grp")?,
            })
        };
        row.map(place).transpose()
    }

    async fn take(&self, take: Take) -> Result<Taken> {
        self.alone(Alone::Conversation(&take.conversation).key(), move |tx| {
            let take = take.clone();
            let mut loaded = rows::load(tx, &take.conversation)?;
            let taken = loaded.record.take(take);
            if let Taken::Yes(Some(notice)) = &taken {
                rows::add_message(tx, &loaded.record.conversation.id, notice, None, None)?;
                loaded.save(tx)?;
            }
            Ok(taken)
        })
        .await
    }

    async fn append_agent(&self, id: &ConversationId, new: AgentMessage) -> Result<AgentAppended> {
        let id = id.clone();
        self.alone(Alone::Conversation(&id).key(), move |tx| {
            let (id, new) = (&id, new.clone());
            let mut loaded = rows::load(tx, id)?;
            let known =
                sql("select * from messages where conversation = ? and author = 'agent' and client_id = ?")
                    .bind(id.as_str())
                    .bind(&new.client_id)
                    .fetch_optional(tx)?;
            if let Some(row) = known {
                let message = rows::message(&row)?;
                let same = rows::id::<AgentId>(&row, "agent")? == new.agent.id && message.parts == new.parts;
                return Ok(if same {
                    AgentAppended::Stored { message, duplicate: true }
                } else {
                    AgentAppended::IdReused
                });
            }
            if !loaded.record.is_held_by(&new.agent.id) {
                return Ok(AgentAppended::NotHolder);
            }
            let agent = new.agent.clone();
            let message = loaded.record.speak(new);
            rows::add_message(tx, id, &message, None, Some(&agent))?;
            loaded.save(tx)?;
            Ok(AgentAppended::Stored { message, duplicate: false })
        })
        .await
    }

    async fn hand_on(&self, onward: Onward) -> Result<Staffed> {
        self.alone(Alone::Conversation(&onward.conversation).key(), move |tx| {
            let onward = onward.clone();
            let mut loaded = rows::load(tx, &onward.conversation)?;
            let staffed = loaded.record.hand_on(onward);
            keep(tx, &loaded, staffed)
        })
        .await
    }

    async fn release(&self, closing: Closing) -> Result<Staffed> {
        self.alone(Alone::Conversation(&closing.conversation).key(), move |tx| {
            let closing = closing.clone();
            let mut loaded = rows::load(tx, &closing.conversation)?;
            let topic = closing.topic.clone();
            let staffed = loaded.record.release(closing);
            if let (Some(topic), Staffed::Done(_)) = (topic, &staffed) {
                let id = &loaded.record.conversation.id;
                let row = sql("select state from conversations where id = ?").bind(id.as_str());
                let json: String = row.fetch_one(tx)?.get("state")?;
                let state = DialogueState { topic: Some(topic), ..wire::decode(&json)? };
                sql("update conversations set state = ? where id = ?")
                    .bind(wire::encode(&state))
                    .bind(id.as_str())
                    .execute(tx)?;
            }
            keep(tx, &loaded, staffed)
        })
        .await
    }

    async fn close(&self, closing: Closing) -> Result<Staffed> {
        self.alone(Alone::Conversation(&closing.conversation).key(), move |tx| {
            let closing = closing.clone();
            let mut loaded = rows::load(tx, &closing.conversation)?;
            let staffed = loaded.record.close(closing);
            keep(tx, &loaded, staffed)
        })
        .await
    }

    async fn leave_queue(&self, id: &ConversationId, notice: Vec<Part>, at: Timestamp) -> Result<Staffed> {
        let id = id.clone();
        self.alone(Alone::Conversation(&id).key(), move |tx| {
            let (id, notice) = (&id, notice.clone());
            let mut loaded = rows::load(tx, id)?;
            let staffed = loaded.record.leave_queue(notice, at);
            keep(tx, &loaded, staffed)
        })
        .await
    }

    async fn tag(&self, id: &ConversationId, tags: Vec<String>) -> Result<()> {
        let done = sql("update conversations set tags = ? where id = ?")
            .bind(wire::encode_list(&tags))
            .bind(id.as_str())
            .run_alone(self, Alone::Conversation(id).key())
            .await?;
        if done == 1 { Ok(()) } else { Err(StoreError::NotFound("conversation")) }
    }

    async fn note(&self, id: &ConversationId, new: NewNote) -> Result<Noted> {
        let id = id.clone();
        self.alone(Alone::Conversation(&id).key(), move |tx| {
let (id, new) = (&id, new.clone());
        rows::load(tx, id)?;
        let known = sql("select * from notes where conversation = ? and client_id = ?")
            .bind(id.as_str())
            .bind(&new.client_id)
            .fetch_optional(tx)?;
        if let Some(row) = known {
            let note = note(&row)?;
            let same = note.agent.id == new.agent.id && note.text == new.text;
            return Ok(if same { Noted::Stored { note, duplicate: true } } else { Noted::IdReused });
        }
        let row = sql(
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
        .fetch_one(tx)?;
        let note = note(&row)?;
        for agent in &new.mentions {
            sql("insert into mentions (agent, conversation, number) values (?, ?, ?) on conflict do nothing")
                .bind(agent.as_str())
                .bind(id.as_str())
                .bind(signed(note.number))
                .execute(tx)?;
        }
        Ok(Noted::Stored { note, duplicate: false })
}).await
    }

    async fn notes(&self, id: &ConversationId) -> Result<Vec<Note>> {
        let rows = sql("select * from notes where conversation = ? order by number")
            .bind(id.as_str())
            .all(self)
            .await?;
        rows.iter().map(note).collect()
    }

    async fn card(&self, id: &ConversationId, reader: Option<&AgentId>) -> Result<Option<Card>> {
        let (id, reader) = (id.clone(), reader.cloned());
        self.read(move |tx| {
            let (id, reader) = (&id, reader.as_ref());
            let record = match rows::load(tx, id) {
                Ok(loaded) => loaded.record,
                Err(StoreError::NotFound(_)) => return Ok(None),
                Err(error) => return Err(error),
            };
            card(tx, record, reader).map(Some)
        })
        .await
    }

    async fn board(&self, agent: &AgentId, shops: &[ShopId], closed_limit: usize) -> Result<Board> {
        let (agent, shops) = (agent.clone(), shops.to_vec());
        self.survey(move |tx| {
            let (agent, shops) = (&agent, &shops);
            let waiting = listed(tx, QUEUED, shops, Some(agent))?;
            let messages = listed(tx, MESSAGES, shops, Some(agent))?;
            let held = listed(tx, HELD, shops, Some(agent))?;
            let is_mine =
                |card: &Card| card.conversation.agent.as_ref().is_some_and(|held| held.id == *agent);
            let (mine, others) = held.into_iter().partition(is_mine);
            let mut ended = Vec::new();
            for shop in shops {
                // Shop by shop the index has them in order, and no more than are wanted are read.
                let of_shop = sql(CLOSED).bind(shop.as_str()).bind(rows::limit(closed_limit));
                ended.extend(of_shop.fetch_all(tx)?);
            }
            let mut ended = ended
                .into_iter()
                .map(|row: Row| Ok((Reverse(row.get("closed_at")?), row.get("id")?, row)))
                .collect::<Result<Vec<(Reverse<i64>, String, Row)>>>()?;
            ended.sort_by(|one, other| (&one.0, &one.1).cmp(&(&other.0, &other.1)));
            let ended: Vec<Row> = ended.into_iter().take(closed_limit).map(|(.., row)| row).collect();
            let closed = cards(tx, &ended, Some(agent))?;
            Ok(Board { waiting, messages, mine, others, closed })
        })
        .await
    }

    async fn see_mentions(&self, agent: &AgentId, id: &ConversationId) -> Result<()> {
        sql("delete from mentions where agent = ? and conversation = ?")
            .bind(agent.as_str())
            .bind(id.as_str())
            .run(self)
            .await?;
        Ok(())
    }

    async fn be_present(&self, agent: &AgentId, duty: Option<Duty>, at: Timestamp) -> Result<Duty> {
        let seen = sql("insert into presence (agent, status, seen_at) values (?1, coalesce(?2, 'away'), ?3)
             on conflict (agent) do update set
                 status = coalesce(?2, presence.status),
                 seen_at = case when presence.seen_at > ?3 then presence.seen_at else ?3 end,
                 left_at = null
             returning status");
        let seen = seen.bind(agent.as_str()).bind(duty.map(Duty::name)).bind(nanos(at));
        let row = self.write(move |tx| seen.clone().fetch_one(tx)).await?;
        duty_of(&row).map(Option::unwrap_or_default)
    }

    async fn be_away(&self, agent: &AgentId) -> Result<()> {
        sql("update presence set status = 'away' where agent = ?").bind(agent.as_str()).run(self).await?;
        Ok(())
    }

    async fn be_gone(&self, agent: &AgentId, at: Timestamp) -> Result<()> {
        sql("update presence set left_at = ? where agent = ?")
            .bind(nanos(at))
            .bind(agent.as_str())
            .run(self)
            .await?;
        Ok(())
    }

    async fn on_duty(&self) -> Result<Vec<OnDuty>> {
        let rows = sql(
            "select agents.*, presence.status, case when disabled_at is null then presence.seen_at end as seen_at,
                    presence.left_at, presence.given_at, presence.freed_at,
                    (select count(*) from conversations
                     where conversations.agent = agents.id and conversations.mode = 'agent') as load
             from agents left join presence on presence.agent = agents.id
             where agents.role <> 'editor' order by agents.folded",
        )
        .survey(self).await?;
        rows.iter().map(on_duty).collect()
    }

    async fn stints(&self, shops: &[ShopId], from: Timestamp, until: Timestamp) -> Result<Vec<StintOf>> {
        let rows = sql("select * from stints
             where shop in (select value from json_each(?)) and queued_at >= ? and queued_at < ?
             order by queued_at, conversation, number")
        .bind(wire::encode_list(shops))
        .bind(nanos(from))
        .bind(nanos(until))
        .survey(self)
        .await?;
        let of = |row: &Row| {
            Ok(StintOf {
                conversation: rows::id(row, "conversation")?,
                shop: rows::id(row, "shop")?,
                stint: wire::decode(row.get("document")?)?,
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
        let rows = sql(MISSED)
            .bind(wire::encode_list(shops))
            .bind(nanos(from))
            .bind(nanos(until))
            .bind(i64::from(signs.rated_at_most))
            .bind(signs.asks)
            .bind(wire::encode_list(
                &signs.no_answer.iter().map(|&it| it.to_owned()).collect::<Vec<String>>(),
            ))
            .survey(self)
            .await?;
        let of = |row: &Row| {
            Ok(Missed {
                conversation: rows::id(row, "id")?,
                touched_at: rows::at(row, "touched_at")?,
                rated_badly: row.get("rated_badly")?,
                asked: row.get("asked")?,
                unanswered: row.get("unanswered")?,
            })
        };
        rows.iter().map(of).collect()
    }

    async fn last_stints(&self, shop: &ShopId, limit: usize) -> Result<Vec<Stint>> {
        let rows = sql("select document from stints
             where shop = ? and document ->> '$.ended' is not null and document ->> '$.taken_at' is not null
             order by queued_at desc, number desc limit ?")
        .bind(shop.as_str())
        .bind(rows::limit(limit))
        .survey(self)
        .await?;
        rows.iter().map(|row| Ok(wire::decode(row.get("document")?)?)).collect()
    }
}

/// Conversations that nobody was fetched for, with what shows that somebody should have been.
const MISSED: &str = "
    select * from (
        select id, touched_at,
               coalesce(rating_score <= ?4, false) as rated_badly,
               exists (select 1 from messages
                       where conversation = conversations.id and author = 'bot'
                         and trace ->> '$.intent' = ?5) as asked,
               coalesce((select trace ->> '$.source' in (select value from json_each(?6)) from messages
                         where conversation = conversations.id and author = 'bot'
                         order by seq desc limit 1), false) as unanswered
        from conversations
        where shop in (select value from json_each(?1)) and handed_at is null
          and touched_at >= ?2 and touched_at < ?3
    ) as signs where rated_badly or asked or unanswered order by touched_at, id";

/// The lists of a desk, in the order they are read.
pub(super) const QUEUED: (&str, &str) = ("queue", "priority desc, waiting_since, id");
pub(super) const MESSAGES: (&str, &str) = ("message", "priority desc, waiting_since, id");
pub(super) const HELD: (&str, &str) = ("agent", "waiting_since, id");

/// Stores a change of hands with its notice, if there was one.
fn keep(tx: &mut Connection, loaded: &Loaded, staffed: Staffed) -> Result<Staffed> {
    if let Staffed::Done(notice) = &staffed {
        rows::add_message(tx, &loaded.record.conversation.id, notice, None, None)?;
        loaded.save(tx)?;
    }
    Ok(staffed)
}

fn note(row: &Row) -> Result<Note> {
    Ok(Note {
        number: rows::number(row, "number")?,
        agent: Staff { id: rows::id(row, "agent")?, name: row.get("agent_name")? },
        text: row.get("text")?,
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
fn listed(
    tx: &mut Connection,
    (mode, order): (&'static str, &'static str),
    shops: &[ShopId],
    reader: Option<&AgentId>,
) -> Result<Vec<Card>> {
    let rows = sql(list_query(mode, order)).bind(wire::encode_list(shops)).fetch_all(tx)?;
    cards(tx, &rows, reader)
}

fn cards(tx: &mut Connection, rows: &[Row], reader: Option<&AgentId>) -> Result<Vec<Card>> {
    let mut cards = Vec::with_capacity(rows.len());
    for row in rows {
        cards.push(card(tx, rows::record(row)?, reader)?);
    }
    Ok(cards)
}

fn card(tx: &mut Connection, record: Record, reader: Option<&AgentId>) -> Result<Card> {
    let id = record.conversation.id.clone();
    let last = sql("select * from messages where conversation = ? and seq = ?")
        .bind(id.as_str())
        .bind(signed(record.conversation.last_seq))
        .fetch_optional(tx)?;
    let counts = sql(
        "select (select count(*) from messages where conversation = ?1 and seq > ?2 and author = 'shopper') as unread,
                exists (select 1 from mentions where conversation = ?1 and agent = ?3) as mentioned",
    )
    .bind(id.as_str())
    .bind(signed(record.conversation.staff_read))
    .bind(reader.map(|reader| reader.as_str()))
    .fetch_one(tx)?;
    let last = last.as_ref().map(rows::message).transpose()?;
    Ok(record.card(last, rows::number(&counts, "unread")?, counts.get("mentioned")?))
}

fn duty_of(row: &Row) -> Result<Option<Duty>> {
    let name: Option<String> = row.get("status")?;
    name.map(|name| Duty::from_name(&name).ok_or_else(|| rows::corrupt("status"))).transpose()
}

fn on_duty(row: &Row) -> Result<OnDuty> {
    let role: String = row.get("role")?;
    Ok(OnDuty {
        agent: Staff { id: rows::id(row, "id")?, name: row.get("name")? },
        role: Role::from_name(&role).ok_or_else(|| rows::corrupt("role"))?,
        shops: wire::decode_list(row.get("shops")?)?,
        groups: wire::decode_list(row.get("groups")?)?,
        capacity: row.get("capacity")?,
        duty: duty_of(row)?.unwrap_or_default(),
        seen_at: rows::maybe_time(row, "seen_at")?,
        left_at: rows::maybe_time(row, "left_at")?,

        given_at: rows::maybe_time(row, "given_at")?,
        freed_at: rows::maybe_time(row, "freed_at")?,
        load: row.get("load")?,
    })
}
