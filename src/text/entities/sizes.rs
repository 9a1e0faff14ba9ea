//! Sizes of clothes and shoes: letters, numbers, names of sizes in both languages.
//!
//! A single letter or a bare number is a size only where something beside it says so.

use rust_decimal::Decimal;

use crate::domain::{EntityKind, EntityValue};

use super::{
    Candidate, Scan,
    measures::{closes, within},
    number,
};

const NAMED_SIZES: &[(&str, &str)] = &[
    ("均码", "均码"),
    ("加大码", "加大码"),
    ("特大码", "特大码"),
    ("大码", "大码"),
    ("中码", "中码"),
    ("小码", "小码"),
    ("加大号", "加大号"),
    ("特大号", "特大号"),
    ("大号", "大号"),
    ("中号", "中号"),
    ("小号", "小号"),
    ("xxx-large", "XXXL"),
    ("xx-large", "XXL"),
    ("x-large", "XL"),
    ("x large", "XL"),
    ("x-small", "XS"),
    ("one size", "ONE SIZE"),
    ("free size", "FREE SIZE"),
    ("extra large", "XL"),
    ("extra small", "XS"),
];

/// Words before a numbered size, then those that introduce letters alone.
const SIZE_WORDS: &[&str] =
    &["尺码", "码数", "鞋码", "尺寸", "欧码", "美码", "size", "sizes", "eu", "us", "uk", "穿", "码", "号码"];
const NUMBERED_SIZE_WORDS: usize = 11;
pub(super) fn find(scan: &Scan<'_>, candidates: &mut Vec<Candidate>) {
    candidates.extend((0..scan.characters.len()).filter_map(|at| size(scan, at)));
}

fn size(scan: &Scan<'_>, at: usize) -> Option<Candidate> {
    let make = |start: usize, end: usize, value: &str| {
        let value = EntityValue::Text(value.to_uppercase());
        Some(Candidate { kind: EntityKind::Size, start, end, value })
    };
    if let Some((word, value)) =
        NAMED_SIZES.iter().find(|(word, _)| scan.at(at) != Some(' ') && scan.any(at, &[word]).is_some())
        && !scan.is_latin_or_digit(scan.before(at))
    {
        return make(at, at + word.chars().count(), value);
    }
    if scan.is_latin_or_digit(scan.before(at)) || matches!(scan.before(at), Some('\'' | '.' | '’' | '#')) {
        return None;
    }
    let run = scan.characters[at..].iter().take_while(|c| c.is_ascii_alphanumeric()).count();
    let word = scan.slice(at, at + run);
    if is_letter_size(word) && letter_size_stands(scan, at, at + run) {
        let end = scan.any(at + run, &["码", "号"]).unwrap_or(at + run);
        return make(at, end, word);
    }
    if let Some(value) = english_size(scan, at, word) {
        return make(at, at + run, value);
    }
    let (value, end) = numbered_size(scan, at, run)?;
    make(at, end, &value)
}

fn is_letter_size(word: &str) -> bool {
    let plain = matches!(word, "s" | "m" | "l" | "xs" | "xxs");
    let large = word.strip_suffix('l').is_some_and(|rest| {
        (!rest.is_empty() && rest.len() <= 6 && rest.bytes().all(|b| b == b'x'))
            || rest.strip_suffix('x').is_some_and(|n| matches!(n, "2" | "3" | "4" | "5" | "6" | "7" | "8"))
    });
    plain || large
}

/// A single letter is a size beside Chinese characters, after `size`, alone, or written as a capital.
fn letter_size_stands(scan: &Scan<'_>, start: usize, end: usize) -> bool {
    if end - start > 1 {
        return true;
    }
    let before = scan.characters[..start].iter().rev().find(|c| **c != ' ').copied();
    if before.is_some_and(|c| c.is_ascii_digit() || c == '$') {
        return false;
    }
    let after = scan.characters[end..].iter().find(|c| **c != ' ').copied();
    let han = |c: Option<char>| c.is_some_and(|c| c >= '\u{3400}');
    let capital = scan.as_written(start, end).bytes().all(|b| b.is_ascii_uppercase());
    (before.is_none() && after.is_none())
        || han(before)
        || han(after)
        || capital
        || scan.introduced(start, SIZE_WORDS).is_some()
}

