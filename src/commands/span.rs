//! `--last`, `--from` and `--to`: which time a command looks at.

use std::ops::RangeInclusive;
use std::time::Duration;

use chrono_tz::Tz;
use clap::Args;

use super::context::Context;
use super::failure::Failure;
use crate::model::{Moment, Timestamp, Window, duration};
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
                let to = to.as_deref().map(|to| moment(to, "--to", zone)).transpose()?;
                between(from, to, cx.now, zone).map(|span| span.in_whole_hours_before(rows_since(cx)))
            }
        }
    }
}

/// From when on single calls are kept.
fn rows_since(cx: &Context) -> Option<Timestamp> {
    let life = cx.services.retention.rows?;
    Some(cx.now.plus(-i64::try_from(life.as_micros()).ok()?))
}

impl Span {
    /// A time with both its ends, as far as it can be told.
    pub fn between(window: Window, cx: &Context) -> Self {
        let title = WindowTitle::Between { window, zone: cx.services.zone };
        Self { window, title }.in_whole_hours_before(rows_since(cx))
    }

    /// Where the rows of single calls are gone, only whole hours are known.
    fn in_whole_hours_before(mut self, since: Option<Timestamp>) -> Self {
        let widened = |at: Timestamp, up| match since {
            Some(since) if at < since => at.plus(up).floor_hour(),
            _ => at,
        };
        self.window = Window { from: widened(self.window.from, 0), to: widened(self.window.to, Timestamp::HOUR - 1) };
        if let WindowTitle::Between { window, .. } = &mut self.title {
            *window = self.window;
        }
        self
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

fn between(from: Timestamp, to: Option<Timestamp>, now: Timestamp, zone: Tz) -> Result<Span, Failure> {
    let window = Window { from, to: to.unwrap_or(now) };
    match to {
        Some(to) if from >= to => {
            return Err(Failure::user(format!("the time ends ({to}) before it begins ({from}): swap --from and --to")));
        }
        _ if from >= now => {
            return Err(Failure::user(format!(
                "--from ({from}) is still to come, since it is {now} now: name an earlier time"
            )));
        }
        _ => {}
    }
    Ok(Span { window, title: WindowTitle::Between { window, zone } })
}

/// How far back people may look.
const LENGTHS: RangeInclusive<Duration> = Duration::from_mins(1)..=Duration::from_hours(100_000 * 7 * 24);

/// A length of time in microseconds.
fn length(text: &str) -> Option<i64> {
    let length = duration::parse(text).filter(|length| LENGTHS.contains(length))?;
    i64::try_from(length.as_micros()).ok()
}

fn moment(text: &str, option: &str, zone: Tz) -> Result<Timestamp, Failure> {
    let moment: Result<Moment, _> = text.parse();
    moment
        .map(|moment| moment.at(zone))
        .map_err(|error| Failure::user(format!("{text:?} is no time for {option}: {error}")))
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
    fn where_rows_are_gone_windows_are_whole_hours() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let span =
            between(at("2026-11-20T10:20:00Z"), Some(at("2026-11-20T12:20:00Z")), at("2026-11-21T00:00:00Z"), Tz::UTC)
                .unwrap();
        let of = |since| span.clone().in_whole_hours_before(since).window;
        assert_eq!(of(None), span.window);
        let some = of(Some(at("2026-11-20T11:00:00Z")));
        assert_eq!((some.from, some.to), (at("2026-11-20T10:00:00Z"), span.window.to));
        assert_eq!(of(Some(at("2026-11-21T00:00:00Z"))).to, at("2026-11-20T13:00:00Z"));
    }

    #[test]
    fn what_is_no_time_is_refused() {
        let refused = |text| moment(text, "--to", Tz::Asia__Tokyo).unwrap_err().to_string();
        insta::assert_snapshot!(refused("yesterday"), @r#""yesterday" is no time for --to: write 2026-11-01, 2026-11-01T18:00 or RFC 3339"#);
        insta::assert_snapshot!(refused("2200-01-01T00:00:00Z"), @r#""2200-01-01T00:00:00Z" is no time for --to: it lies in the year 2200, and years from 1970 to 2199 can be asked for"#);
    }

    #[test]
    fn times_that_end_before_they_begin_are_refused() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let refused = |to| between(at("2026-11-21T10:15:00Z"), to, at("2026-11-20T00:00:00Z"), Tz::UTC);
        insta::assert_snapshot!(refused(Some(at("2026-11-19T00:00:00Z"))).unwrap_err(), @"the time ends (2026-11-19T00:00:00Z) before it begins (2026-11-21T10:15:00Z): swap --from and --to");
        insta::assert_snapshot!(refused(None).unwrap_err(), @"--from (2026-11-21T10:15:00Z) is still to come, since it is 2026-11-20T00:00:00Z now: name an earlier time");
    }
}
