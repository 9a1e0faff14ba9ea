//! Return, exchange, refund, cancel, faulty or wrong goods: one flow that ends in a ticket (COMMERCE.md,
//! "Returns, exchanges, refunds"). It finds the order, the units, the kind and the reason, names the rule,
//! the amount, who pays and the dates, and opens the ticket after an explicit yes. "Done" is said only once the
//! shop's system has confirmed it.
//!
//! ```text
//! shopper  我要退货，那件外套太大了
//! bot      请问是退货退款，还是换货呢？              (order, line and reason were in the words)
//! shopper  退货。运费谁出？
//! bot      这单有运费险…                             (the question in the middle)
//! bot      请核对：连帽外套×1，退货退款 ¥239.00，…   [确认] [修改] [不退了]
//! shopper  换成两件
//! bot      好的，商品改为连帽外套×2。请核对：…
//! shopper  确认
//! bot      正在提交…
//! (outcome) bot 退货申请已受理，单号 R1001，请在11月30日前寄回…
//! ```

mod case;
mod evidence;
mod hearing;
mod telling;
mod unpaid;

use super::{Flow, Heard, Next};
use crate::{
    dialogue::{
        handover, orders,
        talk::{Ask, Talk},
        words,
    },
    domain::{
        Act, Change, ChangeOutcome, Choice, FlowRun, LineId, OrderId, Reason, Shown, SlotValue,
        act::ChangeRequest,
        trade::{Order, OrderLine, OrderState, ReturnClass, Ticket, TicketKind},
    },
    trade::{self, Ground, Verdict},
};
use case::Case;

pub(super) struct ReturnFlow;

/// Words of a claim that was made already.
const APPLIED: &[&str] = &[
    "已经申请", "申请过了", "申请退款了", "申请了退", "申请退货了", "申请取消了", "退款申请了", "已申请", "提交过了",
    "already asked for", "already applied", "already requested", "have requested",
];

impl Flow for ReturnFlow {
    fn id(&self) -> &'static str {
        "return"
    }

    fn source(&self) -> &'static str {
        "flow:return"
    }

    fn name_key(&self) -> &'static str {
        "flow.name.return"
    }

    fn intents(&self) -> &'static [&'static str] {
        &[
            "return.request",
            "exchange.request",
            "refund.request",
            "order.cancel",
            "item.defective",
            "item.wrong_or_missing",
        ]
    }

    fn asides(&self) -> &'static [&'static str] {
        &["return.fee", "return.how", "return.policy", "refund.status"]
    }

    fn is_personal(&self) -> bool {
        true
    }

    fn changes_something(&self) -> bool {
        true
    }

    fn keeps_slots(&self) -> bool {
        true
    }

    fn hear(&self, talk: &mut Talk<'_>, run: &mut FlowRun) -> Ask<Heard> {
        hearing::hear(talk, run)
    }

        fn go_on(&self, talk: &mut Talk<'_>, run: &mut FlowRun) -> Ask<Next> {
        // 我申请退款了: what was asked for before is looked up, not asked for again.
        if run.asking.is_none() && words::has_any(talk.words(), APPLIED) {
            super::start(talk, "refund.status", None)?;
            return Ok(Next::Done);
        }
        go_on(talk, run)
    }

    fn outcome(&self, talk: &mut Talk<'_>, run: Option<&FlowRun>, outcome: &ChangeOutcome) -> Ask<()> {
        telling::outcome(talk, run, outcome)
    }
}

fn take(run: &mut FlowRun, slot: &str) -> Option<String> {
    match run.slots.remove(slot) {
        Some(SlotValue::Text(text)) => Some(text),
        _ => None,
    }
}

fn order_of<'a>(run: &FlowRun, orders: &'a [Order]) -> Option<&'a Order> {
    match run.slots.get("order") {
        Some(SlotValue::Order(id)) => orders.iter().find(|order| order.id == *id),
        _ => None,
    }
}

fn lines_of(run: &FlowRun) -> Option<&[(LineId, u32)]> {
    match run.slots.get("lines") {
        Some(SlotValue::Lines(lines)) => Some(lines),
        _ => None,
    }
}

