//! Which promotions run, and what one piece costs now: the item step (COMMERCE.md, "Promotions and price").

use jiff::Timestamp;
use rust_decimal::Decimal;

use crate::domain::{
    Money, PromotionId,
    trade::{PriceCut, Product, Promotion, PromotionKind, Shopper},
};

/// What one piece costs now.
#[derive(Clone, Debug, PartialEq)]
pub struct ItemPrice {
    /// To pay, before anything that looks at more than one piece.
    pub now: Money,
    /// Its list price.
    pub list: Money,
    /// The promotion that made it cheaper.
    pub rule: Option<PromotionId>,
}

/// The promotions that run at `now` for this shopper, in file order. A member price is for members alone.
pub fn running<'a>(
    promotions: &'a [Promotion],
    shopper: Option<&Shopper>,
    now: Timestamp,
) -> Vec<&'a Promotion> {
    let member = shopper.is_some_and(|shopper| !shopper.level.is_empty());
    promotions
        .iter()
        .filter(|promotion| promotion.from <= now && now < promotion.until)
        .filter(|promotion| member || !matches!(promotion.kind, PromotionKind::MemberPrice(_)))
        .collect()
}

/// Those of `running` that a product can have.
pub fn of_product<'a>(running: &[&'a Promotion], product: &Product) -> Vec<&'a Promotion> {
    running.iter().copied().filter(|promotion| promotion.scope.covers(product)).collect()
}

/// The promotion that starts next.
pub fn next_to_start(promotions: &[Promotion], now: Timestamp) -> Option<&Promotion> {
    promotions.iter().filter(|promotion| promotion.from > now).min_by_key(|promotion| promotion.from)
}

/// The lowest of list price, timed price and member price, never two together ("Item step").
pub fn item_price(product: &Product, list: Money, running: &[&Promotion]) -> ItemPrice {
    let mut best = ItemPrice { now: list, list, rule: None };
    for promotion in of_product(running, product) {
        let (PromotionKind::ItemPrice(cut) | PromotionKind::MemberPrice(cut)) = &promotion.kind else {
            continue;
        };
        let price = match cut {
            PriceCut::Percent(percent) => {
                Money::new(list.amount() * percent / Decimal::ONE_HUNDRED, list.currency())
            }
            PriceCut::Price(price) => *price,
        };
        if price.currency() == list.currency() && price.amount() < best.now.amount() {
            best = ItemPrice { now: price, list, rule: Some(promotion.id.clone()) };
        }
    }
    best
}
