//! Figures for whoever looks after the people: a period's, and how things stand now.

use std::collections::BTreeMap;

use super::{Engine, EngineError};
use crate::{
    desk::wait_seconds,
    dialogue,
    domain::{AgentId, ShopId},
    insight::{self, Live, MARGIN, Material, Period, QUIET, Question, Report, Rules, SIGNS},
    store::StintOf,
};

/// How a shop stands now.
#[derive(Clone, Debug, PartialEq)]
pub struct Now {
    /// Queues and people.
    pub live: Live,
    /// The seconds that whoever came now would wait, by group.
    pub waits: BTreeMap<String, u64>,
    /// What came today; misses are not looked for.
    pub today: Report,
}

impl Engine {
    /// A period's figures, of the whole shop or of one person.
    ///
    /// # Errors
    /// Unknown or broken shop; the store's.
    pub async fn report(
        &self,
        shop: &ShopId,
        period: Period,
        whose: Option<AgentId>,
    ) -> Result<Report, EngineError> {
        let misses = whose.is_none();
        self.counted(shop, period, whose, misses).await
    }

    /// A report; looking for what should have come to people takes a while.
    async fn counted(
        &self,
        shop: &ShopId,
        period: Period,
        whose: Option<AgentId>,
        misses: bool,
    ) -> Result<Report, EngineError> {
        let assistant = self.parts.shops.assistant(shop)?;
        let now = self.now();
        let (from, until) = period.moments(&assistant.shop.time_zone);
        let before = from.checked_sub(MARGIN).unwrap_or(from);
        let after = until.checked_add(MARGIN).unwrap_or(until);
        let shops = std::slice::from_ref(shop);
        let stints = self.parts.store.stints(shops, before, after).await?;
        let over = until.min(now.checked_sub(QUIET).unwrap_or(now));
        let missed = match misses {
            true => self.parts.store.missed(shops, from, over, &SIGNS).await?,
            false => Vec::new(),
        };
        // A quarter's stays take a while to count.
        let counting = tokio::task::spawn_blocking(move || {
            let shop = &assistant.shop;
            let back_at = |at: jiff::Timestamp| {
                let local = at.to_zoned_datetime(shop.time_zone.clone());
                if dialogue::people_answer(&shop.hours, &local) {
                    return None;
                }
                // A shop that says no next opening is measured from the message itself.
                Some(dialogue::opens_next(&shop.hours, &local).map_or(at, |opens| opens.timestamp()))
            };
            let rules = Rules {
                service: &shop.handoff.service,
                wrap_ups: &shop.handoff.wrap_ups,
                zone: &shop.time_zone,
                back_at: &back_at,
            };
            let question = Question { period, whose: whose.as_ref(), now };
            insight::report(&question, &Material { stints: &stints, missed: &missed }, &rules)
        });
        counting.await.map_err(|_| EngineError::Panicked)
    }

    /// A shop's stays with people that began to wait in a period, in that order.
    ///
    /// # Errors
    /// Unknown or broken shop; the store's.
    pub async fn stints(&self, shop: &ShopId, period: Period) -> Result<Vec<StintOf>, EngineError> {
        let assistant = self.parts.shops.assistant(shop)?;
        let (from, until) = period.moments(&assistant.shop.time_zone);
        Ok(self.parts.store.stints(std::slice::from_ref(shop), from, until).await?)
    }

    /// How a shop stands now.
    ///
    /// # Errors
    /// Unknown or broken shop; the store's.
    pub async fn stands(&self, shop: &ShopId) -> Result<Now, EngineError> {
        let assistant = self.parts.shops.assistant(shop)?;
        let (shops, store) = (std::slice::from_ref(shop), &self.parts.store);
        let (waiting, held) = (store.waiting(shops).await?, store.held(shops).await?);
        let people = store.on_duty().await?;
        let live = insight::live(shop, &assistant.shop.handoff, &waiting, &held, &people, self.now());
        let mut waits = BTreeMap::new();
        for line in &live.lines {
            let pace = self.pace(shop, &line.group).await?;
            waits.insert(line.group.clone(), wait_seconds(line.waiting + 1, pace));
        }
        let today = Period::day(self.now_in(&assistant.shop).date());
        Ok(Now { live, waits, today: self.counted(shop, today, None, false).await? })
    }
}
