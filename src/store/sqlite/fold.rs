//! Adds what came since the last fold to the stored cells, together with the watermark that says so.

use std::borrow::Cow;
use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Result, params};

use super::delta::{Counted, Delta, Leaf, Opinion, Target};
use super::sums::{self, SUMS};
use crate::model::{CallId, Cell};

/// Cells to add to the stored ones, which then hold all rows up to a number.
#[derive(Debug)]
pub(super) struct Fold {
    // Sorted, so that the tables are written from one end to the other.
    cells: BTreeMap<Target, Cell>,
    quarters: BTreeMap<Quarter, u64>,
    last: CallId,
}

impl Fold {
    /// What the calls since the last fold came to; the last of them is `last`.
    pub fn of(delta: &Delta, last: CallId) -> Self {
        let mut fold = Self { cells: BTreeMap::new(), quarters: BTreeMap::new(), last };
        for (leaf, counted) in &delta.leaves {
            for target in leaf.targets() {
                fold.cells.entry(target).or_default().merge(&counted.cell);
            }
            for (quarter, calls) in quarters_of(*leaf, counted) {
                *fold.quarters.entry(quarter).or_default() += calls;
            }
        }
        fold
    }

    /// Adds it to the stored cells and moves the watermark. To be called inside a transaction.
    pub fn write(&self, db: &Connection) -> Result<()> {
        add_quarters(db, &self.quarters)?;
        self.cells.iter().try_for_each(|(target, cell)| add_cell(db, *target, cell))?;
        set_watermark(db, self.last)
    }
}

/// The number of the last row that the stored cells contain.
pub(super) fn watermark(db: &Connection) -> Result<CallId> {
    let mut watermark = db.prepare_cached("SELECT value FROM meta WHERE key = 'watermark'")?;
    Ok(CallId(watermark.query_row([], |row| row.get(0)).optional()?.unwrap_or(0)))
}

/// Adds what people changed their minds about to the stored cells of a leaf.
pub(super) fn adjust(db: &Connection, leaf: Leaf, opinion: Opinion) -> Result<()> {
    let mut update = db.prepare_cached(
        "UPDATE cells SET asked_again = asked_again + ?6, ratings_n = ratings_n + ?7, ratings_sum = ratings_sum + ?8
         WHERE scope = ?1 AND hours = ?2 AND start = ?3 AND model = ?4 AND query_type = ?5",
    )?;
    for Target { scope, hours, start, model, query_type } in leaf.targets() {
        let Opinion { asked_again, ratings_n, ratings_sum } = opinion;
        update.execute(params![scope, hours, start, model, query_type, asked_again, ratings_n, ratings_sum])?;
    }
    Ok(())
}

fn set_watermark(db: &Connection, last: CallId) -> Result<()> {
    db.prepare_cached("REPLACE INTO meta (key, value) VALUES ('watermark', ?1)")?.execute([last.0]).map(drop)
}

/// Scope, quarters of an hour since 1970, model and type, in the order of the table.
type Quarter = (i64, i64, i64, usize);

fn quarters_of(leaf: Leaf, counted: &Counted) -> impl Iterator<Item = (Quarter, u64)> {
    let quarters = (leaf.hour * 4..).zip(counted.quarters).filter(|(_, calls)| *calls > 0);
    quarters.flat_map(move |(quarter, calls)| {
        leaf.scopes().map(move |scope| ((scope, quarter, leaf.model, leaf.query_type), calls))
    })
}

fn add_quarters(db: &Connection, quarters: &BTreeMap<Quarter, u64>) -> Result<()> {
    let mut add = db.prepare_cached(
        "INSERT INTO quarters (scope, quarter, model, query_type, calls) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT DO UPDATE SET calls = calls + excluded.calls",
    )?;
    for ((scope, quarter, model, query_type), calls) in quarters {
        add.execute(params![scope, quarter, model, query_type, calls])?;
    }
    Ok(())
}

/// Merged here and not in SQL, because sums that outgrow a number should stop at its end instead of failing.
fn add_cell(db: &Connection, target: Target, more: &Cell) -> Result<()> {
    let mut cell = Cow::Borrowed(more);
    if let Some(stored) = stored_sums(db, target)? {
        cell.to_mut().merge(&stored);
        add_stored_histograms(db, target, cell.to_mut())?;
    }
    let Target { scope, hours, start, model, query_type } = target;
    let mut replace = db.prepare_cached(include_str!("upsert_cell.sql"))?;
    let key = [scope, hours, start, model, query_type as i64];
    for (column, value) in (1..).zip(key.into_iter().chain(sums::of(&cell))) {
        replace.raw_bind_parameter(column, value)?;
    }
    replace.raw_execute()?;
    let mut replace = db.prepare_cached(
        "INSERT INTO cell_times VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT DO UPDATE SET histogram = excluded.histogram",
    )?;
    for (kind, histogram) in sums::histograms(&cell).into_iter().enumerate().filter(|(_, times)| times.n() > 0) {
        replace.execute(params![scope, hours, start, model, query_type, kind, histogram.to_bytes()])?;
    }
    Ok(())
}

fn stored_sums(db: &Connection, target: Target) -> Result<Option<Cell>> {
    let Target { scope, hours, start, model, query_type } = target;
    let mut stored = db.prepare_cached(
        "SELECT * FROM cells WHERE scope = ?1 AND hours = ?2 AND start = ?3 AND model = ?4 AND query_type = ?5",
    )?;
    let key = params![scope, hours, start, model, query_type];
    stored.query_row(key, |row| Ok(sums::cell(&sums_of_row(row, 5)?))).optional()
}

/// The sums in a row, from a column on.
pub(super) fn sums_of_row(row: &rusqlite::Row<'_>, first: usize) -> Result<[i64; SUMS]> {
    let mut sums = [0; SUMS];
    for (column, sum) in (first..).zip(&mut sums) {
        *sum = row.get(column)?;
    }
    Ok(sums)
}

fn add_stored_histograms(db: &Connection, target: Target, cell: &mut Cell) -> Result<()> {
    let Target { scope, hours, start, model, query_type } = target;
    let mut stored = db.prepare_cached(
        "SELECT kind, histogram FROM cell_times
         WHERE scope = ?1 AND hours = ?2 AND start = ?3 AND model = ?4 AND query_type = ?5",
    )?;
    let mut rows = stored.query(params![scope, hours, start, model, query_type])?;
    while let Some(row) = rows.next()? {
        add_histogram(cell, row, 0)?;
    }
    Ok(())
}

/// Adds a histogram in a row to a cell: its kind in one column, its bytes in the next.
pub(super) fn add_histogram(cell: &mut Cell, row: &rusqlite::Row<'_>, kind: usize) -> Result<()> {
    let histogram = sums::histogram_mut(cell, row.get(kind)?);
    let bytes = row.get_ref(kind + 1)?.as_blob()?;
    let broken = || rusqlite::Error::InvalidColumnType(kind + 1, "histogram".into(), rusqlite::types::Type::Blob);
    histogram.add_bytes(bytes).ok_or_else(broken)
}
