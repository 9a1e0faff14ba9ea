//! Personal data, in memory.

use std::collections::BTreeSet;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};

use super::{Kept, MemoryStore, Tables, Trade};
use crate::{
    domain::{Content, ConversationId, DataSubject, Erasure, Mode, ShopId, ShopperId},
    store::{
        Carried, Forgotten, HeldUp, KeptChange, KeptConversation, KeptTrade, PrivacyStore, Result, Within,
        privacy::{blank_order, blank_ticket, stand_in_key},
    },
};

/// As in `sql`: a change by a person whose outcome is not known is waited for so long.
const CHANGE_LIFE: SignedDuration = SignedDuration::from_hours(24);

#[async_trait]
impl PrivacyStore for MemoryStore {
    async fn conversations_of(&self, shop: &ShopId, whose: &DataSubject) -> Result<Vec<ConversationId>> {
        let tables = self.tables();
        let theirs = |kept: &&Kept| {
            let it = &kept.record.conversation;
            it.shop == *shop
                && match whose {
                    DataSubject::Shopper(id) => it.owner.as_ref() == Some(id),
                    DataSubject::Conversation(id) => it.id == *id,
                }
        };
        let mut found: Vec<&Kept> = tables.conversations.values().filter(theirs).collect();
        found.sort_by_key(|kept| (kept.record.conversation.created_at, kept.record.conversation.id.clone()));
        Ok(found.into_iter().map(|kept| kept.record.conversation.id.clone()).collect())
    }

    async fn kept_conversation(&self, id: &ConversationId) -> Result<Option<KeptConversation>> {
        let tables = self.tables();
        Ok(tables.conversations.get(id).map(|kept| tables.whole(kept)))
    }

    async fn kept_trade(&self, shop: &ShopId, shopper: &ShopperId) -> Result<KeptTrade> {
        let tables = self.tables();
        let Some(trade) = tables.trade.get(shop) else { return Ok(KeptTrade::default()) };
        let mut orders: Vec<_> =
            trade.seed.orders.iter().filter(|order| order.shopper == *shopper).cloned().collect();
        orders.sort_by_key(|order| (std::cmp::Reverse(order.placed_at), order.id.clone()));
        let mut tickets: Vec<_> =
            trade.tickets.iter().filter(|ticket| ticket.shopper == *shopper).cloned().collect();
        tickets.sort_by_key(|ticket| std::cmp::Reverse((ticket.opened_at, ticket.id.clone())));
        let mut changes: Vec<Carried> = trade
            .history
            .iter()
            .filter(|(_, whose, _)| whose == shopper)
            .map(|(carried, ..)| carried.clone())
            .collect();
        changes.sort_by_key(|carried| (carried.at, carried.key.clone()));
        Ok(KeptTrade {
            shopper: trade.seed.shoppers.iter().find(|known| known.id == *shopper).cloned(),
            orders,
            tickets,
            wallet: trade.wallet(shopper),
            changes,
        })
    }

    async fn held_up(&self, id: &ConversationId, now: Timestamp) -> Result<Option<HeldUp>> {
        Ok(self.tables().held_up(id, now))
    }

    async fn forget_conversation(
        &self,
        shop: &ShopId,
        id: &ConversationId,
        within: Within,
        now: Timestamp,
    ) -> Result<Forgotten> {
        let mut tables = self.tables();
        let meant =
            |kept: &&Kept| kept.record.conversation.shop == *shop && within.admits(&kept.record.conversation);
        if tables.conversations.get(id).filter(meant).is_none() {
            return Ok(Forgotten::No);
        }
        if let Some(why) = tables.held_up(id, now) {
            return Ok(Forgotten::HeldUp(why));
        }
        Ok(Forgotten::Yes { pictures: tables.delete(shop, id) })
    }

