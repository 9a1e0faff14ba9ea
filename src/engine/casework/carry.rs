//! A person's wish for a shopper: quoted, then carried out once by the client's id, told to the shopper, and kept in the
//! audit log.
//!
//! The order of writing makes a crash harmless: the wish with its plan is stored before the shop's system is asked, its
//! outcome last of all. In between, the same request again goes on where it stopped, by the same key.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{
    Known,
    plan::{Basis, No, Plan, plan},
    wish::Wish,
    words::Left,
};
use crate::{
    backend::BackendError,
    bus::Event,
    domain::{
        Change, ChangeOutcome, Mode, Money, Part,
        act::ChangeRequest,
        trade::{Product, Shopper},
    },
    engine::{Engine, EngineError, assistant::Assistant},
    store::{Agent, AgentChange, Conversation, NewAgentChange, NewAudit, Notice, Role, Staff, StoreError},
};

/// Why a person's wish got no answer.
#[derive(Debug, thiserror::Error)]
pub enum CaseError {
    /// Somebody else holds the conversation, or nobody, and it is no owner who asks.
    #[error("the conversation is not yours")]
    NotHolder,
    /// The id was used for something else.
    #[error("the id was used for something else")]
    IdReused,
    /// An owner may pay back more than this.
    #[error("agents may pay back up to {0} with one ticket; above it an owner has to")]
    OverLimit(Money),
    /// No more was paid.
    #[error("no more than {0} is left of what was paid")]
    OverPaid(Money),
    /// A negative amount, one of another currency, or one where no money moves.
    #[error("the amount is not one that can be paid back")]
    BadAmount,
    /// The shop's system does not answer; the same id again goes on where it stopped.
    #[error("the shop's system does not answer")]
    Unavailable,
    /// The engine's errors.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl From<StoreError> for CaseError {
    fn from(error: StoreError) -> Self {
        Self::Engine(error.into())
    }
}

impl From<BackendError> for CaseError {
    fn from(error: BackendError) -> Self {
        tracing::warn!(error = error.with_causes(), "the shop's system gave no answer");
        Self::Unavailable
    }
}

/// What became of a wish.
#[derive(Clone, Debug)]
pub struct Changed {
    /// The outcome.
    pub outcome: ChangeOutcome,
    /// The ticket that stands, as its card.
    pub ticket: Option<Part>,
    /// The order as it is now, as its card.
    pub order: Option<Part>,
    /// The message by which the shopper was told.
    pub seq: Option<u64>,
}

/// A plan, or the code of the rule that says no.
type Planned = Result<Plan, &'static str>;

impl Engine {
    /// What a wish would come to; the code of the rule where it is refused.
    ///
    /// # Errors
    /// As for [`Engine::change_for_shopper`].
    pub async fn quote_for_shopper(
        &self,
        conversation: &Conversation,
        by: &Agent,
        wish: &Wish,
    ) -> Result<Planned, CaseError> {
        may_act(conversation, by)?;
        let assistant = self.parts.shops.assistant(&conversation.shop).map_err(CaseError::Engine)?;
        self.planned(&assistant, conversation, by, wish).await
    }

    /// Does what a person wishes for the shopper of a conversation, by the holder or an owner. The same id again has the
    /// same outcome, and the shopper is told once. `asked` is what was asked, whole: it tells a repetition from another
    /// wish under the same id.
    ///
    /// # Errors
    /// Not the holder; an id used for something else; an amount out of bounds; a shop's system that doesn't answer.
    pub async fn change_for_shopper(
        &self,
        conversation: &Conversation,
        by: &Agent,
        client_id: &str,
        asked: &str,
        wish: &Wish,
    ) -> Result<Changed, CaseError> {
        let assistant = self.parts.shops.assistant(&conversation.shop).map_err(CaseError::Engine)?;
        let _one_at_a_time = self.casework.enter(&conversation.id).await;
        let asked = hex::encode(Sha256::digest(asked));
        let begun = match self.parts.store.agent_change(&conversation.id, client_id).await? {
            Some(known) => known,
            None => {
                may_act(conversation, by)?;
                let planned = self.planned(&assistant, conversation, by, wish).await?;
                let new = begun(conversation, by, client_id, &asked, planned, self.now());
                self.parts.store.begin_agent_change(&conversation.id, new).await?
            }
        };
        if begun.asked != asked || begun.agent.id != by.id {
            return Err(CaseError::IdReused);
        }
        self.carry(&assistant, conversation, client_id, wish, &begun).await
    }

