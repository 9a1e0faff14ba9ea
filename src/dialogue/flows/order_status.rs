//! Where an order, its parcel or its refund stands; answered from the shopper's own orders.
//!
//! ```text
//! shopper  我的快递到哪了
//! bot      请问是哪一单呢？ [纯棉T恤 · 11月20日 · 运输中] [台灯 · …]
//! shopper  台灯那个
//! bot      台灯由中通承运，最新：今天 08:10 杭州 已到达… (and the parcel's card)
//! ```

use jiff::SignedDuration;

use super::{Flow, Heard, Next};
use crate::{
    dialogue::{
        cards, orders,
        orders::Mention,
        talk::{Ask, Talk},
        words,
    },
    domain::{
        Choice, FlowRun, Shown, SlotValue,
        trade::{LineState, Order, OrderState, Shipment, ShipmentState, TicketState},
    },
    trade,
};

pub(super) struct OrderStatus;

/// Hours without news after which a parcel counts as stuck (the carriers' own practice).
const STUCK_AFTER_HOURS: i64 = 48;

/// Words that say a parcel never came.
const NOT_RECEIVED: &[&str] =
    &["没收到", "未收到", "没有收到", "没拿到", "没见到", "没送到", "not received", "didn't receive", "never arrived", "haven't received"];

impl Flow for OrderStatus {
    fn id(&self) -> &'static str {
        "order_status"
    }

    fn source(&self) -> &'static str {
        "flow:order_status"
    }

    fn name_key(&self) -> &'static str {
        "flow.name.order_status"
    }

    fn intents(&self) -> &'static [&'static str] {
        &[
            "order.status",
            "shipping.track",
            "shipping.urge",
            "shipping.when",
            "shipping.delay",
            "shipping.lost",
            "refund.status",
        ]
    }

    fn is_personal(&self) -> bool {
        true
    }

    fn hear(&self, talk: &mut Talk<'_>, run: &mut FlowRun) -> Ask<Heard> {
        let orders = talk.orders()?;
        let all: Vec<&Order> = orders.iter().collect();
        let found = match orders::mentioned(talk, &all) {
            Mention::One(order) => order,
            Mention::Several(several) => match fitting(&several, &intent(run)).as_slice() {
                [order] => order,
                _ => return Ok(Heard::Nothing),
            },
            Mention::Unknown(number) => {
                run.slots.insert("unknown_order".to_owned(), SlotValue::Text(number));
                return Ok(Heard::Took);
            }
            Mention::Nothing => return Ok(Heard::Nothing),
        };
        run.slots.insert("order".to_owned(), SlotValue::Order(found.id.clone()));
        Ok(Heard::Took)
    }

    fn answers_alike(&self) -> bool {
        true
    }

    fn go_on(&self, talk: &mut Talk<'_>, run: &mut FlowRun) -> Ask<Next> {
        let intent = intent(run);
        if talk.turn.shopper.is_none() && intent == "shipping.when" {
            let hours = talk.shop.policy.ship_promise_hours.to_string();
            talk.say("shipping.promise", &[("hours", &hours)]);
            return Ok(Next::Done);
        }
        if intent == "refund.status" {
            let shopper = talk.shopper()?.id.clone();
            talk.want(crate::dialogue::Query::Tickets(shopper));
        }
        let orders = talk.orders()?;
        if let Some(SlotValue::Text(number)) = run.slots.remove("unknown_order") {
            talk.say("order.not_found", &[("number", &number)]);
        }
        let all: Vec<&Order> = orders.iter().collect();
        let chosen = match run.slots.get("order") {
            Some(SlotValue::Order(id)) => all.iter().copied().find(|order| order.id == *id),
            _ => None,
        };
        if let ("refund.status", None) = (intent.as_str(), chosen)
            && say_refunds(talk, &all)?
        {
            return Ok(Next::Done);
        }
        let fitting = fitting(&all, &intent);
        match chosen.or_else(|| orders::understood_without_words(talk, &fitting)) {
            Some(order) => {
                tell(talk, order, &intent)?;
                Ok(Next::Done)
            }
            None if fitting.is_empty() => {
                talk.say("order.none", &[]);
                Ok(Next::Done)
            }
            None => {
                talk.say("order.ask_which", &[]);
                orders::offer_orders(talk, &fitting)?;
                Ok(Next::Ask("order"))
            }
        }
    }
}

