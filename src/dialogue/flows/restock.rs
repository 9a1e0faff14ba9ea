//! Whether goods are in stock in the form that is asked for, and a word when they are back. Nothing is promised about
//! when that is: the wish is kept in the conversation, looked at now and then, and told once (`speaking_first`).
//!
//! ```text
//! shopper  吊带裙红色L码什么时候补货
//! bot      抱歉，…红色 L 暂时没货。补货时间页面没有写… 到货了要我告诉您吗？   [要] [不用]
//! shopper  要的
//! bot      记下了，到货了我在这里告诉您…
//! (days of silence)
//! bot      您等的…红色 L 有货了，现在 ¥329.00。                          (card)
//! ```

use jiff::SignedDuration;

use super::{Flow, Heard, Next};
use crate::{
    dialogue::{
        Query, cards, products,
        talk::{Ask, Stop, Talk},
        words,
    },
    domain::{
        EntityKind, EntityValue, FlowRun, Locale, Money, Shown, SlotValue, VariantId, Watched,
        trade::{Product, Variant},
    },
    trade,
};

pub(super) struct Restock;

/// Nobody waits longer for a shirt.
const WAITS: SignedDuration = SignedDuration::from_hours(24 * 30);
/// Wishes kept in a conversation; the oldest makes room.
const MOST: usize = 12;

/// A word when it is back is asked for.
const NOTICE: &[&str] = &[
    "通知", "叫我", "喊我", "告诉我", "提醒", "说一声", "吱一声", "吱声", "叫一声", "告我",
    "notify", "let me know", "tell me when", "remind me", "ping me", "alert me", "message me",
];
/// Such words with goods that come in: no parcel is meant.
const COMES_IN: &[&str] = &["有货", "补货", "到货", "来货", "上架", "back in stock", "restock", "available again"];
const PARCEL: &[&str] = &["快递", "包裹", "物流", "parcel", "delivery"];
const WHEN: &[&str] = &["什么时", "啥时", "何时", "几时", "多久", "几号", "哪天", "when", "how long"];
const CALLS_OFF: &[&str] = &[
    "不用通知", "别通知", "不要通知", "取消通知", "取消到货", "不用提醒", "别提醒", "不用叫我", "不用告诉我", "不等了",
    "不想等了", "不用等了", "stop notifying", "don't notify", "no need to notify", "cancel the notice", "cancel the alert",
    "cancel the notification", "no longer want it", "don't need to let me know",
];

impl Flow for Restock {
    fn id(&self) -> &'static str {
        "restock"
    }

    fn source(&self) -> &'static str {
        "product"
    }

    fn name_key(&self) -> &'static str {
        "flow.name.restock"
    }

    fn intents(&self) -> &'static [&'static str] {
        &["product.availability"]
    }

    fn insists(&self) -> bool {
        false
    }

    fn claims(&self, talk: &Talk<'_>) -> Option<&'static str> {
        let text = talk.words();
        let off = !talk.state.watched.is_empty() && words::has_any(text, CALLS_OFF);
        let asks = words::has_any(text, NOTICE) && words::has_any(text, COMES_IN) && !words::has_any(text, PARCEL);
        (off || asks).then_some("product.availability")
    }

    fn hear(&self, talk: &mut Talk<'_>, run: &mut FlowRun) -> Ask<Heard> {
        let text = talk.words();
        let asking = run.asking.clone();
        let before = run.slots.clone();
        match asking.as_deref() {
            Some("confirm") => {
                let yes = talk.choice() == Some("yes") || words::affirms(text);
                let wishes = words::has_any(text, NOTICE) && !words::has_any(text, CALLS_OFF);
                if yes || wishes {
                    run.slots.insert("confirmed".to_owned(), SlotValue::Bool(true));
                } else if talk.choice() == Some("no") || words::denies(text) || words::has_any(text, CALLS_OFF) {
                    run.slots.insert("confirmed".to_owned(), SlotValue::Bool(false));
                }
            }
            Some("variant") if names_a_form(talk) && !words::asks(text) => run.put("form", text),
            _ => {
                if let Some(id) = products::named(talk).into_iter().next() {
                    run.slots.insert("product".to_owned(), SlotValue::Product(id));
                }
            }
        }
        Ok(if run.slots == before { Heard::Nothing } else { Heard::Took })
    }

    fn go_on(&self, talk: &mut Talk<'_>, run: &mut FlowRun) -> Ask<Next> {
        let answers = run.slots.contains_key("confirmed");
        if words::has_any(talk.words(), CALLS_OFF) && !talk.state.watched.is_empty() && !answers {
            talk.state.watched.clear();
            talk.say("restock.called_off", &[]);
            return Ok(Next::Done);
        }
        let product = match run.slots.get("product").cloned() {
            Some(SlotValue::Product(id)) => talk.product(&id)?,
            _ => products::meant(talk)?,
        };
        // The question is kept in its words: when the product is named later, it is still answered.
        let question = run.text("question").map_or_else(|| talk.words().to_owned(), str::to_owned);
        run.put("question", question.clone());
        let Some(product) = product else {
            talk.say("product.ask_which", &[]);
            return Ok(Next::Ask("product"));
        };
        run.slots.insert("product".to_owned(), SlotValue::Product(product.id.clone()));
        talk.about(Shown::Product(product.id.clone()));
        match run.slots.remove("confirmed") {
            Some(SlotValue::Bool(true)) => {
                let gone = run.text("gone").unwrap_or_default().split('/').filter(|id| !id.is_empty());
                watch(talk, product, gone.map(VariantId::from).collect());
                return Ok(Next::Done);
            }
            Some(_) => {
                talk.say("restock.declined", &[]);
                return Ok(Next::Done);
            }
            None => {}
        }
        answer(talk, run, product, &question)
    }
}

