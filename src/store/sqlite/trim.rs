//! Takes out what has been kept long enough: previews and rows that are too old, and the oldest rows of a file that is too
//! big. Some at a time, so that nobody waits for it. What rows came to stays in the slots.

use rusqlite::{Connection, OptionalExtension, Result, params};

use super::leaving;
use super::page::Page;
use super::whose;
use crate::model::{CallId, Retention, Timestamp};
use crate::store::change::Applied;

/// Rows that one step takes out: a few milliseconds' work.
const STEP: i64 = if cfg!(test) { 10 } else { 400 };

/// Where a file counts as small enough again, of the most that it may hold.
const ROOM: f64 = 0.97;

/// A row that is to go.
pub(super) struct Old {
    pub id: i64,
    pub at: i64,
}

impl Page<'_> {
    /// Does one step. [`Applied::more`] says whether there is more to do.
    pub fn trim(&mut self, now: Timestamp) -> Result<Applied> {
        let Retention { rows, previews, max_bytes } = self.settings.retention;
        let mut applied = Applied::default();
        if let Some(life) = previews {
            applied.previews = self.drop_previews(before(now, life))?;
        }
        let mut old = Vec::new();
        if max_bytes.map_or(Ok(false), |most| self.is_over(most))? {
            // The latest stay, however big the cells are.
            old = self.oldest_rows(Timestamp(i64::MAX), whose::watermark(self.db)?)?;
        }
        if let (Some(life), true) = (rows, old.is_empty()) {
            old = self.oldest_rows(before(now, life), CallId(i64::MAX))?;
        }
        self.drop_rows(&old)?;
        applied.changed = old.len() as u64;
        applied.more = applied.previews == STEP as u64 || old.len() == STEP as usize;
        let from = rows_from(self.db)?;
        if !applied.more && from > Timestamp(i64::MIN) {
            applied.more = leaving::drop_some(self.db, from, STEP)? > 0;
        }
        Ok(applied)
    }

    /// Previews come in the order of time, so the oldest are the first.
    fn drop_previews(&self, cut: Timestamp) -> Result<u64> {
        let mut delete = self.db.prepare_cached(
            "DELETE FROM previews WHERE call IN (
                 SELECT call FROM (SELECT call FROM previews ORDER BY call LIMIT ?2)
                 JOIN calls ON calls.id = call WHERE at < ?1)",
        )?;
        Ok(delete.execute([cut.0, STEP])? as u64)
    }

    /// Whether the file holds more than a number of bytes, or lately did and has no room to speak of yet.
    fn is_over(&self, most: u64) -> Result<bool> {
        let number = |sql: &str| self.db.query_row(sql, [], |row| row.get::<_, i64>(0));
        let pages = number("PRAGMA page_count")? - number("PRAGMA freelist_count")?;
        let bytes = pages.max(0) as u64 * number("PRAGMA page_size")?.max(0) as u64;
        let begun = number("PRAGMA freelist_count")? > 0;
        Ok(bytes > most || begun && bytes > (most as f64 * ROOM) as u64)
    }

    /// The oldest rows before a moment, of those up to a number.
    fn oldest_rows(&self, cut: Timestamp, last: CallId) -> Result<Vec<Old>> {
        let mut oldest =
            self.db.prepare_cached("SELECT id, at FROM calls WHERE at < ?1 AND id <= ?2 ORDER BY at LIMIT ?3")?;
        let rows = oldest.query_map([cut.0, last.0, STEP], |row| Ok(Old { id: row.get(0)?, at: row.get(1)? }))?;
        rows.collect()
    }

    fn drop_rows(&mut self, old: &[Old]) -> Result<()> {
        let [Some(newest), Some(highest)] = [old.last(), old.iter().max_by_key(|old| old.id)] else { return Ok(()) };
        if highest.id > self.memory.watermark {
            self.fold()?;
        }
        if highest.id > whose::watermark(self.db)?.0 {
            self.note_sums_of(old)?;
        }
        for table in ["previews WHERE call", "ratings WHERE call", "calls WHERE id"] {
            let mut delete = self.db.prepare_cached(&format!("DELETE FROM {table} = ?1"))?;
            old.iter().try_for_each(|old| delete.execute([old.id]).map(drop))?;
        }
        let from = rows_from(self.db)?.0.max(newest.at.saturating_add(1));
        self.db.prepare_cached("REPLACE INTO meta (key, value) VALUES ('rows_from', ?1)")?.execute([from]).map(drop)
    }
}

/// From when on all rows are there; before, some or all have been taken out.
pub(super) fn rows_from(db: &Connection) -> Result<Timestamp> {
    let mut from = db.prepare_cached("SELECT value FROM meta WHERE key = 'rows_from'")?;
    let from: Option<i64> = from.query_row(params![], |row| row.get(0)).optional()?;
    Ok(Timestamp(from.unwrap_or(i64::MIN)))
}

fn before(now: Timestamp, life: std::time::Duration) -> Timestamp {
    now.plus(-i64::try_from(life.as_micros()).unwrap_or(i64::MAX))
}
