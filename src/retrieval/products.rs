//! Products: filters by typed fields, words by how much of the query they cover, vectors beside.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
};

use arc_swap::ArcSwap;
use tantivy::{Index, IndexReader, IndexWriter, ReloadPolicy, Term, query::FuzzyTermQuery, schema::Field};

use super::{
    CONFIDENT, MOST_WITH_VECTORS, ProductHit, Vectors,
    catalog::{self, EVERYBODY, Fields, minor, whole},
    concepts::{Concept, concepts},
    filling,
    fusion::{self, Leg},
    listing::{Reader, Terms, Words},
    names::latin_words,
    product_text,
    query::{Vocabulary, audience_of, is_color},
    ranking::{self, Order, Plan, Way},
    shelves::{Shelves, Snapshot},
    tokenizer::{is_chinese, pairs},
};
use crate::{
    domain::{ProductId, ProductQuery, search::Sort, trade::Product},
    encoder::Vector,
    shop::Glossary,
};

/// Candidates of each leg.
const CANDIDATES: usize = 60;
/// Things asked for that count: of a longer message those that are most of it.
const MOST_CONCEPTS: usize = 16;
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
/// What a product that fits the filters scores at least where no words were said; the best sold scores 1.
const FILTERED: f32 = 0.9;
/// What is for everybody fits less well than what is for them.
const FOR_EVERYBODY: f32 = 0.7;

/// What a word counts in each field of text.
type Weights = [(Field, f32); 4];

/// A product found, with how well.
pub(super) type Found = (ProductHit, Arc<Product>);

/// The products of one shop, which may change while they are searched: a search sees one state of them.
pub(super) struct ProductIndex {
    index: Index,
    reader: IndexReader,
    fields: Fields,
    terms: Terms,
    state: ArcSwap<Snapshot>,
    vocabulary: ArcSwap<Vocabulary>,
    writing: Mutex<Writing>,
}

/// What only updates use, one at a time.
struct Writing {
    /// Opened by the first update: most shops never need it.
    writer: Option<IndexWriter>,
    words: Words,
}

impl ProductIndex {
    pub(super) fn build(
        glossary: &Glossary,
        products: &[Arc<Product>],
        vectors: &Vectors,
    ) -> tantivy::Result<Self> {
        let (index, fields) = catalog::empty_index();
        let terms = Terms::new(glossary);
        let words = filling::fill(&index, &fields, &terms, products)?;
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let shelves = Shelves::new(products);
        let vectors = Arc::new(vectors_of(&shelves, vectors));
        let state = Snapshot::new(reader.searcher(), shelves, vectors, None)?;
        let vocabulary = Vocabulary::new(&words);
        Ok(Self {
            index,
            reader,
            fields,
            terms,
            state: ArcSwap::from_pointee(state),
            vocabulary: ArcSwap::from_pointee(vocabulary),
            writing: Mutex::new(Writing { writer: None, words }),
        })
    }

    /// Adds vectors to the products that have none.
    pub(super) fn attach(&self, vectors: &Vectors) {
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let state = self.state.load_full();
        let vectors = Arc::new(vectors_of(&state.shelves, vectors));
        self.state.store(Arc::new(state.with_vectors(vectors)));
    }

    /// Every product, as of now.
    pub(super) fn all(&self) -> Vec<Arc<Product>> {
        self.state.load().shelves.all().cloned().collect()
    }

    /// The shop's words as of now.
    pub(super) fn vocabulary(&self) -> Arc<Vocabulary> {
        self.vocabulary.load_full()
    }