    async fn untouched_since(
        &self,
        shop: &ShopId,
        since: Timestamp,
        after: Option<&(Timestamp, ConversationId)>,
        limit: usize,
    ) -> Result<Vec<(Timestamp, ConversationId)>> {
        let tables = self.tables();
        let mut old: Vec<(Timestamp, ConversationId)> = tables
            .conversations
            .values()
            .filter(|kept| {
                let it = &kept.record.conversation;
                it.shop == *shop
                    && it.touched_at < since
                    && it.mode != Mode::Agent
                    && !kept.record.is_unanswered()
            })
            .map(|kept| (kept.record.conversation.touched_at, kept.record.conversation.id.clone()))
            .filter(|place| after.is_none_or(|after| after < place))
            .collect();
        old.sort();
        old.truncate(limit);
        Ok(old)
    }

    async fn forget_dismissed(&self, shop: &ShopId, before: Timestamp) -> Result<u64> {
        let mut tables = self.tables();
        let so_far = tables.dismissed.len();
        tables.dismissed.retain(|(of, _), at| of != shop || before <= *at);
        Ok((so_far - tables.dismissed.len()) as u64)
    }

    async fn forget_trade(
        &self,
        shop: &ShopId,
        shopper: &ShopperId,
        stand_in: &ShopperId,
        until: Timestamp,
    ) -> Result<u64> {
        let mut tables = self.tables();
        let trade = tables.trade.get_mut(shop).filter(|trade| trade.seed.at <= until);
        Ok(trade.map_or(0, |trade| trade.forget(shopper, stand_in, until) as u64))
    }

    async fn note_erasures(&self, list: &[Erasure]) -> Result<()> {
        let mut tables = self.tables();
        for new in list {
            let same =
                |known: &&mut Erasure| known.shop == new.shop && known.who == new.who && known.key == new.key;
            match tables.erasures.iter_mut().find(same) {
                Some(known) => known.at = known.at.max(new.at),
                None => tables.erasures.push(new.clone()),
            }
        }
        Ok(())
    }

    async fn erasures(&self) -> Result<Vec<Erasure>> {
        let mut list = self.tables().erasures.clone();
        list.sort_by_key(|erasure| (erasure.at, erasure.shop.clone(), erasure.who.clone()));
        Ok(list)
    }

    async fn shoppers_kept(&self, shop: &ShopId) -> Result<Vec<ShopperId>> {
        let tables = self.tables();
        let conversations = tables.conversations.values().map(|kept| &kept.record.conversation);
        let owners = conversations.filter(|it| it.shop == *shop).filter_map(|it| it.owner.clone());
        let mut all: BTreeSet<ShopperId> = owners.collect();
        if let Some(trade) = tables.trade.get(shop) {
            all.extend(trade.seed.shoppers.iter().map(|shopper| shopper.id.clone()));
            all.extend(trade.seed.orders.iter().map(|order| order.shopper.clone()));
            all.extend(trade.seed.wallets.iter().map(|(shopper, _)| shopper.clone()));
            all.extend(trade.tickets.iter().map(|ticket| ticket.shopper.clone()));
            all.extend(trade.history.iter().map(|(_, shopper, _)| shopper.clone()));
        }
        Ok(all.into_iter().collect())
    }

    async fn conversations_kept(&self, shop: &ShopId) -> Result<Vec<ConversationId>> {
        let tables = self.tables();
        let conversations = tables.conversations.values().map(|kept| &kept.record.conversation);
        Ok(conversations.filter(|it| it.shop == *shop).map(|it| it.id.clone()).collect())
    }

    async fn scrub(&self, _wait_no_more: bool) -> Result<bool> {
        Ok(true)
    }
}

