//! Rows of numbers in one byte each, with a scale a row: a quarter of the room, where a hundredth part of a row's largest
//! number changes nothing.

/// Rows of one width.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct PackedRows {
    width: usize,
    bytes: Vec<i8>,
    scales: Vec<f32>,
}

impl PackedRows {
    /// Rows of `width` numbers, none yet.
    pub(super) fn new(width: usize) -> Self {
        Self { width, ..Self::default() }
    }

    /// Adds a row, each number rounded to a 127th of the largest.
    pub(super) fn push(&mut self, row: &[f32]) {
        debug_assert_eq!(row.len(), self.width);
        let scale = largest(row) / 127.0;
        self.bytes.extend(row.iter().map(|x| (x / scale).round() as i8));
        self.scales.push(scale);
    }

    /// A row's integers, and what one of them is worth.
    pub(super) fn row(&self, place: usize) -> (&[i8], f32) {
        (&self.bytes[place * self.width..][..self.width], self.scales[place])
    }

    /// All rows as numbers again.
    pub(super) fn unpacked(&self) -> Vec<f32> {
        let rows = (0..self.scales.len()).map(|place| self.row(place));
        rows.flat_map(|(row, scale)| row.iter().map(move |x| f32::from(*x) * scale)).collect()
    }
}

/// The largest size among numbers; never nought, so that it can be divided by.
fn largest(row: &[f32]) -> f32 {
    row.iter().fold(0.0f32, |high, x| high.max(x.abs())).max(f32::MIN_POSITIVE)
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn numbers_come_back_within_half_a_step(
            rows in proptest::collection::vec(proptest::collection::vec(-1e6f32..1e6, 3), 0..5),
        ) {
            let mut packed = PackedRows::new(3);
            rows.iter().for_each(|row| packed.push(row));
            let found = packed.unpacked();
            for (row, found) in rows.iter().zip(found.chunks_exact(3)) {
                let step = largest(row) / 127.0;
                assert!(row.iter().zip(found).all(|(x, y)| (x - y).abs() <= step * 0.501));
            }
        }
    }

    #[test]
    fn a_row_of_noughts_stays_so() {
        let mut packed = PackedRows::new(2);
        packed.push(&[0.0, 0.0]);
        assert_eq!(packed.unpacked(), [0.0, 0.0]);
    }
}
