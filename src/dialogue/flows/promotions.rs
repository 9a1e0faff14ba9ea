//! Which promotions run now for this shopper, and what starts next; none is ever invented.
//!
//! ```text
//! shopper  现在有什么活动
//! bot      现在进行中的活动有：…
//! ```

use super::{Flow, Next};
use crate::{
    dialogue::{
        cards, products,
        talk::{Ask, Talk},
        words,
    },
    domain::{
        FlowRun, SlotValue,
        trade::{OrderState, Promotion, PromotionKind},
    },
    trade,
};

pub(super) struct Promotions;

/// Promotions told in one answer.
const TOLD: usize = 5;

impl Flow for Promotions {
    fn id(&self) -> &'static str {
        "promotions"
    }

    fn intents(&self) -> &'static [&'static str] {
        &["promo.list", "promo.gift", "promo.member", "promo.presale"]
    }

    fn go_on(&self, talk: &mut Talk<'_>, run: &mut FlowRun) -> Ask<Next> {
        let Some(SlotValue::Text(intent)) = run.slots.get("intent").cloned() else { return Ok(Next::Pass) };
                let shop = talk.shop;
        if intent == "promo.presale" && talk.turn.shopper.is_some() {
            say_balance(talk)?;
        }
        if let Some(named) = named(talk)
            && say_when(talk, named)
        {
            return Ok(Next::Done);
        }
        // Who asks about membership may not be a member yet, and hears what it brings.
        let running = if intent == "promo.member" {
            let now = talk.now();
            shop.promotions.iter().filter(|it| it.from <= now && now < it.until).collect()
        } else {
            trade::running(&shop.promotions, talk.turn.shopper.as_ref(), talk.now())
        };
        // What the page's product can have comes first.
        let on_page = match talk.turn.page.product.clone() {
            Some(id) => talk.product(&id)?,
            None => products::meant(talk)?,
        };
        let mut told: Vec<&Promotion> =
            running.into_iter().filter(|promotion| is_of(&promotion.kind, &intent)).collect();
        if let Some(product) = on_page {
            told.sort_by_key(|promotion| !promotion.scope.covers(product));
        }
        if told.is_empty() {
            // A merchant's own text on points, coupons and so on is better than "none".
            if intent != "promo.list" && shop.faq.iter().any(|faq| faq.intent.as_ref().is_some_and(|it| it.as_str() == intent)) {
                return Ok(Next::Pass);
            }
            talk.say(if intent == "promo.list" { "promo.none" } else { "promo.none_of_kind" }, &[]);
            say_next(talk);
            return Ok(Next::Done);
        }
        talk.say("promo.running", &[]);
        for promotion in told.iter().take(TOLD) {
            tell(talk, promotion);
        }
        if intent == "promo.list" {
            say_next(talk);
        }
        Ok(Next::Done)
    }
}

/// Whether a kind of promotion is what the intent asks for.
fn is_of(kind: &PromotionKind, intent: &str) -> bool {
    match intent {
        "promo.gift" => matches!(kind, PromotionKind::Gift { .. }),
        "promo.member" => matches!(kind, PromotionKind::MemberPrice(_) | PromotionKind::Points { .. }),
        "promo.presale" => matches!(kind, PromotionKind::Presale { .. }),
        _ => true,
    }
}

fn tell(talk: &mut Talk<'_>, promotion: &Promotion) {
    let (title, text) = (talk.text(&promotion.title).to_owned(), talk.text(&promotion.text).to_owned());
    let until = talk.last_moment(promotion.until);
    let key = if text.is_empty() { "promo.item_short" } else { "promo.item" };
    talk.say(key, &[("title", &title), ("text", &text), ("until", &until)]);
    if let Some(card) = cards::coupon(talk, promotion, "running") {
        talk.show(card);
    }
}

/// The one promotion that the words name by its title.
fn named<'a>(talk: &Talk<'a>) -> Option<&'a Promotion> {
    /// A title is named from so many characters in common on.
    const NAMED: usize = 3;
    let all = &talk.shop.promotions;
    let score = |promotion: &Promotion| {
        let titles = [Some(&promotion.title.zh), promotion.title.en.as_ref()];
        titles.into_iter().flatten().map(|title| words::naming(talk.words(), title)).max().unwrap_or_default()
    };
    let best = all.iter().map(score).max().filter(|best| NAMED <= *best)?;
    let mut fitting = all.iter().filter(|promotion| score(promotion) == best);
    match (fitting.next(), fitting.next()) {
        (Some(promotion), None) => Some(promotion),
        _ => None,
    }
}

/// When a promotion that does not run was or will be; whether there was that to say.
fn say_when(talk: &mut Talk<'_>, promotion: &Promotion) -> bool {
    let title = talk.text(&promotion.title).to_owned();
    if promotion.until <= talk.now() {
        let until = talk.last_moment(promotion.until);
        talk.say("promo.over", &[("title", &title), ("until", &until)]);
        say_next(talk);
        return true;
    }
    if talk.now() < promotion.from {
        let (from, text) = (talk.moment(promotion.from), talk.text(&promotion.text).to_owned());
        talk.say("promo.next", &[("title", &title), ("from", &from)]);
        if !text.is_empty() {
            talk.tell(promotion.text.clone());
        }
        return true;
    }
    false
}

/// When the balance of the shopper's own pre-sale orders is due.
fn say_balance(talk: &mut Talk<'_>) -> Ask<()> {
    for order in talk.orders()?.iter().filter(|order| order.state() == OrderState::DepositPaid) {
        let window = talk.shop.promotions.iter().find_map(|promotion| match promotion.kind {
            PromotionKind::Presale { balance_from, balance_until, .. }
                if order.lines.iter().any(|line| promotion.scope.products.contains(&line.product)) =>
            {
                Some((balance_from, balance_until))
            }
            _ => None,
        });
        if let Some((from, until)) = window {
            let (from, until) = (talk.moment(from), talk.last_moment(until));
            talk.say("promo.balance", &[("order", order.id.as_str()), ("from", &from), ("until", &until)]);
        }
    }
    Ok(())
}

fn say_next(talk: &mut Talk<'_>) {
    if let Some(next) = trade::next_to_start(&talk.shop.promotions, talk.now()) {
        let (title, from) = (talk.text(&next.title).to_owned(), talk.moment(next.from));
        talk.say("promo.next", &[("title", &title), ("from", &from)]);
    }
}
