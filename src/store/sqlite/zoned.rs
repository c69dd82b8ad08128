//! Days and hours of a time zone.

use chrono::{Offset, TimeZone};
use chrono_tz::Tz;

use crate::model::Timestamp;

/// Local times of a zone. Most days are of one offset to UTC, which is then looked up only twice.
pub(super) struct Zoned {
    zone: Tz,
    /// The UTC day of the last time, and its offset in seconds if it has one.
    day: Option<(i64, Option<i64>)>,
}

impl Zoned {
    pub fn new(zone: Tz) -> Self {
        Self { zone, day: None }
    }

    /// The local day, counted since 1970, and its hour.
    pub fn local(&mut self, at: Timestamp) -> (i64, usize) {
        let day = at.0.div_euclid(Timestamp::DAY);
        let offset = match self.day {
            Some((last, offset)) if last == day => offset,
            _ => {
                let ends = [day * Timestamp::DAY, (day + 1).saturating_mul(Timestamp::DAY) - 1].map(Timestamp);
                let [first, last] = ends.map(|end| self.offset(end));
                self.day = Some((day, (first == last).then_some(first)));
                (first == last).then_some(first)
            }
        };
        let local = at.0.div_euclid(1_000_000) + offset.unwrap_or_else(|| self.offset(at));
        (local.div_euclid(86_400), local.rem_euclid(86_400) as usize / 3_600)
    }

    fn offset(&self, at: Timestamp) -> i64 {
        self.zone.offset_from_utc_datetime(&at.to_utc().naive_utc()).fix().local_minus_utc().into()
    }
}

/// The weekday of a day counted since 1970; Monday is 0.
pub(super) fn weekday(day: i64) -> usize {
    // The first day of 1970 was a Thursday.
    (day + 3).rem_euclid(7) as usize
}
