//! Spans of days: 上周, 下个月, 月底, 去年10月, 最近三天, last week.

use jiff::{ToSpan, civil::Date};

use super::{
    Days, Scan,
    calendar::{self, day_of_month, english_month, month_and_day, whole_number, year_word},
    date,
    distance::{ENGLISH_SHIFTS, distance, week_shift},
    festivals, monday, nearest, shift, small,
};

const YEARS: &[(&str, i64)] = &[
    ("去年", -1),
    ("今年", 0),
    ("明年", 1),
    ("前年", -2),
    ("last year", -1),
    ("this year", 0),
    ("next year", 1),
];

/// Parts of a month, and of a year's half.
const MONTH_PARTS: &[(&[&str], i8, i8)] =
    &[(&["初", "上旬"], 1, 10), (&["中旬"], 11, 20), (&["底", "末", "下旬"], 21, 31)];

/// What makes 月初 and 年底 of them when nothing stands before.
const BARE_PARTS: &[(&str, usize)] = &[("月初", 0), ("月中", 1), ("月底", 2), ("月末", 2)];

/// 去年双十一, 去年11月11号, 今年3月, 2025年, 去年年底: a year and what of it.
pub(super) fn in_year(scan: &Scan<'_>, at: usize, today: Date) -> Option<Days> {
    let named = YEARS.iter().find_map(|(word, years)| scan.any(at, &[word]).map(|end| (*years, end)));
    let (year, end) = match named {
        Some((years, end)) => (i64::from(today.year()) + years, end),
        None => year_word(scan, at).or_else(|| part_of_this_year(scan, at, today))?,
    };
    let rest = scan.any(end, &["的"]).unwrap_or(end);
    let small_year = i16::try_from(year).ok()?;
    if let Some((festival, end)) = festivals::festival(scan, rest) {
        return Some(Days::one((festival.in_year(small_year)?, end)));
    }
    if let Some((month, day, end)) = month_and_day(scan, rest) {
        return Some(Days::one((Date::new(small_year, month, day).ok()?, end)));
    }
    if let Some((month, end)) = month_word(scan, rest) {
        let first = Date::new(small_year, month, 1).ok()?;
        return Some(part_of_month(scan, first, end).unwrap_or(Days::span(
            first,
            first.last_of_month(),
            end,
        )));
    }
    for (words, from, to) in [
        (&["年底", "底", "年末", "末"][..], 12, 12),
        (&["年初", "初"], 1, 1),
        (&["上半年"], 1, 6),
        (&["下半年"], 7, 12),
    ] {
        if let Some(end) = scan.any(rest, words) {
            return Some(Days::span(date(year, from, 1)?, date(year, to, 1)?.last_of_month(), end));
        }
    }
    Some(Days::span(date(year, 1, 1)?, date(year, 12, 31)?, end))
}

/// 年底, 上半年 without a year: this one, and the place where they begin.
fn part_of_this_year(scan: &Scan<'_>, at: usize, today: Date) -> Option<(i64, usize)> {
    let begins = scan.any(at, &["年底", "年末", "年初", "上半年", "下半年"]).is_some();
    let inside = scan.before(at).is_some_and(|c| c.is_alphanumeric() && !"在等到买是的".contains(c));
    (begins && !(scan.at(at) == Some('年') && inside)).then(|| (i64::from(today.year()), at))
}

/// 上个月20号, 这个月底, 月初, 10月中旬, 11月初: a month and what of it.
pub(super) fn in_month(scan: &Scan<'_>, at: usize, today: Date) -> Option<Days> {
    if scan.at(at) == Some('月') {
        let (word, part) = BARE_PARTS.iter().find(|(word, _)| scan.any(at, &[word]).is_some())?;
        let inside = scan
            .before(at)
            .is_some_and(|c| c.is_ascii_digit() || super::number::digit(c).is_some() || "个十本".contains(c));
        let end = at + word.chars().count();
        return (!inside).then(|| part_days(today.first_of_month(), *part, end))?;
    }
    if let Some((month, end)) = month_word(scan, at).filter(|_| !matches!(scan.before(at), Some('个' | '第')))
    {
        return part_of_month(scan, nearest(today, month, 15)?.first_of_month(), end);
    }
    let (away, end, said) = relative(scan, at);
    let end = scan.any(end, &["月份", "月"]).filter(|_| said)?;
    let first = today.first_of_month().checked_add(away.months()).ok()?;
    if let Some((day, end)) = day_of_month(scan, end) {
        return Some(Days::one((Date::new(first.year(), first.month(), day).ok()?, end)));
    }
    part_of_month(scan, first, end)
}

