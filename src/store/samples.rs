//! Values that the store's tests are made of.

use super::{
    AgentMessage, Closing, Destination, NewAgent, NewAnswer, NewConversation, NewShopperMessage, Onward,
    Page, Role, Seed, Staff, Take, Taking, TurnCommit,
};
use crate::domain::{
    Author, Change, Content, ConversationId, Locale, Mode, Part, ShopId, Trace,
    act::ChangeRequest,
    trade::{LineState, Order, TicketKind, TicketState, Variant, WalletCoupon},
};
pub(crate) use crate::wire::samples::*;

pub(crate) fn shop() -> ShopId {
    ShopId::from("demo")
}

pub(crate) fn new_conversation(id: &str, seconds: i64) -> NewConversation {
    let mut token_hash = [0; 32];
    for (slot, byte) in token_hash.iter_mut().zip(id.bytes()) {
        *slot = byte;
    }
    NewConversation {
        id: id.into(),
        shop: shop(),
        token_hash,
        token_expires_at: at(seconds + 3600),
        shopper: None,
        locale: Locale::ZhHant,
        page: Page { product: Some("tee".into()), order: None, url: Some("/#/p/tee".to_owned()) },
        at: at(seconds),
    }
}

pub(crate) fn said(client_id: &str, text: &str, seconds: i64) -> NewShopperMessage {
    NewShopperMessage {
        client_id: client_id.to_owned(),
        content: Content::Text(text.to_owned()),
        parts: vec![Part::text(text)],
        reopen_to: None,
        at: at(seconds),
    }
}

pub(crate) fn answer(text: &str) -> NewAnswer {
    let trace = Trace {
        intent: Some("return.request".to_owned()),
        confidence: Some(0.75),
        source: "flow:return".to_owned(),
        micros: 12,
    };
    NewAnswer { from: Author::Bot, parts: vec![Part::text(text)], trace: Some(trace) }
}

/// A turn that answers up to a message with one text, from a version.
pub(crate) fn turn(id: &ConversationId, version: u64, answered_up_to: u64, seconds: i64) -> TurnCommit {
    TurnCommit {
        conversation: id.clone(),
        expected_version: version,
        answered_up_to,
        answered_outcomes: Vec::new(),
        state: some_state(),
        messages: vec![answer("好的")],
        mode: None,
        handoff: None,
        contact: None,
        outbox: Vec::new(),
        once: Vec::new(),
        look_again_at: None,
        at: at(seconds),
    }
}

/// A turn that puts the conversation into the queue.
pub(crate) fn to_queue(id: &ConversationId, version: u64, answered_up_to: u64, seconds: i64) -> TurnCommit {
    TurnCommit {
        mode: Some(Mode::Queue),
        handoff: Some(handoff()),
        ..turn(id, version, answered_up_to, seconds)
    }
}

pub(crate) fn staff(id: &str) -> Staff {
    Staff { id: id.into(), name: format!("客服{id}") }
}

pub(crate) fn take(id: &ConversationId, agent: &str, seconds: i64) -> Take {
    Take {
        conversation: id.clone(),
        agent: staff(agent),
        from: Taking::Waiting,
        notice: vec![Part::text("来了")],
        at: at(seconds),
    }
}

pub(crate) fn closing(id: &ConversationId, agent: &str, seconds: i64) -> Closing {
    Closing {
        conversation: id.clone(),
        agent: Some(agent.into()),
        notice: vec![Part::text("结束")],
        wrap_up: Some("returns".to_owned()),
        note: None,
        summary: vec!["要求人工".to_owned()],
        topic: None,
        untouched_since: None,
        at: at(seconds),
    }
}

pub(crate) fn onward(id: &ConversationId, holder: &str, to: Destination, seconds: i64) -> Onward {
    Onward {
        conversation: id.clone(),
        holder: Some(holder.into()),
        only_unanswered: false,
        to,
        note: Some("要发票".to_owned()),
        notice: vec![Part::text("换人")],
        at: at(seconds),
    }
}

pub(crate) fn agent_says(agent: &str, client_id: &str, text: &str, seconds: i64) -> AgentMessage {
    AgentMessage {
        agent: staff(agent),
        client_id: client_id.to_owned(),
        parts: vec![Part::text(text)],
        at: at(seconds),
    }
}

pub(crate) fn new_agent(id: &str, name: &str) -> NewAgent {
    NewAgent {
        id: id.into(),
        name: name.to_owned(),
        password_hash: "$argon2id$…".to_owned(),
        role: Role::Agent,
        shops: vec![shop()],
        groups: vec!["after_sale".to_owned()],
        capacity: 3,
        must_change: true,
        oidc_subject: None,
        at: at(0),
    }
}

/// A request for a ticket over units of lines of the first order.
pub(crate) fn ticket(key: &str, lines: &[(&str, u32)]) -> Change {
    ticket_of("lin", key, lines)
}

/// The same, asked for by anybody.
pub(crate) fn ticket_of(shopper: &str, key: &str, lines: &[(&str, u32)]) -> Change {
    let request = ChangeRequest::OpenTicket {
        shopper: shopper.into(),
        order: "20261101001".into(),
        kind: TicketKind::Return,
        reason: "no_reason".to_owned(),
        lines: lines.iter().map(|(line, units)| ((*line).into(), *units)).collect(),
        evidence: Vec::new(),
        amount: yuan("84.15"),
        shipping_payer: "shopper".to_owned(),
        state: TicketState::WaitingForGoods,
        due: None,
    };
    Change { key: key.to_owned(), request }
}

pub(crate) fn seed() -> Seed {
    let coupon = |order: Option<&str>| WalletCoupon {
        promotion: "ten-off".into(),
        claimed_at: at(1),
        order: order.map(Into::into),
    };
    let mut tee = product("tee");
    tee.variants.push(Variant { id: "tee-black-m".into(), stock: 3, ..tee.variants[0].clone() });
    tee.variants.push(Variant { id: "tee-silk-m".into(), price: yuan("199"), ..tee.variants[0].clone() });
    Seed {
        at: at(1),
        products: vec![tee, product("shoe")],
        shoppers: vec![shopper("lin"), shopper("wang")],
        orders: vec![
            order("20261101001", "lin", 1),
            order("20261101002", "lin", 9),
            order("20261101003", "wang", 5),
            in_state(order("20261101004", "wang", 6), LineState::Unpaid),
            in_state(order("20261101005", "wang", 7), LineState::Paid),
            Order { picking: true, ..in_state(order("20261101006", "wang", 8), LineState::Paid) },
        ],
        wallets: vec![("wang".into(), coupon(Some("20261101004"))), ("lin".into(), coupon(None))],
    }
}

/// The order before it was shipped.
fn in_state(mut order: Order, state: LineState) -> Order {
    order.shipments.clear();
    for line in &mut order.lines {
        (line.state, line.delivered_at) = (state, None);
    }
    order
}
