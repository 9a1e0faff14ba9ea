//! Size advice from the product's chart, with how sure it is.
//!
//! ```text
//! shopper  身高163体重106斤穿什么码
//! bot      按尺码表，纯棉T恤建议您选 M 码。
//! shopper  (without measures) 我穿什么码合适
//! bot      请告诉我您的身高和体重…
//! ```

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::{Flow, Heard, Next};
use crate::{
    dialogue::{
        products,
        sizes::{self, Sureness},
        talk::{Ask, Talk},
        words,
    },
    domain::{EntityKind, EntityValue, FlowRun, Shown, SlotValue, trade::Product},
};

pub(super) struct SizeAdvice;

/// Measures of charts that words can state, with the entity that states them.
const MEASURES: &[(&str, EntityKind)] = &[("height", EntityKind::HeightCm), ("weight", EntityKind::WeightKg)];

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

    fn hear(&self, talk: &mut Talk<'_>, run: &mut FlowRun) -> Ask<Heard> {
        let mut heard = Heard::Nothing;
        for (name, kind) in MEASURES {
            let value = talk.entities(*kind).find_map(|entity| match entity.value {
                EntityValue::Decimal(value) => Some(value),
                _ => None,
            });
            if let Some(value) = value {
                run.slots.insert((*name).to_owned(), SlotValue::Text(value.to_string()));
                heard = Heard::Took;
            }
        }
        if let Some(id) = products::named(talk).into_iter().next() {
            run.slots.insert("product".to_owned(), SlotValue::Product(id));
            heard = Heard::Took;
        }
        if words::has_any(talk.words(), &["宽松", "大一点", "loose", "oversized", "roomy"]) {
            run.slots.insert("loose".to_owned(), SlotValue::Bool(true));
        }
        Ok(heard)
    }

    fn go_on(&self, talk: &mut Talk<'_>, run: &mut FlowRun) -> Ask<Next> {
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
        let title = talk.text(&product.title).to_owned();
        let shop = talk.shop;
        let Some(chart) = product.size_chart.as_ref().and_then(|chart| shop.sizes.get(chart)) else {
            talk.say("size.no_chart", &[("title", &title)]);
            talk.offer_person();
            return Ok(Next::Done);
        };
        let measures = measures(run);
        let loose = run.slots.contains_key("loose");
        let Some((row, sureness)) = sizes::advise(chart, &measures, loose) else {
            if measures.is_empty() {
                talk.say("size.ask_measures", &[]);
                return Ok(Next::Ask("measures"));
            }
            talk.say("size.no_chart", &[("title", &title)]);
            talk.offer_person();
            return Ok(Next::Done);
        };
        let key = match sureness {
            Sureness::Sure => "size.sure",
            Sureness::Likely => "size.likely",
            Sureness::Unsure => "size.unsure",
        };
        talk.say(key, &[("title", &title), ("size", &row.size)]);
        if out_of_stock(product, &row.size) {
            talk.say("size.out_of_stock", &[("size", &row.size)]);
        }
        Ok(Next::Done)
    }
}

fn measures(run: &FlowRun) -> BTreeMap<String, Decimal> {
    let known = MEASURES.iter().filter_map(|(name, _)| match run.slots.get(*name) {
        Some(SlotValue::Text(value)) => Some(((*name).to_owned(), value.parse().ok()?)),
        _ => None,
    });
    known.collect()
}

/// Whether the product is sold in this size and every variant of it is gone.
fn out_of_stock(product: &Product, size: &str) -> bool {
    let of_size =
        product.variants.iter().filter(|variant| variant.options.iter().any(|(_, value)| value.eq_ignore_ascii_case(size)));
    let stocks: Vec<u32> = of_size.map(|variant| variant.stock).collect();
    !stocks.is_empty() && stocks.iter().all(|stock| *stock == 0)
}
