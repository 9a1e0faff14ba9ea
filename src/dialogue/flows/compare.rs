//! Two to four products side by side: what they cost now, the facts of their pages that were asked for or in which they
//! differ, and whether they can be had. What a page does not state is said not to be stated, and nothing is judged
//! beyond it (COMMERCE.md, "Products").
//!
//! ```text
//! shopper  羽绒服和大衣哪个更保暖
//! bot      ①轻暖90白鸭绒短款羽绒服 ¥424.15；②双面呢羊毛大衣 ¥1299.00。
//!          页面上写的：①填充物 90%白鸭绒、充绒量 M码120克…；②厚薄 厚款、适用温度 0至12℃。
//!          我只能照页面说…                                      (cards)
//! shopper  那哪个便宜
//! bot      ①轻暖90白鸭绒短款羽绒服便宜，差 ¥874.85。
//! shopper  要第一个
//! bot      好的，就看轻暖90白鸭绒短款羽绒服…                       (card)
//! ```

use super::{Flow, Heard, Next};
use crate::{
    dialogue::{
        Query, attributes, basket, cards, products, step,
        talk::{Ask, Talk},
        words,
    },
    domain::{
        EntityKind, FlowRun, Money, ProductId, Shown, SlotValue,
        trade::{Attribute, Product},
    },
    trade,
};

pub(super) struct Compare;

/// Products compared at once.
const MOST: usize = 4;
/// Facts told of each, or in which they differ.
const FACTS: usize = 4;
/// A question about what was shown is short.
const SHORT: usize = 24;
const MARKS: [&str; MOST] = ["①", "②", "③", "④"];

const WHICH: &[&str] =
    &["哪个", "哪款", "哪双", "哪件", "哪条", "哪种", "哪一个", "哪一款", "那个好", "which"];
const SIDE_BY_SIDE: &[&str] = &[
    "区别",
    "差别",
    "不同",
    "不一样",
    "对比",
    "比较",
    "比一比",
    "比一下",
    "相比",
    "差在",
    "difference",
    "differ",
    "compare",
    "versus",
    "vs",
    "better",
];
/// With one product named, these still ask for another beside it.
const COMPARES: &[&str] = &["对比", "比一比", "比一下", "比较一下", "compare"];
const EITHER: &[&str] = &["还是", " or "];
const CHEAP: &[&str] = &["便宜", "贵", "价格", "实惠", "cheaper", "cheapest", "price", "expensive"];
const STOCK: &[&str] = &["有货", "现货", "缺货", "in stock", "available"];
/// Beside another product, this is the one talked about.
const THIS: &[&str] = &["这个", "这款", "这件", "这双", "它", "this", "it"];
const TAKES: &[&str] = &["要", "就", "选", "买", "拿", "来", "take", "want", "buy", "i'll have", "go with"];
/// What a taste or an eye would have to judge.
const BY_TASTE: &[&str] = &["哪个好", "哪款好", "好看", "值得", "推荐", "适合", "better", "best", "nicer"];
/// Where goods were made tells few shoppers which to take.
const LITTLE_SAID: &[&str] = &["产地", "执行标准", "备案号", "Origin"];

