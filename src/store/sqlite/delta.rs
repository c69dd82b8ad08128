//! What rows have come to since the last fold, by leaf: an hour of a guild (or of none), a model and a type.

use foldhash::HashMap;
use rusqlite::{Result, Row};

use super::parts::{Again, Key, People, Repeated, Slow, Slowest};
use super::row::{self, Columns};
use crate::model::{
    Asked, Brief, Call, CallId, Cell, ModelName, NanoUsd, Outcome, PromptHash, Rating, Tally, Timestamp, Usage,
};
use crate::store::cover::QUARTER;

/// Which rows a leaf counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Leaf {
    /// Hours since 1970.
    pub hour: i64,
    /// The guild's number; 0 for none.
    pub guild: i64,
    /// The model's number.
    pub model: i64,
    /// The type's number.
    pub query_type: usize,
}

impl Leaf {
    /// The leaf of a call, given the numbers of its guild (0 for none) and model.
    pub fn of(call: &Call, guild: i64, model: i64) -> Self {
        let hour = call.at.0.div_euclid(Timestamp::HOUR);
        Self { hour, guild, model, query_type: call.query_type as usize }
    }

    /// The scopes that count the leaf's calls: all, and its guild if it has one.
    pub fn scopes(self) -> impl Iterator<Item = i64> {
        scopes(self.guild)
    }

    /// Model and type.
    pub fn key(self) -> Key {
        (self.model, self.query_type)
    }
}

/// The scopes that count the calls of a guild: all, and the guild if it is one.
pub(super) fn scopes(guild: i64) -> impl Iterator<Item = i64> + Clone {
    [0, guild].into_iter().take(if guild == 0 { 1 } else { 2 })
}

/// A call as it is counted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Counting<'c> {
    /// Its number.
    pub id: CallId,
    /// Where it is counted.
    pub leaf: Leaf,
    /// Who asked, by number; 0 for nobody.
    pub user: i64,
    /// The hash of the prompt.
    pub prompt: Option<PromptHash>,
    /// What else is known of it.
    pub asked: Asked,
    /// The call.
    pub call: &'c Call,
}

/// What the calls of one leaf came to.
#[derive(Debug, Clone, Default)]
pub(super) struct Counted {
    /// Counts, sums and histograms.
    pub cell: Cell,
    /// Narrow sums of each quarter of the hour.
    pub quarters: [Brief; 4],
}

/// What is known of an hour of a guild regardless of model and type.
#[derive(Debug, Clone, Default)]
pub(super) struct Whole {
    pub slowest: Slowest,
    pub repeated: Repeated,
    pub people: People,
}

/// All leaves since the last fold.
#[derive(Debug, Default)]
pub(super) struct Delta {
    pub leaves: HashMap<Leaf, Counted>,
    /// By guild and hour.
    pub wholes: HashMap<(i64, i64), Whole>,
    pub rows: usize,
}

impl Delta {
    /// Counts one call.
    pub fn record(&mut self, counting: &Counting<'_>) {
        let Counting { leaf, call, asked, .. } = *counting;
        let counted = self.leaves.entry(leaf).or_default();
        counted.cell.record_asked(call, asked);
        counted.quarters[call.at.0.div_euclid(QUARTER).rem_euclid(4) as usize].record(call);
        self.wholes.entry((leaf.guild, leaf.hour)).or_default().record(counting);
        self.rows += 1;
    }
}

impl Whole {
    /// Counts one call.
    pub fn record(&mut self, counting: &Counting<'_>) {
        let Counting { id, leaf, user, prompt, asked, call } = *counting;
        if let (Outcome::Ok, Some(response)) = (call.outcome, call.times.response) {
            self.slowest.add(leaf.model, Slow { response, id });
        }
        if let (Some(prompt), Some(_)) = (prompt, asked.repeat_after_s) {
            self.repeated.add(prompt, Again { times: 1, last: id });
        }
        self.people.add(user);
    }

    /// Adds what is known of another.
    pub fn merge(&mut self, other: &Self) {
        self.slowest.merge(&other.slowest);
        self.repeated.merge(&other.repeated);
        self.people.merge(&other.people);
    }
}

/// What a change of people's minds adds to a cell; the counts may be negative.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Opinion {
    pub asked_again: i64,
    pub ratings_n: i64,
    pub ratings_sum: i64,
}

impl Opinion {
    /// The difference that a new rating makes.
    pub fn rated(before: Option<Rating>, after: Option<Rating>) -> Self {
        let n = |rating: Option<Rating>| i64::from(rating.is_some());
        let sum = |rating: Option<Rating>| rating.map_or(0, |rating| i64::from(rating.score()));
        Self { ratings_n: n(after) - n(before), ratings_sum: sum(after) - sum(before), asked_again: 0 }
    }

