//! Products: typed fields to filter by, words in boosted fields, vectors beside.

use std::ops::Bound;

use rust_decimal::prelude::ToPrimitive;
use tantivy::{
    Index, IndexReader, TantivyDocument, Term,
    collector::TopDocs,
    query::{
        AllQuery, BooleanQuery, BoostQuery, FuzzyTermQuery, Occur, Query, RangeQuery, TermQuery, TermSetQuery,
    },
    schema::{
        FAST, Field, INDEXED, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions,
        Value,
    },
    tokenizer::TextAnalyzer,
};

use super::{
    ProductHit, Vectors,
    fusion::{self, Leg},
    product_text,
    tokenizer::{JiebaTokenizer, is_chinese, terms},
};
use crate::{
    domain::{ProductQuery, search::Sort, trade::Product},
    encoder::Vector,
    shop::Shop,
};

/// Candidates of each leg.
const CANDIDATES: usize = 60;
/// The weight of the words beside the vectors: a product's name is the surest sign.
const WORDS_SHARE: f32 = 0.7;
/// Found by vectors alone, a product has to be so near.
const NEAR_ENOUGH: f32 = 0.45;
/// Found by words, a product has to share so much of what the best one shares.
const WORDY_ENOUGH: f32 = 0.35;

struct Fields {
    place: Field,
    title: Field,
    names: Field,
    facts: Field,
    price: Field,
    brand: Field,
    category: Field,
    color: Field,
    size: Field,
    audience: Field,
    stock: Field,
}

/// The products of one shop.
pub(super) struct ProductIndex {
    reader: IndexReader,
    fields: Fields,
    /// What a hit and the orders of results need, by place in the catalog.
    shelf: Vec<Shelf>,
    vectors: Vec<(usize, Vector)>,
}

struct Shelf {
    id: crate::domain::ProductId,
    title: String,
    price: u64,
    sales: u32,
}

impl ProductIndex {
    pub(super) fn build(shop: &Shop, products: &[Product], vectors: &Vectors) -> tantivy::Result<Self> {
        let (schema, fields) = schema();
        let index = Index::create_in_ram(schema);
        index.tokenizers().register("jieba", TextAnalyzer::from(JiebaTokenizer));
        let mut writer = index.writer_with_num_threads::<TantivyDocument>(1, 15_000_000)?;
        let mut own_vectors = Vec::new();
        for (place, product) in products.iter().enumerate() {
            writer.add_document(document(&fields, shop, product, place))?;
            if let Some(vector) = vectors.get(&product_text(product)) {
                own_vectors.push((place, Vector::clone(vector)));
            }
        }
        writer.commit()?;
        let shelf = products
            .iter()
            .map(|product| Shelf {
                id: product.id.clone(),
                title: product.title.zh.clone(),
                price: minor(product.price.amount()),
                sales: product.sales,
            })
            .collect();
        Ok(Self { reader: index.reader()?, fields, shelf, vectors: own_vectors })
    }

    /// Products that fit.
    pub(super) fn search(
        &self,
        query: &ProductQuery,
        vector: Option<&[f32]>,
        limit: usize,
    ) -> Vec<ProductHit> {
        let filters = self.filters(query);
        let wanted = terms(&query.words);
        let fused = if wanted.is_empty() {
            let all = self.run(Box::new(AllQuery), &filters, self.shelf.len().max(1));
            fusion::fuse(
                &all.into_iter().map(|(place, _)| (place, self.popularity(place))).collect(),
                None,
                1.0,
            )
        } else {
            let by_words = self.by_words(&wanted, &filters);
            let by_vectors =
                vector.filter(|_| !self.vectors.is_empty()).map(|vector| self.by_vector(vector, &filters));
            fusion::fuse(&by_words, by_vectors.as_ref(), WORDS_SHARE)
        };
        let mut hits: Vec<(usize, ProductHit)> = fused
            .into_iter()
            .filter(|fused| !query.exclude.contains(&self.shelf[fused.document].id))
            .map(|fused| {
                let shelf = &self.shelf[fused.document];
                let hit = ProductHit {
                    id: shelf.id.clone(),
                    title: shelf.title.clone(),
                    score: fused.score,
                    why: fused.why,
                };
                (fused.document, hit)
            })
            .collect();
        self.order(&mut hits, query.sort);
        hits.into_iter().take(limit).map(|(_, hit)| hit).collect()
    }