/// What is in stock, and what can be waited for.
fn answer(talk: &mut Talk<'_>, run: &mut FlowRun, product: &Product, question: &str) -> Ask<Next> {
    let form = run.text("form").map(str::to_owned);
    let notice = words::has_any(question, NOTICE);
    let when = words::has_any(question, WHEN);
    let gone = match stock(talk, product, form.as_deref().unwrap_or(question)) {
        Stock::Gone(gone) => gone,
        Stock::Partly(gone) if notice || when => match &gone[..] {
            [] => return Ok(Next::Done),
            [_] => gone,
            _ => {
                let names: Vec<String> = gone
                    .iter()
                    .filter_map(|id| Some(variant_words(talk, product, product.variant(id)?)))
                    .collect();
                let names = talk.list(&names);
                talk.say("restock.which", &[("variants", &names)]);
                return Ok(Next::Ask("variant"));
            }
        },
        Stock::There | Stock::Partly(_) | Stock::NoSuch => return Ok(Next::Done),
    };
    if talk.state.watched.iter().any(|known| known.product == product.id && known.variants == gone) {
        talk.say("restock.already", &[]);
        return Ok(Next::Done);
    }
    if notice {
        watch(talk, product, gone);
        return Ok(Next::Done);
    }
    if when {
        talk.say("restock.no_date", &[]);
    }
    let ids: Vec<&str> = gone.iter().map(VariantId::as_str).collect();
    run.put("gone", ids.join("/"));
    talk.say("restock.offer", &[]);
    let choices = [("choice.notify", "yes"), ("choice.no_notice", "no")];
    let choices = choices.map(|(key, value)| talk.choice_of(key, value)).into();
    talk.offer(choices);
    Ok(Next::Ask("confirm"))
}

/// Keeps the wish in the conversation.
fn watch(talk: &mut Talk<'_>, product: &Product, variants: Vec<VariantId>) {
    let since = talk.now();
    talk.state.watched.retain(|known| known.product != product.id || known.variants != variants);
    if MOST <= talk.state.watched.len() {
        talk.state.watched.remove(0);
    }
    let item = item_words(talk, product, &variants);
    talk.state.watched.push(Watched { product: product.id.clone(), variants, since });
    talk.say("restock.noted", &[("item", &item)]);
}

fn item_words(talk: &Talk<'_>, product: &Product, variants: &[VariantId]) -> String {
    let title = talk.text(&product.title);
    match variants {
        [one] => match product.variant(one) {
            Some(variant) => format!("{title} {}", variant_words(talk, product, variant)),
            None => title.to_owned(),
        },
        _ => title.to_owned(),
    }
}

/// Notes the goods that are waited for, so that their stock comes in one round.
pub(in crate::dialogue) fn ask_for_stock(talk: &mut Talk<'_>) {
    let products: Vec<_> = talk.state.watched.iter().map(|watched| watched.product.clone()).collect();
    products.into_iter().for_each(|product| talk.want(Query::Product(product)));
}

/// Tells what is back, each wish once, and forgets what was waited for too long.
pub(in crate::dialogue) fn stock_news(talk: &mut Talk<'_>) -> Ask<bool> {
    let now = talk.now();
    let mut waiting = Vec::new();
    let mut back: Vec<(&Product, Vec<VariantId>)> = Vec::new();
    for watched in talk.state.watched.clone() {
        let product = match talk.product(&watched.product) {
            Err(Stop::Missing) => return Err(Stop::Missing),
            product => product.ok().flatten(),
        };
        let wanted = |variant: &&Variant| watched.variants.is_empty() || watched.variants.contains(&variant.id);
        let there: Vec<VariantId> = product
            .iter()
            .flat_map(|product| product.variants.iter().filter(wanted))
            .filter(|variant| 0 < variant.stock)
            .map(|variant| variant.id.clone())
            .collect();
        match product {
            Some(product) if !there.is_empty() => back.push((product, there)),
            _ if now.duration_since(watched.since) < WAITS => waiting.push(watched),
            _ => {}
        }
    }
    talk.state.watched = waiting;
    for (product, variants) in &back {
        let (item, price) = (item_words(talk, product, variants), price_of(talk, product, variants).to_string());
        talk.say("restock.back", &[("item", &item), ("price", &price)]);
        let card = cards::product(talk, product);
        talk.show(card);
    }
    if let Some((product, _)) = back.first() {
        talk.about(Shown::Product(product.id.clone()));
        talk.state.shown = back.iter().map(|(product, _)| Shown::Product(product.id.clone())).collect();
    }
    Ok(!back.is_empty())
}

