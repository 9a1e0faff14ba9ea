//! The days that a report is about.

use jiff::{Timestamp, civil::Date, tz::TimeZone};

/// Days in a report at most.
pub const LONGEST: i32 = 92;

/// Days, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    from: Date,
    to: Date,
}

/// Why days are no period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PeriodError {
    /// The last day is before the first.
    #[error("the last day is before the first")]
    Backwards,
    /// Too many days.
    #[error("a report is about at most {LONGEST} days")]
    TooLong,
}

impl Period {
    /// The days from one to another.
    ///
    /// # Errors
    /// Backwards, or more than [`LONGEST`].
    pub fn new(from: Date, to: Date) -> Result<Self, PeriodError> {
        if to < from {
            return Err(PeriodError::Backwards);
        }
        let days = to.duration_since(from).as_hours() / 24;
        if i64::from(LONGEST) <= days { Err(PeriodError::TooLong) } else { Ok(Self { from, to }) }
    }

    /// One day.
    pub fn day(day: Date) -> Self {
        Self { from: day, to: day }
    }

    /// The first day.
    pub fn from(&self) -> Date {
        self.from
    }

    /// The last day.
    pub fn to(&self) -> Date {
        self.to
    }

    /// Its days in order.
    pub fn days(&self) -> impl Iterator<Item = Date> {
        let to = self.to;
        std::iter::successors(Some(self.from), move |day| day.tomorrow().ok().filter(|next| *next <= to))
    }

    /// When it begins, and when it is over, where a shop is.
    pub fn moments(&self, zone: &TimeZone) -> (Timestamp, Timestamp) {
        let begins = |day: Date| day.to_zoned_datetime(zone.clone()).ok().map(|it| it.timestamp());
        let from = begins(self.from).unwrap_or(Timestamp::MIN);
        let until = self.to.tomorrow().ok().and_then(begins).unwrap_or(Timestamp::MAX);
        (from, until)
    }
}
