//! Makes what is kept of slots from rows: for rows that were never folded, and all of it anew on demand.

use std::sync::atomic::{AtomicU64, Ordering};

use rusqlite::{Connection, Result};

use super::delta::{Delta, Figures, select_figures};
use super::fold::{self, Fold};
use super::page::Page;
use super::parts::{self, Cube, Detail, Part, Quarters, Times};
use super::transaction::all_or_nothing;
use super::{sealed, trim, whose};
use crate::model::{CallId, ModelName, Timestamp};
use crate::store::change::Applied;
use crate::store::cover::{DAY, SIX_HOURS, Sealed, WEEK, begun};
use crate::store::error::is_damage;

/// Rows that are folded at once.
const CHUNK: i64 = if cfg!(test) { 50 } else { 65_536 };

/// Parts that come out byte for byte the same, however rows are folded.
const EXACT: [&str; 4] = [Cube::TABLE, Times::TABLE, Detail::TABLE, Quarters::TABLE];

/// Folds rows, a chunk a transaction, until few are left; an upgrade or a crash may have left many. Then notes whose they are, and
/// seals what is over.
pub(super) fn catch_up(db: &Connection) -> Result<()> {
    let last = last_row(db)?;
    while last - fold::watermark(db)?.0 > CHUNK {
        all_or_nothing(db, |db| fold_chunk(db, fold::watermark(db)?, |_| true).map(drop))?;
    }
    while last - whose::watermark(db)?.0 >= whose::BLOCK {
        all_or_nothing(db, |db| whose::note_block(db, whose::watermark(db)?))?;
    }
    sealed::catch_up(db)
}

/// Folds those of the rows behind a number that are wanted. Returns how many rows there were.
fn fold_chunk(db: &Connection, CallId(after): CallId, is_wanted: impl Fn(&Figures) -> bool) -> Result<u64> {
    let (mut delta, mut rows, any) = (Delta::default(), 0, ModelName::from(""));
    let mut select = db.prepare_cached(select_figures!("id > ?1 AND id <= ?2 ORDER BY id"))?;
    let mut chunk = select.query([after, after + CHUNK])?;
    while let Some(row) = chunk.next()? {
        let figures = Figures::read(row, &any)?;
        if is_wanted(&figures) {
            delta.record(&figures.counting());
        }
        rows += 1;
    }
    Fold::of(&delta, CallId(after + CHUNK), sealed::until(db)?).write(db)?;
    Ok(rows)
}

fn last_row(db: &Connection) -> Result<i64> {
    let last: Option<i64> = db.query_row("SELECT max(id) FROM calls", [], |row| row.get(0))?;
    Ok(last.unwrap_or(0))
}

impl Page<'_> {
    /// Makes all slots anew whose rows are there, and counts those that were not what they should have been. `rows` counts
    /// the rows on the way.
    pub fn rebuild(&mut self, rows: &AtomicU64) -> Result<Applied> {
        self.fold_if_possible()?;
        // A day of which rows have gone is kept as it is, and so are those before: these only get what they lack.
        let (from, folded) = (ceil_day(trim::rows_from(self.db)?), fold::watermark(self.db)?);
        let is_lacking = |figures: &Figures| figures.call.at >= from || figures.id > folded;
        let slots = from.0.div_euclid(Timestamp::HOUR);
        for table in EXACT {
            self.db.execute_batch(&format!("DROP TABLE IF EXISTS temp.old_{table}"))?;
            let copy = format!("CREATE TEMP TABLE old_{table} AS SELECT * FROM {table} WHERE start >= {slots}");
            self.db.execute_batch(&copy)?;
        }
        // The week of that day is put together anew, of days that are kept and days that are made anew.
        let (week, over) = (begun(slots, WEEK), sealed::until(self.db)?);
        for table in parts::TABLES.into_iter().chain([Quarters::TABLE]) {
            let delete =
                format!("DELETE FROM {table} WHERE start >= ?1 OR hours IN ({SIX_HOURS}, {WEEK}) AND start >= ?2");
            self.db.execute(&delete, [slots, week])?;
        }
        sealed::set(self.db, over.min(Sealed(week)))?;
        let last = self.memory.last;
        for after in (0..last).step_by(CHUNK as usize) {
            rows.fetch_add(fold_chunk(self.db, CallId(after), is_lacking)?, Ordering::Relaxed);
        }
        sealed::seal(self.db, sealed::until(self.db)?, over)?;
        self.memory.sealed = sealed::until(self.db)?;
        fold::set_watermark(self.db, CallId(last))?;
        if from == Timestamp(i64::MIN) {
            whose::forget_blocks(self.db)?;
            while last - whose::watermark(self.db)?.0 >= whose::BLOCK {
                whose::note_block(self.db, whose::watermark(self.db)?)?;
            }
        }
        let changed = EXACT.iter().map(|table| differing(self.db, table, slots)).sum::<Result<u64>>()?;
        Ok(Applied { changed, added: rows.load(Ordering::Relaxed), ..Applied::default() })
    }
}

impl Page<'_> {
    /// Folds, unless what is stored is damaged and cannot be added to.
    fn fold_if_possible(&mut self) -> Result<()> {
        self.db.execute_batch("SAVEPOINT fold")?;
        let folded = self.fold();
        let end = if folded.is_ok() { "RELEASE fold" } else { "ROLLBACK TO fold; RELEASE fold" };
        self.db.execute_batch(end)?;
        match folded {
            Err(error) if !is_damage(&error) => Err(error),
            _ => Ok(()),
        }
    }
}

/// How many slots of a table are not what they were, of those from an hour on: the others were kept.
fn differing(db: &Connection, table: &str, from: i64) -> Result<u64> {
    let count = format!(
        "SELECT count(*) FROM (SELECT scope, hours, start, data FROM {table} WHERE start >= {from}
             UNION ALL SELECT scope, hours, start, data FROM temp.old_{table})
         GROUP BY scope, hours, start HAVING count(*) = 1 OR min(data) <> max(data)"
    );
    let different = db.prepare(&count)?.query_map([], |_| Ok(()))?.count();
    db.execute_batch(&format!("DROP TABLE temp.old_{table}"))?;
    Ok(different as u64)
}

/// The first whole day from a moment on; the low end of time stays.
fn ceil_day(at: Timestamp) -> Timestamp {
    const WHOLE: i64 = DAY * Timestamp::HOUR;
    match at.0.rem_euclid(WHOLE) {
        _ if at.0 == i64::MIN => at,
        0 => at,
        past => at.plus(WHOLE - past),
    }
}