    fn order(&self, hits: &mut [(usize, ProductHit)], sort: Sort) {
        match sort {
            Sort::Relevance => {}
            Sort::PriceAsc => hits.sort_by_key(|(place, _)| self.shelf[*place].price),
            Sort::PriceDesc => hits.sort_by_key(|(place, _)| std::cmp::Reverse(self.shelf[*place].price)),
            Sort::Sales => hits.sort_by_key(|(place, _)| std::cmp::Reverse(self.shelf[*place].sales)),
        }
    }

    /// From 0 to 1 by units sold, for filters without words.
    fn popularity(&self, place: usize) -> f32 {
        let most = self.shelf.iter().map(|shelf| shelf.sales).max().unwrap_or(0).max(1);
        (0.01 + self.shelf[place].sales as f32 / most as f32).min(1.0)
    }

    /// The words leg. What shares little with the query beside the best hit is left out.
    fn by_words(&self, wanted: &[String], filters: &[Box<dyn Query>]) -> Leg {
        let clauses = wanted.iter().map(|term| (Occur::Should, self.one_word(term))).collect();
        let found = self.run(Box::new(BooleanQuery::new(clauses)), filters, CANDIDATES);
        let best = found.first().map_or(1.0, |(_, score)| *score).max(f32::MIN_POSITIVE);
        // A hit that has only single characters of a word in common with the query is a chance hit.
        let words: Vec<&String> = wanted.iter().filter(|term| 1 < term.chars().count()).collect();
        let most = wanted.iter().map(|term| weight(term)).sum::<f32>().max(f32::MIN_POSITIVE);
        found
            .into_iter()
            .filter(|(_, score)| WORDY_ENOUGH <= score / best)
            .filter_map(|(place, score)| {
                let title = &self.shelf[place].title;
                let shared: f32 = wanted
                    .iter()
                    .filter(|term| title.contains(String::as_str(term)))
                    .map(|term| weight(term))
                    .sum();
                let fit = shared / most;
                let chance = fit == 0.0 && words.is_empty();
                (!chance).then_some((place, 0.5 * score / best + 0.5 * fit))
            })
            .collect()
    }

    /// One word in every field, titles first; long Latin words with one letter wrong too.
    fn one_word(&self, word: &str) -> Box<dyn Query> {
        let fields = [(self.fields.title, 3.0), (self.fields.names, 2.0), (self.fields.facts, 0.7)];
        let mut clauses: Vec<(Occur, Box<dyn Query>)> = Vec::new();
        for (field, boost) in fields {
            let term = Term::from_field_text(field, word);
            let exact = TermQuery::new(term.clone(), IndexRecordOption::WithFreqs);
            clauses.push((Occur::Should, Box::new(BoostQuery::new(Box::new(exact), boost * weight(word)))));
            if 5 <= word.len() && word.is_ascii() && word.chars().all(|c| c.is_ascii_alphabetic()) {
                let near = FuzzyTermQuery::new(term, 1, true);
                clauses.push((Occur::Should, Box::new(BoostQuery::new(Box::new(near), boost * 0.5))));
            }
        }
        Box::new(BooleanQuery::new(clauses))
    }

    fn by_vector(&self, vector: &[f32], filters: &[Box<dyn Query>]) -> Leg {
        let near = fusion::nearest(&self.vectors, vector, CANDIDATES);
        let near = near.into_iter().filter(|(_, score)| NEAR_ENOUGH <= *score);
        if filters.is_empty() {
            return near.collect();
        }
        let allowed = self.run(Box::new(AllQuery), filters, self.shelf.len().max(1));
        near.filter(|(place, _)| allowed.iter().any(|(other, _)| other == place)).collect()
    }

    fn run(&self, query: Box<dyn Query>, filters: &[Box<dyn Query>], limit: usize) -> Leg {
        let mut clauses: Vec<(Occur, Box<dyn Query>)> = vec![(Occur::Must, query)];
        // A filter allows or forbids; it must not change the score.
        clauses.extend(filters.iter().map(|filter| {
            let silent: Box<dyn Query> = Box::new(BoostQuery::new(filter.box_clone(), 0.0));
            (Occur::Must, silent)
        }));
        let searcher = self.reader.searcher();
        let found =
            searcher.search(&BooleanQuery::new(clauses), &TopDocs::with_limit(limit).order_by_score());
        found
            .unwrap_or_default()
            .into_iter()
            .filter_map(|(score, address)| {
                let document = searcher.doc::<TantivyDocument>(address).ok()?;
                let place = document.get_first(self.fields.place)?.as_u64()?;
                Some((usize::try_from(place).ok()?, score))
            })
            .collect()
    }

