//! What a message looks for: filters said in words, and a last search changed by the next message.

use std::{
    collections::{BTreeSet, HashMap},
    ops::Range,
    sync::LazyLock,
};

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use rust_decimal::Decimal;

use super::{
    listing::Words,
    names::Names,
    phrases::{AUDIENCE, CHEAPER, DEARER, ENGLISH_FILLER, FILLER, IDLE, IN_STOCK, OTHER_COLORS, OTHERS},
    tokenizer::is_stop_word,
};
use crate::{
    domain::{EntityKind, EntityValue, ProductQuery, Utterance, search::Sort, trade::Product},
    text::{is_whole, normalize},
};

/// The share of a price that “cheaper” asks for.
const CHEAPER_SHARE: (i64, u32) = (8, 1);

/// Colours that one word stands for, at most.
const MOST_COLORS: usize = 500;

/// The word for a gift.
const GIFT: &str = "礼物";
/// Words that say what something shall be like are no longer than this.
const NARROWING_LENGTH: usize = 10;

/// The catalog's own words.
pub(super) struct Vocabulary {
    colors: Vec<String>,
    /// Colours by the characters of their names.
    colors_with: HashMap<char, Vec<usize>>,
    has_sizes: bool,
    /// Brands as the catalog writes them, by their number in the finder.
    brands: Vec<String>,
    brand_finder: Option<AhoCorasick>,
    audience: BTreeSet<String>,
    names: Names,
}

/// Phrases of a table in one automaton, the longest match first.
struct Phrases {
    finder: Option<AhoCorasick>,
    /// The row of each phrase.
    rows: Vec<usize>,
}

static FILLERS: LazyLock<Phrases> = LazyLock::new(|| Phrases::new([FILLER, ENGLISH_FILLER].into_iter()));
static AUDIENCES: LazyLock<Phrases> = LazyLock::new(|| Phrases::new(AUDIENCE.iter().map(|(said, _)| *said)));

impl Phrases {
    fn new(rows: impl Iterator<Item = &'static [&'static str]>) -> Self {
        let each = rows.enumerate().flat_map(|(row, said)| said.iter().map(move |phrase| (row, *phrase)));
        let (rows, phrases): (Vec<usize>, Vec<&str>) = each.unzip();
        let finder = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(phrases).ok();
        Self { finder, rows }
    }

    /// Where a folded text says one of them, with its row.
    fn find<'a>(&'a self, text: &'a str) -> impl Iterator<Item = (Range<usize>, usize)> + 'a {
        let found = self.finder.iter().flat_map(move |finder| finder.find_iter(text));
        found
            .filter(move |found| is_whole(text, &found.range()))
            .map(|found| (found.range(), self.rows[found.pattern().as_usize()]))
    }
}

/// Whether an option's name is that of a colour.
pub(super) fn is_color(option: &str) -> bool {
    option.contains('色') || option.eq_ignore_ascii_case("color") || option.eq_ignore_ascii_case("colour")
}

pub(super) fn is_size(option: &str) -> bool {
    ["尺", "码", "号"].iter().any(|part| option.contains(part)) || option.eq_ignore_ascii_case("size")
}

/// For whom a product is: as the catalog says, else as its title does; empty for everybody.
pub(super) fn audience_of(product: &Product) -> BTreeSet<String> {
    audience_in(product, &normalize(&product.title.zh))
}

/// The same with the title folded.
pub(super) fn audience_in(product: &Product, title: &str) -> BTreeSet<String> {
    if !product.audience.is_empty() {
        return product.audience.iter().cloned().collect();
    }
    let named = AUDIENCES.find(title).filter(|(range, _)| 3 < range.len());
    named.flat_map(|(_, row)| AUDIENCE[row].1).map(|name| (*name).to_owned()).collect()
}

impl Vocabulary {
    pub(super) fn new(words: &Words) -> Self {
        let mut colors_with: HashMap<char, Vec<usize>> = HashMap::new();
        let colors: Vec<String> = words.colors.iter().cloned().collect();
        for (number, color) in colors.iter().enumerate() {
            for character in color.chars().collect::<BTreeSet<_>>() {
                colors_with.entry(character).or_default().push(number);
            }
        }
        // Of brands that are written alike but for case the first stands for all.
        let mut brands: Vec<(String, String)> = words.brands.iter().cloned().collect();
        brands.dedup_by(|other, one| other.0 == one.0);
        let brand_finder = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(brands.iter().map(|(said, _)| said))
            .ok();
        Self {
            colors,
            colors_with,
            has_sizes: words.has_sizes,
            brands: brands.into_iter().map(|(_, brand)| brand).collect(),
            brand_finder,
            audience: words.audience.clone(),
            names: Names::new(words.names()),
        }
    }

