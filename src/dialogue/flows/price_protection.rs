//! The difference after a price drop: looked up in the shopper's own orders, worked out, and asked for by a ticket.
//!
//! ```text
//! shopper  我买的四件套降价了，退差价
//! bot      查到了：四件套当时实付 ¥413.88，现在页面价 ¥399.00，可以退差价 ¥14.88。帮您提交吗？
//! shopper  好
//! bot      登记好了：退差价，单号 T100001…
//! ```

use super::{Flow, Heard, Next};
use crate::{
    dialogue::{
        Query, cases, course, handover, products,
        talk::{Ask, Talk},
        words,
    },
    domain::{
        Act, Change, ChangeOutcome, Choice, FlowRun, LineId, Money, OrderId, ProductId, Reason, Shown, SlotValue,
        act::ChangeRequest,
        trade::{Order, OrderLine, TicketKind},
    },
    trade::{self, Protection},
};

pub(super) struct PriceProtectionFlow;

/// Orders looked at, the newest first.
const LOOKED_AT: usize = 12;

/// Words that ask for the rule.
const HOW_LONG: &[&str] = &["多少天", "几天", "多久", "多长时间", "how long", "how many days"];

/// A line with what the rule says of it.
struct Case<'a> {
    order: &'a Order,
    line: &'a OrderLine,
    protection: Protection,
}

impl Flow for PriceProtectionFlow {
    fn id(&self) -> &'static str {
        "price_protection"
    }

    fn name_key(&self) -> &'static str {
        "flow.name.protection"
    }

    fn intents(&self) -> &'static [&'static str] {
        &["price.protection"]
    }

    fn is_personal(&self) -> bool {
        true
    }

    fn changes_something(&self) -> bool {
        true
    }

    fn hear(&self, talk: &mut Talk<'_>, run: &mut FlowRun) -> Ask<Heard> {
        let before = run.slots.clone();
        if let Some(line) = talk.choice().and_then(|choice| choice.strip_prefix("line:")) {
            run.slots.insert("line".to_owned(), SlotValue::Text(line.to_owned()));
        }
        if let Some(id) = products::named(talk).into_iter().next() {
            run.slots.insert("product".to_owned(), SlotValue::Product(id));
            run.slots.remove("line");
        } else if run.asking.as_deref() == Some("confirm") {
            let choice = talk.choice();
            let yes = choice == Some("yes") || words::affirms(talk.words());
            if yes || choice == Some("no") || words::denies(talk.words()) {
                run.slots.insert("confirmed".to_owned(), SlotValue::Bool(yes));
            }
        }
        Ok(if run.slots == before { Heard::Nothing } else { Heard::Took })
    }

    fn go_on(&self, talk: &mut Talk<'_>, run: &mut FlowRun) -> Ask<Next> {
        let days = talk.shop.policy.price_protection_days;
        if days == 0 {
            talk.say("policy.price_protection_none", &[]);
            return Ok(Next::Done);
        }
                let asks_how_long = words::has_any(talk.words(), HOW_LONG);
        if run.asking.is_none() && (talk.turn.shopper.is_none() || asks_how_long) {
            talk.say("policy.price_protection", &[("days", &days.to_string())]);
        }
        if run.asking.is_none() && talk.turn.shopper.is_none() {
            talk.say_sign_in();
            return Ok(Next::Ask(course::SIGN_IN));
        }
        go_on(talk, run)
    }

    fn outcome(&self, talk: &mut Talk<'_>, _run: Option<&FlowRun>, outcome: &ChangeOutcome) -> Ask<()> {
        cases::told(talk, TicketKind::PriceProtection, outcome)
    }
}

fn go_on(talk: &mut Talk<'_>, run: &mut FlowRun) -> Ask<Next> {
    let shopper = talk.shopper()?.id.clone();
    talk.want(Query::Tickets(shopper));
    let meant = match run.slots.get("product") {
        Some(SlotValue::Product(id)) => Some(id.clone()),
        _ => products::meant_id(talk),
    };
    let chosen = match run.slots.get("line") {
        Some(SlotValue::Text(line)) => line.split_once('/').map(|(order, line)| (OrderId::from(order), LineId::from(line))),
        _ => None,
    };
    let orders = talk.orders()?;
    let lines: Vec<(&Order, &OrderLine)> = orders
        .iter()
        .take(LOOKED_AT)
        .flat_map(|order| order.lines.iter().map(move |line| (order, line)))
        .filter(|(order, line)| match (&chosen, &meant) {
            (Some((id, of)), _) => order.id == *id && line.id == *of,
            (None, Some(product)) => line.product == *product,
            (None, None) => true,
        })
        .collect();
    let cases = cases(talk, lines)?;
    if let (true, Some(product)) = (cases.is_empty(), &meant) {
        return not_bought(talk, product);
    }
    let drops: Vec<&Case<'_>> =
        cases.iter().filter(|case| matches!(case.protection, Protection::Drop { .. })).collect();
    match drops[..] {
        [] => Ok(no_drop(talk, &cases, meant.is_some())),
        [case] => conclude(talk, run, case),
        _ => {
            let choices = drops.iter().filter_map(|case| choice(talk, case)).collect();
            talk.say("protection.which", &[]);
            talk.offer(choices);
            Ok(Next::Ask("line"))
        }
    }
}

