//! The one place with `unsafe`: products of 8-bit matrices by the processor's vector instructions, and the choice
//! among them at run time.
//!
//! Every kernel gives the same integers as [`multiply_plainly`], which tests hold it to. [`Instructions::run`] calls a layer
//! compiled for the chosen instructions, so that the plain loops between the products use them as well.
#![expect(unsafe_code, reason = "vector instructions; each block says why it is sound")]

use super::layer::{Layer, Workspace, dense};
use super::matrix::{Matrix, Rows, multiply_plainly};

/// One way to multiply.
pub(super) trait Kernel {
    /// Brings activations into the form that this kernel reads.
    fn prepare(rows: &mut Rows);

    /// `out[token, output] = matrix · rows + bias`; `out` has `rows.tokens() * matrix.outputs` places.
    fn multiply(matrix: &Matrix, rows: &Rows, out: &mut [f32]);
}

/// Instructions that a layer can be run with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Instructions {
    /// AVX-512 with products of 8 bits (VNNI): sixteen sums of four products at once.
    Vnni,
    /// AVX2: eight sums of two products of 16 bits at once.
    Avx2,
    /// What every processor has.
    Portable,
}

impl Instructions {
    /// The best that this processor has.
    pub fn detect() -> Self {
        [Self::Vnni, Self::Avx2].into_iter().find(|choice| choice.available()).unwrap_or(Self::Portable)
    }

    /// Whether this processor has them.
    #[cfg(target_arch = "x86_64")]
    pub fn available(self) -> bool {
        let avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
        match self {
            Self::Vnni => {
                avx2 && is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512bw")
                    && is_x86_feature_detected!("avx512vl")
                    && is_x86_feature_detected!("avx512vnni")
            }
            Self::Avx2 => avx2,
            Self::Portable => true,
        }
    }

    /// Whether this processor has them.
    #[cfg(not(target_arch = "x86_64"))]
    pub fn available(self) -> bool {
        self == Self::Portable
    }

