//! Whether a message is in scope at all, decided apart from what it would mean if it were.
//!
//! Several weak signs are summed into one score; where there are lines out of scope to learn from, their weights are
//! fitted, else every sign counts alike. The threshold is set on messages in scope that were held out, so that few
//! of them are turned away.

use super::probability::log_sum_exp;

/// Signs that a message is out of scope, each the higher the more it looks so.
pub(super) type Signs = [f32; SIGNS];
const SIGNS: usize = 5;

/// In-scope messages that may be turned away: the promise is 5 %, and a threshold from a sample needs room.
const FALSE_ALARMS: f32 = 0.04;
/// Fewer lines out of scope than this teach no weights.
const ENOUGH: usize = 20;
const STEPS: usize = 300;

/// The decision.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Scope {
    mean: Signs,
    /// Weight over spread, by sign.
    slope: Signs,
    threshold: f32,
}

/// The signs of a message: blended scores by class, the class of out of scope if there is one, the
/// cosine to the nearest intent's centre, and the share of features that any example holds.
pub(super) fn signs(scores: &[f32], out_of_scope: Option<usize>, nearness: f32, familiarity: f32) -> Signs {
    let inside: Vec<f32> = scores
        .iter()
        .enumerate()
        .filter(|(class, _)| Some(*class) != out_of_scope)
        .map(|(_, s)| *s)
        .collect();
    let energy = log_sum_exp(&inside);
    let highest = inside.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let outside = out_of_scope.map_or(0.0, |class| scores[class] - energy);
    [outside, -energy, energy - highest, -nearness, -familiarity].map(|s| if s.is_finite() { s } else { 0.0 })
}

impl Scope {
    /// Fits to the signs of held-out messages in scope and of those out of scope, of which there may be none.
    pub(super) fn fit(inside: &[Signs], outside: &[Signs]) -> Self {
        let (mean, spread) = moments(inside);
        let standard = |signs: &Signs| -> Signs { std::array::from_fn(|i| (signs[i] - mean[i]) / spread[i]) };
        let weights = if ENOUGH <= outside.len() {
            let inside: Vec<Signs> = inside.iter().map(standard).collect();
            let outside: Vec<Signs> = outside.iter().map(standard).collect();
            logistic(&inside, &outside)
        } else {
            [0.0, 1.0, 1.0, 1.0, 1.0]
        };
        let slope = std::array::from_fn(|i| weights[i] / spread[i]);
        let mut scope = Self { mean, slope, threshold: 0.0 };
        let mut scores: Vec<f32> = inside.iter().map(|signs| scope.score(signs)).collect();
        scores.sort_by(f32::total_cmp);
        let place = ((1.0 - FALSE_ALARMS) * scores.len() as f32).ceil() as usize;
        scope.threshold = scores.get(place.min(scores.len().saturating_sub(1))).copied().unwrap_or(f32::MAX);
        scope
    }

    /// How far a message looks out of scope; only its order means anything.
    pub(super) fn score(&self, signs: &Signs) -> f32 {
        (0..SIGNS).map(|i| (signs[i] - self.mean[i]) * self.slope[i]).sum()
    }

    /// Whether it is out of scope.
    pub(super) fn rejects(&self, signs: &Signs) -> bool {
        self.score(signs) > self.threshold
    }
}

fn moments(signs: &[Signs]) -> (Signs, Signs) {
    let count = signs.len().max(1) as f32;
    let mean: Signs = std::array::from_fn(|i| signs.iter().map(|s| s[i]).sum::<f32>() / count);
    let spread = std::array::from_fn(|i| {
        (signs.iter().map(|s| (s[i] - mean[i]).powi(2)).sum::<f32>() / count).sqrt().max(1e-3)
    });
    (mean, spread)
}

/// Weights of a logistic regression in which both sides count alike, by plain gradient steps.
fn logistic(inside: &[Signs], outside: &[Signs]) -> Signs {
    const RATE: f32 = 0.5;
    const SHRINK: f32 = 1e-3;
    let mut weights = [0.1; SIGNS];
    let mut bias = 0.0f32;
    for _ in 0..STEPS {
        let mut slope = weights.map(|w| w * SHRINK);
        let mut bias_slope = 0.0;
        for (side, target) in [(inside, 0.0), (outside, 1.0)] {
            let share = 0.5 / side.len().max(1) as f32;
            for signs in side {
                let score: f32 = signs.iter().zip(&weights).map(|(s, w)| s * w).sum::<f32>() + bias;
                let error = (1.0 / (1.0 + (-score).exp()) - target) * share;
                slope.iter_mut().zip(signs).for_each(|(g, s)| *g += error * s);
                bias_slope += error;
            }
        }
        weights.iter_mut().zip(slope).for_each(|(w, g)| *w -= RATE * g);
        bias -= RATE * bias_slope;
    }
    weights
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cloud(centre: f32, count: usize) -> Vec<Signs> {
        (0..count).map(|i| std::array::from_fn(|s| centre + ((i * 7 + s * 3) as f32 * 0.61).sin())).collect()
    }

    #[test]
    fn turns_away_few_of_its_own_and_most_others() {
        let inside = cloud(0.0, 400);
        for outside in [cloud(2.5, 40), vec![]] {
            let scope = Scope::fit(&inside, &outside);
            let alarms = inside.iter().filter(|s| scope.rejects(s)).count();
            assert!(alarms <= 20, "{alarms} of 400");
            let caught = cloud(2.5, 100).iter().filter(|s| scope.rejects(s)).count();
            assert!(caught >= 80, "{caught} of 100");
        }
    }

    #[test]
    fn without_anything_to_learn_from_nothing_is_turned_away() {
        assert!(!Scope::fit(&[], &[]).rejects(&signs(&[1.0, 2.0], None, 0.1, 0.0)));
    }

    #[test]
    fn signs_are_numbers_whatever_comes() {
        for scores in [vec![], vec![f32::NAN, 1.0], vec![f32::INFINITY]] {
            assert!(signs(&scores, None, f32::NAN, 0.5).iter().all(|s| s.is_finite()));
        }
    }
}
