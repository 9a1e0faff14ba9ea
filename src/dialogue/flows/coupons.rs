//! Coupons: which there are for this shopper, claiming one, and why one can't be used (COMMERCE.md, "Promotions and
//! price").
//!
//! ```text
//! shopper  有券吗
//! bot      可以用的券：数码九五折券（可领取）…                  [领取 数码九五折券]
//! shopper  帮我领一张
//! bot      领好了：数码九五折券，已经放进您的卡包。
//! shopper  买充电宝怎么用不了这张券
//! bot      「数码九五折券」要满 ¥500.00，还差 ¥371.00…
//! ```

use super::{Flow, Heard, Next};
use crate::{
    dialogue::{
        basket, cards, course, products,
        talk::{Ask, Stop, Talk},
        words,
    },
    domain::{
        Act, Change, ChangeOutcome, Choice, FlowRun, Money, PromotionId, SlotValue,
        act::ChangeRequest,
        trade::{Product, Promotion, PromotionKind, WalletCoupon},
    },
    trade::{self, Basket, BasketLine, CouponFit, CouponStanding},
};

pub(super) struct Coupons;

/// Coupons told in one answer.
const TOLD: usize = 5;
/// A title is named from so many characters in common on.
const NAMED: usize = 2;
/// Every coupon's title shares these; they name none.
const COMMON: &[&str] = &["优惠券", "代金券", "折扣券", "券", "coupon", "coupons"];

/// Words that ask to have one.
const CLAIM: &[&str] = &["帮我领", "给我领", "领一张", "领一下", "领个", "领券", "领取", "我要领", "领了", "claim", "get me", "give me"];
/// Words that ask why one does not work.
const WHY_NOT: &[&str] = &[
    "用不了", "不能用", "没法用", "使用不了", "用不上", "不可用", "无法使用", "用不出", "没抵扣", "没减", "不生效", "领不了", "领不到", "没法领", "为什么", "为啥",
    "can't use", "cannot use", "not work", "doesn't work", "won't work", "didn't work", "why", "not applied",
];

impl Flow for Coupons {
    fn id(&self) -> &'static str {
        "coupons"
    }

    fn name_key(&self) -> &'static str {
        "flow.name.coupons"
    }

    fn intents(&self) -> &'static [&'static str] {
        &["promo.coupon"]
    }

        fn insists(&self) -> bool {
        false
    }

    fn hear(&self, talk: &mut Talk<'_>, run: &mut FlowRun) -> Ask<Heard> {
        if let Some(id) = talk.choice().and_then(|choice| choice.strip_prefix("claim:")) {
            run.put("claim", id);
            return Ok(Heard::Took);
        }
        let asked = run.asking.as_deref() == Some("coupon");
        if asked && (words::has_any(talk.words(), CLAIM) || words::affirms(talk.words())) {
            run.put("claim", "");
            return Ok(Heard::Took);
        }
        Ok(Heard::Nothing)
    }

    fn go_on(&self, talk: &mut Talk<'_>, run: &mut FlowRun) -> Ask<Next> {
        let wallet = wallet(talk)?;
        let named = named(talk).map(|coupon| coupon.id.to_string());
        let asks_for_one = words::has_any(talk.words(), CLAIM) && !words::asks(talk.words());
        if words::has_any(talk.words(), WHY_NOT) {
            return why_not(talk, wallet);
        }
        match run.slots.remove("claim") {
            Some(SlotValue::Text(id)) if !id.is_empty() => claim(talk, run, wallet, Some(&id)),
            Some(_) => claim(talk, run, wallet, named.as_deref()),
            None if asks_for_one => claim(talk, run, wallet, named.as_deref()),
            None => list(talk, wallet),
        }
    }

    fn outcome(&self, talk: &mut Talk<'_>, run: Option<&FlowRun>, outcome: &ChangeOutcome) -> Ask<()> {
        let id = run.and_then(|run| run.text("claimed")).map(PromotionId::from);
        let coupon = talk.shop.promotions.iter().find(|known| Some(&known.id) == id.as_ref());
        let Some(coupon) = coupon else { return Ok(()) };
        let title = talk.text(&coupon.title).to_owned();
        match outcome {
            ChangeOutcome::Done | ChangeOutcome::TicketOpened(_) => {
                let until = talk.last_moment(coupon.until);
                talk.say("coupon.claimed", &[("title", &title), ("until", &until)]);
                show(talk, coupon, "claimed");
            }
            ChangeOutcome::Refused(code) if code == "limit_reached" => {
                talk.say("coupon.limit", &[("title", &title)]);
            }
            ChangeOutcome::Refused(_) => {
                talk.say("return.failed", &[]);
                talk.offer_person();
            }
        }
        Ok(())
    }
}

