//! A case, a quote and a change's outcome as JSON, everything personal masked.

use serde_json::{Value, json};

use super::catalog;
use crate::{
    domain::{
        ChangeOutcome, Localized, Money, Part, masking,
        trade::{Shopper, Ticket, WalletCoupon},
    },
    engine::{Case, CaseOrder, Changed, Explained, Plan, REASONS},
    store::{Conversation, Earlier},
    wire::{Json as Form, names::Named},
};

/// Money as on the wire.
pub(super) fn money(amount: Money) -> Value {
    json!(Form(amount))
}

fn part(part: &Part) -> Value {
    json!(Form(part.clone()))
}

/// Everything about a conversation.
pub(super) fn case(case: &Case) -> Value {
    json!({
        "shopper": shopper(case),
        "about": {
            "order": case.about.order.as_ref().map(|id| id.as_str()),
            "product": case.about.product.as_ref().map(|id| id.as_str()),
            "ticket": case.about.ticket.as_ref().map(|id| id.as_str()),
        },
        "orders": case.orders.iter().map(order).collect::<Vec<_>>(),
        "tickets": case.tickets.iter().map(|(card, known)| ticket(card, known)).collect::<Vec<_>>(),
        "evidence": case.pictures.iter().map(|(seq, picture)| with(part(picture), json!({"seq": seq}))).collect::<Vec<_>>(),
        "product": case.product.as_ref().map(|product| {
            with(catalog::product(product), json!({"stock": product.stock()}))
        }),
        "coupons": case.coupons.iter().map(|(card, held)| coupon(card.as_ref(), held)).collect::<Vec<_>>(),
        "earlier": case.earlier.iter().map(earlier).collect::<Vec<_>>(),
        "slots": case.slots.iter().map(|(name, value)| json!({"name": name, "value": slot(name, value)})).collect::<Vec<_>>(),
        "limits": {
            "refund_limit": case.refund_limit.map(money), "refund_max": case.refund_max.map(money),
            "coupons": case.may_give.iter().map(part).collect::<Vec<_>>(), "reasons": REASONS,
        },
        "unavailable": case.unavailable,
    })
}

/// Who is signed in; what the shop's system did not say of them is `null`.
fn shopper(case: &Case) -> Option<Value> {
    let id = case.shopper_id.as_ref()?;
    let of = |value: fn(&Shopper) -> Value| case.shopper.as_ref().map(value);
    Some(json!({
        "id": id.as_str(),
        "name": of(|shopper| masking::name(&shopper.name).into()),
        "phone": of(|shopper| masking::phone(&shopper.phone).into()),
        "level": of(|shopper| shopper.level.as_str().into()),
        "points": of(|shopper| shopper.points.into()),
        "note": of(|shopper| shopper.note.as_str().into()),
        "locale": of(|shopper| shopper.locale.map(|locale| locale.tag()).into()),
    }))
}

/// What the shopper told a flow, as far as it says who and where they are.
fn slot(name: &str, value: &str) -> String {
    match name {
        "phone" => masking::phone(value),
        "name" => masking::name(value),
        "street" | "heard" => masking::street(value),
        _ => value.to_owned(),
    }
}

/// A card with more beside it.
fn with(mut card: Value, more: Value) -> Value {
    if let (Some(card), Value::Object(more)) = (card.as_object_mut(), more) {
        card.extend(more);
    }
    card
}

fn order(known: &CaseOrder) -> Value {
    let address = masking::delivery(&known.order.address);
    let claimable = known.claimable.iter();
    let claimable: Vec<Value> = claimable
        .map(|(line, units, amount)| json!({"line": line.as_str(), "units": units, "amount": money(*amount)}))
        .collect();
    let discounts = known.order.discounts.iter();
    let more = json!({
        "address": {
            "name": address.name, "phone": address.phone, "region": address.region, "detail": address.detail,
        },
        "shipping_fee": money(known.order.shipping_fee),
        "discounts": discounts.map(|it| json!({"label": it.label, "amount": money(it.amount)})).collect::<Vec<_>>(),
        "picking": known.order.picking, "claimable": claimable, "left": money(known.left),
        "variants": known.order.lines.iter().map(|line| {
            json!({"line": line.id.as_str(), "variant": line.variant.as_str(), "gift": line.gift})
        }).collect::<Vec<_>>(),
    });
    with(part(&known.card), more)
}

