//! Spreads vectors out evenly: encoder vectors lie in a narrow cone, in which plain gradient steps crawl.
//!
//! The result is a linear map that the head folds into its weights, so a message pays nothing for it.

use candle_core::{Device, Result, Tensor};

/// How much of the mean variance is added to every direction, so that directions with little variance, which are
/// mostly noise, are not blown up; and how much more with few rows, from which variance is known badly. Chosen on
/// folds of the base pack.
const RIDGE: f64 = 3.0;
const RIDGE_OF_FEW: f64 = 6_000.0;
/// Rows that suffice to know the variances.
const SAMPLED: usize = 4_000;
/// The length that gradient steps are sized for.
const SPREAD: f64 = 4.0;

/// `z = (x − mean) · map`.
pub(super) struct Whitening {
    /// Shape (1, dimension).
    pub mean: Tensor,
    /// Shape (dimension, dimension).
    pub map: Tensor,
}

impl Whitening {
    /// Fits to `rows`, shape (examples, dimension).
    pub(super) fn fit(rows: &Tensor) -> Result<Self> {
        let (all, dimension) = rows.dims2()?;
        let mean = rows.mean_keepdim(0)?;
        let stride = all.div_ceil(SAMPLED).max(1) as u32;
        let sample: Vec<u32> = (0..all as u32).step_by(stride as usize).collect();
        let count = sample.len();
        let sample = Tensor::from_vec(sample, count, &Device::Cpu)?;
        let centred = rows.index_select(&sample, 0)?.broadcast_sub(&mean)?;
        let covariance: Vec<f32> = centred.t()?.matmul(&centred)?.flatten_all()?.to_vec1()?;
        let mut matrix: Vec<f64> = covariance.iter().map(|&c| f64::from(c) / count.max(1) as f64).collect();
        let variance = (0..dimension).map(|i| matrix[i * dimension + i]).sum::<f64>() / dimension as f64;
        let ridge = (RIDGE + RIDGE_OF_FEW / all.max(1) as f64) * variance + 1e-9;
        (0..dimension).for_each(|i| matrix[i * dimension + i] += ridge);
        cholesky(&mut matrix, dimension);
        let scale = SPREAD / (dimension as f64).sqrt();
        let inverse = inverse_lower(&matrix, dimension);
        let map: Vec<f32> = inverse.iter().map(|&v| (v * scale) as f32).collect();
        // Row i of the inverse is the i-th new axis; columns are wanted.
        let map = Tensor::from_vec(map, (dimension, dimension), &Device::Cpu)?.t()?.contiguous()?;
        Ok(Self { mean, map })
    }

    /// The whitened rows.
    pub(super) fn apply(&self, rows: &Tensor) -> Result<Tensor> {
        rows.broadcast_sub(&self.mean)?.matmul(&self.map)
    }
}

/// Replaces a positive definite matrix by its lower Cholesky factor; what lies above the diagonal is left alone.
fn cholesky(matrix: &mut [f64], size: usize) {
    for row in 0..size {
        for column in 0..=row {
            let (above, below) = matrix.split_at(row * size);
            let sum: f64 = if column < row {
                (0..column).map(|k| below[k] * above[column * size + k]).sum()
            } else {
                (0..column).map(|k| below[k] * below[k]).sum()
            };
            let rest = matrix[row * size + column] - sum;
            matrix[row * size + column] =
                if column < row { rest / matrix[column * size + column] } else { rest.max(1e-12).sqrt() };
        }
    }
}

/// The inverse of a lower triangular matrix.
fn inverse_lower(lower: &[f64], size: usize) -> Vec<f64> {
    let mut inverse = vec![0.0; size * size];
    for row in 0..size {
        let diagonal = lower[row * size + row];
        let (done, current) = inverse.split_at_mut(row * size);
        let current = &mut current[..size];
        for k in 0..row {
            let factor = lower[row * size + k];
            for (c, d) in current[..=k].iter_mut().zip(&done[k * size..k * size + k + 1]) {
                *c -= factor * d;
            }
        }
        current[row] = 1.0;
        current[..=row].iter_mut().for_each(|c| *c /= diagonal);
    }
    inverse
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factor_and_inverse_agree_with_the_matrix() {
        let original = [4.0, 2.0, 0.6, 2.0, 5.0, 1.5, 0.6, 1.5, 3.0];
        let mut lower = original;
        cholesky(&mut lower, 3);
        let inverse = inverse_lower(&lower, 3);
        for i in 0..3 {
            for j in 0..3 {
                let product: f64 =
                    (0..3).map(|k| if k <= i { lower[i * 3 + k] } else { 0.0 } * inverse[k * 3 + j]).sum();
                assert!((product - if i == j { 1.0 } else { 0.0 }).abs() < 1e-12);
                let square: f64 = (0..=i.min(j)).map(|k| lower[i * 3 + k] * lower[j * 3 + k]).sum();
                assert!((square - original[i * 3 + j]).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn rows_without_spread_stay_finite() {
        let rows = Tensor::from_vec(vec![1.0f32; 12], (3, 4), &Device::Cpu).expect("shape");
        let whitening = Whitening::fit(&rows).expect("fits");
        let values: Vec<f32> =
            whitening.apply(&rows).and_then(|z| z.flatten_all()).and_then(|z| z.to_vec1()).expect("values");
        assert!(values.iter().all(|v| v.is_finite()));
    }
}
