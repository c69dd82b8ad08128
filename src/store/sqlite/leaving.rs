//! What is known of people when rows go: the sums of rows whose block is not full yet are noted at once, and the lists of whose
//! calls are whose are taken out, some at a time.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Result};

use super::delta::{Figures, select_figures};
use super::page::Page;
use super::trim::Old;
use super::whose;
use crate::model::{Brief, ModelName, Timestamp};
use crate::store::cover::DAY;

impl Page<'_> {
    /// Adds up by day, person and guild what those of some calls come to that are in no block. Once their rows are gone, no
    /// block will count them.
    pub(super) fn note_sums_of(&mut self, old: &[Old]) -> Result<()> {
        let (noted, any) = (whose::watermark(self.db)?, ModelName::from(""));
        let mut sums: BTreeMap<(i64, i64, i64), Brief> = BTreeMap::new();
        let mut one = self.db.prepare_cached(select_figures!("id = ?1"))?;
        for Old { id, .. } in old.iter().filter(|old| old.id > noted.0) {
            let Figures { user, leaf, call, .. } = one.query_row([id], |row| Figures::read(row, &any))?;
            if user != 0 {
                sums.entry((leaf.hour.div_euclid(DAY), user, leaf.guild)).or_default().record(&call);
            }
        }
        // The block that is open counts them too. It is read again, without them.
        self.memory.forget_unnoted();
        sums.into_iter().try_for_each(|(of, sum)| whose::add_sum(self.db, of, sum))
    }
}

/// Takes out some of what hangs on rows from before a time, which are gone: without them, nobody can say any more whose calls
/// these were, and take them out when that person wants to be forgotten. Returns how much there was.
pub(super) fn drop_some(db: &Connection, from: Timestamp, most: i64) -> Result<usize> {
    let mut dropped = 0;
    for hours in [1, DAY] {
        // Each scope by itself, or the whole table would be walked.
        let mut repeated = db.prepare_cached(
            "DELETE FROM slot_repeated WHERE rowid IN (
                 SELECT rowid FROM slot_repeated
                 WHERE scope IN (SELECT 0 UNION ALL SELECT id FROM guilds) AND hours = ?2 AND start <= ?1 - ?2 LIMIT ?3)",
        )?;
        dropped += repeated.execute([from.0.div_euclid(Timestamp::HOUR), hours, most])?;
    }
    let oldest = "SELECT block FROM people_blocks WHERE last_at < ?1 ORDER BY block LIMIT 1";
    let Some(block) = db.prepare_cached(oldest)?.query_row([from.0], |row| row.get::<_, i64>(0)).optional()? else {
        return Ok(dropped);
    };
    let mut calls = db.prepare_cached(
        "DELETE FROM people_calls WHERE block = ?1 AND user IN (
             SELECT user FROM people_calls WHERE block = ?1 LIMIT ?2)",
    )?;
    let emptied = match calls.execute([block, most])? {
        0 => db.prepare_cached("DELETE FROM people_blocks WHERE block = ?1")?.execute([block])?,
        some => some,
    };
    Ok(dropped + emptied)
}
