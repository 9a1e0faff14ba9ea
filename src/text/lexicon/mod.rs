//! The shop's own words: how its messages are cut into words, and what in them names a product.
//!
//! One general dictionary is shared by all shops (some 30 MB); a shop adds an automaton of its own words, so
//! that a hundred shops cost no more than their words.

mod spelling;
mod titles;

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    ops::Range,
    sync::LazyLock,
};

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use jieba_rs::Jieba;

use crate::domain::{ProductId, trade::Product};

use super::{normal, normalize, vocabulary};

static BASE: LazyLock<Jieba> = LazyLock::new(Jieba::new);

/// Catalogs larger than this keep to the names they write: short names would belong to several products anyway.
const MOST_WITH_SHORT_NAMES: usize = 20_000;

/// Titles of larger catalogs are no names: nobody types one of a hundred thousand in full, and all of them would take
/// gigabytes. A search for its words finds it.
const MOST_WITH_TITLES: usize = 50_000;

/// Names longer than this are titles nobody types in full.
const LONGEST_NAME: usize = 48;

/// The general dictionary, loaded on first use.
pub(crate) fn base_dictionary() -> &'static Jieba {
    &BASE
}

/// A shop's words, built once for each version of the shop.
#[derive(Debug)]
pub struct Lexicon {
    words: Option<AhoCorasick>,
    names: Option<AhoCorasick>,
    meanings: Vec<Name>,
    spelling: spelling::Spelling,
    colors: Option<AhoCorasick>,
    color_values: Vec<String>,
}

#[derive(Debug)]
struct Name {
    product: Option<ProductId>,
}

/// A product mention in folded text.
pub(crate) struct Mention<'a> {
    /// Bytes of the folded text.
    pub(crate) range: Range<usize>,
    /// The product, where the name belongs to exactly one.
    pub(crate) product: Option<&'a ProductId>,
}

impl Lexicon {
    /// The words of a shop: its own (terms and synonyms), brands, categories, colours, and the names of its products.
    pub fn new(own_words: impl IntoIterator<Item = String>, products: &[Product]) -> Self {
        Self::build(own_words.into_iter().map(|word| normalize(&word)).collect(), products)
    }

    /// A lexicon without a shop: general words and kinds of goods alone.
    pub fn general() -> Self {
        Self::build(BTreeSet::new(), &[])
    }

    fn build(mut words: BTreeSet<String>, products: &[Product]) -> Self {
        let mut names: BTreeMap<String, Option<ProductId>> = BTreeMap::new();
        for noun in vocabulary::GOODS {
            names.insert((*noun).to_owned(), None);
        }
        let categories = products.iter().flat_map(|product| &product.category);
        let kinds = categories.flat_map(|kind| [Some(&kind.zh), kind.en.as_ref()]).flatten();
        // A large catalog has the same few over and over.
        let said: HashSet<&String> = kinds.chain(products.iter().map(|product| &product.brand)).collect();
        words.extend(said.into_iter().map(|word| normalize(word)));
        let small = products.len() <= MOST_WITH_TITLES;
        let mut written: BTreeMap<&String, BTreeSet<&ProductId>> = BTreeMap::new();
        for product in products {
            for name in product_names(product, small) {
                let owners = written.entry(name).or_default();
                // Whose it is matters where it is one product's; two are as many as thousands.
                if owners.len() < 2 {
                    owners.insert(&product.id);
                }
            }
        }
        let mut own: BTreeMap<String, BTreeSet<&ProductId>> = BTreeMap::new();
        for (name, owners) in written {
            own.entry(normalize(name)).or_default().extend(owners);
        }
        let only = |owners: &BTreeSet<&ProductId>| match owners.first() {
            Some(id) if owners.len() == 1 => Some((*id).clone()),
            _ => None,
        };
        let mut short: BTreeMap<String, BTreeSet<&ProductId>> = BTreeMap::new();
        for product in products.iter().filter(|_| products.len() <= MOST_WITH_SHORT_NAMES) {
            for name in titles::short_names(product).into_iter().filter(|name| !own.contains_key(name)) {
                short.entry(name).or_default().insert(&product.id);
            }
        }
        names.extend(short.into_iter().map(|(name, owners)| (name, only(&owners))));
        for (name, owners) in own {
            names.insert(name.clone(), only(&owners));
            words.insert(name);
        }
        add_plurals(&mut names);
        words.extend(vocabulary::GOODS.iter().map(|word| (*word).to_owned()));
        let color_values = color_options(products);
        words.retain(|word| is_name(word));
        names.retain(|name, _| is_name(name));
        Self {
            words: automaton(words.iter()),
            names: automaton(names.keys()),
            spelling: spelling::Spelling::new(names.keys()),
            meanings: names.values().map(|product| Name { product: product.clone() }).collect(),
            colors: automaton(color_values.iter()),
            color_values,
        }
    }

    /// The words of a folded text, spaces and punctuation left out, as byte ranges in order.
    pub(crate) fn words(&self, text: &str) -> Vec<Range<usize>> {
        let mut words = Vec::new();
        let mut done = 0;
        for own in whole_words(self.words.as_ref(), text) {
            words.extend(cut(&text[done..own.start], done));
            done = own.end;
            words.push(own);
        }
        words.extend(cut(&text[done..], done));
        words
    }

