//! The known cost of a window.

use rusqlite::{Result, params};

use super::snapshot::{RowsSql, Snapshot, rows_sql};
use crate::model::Tally;
use crate::store::cover::{Cover, Slots};
use crate::store::question::{Question, Spend};

macro_rules! select_costs {
    ($conditions:expr) => {
        concat!("SELECT max(cost_nusd, 0) FROM calls WHERE cost_nusd IS NOT NULL AND ", $conditions)
    };
}

const ROWS: RowsSql = rows_sql!(select_costs);

impl Question for Spend {
    type Answer = Tally;

    fn answer(&self, snapshot: &Snapshot<'_>) -> Result<Self::Answer> {
        let mut spend = Tally::default();
        let Some(narrow) = snapshot.narrow(&self.scope, &self.filter)? else { return Ok(spend) };
        let cover = match narrow.user {
            Some(_) => Cover::of_rows(self.window),
            None => Cover::of_cells(self.window),
        };
        for Slots { length, starts } in &cover.slots {
            let key = params![narrow.cell_scope(), length, starts.start, starts.end, narrow.model, narrow.query_type];
            let sql =
                "SELECT cost_n, cost_sum FROM cells WHERE scope = ?1 AND hours = ?2 AND start >= ?3 AND start < ?4
                       AND (?5 IS NULL OR model = ?5) AND (?6 IS NULL OR query_type = ?6)";
            snapshot.each(sql, key, |row| {
                spend.merge(Tally { n: row.get(0)?, sum: row.get(1)? });
                Ok(())
            })?;
        }
        snapshot.each_left_over(&cover, &narrow, &ROWS, |row| {
            spend.add(Some(row.get(0)?));
            Ok(())
        })?;
        Ok(spend)
    }
}
