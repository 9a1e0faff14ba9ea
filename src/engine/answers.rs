//! Figures about what the assistant did in a period: conversations are read through, counted, and forgotten.

use std::collections::{BTreeMap, HashSet};

use jiff::Timestamp;

use super::{Engine, EngineError};
use crate::{
    domain::{Author, ConversationId, Message, PartKind, ShopId},
    insight::{
        MARGIN, Period,
        answers::{Answers, Bought, Line, REPEAT, Talk, Tally, What},
    },
    store::Course,
};

/// Conversations read at once.
const PAGE: usize = 200;
/// Orders that are looked at for those that were touched, the last ones.
const ORDERS: usize = 5_000;

/// A period's figures, and whether the shop's system said what was ordered.
#[derive(Clone, Debug, PartialEq)]
pub struct Answered {
    /// The figures.
    pub answers: Answers,
    /// Orders are not counted: the shop's system did not answer.
    pub without_orders: bool,
}

impl Engine {
    /// A period's figures about the assistant.
    ///
    /// # Errors
    /// Unknown or broken shop; the store's.
    pub async fn answered(&self, shop: &ShopId, period: Period) -> Result<Answered, EngineError> {
        let assistant = self.parts.shops.assistant(shop)?;
        let zone = assistant.shop.time_zone.clone();
        let (from, until) = period.moments(&zone);
        let handed = self.handed(shop, from, until).await?;
        let mut tally = Tally::new(period, zone, self.now());
        // Those touched while they are read come again.
        let mut seen: HashSet<ConversationId> = HashSet::new();
        let mut after = None;
        loop {
            let page = self.parts.store.courses_after(shop, from, after.as_ref(), PAGE).await?;
            let Some(last) = page.last() else { break };
            after = Some((last.touched_at, last.conversation.clone()));
            for course in page {
                if seen.insert(course.conversation.clone()) {
                    let handed = handed.get(&course.conversation).cloned().unwrap_or_default();
                    tally.add(&talk(course, handed));
                }
            }
        }
        let orders = self.parts.backend.recent_orders(shop, ORDERS).await;
        if let Err(error) = &orders {
            tracing::warn!(shop.id = %shop, error = error.with_causes(), "orders are left out of the figures");
        }
        let without_orders = orders.is_err();
        let near = |at: Timestamp| from <= at && at.duration_since(until) <= REPEAT;
        let orders = orders.unwrap_or_default().into_iter().filter(|order| near(order.placed_at));
        let bought: Vec<Bought> = orders
            .map(|order| Bought {
                shopper: order.shopper,
                at: order.placed_at,
                minor: order.total.minor(),
                promotions: order.discounts.into_iter().filter_map(|discount| discount.rule).collect(),
            })
            .collect();
        Ok(Answered { answers: tally.answers(&bought), without_orders })
    }

    /// When conversations were brought to people, around a period.
    async fn handed(
        &self,
        shop: &ShopId,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<BTreeMap<ConversationId, Vec<Timestamp>>, EngineError> {
        let after = until.checked_add(MARGIN).unwrap_or(until);
        let mut handed: BTreeMap<ConversationId, Vec<Timestamp>> = BTreeMap::new();
        for of in self.parts.store.stints(std::slice::from_ref(shop), from, after).await? {
            handed.entry(of.conversation).or_default().push(of.stint.queued_at);
        }
        Ok(handed)
    }
}

fn talk(course: Course, handed: Vec<Timestamp>) -> Talk {
    Talk {
        conversation: course.conversation,
        shopper: course.owner,
        locale: course.locale,
        product: course.product,
        rating: course.rating.map(|rating| (rating.at, rating.score)),
        handed,
        lines: course.messages.into_iter().filter_map(|(message, _)| line(message)).collect(),
    }
}

/// Something said; nothing for notices.
fn line(message: Message) -> Option<Line> {
    let what = match message.from {
        Author::Shopper => What::Shopper,
        Author::Agent { .. } => What::Person,
        Author::System => return None,
        Author::Bot => {
            let promotions = message.parts.iter().flat_map(|part| match &part.kind {
                PartKind::Quote { lines, .. } => lines.as_slice(),
                _ => &[],
            });
            let promotions = promotions.filter_map(|line| line.rule.as_deref()).map(Into::into).collect();
            let trace = message.trace?;
            What::Bot { intent: trace.intent, source: trace.source, promotions }
        }
    };
    Some(Line { at: message.at, what })
}
