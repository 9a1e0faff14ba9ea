//! Conversations, their messages, their state and their outbox, in memory.

use std::{
    cmp::Reverse,
    collections::{BTreeSet, HashSet},
};

use async_trait::async_trait;
use jiff::Timestamp;

use super::{Kept, MemoryStore, Requested, Said, Tables};
use crate::{
    domain::{
        Author, Change, ChangeOutcome, Content, ConversationId, DialogueState, Locale, Message, ShopId,
        ShopperId,
    },
    store::{
        Appended, Committed, Conversation, ConversationStore, Course, DueChange, FARTHEST_RETRY, Identity,
        NewConversation, NewShopperMessage, Page, Pending, PendingMessage, PendingOutcome, Rating, Reader,
        Result, StoreError, TurnCommit, rules::Record,
    },
};

#[async_trait]
impl ConversationStore for MemoryStore {
    async fn open(&self, new: NewConversation) -> Result<Conversation> {
        let (token_hash, token_expires_at) = (new.token_hash, new.token_expires_at);
        let record = Record::open(new);
        let conversation = record.conversation.clone();
        let state = DialogueState { locale: conversation.locale, ..DialogueState::default() };
        let (messages, notes) = (Vec::new(), Vec::new());
        let kept = Kept { record, token_hash, token_expires_at, state, messages, notes };
        self.tables().conversations.insert(conversation.id.clone(), kept);
        Ok(conversation)
    }

    async fn resume(&self, token_hash: &[u8; 32], now: Timestamp) -> Result<Option<Conversation>> {
        let tables = self.tables();
        let mut all = tables.conversations.values();
        let found = all.find(|kept| kept.token_hash == *token_hash && kept.token_expires_at > now);
        Ok(found.map(|kept| kept.record.conversation.clone()))
    }

    async fn extend_token(&self, id: &ConversationId, expires_at: Timestamp) -> Result<()> {
        self.tables().kept_mut(id)?.token_expires_at = expires_at;
        Ok(())
    }

    async fn conversation(&self, id: &ConversationId) -> Result<Option<Conversation>> {
        Ok(self.tables().conversations.get(id).map(|kept| kept.record.conversation.clone()))
    }

    async fn messages(&self, id: &ConversationId, after: u64, limit: usize) -> Result<Vec<Message>> {
        let tables = self.tables();
        let Some(kept) = tables.conversations.get(id) else { return Ok(Vec::new()) };
        let later = kept.messages.iter().filter(|said| said.message.seq > after);
        Ok(later.take(limit).map(|said| said.message.clone()).collect())
    }

    async fn earlier(&self, id: &ConversationId, before: u64, limit: usize) -> Result<Vec<Message>> {
        let tables = self.tables();
        let Some(kept) = tables.conversations.get(id) else { return Ok(Vec::new()) };
        let end = kept.messages.partition_point(|said| said.message.seq < before);
        let shown = &kept.messages[end.saturating_sub(limit)..end];
        Ok(shown.iter().map(|said| said.message.clone()).collect())
    }

    async fn append_shopper(&self, id: &ConversationId, new: NewShopperMessage) -> Result<Appended> {
        let mut tables = self.tables();
        let kept = tables.kept_mut(id)?;
        if let Some(said) = kept.said(&Author::Shopper, &new.client_id) {
            let mode = kept.record.conversation.mode;
            return Ok(if said.content.as_ref() == Some(&new.content) {
                let message = said.message.clone();
                Appended::Stored { message, duplicate: true, reopened: false, mode, pending: None }
            } else {
                Appended::IdReused
            });
        }
        let content = Some(new.content.clone());
        let (message, reopened) = kept.record.hear(new);
        kept.messages.push(Said { message: message.clone(), content, agent: None });
        let (mode, pending) = (kept.record.conversation.mode, tables.pending(id)?);
        let alone = pending.messages.len() == 1 && pending.outcomes.is_empty();
        let pending = alone.then(|| Box::new(pending));
        Ok(Appended::Stored { message, duplicate: false, reopened, mode, pending })
    }

