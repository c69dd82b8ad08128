//! A call as a row of numbers, and back. Both ways follow the order of the columns in the table.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use rusqlite::types::FromSql;
use rusqlite::{CachedStatement, Connection, Result, Row};

use super::dictionary::{Dictionary, File, Kind};
use super::snapshot::Snapshot;
use crate::model::{
    Call, CallId, Complexity, ContextSize, Failures, Micros, ModelName, NanoUsd, Outcome, PromptHash, QueryType,
    Rating, StoredCall, Tally, Times, Timestamp, Usage, UsageSource,
};

/// A call as it is stored, but for its number.
pub(super) struct Encoded<'c> {
    pub numbers: [Option<i64>; NUMBERS],
    pub message: Option<&'c str>,
}

/// All number columns behind the id.
pub(super) const NUMBERS: usize = 42;

/// The first of them identify a row in a log. The rest is what we found out about it, or what people said of it, and
/// may differ between two readings of one log.
const IDENTITY: usize = 29;

const PROMPT_HASH: usize = 28;
const AGAIN_OF: usize = 31;
const REPEAT_AFTER: usize = 35;

/// The statement that [`Encoded::insert`] runs.
pub(super) const INSERT: &str = include_str!("insert_call.sql");

/// What [`decode`] reads; conditions follow.
macro_rules! select_calls {
    ($conditions:expr) => {
        concat!(include_str!("select_calls.sql"), $conditions)
    };
}
pub(super) use select_calls;

/// Turns a call into numbers, giving out new ones for names that have none.
pub(super) fn encode<'c>(call: &'c Call, names: &mut Dictionary, file: &impl File) -> Result<Encoded<'c>> {
    let (times, usage) = (&call.times, &call.usage);
    let numbers = [
        Some(call.at.0),
        names.maybe(file, Kind::Guild, call.guild.as_ref())?,
        names.maybe(file, Kind::Channel, call.channel.as_ref())?,
        names.maybe(file, Kind::User, call.user.as_ref())?,
        names.maybe(file, Kind::Session, call.session.as_ref())?,
        names.maybe(file, Kind::Provider, call.provider.as_ref())?,
        Some(names.id(file, Kind::Model, call.model.as_str())?),
        names.maybe(file, Kind::Model, call.answered_by.as_ref())?,
        names.maybe(file, Kind::Arm, call.arm.as_ref())?,
        micros(times.response),
        micros(times.model),
        micros(times.ttft),
        micros(times.visible_ttft),
        micros(Some(times.back_off)),
        micros(times.queue),
        micros(Some(times.failed)),
        micros(Some(times.chat_wait)),
        Some(call.attempts.into()),
        Some(call.outcome.code() as i64),
        usage.input.map(signed),
        usage.output.map(signed),
        usage.cache_read.map(signed),
        usage.cache_write_5m.map(signed),
        usage.cache_write_1h.map(signed),
        usage.reasoning.map(signed),
        Some(usage.source as i64),
        call.context.messages.map(i64::from),
        call.context.tokens.map(signed),
        call.prompt_hash.map(bits),
        Some(call.query_type as i64),
        call.complexity.map(|complexity| (complexity.as_share() * 1000.0).round() as i64),
        call.again_of.map(|id| id.0),
        names.maybe(file, Kind::Price, call.price.as_ref())?,
        call.cost.map(|cost| cost.0),
        Some(call.failed_cost.0),
        call.repeat_after_s.map(i64::from),
        Some(call.asked_again.into()),
        call.rating.map(|rating| rating.score().into()),
        micros(times.attempt),
        Some(signed(call.others_ratings.n)),
        Some(call.others_ratings.sum),
        (!call.failures.is_empty()).then(|| signed(call.failures.code())),
    ];
    Ok(Encoded { numbers, message: call.message.as_ref().map(AsRef::as_ref) })
}

