//! Who answers a conversation now, how long a wait will be, and telling everybody.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    sync::PoisonError,
    time::Duration,
};

use super::{Engine, EngineError};
use crate::{
    bus::{Event, Topic},
    desk::{Pace, wait_seconds},
    domain::{ConversationId, Mode, ShopId, Staff},
    store::{Duty, QueuePlace},
};

/// So long after the queue moved, those who wait are told.
const PLACES_AFTER: Duration = Duration::from_millis(50);

/// Conversations that a shop's pace is worked out from.
const PACE_OF: usize = 50;

/// Who answers a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Who.
    pub mode: Mode,
    /// The place in the queue, while waiting.
    pub queue: Option<QueuePlace>,
    /// Seconds until somebody comes, while waiting.
    pub wait_seconds: Option<u64>,
    /// The person, while one has it.
    pub agent: Option<Staff>,
}

impl Standing {
    /// Place and seconds to wait, while waiting.
    pub fn wait(&self) -> Option<(u32, u64)> {
        self.queue.as_ref().map(|place| place.position).zip(self.wait_seconds)
    }
}

impl From<Standing> for Event {
    fn from(standing: Standing) -> Self {
        Self::Standing {
            mode: standing.mode,
            queue: standing.wait(),
            agent: standing.agent.map(|agent| (agent.id, agent.name)),
        }
    }
}

impl Engine {
    /// Tells everybody who hears a conversation.
    pub(crate) fn publish(&self, conversation: &ConversationId, event: Event) {
        self.parts.bus.publish(&Topic::Conversation(conversation.clone()), event);
    }

    /// Tells the desks of a shop to look at their lists again.
    pub fn publish_board(&self, shop: &ShopId) {
        self.parts.bus.publish(&Topic::Desk(shop.clone()), Event::Board);
    }

    /// Tells a conversation's listeners who answers now. Of several who tell it at once, the last has read the latest:
    /// nobody is left believing what was so before.
    pub(crate) async fn publish_state(&self, conversation: &ConversationId) {
        let _in_order = self.standings.enter(conversation).await;
        match self.standing(conversation).await {
            Ok(Some(standing)) => self.publish(conversation, standing.into()),
            Ok(None) => {}
            Err(error) => tracing::error!(error = %error, "a conversation's state can't be read"),
        }
    }

    /// Somebody came into the queue or left it: desks look again, and those who wait learn their place a moment later.
    /// In a busy hour many come and go within that moment, and each place is told once.
    pub(crate) fn queue_changed(&self, shop: &ShopId) {
        self.publish_board(shop);
        self.bell.notify_one();
        let is_first = self.moved.lock().unwrap_or_else(PoisonError::into_inner).insert(shop.clone());
        if !is_first || self.tasks.is_closed() {
            return;
        }
        let (engine, shop) = (self.clone(), shop.clone());
        self.tasks.spawn(async move {
            tokio::time::sleep(PLACES_AFTER).await;
            engine.moved.lock().unwrap_or_else(PoisonError::into_inner).remove(&shop);
            if let Err(error) = engine.publish_places(&shop).await {
                tracing::error!(error = %error, "those who wait can't be told their place");
            }
        });
    }

    /// Tells everybody who waits in a shop their place.
    async fn publish_places(&self, shop: &ShopId) -> Result<(), EngineError> {
        let waiting = self.parts.store.waiting(std::slice::from_ref(shop)).await?;
        let queued = waiting.iter().filter(|card| card.conversation.mode == Mode::Queue);
        let mut groups: BTreeMap<&str, (u32, Pace)> = BTreeMap::new();
        for card in queued {
            let stint = card.stint.as_ref();
            let group = stint.map(|stint| stint.group.as_str()).unwrap_or_default();
            let (position, pace) = match groups.entry(group) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(new) => new.insert((0, self.pace(shop, group).await?)),
            };
            *position += 1;
            let wait = Some((*position, wait_seconds(u64::from(*position), *pace)));
            let id = &card.conversation.id;
            let _in_order = self.standings.enter(id).await;
            // Whoever has been taken meanwhile has been told by whom.
            let still = self.parts.store.conversation(id).await?.is_some_and(|it| it.mode == Mode::Queue);
            if still {
                self.publish(id, Event::Standing { mode: Mode::Queue, queue: wait, agent: None });
            }
        }
        Ok(())
    }

    /// Who answers a conversation now.
    ///
    /// # Errors
    /// The store's.
    pub async fn standing(&self, conversation: &ConversationId) -> Result<Option<Standing>, EngineError> {
        let Some(now) = self.parts.store.conversation(conversation).await? else { return Ok(None) };
        let queue = match now.mode {
            Mode::Queue => self.parts.store.queue_place(conversation).await?,
            _ => None,
        };
        let wait_seconds = match &queue {
            Some(place) => {
                let pace = self.pace(&now.shop, &place.group).await?;
                Some(wait_seconds(u64::from(place.position), pace))
            }
            None => None,
        };
        let agent = now.agent.filter(|_| now.mode == Mode::Agent);
        Ok(Some(Standing { mode: now.mode, queue, wait_seconds, agent }))
    }

    /// How fast a group's people work now.
    pub(super) async fn pace(&self, shop: &ShopId, group: &str) -> Result<Pace, EngineError> {
        let rules = self.parts.shops.assistant(shop)?.shop.handoff.assignment;
        let now = self.now();
        let there: Vec<_> = self
            .parts
            .store
            .on_duty()
            .await?
            .into_iter()
            .filter(|one| one.duty == Duty::Here)
            .filter(|one| one.is_there(now, rules.away_after))
            .map(|one| super::assigning::person(&one))
            .filter(|one| one.serves(shop) && one.is_for(group))
            .collect();
        let room = there.iter().map(|one| u64::from(one.room(&rules))).sum();
        let seconds = Pace::seconds_of(&self.parts.store.last_stints(shop, PACE_OF).await?);
        Ok(Pace { people: there.len() as u64, room, seconds })
    }
}
