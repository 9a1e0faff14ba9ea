//! What a message looks for: filters said in words, and a last search changed by the next message.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use super::tokenizer::is_stop_word;
use crate::{
    domain::{EntityKind, EntityValue, ProductQuery, Utterance, search::Sort, trade::Product},
    shop::Shop,
    text::normalize,
};

/// Words that ask for something without saying what.
const FILLER: [&str; 62] = [
    "有没有",
    "推荐一下",
    "推荐",
    "想买",
    "想要",
    "要买",
    "买一个",
    "买个",
    "买",
    "找一下",
    "帮我找",
    "找",
    "给我",
    "看看",
    "看一下",
    "来个",
    "来一个",
    "来一件",
    "什么",
    "哪些",
    "哪款",
    "一款",
    "一件",
    "一双",
    "一条",
    "几款",
    "这种",
    "那种",
    "类似",
    "适合",
    "款",
    "商品",
    "产品",
    "东西",
    "店里",
    "你家",
    "你们家",
    "以内",
    "以下",
    "以上",
    "左右",
    "之间",
    "价位",
    "价格",
    "预算",
    "便宜",
    "点的",
    "有货",
    "现货",
    "in stock",
    "looking for",
    "look for",
    "show me",
    "recommend",
    "search",
    "find",
    "buy",
    "want",
    "need",
    "under",
    "below",
    "any",
];
/// For whom, as shoppers say it and as catalogs name it.
const AUDIENCE: [(&str, &[&str]); 7] = [
    ("男", &["男士", "男款", "男生", "男装", "男孩", "老公", "爸爸", "男", "men", "man", "husband"]),
    ("女", &["女士", "女款", "女生", "女装", "女孩", "老婆", "妈妈", "女", "women", "woman", "wife"]),
    ("儿童", &["儿童", "小孩", "孩子", "童装", "小朋友", "kids", "kid", "children"]),
    ("婴儿", &["婴儿", "宝宝", "baby"]),
    ("老人", &["老人", "爷爷", "奶奶", "elderly"]),
    ("学生", &["学生", "student"]),
    ("孕妇", &["孕妇", "pregnant"]),
];
const CHEAPER: [&str; 9] =
    ["再便宜", "便宜点", "便宜一点", "便宜些", "便宜的", "太贵", "cheaper", "too expensive", "lower price"];
const DEARER: [&str; 6] = ["贵一点", "好一点的", "高档", "高端", "more expensive", "better one"];
const OTHERS: [&str; 10] =
    ["别的", "其他", "其它", "换一批", "还有吗", "还有别的", "更多", "others", "other ones", "more"];
const OTHER_COLORS: [&str; 7] =
    ["别的颜色", "其他颜色", "其它颜色", "换个颜色", "other color", "another color", "different color"];
/// The share of a price that “cheaper” asks for.
const CHEAPER_SHARE: (i64, u32) = (8, 1);

/// The catalog's own words.
pub(super) struct Vocabulary {
    colors: BTreeSet<String>,
    brands: Vec<(String, String)>,
    categories: Vec<(String, String)>,
    audience: BTreeSet<String>,
}

/// Whether an option's name is that of a colour.
pub(super) fn is_color(option: &str) -> bool {
    option.contains('色') || option.eq_ignore_ascii_case("color") || option.eq_ignore_ascii_case("colour")
}

impl Vocabulary {
    pub(super) fn new(_shop: &Shop, products: &[Product]) -> Self {
        let options =
            products.iter().flat_map(|product| &product.variants).flat_map(|variant| &variant.options);
        let colors = options.filter(|(name, _)| is_color(name)).map(|(_, value)| value.clone()).collect();
        let named = |names: BTreeSet<(String, String)>| {
            let mut names: Vec<(String, String)> =
                names.into_iter().filter(|(said, _)| !said.is_empty()).collect();
            // Longer names first: 连衣裙 before 裙.
            names.sort_by_key(|(said, _)| std::cmp::Reverse(said.chars().count()));
            names
        };
        let brands =
            products.iter().map(|product| (normalize(&product.brand), product.brand.clone())).collect();
        let categories = products
            .iter()
            .flat_map(|product| &product.category)
            .flat_map(|category| {
                let english = category.en.as_ref().map(|en| (normalize(en), category.zh.clone()));
                [Some((normalize(&category.zh), category.zh.clone())), english].into_iter().flatten()
            })
            .collect();
        let audience = products.iter().flat_map(|product| &product.audience).cloned().collect();
        Self { colors, brands: named(brands), categories: named(categories), audience }
    }

