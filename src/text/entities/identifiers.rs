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
    "退货单号",
    "快递",
    "物流",
    "包裹",
    "tracking number",
    "tracking no",
    "tracking id",
    "tracking",
    "parcel",
    "package",
    "waybill",
];

/// Carriers by name; what follows one is a number of theirs.
const CARRIER_NAMES: &[&str] = &[
    "顺丰", "中通", "圆通", "申通", "韵达", "极兔", "邮政", "德邦", "百世", "京东", "菜鸟", "丰网", "ems",
    "sto", "zto", "yto", "dhl", "ups", "fedex", "usps", "sf", "yt", "jt", "yd",
];

/// Words before a telephone number, beside which digits need no grouping.
const PHONE_WORDS: &[&str] = &[
    "电话",
    "座机",
    "固话",
    "手机",
    "手机号",
    "手机号码",
    "电话号码",
    "联系方式",
    "联系电话",
    "tel",
    "phone",
    "mobile",
    "phone number",
    "call",
    "call me at",
    "热线",
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
    "后四码",
    "末四码",
    "后4码",
    "末4码",
    "结尾",
    "末尾",
    "尾数",
    "last four digits",
    "last 4 digits",
    "last four",
    "last 4",
    "ending in",
    "ending with",
    "ends in",
    "ends with",
    "end in",
    "end with",
    "ending",
    "last4",
];

/// Words that name the last four digits from further back: `last 4 digits of my phone are 0132`.
const LAST_FOUR_FURTHER: &[&str] = &["last four", "last 4", "后四位", "末四位", "最后4位", "后四码", "尾号"];
/// How far back, in bytes.
const FURTHER: usize = 40;

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
    let tracking = scan.introduced(at, TRACKING_WORDS).is_some() || of_carrier(scan, at);
    let order = scan.introduced(at, ORDER_WORDS).is_some();
    let hyphens = code.contains('-');
    let carrier = digits >= 9 && !hyphens && CARRIERS.iter().any(|carrier| code.starts_with(carrier));
    let prefixed = (2..=4).contains(&letters) && digits >= 10 && letters + digits == code.len();
    let kind = if marked {
        (digits >= 4).then_some(EntityKind::OrderNo)
    } else if plain && hyphens {
        (order && (8..=20).contains(&length)).then_some(EntityKind::OrderNo)
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

/// Whether a carrier is named before, as in 邮政的98…, 韵达单号43….
fn of_carrier(scan: &Scan<'_>, at: usize) -> bool {
    let at = if scan.before(at) == Some('的') { at - 1 } else { at };
    let at = scan.introduced(at, &["单号"]).unwrap_or(at);
    scan.introduced(at, CARRIER_NAMES).is_some()
}

/// Whether the word right before is 订单…, even if a parcel is spoken of further back.
fn order_only(scan: &Scan<'_>, at: usize) -> bool {
    let order = scan.introduced(at, &ORDER_WORDS[..3]);
    order.is_some() && scan.introduced(at, &TRACKING_WORDS[..6]).is_none()
}

fn last_four(scan: &Scan<'_>, at: usize) -> Option<Candidate> {
    let digit = |place: usize| scan.at(place).and_then(numeral);
    let value: String = (at..at + 4).map_while(digit).collect();
    let spoken = scan.at(at).is_some_and(|c| !c.is_ascii_digit());
    let touched = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || numeral(c).is_some());
    let unit = |c: Option<char>| c.is_some_and(|c| "十百千万年元块".contains(c));
    let end = at + 4;
    // 139xxxx1234 hides its middle too.
    let crossed = at > 3 && scan.slice(at - 3, at) == "xxx";
    if value.len() != 4
        || (touched(scan.before(at)) && !crossed)
        || touched(scan.at(end))
        || unit(scan.at(end))
    {
        return None;
    }
    // 138****8888: folding leaves one of the stars.
    let masked = scan.before(scan.skip_back(at)) == Some('*') || crossed;
    let named = scan.introduced(at, LAST_FOUR_BEFORE).is_some()
        || named_further(scan, at)
        || (!spoken && masked)
        || (!spoken && scan.any(end, &["结尾", "尾号", "那个订单", "那单", "这单"]).is_some());
    named.then_some(Candidate { kind: EntityKind::Last4, start: at, end, value: EntityValue::Text(value) })
}

