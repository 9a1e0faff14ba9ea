//! Days and spans of days, counted from the present in the shop's time zone.
//!
//! A day without a year is the one nearest to the present; a bare weekday is that of this week, which begins
//! on Monday; English `last friday` and `next friday` are the nearest one before and after today.

use jiff::{
    ToSpan,
    civil::{Date, Weekday},
};
use rust_decimal::Decimal;

use crate::domain::{EntityKind, EntityValue};

use super::{Candidate, Scan};

/// Days that are named by their distance from today.
const NAMED_DAYS: &[(&str, i64)] = &[
    ("大前天", -3),
    ("大后天", 3),
    ("前天", -2),
    ("昨天", -1),
    ("昨日", -1),
    ("昨晚", -1),
    ("昨儿", -1),
    ("今天", 0),
    ("今日", 0),
    ("今早", 0),
    ("今晚", 0),
    ("今儿", 0),
    ("明天", 1),
    ("明日", 1),
    ("明早", 1),
    ("明晚", 1),
    ("后天", 2),
    ("day before yesterday", -2),
    ("day after tomorrow", 2),
    ("yesterday", -1),
    ("today", 0),
    ("tonight", 0),
    ("tomorrow", 1),
];

/// Days of every year.
const FESTIVALS: &[(&str, i8, i8)] = &[
    ("双十一", 11, 11),
    ("双11", 11, 11),
    ("双十二", 12, 12),
    ("双12", 12, 12),
    ("618", 6, 18),
    ("六一八", 6, 18),
    ("元旦", 1, 1),
    ("情人节", 2, 14),
    ("妇女节", 3, 8),
    ("三八节", 3, 8),
    ("劳动节", 5, 1),
    ("五一", 5, 1),
    ("儿童节", 6, 1),
    ("六一", 6, 1),
    ("国庆节", 10, 1),
    ("国庆", 10, 1),
    ("平安夜", 12, 24),
    ("圣诞节", 12, 25),
    ("圣诞", 12, 25),
    ("christmas eve", 12, 24),
    ("christmas", 12, 25),
    ("singles' day", 11, 11),
    ("singles day", 11, 11),
    ("new year's day", 1, 1),
];

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
const WEEKDAYS: &[(&str, Weekday)] = &[
    ("monday", Weekday::Monday),
    ("tuesday", Weekday::Tuesday),
    ("wednesday", Weekday::Wednesday),
    ("thursday", Weekday::Thursday),
    ("friday", Weekday::Friday),
    ("saturday", Weekday::Saturday),
    ("sunday", Weekday::Sunday),
];

/// The furthest distance read, in days.
const FURTHEST: i64 = 3_660;

/// What was read: days from and to, the same for a single one, and the place behind.
struct Days {
    from: Date,
    to: Date,
    end: usize,
    single: bool,
}

pub(super) fn find(scan: &Scan<'_>, candidates: &mut Vec<Candidate>) {
    let today = scan.now.date();
    for at in 0..scan.characters.len() {
        let Some(first) = read(scan, at, today) else { continue };
        candidates.push(candidate(at, &first));
        let joint = scan.any(first.end, &["到", "至", "-", "~", "to", "—"]).filter(|_| first.single);
        let second = joint.and_then(|joint| read(scan, scan.skip_spaces(joint), today));
        if let Some(second) = second.filter(|second| second.single && second.from > first.from) {
            let days = Days { from: first.from, to: second.from, end: second.end, single: false };
            candidates.push(candidate(at, &days));
        }
    }
}

fn candidate(start: usize, days: &Days) -> Candidate {
    let (kind, value) = if days.single {
        (EntityKind::Date, EntityValue::Date(days.from))
    } else {
        (EntityKind::DateRange, EntityValue::DateRange { from: days.from, to: days.to })
    };
    Candidate { kind, start, end: days.end, value }
}

fn read(scan: &Scan<'_>, at: usize, today: Date) -> Option<Days> {
    if !scan.at(at).is_some_and(may_begin)
        || scan.at(at) == Some(' ')
        || (scan.is_latin_or_digit(scan.before(at)) && scan.is_latin_or_digit(scan.at(at)))
    {
        return None;
    }
    let single = |(date, end): (Date, usize)| Days { from: date, to: date, end, single: true };
    named_day(scan, at, today)
        .or_else(|| weekday(scan, at, today))
        .or_else(|| ago(scan, at, today))
        .or_else(|| calendar(scan, at, today))
        .or_else(|| english_date(scan, at, today))
        .map(single)
        .or_else(|| span(scan, at, today))
        .or_else(|| whole_month(scan, at, today))
}

