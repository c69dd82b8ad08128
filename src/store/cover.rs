//! How a window is covered: whole days and hours from cells, what is ragged at its ends from rows. Pure arithmetic.

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
    /// How many of the smallest slots each of them holds: for cells the hours, 1 or 24.
    pub length: i64,
    /// Their starts, counted in the smallest slots since 1970.
    pub starts: Range<i64>,
}

/// Hours in a day.
pub(super) const DAY: i64 = 24;

impl Cover {
    /// Days, hours and ends.
    pub fn of_slots(window: Window) -> Self {
        Self::with(window, Timestamp::HOUR, |whole| {
            let days = ceil(whole.start, DAY)..floor(whole.end, DAY);
            if days.is_empty() {
                return vec![Slots { length: 1, starts: whole }];
            }
            vec![
                Slots { length: 1, starts: whole.start..days.start },
                Slots { length: DAY, starts: days.clone() },
                Slots { length: 1, starts: days.end..whole.end },
            ]
        })
    }

    /// Whole days and ends.
    pub fn of_days(window: Window) -> Self {
        Self::with(window, Timestamp::DAY, |whole| {
            vec![Slots { length: DAY, starts: whole.start * DAY..whole.end * DAY }]
        })
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
        let slots = cover.slots.iter().filter(|run| run.starts.contains(&floor(number, run.length)));
        slots.count() + cover.ends.iter().filter(|end| end.holds(Timestamp(at))).count()
    }

    #[test]
    fn a_month_is_days_with_hours_and_rows_at_its_ends() {
        let window =
            Window { from: "2026-10-01T21:30:00Z".parse().unwrap(), to: "2026-10-31T02:15:00Z".parse().unwrap() };
        let cover = Cover::of_slots(window);
        let lengths: Vec<_> = cover.slots.iter().map(|run| (run.length, run.starts.end - run.starts.start)).collect();
        assert_eq!(lengths, [(1, 2), (DAY, 29 * DAY), (1, 2)]);
        assert_eq!(cover.ends.len(), 2);
    }

    #[test]
    fn a_window_within_an_hour_is_all_rows() {
        let window = Window { from: Timestamp(10), to: Timestamp(20) };
        assert_eq!(Cover::of_slots(window), Cover::of_rows(window));
    }

    #[test]
    fn all_of_time_does_not_overflow() {
        let window = Window { from: Timestamp(i64::MIN), to: Timestamp(i64::MAX) };
        let cover = Cover::of_slots(window);
        assert!([i64::MIN, -1, 0, 1, i64::MAX - 1].iter().all(|at| holders(&cover, Timestamp::HOUR, *at) == 1));
    }

    proptest! {
        #[test]
        fn each_point_of_a_window_is_covered_once(
            from in -200i64..200, length in 0i64..300, nudge in -1i64..=1, at in -300i64..600, offset in -1i64..=1,
        ) {
            let quarter = |n: i64, nudge: i64| n * QUARTER + nudge;
            let window = Window { from: Timestamp(quarter(from, nudge)), to: Timestamp(quarter(from + length, -nudge)) };
            let at = quarter(at, offset);
            let expected = usize::from(window.holds(Timestamp(at)));
            prop_assert_eq!(holders(&Cover::of_slots(window), Timestamp::HOUR, at), expected);
            prop_assert_eq!(holders(&Cover::of_quarters(window), QUARTER, at), expected);
        }
    }
}
