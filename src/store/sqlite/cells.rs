//! Counts, sums and histograms of a window, by model and type.

use rusqlite::Result;

use super::delta::{Figures, select_figures};
use super::fold::broken;
use super::narrow::Narrow;
use super::parts::{Cube, Detail, Groups, Key, Part, Wanted};
use super::row;
use super::sealed;
use super::snapshot::{RowsSql, Snapshot, rows_sql};
use crate::model::{Cell, CellKey, Group, ModelName, Timestamp, Window};
use crate::store::cover::Cover;
use crate::store::question::{Cells, Question};

/// All that is counted of rows.
pub(super) const FIGURES: RowsSql = rows_sql!(select_figures);

impl Question for Cells {
    type Answer = Vec<Group>;

    fn answer(&self, snapshot: &Snapshot<'_>) -> Result<Self::Answer> {
        let Some(narrow) = snapshot.narrow(&self.scope, &self.filter)? else { return Ok(Vec::new()) };
        let cover = snapshot.cover(self.window, &narrow)?;
        let rows = snapshot.rows_left_over(&cover, &narrow)?;
        let groups = snapshot.groups(&cover, &narrow, rows)?;
        named(snapshot, groups)
    }
}

impl Snapshot<'_> {
    /// How slots and rows answer for calls: slots know no people.
    pub(super) fn cover(&self, window: Window, narrow: &Narrow) -> Result<Cover> {
        if narrow.user.is_some() {
            return Ok(Cover::of_rows(window));
        }
        Ok(Cover::of_slots(self.up_to_slot(window, Timestamp::HOUR)?, sealed::until(self.db)?))
    }

    /// What the rows come to that a cover leaves over.
    pub(super) fn rows_left_over(&self, cover: &Cover, narrow: &Narrow) -> Result<Groups> {
        let (any, mut groups) = (ModelName::from(""), Groups::new());
        self.each_left_over(cover, narrow, &FIGURES, |row| {
            let figures = Figures::read(row, &any)?;
            let counting = figures.counting();
            groups.entry(counting.leaf.key()).or_default().record_asked(counting.call, counting.asked);
            Ok(())
        })?;
        Ok(groups)
    }

    /// All calls of a cover by model and type; those of `rows` are counted already.
    pub(super) fn groups(&self, cover: &Cover, narrow: &Narrow, rows: Groups) -> Result<Groups> {
        let (mut sums, mut times) = (Cube::of(&rows), Detail::of(&rows));
        let wanted = narrow.wanted();
        self.each_slot::<Cube>(cover, narrow, |bytes| sums.add_wanted(bytes, wanted))?;
        self.each_slot::<Detail>(cover, narrow, |bytes| times.add_wanted(bytes, wanted))?;
        let with_times = |(key, mut cell): (Key, Cell)| {
            times.give(key, &mut cell);
            (key, cell)
        };
        Ok(sums.groups().map(with_times).collect())
    }

    /// Calls `each` with the stored form of a part of every slot of a cover.
    pub(super) fn each_slot<P: Part>(
        &self,
        cover: &Cover,
        narrow: &Narrow,
        mut each: impl FnMut(&[u8]) -> Option<()>,
    ) -> Result<()> {
        self.each_slot_at::<P>(cover, narrow, |_, _, bytes| each(bytes))
    }

    /// The same; `each` is told the length and the start of the slot too.
    pub(super) fn each_slot_at<P: Part>(
        &self,
        cover: &Cover,
        narrow: &Narrow,
        mut each: impl FnMut(i64, i64, &[u8]) -> Option<()>,
    ) -> Result<()> {
        let table = P::TABLE;
        let sql = format!(
            "SELECT start, data FROM {table} WHERE scope = ?1 AND hours = ?2 AND start >= ?3 AND start < ?4 ORDER BY start"
        );
        for slots in &cover.slots {
            let key = [narrow.cell_scope(), slots.length, slots.starts.start, slots.starts.end];
            self.each(&sql, key, |row| {
                let bytes = row.get_ref(1)?.as_blob()?;
                each(slots.length, row.get(0)?, bytes).ok_or_else(|| broken(1, table))
            })?;
        }
        Ok(())
    }
}

impl Narrow {
    /// The groups of a slot that count.
    pub(super) fn wanted(&self) -> Wanted {
        Wanted { model: self.model, query_type: self.query_type }
    }
}

/// With names for numbers, in the order of names and types.
pub(super) fn named(snapshot: &Snapshot<'_>, groups: Groups) -> Result<Vec<Group>> {
    let mut named = Vec::with_capacity(groups.len());
    for ((model, query_type), cell) in groups {
        named.push(Group {
            key: CellKey { model: snapshot.model(model)?, query_type: row::query_type(query_type) },
            cell,
        });
    }
    named.sort_by(|a, b| (&a.key.model, a.key.query_type).cmp(&(&b.key.model, b.key.query_type)));
    Ok(named)
}
