//! `baseline`: fixing the figures of a window as what is usual, with the ranges that are acceptable, and holding another
//! window against them.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::history::Day;
use super::share::share;
use super::statistics::wilson;
use crate::model::{Baseline, Cell, Group, ModelName, Timestamp, Usual, Window};

/// From how many calls on a figure is fixed, or held against a fixed one.
pub const BASELINE_FROM: u64 = 20;

/// Too few calls to fix anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooFew {
    /// How many there are.
    pub have: u64,
}

/// How far above the usual is still acceptable where days do not tell: a quarter.
const ROOM: f64 = 0.25;
/// The least room: a tenth.
const LEAST_ROOM: f64 = 0.10;
/// How many of their usual deviations days may lie above what is usual.
const DEVIATIONS: f64 = 3.0;
/// From how many days on they tell how far they lie apart.
const DAYS_FROM: usize = 5;

/// Fixes the figures of a window.
///
/// # Errors
/// There are too few calls in it.
pub fn fix(name: String, set_at: Timestamp, window: Window, days: &[Day]) -> Result<Baseline, TooFew> {
    let groups: Vec<&Group> = days.iter().flat_map(|day| day.groups.iter()).collect();
    let total = Group::total(groups.iter().copied());
    if total.calls() < BASELINE_FROM {
        return Err(TooFew { have: total.calls() });
    }
    let names: BTreeSet<ModelName> = groups.iter().map(|group| group.key.model.clone()).collect();
    let all = || days.iter().map(|day| Group::total(&*day.groups));
    let of_model = |model: ModelName| {
        let cells = days.iter().map(|day| Group::total(day.groups.iter().filter(|group| group.key.model == model)));
        at_most(response_ms, cells.collect()).map(|usual| (model.clone(), usual))
    };
    Ok(Baseline {
        response_time_ms: at_most(response_ms, all().collect()),
        cost_per_call_usd: at_most(cost_usd, all().collect()),
        cache_hit_rate: cache_hits(&all().collect::<Vec<_>>()),
        error_rate: errors(&total),
        models: names.into_iter().filter_map(of_model).collect(),
        n: total.calls(),
        name,
        set_at,
        window,
    })
}

/// A mean, and on how many calls (or tokens) it rests.
type Mean = (f64, u64);

fn response_ms(cell: &Cell) -> Option<Mean> {
    Some((cell.response.mean()? / 1e3, cell.response.n()))
}

fn cost_usd(cell: &Cell) -> Option<Mean> {
    Some((cell.cost.mean()? / 1e9, cell.cost.n))
}

fn cache_hit_rate(cell: &Cell) -> Option<Mean> {
    let (read, input) = (cell.cache_read.known()?, u64::try_from(cell.input.known()?).ok()?);
    share(u64::try_from(read).ok()?, input).map(|share| (share, input))
}

fn error_rate(cell: &Cell) -> Option<Mean> {
    share(cell.failures(), cell.calls()).map(|share| (share, cell.calls()))
}

/// A figure of which less is always acceptable.
fn at_most(figure: fn(&Cell) -> Option<Mean>, days: Vec<Cell>) -> Option<Usual> {
    let (value, n) = figure(&merged(&days)).filter(|(_, n)| *n >= BASELINE_FROM)?;
    let room = apart(figure, &days).unwrap_or(ROOM * value).max(LEAST_ROOM * value);
    Some(Usual { value, n, low: 0.0, high: value + room })
}

/// The share of input from the prompt cache, of which more is always acceptable.
fn cache_hits(days: &[Cell]) -> Option<Usual> {
    let (value, n) = cache_hit_rate(&merged(days)).filter(|(_, n)| *n > 0)?;
    let room = apart(cache_hit_rate, days).unwrap_or(ROOM * value).max(LEAST_ROOM * value);
    Some(Usual { value, n, low: (value - room).max(0.0), high: 1.0 })
}

