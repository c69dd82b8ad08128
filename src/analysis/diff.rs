//! `diff`: what changed between two times in response time, cost and errors, and why, as parts that add up to the change in
//! its last displayed digit; and since when.

mod account;
mod causes;
mod costs;
mod kinds;
mod lengths;
mod tail;
mod times;

use std::sync::Arc;

use serde::Serialize;

pub use account::{Account, Factor, PartOfChange};

use super::P95_FROM;
use super::errors::Errors;
use super::history::{Day, LevelChange, daily_medians, level_changes};
use super::latency::Latency;
use super::statistics::{CHANGE_POINTS_FROM, ClusteredMean, Part, difference, discoveries};
use super::stats::usd;
use crate::model::{Cell, Group, ModelName, Rates, Window};
use causes::{Causes, causes};
use kinds::Kind;

/// What the report is made from.
#[derive(Debug, Clone)]
pub struct DiffInput {
    /// The time that was named first.
    pub before: Side,
    /// The time that is held against it.
    pub after: Side,
    /// What models cost in either time, as far as it is known.
    pub prices: Vec<(ModelName, [Option<Rates>; 2])>,
    /// The calls of each UTC day around both times; the first and the last may be cut.
    pub days: Vec<Day>,
}

/// The calls of one of the two times.
#[derive(Debug, Clone)]
pub struct Side {
    /// Which time.
    pub window: Window,
    /// Its calls, by model and type.
    pub groups: Vec<Group>,
    /// The same in each stretch of it.
    pub stretches: Vec<Arc<[Group]>>,
}

/// How two times differ.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Diff {
    /// The figures of the first.
    pub before: SideFigures,
    /// The figures of the second.
    pub after: SideFigures,
    /// Mean response time, in milliseconds.
    pub response_time_ms: Explained,
    /// The 95th percentile of response times, in milliseconds.
    pub p95_ms: Explained,
    /// Mean known cost of a call, in dollars.
    pub cost_per_call_usd: Explained,
    /// Calls that failed, in percent.
    pub error_percent: Explained,
    /// Since when response times have another level.
    pub dated: Dated,
}

/// The figures of one time.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SideFigures {
    /// Which time.
    pub window: Window,
    /// All calls.
    pub n: u64,
    /// Response times of calls that ended ok.
    pub response_time_ms: Latency,
    /// Known cost.
    pub cost_usd: Option<f64>,
    /// Calls whose cost is known.
    pub cost_n: u64,
    /// What failed.
    pub errors: Errors,
}

/// A figure of both times, and what makes the difference.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Explained {
    /// Too few values in one of the two times.
    NotEnoughData {
        /// How many there are where there are fewer.
        have: u64,
        /// How many it takes.
        needed: u64,
    },
    /// The change and its parts.
    Explained {
        /// They add up.
        #[serde(flatten)]
        account: Account,
        /// The probability of such a change where there is none; `None` where it was not judged.
        p: Option<f64>,
        /// Whether it is more than chance; `None` where it was not judged.
        beyond_chance: Option<bool>,
        /// What the calls do not tell apart from the rest.
        not_told: Vec<Factor>,
    },
}

/// Since when.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Dated {
    /// UTC days with a median.
    pub days: u64,
    /// From how many on a change is dated.
    pub needed: u64,
    /// Changes of the level of daily medians, from the beginning of the earlier time to the end of the later.
    pub changes: Vec<LevelChange>,
}

/// From how many values in each time a change is explained.
pub const EXPLAINED_FROM: u64 = 20;

/// From how many stretches with calls in each time a change is judged.
const STRETCHES_FROM: usize = 5;

/// Of changes that are believed, at most this share is expected to be chance.
const FALSE_DISCOVERIES: f64 = 0.05;

/// The report on two times.
pub fn diff(input: &DiffInput) -> Diff {
    let kinds = kinds::of(&input.before.groups, &input.after.groups);
    let lengths = times::lengths(&kinds, [&input.before.stretches, &input.after.stretches]);
    let time = |kind: &Kind| times::within(kind, lengths[&kind.key.model]);
    let money = |kind: &Kind| costs::within(kind, &input.prices);
    let mut explained = [
        explain(input, response, &kinds, |parts| causes(&kinds, parts, times::FACTORS, time)),
        explain(input, cost, &kinds, |parts| causes(&kinds, parts, costs::FACTORS, money)),
        explain(input, errors, &kinds, |parts| causes(&kinds, parts, [], |_| [])),
    ];
    believe(&mut explained);
    let [response_time_ms, cost_per_call_usd, error_percent] = explained;
    Diff {
        before: figures(&input.before),
        after: figures(&input.after),
        response_time_ms,
        p95_ms: tail(&kinds),
        cost_per_call_usd,
        error_percent,
        dated: dated(input),
    }
}

