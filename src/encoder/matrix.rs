//! Matrices of 8-bit integers, and rows of 8-bit activations to multiply them with.
//!
//! A matrix has one scale for each output (symmetric, `weight ≈ scale · integer`), a row one for each token. A product is
//! a sum of integers times two scales, so every kernel gives the same numbers to the last bit: the sum of at most
//! 1,536 products of 8 bits each fits 32 bits with room to spare.
//!
//! Weights are kept with 128 added, because the instruction that does four products at once wants one side unsigned;
//! what that adds to a sum is 128 times the sum of the row, which is taken away again.

use super::kernels::Kernel;

/// Outputs side by side in a panel, and inputs of each that lie together.
pub(super) const PANEL: usize = 16;
pub(super) const QUAD: usize = 4;
/// What is added to a weight to make it unsigned.
const OFFSET: i32 = 128;
/// The largest integer of either side; −128 is not used, so that signs are symmetric.
const LARGEST: f32 = 127.0;
/// Adding and taking away this number (1.5 · 2²³) rounds an f32 to the nearest integer, ties to even.
const ROUNDING: f32 = 12_582_912.0;

/// A matrix `[outputs, inputs]` with a bias, packed as `[outputs / 16][inputs / 4][16][4]`.
#[derive(Debug, Clone)]
pub(super) struct Matrix {
    pub(super) outputs: usize,
    pub(super) inputs: usize,
    pub(super) packed: Vec<u8>,
    pub(super) scales: Vec<f32>,
    pub(super) bias: Vec<f32>,
}

impl Matrix {
    /// Rounds a matrix of rows `[outputs, inputs]` to 8 bits. One that was made of 8 bits and a scale a row, the largest
    /// of them 127, comes out as it was. `outputs` must be a multiple of 16 and `inputs` of 4.
    pub(super) fn new(values: &[f32], bias: Vec<f32>) -> Self {
        let outputs = bias.len();
        let inputs = values.len() / outputs;
        let mut packed = vec![OFFSET as u8; values.len()];
        let mut scales = Vec::with_capacity(outputs);
        for (output, row) in values.chunks_exact(inputs).enumerate() {
            let scale = largest(row) / LARGEST;
            scales.push(scale);
            let inverse = inverse(scale);
            let panel = &mut packed[output / PANEL * PANEL * inputs..];
            for (quad, values) in row.chunks_exact(QUAD).enumerate() {
                let at = (quad * PANEL + output % PANEL) * QUAD;
                for (packed, value) in panel[at..at + QUAD].iter_mut().zip(values) {
                    *packed = (round(value * inverse) + OFFSET) as u8;
                }
            }
        }
        Self { outputs, inputs, packed, scales, bias }
    }

    /// The weights as numbers again, `[outputs, inputs]`.
    #[cfg(test)]
    pub(super) fn values(&self) -> Vec<f32> {
        let weight = |output: usize, input: usize| {
            let at = output / PANEL * PANEL * self.inputs
                + (input / QUAD * PANEL + output % PANEL) * QUAD
                + input % QUAD;
            (i32::from(self.packed[at]) - OFFSET) as f32 * self.scales[output]
        };
        (0..self.outputs)
            .flat_map(|output| (0..self.inputs).map(move |input| weight(output, input)))
            .collect()
    }

    /// Turns integer sums of one row into outputs, from output `first` on.
    #[inline(always)]
    pub(super) fn finish(&self, first: usize, sums: &[i32], scale: f32, correction: i32, out: &mut [f32]) {
        let scales = &self.scales[first..first + sums.len()];
        let bias = &self.bias[first..first + sums.len()];
        for (((out, sum), own), bias) in out.iter_mut().zip(sums).zip(scales).zip(bias) {
            *out = (sum - correction) as f32 * (scale * own) + bias;
        }
    }
}