/// Kinds by the code used in slots, choices and reply keys.
fn kind_of(code: &str) -> Option<TicketKind> {
    Some(match code {
        "return" => TicketKind::Return,
        "exchange" => TicketKind::Exchange,
        "refund_only" => TicketKind::RefundOnly,
        "repair" => TicketKind::Repair,
        "resend" => TicketKind::MissingOrWrong,
        _ => return None,
    })
}

/// One question at a time, in the order of COMMERCE.md; what is known is not asked.
fn go_on(talk: &mut Talk<'_>, run: &mut FlowRun) -> Ask<Next> {
    let shopper = talk.shopper()?.id.clone();
    talk.want(crate::dialogue::Query::Tickets(shopper));
    let orders = talk.orders()?;
    let tickets = talk.tickets()?;
    evidence::acknowledge(talk, run);
    let corrected = take(run, "corrected");
    if corrected.is_some() || run.asking.as_deref() != Some("confirm") {
        run.slots.remove("summarised");
    }
    let Some(order) = order_of(run, orders) else {
        telling::corrected(talk, run, None, corrected.as_deref());
        return ask_order(talk, run, orders);
    };
    if corrected.is_some() {
        hearing::settle_units(run, &claimable(order, tickets));
        telling::corrected(talk, run, Some(order), corrected.as_deref());
    }
    talk.about(Shown::Order(order.id.clone()));
            if let Some(next) = unpaid::instead(talk, run, order)? {
        return Ok(next);
    }
    if telling::closed_to_claims(talk, order) {
        return Ok(Next::Done);
    }
    if matches!(order.state(), OrderState::Paid) && kind_is_money(run) {
        cancel_whole_order(run, order, tickets);
    }
    if let Some(next) = settle_lines(talk, run, order, tickets) {
        return Ok(next);
    }
    if let Some(next) = settle_kind_and_reason(talk, run, order) {
        return Ok(next);
    }
    let Some(case) = Case::of(talk, run, order, tickets) else {
        run.slots.remove("lines");
        return Ok(settle_lines(talk, run, order, tickets).unwrap_or(Next::Done));
    };
    conclude(talk, run, &case)
}

fn kind_is_money(run: &FlowRun) -> bool {
    run.text("kind").is_none_or(|kind| matches!(kind, "refund_only" | "return"))
}

/// Before shipping, not wanting it means the whole order unless lines were named.
fn cancel_whole_order(run: &mut FlowRun, order: &Order, tickets: &[Ticket]) {
    run.put("kind", "refund_only");
    if run.text("reason").is_none() {
        run.put("reason", "cancel");
    }
    if lines_of(run).is_none() && !run.slots.contains_key("line") {
        let lines = claimable(order, tickets).into_iter().map(|(line, units)| (line.id.clone(), units)).collect();
        run.slots.insert("lines".to_owned(), SlotValue::Lines(lines));
    }
}

/// Lines with units left to claim; gifts follow their goods.
fn claimable<'a>(order: &'a Order, tickets: &[Ticket]) -> Vec<(&'a OrderLine, u32)> {
    let lines = order.lines.iter().filter(|line| !line.gift);
    lines
        .map(|line| (line, trade::refundable_units(order, line, tickets)))
        .filter(|(_, units)| *units > 0)
        .collect()
}

fn ask_order(talk: &mut Talk<'_>, run: &mut FlowRun, orders: &[Order]) -> Ask<Next> {
    if let Some(number) = run.text("unknown_order").map(str::to_owned) {
        talk.say("order.not_found", &[("number", &number)]);
        run.slots.remove("unknown_order");
    }
    let open = hearing::candidates(orders, run.text("intent").unwrap_or_default());
    if open.is_empty() {
        talk.say("return.no_orders", &[]);
        return Ok(Next::Done);
    }
    talk.say("return.ask_order", &[]);
    orders::offer_orders(talk, &open)?;
    Ok(Next::Ask("order"))
}

