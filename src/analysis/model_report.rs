//! `model`: one model's speed, tokens, use, cost and quality in a window.

use std::cmp::Reverse;

use chrono_tz::Tz;
use serde::Serialize;

use super::distribution::{Bins, bins};
use super::hours::busiest;
use super::share::share;
use super::stats::{mean_usd, usd};
use super::{BusyHour, Errors, Latency, Level};
use crate::model::{Cell, Group, Histogram, Micros, ModelName, QueryType, Timestamp, Window};

/// What the report is made from.
#[derive(Debug, Clone)]
pub struct ModelInput {
    /// Which model.
    pub model: ModelName,
    /// Which time.
    pub window: Window,
    /// The model's calls in it, by type.
    pub groups: Vec<Group>,
    /// Those calls by hour of the day in the zone.
    pub hours: [u64; 24],
    /// The zone of hours.
    pub zone: Tz,
}

/// How one model did.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ModelReport {
    /// Which model.
    pub model: ModelName,
    /// All its calls, however they ended.
    pub n: u64,
    /// Which time.
    pub window: Window,
    /// How fast it was.
    pub speed: Speed,
    /// How many tokens it took and gave.
    pub tokens: TokenEfficiency,
    /// What it was used for, and when.
    pub use_patterns: UsePatterns,
    /// What it cost.
    pub cost: ModelCost,
    /// How good it was.
    pub quality: Quality,
}

/// How fast a model was, over calls that ended ok.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Speed {
    /// What people waited.
    pub response_time_ms: Latency,
    /// What the model took.
    pub model_time_ms: Latency,
    /// Until its first token.
    pub ttft_ms: Latency,
    /// Tokens behind the first, per second of writing them.
    pub output_tokens_per_s: Option<f64>,
    /// How far response times lie apart.
    pub spread: Spread,
    /// How they are distributed.
    #[serde(skip)]
    pub distribution: Bins,
}

/// How far values lie apart, whatever their size: the coefficient of quartile variation, (Q3−Q1)/(Q3+Q1).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Spread {
    /// On how many calls it rests.
    pub n: u64,
    /// 0 (all alike) to 1.
    pub quartile_variation: Option<f64>,
    /// What that means.
    pub level: Level,
}

/// Tokens of answered calls.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TokenEfficiency {
    /// Mean input over mean output.
    pub input_per_output: Option<f64>,
    /// Answered calls whose input is known.
    pub input_n: u64,
    /// Their mean.
    pub input_mean: Option<f64>,
    /// Answered calls whose output is known.
    pub output_n: u64,
    /// Their mean.
    pub output_mean: Option<f64>,
}

/// What a model was used for, and when.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct UsePatterns {
    /// Types of question, most common first; unknown where the type of no call is known.
    pub query_types: Option<Vec<TypeShare>>,
    /// The hours with the most calls.
    pub busiest_hours: Vec<BusyHour>,
    /// Calls by hour of the day.
    pub hours: [u64; 24],
    /// The zone of those hours.
    pub zone: &'static str,
}

/// One type's part in a model's calls.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TypeShare {
    /// Which type.
    pub query_type: QueryType,
    /// Its calls.
    pub n: u64,
    /// Their share.
    pub share: Option<f64>,
}

/// What a model cost, in dollars, as far as it is known.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ModelCost {
    /// In the window.
    pub usd: Option<f64>,
    /// Calls whose cost is known, failed ones included.
    pub n: u64,
    /// The share of answered calls that could be priced.
    pub known_share: Option<f64>,
    /// The mean of those calls.
    pub per_call_usd: Option<f64>,
    /// Over the days of the window; unknown where it is shorter than a day.
    pub per_day_usd: Option<f64>,
}

/// How good a model was, as far as people and providers showed it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Quality {
    /// What people said.
    pub rating: RatingMean,
    /// How often people asked for an answer again, per answered call.
    pub asked_again: Rate,
    /// How many calls took more than one attempt at the provider.
    pub provider_retries: Rate,
    /// What failed.
    pub errors: Errors,
}

/// The mean of the ratings.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RatingMean {
    /// How many answers were rated.
    pub n: u64,
    /// 1 (bad) to 5 (good).
    pub mean: Option<f64>,
}

/// How often something happened.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rate {
    /// Of how many calls; 0 where no call would show it.
    pub n: u64,
    /// To which share of them.
    pub share: Option<f64>,
    /// What that means.
    pub level: Level,
}

