//! Deadlines in the shop's calendar.

use jiff::{SignedDuration, Timestamp, ToSpan, tz::TimeZone};

/// The end of the `days`-th day after the day of `since` in the shop's zone: the last instant that counts.
///
/// The day of signing itself is not counted (measures for returns without a reason, art. 10 with the Civil Code,
/// art. 201: a period in days begins on the following day).
pub fn end_of_day_after(since: Timestamp, days: u32, zone: &TimeZone) -> Timestamp {
    let day = since.to_zoned_datetime(zone.clone()).date();
    let last = day.saturating_add(i64::from(days).days());
    last.to_zoned_datetime(zone.clone())
        .and_then(|start| start.end_of_day())
        .map_or_else(|_| hours_after(since, 24 * i64::from(days)), |end| end.timestamp())
}

/// `hours` after an instant, or the last instant there is.
pub(super) fn hours_after(since: Timestamp, hours: i64) -> Timestamp {
    since.checked_add(SignedDuration::from_hours(hours)).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seventh_day_after_signing_counts_to_its_end_in_the_shops_zone() {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        for (signed, last) in [
            ("2026-11-16T00:00:00+08:00", "2026-11-23T23:59:59.999999999+08:00"),
            ("2026-11-16T23:59:00+08:00", "2026-11-23T23:59:59.999999999+08:00"),
            ("2026-11-15T17:00:00Z", "2026-11-23T23:59:59.999999999+08:00"),
        ] {
            let last: Timestamp = last.parse().unwrap();
            assert_eq!(end_of_day_after(signed.parse().unwrap(), 7, &zone), last, "{signed}");
        }
    }
}
