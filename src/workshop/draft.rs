//! What files would be with changes that are not saved.

use crate::{
    domain::ShopId,
    shop::{self, Clock, Loaded, Tree},
};

use super::folder::{Change, revision};

/// A tree with changes laid over it.
pub fn lay_over(tree: &Tree, changes: &[Change]) -> Tree {
    let mut draft = tree.clone();
    for change in changes {
        match &change.text {
            Some(text) => draft.insert(change.path.as_str(), text.as_str()),
            None => drop(draft.remove(&change.path)),
        }
    }
    draft
}

/// Loads a shop as it would be.
pub fn load(tree: &Tree, changes: &[Change], shop: &ShopId, clock: &Clock) -> Loaded {
    shop::load(&lay_over(tree, changes), shop, clock)
}

/// The changes that make a shop's own files what they were in a version: the others go, seeds stay.
pub fn back_to(now: &Tree, version: &Tree, shop: &ShopId) -> Vec<Change> {
    let own = format!("shops/{shop}/");
    let is_own = |path: &&str| super::folder::is_own(shop, path);
    let paths = now.below(&own).map(|(path, _)| path).chain(version.below(&own).map(|(path, _)| path));
    let mut paths: Vec<&str> = paths.filter(is_own).collect();
    paths.sort_unstable();
    paths.dedup();
    let differs = |path: &&str| now.get(path) != version.get(path);
    let change = |path: &str| Change {
        path: path.to_owned(),
        text: version.get(path).map(str::to_owned),
        base: now.get(path).map(revision),
    };
    paths.into_iter().filter(differs).map(change).collect()
}
