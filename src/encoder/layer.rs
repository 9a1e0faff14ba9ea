//! One layer of the model: attention over each text, then two dense steps, each added to what came in and normalised.
//!
//! Plain loops over slices that the compiler turns into vector code; [`super::kernels`] compiles them for the instructions at
//! hand and does the products. Sums are taken in fixed lanes and nothing is fused, so that the result is the same on
//! every processor.

use std::ops::Range;

use super::kernels::Kernel;
use super::matrix::{Matrix, Rows};

/// Lanes of partial sums: enough for the compiler to use the widest registers.
const LANES: usize = 16;

/// Layer normalisation over the last dimension.
pub(super) struct Norm {
    pub(super) weight: Vec<f32>,
    pub(super) bias: Vec<f32>,
    pub(super) epsilon: f32,
}

impl Norm {
    /// Normalises each row in place.
    #[inline(always)]
    pub(super) fn apply(&self, rows: &mut [f32]) {
        let width = self.weight.len();
        for row in rows.chunks_exact_mut(width) {
            let mean = sum(row, |x| x) / width as f32;
            let variance = sum(row, |x| (x - mean) * (x - mean)) / width as f32;
            let scale = 1.0 / (variance + self.epsilon).sqrt();
            for ((x, weight), bias) in row.iter_mut().zip(&self.weight).zip(&self.bias) {
                *x = (*x - mean) * scale * weight + bias;
            }
        }
    }
}

/// A layer's matrices with their biases, and its normalisations.
pub(super) struct Layer {
    pub(super) heads: usize,
    /// To queries, keys and values: `[3 * hidden, hidden]`.
    pub(super) attention_in: Matrix,
    pub(super) attention_out: Matrix,
    pub(super) attention_norm: Norm,
    pub(super) expand: Matrix,
    pub(super) contract: Matrix,
    pub(super) output_norm: Norm,
}

/// Room for what a layer computes on the way, kept from layer to layer and from text to text.
#[derive(Default)]
pub(super) struct Workspace {
    quantized: Rows,
    wide: Vec<f32>,
    narrow: Vec<f32>,
    head: Head,
}

impl Layer {
    /// Computes the layer on rows `[tokens, hidden]` in place; texts of these lengths follow one another.
    #[inline(always)]
    pub(super) fn forward<K: Kernel>(&self, rows: &mut [f32], lengths: &[usize], workspace: &mut Workspace) {
        let hidden = self.attention_out.outputs;
        let tokens = rows.len() / hidden;
        let Workspace { quantized, wide, narrow, head } = workspace;
        narrow.resize(tokens * hidden, 0.0);

        wide.resize(tokens * self.attention_in.outputs, 0.0);
        dense::<K>(&self.attention_in, rows, quantized, wide);
        head.attend_all(wide, lengths, self.heads, narrow);
        let product = &mut wide[..tokens * hidden];
        dense::<K>(&self.attention_out, narrow, quantized, product);
        add(rows, product);
        self.attention_norm.apply(rows);

        wide.resize(tokens * self.expand.outputs, 0.0);
        dense::<K>(&self.expand, rows, quantized, wide);
        wide.iter_mut().for_each(|x| *x = gelu(*x));
        dense::<K>(&self.contract, wide, quantized, narrow);
        add(rows, narrow);
        self.output_norm.apply(rows);
    }
}

/// A product, its rows rounded to 8 bits in `quantized`.
#[inline(always)]
pub(super) fn dense<K: Kernel>(matrix: &Matrix, input: &[f32], quantized: &mut Rows, out: &mut [f32]) {
    quantized.quantize::<K>(input, matrix.inputs);
    K::multiply(matrix, quantized, out);
}

#[inline(always)]
fn add(rows: &mut [f32], more: &[f32]) {
    rows.iter_mut().zip(more).for_each(|(x, more)| *x += more);
}

#[inline(always)]
fn sum(values: &[f32], term: impl Fn(f32) -> f32) -> f32 {
    let (chunks, rest) = values.as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    for chunk in chunks {
        sums.iter_mut().zip(chunk).for_each(|(sum, x)| *sum += term(*x));
    }
    sums.iter().sum::<f32>() + rest.iter().map(|x| term(*x)).sum::<f32>()
}

/// The activation, by its exact definition x·Φ(x).
#[inline(always)]
fn gelu(x: f32) -> f32 {
    0.5 * x * (1.0 + erf(x * std::f32::consts::FRAC_1_SQRT_2))
}

/// The error function after Abramowitz and Stegun 7.1.28 (wrong by at most 3e-7, and by rounding as much again): no
/// branch and no `exp`, so the compiler does several at once.
#[inline(always)]
fn erf(x: f32) -> f32 {
    let a = x.abs();
    let p = 0.000_276_567_2 + a * 0.000_043_063_8;
    let p = 0.009_270_527 + a * (0.000_152_014_3 + a * p);
    let p = 1.0 + a * (0.070_523_08 + a * (0.042_282_01 + a * p));
    let (p2, one) = (p * p, 1.0_f32);
    let p4 = p2 * p2;
    let p8 = p4 * p4;
    (one - one / (p8 * p8)).copysign(x)
}

