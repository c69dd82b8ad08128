//! What lies in the store, for a health check.

use std::fs;
use std::path::Path;

use rusqlite::Result;

use super::snapshot::Snapshot;
use crate::store::files_of;
use crate::store::question::{Inventory, Question, Stock};

impl Question for Inventory {
    type Answer = Stock;

    fn answer(&self, snapshot: &Snapshot<'_>) -> Result<Self::Answer> {
        let number = |sql: &str| snapshot.db.query_row(sql, [], |row| row.get::<_, u64>(0));
        let pages = number("PRAGMA page_count")? * number("PRAGMA page_size")?;
        Ok(Stock {
            calls: number("SELECT count(*) FROM calls")?,
            bytes: snapshot.file.map_or(pages, |file| size(file) + size(&files_of(file).log)),
            schema: number("PRAGMA user_version")? as u32,
            faults: faults(snapshot)?,
            lost: snapshot.lost,
        })
    }
}

fn faults(snapshot: &Snapshot<'_>) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    snapshot.each("PRAGMA quick_check", [], |row| {
        faults.push(row.get(0)?);
        Ok(())
    })?;
    faults.retain(|fault| fault != "ok");
    Ok(faults)
}

fn size(file: &Path) -> u64 {
    fs::metadata(file).map_or(0, |metadata| metadata.len())
}
