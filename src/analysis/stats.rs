//! `stats`: how fast, how much, how dear, and what went wrong in a window.

use std::cmp::Reverse;

use chrono_tz::Tz;
use std::sync::Arc;

use serde::Serialize;

use super::hours::busiest;
use super::share::share;
use super::{BusyHour, Errors, Latency};
use crate::model::{Cell, Micros, ModelName, NanoUsd, Outcome, Overview, Tally, Window};

/// What the report is made from.
#[derive(Debug, Clone)]
pub struct StatsInput {
    /// Which time.
    pub window: Window,
    /// Its calls.
    pub overview: Arc<Overview>,
    /// Known cost of the current day of the zone, in nano-dollars.
    pub today: Tally,
    /// Known cost of its current week.
    pub this_week: Tally,
    /// Known cost of its current month.
    pub this_month: Tally,
    /// Calls of the window by hour of the day in the zone.
    pub hours: [u64; 24],
    /// The zone of days and hours.
    pub zone: Tz,
}

/// How a window went. Serialised, it is the stable contract of `perf stats --json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stats {
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
    /// By model, most calls first.
    pub models: Vec<ModelShare>,
    /// How much came per time.
    pub throughput: Throughput,
    /// Tokens of answered calls.
    pub tokens: Tokens,
    /// What it cost.
    pub cost: Cost,
    /// What brought nobody anything.
    pub waste: Waste,
    /// What failed.
    pub errors: Errors,
    /// Always `null`: perfbot has no cache of answers.
    pub answer_cache: (),
    /// The hours with the most calls.
    pub busiest_hours: Vec<BusyHour>,
    /// Calls by hour of the day.
    pub hours: [u64; 24],
    /// The zone of days and hours.
    pub zone: &'static str,
}

/// One model's part in a window.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ModelShare {
    /// Which model.
    pub model: ModelName,
    /// All its calls.
    pub n: u64,
    /// Their share of all calls.
    pub share: Option<f64>,
    /// Response times of those that ended ok.
    pub response_time_ms: Latency,
    /// Their known cost.
    pub cost_usd: Option<f64>,
}

/// How much came per time, over the whole length of the window, idle time included.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Throughput {
    /// All calls.
    pub calls_per_min: Option<f64>,
    /// Output tokens of answered calls, as far as they are known: see [`Tokens::output_n`].
    pub output_tokens_per_s: Option<f64>,
}

/// Tokens of answered calls. Prompt-cache tokens are parts of the input, reasoning is part of the output.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Tokens {
    /// All input.
    pub input: Option<i64>,
    /// Answered calls whose input is known.
    pub input_n: u64,
    /// All output.
    pub output: Option<i64>,
    /// Answered calls whose output is known.
    pub output_n: u64,
    /// Input read from the prompt cache.
    pub cache_read: Option<i64>,
    /// Input written to it.
    pub cache_write: Option<i64>,
    /// Output that was thought, not said.
    pub reasoning: Option<i64>,
    /// Input and output; unknown unless both are known.
    pub total: Option<i64>,
    /// The share of the input that was read from the prompt cache.
    pub cache_read_share: Option<f64>,
    /// The share of answered calls whose input and output are known.
    pub known_share: Option<f64>,
}

/// What calls cost, in dollars, as far as it is known.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Cost {
    /// In the window.
    pub usd: Option<f64>,
    /// Calls of the window whose cost is known, failed ones included.
    pub n: u64,
    /// The share of answered calls that could be priced.
    pub known_share: Option<f64>,
    /// Today.
    pub today_usd: Option<f64>,
    /// Calls of today whose cost is known.
    pub today_n: u64,
    /// The mean of the `n` calls of the window.
    pub per_call_usd: Option<f64>,
    /// This week.
    pub this_week_usd: Option<f64>,
    /// Calls of this week whose cost is known.
    pub this_week_n: u64,
    /// This month.
    pub this_month_usd: Option<f64>,
    /// Calls of this month whose cost is known.
    pub this_month_n: u64,
}

