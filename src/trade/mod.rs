//! The rules of trade, each with its source: the law's article or COMMERCE.md.
//!
//! Pure functions over `domain` values. Nothing here asks a shop's system, keeps state or words a sentence.
//! "The law" is China's Consumer Protection Law with the State Administration's measures for returns without
//! a reason of goods bought online (网络购买商品七日无理由退货暂行办法).

mod calendar;
mod coupon;
mod pricing;
mod promotion;
mod protection;
pub mod recommend;
mod refund;
mod returns;
mod shipping;
pub mod size;
mod spread;
mod ticket;

pub use calendar::end_of_day_after;
pub use coupon::{CouponFit, CouponStanding, coupon_fit, coupon_standing};
pub use pricing::{
    Basket, BasketLine, NextStep as NextThreshold, Offers, Quote, QuoteStep, StepKind, best_price,
};
pub use promotion::{ItemPrice, item_price, next_to_start, of_product, running};
pub use protection::{Protection, price_protection};
pub use refund::{Claim, claimed_units, money_left, paid_for_units, refund_amount, refundable_units};
pub use returns::{Condition, Ground, Rule, Verdict, eligibility};
pub use shipping::{is_late, ship_by};
pub use spread::{spread, unit_shares};
pub use ticket::{NextStep, Payer, next_step, opening, opening_for_order, payer};
