//! Cases: what a shopper asked for after buying, and where that stands.

use jiff::Timestamp;

use crate::domain::{LineId, Money, OrderId, ShopperId, TicketId, UploadId};

/// A case: goods that shall come back, be repaired or sent again, or something that staff shall do to an order.
#[derive(Clone, Debug, PartialEq)]
pub struct Ticket {
    /// Its number, shown to the shopper.
    pub id: TicketId,
    /// Whose.
    pub shopper: ShopperId,
    /// Of which order.
    pub order: OrderId,
    /// What for.
    pub kind: TicketKind,
    /// The reason in the shop's words.
    pub reason: String,
    /// Lines and units claimed.
    pub lines: Vec<(LineId, u32)>,
    /// Pictures that the shopper sent for it.
    pub evidence: Vec<UploadId>,
    /// What comes back in money.
    pub amount: Money,
    /// Who pays for sending it back: `shopper`, `seller` or `insurance`.
    pub shipping_payer: String,
    /// Where it stands.
    pub state: TicketState,
    /// Deadline of the next step.
    pub due: Option<Timestamp>,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// Its history, oldest first.
    pub history: Vec<(Timestamp, TicketState)>,
}

/// What a ticket is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the kinds of COMMERCE.md")]
pub enum TicketKind {
    Return,
    Exchange,
    RefundOnly,
    Repair,
    MissingOrWrong,
    AddressChange,
    ItemChange,
    /// Hold, redirect, or deliver otherwise.
    Delivery,
    Invoice,
    /// The difference after a price drop.
    PriceProtection,
    /// What the shop's rule gives for a late shipment.
    Compensation,
}

impl TicketKind {
    /// Whether it is about units, which no other such ticket may claim meanwhile; else it is about the whole order.
    pub fn claims_units(self) -> bool {
        match self {
            Self::Return | Self::Exchange | Self::RefundOnly | Self::Repair | Self::MissingOrWrong => true,
            Self::AddressChange
            | Self::ItemChange
            | Self::Delivery
            | Self::Invoice
            | Self::PriceProtection
            | Self::Compensation => false,
        }
    }

    /// The reply key of its name.
    pub fn reply_key(self) -> &'static str {
        match self {
            Self::Return => "kind.return",
            Self::Exchange => "kind.exchange",
            Self::RefundOnly => "kind.refund_only",
            Self::Repair => "kind.repair",
            Self::MissingOrWrong => "kind.resend",
            Self::AddressChange => "kind.address_change",
            Self::ItemChange => "kind.item_change",
            Self::Delivery => "kind.delivery",
            Self::Invoice => "kind.invoice",
            Self::PriceProtection => "kind.price_protection",
            Self::Compensation => "kind.compensation",
        }
    }

    /// Whether an order has one at most, also after it is done: money that a rule gives once.
    pub fn once_an_order(self) -> bool {
        self == Self::Compensation
    }
}

impl TicketState {
    /// Whether something is still to be done.
    pub fn is_open(self) -> bool {
        !matches!(self, Self::Done | Self::Cancelled)
    }
}

/// Where a ticket stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum TicketState {
    /// Asked for; staff have to look at it.
    Review,
    /// Agreed; waiting for the goods.
    WaitingForGoods,
    /// Goods are here; money is on its way.
    Refunding,
    Done,
    Cancelled,
}
