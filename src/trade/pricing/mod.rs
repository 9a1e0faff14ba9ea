//! What a basket costs under every promotion that runs, and which legal combination costs least (COMMERCE.md,
//! "Promotions and price").
//!
//! The order of work is fixed: item step, N-piece, shop threshold, shop coupon, platform threshold, platform coupon,
//! points, shipping. What may be chosen is which promotions take part, which line goes to which of the N-piece and
//! shop-threshold promotions that cover it (one a line, unless the promotion is marked `stack`), and one coupon of
//! each group. [`best_price`] finds the cheapest choice and says whether that is proven.
//!
//! Coupons of several groups in one step are worked by the names of their groups, wherever they stand in the file.
//!
//! Inside, amounts are whole numbers of the currency's smallest unit; a rule is rounded half up once, on its total.

mod ledger;
mod rules;
mod search;
#[cfg(test)]
mod tests;

use crate::domain::{
    Money, ProductId, PromotionId,
    trade::{Policy, Product, Promotion, Shopper, ThresholdBase},
};

use ledger::Ledger;
use search::Found;

/// What shall be bought.
#[derive(Clone, Debug)]
pub struct Basket<'a> {
    /// Its lines; none of them of nought units.
    pub lines: Vec<BasketLine<'a>>,
    /// Who buys: member prices are for members, points for who has them.
    pub shopper: Option<&'a Shopper>,
    /// Where it goes, if that is known.
    pub region: Option<&'a str>,
}

/// Some units of one variant.
#[derive(Clone, Copy, Debug)]
pub struct BasketLine<'a> {
    /// What.
    pub product: &'a Product,
    /// List price of one.
    pub list: Money,
    /// How many.
    pub units: u32,
}

/// What the shop offers.
#[derive(Clone, Debug)]
pub struct Offers<'a> {
    /// The promotions that run for this shopper, in file order; of coupons those that the shopper may use.
    pub running: Vec<&'a Promotion>,
    /// What thresholds look at.
    pub base: ThresholdBase,
    /// For shipping.
    pub policy: &'a Policy,
}

/// A basket priced.
#[derive(Clone, Debug, PartialEq)]
pub struct Quote {
    /// What it comes to, step by step; amounts add up to the total.
    pub steps: Vec<QuoteStep>,
    /// What is paid, shipping included where it is known.
    pub total: Money,
    /// What is paid for each line of the basket, after every discount was spread over the lines.
    pub paid: Vec<Money>,
    /// What the promotions take off the list prices and off shipping.
    pub saved: Money,
    /// Whether no legal combination is cheaper; otherwise none was found within the bounds of the search.
    pub proven: bool,
    /// Points spent.
    pub points: u32,
    /// Gifts earned, each with its promotion.
    pub gifts: Vec<(PromotionId, ProductId)>,
    /// What it would cost to go one step further.
    pub next: Option<NextStep>,
}

/// One step of a price.
#[derive(Clone, Debug, PartialEq)]
pub struct QuoteStep {
    /// Of which kind.
    pub kind: StepKind,
    /// The line that it is about, where it is about one.
    pub line: Option<usize>,
    /// The promotion that did it.
    pub rule: Option<PromotionId>,
    /// What it adds; below nought for a discount.
    pub amount: Money,
}

/// The kinds of steps, in the order of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the steps of COMMERCE.md")]
pub enum StepKind {
    Goods,
    Item,
    NPiece,
    Threshold,
    Coupon,
    PlatformThreshold,
    PlatformCoupon,
    Points,
    Shipping,
    /// Shipping is charged separately for this region.
    ShippingUnknown,
}

impl StepKind {
    /// Its name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Goods => "goods",
            Self::Item => "item",
            Self::NPiece => "n_piece",
            Self::Threshold => "threshold",
            Self::Coupon => "coupon",
            Self::PlatformThreshold => "platform_threshold",
            Self::PlatformCoupon => "platform_coupon",
            Self::Points => "points",
            Self::Shipping => "shipping",
            Self::ShippingUnknown => "shipping_unknown",
        }
    }
}

/// What to add to reach the next threshold.
#[derive(Clone, Debug, PartialEq)]
pub struct NextStep {
    /// The promotion that would do more.
    pub rule: PromotionId,
    /// Goods for this much more.
    pub add: Money,
    /// What everything costs then.
    pub then_total: Money,
}

/// The cheapest legal combination for a basket. `None` for an empty one or one of several currencies.
pub fn best_price(basket: &Basket<'_>, offers: &Offers<'_>) -> Option<Quote> {
    let ledger = Ledger::new(basket, offers)?;
    let found = search::cheapest(&ledger, search::MOST_NODES);
    let mut quote = ledger.quote(&found);
    quote.next = next_step(&ledger, &found);
    Some(quote)
}

/// The promotion out of reach whose threshold is cheapest to reach: of those where what is added costs less than it is
/// worth, the one that gives most of it back.
fn next_step(ledger: &Ledger<'_>, now: &Found) -> Option<NextStep> {
    /// Goods for more than this part of the basket are no hint but a new purchase.
    const MOST: i64 = 2;
    /// Thresholds looked at.
    const NEAREST: usize = 6;
    let goods: i64 = ledger.after_item.iter().sum();
    let mut gaps = ledger.gaps();
    gaps.retain(|(_, gap)| 0 < *gap && *gap <= goods / MOST);
    gaps.sort_by_key(|(_, gap)| *gap);
    let then = gaps.into_iter().take(NEAREST).filter_map(|(promotion, gap)| {
        let total = search::cheapest(&ledger.with_more(promotion, gap), search::FEW_NODES).total;
        let given_back = now.total + gap - total;
        (0 < given_back).then_some((given_back * 1_000 / gap, gap, promotion, total))
    });
    let best = then.max_by_key(|(share, gap, ..)| (*share, std::cmp::Reverse(*gap)))?;
    let (_, gap, promotion, total) = best;
    let money = |minor| Money::from_minor(minor, ledger.currency);
    Some(NextStep { rule: promotion.id.clone(), add: money(gap), then_total: money(total) })
}