fn figures(side: &Side) -> SideFigures {
    let total = Group::total(&side.groups);
    SideFigures {
        window: side.window,
        n: total.calls(),
        response_time_ms: Latency::from(&total.response),
        cost_usd: usd(total.cost),
        cost_n: total.cost.n,
        errors: Errors::from(&total),
    }
}

/// Milliseconds of response time.
fn response(cell: &Cell) -> Part {
    Part { sum: cell.response.sum() as f64 / 1e3, n: cell.response.n() as f64 }
}

/// Dollars of calls whose cost is known.
fn cost(cell: &Cell) -> Part {
    Part { sum: cell.cost.sum as f64 / 1e9, n: cell.cost.n as f64 }
}

/// Failures, in percent of calls.
fn errors(cell: &Cell) -> Part {
    Part { sum: 100.0 * cell.failures() as f64, n: cell.calls() as f64 }
}

/// A figure of a cell: a sum, and over how many.
type Figure = fn(&Cell) -> Part;

fn explain(input: &DiffInput, figure: Figure, kinds: &[Kind], why: impl Fn(&[[Part; 2]]) -> Causes) -> Explained {
    let parts: Vec<[Part; 2]> = kinds.iter().map(|kind| [0, 1].map(|side| figure(&kind.cells[side]))).collect();
    let [before, after] = [0, 1].map(|side| total(&parts, side));
    let have = before.n.min(after.n) as u64;
    if have < EXPLAINED_FROM {
        return Explained::NotEnoughData { have, needed: EXPLAINED_FROM };
    }
    let Causes { causes, not_told } = why(&parts);
    let account = Account::of([before.sum / before.n, after.sum / after.n], causes);
    Explained::Explained { account, p: judged(input, figure), beyond_chance: None, not_told }
}

fn total(parts: &[[Part; 2]], side: usize) -> Part {
    parts
        .iter()
        .fold(Part::default(), |total, sides| Part { sum: total.sum + sides[side].sum, n: total.n + sides[side].n })
}

/// The probability of such a change by chance, stretches of time being what chance plays with.
fn judged(input: &DiffInput, figure: Figure) -> Option<f64> {
    let mean = |side: &Side| {
        let parts = side.stretches.iter().map(|groups| figure(&Group::total(&**groups)));
        ClusteredMean::of(parts).filter(|mean| mean.clusters >= STRETCHES_FROM)
    };
    Some(difference(&mean(&input.before)?, &mean(&input.after)?))
}

/// Says of changes whether they are more than chance, all of them being one family of tests.
fn believe(explained: &mut [Explained]) {
    let p_of = |explained: &Explained| match explained {
        Explained::Explained { p, .. } => p.unwrap_or(f64::NAN),
        Explained::NotEnoughData { .. } => f64::NAN,
    };
    let believed = discoveries(&explained.iter().map(p_of).collect::<Vec<_>>(), FALSE_DISCOVERIES);
    for (explained, believed) in explained.iter_mut().zip(believed) {
        if let Explained::Explained { p, beyond_chance, .. } = explained {
            *beyond_chance = p.map(|_| believed);
        }
    }
}

fn tail(kinds: &[Kind]) -> Explained {
    let n = |side: usize| kinds.iter().map(|kind| kind.cells[side].response.n()).sum::<u64>();
    let have = n(0).min(n(1));
    match tail::p95(kinds).filter(|_| have >= P95_FROM) {
        Some((figures, causes)) => {
            let account = Account::of(figures, causes);
            Explained::Explained { account, p: None, beyond_chance: None, not_told: Vec::new() }
        }
        None => Explained::NotEnoughData { have, needed: P95_FROM },
    }
}

fn dated(input: &DiffInput) -> Dated {
    let medians = daily_medians(&input.days);
    let (before, after) = (input.before.window, input.after.window);
    let all = Window { from: before.from.min(after.from), to: before.to.max(after.to) };
    let changes = level_changes(&medians).into_iter().filter(|change| all.holds(change.day)).collect();
    Dated { days: medians.len() as u64, needed: CHANGE_POINTS_FROM as u64, changes }
}

#[cfg(test)]
mod tests;
