//! Figures on how well labelled messages were understood. Knows numbers and names, no models.

use std::collections::BTreeMap;

/// Area under the curve of caught against falsely caught: the chance that a message out of scope scores higher than
/// one in scope, ties counting half. `None` unless there are both.
pub(super) fn auroc(inside: &[f32], outside: &[f32]) -> Option<f64> {
    if inside.is_empty() || outside.is_empty() {
        return None;
    }
    let mut all: Vec<(f32, bool)> =
        inside.iter().map(|s| (*s, false)).chain(outside.iter().map(|s| (*s, true))).collect();
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut below, mut sum) = (0.0f64, 0.0f64);
    for ties in all.chunk_by(|a, b| a.0 == b.0) {
        let outside_here = ties.iter().filter(|(_, outside)| *outside).count() as f64;
        let inside_here = ties.len() as f64 - outside_here;
        sum += outside_here * (below + inside_here / 2.0);
        below += inside_here;
    }
    Some(sum / (inside.len() as f64 * outside.len() as f64))
}

/// Expected calibration error over fifteen equal bins of (confidence, whether right).
pub(super) fn calibration_error(judged: &[(f32, bool)]) -> f64 {
    const BINS: usize = 15;
    let mut bins = [(0.0f64, 0.0f64, 0usize); BINS];
    for (confidence, right) in judged {
        let bin = &mut bins[((confidence * BINS as f32) as usize).min(BINS - 1)];
        bin.0 += f64::from(*confidence);
        bin.1 += f64::from(u8::from(*right));
        bin.2 += 1;
    }
    bins.iter().map(|(confidence, right, _)| (confidence - right).abs()).sum::<f64>()
        / judged.len().max(1) as f64
}

/// How one label was understood.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct LabelFigures {
    pub label: String,
    pub lines: usize,
    pub f1: f64,
    pub recall: f64,
    /// What its lines were most often mistaken for.
    pub mistaken_for: Option<String>,
}

/// Figures by label over (label, what was said), for labels that occur, in their order.
pub(super) fn by_label(pairs: &[(&str, &str)]) -> Vec<LabelFigures> {
    let mut said: BTreeMap<&str, usize> = BTreeMap::new();
    let mut confusions: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    for (label, prediction) in pairs {
        *said.entry(prediction).or_default() += 1;
        *confusions.entry(label).or_default().entry(prediction).or_default() += 1;
    }
    confusions
        .iter()
        .map(|(label, row)| {
            let lines: usize = row.values().sum();
            let right = row.get(label).copied().unwrap_or(0);
            let mistaken_for = row
                .iter()
                .filter(|(other, _)| *other != label)
                .max_by(|a, b| a.1.cmp(b.1).then(b.0.cmp(a.0)))
                .map(|(other, _)| (*other).to_owned());
            LabelFigures {
                label: (*label).to_owned(),
                lines,
                f1: 2.0 * right as f64 / (lines + said.get(label).copied().unwrap_or(0)).max(1) as f64,
                recall: right as f64 / lines as f64,
                mistaken_for,
            }
        })
        .collect()
}

/// The middle of some numbers; 0 of none.
pub(super) fn median(mut numbers: Vec<u64>) -> u64 {
    numbers.sort_unstable();
    numbers.get(numbers.len() / 2).copied().unwrap_or(0)
}

/// The mean; 0 of none.
pub(super) fn mean(numbers: impl Iterator<Item = f64>) -> f64 {
    let (count, sum) = numbers.fold((0usize, 0.0), |(count, sum), number| (count + 1, sum + number));
    if count == 0 { 0.0 } else { sum / count as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn auroc_counts_pairs_and_ties() {
        for (inside, outside, expected) in [
            (vec![0.0, 1.0], vec![2.0, 3.0], Some(1.0)),
            (vec![2.0, 3.0], vec![0.0, 1.0], Some(0.0)),
            (vec![1.0, 1.0], vec![1.0], Some(0.5)),
            (vec![0.0, 2.0], vec![1.0], Some(0.5)),
            (vec![], vec![1.0], None),
        ] {
            assert_eq!(auroc(&inside, &outside), expected);
        }
    }

    #[test]
    fn calibration_error_is_the_gap_between_said_and_done() {
        let honest: Vec<(f32, bool)> = (0..10).map(|i| (0.7, i < 7)).collect();
        assert!(calibration_error(&honest) < 1e-6);
        let boastful: Vec<(f32, bool)> = (0..10).map(|i| (1.0, i < 5)).collect();
        assert!((calibration_error(&boastful) - 0.5).abs() < 1e-6);
        assert_eq!(calibration_error(&[]), 0.0);
    }

    #[test]
    fn figures_by_label() {
        let figures = by_label(&[("a", "a"), ("a", "b"), ("a", "b"), ("b", "b")]);
        assert_eq!(figures[0].label, "a");
        assert!((figures[0].f1 - 0.5).abs() < 1e-9);
        assert!((figures[0].recall - 1.0 / 3.0).abs() < 1e-9);
        assert_eq!(figures[0].mistaken_for.as_deref(), Some("b"));
        assert!((figures[1].f1 - 0.5).abs() < 1e-9);
    }

    #[test]
    fn middles() {
        assert_eq!(median(vec![]), 0);
        assert_eq!(median(vec![3, 1, 2]), 2);
        assert_eq!(mean([1.0, 2.0].into_iter()), 1.5);
    }
}
