//! Many vectors at hand in one byte a number, to be multiplied with another one all at once.

use super::Vector;
use super::kernels::Instructions;
use super::matrix::{Matrix, PANEL, QUAD, Rows};

/// Vectors of one dimension. Each is rounded to 127 steps of its largest number.
#[derive(Debug, Clone)]
pub(crate) struct PackedVectors {
    /// One output for each vector, and as many of noughts as fill the last panel or the only one.
    matrix: Matrix,
    count: usize,
    instructions: Instructions,
}

impl PackedVectors {
    /// Packs vectors of this dimension.
    pub(crate) fn new<V: AsRef<[f32]>>(vectors: &[V], dimension: usize) -> Self {
        let (inputs, outputs) =
            (dimension.max(1).next_multiple_of(QUAD), vectors.len().max(1).next_multiple_of(PANEL));
        let mut values = vec![0.0; inputs * outputs];
        for (vector, row) in vectors.iter().zip(values.chunks_exact_mut(inputs)) {
            row[..dimension].copy_from_slice(vector.as_ref());
        }
        let matrix = Matrix::new(&values, vec![0.0; outputs]);
        Self { matrix, count: vectors.len(), instructions: Instructions::detect() }
    }

    /// The dot product of each with `vector`, which is rounded alike.
    pub(crate) fn products(&self, vector: &[f32]) -> Vec<f32> {
        let mut products = vec![0.0; self.matrix.outputs];
        let mut row = vector.to_vec();
        row.resize(self.matrix.inputs, 0.0);
        self.instructions.multiply(&self.matrix, &row, &mut Rows::default(), &mut products);
        products.truncate(self.count);
        products
    }

    /// The dot products of each of `vectors` with each of these: a row of [`Self::width`] numbers for each, of which the
    /// first are the products and the rest nothing.
    pub(crate) fn products_of_many(&self, vectors: &[Vector]) -> Vec<f32> {
        let mut rows = Vec::with_capacity(vectors.len() * self.matrix.inputs);
        for vector in vectors {
            rows.extend_from_slice(vector);
            rows.resize(rows.len().next_multiple_of(self.matrix.inputs), 0.0);
        }
        let mut products = vec![0.0; vectors.len() * self.matrix.outputs];
        self.instructions.multiply(&self.matrix, &rows, &mut Rows::default(), &mut products);
        products
    }

    /// How many numbers [`Self::products_of_many`] gives for each vector.
    pub(crate) fn width(&self) -> usize {
        self.matrix.outputs
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn products_are_right_within_the_rounding(
            (vectors, vector) in (1usize..40, 0usize..40).prop_flat_map(|(dimension, count)| {
                let one = move || proptest::collection::vec(-1f32..1.0, dimension);
                (proptest::collection::vec(one(), count), one())
            }),
        ) {
            let found = PackedVectors::new(&vectors, vector.len()).products(&vector);
            prop_assert_eq!(found.len(), vectors.len());
            let packed = PackedVectors::new(&vectors, vector.len());
            let many: Vec<Vector> = vec![vector.clone().into(), vector.clone().into()];
            for row in packed.products_of_many(&many).chunks_exact(packed.width()) {
                prop_assert_eq!(&row[..found.len()], &found[..]);
            }
            for (other, found) in vectors.iter().zip(found) {
                let exact: f32 = other.iter().zip(&vector).map(|(a, b)| a * b).sum();
                prop_assert!((exact - found).abs() <= vector.len() as f32 * 1.01 / 127.0, "{found} for {exact}");
            }
        }
    }
}