/// Whether a day can begin with this character: a quick look that spares most places the tables.
fn may_begin(character: char) -> bool {
    character.is_ascii_alphanumeric()
        || super::number::digit(character).is_some()
        || "大前昨今明后去双元情妇劳儿国平圣上下这本最近过周星礼十廿".contains(character)
}

fn shift(date: Date, days: i64) -> Option<Date> {
    if days.abs() > FURTHEST { None } else { date.checked_add(days.days()).ok() }
}

fn named_day(scan: &Scan<'_>, at: usize, today: Date) -> Option<(Date, usize)> {
    if let Some((word, distance)) = NAMED_DAYS.iter().find(|(word, _)| scan.any(at, &[word]).is_some()) {
        return Some((shift(today, *distance)?, at + word.chars().count()));
    }
    let (word, month, day) = FESTIVALS.iter().find(|(word, ..)| scan.any(at, &[word]).is_some())?;
    let end = at + word.chars().count();
    if scan.is_latin_or_digit(scan.at(end)) && word.ends_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    // 六一 and 五一 inside longer numerals (一米六一) are not festivals.
    let numeral = |c: Option<char>| {
        c.is_some_and(|c| super::number::digit(c).is_some() || "十百千万米点块".contains(c))
    };
    if matches!(*word, "五一" | "六一" | "六一八") && (numeral(scan.before(at)) || numeral(scan.at(end)))
    {
        return None;
    }
    if *word == "618" && scan.any(end, UNITS_AFTER_618).is_some() {
        return None;
    }
    Some((nearest(today, *month, *day)?, end))
}

/// 618 with a unit is an amount.
const UNITS_AFTER_618: &[&str] = &["元", "块", "号", "件", "个", "以内", "以下", "以上", "左右"];

/// The day of that month nearest to today.
fn nearest(today: Date, month: i8, day: i8) -> Option<Date> {
    let years = [today.year() - 1, today.year(), today.year() + 1];
    let dates = years.into_iter().filter_map(|year| Date::new(year, month, day).ok());
    dates.min_by_key(|date| distance(today, *date))
}

fn distance(one: Date, other: Date) -> i32 {
    one.until(other).map_or(i32::MAX, |span| span.get_days().abs())
}

fn monday(today: Date) -> Option<Date> {
    shift(today, -i64::from(today.weekday().to_monday_zero_offset()))
}

/// 周三, 这周三, 上周三, 下下周三, 星期天; last friday, next monday, on sunday.
fn weekday(scan: &Scan<'_>, at: usize, today: Date) -> Option<(Date, usize)> {
    let (weeks, end) = week_shift(scan, at);
    if let Some(end) = scan.any(end, &["周", "星期", "礼拜"]).filter(|_| scan.at(end) != Some(' ')) {
        let offset = match scan.at(end)? {
            '一' => 0,
            '二' => 1,
            '三' => 2,
            '四' => 3,
            '五' => 4,
            '六' => 5,
            '日' | '天' | '末' if scan.at(end) != Some('末') => 6,
            _ => return None,
        };
        return Some((shift(monday(today)?, weeks * 7 + offset)?, end + 1));
    }
    let (direction, end) = ENGLISH_SHIFTS
        .iter()
        .find_map(|(word, shift)| scan.any(at, &[word]).map(|end| (Some(*shift), end)))
        .unwrap_or((None, at));
    let (weekday, end) =
        WEEKDAYS.iter().find_map(|(word, day)| scan.any(end, &[word]).map(|end| (*day, end)))?;
    let date = match direction {
        Some(1) => (1..=7).filter_map(|days| shift(today, days)).find(|date| date.weekday() == weekday),
        Some(-1) => (1..=7).filter_map(|days| shift(today, -days)).find(|date| date.weekday() == weekday),
        _ => shift(monday(today)?, i64::from(weekday.to_monday_zero_offset())),
    };
    Some((date?, end))
}

const ENGLISH_SHIFTS: &[(&str, i64)] = &[("last", -1), ("next", 1), ("this", 0)];

/// 上上, 上, 这, 下, 下下 with an optional 个: how many weeks or months away, and the place behind.
fn week_shift(scan: &Scan<'_>, at: usize) -> (i64, usize) {
    let words: [(&str, i64); 7] =
        [("上上", -2), ("下下", 2), ("上", -1), ("下", 1), ("这", 0), ("本", 0), ("最近", 0)];
    let found = words.iter().find_map(|(word, shift)| scan.any(at, &[word]).map(|end| (*shift, end)));
    found.map_or((0, at), |(shift, end)| (shift, if scan.at(end) == Some('个') { end + 1 } else { end }))
}

