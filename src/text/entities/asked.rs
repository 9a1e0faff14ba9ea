//! A bare value, read in the light of what was just asked: `165` after a question for the height.
//!
//! Only an answer that is nothing but the value and small words around it (`大概165吧`) is read so; a message
//! that says more is left to the finders, whose own result always wins.

use rust_decimal::Decimal;

use jiff::ZonedDateTime;

use crate::domain::{Entity, EntityKind, EntityValue, Utterance};

use super::{
    super::{normal, number, vocabulary},
    dates, measures,
};

/// Small words before a value. Each is tried again after any other.
const OPENING: &[&str] = &[
    "我",
    "是",
    "嗯",
    "哦",
    "那",
    "就",
    "大概",
    "大约",
    "差不多",
    "应该",
    "要",
    "想要",
    "退",
    "换",
    "号码",
    "身高",
    "体重",
    "it is",
    "it's",
    "its",
    "about",
    "around",
    "i'm",
    "i am",
    "maybe",
    "um",
    "say",
    "is",
];

/// Small words behind it.
const CLOSING: &[&str] = &[
    "谢谢", "左右", "上下", "出头", "吧", "的", "呢", "啊", "哦", "呀", "哈", "了", "多", "来", "please",
    "thanks", "or so",
];

/// What an answer says of `kind`, if `kind` was asked for: an entity that the message names by itself, or the
/// bare value that is all of it. `now` is the present in the shop's time zone. The span lies in
/// [`Utterance::raw`], as those of its entities do.
///
/// `165` is a height, `一百一` a weight in jin, `8888` last digits, `20` the day nearest to today.
pub fn read_as(utterance: &Utterance, kind: EntityKind, now: &ZonedDateTime) -> Option<Entity> {
    let named = utterance.entities.iter().find(|entity| entity.kind == kind);
    if let Some(entity) = named.cloned().or_else(|| kindred(utterance, kind)) {
        return Some(entity);
    }
    let folded = normal::fold(&utterance.raw);
    let core = core(&folded.text);
    let value = value(&folded.text[core.clone()], kind, now)?;
    let span = folded.origin(core);
    let text = utterance.raw.get(span.clone()).filter(|text| !text.is_empty())?.to_owned();
    Some(Entity { kind, span, text, value })
}

/// An entity of another kind that answers the question too: a whole telephone number holds its last digits.
fn kindred(utterance: &Utterance, kind: EntityKind) -> Option<Entity> {
    utterance.entities.iter().find_map(|entity| {
        let value = match (kind, entity.kind, &entity.value) {
            (EntityKind::Last4, EntityKind::Phone | EntityKind::OrderNo, EntityValue::Text(number)) => {
                EntityValue::Text(number.get(number.len().checked_sub(4)?..)?.to_owned())
            }
            (EntityKind::DateRange, EntityKind::Date, EntityValue::Date(day)) => {
                EntityValue::DateRange { from: *day, to: *day }
            }
            (EntityKind::MoneyRange, EntityKind::Money, EntityValue::Decimal(amount)) => around(*amount),
            _ => return None,
        };
        Some(Entity { kind, value, ..entity.clone() })
    })
}

/// The bytes of a folded text that are left without small words and punctuation.
fn core(text: &str) -> std::ops::Range<usize> {
    let mark = |c: char| !c.is_alphanumeric() && !matches!(c, '+' | '#' | '$' | '¥');
    let (mut start, mut end) = (0, text.len());
    loop {
        let rest = text[start..end].trim_matches(mark);
        start += text[start..end].find(rest).unwrap_or(0);
        end = start + rest.len();
        if let Some(word) = OPENING.iter().find(|word| opens(rest, word)) {
            start += word.len();
        } else if let Some(word) =
            CLOSING.iter().find(|word| rest.ends_with(**word) && rest.len() > word.len())
        {
            end -= word.len();
        } else {
            return start..end;
        }
    }
}