    /// Puts products in the place of those of the same ids, or adds them, and takes others away: all at once for every
    /// search that begins after it returns.
    pub(super) fn update(&self, changed: &[Arc<Product>], removed: &[ProductId]) -> tantivy::Result<()> {
        let mut writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let writer = match writing.writer.take() {
            Some(writer) => writer,
            None => self.index.writer_with_num_threads(1, filling::LEAST_MEMORY)?,
        };
        let mut reader = Reader::new(&self.terms, std::mem::take(&mut writing.words));
        let known = reader.words.count();
        let applied = self.apply(writer, &mut reader, changed, removed);
        writing.words = reader.words;
        // If it failed the writer is gone, and with it what was not committed.
        writing.writer = Some(applied?);
        // Goods of a new name are found at once; that it is a name takes a moment more.
        if known < writing.words.count() {
            self.vocabulary.store(Arc::new(Vocabulary::new(&writing.words)));
        }
        Ok(())
    }

    fn apply(
        &self,
        mut writer: IndexWriter,
        reader: &mut Reader<'_>,
        changed: &[Arc<Product>],
        removed: &[ProductId],
    ) -> tantivy::Result<IndexWriter> {
        let before = self.state.load_full();
        let mut shelves = before.shelves.clone();
        let mut vectors: BTreeMap<usize, Vector> = before.vectors.iter().cloned().collect();
        // The last one of an id counts.
        let changed: BTreeMap<&ProductId, &Arc<Product>> =
            changed.iter().map(|product| (&product.id, product)).collect();
        let gone: BTreeSet<&ProductId> = removed.iter().filter(|id| !changed.contains_key(id)).collect();
        for id in gone {
            if let Some(place) = before.place(&self.fields, id)? {
                writer.delete_term(Term::from_field_text(self.fields.id, id.as_str()));
                shelves.remove(place);
                vectors.remove(&(place as usize));
            }
        }
        for (id, product) in changed {
            let place = match before.place(&self.fields, id)? {
                Some(place) => {
                    writer.delete_term(Term::from_field_text(self.fields.id, id.as_str()));
                    // A vector speaks for the words that it was made of.
                    let same = |old: &Arc<Product>| product_text(old) == product_text(product);
                    if !vectors.is_empty() && !shelves.get(place).is_some_and(same) {
                        vectors.remove(&(place as usize));
                    }
                    shelves.replace(place, Arc::clone(product));
                    place
                }
                None => shelves.add(Arc::clone(product)),
            };
            writer.add_document(catalog::document(&self.fields, reader, product, place))?;
        }
        writer.commit()?;
        self.reader.reload()?;
        let vectors = Arc::new(vectors.into_iter().collect());
        let state = Snapshot::new(self.reader.searcher(), shelves, vectors, Some(&before))?;
        self.state.store(Arc::new(state));
        Ok(writer)
    }

    /// Products that fit; none that is less than [`CONFIDENT`].
    pub(super) fn search(&self, query: &ProductQuery, vector: Option<&[f32]>, limit: usize) -> Vec<Found> {
        let state = self.state.load_full();
        let vocabulary = self.vocabulary.load();
        let search = Search { fields: &self.fields, state: &state };
        let mut wanted = concepts(&query.words, vocabulary.names(), |word| search.rarity(word));
        wanted.sort_by(|one, other| other.share.total_cmp(&one.share));
        wanted.truncate(MOST_CONCEPTS);
        let mut hits = if wanted.is_empty() {
            search.filtered(query, limit)
        } else {
            search.fitting(&wanted, query, vector)
        };
        search.order(&mut hits, query.sort);
        hits.truncate(limit);
        hits
    }
}

/// A search in one state of the catalog.
struct Search<'a> {
    fields: &'a Fields,
    state: &'a Snapshot,
}

