//! The shop's rules told from its policy, where the merchant wrote no text of their own.
//!
//! ```text
//! shopper  支持七天无理由吗
//! bot      支持的，签收次日起7天内…
//! shopper  运费谁出
//! bot      质量问题由我们承担…
//! ```

use super::{Flow, Next};
use crate::{
    dialogue::{
        hours, orders, products,
        talk::{Ask, Talk},
    },
    domain::{
        EntityKind, EntityValue, FlowRun, SlotValue,
        trade::{LineState, Order, ReturnClass, TicketKind},
    },
    trade::{self, Ground, Verdict},
};

pub(super) struct PolicyFlow;

impl Flow for PolicyFlow {
    fn id(&self) -> &'static str {
        "policy"
    }

    fn intents(&self) -> &'static [&'static str] {
        &[
            "return.policy",
            "return.how",
            "return.fee",
            "shipping.fee",
            "shipping.carrier",
            "shipping.region",
            "store.info",
            "warranty.repair",
        ]
    }

    fn yields_to_faq(&self) -> bool {
        true
    }

    fn go_on(&self, talk: &mut Talk<'_>, run: &mut FlowRun) -> Ask<Next> {
        let Some(SlotValue::Text(intent)) = run.slots.get("intent").cloned() else { return Ok(Next::Pass) };
        match intent.as_str() {
            "return.policy" => return_policy(talk)?,
            "return.how" => return_how(talk),
            "return.fee" => return_fee(talk),
            "shipping.fee" => shipping_fee(talk),
            "shipping.carrier" => carriers(talk),
            "shipping.region" => region(talk),
            "store.info" => store(talk),
            "warranty.repair" => warranty(talk)?,
            _ => return Ok(Next::Pass),
        }
        Ok(Next::Done)
    }
}

/// The rule, and what it means for the order or product talked about.
fn return_policy(talk: &mut Talk<'_>) -> Ask<()> {
    let days = talk.shop.policy.no_reason_days.to_string();
    if talk.turn.shopper.is_some() && (talk.turn.page.order.is_some() || talk.state.topic.is_some()) {
        let all: Vec<&Order> = talk.orders()?.iter().collect();
        let order = orders::understood_without_words(talk, &all).filter(|_| all.len() > 1 || talk.turn.page.order.is_some());
        if let Some(order) = order
            && say_deadline(talk, order)
        {
            return Ok(());
        }
    }
    if let Some(product) = products::meant(talk)?
        && product.return_class != ReturnClass::Normal
    {
        let title = talk.text(&product.title).to_owned();
        let key = match product.return_class {
            ReturnClass::Sealed => "policy.return_sealed",
            ReturnClass::OpenedMedia => "policy.return_media",
            _ => "policy.return_excluded",
        };
        talk.say(key, &[("title", &title), ("days", &days)]);
        return Ok(());
    }
    talk.say("policy.return", &[("days", &days)]);
    Ok(())
}

/// Until when the first delivered line may come back. Whether there was such a line.
fn say_deadline(talk: &mut Talk<'_>, order: &Order) -> bool {
    let line = order.lines.iter().find(|line| line.state == LineState::Delivered && !line.gift);
    let Some(line) = line else { return false };
    let verdict = trade::eligibility(
        line,
        TicketKind::Return,
        Ground::NoReason,
        &talk.shop.policy,
        talk.now(),
        talk.zone(),
    );
    let title = talk.text(&line.title).to_owned();
    match verdict {
        Verdict::Allowed { until: Some(until), .. } => {
            let until = talk.day(until);
            talk.say("policy.return_until", &[("title", &title), ("until", &until)]);
            let choices = vec![talk.choice_of("label.return.request", "intent:return.request")];
            talk.offer(choices);
        }
        Verdict::Refused { since: Some(since), .. } => {
            let since = talk.day(since);
            talk.say("policy.return_over", &[("title", &title), ("since", &since)]);
        }
        _ => return false,
    }
    true
}

