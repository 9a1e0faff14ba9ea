//! What a message wants recommended: goods of some kind or price, for somebody, beside something, or instead of what was
//! recommended before.

use rust_decimal::Decimal;

use super::{
    Query,
    flows::{CHEAPER, asks_for_others},
    products, search_memory,
    talk::{Ask, Talk},
    words,
};
use crate::domain::{EntityKind, EntityValue, ProductId, ProductQuery, Shown, SlotValue, Sort};

/// Begins a choice of a category.
pub(super) const KIND: &str = "recommend:";
/// The mark of a remembered search that recommendations came of.
pub(super) const MARK: &str = "recommended";
/// What a search finds for the recommender to put in order, in times of what is shown.
const FOUND: usize = 4;
/// What follows on a recommendation is short; longer words say something of their own.
const FOLLOW_UP_LENGTH: usize = 12;
/// The same in English, in characters.
const FOLLOW_UP_LENGTH_EN: usize = 40;
/// What shall go with something, before what kind of thing it shall be.
const PAIRING: &[&str] = &[
    "搭配什么",
    "搭配哪",
    "搭什么",
    "搭哪",
    "配什么",
    "配哪",
    "怎么搭",
    "怎么配",
    "搭配",
    "go with",
    "goes with",
    "match with",
    "pair with",
    "wear with",
    "to match",
];
/// Not this one.
const REFUSES: &[&str] = &[
    "不要这个",
    "不要这款",
    "不要这些",
    "不要这几",
    "不要第",
    "都不要",
    "不喜欢",
    "不想要这",
    "不合适",
    "换一个",
    "换一款",
    "换个别的",
    "don't like",
    "not this",
    "something else",
    "not these",
];
/// There is one already.
const HAS_IT: &[&str] = &[
    "买过了",
    "买过",
    "已经有了",
    "已经有",
    "家里有",
    "都有了",
    "已经买了",
    "already have",
    "already bought",
    "have it",
    "have one",
    "bought it",
    "bought that",
];
/// For whom it is, said after a recommendation.
const FOR_WHOM: &[&str] = &["送", "给", "for my", "for her", "for him", "a gift", "a present"];
/// People who get presents, and the words by which a catalog says that something is one for them.
const RECIPIENTS: &[(&[&str], &[&str])] = &[
    (
        &[
            "爸", "妈", "父母", "老人", "长辈", "爷爷", "奶奶", "parents", "mother", "father", "mum", "mom",
            "dad",
        ],
        &["送爸妈", "送长辈"],
    ),
    (
        &["客户", "同事", "领导", "老师", "朋友", "闺蜜", "colleague", "client", "teacher", "friend"],
        &["送礼"],
    ),
];
/// Left over of a message that asks for something and does not say what.
const SAYS_NOTHING: &[&str] = &[
    "好东西",
    "东西",
    "好物",
    "好货",
    "什么",
    "啥",
    "几款",
    "几样",
    "几个",
    "随便",
    "给我",
    "帮我",
    "推荐",
    "推",
    "点",
    "款",
    "好",
    "的",
    "下",
    "something",
    "anything",
    "things",
    "good",
    "nice",
    "me",
    "us",
    "recommend",
    "suggest",
    "what",
    "would",
    "should",
    "for",
    "you",
    "i",
];
/// A price named with these is a limit.
const BUDGET: &[&str] = &["预算", "budget", "最多", "不超过", "at most"];
/// What follows is about an order, not about what to buy.
const OF_ORDERS: &[&str] = &["订单", "退", "发货", "快递", "order", "return", "refund"];
/// Left over after [`PAIRING`], these name no goods.
const PAIRING_FILLER: &[&str] =
    &["比较", "好看", "合适", "好", "呢", "啊", "呀", "吗", "的", "一点", "些", "?", "？"];
/// And these in English, where the kind stands before: what trousers go with this.
const PAIRING_FILLER_EN: &[&str] = &[
    "what",
    "which",
    "would",
    "should",
    "will",
    "can",
    "do",
    "does",
    "is",
    "are",
    "any",
    "good",
    "best",
    "there",
    "i",
    "you",
    "the",
    "a",
    "some",
    "something",
    "recommend",
    "suggest",
];

