//! How much each signal counts, learnt from a shop's own orders by hiding one order of each shopper in turn.
//!
//! Shops differ: in one what goes together is plain, in another it is chance and the bestsellers are the better guess.
//! A mixture that takes more than the bestsellers has to prove it on hidden orders; otherwise it stays near them.

use super::{Alike, Histories, Together};

/// Rounds of hiding: the newest order of each shopper, then the one before it, and so on.
const ROUNDS: usize = 3;
/// Hidden orders looked at in a round; more teach nothing new.
const CASES_IN_A_ROUND: usize = 300;
/// Scores computed in a round, so that a catalog of 100,000 goods takes about a second.
const SCORES_IN_A_ROUND: usize = 100_000_000;
/// With fewer hidden orders in all, the shares that are right for most shops stand.
const CASES_NEEDED: u32 = 100;
/// Shares that are tried for each personal signal; what is left is popularity's.
const SHARES: [f64; 6] = [0.0, 0.1, 0.2, 0.35, 0.5, 0.7];

/// The shares of the three signals; they sum to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mixture {
    /// Of what is bought together.
    pub together: f64,
    /// Of what is alike.
    pub alike: f64,
    /// Of what sells well.
    pub popular: f64,
}

/// How well each product fits a shopper's taste, by place, each signal scaled to a maximum of 1.
#[derive(Clone, Debug, Default)]
pub(super) struct Signals {
    pub(super) together: Vec<f64>,
    pub(super) alike: Vec<f64>,
}

impl Signals {
    /// The signals of goods and their weights.
    pub(super) fn of(seeds: &[(usize, f64)], together: &Together, alike: &Alike, goods: usize) -> Self {
        let mut signals = Self { together: vec![0.0; goods], alike: vec![0.0; goods] };
        for (place, weight) in seeds {
            together.add(*place, *weight, &mut signals.together);
            alike.add(*place, *weight, &mut signals.alike);
        }
        [&mut signals.together, &mut signals.alike].into_iter().for_each(|signal| scale(signal));
        signals
    }
}

/// To a maximum of 1; all zeros stay.
pub(super) fn scale(signal: &mut [f64]) {
    let most = signal.iter().copied().fold(0.0, f64::max);
    if 0.0 < most {
        signal.iter_mut().for_each(|value| *value /= most);
    }
}

impl Mixture {
    /// What stands where a shop has too few orders to learn from. Chosen before anything was measured; `benches/recommend.rs`
    /// shows how it does.
    pub const USUAL: Self = Self { together: 0.5, alike: 0.2, popular: 0.3 };
    /// Bestsellers, with a little of the shopper to tell equals apart.
    pub const MOSTLY_POPULAR: Self = Self { together: 0.05, alike: 0.05, popular: 0.9 };
    /// Beside one product that the shopper looks at, that product says more than anything else.
    pub const BESIDE: Self = Self { together: 0.55, alike: 0.35, popular: 0.1 };
    /// One signal alone, for comparison.
    pub const ONLY_TOGETHER: Self = Self { together: 1.0, alike: 0.0, popular: 0.0 };
    /// One signal alone, for comparison.
    pub const ONLY_ALIKE: Self = Self { together: 0.0, alike: 1.0, popular: 0.0 };
    /// The bestsellers, the same for everybody.
    pub const ONLY_POPULAR: Self = Self { together: 0.0, alike: 0.0, popular: 1.0 };

    /// The score of each product.
    pub(super) fn blend(&self, signals: &Signals, popular: &[f64]) -> Vec<f64> {
        let each = signals.together.iter().zip(&signals.alike).zip(popular);
        each.map(|((together, alike), popular)| {
            self.together * together + self.alike * alike + self.popular * popular
        })
        .collect()
    }

