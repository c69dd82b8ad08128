//! How a window is covered: whole weeks, days, quarters of days and hours from cells, what is ragged at its ends from rows.
//! Pure arithmetic.

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
    /// How many of the smallest slots each of them holds: for cells the hours, 1, 6, 24 or 168.
    pub length: i64,
    /// Their starts, counted in the smallest slots since 1970.
    pub starts: Range<i64>,
}

/// Hours in a day.
pub(super) const DAY: i64 = 24;

/// Hours in a quarter of a day.
pub(super) const SIX_HOURS: i64 = 6;

/// Hours in a week.
pub(super) const WEEK: i64 = 7 * DAY;

/// When the first whole week of 1970 began, a Monday, in hours.
const MONDAY: i64 = 4 * DAY;

/// The lengths of slots, longest first.
const LENGTHS: [i64; 4] = [WEEK, DAY, SIX_HOURS, 1];

/// Up to when time is sealed, in hours since 1970: weeks and quarters of a day are put together once they are over, and all
/// that ended by then are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Sealed(pub i64);

impl Sealed {
    /// No slot is put together yet.
    pub const NOTHING: Self = Self(i64::MIN);

    /// All that is over once there are calls of an hour.
    pub fn before(hour: i64) -> Self {
        Self(begun(hour, SIX_HOURS))
    }

    /// Whether the slots of a length that hold an hour are kept.
    pub fn keeps(self, length: i64, hour: i64) -> bool {
        !is_sealed(length) || begun(hour, length) + length <= self.0
    }

    /// Up to when slots of a length are kept.
    pub fn end_of(self, length: i64) -> i64 {
        if is_sealed(length) { begun(self.0, length) } else { i64::MAX }
    }
}

/// Whether slots of this length are put together once they are over; the others grow with every call.
fn is_sealed(length: i64) -> bool {
    matches!(length, WEEK | SIX_HOURS)
}

/// The hour in which the slot of a length began that holds an hour. Weeks begin on Mondays.
pub(super) fn begun(hour: i64, length: i64) -> i64 {
    let first = if length == WEEK { MONDAY } else { 0 };
    floor(hour.saturating_sub(first), length).saturating_add(first)
}

/// The longest slots that fit into a run of hours, and what is left of it on both sides of them.
fn longest(run: Range<i64>, lengths: &[i64], sealed: Sealed) -> Vec<Slots> {
    let Some((length, shorter)) = lengths.split_first().filter(|_| !run.is_empty()) else { return Vec::new() };
    let starts = begun(run.start + length - 1, *length)..begun(run.end, *length).min(sealed.end_of(*length));
    if starts.is_empty() {
        return longest(run, shorter, sealed);
    }
    let (before, after) = (run.start..starts.start, starts.end..run.end);
    let mut slots = longest(before, shorter, sealed);
    slots.push(Slots { length: *length, starts });
    slots.extend(longest(after, shorter, sealed));
    slots
}

impl Cover {
    /// Weeks, days, quarters of days, hours and ends.
    pub fn of_slots(window: Window, sealed: Sealed) -> Self {
        Self::with(window, Timestamp::HOUR, |whole| longest(whole, &LENGTHS, sealed))
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
        let slots = cover.slots.iter().filter(|run| run.starts.contains(&begun(number, run.length)));
        slots.count() + cover.ends.iter().filter(|end| end.holds(Timestamp(at))).count()
    }

    #[test]
    fn a_month_is_days_with_hours_and_rows_at_its_ends() {
        let window =
            Window { from: "2026-10-01T21:30:00Z".parse().unwrap(), to: "2026-10-31T02:15:00Z".parse().unwrap() };
        let lengths = |sealed: &str| {
            let sealed = sealed.parse::<Timestamp>().unwrap().0 / Timestamp::HOUR;
            let cover = Cover::of_slots(window, Sealed::before(sealed));
            assert_eq!(cover.ends.len(), 2);
            let length = |run: &Slots| (run.length, (run.starts.end - run.starts.start) / run.length);
            cover.slots.iter().map(length).collect::<Vec<_>>()
        };
        assert_eq!(lengths("2026-09-30T00:00:00Z"), [(1, 2), (DAY, 29), (1, 2)]);
        // From Friday the 2nd: three days, the weeks of the 5th, 12th and 19th, five days.
        assert_eq!(lengths("2026-10-26T05:00:00Z"), [(1, 2), (DAY, 3), (WEEK, 3), (DAY, 5), (1, 2)]);
    }

    #[test]
    fn a_day_that_is_none_of_the_calendar_is_quarters_and_hours() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let window = Window { from: at("2026-10-01T16:00:00Z"), to: at("2026-10-02T16:00:00Z") };
        let cover = Cover::of_slots(window, Sealed::before(window.to.0 / Timestamp::HOUR));
        let hours = cover.slots.iter().map(|run| (run.length, run.starts.end - run.starts.start));
        assert_eq!(hours.collect::<Vec<_>>(), [(1, 2), (SIX_HOURS, 18), (1, 4)]);
    }

    #[test]
    fn a_window_within_an_hour_is_all_rows() {
        let window = Window { from: Timestamp(10), to: Timestamp(20) };
        assert_eq!(Cover::of_slots(window, Sealed(i64::MAX)), Cover::of_rows(window));
    }

    #[test]
    fn all_of_time_does_not_overflow() {
        let window = Window { from: Timestamp(i64::MIN), to: Timestamp(i64::MAX) };
        let cover = Cover::of_slots(window, Sealed(0));
        assert!([i64::MIN, -1, 0, 1, i64::MAX - 1].iter().all(|at| holders(&cover, Timestamp::HOUR, *at) == 1));
    }

    proptest! {
        #[test]
        fn each_point_of_a_window_is_covered_once(
            from in -900i64..900, length in 0i64..1_500, nudge in -1i64..=1, at in -1_000i64..2_500, offset in -1i64..=1,
            sealed in -60i64..100,
        ) {
            let quarter = |n: i64, nudge: i64| n * QUARTER + nudge;
            let window = Window { from: Timestamp(quarter(from, nudge)), to: Timestamp(quarter(from + length, -nudge)) };
            let at = quarter(at, offset);
            let expected = usize::from(window.holds(Timestamp(at)));
            let sealed = Sealed(sealed * SIX_HOURS);
            prop_assert_eq!(holders(&Cover::of_slots(window, sealed), Timestamp::HOUR, at), expected);
            prop_assert_eq!(holders(&Cover::of_quarters(window), QUARTER, at), expected);
        }
    }
}