/// What the words ask for.
#[derive(Default)]
pub(super) struct LookedFor {
    pub(super) query: ProductQuery,
    /// What the search found for it.
    pub(super) among: Option<Vec<ProductId>>,
    pub(super) goes_with: Option<ProductId>,
    /// It changes the recommendation before.
    pub(super) follows: bool,
    /// A product was refused, or is there already.
    pub(super) refused: bool,
    /// Nothing was found for the words.
    pub(super) none: bool,
    pub(super) price: Price,
    /// The words name somebody who shall get it.
    pub(super) for_somebody: bool,
}

/// What a limit on the price comes of.
#[derive(Clone, Copy, Default, PartialEq)]
pub(super) enum Price {
    /// The words stated the most that it may cost.
    #[default]
    Stated,
    /// The words named about what it shall cost.
    About,
    /// What was shown was too much.
    Cheaper,
}

impl Price {
    /// Its name in the remembered search.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Stated => "stated",
            Self::About => "about",
            Self::Cheaper => "cheaper",
        }
    }

    /// What the limit of the recommendation before came of.
    fn before(talk: &Talk<'_>) -> Self {
        let mark = talk.state.search.as_ref().and_then(|search| search.get(MARK));
        let all = [Self::Stated, Self::About, Self::Cheaper];
        let named = |price: &Self| mark == Some(&SlotValue::Text(price.name().to_owned()));
        all.into_iter().find(named).unwrap_or_default()
    }
}

impl LookedFor {
    /// Nothing is asked for but something.
    pub(super) fn is_open(&self) -> bool {
        self.among.is_none() && self.goes_with.is_none() && self.query.price_to.is_none()
    }

    /// A present tells nothing by what the shopper buys for themselves.
    pub(super) fn is_for_others(&self) -> bool {
        self.for_somebody
            || !self.query.audience.is_empty()
            || self.query.words.contains("礼物")
            || self.query.words.contains("gift")
    }
}

pub(super) fn read(talk: &mut Talk<'_>) -> Ask<LookedFor> {
    if let Some(kind) = talk.choice().and_then(|choice| choice.strip_prefix(KIND)) {
        return of_kind(talk, kind);
    }
    if talk.utterance().is_none() {
        return Ok(LookedFor::default());
    }
    if let Some(looked_for) = pairing(talk) {
        return goods_beside(talk, looked_for);
    }
    let follows = follows(talk);
    let previous = if follows { Some(previous(talk)?) } else { None };
    let refused = follows && (words::has_any(talk.words(), REFUSES) || words::has_any(talk.words(), HAS_IT));
    if refused {
        // 我买过了 looks for nothing else than before.
        let query = previous.unwrap_or_default();
        let among = found_before(talk, &query)?;
        let price = Price::before(talk);
        return Ok(LookedFor { query, among, follows, refused, price, ..LookedFor::default() });
    }
    // Asked for together with the search: a turn has few rounds.
    let (presents, limit) = (presents(talk), FOUND * talk.shop.search_limit);
    want_presents(talk);
    let (searched, refined, found) = talk.search(previous, limit)?;
    let mut query = searched.clone();
    let price = price(talk, &mut query, follows && refined);
    // A limit that the search took for a price of about that: it looks again.
    let limited = query.price_to != searched.price_to || query.price_from != searched.price_from;
    let found = if limited { talk.products(query.clone(), limit)? } else { found };
    let for_somebody = !presents.is_empty();
    let looked_for = LookedFor { follows: follows && refined, price, for_somebody, ..LookedFor::default() };
    if names_nothing(&query) || says_nothing(&query) {
        query.words.clear();
        return Ok(LookedFor { query, ..looked_for });
    }
    let mut ids: Vec<ProductId> = found.iter().map(|product| product.id.clone()).collect();
    if ids.is_empty() && !refined {
        // Remembered by what was found, so that a price said next narrows it.
        if let Some(first) = presents.first() {
            query.words.clone_from(&first.words);
        }
        for present in presents {
            ids.extend(talk.products(present, limit)?.iter().map(|product| product.id.clone()));
        }
    }
    if refined || !ids.is_empty() {
        return Ok(LookedFor { query, among: Some(ids), ..looked_for });
    }
    // For what nobody sells here, something else is shown, and said to be that.
    Ok(LookedFor { none: true, ..looked_for })
}

