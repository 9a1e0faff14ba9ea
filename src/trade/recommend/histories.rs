//! Orders as lists of places in the catalog, by shopper: the form that counting needs.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{
    ProductId, ShopperId,
    trade::{LineState, Order, OrderLine, Product},
};

/// A shopper who buys for a company must not make every pair of goods common.
const GOODS_OF_A_SHOPPER: usize = 60;

/// What each shopper bought, order by order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histories {
    /// Per shopper their orders, oldest first; per order the places of distinct goods.
    pub shoppers: Vec<Vec<Vec<usize>>>,
}

/// Where each product stands in the catalog.
pub(super) fn places(products: &[Product]) -> BTreeMap<ProductId, usize> {
    products.iter().enumerate().map(|(place, product)| (product.id.clone(), place)).collect()
}

impl Histories {
    /// The histories of orders, in whatever order they come. Orders placed at the same moment stay as they came.
    pub fn of(orders: &[Order], products: &[Product]) -> Self {
        let places = places(products);
        let mut sorted: Vec<&Order> = orders.iter().collect();
        sorted.sort_by_key(|order| order.placed_at);
        let mut shoppers: BTreeMap<&ShopperId, Vec<Vec<usize>>> = BTreeMap::new();
        for order in sorted {
            let goods: BTreeSet<usize> = order
                .lines
                .iter()
                .filter(|line| was_bought(line))
                .filter_map(|line| places.get(&line.product).copied())
                .collect();
            if !goods.is_empty() {
                shoppers.entry(&order.shopper).or_default().push(goods.into_iter().collect());
            }
        }
        let mut histories: Vec<Vec<Vec<usize>>> = shoppers.into_values().collect();
        histories.iter_mut().for_each(keep_latest);
        Self { shoppers: histories }
    }

    /// These histories with one order of each shopper who has several taken away, and what was taken: the shopper's
    /// place, and the goods. `round` counts back from the newest, and starts over where a shopper has fewer.
    pub fn hide(&self, round: usize) -> (Self, Vec<(usize, Vec<usize>)>) {
        let mut hidden = Vec::new();
        let mut shoppers = self.shoppers.clone();
        for (shopper, orders) in shoppers.iter_mut().enumerate().filter(|(_, orders)| 1 < orders.len()) {
            let place = orders.len() - 1 - round % orders.len();
            hidden.push((shopper, orders.remove(place)));
        }
        (Self { shoppers }, hidden)
    }

    /// The distinct goods of a shopper, those bought last first.
    pub fn goods(&self, shopper: usize) -> Vec<usize> {
        let mut goods = Vec::new();
        for place in self.shoppers[shopper].iter().rev().flatten() {
            if !goods.contains(place) {
                goods.push(*place);
            }
        }
        goods
    }
}

/// What was paid for, or is about to be, and was kept as far as anybody knows.
pub(super) fn was_bought(line: &OrderLine) -> bool {
    !line.gift && line.state < LineState::Closed
}

fn keep_latest(orders: &mut Vec<Vec<usize>>) {
    let mut count: usize = orders.iter().map(Vec::len).sum();
    while GOODS_OF_A_SHOPPER < count && 1 < orders.len() {
        count -= orders.remove(0).len();
    }
    if let [only] = orders.as_mut_slice() {
        only.truncate(GOODS_OF_A_SHOPPER);
    }
}