fn intent(run: &FlowRun) -> String {
    match run.slots.get("intent") {
        Some(SlotValue::Text(intent)) => intent.clone(),
        _ => "order.status".to_owned(),
    }
}

/// The orders an intent can be about; all of them when none fits.
fn fitting<'a>(orders: &[&'a Order], intent: &str) -> Vec<&'a Order> {
    let wanted: &[OrderState] = match intent {
        "shipping.track" | "shipping.delay" => &[OrderState::Shipped, OrderState::PartlyShipped],
        "shipping.urge" | "shipping.when" => &[OrderState::Paid, OrderState::PartlyShipped],
        "shipping.lost" => &[OrderState::Delivered, OrderState::Shipped],
        "refund.status" => &[OrderState::Refunded, OrderState::Closed],
        _ => &[],
    };
    let fit: Vec<_> = orders.iter().copied().filter(|order| wanted.contains(&order.state())).collect();
    if fit.is_empty() { orders.to_vec() } else { fit }
}

/// Refunds under way, by their tickets. Whether there was one.
fn say_refunds(talk: &mut Talk<'_>, orders: &[&Order]) -> Ask<bool> {
    let tickets = talk.tickets()?;
    let money = talk.nothing();
    let mut said = false;
        let moving = tickets.iter().filter(|ticket| {
        let asked = orders.iter().any(|order| order.id == ticket.order);
        asked && ticket.amount != money && ticket.state != TicketState::Cancelled
    });
    for ticket in moving.take(2) {
        let next = cards::next_words(talk, ticket);
        let amount = ticket.amount.to_string();
        talk.say("refund.ticket", &[("ticket", ticket.id.as_str()), ("amount", &amount), ("next", &next)]);
        let card = cards::ticket(talk, ticket);
        talk.show(card);
        said = true;
    }
    if !said && let Some(order) = orders.iter().find(|order| order.refund.is_some()) {
        said = say_refund(talk, order);
    }
    if !said {
        talk.say("refund.none", &[]);
        said = true;
    }
    Ok(said)
}

fn say_refund(talk: &mut Talk<'_>, order: &Order) -> bool {
    let Some(refund) = &order.refund else { return false };
    let key = if refund.state == "done" { "refund.done" } else { "refund.processing" };
    let (amount, day) = (refund.amount.to_string(), talk.day(refund.at));
    talk.say(key, &[("order", order.id.as_str()), ("amount", &amount), ("day", &day)]);
    true
}

/// The order's story, as far as the question needs it.
fn tell(talk: &mut Talk<'_>, order: &Order, intent: &str) -> Ask<()> {
    // "订单号 … 没收到货" names an order first, and is about the parcel that the carrier says was signed for.
    let missing = words::has_any(talk.words(), NOT_RECEIVED) && order.state() == OrderState::Delivered;
    let intent = if missing { "shipping.lost" } else { intent };
    talk.about(Shown::Order(order.id.clone()));
    talk.state.shown = vec![Shown::Order(order.id.clone())];
        if intent == "refund.status" {
        return say_refunds(talk, &[order]).map(drop);
    }
    if intent == "order.status" || order.shipments.is_empty() {
        say_state(talk, order);
        let card = cards::order(talk, order);
        talk.show(card);
    }
    if order.lines.iter().any(|line| line.state == LineState::Paid) {
        say_not_shipped(talk, order, intent);
    }
    if intent != "order.status" || matches!(order.state(), OrderState::Shipped | OrderState::PartlyShipped) {
        for shipment in &order.shipments {
            say_parcel(talk, order, shipment, intent);
        }
    }
    Ok(())
}

