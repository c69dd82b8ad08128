//! A few sums by hour of the week, and by day, of a time zone.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rusqlite::Result;

use super::delta::Figures;
use super::narrow::Narrow;
use super::parts::{Key, PER_DAY, Quarters, each_of_run};
use super::recalled::{About, Answers, Countable, Shelf, Shelves};
use super::row;
use super::snapshot::Snapshot;
use super::zoned::{Zoned, weekday};
use crate::model::{Brief, CellKey, DatedHour, HourGrid, ModelName, Timestamp, Window};
use crate::store::cover::{Cover, DAY, QUARTER};
use crate::store::question::{ByDay, ByHour, DatedHours, HoursOfGroups, Question};

impl Question for ByHour {
    type Answer = HourGrid;

    fn answer(&self, snapshot: &Snapshot<'_>) -> Result<HourGrid> {
        let Some(narrow) = snapshot.narrow(&self.scope, &self.filter)? else { return Ok(HourGrid::default()) };
        let (mut grid, mut zoned) = (HourGrid::default(), Zoned::new(self.zone));
        snapshot.each_brief(self.window, &narrow, |at, brief| hour_of(&mut zoned, &mut grid, at).merge(brief))?;
        snapshot.keep(self, narrow, grid)
    }

    fn recall(&self, answers: &mut Answers) -> Option<HourGrid> {
        answers.find(self)
    }
}

impl Countable for ByHour {
    type Found = HourGrid;

    fn about(&self) -> About<'_> {
        About::of(self.window, &self.scope, &self.filter).in_zone(self.zone)
    }

    fn count(&self, grid: &mut HourGrid, call: &Figures) -> Option<()> {
        hour_of(&mut Zoned::new(self.zone), grid, call.call.at).record(&call.call);
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
        Ok(days.into_iter().filter_map(|(day, brief)| Some((date(day)?, brief))).collect())
    }
}

impl Question for DatedHours {
    type Answer = Vec<DatedHour>;

    fn answer(&self, snapshot: &Snapshot<'_>) -> Result<Self::Answer> {
        let Some(narrow) = snapshot.narrow(&self.scope, &self.filter)? else { return Ok(Vec::new()) };
        let (mut hours, mut zoned) = (BTreeMap::<(i64, usize), Brief>::new(), Zoned::new(self.zone));
        snapshot.each_brief(self.window, &narrow, |at, brief| {
            hours.entry(zoned.local(at)).or_default().merge(brief);
        })?;
        snapshot.keep(self, narrow, hours)
    }

    fn recall(&self, answers: &mut Answers) -> Option<Self::Answer> {
        answers.find(self)
    }
}

impl Countable for DatedHours {
    /// By day since 1970, and hour.
    type Found = BTreeMap<(i64, usize), Brief>;

    fn about(&self) -> About<'_> {
        About::of(self.window, &self.scope, &self.filter).in_zone(self.zone)
    }

    fn count(&self, hours: &mut Self::Found, call: &Figures) -> Option<()> {
        hours.entry(Zoned::new(self.zone).local(call.call.at)).or_default().record(&call.call);
        Some(())
    }

    fn answer_of(&self, hours: &Self::Found) -> Vec<DatedHour> {
        let dated = |(&(day, hour), &brief): (&(i64, usize), &Brief)| Some(DatedHour { date: date(day)?, hour, brief });
        hours.iter().filter_map(dated).collect()
    }

    fn shelf(shelves: &mut Shelves) -> &mut Shelf<Self> {
        &mut shelves.dated_hours
    }
}

impl Question for HoursOfGroups {
    type Answer = Vec<(CellKey, HourGrid)>;

    fn answer(&self, snapshot: &Snapshot<'_>) -> Result<Self::Answer> {
        let Some(narrow) = snapshot.narrow(&self.scope, &self.filter)? else { return Ok(Vec::new()) };
        let mut grids = snapshot.grids_of_groups(self.window, &narrow, Zoned::new(self.zone))?;
        // Of a day that the window cuts, a group may have other quarters only.
        grids.retain(|_, grid| grid.hours_of_day().iter().any(|calls| *calls > 0));
        let named = |((model, query_type), grid)| {
            Ok((CellKey { model: snapshot.model(model)?, query_type: row::query_type(query_type) }, grid))
        };
        let grids = grids.into_iter().map(named).collect::<Result<Vec<_>>>()?;
        snapshot.keep(self, narrow, grids)
    }

    fn recall(&self, answers: &mut Answers) -> Option<Self::Answer> {
        answers.find(self)
    }
}

impl Countable for HoursOfGroups {
    type Found = Vec<(CellKey, HourGrid)>;

    const KEPT: usize = 4;

