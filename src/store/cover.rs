//! How a window is covered: whole weeks, days and hours from cells, what is ragged at its ends from rows. Pure arithmetic.

use std::ops::Range;

use crate::model::{Timestamp, Window};

/// The parts of a window. Together they hold each point of it exactly once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cover {
    /// Whole slots that cells can answer.
    pub slots: Vec<Slots>,
    /// The time that the slots hold together; empty if there are none.
    pub inner: Window,
    /// What is left over at the ends, or all of a window too short to hold a whole slot.
    pub ends: Vec<Window>,
}

/// A run of whole slots of one length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Slots {
    /// How many of the smallest slots each of them holds: for cells the hours, 1, 24 or 168.
    pub length: i64,
    /// Their starts, counted in the smallest slots since 1970.
    pub starts: Range<i64>,
}

/// Hours in a day.
pub(super) const DAY: i64 = 24;

/// Hours in a week.
pub(super) const WEEK: i64 = 7 * DAY;

/// When the first whole week of 1970 began, a Monday, in hours.
const MONDAY: i64 = 4 * DAY;

/// How far whole weeks are kept: weeks are put together once they are over, and all that ended by then are there. In hours
/// since 1970, the beginning of a week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Weeks(pub i64);

impl Weeks {
    /// No week is.
    pub const NONE: Self = Self(i64::MIN);

    /// Whether the week of an hour is.
    pub fn hold(self, hour: i64) -> bool {
        hour < self.0
    }
}

/// The hour in which the week of an hour began.
pub(super) fn week_of(hour: i64) -> i64 {
    floor(hour - MONDAY, WEEK) + MONDAY
}

impl Cover {
    /// Weeks, as far as they are kept, days, hours and ends.
    pub fn of_slots(window: Window, kept: Weeks) -> Self {
        Self::with(window, Timestamp::HOUR, |whole| {
            let days = ceil(whole.start, DAY)..floor(whole.end, DAY);
            let weeks = ceil(days.start - MONDAY, WEEK) + MONDAY..week_of(days.end).min(kept.0);
            around(1, whole, around(DAY, days, vec![Slots { length: WEEK, starts: weeks }]))
        })
    }

    /// Whole days and ends.
    pub fn of_days(window: Window) -> Self {
        Self::with(window, Timestamp::DAY, |whole| {
            vec![Slots { length: DAY, starts: whole.start * DAY..whole.end * DAY }]
        })
    }

    /// Hours and ends.
    pub fn of_hours(window: Window) -> Self {
        Self::with(window, Timestamp::HOUR, |whole| vec![Slots { length: 1, starts: whole }])
    }

    /// Quarters of an hour and ends.
    pub fn of_quarters(window: Window) -> Self {
        Self::with(window, QUARTER, |whole| vec![Slots { length: 1, starts: whole }])
    }

    /// The days that hold some quarters of an hour, so many in a day.
    pub fn days_around(quarters: &Range<i64>, a_day: i64) -> Self {
        let days = floor(quarters.start, a_day) / a_day..ceil(quarters.end, a_day) / a_day;
        let starts = days.start.saturating_mul(DAY)..days.end.saturating_mul(DAY);
        let nothing = Window { from: Timestamp(0), to: Timestamp(0) };
        Self { slots: vec![Slots { length: DAY, starts }], inner: nothing, ends: Vec::new() }
    }

    /// Rows only, for questions that no cell can answer.
    pub fn of_rows(window: Window) -> Self {
        let inner = Window { from: window.to, to: window.to };
        Self { slots: Vec::new(), inner, ends: vec![window] }
    }

    fn with(window: Window, slot: i64, split: impl Fn(Range<i64>) -> Vec<Slots>) -> Self {
        let whole = ceil(window.from.0, slot) / slot..floor(window.to.0, slot) / slot;
        if whole.is_empty() {
            return Self::of_rows(window);
        }
        let inner = Window { from: Timestamp(whole.start * slot), to: Timestamp(whole.end * slot) };
        let ends = [Window { to: inner.from, ..window }, Window { from: inner.to, ..window }];
        Self {
            slots: split(whole).into_iter().filter(|run| !run.starts.is_empty()).collect(),
            inner,
            ends: ends.into_iter().filter(|end| end.from < end.to).collect(),
        }
    }
}