/// What is in the wallet; nothing for a guest, and for one whose shop's system is away: the coupons are told all the same.
fn wallet<'a>(talk: &mut Talk<'a>) -> Ask<&'a [WalletCoupon]> {
    if talk.turn.shopper.is_none() {
        return Ok(&[]);
    }
    match talk.wallet() {
        Err(Stop::Missing) => Err(Stop::Missing),
        coupons => Ok(coupons.unwrap_or_default()),
    }
}

/// The shop's coupons in file order.
fn all<'a>(talk: &Talk<'a>) -> impl Iterator<Item = &'a Promotion> + use<'a> {
    talk.shop.promotions.iter().filter(|promotion| matches!(promotion.kind, PromotionKind::Coupon { .. }))
}

/// The coupon that the words name by its title or code.
fn named<'a>(talk: &Talk<'a>) -> Option<&'a Promotion> {
    let mut text = talk.words().to_owned();
    if let Some(coupon) = all(talk).find(|coupon| code(coupon).is_some_and(|code| words::has(&text, &code.to_lowercase()))) {
        return Some(coupon);
    }
    COMMON.iter().for_each(|word| text = text.replace(word, " "));
    let titles = |coupon: &Promotion| {
        let both = [Some(&coupon.title.zh), coupon.title.en.as_ref()].into_iter().flatten();
        both.map(|title| words::naming(&text, title)).max().unwrap_or_default()
    };
    let best = all(talk).map(titles).max().filter(|best| NAMED <= *best)?;
    let mut fitting = all(talk).filter(|coupon| titles(coupon) == best);
    match (fitting.next(), fitting.next()) {
        (Some(coupon), None) => Some(coupon),
        _ => None,
    }
}

fn code(coupon: &Promotion) -> Option<&str> {
    match &coupon.kind {
        PromotionKind::Coupon { code, .. } => code.as_deref(),
        _ => None,
    }
}

fn show(talk: &mut Talk<'_>, coupon: &Promotion, state: &str) {
    if let Some(card) = cards::coupon(talk, coupon, state) {
        talk.show(card);
    }
}

fn standing<'a>(talk: &Talk<'_>, coupon: &'a Promotion, wallet: &[WalletCoupon]) -> CouponStanding<'a> {
    trade::coupon_standing(coupon, wallet, talk.now()).unwrap_or(CouponStanding::Over)
}

