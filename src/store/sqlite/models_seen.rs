//! The models that have calls in scope.

use std::cmp::Reverse;
use std::collections::HashMap;

use rusqlite::Result;

use super::parts::Cube;
use super::snapshot::Snapshot;
use crate::model::{Filter, ModelName, Timestamp, Window};
use crate::store::question::{ModelsSeen, Question};

/// All of time.
const ALWAYS: Window = Window { from: Timestamp(i64::MIN), to: Timestamp(i64::MAX) };

impl Question for ModelsSeen {
    type Answer = Vec<ModelName>;

    fn answer(&self, snapshot: &Snapshot<'_>) -> Result<Self::Answer> {
        let Some(narrow) = snapshot.narrow(&self.scope, &Filter::default())? else { return Ok(Vec::new()) };
        let cover = snapshot.cover(ALWAYS, &narrow)?;
        let mut sums = Cube::of(&snapshot.rows_left_over(&cover, &narrow)?);
        snapshot.each_slot::<Cube>(&cover, &narrow, |bytes| sums.add_models(bytes))?;
        named(snapshot, sums.models().map(|(model, cell)| (model, cell.calls())).collect())
    }
}

/// The names, most calls first, then in their order.
fn named(snapshot: &Snapshot<'_>, calls: HashMap<i64, u64>) -> Result<Vec<ModelName>> {
    let mut named = Vec::with_capacity(calls.len());
    for (model, calls) in calls {
        named.push((Reverse(calls), snapshot.model(model)?));
    }
    named.sort();
    Ok(named.into_iter().map(|(_, name)| name).collect())
}