    /// Where a folded text names products or kinds of goods, spelt right or nearly so. Mentions may overlap;
    /// those spelt right come first.
    pub(crate) fn mentions(&self, text: &str) -> Vec<Mention<'_>> {
        let mut found: Vec<(Range<usize>, usize)> = self.exact(text).collect();
        found.extend(self.spelling.find(text));
        if let Some((corrected, places)) = self.spelling.corrected(text) {
            let wrong = |range: &Range<usize>| {
                places.iter().any(|[new, _]| range.start <= new.start && new.end <= range.end)
            };
            let right = self.exact(&corrected).filter(|(range, _)| wrong(range));
            found.extend(right.map(|(range, name)| (as_typed(&range, &places), name)));
        }
        found
            .into_iter()
            .filter(|(range, _)| is_whole(text, range))
            .map(|(range, name)| Mention { range, product: self.meanings[name].product.as_ref() })
            .collect()
    }

    fn exact<'a>(&'a self, text: &'a str) -> impl Iterator<Item = (Range<usize>, usize)> + 'a {
        let matches = self.names.iter().flat_map(move |names| names.find_iter(text));
        matches
            .filter(move |found| is_whole(text, &found.range()))
            .map(|found| (found.range(), found.pattern().as_usize()))
    }

    /// Where a folded text names a colour that the catalog sells, with the catalog's name for it.
    pub(crate) fn catalog_colors<'a>(
        &'a self,
        text: &'a str,
    ) -> impl Iterator<Item = (Range<usize>, &'a str)> {
        let matches = self.colors.iter().flat_map(move |colors| colors.find_iter(text));
        matches
            .filter(move |found| is_whole(text, &found.range()))
            .map(|found| (found.range(), self.color_values[found.pattern().as_usize()].as_str()))
    }
}

/// A range of the corrected text as the shopper typed it.
fn as_typed(range: &Range<usize>, places: &[[Range<usize>; 2]]) -> Range<usize> {
    let typed = |offset: usize| {
        let before = places.iter().take_while(|[new, _]| new.end <= offset).last();
        before.map_or(offset, |[new, old]| old.end + (offset - new.end))
    };
    typed(range.start)..typed(range.end)
}

/// The other number of English names: jackets, a headphone. `short` is no name though shorts is.
fn add_plurals(names: &mut BTreeMap<String, Option<ProductId>>) {
    let latin =
        names.iter().filter(|(name, _)| name.is_ascii() && name.ends_with(|c: char| c.is_ascii_lowercase()));
    let others: Vec<(String, Option<ProductId>)> = latin
        .filter_map(|(name, product)| {
            let other = match name.strip_suffix('s') {
                Some(one) if !one.ends_with('s') && name.len() >= 7 => one.to_owned(),
                Some(one) if one.ends_with('s') => format!("{name}es"),
                Some(_) => return None,
                None if name.ends_with(['h', 'x']) => format!("{name}es"),
                None => format!("{name}s"),
            };
            Some((other, product.clone()))
        })
        .collect();
    for (name, product) in others {
        names.entry(name).or_insert(product);
    }
}

/// Every name a product goes by, as written, maybe with its titles.
fn product_names(product: &Product, titles: bool) -> impl Iterator<Item = &String> {
    let both = std::iter::once(&product.title.zh).chain(&product.title.en);
    both.filter(move |_| titles).chain(&product.aliases)
}

/// Colours sold, longest names as the catalog writes them.
fn color_options(products: &[Product]) -> Vec<String> {
    let options = products.iter().flat_map(|product| &product.variants).flat_map(|variant| &variant.options);
    let colors = options.filter(|(name, _)| name.contains('色') || name.eq_ignore_ascii_case("color"));
    let written: HashSet<&String> = colors.map(|(_, value)| value).collect();
    let names: BTreeSet<String> =
        written.into_iter().map(|value| normalize(value)).filter(|name| is_name(name)).collect();
    names.into_iter().collect()
}

fn is_name(name: &str) -> bool {
    let length = name.chars().count();
    let han = !name.is_ascii();
    length <= LONGEST_NAME && (if han { length >= 2 } else { length >= 3 })
}

pub(super) fn automaton<'a>(words: impl Iterator<Item = &'a String>) -> Option<AhoCorasick> {
    AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostLongest)
        .kind(Some(AhoCorasickKind::ContiguousNFA))
        .build(words)
        .ok()
}

fn whole_words<'a>(words: Option<&'a AhoCorasick>, text: &'a str) -> impl Iterator<Item = Range<usize>> {
    let matches = words.into_iter().flat_map(move |words| words.find_iter(text));
    matches.map(|found| found.range()).filter(move |range| is_whole(text, range))
}

/// Latin words and numbers must stand alone; Chinese ones may touch anything.
pub(crate) fn is_whole(text: &str, range: &Range<usize>) -> bool {
    let touches = |outside: Option<char>, inside: Option<char>| {
        outside.is_some_and(|c| c.is_ascii_alphanumeric())
            && inside.is_some_and(|c| c.is_ascii_alphanumeric())
    };
    let inside = &text[range.clone()];
    !touches(text[..range.start].chars().next_back(), inside.chars().next())
        && !touches(text[range.end..].chars().next(), inside.chars().next_back())
}

/// Cuts general text; `offset` is where it begins.
fn cut(text: &str, offset: usize) -> Vec<Range<usize>> {
    if text.is_empty() {
        return Vec::new();
    }
    let words = base_dictionary().cut(text, true).into_iter();
    words
        .filter(|word| word.word.chars().any(|c| c.is_alphanumeric() || normal::is_emoji(c)))
        .map(|word| offset + word.byte_start..offset + word.byte_end)
        .collect()
}
