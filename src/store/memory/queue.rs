//! The queue and the people who work it off, in memory.

use std::{cmp::Reverse, collections::BTreeMap};

use async_trait::async_trait;
use jiff::Timestamp;

use super::{Kept, MemoryStore, Presence, Said, Tables};
use crate::{
    domain::{AgentId, Author, ConversationId, Message, Mode, Part, ShopId},
    store::{
        AgentAppended, AgentMessage, Board, Card, Closing, Duty, Missed, NewNote, Note, Noted, OnDuty,
        Onward, QueuePlace, QueueStore, Result, Role, Signs, Staff, Staffed, Stint, StintOf, Take, Taken,
        rules::folded,
    },
};

#[async_trait]
impl QueueStore for MemoryStore {
    async fn waiting(&self, shops: &[ShopId]) -> Result<Vec<Card>> {
        Ok(self.tables().waiting(shops))
    }

    async fn held(&self, shops: &[ShopId]) -> Result<Vec<Card>> {
        let tables = self.tables();
        Ok(tables.by_age(shops, Mode::Agent).into_iter().map(|kept| tables.card(kept, None)).collect())
    }

    async fn queue_place(&self, id: &ConversationId) -> Result<Option<QueuePlace>> {
        let tables = self.tables();
        let queued = |kept: &&Kept| kept.record.conversation.mode == Mode::Queue;
        let Some(mine) = tables.conversations.get(id).filter(queued) else { return Ok(None) };
        let group = |kept: &Kept| kept.record.stint.as_ref().map_or("", |stint| &stint.group).to_owned();
        let beside = |kept: &&Kept| {
            kept.record.conversation.shop == mine.record.conversation.shop && group(kept) == group(mine)
        };
        let all = tables.conversations.values().filter(queued).filter(beside);
        let before = all.filter(|kept| kept.turn() <= mine.turn()).count();
        let since = mine.record.waiting_since.unwrap_or(mine.record.conversation.created_at);
        let position = u32::try_from(before).unwrap_or(u32::MAX);
        Ok(Some(QueuePlace { position, since, group: group(mine) }))
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

    async fn hand_on(&self, onward: Onward) -> Result<Staffed> {
        let mut tables = self.tables();
        let kept = tables.kept_mut(&onward.conversation)?;
        let staffed = kept.record.hand_on(onward);
        Ok(kept.keep_notice(staffed))
    }

    async fn release(&self, closing: Closing) -> Result<Staffed> {
        let mut tables = self.tables();
        let kept = tables.kept_mut(&closing.conversation)?;
        let topic = closing.topic.clone();
        let staffed = kept.record.release(closing);
        if matches!(staffed, Staffed::Done(_)) && topic.is_some() {
            kept.state.topic = topic;
        }
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

    async fn tag(&self, id: &ConversationId, tags: Vec<String>) -> Result<()> {
        self.tables().kept_mut(id)?.record.conversation.tags = tags;
        Ok(())
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
        tables.mentions.extend(new.mentions.into_iter().map(|agent| (agent, id.clone(), number)));
        Ok(Noted::Stored { note, duplicate: false })
    }

    async fn notes(&self, id: &ConversationId) -> Result<Vec<Note>> {
        let tables = self.tables();
        let kept = tables.conversations.get(id);
        Ok(kept.map_or_else(Vec::new, |kept| kept.notes.iter().map(|(_, note)| note.clone()).collect()))
    }

    async fn card(&self, id: &ConversationId, reader: Option<&AgentId>) -> Result<Option<Card>> {
        let tables = self.tables();
        Ok(tables.conversations.get(id).map(|kept| tables.card(kept, reader)))
    }

    async fn board(&self, agent: &AgentId, shops: &[ShopId], closed_limit: usize) -> Result<Board> {
        let tables = self.tables();
        let card = |kept: &Kept| tables.card(kept, Some(agent));
        let cards = |mode| tables.by_age(shops, mode).into_iter().map(card);
        let is_mine = |card: &Card| card.conversation.agent.as_ref().is_some_and(|held| held.id == *agent);
        let (mine, others) = cards(Mode::Agent).partition(is_mine);
        let mut closed = tables.by_age(shops, Mode::Closed);
        closed.retain(|kept| kept.record.conversation.handed_at.is_some());
        closed.sort_by_key(|kept| (Reverse(kept.record.closed_at), kept.record.conversation.id.clone()));
        Ok(Board {
            waiting: tables.in_turn(shops, Mode::Queue).into_iter().map(card).collect(),
            messages: tables.in_turn(shops, Mode::Message).into_iter().map(card).collect(),
            mine,
            others,
            closed: closed.into_iter().take(closed_limit).map(card).collect(),
        })
    }

    async fn see_mentions(&self, agent: &AgentId, id: &ConversationId) -> Result<()> {
        self.tables().mentions.retain(|(named, conversation, _)| named != agent || conversation != id);
        Ok(())
    }

    async fn be_present(&self, agent: &AgentId, duty: Option<Duty>, at: Timestamp) -> Result<Duty> {
        let mut tables = self.tables();
        let fresh = Presence { duty: Duty::default(), seen_at: at, left_at: None };
        let known = tables.presence.entry(agent.clone()).or_insert(fresh);
        *known = Presence { duty: duty.unwrap_or(known.duty), seen_at: at.max(known.seen_at), left_at: None };
        Ok(known.duty)
    }

    async fn be_away(&self, agent: &AgentId) -> Result<()> {
        if let Some(known) = self.tables().presence.get_mut(agent) {
            known.duty = Duty::Away;
        }
        Ok(())
    }

    async fn be_gone(&self, agent: &AgentId, at: Timestamp) -> Result<()> {
        if let Some(known) = self.tables().presence.get_mut(agent) {
            known.left_at = Some(at);
        }
        Ok(())
    }

    async fn on_duty(&self) -> Result<Vec<OnDuty>> {
        let tables = self.tables();
        let mut people: Vec<OnDuty> = tables
            .agents
            .iter()
            .filter(|agent| agent.role != Role::Editor)
            .map(|agent| {
                let presence = tables.presence.get(&agent.id);
                let theirs = |stint: &&Stint| stint.agent.as_ref().is_some_and(|held| held.id == agent.id);
                let stints = tables.conversations.values().flat_map(|kept| &kept.record.stints);
                let stints: Vec<&Stint> = stints.filter(theirs).collect();
                let load = tables.conversations.values().filter(|kept| kept.record.is_held_by(&agent.id));
                OnDuty {
                    agent: Staff { id: agent.id.clone(), name: agent.name.clone() },
                    role: agent.role,
                    shops: agent.shops.clone(),
                    groups: agent.groups.clone(),
                    capacity: agent.capacity,
                    duty: presence.map_or(Duty::default(), |presence| presence.duty),
                    seen_at: presence
                        .map(|presence| presence.seen_at)
                        .filter(|_| agent.disabled_at.is_none()),
                    left_at: presence.and_then(|presence| presence.left_at),
                    given_at: stints.iter().filter_map(|stint| stint.taken_at).max(),
                    freed_at: stints.iter().filter_map(|stint| stint.ended_at).max(),
                    load: u32::try_from(load.count()).unwrap_or(u32::MAX),
                }
            })
            .collect();
        people.sort_by_key(|person| folded(&person.agent.name));
        Ok(people)
    }

    async fn stints(&self, shops: &[ShopId], from: Timestamp, until: Timestamp) -> Result<Vec<StintOf>> {
        let tables = self.tables();
        let mut found: Vec<StintOf> = tables
            .all_stints()
            .filter(|of| shops.contains(&of.shop) && from <= of.stint.queued_at && of.stint.queued_at < until)
            .collect();
        found.sort_by_key(|of| (of.stint.queued_at, of.conversation.clone(), of.stint.number));
        Ok(found)
    }

    async fn missed(
        &self,
        shops: &[ShopId],
        from: Timestamp,
        until: Timestamp,
        signs: &Signs,
    ) -> Result<Vec<Missed>> {
        let tables = self.tables();
        let mut found: Vec<Missed> = tables
            .conversations
            .values()
            .filter(|kept| shops.contains(&kept.record.conversation.shop))
            .filter_map(|kept| kept.missed(signs))
            .filter(|missed| from <= missed.touched_at && missed.touched_at < until)
            .collect();
        found.sort_by_key(|missed| (missed.touched_at, missed.conversation.clone()));
        Ok(found)
    }

    async fn last_stints(&self, shop: &ShopId, limit: usize) -> Result<Vec<Stint>> {
        let tables = self.tables();
        let over = |of: &StintOf| of.shop == *shop && of.stint.ended.is_some() && of.stint.taken_at.is_some();
        let mut found: Vec<Stint> = tables.all_stints().filter(over).map(|of| of.stint).collect();
        found.sort_by_key(|stint| Reverse((stint.queued_at, stint.number)));
        found.truncate(limit);
        Ok(found)
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

    /// What it shows of somebody who should have come, if it was never brought to people.
    fn missed(&self, signs: &Signs) -> Option<Missed> {
        let conversation = &self.record.conversation;
        let by_bot = || self.messages.iter().filter(|said| said.message.from == Author::Bot);
        let traces = || by_bot().filter_map(|said| said.message.trace.as_ref());
        let last = by_bot().next_back().and_then(|said| said.message.trace.as_ref());
        let missed = Missed {
            conversation: conversation.id.clone(),
            touched_at: conversation.touched_at,
            rated_badly: conversation.rating.as_ref().is_some_and(|it| it.score <= signs.rated_at_most),
            asked: traces().any(|trace| trace.intent.as_deref() == Some(signs.asks)),
            unanswered: last.is_some_and(|trace| signs.no_answer.contains(&trace.source.as_str())),
        };
        let shows_any = missed.rated_badly || missed.asked || missed.unanswered;
        (conversation.handed_at.is_none() && shows_any).then_some(missed)
    }

    /// Its turn among those that wait.
    fn turn(&self) -> (Reverse<i32>, Option<Timestamp>, ConversationId) {
        let priority = self.record.stint.as_ref().map_or(0, |stint| stint.priority);
        (Reverse(priority), self.record.waiting_since, self.record.conversation.id.clone())
    }
}

impl Tables {
    fn of_mode(&self, shops: &[ShopId], mode: Mode) -> Vec<&Kept> {
        let all = self.conversations.values().map(|kept| (&kept.record.conversation, kept));
        all.filter(|(one, _)| one.mode == mode && shops.contains(&one.shop)).map(|(_, kept)| kept).collect()
    }

    fn in_turn(&self, shops: &[ShopId], mode: Mode) -> Vec<&Kept> {
        let mut found = self.of_mode(shops, mode);
        found.sort_by_key(|kept| kept.turn());
        found
    }

    fn by_age(&self, shops: &[ShopId], mode: Mode) -> Vec<&Kept> {
        let mut found = self.of_mode(shops, mode);
        found.sort_by_key(|kept| (kept.record.waiting_since, kept.record.conversation.id.clone()));
        found
    }

    fn waiting(&self, shops: &[ShopId]) -> Vec<Card> {
        let waiting = [Mode::Queue, Mode::Message].map(|mode| self.in_turn(shops, mode));
        waiting.into_iter().flatten().map(|kept| self.card(kept, None)).collect()
    }

    /// A conversation as the lists show it, to one reader if it is theirs.
    fn card(&self, kept: &Kept, reader: Option<&AgentId>) -> Card {
        let id = &kept.record.conversation.id;
        let read = kept.record.conversation.staff_read;
        let unread = kept.messages.iter().filter(|said| said.message.from == Author::Shopper);
        let unread = unread.filter(|said| said.message.seq > read).count();
        let last = kept.messages.last().map(|said| said.message.clone());
        let mentioned = self.mentions.iter().any(|(agent, there, _)| Some(agent) == reader && there == id);
        kept.record.clone().card(last, u64::try_from(unread).unwrap_or(u64::MAX), mentioned)
    }

    /// Every stay, as it was left last.
    fn all_stints(&self) -> impl Iterator<Item = StintOf> {
        self.conversations.values().flat_map(|kept| {
            let conversation = &kept.record.conversation;
            let of = |stint| StintOf {
                conversation: conversation.id.clone(),
                shop: conversation.shop.clone(),
                stint,
            };
            kept.stints().into_iter().map(of).collect::<Vec<_>>()
        })
    }
}

impl Kept {
    /// Its stays, each as it was left last.
    pub(super) fn stints(&self) -> Vec<Stint> {
        // Later snapshots of a stay replace earlier ones.
        let latest: BTreeMap<u64, &Stint> =
            self.record.stints.iter().map(|stint| (stint.number, stint)).collect();
        latest.into_values().cloned().collect()
    }
}
