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
    },
    domain::{
        FlowRun, SlotValue,
        trade::{Promotion, PromotionKind},
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
        let running = trade::running(&shop.promotions, talk.turn.shopper.as_ref(), talk.now());
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
    // The end is exclusive: "until midnight" is said as the day before, which is the last.
    let until = talk.moment(promotion.until.checked_sub(jiff::SignedDuration::from_secs(1)).unwrap_or(promotion.until));
    let key = if text.is_empty() { "promo.item_short" } else { "promo.item" };
    talk.say(key, &[("title", &title), ("text", &text), ("until", &until)]);
    if let Some(card) = cards::coupon(talk, promotion, "running") {
        talk.show(card);
    }
}

fn say_next(talk: &mut Talk<'_>) {
    if let Some(next) = trade::next_to_start(&talk.shop.promotions, talk.now()) {
        let (title, from) = (talk.text(&next.title).to_owned(), talk.moment(next.from));
        talk.say("promo.next", &[("title", &title), ("from", &from)]);
    }
}
