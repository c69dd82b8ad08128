//! The write side: one connection, and what has to be remembered between two transactions. Only the writer's thread has it.

use std::collections::HashSet;

use rusqlite::{Connection, OptionalExtension, Result, Row, params};

use super::delta::{self, Delta, Leaf, Opinion, select_figures};
use super::dictionary::{Dictionary, Kind};
use super::row::{self, Encoded};
use super::{fold, schema};
use crate::model::{
    Call, CallId, ModelName, Outcome, Preference, PreferencePlace, PrivacySettings, PromptHash, Rating, StorePrompts,
    Timestamp,
};
use crate::prompt::{self, PromptKey};
use crate::store::recorder::{Record, Started, Ticket};
use crate::store::repeats::{self, Repeats};

/// The write connection and its memory.
pub(in crate::store) struct Ledger {
    pub(super) db: Connection,
    settings: Settings,
    pub(super) memory: Memory,
    /// Something failed, so memory and file may disagree: memory is read anew before the next transaction.
    stale: bool,
}

/// How the ledger is kept.
pub(in crate::store) struct Settings {
    /// The key of prompt hashes.
    pub key: PromptKey,
    /// What of prompts is kept.
    pub privacy: PrivacySettings,
    /// After how many rows the cells are folded.
    pub fold_every: usize,
}

/// What could be read from the file again.
#[derive(Default)]
pub(super) struct Memory {
    pub names: Dictionary,
    /// `None` until the first prompt comes.
    repeats: Option<Repeats>,
    delta: Delta,
    /// The number of the last row; 0 before the first.
    pub last: i64,
    /// The number of the last row in the stored cells.
    watermark: i64,
    /// The notes of calls that have begun, as far as they are in the file.
    notes: HashSet<u64>,
}

impl Ledger {
    /// Brings the file up to date, finds the calls that an earlier process left unfinished, and folds what it left.
    pub fn open(mut db: Connection, settings: Settings) -> std::result::Result<Self, rusqlite_migration::Error> {
        schema::MIGRATIONS.to_latest(&mut db)?;
        let mut ledger = Self { db, settings, memory: Memory::default(), stale: true };
        ledger.transact(|ledger| {
            ledger.end_interrupted()?;
            ledger.fold()
        })?;
        Ok(ledger)
    }