    /// What the catalog calls its goods.
    pub(super) fn names(&self) -> &Names {
        &self.names
    }

    /// The colours sold that a colour's stem stands for: 红 for 酒红 and 红色.
    fn colors_like(&self, stem: &str) -> Vec<String> {
        let Some(first) = stem.chars().next() else { return self.colors.clone() };
        let with = self.colors_with.get(&first).into_iter().flatten().map(|number| &self.colors[*number]);
        with.filter(|sold| sold.contains(stem)).take(MOST_COLORS).cloned().collect()
    }

    /// The brands that a folded text names; their words are used up.
    fn take_brands(&self, left: &mut String) -> Vec<String> {
        let Some(finder) = &self.brand_finder else { return Vec::new() };
        let found = finder.find_iter(left.as_str()).filter(|found| is_whole(left, &found.range()));
        let found: Vec<(Range<usize>, usize)> =
            found.map(|found| (found.range(), found.pattern().as_usize())).collect();
        for (range, _) in found.iter().rev() {
            left.replace_range(range.clone(), " ");
        }
        let numbers: BTreeSet<usize> = found.into_iter().map(|(_, number)| number).collect();
        numbers.into_iter().map(|number| self.brands[number].clone()).collect()
    }

    /// A message as a search of its own.
    pub(super) fn read(&self, utterance: &Utterance) -> ProductQuery {
        let mut query = ProductQuery { in_stock: says(utterance, IN_STOCK), ..ProductQuery::default() };
        let mut left = utterance.raw.clone();
        let names: Vec<&str> =
            self.names.find(&utterance.normal).map(|range| &utterance.normal[range]).collect();
        for entity in utterance.entities.iter().rev() {
            // 四件 in 四件套 counts nothing, and 20寸 in a name is no size.
            let counts = matches!(entity.kind, EntityKind::Quantity | EntityKind::Size);
            let said = normalize(&entity.text);
            if counts && names.iter().any(|name| name.contains(said.as_str())) {
                continue;
            }
            if self.take_entity(&mut query, entity) {
                left.replace_range(entity.span.clone(), " ");
            }
        }
        let mut left = normalize(&left);
        query.brands = self.take_brands(&mut left);
        query.audience = self.take_audience(&mut left);
        query.sort = sort(&utterance.normal);
        let filler: Vec<Range<usize>> = FILLERS.find(&left).map(|(range, _)| range).collect();
        for range in filler.into_iter().rev() {
            left.replace_range(range, " ");
        }
        query.words = kept_words(&left);
        if query.words.is_empty() && utterance.normal.contains('送') && !query.audience.is_empty() {
            // 送女朋友什么好: a gift is all that is known of it.
            query.words = GIFT.to_owned();
        }
        query
    }

    /// A filter from an entity; `true` when its words are used up by it.
    fn take_entity(&self, query: &mut ProductQuery, entity: &crate::domain::Entity) -> bool {
        match (&entity.kind, &entity.value) {
            (EntityKind::MoneyRange, EntityValue::MoneyRange { from, to }) => {
                (query.price_from, query.price_to) = (*from, *to);
            }
            (EntityKind::Money, EntityValue::Decimal(amount)) => {
                // A bare price means “around that”.
                query.price_from = Some(*amount * Decimal::new(7, 1));
                query.price_to = Some(*amount * Decimal::new(12, 1));
            }
            (EntityKind::Color, EntityValue::Text(color)) => {
                if self.colors.is_empty() {
                    return false;
                }
                let stem = color.trim_end_matches('色');
                let sold = self.colors_like(stem);
                // A colour nobody sells is still asked for: nothing will be found, which is the honest answer.
                query.colors.extend(if sold.is_empty() { vec![color.clone()] } else { sold });
            }
            (EntityKind::Size, EntityValue::Text(size)) if self.has_sizes => query.sizes.push(size.clone()),
            (EntityKind::Quantity, _) => {}
            _ => return false,
        }
        true
    }

