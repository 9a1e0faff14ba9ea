//! Recommendations (COMMERCE.md, "Products"): what a shopper may like next, and one reason for each.
//!
//! A [`Recommender`] is made of a catalog and the shop's last orders, some minutes before it is needed. A [`Wish`]
//! says what is known of one shopper and this conversation; [`Recommender::picks`] ranks the catalog for it. Three
//! signals are mixed: what other shoppers bought beside the same goods ([`Together`]), how alike goods are by
//! their own data ([`Alike`]), and how well they sell. How much each counts is learnt from the shop's own orders
//! ([`Mixture::fit`]), because no share is right everywhere.
//!
//! What is never recommended (returned, refused, out of stock, the shop's `never`) is decided here as rules, not by
//! scores: a rule holds however well something sells.

mod alike;
mod histories;
mod mixture;
mod picks;
mod together;

#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, sync::Arc};

use rust_decimal::Decimal;

pub use alike::Alike;
pub use histories::Histories;
pub use mixture::{Mixture, popularity};
pub use picks::Why;
pub use together::Together;

use crate::domain::{
    Localized, ProductId,
    trade::{Order, Product, RecommendRules},
};

/// What is known of a shopper and of what they look for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wish {
    /// Goods that tell of the shopper's taste, each with its weight from 0 to 1.
    pub seeds: Vec<Seed>,
    /// What was bought, so that nobody is told to buy their washing machine again.
    pub owned: Vec<Owned>,
    /// What must not come: returned, refused, in the basket, or what the page shows already.
    pub never: Vec<ProductId>,
    /// What was shown already: it comes after everything else.
    pub shown: Vec<ProductId>,
    /// What a search found for the shopper's words, best first; nothing else comes. `None` where nothing was asked for.
    pub among: Option<Vec<ProductId>>,
    /// At least this list price, in the shop's currency.
    pub price_from: Option<Decimal>,
    /// At most this list price.
    pub price_to: Option<Decimal>,
    /// It shall go with this, so it is of another kind and for the same people.
    pub goes_with: Option<ProductId>,
    /// At most so many.
    pub limit: usize,
}

/// Goods that tell of a shopper's taste.
#[derive(Clone, Debug, PartialEq)]
pub struct Seed {
    /// Which.
    pub product: ProductId,
    /// How much it tells, from 0 to 1.
    pub weight: f64,
    /// Where it comes from.
    pub kind: SeedKind,
}

/// Where a sign of taste comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum SeedKind {
    Bought,
    /// On the page, talked about, or in the basket.
    Viewed,
}

/// Something bought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owned {
    /// What.
    pub product: ProductId,
    /// Whole days since the last time.
    pub days_ago: i64,
}

/// A recommendation with its reason.
#[derive(Clone, Debug, PartialEq)]
pub struct Pick<'a> {
    /// What.
    pub product: &'a Product,
    /// Why.
    pub why: Why,
}

/// A catalog ready to recommend from.
#[derive(Clone, Debug)]
pub struct Recommender {
    products: Arc<Vec<Product>>,
    places: BTreeMap<ProductId, usize>,
    together: Together,
    alike: Alike,
    /// Popularity from 0 to 1, by place.
    popular: Vec<f64>,
    mixture: Mixture,
}

impl Recommender {
    /// A recommender of a catalog, with what the shop's last orders teach. It takes time in proportion to catalog and
    /// orders: about a second for ten thousand orders, so it belongs on a thread of its own.
    pub fn of(products: Arc<Vec<Product>>, orders: &[Order]) -> Self {
        let histories = Histories::of(orders, &products);
        let alike = Alike::of(&products);
        let mixture = Mixture::fit(&histories, &alike, products.len());
        Self::with(products, &histories, alike, mixture)
    }

    fn with(products: Arc<Vec<Product>>, histories: &Histories, alike: Alike, mixture: Mixture) -> Self {
        let places = histories::places(&products);
        let most = products.iter().map(|product| product.sales).max().unwrap_or_default();
        // Sales are heavy-tailed: by their logarithm a product that sells half as well is still popular.
        let share = |sales: u32| f64::from(sales).ln_1p() / f64::from(most.max(1)).ln_1p();
        let popular = products.iter().map(|product| share(product.sales)).collect();
        let together = Together::of(histories, products.len());
        Self { products, places, together, alike, popular, mixture }
    }

    /// The mixture of signals it has learnt.
    pub fn mixture(&self) -> Mixture {
        self.mixture
    }

    /// A product of its catalog.
    pub fn product(&self, id: &ProductId) -> Option<&Product> {
        self.places.get(id).map(|place| &self.products[*place])
    }

    /// The widest categories, those that sell most first; for asking what kind of thing it shall be.
    pub fn kinds(&self, limit: usize) -> Vec<Localized> {
        let mut sold: BTreeMap<&str, (u64, &Localized)> = BTreeMap::new();
        for product in self.products.iter().filter(|product| 0 < product.stock()) {
            if let Some(widest) = product.category.first() {
                sold.entry(&widest.zh).or_insert((0, widest)).0 += u64::from(product.sales);
            }
        }
        let mut kinds: Vec<(u64, &Localized)> = sold.into_values().collect();
        kinds.sort_by_key(|(sales, _)| std::cmp::Reverse(*sales));
        kinds.into_iter().take(limit).map(|(_, kind)| kind.clone()).collect()
    }

    /// What fits a wish, best first, at most `wish.limit`. Stock is as the catalog states it; whoever shows a pick looks
    /// again.
    pub fn picks<'a>(&'a self, wish: &Wish, rules: &RecommendRules) -> Vec<Pick<'a>> {
        picks::picks(self, wish, rules)
    }
}
