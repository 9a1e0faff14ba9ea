//! How alike goods are by their own data: categories, tags, brand, for whom, attributes, and about what price.
//!
//! Each product is a set of features weighted by inverse document frequency and scaled to length 1, so that the
//! similarity is a cosine; an inverted index finds all that share a feature. It needs no order of anybody's.

use std::collections::BTreeMap;

use rust_decimal::prelude::ToPrimitive;

use crate::domain::trade::Product;

/// The features of a catalog.
#[derive(Clone, Debug, Default)]
pub struct Alike {
    /// By place: features and their weights, scaled to length 1.
    features: Vec<Vec<(usize, f64)>>,
    /// By feature: the places that have it, with their weights.
    postings: Vec<Vec<(usize, f64)>>,
}

impl Alike {
    /// Reads a catalog.
    pub fn of(products: &[Product]) -> Self {
        let mut names: BTreeMap<String, usize> = BTreeMap::new();
        let mut numbered: Vec<Vec<usize>> = Vec::with_capacity(products.len());
        for product in products {
            let mut features: Vec<usize> = features_of(product)
                .into_iter()
                .map(|name| {
                    let next = names.len();
                    *names.entry(name).or_insert(next)
                })
                .collect();
            features.sort_unstable();
            features.dedup();
            numbered.push(features);
        }
        let mut counts = vec![0_u32; names.len()];
        numbered.iter().flatten().for_each(|feature| counts[*feature] += 1);
        let total = products.len().to_f64().unwrap_or(f64::MAX);
        // What one product alone has makes it like no other; what all have tells nothing.
        let weight = |feature: &usize| (total / f64::from(counts[*feature])).ln();
        let mut postings = vec![Vec::new(); names.len()];
        let mut features = Vec::with_capacity(products.len());
        for (place, of_product) in numbered.iter().enumerate() {
            let shared: Vec<&usize> = of_product.iter().filter(|feature| 1 < counts[**feature]).collect();
            let length = shared.iter().map(|feature| weight(feature).powi(2)).sum::<f64>().sqrt();
            let scaled =
                shared.into_iter().map(|feature| (*feature, weight(feature) / length.max(f64::MIN_POSITIVE)));
            let scaled: Vec<(usize, f64)> = scaled.filter(|(_, weight)| 0.0 < *weight).collect();
            scaled.iter().for_each(|(feature, weight)| postings[*feature].push((place, *weight)));
            features.push(scaled);
        }
        Self { features, postings }
    }

    /// Adds to each product's score how alike it is to one product, times a weight; nothing to that product itself.
    pub fn add(&self, one: usize, weight: f64, scores: &mut [f64]) {
        for (feature, of_one) in self.features.get(one).into_iter().flatten() {
            for (other, of_other) in self.postings[*feature].iter().filter(|(other, _)| *other != one) {
                scores[*other] += weight * of_one * of_other;
            }
        }
    }

    /// How alike two goods are, from 0 to 1; the same either way.
    pub fn similarity(&self, one: usize, other: usize) -> f64 {
        let (Some(a), Some(b)) = (self.features.get(one), self.features.get(other)) else { return 0.0 };
        let mut sum = 0.0;
        let (mut a, mut b) = (a.iter().peekable(), b.iter().peekable());
        while let (Some((of_a, x)), Some((of_b, y))) = (a.peek(), b.peek()) {
            match of_a.cmp(of_b) {
                std::cmp::Ordering::Less => drop(a.next()),
                std::cmp::Ordering::Greater => drop(b.next()),
                std::cmp::Ordering::Equal => {
                    sum += x * y;
                    a.next();
                    b.next();
                }
            }
        }
        sum
    }
}

fn features_of(product: &Product) -> Vec<String> {
    let mut features: Vec<String> =
        product.category.iter().map(|name| format!("category {}", name.zh)).collect();
    features.extend(product.tags.iter().map(|tag| format!("tag {tag}")));
    features.extend(product.audience.iter().map(|whom| format!("for {whom}")));
    if !product.brand.is_empty() {
        features.push(format!("brand {}", product.brand));
    }
    features.extend(product.size_chart.iter().map(|chart| format!("chart {chart}")));
    features.extend(product.attributes.iter().map(|fact| format!("fact {} {}", fact.name.zh, fact.value.zh)));
    // Doublings of the price: who buys for 50 and who buys for 5,000 look for different things.
    let doublings = product.price.amount().to_f64().filter(|price| 1.0 <= *price).map(f64::log2);
    features.extend(doublings.map(|doublings| format!("price {}", doublings.floor())));
    features
}
