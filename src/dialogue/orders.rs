//! Which of the shopper's orders a message means (COMMERCE.md, "The assistant finds the order by …").
//!
//! Only the signed-in shopper's own orders are ever looked at, so nobody's order can be found by its number.

use super::{
    talk::{Ask, Talk},
    words,
};
use crate::domain::{
    Choice, Content, EntityKind, EntityValue, OrderId, Shown,
    trade::{Order, OrderState},
};

/// Orders listed for choosing.
const LISTED: usize = 4;

/// What a message says about which order.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Mention<'a> {
    /// This one.
    One(&'a Order),
    /// One of these.
    Several(Vec<&'a Order>),
    /// One that the shopper does not have, as it was named.
    Unknown(String),
    /// Nothing.
    Nothing,
}

impl<'a> Mention<'a> {
    fn of(mut found: Vec<&'a Order>) -> Self {
        match found.len() {
            0 => Self::Nothing,
            1 => Self::One(found.remove(0)),
            _ => Self::Several(found),
        }
    }
}

/// The order that this message names, among `orders`.
pub(super) fn mentioned<'a>(talk: &Talk<'a>, orders: &[&'a Order]) -> Mention<'a> {
    if let Some(id) = pointed(talk) {
        let found = orders.iter().find(|order| order.id == id);
        return found.map_or_else(|| Mention::Unknown(id.to_string()), |order| Mention::One(order));
    }
    for kind in [EntityKind::OrderNo, EntityKind::TrackingNo, EntityKind::Last4] {
        if let Some(entity) = talk.entities(kind).next() {
            let number = entity.text.trim_start_matches('#');
            let number = match &entity.value {
                EntityValue::Text(value) => value.as_str(),
                _ => number,
            };
            let found: Vec<_> = orders.iter().copied().filter(|order| has_number(order, number)).collect();
            return if found.is_empty() { Mention::Unknown(number.to_owned()) } else { Mention::of(found) };
        }
    }
    match by_goods(talk, orders) {
        Mention::Nothing => {}
        found => return found,
    }
    match by_day(talk, orders) {
        Mention::Nothing => {}
        found => return found,
    }
    let shown: Vec<&OrderId> = talk
        .state
        .shown
        .iter()
        .filter_map(|shown| match shown {
            Shown::Order(id) => Some(id),
            _ => None,
        })
        .collect();
    let picked =
        words::pick(&shown, talk.words()).and_then(|id| orders.iter().find(|order| order.id == **id));
    picked.map_or(Mention::Nothing, |order| Mention::One(order))
}

fn pointed(talk: &Talk<'_>) -> Option<OrderId> {
    match talk.content()? {
        Content::Order(id) => Some(id.clone()),
        Content::Choice(value) => value.strip_prefix("order:").map(OrderId::from),
        _ => None,
    }
}

fn has_number(order: &Order, number: &str) -> bool {
    let ends = |known: &str| number.len() >= 4 && known.to_lowercase().ends_with(&number.to_lowercase());
    ends(order.id.as_str()) || order.shipments.iter().any(|shipment| ends(&shipment.number))
}

/// "那件外套": the orders whose goods the words name best.
fn by_goods<'a>(talk: &Talk<'a>, orders: &[&'a Order]) -> Mention<'a> {
    let named: Vec<_> = talk
        .entities(EntityKind::ProductName)
        .filter_map(|entity| match &entity.value {
            EntityValue::Product { product: Some(product), .. } => Some(product),
            _ => None,
        })
        .collect();
    let has = |order: &&Order| order.lines.iter().any(|line| named.contains(&&line.product));
    let found: Vec<_> = orders.iter().copied().filter(has).collect();
    if !found.is_empty() {
        return Mention::of(found);
    }
    let scores: Vec<usize> = orders
        .iter()
        .map(|order| {
            let lines = order.lines.iter();
            let titles = lines.flat_map(|line| std::iter::once(&line.title.zh).chain(&line.title.en));
            titles.map(|title| words::naming(talk.words(), title)).max().unwrap_or_default()
        })
        .collect();
    let best = scores.iter().copied().max().unwrap_or_default();
    let best_ones = orders.iter().zip(scores).filter(|(_, score)| best > 0 && *score == best);
    Mention::of(best_ones.map(|(order, _)| *order).collect())
}

/// "上周买的".
fn by_day<'a>(talk: &Talk<'a>, orders: &[&'a Order]) -> Mention<'a> {
    let days = talk.entities(EntityKind::Date).chain(talk.entities(EntityKind::DateRange));
    for entity in days {
        let (from, to) = match entity.value {
            EntityValue::Date(day) => (day, day),
            EntityValue::DateRange { from, to } => (from, to),
            _ => continue,
        };
        let placed = |order: &Order| order.placed_at.to_zoned_datetime(talk.zone().clone()).date();
        return Mention::of(
            orders.iter().copied().filter(|order| (from..=to).contains(&placed(order))).collect(),
        );
    }
    Mention::Nothing
}

/// The order that goes without saying: the one on the page, the one talked about, or the only one.
pub(super) fn understood_without_words<'a>(talk: &Talk<'a>, orders: &[&'a Order]) -> Option<&'a Order> {
    let by_id = |id: &OrderId| orders.iter().copied().find(|order| order.id == *id);
    let topic = match &talk.state.topic {
        Some(Shown::Order(id)) => by_id(id),
        _ => None,
    };
    let page = talk.turn.page.order.as_ref().and_then(by_id);
    topic.or(page).or(if orders.len() == 1 { orders.first().copied() } else { None })
}

/// Offers orders to choose from and remembers their sequence.
pub(super) fn offer_orders(talk: &mut Talk<'_>, orders: &[&Order]) -> Ask<()> {
    let listed = &orders[..orders.len().min(LISTED)];
    talk.state.shown = listed.iter().map(|order| Shown::Order(order.id.clone())).collect();
    let choices = listed
        .iter()
        .map(|order| Choice { label: order_label(talk, order), value: format!("order:{}", order.id) });
    let choices = choices.collect();
    talk.offer(choices);
    Ok(())
}

fn order_label(talk: &Talk<'_>, order: &Order) -> String {
    let title = order.lines.first().map_or("", |line| talk.text(&line.title));
    let key = if order.lines.len() > 1 { "choice.order_several" } else { "choice.order" };
    let (day, state) = (talk.day(order.placed_at), talk.label(state_key(order.state()), &[]));
    talk.label(key, &[("title", title), ("day", &day), ("state", &state)])
}

/// The reply key of an order state's name.
pub(super) fn state_key(state: OrderState) -> &'static str {
    match state {
        OrderState::Unpaid => "state.unpaid",
        OrderState::DepositPaid => "state.deposit_paid",
        OrderState::Paid => "state.paid",
        OrderState::PartlyShipped => "state.partly_shipped",
        OrderState::Shipped => "state.shipped",
        OrderState::Delivered => "state.delivered",
        OrderState::Completed => "state.completed",
        OrderState::Closed => "state.closed",
        OrderState::Refunded => "state.refunded",
    }
}