    /// Carries a stored wish to its end, from wherever it stopped.
    async fn carry(
        &self,
        assistant: &Assistant,
        conversation: &Conversation,
        client_id: &str,
        wish: &Wish,
        begun: &AgentChange,
    ) -> Result<Changed, CaseError> {
        let (shop, store) = (&conversation.shop, &self.parts.store);
        let outcome = match (&begun.outcome, &begun.change) {
            (Some(outcome), _) => outcome.clone(),
            (None, Some(change)) => self.parts.backend.apply(shop, change, self.now()).await?,
            (None, None) => ChangeOutcome::Refused("state".to_owned()),
        };
        let Some(change) = begun.change.as_ref().filter(|_| !matches!(outcome, ChangeOutcome::Refused(_)))
        else {
            store.finish_agent_change(&conversation.id, client_id, outcome.clone()).await?;
            return Ok(Changed { outcome, ticket: None, order: None, seq: None });
        };
        let left = self.left(conversation, &change.request, &outcome).await;
        let parts = self.told(assistant, &change.request, &outcome, &left, conversation.locale);
        let notice = Notice { client_id: format!("case/{client_id}"), parts, at: self.now() };
        let (message, repeated) = store.tell(&conversation.id, notice).await?;
        let seq = Some(message.seq);
        if begun.outcome.is_none() {
            let detail = detail(client_id, change, &outcome);
            let entry = NewAudit::by_staff(&begun.agent, wish.action(), self.now());
            store.record_audit(entry.in_conversation(shop, &conversation.id).with(detail)).await?;
            store.finish_agent_change(&conversation.id, client_id, outcome.clone()).await?;
        }
        if !repeated {
            self.publish(&conversation.id, Event::Message(message));
            self.publish_board(shop);
        }
        let (ticket, order) = self.cards_of(assistant, &left);
        Ok(Changed { outcome, ticket, order, seq })
    }

    /// The ticket and the order after a change; what can't be read is left out, for the change is made all the same.
    async fn left(
        &self,
        conversation: &Conversation,
        request: &ChangeRequest,
        outcome: &ChangeOutcome,
    ) -> Left {
        let (shop, backend) = (&conversation.shop, &self.parts.backend);
        let order = match request.order() {
            Some(order) => self.asked(shop, backend.order(shop, order)).await.flatten(),
            None => None,
        };
        let ticket = match outcome {
            ChangeOutcome::TicketOpened(ticket) => {
                self.asked(shop, backend.ticket(shop, ticket)).await.flatten()
            }
            _ => None,
        };
        let theirs = request.shopper();
        Left {
            ticket: ticket.filter(|ticket| ticket.shopper == *theirs),
            order: order.filter(|order| order.shopper == *theirs),
        }
    }

    /// Plans a wish on what the shop's system says now.
    async fn planned(
        &self,
        assistant: &Assistant,
        conversation: &Conversation,
        by: &Agent,
        wish: &Wish,
    ) -> Result<Planned, CaseError> {
        let Some(id) = &conversation.shopper else { return Ok(Err("signed_out")) };
        let Known { shopper, orders, tickets, wallet } = self.known(&conversation.shop, id).await;
        let (Some(shopper), Some(mut orders), Some(tickets), Some(wallet)) =
            (shopper, orders, tickets, wallet)
        else {
            return Err(CaseError::Unavailable);
        };
        if let Some(named) = wish.order().filter(|named| !orders.iter().any(|order| order.id == **named)) {
            // The list may end before an old order.
            orders.extend(self.parts.backend.order(&conversation.shop, named).await?);
        }
        let products = self.products_of(conversation, wish, &orders).await?;
        let shopper = shopper.unwrap_or_else(|| Shopper {
            id: id.clone(),
            name: String::new(),
            phone: String::new(),
            level: String::new(),
            points: 0,
            locale: None,
            note: String::new(),
        });
        let basis = Basis {
            shop: &assistant.shop,
            shopper: &shopper,
            orders: &orders,
            tickets: &tickets,
            wallet: &wallet,
            products: &products,
            by: by.role,
            now: &self.now_in(&assistant.shop),
        };
        match plan(&basis, wish) {
            Ok(plan) => Ok(Ok(plan)),
            Err(No::Refused(code)) => Ok(Err(code)),
            Err(No::OverLimit(limit)) => Err(CaseError::OverLimit(limit)),
            Err(No::OverPaid(most)) => Err(CaseError::OverPaid(most)),
            Err(No::BadAmount) => Err(CaseError::BadAmount),
        }
    }