/// e to a number that is not above zero, within 1e-7 of 1: the power of two taken out, and the rest by the polynomial of
/// the Cephes library. Below −87, where an f32 ends, zero or nearly so.
#[inline(always)]
fn exp(x: f32) -> f32 {
    const ROUNDING: f32 = 12_582_912.0; // 1.5 · 2²³: adding it rounds to an integer, and its bits are that integer
    let x = if x < -87.0 { -87.0 } else { x };
    let shifted = x * std::f32::consts::LOG2_E + ROUNDING;
    let power = shifted - ROUNDING;
    let x = x - power * 0.693_359_4 - power * -2.121_944_4e-4;
    let p =
        1.666_666_5e-1 + x * (4.166_579_5e-2 + x * (8.333_452e-3 + x * (1.398_2e-3 + x * 1.987_569_1e-4)));
    let p = 1.0 + x + x * x * (0.5 + x * p);
    p * f32::from_bits(((shifted.to_bits() as i32 - ROUNDING.to_bits() as i32 + 127) << 23) as u32)
}

/// One head of one text: queries (scaled) and values `[length, width]`, keys `[width, padded length]` with zeros at the
/// ends, one token's weights.
#[derive(Default)]
struct Head {
    width: usize,
    queries: Vec<f32>,
    keys: Vec<f32>,
    values: Vec<f32>,
    weights: Vec<f32>,
}

impl Head {
    /// Attention of every text over itself: from rows of queries, keys and values `[tokens, 3 * hidden]` to contexts
    /// `[tokens, hidden]`.
    #[inline(always)]
    fn attend_all(&mut self, product: &[f32], lengths: &[usize], heads: usize, context: &mut [f32]) {
        let tokens: usize = lengths.iter().sum();
        let hidden = context.len() / tokens.max(1);
        self.width = hidden / heads;
        let mut first = 0;
        for length in lengths {
            for head in 0..heads {
                self.gather(product, first..first + length, head, hidden);
                self.attend(&mut context[first * hidden + head * self.width..], hidden);
            }
            first += length;
        }
    }

    /// Copies one head's queries, keys and values of one text out of the product.
    #[inline(always)]
    fn gather(&mut self, product: &[f32], text: Range<usize>, head: usize, hidden: usize) {
        let Self { width, queries, keys, values, weights } = self;
        let (width, length, padded) = (*width, text.len(), text.len().next_multiple_of(LANES));
        let scale = 1.0 / (width as f32).sqrt();
        queries.resize(length * width, 0.0);
        values.resize(length * width, 0.0);
        keys.clear();
        keys.resize(padded * width, 0.0);
        weights.resize(padded, 0.0);
        let rows = product[text.start * 3 * hidden..text.end * 3 * hidden].chunks_exact(3 * hidden);
        for (position, row) in rows.enumerate() {
            let part = |third: usize| &row[third * hidden + head * width..][..width];
            let own = position * width..(position + 1) * width;
            queries[own.clone()].iter_mut().zip(part(0)).for_each(|(query, x)| *query = x * scale);
            values[own].copy_from_slice(part(2));
            for (key, keys) in part(1).iter().zip(keys.chunks_exact_mut(padded)) {
                keys[position] = *key;
            }
        }
    }

    /// Writes the head's context to the beginning of each row of `stride` numbers. Loops run over whole lanes, so that
    /// sums stay in registers and no text leaves a remainder.
    #[inline(always)]
    fn attend(&mut self, context: &mut [f32], stride: usize) {
        let Self { width, queries, keys, values, weights } = self;
        let (length, padded) = (queries.len() / *width, weights.len());
        for (query, context) in queries.chunks_exact(*width).zip(context.chunks_mut(stride)) {
            let (chunks, _) = weights.as_chunks_mut::<LANES>();
            for (number, weights) in chunks.iter_mut().enumerate() {
                let mut sums = [0.0; LANES];
                for (query, keys) in query.iter().zip(keys.chunks_exact(padded)) {
                    let keys = &keys[number * LANES..][..LANES];
                    sums.iter_mut().zip(keys).for_each(|(sum, key)| *sum += query * key);
                }
                *weights = sums;
            }
            softmax(weights, length);
            let (chunks, rest) = context[..*width].as_chunks_mut::<LANES>();
            for (number, context) in chunks.iter_mut().enumerate() {
                *context = weighed(weights, values, *width, number * LANES);
            }
            let whole = *width - rest.len();
            for (number, context) in rest.iter_mut().enumerate() {
                [*context] = weighed(weights, values, *width, whole + number);
            }
        }
    }
}