impl Flow for Compare {
    fn id(&self) -> &'static str {
        "compare"
    }

    fn source(&self) -> &'static str {
        "product"
    }

    fn intents(&self) -> &'static [&'static str] {
        &["product.compare"]
    }

    fn insists(&self) -> bool {
        false
    }

    fn claims(&self, talk: &Talk<'_>) -> Option<&'static str> {
        let text = talk.words();
        let few = products::shown(talk).len() < 2;
        let short = text.chars().count() <= SHORT;
        let asks = words::has_any(text, WHICH);
        let claims = match basket::named(talk).len() {
            _ if text.is_empty() || !about_goods(talk) => false,
            0 => !few && short && (asks || takes(talk)),
            1 => words::has_any(text, COMPARES),
            _ => asks || words::has_any(text, SIDE_BY_SIDE) || words::has_any(text, EITHER),
        };
        claims.then_some("product.compare")
    }

    fn hear(&self, talk: &mut Talk<'_>, run: &mut FlowRun) -> Ask<Heard> {
        let answers = run.asking.as_deref() == Some("other")
            && !basket::named(talk).is_empty()
            && !words::asks(talk.words());
        Ok(if answers { Heard::Took } else { Heard::Nothing })
    }

    fn go_on(&self, talk: &mut Talk<'_>, run: &mut FlowRun) -> Ask<Next> {
        if takes(talk) {
            return take(talk);
        }
        match &meant(talk, run)?[..] {
            [] => talk.say("product.ask_two", &[]),
            [one] => {
                run.slots.insert("first".to_owned(), SlotValue::Product(one.id.clone()));
                let title = talk.text(&one.title).to_owned();
                talk.say("compare.with_what", &[("title", &title)]);
            }
            several => {
                tell(talk, &several[..several.len().min(MOST)]);
                return Ok(Next::Done);
            }
        }
        Ok(Next::Ask("other"))
    }
}

/// Whether nothing but goods can be meant: "哪个快递" is another question.
fn about_goods(talk: &Talk<'_>) -> bool {
    step::stated(talk).iter().all(|(intent, _)| {
        let goods = ["product.", "price.", "promo.calculate", "order.place", "chat."];
        goods.iter().any(|prefix| intent.as_str().starts_with(prefix))
    })
}

/// "要第一个": one of those shown is chosen.
fn takes(talk: &Talk<'_>) -> bool {
    let text = talk.words();
    let short = text.chars().count() <= SHORT / 2 || text.is_ascii();
    let no = words::denies(text) || text.contains('不') || words::asks(text);
    words::ordinals(text).len() == 1 && short && !no && words::has_any(text, TAKES)
}

fn take(talk: &mut Talk<'_>) -> Ask<Next> {
    let shown = products::shown(talk);
    let Some(id) = words::pick(&shown, talk.words()) else { return Ok(Next::Pass) };
    let Some(product) = talk.product(id)? else { return Ok(Next::Pass) };
    talk.about(Shown::Product(product.id.clone()));
    let (title, price) = (talk.text(&product.title).to_owned(), price_now(talk, product).to_string());
    if product.stock() == 0 {
        talk.say("compare.taken_gone", &[("title", &title)]);
    } else {
        talk.say("compare.taken", &[("title", &title), ("price", &price)]);
    }
    let card = cards::product(talk, product);
    talk.show(card);
    let mut choices = vec![talk.choice_of("label.product.availability", "intent:product.availability")];
    if product.size_chart.is_some() {
        choices.push(talk.choice_of("label.product.size_advice", "intent:product.size_advice"));
    }
    talk.offer(choices);
    Ok(Next::Done)
}

