//! What stands between the matrix products of a layer, as candle operations over plain slices: attention,
//! normalisation, activation. Each takes a product of shape `[features, tokens]` and adds its bias in the pass that
//! reads it anyway.
//!
//! candle's own pieces would do the same in about twenty steps a layer, each with a tensor of its own, padding and
//! a mask; with messages of a dozen tokens those steps, and a scalar `erf`, cost as much as the products.

use std::ops::Range;

use candle_core::{CpuStorage, CustomOp1, CustomOp2, Layout, Result, Shape};

/// Lanes of partial sums: enough for the compiler to use vector registers.
const LANES: usize = 8;

/// Layer normalisation over the last dimension.
pub(super) struct Norm {
    pub(super) weight: Vec<f32>,
    pub(super) bias: Vec<f32>,
    pub(super) epsilon: f32,
}

impl Norm {
    /// Normalises each row in place.
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

fn sum(values: &[f32], term: impl Fn(f32) -> f32) -> f32 {
    let (chunks, rest) = values.as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    for chunk in chunks {
        sums.iter_mut().zip(chunk).for_each(|(sum, x)| *sum += term(*x));
    }
    sums.iter().sum::<f32>() + rest.iter().map(|x| term(*x)).sum::<f32>()
}

/// `norm(product + bias + residual)`: from a product `[features, tokens]` and rows `[tokens, features]` to such rows.
pub(super) struct AddNorm {
    pub(super) bias: Vec<f32>,
    pub(super) norm: Norm,
}

impl CustomOp2 for AddNorm {
    fn name(&self) -> &'static str {
        "add-norm"
    }

    fn cpu_fwd(
        &self,
        s1: &CpuStorage,
        l1: &Layout,
        s2: &CpuStorage,
        l2: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (product, mut rows) = (slice(s1, l1)?, slice(s2, l2)?.to_vec());
        let (features, tokens) = l1.shape().dims2()?;
        for (feature, (product, bias)) in product.chunks_exact(tokens).zip(&self.bias).enumerate() {
            for (row, x) in rows.chunks_exact_mut(features).zip(product) {
                row[feature] += x + bias;
            }
        }
        self.norm.apply(&mut rows);
        Ok((CpuStorage::F32(rows), l2.shape().clone()))
    }
}

/// `gelu(product + bias)` in the product's shape, by the exact definition x·Φ(x).
pub(super) struct Gelu {
    pub(super) bias: Vec<f32>,
}

impl CustomOp1 for Gelu {
    fn name(&self) -> &'static str {
        "bias-gelu"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let product = slice(storage, layout)?;
        let (_, tokens) = layout.shape().dims2()?;
        let mut activated = Vec::with_capacity(product.len());
        for (product, bias) in product.chunks_exact(tokens).zip(&self.bias) {
            activated.extend(product.iter().map(|x| gelu(x + bias)));
        }
        Ok((CpuStorage::F32(activated), layout.shape().clone()))
    }
}

fn gelu(x: f32) -> f32 {
    0.5 * x * (1.0 + erf(x * std::f32::consts::FRAC_1_SQRT_2))
}

/// The error function after Abramowitz and Stegun 7.1.28 (wrong by at most 3e-7, and by rounding as much again): no
/// branch and no `exp`, so the compiler does several at once.
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

/// Attention of every text over itself, from the product with the queries', keys' and values' matrices,
/// `[3 * hidden, tokens]`, to rows `[tokens, hidden]`. Texts follow one another without padding.
pub(super) struct Attention<'a> {
    pub(super) bias: &'a [f32],
    /// How many tokens each text has.
    pub(super) lengths: &'a [usize],
    pub(super) heads: usize,
}

impl CustomOp1 for Attention<'_> {
    fn name(&self) -> &'static str {
        "attention"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let product = slice(storage, layout)?;
        let (features, tokens) = layout.shape().dims2()?;
        let hidden = features / 3;
        let mut context = vec![0.0; tokens * hidden];
        let mut workspace = Workspace { width: hidden / self.heads, ..Default::default() };
        let mut first = 0;
        for length in self.lengths {
            let context = &mut context[first * hidden..][..length * hidden];
            for head in 0..self.heads {
                self.gather(product, tokens, first..first + length, head, &mut workspace);
                workspace.attend(&mut context[head * workspace.width..], hidden);
            }
            first += length;
        }
        Ok((CpuStorage::F32(context), Shape::from((tokens, hidden))))
    }
}

impl Attention<'_> {
    /// Copies one head's queries, keys and values of one text out of the product and adds their biases.
    fn gather(
        &self,
        product: &[f32],
        tokens: usize,
        text: Range<usize>,
        head: usize,
        workspace: &mut Workspace,
    ) {
        let hidden = self.bias.len() / 3;
        let Workspace { width, queries, keys, values, .. } = workspace;
        let scale = 1.0 / (*width as f32).sqrt();
        keys.clear();
        queries.resize(text.len() * *width, 0.0);
        values.resize(text.len() * *width, 0.0);
        for index in 0..*width {
            let feature = |third: usize| {
                let row = third * hidden + head * *width + index;
                (&product[row * tokens..][text.clone()], self.bias[row])
            };
            let ((query, query_bias), (key, key_bias), (value, value_bias)) =
                (feature(0), feature(1), feature(2));
            keys.extend(key.iter().map(|x| x + key_bias));
            for position in 0..text.len() {
                queries[position * *width + index] = (query[position] + query_bias) * scale;
                values[position * *width + index] = value[position] + value_bias;
            }
        }
    }
}

