//! What conversation tests name, held against the shop they are of.

use std::collections::BTreeMap;

use super::Known;
use super::trade::Catalog;
use crate::shop::load::Seed;
use crate::shop::problem::{Problem, kinds};
use crate::shop::tests_file::TestReferences;

/// Notes references to what is not there. Without a file of orders nothing is known of orders and shoppers.
pub(super) fn check(
    references: &TestReferences,
    known: &Known<'_>,
    seed: Option<&Seed>,
    problems: &mut Vec<Problem>,
) {
    let Known { intents, catalog, .. } = known;
    references.intents.iter().for_each(|intent| intents.check(intent, problems));
    references.products.iter().for_each(|product| catalog.check_product(product, problems));
    for sticker in &references.stickers {
        let name = sticker.value.as_str();
        if !known.stickers.contains_key(name) && !catalog.declares(name) {
            problems.push(sticker.at.problem(&kinds::UNKNOWN_STICKER, &[name]));
        }
    }
    for flow in references.flows.iter().filter(|flow| known.flows_off.contains(&flow.value)) {
        problems.push(flow.at.problem(&kinds::TEST_FLOW_OFF, &[&flow.value]));
    }
    let mut places: BTreeMap<&str, String> = BTreeMap::new();
    for name in &references.names {
        match places.get(name.value.as_str()) {
            Some(earlier) => problems.push(name.at.problem(&kinds::TEST_REPEATED, &[&name.value, earlier])),
            None => {
                places.insert(&name.value, name.at.name());
            }
        }
    }
    if let Some(seed) = seed {
        check_seed(references, catalog, seed, problems);
    }
}

fn check_seed(references: &TestReferences, catalog: &Catalog, seed: &Seed, problems: &mut Vec<Problem>) {
    for shopper in &references.shoppers {
        let known = seed.shoppers.iter().any(|known| known.id.as_str() == shopper.value);
        if !known && !catalog.declares(&shopper.value) {
            problems.push(shopper.at.problem(&kinds::UNKNOWN_SHOPPER, &[&shopper.value]));
        }
    }
    for order in &references.orders {
        let known = seed.orders.iter().any(|known| known.id.as_str() == order.value);
        if !known && !catalog.declares(&order.value) {
            problems.push(order.at.problem(&kinds::UNKNOWN_ORDER, &[&order.value]));
        }
    }
}
