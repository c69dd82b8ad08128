//! Response times by hour of the week of a time zone, from the slots of hours.

use rusqlite::Result;

use super::delta::Figures;
use super::parts::{Detail, Times};
use super::recalled::{About, Answers, Countable, Shelf, Shelves};
use super::snapshot::Snapshot;
use super::zoned::{Zoned, weekday};
use crate::model::{Histogram, ModelName, Outcome, TimeGrid, Timestamp};
use crate::store::cover::Cover;
use crate::store::question::{Question, TimesByHour};

impl Question for TimesByHour {
    type Answer = TimeGrid;

    fn answer(&self, snapshot: &Snapshot<'_>) -> Result<TimeGrid> {
        let mut grid = TimeGrid::default();
        let Some(narrow) = snapshot.narrow(&self.scope, &self.filter)? else { return Ok(grid) };
        let cover = match narrow.user {
            Some(_) => Cover::of_rows(self.window),
            None => Cover::of_hours(snapshot.up_to_slot(self.window, Timestamp::HOUR)?),
        };
        let mut zoned = Zoned::new(self.zone);
        let wanted = narrow.wanted();
        if wanted.query_type.is_none() {
            snapshot.each_slot_at::<Times>(&cover, &narrow, |_, start, bytes| {
                Times::add_responses(bytes, wanted.model, grid.at(&mut zoned, middle(start)))
            })?;
        } else {
            snapshot.each_slot_at::<Detail>(&cover, &narrow, |_, start, bytes| {
                Detail::pool_responses(bytes, wanted, grid.at(&mut zoned, middle(start)))
            })?;
        }
        let any = ModelName::from("");
        snapshot.each_left_over(&cover, &narrow, &super::cells::FIGURES, |row| {
            let call = Figures::read(row, &any)?.call;
            if call.outcome == Outcome::Ok {
                let times = grid.at(&mut zoned, call.at);
                call.times.response.into_iter().for_each(|time| times.record(time));
            }
            Ok(())
        })?;
        snapshot.keep(self, narrow, grid)
    }

    fn recall(&self, answers: &mut Answers) -> Option<TimeGrid> {
        answers.find(self)
    }
}

impl Countable for TimesByHour {
    type Found = TimeGrid;

    const KEPT: usize = 4;

    fn about(&self) -> About<'_> {
        About::of(self.window, &self.scope, &self.filter).in_zone(self.zone)
    }

    fn count(&self, grid: &mut TimeGrid, call: &Figures) -> Option<()> {
        if let (Outcome::Ok, Some(time)) = (call.call.outcome, call.call.times.response) {
            grid.at(&mut Zoned::new(self.zone), call.call.at).record(time);
        }
        Some(())
    }

    fn answer_of(&self, grid: &TimeGrid) -> TimeGrid {
        grid.clone()
    }

    fn shelf(shelves: &mut Shelves) -> &mut Shelf<Self> {
        &mut shelves.times_by_hour
    }
}

/// The middle of an hour counted since 1970.
fn middle(hour: i64) -> Timestamp {
    Timestamp(hour * Timestamp::HOUR + Timestamp::HOUR / 2)
}

impl TimeGrid {
    /// The times of the hour of the week that holds a point.
    fn at(&mut self, zoned: &mut Zoned, at: Timestamp) -> &mut Histogram {
        let (day, hour) = zoned.local(at);
        &mut self.0[weekday(day)][hour]
    }
}
