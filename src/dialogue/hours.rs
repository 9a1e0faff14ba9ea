//! When people of the shop answer.

use jiff::{ToSpan, ZonedDateTime, civil::Date};

use crate::shop::Hours;

/// Days looked ahead for the next opening; a shop closed longer says no time.
const LOOK_AHEAD: i64 = 30;

/// Whether people answer at `now`, which is in the shop's zone.
pub fn people_answer(hours: &Hours, now: &ZonedDateTime) -> bool {
    let (today, time) = (now.date(), now.time());
    if hours.from == hours.to {
        return works(hours, today);
    }
    if hours.from < hours.to {
        return works(hours, today) && hours.from <= time && time < hours.to;
    }
    // Past midnight the hours of the day before still run.
    let evening = works(hours, today) && time >= hours.from;
    evening || (time < hours.to && today.yesterday().is_ok_and(|day| works(hours, day)))
}

/// When people answer next, if it is not now; in the zone of `now`.
pub fn opens_next(hours: &Hours, now: &ZonedDateTime) -> Option<ZonedDateTime> {
    (0..=LOOK_AHEAD)
        .map(|days| now.date().saturating_add(days.days()))
        .filter(|day| works(hours, *day))
        .filter_map(|day| day.to_datetime(hours.from).to_zoned_datetime(now.time_zone().clone()).ok())
        .find(|start| start > now)
}

fn works(hours: &Hours, day: Date) -> bool {
    hours.days.contains(&day.weekday()) && !hours.holidays.contains(&day)
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Weekday, date, time};

    use super::*;

    #[test]
    fn people_answer_within_their_hours_and_come_back_on_the_next_working_day() {
        let day = Hours {
            days: vec![Weekday::Monday, Weekday::Tuesday, Weekday::Friday],
            from: time(9, 0, 0, 0),
            to: time(18, 0, 0, 0),
            holidays: vec![date(2026, 11, 24)],
        };
        let night =
            Hours { from: time(20, 0, 0, 0), to: time(2, 0, 0, 0), holidays: Vec::new(), ..day.clone() };
        for (hours, now, open, back) in [
            (&day, "2026-11-23T08:59", false, "2026-11-23T09:00"),
            (&day, "2026-11-23T09:00", true, "2026-11-27T09:00"),
            (&day, "2026-11-23T18:00", false, "2026-11-27T09:00"),
            (&night, "2026-11-24T01:30", true, "2026-11-24T20:00"),
            (&night, "2026-11-23T01:30", false, "2026-11-23T20:00"),
        ] {
            let at = |text: &str| format!("{text}:00+08:00[Asia/Shanghai]").parse::<ZonedDateTime>().unwrap();
            assert_eq!(people_answer(hours, &at(now)), open, "{now}");
            assert_eq!(opens_next(hours, &at(now)), Some(at(back)), "{now}");
        }
        let never = Hours { days: Vec::new(), ..day };
        assert_eq!(opens_next(&never, &"2026-11-23T08:59:00+08:00[Asia/Shanghai]".parse().unwrap()), None);
    }
}
