//! Size advice from the product's chart, with how sure it is.
//!
//! ```text
//! shopper  身高163体重106斤穿什么码
//! bot      按尺码表，纯棉T恤建议您选 M 码，正合适。
//! shopper  165，56公斤呢
//! bot      您在 M 和 L 之间：喜欢宽松选 L，喜欢合身选 M。您平时喜欢哪种？
//! shopper  宽松的
//! bot      纯棉T恤建议您选 L 码，多半合适。
//! ```
//!
//! `trade::size` decides; here words, orders and tickets become what it wants to know.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use rust_decimal::Decimal;

use super::{Flow, Heard, Next};
use crate::{
    dialogue::{
        products,
        talk::{Ask, Talk},
        words, worn,
    },
    domain::{
        EntityKind, EntityValue, FlowRun, Shown, SlotValue,
        trade::{Product, SizeChart},
    },
    trade::size::{Certainty, Doubt, Habit, SizeAdvice as Advice, Wearer, size_advice},
};

pub(super) struct SizeAdvice;

/// Measures of charts that words can state, with the entity that states them.
const MEASURES: &[(&str, EntityKind)] = &[("height", EntityKind::HeightCm), ("weight", EntityKind::WeightKg)];
const LOOSE: &[&str] =
    &["宽松", "大一点", "大一些", "松一点", "松点", "oversize", "oversized", "loose", "looser", "roomy", "relaxed"];
const CLOSE: &[&str] =
    &["修身", "合身", "贴身", "紧身", "紧一点", "显瘦", "fitted", "slim", "tight", "close fitting", "snug"];
/// The run that keeps what is known of a body; no flow has this id.
const BODY: &str = "body";
const OF_THE_BODY: &[&str] = &["height", "weight", "foot", "habit", "worn"];
/// What stands before a taste that is not the shopper's.
const NOT: &[&str] = &["不喜欢", "不要", "不想", "别太", "不爱", "don't like", "not too", "not"];

impl Flow for SizeAdvice {
    fn id(&self) -> &'static str {
        "size_advice"
    }

    fn source(&self) -> &'static str {
        "product"
    }

    fn intents(&self) -> &'static [&'static str] {
        &["product.size_advice"]
    }

    fn keeps_slots(&self) -> bool {
        true
    }

    fn ask_ahead(&self, talk: &mut Talk<'_>) {
        worn::ask_ahead(talk);
    }

    fn hear(&self, talk: &mut Talk<'_>, run: &mut FlowRun) -> Ask<Heard> {
        let mut heard = Heard::Nothing;
        for (name, kind) in MEASURES {
            let value = talk.entities(*kind).find_map(|entity| match entity.value {
                EntityValue::Decimal(value) => Some(value),
                _ => None,
            });
            if let Some(value) = value {
                run.put(name, value.to_string());
                heard = Heard::Took;
            }
        }
        if let Some(foot) = foot_said(talk, run.asking.as_deref() == Some("foot")) {
            run.put("foot", foot);
            heard = Heard::Took;
        }
        if let Some(id) = products::named(talk).into_iter().next() {
            run.slots.insert("product".to_owned(), SlotValue::Product(id));
            heard = Heard::Took;
        }
        if let Some(habit) = habit_said(talk) {
            run.put("habit", habit);
            heard = Heard::Took;
        }
        if let Some(worn) = worn::said(talk) {
            run.put("worn", worn);
            heard = Heard::Took;
        }
        Ok(heard)
    }

    fn go_on(&self, talk: &mut Talk<'_>, run: &mut FlowRun) -> Ask<Next> {
        worn::ask_ahead(talk);
        recall(talk, run);
        let product = match run.slots.get("product").cloned() {
            Some(SlotValue::Product(id)) => talk.product(&id)?,
            _ => products::meant(talk)?,
        };
        let Some(product) = product else {
            talk.say("product.ask_which", &[]);
            return Ok(Next::Ask("product"));
        };
        run.slots.insert("product".to_owned(), SlotValue::Product(product.id.clone()));
        talk.about(Shown::Product(product.id.clone()));
        let shop = talk.shop;
        let Some(chart) = product.size_chart.as_ref().and_then(|chart| shop.sizes.get(chart)) else {
            return Ok(no_chart(talk, product));
        };
        let mut wearer = Wearer { measures: measures(run), habit: habit_of(run), worn: Vec::new() };
        let said = run.text("worn").map(worn::read).unwrap_or_default();
        let bought = worn::bought(talk, product, chart)?;
        wearer.worn = said.into_iter().chain(bought.iter().cloned()).collect();
        let Some(advice) = size_advice(chart, &wearer) else {
            return Ok(ask_measure(talk, product, chart));
        };
        remember(talk, run);
        let next = say_advice(talk, product, chart, &advice, &wearer);
        if let Some((size, _)) = bought.first() {
            talk.say("size.by_history", &[("size", size)]);
        }
        if out_of_stock(product, &advice.row.size) {
            talk.say("size.out_of_stock", &[("size", &advice.row.size)]);
        }
        Ok(next)
    }
}

