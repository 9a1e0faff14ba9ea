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

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::{super::BasketLine, *};
    use crate::{
        dialogue::tests::builder::{at, policy, product, yuan},
        domain::{
            Localized, PromotionId,
            trade::{PriceOff, Scope, ThresholdBase},
        },
    };

    fn coupon(id: &str, over: &str, products: &[&str], code: Option<&str>, claim: bool) -> Promotion {
        Promotion {
            id: id.into(),
            title: Localized::zh(id),
            text: Localized::zh(""),
            from: at("2026-11-01T00:00"),
            until: at("2026-12-01T00:00"),
            scope: Scope { products: products.iter().map(|id| (*id).into()).collect(), ..Scope::default() },
            stack: false,
            kind: PromotionKind::Coupon {
                off: PriceOff::Amount(yuan("20")),
                cap: None,
                over: Some(yuan(over)),
                code: code.map(str::to_owned),
                claim,
                per_shopper: 2,
                group: "shop".into(),
                platform: false,
            },
        }
    }

    fn had(promotion: &str, used: bool) -> WalletCoupon {
        let order = used.then(|| "o".into());
        WalletCoupon { promotion: PromotionId::from(promotion), claimed_at: at("2026-11-02T00:00"), order }
    }

    #[test]
    fn standing_follows_window_wallet_and_limit() {
        let (claimed, coded) =
            (coupon("a", "99", &[], None, true), coupon("b", "99", &[], Some("NEW20"), false));
        let during = at("2026-11-20T00:00");
        for (coupon, wallet, now, expected) in [
            (&claimed, vec![], at("2026-10-31T23:59"), CouponStanding::NotYet),
            (&claimed, vec![], at("2026-11-01T00:00"), CouponStanding::Claimable),
            (&claimed, vec![], at("2026-12-01T00:00"), CouponStanding::Over),
            (&claimed, vec![had("a", false)], during, CouponStanding::InWallet),
            (&claimed, vec![had("a", true)], during, CouponStanding::Claimable),
            (&claimed, vec![had("a", true), had("a", true)], during, CouponStanding::UsedUp),
            (&claimed, vec![had("b", true), had("b", true)], during, CouponStanding::Claimable),
            (&coded, vec![], during, CouponStanding::ByCode("NEW20")),
            (&coded, vec![had("b", true), had("NEW20", true)], during, CouponStanding::UsedUp),
        ] {
            assert_eq!(coupon_standing(coupon, &wallet, now), Some(expected), "{wallet:?} at {now}");
            assert_eq!(
                expected.is_usable(),
                coupon.from <= now && now < coupon.until && expected != CouponStanding::UsedUp
            );
        }
        let last = claimed.until - SignedDuration::from_nanos(1);
        assert_eq!(
            coupon_standing(&claimed, &[], last),
            Some(CouponStanding::Claimable),
            "the end is exclusive"
        );
    }

    #[test]
    fn a_coupon_says_what_it_does_for_a_basket() {
        let (tee, shoe) = (product("tee", "T恤", "tee", "99"), product("shoe", "鞋", "shoe", "239"));
        let of_shoes = coupon("shoes", "300", &["shoe"], None, true);
        let big = Promotion {
            kind: PromotionKind::Coupon {
                off: PriceOff::Amount(yuan("80")),
                cap: None,
                over: Some(yuan("300")),
                code: None,
                claim: true,
                per_shopper: 1,
                group: "shop".into(),
                platform: false,
            },
            ..coupon("big", "300", &[], None, true)
        };
        let policy = policy();
        let fit = |lines: &[(&crate::domain::trade::Product, u32)], running: Vec<&Promotion>| {
            let lines =
                lines.iter().map(|line| BasketLine { product: line.0, list: line.0.price, units: line.1 });
            let basket = Basket { lines: lines.collect(), shopper: None, region: None };
            let offers = Offers { running, base: ThresholdBase::default(), policy: &policy };
            coupon_fit(&of_shoes, &basket, &offers)
        };
        assert_eq!(fit(&[(&shoe, 2)], vec![&of_shoes]), Some(CouponFit::Takes(yuan("20"))));
        assert_eq!(fit(&[(&shoe, 1), (&tee, 9)], vec![&of_shoes]), Some(CouponFit::Short(yuan("61"))));
        assert_eq!(fit(&[(&tee, 9)], vec![&of_shoes]), Some(CouponFit::OtherGoods));
        assert_eq!(fit(&[(&shoe, 2)], vec![&of_shoes, &big]), Some(CouponFit::Beaten));
        assert_eq!(fit(&[], vec![&of_shoes]), None);
    }
}
