//! Days and spans of days, counted from the present in the shop's time zone.
//!
//! A day without a year is the one nearest to the present; a bare weekday is that of this week, which begins
//! on Monday; English `last friday` and `next friday` are the nearest one before and after today. Months and
//! years are those of the calendar: 一个月前 on the 23rd is a 23rd.

mod calendar;
mod distance;
mod festivals;
mod spans;

pub(super) use calendar::bare;

use jiff::{ToSpan, civil::Date};

use crate::domain::{EntityKind, EntityValue};

use super::{Candidate, Scan, number};

/// Days that are named by their distance from today.
const NAMED_DAYS: &[(&str, i64)] = &[
    ("大前天", -3),
    ("大后天", 3),
    ("前天", -2),
    ("昨天", -1),
    ("昨日", -1),
    ("昨晚", -1),
    ("昨儿个", -1),
    ("昨儿", -1),
    ("前日", -2),
    ("前晚", -2),
    ("前儿", -2),
    ("今天", 0),
    ("今日", 0),
    ("今早", 0),
    ("今晚", 0),
    ("今儿个", 0),
    ("今儿", 0),
    ("明天", 1),
    ("明日", 1),
    ("明早", 1),
    ("明晚", 1),
    ("明儿个", 1),
    ("明儿", 1),
    ("后天", 2),
    ("后日", 2),
    ("后儿", 2),
    ("the day before yesterday", -2),
    ("the day after tomorrow", 2),
    ("day before yesterday", -2),
    ("day after tomorrow", 2),
    ("yesterday", -1),
    ("last night", -1),
    ("today", 0),
    ("tonight", 0),
    ("tomorrow", 1),
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

impl Days {
    fn one((date, end): (Date, usize)) -> Self {
        Self { from: date, to: date, end, single: true }
    }

    fn span(from: Date, to: Date, end: usize) -> Self {
        Self { from, to, end, single: false }
    }
}

pub(super) fn find(scan: &Scan<'_>, candidates: &mut Vec<Candidate>) {
    let today = scan.now.date();
    for at in 0..scan.characters.len() {
        if !begins(scan, at) {
            continue;
        }
        let Some(first) = read(scan, at, today) else { continue };
        candidates.push(candidate(at, &first));
        if let Some(days) = until(scan, &first, today) {
            candidates.push(candidate(at, &days));
        }
    }
}

/// From a first day to a second: 11月1号到11月5号, 11月1号到5号.
fn until(scan: &Scan<'_>, first: &Days, today: Date) -> Option<Days> {
    let joint = scan.any(first.end, &["到", "至", "-", "~", "to", "—", "–"]).filter(|_| first.single)?;
    let at = scan.skip_spaces(joint);
    let second = calendar::later_in_month(scan, at, first.from).or_else(|| read(scan, at, today))?;
    let follows = second.single && second.from > first.from;
    follows.then(|| Days::span(first.from, second.from, second.end))
}

fn candidate(start: usize, days: &Days) -> Candidate {
    let (kind, value) = if days.single {
        (EntityKind::Date, EntityValue::Date(days.from))
    } else {
        (EntityKind::DateRange, EntityValue::DateRange { from: days.from, to: days.to })
    };
    Candidate { kind, start, end: days.end, value }
}

/// Whether a day may begin here: a quick look that spares most places the tables.
fn begins(scan: &Scan<'_>, at: usize) -> bool {
    let Some(first) = scan.at(at) else { return false };
    let inside_word = first.is_ascii_alphanumeric() && scan.is_latin_or_digit(scan.before(at));
    let inside_number = (first.is_ascii_digit() || number::digit(first).is_some())
        && scan.before(at).is_some_and(|c| matches!(c, '.' | '-' | '/' | '#' | '¥' | '$' | '第'));
    let known = first.is_ascii_alphanumeric()
        || number::digit(first).is_some()
        || "大前昨今明后去双元情妇劳儿国平圣上下这本最近过周星礼十廿半月年黑春中端除清母父感".contains(first);
    known && !inside_word && !inside_number
}

fn read(scan: &Scan<'_>, at: usize, today: Date) -> Option<Days> {
    spans::in_year(scan, at, today)
        .or_else(|| spans::in_month(scan, at, today))
        .or_else(|| single(scan, at, today).map(Days::one))
        .or_else(|| spans::span(scan, at, today))
        .or_else(|| spans::whole_month(scan, at, today))
}

fn single(scan: &Scan<'_>, at: usize, today: Date) -> Option<(Date, usize)> {
    named_day(scan, at, today)
        .or_else(|| festivals::festival(scan, at).and_then(|(day, end)| Some((day.nearest(today)?, end))))
        .or_else(|| distance::weekday(scan, at, today))
        .or_else(|| distance::away(scan, at, today))
        .or_else(|| calendar::calendar(scan, at, today))
        .or_else(|| calendar::english_date(scan, at, today))
}

fn named_day(scan: &Scan<'_>, at: usize, today: Date) -> Option<(Date, usize)> {
    let (word, distance) = NAMED_DAYS.iter().find(|(word, _)| scan.any(at, &[word]).is_some())?;
    Some((shift(today, *distance)?, at + word.chars().count()))
}

fn shift(date: Date, days: i64) -> Option<Date> {
    if days.abs() > FURTHEST { None } else { date.checked_add(days.days()).ok() }
}

fn monday(today: Date) -> Option<Date> {
    shift(today, -i64::from(today.weekday().to_monday_zero_offset()))
}

/// How many days lie between two.
fn days_between(one: Date, other: Date) -> i32 {
    one.until(other).map_or(i32::MAX, |span| span.get_days().abs())
}

/// The day of that month nearest to today.
fn nearest(today: Date, month: i8, day: i8) -> Option<Date> {
    nearest_of(today, |year| Date::new(year, month, day).ok())
}

/// Of one day a year, the one nearest to today.
fn nearest_of(today: Date, of_year: impl Fn(i16) -> Option<Date>) -> Option<Date> {
    let years = [today.year() - 1, today.year(), today.year() + 1];
    years.into_iter().filter_map(of_year).min_by_key(|date| days_between(today, *date))
}

fn small(value: i64) -> Option<i8> {
    i8::try_from(value).ok()
}

fn date(year: i64, month: i64, day: i64) -> Option<Date> {
    Date::new(i16::try_from(year).ok()?, small(month)?, small(day)?).ok()
}
