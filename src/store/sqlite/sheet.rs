//! What one transaction writes, ready made: names, rows, previews, notes, a fold. Writing a sheet decides nothing and
//! remembers nothing, so a sheet can be written again and again until it is in the file.

use std::ops::Range;

use rusqlite::{Connection, Result, Statement, ToSql, params};

use super::delta::Figures;
use super::dictionary::Fresh;
use super::fold::Fold;
use super::row::{self, Encoded, NUMBERS};
use super::whose::Block;
use crate::model::CallId;

/// The sheet. Its lists keep their places when it is [cleared](Sheet::clear).
#[derive(Debug, Default)]
pub(in crate::store) struct Sheet {
    /// Names that rows and notes use for the first time.
    pub(super) names: Vec<Fresh>,
    rows: Vec<Entry>,
    /// The known numbers of all rows, one row after the other.
    numbers: Vec<i64>,
    messages: Vec<(CallId, Box<str>)>,
    previews: Vec<(CallId, String)>,
    /// The rows as they are counted.
    pub(super) counted: Vec<Figures>,
    /// Calls that have begun and have not ended.
    pub(super) notes: Vec<Note>,
    /// The tickets of calls that have ended, whose notes are in the file.
    pub(super) ended: Vec<u64>,
    /// Cells to add to the stored ones.
    pub(super) fold: Option<Fold>,
    /// Blocks of calls, of which is noted whose they are.
    pub(super) blocks: Vec<Block>,
}

/// A row.
#[derive(Debug, Clone, Copy)]
struct Entry {
    /// Its number in the queue.
    number: u64,
    id: CallId,
    /// Which columns are known, as bits.
    known: u64,
    /// The first of its numbers.
    first: usize,
}

/// The note of a call: its ticket, time, guild, channel, user, provider, model, type, context and what it is expected to cost.
pub(super) type Note = [Option<i64>; 12];

impl Sheet {
    /// How many rows it holds.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
            && self.names.is_empty()
            && self.notes.is_empty()
            && self.ended.is_empty()
            && self.fold.is_none()
            && self.blocks.is_empty()
    }

    /// Takes off it what is derived from rows.
    pub fn leave_cells_alone(&mut self) {
        self.fold = None;
        self.blocks.clear();
    }

    /// Makes it blank.
    pub fn clear(&mut self) {
        self.names.clear();
        self.rows.clear();
        self.numbers.clear();
        self.messages.clear();
        self.previews.clear();
        self.counted.clear();
        self.notes.clear();
        self.ended.clear();
        self.fold = None;
        self.blocks.clear();
    }

    /// The number of the last row.
    pub fn last(&self) -> Option<CallId> {
        self.rows.last().map(|row| row.id)
    }

    /// The rows as they are counted, which it then no longer knows.
    pub fn take_counted(&mut self) -> impl ExactSizeIterator<Item = Figures> {
        self.counted.drain(..)
    }

    /// The numbers in the queue of some rows.
    pub fn numbers(&self, rows: Range<usize>) -> impl ExactSizeIterator<Item = u64> {
        self.rows[rows].iter().map(|row| row.number)
    }

    /// Adds the row of the call with a number in the queue.
    pub(super) fn push(&mut self, number: u64, id: CallId, row: &Encoded<'_>) {
        let (mut known, first) = (0, self.numbers.len());
        for (column, number) in row.numbers.iter().enumerate() {
            if let Some(number) = number {
                known |= 1 << column;
                self.numbers.push(*number);
            }
        }
        self.rows.push(Entry { number, id, known, first });
        self.messages.extend(row.message.map(|message| (id, message.into())));
    }

    /// Adds the preview of a row.
    pub(super) fn push_preview(&mut self, id: CallId, text: String) {
        self.previews.push((id, text));
    }

    /// Writes all of it. To be called inside a transaction.
    pub fn write(&self, db: &Connection) -> Result<()> {
        self.write_around(db)?;
        self.write_rows(db, 0..self.rows.len())?;
        if let Some(fold) = &self.fold {
            fold.write(db)?;
        }
        self.blocks.iter().try_for_each(|block| block.write(db))
    }

    /// Writes all but the rows and the fold. To be called inside a transaction.
    pub fn write_around(&self, db: &Connection) -> Result<()> {
        self.names.iter().try_for_each(|fresh| fresh.insert(db))?;
        if !self.notes.is_empty() {
            let mut insert =
                db.prepare_cached("REPLACE INTO started VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)")?;
            self.notes
                .iter()
                .try_for_each(|note| insert.execute(note.each_ref().map(|n| n as &dyn ToSql)).map(drop))?;
        }
        if !self.ended.is_empty() {
            let mut delete = db.prepare_cached("DELETE FROM started WHERE ticket = ?1")?;
            self.ended.iter().try_for_each(|ticket| delete.execute([ticket]).map(drop))?;
        }
        Ok(())
    }

    /// Writes some of the rows, with their previews. To be called inside a transaction.
    pub fn write_rows(&self, db: &Connection, range: Range<usize>) -> Result<()> {
        let rows = &self.rows[range];
        let [Some(first), Some(last)] = [rows.first(), rows.last()] else { return Ok(()) };
        let ids = first.id.0..=last.id.0;
        let mut insert = db.prepare_cached(row::INSERT)?;
        let mut messages = self.messages.iter().skip_while(|(id, _)| !ids.contains(&id.0)).peekable();
        insert.clear_bindings();
        let mut bound = Bound::default();
        for row in rows {
            insert.raw_bind_parameter(1, row.id.0)?;
            bound.change(&mut insert, row.known, &self.numbers[row.first..])?;
            match messages.next_if(|(id, _)| *id == row.id) {
                Some((_, message)) => insert.raw_bind_parameter(2 + NUMBERS, message)?,
                None if !self.messages.is_empty() => insert.raw_bind_parameter(2 + NUMBERS, None::<i64>)?,
                None => {}
            }
            insert.raw_execute()?;
        }
        self.write_previews(db, &ids)
    }

    fn write_previews(&self, db: &Connection, ids: &std::ops::RangeInclusive<i64>) -> Result<()> {
        if self.previews.is_empty() {
            return Ok(());
        }
        let mut insert = db.prepare_cached("INSERT INTO previews (call, text) VALUES (?1, ?2)")?;
        let mut within = self.previews.iter().filter(|(id, _)| ids.contains(&id.0));
        within.try_for_each(|(id, text)| insert.execute(params![id.0, text]).map(drop))
    }
}

/// What is bound to the number columns of a statement. What is not bound is NULL, and all stays so from row to row: only what
/// differs from the row before is bound anew, which is about half of it.
struct Bound {
    known: u64,
    numbers: [i64; NUMBERS],
}

impl Default for Bound {
    fn default() -> Self {
        Self { known: 0, numbers: [0; NUMBERS] }
    }
}

impl Bound {
    /// Binds the known numbers of a row, in the order of their columns.
    fn change(&mut self, insert: &mut Statement<'_>, known: u64, numbers: &[i64]) -> Result<()> {
        for (column, number) in bits(known).zip(numbers) {
            let before = &mut self.numbers[column];
            if *before != *number || self.known & 1 << column == 0 {
                insert.raw_bind_parameter(2 + column, *number)?;
                *before = *number;
            }
        }
        bits(self.known & !known).try_for_each(|column| insert.raw_bind_parameter(2 + column, None::<i64>))?;
        self.known = known;
        Ok(())
    }
}

/// The places of the bits that are set, from the lowest on.
fn bits(mut bits: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let lowest = bits.trailing_zeros();
        bits &= bits.checked_sub(1)?;
        Some(lowest as usize)
    })
}