/// The share of failed calls: up to the upper end of its interval.
fn errors(total: &Cell) -> Option<Usual> {
    let (value, n) = error_rate(total).filter(|(_, n)| *n >= BASELINE_FROM)?;
    Some(Usual { value, n, low: 0.0, high: wilson(total.failures(), n)?.high })
}

/// Three times how far days usually lie from their median, scaled so that it is the standard deviation of normal values.
fn apart(figure: fn(&Cell) -> Option<Mean>, days: &[Cell]) -> Option<f64> {
    let values: Vec<f64> = days.iter().filter_map(figure).map(|(value, _)| value).collect();
    let middle = median(&values).filter(|_| values.len() >= DAYS_FROM)?;
    let off: Vec<f64> = values.iter().map(|value| (value - middle).abs()).collect();
    median(&off).map(|off| DEVIATIONS * 1.4826 * off)
}

fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len().saturating_sub(1) / 2).copied()
}

fn merged(days: &[Cell]) -> Cell {
    days.iter().fold(Cell::default(), |mut total, day| {
        total.merge(day);
        total
    })
}

/// A window held against a baseline.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Held {
    /// The baseline.
    pub baseline: Baseline,
    /// The window.
    pub window: Window,
    /// All its calls.
    pub n: u64,
    /// Mean response time, in milliseconds.
    pub response_time_ms: Standing,
    /// The same of each model of the baseline.
    pub models: BTreeMap<ModelName, Standing>,
    /// Mean known cost of a call, in dollars.
    pub cost_per_call_usd: Standing,
    /// Share of input from the prompt cache.
    pub cache_hit_rate: Standing,
    /// Share of calls that failed.
    pub error_rate: Standing,
}

/// A figure beside the usual one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Standing {
    /// What is usual; `None` where the baseline has no such figure.
    pub usual: Option<Usual>,
    /// What it is.
    pub value: Option<f64>,
    /// On how many calls (or tokens) it rests.
    pub n: u64,
    /// What that means.
    pub verdict: StandingVerdict,
}

/// Whether a figure is acceptable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StandingVerdict {
    /// Unknown here or in the baseline.
    Unknown,
    /// Too few calls to say.
    NotEnoughData,
    /// In the acceptable range.
    Acceptable,
    /// Outside of it.
    Outside,
}

/// Holds the calls of a window against a baseline.
pub fn held(baseline: Baseline, window: Window, groups: &[Group]) -> Held {
    let total = Group::total(groups);
    let of_model = |(model, usual): (&ModelName, &Usual)| {
        let cell = Group::total(groups.iter().filter(|group| group.key.model == *model));
        (model.clone(), standing(Some(*usual), response_ms(&cell), cell.response.n()))
    };
    Held {
        response_time_ms: standing(baseline.response_time_ms, response_ms(&total), total.response.n()),
        models: baseline.models.iter().map(of_model).collect(),
        cost_per_call_usd: standing(baseline.cost_per_call_usd, cost_usd(&total), total.cost.n),
        cache_hit_rate: standing(baseline.cache_hit_rate, cache_hit_rate(&total), total.cache_read.n),
        error_rate: standing(baseline.error_rate, error_rate(&total), total.calls()),
        n: total.calls(),
        baseline,
        window,
    }
}

fn standing(usual: Option<Usual>, mean: Option<Mean>, calls: u64) -> Standing {
    let value = mean.map(|(value, _)| value);
    let verdict = match usual.zip(value) {
        None => StandingVerdict::Unknown,
        Some(_) if calls < BASELINE_FROM => StandingVerdict::NotEnoughData,
        Some((usual, value)) if usual.accepts(value) => StandingVerdict::Acceptable,
        Some(_) => StandingVerdict::Outside,
    };
    Standing { usual, value, n: mean.map_or(0, |(_, n)| n), verdict }
}

#[cfg(test)]
mod tests;