    fn about(&self) -> About<'_> {
        About::of(self.window, &self.scope, &self.filter).in_zone(self.zone)
    }

    fn count(&self, grids: &mut Self::Found, call: &Figures) -> Option<()> {
        let key = CellKey { model: call.call.model.clone(), query_type: call.call.query_type };
        let place = grids.iter().position(|(known, _)| *known == key).unwrap_or_else(|| {
            grids.push((key, HourGrid::default()));
            grids.len() - 1
        });
        hour_of(&mut Zoned::new(self.zone), &mut grids[place].1, call.call.at).record(&call.call);
        Some(())
    }

    fn answer_of(&self, grids: &Self::Found) -> Self::Answer {
        grids.clone()
    }

    fn shelf(shelves: &mut Shelves) -> &mut Shelf<Self> {
        &mut shelves.hours_of_groups
    }
}

/// Where a time is counted.
fn hour_of<'g>(zoned: &mut Zoned, grid: &'g mut HourGrid, at: Timestamp) -> &'g mut Brief {
    let (day, hour) = zoned.local(at);
    &mut grid.0[weekday(day)][hour]
}

/// The date of a day counted since 1970.
fn date(day: i64) -> Option<NaiveDate> {
    NaiveDate::from_epoch_days(i32::try_from(day).ok()?)
}

impl Snapshot<'_> {
    /// Calls `each` with the sums of quarters of an hour, or of single calls where those are ragged, and a time that lies in
    /// them.
    fn each_brief(&self, window: Window, narrow: &Narrow, mut each: impl FnMut(Timestamp, &Brief)) -> Result<()> {
        let cover = match narrow.user {
            Some(_) => Cover::of_rows(window),
            None => Cover::of_quarters(self.up_to_slot(window, QUARTER)?),
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

    /// Sums by hour of the week, of each group.
    fn grids_of_groups(&self, window: Window, narrow: &Narrow, mut zoned: Zoned) -> Result<BTreeMap<Key, HourGrid>> {
        let mut grids = BTreeMap::<Key, HourGrid>::new();
        let cover = match narrow.user {
            Some(_) => Cover::of_rows(window),
            None => Cover::of_quarters(self.up_to_slot(window, QUARTER)?),
        };
        self.each_day_of_quarters(&cover, narrow, |bytes, number_of| {
            // Where the quarters of the day are counted is the same for all groups.
            let hours: [Option<(i64, usize)>; PER_DAY] =
                std::array::from_fn(|number| Some(zoned.local(Timestamp(number_of(number)? * QUARTER))));
            Quarters::each_group(bytes, narrow.wanted(), |key, run| {
                let grid = grids.entry(key).or_default();
                each_of_run(run, &mut |number, brief| {
                    if let Some(Some((day, hour))) = hours.get(number) {
                        grid.0[weekday(*day)][*hour].merge(brief);
                    }
                })
            })
        })?;
        let any = ModelName::from("");
        self.each_left_over(&cover, narrow, &super::cells::FIGURES, |row| {
            let figures = Figures::read(row, &any)?;
            let grid = grids.entry(figures.counting().leaf.key()).or_default();
            hour_of(&mut zoned, grid, figures.call.at).record(&figures.call);
            Ok(())
        })?;
        Ok(grids)
    }

    /// Calls `each` with the quarters of a cover that have calls, and their number since 1970; of all calls they come summed
    /// up, else group by group.
    fn each_quarter(&self, cover: &Cover, narrow: &Narrow, mut each: impl FnMut(i64, &Brief)) -> Result<()> {
        self.each_day_of_quarters(cover, narrow, |bytes, number_of| {
            Quarters::each_wanted(bytes, narrow.wanted(), |number, brief| {
                if let Some(number) = number_of(number) {
                    each(number, brief);
                }
            })
        })
    }

    /// Calls `each` with the stored quarters of each day of a cover, and what tells the number of a quarter of that day since
    /// 1970, if it lies in the cover.
    fn each_day_of_quarters(
        &self,
        cover: &Cover,
        narrow: &Narrow,
        mut each: impl FnMut(&[u8], &dyn Fn(usize) -> Option<i64>) -> Option<()>,
    ) -> Result<()> {
        const A_DAY: i64 = PER_DAY as i64;
        for slots in &cover.slots {
            // They are stored by day.
            let days = Cover::days_around(&slots.starts, A_DAY);
            self.each_slot_at::<Quarters>(&days, narrow, |_, start, bytes| {
                let first = start / DAY * A_DAY;
                each(bytes, &|number| Some(first + number as i64).filter(|number| slots.starts.contains(number)))
            })?;
        }
        Ok(())
    }
}