/// Which units. `None` when that is settled.
fn settle_lines(talk: &mut Talk<'_>, run: &mut FlowRun, order: &Order, tickets: &[Ticket]) -> Option<Next> {
    let open = claimable(order, tickets);
    if open.is_empty() {
        telling::already_claimed(talk, order, tickets);
        return Some(Next::Done);
    }
    let named = run.text("line").map(LineId::from);
    if named.as_ref().is_some_and(|id| order.line(id).is_some() && !open.iter().any(|(line, _)| line.id == *id)) {
        telling::already_claimed(talk, order, tickets);
        return Some(Next::Done);
    }
    hearing::settle_units(run, &open);
    if lines_of(run).is_some() {
        return None;
    }
    let of_line = open.iter().find(|(line, _)| named.as_ref() == Some(&line.id));
    match (of_line.or(if open.len() == 1 { open.first() } else { None }), open.len()) {
        (Some((line, units)), _) => {
            let title = talk.text(&line.title).to_owned();
            talk.say("return.ask_units", &[("title", &title), ("units", &units.to_string())]);
            offer_units(talk, line, *units);
        }
        (None, _) => {
            talk.say("return.ask_lines", &[]);
            offer_lines(talk, &open);
        }
    }
    Some(Next::Ask("lines"))
}

fn offer_units(talk: &mut Talk<'_>, line: &OrderLine, units: u32) {
    let few = (1..=units.min(3)).chain((units > 3).then_some(units));
    let choices = few.map(|count| {
        let key = if count == units { "choice.all_units" } else { "choice.units" };
        Choice { label: talk.label(key, &[("units", &count.to_string())]), value: format!("lines:{}x{count}", line.id) }
    });
    let choices = choices.collect();
    talk.offer(choices);
}

fn offer_lines(talk: &mut Talk<'_>, open: &[(&OrderLine, u32)]) {
    let value = |lines: &[(&OrderLine, u32)]| {
        let lines: Vec<_> = lines.iter().map(|(line, units)| format!("{}x{units}", line.id)).collect();
        format!("lines:{}", lines.join(","))
    };
    let mut choices: Vec<_> = open
        .iter()
        .map(|(line, units)| Choice { label: case::item_words(talk, line, *units), value: value(&[(line, *units)]) })
        .collect();
    choices.push(Choice { label: talk.label("choice.all_lines", &[]), value: value(open) });
    talk.offer(choices);
}

/// What for and why. `None` when both are known.
fn settle_kind_and_reason(talk: &mut Talk<'_>, run: &mut FlowRun, order: &Order) -> Option<Next> {
    let shipped_only = lines_of(run).unwrap_or_default().iter().all(|(id, _)| {
        order.line(id).is_some_and(|line| line.delivered_at.is_none() && line.state < crate::domain::trade::LineState::Delivered)
    });
    if shipped_only {
        run.put("kind", "refund_only");
        if run.text("reason").is_none() {
            run.put("reason", "cancel");
        }
        return None;
    }
    if run.text("reason") == Some("missing") {
        run.put("kind", "resend");
    }
        let classes: Vec<ReturnClass> = lines_of(run)
        .unwrap_or_default()
        .iter()
        .filter_map(|(id, _)| order.line(id))
        .map(|line| line.return_class)
        .collect();
    if run.text("kind").is_none() && is_refused_anyway(talk, run, order) {
        // What can't come back is said before anything is asked about it.
        run.put("kind", "return");
    }
    if run.text("kind").is_none() {
        talk.say("return.ask_kind", &[]);
        let choices = kinds_for(run.text("reason"), &classes).iter().map(|kind| {
            talk.choice_of(&format!("kind.{kind}"), &format!("kind:{kind}"))
        });
        let choices = choices.collect();
        talk.offer(choices);
        return Some(Next::Ask("kind"));
    }
    if run.text("reason").is_none() {
        talk.say("return.ask_reason", &[]);
        let choices = hearing::OFFERED_REASONS
            .iter()
            .map(|code| talk.choice_of(&format!("reason.{code}"), &format!("reason:{code}")))
            .collect();
        talk.offer(choices);
        return Some(Next::Ask("reason"));
    }
    if run.text("kind") == Some("exchange") && run.text("want").is_none() {
        talk.say("return.ask_want", &[]);
        return Some(Next::Ask("want"));
    }
    None
}