    async fn state(&self, id: &ConversationId) -> Result<(u64, DialogueState)> {
        let tables = self.tables();
        let kept = tables.kept(id)?;
        Ok((kept.record.conversation.version, kept.state.clone()))
    }

    async fn pending(&self, id: &ConversationId) -> Result<Pending> {
        self.tables().pending(id)
    }

    async fn unanswered(&self) -> Result<Vec<(ConversationId, u64)>> {
        let tables = self.tables();
        let mut found: Vec<_> = tables
            .conversations
            .values()
            .filter(|kept| kept.record.is_unanswered() || !tables.untold(kept).is_empty())
            .map(|kept| (kept.record.conversation.touched_at, kept))
            .collect();
        found.sort_by_key(|(touched_at, kept)| (*touched_at, kept.record.conversation.id.clone()));
        let last = |kept: &Kept| if kept.record.is_unanswered() { kept.record.last_shopper_seq } else { 0 };
        Ok(found.into_iter().map(|(_, kept)| (kept.record.conversation.id.clone(), last(kept))).collect())
    }

    async fn commit_turn(&self, turn: TurnCommit) -> Result<Committed> {
        let mut tables = self.tables();
        tables.kept(&turn.conversation)?.record.admits(&turn)?;
        // Everything that can fail comes before anything is changed.
        let shop = tables.kept(&turn.conversation)?.record.conversation.shop.clone();
        let once: Vec<_> = turn.once.iter().map(|key| (shop.clone(), key.clone())).collect();
        if once.iter().any(|key| tables.said_once.contains(key)) {
            return Err(StoreError::Conflict);
        }
        tables.tell_outcomes(&turn)?;
        tables.said_once.extend(once);
        for change in &turn.outbox {
            tables.request(&turn.conversation, change, turn.at);
        }
        let kept = tables.kept_mut(&turn.conversation)?;
        let messages = kept.record.answer(&turn);
        kept.state = turn.state;
        let said =
            messages.iter().map(|message| Said { message: message.clone(), content: None, agent: None });
        kept.messages.extend(said);
        let kept = tables.kept(&turn.conversation)?;
        let more = kept.record.is_unanswered() || !tables.untold(kept).is_empty();
        Ok(Committed { messages, more })
    }

    async fn claim_silences(
        &self,
        now: Timestamp,
        lease_until: Timestamp,
        limit: usize,
    ) -> Result<Vec<ConversationId>> {
        let mut tables = self.tables();
        let mut silent: Vec<&mut Record> = tables
            .conversations
            .values_mut()
            .map(|kept| &mut kept.record)
            .filter(|record| record.is_silent(now))
            .collect();
        silent.sort_by_key(|record| (record.look_again_at, record.conversation.id.clone()));
        let claimed = silent.into_iter().take(limit).map(|record| {
            record.look_again_at = Some(lease_until);
            record.conversation.id.clone()
        });
        Ok(claimed.collect())
    }

    async fn said_once(&self, shop: &ShopId, keys: &[String]) -> Result<Vec<String>> {
        let tables = self.tables();
        let said = |key: &&String| tables.said_once.contains(&(shop.clone(), (*key).clone()));
        Ok(keys.iter().filter(said).cloned().collect())
    }

    async fn claim_changes(
        &self,
        now: Timestamp,
        lease_until: Timestamp,
        limit: usize,
    ) -> Result<Vec<DueChange>> {
        let mut tables = self.tables();
        let Tables { outbox, conversations, .. } = &mut *tables;
        let too_late = now.saturating_add(FARTHEST_RETRY).expect("a duration of seconds");
        // In the order they were asked for; what waits for its retry holds up the later ones of its conversation.
        let mut waiting = HashSet::new();
        let mut due: Vec<&mut Requested> = Vec::new();
        for request in outbox.iter_mut().filter(|request| request.outcome.is_none()) {
            if now < request.next_at && request.next_at <= too_late {
                waiting.insert(request.conversation.clone());
            } else if !waiting.contains(&request.conversation) {
                due.push(request);
            }
        }
        let claimed = due.into_iter().take(limit).filter_map(|request| {
            request.attempts += 1;
            request.next_at = lease_until;
            let shop = conversations.get(&request.conversation)?.record.conversation.shop.clone();
            Some(DueChange {
                conversation: request.conversation.clone(),
                shop,
                change: request.change.clone(),
                attempts: request.attempts,
            })
        });
        Ok(claimed.collect())
    }

