//! What a shop wants said, and not said, when goods are recommended.

use super::Product;

/// A shop's rules for recommending, for its stock and its margins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecommendRules {
    /// Products by id, or whole categories by their Chinese name, that go first where they fit.
    pub prefer: Vec<String>,
    /// Products or categories that are never recommended; found by a search they still are.
    pub never: Vec<String>,
    /// Products or categories that are used up and bought again, such as food; what lasts is not suggested twice.
    pub again: Vec<String>,
    /// Units that have to be in stock, over all variants; at least one.
    pub min_stock: u32,
}

impl Default for RecommendRules {
    fn default() -> Self {
        Self { prefer: Vec::new(), never: Vec::new(), again: Vec::new(), min_stock: 1 }
    }
}

impl RecommendRules {
    /// Whether a product goes first.
    pub fn prefers(&self, product: &Product) -> bool {
        self.prefer.iter().any(|name| covers(name, product))
    }

    /// Whether the shop says that a product is bought again and again.
    pub fn repeats(&self, product: &Product) -> bool {
        self.again.iter().any(|name| covers(name, product))
    }

    /// Whether a product is never recommended.
    pub fn forbids(&self, product: &Product) -> bool {
        self.never.iter().any(|name| covers(name, product))
    }
}

fn covers(name: &str, product: &Product) -> bool {
    product.id.as_str() == name || product.category.iter().any(|category| category.zh == name)
}
