//! Which vectors of other owners are nearest to each: all against all, in blocks and on every core.
//!
//! Rounded to one byte a number, because the order of near neighbours needs no more and twenty thousand against each
//! other take about a second that way; the one that is found is measured exactly.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::encoder::{PackedVectors, Vector};

/// Vectors of a block: its products fit a processor's cache.
const BLOCK: usize = 512;
/// Vectors multiplied at once with a block.
const ROWS: usize = 64;
/// What the rounding may take off a cosine.
const ROUNDING: f32 = 0.01;

/// The nearest vector of another owner.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Neighbour {
    /// Its place among the vectors.
    pub(super) place: usize,
    /// The cosine between the two.
    pub(super) cosine: f32,
}

/// For each vector the nearest one of another owner, where any has a cosine of `least` or more.
pub(super) fn of_other_owners(vectors: &[Vector], owners: &[usize], least: f32) -> Vec<Option<Neighbour>> {
    let Some(dimension) = vectors.first().map(|vector| vector.len()) else { return Vec::new() };
    let blocks: Vec<PackedVectors> =
        vectors.chunks(BLOCK).map(|block| PackedVectors::new(block, dimension)).collect();
    // Each pair of blocks once, whichever comes first: their product tells both sides.
    let pairs: Vec<(usize, usize)> =
        (0..blocks.len()).flat_map(|first| (0..=first).map(move |second| (first, second))).collect();
    let next = AtomicUsize::new(0);
    let search = || {
        let mut best = Best::new(vectors.len(), least - ROUNDING);
        while let Some(&(first, second)) = pairs.get(next.fetch_add(1, Ordering::Relaxed)) {
            best.look(vectors, owners, first * BLOCK, (&blocks[second], second * BLOCK));
        }
        best
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let mut found = std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(search)).collect();
        let mut found = search();
        for other in others {
            found.join(other.join().expect("a search does not panic"));
        }
        found
    });
    let exact = |(place, (other, _)): (usize, (usize, f32))| {
        let cosine = cosine(&vectors[place], vectors.get(other)?);
        (cosine >= least).then_some(Neighbour { place: other, cosine })
    };
    std::mem::take(&mut found.nearest).into_iter().enumerate().map(exact).collect()
}

/// The cosine of two unit vectors.
pub(super) fn cosine(one: &[f32], other: &[f32]) -> f32 {
    let (ones, one) = one.as_chunks::<8>();
    let (others, other) = other.as_chunks::<8>();
    let mut sums = [0.0_f32; 8];
    for (one, other) in ones.iter().zip(others) {
        sums.iter_mut().zip(one.iter().zip(other)).for_each(|(sum, (x, y))| *sum += x * y);
    }
    sums.iter().sum::<f32>() + one.iter().zip(other).map(|(x, y)| x * y).sum::<f32>()
}

/// The nearest found so far: its place, which is none at first, and the rounded cosine that a nearer one must exceed.
struct Best {
    nearest: Vec<(usize, f32)>,
}

impl Best {
    fn new(count: usize, floor: f32) -> Self {
        Self { nearest: vec![(usize::MAX, floor); count] }
    }

    /// Looks at the block that begins at `first` against another.
    fn look(&mut self, vectors: &[Vector], owners: &[usize], first: usize, block: (&PackedVectors, usize)) {
        let (packed, second) = block;
        let end = vectors.len().min(first + BLOCK);
        let others = vectors.len().min(second + BLOCK) - second;
        for start in (first..end).step_by(ROWS) {
            let rows = &vectors[start..end.min(start + ROWS)];
            let products = packed.products_of_many(rows);
            for (row, products) in products.chunks_exact(packed.width()).enumerate() {
                self.take(start + row, second, &products[..others], owners);
            }
        }
    }

    fn take(&mut self, place: usize, second: usize, products: &[f32], owners: &[usize]) {
        let owner = owners[place];
        let floor = self.nearest[place].1;
        for (index, &product) in products.iter().enumerate() {
            let other = second + index;
            if (floor <= product || self.nearest[other].1 <= product) && owners[other] != owner {
                self.offer(place, other, product);
                self.offer(other, place, product);
            }
        }
    }

    fn offer(&mut self, place: usize, other: usize, product: f32) {
        let (known, best) = self.nearest[place];
        // Equal ones are told apart by their places, so that the answer does not depend on which thread was faster.
        if best < product || (best == product && other < known) {
            self.nearest[place] = (other, product);
        }
    }

    fn join(&mut self, other: Self) {
        for (place, (other, product)) in other.nearest.into_iter().enumerate() {
            self.offer(place, other, product);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn unit(mut values: Vec<f32>) -> Vector {
        let length = values.iter().map(|x| x * x).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
        values.iter_mut().for_each(|x| *x /= length);
        values.into()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(30))]

        #[test]
        fn it_finds_what_a_plain_search_finds(
            rows in proptest::collection::vec((proptest::collection::vec(-1f32..1.0, 16), 0usize..40), 0..1400),
        ) {
            let owners: Vec<usize> = rows.iter().map(|row| row.1).collect();
            let vectors: Vec<Vector> = rows.into_iter().map(|row| unit(row.0)).collect();
            let found = of_other_owners(&vectors, &owners, 0.5);
            prop_assert_eq!(found.len(), vectors.len());
            for (place, found) in found.into_iter().enumerate() {
                let others = (0..vectors.len()).filter(|other| owners[*other] != owners[place]);
                let best = others.map(|other| cosine(&vectors[place], &vectors[other])).fold(-1.0, f32::max);
                match found {
                    Some(near) => {
                        prop_assert!(owners[near.place] != owners[place]);
                        prop_assert!(best - near.cosine <= 2.0 * ROUNDING, "{} of {best}", near.cosine);
                    }
                    None => prop_assert!(best < 0.5 + 2.0 * ROUNDING, "{best}"),
                }
            }
        }
    }
}
