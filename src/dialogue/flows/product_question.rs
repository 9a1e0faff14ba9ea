//! Questions about one product: its attributes, price and stock, answered from its own data and quoted; what the
//! page does not say is honestly not answered.
//!
//! ```text
//! (on the page of a T-shirt)
//! shopper  什么材质的
//! bot      纯棉T恤的材质：100%新疆长绒棉。
//! shopper  有黑色M码吗
//! bot      有的，黑色 M 目前有现货。
//! shopper  防水吗
//! bot      这点商品页面没有写，我不敢乱说… [转人工]
//! ```

use super::{Flow, Heard, Next};
use crate::{
    dialogue::{
        cards, products,
        talk::{Ask, Talk},
        words,
    },
    domain::{
        EntityKind, EntityValue, FlowRun, Money, Shown, SlotValue,
        trade::{Attribute, Product, Variant},
    },
    trade,
};

pub(super) struct ProductQuestion;

/// What shoppers say for an attribute's name: a part of the name, and the words that mean it.
const ATTRIBUTE_WORDS: &[(&[&str], &[&str])] = &[
    (&["材质", "面料", "成分", "material", "fabric"], &["材质", "什么料", "面料", "什么做", "成分", "纯棉", "含棉", "material", "fabric", "made of", "cotton"]),
    (&["尺寸", "规格", "大小", "size", "dimension"], &["尺寸", "多大", "多长", "多宽", "多高", "规格", "dimension", "how big", "how long", "how wide", "measure"]),
    (&["重量", "净重", "weight"], &["重量", "多重", "几斤", "净重", "weigh", "heavy", "weight"]),
    (&["容量", "capacity"], &["容量", "多少毫升", "几升", "多少ml", "毫安", "capacity", "mah"]),
    (&["电池", "续航", "battery"], &["电池", "续航", "用多久", "充一次", "battery", "how long does it last"]),
    (&["保质期", "shelf"], &["保质期", "过期", "能放多久", "生产日期", "shelf life", "expire", "best before"]),
    (&["产地", "origin"], &["产地", "哪里产", "哪产", "国产", "进口", "made in", "origin", "come from"]),
    (&["功率", "power"], &["功率", "多少瓦", "费电", "watt", "power"]),
    (&["防水", "waterproof", "water"], &["防水", "进水", "下水", "waterproof", "water resistant", "swim"]),
    (&["洗", "wash", "care"], &["机洗", "手洗", "怎么洗", "水洗", "洗衣机", "wash"]),
    (&["适用", "肤质", "suitable"], &["适合", "油皮", "干皮", "敏感肌", "肤质", "孕妇", "suitable", "skin"]),
    (&["包装", "清单", "box"], &["包装", "盒子里", "清单", "配件", "in the box", "included"]),
    (&["厚", "thick"], &["厚", "薄", "透", "thick", "thin", "see-through"]),
    (&["弹", "stretch"], &["弹", "stretch"]),
    (&["季", "season"], &["夏天穿", "冬天穿", "什么季节", "season", "summer", "winter"]),
    (&["接口", "充电", "port", "charg"], &["接口", "充电", "快充", "type-c", "typec", "usb", "charge", "charging"]),
    (&["蓝牙", "bluetooth"], &["蓝牙", "bluetooth"]),
    (&["网络", "network"], &["5g", "4g", "网络", "双卡", "sim"]),
    (&["兼容", "系统", "compat"], &["兼容", "苹果", "安卓", "compatible", "iphone", "android", "work with"]),
    (&["功能", "function", "feature"], &["功能", "能干什么", "有什么用", "function", "feature"]),
];
const GENERAL: &[&str] = &["介绍", "怎么样", "详细", "参数", "什么配置", "tell me about", "details", "describe", "specs", "what is it"];

impl Flow for ProductQuestion {
    fn id(&self) -> &'static str {
        "product_question"
    }

    fn source(&self) -> &'static str {
        "product"
    }

    fn intents(&self) -> &'static [&'static str] {
        &[
            "product.attribute",
            "product.availability",
            "product.usage",
            "product.photo",
            "product.authenticity",
            "product.compare",
            "price.ask",
            "price.bargain",
        ]
    }

    fn hear(&self, talk: &mut Talk<'_>, run: &mut FlowRun) -> Ask<Heard> {
        let Some(id) = products::named(talk).into_iter().next() else { return Ok(Heard::Nothing) };
        run.slots.insert("product".to_owned(), SlotValue::Product(id));
        Ok(Heard::Took)
    }

    fn go_on(&self, talk: &mut Talk<'_>, run: &mut FlowRun) -> Ask<Next> {
        let intent = match run.slots.get("intent") {
            Some(SlotValue::Text(intent)) => intent.clone(),
            _ => return Ok(Next::Pass),
        };
        if intent == "product.compare" {
            return compare(talk);
        }
        let product = match run.slots.get("product").cloned() {
            Some(SlotValue::Product(id)) => talk.product(&id)?,
            _ => products::meant(talk)?,
        };
        // The question is kept in its words: when the product is named later, it is still answered.
        let question = match run.slots.get("question") {
            Some(SlotValue::Text(question)) => question.clone(),
            _ => talk.words().to_owned(),
        };
        let Some(product) = product else {
            if matches!(intent.as_str(), "product.usage" | "product.photo" | "product.authenticity" | "price.bargain") {
                return Ok(Next::Pass);
            }
            run.slots.insert("question".to_owned(), SlotValue::Text(question));
            talk.say("product.ask_which", &[]);
            return Ok(Next::Ask("product"));
        };
        let picked_only = question.is_empty() && talk.choice().is_none();
        talk.about(Shown::Product(product.id.clone()));
        match intent.as_str() {
            _ if picked_only => picked(talk, product),
            "price.ask" => price(talk, product),
            "price.bargain" => bargain(talk, product),
            "product.availability" => stock(talk, product),
            _ => return Ok(attribute(talk, product, &question, &intent)),
        }
        Ok(Next::Done)
    }
}