impl Search<'_> {
    /// Products that fit the filters of a query without words: the best sold first, all of them fitting.
    fn filtered(&self, query: &ProductQuery, limit: usize) -> Vec<Found> {
        let shares = (FILTERED, 1.0 - FILTERED);
        let found = self.rank(Vec::new(), query, shares, f32::NEG_INFINITY, limit.max(CANDIDATES));
        let hit = |(place, _): (usize, f32)| {
            let popularity = self.popularity(place);
            self.hit(place, FILTERED + (1.0 - FILTERED) * popularity, vec![("sales", popularity)])
        };
        found.into_iter().filter_map(hit).collect()
    }

    /// Products that fit words.
    fn fitting(&self, wanted: &[Concept], query: &ProductQuery, vector: Option<&[f32]>) -> Vec<Found> {
        let vector = vector.filter(|_| !self.state.vectors.is_empty());
        // With vectors beside, words that say little count too.
        let floor = if vector.is_some() { 0.0 } else { CONFIDENT.next_down() };
        let shares = (1.0 - fusion::POPULARITY, fusion::POPULARITY);
        let by_words = self.rank(self.ways(wanted, query), query, shares, floor, CANDIDATES);
        let by_vectors = vector.map(|vector| self.by_vector(vector, query)).unwrap_or_default();
        let named = wanted.iter().any(|concept| concept.goods);
        let fused = fusion::products(&by_words, &by_vectors, named, |place| self.popularity(place));
        let best = fused.first().map_or(0.0, |fused| fused.score);
        let good = fused
            .into_iter()
            .filter(|fused| CONFIDENT <= fused.score && BESIDE_THE_BEST * best <= fused.score);
        good.filter_map(|fused| self.hit(fused.document, fused.score, fused.why)).collect()
    }

    fn rank(
        &self,
        concepts: Vec<Vec<Way>>,
        query: &ProductQuery,
        shares: (f32, f32),
        floor: f32,
        limit: usize,
    ) -> Leg {
        let order = match query.sort {
            Sort::Relevance | Sort::Sales => Order::Fit,
            Sort::PriceAsc => Order::Cheap,
            Sort::PriceDesc => Order::Dear,
        };
        let bound = |price: Option<rust_decimal::Decimal>, open: u64| price.map_or(open, minor);
        let price = (query.price_from.is_some() || query.price_to.is_some())
            .then(|| (bound(query.price_from, 0), bound(query.price_to, u64::MAX)));
        let plan = Plan {
            concepts,
            filters: self.filters(query),
            price,
            in_stock: query.in_stock,
            exclude: &query.exclude,
            order,
            shares,
            floor,
            limit,
        };
        let found = ranking::rank(self.state, &plan).unwrap_or_else(|error| {
            tracing::error!(error = %error, "the products can't be searched");
            Vec::new()
        });
        found.into_iter().map(|ranked| (ranked.place as usize, ranked.fit)).collect()
    }

    fn product(&self, place: usize) -> Option<&Arc<Product>> {
        self.state.shelves.get(u32::try_from(place).ok()?)
    }

    fn popularity(&self, place: usize) -> f32 {
        self.product(place).map_or(0.0, |product| self.state.popularity(product.sales))
    }

    fn hit(&self, place: usize, score: f32, why: Vec<(&'static str, f32)>) -> Option<Found> {
        let product = self.product(place)?;
        let hit = ProductHit { id: product.id.clone(), title: product.title.zh.clone(), score, why };
        Some((hit, Arc::clone(product)))
    }

    fn order(&self, hits: &mut [Found], sort: Sort) {
        let price = |product: &Product| minor(product.price.amount());
        match sort {
            Sort::Relevance => {}
            Sort::PriceAsc => hits.sort_by_key(|(_, product)| price(product)),
            Sort::PriceDesc => hits.sort_by_key(|(_, product)| std::cmp::Reverse(price(product))),
            Sort::Sales => hits.sort_by_key(|(_, product)| std::cmp::Reverse(product.sales)),
        }
    }

    /// How rare a word is, from 0 (in every product) to 1 (in none).
    fn rarity(&self, word: &str) -> f32 {
        let fields = [self.fields.title, self.fields.names, self.fields.kinds, self.fields.facts];
        let found = fields.map(|field| self.frequency(field, word)).into_iter().max().unwrap_or_default();
        let all = self.state.shelves.len().max(1) as f32;
        (1.0 - (1.0 + found as f32).ln() / (1.0 + all).ln()).max(0.0)
    }

    fn frequency(&self, field: Field, word: &str) -> u64 {
        self.state.searcher.doc_freq(&Term::from_field_text(field, word)).unwrap_or_default()
    }

    /// The ways in which a product may have each thing asked for: what counts is the share of the query that it covers.
    fn ways(&self, wanted: &[Concept], query: &ProductQuery) -> Vec<Vec<Way>> {
        let for_whom = if query.audience.is_empty() { 0.0 } else { FOR_WHOM };
        let mut ways: Vec<Vec<Way>> = wanted
            .iter()
            .map(|concept| self.one_concept(concept, (1.0 - for_whom) * concept.share))
            .collect();
        if 0.0 < for_whom {
            let named = query.audience.iter().map(|name| exact(self.fields.audience, name, for_whom));
            let everybody = exact(self.fields.audience, EVERYBODY, for_whom * FOR_EVERYBODY);
            ways.push(named.chain([everybody]).collect());
        }
        ways
    }

    /// One thing asked for: the best way in which a product has it counts.
    fn one_concept(&self, concept: &Concept, share: f32) -> Vec<Way> {
        let mut ways = Vec::new();
        let fact = if concept.goods { GOODS_IN_FACT } else { IN_FACT };
        let fields = &self.fields;
        let weights = [
            (fields.names, IN_NAME),
            (fields.title, IN_TITLE),
            (fields.kinds, IN_KIND),
            (fields.facts, fact),
        ];
        for (number, form) in concept.forms.iter().enumerate() {
            let (word, share) = (form.word.as_str(), share * form.fit);
            if word.chars().all(is_chinese) && word.chars().count() == 1 {
                self.ways_of_character(word, share, weights, &mut ways);
            } else if word.contains(' ') {
                self.ways_of_phrase(word, share, weights, &mut ways);
            } else {
                self.ways_of_word(word, number == 0, share, weights, &mut ways);
            }
        }
        ways
    }

    fn ways_of_character(&self, character: &str, share: f32, weights: Weights, ways: &mut Vec<Way>) {
        ways.push(exact(self.fields.heads, character, share * AS_HEAD));
        for (field, weight) in weights {
            ways.push(exact(field, character, share * weight * CHARACTER));
        }
    }

    /// An English name of several words: as a whole, or each word for its part.
    fn ways_of_phrase(&self, phrase: &str, share: f32, weights: Weights, ways: &mut Vec<Way>) {
        ways.push(exact(self.fields.names, &whole(phrase), share));
        let words = latin_words(phrase);
        for (field, weight) in weights {
            parts(field, &words, share * weight, ways);
        }
    }

    /// `typed` is what the shopper wrote: other words for it are spelt right.
    fn ways_of_word(&self, word: &str, typed: bool, share: f32, weights: Weights, ways: &mut Vec<Way>) {
        ways.push(exact(self.fields.names, &whole(word), share));
        let chinese = word.chars().all(is_chinese);
        let pairs = if chinese && 2 < word.chars().count() { pairs(word) } else { Vec::new() };
        let may_be_misspelt = typed && 5 <= word.len() && word.bytes().all(|byte| byte.is_ascii_lowercase());
        let misspelt = may_be_misspelt && self.rarity(word) == 1.0;
        let near =
            misspelt.then(|| FuzzyTermQuery::new(Term::from_field_text(self.fields.title, word), 1, true));
        let near = near.and_then(|near| near.automaton().ok()).map(Arc::new);
        for (field, weight) in weights {
            let weight = share * weight;
            ways.push(exact(field, word, weight));
            if !pairs.is_empty() {
                parts(field, &pairs, weight, ways);
            }
            ways.extend(near.iter().map(|near| Way::Near(field, Arc::clone(near), weight * MISSPELT)));
        }
        if let (true, Some(last)) = (chinese, word.chars().next_back()) {
            // 裙子 is no more than 裙; in other words the last character is the kind of thing alone.
            let stem = word.strip_suffix('子').filter(|stem| stem.chars().count() == 1);
            let (head, weight) =
                stem.map_or((last.to_string(), SAME_HEAD), |stem| (stem.to_owned(), AS_HEAD));
            ways.push(exact(self.fields.heads, &head, share * weight));
        }
    }

    fn by_vector(&self, vector: &[f32], query: &ProductQuery) -> Leg {
        let near = fusion::outstanding(&self.state.vectors, vector, CANDIDATES);
        let fits = |place: usize| self.product(place).is_some_and(|product| passes(product, query));
        near.into_iter().filter(|(place, _)| fits(*place)).collect()
    }

    fn filters(&self, query: &ProductQuery) -> Vec<Vec<Term>> {
        let fields = &self.fields;
        let mut filters: Vec<Vec<Term>> = Vec::new();
        for (field, values) in [
            (fields.color, &query.colors),
            (fields.size, &query.sizes),
            (fields.brand, &query.brands),
            (fields.category, &query.categories),
        ] {
            if !values.is_empty() {
                filters.push(values.iter().map(|value| Term::from_field_text(field, value)).collect());
            }
        }
        if !query.audience.is_empty() {
            let fitting = query.audience.iter().map(String::as_str).chain([EVERYBODY]);
            filters.push(fitting.map(|name| Term::from_field_text(fields.audience, name)).collect());
        }
        filters
    }
}

