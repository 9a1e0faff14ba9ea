//! Whether a message is in scope at all, decided apart from what it would mean if it were.
//!
//! Several weak signs are summed into one score; where there are lines out of scope to learn from, their weights are
//! fitted, else every sign counts alike. The threshold is set on held-out messages, so that few in scope are turned
//! away, and where lines out of scope show what it gains, none whose loss outweighs that.

use super::probability::log_sum_exp;

/// Signs that a message is out of scope, each the higher the more it looks so.
pub(super) type Signs = [f32; SIGNS];
const SIGNS: usize = 6;

/// In-scope messages that may be turned away: the promise is 8 % of real ones, and a threshold from a sample needs room.
/// Clean data stays far below it, for there the loss decides.
const FALSE_ALARMS: f32 = 0.05;
/// And where nothing shows what turning them away would gain.
const FALSE_ALARMS_BLINDLY: f32 = 0.015;
/// What turning away a share of those understood rightly costs beside catching as large a share of those out of scope.
const LOSS: f32 = 3.0;
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

/// How much a message is like the examples, by three measures that are each the higher the more it is.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Likeness {
    /// The cosine to the nearest intent's centre.
    pub centre: f32,
    /// How many examples in scope are near, and how near.
    pub examples: f32,
    /// The share of its features that any example holds.
    pub words: f32,
}

/// The signs of a message: of its blended scores by class, the class of out of scope if there is one, and its likeness.
pub(super) fn signs(scores: &[f32], out_of_scope: Option<usize>, likeness: Likeness) -> Signs {
    let inside: Vec<f32> = scores
        .iter()
        .enumerate()
        .filter(|(class, _)| Some(*class) != out_of_scope)
        .map(|(_, s)| *s)
        .collect();
    let energy = log_sum_exp(&inside);
    let highest = inside.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let outside = out_of_scope.map_or(0.0, |class| scores[class] - energy);
    [outside, -energy, energy - highest, -likeness.centre, -likeness.examples, -likeness.words]
        .map(|s| if s.is_finite() { s } else { 0.0 })
}

impl Scope {
    /// Fits to the signs of held-out messages in scope, with whether they are understood rightly, and of those out of
    /// scope, of which there may be none.
    pub(super) fn fit(inside: &[(Signs, bool)], outside: &[Signs]) -> Self {
        let right: Vec<bool> = inside.iter().map(|(_, right)| *right).collect();
        let inside: &Vec<Signs> = &inside.iter().map(|(signs, _)| *signs).collect();
        let (mean, spread) = moments(inside);
        let standard = |signs: &Signs| -> Signs { std::array::from_fn(|i| (signs[i] - mean[i]) / spread[i]) };
        let weights = if ENOUGH <= outside.len() {
            let inside: Vec<Signs> = inside.iter().map(standard).collect();
            let outside: Vec<Signs> = outside.iter().map(standard).collect();
            logistic(&inside, &outside)
        } else {
            [0.0, 1.0, 1.0, 1.0, 1.0, 1.0]
        };
        let slope = std::array::from_fn(|i| weights[i] / spread[i]);
        let mut scope = Self { mean, slope, threshold: 0.0 };
        let mut scores: Vec<(f32, bool)> =
            inside.iter().zip(right).map(|(signs, right)| (scope.score(signs), right)).collect();
        scores.sort_by(|a, b| b.0.total_cmp(&a.0));
        let outside: Vec<f32> = outside.iter().map(|signs| scope.score(signs)).collect();
        scope.threshold = threshold(&scores, &outside);
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

/// The best score to turn away beyond. `inside` is (score, whether understood rightly), highest score first.
fn threshold(inside: &[(f32, bool)], outside: &[f32]) -> f32 {
    let counts = ENOUGH <= outside.len();
    let share = if counts { FALSE_ALARMS } else { FALSE_ALARMS_BLINDLY };
    let most = (share * inside.len() as f32) as usize;
    let strictest = inside.get(most).map_or(f32::MAX, |(score, _)| *score);
    if !counts {
        return strictest;
    }
    let gain = |threshold: f32| {
        outside.iter().filter(|score| threshold < **score).count() as f32 / outside.len() as f32
    };
    let all_right = inside.iter().filter(|(_, right)| *right).count().max(1) as f32;
    let (mut lost, mut best) = (0.0, (f32::NEG_INFINITY, strictest));
    for (score, right) in inside.iter().take(most + 1) {
        let value = gain(*score) - LOSS * lost / all_right;
        if best.0 < value {
            best = (value, *score);
        }
        lost += f32::from(u8::from(*right));
    }
    best.1
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

    fn rightly(cloud: &[Signs]) -> Vec<(Signs, bool)> {
        cloud.iter().map(|signs| (*signs, true)).collect()
    }

    fn cloud(centre: f32, count: usize) -> Vec<Signs> {
        (0..count).map(|i| std::array::from_fn(|s| centre + ((i * 7 + s * 3) as f32 * 0.61).sin())).collect()
    }

    #[test]
    fn turns_away_few_of_its_own_and_most_others() {
        let inside = cloud(0.0, 400);
        for outside in [cloud(2.5, 40), vec![]] {
            let scope = Scope::fit(&rightly(&inside), &outside);
            let alarms = inside.iter().filter(|s| scope.rejects(s)).count();
            assert!(alarms <= 20, "{alarms} of 400");
            let caught = cloud(2.5, 100).iter().filter(|s| scope.rejects(s)).count();
            assert!(caught >= 80, "{caught} of 100");
        }
    }

    #[test]
    fn without_anything_to_learn_from_nothing_is_turned_away() {
        assert!(!Scope::fit(&[], &[]).rejects(&signs(&[1.0, 2.0], None, Likeness::default())));
    }

    #[test]
    fn signs_are_numbers_whatever_comes() {
        for scores in [vec![], vec![f32::NAN, 1.0], vec![f32::INFINITY]] {
            assert!(
                signs(&scores, None, Likeness { centre: f32::NAN, ..Likeness::default() })
                    .iter()
                    .all(|s| s.is_finite())
            );
        }
    }
}
