//! `report`: all of a window for people who want to keep it: times, models, cost and trends. What could be saved is
//! for `advisor` to say.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use chrono_tz::Tz;
use serde::Serialize;

use super::distribution::{Bins, bins};
use super::heatmap::{self, Heatmap, HeatmapInput};
use super::history::{self, History, HistoryInput, Period};
use super::model_report::{RatingMean, rating};
use super::share::share;
use super::stats::{Tokens, Waste, mean_usd, tokens, usd, waste};
use super::{Errors, Latency};
use crate::model::{Cell, Group, ModelName, QueryType, Timestamp, Window};

/// What the report is made from.
#[derive(Debug, Clone)]
pub struct ReportInput {
    /// Which time.
    pub window: Window,
    /// The zone of days and hours.
    pub zone: Tz,
    /// Its calls, by model and type.
    pub groups: Vec<Group>,
    /// Its periods, and what happened.
    pub history: HistoryInput,
    /// Its hours.
    pub heatmap: HeatmapInput,
}

/// All of a window.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// All calls, however they ended.
    pub n: u64,
    /// Which time.
    pub window: Window,
    /// Response times of calls that ended ok.
    pub response_time_ms: Latency,
    /// Model times of the same.
    pub model_time_ms: Latency,
    /// Times to first token of the same.
    pub ttft_ms: Latency,
    /// How response times are distributed.
    #[serde(skip)]
    pub distribution: Bins,
    /// By model, most calls first.
    pub models: Vec<Part<ModelName>>,
    /// By type of question, most calls first.
    pub types: Vec<Part<QueryType>>,
    /// Tokens of answered calls.
    pub tokens: Tokens,
    /// What it cost.
    pub cost: WindowCost,
    /// What brought nobody anything.
    pub waste: Waste,
    /// What failed.
    pub errors: Errors,
    /// How it went over time.
    pub history: History,
    /// How it went by hour and weekday.
    pub heatmap: Heatmap,
}

/// One model's, or one type's, part in a window.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Part<K> {
    /// Whose.
    pub of: K,
    /// All its calls.
    pub n: u64,
    /// Their share of all calls.
    pub share: Option<f64>,
    /// Response times of those that ended ok.
    pub response_time_ms: Latency,
    /// The share that failed.
    pub error_rate: Option<f64>,
    /// The mean input of answered calls.
    pub input_tokens_mean: Option<f64>,
    /// The mean output of answered calls.
    pub output_tokens_mean: Option<f64>,
    /// Their known cost.
    pub cost_usd: Option<f64>,
    /// Its share of all known cost.
    pub cost_share: Option<f64>,
    /// The mean of known costs.
    pub per_call_usd: Option<f64>,
    /// What people said.
    pub rating: RatingMean,
}

/// What a window cost, in dollars, as far as it is known.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WindowCost {
    /// All of it.
    pub usd: Option<f64>,
    /// Calls whose cost is known, failed ones included.
    pub n: u64,
    /// The share of answered calls that could be priced.
    pub known_share: Option<f64>,
    /// The mean of the `n` calls.
    pub per_call_usd: Option<f64>,
    /// For each day of 24 hours of the window; `None` below one day.
    pub per_day_usd: Option<f64>,
    /// For 30 such days; `None` below a week.
    pub per_30_days_usd: Option<f64>,
}

/// The report on a window.
pub fn report(input: ReportInput) -> Report {
    let total = Group::total(&input.groups);
    Report {
        n: total.calls(),
        window: input.window,
        response_time_ms: Latency::from(&total.response),
        model_time_ms: Latency::from(&total.model),
        ttft_ms: Latency::from(&total.ttft),
        distribution: bins(&total.response),
        models: parts(&input.groups, &total, |group| group.key.model.clone()),
        types: parts(&input.groups, &total, |group| group.key.query_type),
        tokens: tokens(&total),
        cost: cost(&total, input.window),
        waste: waste(&total),
        errors: Errors::from(&total),
        history: history::history(input.history),
        heatmap: heatmap::heatmap(&input.heatmap),
    }
}

/// By what the trends of a window go, so that there are neither two periods nor a hundred.
pub fn period_for(window: Window) -> Period {
    match window.length().0 / Timestamp::DAY as u64 {
        0..21 => Period::Day,
        21..120 => Period::Week,
        _ => Period::Month,
    }
}

fn parts<K: Ord + Clone>(groups: &[Group], total: &Cell, key: impl Fn(&Group) -> K) -> Vec<Part<K>> {
    let mut cells: BTreeMap<K, Cell> = BTreeMap::new();
    groups.iter().for_each(|group| cells.entry(key(group)).or_default().merge(&group.cell));
    let mut parts: Vec<Part<K>> = cells.into_iter().map(|(of, cell)| part(of, &cell, total)).collect();
    parts.sort_by_key(|part| Reverse(part.n));
    parts
}

fn part<K>(of: K, cell: &Cell, total: &Cell) -> Part<K> {
    let all_usd = usd(total.cost).filter(|usd| *usd > 0.0);
    Part {
        of,
        n: cell.calls(),
        share: share(cell.calls(), total.calls()),
        response_time_ms: Latency::from(&cell.response),
        error_rate: share(cell.failures(), cell.calls()),
        input_tokens_mean: cell.input.mean(),
        output_tokens_mean: cell.output.mean(),
        cost_usd: usd(cell.cost),
        cost_share: usd(cell.cost).zip(all_usd).map(|(usd, all)| usd / all),
        per_call_usd: mean_usd(cell.cost),
        rating: rating(cell),
    }
}

fn cost(total: &Cell, window: Window) -> WindowCost {
    let days = window.length().as_secs() / 86_400.0;
    let per_day = |from: f64| usd(total.cost).filter(|_| days >= from).map(|usd| usd / days);
    WindowCost {
        usd: usd(total.cost),
        n: total.cost.n,
        known_share: share(total.priced, total.answered()),
        per_call_usd: mean_usd(total.cost),
        per_day_usd: per_day(1.0),
        per_30_days_usd: per_day(7.0).map(|usd| 30.0 * usd),
    }
}

#[cfg(test)]
mod tests;
