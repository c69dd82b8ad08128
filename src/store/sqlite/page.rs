//! One transaction of the ledger, and what can be written in it.

use rusqlite::{CachedStatement, Connection, OptionalExtension, Result, params};

use super::delta::{self, Leaf, Opinion, select_figures};
use super::dictionary::Kind;
use super::fold;
use super::ledger::{Memory, Settings};
use super::row::{self, Encoded};
use crate::model::{Call, CallId, ModelName, Preference, PreferencePlace, PromptHash, Rating, StorePrompts, Timestamp};
use crate::prompt;
use crate::store::recorder::{Record, Started, Ticket};
use crate::store::repeats::{self, Repeats};

/// An open transaction.
pub(in crate::store) struct Page<'l> {
    pub(super) db: &'l Connection,
    /// Kept at hand: looking it up for every row would cost a tenth of the row.
    insert: CachedStatement<'l>,
    pub(super) settings: &'l Settings,
    pub(super) memory: &'l mut Memory,
}

/// How many times the usual number of rows may wait for a fold while more rows are coming.
const PATIENCE: usize = 8;

impl<'l> Page<'l> {
    pub(super) fn new(db: &'l Connection, settings: &'l Settings, memory: &'l mut Memory) -> Result<Self> {
        Ok(Self { db, insert: db.prepare_cached(row::INSERT)?, settings, memory })
    }

    /// Notes that a call has begun.
    pub fn note(&mut self, ticket: Ticket, started: &Started) -> Result<()> {
        let (db, names) = (self.db, &mut self.memory.names);
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
        let keyed = || prompt.map(|text| prompt::hash(&self.settings.key, text));
        let hash = record.call.prompt_hash.or_else(keyed);
        let id = self.add(&record.call, hash)?;
        match (prompt, self.settings.privacy.store_prompts) {
            (Some(text), StorePrompts::Preview) => self.add_preview(id, &prompt::preview(text)),
            _ => Ok(()),
        }
    }

    /// Writes a row and counts it. `hash` is the hash of its prompt.
    pub fn add(&mut self, call: &Call, hash: Option<PromptHash>) -> Result<CallId> {
        let encoded = row::encode(call, &mut self.memory.names, self.db)?;
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
        row.insert(&mut self.insert, id)?;
        self.memory.last = id.0;
        self.memory.delta.record(Leaf::of(call, row.guild(), row.model()), call);
        if self.memory.delta.rows >= PATIENCE * self.settings.fold_every {
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

    /// Folds if there are enough rows.
    pub fn fold_if_due(&mut self) -> Result<()> {
        if self.memory.delta.rows >= self.settings.fold_every { self.fold() } else { Ok(()) }
    }

    /// Adds what came since the last fold to the stored cells.
    pub(super) fn fold(&mut self) -> Result<()> {
        let delta = std::mem::take(&mut self.memory.delta);
        if delta.rows > 0 {
            fold::fold(self.db, delta, CallId(self.memory.last))?;
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
            return fold::adjust(self.db, leaf, opinion);
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
            self.memory.repeats = Some(recent_prompts(self.db, self.memory.last)?);
        }
        Ok(self.memory.repeats.get_or_insert_default())
    }
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
