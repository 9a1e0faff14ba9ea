//! Products: filters by typed fields, words by how much of the query they cover, vectors beside.

use std::ops::Bound;

use tantivy::{
    IndexReader, TantivyDocument, Term,
    collector::TopDocs,
    query::{
        AllQuery, BooleanQuery, ConstScoreQuery, DisjunctionMaxQuery, FuzzyTermQuery, Occur, Query,
        RangeQuery, TermQuery, TermSetQuery,
    },
    schema::{Field, IndexRecordOption, Value},
};

use super::{
    CONFIDENT, ProductHit, Vectors,
    catalog::{self, EVERYBODY, Fields, minor, whole},
    concepts::{Concept, concepts},
    fusion::{self, Leg},
    names::{Names, latin_words},
    product_text,
    tokenizer::{is_chinese, pairs},
};
use crate::{
    domain::{ProductQuery, search::Sort, trade::Product},
    encoder::Vector,
    shop::Shop,
};

/// Candidates of each leg.
const CANDIDATES: usize = 60;
/// Hits have to be so good beside the best one.
const BESIDE_THE_BEST: f32 = 0.6;

// What a word counts by where it is found. The title and the names say what the goods are, the rest what they are like.
const IN_NAME: f32 = 1.0;
const IN_TITLE: f32 = 0.95;
const IN_KIND: f32 = 0.8;
const IN_FACT: f32 = 0.5;
/// Goods that are only mentioned are not what is sold: a charger for phones is no phone.
const GOODS_IN_FACT: f32 = 0.3;

// And by how it is found.
/// Every pair of its characters, though cut in another way, or every word of an English name.
const ALL_PARTS: f32 = 0.9;
/// Some of them: each its part of this.
const SOME_PARTS: f32 = 0.5;
/// A Latin word with one letter wrong, where no product has it as it stands.
const MISSPELT: f32 = 0.8;
/// A single character that is the last one of a name: 鞋 for 跑步鞋.
const AS_HEAD: f32 = 0.95;
/// The last character of a word that is the last one of a name: 凉鞋 for 跑步鞋. Never enough alone.
const SAME_HEAD: f32 = 0.35;
/// A single character anywhere in a title or name.
const CHARACTER: f32 = 0.5;
/// How much of a query is said by for whom the goods shall be.
const FOR_WHOM: f32 = 0.2;
/// What is for everybody fits less well than what is for them.
const FOR_EVERYBODY: f32 = 0.7;

/// What a word counts in each field of text.
type Weights = [(Field, f32); 4];

/// The products of one shop.
pub(super) struct ProductIndex {
    reader: IndexReader,
    fields: Fields,
    names: std::sync::Arc<Names>,
    /// What a hit and the orders of results need, by place in the catalog.
    shelf: Vec<Shelf>,
    vectors: Vec<(usize, Vector)>,
}

struct Shelf {
    id: crate::domain::ProductId,
    title: String,
    price: u64,
    /// From 0 to 1 by units sold.
    popularity: f32,
}

impl ProductIndex {
    pub(super) fn build(
        shop: &Shop,
        products: &[Product],
        vectors: &Vectors,
        names: std::sync::Arc<Names>,
    ) -> tantivy::Result<Self> {
        let (index, fields) = catalog::empty_index();
        let mut writer = index.writer_with_num_threads::<TantivyDocument>(1, 15_000_000)?;
        let mut own_vectors = Vec::new();
        let most = products.iter().map(|product| product.sales).max().unwrap_or(0).max(1);
        let mut shelf = Vec::with_capacity(products.len());
        for (place, product) in products.iter().enumerate() {
            writer.add_document(catalog::document(&fields, shop, product, place))?;
            if let Some(vector) = vectors.get(&product_text(product)) {
                own_vectors.push((place, Vector::clone(vector)));
            }
            shelf.push(Shelf {
                id: product.id.clone(),
                title: product.title.zh.clone(),
                price: minor(product.price.amount()),
                popularity: product.sales as f32 / most as f32,
            });
        }
        writer.commit()?;
        Ok(Self { reader: index.reader()?, fields, names, shelf, vectors: own_vectors })
    }

    /// Products that fit; none that is less than [`CONFIDENT`].
    pub(super) fn search(
        &self,
        query: &ProductQuery,
        vector: Option<&[f32]>,
        limit: usize,
    ) -> Vec<ProductHit> {
        let filters = self.filters(query);
        let wanted = concepts(&query.words, &self.names, |word| self.rarity(word));
        let mut hits: Vec<(usize, ProductHit)> = if wanted.is_empty() {
            let all = self.run(Box::new(AllQuery), &filters, self.shelf.len().max(1));
            let mut all: Vec<_> = all.into_iter().map(|(place, _)| self.filtered(place)).collect();
            all.sort_by(|one, other| other.1.score.total_cmp(&one.1.score));
            all
        } else {
            let by_words = self.by_words(&wanted, query, &filters);
            let by_vectors = vector.map(|vector| self.by_vector(vector, &filters)).unwrap_or_default();
            let named = wanted.iter().any(|concept| concept.goods);
            self.fused(&by_words, &by_vectors, named)
        };
        hits.retain(|(place, _)| !query.exclude.contains(&self.shelf[*place].id));
        self.order(&mut hits, query.sort);
        hits.into_iter().take(limit).map(|(_, hit)| hit).collect()
    }

