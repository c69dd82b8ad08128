//! Calls by hour of the day in a time zone.

use chrono::Timelike;
use chrono_tz::Tz;
use rusqlite::{Result, params};

use super::snapshot::{RowsSql, Snapshot, rows_sql};
use crate::model::Timestamp;
use crate::store::cover::{Cover, QUARTER, Slots};
use crate::store::question::{ByHour, Question};

macro_rules! select_times {
    ($conditions:expr) => {
        concat!("SELECT at FROM calls WHERE ", $conditions)
    };
}

const ROWS: RowsSql = rows_sql!(select_times);

impl Question for ByHour {
    type Answer = [u64; 24];

    fn answer(&self, snapshot: &Snapshot<'_>) -> Result<Self::Answer> {
        let mut calls = [0; 24];
        let Some(narrow) = snapshot.narrow(&self.scope, &self.filter)? else { return Ok(calls) };
        let cover = match narrow.user {
            Some(_) => Cover::of_rows(self.window),
            None => Cover::of_quarters(self.window),
        };
        for Slots { starts, .. } in &cover.slots {
            let key = params![narrow.cell_scope(), starts.start, starts.end, narrow.model, narrow.query_type];
            let sql = "SELECT quarter, sum(calls) FROM quarters WHERE scope = ?1 AND quarter >= ?2 AND quarter < ?3
                       AND (?4 IS NULL OR model = ?4) AND (?5 IS NULL OR query_type = ?5) GROUP BY quarter";
            snapshot.each(sql, key, |row| {
                calls[hour_of(Timestamp(row.get::<_, i64>(0)? * QUARTER), self.zone)] += row.get::<_, u64>(1)?;
                Ok(())
            })?;
        }
        snapshot.each_left_over(&cover, &narrow, &ROWS, |row| {
            calls[hour_of(Timestamp(row.get(0)?), self.zone)] += 1;
            Ok(())
        })?;
        Ok(calls)
    }
}

fn hour_of(at: Timestamp, zone: Tz) -> usize {
    at.to_utc().with_timezone(&zone).hour() as usize
}
