//! Finding goods: search with filters said in words, refinements of the last search.
//!
//! ```text
//! shopper  有没有200以内的黑色连衣裙
//! bot      为您找到这几款：(cards)
//! shopper  再便宜点的
//! bot      按您的要求又挑了挑：(cards)
//! ```

use super::{Flow, Next};
use crate::{
    dialogue::{
        Source, cards, course, search_memory,
        talk::{Ask, Stop, Talk},
        words,
    },
    domain::{EntityKind, FlowRun, ProductId, ProductQuery, Shown, Sort, trade::Product},
};

pub(super) struct ProductSearch;

const REFINES: &[&str] = &[
    "便宜", "太贵", "贵一点", "贵点", "别的", "其他", "其它", "换一批", "还有吗", "还有没有", "再来", "更", "要黑", "要白", "要红", "要蓝", "颜色", "男款", "女款",
    "cheaper", "another", "other", "more", "anything else", "in black", "in white", "in red", "in blue",
];
/// What was shown is not what is wanted, but for its kind.
const OTHERS: &[&str] = &[
    "别的", "其他", "其它", "换一批", "还有吗", "还有没有", "再来", "更多", "another", "other", "more", "anything else",
];
pub(in crate::dialogue) const CHEAPER: &[&str] = &["便宜", "太贵", "cheaper", "too expensive"];
/// Said of the goods shown, these ask for the same in another form.
const FORMS: &[&str] = &["颜色", "尺码", "色", "码", "colour", "color", "size"];
/// The shopper thinks of something else; with goods named it is a new search, not an end.
const RATHER: &[&str] = &["算了", "还是", "不要了", "换成", "不如", "never mind", "actually", "instead", "rather"];
/// With nothing but goods, their colour or price, these ask to see some, however near another meaning is.
const LOOKING: &[&str] = &["看看", "想要", "想买", "想找", "show me", "looking for", "i want"];
/// These ask to be advised, whatever filters stand beside.
const RECOMMENDING: &[&str] = &["推荐", "安利", "recommend", "suggest"];
/// A refinement is short; longer words are a search or a question of their own.
const REFINEMENT_LENGTH: usize = 16;

impl Flow for ProductSearch {
    fn id(&self) -> &'static str {
        "product_search"
    }

    fn source(&self) -> &'static str {
        "search"
    }

    fn intents(&self) -> &'static [&'static str] {
        &["product.search"]
    }

    fn answers_like(&self) -> &'static [&'static str] {
        &["product.recommend"]
    }

    fn go_on(&self, talk: &mut Talk<'_>, _run: &mut FlowRun) -> Ask<Next> {
        if talk.utterance().is_none() {
            return popular(talk, &ProductQuery::default());
        }
        let (query, refined, found) = talk.search(previous(talk), talk.shop.search_limit)?;
        if is_open(query) {
            return popular(talk, query);
        }
        if found.is_empty() && refined {
            // What was shown stays: bestsellers of other kinds would answer nothing.
            talk.say(if asks_for_others(talk) { "search.no_more" } else { "search.none_such" }, &[]);
            return Ok(Next::Done);
        }
        if found.is_empty() {
            talk.say("search.none", &[]);
            return popular(talk, &ProductQuery::default());
        }
        // Fewer of those shown are a choice among them; the very same again means that there are none cheaper.
        let cheaper = refined && words::has_any(talk.words(), CHEAPER);
        let same = found.len() == talk.state.shown.len() && found.iter().all(|product| was_shown(talk, &product.id));
        let known = cheaper && same;
        let mut stocked: Vec<&Product> = found.iter().filter(|product| product.stock() > 0).collect();
        if stocked.is_empty() {
            talk.say("search.out_of_stock", &[]);
            stocked = found.iter().collect();
        } else if refined {
            talk.say(if known { "search.no_more" } else { "search.refined" }, &[]);
        } else {
            talk.say("search.found", &[]);
        }
        show(talk, &stocked);
        remember(talk, query);
        Ok(Next::Done)
    }
}

/// The last search; without what was shown, where others are asked for.
fn previous(talk: &Talk<'_>) -> Option<ProductQuery> {
    let mut previous = talk.state.search.as_ref().map(search_memory::recalled)?;
    if asks_for_others(talk) {
        previous.exclude.extend(talk.state.shown.iter().filter_map(|shown| match shown {
            Shown::Product(id) => Some(id.clone()),
            _ => None,
        }));
    } else {
        previous.exclude.clear();
    }
    Some(previous)
}

pub(in crate::dialogue) fn asks_for_others(talk: &Talk<'_>) -> bool {
    let words = talk.words();
    let dearer = words::has_any(words, &["more expensive"]);
    words::has_any(words, OTHERS) && !words::has_any(words, FORMS) && !dearer
}