/// Rows `[tokens, width]` of 8-bit activations, each with its scale.
#[derive(Default)]
pub(super) struct Rows {
    pub(super) width: usize,
    pub(super) values: Vec<i8>,
    /// The same in the form that a kernel made of them in [`Kernel::prepare`].
    pub(super) wide: Vec<i16>,
    pub(super) quads: Vec<i32>,
    pub(super) scales: Vec<f32>,
    /// What the weights' offset adds to each sum.
    pub(super) corrections: Vec<i32>,
}

impl Rows {
    /// Rounds rows of f32, in place of what was there before.
    #[inline(always)]
    pub(super) fn quantize<K: Kernel>(&mut self, rows: &[f32], width: usize) {
        self.width = width;
        self.values.resize(rows.len(), 0);
        self.scales.clear();
        self.corrections.clear();
        for (row, values) in rows.chunks_exact(width).zip(self.values.chunks_exact_mut(width)) {
            let scale = largest(row) / LARGEST;
            let inverse = inverse(scale);
            let mut total = 0;
            for (value, x) in values.iter_mut().zip(row) {
                let rounded = round(x * inverse);
                total += rounded;
                *value = rounded as i8;
            }
            self.scales.push(scale);
            self.corrections.push(OFFSET * total);
        }
        K::prepare(self);
    }

    pub(super) fn tokens(&self) -> usize {
        self.scales.len()
    }
}

/// The product in plain code: what the other kernels are compared with, and what runs where none of them can.
#[inline(always)]
pub(super) fn multiply_plainly(matrix: &Matrix, rows: &Rows, out: &mut [f32]) {
    const PART: usize = PANEL * QUAD / 4;
    for (row, values) in rows.values.chunks_exact(rows.width).enumerate() {
        let (scale, correction) = (rows.scales[row], rows.corrections[row]);
        let out = &mut out[row * matrix.outputs..][..matrix.outputs];
        let (inputs, _) = values.as_chunks::<QUAD>();
        let panels = matrix.packed.chunks_exact(PANEL * matrix.inputs);
        for ((number, panel), out) in panels.enumerate().zip(out.chunks_exact_mut(PANEL)) {
            let (quads, _) = panel.as_chunks::<{ PANEL * QUAD }>();
            let mut sums = [0_i32; PANEL];
            // Four outputs at a time: their sixteen partial sums fit the registers of any processor.
            for (part, sums) in sums.chunks_exact_mut(PANEL / 4).enumerate() {
                let mut partial = [0_i32; PART];
                for (weights, inputs) in quads.iter().zip(inputs) {
                    let weights = &weights[part * PART..][..PART];
                    for (at, (partial, weight)) in partial.iter_mut().zip(weights).enumerate() {
                        *partial += i32::from(i16::from(*weight)) * i32::from(i16::from(inputs[at % QUAD]));
                    }
                }
                for (sum, partial) in sums.iter_mut().zip(partial.chunks_exact(QUAD)) {
                    *sum = partial.iter().sum();
                }
            }
            matrix.finish(number * PANEL, &sums, scale, correction, out);
        }
    }
}

/// The largest magnitude; in lanes, so that the compiler does several at once.
#[inline(always)]
fn largest(values: &[f32]) -> f32 {
    let (chunks, rest) = values.as_chunks::<16>();
    let mut lanes = [0.0_f32; 16];
    for chunk in chunks {
        for (lane, x) in lanes.iter_mut().zip(chunk) {
            *lane = if *lane < x.abs() { x.abs() } else { *lane };
        }
    }
    rest.iter().chain(&lanes).fold(0.0, |largest, x| largest.max(x.abs()))
}

/// One over the scale; a row of zeros, or one whose values are no numbers, becomes zeros.
#[inline(always)]
fn inverse(scale: f32) -> f32 {
    if scale.is_normal() { 1.0 / scale } else { 0.0 }
}

/// The nearest integer of a number between −127 and 127; anything beyond is held there.
#[inline(always)]
fn round(x: f32) -> i32 {
    let held = if x < -LARGEST { -LARGEST } else { x };
    let held = if LARGEST < held { LARGEST } else { held };
    (held + ROUNDING).to_bits() as i32 - ROUNDING.to_bits() as i32
}
