//! Response times by hour of the week of a time zone, from the slots of hours.

use rusqlite::Result;

use super::delta::Figures;
use super::parts::{Detail, Times};
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
        Ok(grid)
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