fn was_shown(talk: &Talk<'_>, id: &ProductId) -> bool {
    talk.state.shown.iter().any(|shown| matches!(shown, Shown::Product(known) if known == id))
}

/// Neither words nor filters: nothing to search by.
fn is_open(query: &ProductQuery) -> bool {
    let ProductQuery { words, price_from, price_to, colors, sizes, brands, categories, audience, .. } = query;
    let lists = [colors, sizes, brands, categories, audience];
    words.trim().is_empty() && price_from.is_none() && price_to.is_none() && lists.iter().all(|list| list.is_empty())
}

/// What sells best among what is in stock.
fn popular(talk: &mut Talk<'_>, query: &ProductQuery) -> Ask<Next> {
    let query = ProductQuery { in_stock: true, sort: Sort::Sales, ..query.clone() };
    let limit = talk.shop.search_limit;
    let found = talk.products(query.clone(), limit)?;
    if found.is_empty() {
        talk.say("search.nothing_at_all", &[]);
        talk.offer_person();
        return Ok(Next::Done);
    }
    talk.say("search.popular", &[]);
    show(talk, &found.iter().collect::<Vec<_>>());
    remember(talk, &query);
    Ok(Next::Done)
}

fn show(talk: &mut Talk<'_>, products: &[&Product]) {
    talk.state.shown = products.iter().map(|product| Shown::Product(product.id.clone())).collect();
    talk.state.topic = match products {
        [only] => Some(Shown::Product(only.id.clone())),
        _ => None,
    };
    for product in products {
        let card = cards::product(talk, product);
        talk.show(card);
    }
}

fn remember(talk: &mut Talk<'_>, query: &ProductQuery) {
    talk.state.search = Some(search_memory::stored(query, talk.shop.currency));
}

/// "再便宜点的" or "200以内" after a search refines it, "算了，看看耳机" and "show me a dress" are searches, whatever else
/// the words alone could mean.
pub(in crate::dialogue) fn refined_search(talk: &mut Talk<'_>) -> Ask<Option<Source>> {
    let after_search = matches!(talk.state.shown.first(), Some(Shown::Product(_))) && talk.state.search.is_some();
    let short = talk.words().chars().count() <= REFINEMENT_LENGTH || !talk.words().contains(|c: char| !c.is_ascii());
    let rather = turns_to_other_goods(talk);
    let refines = words::has_any(talk.words(), REFINES) || names_a_filter(talk) || says_what_like(talk.words());
    let looking = names_goods(talk) && (words::has_any(talk.words(), LOOKING) || names_a_price(talk));
    if course::is_asking(talk) || !short || !(looking || (after_search && (refines || rather))) {
        return Ok(None);
    }
    match talk.search(previous(talk), talk.shop.search_limit) {
        Ok((query, refined, _)) => {
            let goods_alone = looking && goods_named(talk).any(|goods| goods == query.words);
            let begins = goods_alone || (after_search && (refined || rather));
            let asked = words::has_any(talk.words(), RECOMMENDING);
            let intent = if asked { "product.recommend" } else { "product.search" };
            if begins { super::start(talk, intent, None) } else { Ok(None) }
        }
        Err(Stop::Unavailable) => Ok(None),
        Err(stop) => Err(stop),
    }
}

/// 要加厚的, 长款的: what the goods shall be like.
fn says_what_like(words: &str) -> bool {
    let words = words.trim_end_matches(|c: char| !c.is_alphanumeric());
    let wished = ["要", "想要", "有没有"].iter().any(|wish| words.starts_with(wish));
    (wished && words.ends_with('的')) || ["款的", "型的", "式的"].iter().any(|end| words.ends_with(end))
}

fn goods_named<'t>(talk: &'t Talk<'_>) -> impl Iterator<Item = String> + 't {
    talk.entities(EntityKind::ProductName).map(|entity| entity.text.to_lowercase())
}

fn names_goods(talk: &Talk<'_>) -> bool {
    goods_named(talk).next().is_some()
}

fn names_a_price(talk: &Talk<'_>) -> bool {
    talk.entities(EntityKind::MoneyRange).next().is_some()
}

/// A range of prices, or a colour that is not asked about (有黑色吗 is a question about what is shown).
fn names_a_filter(talk: &Talk<'_>) -> bool {
    names_a_price(talk) || (talk.entities(EntityKind::Color).next().is_some() && !words::asks(talk.words()))
}

fn turns_to_other_goods(talk: &Talk<'_>) -> bool {
    names_goods(talk) && words::has_any(talk.words(), RATHER) && !words::asks_for_goods(talk.words())
}
