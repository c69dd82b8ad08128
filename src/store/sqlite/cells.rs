//! Counts, sums and histograms of a window, by model and type.

use std::collections::HashMap;

use rusqlite::{Result, Row, params};

use super::delta::{self, select_figures};
use super::dictionary::{self, Kind};
use super::narrow::Narrow;
use super::snapshot::{RowsSql, Snapshot, rows_sql};
use super::{fold, row, sums};
use crate::model::{Cell, CellKey, Group, ModelName};
use crate::store::cover::{Cover, Slots};
use crate::store::question::{Cells, Question};

const ROWS: RowsSql = rows_sql!(select_figures);

/// Cells by the numbers of model and type.
type Groups = HashMap<(i64, usize), Cell>;

impl Question for Cells {
    type Answer = Vec<Group>;

    fn answer(&self, snapshot: &Snapshot<'_>) -> Result<Self::Answer> {
        let Some(narrow) = snapshot.narrow(&self.scope, &self.filter)? else { return Ok(Vec::new()) };
        let cover = match narrow.user {
            Some(_) => Cover::of_rows(self.window),
            None => Cover::of_cells(self.window),
        };
        let mut groups = Groups::new();
        for slots in &cover.slots {
            add_cells(snapshot, slots, &narrow, &mut groups)?;
        }
        let any = ModelName::from("");
        snapshot.each_left_over(&cover, &narrow, &ROWS, |row| {
            let (leaf, call) = delta::figures(row, &any)?;
            groups.entry((leaf.model, leaf.query_type)).or_default().record(&call);
            Ok(())
        })?;
        named(snapshot, groups)
    }
}

fn add_cells(snapshot: &Snapshot<'_>, slots: &Slots, narrow: &Narrow, groups: &mut Groups) -> Result<()> {
    const KEYS: &str = "scope = ?1 AND hours = ?2 AND start >= ?3 AND start < ?4
        AND (?5 IS NULL OR model = ?5) AND (?6 IS NULL OR query_type = ?6)";
    let Slots { length, starts } = slots;
    let key = params![narrow.cell_scope(), length, starts.start, starts.end, narrow.model, narrow.query_type];
    snapshot.each(&format!("SELECT * FROM cells WHERE {KEYS}"), key, |row| {
        group(groups, row, 3)?.merge(&sums::cell(&fold::sums_of_row(row, 5)?));
        Ok(())
    })?;
    let histograms = format!("SELECT model, query_type, kind, histogram FROM cell_times WHERE {KEYS}");
    snapshot.each(&histograms, key, |row| fold::add_histogram(group(groups, row, 0)?, row, 2))
}

/// The cell for the model in one column of a row and the type in the next.
fn group<'g>(groups: &'g mut Groups, row: &Row<'_>, model: usize) -> Result<&'g mut Cell> {
    Ok(groups.entry((row.get(model)?, row.get(model + 1)?)).or_default())
}

/// With names for numbers, in the order of names and types.
fn named(snapshot: &Snapshot<'_>, groups: Groups) -> Result<Vec<Group>> {
    let mut named = Vec::with_capacity(groups.len());
    for ((model, query_type), cell) in groups {
        let model = dictionary::name(snapshot.db, Kind::Model, model)?.into();
        named.push(Group { key: CellKey { model, query_type: row::query_type(query_type) }, cell });
    }
    named.sort_by(|a, b| (&a.key.model, a.key.query_type).cmp(&(&b.key.model, b.key.query_type)));
    Ok(named)
}
