//! `--last`, `--from` and `--to`: which time a command looks at.

use std::ops::RangeInclusive;
use std::time::Duration;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime};
use chrono_tz::Tz;
use clap::Args;

use super::context::Context;
use super::failure::Failure;
use crate::model::{Timestamp, Window, calendar, duration};
use crate::view::WindowTitle;

/// The options for the time a command looks at.
#[derive(Debug, Clone, Default, Args)]
pub struct SpanArgs {
    /// The last stretch of time: 90m, 24h, 7d, 4w. From a day on it starts on a full hour.
    #[arg(long, value_name = "24h", conflicts_with_all = ["from", "to"])]
    pub last: Option<String>,
    /// The first moment: 2026-11-01, 2026-11-01T18:00 or RFC 3339.
    #[arg(long, value_name = "TIME")]
    pub from: Option<String>,
    /// The first moment behind it; now, if left out.
    #[arg(long, value_name = "TIME")]
    pub to: Option<String>,
}

/// The time a command looks at, and what to call it.
#[derive(Debug, Clone)]
pub struct Span {
    /// The time.
    pub window: Window,
    /// What to call it.
    pub title: WindowTitle,
}

/// What most commands look at unless people say otherwise.
pub const LAST_DAY: &str = "24h";

/// What commands look at that need more calls.
pub const LAST_WEEK: &str = "7d";

/// What commands look at that hold days of the week against each other.
pub const FOUR_WEEKS: &str = "4w";

/// What a history goes back.
pub const LAST_MONTH: &str = "30d";

impl SpanArgs {
    /// The window these options mean now: the last day, if none is given.
    pub fn resolve(&self, cx: &Context) -> Result<Span, Failure> {
        self.resolve_or(LAST_DAY, cx)
    }

    /// The window these options mean now, or a last stretch of time if none is given.
    pub fn resolve_or(&self, usual: &str, cx: &Context) -> Result<Span, Failure> {
        let zone = cx.services.zone;
        match (&self.from, &self.to) {
            (None, None) => last(self.last.as_deref().unwrap_or(usual), cx.now),
            (None, Some(_)) => Err(Failure::user("--to needs --from: say where the time begins")),
            (Some(from), to) => {
                let from = moment(from, "--from", zone)?;
                let to = to.as_deref().map_or(Ok(cx.now), |to| moment(to, "--to", zone))?;
                between(from, to, zone)
            }
        }
    }
}

fn last(text: &str, now: Timestamp) -> Result<Span, Failure> {
    let length = length(text)
        .ok_or_else(|| Failure::user(format!("{text:?} is no length of time for --last: write 90m, 24h, 7d or 4w")))?;
    let from = now.plus(-length);
    // From a day on, whole hours: they are answered from the rollups, and said so in the title.
    let from = if length >= Timestamp::DAY { from.floor_hour() } else { from };
    Ok(Span { window: Window { from, to: now }, title: WindowTitle::Last(text.trim().to_lowercase()) })
}

fn between(from: Timestamp, to: Timestamp, zone: Tz) -> Result<Span, Failure> {
    if from >= to {
        return Err(Failure::user(format!("the time ends ({to}) before it begins ({from}): swap --from and --to")));
    }
    let window = Window { from, to };
    Ok(Span { window, title: WindowTitle::Between { window, zone } })
}

/// How far back people may look.
const LENGTHS: RangeInclusive<Duration> = Duration::from_mins(1)..=Duration::from_hours(100_000 * 7 * 24);

/// A length of time in microseconds.
fn length(text: &str) -> Option<i64> {
    let length = duration::parse(text).filter(|length| LENGTHS.contains(length))?;
    i64::try_from(length.as_micros()).ok()
}

/// The years that can be asked for. Before them no call was made; behind them somebody's finger slipped.
const YEARS: RangeInclusive<i32> = 1970..=2199;

/// A moment: RFC 3339, or a local date or date and time in the configured zone.
fn moment(text: &str, option: &str, zone: Tz) -> Result<Timestamp, Failure> {
    let text = text.trim().replacen(' ', "T", 1);
    let exact = || DateTime::parse_from_rfc3339(&text).ok().map(|exact| (exact.year(), exact.into()));
    let local = || local(&text).map(|local| (local.year(), calendar::first_moment(local, zone)));
    match exact().or_else(local) {
        Some((year, moment)) if YEARS.contains(&year) => Ok(moment),
        Some((year, _)) => {
            let (first, last) = (YEARS.start(), YEARS.end());
            Err(Failure::user(format!(
                "{option} lies in the year {year}: years from {first} to {last} can be asked for"
            )))
        }
        None => Err(Failure::user(format!(
            "{text:?} is no time for {option}: write 2026-11-01, 2026-11-01T18:00 or RFC 3339"
        ))),
    }
}

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
    fn lengths_of_time() {
        assert_eq!(length("24h"), Some(Timestamp::DAY));
        assert_eq!(length(" 7D "), Some(7 * Timestamp::DAY));
        assert_eq!(length("1h30m"), Some(90 * 60_000_000));
        for wrong in ["", "h", "0h", "59s", "-1h", "1y", "24", "é", "100001w", "999999999999d", "1.5h"] {
            assert_eq!(length(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_day_or_more_starts_on_a_full_hour() {
        let now: Timestamp = "2026-11-21T10:15:00Z".parse().unwrap();
        assert_eq!(last("24h", now).unwrap().window.from.to_string(), "2026-11-20T10:00:00Z");
        assert_eq!(last("2h", now).unwrap().window.from.to_string(), "2026-11-21T08:15:00Z");
    }

    #[test]
    fn moments_are_local_unless_they_say_otherwise() {
        let berlin = Tz::Europe__Berlin;
        let read = |text| moment(text, "--from", berlin).unwrap().to_string();
        assert_eq!(read("2026-07-01"), "2026-06-30T22:00:00Z");
        assert_eq!(read("2026-07-01 18:00"), "2026-07-01T16:00:00Z");
        assert_eq!(read("2026-07-01T18:00:00Z"), "2026-07-01T18:00:00Z");
        assert_eq!(read("2026-07-01 18:00:00+01:00"), "2026-07-01T17:00:00Z");
        assert!(moment("yesterday", "--from", berlin).is_err());
    }

    #[test]
    fn years_that_nobody_means_are_refused() {
        let refused = |text| moment(text, "--to", Tz::Asia__Tokyo).unwrap_err().to_string();
        insta::assert_snapshot!(refused("+262142-12-31T23:59"), @"--to lies in the year 262142: years from 1970 to 2199 can be asked for");
        insta::assert_snapshot!(refused("0026-11-01"), @"--to lies in the year 26: years from 1970 to 2199 can be asked for");
        insta::assert_snapshot!(refused("2200-01-01T00:00:00Z"), @"--to lies in the year 2200: years from 1970 to 2199 can be asked for");
    }
}