/// The sum of value rows by their weights, of `N` columns from `first` on.
#[inline(always)]
fn weighed<const N: usize>(weights: &[f32], values: &[f32], width: usize, first: usize) -> [f32; N] {
    let mut sums = [0.0; N];
    for (weight, values) in weights.iter().zip(values.chunks_exact(width)) {
        sums.iter_mut().zip(&values[first..first + N]).for_each(|(sum, value)| *sum += weight * value);
    }
    sums
}

/// Softmax over the first `length` scores; those beyond become zero.
#[inline(always)]
fn softmax(scores: &mut [f32], length: usize) {
    scores[length..].fill(f32::NEG_INFINITY);
    let (chunks, _) = scores.as_chunks_mut::<LANES>();
    let mut lanes = [f32::NEG_INFINITY; LANES];
    for chunk in chunks.iter() {
        lanes.iter_mut().zip(chunk).for_each(|(lane, x)| *lane = if *lane < *x { *x } else { *lane });
    }
    let highest = lanes.iter().fold(f32::NEG_INFINITY, |highest, x| highest.max(*x));
    for chunk in chunks.iter_mut() {
        chunk.iter_mut().for_each(|score| *score = exp(*score - highest));
    }
    scores[length..].fill(0.0);
    let one = 1.0 / sum(scores, |x| x);
    let (chunks, _) = scores.as_chunks_mut::<LANES>();
    chunks.iter_mut().flatten().for_each(|score| *score *= one);
}

#[cfg(test)]
mod tests {
    use candle_core::{D, Device, Shape, Tensor};

    use super::*;

    fn close(found: &[f32], expected: &[f32], tolerance: f32) {
        assert_eq!(found.len(), expected.len());
        for (index, (found, expected)) in found.iter().zip(expected).enumerate() {
            assert!((found - expected).abs() < tolerance, "at {index}: {found}, expected {expected}");
        }
    }

    fn random(shape: impl Into<Shape>) -> Tensor {
        Tensor::randn(0.0_f32, 1.0, shape, &Device::Cpu).unwrap()
    }

    fn values(tensor: &Tensor) -> Vec<f32> {
        tensor.flatten_all().unwrap().to_vec1().unwrap()
    }

    #[test]
    fn the_error_function_is_right_to_six_places() {
        for (x, expected) in [
            (0.0, 0.0),
            (0.1, 0.112_462_92),
            (0.5, 0.520_499_9),
            (1.0, 0.842_700_8),
            (2.0, 0.995_322_3),
            (4.0, 1.0),
            (40.0, 1.0),
        ] {
            close(&[erf(x), erf(-x)], &[expected, -expected], 1e-6);
        }
    }

    #[test]
    fn the_exponential_is_that_of_the_standard_library() {
        for step in 0..=8_700 {
            let x = -(step as f32) / 100.0;
            let (found, expected) = (exp(x), x.exp());
            assert!((found - expected).abs() <= 3e-7 * expected, "{x}: {found}, expected {expected}");
        }
        assert!(exp(-1e30) < 1e-37);
    }

    #[test]
    fn normalisation_is_that_of_candle() {
        let (input, weight, shift) = (random((5, 48)), random(48), random(48));
        let norm = Norm { weight: values(&weight), bias: values(&shift), epsilon: 1e-12 };
        let mut found = values(&input);
        norm.apply(&mut found);
        close(&found, &values(&candle_nn::ops::layer_norm(&input, &weight, &shift, 1e-12).unwrap()), 1e-4);
    }

    #[test]
    fn activation_is_that_of_candle() {
        let input = random((3, 64));
        let found: Vec<f32> = values(&input).into_iter().map(gelu).collect();
        close(&found, &values(&input.gelu_erf().unwrap()), 1e-5);
    }

    #[test]
    fn attention_is_softmax_of_scaled_scores_within_each_text() {
        let (heads, width, lengths) = (3, 8, [4, 1, 6]);
        let hidden = heads * width;
        let rows = random((11, 3 * hidden));
        let mut found = vec![0.0; 11 * hidden];
        Head::default().attend_all(&values(&rows), &lengths, heads, &mut found);

        let mut first = 0;
        let texts: Vec<Tensor> = lengths
            .iter()
            .map(|&length| {
                let parts =
                    rows.narrow(0, first, length).unwrap().reshape((length, 3, heads, width)).unwrap();
                first += length;
                let part = |i| {
                    let part = parts.narrow(1, i, 1).unwrap().squeeze(1).unwrap();
                    part.transpose(0, 1).unwrap().contiguous().unwrap()
                };
                let scores =
                    (part(0).matmul(&part(1).t().unwrap()).unwrap() / (width as f64).sqrt()).unwrap();
                let weights = candle_nn::ops::softmax(&scores, D::Minus1).unwrap();
                let context = weights.matmul(&part(2)).unwrap();
                context.transpose(0, 1).unwrap().reshape((length, hidden)).unwrap()
            })
            .collect();
        close(&found, &values(&Tensor::cat(&texts, 0).unwrap()), 1e-4);
    }
}
