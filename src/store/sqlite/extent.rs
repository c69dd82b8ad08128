//! The times of the first and the last call in scope.

use rusqlite::{Result, Row, params};

use super::narrow::Narrow;
use super::snapshot::{FAR, Snapshot};
use crate::model::{Filter, Timestamp, Window};
use crate::store::question::{Extent, Question};

/// Walks the index of times from one end.
macro_rules! from_end {
    ($order:literal) => {
        concat!("SELECT at, guild, user FROM calls ORDER BY at ", $order, " LIMIT ?1")
    };
}

impl Question for Extent {
    type Answer = Option<Window>;

    fn answer(&self, snapshot: &Snapshot<'_>) -> Result<Self::Answer> {
        let Some(narrow) = snapshot.narrow(&self.scope, &Filter::default())? else { return Ok(None) };
        let ends = (end(snapshot, from_end!("ASC"), &narrow)?, end(snapshot, from_end!("DESC"), &narrow)?);
        Ok(ends.0.zip(ends.1).map(|(first, last)| Window { from: first, to: last.plus(1) }))
    }
}

/// The first call of a walk that is in scope; if that is too far away, the first of all.
fn end(snapshot: &Snapshot<'_>, walk: &str, narrow: &Narrow) -> Result<Option<Timestamp>> {
    let in_scope = |row: &Row<'_>| -> Result<bool> {
        Ok((narrow.guild.is_none() || narrow.guild == row.get(1)?)
            && (narrow.user.is_none() || narrow.user == row.get(2)?))
    };
    let time = |row: &Row<'_>| row.get(0).map(Timestamp);
    let found = snapshot.first(walk, params![FAR], |row| Ok(if in_scope(row)? { Some(time(row)?) } else { None }))?;
    match found {
        Some(found) => Ok(Some(found)),
        None => snapshot.first(walk, params![1], |row| time(row).map(Some)),
    }
}