fn say_state(talk: &mut Talk<'_>, order: &Order) {
    let state = talk.label(orders::state_key(order.state()), &[]);
    let total = order.total.to_string();
    let no_money = matches!(order.state(), OrderState::Unpaid | OrderState::Closed);
    let key = if no_money { "order.state_unpaid" } else { "order.state" };
    talk.say(key, &[("order", order.id.as_str()), ("state", &state), ("total", &total)]);
    if order.state() == OrderState::Unpaid {
        talk.say("order.unpaid", &[]);
    }
}

fn say_not_shipped(talk: &mut Talk<'_>, order: &Order, intent: &str) {
    let policy = &talk.shop.policy;
    let by = talk.moment(trade::ship_by(order, policy));
    if trade::is_late(order, policy, talk.now()) {
        talk.say("shipping.late", &[("by", &by)]);
        if let Some(compensation) = policy.late_compensation {
            talk.say("shipping.late_compensation", &[("amount", &compensation.to_string())]);
        }
        let choices =
            vec![talk.choice_of("choice.urge", "handoff:yes"), talk.choice_of("label.order.cancel", "intent:order.cancel")];
        talk.offer(choices);
    } else {
        talk.say("shipping.ships_by", &[("by", &by)]);
        if intent == "shipping.urge" {
            let choices = vec![talk.choice_of("choice.urge", "handoff:yes")];
            talk.offer(choices);
        }
    }
}

fn say_parcel(talk: &mut Talk<'_>, order: &Order, shipment: &Shipment, intent: &str) {
    let latest = shipment.events.last();
    let (place, what) = latest.map_or(("", ""), |event| (event.place.as_str(), event.text.as_str()));
    let at = talk.moment(latest.map_or(shipment.shipped_at, |event| event.at));
    let slots = [
        ("carrier", shipment.carrier.as_str()),
        ("number", &shipment.number),
        ("at", &at),
        ("place", place),
        ("what", what),
    ];
    let quiet_since = latest.map_or(shipment.shipped_at, |event| event.at);
    let quiet = talk.now().duration_since(quiet_since) > SignedDuration::from_hours(STUCK_AFTER_HOURS);
    match shipment.state {
        ShipmentState::Delivered => return say_delivered(talk, order, shipment, intent),
        ShipmentState::WaitingPickup => talk.say("parcel.waiting_pickup", &slots),
        ShipmentState::OutForDelivery => talk.say("parcel.out_for_delivery", &slots),
        ShipmentState::Exception => talk.say("parcel.exception", &slots),
        ShipmentState::InTransit if quiet => talk.say("parcel.stuck", &slots),
        ShipmentState::InTransit => talk.say("parcel.in_transit", &slots),
    }
    talk.show(cards::tracking(shipment));
    if shipment.state == ShipmentState::Exception || quiet || matches!(intent, "shipping.delay" | "shipping.lost") {
        talk.offer_person();
    }
}

fn say_delivered(talk: &mut Talk<'_>, order: &Order, shipment: &Shipment, intent: &str) {
    let at = shipment.delivered_at.or_else(|| order.lines.iter().find_map(|line| line.delivered_at));
    let at = at.map(|at| talk.moment(at)).unwrap_or_default();
    let slots = [("carrier", shipment.carrier.as_str()), ("number", &shipment.number), ("at", &at)];
    if intent == "shipping.lost" {
        talk.say("parcel.signed_not_received", &slots);
        talk.show(cards::tracking(shipment));
        talk.offer_person();
        return;
    }
    talk.say("parcel.delivered", &slots);
    talk.show(cards::tracking(shipment));
    let back = Choice { label: talk.label("label.return.request", &[]), value: "intent:return.request".to_owned() };
    let lost = Choice { label: talk.label("label.shipping.lost", &[]), value: "intent:shipping.lost".to_owned() };
    talk.offer(vec![back, lost]);
}