/// What the shopper can use now, what they can claim, and what is used up.
fn list(talk: &mut Talk<'_>, wallet: &[WalletCoupon]) -> Ask<Next> {
    let on_page = products::meant(talk)?;
    let mut told: Vec<(&Promotion, CouponStanding<'_>)> = all(talk)
        .map(|coupon| (coupon, standing(talk, coupon, wallet)))
        .filter(|(_, standing)| standing.is_usable())
        .collect();
    if let Some(product) = on_page {
        told.sort_by_key(|(coupon, _)| !coupon.scope.covers(product));
    }
    if told.is_empty() {
        return Ok(none(talk, wallet));
    }
    talk.say("promo.running", &[]);
    let mut choices = Vec::new();
    for (coupon, standing) in told.into_iter().take(TOLD) {
        tell(talk, coupon);
        show(talk, coupon, standing.name());
        if standing == CouponStanding::Claimable {
            choices.push(claim_choice(talk, coupon));
        }
    }
    if choices.is_empty() {
        return Ok(Next::Done);
    }
    talk.offer(choices);
    Ok(Next::Ask("coupon"))
}

fn tell(talk: &mut Talk<'_>, coupon: &Promotion) {
    let (title, text) = (talk.text(&coupon.title).to_owned(), talk.text(&coupon.text).to_owned());
    let until = talk.last_moment(coupon.until);
    if text.is_empty() {
        talk.say("promo.item_short", &[("title", &title), ("until", &until)]);
    } else {
        talk.say("promo.item", &[("title", &title), ("text", &text), ("until", &until)]);
    }
}

/// The button that claims it, wherever it stands.
pub(super) fn claim_choice(talk: &Talk<'_>, coupon: &Promotion) -> Choice {
    let label = talk.label("choice.claim", &[("title", talk.text(&coupon.title))]);
    Choice { label, value: format!("claim:{}", coupon.id) }
}

/// No coupon to be had: those used up are named, and what starts next; a merchant's own text is better than "none".
fn none(talk: &mut Talk<'_>, wallet: &[WalletCoupon]) -> Next {
    let used = all(talk).find(|coupon| standing(talk, coupon, wallet) == CouponStanding::UsedUp);
    let next = all(talk).find(|coupon| standing(talk, coupon, wallet) == CouponStanding::NotYet);
    match (used, next) {
        (Some(coupon), _) => {
            let title = talk.text(&coupon.title).to_owned();
            talk.say("coupon.used_up", &[("title", &title)]);
        }
        (None, None) if talk.shop.faq.iter().any(|faq| faq.intent.as_ref().is_some_and(|it| it.as_str() == "promo.coupon")) => {
            return Next::Pass;
        }
        (None, None) => talk.say("promo.none_of_kind", &[]),
        _ => {}
    }
    if let Some(coupon) = next {
        let (title, from) = (talk.text(&coupon.title).to_owned(), talk.moment(coupon.from));
        talk.say("promo.next", &[("title", &title), ("from", &from)]);
    }
    Next::Done
}

/// Claims the one that is named, or the only one there is to claim.
fn claim(talk: &mut Talk<'_>, run: &mut FlowRun, wallet: &[WalletCoupon], id: Option<&str>) -> Ask<Next> {
    let chosen = id.and_then(|id| all(talk).find(|coupon| coupon.id.as_str() == id));
    let claimable: Vec<&Promotion> = all(talk)
        .filter(|coupon| standing(talk, coupon, wallet) == CouponStanding::Claimable)
        .collect();
    let coupon = match (chosen, &claimable[..]) {
        (Some(coupon), _) => coupon,
        (None, [coupon]) => coupon,
                (None, []) => {
            // None left to claim: where each one stands, which is not over.
            let had: Vec<&Promotion> = all(talk)
                .filter(|coupon| {
                    matches!(standing(talk, coupon, wallet), CouponStanding::InWallet | CouponStanding::UsedUp)
                })
                .collect();
            if had.is_empty() {
                return list(talk, wallet);
            }
            had.into_iter().take(TOLD).for_each(|coupon| explain(talk, coupon, wallet, None));
            return Ok(Next::Done);
        }
        (None, several) => {
            let choices = several.iter().map(|coupon| claim_choice(talk, coupon)).collect();
            talk.say("coupon.which", &[]);
            talk.offer(choices);
            return Ok(Next::Ask("coupon"));
        }
    };
    if standing(talk, coupon, wallet) != CouponStanding::Claimable {
        explain(talk, coupon, wallet, None);
        return Ok(Next::Done);
    }
    let PromotionKind::Coupon { per_shopper, .. } = coupon.kind else { return Ok(Next::Done) };
        if talk.turn.shopper.is_none() {
        run.put("claim", coupon.id.as_str());
        talk.say("coupon.sign_in", &[]);
        return Ok(Next::Ask(course::SIGN_IN));
    }
    let shopper = talk.shopper()?.id.clone();
    let key = format!("claim/{shopper}/{}/{}", coupon.id, run.started_at.as_millisecond());
    run.put("change", key.clone());
    run.put("claimed", coupon.id.as_str());
    talk.say("coupon.claiming", &[]);
    let promotion = coupon.id.clone();
    talk.acts.push(Act::Change(Change { key, request: ChangeRequest::ClaimCoupon { shopper, promotion, per_shopper } }));
    Ok(Next::Wait)
}

/// Why a coupon can't be used: its standing, or what it misses in what is to be bought.
fn why_not(talk: &mut Talk<'_>, wallet: &[WalletCoupon]) -> Ask<Next> {
    let named = named(talk);
    let wanted = wanted(talk)?;
    let mut coupons: Vec<&Promotion> = match named {
        Some(coupon) => vec![coupon],
        None => all(talk).filter(|coupon| standing(talk, coupon, wallet) != CouponStanding::Over).collect(),
    };
    coupons.truncate(TOLD);
    if coupons.is_empty() {
        return Ok(none(talk, wallet));
    }
    let mut choices = Vec::new();
    for coupon in coupons {
        explain(talk, coupon, wallet, Some(&wanted));
        if standing(talk, coupon, wallet) == CouponStanding::Claimable {
            choices.push(claim_choice(talk, coupon));
        }
    }
    if wanted.is_empty() {
        talk.say("coupon.name_goods", &[]);
    }
    if choices.is_empty() {
        talk.offer_person();
        return Ok(Next::Done);
    }
    talk.offer(choices);
    Ok(Next::Ask("coupon"))
}

/// What the shopper thinks of buying: what is named, the product talked about, or what was priced last.
fn wanted<'a>(talk: &mut Talk<'a>) -> Ask<Vec<(&'a Product, Money, u32)>> {
    let items = basket::read(talk)?.items;
    Ok(items.iter().map(|(item, product)| (*product, basket::list_price(product, item), item.units)).collect())
}