/// The products to compare, as the words put them: by place, by name, or those shown; beside the one talked about.
fn meant<'a>(talk: &mut Talk<'a>, run: &FlowRun) -> Ask<Vec<&'a Product>> {
    let text = talk.words();
    let named = basket::named(talk);
    let shown = products::shown(talk);
    let places = words::ordinals(text);
    let mut ids: Vec<ProductId> = Vec::new();
    if let Some(SlotValue::Product(first)) = run.slots.get("first") {
        ids.push(first.clone());
    }
    ids.extend(places.iter().filter_map(|place| shown.get(*place).cloned()));
    if ids.is_empty() && named.is_empty() {
        ids.extend(shown.iter().take(how_many(text).unwrap_or(MOST)).cloned());
    }
    let here = here(talk);
    ids.iter().chain(&here).for_each(|id| talk.want(Query::Product(id.clone())));
    let kind = named.first().map(basket::Named::as_kind).filter(|_| named.len() == 1 && how_many(text).is_some());
    named.iter().chain(&kind).for_each(|goods| goods.ask_for(talk));
    let mut found: Vec<&'a Product> = Vec::new();
    for id in &ids {
        found.extend(talk.product(id)?);
    }
    for goods in &named {
        let product = basket::found(talk, goods)?.filter(|product| is_new(&found, product));
        match product {
            Some(product) => found.push(product),
            // The same name twice: another of its kind.
            None if goods.product.is_none() => {
                let others = basket::alike(talk, &goods.as_kind())?.iter();
                let another = others.into_iter().find(|other| is_new(&found, other));
                found.extend(another);
            }
            None => {}
        }
    }
    if let (Some(kind), [one]) = (kind, &found[..]) {
        let of_kind = |other: &&Product| other.category.last() == one.category.last() && other.id != one.id;
        let others = basket::alike(talk, &kind)?.iter().filter(of_kind);
        found.extend(others.take(how_many(text).unwrap_or(2).saturating_sub(1)));
    }
    let beside = found.len() < 2 && (found.is_empty() || words::has_any(text, THIS) || words::has_any(text, WHICH) || words::has_any(text, SIDE_BY_SIDE));
    if let Some(here) = here.filter(|_| beside)
        && let Some(product) = talk.product(&here)?.filter(|product| is_new(&found, product))
    {
        found.insert(0, product);
    }
    Ok(found)
}

fn is_new(found: &[&Product], product: &Product) -> bool {
    found.iter().all(|known| known.id != product.id)
}

/// The product talked about, on the page, or shown first.
fn here(talk: &Talk<'_>) -> Option<ProductId> {
    let topic = match &talk.state.topic {
        Some(Shown::Product(id)) => Some(id.clone()),
        _ => None,
    };
    topic.or_else(|| talk.turn.page.product.clone()).or_else(|| products::shown(talk).into_iter().next())
}

/// How many of them: 这两个, both, 三款.
fn how_many(text: &str) -> Option<usize> {
    let counts: [(&[&str], usize); 3] = [
        (&["两个", "两款", "两件", "两双", "两条", "这俩", "前两", "二者", "both", "two"], 2),
        (&["三个", "三款", "三件", "三双", "仨", "three"], 3),
        (&["四个", "四款", "四件", "four"], 4),
    ];
    counts.into_iter().find(|(said, _)| words::has_any(text, said)).map(|(_, count)| count)
}

fn tell(talk: &mut Talk<'_>, goods: &[&Product]) {
    let now: Vec<Shown> = goods.iter().map(|product| Shown::Product(product.id.clone())).collect();
    let anew = talk.state.shown != now || !talk.state.said.contains_key("compare.prices");
    talk.state.shown = now;
    // What is compared are all of them; "它" is none by itself.
    talk.state.topic = None;
    let question = question(talk);
    let sides: Vec<Vec<&Attribute>> =
        goods.iter().map(|product| attributes::compared(product, &question)).collect();
    let stated = sides.iter().any(|side| !side.is_empty());
    let of_price = !stated && words::has_any(&question, CHEAP);
    let of_stock = !stated && words::has_any(&question, STOCK);
    if anew || of_stock {
        prices(talk, goods);
    }
    if of_price {
        cheapest(talk, goods);
    } else if stated {
        let lines = list(goods.iter().zip(&sides).map(|(_, side)| facts(talk, side.iter().copied())));
        talk.say("compare.asked", &[("facts", &lines)]);
    } else if !of_stock {
        if asks_for_what_is_not_written(&question) {
            talk.say("compare.not_written", &[]);
        }
        differences(talk, goods);
    }
    if !of_price && !of_stock {
        talk.say("compare.honest", &[]);
    }
    for product in goods.iter().filter(|_| anew) {
        let card = cards::product(talk, product);
        talk.show(card);
    }
}

/// The words without the names of goods, which say nothing of what is asked.
fn question(talk: &Talk<'_>) -> String {
    let names = talk.entities(EntityKind::ProductName);
    names.fold(talk.words().to_owned(), |text, name| text.replace(&name.text.to_lowercase(), " "))
}