    /// A product that fits the filters of a query without words: the best sold first, all of them fitting.
    fn filtered(&self, place: usize) -> (usize, ProductHit) {
        let popularity = self.shelf[place].popularity;
        (place, self.hit(place, 0.9 + 0.1 * popularity, vec![("sales", popularity)]))
    }

    fn hit(&self, place: usize, score: f32, why: Vec<(&'static str, f32)>) -> ProductHit {
        let shelf = &self.shelf[place];
        ProductHit { id: shelf.id.clone(), title: shelf.title.clone(), score, why }
    }

    fn fused(&self, by_words: &Leg, by_vectors: &Leg, named: bool) -> Vec<(usize, ProductHit)> {
        let fused = fusion::products(by_words, by_vectors, named, |place| self.shelf[place].popularity);
        let best = fused.first().map_or(0.0, |fused| fused.score);
        let good = fused
            .into_iter()
            .filter(|fused| CONFIDENT <= fused.score && BESIDE_THE_BEST * best <= fused.score);
        good.map(|fused| (fused.document, self.hit(fused.document, fused.score, fused.why))).collect()
    }

    fn order(&self, hits: &mut [(usize, ProductHit)], sort: Sort) {
        let popular = |place: usize| self.shelf[place].popularity;
        match sort {
            Sort::Relevance => {}
            Sort::PriceAsc => hits.sort_by_key(|(place, _)| self.shelf[*place].price),
            Sort::PriceDesc => hits.sort_by_key(|(place, _)| std::cmp::Reverse(self.shelf[*place].price)),
            Sort::Sales => hits.sort_by(|one, other| popular(other.0).total_cmp(&popular(one.0))),
        }
    }

    /// How rare a word is, from 0 (in every product) to 1 (in none).
    fn rarity(&self, word: &str) -> f32 {
        let fields = [self.fields.title, self.fields.names, self.fields.kinds, self.fields.facts];
        let found = fields.map(|field| self.frequency(field, word)).into_iter().max().unwrap_or_default();
        let all = self.shelf.len().max(1) as f32;
        1.0 - (1.0 + found as f32).ln() / (1.0 + all).ln()
    }

    fn frequency(&self, field: Field, word: &str) -> u64 {
        self.reader.searcher().doc_freq(&Term::from_field_text(field, word)).unwrap_or_default()
    }

    /// The words leg: the share of the query that a product covers.
    fn by_words(&self, wanted: &[Concept], query: &ProductQuery, filters: &[Box<dyn Query>]) -> Leg {
        let for_whom = if query.audience.is_empty() { 0.0 } else { FOR_WHOM };
        let mut clauses: Vec<(Occur, Box<dyn Query>)> = wanted
            .iter()
            .map(|concept| (Occur::Should, self.one_concept(concept, (1.0 - for_whom) * concept.share)))
            .collect();
        if 0.0 < for_whom {
            let named = query.audience.iter().map(|name| Term::from_field_text(self.fields.audience, name));
            let everybody = exact(self.fields.audience, EVERYBODY, for_whom * FOR_EVERYBODY);
            clauses
                .push((Occur::Should, best_of(vec![scored(TermSetQuery::new(named), for_whom), everybody])));
        }
        self.run(Box::new(BooleanQuery::new(clauses)), filters, CANDIDATES)
    }

    /// One thing asked for: the best way in which a product has it counts.
    fn one_concept(&self, concept: &Concept, share: f32) -> Box<dyn Query> {
        let mut ways = Vec::new();
        let fact = if concept.goods { GOODS_IN_FACT } else { IN_FACT };
        let fields = &self.fields;
        let weights = [
            (fields.names, IN_NAME),
            (fields.title, IN_TITLE),
            (fields.kinds, IN_KIND),
            (fields.facts, fact),
        ];
        for form in &concept.forms {
            let (word, share) = (form.word.as_str(), share * form.fit);
            if word.chars().all(is_chinese) && word.chars().count() == 1 {
                self.ways_of_character(word, share, weights, &mut ways);
            } else if word.contains(' ') {
                self.ways_of_phrase(word, share, weights, &mut ways);
            } else {
                self.ways_of_word(word, share, weights, &mut ways);
            }
        }
        best_of(ways)
    }

    fn ways_of_character(
        &self,
        character: &str,
        share: f32,
        weights: Weights,
        ways: &mut Vec<Box<dyn Query>>,
    ) {
        ways.push(exact(self.fields.heads, character, share * AS_HEAD));
        for (field, weight) in weights {
            ways.push(exact(field, character, share * weight * CHARACTER));
        }
    }

    /// An English name of several words: as a whole, or each word for its part.
    fn ways_of_phrase(&self, phrase: &str, share: f32, weights: Weights, ways: &mut Vec<Box<dyn Query>>) {
        ways.push(exact(self.fields.names, &whole(phrase), share));
        let words = latin_words(phrase);
        for (field, weight) in weights {
            parts(field, &words, share * weight, ways);
        }
    }

    fn ways_of_word(&self, word: &str, share: f32, weights: Weights, ways: &mut Vec<Box<dyn Query>>) {
        ways.push(exact(self.fields.names, &whole(word), share));
        let chinese = word.chars().all(is_chinese);
        let pairs = if chinese && 2 < word.chars().count() { pairs(word) } else { Vec::new() };
        let known = word.is_ascii() && self.rarity(word) < 1.0;
        for (field, weight) in weights {
            let weight = share * weight;
            ways.push(exact(field, word, weight));
            if !pairs.is_empty() {
                parts(field, &pairs, weight, ways);
            }
            if !known && 5 <= word.len() && word.bytes().all(|byte| byte.is_ascii_lowercase()) {
                let near = FuzzyTermQuery::new(Term::from_field_text(field, word), 1, true);
                ways.push(scored(near, weight * MISSPELT));
            }
        }
        if let (true, Some(last)) = (chinese, word.chars().next_back()) {
            // 裙子 is no more than 裙; in other words the last character is the kind of thing alone.
            let stem = word.strip_suffix('子').filter(|stem| stem.chars().count() == 1);
            let (head, weight) =
                stem.map_or((last.to_string(), SAME_HEAD), |stem| (stem.to_owned(), AS_HEAD));
            ways.push(exact(self.fields.heads, &head, share * weight));
        }
    }

    fn by_vector(&self, vector: &[f32], filters: &[Box<dyn Query>]) -> Leg {
        let near = fusion::outstanding(&self.vectors, vector, CANDIDATES);
        if filters.is_empty() {
            return near;
        }
        let allowed = self.run(Box::new(AllQuery), filters, self.shelf.len().max(1));
        near.into_iter().filter(|(place, _)| allowed.iter().any(|(other, _)| other == place)).collect()
    }

    fn run(&self, query: Box<dyn Query>, filters: &[Box<dyn Query>], limit: usize) -> Leg {
        let mut clauses: Vec<(Occur, Box<dyn Query>)> = vec![(Occur::Must, query)];
        // A filter allows or forbids; it must not change the score.
        clauses.extend(filters.iter().map(|filter| (Occur::Must, scored_box(filter.box_clone(), 0.0))));
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
        ] {
            if !values.is_empty() {
                let terms = values.iter().map(|value| Term::from_field_text(field, value));
                filters.push(Box::new(TermSetQuery::new(terms)));
            }
        }
        if !query.audience.is_empty() {
            let fitting = query.audience.iter().map(String::as_str).chain([EVERYBODY]);
            filters.push(Box::new(TermSetQuery::new(
                fitting.map(|name| Term::from_field_text(fields.audience, name)),
            )));
        }
        if query.in_stock {
            let from = Bound::Included(Term::from_field_u64(fields.stock, 1));
            filters.push(Box::new(RangeQuery::new(from, Bound::Unbounded)));
        }
        filters
    }
}