    fn filters(&self, query: &ProductQuery) -> Vec<Box<dyn Query>> {
        let fields = &self.fields;
        let mut filters: Vec<Box<dyn Query>> = Vec::new();
        if query.price_from.is_some() || query.price_to.is_some() {
            let bound = |price: Option<rust_decimal::Decimal>| match price {
                Some(price) => Bound::Included(Term::from_field_u64(fields.price, minor(price))),
                None => Bound::Unbounded,
            };
            filters.push(Box::new(RangeQuery::new(bound(query.price_from), bound(query.price_to))));
        }
        for (field, values) in [
            (fields.color, &query.colors),
            (fields.size, &query.sizes),
            (fields.brand, &query.brands),
            (fields.category, &query.categories),
            (fields.audience, &query.audience),
        ] {
            if !values.is_empty() {
                let terms = values.iter().map(|value| Term::from_field_text(field, value));
                filters.push(Box::new(TermSetQuery::new(terms)));
            }
        }
        if query.in_stock {
            let from = Bound::Included(Term::from_field_u64(fields.stock, 1));
            filters.push(Box::new(RangeQuery::new(from, Bound::Unbounded)));
        }
        filters
    }
}

/// Single characters are the fallback; whole words count for more.
fn weight(term: &str) -> f32 {
    if term.chars().count() == 1 && term.chars().all(is_chinese) { 0.3 } else { 1.0 }
}

fn schema() -> (Schema, Fields) {
    let mut schema = Schema::builder();
    let text = || {
        let indexing = TextFieldIndexing::default()
            .set_tokenizer("jieba")
            .set_index_option(IndexRecordOption::WithFreqs);
        TextOptions::default().set_indexing_options(indexing)
    };
    let fields = Fields {
        place: schema.add_u64_field("place", STORED),
        title: schema.add_text_field("title", text()),
        names: schema.add_text_field("names", text()),
        facts: schema.add_text_field("facts", text()),
        price: schema.add_u64_field("price", INDEXED | FAST),
        brand: schema.add_text_field("brand", STRING),
        category: schema.add_text_field("category", STRING),
        color: schema.add_text_field("color", STRING),
        size: schema.add_text_field("size", STRING),
        audience: schema.add_text_field("audience", STRING),
        stock: schema.add_u64_field("stock", INDEXED | FAST),
    };
    (schema.build(), fields)
}

fn document(fields: &Fields, shop: &Shop, product: &Product, place: usize) -> TantivyDocument {
    let mut document = TantivyDocument::default();
    document.add_u64(fields.place, place as u64);
    document.add_text(fields.title, &product.title.zh);
    document.add_text(fields.title, product.title.en.as_deref().unwrap_or_default());
    let categories =
        product.category.iter().flat_map(|category| [Some(&category.zh), category.en.as_ref()]).flatten();
    for name in product.aliases.iter().chain(&product.tags).chain(categories).chain([&product.brand]) {
        document.add_text(fields.names, name);
        // A shop's synonyms find what bears the term.
        for term in shop
            .glossary
            .terms
            .iter()
            .filter(|term| name.contains(&term.word) || product.title.zh.contains(&term.word))
        {
            for synonym in term.synonyms.iter().chain(&term.en) {
                document.add_text(fields.names, synonym);
            }
        }
    }
    document.add_text(fields.facts, &product.subtitle.zh);
    document.add_text(fields.facts, product.subtitle.en.as_deref().unwrap_or_default());
    for fact in &product.attributes {
        document.add_text(fields.facts, &fact.value.zh);
        document.add_text(fields.facts, fact.value.en.as_deref().unwrap_or_default());
    }
    document.add_u64(fields.price, minor(product.price.amount()));
    document.add_text(fields.brand, &product.brand);
    for category in &product.category {
        document.add_text(fields.category, &category.zh);
    }
    for audience in &product.audience {
        document.add_text(fields.audience, audience);
    }
    for (name, value) in product.variants.iter().flat_map(|variant| &variant.options) {
        let field = if super::query::is_color(name) { fields.color } else { fields.size };
        let value = if field == fields.size { value.to_uppercase() } else { value.clone() };
        document.add_text(field, &value);
    }
    document.add_u64(fields.stock, u64::from(product.stock()));
    document
}

/// A price in hundredths; more than fits is as good as endless.
fn minor(price: rust_decimal::Decimal) -> u64 {
    (price * rust_decimal::Decimal::from(100)).to_u64().unwrap_or(u64::MAX)
}
