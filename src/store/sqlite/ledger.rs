//! What the writer remembers between two transactions: numbers of names, recent prompts, cells that are still open, notes.
//! It enters calls on sheets, and runs the transactions of changes.

use std::sync::Arc;

use foldhash::{HashMap, HashSet};
use rusqlite::{Connection, Result, Row};

use super::connect::empty_log;
use super::delta::{Counting, Delta, Figures, Leaf, select_figures};
use super::dictionary::{Dictionary, File, Kind};
use super::fold::{self, Fold};
use super::page::Page;
use super::rebuild;
use super::recalled::Recalled;
use super::row::{self, Encoded};
use super::schema;
use super::sealed;
use super::sheet::{Note, Sheet};
use super::transaction::all_or_nothing;
use super::whose::{self, Block, Unnoted};
use crate::model::{
    Asked, Call, CallId, ModelName, NanoUsd, Outcome, PrivacySettings, PromptHash, Retention, StorePrompts, Timestamp,
    Usage, UsageSource,
};
use crate::prompt::{self, PromptKey};
use crate::store::cover::Sealed;
use crate::store::recorder::{Record, Started, Ticket};
use crate::store::repeats::{self, Repeats};

/// The memory of the writer.
pub(in crate::store) struct Ledger {
    settings: Settings,
    memory: Memory,
    /// Calls that have begun, of which nothing is in the file yet, and in which round.
    begun: HashMap<Ticket, (Started, u64)>,
    /// A round is all that is fetched from the queue at once.
    round: u64,
    /// Answers that are kept.
    recalled: Arc<Recalled>,
    /// Something failed, so memory and file may disagree: memory has to be read anew.
    stale: bool,
}

/// How the ledger is kept.
pub(in crate::store) struct Settings {
    /// The key of prompt hashes.
    pub key: PromptKey,
    /// What of prompts is kept.
    pub privacy: PrivacySettings,
    /// How long measurements are kept.
    pub retention: Retention,
    /// After how many rows the cells are folded, unless more rows are waiting.
    pub fold_every: usize,
}

/// What could be read from the file again.
pub(super) struct Memory {
    pub names: Dictionary,
    /// `None` until the first prompt comes.
    repeats: Option<Repeats>,
    pub delta: Delta,
    /// The number of the last row; 0 before the first.
    pub last: i64,
    /// The number of the last row in the stored cells.
    pub watermark: i64,
    /// Up to when time is sealed.
    pub sealed: Sealed,
    /// Whose the calls behind the last block are; `None` until the first call comes.
    unnoted: Option<Unnoted>,
    /// The notes of calls that have begun, as far as they are in the file.
    notes: HashSet<u64>,
}

/// Whether more calls wait to be entered. Folding costs the less a row, the more rows there are: it is put off while many
/// are coming.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Rush {
    Calm,
    MoreWait,
}

/// How many times the usual number of rows may wait for a fold while more rows are coming.
const PATIENCE: usize = 64;

impl Ledger {
    /// Brings the file up to date, finds the calls that an earlier process left unfinished, and folds what it left.
    pub fn open(
        db: &mut Connection,
        settings: Settings,
        recalled: Arc<Recalled>,
    ) -> std::result::Result<Self, rusqlite_migration::Error> {
        schema::MIGRATIONS.to_latest(db)?;
        rebuild::catch_up(db)?;
        let mut ledger =
            Self { settings, memory: Memory::of(db)?, begun: HashMap::default(), round: 0, recalled, stale: false };
        ledger.transact(db, end_interrupted)?;
        if let Err(error) = ledger.transact(db, |page| page.fold()) {
            tracing::error!(%error, "sums that are kept cannot be added to; `perfbot doctor --rebuild` makes them anew");
            ledger.refresh(db)?;
        }
        Ok(ledger)
    }

    /// Says that what follows was fetched from the queue at once.
    pub fn begin_round(&mut self) {
        self.round += 1;
    }

    /// Notes that a call has begun.
    pub fn begin(&mut self, ticket: Ticket, started: Started) {
        self.begun.insert(ticket, (started, self.round));
    }

