//! Coupons: where one stands for a shopper, and why it does or does not apply to a basket (COMMERCE.md, "Promotions and
//! price": threshold, scope, code or claimed, window, per-shopper limit, stacking group).

use jiff::Timestamp;

use super::{Basket, Offers, best_price, item_price};
use crate::domain::{
    Money,
    trade::{Promotion, PromotionKind, WalletCoupon},
};

/// Where a coupon stands for a shopper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CouponStanding<'a> {
    /// Its window has not begun.
    NotYet,
    /// Its window is over.
    Over,
    /// The shopper has used all they may have.
    UsedUp,
    /// One is in the wallet and not used.
    InWallet,
    /// It can be claimed.
    Claimable,
    /// It takes a code at the checkout.
    ByCode(&'a str),
    /// It applies by itself.
    ByItself,
}

impl CouponStanding<'_> {
    /// Whether a basket may count on it, be it after a claim.
    pub fn is_usable(self) -> bool {
        !matches!(self, Self::NotYet | Self::Over | Self::UsedUp)
    }

    /// Its name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::NotYet => "upcoming",
            Self::Over => "expired",
            Self::UsedUp => "used",
            Self::InWallet => "claimed",
            Self::Claimable => "available",
            Self::ByCode(_) | Self::ByItself => "running",
        }
    }
}

/// Where a coupon stands, given what its shopper has in the wallet; `None` for other kinds of promotion.
pub fn coupon_standing<'a>(
    promotion: &'a Promotion,
    wallet: &[WalletCoupon],
    now: Timestamp,
) -> Option<CouponStanding<'a>> {
    let PromotionKind::Coupon { code, claim, per_shopper, .. } = &promotion.kind else { return None };
    let names = |coupon: &&WalletCoupon| {
        coupon.promotion == promotion.id || code.as_deref() == Some(coupon.promotion.as_str())
    };
    let had: Vec<&WalletCoupon> = wallet.iter().filter(names).collect();
    let left = u32::try_from(had.len()).unwrap_or(u32::MAX) < *per_shopper;
    Some(match code {
        _ if now < promotion.from => CouponStanding::NotYet,
        _ if promotion.until <= now => CouponStanding::Over,
        _ if had.iter().any(|coupon| coupon.order.is_none()) => CouponStanding::InWallet,
        _ if !left => CouponStanding::UsedUp,
        Some(code) => CouponStanding::ByCode(code),
        None if *claim => CouponStanding::Claimable,
        None => CouponStanding::ByItself,
    })
}

/// What a coupon does for a basket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CouponFit {
    /// It is part of the cheapest combination and takes off this much.
    Takes(Money),
    /// Nothing in the basket is in its scope.
    OtherGoods,
    /// Goods in its scope for this much more are missing.
    Short(Money),
    /// What else there is, and can't go together with it, is cheaper.
    Beaten,
}

/// Why a coupon does or does not count in the cheapest price of a basket. `offers` has to hold it. `None` for another
/// kind of promotion and for a basket that has no price.
pub fn coupon_fit(coupon: &Promotion, basket: &Basket<'_>, offers: &Offers<'_>) -> Option<CouponFit> {
    let PromotionKind::Coupon { over, .. } = &coupon.kind else { return None };
    let quote = best_price(basket, offers)?;
    let off = quote
        .steps
        .iter()
        .filter(|step| step.rule.as_ref() == Some(&coupon.id))
        .map(|step| -step.amount.amount());
    let currency = quote.total.currency();
    let off = Money::new(off.sum(), currency);
    if off != Money::zero(currency) {
        return Some(CouponFit::Takes(off));
    }
    let covered = basket.lines.iter().filter(|line| coupon.scope.covers(line.product));
    let amounts: Vec<Money> = covered
        .map(|line| {
            let one = item_price(line.product, line.list, &offers.running).now;
            Money::new(one.amount() * rust_decimal::Decimal::from(line.units), currency)
        })
        .collect();
    if amounts.is_empty() {
        return Some(CouponFit::OtherGoods);
    }
    let sum = Money::new(amounts.iter().map(Money::amount).sum(), currency);
    match over {
        Some(over) if sum.amount() < over.amount() => {
            Some(CouponFit::Short(Money::new(over.amount() - sum.amount(), currency)))
        }
        _ => Some(CouponFit::Beaten),
    }
}
