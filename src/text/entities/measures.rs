//! Heights and weights.
//!
//! Goods have measures too (a bed of 1.5 m, five jin of apples), so a length or weight is a person's only in
//! the range of people or beside a word such as 身高. A bare number after 体重 of 80 and more counts jin,
//! a smaller one kilograms, as shoppers say it.

use rust_decimal::{Decimal, RoundingStrategy};

use crate::domain::{EntityKind, EntityValue};

use super::{Candidate, Scan};

const HEIGHT_WORDS: &[&str] =
    &["身高", "净身高", "height", "个子", "身高体重", "身高和体重", "身高,体重", "height and weight"];
/// What announces a height and then a weight: the number behind is the height, though 体重 stands before it.
const BOTH_WORDS: &[&str] = &["身高体重", "身高和体重", "身高,体重", "height and weight", "height weight"];
/// Who a bare height is said of: 我165.
const PEOPLE: &[&str] =
    &["我", "本人", "她", "他", "女生", "男生", "女", "男", "妈妈", "爸爸", "老公", "老婆"];

/// Words beside which small measures are a child's.
const CHILDREN: &[&str] = &["宝宝", "孩子", "小孩", "儿子", "女儿", "岁", "娃", "baby", "kid", "toddler"];
const WEIGHT_WORDS: &[&str] = &["体重", "净重", "重", "weight", "weigh", "weighs"];

/// What bears a weight, and goods that are sold by theirs.
const BORNE: &[&str] =
    &["承重", "载重", "承受", "承载", "负重", "限重", "max load", "capacity", "holds", "hold"];
const WEIGHED_GOODS: &[&str] = &[
    "米",
    "大米",
    "面粉",
    "面",
    "苹果",
    "水果",
    "橙",
    "肉",
    "猫砂",
    "猫粮",
    "狗粮",
    "煤",
    "哑铃",
    "杠铃",
    "洗衣机",
    "装",
    "of rice",
    "rice",
];

/// Goods that are sold by their length.
const LONG_GOODS: &[&str] = &[
    "床", "被子", "被套", "桌", "沙发", "窗", "帘", "线", "柜", "垫", "绳", "屏", "毯", "布", "杆", "架",
    "帐篷", "画", "木板", "宽", "米长", "cm长", "衣长", "裙长", "裤长", "袖长", "长度", "高度", "胸围",
    "腰围", "duvet", "bed", "desk", "table", "curtain", "cable", "sofa", "rug",
];

pub(super) fn find(scan: &Scan<'_>, candidates: &mut Vec<Candidate>) {
    let before = candidates.len();
    for at in 0..scan.characters.len() {
        candidates.extend(height(scan, at));
        candidates.extend(weight(scan, at));
    }
    let has =
        |kind: EntityKind| candidates[before..].iter().find(|c| c.kind == kind).map(|c| (c.start, c.end));
    let (height, weight) = (has(EntityKind::HeightCm), has(EntityKind::WeightKg));
    match (height, weight) {
        (None, Some(weight)) => candidates.extend(partner_height(scan, weight.0)),
        (Some(height), None) => candidates.extend(partner_weight(scan, height.1)),
        (None, None) => candidates.extend(pair(scan).into_iter().flatten()),
        _ => {}
    }
}

fn candidate(kind: EntityKind, start: usize, end: usize, value: Decimal) -> Candidate {
    Candidate { kind, start, end, value: EntityValue::Decimal(value.normalize()) }
}

pub(super) fn within(value: Decimal, low: i64, high: i64) -> bool {
    value >= Decimal::from(low) && value <= Decimal::from(high)
}

fn tenths(value: Decimal) -> Decimal {
    value.round_dp_with_strategy(1, RoundingStrategy::MidpointAwayFromZero).normalize()
}

/// Whether a bare value ends here: at the end, at a mark, or before a word that asks what to wear.
pub(super) fn closes(scan: &Scan<'_>, at: usize) -> bool {
    scan.at(at).is_none_or(|c| !c.is_alphanumeric())
        || scan.any(at, &["的", "穿", "选", "要", "左右", "吧"]).is_some()
}

