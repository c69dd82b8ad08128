//! Counts, sums and response times of several stretches of time, by model and type. Rows that no slot counts yet are looked
//! at once for all of them.

use std::sync::Arc;

use rusqlite::Result;

use super::cells::{FIGURES, named};
use super::delta::Figures;
use super::fold;
use super::narrow::Narrow;
use super::parts::{Cube, Detail, Groups, Key};
use super::recalled::{About, Answers, Countable, Cuts, Shelf, Shelves};
use super::snapshot::Snapshot;
use crate::model::{Cell, CellKey, Group, Histogram, ModelName, Timestamp, Window};
use crate::store::cover::Cover;
use crate::store::question::{Question, Stretches};

impl Question for Stretches {
    type Answer = Vec<Arc<[Group]>>;

    fn answer(&self, snapshot: &Snapshot<'_>) -> Result<Self::Answer> {
        let Some(narrow) = snapshot.narrow(&self.scope, &self.filter)? else {
            return Ok(vec![Arc::default(); self.windows.len()]);
        };
        let covers = self.windows.iter().map(|window| snapshot.cover(*window, &narrow));
        let covers = covers.collect::<Result<Vec<Cover>>>()?;
        let rows = snapshot.rows_of_each(&covers, &narrow)?;
        let groups =
            |(cover, rows): (&Cover, Groups)| Ok(named(snapshot, snapshot.responses(cover, &narrow, &rows)?)?.into());
        let all = covers.iter().zip(rows).map(groups).collect::<Result<Vec<_>>>()?;
        // Only what follows each other can be brought up to date call by call.
        match self.windows.is_sorted_by(|one, next| one.to <= next.from) {
            true => snapshot.keep(self, narrow, all),
            false => Ok(all),
        }
    }

    fn recall(&self, answers: &mut Answers) -> Option<Self::Answer> {
        answers.find(self)
    }
}

impl Countable for Stretches {
    type Found = Vec<Arc<[Group]>>;

    const KEPT: usize = 4;

    fn about(&self) -> About<'_> {
        let never = Window { from: Timestamp(0), to: Timestamp(0) };
        let window = hull(self.windows.iter().copied()).unwrap_or(never);
        About { cuts: Some(Cuts(&self.windows)), ..About::of(window, &self.scope, &self.filter) }
    }

    fn count(&self, stretches: &mut Self::Found, call: &Figures) -> Option<()> {
        let at = call.call.at;
        let holds = |window: &Window| window.holds(at);
        // The last stretch goes on as long as its end is open.
        let behind = || self.windows.last().filter(|last| last.to <= at).map(|_| self.windows.len() - 1);
        let place = self.windows.iter().position(holds).or_else(behind);
        if let Some(groups) = place.and_then(|place| stretches.get_mut(place)) {
            count(groups, call);
        }
        Some(())
    }

    fn answer_of(&self, stretches: &Self::Found) -> Self::Answer {
        stretches.clone()
    }

    fn shelf(shelves: &mut Shelves) -> &mut Shelf<Self> {
        &mut shelves.stretches
    }
}

/// Adds a call to its group.
fn count(groups: &mut Arc<[Group]>, call: &Figures) {
    let key = CellKey { model: call.call.model.clone(), query_type: call.call.query_type };
    let order = |group: &Group| (&group.key.model, group.key.query_type).cmp(&(&key.model, key.query_type));
    let place = groups.binary_search_by(order).unwrap_or_else(|place| {
        let (before, behind) = groups.split_at(place);
        let new = Group { key: key.clone(), cell: Cell::default() };
        *groups = before.iter().chain([&new]).chain(behind).cloned().collect();
        place
    });
    let cell = &mut Arc::make_mut(groups)[place].cell;
    let counting = call.counting();
    cell.record_asked(counting.call, counting.asked);
    (cell.model, cell.ttft, cell.speed) = Default::default();
}

impl Snapshot<'_> {
    /// What the rows come to that each cover leaves over.
    fn rows_of_each(&self, covers: &[Cover], narrow: &Narrow) -> Result<Vec<Groups>> {
        let (any, mut all) = (ModelName::from(""), vec![Groups::new(); covers.len()]);
        let count = |groups: &mut Groups, figures: &Figures| {
            let counting = figures.counting();
            groups.entry(counting.leaf.key()).or_default().record_asked(counting.call, counting.asked);
        };
        for (cover, groups) in covers.iter().zip(&mut all) {
            for end in &cover.ends {
                self.each_in(FIGURES.ends, *end, 0, narrow, |row| {
                    count(groups, &Figures::read(row, &any)?);
                    Ok(())
                })?;
            }
        }
        let with_slots = || covers.iter().filter(|cover| !cover.slots.is_empty());
        let Some(whole) = hull(with_slots().map(|cover| cover.inner)) else { return Ok(all) };
        let watermark = fold::watermark(self.db)?;
        self.each_in(FIGURES.fresh, whole, watermark.0, narrow, |row| {
            let figures = Figures::read(row, &any)?;
            let holds = |cover: &Cover| !cover.slots.is_empty() && cover.inner.holds(figures.call.at);
            let holding = covers.iter().zip(&mut all).filter(|(cover, _)| holds(cover));
            holding.for_each(|(_, groups)| count(groups, &figures));
            Ok(())
        })?;
        Ok(all)
    }

    /// The calls of a cover, of their histograms only those of response times; those of `rows` are counted already.
    fn responses(&self, cover: &Cover, narrow: &Narrow, rows: &Groups) -> Result<Groups> {
        let (mut sums, mut times) = (Cube::of(rows), Detail::of(rows));
        let wanted = narrow.wanted();
        self.each_slot::<Cube>(cover, narrow, |bytes| sums.add_wanted(bytes, wanted))?;
        self.each_slot::<Detail>(cover, narrow, |bytes| times.add_responses(bytes, wanted))?;
        let with_times = |(key, mut cell): (Key, Cell)| {
            times.give(key, &mut cell);
            (cell.model, cell.ttft, cell.speed) = <(Histogram, Histogram, Histogram)>::default();
            (key, cell)
        };
        Ok(sums.groups().map(with_times).collect())
    }
}

/// The time that just holds all of some windows.
fn hull(windows: impl Iterator<Item = Window>) -> Option<Window> {
    windows.reduce(|all, window| Window { from: all.from.min(window.from), to: all.to.max(window.to) })
}
