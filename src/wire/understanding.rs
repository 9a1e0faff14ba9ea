//! The object that `xiaoer understand` prints for a message (CONTRACT section 2). It is only ever written.

use rust_decimal::{Decimal, prelude::ToPrimitive};
use serde_json::{Map, Value, json};

use super::names::Named;
use crate::domain::{Entity, EntityKind, EntityValue, Understanding};

/// What was made of `text`, with the fields and their order as the contract names them.
pub fn understanding_json(text: &str, understanding: &Understanding) -> Value {
    let intents: Vec<Value> = understanding
        .intents
        .iter()
        .map(|intent| json!({"id": intent.id.as_str(), "confidence": rounded(intent.confidence)}))
        .collect();
    let stated: Vec<&str> = understanding.stated.iter().map(|id| id.as_str()).collect();
    let nearest: Vec<Value> = understanding
        .why
        .nearest
        .iter()
        .map(|near| json!({"text": near.text, "intent": near.intent.as_str(), "score": rounded(near.score)}))
        .collect();
    let sentiment = &understanding.sentiment;
    json!({
        "text": text,
        "language": understanding.language,
        "intents": intents,
        "oos": understanding.oos,
        "stated": stated,
        "band": understanding.band.wire_name(),
        "entities": understanding.entities.iter().map(entity_json).collect::<Vec<_>>(),
        "sentiment": {"label": sentiment.label.wire_name(), "score": rounded(sentiment.score)},
        "why": {
            "tier": understanding.why.tier,
            "nearest": nearest,
            "margin": rounded(understanding.why.margin),
        },
        "micros": understanding.micros,
    })
}

/// An entity: its type, place in UTF-8 bytes of the input, words and value.
pub fn entity_json(entity: &Entity) -> Value {
    let mut object = Map::new();
    object.insert("type".into(), entity.kind.name().into());
    object.insert("start".into(), entity.span.start.into());
    object.insert("end".into(), entity.span.end.into());
    object.insert("text".into(), entity.text.clone().into());
    object.insert("value".into(), value_json(entity.kind, &entity.value));
    if let EntityValue::Product { product: Some(id), .. } = &entity.value {
        object.insert("product".into(), id.as_str().into());
    }
    Value::Object(object)
}

fn value_json(kind: EntityKind, value: &EntityValue) -> Value {
    match value {
        EntityValue::Text(text) => text.clone().into(),
        EntityValue::Decimal(decimal) if kind == EntityKind::Money => decimal.to_string().into(),
        EntityValue::Decimal(decimal) => number(*decimal),
        EntityValue::Integer(count) => (*count).into(),
        EntityValue::MoneyRange { from, to } => {
            let ends = [("from", from), ("to", to)];
            let known = ends.into_iter().filter_map(|(name, end)| Some((name, (*end)?)));
            Value::Object(known.map(|(name, end)| (name.to_owned(), end.to_string().into())).collect())
        }
        EntityValue::Date(date) => date.to_string().into(),
        EntityValue::DateRange { from, to } => json!({"from": from.to_string(), "to": to.to_string()}),
        EntityValue::Product { name, .. } => name.clone().into(),
    }
}

/// Centimetres and kilograms are plain numbers, whole where they are whole.
fn number(decimal: Decimal) -> Value {
    match decimal.to_i64().filter(|whole| Decimal::from(*whole) == decimal) {
        Some(whole) => whole.into(),
        None => decimal.to_f64().map_or(Value::Null, Value::from),
    }
}

/// Four digits are what a confidence is good for, and they keep lines readable.
fn rounded(value: f32) -> f64 {
    let value = f64::from(value);
    if value.is_finite() { (value * 10_000.0).round() / 10_000.0 } else { 0.0 }
}