/// 3天前, 两周后, 半个月前, 3 days ago, in 2 weeks.
fn ago(scan: &Scan<'_>, at: usize, today: Date) -> Option<(Date, usize)> {
    let forward = scan.any(at, &["in"]);
    let start = forward.map_or(at, |end| scan.skip_spaces(end));
    let spelled =
        ENGLISH_COUNTS.iter().find_map(|(word, count)| scan.any(start, &[word]).map(|end| (*count, end)));
    let (count, end) = match spelled {
        Some(spelled) => spelled,
        None => {
            let number = scan.number(start)?;
            (
                i64::try_from(number.value)
                    .ok()
                    .filter(|_| number.value.is_integer() && number.upper.is_none())?,
                number.end,
            )
        }
    };
    let (days, end) =
        DAY_UNITS.iter().find_map(|(words, days)| scan.any(end, words).map(|end| (*days, end)))?;
    let distance = count.checked_mul(days)?;
    if forward.is_some() {
        return Some((shift(today, distance)?, end));
    }
    if let Some(end) = scan.any(end, &["以前", "之前", "前", "ago"]) {
        return Some((shift(today, -distance)?, end));
    }
    let end = scan.any(end, &["以后", "之后", "后", "later", "from now"])?;
    Some((shift(today, distance)?, end))
}

const ENGLISH_COUNTS: &[(&str, i64)] = &[
    ("a couple of", 2),
    ("a few", 3),
    ("an", 1),
    ("a", 1),
    ("one", 1),
    ("two", 2),
    ("three", 3),
    ("four", 4),
    ("five", 5),
    ("six", 6),
    ("seven", 7),
    ("eight", 8),
    ("nine", 9),
    ("ten", 10),
];

const DAY_UNITS: &[(&[&str], i64)] = &[
    (&["天", "日", "days", "day"], 1),
    (&["个星期", "个礼拜", "星期", "礼拜", "周", "weeks", "week"], 7),
    (&["个月", "months", "month"], 30),
    (&["年", "years", "year"], 365),
];

/// 2026年11月3日, 2026-11-03, 11月3号, 11/3, 3号.
fn calendar(scan: &Scan<'_>, at: usize, today: Date) -> Option<(Date, usize)> {
    if scan.before(at).is_some_and(|c| matches!(c, '.' | '-' | '/' | '#' | '¥' | '$' | '第')) {
        return None;
    }
    let first = whole_number(scan, at)?;
    if let Some(end) = scan.any(first.1, &["年", "-", "/", "."]).filter(|_| (1990..=2100).contains(&first.0))
    {
        let month = whole_number(scan, end)?;
        let end = scan.any(month.1, &["月", "-", "/", "."])?;
        let day = whole_number(scan, end)?;
        let end = scan.any(day.1, &["日", "号"]).unwrap_or(day.1);
        return Some((date(first.0, month.0, day.0)?, end));
    }
    if let Some(end) = scan.any(first.1, &["月"]) {
        let day = whole_number(scan, end)?;
        let end = scan.any(day.1, &["日", "号"]).unwrap_or(day.1);
        return Some((nearest(today, small(first.0)?, small(day.0)?)?, end));
    }
    if scan.at(first.1) == Some('/') && first.2 {
        let day = whole_number(scan, first.1 + 1).filter(|day| day.2 && scan.at(day.1) != Some('/'))?;
        let said = !scan.at(day.1).is_some_and(|c| c.is_ascii_alphanumeric());
        return Some((nearest(today, small(first.0)?, small(day.0)?).filter(|_| said)?, day.1));
    }
    let end = scan.any(first.1, &["号", "日"]).filter(|_| scan.at(first.1) != Some(' '))?;
    let other_word = scan.any(end, NOT_A_DAY).is_some()
        || matches!(scan.before(at), Some('大' | '小' | '中' | '口'))
        || (scan.slice(first.1, end) == "日" && !first.2);
    Some((nearest_day(today, small(first.0).filter(|_| !other_word)?)?, end))
}

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

