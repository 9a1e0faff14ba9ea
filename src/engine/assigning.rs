//! What the desk does by itself: conversations are given to people, go on when a person is gone or silent, and end.

use std::{collections::BTreeMap, sync::Arc};

use super::{Engine, EngineError, people::Leaving};
use crate::{
    desk::{self, Held, Move, Person, Waiting},
    domain::{Mode, ShopId},
    shop::{Assignment, Shop},
    store::{Card, Closing, Destination, Duty, OnDuty, Onward, Staffed},
};

/// Conversations given in one look, at most; the rest a moment later.
const GIVEN_AT_ONCE: usize = 100;

impl Engine {
    /// Looks after the desk once: gives what waits to whoever is next, and moves on what is in no good hands.
    pub(super) async fn look_after_desk(&self) {
        if let Err(error) = self.assign_waiting().await {
            tracing::error!(error = %error, "waiting conversations can't be given to anybody");
        }
        if let Err(error) = self.attend_held().await {
            tracing::error!(error = %error, "the conversations that people hold can't be looked after");
        }
    }

    async fn assign_waiting(&self) -> Result<(), EngineError> {
        let shops = self.served();
        let ids: Vec<ShopId> = shops.keys().cloned().collect();
        let here: Vec<Person> = self.people_here(&shops).await?.iter().map(person).collect();
        if here.is_empty() {
            return Ok(());
        }
        let cards = self.parts.store.waiting(&ids).await?;
        let waiting: Vec<Waiting> = cards.iter().map(waiting).collect();
        let rules = |shop: &ShopId| shops.get(shop).map(|shop| &shop.handoff.assignment);
        let decided = desk::assign(&waiting, &here, rules, self.now());
        for next in decided.into_iter().take(GIVEN_AT_ONCE) {
            let conversation = cards.iter().find(|card| card.conversation.id == next.conversation);
            let agent = self.parts.store.agent(&next.agent).await?;
            if let (Some(card), Some(agent)) = (conversation, agent) {
                let staff = crate::domain::Staff { id: agent.id, name: agent.name };
                // Somebody may have been faster; then it is in good hands.
                if let Err(error) = self.take(&card.conversation, &staff).await {
                    tracing::debug!(error = %error, "a conversation was not given");
                }
            }
        }
        Ok(())
    }

    async fn attend_held(&self) -> Result<(), EngineError> {
        let shops = self.served();
        let ids: Vec<ShopId> = shops.keys().cloned().collect();
        let held = self.parts.store.held(&ids).await?;
        if held.is_empty() {
            return Ok(());
        }
        let people = self.parts.store.on_duty().await?;
        let here: Vec<Person> = self.people_here(&shops).await?.iter().map(person).collect();
        for card in held {
            let Some(shop) = shops.get(&card.conversation.shop) else { continue };
            let rules = &shop.handoff.assignment;
            let Some(mut held) = held_of(&card, &people, &here, rules) else { continue };
            // No desk was heard while the server was down: people have the usual time to come back.
            held.seen_at = held.seen_at.map(|seen| seen.max(self.started_at));
            if let Some(moved) = desk::attend(&held, rules, self.now()) {
                self.move_on(&card, &held, moved).await?;
            }
        }
        Ok(())
    }

    async fn move_on(&self, card: &Card, held: &Held, moved: Move) -> Result<(), EngineError> {
        let conversation = &card.conversation;
        let outcome = match moved {
            Move::HolderGone | Move::NotAnswered => {
                let onward = Onward {
                    conversation: conversation.id.clone(),
                    holder: Some(held.agent.clone()),
                    only_unanswered: true,
                    to: Destination::Queue,
                    note: None,
                    notice: self.notice(conversation, "handoff.requeued", &[])?,
                    at: self.now(),
                };
                let staffed = self.parts.store.hand_on(onward).await?;
                if moved == Move::NotAnswered && matches!(staffed, Staffed::Done(_)) {
                    // Whoever lets a shopper wait gets no more until they say that they are back.
                    self.parts.store.be_away(&held.agent).await?;
                }
                self.staffed(conversation, staffed).await
            }
            Move::Over => {
                let notice = self.notice(conversation, "handoff.closed_idle", &[])?;
                let closing = self.closing(conversation, None, notice, Leaving::default()).await?;
                // The shopper may have written while others were looked after.
                let untouched_since = Some(conversation.touched_at);
                let staffed = self.parts.store.close(Closing { untouched_since, ..closing }).await?;
                self.staffed(conversation, staffed).await
            }
        };
        if let Err(error) = outcome {
            tracing::debug!(error = %error, "a conversation stayed where it was");
        }
        Ok(())
    }

    /// The shops that are served, by id.
    fn served(&self) -> BTreeMap<ShopId, Arc<Shop>> {
        let shops = self.parts.shops.list().into_iter();
        let served = shops.filter_map(|shop| self.parts.shops.assistant(&shop.id).ok());
        served.map(|assistant| (assistant.shop.id.clone(), Arc::clone(&assistant.shop))).collect()
    }

    /// Who is at their desk and wants conversations. A person is gone once the most patient of the shops says so.
    async fn people_here(&self, shops: &BTreeMap<ShopId, Arc<Shop>>) -> Result<Vec<OnDuty>, EngineError> {
        let patience = shops.values().map(|shop| shop.handoff.assignment.away_after).max();
        let now = self.now();
        let mut people = self.parts.store.on_duty().await?;
        people.retain(|one| {
            one.duty == Duty::Here && patience.is_some_and(|patience| one.is_there(now, patience))
        });
        Ok(people)
    }
}

/// A person as the rules of assignment see them.
pub(super) fn person(one: &OnDuty) -> Person {
    Person {
        agent: one.agent.id.clone(),
        shops: one.shops.clone(),
        groups: one.groups.clone(),
        capacity: one.capacity,
        load: one.load,
        given_at: one.given_at,
        freed_at: one.freed_at,
    }
}

fn waiting(card: &Card) -> Waiting {
    let stint = card.stint.as_ref();
    Waiting {
        conversation: card.conversation.id.clone(),
        shop: card.conversation.shop.clone(),
        group: stint.map(|stint| stint.group.clone()).unwrap_or_default(),
        since: card.handoff.as_ref().map_or(card.conversation.touched_at, |record| record.since),
        passed: stint.map(|stint| stint.passed.clone()).unwrap_or_default(),
    }
}

fn held_of(card: &Card, people: &[OnDuty], here: &[Person], rules: &Assignment) -> Option<Held> {
    let (conversation, stint) = (&card.conversation, card.stint.as_ref()?);
    let agent = conversation.agent.as_ref().filter(|_| conversation.mode == Mode::Agent)?;
    let others = here.iter().filter(|one| one.agent != agent.id && !stint.passed.contains(&one.agent));
    let mut able = others
        .filter(|one| one.serves(&conversation.shop) && one.is_for(&stint.group) && one.room(rules) > 0);
    Some(Held {
        conversation: conversation.id.clone(),
        agent: agent.id.clone(),
        awaiting_since: stint.awaiting_since,
        has_replied: stint.first_reply_at.is_some(),
        touched_at: conversation.touched_at,
        // Whoever serves the shop no more is as good as gone.
        seen_at: people
            .iter()
            .find(|one| one.agent.id == agent.id && person(one).serves(&conversation.shop))
            .and_then(|one| one.seen_at),
        has_others: able.next().is_some(),
    })
}
