//! What rows have come to since the last fold, by leaf: an hour of a guild (or of none), a model and a type.

use foldhash::HashMap;
use rusqlite::{Result, Row};

use super::row::{self, Columns};
use crate::model::{Call, Cell, ModelName, NanoUsd, Rating, Tally, Timestamp, Usage};
use crate::store::cover::{DAY, QUARTER};

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

/// A stored cell into which a leaf goes, in the order in which cells are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Target {
    /// The guild's number; 0 for all calls.
    pub scope: i64,
    /// 1 for an hour, 24 for a day.
    pub hours: i64,
    /// Hours since 1970.
    pub start: i64,
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
        [0, self.guild].into_iter().take(if self.guild == 0 { 1 } else { 2 })
    }

    /// The stored cells into which the leaf goes.
    pub fn targets(self) -> impl Iterator<Item = Target> {
        let Self { hour, model, query_type, .. } = self;
        let slots = [(1, hour), (DAY, hour - hour.rem_euclid(DAY))];
        self.scopes()
            .flat_map(move |scope| slots.map(|(hours, start)| Target { scope, hours, start, model, query_type }))
    }
}

/// What the calls of one leaf came to.
#[derive(Debug, Default)]
pub(super) struct Counted {
    /// Counts, sums and histograms.
    pub cell: Cell,
    /// Calls in each quarter of the hour.
    pub quarters: [u64; 4],
}

/// All leaves since the last fold.
#[derive(Debug, Default)]
pub(super) struct Delta {
    pub leaves: HashMap<Leaf, Counted>,
    pub rows: usize,
}

impl Delta {
    /// Counts one call.
    pub fn record(&mut self, leaf: Leaf, call: &Call) {
        let counted = self.leaves.entry(leaf).or_default();
        counted.cell.record(call);
        counted.quarters[call.at.0.div_euclid(QUARTER).rem_euclid(4) as usize] += 1;
        self.rows += 1;
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

/// The columns that [`figures`] reads: all that a cell counts.
macro_rules! select_figures {
    ($conditions:expr) => {
        concat!(
            "SELECT at, guild, model, query_type, response_us, model_us, attempt_us, ttft_us, back_off_us, failed_us, attempts, outcome,
             input_tokens, output_tokens, cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens,
             reasoning_tokens, cost_nusd, failed_cost_nusd, asked_again, rating, others_ratings_n, others_ratings_sum FROM calls WHERE ",
            $conditions
        )
    };
}
pub(super) use select_figures;

/// As much of a call as a cell counts, and its leaf, from the columns of [`select_figures`]. Names stay numbers: the
/// call is given the name `any`.
pub(super) fn figures(row: &Row<'_>, any: &ModelName) -> Result<(Leaf, Call)> {
    let mut columns = Columns { row, next: 0 };
    let mut call = Call::new(Timestamp(columns.next()?), any.clone());
    let guild = columns.next::<Option<i64>>()?.unwrap_or(0);
    let model = columns.next()?;
    call.query_type = row::query_type(columns.next()?);
    call.times.response = columns.micros()?;
    call.times.model = columns.micros()?;
    call.times.attempt = columns.micros()?;
    call.times.ttft = columns.micros()?;
    call.times.back_off = columns.micros()?.unwrap_or_default();
    call.times.failed = columns.micros()?.unwrap_or_default();
    call.attempts = columns.next()?;
    call.outcome = row::outcome(columns.next()?);
    call.usage = Usage {
        input: columns.next()?,
        output: columns.next()?,
        cache_read: columns.next()?,
        cache_write_5m: columns.next()?,
        cache_write_1h: columns.next()?,
        reasoning: columns.next()?,
        ..Usage::default()
    };
    call.cost = columns.next::<Option<i64>>()?.map(NanoUsd);
    call.failed_cost = NanoUsd(columns.next()?);
    call.asked_again = columns.next()?;
    call.rating = columns.next::<Option<u8>>()?.and_then(Rating::new);
    call.others_ratings = Tally { n: columns.next()?, sum: columns.next()? };
    Ok((Leaf::of(&call, guild, model), call))
}