/// A whole number, the place behind it, and whether it is in Arabic digits.
fn whole_number(scan: &Scan<'_>, at: usize) -> Option<(i64, usize, bool)> {
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

fn small(value: i64) -> Option<i8> {
    i8::try_from(value).ok()
}

fn date(year: i64, month: i64, day: i64) -> Option<Date> {
    Date::new(i16::try_from(year).ok()?, small(month)?, small(day)?).ok()
}

/// The day of a month nearest to today, in the months around.
fn nearest_day(today: Date, day: i8) -> Option<Date> {
    let months =
        [-1, 0, 1].into_iter().filter_map(|away: i64| today.first_of_month().checked_add(away.months()).ok());
    let dates = months.filter_map(|month| Date::new(month.year(), month.month(), day).ok());
    dates.min_by_key(|date| distance(today, *date))
}

/// nov 11, november 11th, 11 november, with or without a year.
fn english_date(scan: &Scan<'_>, at: usize, today: Date) -> Option<(Date, usize)> {
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

fn english_month(scan: &Scan<'_>, at: usize) -> Option<(i8, usize)> {
    let tables = [LONG_MONTHS, ENGLISH_MONTHS];
    tables.iter().find_map(|months| {
        let found =
            months.iter().enumerate().find_map(|(index, word)| scan.any(at, &[word]).map(|end| (index, end)));
        found.and_then(|(index, end)| {
            Some((i8::try_from(index + 1).ok()?, if scan.at(end) == Some('.') { end + 1 } else { end }))
        })
    })
}

/// 上周, 下个月, 去年, 最近三天, 周末, last week, past 3 days.
fn span(scan: &Scan<'_>, at: usize, today: Date) -> Option<Days> {
    let range = |from: Option<Date>, to: Option<Date>, end: usize| {
        Some(Days { from: from?, to: to?, end, single: false })
    };
    if let Some(end) = scan.any(
        at,
        &["最近", "近", "过去", "in the last", "in the past", "the last", "the past", "last", "past"],
    ) && let Some(number) =
        scan.number(scan.skip_spaces(end)).filter(|n| n.value.is_integer() && n.upper.is_none())
    {
        let count = i64::try_from(number.value).ok()?;
        let (days, end) =
            DAY_UNITS.iter().find_map(|(words, days)| scan.any(number.end, words).map(|end| (*days, end)))?;
        return range(shift(today, -count.checked_mul(days)?), Some(today), end);
    }
    if let Some(end) = scan.any(at, &["前几天", "前两天", "这几天", "这两天"]) {
        let ahead = scan.at(at) == Some('这');
        return range(
            shift(today, if ahead { -3 } else { -7 }),
            Some(if ahead { today } else { shift(today, -1)? }),
            end,
        );
    }
    let (years, year_end) =
        [("去年", -1), ("今年", 0), ("明年", 1), ("last year", -1), ("this year", 0), ("next year", 1)]
            .iter()
            .find_map(|(word, years)| scan.any(at, &[word]).map(|end| (Some(*years), end)))
            .unwrap_or((None, at));
    if let Some(years) = years {
        let year = i64::from(today.year()) + years;
        return range(date(year, 1, 1), date(year, 12, 31), year_end);
    }
    let (away, end, said) = relative(scan, at);
    if let Some(end) = scan.any(end, &["周末", "weekend"]).filter(|_| said || scan.at(at) == Some('周')) {
        let saturday = shift(monday(today)?, away * 7 + 5);
        return range(saturday, saturday.and_then(|saturday| shift(saturday, 1)), end);
    }
    if !said {
        return None;
    }
    if let Some(end) = scan.any(end, &["周", "星期", "礼拜", "week"]) {
        let first = shift(monday(today)?, away * 7);
        return range(first, first.and_then(|first| shift(first, 6)), end);
    }
    let end = scan.any(end, &["月", "month"])?;
    let first = today.first_of_month().checked_add(away.months()).ok()?;
    range(Some(first), Some(first.last_of_month()), end)
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

/// 10月份, 十月: a whole month, the nearest.
fn whole_month(scan: &Scan<'_>, at: usize, today: Date) -> Option<Days> {
    let number = whole_number(scan, at).filter(|_| !matches!(scan.before(at), Some('个' | '第')))?;
    let end = scan.any(number.1, &["月份", "月"]).filter(|_| scan.at(number.1) != Some(' '))?;
    let middle = nearest(today, small(number.0)?, 15)?;
    let plain = !scan.at(end).is_some_and(|c| "球饼亮子".contains(c));
    plain.then_some(Days { from: middle.first_of_month(), to: middle.last_of_month(), end, single: false })
}