fn price_of(talk: &Talk<'_>, product: &Product, variants: &[VariantId]) -> Money {
    let running = trade::running(&talk.shop.promotions, talk.turn.shopper.as_ref(), talk.now());
    let prices = variants.iter().filter_map(|id| product.variant(id));
    let prices = prices.map(|variant| trade::item_price(product, variant.price, &running).now);
    prices.min_by_key(|price| price.minor()).unwrap_or(product.price)
}

fn names_a_form(talk: &Talk<'_>) -> bool {
    [EntityKind::Color, EntityKind::Size].into_iter().any(|kind| talk.entities(kind).next().is_some())
        || !talk.words().is_empty() && talk.words().chars().count() <= 8
}

/// How the form asked for stands.
pub(super) enum Stock {
    /// It can be had.
    There,
    /// None of these is left.
    Gone(Vec<VariantId>),
    /// No form was named; these are gone.
    Partly(Vec<VariantId>),
    /// There is no such form.
    NoSuch,
}

/// Says whether the colour and size in `question` are at hand; else what is.
pub(super) fn stock(talk: &mut Talk<'_>, product: &Product, question: &str) -> Stock {
    let title = talk.text(&product.title).to_owned();
    let wanted = wanted_options(talk, product, question);
    let fits = |variant: &&Variant| {
        wanted.iter().all(|wanted| variant.options.iter().any(|(_, value)| option_is(product, value, wanted)))
    };
    let fitting: Vec<&Variant> = product.variants.iter().filter(fits).collect();
    let wanted_words: Vec<&str> = wanted.iter().map(|value| product.option_word(value, talk.locale())).collect();
    let wanted_words = wanted_words.join(" ");
    let units: u32 = fitting.iter().map(|variant| variant.stock).sum();
    let names: Vec<String> = product
        .variants
        .iter()
        .filter(|variant| variant.stock > 0)
        .map(|variant| variant_words(talk, product, variant))
        .take(6)
        .collect();
    let others = talk.list(&names);
    let slots = [("title", title.as_str()), ("variant", &wanted_words), ("others", &others)];
    let gone = fitting.iter().filter(|variant| variant.stock == 0).map(|variant| variant.id.clone()).collect();
    match (wanted.is_empty(), fitting.is_empty(), units) {
        (false, true, _) => talk.say("stock.no_such", &slots),
        _ if names.is_empty() => talk.say("stock.all_gone", &slots[..1]),
        (true, ..) => talk.say("stock.some", &[slots[0], slots[2]]),
        (false, false, 0) => talk.say("stock.gone", &slots),
        (false, false, 1..=5) => talk.say("stock.few", &[slots[0], slots[1], ("units", &units.to_string())]),
        (false, false, _) => talk.say("stock.yes", &slots[..2]),
    }
    match (wanted.is_empty(), fitting.is_empty(), units) {
        (false, true, _) => Stock::NoSuch,
        // The whole product: any form of it will do.
        (true, _, 0) => Stock::Gone(Vec::new()),
        (true, ..) => Stock::Partly(gone),
        (false, false, 0) => Stock::Gone(gone),
        (false, false, _) => Stock::There,
    }
}

/// Colours and sizes named in the message, by the entity or by a variant's own words.
fn wanted_options(talk: &Talk<'_>, product: &Product, question: &str) -> Vec<String> {
    let values = product.variants.iter().flat_map(|variant| variant.options.iter().map(|(_, value)| value));
    let mut wanted: Vec<String> = Vec::new();
    for value in values {
        let words = [Some(value.as_str()), Some(product.option_word(value, Locale::En))];
        let named = words.into_iter().flatten().any(|word| words::has(question, &word.to_lowercase()));
        if named && !wanted.contains(value) {
            wanted.push(value.clone());
        }
    }
    for kind in [EntityKind::Color, EntityKind::Size] {
        for entity in talk.entities(kind) {
            let EntityValue::Text(value) = &entity.value else { continue };
            let known = wanted.iter().any(|known| option_is(product, known, value) || known.contains(value.as_str()));
            if !known {
                wanted.push(value.clone());
            }
        }
    }
    wanted
}

fn option_is(product: &Product, option: &str, wanted: &str) -> bool {
    let english = product.option_word(option, Locale::En);
    option.eq_ignore_ascii_case(wanted)
        || english.eq_ignore_ascii_case(wanted)
        || option.trim_end_matches('色') == wanted.trim_end_matches('色')
}

fn variant_words(talk: &Talk<'_>, product: &Product, variant: &Variant) -> String {
    let values = variant.options.iter().map(|(_, value)| product.option_word(value, talk.locale()).to_owned());
    values.collect::<Vec<_>>().join(" ")
}
