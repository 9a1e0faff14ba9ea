//! Price protection (COMMERCE.md, "After a price drop": default 15 days, same item, not coupons).

use jiff::{Timestamp, tz::TimeZone};

use super::{end_of_day_after, item_price, refund::left_of_units};
use crate::domain::{
    Money,
    trade::{LineState, Order, OrderLine, Policy, Product, Promotion, Ticket},
};

/// The answer of the rule for one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Protection {
    /// It costs less now: this much comes back for these units.
    Drop {
        /// Units that are still with the shopper.
        units: u32,
        /// What one costs now.
        now: Money,
        /// In all.
        amount: Money,
    },
    /// It does not cost less than was really paid.
    NoDrop,
    /// The time ran out, at this instant.
    Over(Timestamp),
    /// The shop has no price protection, or nothing was paid for the line.
    None,
}

/// Compares what was really paid for each unit, after all discounts, with what the page asks now for the same variant:
/// timed and member prices count, coupons and whatever looks at more than one piece do not. (Platforms compare with
/// what was really paid as well, so that nobody ends up below today's price.) What came back already counts as not paid.
pub fn price_protection(
    (order, line): (&Order, &OrderLine),
    product: &Product,
    running: &[&Promotion],
    tickets: &[Ticket],
    policy: &Policy,
    (now, zone): (Timestamp, &TimeZone),
) -> Protection {
    let paid = !matches!(
        line.state,
        LineState::Unpaid | LineState::DepositPaid | LineState::Closed | LineState::Refunded
    );
    if policy.price_protection_days == 0 || !paid || line.gift {
        return Protection::None;
    }
    let until = end_of_day_after(order.placed_at, policy.price_protection_days, zone);
    if until < now {
        return Protection::Over(until);
    }
    let list = product.variant(&line.variant).map_or(product.price, |variant| variant.price);
    let today = item_price(product, list, running).now;
    if today.currency() != line.paid.currency() {
        return Protection::None;
    }
    let left: Vec<i64> = left_of_units(order, line, tickets).into_iter().flatten().collect();
    let amount: i64 = left.iter().map(|paid| (paid - today.minor()).max(0)).sum();
    if amount == 0 {
        return Protection::NoDrop;
    }
    let units = u32::try_from(left.len()).unwrap_or(u32::MAX);
    Protection::Drop { units, now: today, amount: Money::from_minor(amount, today.currency()) }
}
