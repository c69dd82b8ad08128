//! Adds the calls of a log, leaving out those that the store held before the import began.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use rusqlite::{Connection, Result};

use super::page::Page;
use super::row;
use crate::model::{Call, CallId, Timestamp};
use crate::store::change::{Applied, Known};

impl Page<'_> {
    /// Adds what is new. When this fails, `known` is off and must not be used again.
    pub fn import(&mut self, calls: &[Call], known: &mut Known) -> Result<Applied> {
        let start = *known.start.get_or_insert(CallId(self.memory.last));
        let mut applied = Applied::default();
        for call in calls {
            let row = row::encode(call, &mut self.memory.names, self.db)?;
            if known.name(self.db, call.at, start, row.fingerprint())? {
                applied.known += 1;
            } else {
                self.add_encoded(call, row, call.prompt_hash)?;
                applied.added += 1;
            }
        }
        applied.changed = applied.added;
        Ok(applied)
    }
}

impl Known {
    /// Whether a row was there before the import and has not been named by an equal row yet; it now has been.
    fn name(&mut self, db: &Connection, at: Timestamp, start: CallId, fingerprint: u64) -> Result<bool> {
        let counts = match self.unnamed.entry(at) {
            Entry::Occupied(counts) => counts.into_mut(),
            Entry::Vacant(place) => {
                let before = row::fingerprints(db, at, start)?;
                if before.is_empty() {
                    // Not kept: asking again costs one look at the index, keeping it would cost memory for each new row.
                    return Ok(false);
                }
                place.insert(counted(before))
            }
        };
        let Some(left) = counts.get_mut(&fingerprint).filter(|left| **left > 0) else { return Ok(false) };
        *left -= 1;
        Ok(true)
    }
}

fn counted(fingerprints: Vec<u64>) -> HashMap<u64, u32> {
    let mut counts = HashMap::new();
    fingerprints.into_iter().for_each(|fingerprint| *counts.entry(fingerprint).or_default() += 1);
    counts
}