/// Asks for what the chart goes by; a chart that goes by nothing shoppers can say is as good as none.
fn ask_measure(talk: &mut Talk<'_>, product: &Product, chart: &SizeChart) -> Next {
    if takes_stated_measures(chart) {
        talk.say("size.ask_measures", &[]);
        return Next::Ask("measures");
    }
    if chart.rows.iter().any(|row| row.ranges.contains_key("foot")) {
        talk.say("size.ask_foot", &[]);
        return Next::Ask("foot");
    }
    no_chart(talk, product)
}

fn no_chart(talk: &mut Talk<'_>, product: &Product) -> Next {
    let title = talk.text(&product.title).to_owned();
    talk.say("size.no_chart", &[("title", &title)]);
    talk.offer_person();
    Next::Done
}

/// Says the size as surely as it is known, and asks what would decide it.
fn say_advice(
    talk: &mut Talk<'_>,
    product: &Product,
    chart: &SizeChart,
    advice: &Advice<'_>,
    wearer: &Wearer,
) -> Next {
    let has_measures = !wearer.measures.is_empty();
    let title = talk.text(&product.title).to_owned();
    let size = advice.row.size.as_str();
    let slots = [("title", title.as_str()), ("size", size)];
    match advice.certainty {
        Certainty::Sure => talk.say("size.sure", &slots),
        Certainty::Between(_) if wearer.habit.is_some() => talk.say("size.likely", &slots),
        Certainty::Between(other) => {
            let place = |size: &str| chart.rows.iter().position(|row| row.size == size);
            let (smaller, larger) =
                if place(&other.size) < place(size) { (other.size.as_str(), size) } else { (size, other.size.as_str()) };
            talk.say("size.between", &[slots[0], ("smaller", smaller), ("larger", larger)]);
            let choices =
                vec![talk.choice_of("choice.loose", "habit:loose"), talk.choice_of("choice.close", "habit:close")];
            talk.offer(choices);
            return Next::Ask("habit");
        }
        Certainty::Unsure(Doubt::BeyondChart) => talk.say("size.unsure", &slots),
        Certainty::Unsure(Doubt::MeasureMissing) if has_measures => {
            talk.say("size.missing", &slots);
            return Next::Ask("measures");
        }
        Certainty::Unsure(Doubt::MeasureMissing) => {
            talk.say("size.from_past", &slots);
            if takes_stated_measures(chart) {
                talk.say("size.ask_measures", &[]);
                return Next::Ask("measures");
            }
        }
        Certainty::Unsure(Doubt::Mixed) => talk.say("size.mixed", &slots),
    }
    Next::Done
}

/// Whether the chart goes by something that shoppers can say of themselves.
fn takes_stated_measures(chart: &SizeChart) -> bool {
    MEASURES.iter().any(|(name, _)| chart.rows.iter().any(|row| row.ranges.contains_key(*name)))
}

