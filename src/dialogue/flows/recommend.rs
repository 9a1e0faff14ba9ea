//! Recommendations with one line why for each.
//!
//! ```text
//! shopper  有什么推荐的吗
//! bot      看您买过的，这几款您也许用得上：买过跑步鞋的顾客也买了它 (card) …
//! shopper  太贵了
//! bot      按您的要求又挑了挑：在您说的预算内 (card) …
//! ```
//!
//! What is known of the shopper becomes a [`Wish`]; `trade::recommend` decides. Where words say what it shall be, the
//! search finds what fits and the recommender puts it in order.

use super::{Flow, Next, product_search::asks_for_others};
use crate::{
    dialogue::{
        Recommended, Source, cards, course,
        looked_for::{self, KIND, LookedFor, MARK, Price},
        products, search_memory, taste,
        talk::{Ask, Stop, Talk},
    },
    domain::{Choice, FlowRun, Localized, Shown, SlotValue, trade::Product},
    trade::recommend::{Seed, SeedKind, Why, Wish},
};

pub(super) struct Recommend;

/// Categories offered at most.
const KINDS: usize = 4;

impl Flow for Recommend {
    fn id(&self) -> &'static str {
        "recommend"
    }

    fn intents(&self) -> &'static [&'static str] {
        &["product.recommend"]
    }

    fn answers_like(&self) -> &'static [&'static str] {
        &["product.search"]
    }

    fn ask_ahead(&self, talk: &mut Talk<'_>) {
        taste::ask_ahead(talk);
        looked_for::ask_ahead(talk);
    }

    fn go_on(&self, talk: &mut Talk<'_>, _run: &mut FlowRun) -> Ask<Next> {
        taste::ask_ahead(talk);
        let looked_for = looked_for::read(talk)?;
        let taste = taste::of(talk, looked_for.is_for_others())?;
        let mut seeds = taste.seeds;
        if let Some(product) = looked_for.goes_with.clone() {
            seeds.retain(|seed| seed.product != product);
            seeds.push(Seed { product, weight: 1.0, kind: SeedKind::Viewed });
        }
        let known = !seeds.is_empty();
        let mut never = taste.never;
        never.extend(looked_for.query.exclude.iter().cloned());
        let wish = Wish {
            seeds,
            owned: taste.owned,
            never,
            shown: products::shown(talk),
            among: looked_for.among.clone(),
            price_from: looked_for.query.price_from,
            goes_with: looked_for.goes_with.clone(),
            price_to: looked_for.query.price_to,
            limit: talk.shop.search_limit,
        };
        let Recommended { picks, kinds } = talk.recommended(wish)?;
        if picks.is_empty() {
            return Ok(nothing(talk, &looked_for));
        }
        lead(talk, &looked_for, picks, known);
        show(talk, picks, looked_for.price);
        remember(talk, &looked_for);
        if looked_for.is_open() && !known && !looked_for.follows {
            ask_kind(talk, kinds);
        }
        Ok(Next::Done)
    }
}
/// 还有别的吗, 太贵了, 我买过了 after a recommendation, and the kinds of goods it offered.
pub(in crate::dialogue) fn followed_up(talk: &mut Talk<'_>) -> Ask<Option<Source>> {
    let kind = talk.choice().is_some_and(|choice| choice.starts_with(KIND));
    if course::is_asking(talk) || !(kind || looked_for::follows(talk)) {
        return Ok(None);
    }
    match super::start(talk, "product.recommend", None) {
        Err(Stop::Unavailable) => Ok(None),
        other => other,
    }
}

/// Nothing is left to recommend.
fn nothing(talk: &mut Talk<'_>, looked_for: &LookedFor) -> Next {
    if looked_for.follows {
        talk.say("search.no_more", &[]);
    } else if looked_for.among.is_some() {
        talk.say("recommend.none_left", &[]);
    } else {
        talk.say("search.nothing_at_all", &[]);
        talk.offer_person();
    }
    Next::Done
}