    /// Runs the layer on rows `[tokens, hidden]` in place.
    ///
    /// # Panics
    ///
    /// When the processor lacks these instructions.
    pub(super) fn run(self, layer: &Layer, rows: &mut [f32], lengths: &[usize], workspace: &mut Workspace) {
        assert!(self.available(), "{self:?} on a processor without it");
        match self {
            // SAFETY: the processor has the instructions, as was just asserted.
            #[cfg(target_arch = "x86_64")]
            Self::Vnni => unsafe { x86::run_vnni(layer, rows, lengths, workspace) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => unsafe { x86::run_avx2(layer, rows, lengths, workspace) },
            _ => layer.forward::<Portable>(rows, lengths, workspace),
        }
    }

    /// `out[row, output] = matrix · rows + bias`, the rows rounded to 8 bits in `room`.
    ///
    /// # Panics
    ///
    /// When the processor lacks these instructions.
    pub(super) fn multiply(self, matrix: &Matrix, rows: &[f32], room: &mut Rows, out: &mut [f32]) {
        assert!(self.available(), "{self:?} on a processor without it");
        match self {
            // SAFETY: the processor has the instructions, as was just asserted.
            #[cfg(target_arch = "x86_64")]
            Self::Vnni => unsafe { x86::multiply_vnni(matrix, rows, room, out) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => unsafe { x86::multiply_avx2(matrix, rows, room, out) },
            _ => dense::<Portable>(matrix, rows, room, out),
        }
    }
}

/// Plain code.
pub(super) struct Portable;

impl Kernel for Portable {
    #[inline(always)]
    fn prepare(_: &mut Rows) {}

    #[inline(always)]
    fn multiply(matrix: &Matrix, rows: &Rows, out: &mut [f32]) {
        multiply_plainly(matrix, rows, out);
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use super::{Kernel, Layer, Matrix, Rows, Workspace, dense};
    use crate::encoder::matrix::{PANEL, QUAD};

    /// Compiled for AVX-512 with VNNI, the plain loops included.
    #[target_feature(enable = "avx2,fma,avx512f,avx512bw,avx512vl,avx512vnni")]
    pub(super) fn run_vnni(layer: &Layer, rows: &mut [f32], lengths: &[usize], workspace: &mut Workspace) {
        layer.forward::<Vnni>(rows, lengths, workspace);
    }

    /// Compiled for AVX2, the plain loops included.
    #[target_feature(enable = "avx2,fma")]
    pub(super) fn run_avx2(layer: &Layer, rows: &mut [f32], lengths: &[usize], workspace: &mut Workspace) {
        layer.forward::<Avx2>(rows, lengths, workspace);
    }

    /// As [`run_vnni`], one product.
    #[target_feature(enable = "avx2,fma,avx512f,avx512bw,avx512vl,avx512vnni")]
    pub(super) fn multiply_vnni(matrix: &Matrix, rows: &[f32], room: &mut Rows, out: &mut [f32]) {
        dense::<Vnni>(matrix, rows, room, out);
    }

    /// As [`run_avx2`], one product.
    #[target_feature(enable = "avx2,fma")]
    pub(super) fn multiply_avx2(matrix: &Matrix, rows: &[f32], room: &mut Rows, out: &mut [f32]) {
        dense::<Avx2>(matrix, rows, room, out);
    }

    /// Tokens whose sums stay in registers while a panel is read once.
    const BLOCK_VNNI: usize = 14;
    const BLOCK_AVX2: usize = 4;
    /// Bytes by which weights are asked for before they are needed: layers are larger than the nearer caches.
    const AHEAD: usize = 1_024;

    pub(super) struct Vnni;

    impl Kernel for Vnni {
        /// Four inputs of one token are one number; a block's tokens lie side by side, so that a block is read from
        /// beginning to end.
        #[inline(always)]
        fn prepare(rows: &mut Rows) {
            let (tokens, size, width) = (rows.tokens(), block_size(rows.tokens()), rows.width / QUAD);
            rows.quads.resize(tokens * width, 0);
            for (token, values) in rows.values.chunks_exact(rows.width).enumerate() {
                let first = token / size * size;
                let count = size.min(tokens - first);
                let block = &mut rows.quads[first * width..(first + count) * width];
                let (values, _) = values.as_chunks::<QUAD>();
                for (places, values) in block.chunks_exact_mut(count).zip(values) {
                    places[token - first] = i32::from_ne_bytes(values.map(|value| value as u8));
                }
            }
        }

        #[inline(always)]
        fn multiply(matrix: &Matrix, rows: &Rows, out: &mut [f32]) {
            check(matrix, rows, rows.quads.len() * QUAD, out);
            let size = block_size(rows.tokens());
            for panel in 0..matrix.outputs / PANEL {
                for first in (0..rows.tokens()).step_by(size) {
                    let count = size.min(rows.tokens() - first);
                    macro_rules! block {
                        ($($n:literal)*) => {
                            match count {
                                // SAFETY: only reached through `run_vnni`, whose caller checked the processor; the
                                // lengths were checked above.
                                $($n => unsafe { vnni_block::<$n>(matrix, rows, panel, first, out) },)*
                                _ => unreachable!("a block has at most {BLOCK_VNNI} tokens"),
                            }
                        };
                    }
                    block!(1 2 3 4 5 6 7 8 9 10 11 12 13 14);
                }
            }
        }
    }

    /// Tokens of a block, nearly alike: fifteen tokens are eight and seven, not fourteen and one.
    #[inline(always)]
    fn block_size(tokens: usize) -> usize {
        tokens.div_ceil(tokens.div_ceil(BLOCK_VNNI).max(1)).max(1)
    }

    /// Sums of `N` tokens from `first` on with one panel.
    ///
    /// # Safety
    ///
    /// The lengths must be those that [`check`] wants, and the block that begins with token `first` must have `N` tokens.
    #[target_feature(enable = "avx512f,avx512vnni")]
    unsafe fn vnni_block<const N: usize>(
        matrix: &Matrix,
        rows: &Rows,
        panel: usize,
        first: usize,
        out: &mut [f32],
    ) {
        let mut sums = [_mm512_setzero_si512(); N];
        let quads = matrix.inputs / QUAD;
        // SAFETY: a panel has `quads` times 64 bytes and a row `quads` times four, by `check`.
        unsafe {
            let weights = matrix.packed.as_ptr().add(panel * PANEL * matrix.inputs);
            let inputs = rows.quads.as_ptr().add(first * quads);
            for quad in 0..quads {
                let weights = weights.add(quad * PANEL * QUAD);
                // The next panel follows at once in memory; asking for it early costs nothing beyond the end.
                _mm_prefetch::<_MM_HINT_T0>(weights.wrapping_add(AHEAD).cast());
                let weights = _mm512_loadu_si512(weights.cast());
                for (token, sum) in sums.iter_mut().enumerate() {
                    let input = _mm512_set1_epi32(*inputs.add(quad * N + token));
                    *sum = _mm512_dpbusd_epi32(*sum, weights, input);
                }
            }
        }
        let output = panel * PANEL;
        let (scales, bias) = (&matrix.scales[output..][..PANEL], &matrix.bias[output..][..PANEL]);
        // SAFETY: sixteen numbers are read of each, and sixteen written.
        let (scales, bias) = unsafe { (_mm512_loadu_ps(scales.as_ptr()), _mm512_loadu_ps(bias.as_ptr())) };
        for (token, sum) in sums.into_iter().enumerate() {
            // As `Matrix::finish` does, and in its order.
            let token = first + token;
            let sum = _mm512_sub_epi32(sum, _mm512_set1_epi32(rows.corrections[token]));
            let scales = _mm512_mul_ps(_mm512_set1_ps(rows.scales[token]), scales);
            let sum = _mm512_add_ps(_mm512_mul_ps(_mm512_cvtepi32_ps(sum), scales), bias);
            let out = &mut out[token * matrix.outputs + output..][..PANEL];
            // SAFETY: as above.
            unsafe { _mm512_storeu_ps(out.as_mut_ptr(), sum) };
        }
    }

    pub(super) struct Avx2;

    impl Kernel for Avx2 {
        #[inline(always)]
        fn prepare(rows: &mut Rows) {
            rows.wide.resize(rows.values.len(), 0);
            rows.wide.iter_mut().zip(&rows.values).for_each(|(wide, value)| *wide = i16::from(*value));
        }

        #[inline(always)]
        fn multiply(matrix: &Matrix, rows: &Rows, out: &mut [f32]) {
            check(matrix, rows, rows.wide.len(), out);
            for half in 0..2 * (matrix.outputs / PANEL) {
                for first in (0..rows.tokens()).step_by(BLOCK_AVX2) {
                    // SAFETY: only reached through `run_avx2`, whose caller checked the processor; the lengths were
                    // checked above.
                    unsafe {
                        match rows.tokens() - first {
                            1 => avx2_block::<1>(matrix, rows, half, first, out),
                            2 => avx2_block::<2>(matrix, rows, half, first, out),
                            3 => avx2_block::<3>(matrix, rows, half, first, out),
                            _ => avx2_block::<BLOCK_AVX2>(matrix, rows, half, first, out),
                        }
                    }
                }
            }
        }
    }

    /// Sums of `N` tokens from `first` on with half a panel: eight outputs, two partial sums of each.
    ///
    /// # Safety
    ///
    /// The lengths must be those that [`check`] wants, and `first + N` at most the number of tokens.
    #[target_feature(enable = "avx2")]
    unsafe fn avx2_block<const N: usize>(
        matrix: &Matrix,
        rows: &Rows,
        half: usize,
        first: usize,
        out: &mut [f32],
    ) {
        let mut sums = [[_mm256_setzero_si256(); 2]; N];
        let quads = matrix.inputs / QUAD;
        // SAFETY: half a panel has 32 of each 64 bytes and a row `quads` times four numbers, by `check`.
        unsafe {
            let at = half / 2 * PANEL * matrix.inputs + half % 2 * (PANEL * QUAD / 2);
            let weights = matrix.packed.as_ptr().add(at);
            let inputs = rows.wide.as_ptr().add(first * rows.width);
            for quad in 0..quads {
                let weights = weights.add(quad * PANEL * QUAD);
                let low = _mm256_cvtepu8_epi16(_mm_loadu_si128(weights.cast()));
                let high = _mm256_cvtepu8_epi16(_mm_loadu_si128(weights.add(16).cast()));
                for (token, sum) in sums.iter_mut().enumerate() {
                    let input = inputs.add(token * rows.width + quad * QUAD).cast::<i64>().read_unaligned();
                    let input = _mm256_set1_epi64x(input);
                    sum[0] = _mm256_add_epi32(sum[0], _mm256_madd_epi16(low, input));
                    sum[1] = _mm256_add_epi32(sum[1], _mm256_madd_epi16(high, input));
                }
            }
        }
        for (token, [low, high]) in sums.into_iter().enumerate() {
            // Neighbours added: outputs 0 1 4 5 | 2 3 6 7, then put in order.
            let sum = _mm256_permute4x64_epi64::<0b11_01_10_00>(_mm256_hadd_epi32(low, high));
            let mut integers = [0_i32; PANEL / 2];
            // SAFETY: eight integers are 32 bytes.
            unsafe { _mm256_storeu_si256(integers.as_mut_ptr().cast(), sum) };
            store(matrix, rows, half * (PANEL / 2), first + token, &integers, out);
        }
    }

    /// Holds what the blocks rely on.
    #[inline(always)]
    fn check(matrix: &Matrix, rows: &Rows, values: usize, out: &[f32]) {
        assert!(matrix.inputs == rows.width && matrix.inputs.is_multiple_of(QUAD));
        assert!(matrix.outputs.is_multiple_of(PANEL));
        assert_eq!(matrix.packed.len(), matrix.outputs * matrix.inputs);
        assert_eq!(values, rows.tokens() * rows.width);
        assert_eq!(out.len(), rows.tokens() * matrix.outputs);
    }

    #[inline(always)]
    fn store(matrix: &Matrix, rows: &Rows, output: usize, token: usize, sums: &[i32], out: &mut [f32]) {
        let out = &mut out[token * matrix.outputs + output..][..sums.len()];
        matrix.finish(output, sums, rows.scales[token], rows.corrections[token], out);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::encoder::matrix::Rows;

    fn product<K: Kernel>(matrix: &Matrix, input: &[f32]) -> Vec<f32> {
        let mut rows = Rows::default();
        rows.quantize::<K>(input, matrix.inputs);
        let mut out = vec![f32::NAN; rows.tokens() * matrix.outputs];
        K::multiply(matrix, &rows, &mut out);
        out
    }

    fn numbers(count: usize) -> impl Strategy<Value = Vec<f32>> {
        let number = prop_oneof![4 => -4.0_f32..4.0, 1 => Just(0.0), 1 => -1e4_f32..1e4];
        proptest::collection::vec(number, count)
    }

    fn case() -> impl Strategy<Value = (Matrix, Vec<f32>)> {
        (1_usize..4, 1_usize..24, 0_usize..33).prop_flat_map(|(panels, quads, tokens)| {
            let (outputs, inputs) = (panels * 16, quads * 4);
            (numbers(outputs * inputs), numbers(outputs), numbers(tokens * inputs))
                .prop_map(|(values, bias, rows)| (Matrix::new(&values, bias), rows))
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        /// Every kernel that this processor has gives the plain one's numbers, bit by bit.
        #[test]
        fn kernels_agree_to_the_last_bit((matrix, input) in case()) {
            let plain = product::<Portable>(&matrix, &input);
            #[cfg(target_arch = "x86_64")]
            {
                if Instructions::Vnni.available() {
                    prop_assert_eq!(&product::<x86::Vnni>(&matrix, &input), &plain);
                }
                if Instructions::Avx2.available() {
                    prop_assert_eq!(&product::<x86::Avx2>(&matrix, &input), &plain);
                }
            }
            prop_assert!(plain.iter().all(|x| x.is_finite()));
        }

        /// The product is the exact one but for the rounding of both sides to 127 steps.
        #[test]
        fn products_are_right_within_the_rounding((matrix, input) in case()) {
            let found = product::<Portable>(&matrix, &input);
            let weights = matrix.values();
            for (row, found) in input.chunks_exact(matrix.inputs).zip(found.chunks_exact(matrix.outputs)) {
                let step = row.iter().fold(0.0_f32, |a, x| a.max(x.abs())) / 127.0;
                for (output, found) in found.iter().enumerate() {
                    let weights = &weights[output * matrix.inputs..][..matrix.inputs];
                    let exact: f64 = weights.iter().zip(row).map(|(w, x)| f64::from(*w) * f64::from(*x)).sum();
                    let size: f64 = weights.iter().map(|w| f64::from(w.abs())).sum();
                    let bound = size * f64::from(step) * 0.51 + 1e-5 * (1.0 + size * f64::from(step) * 127.0);
                    let error = (f64::from(*found) - f64::from(matrix.bias[output]) - exact).abs();
                    prop_assert!(error <= bound + 1e-6 * f64::from(matrix.bias[output].abs()), "{error} beyond {bound}");
                }
            }
        }
    }

    #[test]
    fn a_matrix_of_eight_bits_comes_out_as_it_was() {
        let values: Vec<f32> =
            (0..16 * 8).map(|n| if n % 8 == 0 { 127 } else { n * 37 % 255 - 127 } as f32 * 0.03125).collect();
        assert_eq!(Matrix::new(&values, vec![0.0; 16]).values(), values);
    }
}