/// What a limit on the price comes of. "预算五百" is a limit, where 五百左右 is not.
fn price(talk: &Talk<'_>, query: &mut ProductQuery, follows: bool) -> Price {
    let named = talk.entities(EntityKind::Money).find_map(|entity| match entity.value {
        EntityValue::Decimal(amount) => Some(amount),
        _ => None,
    });
    match named {
        Some(most) if words::has_any(talk.words(), BUDGET) => {
            (query.price_from, query.price_to) = (None, Some(most));
            Price::Stated
        }
        Some(_) => Price::About,
        None if talk.entities(EntityKind::MoneyRange).next().is_some() => Price::Stated,
        None if follows && words::has_any(talk.words(), CHEAPER) => Price::Cheaper,
        None if follows => Price::before(talk),
        None => Price::Stated,
    }
}

/// Notes the facts that a message by itself will need.
pub(super) fn ask_ahead(talk: &mut Talk<'_>) {
    if talk.utterance().is_some() && pairing(talk).is_none() {
        talk.want(Query::Search { previous: None, limit: FOUND * talk.shop.search_limit });
        want_presents(talk);
        if follows(talk) && words::has_any(talk.words(), CHEAPER) {
            // Cheaper than what was shown: at their prices.
            products::shown(talk).into_iter().for_each(|id| talk.want(Query::Product(id)));
        }
    }
}

fn want_presents(talk: &mut Talk<'_>) {
    let limit = FOUND * talk.shop.search_limit;
    presents(talk).into_iter().for_each(|query| talk.want(Query::Products(query, limit)));
}

/// Where to look for presents for those whom the words name, by what a catalog says of itself.
fn presents(talk: &Talk<'_>) -> Vec<ProductQuery> {
    let named = |names: &[&str]| names.iter().any(|name| words::has(talk.words(), name));
    let gifts = RECIPIENTS.iter().filter(|(names, _)| named(names)).flat_map(|(_, gift)| gift.iter());
    let query =
        |gift: &&str| ProductQuery { words: (*gift).to_owned(), in_stock: true, ..ProductQuery::default() };
    gifts.map(query).collect()
}

/// Whether what is left as words names nothing: 推荐点好东西.
fn says_nothing(query: &ProductQuery) -> bool {
    let filters = ProductQuery { words: String::new(), ..query.clone() };
    let spoken = query.words.split_whitespace().filter(|word| !SAYS_NOTHING.contains(word));
    let left = spoken.map(|word| match word.is_ascii() {
        true => word.to_owned(),
        false => SAYS_NOTHING.iter().fold(word.to_owned(), |left, idle| left.replace(idle, "")),
    });
    names_nothing(&filters) && left.collect::<String>().is_empty()
}

/// What the search before found, for a recommendation that goes on.
fn found_before(talk: &mut Talk<'_>, query: &ProductQuery) -> Ask<Option<Vec<ProductId>>> {
    if names_nothing(query) {
        return Ok(None);
    }
    let found = talk.products(query.clone(), FOUND * talk.shop.search_limit)?;
    Ok(Some(found.iter().map(|product| product.id.clone()).collect()))
}

fn of_kind(talk: &mut Talk<'_>, kind: &str) -> Ask<LookedFor> {
    let categories = vec![kind.to_owned()];
    let query = ProductQuery { categories, in_stock: true, sort: Sort::Sales, ..ProductQuery::default() };
    let among = found_before(talk, &query)?;
    Ok(LookedFor { query, among, ..LookedFor::default() })
}

/// Something that shall go with what is talked about, and the words for what kind of thing: 这件配什么裤子 → 裤子.
fn pairing(talk: &Talk<'_>) -> Option<LookedFor> {
    let text = talk.words();
    let (at, phrase) = PAIRING.iter().find_map(|phrase| Some((text.find(phrase)?, *phrase)))?;
    let goes_with = Some(anchor(talk, &text[..at])?);
    let kind =
        if phrase.is_ascii() { english_kind(&text[..at]) } else { chinese_kind(&text[at + phrase.len()..]) };
    let query = ProductQuery { words: kind, in_stock: true, ..ProductQuery::default() };
    Some(LookedFor { query, goes_with, ..LookedFor::default() })
}

