//! What is read out of messages, as tables: one or two for each kind of entity, and what holds for any string.
//!
//! Rows say what a shopper would mean, whatever the code does. Properties write a generated value in the
//! forms people use and want it back.

mod answers;
mod dates;
mod identifiers;
mod measures;
mod money;
mod names;
mod reading;

use proptest::prelude::*;
use rust_decimal::Decimal;

use super::*;
use crate::domain::{Entity, EntityKind, EntityValue};

/// Every kind there is.
const KINDS: &[EntityKind] = &[
    EntityKind::OrderNo,
    EntityKind::TrackingNo,
    EntityKind::Phone,
    EntityKind::Last4,
    EntityKind::Money,
    EntityKind::MoneyRange,
    EntityKind::Quantity,
    EntityKind::Size,
    EntityKind::HeightCm,
    EntityKind::WeightKg,
    EntityKind::Color,
    EntityKind::Date,
    EntityKind::DateRange,
    EntityKind::Region,
    EntityKind::ProductName,
];

/// Monday, 23 November 2026.
fn now() -> ZonedDateTime {
    "2026-11-23T10:00:00+08:00[Asia/Shanghai]".parse().expect("a time with its zone")
}

fn written(value: &EntityValue) -> String {
    let open = |end: &Option<Decimal>| end.map_or(String::new(), |end| end.to_string());
    match value {
        EntityValue::Text(text) => text.clone(),
        EntityValue::Decimal(number) => number.to_string(),
        EntityValue::Integer(number) => number.to_string(),
        EntityValue::MoneyRange { from, to } => format!("{}..{}", open(from), open(to)),
        EntityValue::Date(date) => date.to_string(),
        EntityValue::DateRange { from, to } => format!("{from}..{to}"),
        EntityValue::Product { name, product } => {
            product.as_ref().map_or_else(|| name.clone(), |product| format!("{name}={product}"))
        }
    }
}

/// A lexicon without a shop, built once for all tests.
fn general() -> &'static Lexicon {
    static GENERAL: std::sync::LazyLock<Lexicon> = std::sync::LazyLock::new(Lexicon::general);
    &GENERAL
}

fn found_in(lexicon: &Lexicon, message: &str, kind: EntityKind) -> Vec<String> {
    let utterance = read(lexicon, message, &now());
    let entities = utterance.entities.iter().filter(|entity| entity.kind == kind);
    entities.map(|entity| written(&entity.value)).collect()
}

fn found(message: &str, kind: EntityKind) -> Vec<String> {
    found_in(general(), message, kind)
}

/// Every row is a message and the values of this kind in it, joined by a space; an empty text means none.
fn check(kind: EntityKind, rows: &[(&str, &str)]) {
    check_in(general(), kind, rows);
}

fn check_in(lexicon: &Lexicon, kind: EntityKind, rows: &[(&str, &str)]) {
    let wrong: Vec<String> = rows
        .iter()
        .filter_map(|(message, expected)| {
            let found = found_in(lexicon, message, kind).join(" ");
            (found != *expected).then(|| format!("{message}: expected {expected:?}, read {found:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}\n{}", kind.name(), wrong.join("\n"));
}

/// A property's row: this one value of this kind is in the message, and its words are a slice of it.
fn reads(message: &str, kind: EntityKind, value: &str) -> Result<(), TestCaseError> {
    let utterance = read(general(), message, &now());
    let entities: Vec<&Entity> = utterance.entities.iter().filter(|entity| entity.kind == kind).collect();
    let values: Vec<String> = entities.iter().map(|entity| written(&entity.value)).collect();
    prop_assert_eq!(values, vec![value.to_owned()], "{} in {}", kind.name(), message);
    for entity in entities {
        prop_assert_eq!(message.get(entity.span.clone()), Some(entity.text.as_str()));
    }
    Ok(())
}

/// The same characters in full width.
fn wide(text: &str) -> String {
    let widened = |c: char| match c {
        '!'..='~' => char::from_u32(u32::from(c) + 0xfee0).unwrap_or(c),
        _ => c,
    };
    text.chars().map(widened).collect()
}

/// A number below a hundred thousand in Chinese numerals.
fn numeral(number: u32) -> String {
    const DIGITS: [&str; 10] = ["零", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    if number == 0 {
        return DIGITS[0].to_owned();
    }
    let mut text = String::new();
    let mut rest = number;
    for (size, unit) in [(10_000, "万"), (1_000, "千"), (100, "百"), (10, "十"), (1, "")] {
        let digit = rest / size;
        rest %= size;
        if digit > 0 {
            text.push_str(DIGITS[digit as usize]);
            text.push_str(unit);
        } else if !text.is_empty() && rest > 0 && !text.ends_with("零") {
            text.push('零');
        }
    }
    // 十五 rather than 一十五.
    if (10..20).contains(&number) { text.replacen("一十", "十", 1) } else { text }
}