    async fn retry_change(&self, id: &ConversationId, key: &str, next_at: Timestamp) -> Result<()> {
        if let Some(request) = self.tables().requested(id, key).filter(|request| request.outcome.is_none()) {
            request.next_at = next_at;
        }
        Ok(())
    }

    async fn finish_change(
        &self,
        id: &ConversationId,
        key: &str,
        outcome: ChangeOutcome,
        at: Timestamp,
    ) -> Result<bool> {
        let mut tables = self.tables();
        let Some(request) = tables.requested(id, key).filter(|request| request.outcome.is_none()) else {
            return Ok(false);
        };
        request.outcome = Some(outcome);
        request.finished_at = Some(at);
        request.told = false;
        Ok(true)
    }

    async fn record_identity(
        &self,
        id: &ConversationId,
        shopper: Option<ShopperId>,
        at: Timestamp,
    ) -> Result<Identity> {
        Ok(self.tables().kept_mut(id)?.record.identify(shopper, at))
    }

    async fn record_page(&self, id: &ConversationId, page: Page) -> Result<()> {
        self.tables().kept_mut(id)?.record.conversation.page = page;
        Ok(())
    }

    async fn record_locale(&self, id: &ConversationId, locale: Locale) -> Result<()> {
        self.tables().kept_mut(id)?.record.conversation.locale = locale;
        Ok(())
    }

    async fn mark_read(&self, id: &ConversationId, reader: Reader, seq: u64) -> Result<u64> {
        Ok(self.tables().kept_mut(id)?.record.mark_read(reader, seq))
    }

    async fn recent_said(&self, shop: &ShopId, conversations: usize) -> Result<Vec<String>> {
        let tables = self.tables();
        let mut kept: Vec<&Kept> =
            tables.conversations.values().filter(|kept| kept.record.conversation.shop == *shop).collect();
        kept.sort_by_key(|kept| Reverse(kept.record.conversation.touched_at));
        let said = kept.into_iter().take(conversations).flat_map(|kept| &kept.messages);
        let text = |said: &Said| match &said.content {
            Some(Content::Text(text)) => Some(text.clone()),
            _ => None,
        };
        Ok(said.filter_map(text).collect())
    }

    async fn courses(&self, shop: &ShopId, since: Timestamp, conversations: usize) -> Result<Vec<Course>> {
        let tables = self.tables();
        let of_shop = |kept: &&Kept| {
            let it = &kept.record.conversation;
            it.shop == *shop && since <= it.touched_at
        };
        let mut kept: Vec<&Kept> = tables.conversations.values().filter(of_shop).collect();
        kept.sort_by_key(|kept| Reverse(kept.record.conversation.touched_at));
        kept.truncate(conversations);
        kept.sort_by_key(|kept| kept.record.conversation.id.clone());
        Ok(kept.into_iter().map(course).filter(|course| !course.messages.is_empty()).collect())
    }

    async fn courses_after(
        &self,
        shop: &ShopId,
        since: Timestamp,
        after: Option<&(Timestamp, ConversationId)>,
        limit: usize,
    ) -> Result<Vec<Course>> {
        let tables = self.tables();
        let place = |kept: &Kept| {
            let it = &kept.record.conversation;
            (it.touched_at, it.id.clone())
        };
        let of_shop = |kept: &&Kept| {
            let it = &kept.record.conversation;
            it.shop == *shop && since <= it.touched_at && after.is_none_or(|after| *after < place(kept))
        };
        let mut kept: Vec<&Kept> = tables.conversations.values().filter(of_shop).collect();
        kept.sort_by_key(|kept| place(kept));
        kept.truncate(limit);
        Ok(kept.into_iter().map(course).collect())
    }

    async fn dismiss_words(&self, shop: &ShopId, words: &[String], at: Timestamp) -> Result<()> {
        let mut tables = self.tables();
        tables.dismissed.extend(words.iter().map(|text| ((shop.clone(), text.clone()), at)));
        Ok(())
    }