/// Whether without a reason none of the goods in hand may come back.
fn is_refused_anyway(talk: &Talk<'_>, run: &FlowRun, order: &Order) -> bool {
    let ground = run.text("reason").map(Ground::of);
    let refused = |(id, _): &(LineId, u32)| {
        order.line(id).is_some_and(|line| {
            let (now, zone) = (talk.now(), talk.zone());
            let verdict =
                trade::eligibility(line, TicketKind::Return, Ground::NoReason, &talk.shop.policy, now, zone);
            matches!(verdict, Verdict::Refused { .. })
        })
    };
    ground == Some(Ground::NoReason) && lines_of(run).is_some_and(|lines| lines.iter().all(refused))
}

/// The remedies that a reason gives a choice of. What is eaten or sent as a code is neither sent back nor repaired.
fn kinds_for(reason: Option<&str>, classes: &[ReturnClass]) -> &'static [&'static str] {
    let kept = classes.iter().any(|class| matches!(class, ReturnClass::Fresh | ReturnClass::Digital));
    match reason.map(Ground::of) {
        Some(Ground::Fault | Ground::NotAsAgreed) if kept => &["refund_only", "resend"],
        Some(Ground::Fault) => &["return", "exchange", "repair"],
        Some(Ground::NotAsAgreed) => &["resend", "exchange", "return"],
        _ => &["return", "exchange", "refund_only"],
    }
}

/// The rule's answer; a summary to confirm; after the yes, the change.
fn conclude(talk: &mut Talk<'_>, run: &mut FlowRun, case: &Case<'_>) -> Ask<Next> {
    if let Verdict::Refused { rule, since } = case.verdict {
        telling::refused(talk, case, rule, since);
        return Ok(Next::Done);
    }
    if talk.shop.policy.handoff_refund_over.is_some_and(|limit| case.amount.amount() > limit.amount()) {
        talk.state.flows.push(run.clone());
        handover::hand_over(talk, Reason::Amount);
        return Ok(Next::Done);
    }
    if let Some(next) = evidence::settle(talk, run, case) {
        return Ok(next);
    }
    match run.slots.remove("confirmed") {
        Some(SlotValue::Bool(true)) => Ok(submit(talk, run, case)),
        Some(_) => {
            talk.say("return.ask_change", &[]);
            let choices = [
                ("choice.change_order", "change:order"),
                ("choice.change_lines", "change:lines"),
                ("choice.change_kind", "change:kind"),
                ("choice.change_reason", "change:reason"),
                ("choice.cancel", "cancel"),
            ];
            let choices = choices.map(|(key, value)| talk.choice_of(key, value)).into();
            talk.offer(choices);
            Ok(Next::Ask("change_what"))
        }
        None => {
            if run.slots.insert("summarised".to_owned(), SlotValue::Bool(true)).is_some() {
                telling::summary_again(talk, case);
            } else {
                telling::summary(talk, case, run);
            }
            let choices = [("choice.confirm", "yes"), ("choice.change", "no"), ("choice.cancel", "cancel")];
            let choices = choices.map(|(key, value)| talk.choice_of(key, value)).into();
            talk.offer(choices);
            Ok(Next::Ask("confirm"))
        }
    }
}

fn submit(talk: &mut Talk<'_>, run: &mut FlowRun, case: &Case<'_>) -> Next {
    // The same request has the same key; a later flow for the same goods is another request, and the units'
    // claim keeps it from opening a second ticket.
    let lines: Vec<_> = case.claims.iter().map(|(line, units)| format!("{line}x{units}")).collect();
    let key = format!(
        "ticket/{}/{}/{}/{}",
        case.order.id,
        run.text("kind").unwrap_or_default(),
        lines.join(","),
        run.started_at.as_millisecond()
    );
    run.put("change", key.clone());
    let reason = match run.text("want") {
        Some(want) if case.kind == TicketKind::Exchange => format!("{}: {want}", case.reason),
        _ => case.reason.clone(),
    };
    talk.say("return.submitting", &[]);
    talk.acts.push(Act::Change(Change {
        key,
        request: ChangeRequest::OpenTicket {
            shopper: case.order.shopper.clone(),
            order: OrderId::clone(&case.order.id),
            kind: case.kind,
            reason,
            lines: case.claims.clone(),
            evidence: evidence::pictures(run),
            amount: case.amount,
            shipping_payer: if case.kind == TicketKind::RefundOnly { String::new() } else { case.payer.name().to_owned() },
            state: case.state,
            due: Some(case.due),
        },
    }));
    Next::Wait
}