/// A digit as it is written or read out, as an Arabic one.
fn numeral(character: char) -> Option<char> {
    let value = character.to_digit(10).or_else(|| u32::try_from(super::number::digit(character)?).ok())?;
    char::from_digit(value, 10)
}

/// Whether the last four digits are spoken of shortly before, without other digits between.
fn named_further(scan: &Scan<'_>, at: usize) -> bool {
    let text = &scan.text()[..scan.offsets[at]];
    let named = LAST_FOUR_FURTHER
        .iter()
        .filter_map(|word| Some((text.rfind(word)?, *word)))
        .max_by_key(|found| found.0);
    let Some((from, word)) = named else { return false };
    let between = &text[from + word.len()..];
    between.len() <= FURTHER && !between.contains(|c: char| c.is_ascii_digit() || "?。!;".contains(c))
}

/// Chinese mobile numbers, landlines and 400 numbers, and international ones with their plus.
fn phone(scan: &Scan<'_>, at: usize) -> Option<Candidate> {
    let before = scan.before(at);
    if scan.is_latin_or_digit(before) || before == Some('+') || before == Some('-') || before == Some('#') {
        return None;
    }
    if let Some((digits, end)) = spoken_digits(scan, at) {
        return Some(Candidate { kind: EntityKind::Phone, start: at, end, value: EntityValue::Text(digits) });
    }
    let plus = scan.at(at) == Some('+');
    let marked = plus || scan.at(at) == Some('(');
    let (digits, end) = grouped_digits(scan, at + usize::from(marked));
    if plus {
        let value = EntityValue::Text(format!("+{digits}"));
        return (8..=15).contains(&digits.len()).then_some(Candidate {
            kind: EntityKind::Phone,
            start: at,
            end,
            value,
        });
    }
    let separated = end - at > digits.len();
    let named = !separated && digits.len() >= 10 && scan.introduced(at, PHONE_WORDS).is_some();
    let landline = (separated || named) && digits.starts_with('0') && (10..=12).contains(&digits.len());
    let service = (separated || named)
        && (digits.starts_with("400") || digits.starts_with("800"))
        && digits.len() == 10;
    let foreign = digits.len() == 10 && is_three_three_four(scan, at, end);
    let fits = is_mobile(&digits) || landline || service || foreign;
    fits.then_some(Candidate { kind: EntityKind::Phone, start: at, end, value: EntityValue::Text(digits) })
}

/// A mobile number in Chinese numerals, with or without pauses: 幺三八，零零零零，零零零一.
fn spoken_digits(scan: &Scan<'_>, at: usize) -> Option<(String, usize)> {
    let spoken = |place: usize| scan.at(place).filter(|c| !c.is_ascii_digit()).and_then(numeral);
    spoken(at).filter(|first| *first == '1' && scan.before(at).and_then(numeral).is_none())?;
    let (mut digits, mut place) = (String::new(), at);
    loop {
        if let Some(digit) = spoken(place) {
            digits.push(digit);
            place += 1;
        } else if matches!(scan.at(place), Some(' ' | ',' | '-')) && spoken(place + 1).is_some() {
            place += 1;
        } else {
            break;
        }
    }
    is_mobile(&digits).then_some((digits, place))
}

/// Numbers such as 415-555-0132 or (415) 555-0132.
fn is_three_three_four(scan: &Scan<'_>, start: usize, end: usize) -> bool {
    let text = scan.slice(start, end).trim_start_matches('(').replace(") ", "-").replace(')', "-");
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    lengths == [3, 3, 4]
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
