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

use super::{Flow, Heard, Next, restock};
use crate::{
    dialogue::{
        attributes, cards, products,
        talk::{Ask, Talk},
        words,
    },
    domain::{FlowRun, Money, Shown, SlotValue, trade::Product},
    trade,
};

pub(super) struct ProductQuestion;

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
            "product.availability" => {
                restock::stock(talk, product, &question);
            }
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

/// Quotes what the page says; honestly nothing where it says nothing.
fn attribute(talk: &mut Talk<'_>, product: &Product, question: &str, intent: &str) -> Next {
    let title = talk.text(&product.title).to_owned();
    let asked = attributes::asked(product, question);
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
