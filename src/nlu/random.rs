//! Orders that look random and are the same on every machine: training must be repeatable.

/// Shuffled orders of the numbers below a count, one after another.
#[derive(Debug)]
pub(super) struct Shuffle {
    state: u64,
    order: Vec<usize>,
}

impl Shuffle {
    /// Orders of `0..count`, always the same ones.
    pub(super) fn new(count: usize) -> Self {
        Self::seeded(count, 0)
    }

    /// Orders of `0..count`, decided by `seed`.
    pub(super) fn seeded(count: usize, seed: u64) -> Self {
        Self {
            state: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5851_f42d_4c95_7f2d,
            order: (0..count).collect(),
        }
    }

    /// The next order (Fisher and Yates).
    pub(super) fn next_order(&mut self) -> &[usize] {
        for last in (1..self.order.len()).rev() {
            let chosen = (self.next() % (last as u64 + 1)) as usize;
            self.order.swap(last, chosen);
        }
        &self.order
    }

    /// SplitMix64.
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_permutations_that_differ_by_turn_and_seed_and_repeat_by_seed() {
        let mut shuffle = Shuffle::seeded(100, 7);
        let first = shuffle.next_order().to_vec();
        let second = shuffle.next_order().to_vec();
        let mut sorted = first.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, (0..100).collect::<Vec<_>>());
        assert_ne!(first, second);
        assert_eq!(Shuffle::seeded(100, 7).next_order(), first);
        assert_ne!(Shuffle::seeded(100, 8).next_order(), first);
        assert!(Shuffle::new(0).next_order().is_empty());
    }
}
