//! Points in time as logs write them: RFC 3339, local or UTC date and time, Unix numbers, seconds from a start.
//!
//! What is finer than a microsecond is cut off, so that a row's time never lies behind the one in the log.

use chrono::{DateTime, NaiveDateTime, TimeZone};
use chrono_tz::Tz;

use super::limits;
use super::number::Decimal;
use crate::model::Timestamp;

/// The unit of a number that stands for a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeUnit {
    /// Seconds.
    Seconds,
    /// Milliseconds.
    Millis,
    /// Microseconds.
    Micros,
}

impl TimeUnit {
    /// The unit called `s`, `ms` or `us`.
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "s" => Some(Self::Seconds),
            "ms" => Some(Self::Millis),
            "us" => Some(Self::Micros),
            _ => None,
        }
    }

    /// The power of ten that turns it into microseconds.
    pub fn power(self) -> i32 {
        match self {
            Self::Seconds => 6,
            Self::Millis => 3,
            Self::Micros => 0,
        }
    }
}

/// How a log's times are to be understood.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    /// The zone of times that name none.
    pub zone: Tz,
    /// The point from which numbers count; `None` for 1970.
    pub epoch: Option<Timestamp>,
}

impl Default for Clock {
    fn default() -> Self {
        Self { zone: Tz::UTC, epoch: None }
    }
}

/// Numbers below this are no Unix times that any log of AI calls can hold (it is in March 1973), so they count from
/// some start that was not named.
const FIRST_UNIX_SECOND: i64 = 100_000_000;

impl Clock {
    /// Reads a time. A number's unit goes by its size where none is given.
    ///
    /// # Errors
    /// A reason for people, where the text is no time, or one that this zone's clocks never showed.
    pub fn read(&self, text: &str, unit: Option<TimeUnit>) -> Result<Timestamp, String> {
        let at = match Decimal::parse(text) {
            Some(number) => self.of_number(number, text, unit)?,
            None => self.of_date(text)?,
        };
        limits::time(at).map_err(|reason| format!("{text:?} {reason}"))
    }

    fn of_number(&self, number: Decimal, text: &str, unit: Option<TimeUnit>) -> Result<Timestamp, String> {
        let power = match (unit, self.epoch) {
            (Some(unit), _) => unit.power(),
            (None, Some(_)) => TimeUnit::Seconds.power(),
            (None, None) => unix_power(number).ok_or_else(|| {
                format!("{text} is no Unix time; for seconds counted from a start say --epoch with that start")
            })?,
        };
        let micros = number.cut(power).ok_or_else(|| format!("{text} is too large for a time"))?;
        Ok(self.epoch.unwrap_or(Timestamp(0)).plus(micros))
    }

    fn of_date(&self, text: &str) -> Result<Timestamp, String> {
        let normal = normalised(text).ok_or_else(|| no_time(text))?;
        if let Ok(time) = DateTime::parse_from_rfc3339(&normal) {
            return Ok(Timestamp::from(time));
        }
        let local = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M"]
            .iter()
            .find_map(|form| NaiveDateTime::parse_from_str(&normal, form).ok())
            .ok_or_else(|| no_time(text))?;
        let time = self.zone.from_local_datetime(&local).earliest();
        time.map(Timestamp::from).ok_or_else(|| format!("{text:?} never was in {}: clocks skipped it", self.zone))
    }
}

fn no_time(text: &str) -> String {
    format!("{text:?} is no time that is understood (2023-11-16T18:15:46Z, 2023-11-16 18:15:46.68, Unix s or ms)")
}

/// Seconds, milliseconds, microseconds or nanoseconds, by what gives a year that can be.
fn unix_power(number: Decimal) -> Option<i32> {
    const ENDS: [(i64, i32); 3] = [(100_000_000_000, 6), (100_000_000_000_000, 3), (100_000_000_000_000_000, 0)];
    let whole = number.cut(0).filter(|whole| *whole >= FIRST_UNIX_SECOND)?;
    Some(ENDS.iter().find(|(end, _)| whole < *end).map_or(-3, |(_, power)| *power))
}