/// Time and money in failed attempts, back-off, cut and stopped answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Waste {
    /// Time; unknown where calls went wrong and none of them was timed.
    pub ms: Option<f64>,
    /// Money; unknown where calls went wrong and the cost of some call is not known.
    pub usd: Option<f64>,
}

/// The report of a window.
pub fn stats(input: StatsInput) -> Stats {
    let total = &input.overview.total;
    Stats {
        n: total.calls(),
        window: input.window,
        response_time_ms: Latency::from(&total.response),
        model_time_ms: Latency::from(&total.model),
        ttft_ms: Latency::from(&total.ttft),
        models: models(&input.overview),
        throughput: throughput(total, input.window.length()),
        tokens: tokens(total),
        cost: cost(total, [input.today, input.this_week, input.this_month]),
        waste: waste(total),
        errors: Errors::from(total),
        answer_cache: (),
        busiest_hours: busiest(&input.hours),
        hours: input.hours,
        zone: input.zone.name(),
    }
}

/// Known nano-dollars as dollars.
pub(super) fn usd(cost: Tally) -> Option<f64> {
    cost.known().map(|nanos| NanoUsd(nanos).as_usd())
}

/// The mean of known nano-dollars as dollars.
pub(super) fn mean_usd(cost: Tally) -> Option<f64> {
    cost.mean().map(|nanos| nanos / 1e9)
}

fn models(Overview { total, models }: &Overview) -> Vec<ModelShare> {
    let of = |(model, cell): &(ModelName, Cell)| ModelShare {
        model: model.clone(),
        n: cell.calls(),
        share: share(cell.calls(), total.calls()),
        response_time_ms: Latency::from(&cell.response),
        cost_usd: usd(cell.cost),
    };
    let mut models: Vec<ModelShare> = models.iter().map(of).collect();
    models.sort_by_key(|model| Reverse(model.n));
    models
}

fn throughput(total: &Cell, length: Micros) -> Throughput {
    let per_s = |amount: f64| (length > Micros::ZERO).then(|| amount / length.as_secs());
    Throughput {
        calls_per_min: per_s(total.calls() as f64 * 60.0),
        output_tokens_per_s: total.output.known().and_then(|tokens| per_s(tokens as f64)),
    }
}

pub(super) fn tokens(total: &Cell) -> Tokens {
    let (input, output, cache_read) = (total.input.known(), total.output.known(), total.cache_read.known());
    Tokens {
        input,
        input_n: total.input.n,
        output,
        output_n: total.output.n,
        cache_read,
        cache_write: total.cache_write.known(),
        reasoning: total.reasoning.known(),
        total: input.zip(output).map(|(input, output)| input + output),
        cache_read_share: cache_read
            .zip(input.filter(|input| *input > 0))
            .map(|(cached, input)| cached as f64 / input as f64),
        known_share: share(total.input.n.min(total.output.n), total.answered()),
    }
}

/// What the calls of a window cost, beside what those of this day, week and month did.
pub(super) fn cost(total: &Cell, [today, this_week, this_month]: [Tally; 3]) -> Cost {
    Cost {
        usd: usd(total.cost),
        n: total.cost.n,
        known_share: share(total.priced, total.answered()),
        today_usd: usd(today),
        today_n: today.n,
        per_call_usd: mean_usd(total.cost),
        this_week_usd: usd(this_week),
        this_week_n: this_week.n,
        this_month_usd: usd(this_month),
        this_month_n: this_month.n,
    }
}

/// A sum of zero is a true zero only if nothing went wrong, or if all that went wrong was measured.
pub(super) fn waste(total: &Cell) -> Waste {
    let smooth = total.failures() + total.count(Outcome::Stopped) + total.retried == 0;
    let all_priced = total.cost.n == total.calls();
    Waste {
        ms: (smooth || total.wasted > Micros::ZERO).then(|| total.wasted.as_ms()),
        usd: (smooth || all_priced || total.wasted_cost != NanoUsd::ZERO).then(|| total.wasted_cost.as_usd()),
    }
}

#[cfg(test)]
mod tests;