    /// A message as a search of its own.
    pub(super) fn read(&self, utterance: &Utterance) -> ProductQuery {
        let mut query = ProductQuery {
            in_stock: says(utterance, &["有货", "现货", "in stock"]),
            ..ProductQuery::default()
        };
        let mut left = utterance.raw.clone();
        for entity in utterance.entities.iter().rev() {
            if self.take_entity(&mut query, entity) {
                left.replace_range(entity.span.clone(), " ");
            }
        }
        let mut left = normalize(&left);
        query.brands = take_named(&mut left, &self.brands);
        query.audience = self.take_audience(&mut left);
        query.sort = sort(&utterance.normal);
        for filler in FILLER.iter().filter(|filler| !filler.is_ascii()) {
            left = left.replace(filler, " ");
        }
        for filler in FILLER.iter().filter(|filler| filler.is_ascii()) {
            left = replace_word(&left, filler);
        }
        query.categories = self.whole_category(&left);
        query.words = if query.categories.is_empty() { kept_words(&left) } else { String::new() };
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
                let stem = color.trim_end_matches('色');
                let sold: Vec<String> =
                    self.colors.iter().filter(|sold| sold.contains(stem)).cloned().collect();
                // A colour nobody sells is still asked for: nothing will be found, which is the honest answer.
                query.colors.extend(if sold.is_empty() { vec![color.clone()] } else { sold });
            }
            (EntityKind::Size, EntityValue::Text(size)) => query.sizes.push(size.clone()),
            (EntityKind::Quantity, _) => {}
            _ => return false,
        }
        true
    }

    fn take_audience(&self, left: &mut String) -> Vec<String> {
        let mut found = Vec::new();
        for (name, said) in AUDIENCE {
            let heard = said.iter().find(|word| {
                if word.is_ascii() {
                    has_word(left, word)
                } else {
                    left.contains(*word) && !left.contains("男朋友")
                }
            });
            let sold = self.audience.iter().filter(|audience| audience.contains(name));
            let sold: Vec<String> = sold.cloned().collect();
            if let Some(word) = heard.filter(|_| !sold.is_empty()) {
                *left = left.replace(word, " ");
                found.extend(sold);
            }
        }
        found
    }

    /// The category that what is left of the words names as a whole.
    fn whole_category(&self, left: &str) -> Vec<String> {
        let left = kept_words(left).replace(' ', "");
        let singular = left.trim_end_matches('s');
        let named = self.categories.iter().find(|(said, _)| {
            let said = said.replace(' ', "");
            said == left || said.trim_end_matches('s') == singular
        });
        named.filter(|_| !left.is_empty()).map(|(_, category)| vec![category.clone()]).unwrap_or_default()
    }

    /// A last search changed by a message; `None` when the message says what it looks for itself.
    pub(super) fn refine(&self, previous: &ProductQuery, utterance: &Utterance) -> Option<ProductQuery> {
        let mut query = previous.clone();
        if says(utterance, &OTHER_COLORS) {
            query.colors.clear();
            return Some(query);
        }
        let said = self.read(utterance);
        if says(utterance, &CHEAPER) {
            let share = Decimal::new(CHEAPER_SHARE.0, CHEAPER_SHARE.1);
            query.price_to = said.price_to.or(previous.price_to.map(|price| price * share));
            query.price_from = said.price_from;
            query.sort = Sort::PriceAsc;
            return Some(query);
        }
        if says(utterance, &DEARER) {
            (query.price_to, query.sort) = (None, Sort::PriceDesc);
            return Some(query);
        }
        let named = utterance.entities.iter().any(|entity| entity.kind == EntityKind::ProductName);
        let own_words = !said.words.is_empty() || !said.categories.is_empty() || named;
        if own_words && !says(utterance, &OTHERS) {
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
        if !filters && !says(utterance, &OTHERS) {
            return None;
        }
        merge(&mut query, said);
        Some(query)
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

fn take_named(left: &mut String, names: &[(String, String)]) -> Vec<String> {
    let mut found = Vec::new();
    for (said, name) in names {
        let there = if said.is_ascii() { has_word(left, said) } else { left.contains(said.as_str()) };
        if there {
            *left = left.replace(said.as_str(), " ");
            found.push(name.clone());
        }
    }
    found
}

/// Whether a Latin word or phrase stands by itself in a text.
fn has_word(text: &str, word: &str) -> bool {
    let inside = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    text.match_indices(word).any(|(at, _)| {
        !inside(text[..at].chars().next_back()) && !inside(text[at + word.len()..].chars().next())
    })
}

fn replace_word(text: &str, word: &str) -> String {
    if has_word(text, word) { text.replace(word, " ") } else { text.to_owned() }
}

/// What is left as words, stop words out.
fn kept_words(left: &str) -> String {
    let pieces = left.split_whitespace().flat_map(|piece| {
        // Question particles at the end of a Chinese piece say nothing.
        let piece =
            piece.trim_end_matches(['吗', '呢', '的', '啊', '么', '？', '?', '!', '。', '，', ',', '.']);
        let piece = piece.trim_start_matches(['有', '要', '的']);
        let says_something = piece.chars().any(char::is_alphanumeric) && !is_stop_word(piece);
        says_something.then(|| piece.to_owned())
    });
    pieces.collect::<Vec<_>>().join(" ")
}