/// "哪个更…": a side by which nothing on the pages can be compared.
fn asks_for_what_is_not_written(question: &str) -> bool {
    let more = question.contains('更') || attributes::names_a_side(question);
    more && !words::has_any(question, BY_TASTE)
}

/// One text of several, each behind its mark.
fn list(texts: impl Iterator<Item = String>) -> String {
    let marked = texts.zip(MARKS).map(|(text, mark)| format!("{mark}{text}"));
    marked.collect::<Vec<_>>().join("；")
}

fn prices(talk: &mut Talk<'_>, goods: &[&Product]) {
    let each = goods.iter().map(|product| {
        let key = if product.stock() == 0 { "compare.item_gone" } else { "compare.item" };
        let price = price_now(talk, product).to_string();
        talk.label(key, &[("title", talk.text(&product.title)), ("price", &price)])
    });
    let each = list(each);
    talk.say("compare.prices", &[("items", &each)]);
}

fn cheapest(talk: &mut Talk<'_>, goods: &[&Product]) {
    let prices: Vec<Money> = goods.iter().map(|product| price_now(talk, product)).collect();
    let (Some(least), Some(most)) =
        (prices.iter().min_by_key(|price| price.minor()), prices.iter().max_by_key(|price| price.minor()))
    else {
        return;
    };
    let Some(place) = prices.iter().position(|price| price == least).filter(|_| least != most) else {
        return talk.say("compare.same_price", &[("price", &least.to_string())]);
    };
    let title = format!("{}{}", MARKS[place], talk.text(&goods[place].title));
    let next = prices.iter().filter(|price| *price != least).map(|price| price.minor()).min();
    let by = Money::from_minor(next.unwrap_or_default() - least.minor(), least.currency());
    talk.say("compare.cheaper", &[("title", &title), ("price", &least.to_string()), ("by", &by.to_string())]);
}

/// What one costs now, in its cheapest form.
fn price_now(talk: &Talk<'_>, product: &Product) -> Money {
    let running = trade::running(&talk.shop.promotions, talk.turn.shopper.as_ref(), talk.now());
    let prices = product.variants.iter().map(|variant| trade::item_price(product, variant.price, &running).now);
    prices.min_by_key(|price| price.minor()).unwrap_or(product.price)
}

fn facts<'p>(talk: &Talk<'_>, facts: impl Iterator<Item = &'p Attribute>) -> String {
    let words = |fact: &Attribute| format!("{} {}", talk.text(&fact.name), talk.text(&fact.value));
    let each: Vec<String> = facts.take(FACTS).map(words).collect();
    if each.is_empty() { talk.label("compare.unstated", &[]) } else { talk.list(&each) }
}

/// The facts that all have and in which they differ; where they share none, the first of each.
fn differences(talk: &mut Talk<'_>, goods: &[&Product]) {
    let Some((first, others)) = goods.split_first() else { return };
    let mut told = 0;
    let useful = |fact: &&Attribute| !LITTLE_SAID.contains(&fact.name.zh.as_str());
    for fact in first.attributes.iter().filter(useful) {
        let of = |product: &&Product| product.attributes.iter().find(|other| other.name.zh == fact.name.zh).cloned();
        let values: Vec<Attribute> = others.iter().filter_map(of).collect();
        if values.len() < others.len() || told == FACTS || values.iter().all(|other| other.value == fact.value) {
            continue;
        }
        told += 1;
        let values = list(
            std::iter::once(fact).chain(&values).map(|fact| talk.text(&fact.value).to_owned()),
        );
        let name = talk.text(&fact.name).to_owned();
        talk.say("compare.fact", &[("name", &name), ("values", &values)]);
    }
    if told == 0 {
        let lines =
            list(goods.iter().map(|product| facts(talk, product.attributes.iter().filter(useful).take(3))));
        talk.say("compare.asked", &[("facts", &lines)]);
    }
}
