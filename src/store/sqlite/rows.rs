//! Rows in the order of their numbers, a page at a time.

use rusqlite::{Result, params};

use super::narrow::{Narrow, narrowed};
use super::row::select_calls;
use super::snapshot::Snapshot;
use crate::model::{StoredCall, Timestamp, Window};
use crate::store::question::{Question, Rows};

const PAGE: &str = select_calls!(concat!(
    "WHERE calls.id > ?7 AND +at >= ?5 AND +at < ?6 AND ",
    narrowed!(),
    " ORDER BY calls.id LIMIT ?8"
));

const ALL_TIME: Window = Window { from: Timestamp(i64::MIN), to: Timestamp(i64::MAX) };

impl Question for Rows {
    type Answer = Vec<StoredCall>;

    fn answer(&self, snapshot: &Snapshot<'_>) -> Result<Self::Answer> {
        let mut page = Vec::new();
        let Some(narrow) = snapshot.narrow(&self.scope, &self.filter)? else { return Ok(page) };
        let Narrow { guild, user, model, query_type } = narrow;
        let Window { from, to } = self.window.unwrap_or(ALL_TIME);
        let after = self.after.map_or(0, |id| id.0);
        snapshot.each(PAGE, params![guild, user, model, query_type, from.0, to.0, after, self.limit], |row| {
            page.push(snapshot.decode(row)?);
            Ok(())
        })?;
        Ok(page)
    }
}
