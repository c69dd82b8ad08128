//! All calls of a window, and by model.

use std::collections::BTreeMap;
use std::sync::Arc;

use rusqlite::Result;

use super::delta::Figures;
use super::narrow::Narrow;
use super::parts::{Cube, Groups, Part, Times};
use super::recalled::{About, Answers, Countable, Shelf, Shelves};
use super::snapshot::Snapshot;
use crate::model::{Cell, Histogram, Overview};
use crate::store::cover::Cover;
use crate::store::question::{self, Question};

impl Question for question::Overview {
    type Answer = Arc<Overview>;

    fn answer(&self, snapshot: &Snapshot<'_>) -> Result<Self::Answer> {
        let Some(narrow) = snapshot.narrow(&self.scope, &self.filter)? else { return Ok(Arc::default()) };
        let cover = snapshot.cover(self.window, &narrow)?;
        let rows = snapshot.rows_left_over(&cover, &narrow)?;
        let (sums, times) = match narrow.wanted().is_all() {
            true => of_all(snapshot, &cover, &narrow, &rows)?,
            // What is kept without regard to types is of no use then.
            false => {
                let groups = snapshot.groups(&cover, &narrow, rows)?;
                (Cube::of(&groups), Times::of(&groups))
            }
        };
        snapshot.keep(self, narrow, Arc::new(overview(snapshot, &sums, times)?))
    }

    fn recall(&self, answers: &mut Answers) -> Option<Self::Answer> {
        answers.find(self)
    }
}

impl Countable for question::Overview {
    type Found = Arc<Overview>;

    fn about(&self) -> About<'_> {
        About::of(self.window, &self.scope, &self.filter)
    }

    fn count(&self, overview: &mut Arc<Overview>, call: &Figures) -> Option<()> {
        let counting = call.counting();
        Arc::make_mut(overview).record_asked(counting.call, counting.asked);
        Some(())
    }

    fn answer_of(&self, overview: &Arc<Overview>) -> Arc<Overview> {
        Arc::clone(overview)
    }

    fn shelf(shelves: &mut Shelves) -> &mut Shelf<Self> {
        &mut shelves.overviews
    }
}

fn of_all(snapshot: &Snapshot<'_>, cover: &Cover, narrow: &Narrow, rows: &Groups) -> Result<(Cube, Times)> {
    let (mut sums, mut times) = (Cube::of(rows), Times::of(rows));
    snapshot.each_slot::<Cube>(cover, narrow, |bytes| sums.add_models(bytes))?;
    snapshot.each_slot::<Times>(cover, narrow, |bytes| times.add_bytes(bytes))?;
    Ok((sums, times))
}

fn overview(snapshot: &Snapshot<'_>, sums: &Cube, times: Times) -> Result<Overview> {
    let Times { model, ttft, speed, mut response } = times;
    let mut all = Histogram::default();
    response.values().for_each(|histogram| all.merge(histogram));
    let total = Cell { response: all, model, ttft, speed, ..sums.total() };
    // By name, which is not the order of numbers.
    let mut models = BTreeMap::new();
    for (number, cell) in sums.models() {
        let response = response.remove(&number).unwrap_or_default();
        models.insert(snapshot.model(number)?, Cell { response, ..cell });
    }
    Ok(Overview { total, models: models.into_iter().collect() })
}