/// The text in RFC 3339's own spelling: a `T` in the middle, and offsets (` UTC`, `+02`, `+0200`) written out.
fn normalised(text: &str) -> Option<String> {
    let (date, time) = (text.get(..10)?, text.get(11..)?);
    if !matches!(text.as_bytes()[10], b'T' | b't' | b' ') {
        return None;
    }
    let time = time.strip_suffix("UTC").map_or_else(|| time.to_owned(), |rest| format!("{}Z", rest.trim_end()));
    let spelled = match time.rfind(['+', '-']) {
        Some(at) => format!("{}{}", time[..at].trim_end(), offset(&time[at..])?),
        None => time,
    };
    Some(format!("{date}T{spelled}"))
}

fn offset(text: &str) -> Option<String> {
    match text.len() {
        3 => Some(format!("{text}:00")),
        5 => Some(format!("{}:{}", text.get(..3)?, text.get(3..)?)),
        _ => Some(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        Clock::default().read(text, None).map_or_else(|reason| reason, |at| at.to_string())
    }

    #[test]
    fn dates_and_times() {
        assert_eq!(read("2023-11-16T18:15:46.680590Z"), "2023-11-16T18:15:46.680590Z");
        assert_eq!(read("2023-11-16 18:15:46.6805909"), "2023-11-16T18:15:46.680590Z", "cut, not rounded");
        assert_eq!(read("2023-11-16 18:15"), "2023-11-16T18:15:00Z");
        assert_eq!(read("2023-11-16 18:15:46+02"), "2023-11-16T16:15:46Z");
        assert_eq!(read("2023-11-16 18:15:46.5 -0130"), "2023-11-16T19:45:46.500000Z");
        assert_eq!(read("2023-11-16 18:15:46 UTC"), "2023-11-16T18:15:46Z");
    }

    #[test]
    fn unix_numbers_by_their_size() {
        assert_eq!(read("1700158546"), "2023-11-16T18:15:46Z");
        assert_eq!(read("1700158546.6805909"), "2023-11-16T18:15:46.680590Z");
        assert_eq!(read("1700158546680.59"), "2023-11-16T18:15:46.680590Z");
        assert_eq!(read("1700158546680590"), "2023-11-16T18:15:46.680590Z");
        assert_eq!(read("1700158546680590999"), "2023-11-16T18:15:46.680590Z");
    }

    #[test]
    fn numbers_from_a_start() {
        let clock = Clock { epoch: Some("2025-09-17T12:00:00Z".parse().unwrap()), ..Clock::default() };
        let read = |text, unit| clock.read(text, unit).unwrap().to_string();
        assert_eq!(read("0", None), "2025-09-17T12:00:00Z");
        assert_eq!(read("604603.25", None), "2025-09-24T11:56:43.250000Z");
        assert_eq!(read("1500", Some(TimeUnit::Millis)), "2025-09-17T12:00:01.500000Z");
    }

    #[test]
    fn wall_clocks_that_skip_and_repeat() {
        let clock = Clock { zone: Tz::Europe__Berlin, ..Clock::default() };
        let read = |text| clock.read(text, None).map(|at| at.to_string());
        assert_eq!(read("2026-06-01 12:00:00").unwrap(), "2026-06-01T10:00:00Z");
        assert_eq!(read("2026-10-25 02:30:00").unwrap(), "2026-10-25T00:30:00Z", "the earlier of the two");
        assert_eq!(
            read("2026-03-29 02:30:00").unwrap_err(),
            r#""2026-03-29 02:30:00" never was in Europe/Berlin: clocks skipped it"#
        );
        assert_eq!(read("2026-06-01T12:00:00Z").unwrap(), "2026-06-01T12:00:00Z", "its own zone wins");
    }

    proptest::proptest! {
        #[test]
        fn no_text_is_too_strange(text in "[-+:.TZ 0-9UTC]{0,40}|\\PC{0,24}") {
            _ = Clock::default().read(&text, None);
        }

        #[test]
        fn what_is_shown_is_read(micros in 0i64..7_258_118_400_000_000) {
            proptest::prop_assert_eq!(read(&Timestamp(micros).to_string()), Timestamp(micros).to_string());
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        assert!(read("27").contains("--epoch"));
        assert!(read("-5").contains("no Unix time"));
        for text in ["yesterday", "2023-11-16", "2023-13-16 18:15:46", "16.11.2023 18:15:46", "2023-11-1６ 18:15:46"] {
            assert!(read(text).contains("is no time"), "{text}: {}", read(text));
        }
        assert!(read("1066-10-14T09:00:00Z").contains("outside the years"));
    }
}
