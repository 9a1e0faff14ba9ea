//! Days that have a name of their own every year.

use jiff::civil::{Date, Weekday};

use super::{Scan, nearest_of, number};

/// When a festival is.
#[derive(Clone, Copy)]
pub(super) enum Festival {
    /// The same month and day every year.
    Fixed(i8, i8),
    /// A column of [`LUNAR`].
    Lunar(usize),
    /// The n-th of a weekday in a month.
    Weekday(i8, i8, Weekday),
    /// The day after the fourth Thursday of November.
    BlackFriday,
}

const FESTIVALS: &[(&str, Festival)] = &[
    ("双十一", Festival::Fixed(11, 11)),
    ("双11", Festival::Fixed(11, 11)),
    ("双十二", Festival::Fixed(12, 12)),
    ("双12", Festival::Fixed(12, 12)),
    ("11.11", Festival::Fixed(11, 11)),
    ("12.12", Festival::Fixed(12, 12)),
    ("6.18", Festival::Fixed(6, 18)),
    ("618", Festival::Fixed(6, 18)),
    ("六一八", Festival::Fixed(6, 18)),
    ("元旦", Festival::Fixed(1, 1)),
    ("情人节", Festival::Fixed(2, 14)),
    ("妇女节", Festival::Fixed(3, 8)),
    ("三八节", Festival::Fixed(3, 8)),
    ("劳动节", Festival::Fixed(5, 1)),
    ("五一", Festival::Fixed(5, 1)),
    ("儿童节", Festival::Fixed(6, 1)),
    ("六一", Festival::Fixed(6, 1)),
    ("国庆节", Festival::Fixed(10, 1)),
    ("国庆", Festival::Fixed(10, 1)),
    ("平安夜", Festival::Fixed(12, 24)),
    ("圣诞节", Festival::Fixed(12, 25)),
    ("圣诞", Festival::Fixed(12, 25)),
    ("christmas eve", Festival::Fixed(12, 24)),
    ("christmas", Festival::Fixed(12, 25)),
    ("singles' day", Festival::Fixed(11, 11)),
    ("singles day", Festival::Fixed(11, 11)),
    ("new year's day", Festival::Fixed(1, 1)),
    ("除夕", Festival::Lunar(0)),
    ("十一假期", Festival::Fixed(10, 1)),
    ("十一长假", Festival::Fixed(10, 1)),
    ("过年", Festival::Lunar(1)),
    ("春节", Festival::Lunar(1)),
    ("大年初一", Festival::Lunar(1)),
    ("chinese new year", Festival::Lunar(1)),
    ("元宵节", Festival::Lunar(2)),
    ("元宵", Festival::Lunar(2)),
    ("端午节", Festival::Lunar(3)),
    ("端午", Festival::Lunar(3)),
    ("七夕", Festival::Lunar(4)),
    ("中秋节", Festival::Lunar(5)),
    ("中秋", Festival::Lunar(5)),
    ("母亲节", Festival::Weekday(5, 2, Weekday::Sunday)),
    ("父亲节", Festival::Weekday(6, 3, Weekday::Sunday)),
    ("黑五", Festival::BlackFriday),
    ("黑色星期五", Festival::BlackFriday),
    ("black friday", Festival::BlackFriday),
];

/// Month and day of 除夕, 春节, 元宵, 端午, 七夕 and 中秋, for each year from [`FIRST_LUNAR_YEAR`] on.
const LUNAR: &[[(i8, i8); 6]] = &[
    [(2, 9), (2, 10), (2, 24), (6, 10), (8, 10), (9, 17)],
    [(1, 28), (1, 29), (2, 12), (5, 31), (8, 29), (10, 6)],
    [(2, 16), (2, 17), (3, 3), (6, 19), (8, 19), (9, 25)],
    [(2, 5), (2, 6), (2, 20), (6, 9), (8, 8), (9, 15)],
    [(1, 25), (1, 26), (2, 9), (5, 28), (8, 26), (10, 3)],
    [(2, 12), (2, 13), (2, 27), (6, 16), (8, 16), (9, 22)],
    [(2, 2), (2, 3), (2, 17), (6, 5), (8, 5), (9, 12)],
];
const FIRST_LUNAR_YEAR: i16 = 2024;

/// 618 and 11.11 with a unit are amounts.
const UNITS_AFTER_NUMERALS: &[&str] =
    &["元", "米", "斤", "公", "寸", "升", "块", "号", "件", "个", "以内", "以下", "以上", "左右"];

impl Festival {
    /// Its day in a year, where that is known.
    pub(super) fn in_year(self, year: i16) -> Option<Date> {
        match self {
            Self::Fixed(month, day) => Date::new(year, month, day).ok(),
            Self::Lunar(column) => {
                let row = LUNAR.get(usize::try_from(year - FIRST_LUNAR_YEAR).ok()?)?;
                Date::new(year, row[column].0, row[column].1).ok()
            }
            Self::Weekday(month, nth, weekday) => {
                Date::new(year, month, 1).ok()?.nth_weekday_of_month(nth, weekday).ok()
            }
            Self::BlackFriday => Self::Weekday(11, 4, Weekday::Thursday).in_year(year)?.tomorrow().ok(),
        }
    }

    /// The one nearest to today.
    pub(super) fn nearest(self, today: Date) -> Option<Date> {
        nearest_of(today, |year| self.in_year(year))
    }
}

/// A festival's name at `at`, and the place behind it.
pub(super) fn festival(scan: &Scan<'_>, at: usize) -> Option<(Festival, usize)> {
    let (word, festival) = FESTIVALS.iter().find(|(word, _)| scan.any(at, &[word]).is_some())?;
    let end = at + word.chars().count();
    let in_digits = word.ends_with(|c: char| c.is_ascii_digit());
    if in_digits && (scan.is_latin_or_digit(scan.at(end)) || scan.at(end) == Some('.')) {
        return None;
    }
    // 六一 and 五一 inside longer numerals (一米六一) are not festivals.
    let numeral =
        |c: Option<char>| c.is_some_and(|c| number::digit(c).is_some() || "十百千万米点块".contains(c));
    if matches!(*word, "五一" | "六一" | "六一八") && (numeral(scan.before(at)) || numeral(scan.at(end)))
    {
        return None;
    }
    let counted =
        word.starts_with(|c: char| c.is_ascii_digit()) && scan.any(end, UNITS_AFTER_NUMERALS).is_some();
    // 元宵 is eaten too.
    let eaten = *word == "元宵" && scan.any(end, &["的", "馅", "粉"]).is_some();
    (!counted && !eaten).then_some((*festival, end))
}