fn return_how(talk: &mut Talk<'_>) {
    let address = talk.text(&talk.shop.policy.return_address).to_owned();
    let days = talk.shop.policy.refund_within_days.to_string();
    if address.is_empty() {
        talk.say("policy.return_how_no_address", &[("days", &days)]);
    } else {
        talk.say("policy.return_how", &[("address", &address), ("days", &days)]);
    }
    let choices = vec![talk.choice_of("label.return.request", "intent:return.request")];
    talk.offer(choices);
}

fn return_fee(talk: &mut Talk<'_>) {
    match talk.shop.policy.freight_insurance_cap {
        _ if talk.shop.policy.free_returns => talk.say("policy.return_fee_free", &[]),
        Some(cap) => talk.say("policy.return_fee_insured", &[("cap", &cap.to_string())]),
        None => talk.say("policy.return_fee", &[]),
    }
}

fn shipping_fee(talk: &mut Talk<'_>) {
    let policy = &talk.shop.policy;
    let fee = policy.shipping_fee.to_string();
    match policy.free_shipping_over {
        _ if policy.shipping_fee.amount().is_zero() => talk.say("policy.shipping_free", &[]),
        Some(over) => talk.say("policy.shipping_fee", &[("fee", &fee), ("over", &over.to_string())]),
        None => talk.say("policy.shipping_fee_always", &[("fee", &fee)]),
    }
}

fn carriers(talk: &mut Talk<'_>) {
    let names = talk.list(&talk.shop.policy.carriers);
    talk.say(if names.is_empty() { "policy.carriers_unknown" } else { "policy.carriers" }, &[("carriers", &names)]);
}

/// Whether it ships to the place named; without a place, where it does not.
fn region(talk: &mut Talk<'_>) {
    let place = talk.entities(EntityKind::Region).find_map(|entity| match &entity.value {
        EntityValue::Text(place) => Some(place.clone()),
        _ => None,
    });
    let excluded = &talk.shop.policy.excluded_regions;
    let matches = |place: &str| excluded.iter().any(|region| place.contains(region.as_str()) || region.contains(place));
    match place {
        Some(place) if matches(&place) => talk.say("policy.region_no", &[("place", &place)]),
        Some(place) => talk.say("policy.region_yes", &[("place", &place)]),
        None if excluded.is_empty() => talk.say("policy.region_all", &[]),
        None => {
            let places = talk.list(excluded);
            talk.say("policy.region_except", &[("places", &places)]);
        }
    }
}

fn store(talk: &mut Talk<'_>) {
    let hours = &talk.shop.hours;
    let (from, to) = (hours.from.strftime("%H:%M").to_string(), hours.to.strftime("%H:%M").to_string());
    if hours.from == hours.to {
        talk.say("policy.hours_all_day", &[]);
    } else {
        talk.say("policy.hours", &[("from", &from), ("to", &to)]);
    }
    if !hours::people_answer(hours, &talk.turn.now)
        && let Some(back) = hours::opens_next(hours, &talk.turn.now)
    {
        let back = talk.moment(back.timestamp());
        talk.say("policy.hours_next", &[("back", &back)]);
    }
    if let Some(phone) = talk.shop.phone.clone() {
        talk.say("policy.phone", &[("phone", &phone)]);
    }
    if let Some(address) = talk.shop.address.as_ref() {
        let address = talk.text(address).to_owned();
        talk.say("policy.address", &[("address", &address)]);
    }
}

fn warranty(talk: &mut Talk<'_>) -> Ask<()> {
    let product = products::meant(talk)?;
    let days = product.and_then(|product| product.warranty_days).unwrap_or(talk.shop.policy.warranty_days);
    talk.say("policy.warranty", &[("days", &days.to_string())]);
    let choices = vec![talk.choice_of("label.item.defective", "intent:item.defective")];
    talk.offer(choices);
    Ok(())
}
