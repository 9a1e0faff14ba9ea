//! What people know and do about a case, in memory.

use std::cmp::Reverse;

use async_trait::async_trait;

use super::{Kept, MemoryStore, Said, Tables};
use crate::{
    domain::{Author, ChangeOutcome, ConversationId, Message, ShopId, ShopperId},
    store::{
        Result,
        case::{
            AgentChange, AnsweredByPeople, CaseStore, Earlier, NewAgentChange, Notice, ProposalUse, TouchLog,
            Touched, words_of,
        },
    },
};

/// What the tables keep for cases.
#[derive(Debug, Default)]
pub(super) struct Cases {
    pub(super) changes: Vec<(ConversationId, String, AgentChange, jiff::Timestamp)>,
    pub(super) uses: Vec<ProposalUse>,
    /// Conversations in the order of their last change, with how much was said and noted in each when it was seen.
    pub(super) touched: Vec<(u64, ConversationId, (usize, usize))>,
    pub(super) last: u64,
    pub(super) last_gone: u64,
}

#[async_trait]
impl CaseStore for MemoryStore {
    async fn earlier_conversations(
        &self,
        shop: &ShopId,
        shopper: &ShopperId,
        but: &ConversationId,
        limit: usize,
    ) -> Result<Vec<Earlier>> {
        let tables = self.tables();
        let theirs = |kept: &&Kept| {
            let known = &kept.record.conversation;
            known.shop == *shop
                && known.owner.as_ref() == Some(shopper)
                && known.handed_at.is_some()
                && known.id != *but
        };
        let mut found: Vec<&Kept> = tables.conversations.values().filter(theirs).collect();
        found.sort_by_key(|kept| {
            (Reverse(kept.record.conversation.touched_at), kept.record.conversation.id.clone())
        });
        Ok(found.into_iter().take(limit).map(|kept| kept.record.clone().earlier()).collect())
    }

    async fn agent_change(&self, id: &ConversationId, client_id: &str) -> Result<Option<AgentChange>> {
        Ok(self.tables().agent_change(id, client_id).cloned())
    }

    async fn begin_agent_change(&self, id: &ConversationId, new: NewAgentChange) -> Result<AgentChange> {
        let mut tables = self.tables();
        tables.kept(id)?;
        if let Some(known) = tables.agent_change(id, &new.client_id) {
            return Ok(known.clone());
        }
        let NewAgentChange { client_id, agent, asked, change, outcome, at } = new;
        let change = AgentChange { agent, asked, change, outcome };
        tables.cases.changes.push((id.clone(), client_id, change.clone(), at));
        Ok(change)
    }

    async fn finish_agent_change(
        &self,
        id: &ConversationId,
        client_id: &str,
        outcome: ChangeOutcome,
    ) -> Result<()> {
        let mut tables = self.tables();
        let known = tables.cases.changes.iter_mut().find(|known| known.0 == *id && known.1 == client_id);
        if let Some((_, _, change, _)) = known {
            change.outcome.get_or_insert(outcome);
        }
        Ok(())
    }

    async fn tell(&self, id: &ConversationId, notice: Notice) -> Result<(Message, bool)> {
        let mut tables = self.tables();
        let kept = tables.kept_mut(id)?;
        if let Some(said) = kept.said(&Author::System, &notice.client_id) {
            return Ok((said.message.clone(), true));
        }
        let message = kept.record.tell(notice);
        kept.messages.push(Said { message: message.clone(), content: None, agent: None });
        Ok((message, false))
    }

    async fn touched_since(&self, after: u64, limit: usize) -> Result<Vec<Touched>> {
        let mut tables = self.tables();
        tables.see_touched();
        let later = tables.cases.touched.iter().filter(|(number, ..)| *number > after);
        later
            .take(limit)
            .map(|(number, id, _)| {
                let kept = tables.conversations.get(id);
                let conversation = kept.map(|kept| kept.record.conversation.clone());
                Ok(Touched { number: *number, id: id.clone(), conversation })
            })
            .collect()
    }

