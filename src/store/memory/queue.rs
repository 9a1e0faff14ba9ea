//! The queue and the people who work it off, in memory.

use std::cmp::Reverse;

use async_trait::async_trait;
use jiff::Timestamp;

use super::{Kept, MemoryStore, Said, Tables};
use crate::{
    domain::{AgentId, Author, ConversationId, Message, Mode, Part, ShopId},
    store::{
        AgentAppended, AgentMessage, Board, Card, Closing, NewNote, Note, Noted, QueuePlace, QueueStore,
        Result, Staffed, Take, Taken, rules::waits,
    },
};

#[async_trait]
impl QueueStore for MemoryStore {
    async fn waiting(&self, shops: &[ShopId]) -> Result<Vec<Card>> {
        Ok(self.tables().waiting(shops))
    }

    async fn queue_place(&self, id: &ConversationId) -> Result<Option<QueuePlace>> {
        let tables = self.tables();
        let place = |kept: &Kept| (kept.record.waiting_since, kept.record.conversation.id.clone());
        let queued = |kept: &&Kept| kept.record.conversation.mode == Mode::Queue;
        let Some(mine) = tables.conversations.get(id).filter(queued) else { return Ok(None) };
        let same_shop = |kept: &&Kept| kept.record.conversation.shop == mine.record.conversation.shop;
        let all = tables.conversations.values().filter(queued).filter(same_shop);
        let before = all.filter(|kept| place(kept) <= place(mine)).count();
        let since = mine.record.waiting_since.unwrap_or(mine.record.conversation.created_at);
        Ok(Some(QueuePlace { position: u32::try_from(before).unwrap_or(u32::MAX), since }))
    }

    async fn take(&self, take: Take) -> Result<Taken> {
        let mut tables = self.tables();
        let kept = tables.kept_mut(&take.conversation)?;
        let taken = kept.record.take(take);
        if let Taken::Yes(Some(notice)) = &taken {
            kept.keep(notice, None);
        }
        Ok(taken)
    }

    async fn append_agent(&self, id: &ConversationId, new: AgentMessage) -> Result<AgentAppended> {
        let mut tables = self.tables();
        let kept = tables.kept_mut(id)?;
        let author = Author::Agent { name: new.agent.name.clone() };
        if let Some(said) = kept.said(&author, &new.client_id) {
            let same = said.agent.as_ref() == Some(&new.agent.id) && said.message.parts == new.parts;
            return Ok(if same {
                AgentAppended::Stored { message: said.message.clone(), duplicate: true }
            } else {
                AgentAppended::IdReused
            });
        }
        if !kept.record.is_held_by(&new.agent.id) {
            return Ok(AgentAppended::NotHolder);
        }
        let agent = new.agent.id.clone();
        let message = kept.record.speak(new);
        kept.keep(&message, Some(agent));
        Ok(AgentAppended::Stored { message, duplicate: false })
    }

    async fn release(&self, closing: Closing) -> Result<Staffed> {
        let mut tables = self.tables();
        let kept = tables.kept_mut(&closing.conversation)?;
        let staffed = kept.record.release(closing);
        Ok(kept.keep_notice(staffed))
    }

    async fn close(&self, closing: Closing) -> Result<Staffed> {
        let mut tables = self.tables();
        let kept = tables.kept_mut(&closing.conversation)?;
        let staffed = kept.record.close(closing);
        Ok(kept.keep_notice(staffed))
    }

    async fn leave_queue(&self, id: &ConversationId, notice: Vec<Part>, at: Timestamp) -> Result<Staffed> {
        let mut tables = self.tables();
        let kept = tables.kept_mut(id)?;
        let staffed = kept.record.leave_queue(notice, at);
        Ok(kept.keep_notice(staffed))
    }

    async fn note(&self, id: &ConversationId, new: NewNote) -> Result<Noted> {
        let mut tables = self.tables();
        let kept = tables.kept_mut(id)?;
        if let Some((_, note)) = kept.notes.iter().find(|(client_id, _)| *client_id == new.client_id) {
            let same = note.agent.id == new.agent.id && note.text == new.text;
            return Ok(if same {
                Noted::Stored { note: note.clone(), duplicate: true }
            } else {
                Noted::IdReused
            });
        }
        let number = kept.notes.last().map_or(1, |(_, note)| note.number + 1);
        let note = Note { number, agent: new.agent, text: new.text, at: new.at };
        kept.notes.push((new.client_id, note.clone()));
        Ok(Noted::Stored { note, duplicate: false })
    }

    async fn notes(&self, id: &ConversationId) -> Result<Vec<Note>> {
        let tables = self.tables();
        let kept = tables.conversations.get(id);
        Ok(kept.map_or_else(Vec::new, |kept| kept.notes.iter().map(|(_, note)| note.clone()).collect()))
    }

    async fn card(&self, id: &ConversationId) -> Result<Option<Card>> {
        Ok(self.tables().conversations.get(id).map(Kept::card))
    }

    async fn board(&self, agent: &AgentId, shops: &[ShopId], closed_limit: usize) -> Result<Board> {
        let tables = self.tables();
        let theirs = |mode: Mode| -> Vec<&Kept> {
            let all = tables.conversations.values();
            let held = all.filter(|kept| {
                let conversation = &kept.record.conversation;
                conversation.mode == mode && conversation.agent.as_ref().is_some_and(|held| held.id == *agent)
            });
            held.collect()
        };
        let mut mine = theirs(Mode::Agent);
        mine.sort_by_key(|kept| (kept.record.waiting_since, kept.record.conversation.id.clone()));
        let mut closed = theirs(Mode::Closed);
        closed.sort_by_key(|kept| (Reverse(kept.record.closed_at), kept.record.conversation.id.clone()));
        Ok(Board {
            waiting: tables.waiting(shops),
            mine: mine.into_iter().map(Kept::card).collect(),
            closed: closed.into_iter().take(closed_limit).map(Kept::card).collect(),
        })
    }
}

impl Kept {
    fn keep(&mut self, message: &Message, agent: Option<AgentId>) {
        self.messages.push(Said { message: message.clone(), content: None, agent });
    }

    fn keep_notice(&mut self, staffed: Staffed) -> Staffed {
        if let Staffed::Done(notice) = &staffed {
            self.keep(notice, None);
        }
        staffed
    }

    fn card(&self) -> Card {
        let read = self.record.conversation.staff_read;
        let unread = self.messages.iter().filter(|said| said.message.from == Author::Shopper);
        let unread = unread.filter(|said| said.message.seq > read).count();
        let last = self.messages.last().map(|said| said.message.clone());
        self.record.clone().card(last, u64::try_from(unread).unwrap_or(u64::MAX))
    }
}

impl Tables {
    fn waiting(&self, shops: &[ShopId]) -> Vec<Card> {
        let all = self.conversations.values();
        let mut found: Vec<&Kept> = all
            .filter(|kept| {
                let conversation = &kept.record.conversation;
                waits(conversation.mode) && shops.contains(&conversation.shop)
            })
            .collect();
        found.sort_by_key(|kept| (kept.record.waiting_since, kept.record.conversation.id.clone()));
        found.into_iter().map(Kept::card).collect()
    }
}