/// 初, 中旬, 底 behind a month.
fn part_of_month(scan: &Scan<'_>, first: Date, at: usize) -> Option<Days> {
    MONTH_PARTS.iter().enumerate().find_map(|(part, (words, ..))| {
        let end = scan.any(at, words)?;
        part_days(first, part, end)
    })
}

fn part_days(first: Date, part: usize, end: usize) -> Option<Days> {
    let (_, from, to) = MONTH_PARTS.get(part)?;
    let last = first.days_in_month().min(*to);
    Some(Days::span(first.with().day(*from).build().ok()?, first.with().day(last).build().ok()?, end))
}

/// 10月, 十月份: the month and the place behind.
fn month_word(scan: &Scan<'_>, at: usize) -> Option<(i8, usize)> {
    let number = whole_number(scan, at).filter(|number| scan.at(number.1) == Some('月'))?;
    let end = scan.any(number.1, &["月份", "月"])?;
    small(number.0).filter(|month| (1..=12).contains(month)).map(|month| (month, end))
}

/// 上周, 下个月, 最近三天, 半个月内买的, 周末, last week, past 3 days.
pub(super) fn span(scan: &Scan<'_>, at: usize, today: Date) -> Option<Days> {
    if let Some(days) = recent(scan, at, today) {
        return Some(days);
    }
    if let Some(end) = scan.any(at, &["前几天", "前两天", "前些天"]) {
        return Some(Days::span(shift(today, -7)?, shift(today, -1)?, end));
    }
    if let Some(end) = scan.any(at, &["这几天", "这两天", "近几天", "最近几天"]) {
        return Some(Days::span(shift(today, -3)?, today, end));
    }
    let (away, end, said) = relative(scan, at);
    if let Some(end) = scan.any(end, &["周末", "weekend"]).filter(|_| said || scan.at(at) == Some('周')) {
        let saturday = shift(monday(today)?, away * 7 + 5)?;
        return Some(Days::span(saturday, shift(saturday, 1)?, end));
    }
    if !said {
        return None;
    }
    if let Some(end) = scan.any(end, &["周", "星期", "礼拜", "week"]) {
        let first = shift(monday(today)?, away * 7)?;
        return Some(Days::span(first, shift(first, 6)?, end));
    }
    let end = scan.any(end, &["月", "month"])?;
    let first = today.first_of_month().checked_add(away.months()).ok()?;
    let other = scan.at(end).is_some_and(|c| "球饼亮子光".contains(c));
    (!other).then(|| Days::span(first, first.last_of_month(), end))
}

/// 最近三天, past two weeks; 半个月内 where something was bought within it.
fn recent(scan: &Scan<'_>, at: usize, today: Date) -> Option<Days> {
    let words = ["最近", "近", "过去", "in the last", "in the past", "the last", "the past", "last", "past"];
    if let Some(start) = scan.any(at, &words) {
        let (distance, end) = distance(scan, scan.skip_spaces(start))?;
        return Some(Days::span(distance.before(today)?, today, end));
    }
    let (distance, end) = distance(scan, at)?;
    let end = scan.any(end, &["以内", "之内", "内"])?;
    // 三天内 alone may as well be asked of the days to come.
    let past = scan.any(end, &["买", "下单", "下的", "拍", "购", "的订单", "订的"]).is_some();
    past.then(|| Some(Days::span(distance.before(today)?, today, end)))?
}

/// How far 上个, 下, last, next and their like point, the place behind, and whether one of them stood there.
fn relative(scan: &Scan<'_>, at: usize) -> (i64, usize, bool) {
    let english =
        ENGLISH_SHIFTS.iter().find_map(|(word, shift)| scan.any(at, &[word]).map(|end| (*shift, end)));
    if let Some((shift, end)) = english {
        return (shift, end, true);
    }
    let (shift, end) = week_shift(scan, at);
    (shift, end, end > at && scan.any(at, &["最近"]).is_none())
}

/// 10月份, 十月: a whole month, the nearest; `in october`.
pub(super) fn whole_month(scan: &Scan<'_>, at: usize, today: Date) -> Option<Days> {
    let (month, end) = match month_word(scan, at) {
        Some(word) if !matches!(scan.before(at), Some('个' | '第')) => word,
        Some(_) => return None,
        None => {
            let word = english_month(scan, at)?;
            let named = scan.introduced(at, &["in", "during", "since"]).is_some();
            let alone =
                calendar::whole_number(scan, word.1).is_none() && !scan.is_latin_or_digit(scan.at(word.1));
            Some(word).filter(|_| named && alone)?
        }
    };
    let middle = nearest(today, month, 15)?;
    let plain = !scan.at(end).is_some_and(|c| "球饼亮子".contains(c));
    plain.then(|| Days::span(middle.first_of_month(), middle.last_of_month(), end))
}
