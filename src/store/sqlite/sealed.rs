//! Slots that are put together once they are over: quarters of a day from their hours, weeks from their days. They make
//! questions cheaper, and cost nothing while calls come. What comes late is added to them as to hours and days.

use std::ops::Range;

use rusqlite::{Connection, OptionalExtension, Result, params};

use super::fold::{self, Slot};
use super::parts::{Cube, Detail, Part, People, Slowest, Times};
use super::transaction::all_or_nothing;
use crate::store::cover::{DAY, SIX_HOURS, Sealed, WEEK, begun};

/// Weeks that are sealed in one transaction.
const WEEKS_AT_ONCE: i64 = if cfg!(test) { 1 } else { 4 };

/// Up to when time is sealed.
pub(super) fn until(db: &Connection) -> Result<Sealed> {
    let mut sealed = db.prepare_cached("SELECT value FROM meta WHERE key = 'sealed'")?;
    Ok(sealed.query_row([], |row| row.get(0).map(Sealed)).optional()?.unwrap_or(Sealed::NOTHING))
}

/// Seals what was over long ago, some weeks a transaction: an older version sealed nothing, and all at once would keep whoever
/// writes waiting.
pub(super) fn catch_up(db: &Connection) -> Result<()> {
    let ends = "SELECT min(start), max(start) FROM slot_sums WHERE scope = 0 AND hours = 1";
    let ends =
        db.query_row(ends, [], |row| Ok(Option::zip(row.get::<_, Option<i64>>(0)?, row.get::<_, Option<i64>>(1)?)))?;
    let Some((first, latest)) = ends else { return Ok(()) };
    let over = Sealed::before(latest);
    loop {
        let from = until(db)?;
        if from >= over {
            return Ok(());
        }
        let next = begun(from.0.max(first), WEEK) + WEEKS_AT_ONCE * WEEK;
        all_or_nothing(db, |db| seal(db, from, over.min(Sealed(next))))?;
    }
}

/// Says up to when time is sealed.
pub(super) fn set(db: &Connection, sealed: Sealed) -> Result<()> {
    db.prepare_cached("REPLACE INTO meta (key, value) VALUES ('sealed', ?1)")?.execute([sealed.0]).map(drop)
}

/// Puts together what was over by a time, if that was not done yet.
pub(super) fn seal(db: &Connection, from: Sealed, to: Sealed) -> Result<()> {
    if from >= to {
        return Ok(());
    }
    let mut guilds = db.prepare_cached("SELECT id FROM guilds")?;
    let guilds = guilds.query_map([], |row| row.get(0))?.collect::<Result<Vec<i64>>>()?;
    for scope in [0].into_iter().chain(guilds) {
        for (length, of) in [(SIX_HOURS, 1), (WEEK, DAY)] {
            let lengths = Lengths { length, of };
            let time = from.end_of(length)..to.end_of(length);
            put_together::<Cube>(db, scope, lengths, &time)?;
            put_together::<Times>(db, scope, lengths, &time)?;
            put_together::<Detail>(db, scope, lengths, &time)?;
            put_together::<Slowest>(db, scope, lengths, &time)?;
            put_together::<People>(db, scope, lengths, &time)?;
        }
    }
    set(db, to)
}

/// Which slots are put together, of which.
#[derive(Clone, Copy)]
struct Lengths {
    length: i64,
    of: i64,
}

/// Adds up the slots of some time.
fn put_together<P: Part + Default>(db: &Connection, scope: i64, lengths: Lengths, time: &Range<i64>) -> Result<()> {
    let Lengths { length: hours, of } = lengths;
    let mut shorter = db.prepare_cached(&format!(
        "SELECT start, data FROM {} WHERE scope = ?1 AND hours = ?2 AND start >= ?3 AND start < ?4 ORDER BY start",
        P::TABLE
    ))?;
    let mut shorter = shorter.query(params![scope, of, time.start, time.end])?;
    let mut longer: Option<(i64, P)> = None;
    let store =
        |slot: Option<(i64, P)>| slot.map_or(Ok(()), |(start, part)| fold::add(db, Slot { scope, hours, start }, part));
    while let Some(slot) = shorter.next()? {
        let start = begun(slot.get(0)?, hours);
        if longer.as_ref().is_none_or(|(begun, _)| *begun != start) {
            store(longer.replace((start, P::default())))?;
        }
        if let Some((_, part)) = &mut longer {
            fold::add_stored(part, slot, 1)?;
        }
    }
    store(longer)
}
