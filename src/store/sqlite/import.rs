//! Adds the calls of a log, leaving out those that the store held before the import began.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use rusqlite::{Connection, Result};

use super::page::Page;
use super::row::{self, Encoded};
use super::trim;
use crate::model::{CallId, LoggedCall, Timestamp};
use crate::prompt;
use crate::store::change::{Applied, Known};

impl Page<'_> {
    /// Adds what is new. When this fails, `known` is off and must not be used again.
    pub fn import(&mut self, calls: &[LoggedCall], known: &mut Known) -> Result<Applied> {
        let start = *known.start.get_or_insert(CallId(self.memory.last));
        let (mut applied, rows_from) = (Applied::default(), trim::rows_from(self.db)?);
        for LoggedCall { call, id, prompt } in calls {
            let keyed = prompt.map(|digest| prompt::hash_digest(&self.settings.key, &digest));
            let hash = keyed.or(call.prompt_hash);
            let mut row = row::encode(call, &mut self.memory.names, self.db)?;
            row.settle(hash, call.again_of.and_then(|logged| known.numbers.get(logged)));
            let here = match known.name(self.db, call.at, start, &row)? {
                Some(here) => {
                    applied.known += 1;
                    here
                }
                None if call.at < rows_from => {
                    applied.too_old += 1;
                    continue;
                }
                None => {
                    applied.added += 1;
                    self.add_encoded(call, row, hash)?
                }
            };
            if let Some(logged) = id {
                known.numbers.insert(*logged, here);
            }
        }
        applied.changed = applied.added;
        Ok(applied)
    }
}

impl Known {
    /// A row that was there before the import, is equal, and has not been named yet; it now has been.
    fn name(&mut self, db: &Connection, at: Timestamp, start: CallId, row: &Encoded<'_>) -> Result<Option<CallId>> {
        if start == CallId(0) {
            // Nothing was there.
            return Ok(None);
        }
        let unnamed = match self.unnamed.entry(at) {
            Entry::Occupied(unnamed) => unnamed.into_mut(),
            Entry::Vacant(place) => {
                let before = row::fingerprints(db, at, start)?;
                if before.is_empty() {
                    // Not kept: asking again costs one look at the index, keeping it would cost memory for each new row.
                    return Ok(None);
                }
                place.insert(by_fingerprint(before))
            }
        };
        Ok(unnamed.get_mut(&row.fingerprint()).and_then(Vec::pop))
    }
}

/// The numbers of equal rows, the first of them last.
fn by_fingerprint(rows: Vec<(u64, CallId)>) -> HashMap<u64, Vec<CallId>> {
    let mut numbers: HashMap<u64, Vec<CallId>> = HashMap::new();
    rows.into_iter().for_each(|(fingerprint, id)| numbers.entry(fingerprint).or_default().push(id));
    numbers
}
