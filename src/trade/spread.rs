//! Spreading an amount in proportion, to the cent (COMMERCE.md, "Promotions and price").

use rust_decimal::{Decimal, prelude::ToPrimitive};

use crate::domain::Money;

/// Splits `amount` in proportion to `weights` by largest remainder, ties to the earlier: the parts always add up
/// to `amount`. Weights below zero count as zero; when all are zero, all parts weigh the same.
pub fn spread(amount: Money, weights: &[Decimal]) -> Vec<Money> {
    let currency = amount.currency();
    let unit = Decimal::new(1, currency.minor_digits());
    let mut weights: Vec<Decimal> = weights.iter().map(|weight| (*weight).max(Decimal::ZERO)).collect();
    if weights.iter().all(Decimal::is_zero) {
        weights.fill(Decimal::ONE);
    }
    let whole: Decimal = weights.iter().sum();
    let exact: Vec<Decimal> =
        weights.iter().map(|weight| (amount.amount() / unit) * (*weight / whole)).collect();
    let mut parts: Vec<Decimal> = exact.iter().map(Decimal::floor).collect();
    let missing = (amount.amount() / unit - parts.iter().sum::<Decimal>()).to_usize().unwrap_or_default();
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by(|a, b| (exact[*b] - parts[*b]).cmp(&(exact[*a] - parts[*a])).then(a.cmp(b)));
    for index in order.iter().cycle().take(missing) {
        parts[*index] += Decimal::ONE;
    }
    parts.into_iter().map(|part| Money::new(part * unit, currency)).collect()
}

/// What was paid for each unit of a line: equal shares by largest remainder, so the first ones may be a cent more.
pub fn unit_shares(paid: Money, units: u32) -> Vec<Money> {
    spread(paid, &vec![Decimal::ONE; units as usize])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::Currency;

    #[test]
    fn the_cents_left_over_go_to_the_largest_remainders_then_to_the_earlier() {
        for (amount, weights, expected) in [
            (10_00, vec![1, 1, 1], vec!["3.34", "3.33", "3.33"]),
            (30_00, vec![100, 200], vec!["10.00", "20.00"]),
            (1, vec![1, 2], vec!["0.00", "0.01"]),
            (5_00, vec![0, 0], vec!["2.50", "2.50"]),
        ] {
            let weights: Vec<Decimal> = weights.into_iter().map(Decimal::from).collect();
            let parts = spread(Money::from_minor(amount, Currency::CNY), &weights);
            assert_eq!(parts.iter().map(Money::digits).collect::<Vec<_>>(), expected);
        }
    }

    proptest! {
        #[test]
        fn parts_add_up_and_stay_near_their_share(amount in 0_i64..10_000_000, weights in prop::collection::vec(0_u32..100_000, 1..12)) {
            let weights: Vec<Decimal> = weights.into_iter().map(Decimal::from).collect();
            let parts = spread(Money::from_minor(amount, Currency::CNY), &weights);
            prop_assert_eq!(parts.iter().map(Money::amount).sum::<Decimal>(), Decimal::new(amount, 2));
            let whole: Decimal = weights.iter().sum();
            for (part, weight) in parts.iter().zip(&weights) {
                prop_assert!(!part.amount().is_sign_negative());
                if !whole.is_zero() {
                    let share = Decimal::new(amount, 2) * weight / whole;
                    prop_assert!((part.amount() - share).abs() <= Decimal::new(1, 2));
                }
            }
        }
    }
}