impl Encoded<'_> {
    /// The number of the guild; 0 for none.
    pub fn guild(&self) -> i64 {
        self.numbers[1].unwrap_or(0)
    }

    /// The number of the person; 0 for nobody.
    pub fn user(&self) -> i64 {
        self.numbers[3].unwrap_or(0)
    }

    /// The number of the model.
    pub fn model(&self) -> i64 {
        self.numbers[6].unwrap_or(0)
    }

    /// Sets what the writer finds out about the prompt.
    pub fn set_prompt(&mut self, hash: PromptHash, repeat_after_s: Option<u32>) {
        self.numbers[PROMPT_HASH] = Some(bits(hash));
        self.numbers[REPEAT_AFTER] = repeat_after_s.map(i64::from);
    }

    /// Sets what a log cannot know of its call: the keyed hash of the prompt, and the number that the call which this
    /// one repeats has here.
    pub fn settle(&mut self, hash: Option<PromptHash>, again_of: Option<CallId>) {
        self.numbers[PROMPT_HASH] = hash.map(bits);
        self.numbers[AGAIN_OF] = again_of.map(|id| id.0);
    }

    /// Writes the row; `statement` is [`INSERT`].
    pub fn insert(&self, statement: &mut CachedStatement<'_>, id: CallId) -> Result<()> {
        // What is not bound is NULL.
        statement.clear_bindings();
        statement.raw_bind_parameter(1, id.0)?;
        for (column, number) in (2..).zip(&self.numbers) {
            if let Some(number) = number {
                statement.raw_bind_parameter(column, number)?;
            }
        }
        if let Some(message) = self.message {
            statement.raw_bind_parameter(2 + NUMBERS, message)?;
        }
        statement.raw_execute().map(drop)
    }

    /// What equal rows of a log have in common. Good within one process only.
    pub fn fingerprint(&self) -> u64 {
        fingerprint(&self.numbers[..IDENTITY], self.message)
    }
}

/// The fingerprints of the rows of one moment, from a number downwards.
pub(super) fn fingerprints(db: &Connection, at: Timestamp, last: CallId) -> Result<Vec<(u64, CallId)>> {
    let mut equals = db.prepare_cached(include_str!("select_equals.sql"))?;
    let rows = equals.query_map([at.0, last.0], |row| {
        let mut numbers = [None; IDENTITY];
        for (column, number) in numbers.iter_mut().enumerate() {
            *number = row.get(column)?;
        }
        let message: Option<String> = row.get(IDENTITY)?;
        Ok((fingerprint(&numbers, message.as_deref()), CallId(row.get(IDENTITY + 1)?)))
    })?;
    rows.collect()
}

fn fingerprint(numbers: &[Option<i64>], message: Option<&str>) -> u64 {
    let mut hasher = DefaultHasher::new();
    (numbers, message).hash(&mut hasher);
    hasher.finish()
}

impl Snapshot<'_> {
    /// A whole call, from the columns of [`select_calls`].
    pub(super) fn decode(&self, row: &Row<'_>) -> Result<StoredCall> {
        let mut columns = Columns { row, next: 0 };
        let id = CallId(columns.next()?);
        let mut call = columns.asked(self)?;
        call.times = columns.times()?;
        call.attempts = columns.next()?;
        call.outcome = outcome(columns.next()?);
        call.usage = columns.usage()?;
        call.context = ContextSize { messages: columns.next()?, tokens: columns.next()? };
        columns.found_out(&mut call, self)?;
        call.message = columns.next::<Option<String>>()?.map(Into::into);
        Ok(StoredCall { id, call, preview: columns.next()? })
    }

    /// The name of a number.
    fn named<T: From<Arc<str>>>(&self, kind: Kind, number: Option<i64>) -> Result<Option<T>> {
        let Some(number) = number else { return Ok(None) };
        Ok(self.names.find(self.db, kind, number)?.map(T::from))
    }

    /// The name of a model.
    pub(super) fn model(&self, number: i64) -> Result<ModelName> {
        self.named(Kind::Model, Some(number))?.ok_or(rusqlite::Error::QueryReturnedNoRows)
    }
}

/// The type with a stored number.
pub(super) fn query_type(code: usize) -> QueryType {
    QueryType::ALL.get(code).copied().unwrap_or_default()
}