    /// Adds the difference to a cell that is still in memory.
    pub fn add_to(self, cell: &mut Cell) {
        cell.asked_again = cell.asked_again.saturating_add_signed(self.asked_again);
        cell.ratings.n = cell.ratings.n.saturating_add_signed(self.ratings_n);
        cell.ratings.sum = cell.ratings.sum.saturating_add(self.ratings_sum);
    }
}

/// The columns that [`figures`] reads: all that is counted of a row.
macro_rules! select_figures {
    ($conditions:expr) => {
        concat!(
            "SELECT id, at, guild, user, model, query_type, response_us, model_us, attempt_us, ttft_us, back_off_us, failed_us, attempts, outcome,
             input_tokens, output_tokens, cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens,
             reasoning_tokens, cost_nusd, failed_cost_nusd, asked_again, rating, others_ratings_n, others_ratings_sum,
             prompt_hash, repeat_after_s, context_messages IS NOT NULL
                 AND (provider IS NULL OR provider NOT IN (
                     SELECT id FROM providers WHERE name = 'simulated' OR name GLOB 'simulated-*'))
             FROM calls WHERE ",
            $conditions
        )
    };
}
pub(super) use select_figures;

/// As much of a row as is counted, with numbers for names.
#[derive(Debug)]
pub(in crate::store) struct Figures {
    pub(super) id: CallId,
    pub(super) user: i64,
    asked: Asked,
    pub(super) leaf: Leaf,
    /// Of its names it has only that of the model; read from a row, it is given any.
    pub(super) call: Call,
}

impl Figures {
    /// What is counted of a call, without all else that is known of it.
    pub(super) fn of(counting: &Counting<'_>) -> Self {
        let Counting { id, leaf, user, prompt, asked, call } = *counting;
        let counted = Call {
            query_type: call.query_type,
            times: call.times,
            attempts: call.attempts,
            outcome: call.outcome,
            usage: call.usage,
            cost: call.cost,
            failed_cost: call.failed_cost,
            prompt_hash: prompt,
            asked_again: call.asked_again,
            rating: call.rating,
            others_ratings: call.others_ratings,
            ..Call::new(call.at, call.model.clone())
        };
        Self { id, user, asked, leaf, call: counted }
    }

    /// Reads the columns of [`select_figures`]. The call is given the name `any`.
    pub(super) fn read(row: &Row<'_>, any: &ModelName) -> Result<Self> {
        let mut columns = Columns { row, next: 0 };
        let id = CallId(columns.next()?);
        let mut call = Call::new(Timestamp(columns.next()?), any.clone());
        let guild = columns.next::<Option<i64>>()?.unwrap_or(0);
        let user = columns.next::<Option<i64>>()?.unwrap_or(0);
        let model = columns.next()?;
        call.query_type = row::query_type(columns.next()?);
        columns.measured(&mut call)?;
        let hash: Option<i64> = columns.next()?;
        call.prompt_hash = hash.and_then(row::prompt_hash);
        let asked = Asked { hashed: hash.is_some(), repeat_after_s: columns.next()?, own: columns.next()? };
        Ok(Self { id, user, asked, leaf: Leaf::of(&call, guild, model), call })
    }

    /// The row as it is counted.
    pub(super) fn counting(&self) -> Counting<'_> {
        let Self { id, user, asked, leaf, call } = self;
        Counting { id: *id, leaf: *leaf, user: *user, prompt: call.prompt_hash, asked: *asked, call }
    }
}

impl Columns<'_> {
    fn measured(&mut self, call: &mut Call) -> Result<()> {
        call.times.response = self.micros()?;
        call.times.model = self.micros()?;
        call.times.attempt = self.micros()?;
        call.times.ttft = self.micros()?;
        call.times.back_off = self.micros()?.unwrap_or_default();
        call.times.failed = self.micros()?.unwrap_or_default();
        call.attempts = self.next()?;
        call.outcome = row::outcome(self.next()?);
        call.usage = Usage {
            input: self.next()?,
            output: self.next()?,
            cache_read: self.next()?,
            cache_write_5m: self.next()?,
            cache_write_1h: self.next()?,
            reasoning: self.next()?,
            ..Usage::default()
        };
        call.cost = self.next::<Option<i64>>()?.map(NanoUsd);
        call.failed_cost = NanoUsd(self.next()?);
        call.asked_again = self.next()?;
        call.rating = self.next::<Option<u8>>()?.and_then(Rating::new);
        call.others_ratings = Tally { n: self.next()?, sum: self.next()? };
        Ok(())
    }
}
