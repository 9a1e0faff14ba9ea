//! The classifier over the encoder's vectors: softmax regression, one linear score for each class.
//!
//! Fitted on whitened vectors by gradient steps in a fixed order; answering is one dot product for each class.

use candle_core::{Device, Result, Tensor};

use super::{
    edit::{EDIT_PASSES, EditedLine, rearranged},
    probability::{dot, loss_gradient, softmax},
    random::Shuffle,
    whitening::Whitening,
};

/// Linear scores by class.
#[derive(Clone, Debug)]
pub(super) struct Head {
    dimension: usize,
    /// `dimension` weights for each class in turn.
    weights: Vec<f32>,
    bias: Vec<f32>,
    direction: Direction,
}

/// What a gradient step on whitened vectors is on plain ones: a step along `matrix · (vector − mean)`.
#[derive(Clone, Debug)]
struct Direction {
    mean: Vec<f32>,
    /// The whitening map times its transpose, shape (dimension, dimension).
    matrix: Vec<f32>,
}

/// The vectors of all examples, whitened; heads of different folds share them, for no label has a part in it.
pub(super) struct WhiteVectors {
    dimension: usize,
    whitening: Whitening,
    rows: Vec<f32>,
}

impl WhiteVectors {
    /// Whitens `vectors`, all of one dimension.
    pub(super) fn new(vectors: &[&[f32]]) -> Result<Self> {
        let dimension = vectors.first().map_or(0, |vector| vector.len());
        let mut flat = Vec::with_capacity(vectors.len() * dimension);
        vectors.iter().for_each(|vector| flat.extend_from_slice(vector));
        let flat = Tensor::from_vec(flat, (vectors.len(), dimension), &Device::Cpu)?;
        let whitening = Whitening::fit(&flat)?;
        let rows = whitening.apply(&flat)?.flatten_all()?.to_vec1()?;
        Ok(Self { dimension, whitening, rows })
    }

    fn row(&self, place: usize) -> &[f32] {
        &self.rows[place * self.dimension..][..self.dimension]
    }
}

/// What the head is fitted to.
#[derive(Clone, Copy)]
pub(super) struct Row {
    /// The place of its vector among the whitened ones.
    pub place: usize,
    pub class: usize,
    /// Whether the message is a counter-example of the class.
    pub negative: bool,
    pub weight: f32,
}

const BATCH: usize = 64;
const PASSES: usize = 12;
const LEAST_STEPS: usize = 200;
const STEP: f32 = 4.0;
const MOMENTUM: f32 = 0.9;

impl Head {
    /// Fits to `rows`, whose places are those in `white`.
    pub(super) fn fit(rows: &[Row], classes: usize, white: &WhiteVectors) -> Result<Self> {
        let dimension = white.dimension;
        if rows.is_empty() || classes == 0 {
            let (weights, bias) = (vec![0.0; classes * dimension], vec![0.0; classes]);
            return Ok(Self { dimension, weights, bias, direction: Direction::of(&white.whitening)? });
        }
        let (weights, bias) = descend(white, rows, classes)?;
        fold(&white.whitening, weights, bias, dimension)
    }

