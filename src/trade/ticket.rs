//! How a ticket opens and what comes next (COMMERCE.md, "A ticket has …").

use jiff::{Timestamp, tz::TimeZone};

use super::{Ground, Verdict, calendar::hours_after, end_of_day_after};
use crate::domain::trade::{Policy, TicketKind, TicketState};

/// Days in which the shopper sends goods back once it is agreed (measures, art. 12).
const SEND_BACK_DAYS: u32 = 7;
/// Hours in which staff look at a ticket, the platforms' practice.
const REVIEW_HOURS: i64 = 48;

/// Who pays for sending goods back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Payer {
    Shopper,
    Seller,
    /// The shopper pays and freight insurance pays back, up to its cap.
    Insurance,
}

impl Payer {
    /// The name on the wire and in rows.
    pub fn name(self) -> &'static str {
        match self {
            Self::Shopper => "shopper",
            Self::Seller => "seller",
            Self::Insurance => "insurance",
        }
    }
}

/// Who pays for the way back: the seller for what the seller answers for, and where nothing travels; else the
/// shopper, unless free returns or freight insurance cover it (art. 25 par. 3; COMMERCE.md).
pub fn payer(kind: TicketKind, ground: Ground, policy: &Policy) -> Payer {
    match kind {
        TicketKind::RefundOnly | TicketKind::MissingOrWrong => Payer::Seller,
        _ if !kind.claims_units() => Payer::Seller,
        _ if ground.is_sellers() || policy.free_returns => Payer::Seller,
        _ if policy.freight_insurance_cap.is_some() => Payer::Insurance,
        _ => Payer::Shopper,
    }
}

/// The state a ticket opens in and the deadline of its first step.
pub fn opening(
    kind: TicketKind,
    verdict: &Verdict,
    policy: &Policy,
    now: Timestamp,
    zone: &TimeZone,
) -> (TicketState, Timestamp) {
    let review = (TicketState::Review, hours_after(now, REVIEW_HOURS));
    match (verdict, kind) {
        (Verdict::Allowed { .. }, TicketKind::RefundOnly) => {
            (TicketState::Refunding, end_of_day_after(now, policy.refund_within_days, zone))
        }
        (Verdict::Allowed { .. }, TicketKind::Return | TicketKind::Exchange | TicketKind::Repair) => {
            (TicketState::WaitingForGoods, end_of_day_after(now, SEND_BACK_DAYS, zone))
        }
        _ => review,
    }
}

/// The state and deadline of a ticket about a whole order, such as a new address: staff have to look at it.
pub fn opening_for_order(now: Timestamp) -> (TicketState, Timestamp) {
    (TicketState::Review, hours_after(now, REVIEW_HOURS))
}

/// Whose move it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum NextStep {
    StaffReview,
    ShopperSendsBack,
    ShopRefunds,
    Nothing,
}

impl NextStep {
    /// The last part of its reply key `ticket.next.…`.
    pub fn name(self) -> &'static str {
        match self {
            Self::StaffReview => "review",
            Self::ShopperSendsBack => "send_back",
            Self::ShopRefunds => "refund",
            Self::Nothing => "nothing",
        }
    }
}

/// What happens next to a ticket.
pub fn next_step(state: TicketState) -> NextStep {
    match state {
        TicketState::Review => NextStep::StaffReview,
        TicketState::WaitingForGoods => NextStep::ShopperSendsBack,
        TicketState::Refunding => NextStep::ShopRefunds,
        TicketState::Done | TicketState::Cancelled => NextStep::Nothing,
    }
}