/// What lies within a run of slots, if anything does, and what is left of the run on both sides of it.
fn around(length: i64, run: Range<i64>, within: Vec<Slots>) -> Vec<Slots> {
    let starts: Vec<_> =
        within.iter().filter(|slots| !slots.starts.is_empty()).map(|slots| slots.starts.clone()).collect();
    let (Some(first), Some(last)) = (starts.first(), starts.last()) else {
        return vec![Slots { length, starts: run }];
    };
    let (before, after) = (run.start..first.start, last.end..run.end);
    let mut all = vec![Slots { length, starts: before }];
    all.extend(within);
    all.push(Slots { length, starts: after });
    all
}

/// A quarter of an hour, in microseconds.
pub(super) const QUARTER: i64 = Timestamp::HOUR / 4;

/// The last multiple of `step` not above `value`; the first one there is, at the low end of the range.
fn floor(value: i64, step: i64) -> i64 {
    value.checked_sub(value.rem_euclid(step)).unwrap_or(i64::MIN / step * step)
}

/// The first multiple of `step` not below `value`; the last one there is, at the high end of the range.
fn ceil(value: i64, step: i64) -> i64 {
    match value.rem_euclid(step) {
        0 => value,
        past => value.checked_add(step - past).unwrap_or(i64::MAX / step * step),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn holders(cover: &Cover, slot: i64, at: i64) -> usize {
        let number = at.div_euclid(slot);
        let start = |run: &Slots| if run.length == WEEK { week_of(number) } else { floor(number, run.length) };
        let slots = cover.slots.iter().filter(|run| run.starts.contains(&start(run)));
        slots.count() + cover.ends.iter().filter(|end| end.holds(Timestamp(at))).count()
    }

    #[test]
    fn a_month_is_days_with_hours_and_rows_at_its_ends() {
        let window =
            Window { from: "2026-10-01T21:30:00Z".parse().unwrap(), to: "2026-10-31T02:15:00Z".parse().unwrap() };
        let lengths = |weeks| {
            let cover = Cover::of_slots(window, weeks);
            assert_eq!(cover.ends.len(), 2);
            cover.slots.iter().map(|run| (run.length, run.starts.end - run.starts.start)).collect::<Vec<_>>()
        };
        assert_eq!(lengths(Weeks::NONE), [(1, 2), (DAY, 29 * DAY), (1, 2)]);
        // From Friday the 2nd: three days, the weeks of the 5th, 12th and 19th, five days.
        let kept = Weeks(week_of("2026-10-26T00:00:00Z".parse::<Timestamp>().unwrap().0 / Timestamp::HOUR));
        assert_eq!(lengths(kept), [(1, 2), (DAY, 3 * DAY), (WEEK, 3 * WEEK), (DAY, 5 * DAY), (1, 2)]);
    }

    #[test]
    fn a_window_within_an_hour_is_all_rows() {
        let window = Window { from: Timestamp(10), to: Timestamp(20) };
        assert_eq!(Cover::of_slots(window, Weeks(i64::MAX)), Cover::of_rows(window));
    }

    #[test]
    fn all_of_time_does_not_overflow() {
        let window = Window { from: Timestamp(i64::MIN), to: Timestamp(i64::MAX) };
        let cover = Cover::of_slots(window, Weeks(week_of(0)));
        assert!([i64::MIN, -1, 0, 1, i64::MAX - 1].iter().all(|at| holders(&cover, Timestamp::HOUR, *at) == 1));
    }

    proptest! {
        #[test]
        fn each_point_of_a_window_is_covered_once(
            from in -900i64..900, length in 0i64..1_500, nudge in -1i64..=1, at in -1_000i64..2_500, offset in -1i64..=1,
            weeks in -2i64..5,
        ) {
            let quarter = |n: i64, nudge: i64| n * QUARTER + nudge;
            let window = Window { from: Timestamp(quarter(from, nudge)), to: Timestamp(quarter(from + length, -nudge)) };
            let at = quarter(at, offset);
            let expected = usize::from(window.holds(Timestamp(at)));
            let kept = Weeks(week_of(weeks * WEEK));
            prop_assert_eq!(holders(&Cover::of_slots(window, kept), Timestamp::HOUR, at), expected);
            prop_assert_eq!(holders(&Cover::of_quarters(window), QUARTER, at), expected);
        }
    }
}