/// Whether a product passes the filters of a query; the index says the same of its documents.
fn passes(product: &Product, query: &ProductQuery) -> bool {
    let price = minor(product.price.amount());
    let options = || product.variants.iter().flat_map(|variant| &variant.options);
    let has_color = || options().any(|(name, value)| is_color(name) && query.colors.contains(value));
    let has_size =
        || options().any(|(name, value)| !is_color(name) && query.sizes.contains(&value.to_uppercase()));
    let is_for = || {
        let audience = audience_of(product);
        audience.is_empty() || audience.iter().any(|name| query.audience.contains(name))
    };
    query.price_from.is_none_or(|least| minor(least) <= price)
        && query.price_to.is_none_or(|most| price <= minor(most))
        && (!query.in_stock || 0 < product.stock())
        && (query.colors.is_empty() || has_color())
        && (query.sizes.is_empty() || has_size())
        && (query.brands.is_empty() || query.brands.contains(&product.brand))
        && (query.categories.is_empty()
            || product.category.iter().any(|category| query.categories.contains(&category.zh)))
        && (query.audience.is_empty() || is_for())
        && !query.exclude.contains(&product.id)
}

/// The vectors of products by their place.
fn vectors_of(shelves: &Shelves, vectors: &Vectors) -> Vec<(usize, Vector)> {
    if vectors.is_empty() || MOST_WITH_VECTORS < shelves.len() {
        return Vec::new();
    }
    let places = (0..shelves.places()).filter_map(|place| Some((place, shelves.get(place)?)));
    places
        .filter_map(|(place, product)| {
            Some((place as usize, Vector::clone(vectors.get(&product_text(product))?)))
        })
        .collect()
}

/// What has a term counts so much, however often and wherever it stands.
fn exact(field: Field, term: &str, counts: f32) -> Way {
    Way::Has(Term::from_field_text(field, term), counts)
}

/// What has every part of a word or name has nearly the whole; some of the parts are much less.
fn parts(field: Field, parts: &[String], share: f32, ways: &mut Vec<Way>) {
    let terms: Vec<Term> = parts.iter().map(|part| Term::from_field_text(field, part)).collect();
    let each = share * SOME_PARTS / parts.len().max(1) as f32;
    ways.push(Way::Parts(terms, share * ALL_PARTS, each));
}