    async fn touch_log(&self) -> Result<TouchLog> {
        let mut tables = self.tables();
        tables.see_touched();
        Ok(TouchLog { id: "memory".to_owned(), last: tables.cases.last, last_gone: tables.cases.last_gone })
    }

    async fn record_proposal_use(&self, new: ProposalUse) -> Result<()> {
        let mut tables = self.tables();
        tables.kept(&new.conversation)?;
        let known = |used: &ProposalUse| used.conversation == new.conversation && used.seq == new.seq;
        if !tables.cases.uses.iter().any(known) {
            tables.cases.uses.push(new);
        }
        Ok(())
    }

    async fn proposal_uses(
        &self,
        shop: &ShopId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<(u64, ProposalUse)>> {
        let tables = self.tables();
        let numbered = (1_u64..).zip(&tables.cases.uses).filter(|(number, _)| *number > after);
        let of_shop = numbered.filter(|(_, used)| {
            tables
                .conversations
                .get(&used.conversation)
                .is_some_and(|kept| kept.record.conversation.shop == *shop)
        });
        Ok(of_shop.take(limit).map(|(number, used)| (number, used.clone())).collect())
    }

    async fn answered_by_people(
        &self,
        shop: &ShopId,
        after: Option<&AnsweredByPeople>,
        limit: usize,
    ) -> Result<Vec<AnsweredByPeople>> {
        let tables = self.tables();
        let of_shop = tables.conversations.values().filter(|kept| kept.record.conversation.shop == *shop);
        let mut found: Vec<AnsweredByPeople> = of_shop.flat_map(Kept::answered_by_people).collect();
        let place = |answer: &AnsweredByPeople| (answer.at, answer.conversation.clone(), answer.seq);
        found.sort_by_key(place);
        let after = after.map(place);
        found.retain(|answer| after.as_ref().is_none_or(|after| *after < place(answer)));
        found.truncate(limit);
        Ok(found)
    }
}

impl Kept {
    /// The first answer of a person to each of the shopper's last words.
    fn answered_by_people(&self) -> Vec<AnsweredByPeople> {
        let mut asked: Option<&Message> = None;
        let mut found = Vec::new();
        for Said { message, .. } in &self.messages {
            match message.from {
                Author::Shopper => asked = Some(message),
                Author::Agent { .. } => found.extend(asked.take().map(|question| AnsweredByPeople {
                    conversation: self.record.conversation.id.clone(),
                    seq: message.seq,
                    at: message.at,
                    question: words_of(&question.parts),
                    answer: words_of(&message.parts),
                })),
                _ => {}
            }
        }
        found
    }
}

impl Tables {
    fn agent_change(&self, id: &ConversationId, client_id: &str) -> Option<&AgentChange> {
        let known = self.cases.changes.iter().find(|known| known.0 == *id && known.1 == client_id);
        known.map(|(_, _, change, _)| change)
    }

    /// A conversation that is deleted has the next number, if it ever had one.
    pub(super) fn touch_gone(&mut self, id: &ConversationId) {
        let known = self.cases.touched.iter().any(|(_, touched, _)| touched == id);
        self.cases.touched.retain(|(_, touched, _)| touched != id);
        if known {
            self.cases.last += 1;
            self.cases.last_gone = self.cases.last;
            self.cases.touched.push((self.cases.last, id.clone(), (0, 0)));
        }
    }

    /// Gives the next numbers to what has changed since it was last looked at.
    pub(super) fn see_touched(&mut self) {
        let mut changed: Vec<(jiff::Timestamp, ConversationId, (usize, usize))> = self
            .conversations
            .values()
            .filter(|kept| kept.record.conversation.handed_at.is_some())
            .map(|kept| {
                let known = &kept.record.conversation;
                (known.touched_at, known.id.clone(), (kept.messages.len(), kept.notes.len()))
            })
            .filter(|(_, id, now)| {
                !self.cases.touched.iter().any(|(_, known, then)| known == id && then == now)
            })
            .collect();
        changed.sort();
        for (_, id, now) in changed {
            self.cases.touched.retain(|(_, known, _)| *known != id);
            self.cases.last += 1;
            self.cases.touched.push((self.cases.last, id, now));
        }
    }
}
