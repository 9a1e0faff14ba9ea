//! What is read of products on their way into the index, and the words of a whole catalog that come of it.
//!
//! A large catalog says the same things over and over: what a reader has folded once it knows.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::Arc,
};

use aho_corasick::AhoCorasick;

use super::{
    names::{is_name, latin_key, title_kinds},
    query::{audience_in, is_color, is_size},
    tokenizer::is_chinese,
};
use crate::{domain::trade::Product, shop::Glossary, text::normalize};

/// Texts longer than this are seldom said twice.
const LONGEST_KEPT: usize = 64;
/// Folded texts that a reader keeps.
const KEPT: usize = 200_000;
/// Names that titles end with, of one catalog. Beyond them only those stay that more titles have.
const MOST_ENDS: usize = 50_000;
/// More of them are not worth finding all names anew for each.
const ENDS_THAT_COUNT: usize = 5_000;
/// Names that catalogs give their goods themselves: categories and aliases.
const MOST_GIVEN: usize = 100_000;

/// The terms of a shop's glossary, all found in one pass.
pub(super) struct Terms {
    /// The forms of each term.
    forms: Vec<Vec<String>>,
    finder: Option<AhoCorasick>,
}

impl Terms {
    pub(super) fn new(glossary: &Glossary) -> Self {
        let words = glossary.terms.iter().map(|term| term.word.as_str());
        let finder = AhoCorasick::new(words).ok().filter(|_| !glossary.terms.is_empty());
        let forms = glossary.terms.iter();
        let forms = forms
            .map(|term| std::iter::once(&term.word).chain(&term.synonyms).chain(&term.en).cloned().collect());
        Self { forms: forms.collect(), finder }
    }

    /// The terms that a product bears in its title, names, tags or categories.
    fn borne(&self, product: &Product) -> BTreeSet<usize> {
        let Some(finder) = &self.finder else { return BTreeSet::new() };
        let texts = std::iter::once(&product.title.zh)
            .chain(&product.aliases)
            .chain(&product.tags)
            .chain(product.category.iter().map(|category| &category.zh));
        let found = texts.flat_map(|text| finder.find_overlapping_iter(text.as_str()));
        found.map(|found| found.pattern().as_usize()).collect()
    }
}

/// A product as it is indexed, beside what it says itself.
pub(super) struct Listing {
    /// Its Chinese title, folded.
    pub(super) title: Arc<str>,
    /// What shoppers call it: aliases, the goods that its title ends with, and the glossary's words for it.
    pub(super) names: Vec<Arc<str>>,
    /// The last characters of its names, which say what kind of thing it is: 跑步鞋 → 鞋. Its category says less: a
    /// mattress may well stand under 被枕.
    pub(super) heads: BTreeSet<char>,
    /// For whom it is; empty for everybody.
    pub(super) audience: BTreeSet<String>,
}

/// Reads products one after the other.
pub(super) struct Reader<'a> {
    terms: &'a Terms,
    folded: HashMap<String, Arc<str>>,
    pub(super) words: Words,
}

/// The words of a catalog.
#[derive(Clone, Default)]
pub(super) struct Words {
    /// Names that the catalog or the glossary gives.
    pub(super) given: HashSet<String>,
    /// Names that titles end with, and how many do.
    pub(super) ends: HashMap<String, u32>,
    pub(super) colors: BTreeSet<String>,
    pub(super) has_sizes: bool,
    /// Brands, folded and as they are.
    pub(super) brands: BTreeSet<(String, String)>,
    pub(super) audience: BTreeSet<String>,
}

impl<'a> Reader<'a> {
    /// One that goes on from words that are known.
    pub(super) fn new(terms: &'a Terms, words: Words) -> Self {
        Self { terms, folded: HashMap::new(), words }
    }

    /// A text, folded.
    pub(super) fn fold(&mut self, text: &str) -> Arc<str> {
        if LONGEST_KEPT < text.len() {
            return Arc::from(normalize(text));
        }
        if let Some(known) = self.folded.get(text) {
            return Arc::clone(known);
        }
        if KEPT <= self.folded.len() {
            self.folded.clear();
        }
        let folded: Arc<str> = Arc::from(normalize(text));
        self.folded.insert(text.to_owned(), Arc::clone(&folded));
        folded
    }

