//! What lies in the store, for a health check.

use std::fs;
use std::path::Path;

use rusqlite::Result;

use super::parts::{Cube, Detail, Part, People, Quarters, Repeated, Slowest, Times};
use super::snapshot::Snapshot;
use crate::store::files_of;
use crate::store::question::{Inventory, Question, Stock};

impl Question for Inventory {
    type Answer = Stock;

    fn answer(&self, snapshot: &Snapshot<'_>) -> Result<Self::Answer> {
        let number = |sql: &str| snapshot.db.query_row(sql, [], |row| row.get::<_, u64>(0));
        let pages = number("PRAGMA page_count")? * number("PRAGMA page_size")?;
        let faults = faults(snapshot)?;
        Ok(Stock {
            calls: number("SELECT count(*) FROM calls")?,
            bytes: snapshot.file.map_or(pages, |file| size(file) + size(&files_of(file).log)),
            schema: number("PRAGMA user_version")? as u32,
            // In pages that are damaged there is no looking any further.
            unreadable_sums: if faults.is_empty() { unreadable_sums(snapshot)? } else { 0 },
            faults,
            lost: snapshot.lost,
        })
    }
}

/// What SQLite finds, a line each.
fn faults(snapshot: &Snapshot<'_>) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    snapshot.each("PRAGMA quick_check", [], |row| {
        faults.extend(row.get_ref(0)?.as_str()?.lines().map(str::to_owned));
        Ok(())
    })?;
    // A line of asterisks only says in which of several files; there is one.
    faults.retain(|fault| fault != "ok" && !fault.starts_with("***"));
    Ok(faults)
}

/// How many parts of slots cannot be read.
fn unreadable_sums(snapshot: &Snapshot<'_>) -> Result<u64> {
    Ok(unreadable::<Cube>(snapshot)?
        + unreadable::<Times>(snapshot)?
        + unreadable::<Detail>(snapshot)?
        + unreadable::<Slowest>(snapshot)?
        + unreadable::<Repeated>(snapshot)?
        + unreadable::<People>(snapshot)?
        + unreadable::<Quarters>(snapshot)?)
}

fn unreadable<P: Part + Default>(snapshot: &Snapshot<'_>) -> Result<u64> {
    let mut unreadable = 0;
    snapshot.each(&format!("SELECT data FROM {}", P::TABLE), [], |row| {
        let is_readable = P::default().add_bytes(row.get_ref(0)?.as_blob()?).is_some();
        unreadable += u64::from(!is_readable);
        Ok(())
    })?;
    Ok(unreadable)
}

fn size(file: &Path) -> u64 {
    fs::metadata(file).map_or(0, |metadata| metadata.len())
}