/// What something shall go with: named before the phrase, picked from what was shown, talked about, or on the page.
fn anchor(talk: &Talk<'_>, before: &str) -> Option<ProductId> {
    let named = talk.entities(EntityKind::ProductName).find_map(|entity| match &entity.value {
        EntityValue::Product { product, .. } if before.contains(&entity.text.to_lowercase()) => {
            product.clone()
        }
        _ => None,
    });
    let shown = products::shown(talk);
    let picked = || words::pick(&shown, talk.words()).cloned();
    let topic = || match &talk.state.topic {
        Some(Shown::Product(id)) => Some(id.clone()),
        _ => None,
    };
    named.or_else(picked).or_else(topic).or_else(|| talk.turn.page.product.clone())
}

fn chinese_kind(rest: &str) -> String {
    let mut kind = rest.trim();
    while let Some(shorter) = PAIRING_FILLER.iter().find_map(|filler| kind.strip_suffix(filler)) {
        kind = shorter.trim_end();
    }
    kind.to_owned()
}

fn english_kind(before: &str) -> String {
    let kept = before.split_whitespace().filter(|word| !PAIRING_FILLER_EN.contains(word));
    kept.collect::<Vec<_>>().join(" ")
}

fn goods_beside(talk: &mut Talk<'_>, looked_for: LookedFor) -> Ask<LookedFor> {
    let among = found_before(talk, &looked_for.query)?.filter(|found| !found.is_empty());
    Ok(LookedFor { among, ..looked_for })
}

/// Whether a query says what kind of thing it shall be, beside its price.
fn names_nothing(query: &ProductQuery) -> bool {
    let ProductQuery { words, colors, sizes, brands, categories, audience, .. } = query;
    let lists = [colors, sizes, brands, categories, audience];
    words.trim().is_empty() && lists.iter().all(|list| list.is_empty())
}

/// The recommendation before, without what was shown, and below its prices where that was too much.
fn previous(talk: &mut Talk<'_>) -> Ask<ProductQuery> {
    let mut query = talk.state.search.as_ref().map(search_memory::recalled).unwrap_or_default();
    let shown = products::shown(talk);
    let pointed = words::pick(&shown, talk.words()).cloned();
    if words::has_any(talk.words(), CHEAPER)
        && query.price_to.is_none()
        && talk.entities(EntityKind::Money).next().is_none()
    {
        query.price_to = usual_price(talk, &shown)?;
    }
    let others = [CHEAPER, REFUSES, HAS_IT].into_iter().any(|list| words::has_any(talk.words(), list));
    match pointed {
        Some(one) => query.exclude.push(one),
        None if others || asks_for_others(talk) => query.exclude.extend(shown),
        None => {}
    }
    Ok(query)
}

/// The middle one of the prices shown.
fn usual_price(talk: &mut Talk<'_>, shown: &[ProductId]) -> Ask<Option<Decimal>> {
    shown.iter().for_each(|id| talk.want(Query::Product(id.clone())));
    let mut prices = Vec::new();
    for id in shown {
        prices.extend(talk.product(id)?.map(|product| product.price.amount()));
    }
    prices.sort_unstable();
    Ok(prices.get(prices.len() / 2).copied())
}

/// Whether the words change the recommendation before.
pub(super) fn follows(talk: &Talk<'_>) -> bool {
    let text = talk.words();
    let after_one = talk.state.search.as_ref().is_some_and(|search| search.contains_key(MARK));
    let longest = if talk.locale().is_chinese() { FOLLOW_UP_LENGTH } else { FOLLOW_UP_LENGTH_EN };
    let short = text.chars().count() <= longest && !words::has_any(text, OF_ORDERS);
    let changes =
        [CHEAPER, REFUSES, HAS_IT, FOR_WHOM, BUDGET].into_iter().any(|list| words::has_any(text, list));
    after_one && short && (changes || asks_for_others(talk))
}
