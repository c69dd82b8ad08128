//! A few sums by hour of the week, and by day, of a time zone.

use std::collections::BTreeMap;

use chrono::{NaiveDate, Offset, TimeZone};
use chrono_tz::Tz;
use rusqlite::Result;

use super::delta::Figures;
use super::narrow::Narrow;
use super::parts::{PER_DAY, Quarters};
use super::recalled::{About, Answers, Countable, Shelf, Shelves};
use super::snapshot::Snapshot;
use crate::model::{Brief, HourGrid, ModelName, Timestamp, Window};
use crate::store::cover::{Cover, DAY, QUARTER};
use crate::store::question::{ByDay, ByHour, Question};

impl Question for ByHour {
    type Answer = HourGrid;

    fn answer(&self, snapshot: &Snapshot<'_>) -> Result<HourGrid> {
        let Some(narrow) = snapshot.narrow(&self.scope, &self.filter)? else { return Ok(HourGrid::default()) };
        let (mut grid, mut zoned) = (HourGrid::default(), Zoned::new(self.zone));
        snapshot.each_brief(self.window, &narrow, |at, brief| zoned.hour_of(&mut grid, at).merge(brief))?;
        snapshot.keep(self, narrow, grid)
    }

    fn recall(&self, answers: &mut Answers) -> Option<HourGrid> {
        answers.find(self)
    }
}

impl Countable for ByHour {
    type Found = HourGrid;

    fn about(&self) -> About<'_> {
        About { window: self.window, scope: &self.scope, filter: &self.filter, zone: Some(self.zone), rows: None }
    }

    fn count(&self, grid: &mut HourGrid, call: &Figures) -> Option<()> {
        Zoned::new(self.zone).hour_of(grid, call.call.at).record(&call.call);
        Some(())
    }

    fn answer_of(&self, grid: &HourGrid) -> HourGrid {
        grid.clone()
    }

    fn shelf(shelves: &mut Shelves) -> &mut Shelf<Self> {
        &mut shelves.hours
    }
}

impl Question for ByDay {
    type Answer = Vec<(NaiveDate, Brief)>;

    fn answer(&self, snapshot: &Snapshot<'_>) -> Result<Self::Answer> {
        let Some(narrow) = snapshot.narrow(&self.scope, &self.filter)? else { return Ok(Vec::new()) };
        let (mut days, mut zoned) = (BTreeMap::<i64, Brief>::new(), Zoned::new(self.zone));
        snapshot.each_brief(self.window, &narrow, |at, brief| {
            days.entry(zoned.local(at).0).or_default().merge(brief);
        })?;
        let date = |day| NaiveDate::from_epoch_days(i32::try_from(day).ok()?);
        Ok(days.into_iter().filter_map(|(day, brief)| Some((date(day)?, brief))).collect())
    }
}

/// Local times of a zone. Most days are of one offset to UTC, which is then looked up only twice.
struct Zoned {
    zone: Tz,
    /// The UTC day of the last time, and its offset in seconds if it has one.
    day: Option<(i64, Option<i64>)>,
}

impl Zoned {
    fn new(zone: Tz) -> Self {
        Self { zone, day: None }
    }

    /// The local day, counted since 1970, and its hour.
    fn local(&mut self, at: Timestamp) -> (i64, usize) {
        let day = at.0.div_euclid(Timestamp::DAY);
        let offset = match self.day {
            Some((last, offset)) if last == day => offset,
            _ => {
                let ends = [day * Timestamp::DAY, (day + 1).saturating_mul(Timestamp::DAY) - 1].map(Timestamp);
                let [first, last] = ends.map(|end| self.offset(end));
                self.day = Some((day, (first == last).then_some(first)));
                (first == last).then_some(first)
            }
        };
        let local = at.0.div_euclid(1_000_000) + offset.unwrap_or_else(|| self.offset(at));
        (local.div_euclid(86_400), local.rem_euclid(86_400) as usize / 3_600)
    }

    /// Where a time is counted.
    fn hour_of<'g>(&mut self, grid: &'g mut HourGrid, at: Timestamp) -> &'g mut Brief {
        let (day, hour) = self.local(at);
        // The first day of 1970 was a Thursday.
        &mut grid.0[(day + 3).rem_euclid(7) as usize][hour]
    }

    fn offset(&self, at: Timestamp) -> i64 {
        self.zone.offset_from_utc_datetime(&at.to_utc().naive_utc()).fix().local_minus_utc().into()
    }
}

impl Snapshot<'_> {
    /// Calls `each` with the sums of quarters of an hour, or of single calls where those are ragged, and a time that lies in
    /// them.
    fn each_brief(&self, window: Window, narrow: &Narrow, mut each: impl FnMut(Timestamp, &Brief)) -> Result<()> {
        let cover = match narrow.user {
            Some(_) => Cover::of_rows(window),
            None => Cover::of_quarters(window),
        };
        self.each_quarter(&cover, narrow, |number, brief| each(Timestamp(number * QUARTER), brief))?;
        let any = ModelName::from("");
        self.each_left_over(&cover, narrow, &super::cells::FIGURES, |row| {
            let figures = Figures::read(row, &any)?;
            let mut brief = Brief::default();
            brief.record(&figures.call);
            each(figures.call.at, &brief);
            Ok(())
        })
    }

    /// Calls `each` with the quarters of a cover that have calls, and their number since 1970; of all calls they come summed
    /// up, else group by group.
    fn each_quarter(&self, cover: &Cover, narrow: &Narrow, mut each: impl FnMut(i64, &Brief)) -> Result<()> {
        const A_DAY: i64 = PER_DAY as i64;
        for slots in &cover.slots {
            // They are stored by day.
            let days = Cover::days_around(&slots.starts, A_DAY);
            self.each_slot_at::<Quarters>(&days, narrow, |_, start, bytes| {
                let first = start / DAY * A_DAY;
                Quarters::each_wanted(bytes, narrow.wanted(), |number, brief| {
                    let number = first + number as i64;
                    if slots.starts.contains(&number) {
                        each(number, brief);
                    }
                })
            })?;
        }
        Ok(())
    }
}
