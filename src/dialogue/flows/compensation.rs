//! Compensation, by the shop's rule and no further: an order that is paid and has not left within the promised time gets
//! the amount that `policy.toml` states, once, as a ticket after an explicit yes (COMMERCE.md, "the shop's stated
//! compensation"). A price drop is price protection's, damage is after-sales'; who asks for more, or for something that
//! no rule gives, gets a person. Nothing is promised, and nobody bargains.
//!
//! ```text
//! shopper  都三天了还不发货，赔钱吧
//! bot      很抱歉让您久等：订单 610027002069 应在昨天发货。按店里的规定补偿 ¥5.00，帮您登记吗？   [确认] [算了]
//! shopper  好
//! bot      登记好了：晚发货补偿，单号 T100001…
//! ```

use super::{Flow, Heard, Next};
use crate::{
    dialogue::{
        Query, cases, course, flows, handover,
        orders::{self, Mention},
        talk::{Ask, Stop, Talk},
        words,
    },
    domain::{
        Act, Change, ChangeOutcome, EntityKind, EntityValue, FlowRun, Money, Reason, Shown, SlotValue,
        act::ChangeRequest,
        trade::{LineState, Order, Ticket, TicketKind, TicketState},
    },
    trade,
};

pub(super) struct Compensation;

const LATE: &[&str] = &[
    "晚", "迟", "慢", "不发货", "没发货", "还没发", "还不发", "没有发", "未发货", "超时", "延误", "延迟", "拖", "等了", "久",
    "late", "delay", "delayed", "slow", "not shipped", "hasn't shipped", "waiting", "overdue",
];
const DAMAGE: &[&str] = &[
    "坏", "破", "碎", "裂", "漏液", "质量", "瑕疵", "划痕", "污渍", "故障", "damaged", "broken", "faulty", "defective",
    "cracked", "torn",
];
const WRONG: &[&str] = &["发错", "寄错", "少发", "漏发", "少寄", "缺件", "wrong item", "missing item", "wrong size"];
const DROPPED: &[&str] = &["降价", "差价", "买贵", "便宜了", "跌价", "price drop", "cheaper now", "price difference"];
/// More than the rule gives.
const MORE: &[&str] = &[
    "太少", "不够", "才", "就这点", "这点钱", "多赔", "再多", "多补", "打发", "加点", "more", "not enough", "too little",
    "is that all",
];
/// What harm came of it is another matter than that it is late.
const BEYOND: &[&str] = &[
    "安装", "师傅", "医药", "误工", "精神", "损失", "丢件", "丢了", "保价", "数据", "发票", "仓库", "客服", "答应", "京东",
    "allergic", "installation", "lost", "promised",
];
/// A demand without a reason is short.
const SHORT: usize = 14;

impl Flow for Compensation {
    fn id(&self) -> &'static str {
        "compensation"
    }

    fn name_key(&self) -> &'static str {
        "flow.name.compensation"
    }

    fn intents(&self) -> &'static [&'static str] {
        &["compensation.request"]
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
        let before = run.slots.clone();
        let text = talk.words();
        if text.contains('倍') {
            run.slots.insert("more".to_owned(), SlotValue::Bool(true));
        }
        if let Some(amount) = asked_amount(talk) {
            run.slots.insert("asked".to_owned(), SlotValue::Money(amount));
        }
        match run.asking.as_deref() {
            Some("confirm") => {
                let choice = talk.choice();
                if words::has_any(text, MORE) {
                    run.slots.insert("more".to_owned(), SlotValue::Bool(true));
                } else if choice == Some("yes") || words::affirms(text) {
                    run.slots.insert("confirmed".to_owned(), SlotValue::Bool(true));
                } else if choice == Some("no") || words::denies(text) {
                    run.slots.insert("confirmed".to_owned(), SlotValue::Bool(false));
                }
            }
            Some("order") => {
                let orders: Vec<&Order> = talk.orders()?.iter().collect();
                if let Mention::One(order) = orders::mentioned(talk, &orders) {
                    run.slots.insert("order".to_owned(), SlotValue::Order(order.id.clone()));
                }
            }
            _ => {}
        }
        Ok(if run.slots == before { Heard::Nothing } else { Heard::Took })
    }

    fn go_on(&self, talk: &mut Talk<'_>, run: &mut FlowRun) -> Ask<Next> {
        if run.asking.is_none() {
            if let Some(next) = elsewhere(talk)? {
                return Ok(next);
            }
            if !is_about_lateness(talk) {
                return Ok(Next::Pass);
            }
        }
        let Some(amount) = talk.shop.policy.late_compensation else { return Ok(Next::Pass) };
        if talk.turn.shopper.is_none() {
            if run.asking.is_none() {
                let hours = talk.shop.policy.ship_promise_hours.to_string();
                talk.say("compensation.rule", &[("hours", &hours), ("amount", &amount.to_string())]);
            }
            talk.say_sign_in();
            return Ok(Next::Ask(course::SIGN_IN));
        }
        let shopper = talk.shopper()?.id.clone();
        talk.want(Query::Tickets(shopper));
        let orders = talk.orders()?;
        let tickets = talk.tickets()?;
        match which(talk, run, orders) {
            Which::One(order) => conclude(talk, run, order, tickets, amount),
            Which::Several(late) => {
                talk.say("compensation.which", &[]);
                orders::offer_orders(talk, &late)?;
                Ok(Next::Ask("order"))
            }
            Which::Unknown(number) => {
                talk.say("order.not_found", &[("number", &number)]);
                Ok(Next::Done)
            }
            Which::None => {
                talk.say("compensation.none_late", &[]);
                talk.offer_person();
                Ok(Next::Done)
            }
        }
    }

    fn outcome(&self, talk: &mut Talk<'_>, _run: Option<&FlowRun>, outcome: &ChangeOutcome) -> Ask<()> {
        cases::told(talk, TicketKind::Compensation, outcome)
    }
}

