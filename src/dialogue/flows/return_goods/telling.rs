//! What the return flow says: the summary, refusals with their rule and date, and the outcome.

use jiff::Timestamp;

use super::{Case, case::item_words, evidence, lines_of};
use crate::{
    dialogue::{
        cases,
        talk::{Ask, Talk},
    },
    domain::{
        ChangeOutcome, FlowRun, LineId,
        trade::{LineState, Order, OrderState, Ticket, TicketKind, TicketState},
    },
    trade::{Condition, Ground, NextStep, Payer, Rule, Verdict, next_step},
};

/// Orders for which nothing can be claimed, with what the shopper can do instead. Whether it was one.
pub(super) fn closed_to_claims(talk: &mut Talk<'_>, order: &Order) -> bool {
    match order.state() {
        
                OrderState::Unpaid | OrderState::DepositPaid => talk.say("return.not_paid", &[]),
        OrderState::Closed | OrderState::Refunded => match &order.refund {
            Some(refund) => {
                let (amount, day) = (refund.amount.to_string(), talk.day(refund.at));
                talk.say("return.refunded", &[("amount", &amount), ("day", &day)]);
            }
            None => talk.say("return.closed", &[]),
        },
        _ => return false,
    }
    true
}

/// All units are claimed already: the tickets that do so.
pub(super) fn already_claimed(talk: &mut Talk<'_>, order: &Order, tickets: &[Ticket]) {
    talk.say("return.already", &[]);
    let standing = |ticket: &&Ticket| ticket.order == order.id && ticket.state != TicketState::Cancelled;
    for ticket in tickets.iter().filter(standing).take(2) {
        cases::show(talk, ticket);
    }
}

/// What is now meant in place of what was, before the next question: a correction only nodded at may have been
/// misheard. `slots` are the names of the slots that changed.
pub(super) fn corrected(talk: &mut Talk<'_>, run: &FlowRun, order: Option<&Order>, slots: Option<&str>) {
    let changes: Vec<String> = slots
        .into_iter()
        .flat_map(|slots| slots.split(' '))
        .filter_map(|slot| {
            let value = now_meant(talk, run, order, slot)?;
            Some(talk.label(&format!("corrected.{slot}"), &[("value", &value)]))
        })
        .collect();
    if !changes.is_empty() {
        let changes = talk.list(&changes);
        talk.say("flow.noted", &[("changes", &changes)]);
    }
}

/// A slot's value in the shopper's language.
fn now_meant(talk: &Talk<'_>, run: &FlowRun, order: Option<&Order>, slot: &str) -> Option<String> {
    match slot {
        "order" => order.map(|order| order.id.to_string()),
        "lines" => goods_now_meant(talk, run, order?),
        "kind" => run.text("kind").and_then(super::kind_of).map(|kind| talk.label(kind.reply_key(), &[])),
        "reason" => run.text("reason").map(|reason| reason_words(talk, reason)),
        _ => run.text(slot).map(str::to_owned),
    }
}

/// The units where they are known, else the goods alone: how many is asked next.
fn goods_now_meant(talk: &Talk<'_>, run: &FlowRun, order: &Order) -> Option<String> {
    if let Some(lines) = lines_of(run) {
        let items = lines.iter().filter_map(|(id, units)| Some(item_words(talk, order.line(id)?, *units)));
        return Some(talk.list(&items.collect::<Vec<_>>()));
    }
    let line = order.line(&LineId::from(run.text("line")?))?;
    Some(talk.text(&line.title).to_owned())
}

/// A reason by its name, or as the shopper told it.
fn reason_words(talk: &Talk<'_>, reason: &str) -> String {
    match reason.split_once(':') {
        Some((_, told)) => told.to_owned(),
        None => talk.label(&format!("reason.{reason}"), &[]),
    }
}

