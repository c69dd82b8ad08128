//! Adds what came since the last fold to what is stored of slots, together with the watermark that says so.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Result, params};

use super::delta::{Counted, Delta, Leaf, Opinion, Whole};
use super::parts::{Cube, Detail, Groups, Part, Quarters, Times, sums};
use super::sealed;
use crate::model::{CallId, Cell};
use crate::store::cover::{DAY, SIX_HOURS, Sealed, WEEK, begun};

/// What to add to the stored slots, which then hold all rows up to a number.
#[derive(Debug)]
pub(super) struct Fold {
    // Sorted, so that the tables are written from one end to the other.
    slots: BTreeMap<Slot, Content>,
    /// By scope and day.
    quarters: BTreeMap<(i64, i64), Quarters>,
    last: CallId,
    /// Up to when time was sealed before.
    sealed: Sealed,
    /// The last hour of which there are calls.
    latest: Option<i64>,
}

/// A stretch of time of a scope, of which parts are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Slot {
    /// The guild's number; 0 for all calls.
    pub scope: i64,
    /// 1 for an hour, 6 for a quarter of a day, 24 for a day, 168 for a week.
    pub hours: i64,
    /// Hours since 1970.
    pub start: i64,
}

/// What a slot is given.
#[derive(Debug, Default)]
struct Content {
    groups: Groups,
    whole: Whole,
}

/// The slots that count an hour of a guild.
pub(super) fn slots_of(guild: i64, hour: i64, sealed: Sealed) -> impl Iterator<Item = Slot> {
    let lengths = [1, SIX_HOURS, DAY, WEEK].into_iter().filter(move |length| sealed.keeps(*length, hour));
    super::delta::scopes(guild)
        .flat_map(move |scope| lengths.clone().map(move |hours| Slot { scope, hours, start: begun(hour, hours) }))
}

impl Fold {
    /// What the calls since the last fold came to; the last of them is `last`, and so much of time is sealed.
    pub fn of(delta: &Delta, last: CallId, sealed: Sealed) -> Self {
        let latest = delta.leaves.keys().map(|leaf| leaf.hour).max();
        let mut fold = Self { slots: BTreeMap::new(), quarters: BTreeMap::new(), last, sealed, latest };
        for (leaf, counted) in &delta.leaves {
            for slot in slots_of(leaf.guild, leaf.hour, sealed) {
                let groups = &mut fold.slots.entry(slot).or_default().groups;
                groups.entry(leaf.key()).or_default().merge(&counted.cell);
            }
            fold.add_quarters(*leaf, counted);
        }
        for ((guild, hour), whole) in &delta.wholes {
            for slot in slots_of(*guild, *hour, sealed) {
                fold.slots.entry(slot).or_default().whole.merge(whole);
            }
        }
        fold
    }

    fn add_quarters(&mut self, leaf: Leaf, counted: &Counted) {
        let day = leaf.hour.div_euclid(DAY);
        let first = leaf.hour.rem_euclid(DAY) as usize * 4;
        for scope in leaf.scopes() {
            let quarters = self.quarters.entry((scope, day)).or_default();
            for (number, quarter) in (first..).zip(&counted.quarters).filter(|(_, quarter)| quarter.calls > 0) {
                quarters.add(leaf.key(), number, quarter);
            }
        }
    }

    /// Up to when time is sealed once this is stored.
    pub fn sealed(&self) -> Sealed {
        self.latest.map_or(self.sealed, |hour| self.sealed.max(Sealed::before(hour)))
    }

    /// Adds it to what is stored, seals what is over now, and moves the watermark. To be called inside a
    /// transaction.
    pub fn write(&self, db: &Connection) -> Result<()> {
        for (slot, Content { groups, whole }) in &self.slots {
            add(db, *slot, Cube::of(groups))?;
            add(db, *slot, Times::of(groups))?;
            add(db, *slot, Detail::of(groups))?;
            add(db, *slot, whole.slowest.clone())?;
            add(db, *slot, whole.repeated.clone())?;
            add(db, *slot, whole.people.clone())?;
        }
        for ((scope, day), quarters) in &self.quarters {
            add(db, Slot { scope: *scope, hours: DAY, start: day * DAY }, quarters.clone())?;
        }
        sealed::seal(db, self.sealed, self.sealed())?;
        set_watermark(db, self.last)
    }
}

/// The number of the last row that the stored slots contain.
pub(super) fn watermark(db: &Connection) -> Result<CallId> {
    let mut watermark = db.prepare_cached("SELECT value FROM meta WHERE key = 'watermark'")?;
    Ok(CallId(watermark.query_row([], |row| row.get(0)).optional()?.unwrap_or(0)))
}

/// Adds what people changed their minds about to the stored sums of a leaf.
pub(super) fn adjust(db: &Connection, leaf: Leaf, opinion: Opinion, sealed: Sealed) -> Result<()> {
    let mut cell = Cell::default();
    // Not saturated: the sums may be negative, and are added to others.
    cell.ratings.sum = opinion.ratings_sum;
    let mut cube = Cube::default();
    cube.add(leaf.key(), &sums::of(&cell).with_counts(opinion.asked_again, opinion.ratings_n));
    slots_of(leaf.guild, leaf.hour, sealed).try_for_each(|slot| add(db, slot, cube.clone()))
}

/// Says up to which row the stored slots count.
pub(super) fn set_watermark(db: &Connection, last: CallId) -> Result<()> {
    db.prepare_cached("REPLACE INTO meta (key, value) VALUES ('watermark', ?1)")?.execute([last.0]).map(drop)
}

/// Adds to a part of a slot.
pub(super) fn add<P: Part>(db: &Connection, slot: Slot, more: P) -> Result<()> {
    change(db, slot, more, |_| ())
}

/// Reads a part of a slot, adds something, does something to it and stores it.
pub(super) fn change<P: Part>(db: &Connection, slot: Slot, mut part: P, act: impl FnOnce(&mut P)) -> Result<()> {
    let Slot { scope, hours, start } = slot;
    if matches!(hours, SIX_HOURS | WEEK) && !P::IS_SEALED {
        return Ok(());
    }
    let table = P::TABLE;
    let mut stored =
        db.prepare_cached(&format!("SELECT data FROM {table} WHERE scope = ?1 AND hours = ?2 AND start = ?3"))?;
    let mut rows = stored.query(params![scope, hours, start])?;
    let is_stored = match rows.next()? {
        Some(row) => {
            add_stored(&mut part, row, 0)?;
            true
        }
        None => false,
    };
    drop(rows);
    act(&mut part);
    let bytes = part.to_bytes();
    if bytes.is_empty() && !is_stored {
        return Ok(());
    }
    let mut write = db.prepare_cached(&format!(
        "INSERT INTO {table} (scope, hours, start, data) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT DO UPDATE SET data = excluded.data"
    ))?;
    write.execute(params![scope, hours, start, bytes]).map(drop)
}

/// Adds the stored form in a column.
pub(super) fn add_stored<P: Part>(part: &mut P, row: &rusqlite::Row<'_>, column: usize) -> Result<()> {
    let bytes = row.get_ref(column)?.as_blob()?;
    part.add_bytes(bytes).ok_or_else(|| broken(column, P::TABLE))
}

/// What is stored cannot be read.
pub(super) fn broken(column: usize, table: &str) -> rusqlite::Error {
    let kind = rusqlite::types::Type::Blob;
    rusqlite::Error::FromSqlConversionFailure(column, kind, format!("a part in {table} is damaged").into())
}