/// One head of one text: queries (scaled) and values `[length, width]`, keys `[width, length]`, one token's weights.
#[derive(Default)]
struct Workspace {
    width: usize,
    queries: Vec<f32>,
    keys: Vec<f32>,
    values: Vec<f32>,
    weights: Vec<f32>,
}

impl Workspace {
    /// Adds the head's context to the beginning of each row of `stride` numbers. Inner loops run over neighbours in
    /// memory, so that they become vector code.
    fn attend(&mut self, context: &mut [f32], stride: usize) {
        let Self { width, queries, keys, values, weights } = self;
        let length = queries.len() / *width;
        for (query, context) in queries.chunks_exact(*width).zip(context.chunks_mut(stride)) {
            weights.clear();
            weights.resize(length, 0.0);
            for (query, keys) in query.iter().zip(keys.chunks_exact(length)) {
                weights.iter_mut().zip(keys).for_each(|(weight, key)| *weight += query * key);
            }
            softmax(weights);
            for (weight, values) in weights.iter().zip(values.chunks_exact(*width)) {
                context.iter_mut().zip(values).for_each(|(context, value)| *context += weight * value);
            }
        }
    }
}

fn softmax(scores: &mut [f32]) {
    let highest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    scores.iter_mut().for_each(|score| *score = (*score - highest).exp());
    let total = sum(scores, |x| x);
    scores.iter_mut().for_each(|score| *score /= total);
}

/// The values of a contiguous f32 tensor.
fn slice<'a>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [f32]> {
    let values = storage.as_slice::<f32>()?;
    match layout.contiguous_offsets() {
        Some((start, end)) => Ok(&values[start..end]),
        None => candle_core::bail!("the forward pass makes contiguous tensors only"),
    }
}

#[cfg(test)]
mod tests {
    use candle_core::{D, Device, Tensor};

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

    fn turned(tensor: &Tensor) -> Tensor {
        tensor.t().unwrap().contiguous().unwrap()
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
    fn normalisation_is_that_of_candle() {
        let (product, residual, bias) = (random((5, 48)), random((5, 48)), random(48));
        let (weight, shift) = (random(48), random(48));
        let norm = Norm { weight: values(&weight), bias: values(&shift), epsilon: 1e-12 };
        let operation = AddNorm { bias: values(&bias), norm };
        let found = turned(&product).apply_op2_no_bwd(&residual, &operation).unwrap();
        let input = (product.broadcast_add(&bias).unwrap() + residual).unwrap();
        let expected = candle_nn::ops::layer_norm(&input, &weight, &shift, 1e-12).unwrap();
        close(&values(&found), &values(&expected), 1e-4);
    }

    #[test]
    fn activation_is_that_of_candle() {
        let (product, bias) = (random((3, 64)), random(64));
        let found = turned(&product).apply_op1_no_bwd(&Gelu { bias: values(&bias) }).unwrap();
        close(
            &values(&turned(&found)),
            &values(&product.broadcast_add(&bias).unwrap().gelu_erf().unwrap()),
            1e-5,
        );
    }

    #[test]
    fn attention_is_softmax_of_scaled_scores_within_each_text() {
        let (heads, width, lengths) = (3, 8, [4, 1, 6]);
        let hidden = heads * width;
        let (product, bias) = (random((11, 3 * hidden)), random(3 * hidden));
        let operation = Attention { bias: &values(&bias), lengths: &lengths, heads };
        let found = turned(&product).apply_op1_no_bwd(&operation).unwrap();

        let rows = product.broadcast_add(&bias).unwrap();
        let mut first = 0;
        let texts: Vec<Tensor> = lengths
            .iter()
            .map(|&length| {
                let parts =
                    rows.narrow(0, first, length).unwrap().reshape((length, 3, heads, width)).unwrap();
                first += length;
                let part = |i| {
                    parts
                        .narrow(1, i, 1)
                        .unwrap()
                        .squeeze(1)
                        .unwrap()
                        .transpose(0, 1)
                        .unwrap()
                        .contiguous()
                        .unwrap()
                };
                let scores =
                    (part(0).matmul(&part(1).t().unwrap()).unwrap() / (width as f64).sqrt()).unwrap();
                let weights = candle_nn::ops::softmax(&scores, D::Minus1).unwrap();
                let context = weights.matmul(&part(2)).unwrap();
                context.transpose(0, 1).unwrap().reshape((length, hidden)).unwrap()
            })
            .collect();
        close(&values(&found), &values(&Tensor::cat(&texts, 0).unwrap()), 1e-4);
    }
}
