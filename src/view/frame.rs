//! What every reply is framed by: what its time is called, how models are named, what commands start with.

use std::fmt;

use chrono_tz::Tz;

use super::Block;
use super::format::{count, moment};
use crate::model::{ModelName, Timestamp, Window};

/// What a renderer of reports must know that no report holds.
#[derive(Clone, Copy)]
pub struct Frame<'a> {
    /// What the time is called that the report looks at.
    pub title: &'a WindowTitle,
    /// A model's name as people read it. Simulated models are called so in it.
    pub label: &'a dyn Fn(&ModelName) -> String,
    /// What commands start with: `!`.
    pub prefix: &'a str,
    /// The zone of clocks and calendars.
    pub zone: Tz,
}

/// What a stretch of time is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WindowTitle {
    /// The time up to now, as it was typed: `24h`.
    Last(String),
    /// A time with both its ends, on the clocks of a zone.
    Between {
        /// Which time.
        window: Window,
        /// Whose clocks.
        zone: Tz,
    },
    /// A time of which only some calls are looked at.
    Narrowed {
        /// The time.
        time: Box<WindowTitle>,
        /// Which calls: `code, your calls`.
        to: String,
    },
}

impl WindowTitle {
    /// The time, of which only these calls are looked at; all of them, if nothing is named.
    pub fn narrowed(self, to: &[String]) -> Self {
        if to.is_empty() { self } else { Self::Narrowed { time: Box::new(self), to: to.join(", ") } }
    }

    /// Which calls are looked at, if not all: `, code, your calls`.
    pub(super) fn only(&self) -> String {
        match self {
            Self::Narrowed { to, .. } => format!(", {to}"),
            Self::Last(_) | Self::Between { .. } => String::new(),
        }
    }

    fn is_last(&self) -> bool {
        match self {
            Self::Last(_) => true,
            Self::Between { .. } => false,
            Self::Narrowed { time, .. } => time.is_last(),
        }
    }
}

impl fmt::Display for WindowTitle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Last(length) => write!(f, "last {length}"),
            Self::Between { window, zone } => write_between(*window, *zone, f),
            Self::Narrowed { time, to } => write!(f, "{time}, {to}"),
        }
    }
}

/// `2023-11-16 18:00 – 19:00 UTC`: the date of the end only where it differs, seconds only of less than an hour, the
/// name of the zone's time at both ends only where the clocks changed in between.
fn write_between(window: Window, zone: Tz, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let (from, to) = (window.from.to_utc().with_timezone(&zone), window.to.to_utc().with_timezone(&zone));
    let whole_minutes = [window.from, window.to].iter().all(|at| at.0.rem_euclid(60_000_000) == 0);
    let is_long = window.length().0 >= Timestamp::HOUR as u64;
    let clock = if whole_minutes || is_long { "%H:%M" } else { "%H:%M:%S" };
    write!(f, "{}", from.format("%Y-%m-%d "))?;
    write!(f, "{}", from.format(clock))?;
    if from.format("%Z").to_string() != to.format("%Z").to_string() {
        write!(f, "{}", from.format(" %Z"))?;
    }
    f.write_str(" – ")?;
    if from.date_naive() != to.date_naive() {
        write!(f, "{}", to.format("%Y-%m-%d "))?;
    }
    write!(f, "{}", to.format(clock))?;
    write!(f, "{}", to.format(" %Z"))
}

impl Frame<'_> {
    /// What stands above a report on `n` calls of a window. A `--last` of a day or more starts on a full hour, and
    /// says so.
    pub(super) fn headline(&self, subject: &str, n: u64, window: Window) -> Vec<Block> {
        let mut blocks = vec![Block::Headline(format!("{subject} ({}, n={})", self.title, count(n)))];
        if self.title.is_last() && window.length().0 >= Timestamp::DAY as u64 {
            blocks.push(Block::Note(format!("Since {} (full UTC hour).", moment(window.from, self.zone))));
        }
        blocks
    }

    /// The command that leads on.
    pub(super) fn next(&self, command: &str) -> Block {
        Block::Next(format!("{}{command}", self.prefix))
    }

    /// That earlier calls are counted, but are not there one by one.
    pub(super) fn kept_since(&self, since: Option<Timestamp>) -> Option<Block> {
        let kept = |since| {
            format!("Single calls are kept from {} on; of earlier ones only sums are.", moment(since, self.zone))
        };
        since.map(|since| Block::Note(kept(since)))
    }

    /// What to look at where a window holds nothing: a longer one, as far as that helps.
    pub(super) fn next_longer(&self, window: Window) -> Block {
        const DAYS: [(i64, &str); 2] = [(7, "perf stats --last 7d"), (30, "perf stats --last 30d")];
        let longer = DAYS.into_iter().find(|(days, _)| window.length().0 < (days * Timestamp::DAY) as u64);
        self.next(longer.map_or("perf help", |(_, command)| command))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn between(from: &str, to: &str, zone: Tz) -> String {
        let window = Window { from: from.parse().unwrap(), to: to.parse().unwrap() };
        WindowTitle::Between { window, zone }.to_string()
    }

    #[test]
    fn times_are_named_on_the_clocks_of_their_zone() {
        assert_eq!(WindowTitle::Last("24h".into()).to_string(), "last 24h");
        let hour = ("2023-11-16T18:00:00Z", "2023-11-16T19:00:00Z");
        assert_eq!(between(hour.0, hour.1, Tz::UTC), "2023-11-16 18:00 – 19:00 UTC");
        assert_eq!(between(hour.0, hour.1, Tz::Asia__Kolkata), "2023-11-16 23:30 – 2023-11-17 00:30 IST");
        assert_eq!(
            between("2023-11-16T18:15:46.680590Z", "2023-11-16T19:00:00Z", Tz::UTC),
            "2023-11-16 18:15:46 – 19:00:00 UTC"
        );
    }

    #[test]
    fn a_time_across_a_change_of_clocks_names_both() {
        assert_eq!(
            between("2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z", Tz::Europe__Berlin),
            "2026-03-29 01:30 CET – 03:30 CEST"
        );
    }
}