fn height(scan: &Scan<'_>, at: usize) -> Option<Candidate> {
    if scan.before(at).is_some_and(|c| c.is_ascii_alphanumeric() || c == '.') {
        return None;
    }
    let number = scan.number(at)?;
    if number.upper.is_some() {
        return None;
    }
    let value = number.value;
    if let Some((end, inches)) = feet(scan, number.end).filter(|_| within(value, 3, 7) && value.is_integer())
    {
        let centimetres = (value * Decimal::from(12) + inches) * Decimal::new(254, 2);
        return Some(candidate(EntityKind::HeightCm, at, end, centimetres.round()));
    }
    let named = scan.introduced(at, HEIGHT_WORDS).is_some()
        || scan.introduced(at, BOTH_WORDS).is_some()
        || scan.any(number.end, &["tall", "的身高", "身高"]).is_some()
        || (number.arabic
            && within(value, 140, 205)
            && scan.introduced(at, PEOPLE).is_some()
            && closes(scan, number.end))
        || (within(value, 140, 200) && !of_goods(scan) && scan.introduced(at, &["高", "tall"]).is_some());
    let goods = !named && of_goods(scan);
    if let Some(end) = scan.any(number.end, &["cm", "厘米", "公分", "centimeters", "centimetres"]) {
        let named = named || scan.any(end, &["tall", "高"]).is_some() || of_child(scan);
        let fits = within(value, 130, 220) || (named && within(value, 40, 230));
        return (fits && !goods).then(|| candidate(EntityKind::HeightCm, at, end, value));
    }
    if let Some(unit) = scan.any(number.end, &["米", "m"]) {
        return metres(scan, at, value, unit);
    }
    let plain =
        !scan.at(number.end).is_some_and(|c| c.is_ascii_alphanumeric() || "斤元块天件个码号%".contains(c));
    if named && plain {
        if within(value, 50, 230) {
            return Some(candidate(EntityKind::HeightCm, at, number.end, value));
        }
        let metres = value * Decimal::ONE_HUNDRED;
        return (within(metres, 100, 230)).then(|| candidate(EntityKind::HeightCm, at, number.end, metres));
    }
    None
}

/// Whether the message speaks of goods that have lengths of their own.
fn of_goods(scan: &Scan<'_>) -> bool {
    LONG_GOODS.iter().any(|word| scan.text().contains(word))
}

/// Whether the message speaks of a child.
fn of_child(scan: &Scan<'_>) -> bool {
    CHILDREN.iter().any(|word| scan.text().contains(word))
}

/// 1米65, 一米六, 1.65m, 1m7: one digit behind counts tens of centimetres.
fn metres(scan: &Scan<'_>, at: usize, whole: Decimal, unit: usize) -> Option<Candidate> {
    let rest: Vec<char> = scan.characters[unit..].to_vec();
    let mut digits = Vec::new();
    for character in rest.iter().take(3) {
        match character.to_digit(10).map(i64::from).or_else(|| super::number::digit(*character)) {
            Some(digit) => digits.push(digit),
            None if *character == '十' && digits.len() == 1 => {}
            None => break,
        }
    }
    let used = rest
        .iter()
        .take(3)
        .take_while(|c| c.is_ascii_digit() || super::number::digit(**c).is_some() || **c == '十')
        .count();
    let (centimetres, end) = match (whole.is_integer(), digits.as_slice()) {
        (true, [tens]) => (whole * Decimal::ONE_HUNDRED + Decimal::from(tens * 10), unit + used),
        (true, [tens, ones]) => (whole * Decimal::ONE_HUNDRED + Decimal::from(tens * 10 + ones), unit + used),
        (_, []) => (whole * Decimal::ONE_HUNDRED, unit),
        _ => return None,
    };
    let counted = scan.at(end).is_some_and(|c| c.is_ascii_alphanumeric() || "斤公块元件条个".contains(c))
        && digits.len() < 2;
    let named = scan.introduced(at, HEIGHT_WORDS).is_some();
    let goods = !named && of_goods(scan);
    let least = if named || of_child(scan) { 50 } else { 130 };
    let fits = within(centimetres, least, 230) && (named || centimetres != Decimal::from(200));
    (fits && !goods && !(counted && !digits.is_empty() && scan.slice(at, unit).ends_with('m')))
        .then(|| candidate(EntityKind::HeightCm, at, end, centimetres))
}

/// 5'6", 5 ft 6, 5 feet 6 inches: the place behind and the inches, read from behind the feet.
fn feet(scan: &Scan<'_>, at: usize) -> Option<(usize, Decimal)> {
    let end = scan.any(at, &["'", "’", "′", "feet", "foot", "ft"])?;
    let inches = scan
        .number(scan.skip_spaces(end))
        .filter(|n| n.arabic && n.upper.is_none() && within(n.value, 0, 11));
    let Some(inches) = inches else { return Some((end, Decimal::ZERO)) };
    let closed = scan.any(inches.end, &["\"", "”", "″", "''", "'", "inches", "inch", "in"]);
    Some((closed.unwrap_or(inches.end), inches.value))
}