    /// The same head after a few steps on `lines`, with its classes in a new order: `from` tells of each what it was.
    pub(super) fn edited(&self, from: &[Option<usize>], lines: &[EditedLine<'_>]) -> Self {
        /// About the step of one message in the middle of fitting.
        const STEP: f32 = 0.2;
        let mut head = Self {
            dimension: self.dimension,
            weights: rearranged(&self.weights, self.dimension, from),
            bias: rearranged(&self.bias, 1, from),
            direction: self.direction.clone(),
        };
        let usable = lines.iter().filter_map(|line| Some((line, line.vector?)));
        let steps: Vec<_> = usable
            .filter(|(_, vector)| vector.len() == self.dimension)
            .map(|(line, vector)| (line, vector, self.direction.along(vector)))
            .collect();
        for (line, vector, along) in steps.iter().cycle().take(steps.len() * EDIT_PASSES) {
            let mut slopes = head.scores(vector);
            softmax(&mut slopes);
            loss_gradient(&mut slopes, line.class, line.negative);
            let shift = dot(&self.direction.mean, along);
            for (class, slope) in slopes.iter().enumerate() {
                let size = STEP * line.weight * slope;
                let weights = &mut head.weights[class * self.dimension..][..self.dimension];
                weights.iter_mut().zip(along).for_each(|(w, a)| *w -= size * a);
                head.bias[class] -= size * (1.0 - shift);
            }
        }
        head
    }

    /// How many numbers a vector must have.
    pub(super) fn dimension(&self) -> usize {
        self.dimension
    }

    /// Unnormalised log-probabilities by class.
    pub(super) fn scores(&self, vector: &[f32]) -> Vec<f32> {
        (0..self.bias.len())
            .map(|class| {
                dot(&self.weights[class * self.dimension..][..self.dimension], vector) + self.bias[class]
            })
            .collect()
    }
}

/// Gradient descent with momentum and a step that falls along a cosine. Weights have shape (dimension, classes).
fn descend(white: &WhiteVectors, rows: &[Row], classes: usize) -> Result<(Vec<f32>, Vec<f32>)> {
    let dimension = white.dimension;
    let batch = BATCH.min(rows.len());
    let batches = rows.len() / batch;
    let passes = PASSES.max(LEAST_STEPS / batches);
    let steps = (passes * batches) as f32;
    let mut weights = vec![0.0f32; dimension * classes];
    let mut speed = vec![0.0f32; dimension * classes];
    let mut bias = vec![0.0f32; classes];
    let mut bias_speed = vec![0.0f32; classes];
    let mut shuffle = Shuffle::new(rows.len());
    let mut step = 0.0;
    for _ in 0..passes {
        for chosen in shuffle.next_order().chunks_exact(batch) {
            let mut inputs = Vec::with_capacity(batch * dimension);
            chosen.iter().for_each(|&i| inputs.extend_from_slice(white.row(rows[i].place)));
            let inputs = Tensor::from_vec(inputs, (batch, dimension), &Device::Cpu)?;
            let matrix = Tensor::from_slice(&weights, (dimension, classes), &Device::Cpu)?;
            let mut slopes: Vec<f32> = inputs.matmul(&matrix)?.flatten_all()?.to_vec1()?;
            let mut bias_slope = vec![0.0f32; classes];
            for (scores, &index) in slopes.chunks_exact_mut(classes).zip(chosen) {
                let row = &rows[index];
                scores.iter_mut().zip(&bias).for_each(|(s, b)| *s += b);
                softmax(scores);
                loss_gradient(scores, row.class, row.negative);
                scores.iter_mut().for_each(|s| *s *= row.weight / batch as f32);
                bias_slope.iter_mut().zip(scores.iter()).for_each(|(b, s)| *b += s);
            }
            let slopes = Tensor::from_vec(slopes, (batch, classes), &Device::Cpu)?;
            let slope: Vec<f32> = inputs.t()?.matmul(&slopes)?.flatten_all()?.to_vec1()?;
            let rate = STEP * 0.5 * (1.0 + (std::f32::consts::PI * step / steps).cos());
            advance(&mut weights, &mut speed, &slope, rate);
            advance(&mut bias, &mut bias_speed, &bias_slope, rate);
            step += 1.0;
        }
    }
    Ok((weights, bias))
}

fn advance(values: &mut [f32], speed: &mut [f32], slope: &[f32], rate: f32) {
    for ((value, speed), slope) in values.iter_mut().zip(speed).zip(slope) {
        *speed = MOMENTUM * *speed + slope;
        *value -= rate * *speed;
    }
}

/// Weights over plain vectors from weights over whitened ones.
fn fold(whitening: &Whitening, weights: Vec<f32>, mut bias: Vec<f32>, dimension: usize) -> Result<Head> {
    let classes = bias.len();
    let weights = Tensor::from_vec(weights, (dimension, classes), &Device::Cpu)?;
    let plain = whitening.map.matmul(&weights)?;
    let shift: Vec<f32> = whitening.mean.matmul(&plain)?.flatten_all()?.to_vec1()?;
    bias.iter_mut().zip(shift).for_each(|(b, s)| *b -= s);
    let weights = plain.t()?.contiguous()?.flatten_all()?.to_vec1()?;
    Ok(Head { dimension, weights, bias, direction: Direction::of(whitening)? })
}

impl Direction {
    fn of(whitening: &Whitening) -> Result<Self> {
        let mean = whitening.mean.flatten_all()?.to_vec1()?;
        let matrix = whitening.map.matmul(&whitening.map.t()?)?.flatten_all()?.to_vec1()?;
        Ok(Self { mean, matrix })
    }

