//! The write side: one connection, and what has to be remembered between two transactions. Only the writer's thread has it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use foldhash::HashSet;
use rusqlite::{Connection, Error, Result, Row};

use super::delta::{self, Delta, select_figures};
use super::dictionary::Dictionary;
use super::page::Page;
use super::{fold, row, schema};
use crate::model::{Call, ModelName, Outcome, PrivacySettings, Timestamp};
use crate::prompt::PromptKey;
use crate::store::repeats::Repeats;

/// The write connection and its memory.
pub(in crate::store) struct Ledger {
    db: Connection,
    settings: Settings,
    memory: Memory,
    /// Something failed, so memory and file may disagree: memory is read anew before the next transaction.
    stale: bool,
}

/// How the ledger is kept.
pub(in crate::store) struct Settings {
    /// The key of prompt hashes.
    pub key: PromptKey,
    /// What of prompts is kept.
    pub privacy: PrivacySettings,
    /// After how many rows the cells are folded, unless more rows are waiting.
    pub fold_every: usize,
}

/// What could be read from the file again.
#[derive(Default)]
pub(super) struct Memory {
    pub names: Dictionary,
    /// `None` until the first prompt comes.
    pub repeats: Option<Repeats>,
    pub delta: Delta,
    /// The number of the last row; 0 before the first.
    pub last: i64,
    /// The number of the last row in the stored cells.
    pub watermark: i64,
    /// The notes of calls that have begun, as far as they are in the file.
    pub notes: HashSet<u64>,
}

impl Ledger {
    /// Brings the file up to date, finds the calls that an earlier process left unfinished, and folds what it left.
    pub fn open(mut db: Connection, settings: Settings) -> std::result::Result<Self, rusqlite_migration::Error> {
        schema::MIGRATIONS.to_latest(&mut db)?;
        let mut ledger = Self { db, settings, memory: Memory::default(), stale: true };
        ledger.transact(|page| {
            end_interrupted(page)?;
            page.fold()
        })?;
        Ok(ledger)
    }

    /// Does all of the work, or none of it.
    pub fn transact<T>(&mut self, work: impl FnOnce(&mut Page<'_>) -> Result<T>) -> Result<T> {
        self.db.execute_batch("BEGIN IMMEDIATE")?;
        // A row that makes us panic must not take all later rows with it. What it left behind half done is undone like
        // that of any failure: memory is read anew, the transaction rolled back.
        let done = catch_unwind(AssertUnwindSafe(|| self.do_all(work))).unwrap_or_else(|_| Err(panicked()));
        if done.is_err() {
            self.stale = true;
            // Some failures have rolled back already; then there is nothing left to undo.
            let _ = self.db.execute_batch("ROLLBACK");
        }
        done
    }

    fn do_all<T>(&mut self, work: impl FnOnce(&mut Page<'_>) -> Result<T>) -> Result<T> {
        self.refresh()?;
        let mut page = Page::new(&self.db, &self.settings, &mut self.memory)?;
        let done = work(&mut page)?;
        self.db.execute_batch("COMMIT").map(|()| done)
    }

    /// Folds what is left and moves the log into the file.
    pub fn close(&mut self) -> Result<()> {
        self.transact(|page| page.fold())?;
        self.db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
    }

    /// Reads memory from the file, if it may be wrong.
    fn refresh(&mut self) -> Result<()> {
        if self.stale {
            self.memory = Memory::of(&self.db)?;
            self.stale = false;
        }
        Ok(())
    }
}

/// The failure that a panic is turned into; the panic itself has been said where it happened.
fn panicked() -> Error {
    Error::ToSqlConversionFailure("it could not be worked out".into())
}

impl Memory {
    fn of(db: &Connection) -> Result<Self> {
        let watermark = fold::watermark(db)?.0;
        let last: Option<i64> = db.query_row("SELECT max(id) FROM calls", [], |row| row.get(0))?;
        let mut memory = Self { watermark, last: last.unwrap_or(0).max(watermark), ..Self::default() };
        let any = ModelName::from("");
        let mut unfolded = db.prepare(select_figures!("id > ?1"))?;
        let mut rows = unfolded.query([watermark])?;
        while let Some(row) = rows.next()? {
            let (leaf, call) = delta::figures(row, &any)?;
            memory.delta.record(leaf, &call);
        }
        let mut notes = db.prepare("SELECT ticket FROM started")?;
        memory.notes = notes.query_map([], |row| row.get(0))?.collect::<Result<_>>()?;
        Ok(memory)
    }
}

/// Turns the notes of calls that never ended into rows.
fn end_interrupted(page: &mut Page<'_>) -> Result<()> {
    let calls: Vec<Call> = {
        let mut notes = page.db.prepare(include_str!("select_notes.sql"))?;
        notes.query_map([], interrupted)?.collect::<Result<_>>()?
    };
    for call in &calls {
        page.add(call, None)?;
    }
    page.db.execute("DELETE FROM started", [])?;
    page.memory.notes.clear();
    Ok(())
}

fn interrupted(row: &Row<'_>) -> Result<Call> {
    let text = |column| row.get::<_, Option<String>>(column);
    let mut call = Call::new(Timestamp(row.get(0)?), row.get::<_, String>(5)?.into());
    call.guild = text(1)?.map(Into::into);
    call.channel = text(2)?.map(Into::into);
    call.user = text(3)?.map(Into::into);
    call.provider = text(4)?.map(Into::into);
    call.query_type = row::query_type(row.get(6)?);
    call.outcome = Outcome::Interrupted;
    Ok(call)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::PromptHash;
    use crate::store::sqlite::connect::Source;
    use crate::testing::call;

    #[test]
    fn what_is_undone_is_forgotten_too() {
        let settings = Settings { key: PromptKey::new([7; 32]), privacy: PrivacySettings::default(), fold_every: 4 };
        let mut ledger = Ledger::open(Source::memory().writer().unwrap(), settings).unwrap();
        let call = call("haiku").guild("g").build();
        let ask = |page: &mut Page<'_>| page.add(&call, Some(PromptHash(1)));
        ledger.transact(ask).unwrap();
        let undone = ledger.transact(|page| {
            ask(page)?;
            page.fold()?;
            ask(page)?;
            Err::<(), _>(rusqlite::Error::QueryReturnedNoRows)
        });
        assert!(undone.is_err());
        let panicked = ledger.transact(|page| -> Result<()> {
            ask(page)?;
            panic!("this is a test")
        });
        assert!(panicked.is_err());
        ledger.transact(|page| ask(page).and_then(|_| page.fold())).unwrap();
        let one = |sql: &str| ledger.db.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
        assert_eq!(one("SELECT count(*) FROM calls WHERE repeat_after_s IS NULL"), 1);
        assert_eq!((one("SELECT max(id) FROM calls"), one("SELECT value FROM meta WHERE key = 'watermark'")), (2, 2));
        assert_eq!(one("SELECT sum(ok) FROM cells WHERE scope = 0 AND hours = 1"), 2);
    }
}
