//! What a shopper looks for, as filters and words: made by `retrieval` from a message, refined by later ones.

use rust_decimal::Decimal;

use super::ProductId;

/// A product search. Empty fields do not filter.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct ProductQuery {
    /// What is left of the words when filters and filler are taken out; empty for filters alone.
    pub words: String,
    /// At least this price, in the shop's currency.
    pub price_from: Option<Decimal>,
    /// At most this price, in the shop's currency.
    pub price_to: Option<Decimal>,
    /// Any of these colours, in the catalog's words.
    pub colors: Vec<String>,
    /// Any of these sizes, in capitals.
    pub sizes: Vec<String>,
    /// Any of these brands.
    pub brands: Vec<String>,
    /// Any of these categories, by their Chinese name.
    pub categories: Vec<String>,
    /// For any of these, such as 女 男 儿童.
    pub audience: Vec<String>,
    /// Only what is in stock.
    pub in_stock: bool,
    /// In which order.
    pub sort: Sort,
    /// But not these.
    pub exclude: Vec<ProductId>,
}

/// The order of search results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Sort {
    #[default]
    Relevance,
    PriceAsc,
    PriceDesc,
    Sales,
}
