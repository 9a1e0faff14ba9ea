//! What a documented value may hold. The rules of trade are exact within these bounds; outside them a sum would mix
//! currencies, a date would leave the calendar, or a list of units would fill the memory.

use jiff::Timestamp;

use crate::domain::{
    Currency, Money,
    trade::{Order, Product, Shopper, Ticket, WalletCoupon},
};

/// The most units of a line.
const MOST_UNITS: u32 = 100_000;
/// The most lines of an order, parcels, events of a parcel, and whatever else belongs to one thing.
const MOST_PARTS: usize = 1_000;
/// 2000-01-01T00:00:00Z, in seconds.
const EARLIEST: i64 = 946_684_800;
/// 2100-01-01T00:00:00Z, in seconds.
const LATEST: i64 = 4_102_444_800;

type Verdict = Result<(), &'static str>;

/// A value that a shop's system sends.
pub(super) trait Bounded {
    /// What is out of bounds in a shop that sells in `currency`.
    fn check(&self, currency: Currency) -> Verdict;
}

fn money<'a>(amounts: impl IntoIterator<Item = &'a Money>, currency: Currency) -> Verdict {
    for amount in amounts {
        if amount.currency() != currency {
            return Err("an amount in another currency than the shop's");
        }
        if amount.amount().is_sign_negative() && !amount.amount().is_zero() {
            return Err("an amount below zero");
        }
    }
    Ok(())
}

fn times(times: impl IntoIterator<Item = Timestamp>) -> Verdict {
    let fine = times.into_iter().all(|time| (EARLIEST..LATEST).contains(&time.as_second()));
    if fine { Ok(()) } else { Err("a time before 2000 or after 2099") }
}

fn units(mut units: impl Iterator<Item = u32>) -> Verdict {
    if units.all(|units| (1..=MOST_UNITS).contains(&units)) {
        Ok(())
    } else {
        Err("a line without units, or with more than 100000")
    }
}

fn parts(counts: impl IntoIterator<Item = usize>) -> Verdict {
    if counts.into_iter().all(|count| count <= MOST_PARTS) {
        Ok(())
    } else {
        Err("a list of more than 1000 within one thing")
    }
}

impl Bounded for Order {
    fn check(&self, currency: Currency) -> Verdict {
        let of_parcels = self.shipments.iter().flat_map(|parcel| [parcel.lines.len(), parcel.events.len()]);
        let own = [self.lines.len(), self.shipments.len(), self.discounts.len(), self.coupons.len()];
        parts(of_parcels.chain(own))?;
        let of_lines = self.lines.iter().flat_map(|line| [&line.unit_price, &line.paid]);
        let discounts = self.discounts.iter().map(|discount| &discount.amount);
        let refund = self.refund.iter().map(|refund| &refund.amount);
        money(of_lines.chain(discounts).chain(refund).chain([&self.shipping_fee, &self.total]), currency)?;
        units(self.lines.iter().map(|line| line.units))?;
        let of_lines = self.lines.iter().flat_map(|line| [line.delivered_at, line.no_reason_waived_at]);
        let of_parcels = self.shipments.iter().flat_map(|parcel| {
            let events = parcel.events.iter().map(|event| Some(event.at));
            events.chain([Some(parcel.shipped_at), parcel.delivered_at])
        });
        let refund = self.refund.iter().map(|refund| Some(refund.at));
        times(of_lines.chain(of_parcels).chain(refund).chain([Some(self.placed_at)]).flatten())
    }
}

impl Bounded for Ticket {
    fn check(&self, currency: Currency) -> Verdict {
        parts([self.lines.len(), self.evidence.len(), self.history.len()])?;
        money([&self.amount], currency)?;
        units(self.lines.iter().map(|(_, units)| *units))?;
        times(self.history.iter().map(|(at, _)| *at).chain([self.opened_at]).chain(self.due))
    }
}

impl Bounded for Product {
    fn check(&self, currency: Currency) -> Verdict {
        let variants = self.variants.iter().map(|variant| &variant.price);
        money(variants.chain([&self.price]).chain(&self.list_price), currency)
    }
}

impl Bounded for WalletCoupon {
    fn check(&self, _: Currency) -> Verdict {
        times([self.claimed_at])
    }
}

impl Bounded for Shopper {
    fn check(&self, _: Currency) -> Verdict {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::samples;

    #[test]
    fn what_the_rules_of_trade_could_not_bear_is_refused() {
        let order = || samples::order("1", "lin", 0);
        let yen = Money::zero("JPY".parse().unwrap());
        let with = |change: fn(&mut Order)| {
            let mut order = order();
            change(&mut order);
            order.check(Currency::CNY)
        };
        assert_eq!(order().check(Currency::CNY), Ok(()));
        assert!(order().check(yen.currency()).is_err());
        let wrong: [fn(&mut Order); 11] = [
            |order| order.lines = vec![order.lines[0].clone(); 1_001],
            |order| order.shipments[0].lines = vec!["1".into(); 1_001],
            |order| order.lines[0].units = 0,
            |order| order.lines[0].units = u32::MAX,
            |order| order.lines[0].paid = samples::yuan("-0.01"),
            |order| order.total = Money::zero("JPY".parse().unwrap()),
            |order| order.placed_at = Timestamp::MAX,
            |order| order.lines[0].delivered_at = Some(Timestamp::MIN),
            |order| order.lines[0].no_reason_waived_at = Some(Timestamp::UNIX_EPOCH),
            |order| order.shipments[0].shipped_at = Timestamp::MAX,
            |order| order.shipments[0].delivered_at = Some(Timestamp::MAX),
        ];
        for (number, change) in wrong.into_iter().enumerate() {
            assert!(with(change).is_err(), "the wrong order number {number}");
        }
        assert_eq!(with(|order| order.shipping_fee = samples::yuan("-0")), Ok(()));
        let mut product = samples::product("tee");
        assert_eq!(product.check(Currency::CNY), Ok(()));
        product.variants[0].price = yen;
        assert!(product.check(Currency::CNY).is_err());
        let late = WalletCoupon { promotion: "p".into(), claimed_at: Timestamp::MAX, order: None };
        assert!(late.check(Currency::CNY).is_err());
    }
}