/// Quartile variation from which the spread is medium, and high.
const SPREAD: [f64; 2] = [0.10, 0.25];
/// Share of answers asked for again from which that is medium (one in ten), and high (one in four).
const ASKED_AGAIN: [f64; 2] = [0.10, 0.25];
/// Share of calls with retries from which that is medium (one in twenty), and high (about one in seven).
const PROVIDER_RETRIES: [f64; 2] = [0.05, 0.15];

/// The report of one model.
pub fn model_report(input: ModelInput) -> ModelReport {
    let total = Group::total(&input.groups);
    let types = query_types(&input.groups, total.calls());
    ModelReport {
        n: total.calls(),
        window: input.window,
        speed: speed(&total),
        tokens: token_efficiency(&total),
        cost: cost(&total, input.window.length()),
        quality: quality(&total, is_watched(&total, types.as_deref())),
        use_patterns: UsePatterns {
            query_types: types,
            busiest_hours: busiest(&input.hours),
            hours: input.hours,
            zone: input.zone.name(),
        },
        model: input.model,
    }
}

fn speed(total: &Cell) -> Speed {
    let writes = total.written_tokens > 0 && total.writing > Micros::ZERO;
    Speed {
        response_time_ms: Latency::from(&total.response),
        model_time_ms: Latency::from(&total.model),
        ttft_ms: Latency::from(&total.ttft),
        output_tokens_per_s: writes.then(|| total.written_tokens as f64 / total.writing.as_secs()),
        spread: spread(&total.response),
        distribution: bins(&total.response),
    }
}

fn spread(times: &Histogram) -> Spread {
    let quartiles = times.percentile(25).zip(times.percentile(75));
    let quartile_variation = quartiles
        .filter(|(_, high)| *high > Micros::ZERO)
        .map(|(low, high)| high.saturating_sub(low).as_ms() / (high + low).as_ms());
    Spread { n: times.n(), quartile_variation, level: Level::of(quartile_variation, times.n(), SPREAD) }
}

fn token_efficiency(total: &Cell) -> TokenEfficiency {
    let (input_mean, output_mean) = (total.input.mean(), total.output.mean());
    TokenEfficiency {
        input_per_output: input_mean.zip(output_mean.filter(|output| *output > 0.0)).map(|(input, out)| input / out),
        input_n: total.input.n,
        input_mean,
        output_n: total.output.n,
        output_mean,
    }
}

/// The types of the calls. `Other` alone says nothing: it also stands for what nobody knows.
fn query_types(groups: &[Group], calls: u64) -> Option<Vec<TypeShare>> {
    let count = |query_type| -> u64 {
        groups.iter().filter(|group| group.key.query_type == query_type).map(|group| group.cell.calls()).sum()
    };
    let mut types: Vec<TypeShare> = QueryType::ALL
        .into_iter()
        .map(|query_type| (query_type, count(query_type)))
        .filter(|(_, n)| *n > 0)
        .map(|(query_type, n)| TypeShare { query_type, n, share: share(n, calls) })
        .collect();
    types.sort_by_key(|part| Reverse(part.n));
    types.iter().any(|part| part.query_type != QueryType::Other).then_some(types)
}

fn cost(total: &Cell, length: Micros) -> ModelCost {
    let days = length.0 as f64 / Timestamp::DAY as f64;
    ModelCost {
        usd: usd(total.cost),
        n: total.cost.n,
        known_share: share(total.priced, total.answered()),
        per_call_usd: mean_usd(total.cost),
        per_day_usd: usd(total.cost).filter(|_| days >= 1.0).map(|usd| usd / days),
    }
}

/// Whether there are calls of perfbot's own, which saw what people and providers did. Imported ones carry neither a cost of
/// ours nor both hash and type.
fn is_watched(total: &Cell, types: Option<&[TypeShare]>) -> bool {
    total.own.n > 0 || (total.hashed > 0 && types.is_some())
}

/// Where nobody watched, that nothing was seen says nothing.
fn quality(total: &Cell, watched: bool) -> Quality {
    let seen = |count: u64, n: u64| if watched || count > 0 { n } else { 0 };
    Quality {
        rating: RatingMean { n: total.ratings.n, mean: total.ratings.mean() },
        asked_again: rate(total.asked_again, seen(total.asked_again, total.answered()), ASKED_AGAIN),
        provider_retries: rate(total.retried, seen(total.retried, total.calls()), PROVIDER_RETRIES),
        errors: Errors::from(total),
    }
}

fn rate(count: u64, n: u64, bounds: [f64; 2]) -> Rate {
    let share = share(count, n);
    Rate { n, share, level: Level::of(share, n, bounds) }
}

#[cfg(test)]
mod tests;