    /// For whom it shall be. The words are used up, but for those within a name: 婴儿 in 婴儿推车.
    fn take_audience(&self, left: &mut String) -> Vec<String> {
        let names: Vec<Range<usize>> = self.names.find(left).collect();
        let said: Vec<(Range<usize>, usize)> = AUDIENCES.find(left).collect();
        let mut found: Vec<String> = Vec::new();
        for (range, row) in said.into_iter().rev() {
            let meant = AUDIENCE[row].1;
            let sold =
                meant.iter().filter(|name| self.audience.contains(**name)).map(|name| (*name).to_owned());
            let before = found.len();
            found.extend(sold);
            let known = meant.is_empty() || before < found.len();
            if known && !names.iter().any(|name| name.start <= range.start && range.end <= name.end) {
                left.replace_range(range, " ");
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// A last search changed by a message; `None` when the message says what it looks for itself.
    pub(super) fn refine(&self, previous: &ProductQuery, utterance: &Utterance) -> Option<ProductQuery> {
        let mut query = previous.clone();
        if says(utterance, OTHER_COLORS) {
            query.colors.clear();
            return Some(query);
        }
        let said = self.read(utterance);
        if says(utterance, CHEAPER) {
            let share = Decimal::new(CHEAPER_SHARE.0, CHEAPER_SHARE.1);
            query.price_to = said.price_to.or(previous.price_to.map(|price| price * share));
            query.price_from = said.price_from;
            query.sort = Sort::PriceAsc;
            return Some(query);
        }
        if says(utterance, DEARER) {
            (query.price_to, query.sort) = (None, Sort::PriceDesc);
            return Some(query);
        }
        let named = utterance.entities.iter().any(|entity| entity.kind == EntityKind::ProductName);
        if let Some(words) = self.narrowed(previous, &said, utterance).filter(|_| !named) {
            merge(&mut query, said);
            query.words = words;
            return Some(query);
        }
        let own_words = !said.words.is_empty() || !said.categories.is_empty() || named;
        if own_words && !says(utterance, OTHERS) {
            return None;
        }
        let filters = !said.colors.is_empty()
            || !said.sizes.is_empty()
            || !said.brands.is_empty()
            || !said.audience.is_empty()
            || said.price_from.is_some()
            || said.price_to.is_some()
            || said.in_stock
            || said.sort != Sort::Relevance;
        if !filters && !says(utterance, OTHERS) {
            return None;
        }
        merge(&mut query, said);
        Some(query)
    }

    /// 要加厚的 and 长款的 say what the goods searched for shall be like; goods of their own are another search.
    fn narrowed(
        &self,
        previous: &ProductQuery,
        said: &ProductQuery,
        utterance: &Utterance,
    ) -> Option<String> {
        let like = utterance.normal.trim_end_matches(|c: char| !c.is_alphanumeric()).ends_with('的');
        let short = utterance.normal.chars().count() <= NARROWING_LENGTH;
        let goods = self.names.find(&said.words).next().is_some();
        let narrows = like && short && !goods && !said.words.is_empty() && !previous.words.is_empty();
        narrows.then(|| format!("{} {}", said.words, previous.words))
    }
}

/// What the new message says counts; what it doesn't say stays.
fn merge(query: &mut ProductQuery, said: ProductQuery) {
    for (kept, new) in [
        (&mut query.colors, said.colors),
        (&mut query.sizes, said.sizes),
        (&mut query.brands, said.brands),
        (&mut query.audience, said.audience),
    ] {
        if !new.is_empty() {
            *kept = new;
        }
    }
    if said.price_from.is_some() || said.price_to.is_some() {
        (query.price_from, query.price_to) = (said.price_from, said.price_to);
    }
    query.in_stock |= said.in_stock;
    if said.sort != Sort::Relevance {
        query.sort = said.sort;
    }
}

fn says(utterance: &Utterance, phrases: &[&str]) -> bool {
    phrases.iter().any(|phrase| {
        if phrase.is_ascii() {
            has_word(&utterance.normal, phrase)
        } else {
            utterance.normal.contains(phrase)
        }
    })
}

fn sort(normal: &str) -> Sort {
    let any = |phrases: &[&str]| phrases.iter().any(|phrase| normal.contains(phrase));
    if any(&["最便宜", "便宜点", "便宜的", "cheapest", "性价比"]) {
        Sort::PriceAsc
    } else if any(&["最贵", "most expensive"]) {
        Sort::PriceDesc
    } else if any(&["销量", "热销", "爆款", "卖得最好", "最火", "best selling", "bestseller", "popular"])
    {
        Sort::Sales
    } else {
        Sort::Relevance
    }
}

/// Whether a Latin word or phrase stands by itself in a text.
fn has_word(text: &str, word: &str) -> bool {
    let inside = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    text.match_indices(word).any(|(at, _)| {
        !inside(text[..at].chars().next_back()) && !inside(text[at + word.len()..].chars().next())
    })
}

/// What is left as words, stop words out.
fn kept_words(left: &str) -> String {
    let pieces = left.split_whitespace().flat_map(|piece| {
        // Question particles at the end of a Chinese piece say nothing.
        let piece =
            piece.trim_end_matches(['吗', '呢', '的', '啊', '么', '？', '?', '!', '。', '，', ',', '.']);
        let piece = piece.trim_start_matches(['有', '要', '的']);
        let says_something =
            piece.chars().any(char::is_alphanumeric) && !is_stop_word(piece) && !IDLE.contains(&piece);
        says_something.then(|| piece.to_owned())
    });
    pieces.collect::<Vec<_>>().join(" ")
}
