//! Times and templates in words, for the slots of replies and for the text form of cards.

use jiff::{Timestamp, ZonedDateTime, civil::Date};

use super::Locale;

/// A template with its `{slots}` filled. A slot without a value is left out, so that no reader sees a brace.
pub fn fill_slots(template: &str, slots: &[(String, String)]) -> String {
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        let Some(length) = rest[open..].find('}') else { break };
        filled.push_str(&rest[..open]);
        let name = &rest[open + 1..open + length];
        if let Some((_, value)) = slots.iter().find(|(slot, _)| slot == name) {
            filled.push_str(value);
        }
        rest = &rest[open + length + 1..];
    }
    filled.push_str(rest);
    filled
}

/// A day as people say it: `今天`, `昨天`, `11月25日`, with the year where it is another.
pub fn day_words(day: Date, today: Date, locale: Locale) -> String {
    let chinese = locale.is_chinese();
    let near = |other: Result<Date, jiff::Error>| other.is_ok_and(|other| other == day);
    if day == today {
        return if chinese { "今天" } else { "today" }.to_owned();
    }
    if near(today.yesterday()) {
        return if chinese { "昨天" } else { "yesterday" }.to_owned();
    }
    if near(today.tomorrow()) {
        return if chinese { "明天" } else { "tomorrow" }.to_owned();
    }
    match (chinese, day.year() == today.year()) {
        (true, true) => format!("{}月{}日", day.month(), day.day()),
        (true, false) => format!("{}年{}月{}日", day.year(), day.month(), day.day()),
        (false, true) => day.strftime("%b %-d").to_string(),
        (false, false) => day.strftime("%b %-d, %Y").to_string(),
    }
}

/// An instant as people of the shop's zone say it, to the minute: `今天 18:00`, `Nov 25 at 18:00`. The last
/// minute of a day, where deadlines end, is said as the day alone.
pub fn moment_words(at: Timestamp, now: &ZonedDateTime, locale: Locale) -> String {
    let at = at.to_zoned_datetime(now.time_zone().clone());
    let day = day_words(at.date(), now.date(), locale);
    if at.hour() == 23 && at.minute() == 59 {
        return day;
    }
    let joint = if locale.is_chinese() { " " } else { " at " };
    format!("{day}{joint}{:02}:{:02}", at.hour(), at.minute())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_said_as_people_say_them() {
        let now: ZonedDateTime = "2026-11-23T10:00:00+08:00[Asia/Shanghai]".parse().unwrap();
        for (at, zh, en) in [
            ("2026-11-23T18:00:00+08:00", "今天 18:00", "today at 18:00"),
            ("2026-11-22T16:30:00Z", "今天 00:30", "today at 00:30"),
            ("2026-11-22T08:05:00+08:00", "昨天 08:05", "yesterday at 08:05"),
            ("2026-11-24T23:59:59+08:00", "明天", "tomorrow"),
            ("2026-11-30T23:59:59+08:00", "11月30日", "Nov 30"),
            ("2027-01-02T09:00:00+08:00", "2027年1月2日 09:00", "Jan 2, 2027 at 09:00"),
        ] {
            let at = at.parse().unwrap();
            assert_eq!(moment_words(at, &now, Locale::ZhHans), zh);
            assert_eq!(moment_words(at, &now, Locale::En), en);
        }
    }

    #[test]
    fn slots_without_a_value_leave_nothing_behind() {
        let slots = [("name".to_owned(), "{x}".to_owned())];
        for (template, filled) in
            [("hi {name}!", "hi {x}!"), ("a{none}b", "ab"), ("{", "{"), ("a}", "a}"), ("", "")]
        {
            assert_eq!(fill_slots(template, &slots), filled);
        }
    }
}
