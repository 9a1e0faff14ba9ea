//! What a person at the desk wants done for a shopper.

use crate::domain::{LineId, Money, OrderId, PromotionId, VariantId, trade::TicketKind};

/// The reasons that tickets have, by code; the reply files name them.
pub const REASONS: [&str; 8] =
    ["no_reason", "size", "fault", "damaged", "not_as_described", "wrong", "missing", "cancel"];

/// Something to be done for the shopper of a conversation.
#[derive(Clone, Debug, PartialEq)]
pub enum Wish {
    /// Open a ticket about goods: a refund, a return, an exchange, a repair, goods sent again.
    Ticket {
        /// What for; one that claims units.
        kind: TicketKind,
        /// Of which order.
        order: OrderId,
        /// Lines and units; none means whatever can still be claimed.
        lines: Vec<(LineId, u32)>,
        /// Why: one of [`REASONS`].
        reason: String,
        /// What comes instead, in words.
        want: Option<String>,
        /// Money back, if it shall not be what was paid for the units.
        amount: Option<Money>,
    },
    /// Put a coupon into the wallet.
    Coupon(PromotionId),
    /// Send an order elsewhere; what is `None` stays as it is.
    Address {
        /// Which order.
        order: OrderId,
        /// The recipient.
        name: Option<String>,
        /// Their telephone number.
        phone: Option<String>,
        /// Province and city.
        region: Option<String>,
        /// Street and house.
        detail: Option<String>,
    },
    /// Call an order off: one that is not paid is closed, one that was not sent is refunded.
    Cancel(OrderId),
    /// Send another variant.
    Variant {
        /// Of which order.
        order: OrderId,
        /// Which line.
        line: LineId,
        /// What is sent instead.
        variant: VariantId,
    },
}

impl Wish {
    /// The order that it is about.
    pub fn order(&self) -> Option<&OrderId> {
        match self {
            Self::Ticket { order, .. } | Self::Address { order, .. } | Self::Variant { order, .. } => {
                Some(order)
            }
            Self::Cancel(order) => Some(order),
            Self::Coupon(_) => None,
        }
    }

    /// What it is called in the audit log.
    pub fn action(&self) -> &'static str {
        match self {
            Self::Ticket { kind: TicketKind::RefundOnly, .. } => "case.refund",
            Self::Ticket { .. } => "case.ticket",
            Self::Coupon(_) => "case.coupon",
            Self::Address { .. } => "case.address",
            Self::Cancel(_) => "case.cancel",
            Self::Variant { .. } => "case.variant",
        }
    }
}
