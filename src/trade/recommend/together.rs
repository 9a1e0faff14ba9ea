//! What is bought together: item–item co-occurrence over shoppers, as a shrunken cosine.
//!
//! Sarwar et al., "Item-based collaborative filtering recommendation algorithms" (2001) for the cosine; the
//! shrinkage by support is that of Bell and Koren (2007).

use std::collections::BTreeMap;

use super::Histories;

/// What a pair in different orders of one shopper counts beside a pair in one order.
const ACROSS_ORDERS: f64 = 0.5;
/// A pair seen so many times counts half of what its cosine says: two shoppers prove little.
const SHRINKAGE: f64 = 3.0;
/// So many shoppers have to have bought both before it is said aloud. Fewer would tell of one person's purchases.
const SHOPPERS_TO_SAY_SO: u32 = 2;

/// How often goods were bought by the same shoppers.
#[derive(Clone, Debug, Default)]
pub struct Together {
    /// Shoppers who bought it, by place.
    buyers: Vec<u32>,
    /// Shoppers with any goods.
    shoppers: u32,
    /// By place, the goods bought beside it, in order of their places.
    beside: Vec<Vec<Beside>>,
}

/// A pair of goods, seen from one of them.
#[derive(Clone, Copy, Debug)]
struct Beside {
    other: usize,
    shoppers: u32,
    similarity: f64,
}

impl Together {
    /// Counts the pairs of so many goods.
    pub fn of(histories: &Histories, goods: usize) -> Self {
        let mut buyers = vec![0_u32; goods];
        let mut pairs: Vec<BTreeMap<usize, (u32, f64)>> = vec![BTreeMap::new(); goods];
        let mut shoppers = 0;
        for shopper in 0..histories.shoppers.len() {
            let bought = histories.goods(shopper);
            shoppers += u32::from(!bought.is_empty());
            for one in &bought {
                buyers[*one] += 1;
                for other in bought.iter().filter(|other| *other != one) {
                    let orders = &histories.shoppers[shopper];
                    let at_once = orders.iter().any(|order| order.contains(one) && order.contains(other));
                    let pair = pairs[*one].entry(*other).or_default();
                    pair.0 += 1;
                    pair.1 += if at_once { 1.0 } else { ACROSS_ORDERS };
                }
            }
        }
        let similarity = |one: usize, other: usize, count: f64| {
            let norm = (f64::from(buyers[one]) * f64::from(buyers[other])).sqrt();
            count / norm * (count / (count + SHRINKAGE))
        };
        let beside = pairs.iter().enumerate().map(|(one, others)| {
            let each = others.iter().map(|(other, (shoppers, count))| Beside {
                other: *other,
                shoppers: *shoppers,
                similarity: similarity(one, *other, *count),
            });
            each.collect()
        });
        let beside = beside.collect();
        Self { buyers, shoppers, beside }
    }

    /// Adds to each product's score how well it goes with one product, times a weight.
    pub fn add(&self, one: usize, weight: f64, scores: &mut [f64]) {
        for pair in self.beside.get(one).into_iter().flatten() {
            scores[pair.other] += weight * pair.similarity;
        }
    }

    /// How well two goods go together, from 0 to 1; the same either way.
    pub fn similarity(&self, one: usize, other: usize) -> f64 {
        self.pair(one, other).map_or(0.0, |pair| pair.similarity)
    }

    /// Whether buyers of one bought the other more often than any shopper did, and not just one of them.
    pub fn is_known(&self, one: usize, other: usize) -> bool {
        self.pair(one, other).is_some_and(|pair| {
            let by_chance =
                f64::from(self.buyers[one]) * f64::from(self.buyers[other]) / f64::from(self.shoppers);
            SHOPPERS_TO_SAY_SO <= pair.shoppers && by_chance < f64::from(pair.shoppers)
        })
    }

    fn pair(&self, one: usize, other: usize) -> Option<&Beside> {
        let others = self.beside.get(one)?;
        others.binary_search_by_key(&other, |pair| pair.other).ok().map(|place| &others[place])
    }
}