    /// The mixture that ranks hidden orders best by discounted gain. It counts only if it beats the bestsellers by
    /// more than one standard error of the paired difference (the one-standard-error rule of Breiman et al., 1984).
    pub fn fit(histories: &Histories, alike: &Alike, goods: usize) -> Self {
        let candidates = candidates();
        let mut gains = vec![Gain::default(); candidates.len()];
        let affordable = SCORES_IN_A_ROUND / (candidates.len() * goods.max(1));
        for round in 0..ROUNDS {
            let (visible, hidden) = histories.hide(round);
            let together = Together::of(&visible, goods);
            let popular = popularity(&visible, goods);
            for (shopper, order) in hidden.iter().take(affordable.min(CASES_IN_A_ROUND)) {
                let seeds = evenly(&visible.goods(*shopper));
                let signals = Signals::of(&seeds, &together, alike, goods);
                let bestsellers = discounted_gain(&popular, order);
                for (mixture, gain) in candidates.iter().zip(&mut gains) {
                    gain.add(discounted_gain(&mixture.blend(&signals, &popular), order) - bestsellers);
                }
            }
        }
        let best = candidates.iter().zip(&gains).max_by(|a, b| a.1.mean().total_cmp(&b.1.mean()));
        match best {
            Some((_, gain)) if gain.count < CASES_NEEDED => Self::USUAL,
            Some((mixture, gain)) if gain.error() < gain.mean() => *mixture,
            _ => Self::MOSTLY_POPULAR,
        }
    }

    /// Ranks goods for a shopper of these histories, best first: the plain ranking that figures are measured on,
    /// without the rules of a conversation.
    pub fn rank(
        &self,
        goods_of_shopper: &[usize],
        together: &Together,
        alike: &Alike,
        popular: &[f64],
    ) -> Vec<usize> {
        let signals = Signals::of(&evenly(goods_of_shopper), together, alike, popular.len());
        let scores = self.blend(&signals, popular);
        let mut places: Vec<usize> = (0..popular.len()).collect();
        places.sort_by(|a, b| scores[*b].total_cmp(&scores[*a]));
        places
    }
}

/// Popularity from 0 to 1 by the number of shoppers who bought it.
pub fn popularity(histories: &Histories, goods: usize) -> Vec<f64> {
    let mut popular = vec![0.0; goods];
    for shopper in 0..histories.shoppers.len() {
        histories.goods(shopper).into_iter().for_each(|place| popular[place] += 1.0);
    }
    popular.iter_mut().for_each(|count| *count = f64::ln_1p(*count));
    scale(&mut popular);
    popular
}

fn evenly(goods: &[usize]) -> Vec<(usize, f64)> {
    goods.iter().map(|place| (*place, 1.0)).collect()
}

fn candidates() -> Vec<Mixture> {
    let pairs =
        SHARES.into_iter().flat_map(|together| SHARES.into_iter().map(move |alike| (together, alike)));
    let fitting = pairs.filter(|(together, alike)| together + alike <= 1.0);
    fitting.map(|(together, alike)| Mixture { together, alike, popular: 1.0 - together - alike }).collect()
}

/// The mean discounted gain of the hidden goods, 1 / log2(1 + rank) each (Järvelin and Kekäläinen, 2002): every one of
/// them counts, so that fewer orders prove as much. Equals stand in the order of their places.
fn discounted_gain(scores: &[f64], hidden: &[usize]) -> f64 {
    let before = |place: usize| {
        let higher =
            |other: usize| scores[place] < scores[other] || (scores[place] == scores[other] && other < place);
        (0..scores.len()).filter(|other| higher(*other)).count()
    };
    let gains = hidden.iter().map(|place| 1.0 / (before(*place) as f64 + 2.0).log2());
    gains.sum::<f64>() / hidden.len().max(1) as f64
}

/// A mean with its standard error.
#[derive(Clone, Copy, Debug, Default)]
struct Gain {
    count: u32,
    sum: f64,
    squares: f64,
}

impl Gain {
    fn add(&mut self, value: f64) {
        self.count += 1;
        self.sum += value;
        self.squares += value * value;
    }

    fn mean(&self) -> f64 {
        self.sum / f64::from(self.count.max(1))
    }

    fn error(&self) -> f64 {
        let count = f64::from(self.count.max(1));
        let variance = (self.squares / count - self.mean().powi(2)).max(0.0);
        (variance / count).sqrt()
    }
}