fn opens(text: &str, word: &str) -> bool {
    text.strip_prefix(word).is_some_and(|rest| {
        let goes_on = word.is_ascii() && rest.starts_with(|c: char| c.is_ascii_alphanumeric());
        !rest.is_empty() && !goes_on
    })
}

fn value(answer: &str, kind: EntityKind, now: &ZonedDateTime) -> Option<EntityValue> {
    let text = |text: &str| EntityValue::Text(text.to_owned());
    let whole = || whole_number(answer);
    match kind {
        EntityKind::Last4 => digits(answer).filter(|digits| digits.len() == 4).map(EntityValue::Text),
        EntityKind::OrderNo => code(answer, 6).map(text),
        EntityKind::TrackingNo => code(answer, 8).map(text),
        EntityKind::Phone => {
            let number = digits(answer).filter(|number| (10..=12).contains(&number.len()))?;
            number.starts_with(['0', '4', '8']).then_some(EntityValue::Text(number))
        }
        EntityKind::Money => whole().map(|amount| EntityValue::Decimal(amount.normalize())),
        EntityKind::MoneyRange => ends(answer).or_else(|| whole().map(around)),
        EntityKind::Quantity => {
            let count = whole().filter(|count| count.is_integer())?;
            i64::try_from(count).ok().filter(|count| (1..=100_000).contains(count)).map(EntityValue::Integer)
        }
        EntityKind::Size => size(answer),
        EntityKind::HeightCm => whole().and_then(measures::bare_height).map(EntityValue::Decimal),
        EntityKind::WeightKg => whole().and_then(measures::bare_weight_of_person).map(EntityValue::Decimal),
        EntityKind::Color => vocabulary::color_name(answer).map(text),
        EntityKind::Date => dates::bare(answer, now.date()).map(EntityValue::Date),
        EntityKind::DateRange => {
            dates::bare(answer, now.date()).map(|day| EntityValue::DateRange { from: day, to: day })
        }
        EntityKind::Region => vocabulary::city(answer).map(text),
        EntityKind::ProductName => None,
    }
}

/// A number that is all of the answer.
fn whole_number(answer: &str) -> Option<Decimal> {
    let characters: Vec<char> = answer.chars().collect();
    let number = number::number(&characters, 0)?;
    (number.end == characters.len() && number.upper.is_none()).then_some(number.value)
}

/// Two numbers with a mark between, the lower first.
fn ends(answer: &str) -> Option<EntityValue> {
    let (from, to) = answer.split_once(['-', '~', '到', '至'])?;
    let (from, to) = (whole_number(from.trim())?, whole_number(to.trim())?);
    (from < to).then_some(EntityValue::MoneyRange { from: Some(from), to: Some(to) })
}

/// “About so much”, as 200左右 is read.
fn around(amount: Decimal) -> EntityValue {
    let spread = amount / Decimal::from(5);
    let end = |value: Decimal| Some(value.normalize());
    EntityValue::MoneyRange { from: end(amount - spread), to: end(amount + spread) }
}

/// Digits alone, in Arabic or Chinese numerals.
fn digits(answer: &str) -> Option<String> {
    answer
        .chars()
        .filter(|c| !matches!(c, ' ' | '-'))
        .map(|c| c.to_digit(10).or_else(|| number::digit(c).and_then(|digit| u32::try_from(digit).ok())))
        .map(|digit| digit.and_then(|digit| char::from_digit(digit, 10)))
        .collect()
}

/// A number as orders and parcels have it, with at least so many digits.
fn code(answer: &str, least: usize) -> Option<&str> {
    let code = answer.trim_start_matches('#');
    let plain = code.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let count = code.bytes().filter(u8::is_ascii_digit).count();
    (plain && count >= least && code.len() <= 32).then_some(code)
}

fn size(answer: &str) -> Option<EntityValue> {
    let named = match answer {
        "大" | "大的" => "大码",
        "中" => "中码",
        "小" => "小码",
        _ => {
            let number = whole_number(answer).filter(|size| measures::within(*size, 1, 200))?;
            return Some(EntityValue::Text(number.normalize().to_string()));
        }
    };
    Some(EntityValue::Text(named.to_owned()))
}
