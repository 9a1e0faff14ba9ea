//! What people know and do about a case, in SQL.

use async_trait::async_trait;

use super::{
    Alone, SqlStore,
    rows::{self, limit, nanos, signed},
    statement::{Row, sql},
};
use crate::{
    domain::{ChangeOutcome, ConversationId, Message, Part, ShopId, ShopperId},
    store::{
        Result, Staff, StoreError,
        case::{
            AgentChange, AnsweredByPeople, CaseStore, Earlier, NewAgentChange, Notice, ProposalUse, TouchLog,
            Touched, words_of,
        },
    },
    wire,
};

#[async_trait]
impl CaseStore for SqlStore {
    async fn earlier_conversations(
        &self,
        shop: &ShopId,
        shopper: &ShopperId,
        but: &ConversationId,
        most: usize,
    ) -> Result<Vec<Earlier>> {
        let rows = sql("select * from conversations
             where shop = ? and owner = ? and handed_at is not null and id <> ?
             order by touched_at desc, id limit ?")
        .bind(shop.as_str())
        .bind(shopper.as_str())
        .bind(but.as_str())
        .bind(limit(most))
        .all(self)
        .await?;
        rows.iter().map(|row| Ok(rows::record(row)?.earlier())).collect()
    }

    async fn agent_change(&self, id: &ConversationId, client_id: &str) -> Result<Option<AgentChange>> {
        let row = sql("select * from agent_changes where conversation = ? and client_id = ?")
            .bind(id.as_str())
            .bind(client_id)
            .optional(self)
            .await?;
        row.as_ref().map(agent_change).transpose()
    }

    async fn begin_agent_change(&self, id: &ConversationId, new: NewAgentChange) -> Result<AgentChange> {
        let id = id.clone();
        self.alone(Alone::Conversation(&id).key(), move |tx| {
let (id, new) = (&id, new.clone());
        rows::load(tx, id)?;
        sql(
            "insert into agent_changes (conversation, client_id, agent, agent_name, asked, change, outcome, at)
             values (?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing",
        )
        .bind(id.as_str())
        .bind(&new.client_id)
        .bind(new.agent.id.as_str())
        .bind(&new.agent.name)
        .bind(&new.asked)
        .bind(new.change.as_ref().map(wire::encode))
        .bind(new.outcome.as_ref().map(wire::encode))
        .bind(nanos(new.at))
        .execute(tx)?;
        let row = sql("select * from agent_changes where conversation = ? and client_id = ?")
            .bind(id.as_str())
            .bind(&new.client_id)
            .fetch_one(tx)?;
        agent_change(&row)
}).await
    }

    async fn finish_agent_change(
        &self,
        id: &ConversationId,
        client_id: &str,
        outcome: ChangeOutcome,
    ) -> Result<()> {
        sql(
            "update agent_changes set outcome = ? where conversation = ? and client_id = ? and outcome is null",
        )
        .bind(wire::encode(&outcome))
        .bind(id.as_str())
        .bind(client_id)
        .run_alone(self, Alone::Conversation(id).key()).await?;
        Ok(())
    }

    async fn tell(&self, id: &ConversationId, notice: Notice) -> Result<(Message, bool)> {
        let id = id.clone();
        self.alone(Alone::Conversation(&id).key(), move |tx| {
            let (id, notice) = (&id, notice.clone());
            let mut loaded = rows::load(tx, id)?;
            let known =
                sql("select * from messages where conversation = ? and author = 'system' and client_id = ?")
                    .bind(id.as_str())
                    .bind(&notice.client_id)
                    .fetch_optional(tx)?;
            if let Some(row) = known {
                return Ok((rows::message(&row)?, true));
            }
            let message = loaded.record.tell(notice);
            rows::add_message(tx, id, &message, None, None)?;
            loaded.save(tx)?;
            Ok((message, false))
        })
        .await
    }

    async fn touched_since(&self, after: u64, most: usize) -> Result<Vec<Touched>> {
        let rows =
            sql("select it.number as touched_number, it.conversation as touched_id, conversations.* from
                 (select * from
                     (select number, conversation from touched where number > ?1
                      union all select number, conversation from gone where number > ?1) as changed
                  order by number limit ?2) as it
             left join conversations on conversations.id = it.conversation order by it.number")
            .bind(signed(after))
            .bind(limit(most))
            .survey(self)
            .await?;
        let touched = |row: &Row| {
            let known = rows::maybe_id::<ConversationId>(row, "id")?;
            let conversation = known.map(|_| rows::record(row)).transpose()?;
            Ok(Touched {
                number: rows::number(row, "touched_number")?,
                id: rows::id(row, "touched_id")?,
                conversation: conversation.map(|record| record.conversation),
            })
        };
        rows.iter().map(touched).collect()
    }

    async fn touch_log(&self) -> Result<TouchLog> {
        let row = sql("select id, (select coalesce(max(number), 0) from touched) as last,
                     (select coalesce(max(number), 0) from gone) as last_gone from touched_of limit 1")
        .one(self)
        .await?;
        let last_gone = rows::number(&row, "last_gone")?;
        Ok(TouchLog { id: row.get("id")?, last: rows::number(&row, "last")?.max(last_gone), last_gone })
    }

    async fn record_proposal_use(&self, new: ProposalUse) -> Result<()> {
        self.alone(Alone::Conversation(&new.conversation).key(), move |tx| {
            let new = new.clone();
            rows::load(tx, &new.conversation)?;
            sql("insert into proposal_uses (conversation, seq, source, proposed, said, at)
             values (?, ?, ?, ?, ?, ?) on conflict do nothing")
            .bind(new.conversation.as_str())
            .bind(signed(new.seq))
            .bind(&new.source)
            .bind(&new.proposed)
            .bind(&new.said)
            .bind(nanos(new.at))
            .execute(tx)?;
            Ok(())
        })
        .await
    }

    async fn proposal_uses(&self, shop: &ShopId, after: u64, most: usize) -> Result<Vec<(u64, ProposalUse)>> {
        let rows = sql("select proposal_uses.* from proposal_uses
             join conversations on conversations.id = proposal_uses.conversation
             where shop = ? and number > ? order by number limit ?")
        .bind(shop.as_str())
        .bind(signed(after))
        .bind(limit(most))
        .survey(self)
        .await?;
        let used = |row: &Row| {
            let used = ProposalUse {
                conversation: rows::id(row, "conversation")?,
                seq: rows::number(row, "seq")?,
                source: row.get("source")?,
                proposed: row.get("proposed")?,
                said: row.get("said")?,
                at: rows::at(row, "at")?,
            };
            Ok((rows::number(row, "number")?, used))
        };
        rows.iter().map(used).collect()
    }

    async fn answered_by_people(
        &self,
        shop: &ShopId,
        after: Option<&AnsweredByPeople>,
        most: usize,
    ) -> Result<Vec<AnsweredByPeople>> {
        let rows = sql(
            "select said.conversation, said.seq, said.at, said.parts as said_parts, asked.parts as asked_parts
             from messages as said
             join conversations on conversations.id = said.conversation
             join messages as asked on asked.conversation = said.conversation and asked.seq =
                 (select max(seq) from messages
                  where conversation = said.conversation and seq < said.seq and author = 'shopper')
             where said.author = 'agent' and shop = ? and (said.at, said.conversation, said.seq) > (?, ?, ?)
               and not exists
                 (select 1 from messages
                  where conversation = said.conversation and seq > asked.seq and seq < said.seq
                    and author = 'agent')
             order by said.at, said.conversation, said.seq limit ?",
        )
        .bind(shop.as_str())
        .bind(after.map_or(i64::MIN, |answer| nanos(answer.at)))
        .bind(after.map_or("", |answer| answer.conversation.as_str()))
        .bind(after.map_or(0, |answer| signed(answer.seq)))
        .bind(limit(most))
        .survey(self).await?;
        let words = |row: &Row, column| -> Result<String> {
            Ok(words_of(&wire::decode_list::<Part>(row.get(column)?)?))
        };
        let answered = |row: &Row| {
            Ok(AnsweredByPeople {
                conversation: rows::id(row, "conversation")?,
                seq: rows::number(row, "seq")?,
                at: rows::at(row, "at")?,
                question: words(row, "asked_parts")?,
                answer: words(row, "said_parts")?,
            })
        };
        rows.iter().map(answered).collect()
    }
}

pub(super) fn agent_change(row: &Row) -> Result<AgentChange> {
    let (change, outcome): (Option<&str>, Option<&str>) = (row.get("change")?, row.get("outcome")?);
    Ok::<_, StoreError>(AgentChange {
        agent: Staff { id: rows::id(row, "agent")?, name: row.get("agent_name")? },
        asked: row.get("asked")?,
        change: change.map(wire::decode).transpose()?,
        outcome: outcome.map(wire::decode).transpose()?,
    })
}
