//! What the dialogue decides to do: say, show, offer, hand over, change something in the shop's systems.

use jiff::Timestamp;

use super::{
    Choice, LineId, Localized, Money, OrderId, PartKind, PromotionId, ShopperId, Shown, TicketId, UploadId,
    VariantId,
    trade::{Address, TicketKind, TicketState},
};

/// One decision of a turn, in the order it is carried out.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    /// Say a reply of the shop's reply files.
    Say {
        /// Its key, such as `return.ask_units`.
        key: String,
        /// What its `{slots}` stand for, ready to read in the conversation's language.
        slots: Vec<(String, String)>,
    },
    /// Say a text that a merchant wrote, such as an FAQ answer.
    Tell(Localized),
    /// Show a card; `reply` makes its text form.
    Show(Box<PartKind>),
    /// Offer choices below what was said.
    Offer(Vec<Choice>),
    /// Ask for a person.
    Handoff(Handoff),
    /// Note how to reach the shopper, for whoever answers later.
    Contact(String),
    /// Change something in the shop's systems, through the outbox.
    Change(Change),
    /// All of this only if nothing was ever done in the shop under this key.
    Once(String),
    /// If the shopper stays silent, look again then whether to speak first.
    LookAgain(Timestamp),
}

/// Why and how a conversation goes to a person.
#[derive(Clone, Debug, PartialEq)]
pub struct Handoff {
    /// The rule that asked for it.
    pub reason: Reason,
    /// What a person needs to know, a line each, in the shop's first language.
    pub summary: Vec<String>,
    /// Filled slots by name, for the desk.
    pub slots: Vec<(String, String)>,
    /// Order, product or ticket in question.
    pub about: Option<Shown>,
    /// The group of people it is for; empty in a shop without groups.
    pub group: String,
    /// What it is put before in the queue: a greater one is served first.
    pub priority: i32,
    /// Out of hours: until when somebody has answered, as the shopper was told.
    pub promised: Option<Timestamp>,
    /// Out of hours: how to reach the shopper, as they wrote it.
    pub contact: Option<String>,
}

/// The rules that call a person (COMMERCE.md, last section).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the rules of COMMERCE.md's last section")]
pub enum Reason {
    Asked,
    Threat,
    Safety,
    Fraud,
    Legal,
    Vip,
    Keyword,
    NotUnderstood,
    Repeated,
    Anger,
    FlowFailed,
    Amount,
    Policy,
    Assist,
}

impl Reason {
    /// Its code on the wire, in rows and metrics.
    pub fn code(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Threat => "threat",
            Self::Safety => "safety",
            Self::Fraud => "fraud",
            Self::Legal => "legal",
            Self::Vip => "vip",
            Self::Keyword => "keyword",
            Self::NotUnderstood => "not_understood",
            Self::Repeated => "repeated",
            Self::Anger => "anger",
            Self::FlowFailed => "flow_failed",
            Self::Amount => "amount",
            Self::Policy => "policy",
            Self::Assist => "assist",
        }
    }

    const ALL: [Self; 14] = [
        Self::Asked,
        Self::Threat,
        Self::Safety,
        Self::Fraud,
        Self::Legal,
        Self::Vip,
        Self::Keyword,
        Self::NotUnderstood,
        Self::Repeated,
        Self::Anger,
        Self::FlowFailed,
        Self::Amount,
        Self::Policy,
        Self::Assist,
    ];

    /// The reason with a code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }

    /// Every code, for those who have to choose one.
    pub fn codes() -> String {
        Self::ALL.map(Self::code).join(", ")
    }
}

/// A change to a shop's system. It is carried out after the commit, once only by its key, and its outcome
/// comes back as a turn of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The idempotency key: the same request has the same key.
    pub key: String,
    /// What to do.
    pub request: ChangeRequest,
}

/// What may be asked of a shop's system. Who asks is part of it: of another's order nothing is changed.
#[derive(Clone, Debug, PartialEq)]
pub enum ChangeRequest {
    /// Put a coupon into the shopper's wallet. Refused with `limit_reached` when they had all they may have.
    ClaimCoupon {
        /// Whose wallet.
        shopper: ShopperId,
        /// The coupon.
        promotion: PromotionId,
        /// How many of it a shopper may have.
        per_shopper: u32,
    },
    /// Send an order elsewhere. Refused with `too_late` once the warehouse picks it.
    ChangeAddress {
        /// Whose.
        shopper: ShopperId,
        /// Which order.
        order: OrderId,
        /// Where it goes from now on.
        address: Address,
    },
    /// Send another variant of the same price instead. Refused with `too_late` once the warehouse picks it,
    /// `unknown_variant`, `other_price` or `no_stock`.
    ChangeVariant {
        /// Whose.
        shopper: ShopperId,
        /// Of which order.
        order: OrderId,
        /// Which line, all its units.
        line: LineId,
        /// What is sent instead.
        variant: VariantId,
    },
    /// Call off an order whose goods are not paid: stock, coupons and points go back. Refused with `too_late` after
    /// that.
    CancelOrder {
        /// Whose.
        shopper: ShopperId,
        /// Which order.
        order: OrderId,
    },
    /// Open a ticket. Refused when another open ticket claims one of the units.
    OpenTicket {
        /// Whose.
        shopper: ShopperId,
        /// Of which order.
        order: OrderId,
        /// What for.
        kind: TicketKind,
        /// The reason's code.
        reason: String,
        /// Lines and units.
        lines: Vec<(LineId, u32)>,
        /// Pictures that the shopper sent for it.
        evidence: Vec<UploadId>,
        /// Money back.
        amount: Money,
        /// Who pays for sending it back.
        shipping_payer: String,
        /// The state to open in.
        state: TicketState,
        /// Deadline of the next step.
        due: Option<Timestamp>,
    },
}

impl ChangeRequest {
    /// Who asks.
    pub fn shopper(&self) -> &ShopperId {
        match self {
            Self::ClaimCoupon { shopper, .. }
            | Self::ChangeAddress { shopper, .. }
            | Self::ChangeVariant { shopper, .. }
            | Self::CancelOrder { shopper, .. }
            | Self::OpenTicket { shopper, .. } => shopper,
        }
    }

    /// The order that it changes, if it changes one.
    pub fn order(&self) -> Option<&OrderId> {
        match self {
            Self::ClaimCoupon { .. } => None,
            Self::ChangeAddress { order, .. }
            | Self::ChangeVariant { order, .. }
            | Self::CancelOrder { order, .. }
            | Self::OpenTicket { order, .. } => Some(order),
        }
    }
}

/// What became of a change.
#[derive(Clone, Debug, PartialEq)]
pub enum ChangeOutcome {
    /// It is done.
    Done,
    /// A ticket stands; the same one when it was asked for twice.
    TicketOpened(TicketId),
    /// The shop's system said no, with a code such as `units_claimed`.
    Refused(String),
}
