//! How a window is cut into days, weeks or months that can be held against each other.

use chrono_tz::Tz;
use serde::Serialize;

use crate::model::{Timestamp, Window, calendar};

/// By what a history goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// Calendar days of the zone.
    Day,
    /// Seven days each, counted back from the end of the window: each holds every hour of the week once.
    Week,
    /// Calendar months of the zone.
    Month,
}

/// One period of a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    /// Its time, as far as it lies in the window.
    pub window: Window,
    /// Whether the window holds all of it.
    pub whole: bool,
}

const WEEK: i64 = 7 * Timestamp::DAY;

/// The periods of a window, in the order of time. What is left before the first week is no period.
pub fn periods(window: Window, by: Period, zone: Tz) -> Vec<Cut> {
    match by {
        Period::Week => weeks(window),
        Period::Day => calendar_cuts(window, |at| calendar::day_of(at, zone)),
        Period::Month => calendar_cuts(window, |at| calendar::month_of(at, zone)),
    }
}

/// How many periods a window has, about.
pub fn count(window: Window, by: Period) -> u64 {
    let length = match by {
        Period::Day => Timestamp::DAY,
        Period::Week => WEEK,
        Period::Month => 30 * Timestamp::DAY,
    };
    window.length().0 / length as u64
}

/// A window shorter than a week is one period.
fn weeks(window: Window) -> Vec<Cut> {
    let whole = (window.length().0 / WEEK as u64) as i64;
    if whole == 0 {
        return vec![Cut { window, whole: false }];
    }
    // Like windows of so many days, weeks begin at full hours, and the last one reaches to the end.
    let end = window.to.floor_to(Timestamp::HOUR);
    let week = |back: i64| Window {
        from: end.plus(-(back + 1) * WEEK),
        to: if back == 0 { window.to } else { end.plus(-back * WEEK) },
    };
    (0..whole).rev().map(|back| Cut { window: week(back), whole: true }).collect()
}

fn calendar_cuts(window: Window, of: impl Fn(Timestamp) -> Window) -> Vec<Cut> {
    let (mut cuts, mut from) = (Vec::new(), window.from);
    while from < window.to {
        let period = of(from);
        let inside = Window { from, to: period.to.min(window.to) };
        cuts.push(Cut { window: inside, whole: inside == period });
        from = inside.to.max(from.plus(1));
    }
    cuts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::window;

    fn shown(from: &str, to: &str, by: Period, zone: Tz) -> String {
        let cuts = periods(window(from, to), by, zone);
        let show = |cut: &Cut| format!("{} {}{}", cut.window.from, cut.window.to, if cut.whole { "" } else { " cut" });
        cuts.iter().map(show).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn weeks_count_back_from_the_end() {
        insta::assert_snapshot!(shown("2026-10-22T12:00:00Z", "2026-11-08T12:30:00Z", Period::Week, Tz::UTC), @r"
        2026-10-25T12:00:00Z 2026-11-01T12:00:00Z
        2026-11-01T12:00:00Z 2026-11-08T12:30:00Z
        ");
        insta::assert_snapshot!(shown("2026-11-07T12:00:00Z", "2026-11-08T12:30:00Z", Period::Week, Tz::UTC), @"2026-11-07T12:00:00Z 2026-11-08T12:30:00Z cut");
    }

    #[test]
    fn days_and_months_are_those_of_the_zone() {
        insta::assert_snapshot!(shown("2026-10-24T22:00:00Z", "2026-10-27T12:00:00Z", Period::Day, Tz::Europe__Berlin), @r"
        2026-10-24T22:00:00Z 2026-10-25T23:00:00Z
        2026-10-25T23:00:00Z 2026-10-26T23:00:00Z
        2026-10-26T23:00:00Z 2026-10-27T12:00:00Z cut
        ");
        insta::assert_snapshot!(shown("2026-09-15T00:00:00Z", "2026-11-01T00:00:00Z", Period::Month, Tz::UTC), @r"
        2026-09-15T00:00:00Z 2026-10-01T00:00:00Z cut
        2026-10-01T00:00:00Z 2026-11-01T00:00:00Z
        ");
    }
}