    /// Reads a product and learns its words.
    pub(super) fn read(&mut self, product: &Product) -> Listing {
        let title: Arc<str> = Arc::from(normalize(&product.title.zh));
        let audience = audience_in(product, &title);
        let aliases: Vec<Arc<str>> = product.aliases.iter().map(|alias| self.fold(alias)).collect();
        let kinds: Vec<Arc<str>> = title_kinds(&title).into_iter().map(Arc::from).collect();
        for name in &aliases {
            self.words.give(name);
        }
        for category in &product.category {
            for name in std::iter::once(&category.zh).chain(&category.en) {
                let name = self.fold(name);
                self.words.give(&name);
            }
        }
        for name in &kinds {
            self.words.end_with(name);
        }
        let ends = aliases.iter().chain(&kinds).filter_map(|name| name.chars().next_back());
        let heads = ends.filter(|c| is_chinese(*c)).collect();
        let mut names: Vec<Arc<str>> = aliases.into_iter().chain(kinds).collect();
        // What bears one of the shop's terms is found by its synonyms.
        for term in self.terms.borne(product) {
            for form in &self.terms.forms[term] {
                let name = self.fold(form);
                self.words.give(&name);
                names.push(name);
            }
        }
        self.read_filters(product, &audience);
        Listing { title, names, heads, audience }
    }

    fn read_filters(&mut self, product: &Product, audience: &BTreeSet<String>) {
        for (name, value) in product.variants.iter().flat_map(|variant| &variant.options) {
            if is_color(name) {
                add(&mut self.words.colors, value);
            }
            self.words.has_sizes |= is_size(name);
        }
        let brand = self.fold(&product.brand);
        if !brand.is_empty() {
            self.words.brands.insert((brand.to_string(), product.brand.clone()));
        }
        audience.iter().for_each(|name| add(&mut self.words.audience, name));
    }
}

fn add(words: &mut BTreeSet<String>, word: &str) {
    if !words.contains(word) {
        words.insert(word.to_owned());
    }
}

impl Words {
    fn give(&mut self, name: &str) {
        if is_name(name) && self.given.len() < MOST_GIVEN && !self.given.contains(name) {
            self.given.insert(name.to_owned());
        }
    }

    fn end_with(&mut self, name: &str) {
        if let Some(count) = self.ends.get_mut(name) {
            *count += 1;
        } else if is_name(name) {
            self.ends.insert(name.to_owned(), 1);
        }
    }

    /// How many words there are; what is read again adds none. One more way to end a title is nothing new where there are
    /// thousands.
    pub(super) fn count(&self) -> usize {
        let names = self.given.len() + self.ends.len().min(ENDS_THAT_COUNT);
        names + self.colors.len() + usize::from(self.has_sizes) + self.brands.len() + self.audience.len()
    }

    /// Every name, in the form in which names are looked up.
    pub(super) fn names(&self) -> BTreeSet<String> {
        let ends = self.ends.keys();
        self.given.iter().chain(ends).map(|name| latin_key(name)).collect()
    }

    /// Adds what another reader has learnt.
    pub(super) fn join(&mut self, other: Self) {
        self.given.extend(other.given);
        for (name, count) in other.ends {
            *self.ends.entry(name).or_default() += count;
        }
        self.colors.extend(other.colors);
        self.has_sizes |= other.has_sizes;
        self.brands.extend(other.brands);
        self.audience.extend(other.audience);
    }

    /// Lets go of the names that fewest titles end with, where there are too many.
    pub(super) fn bound(&mut self) {
        if MOST_ENDS < self.ends.len() {
            let mut ends: Vec<(String, u32)> = self.ends.drain().collect();
            ends.sort_unstable_by(|(one, often), (other, seldom)| seldom.cmp(often).then(one.cmp(other)));
            ends.truncate(MOST_ENDS);
            self.ends = ends.into_iter().collect();
        }
    }
}