fn ticket(card: &Part, known: &Ticket) -> Value {
    let history = known.history.iter();
    let history: Vec<Value> =
        history.map(|(at, state)| json!({"at": at.to_string(), "state": state.wire_name()})).collect();
    let more = json!({
        "order": known.order.as_str(), "reason": known.reason, "opened_at": known.opened_at.to_string(),
        "history": history,
    });
    with(part(card), more)
}

fn coupon(card: Option<&Part>, held: &WalletCoupon) -> Value {
    let more = json!({
        "claimed_at": held.claimed_at.to_string(), "order": held.order.as_ref().map(|order| order.as_str()),
    });
    with(card.map_or_else(|| json!({"id": held.promotion.as_str()}), part), more)
}

fn earlier(earlier: &Earlier) -> Value {
    let Conversation { id, mode, created_at, rating, agent, .. } = &earlier.conversation;
    json!({
        "conversation": id.as_str(), "mode": mode.name(), "since": created_at.to_string(),
        "closed_at": earlier.closed_at.map(|at| at.to_string()),
        "agent": agent.as_ref().map(|agent| json!({"name": agent.name})),
        "summary": earlier.summary, "wrap_up": earlier.wrap_up, "note": earlier.note,
        "rating": rating.as_ref().map(|rating| json!({"score": rating.score, "comment": rating.comment})),
    })
}

/// What a change would come to.
pub(super) fn quote(planned: &Result<Plan, &'static str>) -> Value {
    let plan = planned.as_ref().ok();
    let amount = |which: fn(&Plan) -> Option<Money>| plan.and_then(which).map(money);
    json!({
        "refused": planned.as_ref().err(),
        "amount": amount(|plan| plan.amount), "computed": amount(|plan| plan.computed),
        "most": amount(|plan| plan.most), "limit": amount(|plan| plan.limit),
        "shipping_payer": plan.and_then(|plan| plan.shipping_payer.clone()),
        "due": plan.and_then(|plan| plan.due).map(|due| due.to_string()),
        "lines": plan.map(|plan| plan.explained.iter().map(explained).collect::<Vec<_>>()).unwrap_or_default(),
    })
}

fn both(text: &Localized) -> Value {
    json!({"zh": text.zh, "en": text.en})
}

/// A line of an explanation: a code with what it is about. The desk words it in the reader's language.
fn explained(line: &Explained) -> Value {
    match line {
        Explained::Line { line, title, variant, units, amount } => json!({
            "code": "line", "line": line.as_str(), "title": both(title), "variant": both(variant), "units": units,
            "amount": money(*amount),
        }),
        Explained::Shipping(amount) => json!({"code": "shipping", "amount": money(*amount)}),
        Explained::Beyond(rule) => json!({"code": "beyond", "rule": rule}),
        Explained::Condition(condition) => json!({"code": "condition", "condition": condition}),
        Explained::OnItsWay => json!({"code": "on_its_way"}),
        Explained::Compensated(amount) => json!({"code": "compensated", "amount": money(*amount)}),
        Explained::DepositKept(amount) => json!({"code": "deposit_kept", "amount": money(*amount)}),
        Explained::Changed { from, to } => json!({"code": "changed", "from": money(*from), "to": money(*to)}),
    }
}

/// What became of a change.
pub(super) fn changed(changed: &Changed) -> Value {
    let (outcome, reason) = match &changed.outcome {
        ChangeOutcome::Done => ("done", None),
        ChangeOutcome::TicketOpened(_) => ("ticket", None),
        ChangeOutcome::Refused(code) => ("refused", Some(code.as_str())),
    };
    let id = match &changed.outcome {
        ChangeOutcome::TicketOpened(id) => Some(id.as_str()),
        _ => None,
    };
    json!({
        "outcome": outcome, "reason": reason, "ticket_id": id, "ticket": changed.ticket.as_ref().map(part),
        "order": changed.order.as_ref().map(part), "seq": changed.seq,
    })
}
