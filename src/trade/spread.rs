//! Spreading an amount in proportion, to the cent (COMMERCE.md, "Promotions and price").

use crate::domain::Money;

/// Splits `amount`, not below zero, in proportion to `weights` by largest remainder, ties to the earlier: the parts
/// always add up to `amount`. All in the smallest unit of a currency. Weights below zero count as zero; when all are
/// zero, all parts weigh the same.
pub fn spread(amount: i64, weights: &[i64]) -> Vec<i64> {
    let whole: i128 = weights.iter().map(|weight| i128::from((*weight).max(0))).sum();
    if whole == 0 {
        return if weights.is_empty() { Vec::new() } else { spread(amount, &vec![1; weights.len()]) };
    }
    // Whole parts and remainders; narrow numbers, which divide many times faster, where they suffice.
    let divided: Vec<(i64, i128)> = match (i64::try_from(whole), amount.checked_mul(whole as i64)) {
        (Ok(whole), Some(_)) => {
            let exact = weights.iter().map(|weight| amount * (*weight).max(0));
            exact.map(|exact| (exact / whole, i128::from(exact % whole))).collect()
        }
        _ => {
            let exact = weights.iter().map(|weight| i128::from(amount) * i128::from((*weight).max(0)));
            exact.map(|exact| ((exact / whole) as i64, exact % whole)).collect()
        }
    };
    let mut parts: Vec<i64> = divided.iter().map(|(part, _)| *part).collect();
    let missing = usize::try_from(amount - parts.iter().sum::<i64>()).unwrap_or(0);
    if 0 < missing {
        let mut order: Vec<usize> = (0..parts.len()).collect();
        order.sort_unstable_by_key(|index| (std::cmp::Reverse(divided[*index].1), *index));
        order.iter().take(missing).for_each(|index| parts[*index] += 1);
    }
    parts
}

/// What was paid for each unit of a line: equal shares by largest remainder, so the first ones may be a cent more.
pub fn unit_shares(paid: Money, units: u32) -> Vec<Money> {
    let parts = spread(paid.minor(), &vec![1; units as usize]);
    parts.into_iter().map(|part| Money::from_minor(part, paid.currency())).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::Currency;

    #[test]
    fn the_cents_left_over_go_to_the_largest_remainders_then_to_the_earlier() {
        for (amount, weights, expected) in [
            (10_00, &[1, 1, 1][..], &[3_34, 3_33, 3_33][..]),
            (30_00, &[100, 200], &[10_00, 20_00]),
            (1, &[1, 2], &[0, 1]),
            (5_00, &[0, 0], &[2_50, 2_50]),
            (7, &[-5, 1], &[0, 7]),
        ] {
            assert_eq!(spread(amount, weights), expected);
        }
        let shares = unit_shares(Money::from_minor(10_00, Currency::CNY), 3);
        assert_eq!(shares.iter().map(Money::digits).collect::<Vec<_>>(), ["3.34", "3.33", "3.33"]);
    }

    proptest! {
        #[test]
        fn parts_add_up_and_stay_near_their_share(
            amount in 0_i64..10_000_000,
            weights in prop::collection::vec(0_i64..100_000, 1..12),
        ) {
            let parts = spread(amount, &weights);
            prop_assert_eq!(parts.iter().sum::<i64>(), amount);
            let whole: i64 = weights.iter().sum();
            for (part, weight) in parts.iter().zip(&weights) {
                prop_assert!(0 <= *part);
                prop_assert!(whole == 0 || (part * whole - amount * weight).abs() <= whole);
            }
        }
    }
}
