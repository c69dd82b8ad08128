//! The times of the first and the last call in scope.

use rusqlite::{OptionalExtension, Result, params};

use super::snapshot::Snapshot;
use crate::model::{Filter, Timestamp, Window};
use crate::store::question::{Extent, Question};

/// Walks the index of times from one end; the first call in scope ends the walk.
macro_rules! first_from {
    ($order:literal) => {
        concat!(
            "SELECT at FROM calls WHERE (?1 IS NULL OR guild = ?1) AND (?2 IS NULL OR user = ?2) ORDER BY at ",
            $order,
            " LIMIT 1"
        )
    };
}

impl Question for Extent {
    type Answer = Option<Window>;

    fn answer(&self, snapshot: &Snapshot<'_>) -> Result<Self::Answer> {
        let Some(narrow) = snapshot.narrow(&self.scope, &Filter::default())? else { return Ok(None) };
        let end = |sql| {
            let mut first = snapshot.db.prepare_cached(sql)?;
            first.query_row(params![narrow.guild, narrow.user], |row| row.get(0).map(Timestamp)).optional()
        };
        let ends = (end(first_from!("ASC"))?, end(first_from!("DESC"))?);
        Ok(ends.0.zip(ends.1).map(|(first, last)| Window { from: first, to: last.plus(1) }))
    }
}
