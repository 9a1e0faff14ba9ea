//! What a basket costs with today's promotions, worked out line by line, and the cheapest way to buy it.
//!
//! ```text
//! shopper  两件T恤和一件羽绒服怎么买最划算
//! bot      帮您按最划算的方式算好了：(quote) 下单时输入 WELCOME20，就能用上「新人券20元」。
//! shopper  再加一双袜子呢
//! bot      算好啦，这样买最省：(quote)
//! ```

use super::{Flow, Heard, Next, coupons};
use crate::{
    dialogue::{
        Query, Source,
        basket::{self, Priced},
        course,
        talk::{Ask, Talk},
        words,
    },
    domain::{
        EntityKind, EntityValue, FlowRun, Money, PartKind, PromotionId, Shown,
        message::{QuoteNext, QuotePartLine},
        trade::{Product, Promotion, PromotionKind, WalletCoupon},
    },
    trade::{self, Basket, BasketLine, CouponStanding, Quote, QuoteStep, StepKind},
};

pub(super) struct QuoteFlow;

/// A product, the list price of one, and how many.
type Goods<'a> = (&'a Product, Money, u32);

/// Promotions told where nobody has said yet what is to be bought.
const TOLD: usize = 3;
/// What the price of several is asked with, without a word of promotions.
const PRICE: [&str; 2] = ["price.ask", "price.bargain"];

/// Words that ask for a sum.
const TOGETHER: &[&str] = &["算一下", "算算", "帮我算", "一共", "总共", "合计", "加起来", "in total", "altogether", "all together"];

/// Words that ask what is paid after everything.
const IN_THE_END: &[&str] = &["到手", "券后", "折后", "优惠完", "优惠后", "after discount", "after coupons", "final price"];

/// Words that ask what goes together.
const STACKING: &[&str] = &["叠加", "同时用", "同时使用", "一起用", "同享", "combine", "stack"];

impl Flow for QuoteFlow {
    fn id(&self) -> &'static str {
        "quote"
    }

    fn intents(&self) -> &'static [&'static str] {
        &["promo.calculate"]
    }

    fn hear(&self, talk: &mut Talk<'_>, run: &mut FlowRun) -> Ask<Heard> {
        let asked = run.asking.is_some();
        let names = talk.entities(EntityKind::ProductName).next().is_some();
        Ok(if asked && names { Heard::Took } else { Heard::Nothing })
    }

    fn go_on(&self, talk: &mut Talk<'_>, _run: &mut FlowRun) -> Ask<Next> {
        ask_ahead(talk);
        let put = basket::read(talk)?;
        if !put.unknown.is_empty() {
            let names = talk.list(&put.unknown);
            talk.say("quote.not_sold", &[("names", &names)]);
        }
        if put.items.is_empty() {
            return Ok(ask_what(talk));
        }
        tell(talk, put.items)
    }
}

/// Notes what a quote may need beside its products, so that it comes in the same round.
fn ask_ahead(talk: &mut Talk<'_>) {
    if let Some(shopper) = &talk.turn.shopper {
        talk.want(Query::Wallet(shopper.id.clone()));
    }
    let running = trade::running(&talk.shop.promotions, talk.turn.shopper.as_ref(), talk.now());
    for promotion in running {
        if let PromotionKind::Gift { gift, .. } = &promotion.kind {
            talk.want(Query::Product(gift.clone()));
        }
    }
}

/// Nothing to price yet: what runs, and what is needed to go on.
fn ask_what(talk: &mut Talk<'_>) -> Next {
    if !std::mem::take(&mut talk.state.basket).is_empty() {
        talk.say("quote.empty", &[]);
        return Next::Done;
    }
    if words::has_any(talk.words(), STACKING) {
        talk.say("quote.stacking", &[]);
    }
    let running = trade::running(&talk.shop.promotions, talk.turn.shopper.as_ref(), talk.now());
    let baskets = running.into_iter().filter(|promotion| {
        matches!(
            promotion.kind,
            PromotionKind::NPiece { .. }
                | PromotionKind::Threshold { .. }
                | PromotionKind::RepeatingThreshold { .. }
                | PromotionKind::Coupon { .. }
        )
    });
    let told: Vec<&Promotion> = baskets.take(TOLD).collect();
    if !told.is_empty() {
        talk.say("promo.running", &[]);
    }
    for promotion in told {
        let (title, until) = (talk.text(&promotion.title).to_owned(), talk.moment(promotion.until));
        talk.say("promo.item_short", &[("title", &title), ("until", &until)]);
    }
    talk.say("quote.ask_what", &[]);
    Next::Ask("items")
}

/// "买三件呢", "再加一双袜子呢" and "不要袜子了" after a quote change what was priced, and the price of several things, or of
/// several of one, is a quote.
pub(in crate::dialogue) fn changed_basket(talk: &mut Talk<'_>) -> Ask<Option<Source>> {
    let top = talk.understanding().and_then(|it| it.top()).map(|top| top.id.as_str().to_owned());
    let several = 1 < talk.entities(EntityKind::ProductName).count()
        || talk.entities(EntityKind::Quantity).any(|entity| entity.value != EntityValue::Integer(1));
    let asks_price = top.is_some_and(|top| PRICE.contains(&top.as_str()));
    let text = talk.words();
    let prices = ((several || basket::means_all_shown(talk)) && (asks_price || words::has_any(text, TOGETHER)))
        || (asks_price && words::has_any(text, IN_THE_END));
    if course::is_asking(talk) || !(basket::changes_one(talk) || prices) {
        return Ok(None);
    }
    super::start(talk, "promo.calculate", None)
}