impl Tables {
    fn held_up(&self, id: &ConversationId, now: Timestamp) -> Option<HeldUp> {
        let kept = self.conversations.get(id)?;
        if kept.record.conversation.mode == Mode::Agent {
            return Some(HeldUp::ByPerson);
        }
        let due = self.outbox.iter().any(|it| it.conversation == *id && it.outcome.is_none());
        let asked = self.cases.changes.iter().any(|(of, _, change, at)| {
            of == id && change.outcome.is_none() && change.change.is_some() && now - CHANGE_LIFE < *at
        });
        (kept.record.is_unanswered() || due || asked).then_some(HeldUp::ByChange)
    }

    fn whole(&self, kept: &Kept) -> KeptConversation {
        let id = &kept.record.conversation.id;
        let mut uploads: Vec<_> = self
            .uploads
            .iter()
            .filter(|(upload, _)| upload.conversation == *id)
            .map(|(upload, _)| upload.clone())
            .collect();
        uploads.sort_by_key(|upload| (upload.at, upload.id.clone()));
        let of_shopper = self.outbox.iter().filter(|it| it.conversation == *id).map(|it| KeptChange {
            by: None,
            change: Some(it.change.clone()),
            outcome: it.outcome.clone(),
        });
        let of_staff =
            self.cases.changes.iter().filter(|(of, ..)| of == id).map(|(_, _, change, _)| KeptChange {
                by: Some(change.agent.clone()),
                change: change.change.clone(),
                outcome: change.outcome.clone(),
            });
        KeptConversation {
            conversation: kept.record.conversation.clone(),
            state: kept.state.clone(),
            messages: kept.messages.iter().map(|said| said.message.clone()).collect(),
            notes: kept.notes.iter().map(|(_, note)| note.clone()).collect(),
            handoff: kept.record.handoff.clone(),
            stints: kept.stints(),
            uploads,
            changes: of_shopper.chain(of_staff).collect(),
        }
    }

    fn delete(&mut self, shop: &ShopId, id: &ConversationId) -> u64 {
        // Numbers are given when they are asked for: what changed before comes first.
        self.see_touched();
        let Some(kept) = self.conversations.remove(id) else { return 0 };
        for said in kept.messages {
            if let Some(Content::Text(text)) = said.content {
                self.dismissed.remove(&(shop.clone(), text));
            }
        }
        self.touch_gone(id);
        self.outbox.retain(|it| it.conversation != *id);
        self.mentions.retain(|(_, of, _)| of != id);
        self.cases.changes.retain(|(of, ..)| of != id);
        // Their places are their numbers.
        for used in self.cases.uses.iter_mut().filter(|used| used.conversation == *id) {
            used.proposed.clear();
            used.said.clear();
        }
        let so_far = self.uploads.len();
        self.uploads.retain(|(upload, _)| upload.conversation != *id);
        (so_far - self.uploads.len()) as u64
    }
}

impl Trade {
    fn forget(&mut self, shopper: &ShopperId, stand_in: &ShopperId, until: Timestamp) -> usize {
        let mut rows = 0;
        for order in &mut self.seed.orders {
            if order.shopper == *shopper && order.placed_at <= until {
                *order = blank_order(order.clone(), stand_in);
                rows += 1;
            }
        }
        for ticket in &mut self.tickets {
            if ticket.shopper == *shopper && ticket.opened_at <= until {
                *ticket = blank_ticket(ticket.clone(), stand_in);
                rows += 1;
            }
        }
        let theirs =
            self.history.iter_mut().filter(|(carried, whose, _)| whose == shopper && carried.at <= until);
        for (place, (carried, whose, _)) in theirs.enumerate() {
            *whose = stand_in.clone();
            carried.key = stand_in_key(stand_in, place);
            carried.request = None;
            rows += 1;
        }
        let so_far = self.seed.wallets.len() + self.seed.shoppers.len();
        self.seed.wallets.retain(|(whose, coupon)| whose != shopper || until < coupon.claimed_at);
        self.seed.shoppers.retain(|known| known.id != *shopper);
        rows + so_far - self.seed.wallets.len() - self.seed.shoppers.len()
    }
}
