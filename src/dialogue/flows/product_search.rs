//! Finding goods: search with filters said in words, refinements of the last search, recommendations.
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
    domain::{FlowRun, ProductQuery, Shown, SlotValue, Sort, trade::Product},
};

pub(super) struct ProductSearch;

const REFINES: &[&str] = &[
    "便宜", "贵一点", "贵点", "别的", "其他", "其它", "换一批", "还有吗", "还有没有", "再来", "更", "要黑", "要白", "要红", "要蓝", "颜色", "男款", "女款",
    "cheaper", "another", "other", "more", "anything else", "in black", "in white", "in red", "in blue",
];
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
        &["product.search", "product.recommend"]
    }

    fn answers_alike(&self) -> bool {
        true
    }

    fn go_on(&self, talk: &mut Talk<'_>, run: &mut FlowRun) -> Ask<Next> {
        let recommend = run.slots.get("intent") == Some(&SlotValue::Text("product.recommend".to_owned()));
        if talk.utterance().is_none() {
            return popular(talk, &ProductQuery::default());
        }
        let previous = talk.state.search.as_ref().map(search_memory::recalled);
        let (query, refined, found) = talk.search(previous)?;
        if is_open(query) {
            return popular(talk, query);
        }
        if found.is_empty() {
            talk.say("search.none", &[]);
            return popular(talk, &ProductQuery::default());
        }
        let mut stocked: Vec<&Product> = found.iter().filter(|product| product.stock() > 0).collect();
        if recommend {
            stocked.sort_by_key(|product| std::cmp::Reverse(product.sales));
        }
        if stocked.is_empty() {
            talk.say("search.out_of_stock", &[]);
            stocked = found.iter().collect();
        } else if refined {
            talk.say("search.refined", &[]);
        } else {
            talk.say(if recommend { "search.recommend" } else { "search.found" }, &[]);
        }
        show(talk, &stocked);
        remember(talk, query);
        Ok(Next::Done)
    }
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

/// "再便宜点的" after a search refines it, whatever else the words alone could mean.
pub(in crate::dialogue) fn refined_search(talk: &mut Talk<'_>) -> Ask<Option<Source>> {
    let after_search = matches!(talk.state.shown.first(), Some(Shown::Product(_))) && talk.state.search.is_some();
    let short = talk.words().chars().count() <= REFINEMENT_LENGTH || !talk.words().contains(|c: char| !c.is_ascii());
    if !after_search || course::is_asking(talk) || !short || !words::has_any(talk.words(), REFINES) {
        return Ok(None);
    }
    let previous = talk.state.search.as_ref().map(search_memory::recalled);
    match talk.search(previous) {
        Ok((_, true, _)) => super::start(talk, "product.search", None),
        Ok(_) | Err(Stop::Unavailable) => Ok(None),
        Err(stop) => Err(stop),
    }
}