    /// Enters a call that has ended, with its number in the queue, on a sheet. If this fails, it is not on the sheet.
    pub fn enter(
        &mut self,
        file: &impl File,
        sheet: &mut Sheet,
        number: u64,
        (ticket, record): (Ticket, &Record),
    ) -> Result<()> {
        let prompt = record.prompt.as_deref();
        let keyed = || prompt.map(|text| prompt::hash(&self.settings.key, text));
        let hash = record.call.prompt_hash.or_else(keyed);
        let preview = match self.settings.privacy.store_prompts {
            StorePrompts::Preview => prompt.map(prompt::preview),
            StorePrompts::None => None,
        };
        let (counting, row) = self.memory.count(file, &record.call, hash)?;
        let id = counting.id;
        sheet.push(number, id, &row);
        if self.recalled.wants_calls() {
            sheet.counted.push(Figures::of(&counting));
        }
        preview.into_iter().for_each(|text| sheet.push_preview(id, text));
        if self.begun.remove(&ticket).is_none() && self.memory.notes.remove(&ticket.0) {
            sheet.ended.push(ticket.0);
        }
        Ok(())
    }

    /// Adds what every sheet ends with: the names it is the first to use, notes of the calls under way, and a fold if one is
    /// due. If this fails, nothing was added and nothing is lost.
    pub fn finish(&mut self, file: &impl File, sheet: &mut Sheet, rush: Rush) -> Result<()> {
        let under_way = match rush {
            Rush::Calm => self.round,
            // The others may well have ended, and their ends wait to be entered.
            Rush::MoreWait => self.round.saturating_sub(1),
        };
        let names = &mut self.memory.names;
        let noted = self.begun.iter().filter(|(_, (_, round))| *round <= under_way);
        let notes = noted.map(|(ticket, (started, _))| note(*ticket, started, names, file));
        sheet.notes.extend(notes.collect::<Result<Vec<_>>>()?);
        sheet.names.extend(names.take_fresh());
        let noted = self.begun.extract_if(|_, (_, round)| *round <= under_way);
        self.memory.notes.extend(noted.map(|(ticket, _)| ticket.0));
        let enough = match rush {
            Rush::Calm => self.settings.fold_every,
            Rush::MoreWait => PATIENCE * self.settings.fold_every,
        };
        // What memory counts wrong must not get into the file.
        if !self.stale {
            sheet.fold = (self.memory.delta.rows >= enough).then(|| self.memory.fold());
            sheet.blocks = self.memory.take_full_blocks();
        }
        Ok(())
    }

    /// Does all of a change, or none of it. To be called when all sheets are in the file.
    pub fn transact<T>(&mut self, db: &Connection, work: impl FnOnce(&mut Page<'_>) -> Result<T>) -> Result<T> {
        let done = all_or_nothing(db, |db| work(&mut Page::new(db, &self.settings, &mut self.memory)?));
        self.stale |= done.is_err();
        done
    }

    /// Folds what is left and moves the log into the file.
    pub fn close(&mut self, db: &Connection) -> Result<()> {
        self.transact(db, |page| page.fold())?;
        empty_log(db)
    }

    /// Whether memory has to be read from the file again before anything else is done.
    pub fn is_stale(&self) -> bool {
        self.stale
    }

    /// Says that memory and file may disagree.
    pub fn spoil(&mut self) {
        self.stale = true;
    }

    /// Reads memory from the file. To be called when all sheets are in the file.
    pub fn refresh(&mut self, db: &Connection) -> Result<()> {
        self.memory = Memory::of(db)?;
        self.stale = false;
        Ok(())
    }
}

impl Memory {
    fn of(db: &Connection) -> Result<Self> {
        let watermark = fold::watermark(db)?.0;
        let last: Option<i64> = db.query_row("SELECT max(id) FROM calls", [], |row| row.get(0))?;
        let mut memory = Self {
            names: Dictionary::default(),
            repeats: None,
            delta: Delta::default(),
            last: last.unwrap_or(0).max(watermark),
            watermark,
            sealed: sealed::until(db)?,
            unnoted: None,
            notes: HashSet::default(),
        };
        let any = ModelName::from("");
        let mut unfolded = db.prepare(select_figures!("id > ?1"))?;
        let mut rows = unfolded.query([watermark])?;
        while let Some(row) = rows.next()? {
            memory.delta.record(&Figures::read(row, &any)?.counting());
        }
        let mut notes = db.prepare("SELECT ticket FROM started")?;
        memory.notes = notes.query_map([], |row| row.get(0))?.collect::<Result<_>>()?;
        Ok(memory)
    }

