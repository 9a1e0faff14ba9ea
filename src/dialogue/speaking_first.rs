//! What the assistant says without being asked, by the shop's rule and never twice: goods that a shopper waits for are
//! back, an order waits to be paid, goods were priced and not bought (COMMERCE.md has the orders' states; the shop's `policy.toml` the times).
//!
//! ```text
//! (half an hour of silence)
//! bot      提醒您：订单 610027006010 还没付款…                [取消订单] [不用管它]
//! ```

use jiff::{SignedDuration, Timestamp, civil::Time, tz::TimeZone};

use super::{
    Source, cards, course, flows,
    talk::{Ask, Stop, Talk},
};
use crate::{
    domain::{
        Act, DialogueState, Mode,
        trade::{Order, OrderState, Policy, Reminders},
    },
    trade,
};

/// An order that has waited longer is not reminded of any more: its shopper has thought better of it.
const STALE: SignedDuration = SignedDuration::from_hours(72);

/// How often goods that a shopper waits for are looked at.
const STOCK_EVERY: SignedDuration = SignedDuration::from_mins(30);

/// When to look at a silence that begins now; `None` where the shop does not let the assistant speak first.
pub fn looks_again_at(
    policy: &Policy,
    state: &DialogueState,
    now: Timestamp,
    zone: &TimeZone,
) -> Option<Timestamp> {
    let rules = &policy.reminders;
    let stock = (!state.watched.is_empty()).then_some(STOCK_EVERY);
    let soonest = rules.pay_after.into_iter().chain(rules.basket_after).chain(stock).min()?;
    Some(after_quiet(rules, now.saturating_add(soonest).ok()?, zone))
}

/// The moment itself, or the end of the quiet hours that it falls into.
fn after_quiet(rules: &Reminders, at: Timestamp, zone: &TimeZone) -> Timestamp {
    let Some((from, until)) = rules.quiet else { return at };
    let local = at.to_zoned_datetime(zone.clone());
    if !is_between(local.time(), from, until) {
        return at;
    }
    let ends = local.date().to_datetime(until).to_zoned_datetime(zone.clone());
    let ends = ends.and_then(|ends| if ends.timestamp() < at { ends.tomorrow() } else { Ok(ends) });
    ends.map_or(at, |ends| ends.timestamp())
}

/// Whether a time of day lies between two, past midnight too.
fn is_between(time: Time, from: Time, until: Time) -> bool {
    if from <= until { from <= time && time < until } else { from <= time || time < until }
}

/// Says what there is to be said into a silence; nothing, mostly.
pub(super) fn speak(talk: &mut Talk<'_>) -> Ask<Source> {
    let shop = talk.shop;
    let rules = &shop.policy.reminders;
    if talk.turn.mode != Mode::Bot {
        return Ok(Source::default());
    }
    if after_quiet(rules, talk.now(), talk.zone()) != talk.now() {
        talk.acts.push(Act::LookAgain(after_quiet(rules, talk.now(), talk.zone())));
        return Ok(Source::default());
    }
    flows::ask_for_stock(talk);
    let mut again = Vec::new();
    let source = if flows::stock_news(talk)? {
        again.extend(looks_again_at(&shop.policy, &talk.state, talk.now(), talk.zone()));
        "restock"
    } else if reminds(talk, rules, &mut again)? {
        again.clear();
        "reminder"
    } else {
        ""
    };
    if !talk.state.watched.is_empty() {
        again.extend(talk.now().checked_add(STOCK_EVERY).ok());
    }
    if let Some(at) = again.into_iter().min() {
        let at = after_quiet(rules, at, talk.zone());
        talk.acts.push(Act::LookAgain(at));
    }
    Ok(Source { name: source.to_owned(), ..Source::default() })
}

