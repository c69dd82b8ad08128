//! Points in time as people write them: RFC 3339, or what a wall clock shows. All commands and options read them alike.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime};
use chrono_tz::Tz;

use super::{Timestamp, calendar};

/// A point in time as a person wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// One that says how far its clock is from UTC.
    Exact(Timestamp),
    /// What the clocks of some zone show.
    Local(NaiveDateTime),
}

/// Why a text is no point in time that can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MomentError {
    /// It cannot be read.
    Unreadable,
    /// Nobody means this year.
    Year(i32),
}

/// The years that can be asked for. Before them no call was made; behind them somebody's finger slipped.
const YEARS: RangeInclusive<i32> = 1970..=2199;

impl Moment {
    /// The point in time, by the clocks of this zone where it says no other.
    pub fn at(self, zone: Tz) -> Timestamp {
        match self {
            Self::Exact(at) => at,
            Self::Local(shown) => calendar::first_moment(shown, zone),
        }
    }
}

impl FromStr for Moment {
    type Err = MomentError;

    /// Reads RFC 3339, a date, which is its midnight, or a date and time; a blank may stand between them.
    fn from_str(text: &str) -> Result<Self, MomentError> {
        let text = text.trim().replacen(' ', "T", 1);
        let exact = || DateTime::parse_from_rfc3339(&text).ok().map(|exact| (exact.year(), Self::Exact(exact.into())));
        let local = || local(&text).map(|local| (local.year(), Self::Local(local)));
        match exact().or_else(local) {
            Some((year, moment)) if YEARS.contains(&year) => Ok(moment),
            Some((year, _)) => Err(MomentError::Year(year)),
            None => Err(MomentError::Unreadable),
        }
    }
}

impl fmt::Display for MomentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable => f.write_str("write 2026-11-01, 2026-11-01T18:00 or RFC 3339"),
            Self::Year(year) => {
                let (first, last) = (YEARS.start(), YEARS.end());
                write!(f, "it lies in the year {year}, and years from {first} to {last} can be asked for")
            }
        }
    }
}

impl std::error::Error for MomentError {}

/// A date, which is its midnight, or a date and time.
fn local(text: &str) -> Option<NaiveDateTime> {
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").map(|date| date.and_time(NaiveTime::MIN)).ok();
    let time = |form: &&str| NaiveDateTime::parse_from_str(text, form).ok();
    date.or_else(|| ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%.f"].iter().find_map(time))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_local_unless_they_say_otherwise() {
        let read = |text: &str| text.parse::<Moment>().unwrap().at(Tz::Europe__Berlin).to_string();
        assert_eq!(read("2026-07-01"), "2026-06-30T22:00:00Z");
        assert_eq!(read(" 2026-07-01 18:00 "), "2026-07-01T16:00:00Z");
        assert_eq!(read("2026-07-01T18:00:00Z"), "2026-07-01T18:00:00Z");
        assert_eq!(read("2026-07-01 18:00:00+01:00"), "2026-07-01T17:00:00Z");
        assert_eq!("yesterday".parse::<Moment>(), Err(MomentError::Unreadable));
    }

    #[test]
    fn years_that_nobody_means_are_refused() {
        for (text, year) in [("+262142-12-31T23:59", 262_142), ("0026-11-01", 26), ("2200-01-01T00:00:00Z", 2200)] {
            assert_eq!(text.parse::<Moment>(), Err(MomentError::Year(year)), "{text}");
        }
        let told = MomentError::Year(26).to_string();
        assert_eq!(told, "it lies in the year 26, and years from 1970 to 2199 can be asked for");
    }
}