    /// Makes the row of a call and counts it in its cell. If this fails, nothing was counted.
    fn count<'c>(
        &mut self,
        file: &impl File,
        call: &'c Call,
        hash: Option<PromptHash>,
    ) -> Result<(Counting<'c>, Encoded<'c>)> {
        let row = row::encode(call, &mut self.names, file)?;
        self.count_encoded(file, call, row, hash)
    }

    /// The same, for a row that is made already.
    pub fn count_encoded<'c, 'r>(
        &mut self,
        file: &impl File,
        call: &'c Call,
        mut row: Encoded<'r>,
        hash: Option<PromptHash>,
    ) -> Result<(Counting<'c>, Encoded<'r>)> {
        let mut asked = Asked { hashed: hash.is_some(), ..Asked::of(call) };
        if let Some(hash) = hash {
            let prompt = (hash, eyes(row.guild(), row.user()));
            let ago = self.repeats(file)?.ask(prompt, call.at);
            asked.repeat_after_s = call.repeat_after_s.or(ago);
            row.set_prompt(hash, asked.repeat_after_s);
        }
        let (guild, user) = (row.guild(), row.user());
        let id = CallId(self.last + 1);
        self.unnoted(file)?.add(id, user, guild, call);
        self.last = id.0;
        let leaf = Leaf::of(call, guild, row.model());
        let counting = Counting { id, leaf, user, prompt: hash, asked, call };
        self.delta.record(&counting);
        Ok((counting, row))
    }

    /// Has the calls that are in no block read from the file again, before the next one comes.
    pub fn forget_unnoted(&mut self) {
        self.unnoted = None;
    }

    /// The blocks that are full and noted nowhere.
    pub fn take_full_blocks(&mut self) -> Vec<Block> {
        self.unnoted.as_mut().map(Unnoted::take_full).unwrap_or_default()
    }

    /// What came since the last fold, which is now.
    pub fn fold(&mut self) -> Fold {
        let delta = std::mem::take(&mut self.delta);
        self.watermark = self.last;
        let fold = Fold::of(&delta, CallId(self.last), self.sealed);
        self.sealed = fold.sealed();
        fold
    }

    fn unnoted(&mut self, file: &impl File) -> Result<&mut Unnoted> {
        let last = CallId(self.last);
        match &mut self.unnoted {
            Some(unnoted) => Ok(unnoted),
            none => {
                let read = |db: &Connection| {
                    let mut unnoted = Unnoted::behind(whose::watermark(db)?);
                    unnoted.read(db, last).map(|()| unnoted)
                };
                Ok(none.insert(file.look(read)?))
            }
        }
    }

    fn repeats(&mut self, file: &impl File) -> Result<&mut Repeats> {
        if self.repeats.is_none() {
            self.repeats = Some(file.look(|db| recent_prompts(db, self.last))?);
        }
        Ok(self.repeats.get_or_insert_default())
    }
}

/// In whose eyes a prompt is a repeat: the guild's, else the person's.
fn eyes(guild: i64, user: i64) -> i64 {
    if guild > 0 { guild } else { -user }
}

fn recent_prompts(db: &Connection, last: i64) -> Result<Repeats> {
    let mut recent = db.prepare(
        "SELECT prompt_hash, coalesce(guild, 0), coalesce(user, 0), at FROM calls
         WHERE id > ?1 AND prompt_hash IS NOT NULL AND prompt_hash IS NOT 0 ORDER BY id",
    )?;
    let mut rows = recent.query([last - repeats::HALF as i64])?;
    let mut repeats = Repeats::default();
    while let Some(row) = rows.next()? {
        let hash = PromptHash(row.get::<_, i64>(0)? as u64);
        repeats.ask((hash, eyes(row.get(1)?, row.get(2)?)), Timestamp(row.get(3)?));
    }
    Ok(repeats)
}