/// A product handed over without a question.
fn picked(talk: &mut Talk<'_>, product: &Product) {
    let title = talk.text(&product.title).to_owned();
    talk.say("product.picked", &[("title", &title)]);
    let card = cards::product(talk, product);
    talk.show(card);
    let mut choices = vec![
        talk.choice_of("label.price.ask", "intent:price.ask"),
        talk.choice_of("label.product.availability", "intent:product.availability"),
    ];
    if product.size_chart.is_some() {
        choices.push(talk.choice_of("label.product.size_advice", "intent:product.size_advice"));
    }
    talk.offer(choices);
}

fn price(talk: &mut Talk<'_>, product: &Product) {
    let running = trade::running(&talk.shop.promotions, talk.turn.shopper.as_ref(), talk.now());
    let prices: Vec<Money> =
        product.variants.iter().map(|variant| trade::item_price(product, variant.price, &running).now).collect();
    let by_amount = |money: &&Money| money.amount();
    let least = prices.iter().min_by_key(by_amount).copied().unwrap_or(product.price);
    let most = prices.iter().max_by_key(by_amount).copied().unwrap_or(product.price);
    let title = talk.text(&product.title).to_owned();
    let (least_words, most_words, list) = (least.to_string(), most.to_string(), product.price.to_string());
    if least != most {
        talk.say("price.range", &[("title", &title), ("from", &least_words), ("to", &most_words)]);
    } else if least.amount() < product.price.amount() {
        talk.say("price.reduced", &[("title", &title), ("price", &least_words), ("list", &list)]);
    } else {
        talk.say("price.is", &[("title", &title), ("price", &least_words)]);
    }
    say_promotions(talk, product);
    let card = cards::product(talk, product);
    talk.show(card);
}

/// What runs for the product now, besides its own price.
fn say_promotions(talk: &mut Talk<'_>, product: &Product) -> bool {
    let running = trade::running(&talk.shop.promotions, talk.turn.shopper.as_ref(), talk.now());
    let here = trade::of_product(&running, product);
    let titles: Vec<String> = here.iter().take(3).map(|promotion| talk.text(&promotion.title).to_owned()).collect();
    if titles.is_empty() {
        return false;
    }
    let titles = talk.list(&titles);
    talk.say("price.promotions", &[("titles", &titles)]);
    true
}

fn bargain(talk: &mut Talk<'_>, product: &Product) {
    talk.say("price.no_bargain", &[]);
    if !say_promotions(talk, product) {
        talk.say("price.no_promotion", &[]);
    }
}

/// Whether the named colour and size are at hand; else what is.
fn stock(talk: &mut Talk<'_>, product: &Product) {
    let title = talk.text(&product.title).to_owned();
    let wanted = wanted_options(talk, product);
    let fits = |variant: &&Variant| {
        wanted.iter().all(|wanted| variant.options.iter().any(|(_, value)| option_is(product, value, wanted)))
    };
    let fitting: Vec<&Variant> = product.variants.iter().filter(fits).collect();
    let wanted_words = wanted.join(" ");
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
    match (wanted.is_empty(), fitting.is_empty(), units) {
        (true, _, 0) => talk.say("stock.all_gone", &slots[..1]),
        (true, ..) => talk.say("stock.some", &[slots[0], slots[2]]),
        (false, true, _) => talk.say("stock.no_such", &slots),
        (false, false, 0) => talk.say("stock.gone", &slots),
        (false, false, 1..=5) => talk.say("stock.few", &[slots[0], slots[1], ("units", &units.to_string())]),
        (false, false, _) => talk.say("stock.yes", &slots[..2]),
    }
}

