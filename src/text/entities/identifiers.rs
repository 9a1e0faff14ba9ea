//! Order numbers, tracking numbers, telephone numbers and the last four digits of one of them.

use crate::domain::{EntityKind, EntityValue};

use super::{Candidate, Scan};

/// Words before an order number.
const ORDER_WORDS: &[&str] =
    &["订单编号", "订单号码", "订单号", "订单", "单号", "order number", "order no", "order id", "order"];

/// Words around a tracking number.
const TRACKING_WORDS: &[&str] = &[
    "快递单号",
    "快递号",
    "物流单号",
    "物流号",
    "运单号",
    "运单",
    "快递",
    "物流",
    "包裹",
    "tracking number",
    "tracking no",
    "tracking",
    "parcel",
    "package",
    "waybill",
];

/// Letters that carriers begin their numbers with.
const CARRIERS: &[&str] = &[
    "sf", "yt", "jd", "zto", "sto", "yd", "jt", "ems", "ttk", "db", "dpk", "lp", "yz", "ky", "an", "ht",
    "1z", "jdv", "jdx", "cn", "ea", "eb", "ec", "ee", "ef", "ra", "rb", "lk", "ups", "dhl",
];

const LAST_FOUR_BEFORE: &[&str] = &[
    "尾号",
    "后四位",
    "后4位",
    "末四位",
    "末4位",
    "最后四位",
    "最后4位",
    "后四位数",
    "尾数",
    "last four digits",
    "last 4 digits",
    "last four",
    "last 4",
    "ending in",
    "ending with",
    "ends in",
    "ends with",
];

/// Digits in an order number that needs no words around it.
const ORDER_DIGITS: std::ops::RangeInclusive<usize> = 12..=20;

pub(super) fn find(scan: &Scan<'_>, candidates: &mut Vec<Candidate>) {
    for at in 0..scan.characters.len() {
        let found = phone(scan, at).or_else(|| last_four(scan, at)).or_else(|| numbered(scan, at));
        candidates.extend(found);
    }
}

/// An order or tracking number: which of them, by its letters and the words before it.
fn numbered(scan: &Scan<'_>, at: usize) -> Option<Candidate> {
    let marked = scan.at(at) == Some('#');
    let start = at + usize::from(marked);
    if !marked && scan.before(at) == Some('#') {
        return None;
    }
    let end = scan.code(start);
    let code = scan.slice(start, end);
    let digits = code.chars().filter(char::is_ascii_digit).count();
    let letters = code.chars().take_while(char::is_ascii_alphabetic).count();
    let length = code.chars().filter(|c| *c != '-').count();
    let plain = digits == length;
    if digits < 6
        || length > 32
        || scan.at(end) == Some('.') && scan.at(end + 1).is_some_and(|c| c.is_ascii_digit())
    {
        return None;
    }
    let tracking = scan.introduced(at, TRACKING_WORDS).is_some();
    let order = scan.introduced(at, ORDER_WORDS).is_some();
    let hyphens = code.contains('-');
    let carrier = digits >= 9 && !hyphens && CARRIERS.iter().any(|carrier| code.starts_with(carrier));
    let prefixed = (2..=4).contains(&letters) && digits >= 10 && letters + digits == code.len();
    let kind = if marked {
        (digits >= 4).then_some(EntityKind::OrderNo)
    } else if plain && code.contains('-') {
        None
    } else if plain {
        if tracking && !order_only(scan, at) && (10..=20).contains(&length) {
            Some(EntityKind::TrackingNo)
        } else if ORDER_DIGITS.contains(&length) || (order && (8..=20).contains(&length)) {
            Some(EntityKind::OrderNo)
        } else {
            // Dated numbers such as 20261101001 are orders; other eleven digits may be anything.
            (length == 11 && code.starts_with("20")).then_some(EntityKind::OrderNo)
        }
    } else if digits >= 8 && length >= 10 && (carrier || tracking || prefixed || code.starts_with("jd")) {
        Some(if order && !carrier { EntityKind::OrderNo } else { EntityKind::TrackingNo })
    } else {
        ((letters == 1 && digits == length - 1 && digits == 7 && !hyphens) || order)
            .then_some(EntityKind::OrderNo)
    }?;
    Some(Candidate { kind, start: at, end, value: EntityValue::Text(scan.as_written(start, end)) })
}