/// The claim to confirm: goods, kind, reason, money, who pays and until when.
pub(super) fn summary(talk: &mut Talk<'_>, case: &Case<'_>, run: &FlowRun) {
    let items = case.items(talk);
    let kind = talk.label(case.kind.reply_key(), &[]);
    let reason = reason_words(talk, &case.reason);
    let amount = case.amount.to_string();
    let slots = [
        ("items", items.as_str()),
        ("kind", &kind),
        ("reason", &reason),
        ("amount", &amount),
    ];
    if case.kind == TicketKind::Exchange {
        let slots = [slots[0], slots[2], ("want", run.text("want").unwrap_or_default())];
        talk.say("return.summary_exchange", &slots);
    } else if case.amount == talk.nothing() {
        talk.say("return.summary_goods", &slots[..3]);
    } else {
        talk.say("return.summary_money", &slots);
    }
    let due = talk.moment(case.due);
    match case.state {
        TicketState::WaitingForGoods => {
            say_payer(talk, case);
            talk.say("return.send_back_until", &[("until", &due)]);
        }
        TicketState::Refunding => talk.say("return.refund_until", &[("until", &due)]),
        _ => talk.say("return.review_until", &[("until", &due)]),
    }
        let on_its_way = |(id, _): &(LineId, u32)| {
        case.order.line(id).is_some_and(|line| line.state == LineState::Shipped)
    };
    if case.kind == TicketKind::RefundOnly && case.claims.iter().any(on_its_way) {
        talk.say("return.intercept", &[]);
    }
    let pictures = evidence::pictures(run).len();
    if 0 < pictures {
        talk.say("return.evidence_attached", &[("count", &pictures.to_string())]);
    } else if Ground::of(&case.reason).is_sellers() {
        talk.say("return.keep_photos", &[]);
    }
    say_condition(talk, case);
    if case.order.lines.iter().any(|line| line.gift) && case.kind == TicketKind::Return {
        talk.say("return.gift_too", &[]);
    }
}

/// The question alone, where the summary stands a little above.
pub(super) fn summary_again(talk: &mut Talk<'_>, case: &Case<'_>) {
    let (items, kind) = (case.items(talk), talk.label(case.kind.reply_key(), &[]));
    talk.say("return.confirm_again", &[("items", &items), ("kind", &kind)]);
}

fn say_payer(talk: &mut Talk<'_>, case: &Case<'_>) {
    match (case.payer, talk.shop.policy.freight_insurance_cap) {
        (Payer::Seller, _) => talk.say("return.payer_seller", &[]),
        (Payer::Insurance, Some(cap)) => talk.say("return.payer_insurance", &[("cap", &cap.to_string())]),
        _ => talk.say("return.payer_shopper", &[]),
    }
}

fn say_condition(talk: &mut Talk<'_>, case: &Case<'_>) {
    let Verdict::Allowed { condition, .. } = case.verdict else { return };
    match condition {
        Condition::None => {}
        Condition::Whole => talk.say("return.condition_whole", &[]),
        Condition::SealUnbroken => talk.say("return.condition_seal", &[]),
        Condition::NotOpened => talk.say("return.condition_not_opened", &[]),
    }
}

/// No, by which rule and since when, and what is left to do.
pub(super) fn refused(talk: &mut Talk<'_>, case: &Case<'_>, rule: Rule, since: Option<Timestamp>) {
    let items = case.items(talk);
    let since = since.map(|since| talk.day(since)).unwrap_or_default();
    let days = talk.shop.policy.no_reason_days.to_string();
    let slots = [("items", items.as_str()), ("since", &since), ("days", &days)];
    talk.say(refusal_key(rule), &slots);
    talk.offer_person();
}

/// The reply key of a rule that says no.
fn refusal_key(rule: Rule) -> &'static str {
    match rule {
        Rule::NoReasonOver => "return.refused.over",
        Rule::Custom => "return.refused.custom",
        Rule::Fresh => "return.refused.fresh",
        Rule::Digital => "return.refused.digital",
        Rule::Periodical => "return.refused.periodical",
        Rule::Waived => "return.refused.waived",
        _ => "return.refused.other",
    }
}

/// The ticket's number and what happens next, or why there is none.
pub(super) fn outcome(talk: &mut Talk<'_>, run: Option<&FlowRun>, outcome: &ChangeOutcome) -> Ask<()> {
    let id = match outcome {
                ChangeOutcome::TicketOpened(id) => id,
        ChangeOutcome::Done => {
                        match run.and_then(|run| run.text("deposit")) {
                Some(deposit) => talk.say("return.deposit_kept", &[("amount", deposit)]),
                None => talk.say("return.order_cancelled", &[]),
            }
            return Ok(());
        }
        ChangeOutcome::Refused(code) => {
            talk.say(if code == "units_claimed" { "return.already" } else { "return.failed" }, &[]);
            talk.offer_person();
            return Ok(());
        }
    };
    let kind = run.and_then(|run| run.text("kind")).and_then(super::kind_of).unwrap_or(TicketKind::Return);
    let kind = talk.label(kind.reply_key(), &[]);
    talk.say("return.opened", &[("ticket", id.as_str()), ("kind", &kind)]);
    let Some(ticket) = cases::opened(talk, id)? else { return Ok(()) };
    if next_step(ticket.state) == NextStep::ShopperSendsBack {
        let address = talk.text(&talk.shop.policy.return_address).to_owned();
        let until = ticket.due.map(|due| talk.moment(due)).unwrap_or_default();
        let key = if address.is_empty() { "return.next_send_back_no_address" } else { "return.next_send_back" };
        talk.say(key, &[("address", &address), ("until", &until)]);
    }
    cases::show(talk, ticket);
    Ok(())
}