fn english_size(scan: &Scan<'_>, at: usize, word: &str) -> Option<&'static str> {
    let value = match word {
        "small" => "S",
        "medium" => "M",
        "large" => "L",
        _ => return None,
    };
    let alone = word.len() == scan.text().len();
    let named = scan.introduced(at, &["size", "in", "a", "the"]).is_some()
        || scan.any(at + word.len(), &["size", "one", "please"]).is_some();
    (alone || named).then_some(value)
}

/// 42码, 三十八码, 42码半, size 42, us9.5, 75B, 165/88A, with the place behind; 号 counts only where it can't be
/// a day.
fn numbered_size(scan: &Scan<'_>, at: usize, run: usize) -> Option<(String, usize)> {
    let word = scan.slice(at, at + run);
    let as_written = |end: usize| (scan.slice(at, end).to_owned(), end);
    if let Some(cup) = word.strip_suffix(['a', 'b', 'c', 'd', 'e', 'f']) {
        // Bands in centimetres (75B) and in inches (36C).
        let is_band = |band: u32| {
            ((65..=110).contains(&band) && band.is_multiple_of(5))
                || ((30..=46).contains(&band) && band.is_multiple_of(2))
        };
        return cup.parse().is_ok_and(is_band).then(|| as_written(at + run));
    }
    if ["us", "uk", "eu"].iter().any(|system| word.starts_with(system)) && run > 2 {
        let number = number::number(&scan.characters[at + 2..], 0)?;
        let end = at + 2 + number.end;
        let plain = !scan.is_latin_or_digit(scan.at(end)) && within(number.value, 1, 60);
        return plain.then(|| (number.value.normalize().to_string(), end));
    }
    if scan.at(at + run) == Some('/') && word.len() == 3 && word.bytes().all(|b| b.is_ascii_digit()) {
        let rest = scan.characters[at + run + 1..].iter().take_while(|c| c.is_ascii_alphanumeric()).count();
        let second = scan.slice(at + run + 1, at + run + 1 + rest);
        let girth = second
            .strip_suffix(['a', 'b', 'c', 'y'])
            .filter(|g| g.parse::<u32>().is_ok_and(|g| (48..=130).contains(&g)));
        return girth.map(|_| as_written(at + run + 1 + rest));
    }
    let number = scan.number(at)?;
    if number.upper.is_some() || !within(number.value, 1, 200) {
        return None;
    }
    let value = number.value.normalize().to_string();
    // 小一码 is one size down.
    let compared = matches!(scan.before(at), Some('大' | '小' | '差')) && number.value <= Decimal::from(3);
    if let Some(end) = scan.any(number.end, &["码"]).filter(|_| !compared) {
        if scan.at(end) == Some('半') && number.value.is_integer() {
            return Some((format!("{value}.5"), end + 1));
        }
        return Some((value, end));
    }
    let after_number = scan.at(number.end);
    if after_number == Some('号') {
        return (number.value >= Decimal::from(32) && number.arabic).then(|| (value, number.end + 1));
    }
    let plain =
        !after_number.is_some_and(|c| c.is_ascii_alphanumeric() || "斤公千元块%天件个双/".contains(c));
    let shoe = within(number.value, 34, 48)
        && scan.at(number.end) == Some('的')
        && scan.before(scan.skip_back(at)).is_some_and(|c| "有要换拍成是穿退".contains(c));
    let worn =
        within(number.value, 34, 48) && scan.introduced(at, &["穿"]).is_some() && closes(scan, number.end);
    let named = shoe || worn || scan.introduced(at, &SIZE_WORDS[..NUMBERED_SIZE_WORDS]).is_some();
    (number.arabic && named && plain && within(number.value, 1, 60)).then_some((value, number.end))
}
