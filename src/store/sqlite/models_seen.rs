//! The models that have calls in scope.

use std::collections::HashMap;

use rusqlite::{Result, Row, params};

use super::dictionary::{self, Kind};
use super::fold;
use super::snapshot::Snapshot;
use crate::model::{Filter, ModelName};
use crate::store::cover::DAY;
use crate::store::question::{ModelsSeen, Question};

const CELLS: &str = "SELECT model, sum(ok + cached + cut + stopped + interrupted + rate_limit + timeout + connection
    + server + auth + not_found + bad_request + filtered + malformed + other)
    FROM cells WHERE scope = ?1 AND hours = ?2 GROUP BY model";

const ROWS: &str = "SELECT model, count(*) FROM calls
    WHERE id > ?1 AND (?2 IS NULL OR guild = ?2) AND (?3 IS NULL OR user = ?3) GROUP BY model";

impl Question for ModelsSeen {
    type Answer = Vec<ModelName>;

    fn answer(&self, snapshot: &Snapshot<'_>) -> Result<Self::Answer> {
        let Some(narrow) = snapshot.narrow(&self.scope, &Filter::default())? else { return Ok(Vec::new()) };
        let mut calls: HashMap<i64, u64> = HashMap::new();
        let mut count = |row: &Row<'_>| {
            *calls.entry(row.get(0)?).or_default() += row.get::<_, u64>(1)?;
            Ok(())
        };
        // Cells know no people, so a person's calls are all counted from rows.
        let after = match narrow.user {
            Some(_) => 0,
            None => {
                snapshot.each(CELLS, params![narrow.cell_scope(), DAY], &mut count)?;
                fold::watermark(snapshot.db)?.0
            }
        };
        snapshot.each(ROWS, params![after, narrow.guild, narrow.user], &mut count)?;
        named(snapshot, calls)
    }
}

/// The names, most calls first, then in their order.
fn named(snapshot: &Snapshot<'_>, calls: HashMap<i64, u64>) -> Result<Vec<ModelName>> {
    let mut named = Vec::with_capacity(calls.len());
    for (model, calls) in calls {
        let name = ModelName::from(dictionary::name(snapshot.db, Kind::Model, model)?);
        named.push((std::cmp::Reverse(calls), name));
    }
    named.sort();
    Ok(named.into_iter().map(|(_, name)| name).collect())
}