/// The sentence before the cards.
fn lead(talk: &mut Talk<'_>, looked_for: &LookedFor, picks: &[(Product, Why)], known: bool) {
    let kind_of = |kind: SeedKind| picks.iter().any(|(_, why)| matches!(why, Why::Together(_, k) | Why::Alike(_, k) if *k == kind));
    if looked_for.none {
        talk.say("search.none", &[]);
    }
    if looked_for.refused {
        talk.say("recommend.noted", &[]);
    } else if looked_for.follows && asks_for_others(talk) {
        talk.say("recommend.others", &[]);
    } else if looked_for.follows {
        talk.say("search.refined", &[]);
    } else if looked_for.goes_with.is_some() {
        talk.say("recommend.goes_with", &[]);
    } else if looked_for.among.is_some() || looked_for.query.price_to.is_some() {
        talk.say("search.recommend", &[]);
    } else if known && kind_of(SeedKind::Viewed) {
        talk.say("recommend.beside", &[]);
    } else if known && (kind_of(SeedKind::Bought) || picks.iter().any(|(_, why)| *why == Why::Again)) {
        talk.say("recommend.for_you", &[]);
    } else {
        talk.say("search.popular", &[]);
    }
}

fn show(talk: &mut Talk<'_>, picks: &[(Product, Why)], price: Price) {
    talk.state.shown = picks.iter().map(|(product, _)| Shown::Product(product.id.clone())).collect();
    talk.state.topic = match picks {
        [(only, _)] => Some(Shown::Product(only.id.clone())),
        _ => None,
    };
        for (place, (product, why)) in picks.iter().enumerate() {
        // One line why for all that have the same.
        let same = place.checked_sub(1).is_some_and(|before| picks[before].1 == *why);
        if !(same && matches!(why, Why::Budget | Why::Again | Why::Shop | Why::InStock | Why::Together(..) | Why::Alike(..) | Why::GoesWith(..))) {
            say_why(talk, product, why, price);
        }
        let card = cards::product(talk, product);
        talk.show(card);
    }
}

fn say_why(talk: &mut Talk<'_>, product: &Product, why: &Why, price: Price) {
    let sales = product.sales.to_string();
    let named = |talk: &mut Talk<'_>, key: &str, other: &Localized| {
        let other = talk.text(other).to_owned();
        talk.say(key, &[("other", &other)]);
    };
    match why {
        Why::Together(other, SeedKind::Bought) => named(talk, "recommend.why.together_bought", other),
        Why::Together(other, SeedKind::Viewed) => named(talk, "recommend.why.together_viewed", other),
        Why::Alike(other, SeedKind::Bought) => named(talk, "recommend.why.alike_bought", other),
        Why::Alike(other, SeedKind::Viewed) => named(talk, "recommend.why.alike_viewed", other),
        Why::GoesWith(other) => named(talk, "recommend.why.goes_with", other),
        Why::Again => talk.say("recommend.why.again", &[]),
        Why::Budget => match price {
            Price::Stated => talk.say("recommend.why.budget", &[]),
            Price::About => talk.say("recommend.why.about", &[]),
            Price::Cheaper => talk.say("recommend.why.cheaper", &[]),
        },
        Why::Asked if product.sales == 0 => talk.say("recommend.why.asked", &[]),
        Why::Asked => talk.say("recommend.why.asked_sold", &[("sales", &sales)]),
        Why::Shop => talk.say("recommend.why.shop", &[]),
        Why::Bestseller => talk.say("recommend.why.bestseller", &[("sales", &sales)]),
        Why::Popular => talk.say("recommend.why.popular", &[("sales", &sales)]),
        Why::InStock => talk.say("recommend.why.in_stock", &[]),
    }
}

fn remember(talk: &mut Talk<'_>, looked_for: &LookedFor) {
    let mut stored = search_memory::stored(&looked_for.query, talk.shop.currency);
    stored.insert(MARK.to_owned(), SlotValue::Text(looked_for.price.name().to_owned()));
    talk.state.search = Some(stored);
}

/// Nothing is known: one short question, which nobody has to answer.
fn ask_kind(talk: &mut Talk<'_>, kinds: &[Localized]) {
    let choices: Vec<Choice> = kinds
        .iter()
        .take(KINDS)
        .map(|kind| Choice { label: talk.text(kind).to_owned(), value: format!("{KIND}{}", kind.zh) })
        .collect();
    if !choices.is_empty() {
        talk.say("recommend.ask_kind", &[]);
        talk.offer(choices);
    }
}
