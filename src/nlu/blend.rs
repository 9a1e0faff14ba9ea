//! How far each classifier is to be believed: the scores of head and words, weighted so that the probabilities that come
//! out are right as often as they say.
//!
//! The weights are fitted on messages that neither classifier was fitted to. With two numbers to find there is
//! nothing to overfit, and the loss has a single minimum.

use super::probability::softmax;

/// A message judged by classifiers that did not learn from it.
#[derive(Clone, Debug)]
pub(super) struct Judged {
    /// Scores by class from the vector; empty without one.
    pub head: Vec<f32>,
    /// Scores by class from the words.
    pub words: Vec<f32>,
    /// The class that it is.
    pub class: usize,
    /// What it counts for.
    pub weight: f32,
}

/// Factors on the two classifiers' scores.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Blend {
    head: f32,
    words: f32,
}

/// Neither classifier is ever believed beyond this, whatever a lucky fold says.
const MOST: f64 = 5.0;
const ITERATIONS: usize = 25;

impl Blend {
    /// The factors under which `judged` is likeliest; moderate ones where there is too little to tell.
    pub(super) fn fit(judged: &[Judged]) -> Self {
        if judged.len() < 10 {
            return Self { head: 0.6, words: 0.6 };
        }
        let mut point = [0.5f64, 0.5];
        let mut loss = slope(judged, point);
        for _ in 0..ITERATIONS {
            let Some(step) = newton_step(&loss) else { break };
            let mut size = 1.0;
            let next = loop {
                let next = [0, 1].map(|i| (point[i] - size * step[i]).clamp(0.0, MOST));
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
        Self { head: point[0] as f32, words: point[1] as f32 }
    }

    /// The blended scores of one message.
    pub(super) fn scores(&self, head: &[f32], words: &[f32]) -> Vec<f32> {
        if head.is_empty() {
            return words.iter().map(|w| self.words * w).collect();
        }
        head.iter().zip(words).map(|(h, w)| self.head * h + self.words * w).collect()
    }
}

/// The mean loss at a point, with its first and second derivatives.
struct Slope {
    value: f64,
    first: [f64; 2],
    second: [f64; 3],
}

fn slope(judged: &[Judged], point: [f64; 2]) -> Slope {
    let blend = Blend { head: point[0] as f32, words: point[1] as f32 };
    let mut slope = Slope { value: 0.0, first: [0.0; 2], second: [0.0; 3] };
    let total: f64 = judged.iter().map(|j| f64::from(j.weight)).sum::<f64>().max(f64::MIN_POSITIVE);
    for message in judged {
        let mut p = blend.scores(&message.head, &message.words);
        softmax(&mut p);
        let weight = f64::from(message.weight) / total;
        slope.value -= weight * f64::from(p[message.class].max(1e-12)).ln();
        let (mut mean, mut square) = ([0.0f64; 2], [0.0f64; 3]);
        for (class, p) in p.iter().enumerate() {
            let p = f64::from(*p);
            let h = f64::from(message.head.get(class).copied().unwrap_or(0.0));
            let w = f64::from(message.words[class]);
            mean[0] += p * h;
            mean[1] += p * w;
            square[0] += p * h * h;
            square[1] += p * h * w;
            square[2] += p * w * w;
        }
        let h = f64::from(message.head.get(message.class).copied().unwrap_or(0.0));
        let w = f64::from(message.words[message.class]);
        slope.first[0] += weight * (mean[0] - h);
        slope.first[1] += weight * (mean[1] - w);
        slope.second[0] += weight * (square[0] - mean[0] * mean[0]);
        slope.second[1] += weight * (square[1] - mean[0] * mean[1]);
        slope.second[2] += weight * (square[2] - mean[1] * mean[1]);
    }
    slope
}

/// The second derivatives' inverse times the first; `None` where the loss is flat or not a number.
fn newton_step(slope: &Slope) -> Option<[f64; 2]> {
    const DAMPING: f64 = 1e-6;
    let [a, b, c] = [slope.second[0] + DAMPING, slope.second[1], slope.second[2] + DAMPING];
    let determinant = a * c - b * b;
    let step = [
        (c * slope.first[0] - b * slope.first[1]) / determinant,
        (a * slope.first[1] - b * slope.first[0]) / determinant,
    ];
    step.iter().all(|s| s.is_finite()).then_some(step)
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
                Judged { head, words, class, weight: 1.0 }
            })
            .collect()
    }

    #[test]
    fn says_nine_in_ten_where_nine_in_ten_are_right() {
        let blend = Blend::fit(&judged());
        let mut p = blend.scores(&[20.0, 0.0], &[0.0, 0.0]);
        softmax(&mut p);
        assert!((p[0] - 0.9).abs() < 0.01, "{p:?}");
    }

    #[test]
    fn works_with_words_alone_and_with_next_to_nothing() {
        let few: Vec<Judged> = judged().into_iter().take(3).collect();
        assert_eq!(Blend::fit(&few), Blend { head: 0.6, words: 0.6 });
        let alone: Vec<Judged> =
            judged().into_iter().map(|j| Judged { head: vec![], words: j.head, ..j }).collect();
        let mut p = Blend::fit(&alone).scores(&[], &[20.0, 0.0]);
        softmax(&mut p);
        assert!((p[0] - 0.9).abs() < 0.01, "{p:?}");
    }
}