/// The note of a call that has begun.
fn note(Ticket(ticket): Ticket, started: &Started, names: &mut Dictionary, file: &impl File) -> Result<Note> {
    Ok([
        Some(ticket as i64),
        Some(started.at.0),
        names.maybe(file, Kind::Guild, started.guild.as_ref())?,
        names.maybe(file, Kind::Channel, started.channel.as_ref())?,
        names.maybe(file, Kind::User, started.user.as_ref())?,
        names.maybe(file, Kind::Provider, started.provider.as_ref())?,
        Some(names.id(file, Kind::Model, started.model.as_str())?),
        Some(started.query_type as i64),
        started.context_messages.map(i64::from),
        started.expected.input_tokens.map(|tokens| i64::try_from(tokens).unwrap_or(i64::MAX)),
        started.expected.input_cost.map(|cost| cost.0),
        started.expected.output_cost.map(|cost| cost.0),
    ])
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

/// The call of a note, with what it probably cost: its input, and an answer as long as those of that model lately were.
fn interrupted(row: &Row<'_>) -> Result<Call> {
    let text = |column| row.get::<_, Option<String>>(column);
    let mut call = Call::new(Timestamp(row.get(0)?), row.get::<_, String>(5)?.into());
    call.guild = text(1)?.map(Into::into);
    call.channel = text(2)?.map(Into::into);
    call.user = text(3)?.map(Into::into);
    call.provider = text(4)?.map(Into::into);
    call.query_type = row::query_type(row.get(6)?);
    call.outcome = Outcome::Interrupted;
    call.context.messages = row.get(7)?;
    let (input_cost, output_cost) = (row.get::<_, Option<i64>>(9)?, row.get::<_, Option<i64>>(10)?);
    let output: Option<u64> = row.get::<_, Option<f64>>(11)?.map(|mean| mean.round() as u64);
    call.usage = Usage { input: row.get(8)?, output, source: UsageSource::Estimated, ..Usage::default() };
    let written = output.zip(output_cost).map_or(0, |(tokens, cost)| (tokens as f64 / 1e3 * cost as f64) as i64);
    call.cost = input_cost.map(|cost| NanoUsd(cost.saturating_add(written)));
    Ok(call)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::sqlite::connect::Source;
    use crate::store::sqlite::parts::{Cube, Part};
    use crate::testing::call;

    #[test]
    fn what_is_undone_is_forgotten_too() {
        let settings = Settings {
            key: PromptKey::new([7; 32]),
            privacy: PrivacySettings::default(),
            retention: Retention::default(),
            fold_every: 4,
        };
        let mut db = Source::memory().writer().unwrap();
        let mut ledger = Ledger::open(&mut db, settings, Arc::default()).unwrap();
        let call = call("haiku").guild("g").build();
        let ask = |page: &mut Page<'_>| page.add(&call, Some(PromptHash(1)));
        ledger.transact(&db, ask).unwrap();
        let undone = ledger.transact(&db, |page| {
            ask(page)?;
            page.fold()?;
            ask(page)?;
            Err::<(), _>(rusqlite::Error::QueryReturnedNoRows)
        });
        assert!(undone.is_err() && ledger.is_stale());
        ledger.refresh(&db).unwrap();
        let panicked = ledger.transact(&db, |page| -> Result<()> {
            ask(page)?;
            panic!("this is a test")
        });
        assert!(panicked.is_err() && ledger.is_stale());
        ledger.refresh(&db).unwrap();
        ledger.transact(&db, |page| ask(page).and_then(|_| page.fold())).unwrap();
        let one = |sql: &str| db.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
        assert_eq!(one("SELECT count(*) FROM calls WHERE repeat_after_s IS NULL"), 1);
        assert_eq!((one("SELECT max(id) FROM calls"), one("SELECT value FROM meta WHERE key = 'watermark'")), (2, 2));
        let sums: Vec<u8> =
            db.query_row("SELECT data FROM slot_sums WHERE scope = 0 AND hours = 1", [], |row| row.get(0)).unwrap();
        let mut cube = Cube::default();
        cube.add_bytes(&sums).unwrap();
        assert_eq!(cube.total().calls(), 2);
    }
}
