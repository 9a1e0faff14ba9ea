//! When an order should leave (COMMERCE.md, "Orders": ships within the page's promise, default 48 h).

use jiff::Timestamp;

use super::calendar::hours_after;
use crate::domain::trade::{LineState, Order, Policy};

/// The promised time of shipping. Orders carry no time of payment; the time of placing stands for it, which is
/// never later and so never promises less.
pub fn ship_by(order: &Order, policy: &Policy) -> Timestamp {
    hours_after(order.placed_at, i64::from(policy.ship_promise_hours))
}

/// Whether a paid line of the order waits beyond the promise.
pub fn is_late(order: &Order, policy: &Policy, now: Timestamp) -> bool {
    order.lines.iter().any(|line| line.state == LineState::Paid) && now > ship_by(order, policy)
}