/// Whether the word right before is 订单…, even if a parcel is spoken of further back.
fn order_only(scan: &Scan<'_>, at: usize) -> bool {
    let order = scan.introduced(at, &ORDER_WORDS[..3]);
    order.is_some() && scan.introduced(at, &TRACKING_WORDS[..6]).is_none()
}

fn last_four(scan: &Scan<'_>, at: usize) -> Option<Candidate> {
    let digits = scan.characters[at..].iter().take_while(|c| c.is_ascii_digit()).count();
    if digits != 4 || scan.is_latin_or_digit(scan.before(at)) || scan.is_latin_or_digit(scan.at(at + 4)) {
        return None;
    }
    let end = at + 4;
    let named = scan.introduced(at, LAST_FOUR_BEFORE).is_some()
        || scan.any(end, &["结尾", "尾号", "那个订单", "那单", "这单"]).is_some();
    let value = EntityValue::Text(scan.slice(at, end).to_owned());
    named.then_some(Candidate { kind: EntityKind::Last4, start: at, end, value })
}

/// Chinese mobile numbers, landlines and 400 numbers, and international ones with their plus.
fn phone(scan: &Scan<'_>, at: usize) -> Option<Candidate> {
    let before = scan.before(at);
    if scan.is_latin_or_digit(before) || before == Some('+') || before == Some('-') || before == Some('#') {
        return None;
    }
    let plus = scan.at(at) == Some('+');
    let (digits, end) = grouped_digits(scan, at + usize::from(plus));
    let local = digits.strip_prefix("86").filter(|rest| rest.len() == 11).unwrap_or(&digits);
    let is_mobile = is_mobile(local);
    let value = if plus {
        if !(8..=15).contains(&digits.len()) {
            return None;
        }
        format!("+{digits}")
    } else {
        let separated = end - at > digits.len();
        let landline = separated && digits.starts_with('0') && (10..=12).contains(&digits.len());
        let service =
            separated && (digits.starts_with("400") || digits.starts_with("800")) && digits.len() == 10;
        if !(is_mobile && digits.len() == 11 || landline || service) {
            return None;
        }
        digits
    };
    Some(Candidate { kind: EntityKind::Phone, start: at, end, value: EntityValue::Text(value) })
}

fn is_mobile(digits: &str) -> bool {
    let bytes = digits.as_bytes();
    bytes.len() == 11 && bytes[0] == b'1' && (b'3'..=b'9').contains(&bytes[1])
}

/// Digits with single spaces, hyphens or brackets between groups of three or more, and the place behind them.
fn grouped_digits(scan: &Scan<'_>, at: usize) -> (String, usize) {
    let mut digits = String::new();
    let (mut place, mut end) = (at, at);
    while let Some(character) = scan.at(place) {
        if character.is_ascii_digit() {
            digits.push(character);
            place += 1;
            end = place;
        } else if digits.len() < 15
            && !digits.is_empty()
            && matches!(character, ' ' | '-' | '(' | ')')
            && next_group(scan, place)
            && !(is_mobile(&digits))
        {
            place += 1;
        } else {
            break;
        }
    }
    if scan.is_latin_or_digit(scan.at(end)) { (String::new(), at) } else { (digits, end) }
}

/// Whether a group of at least three digits follows within two characters.
fn next_group(scan: &Scan<'_>, at: usize) -> bool {
    (at + 1..=at + 2).any(|start| {
        (start..start + 3).all(|place| scan.at(place).is_some_and(|c| c.is_ascii_digit()))
            && (at..start).all(|place| scan.at(place).is_some_and(|c| !c.is_ascii_digit()))
    })
}