/// What the rule says of each line; of every product at once, since a turn has few rounds.
fn cases<'a>(talk: &mut Talk<'a>, lines: Vec<(&'a Order, &'a OrderLine)>) -> Ask<Vec<Case<'a>>> {
    lines.iter().for_each(|(_, line)| talk.want(Query::Product(line.product.clone())));
    let tickets = talk.tickets()?;
    let running = trade::running(&talk.shop.promotions, talk.turn.shopper.as_ref(), talk.now());
    let mut cases = Vec::new();
    for (order, line) in lines {
        let Some(product) = talk.product(&line.product)? else { continue };
        let moment = (talk.now(), talk.zone());
        let protection =
            trade::price_protection((order, line), product, &running, tickets, &talk.shop.policy, moment);
        cases.push(Case { order, line, protection });
    }
    Ok(cases)
}

fn not_bought(talk: &mut Talk<'_>, product: &ProductId) -> Ask<Next> {
    let title = talk.product(product)?.map(|product| talk.text(&product.title).to_owned());
    talk.say("protection.not_bought", &[("item", &title.unwrap_or_default())]);
    talk.offer_person();
    Ok(Next::Done)
}

fn no_drop(talk: &mut Talk<'_>, cases: &[Case<'_>], named: bool) -> Next {
    let days = talk.shop.policy.price_protection_days.to_string();
    let protected = cases.iter().find(|case| case.protection == Protection::NoDrop);
    let over = cases.iter().find_map(|case| match case.protection {
        Protection::Over(until) => Some((case, until)),
        _ => None,
    });
    match (named, protected, over) {
        (true, Some(case), _) => {
            let item = talk.text(&case.line.title).to_owned();
            talk.say("protection.no_drop", &[("item", &item), ("days", &days)]);
        }
        (true, None, Some((case, until))) => {
            let (item, until) = (talk.text(&case.line.title).to_owned(), talk.day(until));
            talk.say("protection.over", &[("item", &item), ("until", &until), ("days", &days)]);
        }
        _ => talk.say("protection.none_dropped", &[("days", &days)]),
    }
    talk.offer_person();
    Next::Done
}

fn choice(talk: &Talk<'_>, case: &Case<'_>) -> Option<Choice> {
    let Protection::Drop { amount, .. } = &case.protection else { return None };
    let item = talk.text(&case.line.title).to_owned();
    let label = talk.label("protection.choice", &[("item", &item), ("amount", &amount.to_string())]);
    Some(Choice { label, value: format!("line:{}/{}", case.order.id, case.line.id) })
}

fn conclude(talk: &mut Talk<'_>, run: &mut FlowRun, case: &Case<'_>) -> Ask<Next> {
    let Protection::Drop { units, now, amount } = &case.protection else { return Ok(Next::Done) };
    talk.about(Shown::Order(case.order.id.clone()));
    if talk.shop.policy.handoff_refund_over.is_some_and(|limit| amount.amount() > limit.amount()) {
        handover::hand_over(talk, Reason::Amount);
        return Ok(Next::Done);
    }
    match run.slots.remove("confirmed") {
        Some(SlotValue::Bool(true)) => Ok(submit(talk, run, case, *units, *amount)),
        Some(_) => {
            let what = talk.label("flow.name.protection", &[]);
            talk.say("flow.cancelled", &[("what", &what)]);
            Ok(Next::Done)
        }
        None => {
            let (item, paid) = (talk.text(&case.line.title).to_owned(), case.line.paid.to_string());
            let slots = [("item", &*item), ("paid", &*paid), ("now", &now.to_string()), ("amount", &amount.to_string())];
            talk.say("protection.summary", &slots);
            let choices = [("choice.confirm", "yes"), ("choice.cancel", "cancel")];
            let choices = choices.map(|(key, value)| talk.choice_of(key, value)).into();
            talk.offer(choices);
            Ok(Next::Ask("confirm"))
        }
    }
}

fn submit(talk: &mut Talk<'_>, run: &mut FlowRun, case: &Case<'_>, units: u32, amount: Money) -> Next {
    let key = format!("protection/{}/{}/{}", case.order.id, case.line.id, run.started_at.as_millisecond());
    run.slots.insert("change".to_owned(), SlotValue::Text(key.clone()));
    talk.say("return.submitting", &[]);
    let (state, due) = trade::opening_for_order(talk.now());
    talk.acts.push(Act::Change(Change {
        key,
        request: ChangeRequest::OpenTicket {
            shopper: case.order.shopper.clone(),
            order: case.order.id.clone(),
            kind: TicketKind::PriceProtection,
            reason: format!("price_drop: {}", case.line.id),
            lines: vec![(case.line.id.clone(), units)],
            evidence: Vec::new(),
            amount,
            shipping_payer: String::new(),
            state,
            due: Some(due),
        },
    }));
    Next::Wait
}
