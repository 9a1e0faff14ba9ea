//! How many of something are meant.
//!
//! A number counts goods where a classifier or a word such as 数量 says so; 三个月 and 两个小时 count time.

use rust_decimal::Decimal;

use crate::domain::{EntityKind, EntityValue};

use super::{Candidate, Scan, measures::within};

const CLASSIFIERS: &[&str] = &[
    "件", "个", "双", "条", "只", "套", "盒", "瓶", "包", "袋", "箱", "支", "台", "部", "本", "张", "份",
    "对", "组", "罐", "桶", "把", "顶", "提", "卷", "枚", "杯", "辆", "副", "册", "款", "pcs", "pc",
    "pieces", "piece", "pairs", "pair", "items", "item", "units", "unit", "sets", "set", "boxes", "box",
    "bottles", "bottle", "packs", "pack", "of them",
];

/// What turns a classifier into another word: 一个月, 两个小时, 一部分.
const NOT_CLASSIFIER: &[&str] = &[
    "月",
    "多月",
    "多小时",
    "多星期",
    "多礼拜",
    "小时",
    "钟",
    "星期",
    "礼拜",
    "工作日",
    "人",
    "分",
    "问题",
    "号",
    "季",
    "半月",
    "天",
    "世纪",
];

const ENGLISH_NUMBERS: &[&str] =
    &["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];

pub(super) fn find(scan: &Scan<'_>, candidates: &mut Vec<Candidate>) {
    candidates.extend((0..scan.characters.len()).filter_map(|at| quantity(scan, at)));
}

/// Whether nothing that is counted stands at `at`: end, punctuation, or a word that goes on.
pub(super) fn counts_nothing(scan: &Scan<'_>, at: usize) -> bool {
    (scan.any(at, CLASSIFIERS).is_none() || scan.any(at, &["包邮"]).is_some())
        && !scan.at(at).is_some_and(|c| c.is_ascii_alphanumeric() || "天月日年号点斤米块元".contains(c))
}

fn quantity(scan: &Scan<'_>, at: usize) -> Option<Candidate> {
    let make = |start: usize, end: usize, value: i64| {
        let value = EntityValue::Integer(value);
        Some(Candidate { kind: EntityKind::Quantity, start, end, value })
    };
    let first = scan.at(at)?;
    if matches!(first, 'x' | '×' | '*') && !scan.before(at).is_some_and(|c| c.is_ascii_alphanumeric()) {
        let number = scan.number(scan.skip_spaces(at + 1))?;
        let ends = !scan.at(number.end).is_some_and(|c| c.is_ascii_alphanumeric());
        let counted = number.arabic && ends && within(number.value, 1, 999) && number.value.is_integer();
        return counted.then(|| make(at, number.end, i64::try_from(number.value).ok()?))?;
    }
    if first.is_ascii_alphabetic() {
        let end = at + scan.characters[at..].iter().take_while(|c| c.is_ascii_alphabetic()).count();
        if scan.is_latin_or_digit(scan.before(at)) {
            return None;
        }
        let word = scan.slice(at, end);
        let value =
            if word == "a" { 1 } else { ENGLISH_NUMBERS.iter().position(|known| *known == word)? + 1 };
        let value = i64::try_from(value).ok()?;
        if let Some(end) = scan.any(end, &["dozen"]) {
            return make(at, end, value * 12);
        }
        let classifiers = if word == "a" { &["pair", "set", "box", "pack"] } else { CLASSIFIERS };
        let end = scan.any(end, classifiers)?;
        return make(at, end, value);
    }
    // 这一件 points at a thing; 这两件 counts them.
    let pointed = matches!(scan.before(at), Some('这' | '那'));
    // 算一下两件: the number has nothing to do with 下.
    let for_a_moment = scan.before(at) == Some('下') && 2 <= at && scan.at(at - 2) == Some('一');
    if (matches!(scan.before(at), Some('第' | '.' | '#' | '上' | '下' | '另' | '每' | '哪')) && !for_a_moment)
        || scan.before(at).is_some_and(|c| c.is_ascii_alphanumeric())
    {
        return None;
    }
    if matches!(first, '俩' | '仨') {
        return make(at, at + 1, super::number::digit(first)?);
    }
    if let Some((value, end)) = dozens(scan, at) {
        return make(at, end, value);
    }
    let number = scan.number(at)?;
    if let Some(end) = asked_number(scan, at, &number) {
        return make(at, end, i64::try_from(number.value).ok()?);
    }
    // 十来个, 十几件, 二十多个: the round number is as near as the shopper says.
    let several = usize::from(matches!(scan.at(number.end), Some('来' | '多' | '几')));
    let end = scan.any(number.end + several, CLASSIFIERS)?;
    if pointed && number.value <= Decimal::ONE {
        return None;
    }
    if scan.any(end, NOT_CLASSIFIER).is_some() && scan.at(end) != Some(' ') || !number.value.is_integer() {
        return None;
    }
    let value = i64::try_from(number.value).ok().filter(|value| (1..=100_000).contains(value))?;
    make(at, end, value)
}

/// 一打, 半打: dozens and the place behind. 打 also begins other words (打开).
fn dozens(scan: &Scan<'_>, at: usize) -> Option<(i64, usize)> {
    let (count, end) = if scan.at(at) == Some('半') {
        (Decimal::new(5, 1), at + 1)
    } else {
        scan.number(at).filter(|number| number.upper.is_none()).map(|number| (number.value, number.end))?
    };
    let behind = scan.any(end, &["打"]).filter(|_| scan.at(end) == Some('打'))?;
    let other = scan.at(behind).is_some_and(|c| "开折包电印算扰听底扮火架游车理发错中".contains(c));
    let value = i64::try_from(count * Decimal::from(12)).ok().filter(|value| (1..=1_200).contains(value))?;
    (!other).then_some((value, behind))
}

/// 数量2, qty 3: the place behind a number that is named as a count.
fn asked_number(scan: &Scan<'_>, at: usize, number: &super::Number) -> Option<usize> {
    let named = scan.introduced(at, &["数量", "件数", "qty", "quantity"]).is_some();
    let plain = number.upper.is_none() && number.value.is_integer() && within(number.value, 1, 100_000);
    (named && plain && counts_nothing(scan, number.end)).then_some(number.end)
}