fn tell<'a>(talk: &mut Talk<'a>, items: Vec<Priced<'a>>) -> Ask<Next> {
    let goods: Vec<Goods<'a>> =
        items.iter().map(|(item, product)| (*product, basket::list_price(product, item), item.units)).collect();
    let wallet = wallet(talk)?;
        let (shopper, offers) = (talk.turn.shopper.as_ref(), basket::offers(talk, wallet));
    let lines = goods.iter().map(|(product, list, units)| BasketLine { product, list: *list, units: *units });
    let region = talk.entities(EntityKind::Region).find_map(|entity| match &entity.value {
        EntityValue::Text(region) => Some(region.as_str()),
        _ => None,
    });
    let Some(quote) = trade::best_price(&Basket { lines: lines.collect(), shopper, region }, &offers) else {
        talk.state.basket.clear();
        return Ok(ask_what(talk));
    };
    talk.say(if quote.proven { "quote.done" } else { "quote.not_proven" }, &[]);
    let card = card(talk, &quote, &goods);
    talk.show(card);
    say_how(talk, &quote, &goods, wallet)?;
    talk.state.shown = goods.iter().map(|(product, ..)| Shown::Product(product.id.clone())).collect();
    if let [(product, ..)] = goods[..] {
        talk.about(Shown::Product(product.id.clone()));
    }
    talk.state.basket = items.into_iter().map(|(item, _)| item).collect();
    Ok(Next::Done)
}

/// What is in the shopper's wallet; nothing where nobody has signed in.
fn wallet<'a>(talk: &mut Talk<'a>) -> Ask<&'a [WalletCoupon]> {
    if talk.turn.shopper.is_none() { Ok(&[]) } else { talk.wallet() }
}

fn card(talk: &Talk<'_>, quote: &Quote, goods: &[Goods<'_>]) -> PartKind {
    let line = |step: &QuoteStep| {
        let rule = step.rule.as_ref().and_then(|id| promotion(talk, id));
        let label = match (step.kind, step.line, rule) {
            (StepKind::Goods, Some(line), _) => {
                let (product, _, units) = goods[line];
                format!("{} ×{units}", talk.text(&product.title))
            }
            (StepKind::Points, ..) => talk.label("quote.points", &[("points", &quote.points.to_string())]),
            (StepKind::ShippingUnknown, ..) => talk.label("quote.shipping_unknown", &[]),
            (_, _, Some(rule)) => talk.text(&rule.title).to_owned(),
            _ => talk.label("quote.shipping", &[]),
        };
        QuotePartLine {
            label,
            kind: step.kind.name().to_owned(),
            rule: step.rule.as_ref().map(ToString::to_string),
            amount: step.amount,
        }
    };
    PartKind::Quote {
        lines: quote.steps.iter().map(line).collect(),
        total: quote.total,
        saved: quote.saved,
        proven: quote.proven,
        next: quote.next.as_ref().map(|next| QuoteNext { add: next.add, then_total: next.then_total }),
    }
}

/// What the shopper has to do for that price, and what else it brings.
fn say_how(talk: &mut Talk<'_>, quote: &Quote, goods: &[Goods<'_>], wallet: &[WalletCoupon]) -> Ask<()> {
    let mut claims = Vec::new();
    for rule in quote.steps.iter().filter_map(|step| step.rule.as_ref()) {
        let Some(promotion) = promotion(talk, rule) else { continue };
        let title = talk.text(&promotion.title).to_owned();
        match &promotion.kind {
            PromotionKind::Coupon { .. } => match trade::coupon_standing(promotion, wallet, talk.now()) {
                Some(CouponStanding::ByCode(code)) => {
                    talk.say("quote.code", &[("title", &title), ("code", code)]);
                }
                Some(CouponStanding::Claimable) => {
                    talk.say("quote.claim", &[("title", &title)]);
                    claims.push(coupons::claim_choice(talk, promotion));
                }
                _ => {}
            },
            PromotionKind::Presale { deposit, balance_from, balance_until, .. } => {
                let (from, until) = (talk.moment(*balance_from), talk.moment(*balance_until));
                let covered = goods.iter().find(|(product, ..)| promotion.scope.covers(product));
                let goods = covered.map_or(title, |(product, ..)| talk.text(&product.title).to_owned());
                let slots = [("title", &*goods), ("deposit", &deposit.to_string()), ("from", &from), ("until", &until)];
                talk.say("quote.deposit", &slots);
            }
            _ => {}
        }
    }
    for (_, gift) in &quote.gifts {
        if let Some(gift) = talk.product(gift)? {
            let gift = talk.text(&gift.title).to_owned();
            talk.say("quote.gift", &[("gift", &gift)]);
        }
    }
    if let Some(next) = quote.next.as_ref().filter(|next| next.then_total.minor() < quote.total.minor())
        && let Some(promotion) = promotion(talk, &next.rule)
    {
        let title = talk.text(&promotion.title).to_owned();
        talk.say("quote.less_for_more", &[("title", &title), ("add", &next.add.to_string()), ("total", &next.then_total.to_string())]);
    }
    talk.offer(claims);
    Ok(())
}

fn promotion<'a>(talk: &Talk<'a>, id: &PromotionId) -> Option<&'a Promotion> {
    talk.shop.promotions.iter().find(|promotion| promotion.id == *id)
}
