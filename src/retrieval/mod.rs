//! Finding products and answers: tantivy with a jieba tokenizer, vectors beside it, one fused score that keeps its
//! parts.
//!
//! A [`Retriever`] holds one version of a shop in memory; its products may change while they are searched. Without
//! vectors the words find alone, and so they do in catalogs of more than [`MOST_WITH_VECTORS`]. Scores are from 0 to 1
//! and compare between queries; of products, nothing less than [`CONFIDENT`] is found at all.

mod catalog;
mod concepts;
mod faq;
mod filling;
mod fusion;
mod kinds;
mod listing;
mod messages;
mod names;
mod phrases;
mod products;
mod query;
mod ranking;
mod shelves;
mod tokenizer;

use std::{
    borrow::Borrow,
    collections::{BTreeSet, HashMap},
    fmt::Display,
    sync::Arc,
};

pub use messages::{AnsweredBefore, IndexedConversation, IndexedLine, Mark, MessageHit, MessageIndex};

use crate::{
    domain::{FaqId, ProductId, ProductQuery, Utterance, trade::Product},
    encoder::Vector,
    shop::Shop,
    text::normalize,
};

/// The least score of a product: what covers less of the query is not what was asked for, and finding nothing is the
/// honest answer.
pub const CONFIDENT: f32 = 0.45;

/// Products of larger catalogs have no vectors: at half a millisecond each they would take minutes to make, and every
/// search reads all of them. Words and filters find in such a catalog.
pub const MOST_WITH_VECTORS: usize = 50_000;

/// Something found.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit<I> {
    /// What.
    pub id: I,
    /// Its title, or the way of asking that fits best.
    pub title: String,
    /// From 0 to 1; best first.
    pub score: f32,
    /// The scores of the legs that found it: `words`, `vectors`, `same`.
    pub why: Vec<(&'static str, f32)>,
}

/// A frequently asked question found. From 0.9 on the words say the same as one of its ways of asking.
pub type FaqHit = Hit<FaqId>;
/// A product found.
pub type ProductHit = Hit<ProductId>;

impl<I: Display> Hit<I> {
    /// The same with its id as text, for reports.
    pub fn named(self) -> Hit<String> {
        Hit { id: self.id.to_string(), title: self.title, score: self.score, why: self.why }
    }
}

/// Why an index can't be built.
#[derive(Debug, thiserror::Error)]
pub enum RetrievalError {
    /// The search library failed: memory ran out, or a defect.
    #[error("an index can't be built")]
    Index(#[from] tantivy::TantivyError),
    /// Building stopped halfway.
    #[error("building an index panicked")]
    Panicked,
}

/// Vectors by their text; empty while they are not made yet.
pub type Vectors = HashMap<String, Vector>;

/// The indexes of one version of a shop.
pub struct Retriever {
    faq: faq::FaqIndex,
    products: Arc<products::ProductIndex>,
}

impl Retriever {
    /// Builds the indexes. `vectors` answers [`texts`]; what is missing is found by words alone.
    ///
    /// # Errors
    /// The search library's.
    pub fn build(shop: &Shop, products: &[Arc<Product>], vectors: &Vectors) -> Result<Self, RetrievalError> {
        let products = products::ProductIndex::build(&shop.glossary, products, vectors)?;
        Ok(Self { faq: faq::FaqIndex::build(&shop.faq, vectors)?, products: Arc::new(products) })
    }

    /// The same products, whose index both share from then on, with the questions of a shop that has the same glossary,
    /// and with vectors.
    ///
    /// # Errors
    /// The search library's.
    pub fn with_vectors(&self, shop: &Shop, vectors: &Vectors) -> Result<Self, RetrievalError> {
        let faq = faq::FaqIndex::build(&shop.faq, vectors)?;
        if !vectors.is_empty() {
            self.products.attach(vectors);
        }
        Ok(Self { faq, products: Arc::clone(&self.products) })
    }

    /// Adds products or puts them in the place of those of the same ids, and takes others away, while searches go on. A
    /// search that begins after this has returned sees all of it, one that began before nothing. Updates wait for
    /// each other; it takes some milliseconds and belongs on a thread that may block.
    ///
    /// # Errors
    /// The search library's; then nothing has changed.
    pub fn update_products(
        &self,
        changed: &[Arc<Product>],
        removed: &[ProductId],
    ) -> Result<(), RetrievalError> {
        Ok(self.products.update(changed, removed)?)
    }

    /// Every product, as of now.
    pub fn all_products(&self) -> Vec<Arc<Product>> {
        self.products.all()
    }

    /// Questions that a message may ask, best first.
    #[tracing::instrument(name = "retrieve", level = "debug", skip_all, fields(retrieve.kind = "faq"))]
    pub fn faq(&self, utterance: &Utterance, vector: Option<&[f32]>, limit: usize) -> Vec<FaqHit> {
        self.faq.search(&utterance.normal, vector, limit)
    }

    /// Products that fit a query, best first. `vector` is that of the words; filters count in any case.
    #[tracing::instrument(name = "retrieve", level = "debug", skip_all, fields(retrieve.kind = "product"))]
    pub fn products(&self, query: &ProductQuery, vector: Option<&[f32]>, limit: usize) -> Vec<ProductHit> {
        self.found(query, vector, limit).into_iter().map(|(hit, _)| hit).collect()
    }

    /// The same, each with the product as it was found.
    pub fn found(
        &self,
        query: &ProductQuery,
        vector: Option<&[f32]>,
        limit: usize,
    ) -> Vec<(ProductHit, Arc<Product>)> {
        self.products.search(query, vector, limit)
    }

    /// What a message looks for: filters said in words, and what is left of the words.
    pub fn understand_query(&self, utterance: &Utterance) -> ProductQuery {
        self.products.vocabulary().read(utterance)
    }

    /// A search changed by a message such as 再便宜点的; `None` when the message is a search of its own.
    pub fn refine(&self, previous: &ProductQuery, utterance: &Utterance) -> Option<ProductQuery> {
        self.products.vocabulary().refine(previous, utterance)
    }
}

/// Every text whose vector [`Retriever::build`] can use.
pub fn texts<P: Borrow<Product>>(shop: &Shop, products: &[P]) -> BTreeSet<String> {
    let asks = shop.faq.iter().flat_map(|faq| &faq.ask).map(|ask| normalize(ask));
    let products = if products.len() <= MOST_WITH_VECTORS { products } else { &[] };
    asks.chain(products.iter().map(|product| product_text(product.borrow()))).collect()
}

/// The words of a shop that a general dictionary lacks: its terms in all their forms.
pub fn shop_words(shop: &Shop) -> BTreeSet<String> {
    let terms = shop.glossary.terms.iter();
    terms
        .flat_map(|term| std::iter::once(&term.word).chain(&term.synonyms).chain(&term.en))
        .cloned()
        .collect()
}

/// A product as a text for its vector: what a shopper would call it.
pub fn product_text(product: &Product) -> String {
    let kinds = product.category.iter().map(|category| category.zh.as_str());
    let words = std::iter::once(product.title.zh.as_str())
        .chain(kinds)
        .chain(product.aliases.iter().map(String::as_str));
    normalize(&words.collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests;