/// Colours and sizes named in the message, by the entity or by a variant's own words.
fn wanted_options(talk: &Talk<'_>, product: &Product) -> Vec<String> {
    let values = product.variants.iter().flat_map(|variant| variant.options.iter().map(|(_, value)| value));
    let mut wanted: Vec<String> = Vec::new();
    for value in values {
        let words = [Some(value.as_str()), Some(product.option_word(value, crate::domain::Locale::En))];
        let named = words.into_iter().flatten().any(|word| words::has(talk.words(), &word.to_lowercase()));
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
    let english = product.option_word(option, crate::domain::Locale::En);
    option.eq_ignore_ascii_case(wanted)
        || english.eq_ignore_ascii_case(wanted)
        || option.trim_end_matches('色') == wanted.trim_end_matches('色')
}

fn variant_words(talk: &Talk<'_>, product: &Product, variant: &Variant) -> String {
    let values = variant.options.iter().map(|(_, value)| product.option_word(value, talk.locale()).to_owned());
    values.collect::<Vec<_>>().join(" ")
}

/// Quotes what the page says; honestly nothing where it says nothing.
fn attribute(talk: &mut Talk<'_>, product: &Product, question: &str, intent: &str) -> Next {
    let title = talk.text(&product.title).to_owned();
    let asked = asked_attributes(product, question);
    for attribute in asked.iter().take(2) {
        let (name, value) = (talk.text(&attribute.name).to_owned(), talk.text(&attribute.value).to_owned());
        talk.say("product.attribute", &[("title", &title), ("name", &name), ("value", &value)]);
    }
    if !asked.is_empty() {
        return Next::Done;
    }
    if matches!(intent, "product.usage" | "product.photo" | "product.authenticity") {
        return Next::Pass;
    }
    if question.is_empty() || words::has_any(question, GENERAL) {
        let facts: Vec<String> = product
            .attributes
            .iter()
            .take(4)
            .map(|fact| format!("{} {}", talk.text(&fact.name), talk.text(&fact.value)))
            .collect();
        let facts = talk.list(&facts);
        talk.say("product.overview", &[("title", &title), ("facts", &facts)]);
        let card = cards::product(talk, product);
        talk.show(card);
        return Next::Done;
    }
    talk.say("product.not_written", &[("title", &title)]);
    talk.offer_person();
    Next::Done
}

/// The attributes that a question names: by name, by what shoppers say for it, or by a value.
fn asked_attributes<'p>(product: &'p Product, question: &str) -> Vec<&'p Attribute> {
    let named = |attribute: &&Attribute| {
        let names = [Some(&attribute.name.zh), attribute.name.en.as_ref()];
        names.into_iter().flatten().any(|name| words::has(question, &name.to_lowercase()))
    };
    let by_name: Vec<_> = product.attributes.iter().filter(named).collect();
    if !by_name.is_empty() {
        return by_name;
    }
    let meant = |attribute: &&Attribute| {
        let names = [Some(&attribute.name.zh), attribute.name.en.as_ref()];
        let name = names.into_iter().flatten().map(|name| name.to_lowercase()).collect::<Vec<_>>().join(" ");
        ATTRIBUTE_WORDS.iter().any(|(parts, said)| {
            parts.iter().any(|part| name.contains(part)) && words::has_any(question, said)
        })
    };
    let by_meaning: Vec<_> = product.attributes.iter().filter(meant).collect();
    if !by_meaning.is_empty() {
        return by_meaning;
    }
    let by_value = |attribute: &&Attribute| {
        let values = [Some(&attribute.value.zh), attribute.value.en.as_ref()];
        values.into_iter().flatten().any(|value| words::naming(question, value) >= 2)
    };
    product.attributes.iter().filter(by_value).take(1).collect()
}

/// Two products side by side: prices, and the facts in which they differ.
fn compare(talk: &mut Talk<'_>) -> Ask<Next> {
    let mut ids = products::named(talk);
    for id in products::shown(talk) {
        if ids.len() < 2 && !ids.contains(&id) {
            ids.push(id);
        }
    }
    let [first, second, ..] = ids.as_slice() else {
        talk.say("product.ask_two", &[]);
        return Ok(Next::Done);
    };
    talk.want(crate::dialogue::Query::Product(second.clone()));
    let (Some(first), Some(second)) = (talk.product(first)?, talk.product(second)?) else {
        return Ok(Next::Pass);
    };
    let (a, b) = (talk.text(&first.title).to_owned(), talk.text(&second.title).to_owned());
    let (price_a, price_b) = (first.price.to_string(), second.price.to_string());
    talk.say("compare.prices", &[("a", &a), ("b", &b), ("price_a", &price_a), ("price_b", &price_b)]);
    let mut differences = 0;
    for fact in &first.attributes {
        let Some(other) = second.attributes.iter().find(|other| other.name.zh == fact.name.zh) else { continue };
        if other.value == fact.value || differences == 3 {
            continue;
        }
        differences += 1;
        let (name, value_a, value_b) =
            (talk.text(&fact.name).to_owned(), talk.text(&fact.value).to_owned(), talk.text(&other.value).to_owned());
        talk.say("compare.fact", &[("name", &name), ("a", &a), ("b", &b), ("value_a", &value_a), ("value_b", &value_b)]);
    }
    Ok(Next::Done)
}
