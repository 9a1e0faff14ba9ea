//! Values that the store's tests are made of.

use super::{
    AgentMessage, Closing, NewAgent, NewAnswer, NewConversation, NewShopperMessage, NewTicket, Page, Role,
    Seed, Staff, Take, TurnCommit,
};
use crate::domain::{
    Author, Content, ConversationId, Locale, Mode, Part, ShopId, Trace,
    trade::{TicketKind, TicketState},
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
        outbox: Vec::new(),
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
        conversation: id.clone(), agent: staff(agent), notice: vec![Part::text("来了")], at: at(seconds)
    }
}

pub(crate) fn closing(id: &ConversationId, agent: &str, seconds: i64) -> Closing {
    Closing {
        conversation: id.clone(),
        agent: Some(agent.into()),
        notice: vec![Part::text("结束")],
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
        must_change: true,
        at: at(0),
    }
}

pub(crate) fn new_ticket(key: &str, line: &str, units: u32) -> NewTicket {
    NewTicket {
        key: key.to_owned(),
        shopper: "lin".into(),
        order: "20261101001".into(),
        kind: TicketKind::Return,
        reason: "no_reason".to_owned(),
        lines: vec![(line.into(), units)],
        amount: yuan("84.15"),
        shipping_payer: "shopper".to_owned(),
        state: TicketState::WaitingForGoods,
        due: None,
        at: at(10),
    }
}

pub(crate) fn seed() -> Seed {
    Seed {
        at: at(1),
        products: vec![product("tee"), product("shoe")],
        shoppers: vec![shopper("lin"), shopper("wang")],
        orders: vec![
            order("20261101001", "lin", 1),
            order("20261101002", "lin", 9),
            order("20261101003", "wang", 5),
        ],
    }
}
