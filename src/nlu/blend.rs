//! How far each classifier is to be believed: their scores, weighted so that the probabilities that come out are right as
//! often as they say.
//!
//! The weights are fitted on messages that no classifier was fitted to. With three numbers to find there is nothing to
//! overfit, and the loss has a single minimum.

use super::probability::softmax;

/// The classifiers: the head over vectors, words, and the nearest examples.
pub(super) const EXPERTS: usize = 3;
/// Scores by class from each of them; empty where one has nothing to go on.
pub(super) type Opinions = [Vec<f32>; EXPERTS];

/// A message judged by classifiers that did not learn from it.
#[derive(Clone, Debug)]
pub(super) struct Judged {
    pub opinions: Opinions,
    /// The class that it is.
    pub class: usize,
}

/// Factors on the classifiers' scores.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Blend([f32; EXPERTS]);

/// No classifier is ever believed beyond this, whatever a lucky fold says.
const MOST: f64 = 5.0;
const ITERATIONS: usize = 25;

impl Blend {
    /// The factors under which `judged` is likeliest; moderate ones where there is too little to tell.
    pub(super) fn fit(judged: &[Judged]) -> Self {
        const MODERATE: f32 = 0.6;
        if judged.len() < 10 {
            return Self([MODERATE, MODERATE, 0.0]);
        }
        let mut point = [0.5f64; EXPERTS];
        let mut loss = slope(judged, point);
        for _ in 0..ITERATIONS {
            let Some(step) = newton_step(&loss) else { break };
            let mut size = 1.0;
            let next = loop {
                let next = std::array::from_fn(|i| (point[i] - size * step[i]).clamp(0.0, MOST));
                let found = slope(judged, next);
                if found.value <= loss.value {
                    break Some((next, found));
                }
                size *= 0.5;
                if size < 1e-3 {
                    break None;
                }
            };
            let Some((next, found)) = next else { break };
            let gained = loss.value - found.value;
            (point, loss) = (next, found);
            if gained < 1e-7 {
                break;
            }
        }
        Self(point.map(|factor| factor as f32))
    }

    /// The blended scores of one message.
    pub(super) fn scores(&self, opinions: &Opinions) -> Vec<f32> {
        let classes = opinions.iter().map(Vec::len).max().unwrap_or(0);
        let mut sum = vec![0.0; classes];
        for (factor, scores) in self.0.iter().zip(opinions) {
            sum.iter_mut().zip(scores).for_each(|(s, score)| *s += factor * score);
        }
        sum
    }
}

/// The mean loss at a point, with its first and second derivatives.
struct Slope {
    value: f64,
    first: [f64; EXPERTS],
    second: [[f64; EXPERTS]; EXPERTS],
}

fn slope(judged: &[Judged], point: [f64; EXPERTS]) -> Slope {
    let blend = Blend(point.map(|factor| factor as f32));
    let mut slope = Slope { value: 0.0, first: [0.0; EXPERTS], second: [[0.0; EXPERTS]; EXPERTS] };
    let share = 1.0 / judged.len().max(1) as f64;
    for message in judged {
        let mut p = blend.scores(&message.opinions);
        softmax(&mut p);
        slope.value -= share * f64::from(p[message.class].max(1e-12)).ln();
        let said = |class: usize| -> [f64; EXPERTS] {
            std::array::from_fn(|i| f64::from(message.opinions[i].get(class).copied().unwrap_or(0.0)))
        };
        let right = said(message.class);
        let mut mean = [0.0f64; EXPERTS];
        for (class, p) in p.iter().enumerate() {
            let (p, x) = (f64::from(*p), said(class));
            for i in 0..EXPERTS {
                mean[i] += p * x[i];
                (0..EXPERTS).for_each(|j| slope.second[i][j] += share * p * x[i] * x[j]);
            }
        }
        for i in 0..EXPERTS {
            slope.first[i] += share * (mean[i] - right[i]);
            (0..EXPERTS).for_each(|j| slope.second[i][j] -= share * mean[i] * mean[j]);
        }
    }
    slope
}

/// The second derivatives' inverse times the first, by elimination; `None` where the loss is flat or not a number.
fn newton_step(slope: &Slope) -> Option<[f64; EXPERTS]> {
    const DAMPING: f64 = 1e-6;
    let (mut rows, mut step) = (slope.second, slope.first);
    (0..EXPERTS).for_each(|i| rows[i][i] += DAMPING);
    // The matrix is positive definite, so no rows need change places.
    for i in 0..EXPERTS {
        for j in (0..EXPERTS).filter(|&j| j != i) {
            let share = rows[j][i] / rows[i][i];
            (0..EXPERTS).for_each(|k| rows[j][k] -= share * rows[i][k]);
            step[j] -= share * step[i];
        }
    }
    let step = std::array::from_fn(|i| step[i] / rows[i][i]);
    step.iter().all(|s: &f64| s.is_finite()).then_some(step)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Messages whose head is right nine times in ten and always sure, and whose words say nothing.
    fn judged() -> Vec<Judged> {
        (0..200)
            .map(|i| {
                let said = i % 2;
                let class = if i % 10 == 0 { 1 - said } else { said };
                let mut head = vec![0.0; 2];
                head[said] = 20.0;
                let words = vec![(i as f32 * 0.37).sin(), (i as f32 * 0.91).cos()];
                Judged { opinions: [head, words, Vec::new()], class }
            })
            .collect()
    }

    #[test]
    fn says_nine_in_ten_where_nine_in_ten_are_right() {
        let blend = Blend::fit(&judged());
        let mut p = blend.scores(&[vec![20.0, 0.0], vec![0.0, 0.0], vec![]]);
        softmax(&mut p);
        assert!((p[0] - 0.9).abs() < 0.01, "{p:?}");
    }

    #[test]
    fn works_with_words_alone_and_with_next_to_nothing() {
        let few: Vec<Judged> = judged().into_iter().take(3).collect();
        assert_eq!(Blend::fit(&few), Blend([0.6, 0.6, 0.0]));
        let alone = |head: Vec<f32>| [vec![], head, vec![]];
        let judged: Vec<Judged> = judged()
            .into_iter()
            .map(|Judged { opinions: [head, ..], class }| Judged { opinions: alone(head), class })
            .collect();
        let mut p = Blend::fit(&judged).scores(&alone(vec![20.0, 0.0]));
        softmax(&mut p);
        assert!((p[0] - 0.9).abs() < 0.01, "{p:?}");
    }
}