fn asked_amount(talk: &Talk<'_>) -> Option<Money> {
    talk.entities(EntityKind::Money).find_map(|entity| match &entity.value {
        EntityValue::Decimal(amount) => Some(Money::new(*amount, talk.shop.currency)),
        _ => None,
    })
}

/// What another flow makes good.
fn elsewhere(talk: &mut Talk<'_>) -> Ask<Option<Next>> {
    let text = talk.words();
    let intent = match () {
        () if words::has_any(text, DROPPED) => "price.protection",
        () if words::has_any(text, BEYOND) => return Ok(None),
        () if words::has_any(text, WRONG) => "item.wrong_or_missing",
        () if words::has_any(text, DAMAGE) => "item.defective",
        () => return Ok(None),
    };
    if intent != "price.protection" {
        talk.say("compensation.after_sale", &[]);
    }
    match flows::start(talk, intent, None) {
        Err(Stop::SignIn) => Err(Stop::SignIn),
        started => Ok(started?.map(|_| Next::Done)),
    }
}

/// Late it must be, or a bare demand for which that may be the reason.
fn is_about_lateness(talk: &Talk<'_>) -> bool {
    let text = talk.words();
    if words::has_any(text, BEYOND) {
        return false;
    }
    let bare = text.chars().count() <= SHORT || (text.is_ascii() && text.split_whitespace().count() <= 6);
    bare || words::has_any(text, LATE)
}