    /// Does all of the work, or none of it.
    pub fn transact<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.db.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        let done = self.refresh().and_then(|()| work(self)).and_then(|done| {
            self.db.prepare_cached("COMMIT")?.execute([])?;
            Ok(done)
        });
        if done.is_err() {
            self.stale = true;
            // Some failures have rolled back already; then there is nothing left to undo.
            let _ = self.db.execute_batch("ROLLBACK");
        }
        done
    }

    /// Folds what is left and moves the log into the file.
    pub fn close(&mut self) -> Result<()> {
        self.transact(Self::fold)?;
        self.db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
    }

    /// Notes that a call has begun.
    pub fn note(&mut self, ticket: Ticket, started: &Started) -> Result<()> {
        let (db, names) = (&self.db, &mut self.memory.names);
        let mut insert = db.prepare_cached("REPLACE INTO started VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")?;
        insert.execute(params![
            ticket.0,
            started.at.0,
            names.maybe(db, Kind::Guild, started.guild.as_ref())?,
            names.maybe(db, Kind::Channel, started.channel.as_ref())?,
            names.maybe(db, Kind::User, started.user.as_ref())?,
            names.maybe(db, Kind::Provider, started.provider.as_ref())?,
            names.id(db, Kind::Model, started.model.as_str())?,
            started.query_type as i64,
        ])?;
        self.memory.notes.insert(ticket.0);
        Ok(())
    }

    /// Writes a call that has ended, and takes its note away.
    pub fn record(&mut self, ticket: Ticket, record: &Record) -> Result<()> {
        if self.memory.notes.remove(&ticket.0) {
            self.db.prepare_cached("DELETE FROM started WHERE ticket = ?1")?.execute([ticket.0])?;
        }
        let prompt = record.prompt.as_deref();
        let hash = prompt.map(|text| prompt::hash(&self.settings.key, text)).or(record.call.prompt_hash);
        let id = self.add(&record.call, hash)?;
        match (prompt, self.settings.privacy.store_prompts) {
            (Some(text), StorePrompts::Preview) => self.add_preview(id, &prompt::preview(text)),
            _ => Ok(()),
        }
    }

    /// Writes a row and counts it. `hash` is the hash of its prompt.
    pub fn add(&mut self, call: &Call, hash: Option<PromptHash>) -> Result<CallId> {
        let encoded = row::encode(call, &mut self.memory.names, &self.db)?;
        self.add_encoded(call, encoded, hash)
    }

    pub(super) fn add_encoded(
        &mut self,
        call: &Call,
        mut row: Encoded<'_>,
        hash: Option<PromptHash>,
    ) -> Result<CallId> {
        if let Some(hash) = hash {
            let ago = self.repeats()?.ask((hash, whose(row.guild(), row.user())), call.at);
            row.set_prompt(hash, call.repeat_after_s.or(ago));
        }
        let id = CallId(self.memory.last + 1);
        row.insert(&mut self.db.prepare_cached(row::INSERT)?, id)?;
        self.memory.last = id.0;
        self.memory.delta.record(Leaf::of(call, row.guild(), row.model()), call);
        if self.memory.delta.rows >= self.settings.fold_every {
            self.fold()?;
        }
        Ok(id)
    }

    /// Rates a call. Returns the number of rows changed.
    pub fn rate(&mut self, id: CallId, rating: Option<Rating>) -> Result<u64> {
        let Some((leaf, call)) = self.figures(id)? else { return Ok(0) };
        let score = rating.map(Rating::score);
        self.db.prepare_cached("UPDATE calls SET rating = ?2 WHERE id = ?1")?.execute(params![id.0, score])?;
        self.count_opinion(id, leaf, Opinion::rated(call.rating, rating))?;
        Ok(1)
    }

    /// Counts that a call was asked again. Returns the number of rows changed.
    pub fn asked_again(&mut self, id: CallId) -> Result<u64> {
        let Some((leaf, _)) = self.figures(id)? else { return Ok(0) };
        self.db.prepare_cached("UPDATE calls SET asked_again = asked_again + 1 WHERE id = ?1")?.execute([id.0])?;
        self.count_opinion(id, leaf, Opinion { asked_again: 1, ..Opinion::default() })?;
        Ok(1)
    }

    /// Sets or clears a preference. Returns the number of rows changed.
    pub fn set(&self, place: &PreferencePlace, preference: Preference, value: Option<&str>) -> Result<u64> {
        let (kind, place) = super::preferences::place_words(place);
        let preference = super::preferences::word(preference);
        let changed = match value {
            Some(value) => self
                .db
                .prepare_cached(
                    "REPLACE INTO preferences (place_kind, place, preference, value) VALUES (?1, ?2, ?3, ?4)",
                )?
                .execute([kind, place, preference, value])?,
            None => self
                .db
                .prepare_cached("DELETE FROM preferences WHERE place_kind = ?1 AND place = ?2 AND preference = ?3")?
                .execute([kind, place, preference])?,
        };
        Ok(changed as u64)
    }

    /// Adds what came since the last fold to the stored cells.
    fn fold(&mut self) -> Result<()> {
        let delta = std::mem::take(&mut self.memory.delta);
        if delta.rows > 0 {
            fold::fold(&self.db, delta, CallId(self.memory.last))?;
            self.memory.watermark = self.memory.last;
        }
        Ok(())
    }

    fn add_preview(&self, id: CallId, text: &str) -> Result<()> {
        self.db.prepare_cached("INSERT INTO previews (call, text) VALUES (?1, ?2)")?.execute(params![id.0, text])?;
        Ok(())
    }

    /// An opinion about a row that is folded goes into the stored cells; else the leaf that will be folded has it.
    fn count_opinion(&mut self, id: CallId, leaf: Leaf, opinion: Opinion) -> Result<()> {
        if id.0 <= self.memory.watermark {
            return fold::adjust(&self.db, leaf, opinion);
        }
        if let Some(counted) = self.memory.delta.leaves.get_mut(&leaf) {
            opinion.add_to(&mut counted.cell);
        }
        Ok(())
    }

    fn figures(&self, id: CallId) -> Result<Option<(Leaf, Call)>> {
        let mut row = self.db.prepare_cached(select_figures!("id = ?1"))?;
        let any = ModelName::from("");
        row.query_row([id.0], |row| delta::figures(row, &any)).optional()
    }

    fn repeats(&mut self) -> Result<&mut Repeats> {
        if self.memory.repeats.is_none() {
            self.memory.repeats = Some(recent_prompts(&self.db, self.memory.last)?);
        }
        Ok(self.memory.repeats.get_or_insert_default())
    }

    /// Reads memory from the file, if it may be wrong.
    fn refresh(&mut self) -> Result<()> {
        if !self.stale {
            return Ok(());
        }
        let db = &self.db;
        let watermark = fold::watermark(db)?.0;
        let last: Option<i64> = db.query_row("SELECT max(id) FROM calls", [], |row| row.get(0))?;
        let mut memory = Memory { watermark, last: last.unwrap_or(0).max(watermark), ..Memory::default() };
        let any = ModelName::from("");
        let mut unfolded = db.prepare_cached(select_figures!("id > ?1"))?;
        let mut rows = unfolded.query([watermark])?;
        while let Some(row) = rows.next()? {
            let (leaf, call) = delta::figures(row, &any)?;
            memory.delta.record(leaf, &call);
        }
        let mut notes = db.prepare_cached("SELECT ticket FROM started")?;
        memory.notes = notes.query_map([], |row| row.get(0))?.collect::<Result<_>>()?;
        self.memory = memory;
        self.stale = false;
        Ok(())
    }

    /// Turns the notes of calls that never ended into rows.
    fn end_interrupted(&mut self) -> Result<()> {
        let calls: Vec<Call> = {
            let mut notes = self.db.prepare(include_str!("select_notes.sql"))?;
            notes.query_map([], interrupted)?.collect::<Result<_>>()?
        };
        for call in &calls {
            self.add(call, None)?;
        }
        self.db.execute("DELETE FROM started", [])?;
        self.memory.notes.clear();
        Ok(())
    }
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

/// In whose eyes a prompt is a repeat: the guild's, else the person's.
fn whose(guild: i64, user: i64) -> i64 {
    if guild > 0 { guild } else { -user }
}

fn recent_prompts(db: &Connection, last: i64) -> Result<Repeats> {
    let mut recent = db.prepare(
        "SELECT prompt_hash, coalesce(guild, 0), coalesce(user, 0), at FROM calls
         WHERE id > ?1 AND prompt_hash IS NOT NULL ORDER BY id",
    )?;
    let mut rows = recent.query([last - repeats::HALF as i64])?;
    let mut repeats = Repeats::default();
    while let Some(row) = rows.next()? {
        let hash = PromptHash(row.get::<_, i64>(0)? as u64);
        repeats.ask((hash, whose(row.get(1)?, row.get(2)?)), Timestamp(row.get(3)?));
    }
    Ok(repeats)
}
