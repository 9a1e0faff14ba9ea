//! Moments in files: RFC 3339, a local date or time in the shop's zone, or an offset from the moment of seeding.

use std::collections::BTreeMap;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::domain::ShopId;

/// What turns written moments into real ones.
#[derive(Clone, Debug)]
pub struct Clock {
    /// The moment offsets count from: when the shop was first made.
    pub seeded_at: Timestamp,
    /// The present, which tells past dates.
    pub now: Timestamp,
}

impl Clock {
    /// A clock for files that are read and seeded now.
    pub fn now() -> Self {
        let now = Timestamp::now();
        Clock { seeded_at: now, now }
    }
}

/// The clocks of all shops of a tree.
#[derive(Clone, Debug)]
pub struct Clocks {
    /// The present.
    pub now: Timestamp,
    /// When each shop was first made; one that is not named is being made now.
    pub seeded_at: BTreeMap<ShopId, Timestamp>,
}

impl Clocks {
    /// Clocks for files that are read and seeded now.
    pub fn now() -> Self {
        Self { now: Timestamp::now(), seeded_at: BTreeMap::new() }
    }

    /// The clock of one shop.
    pub fn of(&self, shop: &ShopId) -> Clock {
        Clock { seeded_at: self.seeded_at.get(shop).copied().unwrap_or(self.now), now: self.now }
    }
}

/// Which end of a day a date without a time of day means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DayEdge {
    /// Its beginning.
    Start,
    /// Its end, which is the beginning of the next.
    End,
}

/// A moment as it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Written {
    /// The moment meant.
    pub(crate) at: Timestamp,
    /// Whether it was written as an offset, and so moves with the seeding.
    pub(crate) offset: bool,
}

/// Reads a moment; `None` for anything else.
pub(crate) fn parse(text: &str, clock: &Clock, zone: &TimeZone, edge: DayEdge) -> Option<Written> {
    if let Some(offset) = parse_offset(text) {
        let at = clock.seeded_at.checked_add(offset).ok()?;
        return Some(Written { at, offset: true });
    }
    let absolute = |at| Some(Written { at, offset: false });
    if text.len() == 10 {
        let day: Date = text.parse().ok()?;
        let day = if edge == DayEdge::End { day.tomorrow().ok()? } else { day };
        return absolute(zone.to_timestamp(day.at(0, 0, 0, 0)).ok()?);
    }
    if let Ok(at) = text.parse::<Timestamp>() {
        return absolute(at);
    }
    let local: DateTime = text.parse().ok()?;
    absolute(zone.to_timestamp(local).ok()?)
}

/// `-3d`, `+10d12h`, `-30m`, `0d`: days of 24 hours, hours and minutes in this order, each at most once.
fn parse_offset(text: &str) -> Option<SignedDuration> {
    let (sign, mut rest) = match text.as_bytes().first()? {
        b'-' => (-1, &text[1..]),
        b'+' => (1, &text[1..]),
        _ => (1, text),
    };
    let mut minutes: i64 = 0;
    let mut units = [('d', 24 * 60), ('h', 60), ('m', 1)].into_iter();
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        if digits == 0 || digits > 5 {
            return None;
        }
        let number: i64 = rest[..digits].parse().ok()?;
        let unit = rest[digits..].chars().next()?;
        let (_, worth) = units.find(|(name, _)| *name == unit)?;
        minutes += number * worth;
        rest = &rest[digits + 1..];
    }
    Some(SignedDuration::from_mins(sign * minutes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_in_every_form() {
        let at = |text: &str| -> Timestamp { text.parse().expect("a moment") };
        let clock = Clock { seeded_at: at("2026-11-23T02:00:00Z"), now: at("2026-11-23T02:00:00Z") };
        let zone = TimeZone::get("Asia/Shanghai").expect("a zone");
        for (text, edge, expected) in [
            ("-3d", DayEdge::Start, Some("2026-11-20T02:00:00Z")),
            ("+10d12h", DayEdge::Start, Some("2026-12-03T14:00:00Z")),
            ("-30m", DayEdge::Start, Some("2026-11-23T01:30:00Z")),
            ("0d", DayEdge::Start, Some("2026-11-23T02:00:00Z")),
            ("2026-11-11T00:00:00+08:00", DayEdge::Start, Some("2026-11-10T16:00:00Z")),
            ("2026-11-11T00:00:00", DayEdge::Start, Some("2026-11-10T16:00:00Z")),
            ("2026-11-11", DayEdge::Start, Some("2026-11-10T16:00:00Z")),
            ("2026-11-11", DayEdge::End, Some("2026-11-11T16:00:00Z")),
            ("2026-02-30", DayEdge::Start, None),
            ("", DayEdge::Start, None),
            ("-", DayEdge::Start, None),
            ("-3", DayEdge::Start, None),
            ("3h2d", DayEdge::Start, None),
            ("3d店", DayEdge::Start, None),
            ("999999999d", DayEdge::Start, None),
            ("tomorrow", DayEdge::Start, None),
        ] {
            let read = parse(text, &clock, &zone, edge).map(|written| written.at);
            assert_eq!(read, expected.map(at), "{text:?}");
        }
    }
}