    async fn dismissed_words(&self, shop: &ShopId) -> Result<BTreeSet<String>> {
        let tables = self.tables();
        let of_shop = tables.dismissed.keys().filter(|(of, _)| of == shop);
        Ok(of_shop.map(|(_, text)| text.clone()).collect())
    }

    async fn rate(&self, id: &ConversationId, rating: Rating) -> Result<()> {
        self.tables().kept_mut(id)?.record.rate(rating);
        Ok(())
    }
}

impl Kept {
    /// What was said under a client's id by an author of this kind before.
    pub(super) fn said(&self, author: &Author, client_id: &str) -> Option<&Said> {
        self.messages.iter().find(|said| {
            std::mem::discriminant(&said.message.from) == std::mem::discriminant(author)
                && said.message.client_id.as_deref() == Some(client_id)
        })
    }

    fn unanswered(&self) -> Vec<PendingMessage> {
        if !self.record.is_unanswered() {
            return Vec::new();
        }
        let later = self.messages.iter().filter(|said| said.message.seq > self.record.answered_up_to);
        later
            .filter_map(|said| {
                let content = said.content.clone()?;
                Some(PendingMessage { seq: said.message.seq, content, at: said.message.at })
            })
            .collect()
    }
}

impl Tables {
    fn requested(&mut self, id: &ConversationId, key: &str) -> Option<&mut Requested> {
        self.outbox.iter_mut().find(|request| request.conversation == *id && request.change.key == key)
    }

    fn pending(&self, id: &ConversationId) -> Result<Pending> {
        let kept = self.kept(id)?;
        Ok(Pending {
            conversation: kept.record.conversation.clone(),
            state: kept.state.clone(),
            messages: kept.unanswered(),
            outcomes: self.untold(kept),
        })
    }

    fn untold(&self, kept: &Kept) -> Vec<PendingOutcome> {
        let conversation = &kept.record.conversation;
        if !kept.record.hears_outcomes() {
            return Vec::new();
        }
        let mut untold: Vec<_> = self
            .outbox
            .iter()
            .filter(|request| request.conversation == conversation.id && !request.told)
            .filter_map(|request| {
                let outcome = request.outcome.clone()?;
                Some((request.finished_at, PendingOutcome { change: request.change.clone(), outcome }))
            })
            .collect();
        untold.sort_by_key(|(finished_at, _)| *finished_at);
        untold.into_iter().map(|(_, outcome)| outcome).collect()
    }

    /// Marks a turn's outcomes as told, all or none.
    fn tell_outcomes(&mut self, turn: &TurnCommit) -> Result<()> {
        let mut before = self.outbox.clone();
        for key in &turn.answered_outcomes {
            let request = self.requested(&turn.conversation, key);
            match request.filter(|request| request.outcome.is_some() && !request.told) {
                Some(request) => request.told = true,
                None => {
                    std::mem::swap(&mut self.outbox, &mut before);
                    return Err(StoreError::Conflict);
                }
            }
        }
        Ok(())
    }

    fn request(&mut self, id: &ConversationId, change: &Change, at: Timestamp) {
        let Some(known) = self.requested(id, &change.key) else {
            self.outbox.push(Requested {
                conversation: id.clone(),
                change: change.clone(),
                attempts: 0,
                next_at: at,
                outcome: None,
                finished_at: None,
                told: false,
            });
            return;
        };
        match known.outcome {
            None => return,
            Some(ChangeOutcome::TicketOpened(_) | ChangeOutcome::Done) => {
                known.told = false;
                known.finished_at = Some(at);
            }
            Some(ChangeOutcome::Refused(_)) => {
                known.outcome = None;
                known.attempts = 0;
                known.next_at = at;
            }
        }
        known.change = change.clone();
    }
}

fn course(kept: &Kept) -> Course {
    let it = &kept.record.conversation;
    Course {
        conversation: it.id.clone(),
        owner: it.owner.clone(),
        locale: it.locale,
        product: it.page.product.clone(),
        touched_at: it.touched_at,
        rating: it.rating.clone(),
        messages: kept.messages.iter().map(|said| (said.message.clone(), said.content.clone())).collect(),
    }
}