/// What has a term counts so much, however often and wherever it stands.
fn exact(field: Field, term: &str, score: f32) -> Box<dyn Query> {
    scored(TermQuery::new(Term::from_field_text(field, term), IndexRecordOption::Basic), score)
}

fn scored(query: impl Query, score: f32) -> Box<dyn Query> {
    scored_box(Box::new(query), score)
}

fn scored_box(query: Box<dyn Query>, score: f32) -> Box<dyn Query> {
    Box::new(ConstScoreQuery::new(query, score))
}

/// The best of several ways counts.
fn best_of(ways: Vec<Box<dyn Query>>) -> Box<dyn Query> {
    Box::new(DisjunctionMaxQuery::new(ways))
}

/// What has every part of a word or name has nearly the whole; some of the parts are much less.
fn parts(field: Field, parts: &[String], share: f32, ways: &mut Vec<Box<dyn Query>>) {
    let every = parts.iter().map(|part| (Occur::Must, exact(field, part, 0.0))).collect();
    ways.push(scored(BooleanQuery::new(every), share * ALL_PARTS));
    let each = share * SOME_PARTS / parts.len().max(1) as f32;
    let some = parts.iter().map(|part| (Occur::Should, exact(field, part, each))).collect();
    ways.push(Box::new(BooleanQuery::new(some)));
}
