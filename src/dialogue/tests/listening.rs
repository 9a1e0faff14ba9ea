//! What `text` and `nlu` would make of the words of these tests.

use rust_decimal::Decimal;

use crate::domain::{
    Band, Entity, EntityKind, EntityValue, Locale, RankedIntent, Sentiment, SentimentLabel, Understanding,
    Utterance, Why, trade::Product,
};

/// What `text` would read: the entities these tests need.
pub(super) fn read(words: &str, products: &[Product]) -> Utterance {
    let normal = words.to_lowercase().replace('，', ",").replace('？', "?").replace('！', "!");
    let mut entities = Vec::new();
    let mut found = |kind, text: &str, value| {
        if let Some(start) = words.find(text) {
            entities.push(Entity { kind, span: start..start + text.len(), text: text.to_owned(), value });
        }
    };
    for (text, count) in [("一件", 1), ("两件", 2), ("三件", 3), ("two", 2)] {
        found(EntityKind::Quantity, text, EntityValue::Integer(count));
    }
    for text in ["黑色", "白色", "红色", "black"] {
        found(EntityKind::Color, text, EntityValue::Text(text.to_owned()));
    }
    for (text, kind, value) in [("163cm", EntityKind::HeightCm, 163), ("53公斤", EntityKind::WeightKg, 53)]
    {
        found(kind, text, EntityValue::Decimal(Decimal::from(value)));
    }
    for text in ["20261118001", "20261110002", "20261122003", "20269999999"] {
        found(EntityKind::OrderNo, text, EntityValue::Text(text.to_owned()));
    }
    for (text, value) in [("西藏", "西藏自治区"), ("杭州", "杭州市")] {
        found(EntityKind::Region, text, EntityValue::Text(value.to_owned()));
    }
    for phone in ["13800000001", "13900001111"] {
        found(EntityKind::Phone, phone, EntityValue::Text(phone.to_owned()));
    }
    for product in products {
        let name = product.title.zh.clone();
        found(
            EntityKind::ProductName,
            &name,
            EntityValue::Product { name: name.clone(), product: Some(product.id.clone()) },
        );
    }
    let chinese = words.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
    let english = words.chars().filter(char::is_ascii_alphabetic).count() > 3;
    let locale = if chinese { Some(Locale::ZhHans) } else { english.then_some(Locale::En) };
    Utterance {
        raw: words.to_owned(),
        normal,
        language: locale.map_or("und", Locale::tag).to_owned(),
        locale,
        tokens: Vec::new(),
        entities,
    }
}

/// What `nlu` would make of it.
pub(super) fn understand(words: &str, intent: &str, entities: &[Entity]) -> Understanding {
    let unsure = intent.starts_with('?');
    let ids: Vec<&str> = intent.trim_start_matches('?').split('+').filter(|id| !id.is_empty()).collect();
    let oos = ids == ["oos"];
    let ids = if oos { Vec::new() } else { ids };
    let angry = words.contains("气死");
    Understanding {
        language: "zh-Hans".into(),
        intents: ids.iter().map(|id| RankedIntent { id: (*id).into(), confidence: 0.9 }).collect(),
        oos,
        stated: if unsure { Vec::new() } else { ids.iter().map(|id| (*id).into()).collect() },
        band: match (unsure, ids.is_empty()) {
            (true, _) => Band::Clarify,
            (_, true) => Band::Unknown,
            _ => Band::Answer,
        },
        entities: entities.to_vec(),
        sentiment: Sentiment {
            label: if angry { SentimentLabel::Negative } else { SentimentLabel::Neutral },
            score: if angry { -1.0 } else { 0.0 },
        },
        why: Why { tier: "head", nearest: Vec::new(), margin: 0.5 },
        micros: 0,
    }
}
