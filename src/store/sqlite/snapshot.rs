//! One consistent view of the store, and what answering from cells and rows has in common.

use std::cell::OnceCell;
use std::path::Path;

use rusqlite::{Connection, Params, Result, Row, ToSql, params};

use super::dictionary::Names;
use super::fold;
use super::narrow::Narrow;
use super::recalled::Recall;
use super::whose;
use crate::model::{CallId, Timestamp, Window};
use crate::store::cover::Cover;

/// A read transaction. Only the store's own questions can look inside.
pub struct Snapshot<'a> {
    pub(super) db: &'a Connection,
    pub(super) file: Option<&'a Path>,
    pub(super) lost: u64,
    pub(super) recall: Option<Recall<'a>>,
    newest: OnceCell<Timestamp>,
    pub(super) names: Names,
}

/// Rows of a cover that no cell counts: those at the ragged ends, and those that came after the last fold.
pub(super) struct RowsSql {
    /// Walks the index of times.
    pub ends: &'static str,
    /// Walks the numbers behind a watermark, which are few.
    pub fresh: &'static str,
    /// Finds the rows of a list of numbers, which is JSON.
    pub listed: &'static str,
}

/// How many rows a question walks past at the most to find a single one: a tenth of a second's work.
pub(super) const FAR: u32 = 100_000;

/// The two statements for some columns. The pluses keep SQLite from taking the other index.
macro_rules! rows_sql {
    ($select:ident) => {
        $crate::store::sqlite::snapshot::RowsSql {
            ends: $select!(concat!(
                "at >= ?5 AND at < ?6 AND id > ?7 AND ",
                $crate::store::sqlite::narrow::narrowed!()
            )),
            fresh: $select!(concat!(
                "id > ?7 AND +at >= ?5 AND +at < ?6 AND ",
                $crate::store::sqlite::narrow::narrowed!()
            )),
            listed: $select!(concat!(
                "id IN (SELECT value FROM json_each(?7)) AND +at >= ?5 AND +at < ?6 AND ",
                $crate::store::sqlite::narrow::narrowed!()
            )),
        }
    };
}
pub(super) use rows_sql;

impl<'a> Snapshot<'a> {
    /// When the newest call was asked; long ago if there is none.
    pub(super) fn newest(&self) -> Result<Timestamp> {
        if let Some(newest) = self.newest.get() {
            return Ok(*newest);
        }
        let mut newest = self.db.prepare_cached("SELECT max(at) FROM calls")?;
        let newest = newest.query_row([], |row| row.get::<_, Option<i64>>(0))?;
        Ok(*self.newest.get_or_init(|| Timestamp(newest.unwrap_or(i64::MIN))))
    }

    /// A window with the same calls that ends where a slot of this length does, if it reaches behind the newest call: most
    /// windows reach to now, and the calls of the hour that has begun need not be looked at one by one then.
    pub(super) fn up_to_slot(&self, window: Window, slot: i64) -> Result<Window> {
        let reaches = window.from < window.to && self.newest()? < window.to;
        let end = window.to.plus(slot - 1).floor_to(slot);
        Ok(if reaches { Window { to: end.max(window.to), ..window } } else { window })
    }

    /// Runs `look` in a read transaction.
    pub(in crate::store) fn take<T>(
        db: &'a Connection,
        file: Option<&'a Path>,
        lost: u64,
        recall: Option<Recall<'a>>,
        look: impl FnOnce(&Self) -> Result<T>,
    ) -> Result<T> {
        let transaction = db.unchecked_transaction()?;
        let answer = look(&Self { db, file, lost, recall, newest: OnceCell::new(), names: Names::default() })?;
        transaction.finish()?;
        Ok(answer)
    }

    /// Calls `each` with every row of a statement.
    pub(super) fn each(
        &self,
        sql: &str,
        params: impl Params,
        mut each: impl FnMut(&Row<'_>) -> Result<()>,
    ) -> Result<()> {
        let mut statement = self.db.prepare_cached(sql)?;
        let mut rows = statement.query(params)?;
        while let Some(row) = rows.next()? {
            each(row)?;
        }
        Ok(())
    }

    /// The first row of a statement in which `find` finds something. Later rows are not even looked for.
    pub(super) fn first<T>(
        &self,
        sql: &str,
        params: impl Params,
        mut find: impl FnMut(&Row<'_>) -> Result<Option<T>>,
    ) -> Result<Option<T>> {
        let mut statement = self.db.prepare_cached(sql)?;
        let mut rows = statement.query(params)?;
        while let Some(row) = rows.next()? {
            if let Some(found) = find(row)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// Calls `each` with every row that a cover leaves to the rows.
    pub(super) fn each_left_over(
        &self,
        cover: &Cover,
        narrow: &Narrow,
        sql: &RowsSql,
        mut each: impl FnMut(&Row<'_>) -> Result<()>,
    ) -> Result<()> {
        if let Some(user) = narrow.user {
            return cover.ends.iter().try_for_each(|end| self.each_of_person(user, *end, narrow, sql, &mut each));
        }
        self.each_left_over_from(cover, narrow, fold::watermark(self.db)?, sql, each)
    }

    /// The same, where slots hold the rows up to a number.
    pub(super) fn each_left_over_from(
        &self,
        cover: &Cover,
        narrow: &Narrow,
        watermark: CallId,
        sql: &RowsSql,
        mut each: impl FnMut(&Row<'_>) -> Result<()>,
    ) -> Result<()> {
        for end in &cover.ends {
            self.each_in(sql.ends, *end, 0, narrow, &mut each)?;
        }
        if cover.slots.is_empty() || !self.has_rows_behind(watermark)? {
            return Ok(());
        }
        self.each_in(sql.fresh, cover.inner, watermark.0, narrow, &mut each)
    }

    /// Whether there are rows behind a number. Where there are none, not even the question for them need be put, which takes
    /// longer than to find that out.
    pub(super) fn has_rows_behind(&self, number: CallId) -> Result<bool> {
        let mut behind = self.db.prepare_cached("SELECT EXISTS (SELECT 1 FROM calls WHERE id > ?1)")?;
        behind.query_row([number.0], |row| row.get(0))
    }

    /// Calls `each` with every row of a window that is a person's.
    fn each_of_person(
        &self,
        user: i64,
        window: Window,
        narrow: &Narrow,
        sql: &RowsSql,
        mut each: impl FnMut(&Row<'_>) -> Result<()>,
    ) -> Result<()> {
        let noted = serde_json::json!(self.noted_calls_of(user, window)?).to_string();
        self.each_in(sql.listed, window, noted, narrow, &mut each)?;
        self.each_in(sql.fresh, window, whose::watermark(self.db)?.0, narrow, &mut each)
    }

    /// Calls `each` with the rows of a time behind a number.
    pub(super) fn each_in(
        &self,
        sql: &str,
        Window { from: Timestamp(from), to: Timestamp(to) }: Window,
        last: impl ToSql,
        narrow: &Narrow,
        each: impl FnMut(&Row<'_>) -> Result<()>,
    ) -> Result<()> {
        let Narrow { guild, user, model, query_type } = narrow;
        self.each(sql, params![guild, user, model, query_type, from, to, last], each)
    }
}