/// The hash with stored bits; `None` for one that was erased, of which only is known that there was one.
pub(super) fn prompt_hash(bits: i64) -> Option<PromptHash> {
    (bits != 0).then_some(PromptHash(bits as u64))
}

/// The outcome with a stored number.
pub(super) fn outcome(code: usize) -> Outcome {
    Outcome::ALL.get(code).copied().unwrap_or(Outcome::Error(crate::model::ErrorClass::Other))
}

/// The columns of a row, one after the other.
pub(super) struct Columns<'r> {
    pub row: &'r Row<'r>,
    pub next: usize,
}

impl Columns<'_> {
    pub fn next<T: FromSql>(&mut self) -> Result<T> {
        self.next += 1;
        self.row.get(self.next - 1)
    }

    pub fn micros(&mut self) -> Result<Option<Micros>> {
        Ok(self.next::<Option<u64>>()?.map(Micros))
    }

    /// A call of which no more is known than when, where, by whom and of which model it was asked.
    fn asked(&mut self, names: &Snapshot<'_>) -> Result<Call> {
        let at = Timestamp(self.next()?);
        let (guild, channel) = (self.name(Kind::Guild, names)?, self.name(Kind::Channel, names)?);
        let (user, session) = (self.name(Kind::User, names)?, self.name(Kind::Session, names)?);
        let (provider, model) = (self.name(Kind::Provider, names)?, names.model(self.next()?)?);
        let (answered_by, arm) = (self.name(Kind::Model, names)?, self.name::<Arc<str>>(Kind::Arm, names)?);
        let arm = arm.map(|arm| (*arm).into());
        Ok(Call { guild, channel, user, session, provider, answered_by, arm, ..Call::new(at, model) })
    }

    fn name<T: From<Arc<str>>>(&mut self, kind: Kind, names: &Snapshot<'_>) -> Result<Option<T>> {
        names.named(kind, self.next()?)
    }

    /// All times but that of the attempt, whose column is the youngest.
    fn times(&mut self) -> Result<Times> {
        Ok(Times {
            response: self.micros()?,
            model: self.micros()?,
            attempt: None,
            ttft: self.micros()?,
            visible_ttft: self.micros()?,
            back_off: self.micros()?.unwrap_or_default(),
            queue: self.micros()?,
            failed: self.micros()?.unwrap_or_default(),
            chat_wait: self.micros()?.unwrap_or_default(),
        })
    }

    fn usage(&mut self) -> Result<Usage> {
        Ok(Usage {
            input: self.next()?,
            output: self.next()?,
            cache_read: self.next()?,
            cache_write_5m: self.next()?,
            cache_write_1h: self.next()?,
            reasoning: self.next()?,
            source: UsageSource::ALL.get(self.next::<usize>()?).copied().unwrap_or_default(),
        })
    }

    /// What was found out about a call, and what people said of it.
    fn found_out(&mut self, call: &mut Call, names: &Snapshot<'_>) -> Result<()> {
        call.prompt_hash = self.next::<Option<i64>>()?.and_then(prompt_hash);
        call.query_type = query_type(self.next()?);
        let complexity = self.next::<Option<u16>>()?;
        call.complexity = complexity.map(|thousandths| Complexity::from_share(f64::from(thousandths) / 1e3));
        call.again_of = self.next::<Option<i64>>()?.map(CallId);
        call.price = self.name(Kind::Price, names)?;
        call.cost = self.next::<Option<i64>>()?.map(NanoUsd);
        call.failed_cost = NanoUsd(self.next()?);
        call.repeat_after_s = self.next()?;
        call.asked_again = self.next()?;
        call.rating = self.next::<Option<u8>>()?.and_then(Rating::new);
        call.times.attempt = self.micros()?;
        call.others_ratings = Tally { n: self.next()?, sum: self.next()? };
        call.failures = self.next::<Option<u64>>()?.map(Failures::from_code).unwrap_or_default();
        Ok(())
    }
}

fn micros(time: Option<Micros>) -> Option<i64> {
    time.map(|time| signed(time.0))
}

/// The nearest number that the database can hold.
fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// The same 64 bits: a hash is not a quantity.
fn bits(hash: PromptHash) -> i64 {
    hash.0 as i64
}