    fn along(&self, vector: &[f32]) -> Vec<f32> {
        let centred: Vec<f32> = vector.iter().zip(&self.mean).map(|(v, m)| v - m).collect();
        self.matrix.chunks_exact(centred.len().max(1)).map(|row| dot(row, &centred)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nlu::probability::best;

    /// Three bundles of unit vectors in a narrow cone.
    fn vectors() -> Vec<(Vec<f32>, usize)> {
        (0..60)
            .map(|i| {
                let class = i % 3;
                let mut vector = [10.0, 0.0, 0.0, 0.0, (i as f32 * 0.7).sin() * 0.3];
                vector[1 + class] = 1.0 + (i as f32).cos() * 0.2;
                let length = vector.iter().map(|v| v * v).sum::<f32>().sqrt();
                (vector.iter().map(|v| v / length).collect(), class)
            })
            .collect()
    }

    fn rows(vectors: &[(Vec<f32>, usize)]) -> Vec<Row> {
        let rows = vectors.iter().enumerate();
        rows.map(|(place, (_, class))| Row { place, class: *class, negative: false, weight: 1.0 }).collect()
    }

    fn white(vectors: &[(Vec<f32>, usize)]) -> WhiteVectors {
        WhiteVectors::new(&vectors.iter().map(|(v, _)| v.as_slice()).collect::<Vec<_>>()).expect("whitens")
    }

    #[test]
    fn separates_what_is_separable_and_repeats_itself() {
        let vectors = vectors();
        let head = Head::fit(&rows(&vectors), 3, &white(&vectors)).expect("fits");
        for (vector, class) in &vectors {
            assert_eq!(best(&head.scores(vector)), Some(*class));
        }
        assert_eq!(Head::fit(&rows(&vectors), 3, &white(&vectors)).expect("fits").weights, head.weights);
    }

    #[test]
    fn counter_examples_push_a_class_away() {
        let mut vectors = vectors();
        let between: Vec<f32> = vectors[0].0.iter().zip(&vectors[1].0).map(|(a, b)| (a + b) / 2.0).collect();
        vectors.push((between.clone(), 0));
        let white = white(&vectors);
        let mut rows = rows(&vectors);
        let last = rows.pop().expect("the one in between");
        let plain = Head::fit(&rows, 3, &white).expect("fits").scores(&between);
        (0..5).for_each(|_| rows.push(Row { negative: true, ..last }));
        let pushed = Head::fit(&rows, 3, &white).expect("fits").scores(&between);
        assert!(pushed[0] - pushed[1] < plain[0] - plain[1] - 0.5);
    }

    #[test]
    fn nothing_to_learn_from_is_no_failure() {
        let white = white(&vectors());
        assert_eq!(Head::fit(&[], 2, &white).expect("fits").scores(&[1.0; 5]), [0.0, 0.0]);
    }
}
