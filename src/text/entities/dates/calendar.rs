//! Days as a calendar writes them: 2026年11月3日, 2026-11-03, 11月3号, 11/3, 3号, Nov 3rd.

use jiff::{ToSpan, civil::Date};
use rust_decimal::Decimal;

use super::{Days, Scan, date, days_between, nearest, small};

const ENGLISH_MONTHS: &[&str] =
    &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const LONG_MONTHS: &[&str] = &[
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
/// What makes 7号 or 7日 something other than a day: 7号链接, 7日无理由.
const NOT_A_DAY: &[&str] = &[
    "码",
    "线",
    "楼",
    "店",
    "仓",
    "电池",
    "色",
    "链接",
    "款",
    "球",
    "机",
    "无理由",
    "内",
    "达",
    "后",
    "前",
    "游",
    "装",
    "元素",
];

/// 2026年11月3日, 26年11月3日, 2026-11-03, 11月3号, 11/3, 3号.
pub(super) fn calendar(scan: &Scan<'_>, at: usize, today: Date) -> Option<(Date, usize)> {
    let first = whole_number(scan, at)?;
    if let Some((year, end)) = year(scan, first) {
        let month = whole_number(scan, end)?;
        let end = scan.any(month.1, &["月", "-", "/", "."])?;
        let day = whole_number(scan, end)?;
        let end = scan.any(day.1, &["日", "号"]).unwrap_or(day.1);
        return Some((date(year, month.0, day.0)?, end));
    }
    if let Some((month, day, end)) = month_and_day(scan, at) {
        return Some((nearest(today, month, day)?, end));
    }
    if scan.at(first.1) == Some('/') && first.2 {
        let day = whole_number(scan, first.1 + 1).filter(|day| day.2 && scan.at(day.1) != Some('/'))?;
        let said = !scan.at(day.1).is_some_and(|c| c.is_ascii_alphanumeric());
        // 1/2 is a half more often than a day.
        let half = (first.0, day.0) == (1, 2);
        return Some((nearest(today, small(first.0)?, small(day.0)?).filter(|_| said && !half)?, day.1));
    }
    let (day, end) = day_of_month(scan, at)?;
    Some((nearest_day(today, day)?, end))
}

/// A year by the number before 年 or before a mark, and the place behind it. Two digits count from 2000.
fn year(scan: &Scan<'_>, number: (i64, usize, bool)) -> Option<(i64, usize)> {
    let full = (1990..=2100).contains(&number.0);
    if let Some(end) = scan.any(number.1, &["年"]) {
        let short = number.2 && (20..=40).contains(&number.0) && whole_number(scan, end).is_some();
        return if full { Some((number.0, end)) } else { short.then_some((2_000 + number.0, end)) };
    }
    scan.any(number.1, &["-", "/", "."]).filter(|_| full).map(|end| (number.0, end))
}

/// 2025年, 25年 before a month.
pub(super) fn year_word(scan: &Scan<'_>, at: usize) -> Option<(i64, usize)> {
    let number = whole_number(scan, at).filter(|number| scan.at(number.1) == Some('年'))?;
    year(scan, number)
}

/// 11月11号: month, day and the place behind.
pub(super) fn month_and_day(scan: &Scan<'_>, at: usize) -> Option<(i8, i8, usize)> {
    let month = whole_number(scan, at)?;
    let end = scan.any(month.1, &["月"])?;
    let day = whole_number(scan, end)?;
    let end = scan.any(day.1, &["日", "号"]).unwrap_or(day.1);
    Some((small(month.0)?, small(day.0)?, end))
}

/// 3号, 20日: the day and the place behind, where a day is meant.
pub(super) fn day_of_month(scan: &Scan<'_>, at: usize) -> Option<(i8, usize)> {
    let first = whole_number(scan, at)?;
    let end = scan.any(first.1, &["号", "日"]).filter(|_| scan.at(first.1) != Some(' '))?;
    // 25号前 is before a day; 7日后 is days later.
    let bound = scan.slice(first.1, end) == "号" && scan.any(end, &["前", "后"]).is_some();
    let other_word = (!bound && scan.any(end, NOT_A_DAY).is_some())
        || matches!(scan.before(at), Some('大' | '小' | '中' | '口'))
        || (scan.slice(first.1, end) == "日" && !first.2);
    Some((small(first.0).filter(|_| !other_word)?, end))
}

/// 5号 as the end of a span that begins in a month.
pub(super) fn later_in_month(scan: &Scan<'_>, at: usize, first: Date) -> Option<Days> {
    let (day, end) = day_of_month(scan, at)?;
    let date = Date::new(first.year(), first.month(), day).ok().filter(|date| *date > first)?;
    Some(Days::one((date, end)))
}

/// A day that was asked for: `20`, `20号`, `11.20`, `11-20`.
pub(in super::super) fn bare(answer: &str, today: Date) -> Option<Date> {
    let digits = |text: &str| text.parse::<i8>().ok().filter(|_| text.len() <= 2);
    match answer.split_once(['.', '-', '/']) {
        Some((month, day)) => nearest(today, digits(month)?, digits(day)?),
        None => nearest_day(today, digits(answer.trim_end_matches(['号', '日']))?),
    }
}

/// A whole number, the place behind it, and whether it is in Arabic digits.
pub(super) fn whole_number(scan: &Scan<'_>, at: usize) -> Option<(i64, usize, bool)> {
    let start = scan.skip_spaces(at);
    let digits = scan.characters.get(start..)?.iter().take_while(|c| c.is_ascii_digit()).count();
    if (1..=4).contains(&digits) {
        let value = scan.slice(start, start + digits).parse().ok()?;
        return Some((value, start + digits, true));
    }
    let number =
        scan.number(start).filter(|n| !n.arabic && n.upper.is_none() && n.value < Decimal::from(3_000))?;
    Some((i64::try_from(number.value).ok().filter(|_| number.value.is_integer())?, number.end, false))
}

/// The day of a month nearest to today, in the months around.
fn nearest_day(today: Date, day: i8) -> Option<Date> {
    let months =
        [-1, 0, 1].into_iter().filter_map(|away: i64| today.first_of_month().checked_add(away.months()).ok());
    let dates = months.filter_map(|month| Date::new(month.year(), month.month(), day).ok());
    dates.min_by_key(|date| days_between(today, *date))
}

/// nov 11, november 11th, 11 november, with or without a year.
pub(super) fn english_date(scan: &Scan<'_>, at: usize, today: Date) -> Option<(Date, usize)> {
    let (month, day, end) = if let Some((month, end)) = english_month(scan, at) {
        let day = whole_number(scan, end)?;
        (
            month,
            day.0,
            scan.any(day.1, &["st", "nd", "rd", "th"])
                .filter(|_| scan.at(day.1) != Some(' '))
                .unwrap_or(day.1),
        )
    } else {
        let day = whole_number(scan, at).filter(|day| day.2)?;
        if let Some(end) = ordinal(scan, at, day.1) {
            return Some((nearest_day(today, small(day.0)?)?, end));
        }
        let end = scan
            .any(day.1, &["st of", "nd of", "rd of", "th of", "st", "nd", "rd", "th", "of"])
            .unwrap_or(day.1);
        let (month, end) = english_month(scan, end)?;
        (month, day.0, end)
    };
    if scan.is_latin_or_digit(scan.at(end)) {
        return None;
    }
    let comma = scan.any(end, &[","]).unwrap_or(end);
    match whole_number(scan, comma).filter(|year| (1990..=2100).contains(&year.0)) {
        Some(year) => Some((date(year.0, month.into(), day)?, year.1)),
        None => Some((nearest(today, month, small(day)?)?, end)),
    }
}

/// `the 20th` without a month: the place behind.
fn ordinal(scan: &Scan<'_>, at: usize, end: usize) -> Option<usize> {
    let behind = scan.any(end, &["st", "nd", "rd", "th"]).filter(|_| scan.at(end) != Some(' '))?;
    let alone = scan.any(behind, &["of"]).is_none() && english_month(scan, behind).is_none();
    (alone && scan.introduced(at, &["on the", "by the", "before the", "until the"]).is_some())
        .then_some(behind)
}

pub(super) fn english_month(scan: &Scan<'_>, at: usize) -> Option<(i8, usize)> {
    let tables = [LONG_MONTHS, ENGLISH_MONTHS];
    tables.iter().find_map(|months| {
        let found =
            months.iter().enumerate().find_map(|(index, word)| scan.any(at, &[word]).map(|end| (index, end)));
        found.and_then(|(index, end)| {
            Some((i8::try_from(index + 1).ok()?, if scan.at(end) == Some('.') { end + 1 } else { end }))
        })
    })
}
