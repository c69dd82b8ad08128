//! When people are awake: how many questions each quarter of an hour sees, by the hour of the day and the day of the week
//! in their zone.

use chrono::{DateTime, Datelike, Offset, TimeZone, Timelike, Utc, Weekday};
use chrono_tz::Tz;

use super::Plan;
use super::truths::Truths;
use crate::model::{Timestamp, Window};

/// What each hour of the day sees, of midnight first. Only their proportions count.
const HOURS: [f64; 24] = [
    5.0, 3.5, 2.4, 1.8, 1.6, 1.8, 2.4, 3.4, 4.6, 5.6, 6.2, 6.6, 7.0, 7.2, 7.6, 8.2, 9.0, 9.8, 10.6, 11.6, 12.0, 11.0,
    9.0, 7.0,
];

/// What each day of the week sees, of Monday first.
const WEEKDAYS: [f64; 7] = [0.95, 1.0, 1.0, 0.95, 1.05, 1.25, 1.15];

/// Every zone's clocks differ from UTC by whole quarters of an hour.
const QUARTER: i64 = Timestamp::HOUR / 4;

/// The days of a plan, quarter by quarter.
pub(super) struct Rhythm {
    window: Window,
    /// The start of the first quarter, which may be before the window.
    first: Timestamp,
    quarters: Vec<Quarter>,
}

struct Quarter {
    moment: Moment,
    /// The weight of all quarters up to the end of this one.
    until: f64,
}

/// What clock and calendar show somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment {
    pub weekday: Weekday,
    pub hour: usize,
}

impl Rhythm {
    pub fn new(plan: &Plan, truths: &Truths) -> Self {
        let window = plan.window();
        let first = window.from.floor_to(QUARTER);
        let mut until = 0.0;
        let starts = (0..).map(|index| first.plus(index * QUARTER)).take_while(|start| *start < window.to);
        let quarters = starts.map(|start| {
            let moment = Moment::of(start, plan.zone);
            until += part_of(start, window) * weight(moment) * truths.volume(moment);
            Quarter { moment, until }
        });
        Self { window, first, quarters: quarters.collect() }
    }

    /// What the clocks show then.
    pub fn moment(&self, at: Timestamp) -> Option<Moment> {
        let index = at.0.saturating_sub(self.first.0) / QUARTER;
        self.quarters.get(usize::try_from(index).ok()?).map(|quarter| quarter.moment)
    }

    /// The time by which a share of all that comes has come. `near` is a quarter at or before it, and is moved on.
    pub fn time_of(&self, share: f64, near: &mut usize) -> Timestamp {
        let wanted = share * self.quarters.last().map_or(0.0, |quarter| quarter.until);
        let passed = self.quarters[*near..].iter().take_while(|quarter| quarter.until <= wanted).count();
        *near = (*near + passed).min(self.quarters.len().saturating_sub(1));
        let before = near.checked_sub(1).map_or(0.0, |index| self.quarters[index].until);
        let within = (wanted - before) / (self.quarters[*near].until - before);
        let slot = self.part(*near);
        let at = slot.from.plus((within * slot.length().0 as f64) as i64);
        at.clamp(slot.from, slot.to.plus(-1))
    }

    /// The part of a quarter that lies in the window.
    fn part(&self, index: usize) -> Window {
        let start = self.first.plus(index as i64 * QUARTER);
        Window { from: start.max(self.window.from), to: start.plus(QUARTER).min(self.window.to) }
    }
}

impl Moment {
    fn of(at: Timestamp, zone: Tz) -> Self {
        let utc: DateTime<Utc> = at.to_utc();
        let naive = utc.naive_utc();
        let local = naive.checked_add_offset(zone.offset_from_utc_datetime(&naive).fix()).unwrap_or(naive);
        Self { weekday: local.weekday(), hour: local.hour() as usize }
    }
}

fn weight(moment: Moment) -> f64 {
    HOURS[moment.hour] * WEEKDAYS[moment.weekday.num_days_from_monday() as usize]
}

/// Which share of the quarter from `start` on lies in the window.
fn part_of(start: Timestamp, window: Window) -> f64 {
    let inside = start.plus(QUARTER).min(window.to).since(start.max(window.from));
    inside.0 as f64 / QUARTER as f64
}
