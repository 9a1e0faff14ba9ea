//! Small arithmetic on scores and probabilities, safe against infinities and NaN.
//!
//! Knows nothing of intents: plain slices in, plain numbers out.

/// Turns scores into probabilities in place. Equal scores, and scores of which none is finite, share alike.
pub(super) fn softmax(scores: &mut [f32]) {
    let highest = scores.iter().copied().filter(|s| s.is_finite()).fold(f32::NEG_INFINITY, f32::max);
    if !highest.is_finite() {
        let share = 1.0 / scores.len().max(1) as f32;
        scores.fill(share);
        return;
    }
    let mut total = 0.0;
    for score in scores.iter_mut() {
        *score = if score.is_nan() { 0.0 } else { exp(*score - highest) };
        total += *score;
    }
    for score in scores.iter_mut() {
        *score /= total;
    }
}

/// Turns probabilities in place into the gradient, by scores, of the loss of one message: that it be of `class`, or,
/// if `negative`, that it not be.
pub(super) fn loss_gradient(probabilities: &mut [f32], class: usize, negative: bool) {
    if !negative {
        probabilities[class] -= 1.0;
        return;
    }
    // The loss is −ln(1 − p); its slope is bounded so that one odd counter-example cannot throw the weights.
    let p = probabilities[class].min(0.95);
    let odds = p / (1.0 - p);
    probabilities.iter_mut().for_each(|q| *q *= -odds);
    probabilities[class] += odds;
}

/// The logarithm of the sum of the scores' exponentials: how much the scores amount to as a whole.
pub(super) fn log_sum_exp(scores: &[f32]) -> f32 {
    let highest = scores.iter().copied().filter(|s| s.is_finite()).fold(f32::NEG_INFINITY, f32::max);
    if !highest.is_finite() {
        return f32::MIN;
    }
    highest + scores.iter().map(|s| if s.is_nan() { 0.0 } else { exp(s - highest) }).sum::<f32>().ln()
}

/// Indices from the highest score to the lowest; equal scores keep the order of their indices.
pub(super) fn ranked(scores: &[f32]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]).then(a.cmp(&b)));
    order
}

/// The index of the highest score, the first of equals; `None` of nothing.
pub(super) fn best(scores: &[f32]) -> Option<usize> {
    (0..scores.len()).max_by(|&a, &b| scores[a].total_cmp(&scores[b]).then(b.cmp(&a)))
}

/// The dot product of two slices of one length, in eight sums that the compiler can keep in registers.
pub(super) fn dot(left: &[f32], right: &[f32]) -> f32 {
    let mut sums = [0.0f32; 8];
    let (left_parts, left_rest) = left.as_chunks::<8>();
    let (right_parts, right_rest) = right.as_chunks::<8>();
    for (a, b) in left_parts.iter().zip(right_parts) {
        for (sum, (x, y)) in sums.iter_mut().zip(a.iter().zip(b)) {
            *sum += x * y;
        }
    }
    let rest: f32 = left_rest.iter().zip(right_rest).map(|(x, y)| x * y).sum();
    sums.iter().sum::<f32>() + rest
}

/// The exponential of a number that is not above zero, to about one part in ten million.
///
/// Training takes tens of millions of them, so this form lets the compiler work on several at once.
fn exp(x: f32) -> f32 {
    // e^x = 2^n · e^r with |r| ≤ ln(2)/2; the polynomial is the Taylor series of e^r.
    let x = x.max(-87.0);
    let n = (x * std::f32::consts::LOG2_E).round_ties_even();
    // ln(2) in two parts, the first of few bits, so that its multiples are exact.
    let r = x - n * 0.693_359_4 + n * 2.121_944_4e-4;
    let p = 1.0 + r * (1.0 + r * (0.5 + r * (1.0 / 6.0 + r * (1.0 / 24.0 + r * (1.0 / 120.0 + r / 720.0)))));
    p * f32::from_bits(((n as i32 + 127) << 23) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn softmax_gives_probabilities_whatever_comes() {
        let cases: [(&[f32], &[f32]); 5] = [
            (&[0.0, 0.0], &[0.5, 0.5]),
            (&[1000.0, 0.0], &[1.0, 0.0]),
            (&[f32::NAN, 0.0], &[0.0, 1.0]),
            (&[f32::NEG_INFINITY, f32::NAN], &[0.5, 0.5]),
            (&[2.0f32.ln(), 0.0, 0.0], &[0.5, 0.25, 0.25]),
        ];
        for (scores, expected) in cases {
            let mut found = scores.to_vec();
            softmax(&mut found);
            for (a, b) in found.iter().zip(expected) {
                assert!((a - b).abs() < 1e-5, "{scores:?} gave {found:?}");
            }
        }
    }

    #[test]
    fn exponential_agrees_with_the_standard_library() {
        for step in 0..2000 {
            let x = -(step as f32) * 0.04;
            assert!((exp(x) - x.exp()).abs() <= 2e-6 * x.exp() + 1e-30, "at {x}");
        }
    }

    #[test]
    fn ranking_is_stable_and_survives_nan() {
        assert_eq!(ranked(&[0.1, 0.3, 0.3, 0.2]), [1, 2, 3, 0]);
        assert_eq!(ranked(&[0.1, f32::NAN]).len(), 2);
        assert_eq!(best(&[0.1, 0.3, 0.3]), Some(1));
        assert_eq!(best(&[]), None);
    }

    #[test]
    fn dot_product_covers_every_length() {
        for length in [0, 1, 7, 8, 9, 16, 31] {
            let values: Vec<f32> = (0..length).map(|i| i as f32).collect();
            let expected: f32 = values.iter().map(|v| v * v).sum();
            assert_eq!(dot(&values, &values), expected);
        }
    }
}
