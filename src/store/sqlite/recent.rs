//! The last rows of a window.

use rusqlite::{Result, params};

use super::narrow::{Narrow, narrowed};
use super::row::select_calls;
use super::snapshot::Snapshot;
use crate::model::StoredCall;
use crate::store::question::{Question, Recent};

const RECENT: &str =
    select_calls!(concat!("WHERE at >= ?5 AND at < ?6 AND ", narrowed!(), " ORDER BY at DESC, calls.id DESC LIMIT ?7"));

impl Question for Recent {
    type Answer = Vec<StoredCall>;

    fn answer(&self, snapshot: &Snapshot<'_>) -> Result<Self::Answer> {
        let mut recent = Vec::new();
        let Some(narrow) = snapshot.narrow(&self.scope, &self.filter)? else { return Ok(recent) };
        let Narrow { guild, user, model, query_type } = narrow;
        let (from, to) = (self.window.from.0, self.window.to.0);
        snapshot.each(RECENT, params![guild, user, model, query_type, from, to, self.limit], |row| {
            recent.push(snapshot.decode(row)?);
            Ok(())
        })?;
        Ok(recent)
    }
}
