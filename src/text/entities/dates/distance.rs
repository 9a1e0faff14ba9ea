//! Days by their distance: weekdays of weeks around, 3天前, in 2 weeks.

use jiff::{
    ToSpan,
    civil::{Date, Weekday},
};

use super::{Scan, monday, shift};

const WEEKDAYS: &[(&str, Weekday)] = &[
    ("monday", Weekday::Monday),
    ("tuesday", Weekday::Tuesday),
    ("wednesday", Weekday::Wednesday),
    ("thursday", Weekday::Thursday),
    ("friday", Weekday::Friday),
    ("saturday", Weekday::Saturday),
    ("sunday", Weekday::Sunday),
];

/// 周三, 这周三, 上周三, 下下周三, 星期天; last friday, next monday, on sunday.
pub(super) fn weekday(scan: &Scan<'_>, at: usize, today: Date) -> Option<(Date, usize)> {
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

pub(super) const ENGLISH_SHIFTS: &[(&str, i64)] = &[("last", -1), ("next", 1), ("this", 0)];

/// 上上, 上, 这, 下, 下下 with an optional 个: how many weeks or months away, and the place behind.
pub(super) fn week_shift(scan: &Scan<'_>, at: usize) -> (i64, usize) {
    let words: [(&str, i64); 7] =
        [("上上", -2), ("下下", 2), ("上", -1), ("下", 1), ("这", 0), ("本", 0), ("最近", 0)];
    let found = words.iter().find_map(|(word, shift)| scan.any(at, &[word]).map(|end| (*shift, end)));
    found.map_or((0, at), |(shift, end)| (shift, if scan.at(end) == Some('个') { end + 1 } else { end }))
}

/// So many days and months.
#[derive(Clone, Copy)]
pub(super) struct Distance {
    days: i64,
    months: i64,
}

impl Distance {
    /// The day this far before another.
    pub(super) fn before(self, date: Date) -> Option<Date> {
        Self { days: -self.days, months: -self.months }.after(date)
    }

    /// The day this far behind another.
    pub(super) fn after(self, date: Date) -> Option<Date> {
        let month = if self.months.abs() > 120 { None } else { date.checked_add(self.months.months()).ok() };
        shift(month?, self.days)
    }
}

/// 3天, 两周, 半个月, 一年, 2 weeks: a distance and the place behind.
pub(super) fn distance(scan: &Scan<'_>, at: usize) -> Option<(Distance, usize)> {
    if scan.at(at) == Some('半') {
        let half = [("半个月", 15, 0), ("半月", 15, 0), ("半年", 0, 6), ("半个多月", 15, 0)];
        return half.iter().find_map(|(word, days, months)| {
            Some((Distance { days: *days, months: *months }, scan.any(at, &[word])?))
        });
    }
    let spelled =
        ENGLISH_COUNTS.iter().find_map(|(word, count)| scan.any(at, &[word]).map(|end| (*count, end)));
    let (count, end) = match spelled {
        Some(spelled) => spelled,
        None => {
            let number = scan.number(at).filter(|n| n.value.is_integer() && n.upper.is_none())?;
            (i64::try_from(number.value).ok()?, number.end)
        }
    };
    let (days, months, end) = UNITS
        .iter()
        .find_map(|(words, days, months)| scan.any(end, words).map(|end| (*days, *months, end)))?;
    Some((Distance { days: count.checked_mul(days)?, months: count.checked_mul(months)? }, end))
}

/// 3天前, 两周后, 半个月前, 3 days ago, in 2 weeks.
pub(super) fn away(scan: &Scan<'_>, at: usize, today: Date) -> Option<(Date, usize)> {
    if let Some(start) = scan.any(at, &["in"]) {
        let (distance, end) = distance(scan, scan.skip_spaces(start))?;
        return Some((distance.after(today)?, end));
    }
    let (distance, end) = distance(scan, at)?;
    if let Some(end) = scan.any(end, &["以前", "之前", "前", "ago"]) {
        return Some((distance.before(today)?, end));
    }
    let end = scan.any(end, &["以后", "之后", "后", "later", "from now"])?;
    Some((distance.after(today)?, end))
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

/// Units of distance in days and months.
const UNITS: &[(&[&str], i64, i64)] = &[
    (&["天", "日", "days", "day"], 1, 0),
    (&["个星期", "个礼拜", "星期", "礼拜", "周", "weeks", "week"], 7, 0),
    (&["个月", "个多月", "months", "month"], 0, 1),
    (&["年", "years", "year"], 0, 12),
];