fn habit_said(talk: &Talk<'_>) -> Option<&'static str> {
    match talk.choice() {
        Some("habit:loose") => return Some("loose"),
        Some("habit:close") => return Some("close"),
        _ => {}
    }
    let text = talk.words();
    let said = |list: &[&'static str]| list.iter().copied().find(|word| words::has(text, word));
    let (word, habit, opposite) = match (said(LOOSE), said(CLOSE)) {
        (Some(word), None) => (word, "loose", "close"),
        (None, Some(word)) => (word, "close", "loose"),
        _ => return None,
    };
    let before = text.find(word).map(|at| text[..at].trim_end()).unwrap_or_default();
    let before = before.trim_end_matches(['太', '穿', '那', '么']);
    Some(if NOT.iter().any(|not| before.ends_with(not)) { opposite } else { habit })
}

fn habit_of(run: &FlowRun) -> Option<Habit> {
    match run.text("habit") {
        Some("loose") => Some(Habit::Loose),
        Some("close") => Some(Habit::Close),
        _ => None,
    }
}

/// A length of foot in centimetres: 脚长24.5, and a bare number where it was asked for. Millimetres are taken too.
fn foot_said(talk: &Talk<'_>, asked: bool) -> Option<String> {
    let text = talk.words();
    let named = ["脚长", "脚是", "脚有", "foot is", "feet are", "foot length"];
    let rest = named.iter().find_map(|name| text.find(name).map(|at| &text[at + name.len()..]));
    let rest = rest.or_else(|| asked.then_some(text))?;
    let digits = rest.trim_start_matches(|c: char| !c.is_ascii_digit());
    let end = digits.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(digits.len());
    let length: Decimal = digits[..end].trim_end_matches('.').parse().ok()?;
    let length = if Decimal::ONE_HUNDRED <= length { length / Decimal::TEN } else { length };
    (Decimal::TEN..=Decimal::from(32)).contains(&length).then(|| length.to_string())
}

/// What was said of the body stays known for the conversation, so that "不对，76公斤" corrects it; it is forgotten when
/// flows are.
fn remember(talk: &mut Talk<'_>, run: &FlowRun) {
    let slots = run.slots.iter().filter(|(name, _)| OF_THE_BODY.contains(&name.as_str()));
    let slots: BTreeMap<String, SlotValue> = slots.map(|(name, value)| (name.clone(), value.clone())).collect();
    talk.state.flows.retain(|run| run.flow != BODY);
    if !slots.is_empty() {
        // Before all others: the last run is the one that a person who takes over is told of.
        let kept = FlowRun { flow: BODY.to_owned(), slots, asking: None, failures: 0, started_at: talk.now() };
        talk.state.flows.insert(0, kept);
    }
}

fn recall(talk: &Talk<'_>, run: &mut FlowRun) {
    let limit = SignedDuration::from_hours(i64::from(talk.shop.flow_resume_hours));
    let fresh = |kept: &&FlowRun| kept.flow == BODY && talk.now().duration_since(kept.started_at) <= limit;
    for (name, value) in talk.state.flows.iter().find(fresh).into_iter().flat_map(|kept| &kept.slots) {
        run.slots.entry(name.clone()).or_insert_with(|| value.clone());
    }
}

fn measures(run: &FlowRun) -> BTreeMap<String, Decimal> {
    let known = ["height", "weight", "foot"].into_iter();
    let known = known.filter_map(|name| Some((name.to_owned(), run.text(name)?.parse().ok()?)));
    known.collect()
}

/// Whether the product is sold in this size and every variant of it is gone.
fn out_of_stock(product: &Product, size: &str) -> bool {
    let of_size =
        product.variants.iter().filter(|variant| variant.options.iter().any(|(_, value)| value.eq_ignore_ascii_case(size)));
    let stocks: Vec<u32> = of_size.map(|variant| variant.stock).collect();
    !stocks.is_empty() && stocks.iter().all(|stock| *stock == 0)
}
