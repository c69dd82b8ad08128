//! Days, weeks and months of a time zone as windows. Days of 23 and 25 hours come out as they are.

use chrono::{Datelike, Days, Months, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeDelta, TimeZone};
use chrono_tz::Tz;

use super::{Timestamp, Window};

/// The calendar day that holds `at`.
pub fn day_of(at: Timestamp, zone: Tz) -> Window {
    let first = date_of(at, zone);
    days(first, first.checked_add_days(Days::new(1)), zone)
}

/// The calendar week, from Monday on, that holds `at`.
pub fn week_of(at: Timestamp, zone: Tz) -> Window {
    let date = date_of(at, zone);
    let monday = date.checked_sub_days(Days::new(date.weekday().num_days_from_monday().into())).unwrap_or(date);
    days(monday, monday.checked_add_days(Days::new(7)), zone)
}

/// The calendar month that holds `at`.
pub fn month_of(at: Timestamp, zone: Tz) -> Window {
    let date = date_of(at, zone);
    let first = date.with_day(1).unwrap_or(date);
    days(first, first.checked_add_months(Months::new(1)), zone)
}

/// The first moment of a date in a zone: midnight, or the end of the gap where clocks skip midnight.
pub fn start_of(date: NaiveDate, zone: Tz) -> Timestamp {
    first_moment(date.and_time(NaiveTime::MIN), zone)
}

/// The moment a wall clock first shows a time; where it never does, the moment the clocks have skipped past it. At the
/// very ends of the calendar, where no zone's clocks can be told, the time is read as UTC.
pub fn first_moment(local: NaiveDateTime, zone: Tz) -> Timestamp {
    (0..=MAX_GAP_MINUTES)
        .step_by(15)
        .map_while(|minutes| local.checked_add_signed(TimeDelta::minutes(minutes)))
        .find_map(|shown| zone.from_local_datetime(&shown).earliest())
        .map_or_else(|| Timestamp::from(local.and_utc()), Timestamp::from)
}

/// No zone has ever skipped more than a day.
const MAX_GAP_MINUTES: i64 = 24 * 60;

fn date_of(at: Timestamp, zone: Tz) -> NaiveDate {
    let utc = at.to_utc().naive_utc();
    let offset = zone.offset_from_utc_datetime(&utc).fix();
    utc.checked_add_offset(offset).unwrap_or(utc).date()
}

fn days(first: NaiveDate, behind: Option<NaiveDate>, zone: Tz) -> Window {
    Window { from: start_of(first, zone), to: start_of(behind.unwrap_or(first), zone) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn shown(window: Window) -> String {
        format!("{} – {}", window.from, window.to)
    }

    #[test]
    fn days_weeks_and_months_in_utc() {
        let noon = at("2026-11-21T12:00:00Z");
        assert_eq!(shown(day_of(noon, Tz::UTC)), "2026-11-21T00:00:00Z – 2026-11-22T00:00:00Z");
        assert_eq!(shown(week_of(noon, Tz::UTC)), "2026-11-16T00:00:00Z – 2026-11-23T00:00:00Z");
        assert_eq!(shown(month_of(noon, Tz::UTC)), "2026-11-01T00:00:00Z – 2026-12-01T00:00:00Z");
    }

    #[test]
    fn a_day_may_have_23_or_25_hours() {
        let spring = day_of(at("2026-03-29T12:00:00Z"), Tz::Europe__Berlin);
        let autumn = day_of(at("2026-10-25T12:00:00Z"), Tz::Europe__Berlin);
        assert_eq!(spring.length().as_secs() / 3600.0, 23.0);
        assert_eq!(autumn.length().as_secs() / 3600.0, 25.0);
    }

    #[test]
    fn the_ends_of_the_calendar_are_days_too() {
        for zone in [Tz::UTC, Tz::Pacific__Kiritimati, Tz::America__Los_Angeles] {
            for edge in [Timestamp(i64::MIN), Timestamp(i64::MAX)] {
                for window in [day_of(edge, zone), week_of(edge, zone), month_of(edge, zone)] {
                    assert!(window.from <= window.to, "{zone} {}", shown(window));
                }
            }
            for edge in [NaiveDateTime::MIN, NaiveDateTime::MAX] {
                assert_eq!(first_moment(edge, zone).0 > 0, edge == NaiveDateTime::MAX);
            }
        }
    }

    #[test]
    fn a_day_whose_midnight_is_skipped_starts_at_one() {
        let day = day_of(at("2022-03-27T12:00:00Z"), Tz::Asia__Beirut);
        assert_eq!(shown(day), "2022-03-26T22:00:00Z – 2022-03-27T21:00:00Z");
    }
}