fn weight(scan: &Scan<'_>, at: usize) -> Option<Candidate> {
    if scan.before(at).is_some_and(|c| c.is_ascii_alphanumeric() || c == '.')
        && scan.number(at).is_none_or(|n| n.arabic)
    {
        return None;
    }
    let number = scan.number(at)?;
    let value = number.value;
    let several = usize::from(matches!(scan.at(number.end), Some('多' | '来')));
    let named = scan.introduced(at, WEIGHT_WORDS).is_some() && scan.introduced(at, BOTH_WORDS).is_none();
    let small = named || of_child(scan);
    let load = scan.introduced(at, BORNE).is_some();
    let people = |kilograms: Decimal| !load && within(kilograms, if small { 2 } else { 30 }, 250);
    let units: [(&[&str], Decimal); 4] = [
        (&["公斤", "千克", "kgs", "kg", "kilos", "kilograms", "kilo"], Decimal::ONE),
        (&["斤", "市斤"], Decimal::new(5, 1)),
        (&["lbs", "lb", "pounds", "pound", "磅"], Decimal::new(45_359_237, 8)),
        (&["jin"], Decimal::new(5, 1)),
    ];
    for (words, factor) in units {
        if let Some(end) = scan.any(number.end + several, words) {
            let kilograms = tenths(value * factor);
            let goods = !named
                && (scan.any(end, WEIGHED_GOODS).is_some() || scan.introduced(at, WEIGHED_GOODS).is_some());
            return (!goods && people(kilograms))
                .then(|| candidate(EntityKind::WeightKg, at, end, kilograms));
        }
    }
    let plain =
        !scan.at(number.end).is_some_and(|c| c.is_ascii_alphanumeric() || "元块天件个码号%米克".contains(c));
    let kilograms = bare_weight(value);
    (named && plain && number.upper.is_none() && within(kilograms, 2, 250))
        .then(|| candidate(EntityKind::WeightKg, at, number.end, kilograms))
}

/// A height that was asked for, in centimetres or metres.
pub(super) fn bare_height(value: Decimal) -> Option<Decimal> {
    let metres = value * Decimal::ONE_HUNDRED;
    let centimetres = if within(metres, 100, 230) { metres } else { value };
    within(centimetres, 50, 230).then(|| centimetres.normalize())
}

/// A weight that was asked for, in jin or kilograms.
pub(super) fn bare_weight_of_person(value: Decimal) -> Option<Decimal> {
    within(value, 30, 400).then(|| bare_weight(value).normalize())
}

/// A weight without its unit: jin from 80 on, kilograms below.
fn bare_weight(value: Decimal) -> Decimal {
    if value >= Decimal::from(80) { tenths(value / Decimal::TWO) } else { value }
}

/// A bare number of a person's height shortly before a weight: 158 然后大概一百三十五斤.
fn partner_height(scan: &Scan<'_>, weight: usize) -> Option<Candidate> {
    (weight.saturating_sub(16)..weight).find_map(|at| {
        let number =
            bare_number(scan, at).filter(|(value, end)| *end <= weight && within(*value, 140, 205))?;
        Some(candidate(EntityKind::HeightCm, at, number.1, number.0))
    })
}

/// A bare number shortly after a height: 身高165，110.
fn partner_weight(scan: &Scan<'_>, height: usize) -> Option<Candidate> {
    let at = scan.skip_spaces(height)
        + usize::from(matches!(scan.at(scan.skip_spaces(height)), Some(',' | '/' | '，' | '、' | ';')));
    let at = scan.skip_spaces(at);
    let (value, end) = bare_number(scan, at).filter(|(value, _)| at > height && within(*value, 35, 250))?;
    Some(candidate(EntityKind::WeightKg, at, end, bare_weight(value)))
}

/// A message that begins with both and nothing else before: `165 110`, `170/65 穿什么码`.
fn pair(scan: &Scan<'_>) -> Option<[Candidate; 2]> {
    let (height, end) = bare_number(scan, 0).filter(|(value, _)| within(*value, 140, 205))?;
    let weight = partner_weight(scan, end).filter(|_| matches!(scan.at(end), Some(' ' | '/' | ',')))?;
    let asks =
        scan.any(weight.end, &["穿", "选", "要", "拍", "买", "什么", "多大", "码", ",", "?"]).is_some();
    (asks || weight.end == scan.characters.len())
        .then(|| [candidate(EntityKind::HeightCm, 0, end, height), weight])
}

/// A number without any unit.
fn bare_number(scan: &Scan<'_>, at: usize) -> Option<(Decimal, usize)> {
    if scan.before(at).is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '#' | '$' | '¥')) {
        return None;
    }
    let number = scan.number(at).filter(|number| number.upper.is_none())?;
    let plain = !scan
        .at(number.end)
        .is_some_and(|c| c.is_ascii_alphanumeric() || "元块天件个码号%米克斤公".contains(c));
    plain.then_some((number.value, number.end))
}
