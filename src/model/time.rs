//! Points and ranges of time. Nobody in the project reads the system's clock but the edges: "now" is passed in.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Micros;

/// A point in time: microseconds since 1970-01-01T00:00:00Z. Written and read as RFC 3339 in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp(pub i64);

const MICROS_PER_SECOND: i64 = 1_000_000;

impl Timestamp {
    /// One hour, in microseconds.
    pub const HOUR: i64 = 3_600 * MICROS_PER_SECOND;
    /// One day of 24 hours, in microseconds.
    pub const DAY: i64 = 24 * Self::HOUR;

    /// The start of the UTC hour that holds this point.
    pub fn floor_hour(self) -> Self {
        self.floor_to(Self::HOUR)
    }

    /// The start of the slot of `length` microseconds (counted from 1970) that holds this point.
    pub fn floor_to(self, length: i64) -> Self {
        Self(self.0 - self.0.rem_euclid(length))
    }

    /// The point `micros` later (earlier when negative).
    pub fn plus(self, micros: i64) -> Self {
        Self(self.0.saturating_add(micros))
    }

    /// The time from `earlier` to this point; zero if `earlier` is later.
    pub fn since(self, earlier: Self) -> Micros {
        Micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// A short id under which a person and the log can speak of what happened at this point.
    pub fn incident(self) -> String {
        format!("{:06x}", (self.0 / 1000) & 0xff_ffff)
    }

    /// As a calendar date and time in UTC. Points beyond the calendar's range become its nearest end.
    pub fn to_utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0).unwrap_or(if self.0 < 0 {
            DateTime::<Utc>::MIN_UTC
        } else {
            DateTime::<Utc>::MAX_UTC
        })
    }
}

impl<Tz: chrono::TimeZone> From<DateTime<Tz>> for Timestamp {
    fn from(time: DateTime<Tz>) -> Self {
        Self(time.timestamp_micros())
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let form = if self.0 % MICROS_PER_SECOND == 0 { SecondsFormat::Secs } else { SecondsFormat::Micros };
        f.write_str(&self.to_utc().to_rfc3339_opts(form, true))
    }
}

impl FromStr for Timestamp {
    type Err = chrono::ParseError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        DateTime::parse_from_rfc3339(text).map(Self::from)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A half-open range of time, `[from, to)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Window {
    /// The first point inside.
    pub from: Timestamp,
    /// The first point behind it.
    pub to: Timestamp,
}

impl Window {
    /// The length; zero for an empty or backward range.
    pub fn length(self) -> Micros {
        self.to.since(self.from)
    }

    /// The window cut into at most about `most` parts at full UTC hours, or at days, or at every 2nd, 4th, 8th … day since
    /// 1970: the shortest that do. The first and the last may be shorter.
    pub fn parts(self, most: u32) -> Vec<Self> {
        let lengths = [Timestamp::HOUR].into_iter().chain((0..40).map(|doubled| Timestamp::DAY << doubled));
        let fits = |length: &i64| self.length().0 / *length as u64 <= most.into();
        lengths.into_iter().find(fits).map_or_else(|| vec![self], |length| self.split(length))
    }

    /// The window cut at every multiple of a length since 1970. The first and the last part may be shorter.
    pub fn split(self, length: i64) -> Vec<Self> {
        let (mut parts, mut from) = (Vec::new(), self.from);
        while from < self.to {
            let to = from.floor_to(length).plus(length).min(self.to);
            parts.push(Self { from, to });
            from = to;
        }
        parts
    }

    /// Whether a point lies inside.
    pub fn holds(self, at: Timestamp) -> bool {
        self.from <= at && at < self.to
    }
}

/// Where "now" comes from. Durations never come from here: they are measured on a monotonic clock.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> Timestamp;
}

/// A clock that stands still: for tests, and for looking at old logs as of their own day.
#[derive(Debug, Clone, Copy)]
pub struct StandingClock(pub Timestamp);

impl Clock for StandingClock {
    fn now(&self) -> Timestamp {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes_rfc_3339() {
        let at: Timestamp = "2023-11-16T18:15:46.680590Z".parse().unwrap();
        assert_eq!(at.to_string(), "2023-11-16T18:15:46.680590Z");
        assert_eq!(at.floor_hour().to_string(), "2023-11-16T18:00:00Z");
        assert_eq!("2023-11-16T20:15:46.680590+02:00".parse::<Timestamp>().unwrap(), at);
    }

    #[test]
    fn windows_are_cut_into_few_parts() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let parts = |from: &str, to: &str| Window { from: at(from), to: at(to) }.parts(50);
        let day = parts("2026-11-20T12:30:00Z", "2026-11-21T12:15:00Z");
        assert_eq!((day.len(), day[0].to, day[24].from), (25, at("2026-11-20T13:00:00Z"), at("2026-11-21T12:00:00Z")));
        let month = parts("2026-10-22T12:00:00Z", "2026-11-21T12:00:00Z");
        assert_eq!(
            (month.len(), month[1]),
            (31, Window { from: at("2026-10-23T00:00:00Z"), to: at("2026-10-24T00:00:00Z") })
        );
        assert!(parts("1970-01-01T00:00:00Z", "2199-12-31T00:00:00Z").len() <= 52);
        assert!(parts("2026-11-21T12:00:00Z", "2026-11-20T12:00:00Z").is_empty());
    }

    #[test]
    fn windows_are_half_open() {
        let window = Window { from: Timestamp(10), to: Timestamp(20) };
        assert!(window.holds(Timestamp(10)) && !window.holds(Timestamp(20)));
        assert_eq!(Window { from: Timestamp(20), to: Timestamp(10) }.length(), Micros::ZERO);
    }
}