/// One coupon's reason.
fn explain(
    talk: &mut Talk<'_>,
    coupon: &Promotion,
    wallet: &[WalletCoupon],
    wanted: Option<&[(&Product, Money, u32)]>,
) {
    let title = talk.text(&coupon.title).to_owned();
    let title = ("title", title.as_str());
    let is_usable = match standing(talk, coupon, wallet) {
        CouponStanding::NotYet => {
            let from = talk.moment(coupon.from);
            talk.say("coupon.not_yet", &[title, ("from", &from)]);
            false
        }
        CouponStanding::Over => {
            let until = talk.last_moment(coupon.until);
            talk.say("coupon.over", &[title, ("until", &until)]);
            false
        }
        CouponStanding::UsedUp => {
            talk.say("coupon.used_up", &[title]);
            false
        }
        CouponStanding::Claimable => {
            talk.say("coupon.unclaimed", &[title]);
            true
        }
        CouponStanding::ByCode(code) => {
            talk.say("quote.code", &[title, ("code", code)]);
            true
        }
        CouponStanding::InWallet => {
            talk.say("coupon.in_wallet", &[title]);
            true
        }
        CouponStanding::ByItself => true,
    };
    if let Some(wanted) = wanted.filter(|wanted| is_usable && !wanted.is_empty()) {
        explain_fit(talk, coupon, wallet, wanted);
    } else if is_usable && wanted.is_some() {
        tell(talk, coupon);
    }
}

/// What a usable coupon does for what shall be bought.
fn explain_fit(talk: &mut Talk<'_>, coupon: &Promotion, wallet: &[WalletCoupon], wanted: &[(&Product, Money, u32)]) {
        let (shopper, offers) = (talk.turn.shopper.as_ref(), basket::offers(talk, wallet));
    let lines = wanted.iter().map(|(product, list, units)| BasketLine { product, list: *list, units: *units });
    let basket = Basket { lines: lines.collect(), shopper, region: None };
    let fit = trade::coupon_fit(coupon, &basket, &offers);
    let title = talk.text(&coupon.title).to_owned();
    let goods: Vec<String> = wanted.iter().map(|(product, ..)| talk.text(&product.title).to_owned()).collect();
    let goods = talk.list(&goods);
    match fit {
        Some(CouponFit::Takes(off)) => talk.say("coupon.fits", &[("title", &title), ("goods", &goods), ("off", &off.to_string())]),
        Some(CouponFit::OtherGoods) => talk.say("coupon.other_goods", &[("title", &title), ("goods", &goods)]),
        Some(CouponFit::Short(by)) => talk.say("coupon.short", &[("title", &title), ("by", &by.to_string())]),
        Some(CouponFit::Beaten) => talk.say("coupon.beaten", &[("title", &title)]),
        None => {}
    }
}
