//! Size advice from a chart (COMMERCE.md, "Size advice uses the product's chart … and says how sure it is").

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::shop::{SizeChart, SizeRow};

/// How sure the advice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sureness {
    /// Every measure of the chart was given and lies within the size.
    Sure,
    /// Some measure is missing, or two sizes fit.
    Likely,
    /// Some measure lies between or beyond the sizes.
    Unsure,
}

/// The size that fits best; of two that fit equally, the larger when it shall be loose.
pub(super) fn advise<'a>(
    chart: &'a SizeChart,
    measures: &BTreeMap<String, Decimal>,
    loose: bool,
) -> Option<(&'a SizeRow, Sureness)> {
    let rows: Vec<(&SizeRow, Decimal, usize)> = chart
        .rows
        .iter()
        .filter_map(|row| {
            let known = row.ranges.iter().filter_map(|(name, range)| Some((measures.get(name)?, range)));
            let (sum, count) = known.fold((Decimal::ZERO, 0), |(sum, count), (value, range)| {
                (sum + distance(*value, *range), count + 1)
            });
            (count > 0).then_some((row, sum, count))
        })
        .collect();
    let least = rows.iter().map(|(_, sum, _)| *sum).min()?;
    let fitting: Vec<_> = rows.into_iter().filter(|(_, sum, _)| *sum == least).collect();
    let (row, _, count) = if loose { fitting.last()? } else { fitting.first()? };
    let sureness = if !least.is_zero() {
        Sureness::Unsure
    } else if fitting.len() > 1 || *count < row.ranges.len() {
        Sureness::Likely
    } else {
        Sureness::Sure
    };
    Some((row, sureness))
}

/// How far a measure lies outside a range, in parts of the range's upper end, so that kilograms and centimetres
/// weigh alike.
fn distance(value: Decimal, (from, to): (Decimal, Decimal)) -> Decimal {
    let outside = if value < from {
        from - value
    } else if value > to {
        value - to
    } else {
        return Decimal::ZERO;
    };
    outside / to.max(Decimal::ONE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chart_is_read_as_a_careful_person_reads_it() {
        let row = |size: &str, height: (i64, i64), weight: (i64, i64)| SizeRow {
            size: size.into(),
            ranges: [("height", height), ("weight", weight)]
                .map(|(name, (from, to))| (name.to_owned(), (from.into(), to.into())))
                .into(),
            ..SizeRow::default()
        };
        let chart = SizeChart {
            rows: vec![
                row("S", (155, 160), (43, 50)),
                row("M", (160, 165), (50, 57)),
                row("L", (165, 170), (57, 65)),
            ],
        };
        for (height, weight, loose, size, sureness) in [
            (Some(163), Some(53), false, "M", Sureness::Sure),
            (Some(165), Some(55), false, "M", Sureness::Sure),
            (Some(165), None, false, "M", Sureness::Likely),
            (Some(165), None, true, "L", Sureness::Likely),
            (Some(165), Some(70), false, "L", Sureness::Unsure),
            (Some(190), Some(90), false, "L", Sureness::Unsure),
        ] {
            let measures = [("height", height), ("weight", weight)]
                .into_iter()
                .filter_map(|(name, value)| Some((name.to_owned(), Decimal::from(value?))))
                .collect();
            let (row, sure) = advise(&chart, &measures, loose).unwrap();
            assert_eq!((row.size.as_str(), sure), (size, sureness), "{height:?} {weight:?}");
        }
        assert!(advise(&chart, &BTreeMap::new(), false).is_none());
    }
}