    /// The products of the order in question, where a wish turns on them.
    async fn products_of(
        &self,
        conversation: &Conversation,
        wish: &Wish,
        orders: &[crate::domain::trade::Order],
    ) -> Result<Vec<Product>, CaseError> {
        let (Wish::Cancel(id) | Wish::Variant { order: id, .. }) = wish else { return Ok(Vec::new()) };
        let mut products: Vec<Product> = Vec::new();
        let lines = orders.iter().filter(|order| order.id == *id).flat_map(|order| &order.lines);
        for line in lines {
            if !products.iter().any(|product| product.id == line.product) {
                products.extend(self.parts.backend.product(&conversation.shop, &line.product).await?);
            }
        }
        Ok(products)
    }
}

/// The holder may, and an owner.
fn may_act(conversation: &Conversation, by: &Agent) -> Result<(), CaseError> {
    let holds = conversation.mode == Mode::Agent
        && conversation.agent.as_ref().is_some_and(|holder| holder.id == by.id);
    if holds || by.role == Role::Owner { Ok(()) } else { Err(CaseError::NotHolder) }
}

/// A wish as it is stored before anything is done.
fn begun(
    conversation: &Conversation,
    by: &Agent,
    client_id: &str,
    asked: &str,
    planned: Planned,
    at: jiff::Timestamp,
) -> NewAgentChange {
    // The client's id may hold any characters; the key goes over HTTP.
    let id = &hex::encode(Sha256::digest(client_id))[..16];
    let key = format!("desk/{}/{id}", conversation.id);
    let (change, outcome) = match planned {
        Ok(plan) => (Some(Change { key, request: plan.request }), None),
        Err(code) => (None, Some(ChangeOutcome::Refused(code.to_owned()))),
    };
    NewAgentChange {
        client_id: client_id.to_owned(),
        agent: Staff { id: by.id.clone(), name: by.name.clone() },
        asked: asked.to_owned(),
        change,
        outcome,
        at,
    }
}

/// What the audit log keeps: ids, codes and money, nothing personal.
fn detail(client_id: &str, change: &Change, outcome: &ChangeOutcome) -> Value {
    let mut detail = json!({"id": client_id, "order": change.request.order().map(|order| order.as_str())});
    match &change.request {
        ChangeRequest::OpenTicket { kind, lines, amount, reason, .. } => {
            let lines: Vec<String> = lines.iter().map(|(line, units)| format!("{line}x{units}")).collect();
            let kind = kind.reply_key().trim_start_matches("kind.");
            let code = reason.split(':').next().unwrap_or_default();
            detail["kind"] = kind.into();
            detail["lines"] = lines.into();
            detail["amount"] = amount.digits().into();
            detail["reason"] = code.into();
        }
        ChangeRequest::ClaimCoupon { promotion, .. } => detail["coupon"] = promotion.as_str().into(),
        ChangeRequest::ChangeVariant { line, variant, .. } => {
            detail["line"] = line.as_str().into();
            detail["variant"] = variant.as_str().into();
        }
        ChangeRequest::ChangeAddress { .. } | ChangeRequest::CancelOrder { .. } => {}
    }
    if let ChangeOutcome::TicketOpened(ticket) = outcome {
        detail["ticket"] = ticket.as_str().into();
    }
    detail
}