/// What the shop's rules have it remind of.
fn reminds(talk: &mut Talk<'_>, rules: &Reminders, again: &mut Vec<Timestamp>) -> Ask<bool> {
    let orders = match talk.orders() {
        Err(Stop::SignIn) => &[],
        // Nobody has asked: a shop's system that is away is no reason to speak.
        Err(Stop::Unavailable) => return Ok(false),
        orders => orders?,
    };
    Ok(remind_to_pay(talk, rules, orders, again)? || remind_of_basket(talk, rules, orders, again))
}

/// The newest order that waits to be paid and was not reminded of in any conversation.
fn remind_to_pay(
    talk: &mut Talk<'_>,
    rules: &Reminders,
    orders: &[Order],
    again: &mut Vec<Timestamp>,
) -> Ask<bool> {
    let Some(wait) = rules.pay_after else { return Ok(false) };
    // A yes has to belong to one question: what is open is left to be answered first.
    if talk.state.flows.iter().any(|run| run.asking.is_some()) {
        again.extend(talk.now().checked_add(wait).ok());
        return Ok(false);
    }
    let key = |order: &Order| format!("pay/{}", order.id);
    let age = |order: &Order| talk.now().duration_since(order.placed_at);
    let unpaid: Vec<&Order> =
        orders.iter().filter(|order| order.state() == OrderState::Unpaid && age(order) < STALE).collect();
    let said = match talk.said_once(unpaid.iter().map(|order| key(order)).collect()) {
        Err(Stop::Unavailable) => return Ok(false),
        said => said?,
    };
    let due = unpaid.into_iter().filter(|order| !said.contains(&key(order)));
    let (ripe, green): (Vec<&Order>, Vec<&Order>) =
        due.partition(|order| wait <= talk.now().duration_since(order.placed_at));
    again.extend(green.iter().filter_map(|order| order.placed_at.checked_add(wait).ok()));
    let Some(order) = ripe.first() else { return Ok(false) };
    let items: Vec<String> =
        order.lines.iter().filter(|line| !line.gift).map(|line| talk.text(&line.title).to_owned()).collect();
    let (items, total) = (talk.list(&items), order.total.to_string());
    talk.say("remind.pay", &[("order", order.id.as_str()), ("items", &items), ("total", &total)]);
    let card = cards::order(talk, order);
    talk.show(card);
    talk.about(crate::domain::Shown::Order(order.id.clone()));
    let choices = vec![
        talk.choice_of("choice.call_off", "intent:order.cancel"),
        talk.choice_of("choice.ask", "intent:payment.problem"),
    ];
    talk.offer(choices);
    talk.acts.push(Act::Once(key(order)));
    Ok(true)
}

/// Goods that were priced in this conversation, where nothing was ordered since and no question is open.
fn remind_of_basket(
    talk: &mut Talk<'_>,
    rules: &Reminders,
    orders: &[Order],
    again: &mut Vec<Timestamp>,
) -> bool {
    let (Some(wait), Some(spoken_at)) = (rules.basket_after, talk.state.touched_at) else { return false };
    let bought = orders.iter().any(|order| spoken_at <= order.placed_at);
    let reminded = talk.state.said.contains_key("remind.basket");
    if talk.state.basket.is_empty() || bought || reminded || course::is_asking(talk) {
        return false;
    }
    let Ok(at) = spoken_at.checked_add(wait) else { return false };
    if talk.now() < at {
        again.push(at);
        return false;
    }
    let next = trade::running(&talk.shop.promotions, talk.turn.shopper.as_ref(), talk.now())
        .into_iter()
        .map(|promotion| promotion.until)
        .min();
    talk.say("remind.basket", &[]);
    // Haste only where there is some: a promotion that ends within the day.
    if let Some(until) =
        next.filter(|until| until.duration_since(talk.now()) < SignedDuration::from_hours(24))
    {
        let until = talk.moment(until);
        talk.say("remind.ends", &[("until", &until)]);
    }
    let choices = vec![
        talk.choice_of("label.promo.calculate", "intent:promo.calculate"),
        talk.choice_of("label.order.place", "intent:order.place"),
    ];
    talk.offer(choices);
    true
}