enum Which<'a> {
    One(&'a Order),
    /// These are late.
    Several(Vec<&'a Order>),
    Unknown(String),
    None,
}

/// The order in question: one that was named, else what is late.
fn which<'a>(talk: &Talk<'a>, run: &mut FlowRun, orders: &'a [Order]) -> Which<'a> {
    if let Some(SlotValue::Order(id)) = run.slots.get("order") {
        return orders.iter().find(|order| order.id == *id).map_or(Which::None, Which::One);
    }
    let all: Vec<&Order> = orders.iter().collect();
    let is_late = |order: &&Order| trade::is_late(order, &talk.shop.policy, talk.now());
    let late: Vec<&Order> = all.iter().copied().filter(is_late).collect();
    let has = |kinds: &[EntityKind]| kinds.iter().any(|kind| talk.entities(*kind).next().is_some());
    let numbered = talk.choice().is_some() || has(&[EntityKind::OrderNo, EntityKind::TrackingNo, EntityKind::Last4]);
    // What is late is meant sooner; but who names other goods means those, and is told how they stand.
    match orders::mentioned(talk, if numbered { &all } else { &late }) {
        Mention::One(order) => return Which::One(order),
        Mention::Unknown(number) if numbered => return Which::Unknown(number),
        Mention::Nothing if has(&[EntityKind::ProductName]) => match orders::mentioned(talk, &all) {
            Mention::One(order) => return Which::One(order),
            Mention::Several(orders) => return orders.first().map_or(Which::None, |order| Which::One(order)),
            _ => {}
        },
        _ => {}
    }
    let about = |order: &&'a Order| talk.state.topic == Some(Shown::Order(order.id.clone()));
    match (&late[..], late.iter().copied().find(about)) {
        (_, Some(order)) => Which::One(order),
        ([only], None) => Which::One(only),
        ([], None) => all.iter().copied().find(about).map_or(Which::None, Which::One),
        _ => Which::Several(late),
    }
}

fn conclude(
    talk: &mut Talk<'_>,
    run: &mut FlowRun,
    order: &Order,
    tickets: &[Ticket],
    amount: Money,
) -> Ask<Next> {
    run.slots.insert("order".to_owned(), SlotValue::Order(order.id.clone()));
    talk.about(Shown::Order(order.id.clone()));
        // The rule gives a refund or the compensation, never both (COMMERCE.md, "Orders").
    let waits = order.lines.iter().filter(|line| line.state == LineState::Paid && !line.gift);
    let refunded = waits.clone().count() > 0 && waits.into_iter().all(|line| trade::refundable_units(order, line, tickets) == 0);
    let late = trade::is_late(order, &talk.shop.policy, talk.now()) && !refunded;
    let slots = [("order", order.id.as_str()), ("amount", &*amount.to_string())];
    let asked = run.slots.get("asked").is_some_and(|asked| matches!(asked, SlotValue::Money(asked) if asked.amount() > amount.amount()));
    let over = talk.shop.policy.handoff_refund_over.is_some_and(|limit| amount.amount() > limit.amount());
    if late && (asked || over || run.slots.contains_key("more")) {
        talk.say("compensation.no_more", &slots);
        handover::hand_over(talk, Reason::Amount);
        return Ok(Next::Done);
    }
    let given = |ticket: &&Ticket| {
        ticket.order == order.id
            && ticket.kind == TicketKind::Compensation
            && ticket.state != TicketState::Cancelled
    };
    if let Some(ticket) = tickets.iter().find(given) {
        talk.say("compensation.already", &[("order", order.id.as_str()), ("amount", &ticket.amount.to_string())]);
        cases::show(talk, ticket);
        return Ok(Next::Done);
    }
        if refunded {
        talk.say("compensation.refunded", &[("order", order.id.as_str())]);
        talk.offer_person();
        return Ok(Next::Done);
    }
    if !late {
        return Ok(not_late(talk, order));
    }
    match run.slots.remove("confirmed") {
        Some(SlotValue::Bool(true)) => Ok(submit(talk, run, order, amount)),
        Some(_) => {
            let what = talk.label("flow.name.compensation", &[]);
            talk.say("flow.cancelled", &[("what", &what)]);
            Ok(Next::Done)
        }
        None => {
            let by = talk.moment(trade::ship_by(order, &talk.shop.policy));
            talk.say("compensation.offer", &[slots[0], slots[1], ("by", &by)]);
            let choices = [("choice.confirm", "yes"), ("choice.cancel", "cancel")];
            let choices = choices.map(|(key, value)| talk.choice_of(key, value)).into();
            talk.offer(choices);
            Ok(Next::Ask("confirm"))
        }
    }
}

/// The rule gives nothing for it; who sees it otherwise gets a person.
fn not_late(talk: &mut Talk<'_>, order: &Order) -> Next {
    let waits = order.lines.iter().any(|line| line.state == LineState::Paid);
    if waits {
        let by = talk.moment(trade::ship_by(order, &talk.shop.policy));
        talk.say("compensation.not_late", &[("order", order.id.as_str()), ("by", &by)]);
    } else {
        let state = talk.label(orders::state_key(order.state()), &[]);
        talk.say("compensation.not_waiting", &[("order", order.id.as_str()), ("state", &state)]);
    }
    talk.offer_person();
    Next::Done
}

fn submit(talk: &mut Talk<'_>, run: &mut FlowRun, order: &Order, amount: Money) -> Next {
    // A later flow for the same order is another request; the store gives an order one.
    let key = format!("compensation/{}/{}", order.id, run.started_at.as_millisecond());
    run.put("change", key.clone());
    talk.say("return.submitting", &[]);
    let (state, due) = trade::opening_for_order(talk.now());
    talk.acts.push(Act::Change(Change {
        key,
        request: ChangeRequest::OpenTicket {
            shopper: order.shopper.clone(),
            order: order.id.clone(),
            kind: TicketKind::Compensation,
            reason: "late_shipment".to_owned(),
            lines: Vec::new(),
            evidence: Vec::new(),
            amount,
            shipping_payer: String::new(),
            state,
            due: Some(due),
        },
    }));
    Next::Wait
}
