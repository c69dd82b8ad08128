//! The reply to `model`.

use super::chart::{Bin, Distribution, Percentile, Unit};
use super::format::{NONE, cost, count, duration, fit, number, share, tokens};
use super::stats::{of, or_none, per_query, percentile_note, section, spent_on};
use super::{Block, Chart, Figure, Frame, words};
use crate::analysis::distribution::Bins;
use crate::analysis::model_report::{
    ModelCost, ModelReport, Quality, Rate, Speed, Spread, TokenEfficiency, UsePatterns,
};
use crate::analysis::{LEVEL_FROM, Level, P95_FROM};
use crate::model::Micros;

/// Columns for the name of a model in a headline.
const NAME_COLUMNS: usize = 40;

/// The blocks of the reply.
pub fn blocks(report: &ModelReport, frame: &Frame) -> Vec<Block> {
    let label = fit(&(frame.label)(&report.model), NAME_COLUMNS);
    let mut blocks = frame.headline(&format!("📊 {label} Performance"), report.n, report.window);
    if report.n == 0 {
        blocks.push(Block::Text("No calls of this model in this window.".into()));
        blocks.push(frame.next_longer(report.window));
        return blocks;
    }
    blocks.extend(speed(&report.speed));
    blocks.extend(token_efficiency(&report.tokens));
    blocks.extend(use_patterns(&report.use_patterns));
    blocks.extend(model_cost(&report.cost));
    blocks.extend(quality(&report.quality, report.n));
    blocks.push(frame.next("perf slowest"));
    blocks
}

/// How response times are distributed; `None` if there are none.
pub fn distribution(report: &ModelReport, frame: &Frame) -> Option<Block> {
    let Speed { response_time_ms: times, distribution: Bins { starts, width, counts, beyond }, .. } = &report.speed;
    let bin =
        |(start, count): (&Micros, &u64)| Bin { from: start.as_ms(), to: (*start + *width).as_ms(), count: *count };
    let percentile = |label: &str, value: Option<f64>| value.map(|value| Percentile { label: label.into(), value });
    let label = fit(&(frame.label)(&report.model), NAME_COLUMNS);
    let chart = Distribution {
        title: format!("Response times of {label} ({}, n={})", frame.title, count(times.n)),
        unit: Unit::Milliseconds,
        bins: starts.iter().zip(counts).map(bin).collect(),
        beyond: *beyond,
        percentiles: [percentile("P50", times.p50), percentile("P95", times.firm_p95())]
            .into_iter()
            .flatten()
            .collect(),
    };
    (times.n > 0).then(|| Block::Chart(Box::new(Chart::Distribution(chart))))
}

fn speed(speed: &Speed) -> Vec<Block> {
    let times = &speed.response_time_ms;
    if times.n == 0 {
        return vec![Block::Text("No call with a known time ended ok.".into())];
    }
    let first = or_none(speed.ttft_ms.p50, |median| format!("{} median{}", duration(median), of(speed.ttft_ms.n)));
    let p95 = times.firm_p95().map_or_else(|| too_few(times.n, P95_FROM), duration);
    let mut blocks = section(
        format!("Speed (n={})", count(times.n)),
        vec![
            Figure::new("Average", or_none(times.mean, duration)),
            Figure::new("Median", or_none(times.p50, duration)),
            Figure::new("Fastest", or_none(times.min, duration)),
            Figure::new("Slowest", or_none(times.max, duration)),
            Figure::new("P95", p95),
            Figure::new("First token", first),
            Figure::new("Tokens per second", or_none(speed.output_tokens_per_s, number)),
            Figure::new("Variance", spread(&speed.spread)),
        ],
    )
    .to_vec();
    blocks.push(percentile_note(crate::analysis::P99_FROM));
    blocks
}

fn too_few(n: u64, needed: u64) -> String {
    format!("{NONE} (n={} of {needed})", count(n))
}

fn spread(spread: &Spread) -> String {
    let word = match spread.level {
        Level::NotEnoughData if spread.n < LEVEL_FROM => return too_few(spread.n, LEVEL_FROM),
        Level::NotEnoughData => return NONE.to_owned(),
        Level::Low => "Low",
        Level::Medium => "Medium",
        Level::High => "High ⚠️",
    };
    format!("{word} (quartiles {})", or_none(spread.quartile_variation, |spread| format!("{spread:.2}")))
}

fn token_efficiency(usage: &TokenEfficiency) -> [Block; 2] {
    let mean = |mean: Option<f64>, n: u64| {
        mean.map_or_else(|| "unknown".to_owned(), |mean| format!("{} tokens{}", tokens(mean.round() as u64), of(n)))
    };
    let ratio = usage.input_per_output.map_or_else(|| "unknown".to_owned(), |ratio| format!("{}:1", one_place(ratio)));
    section(
        "Token Efficiency",
        vec![
            Figure::new("Input/Output ratio", ratio),
            Figure::new("Average input", mean(usage.input_mean, usage.input_n)),
            Figure::new("Average output", mean(usage.output_mean, usage.output_n)),
        ],
    )
}

/// `1.3`; ratios below a tenth in two significant digits.
fn one_place(ratio: f64) -> String {
    if ratio >= 0.1 { format!("{ratio:.1}") } else { number(ratio) }
}

fn use_patterns(patterns: &UsePatterns) -> [Block; 2] {
    let most = patterns.query_types.as_ref().and_then(|types| types.first()).map_or_else(
        || "type unknown".to_owned(),
        |most| format!("{} ({})", words::query_type(most.query_type), or_none(most.share, share)),
    );
    let hours: Vec<String> = patterns.busiest_hours.iter().map(|busy| format!("{:02}:00", busy.hour)).collect();
    let hours = if hours.is_empty() { NONE.to_owned() } else { hours.join(", ") };
    section(
        format!("Use Patterns ({})", patterns.zone),
        vec![Figure::new("Most used for", most), Figure::new("Busiest hours", hours)],
    )
}

fn model_cost(spent: &ModelCost) -> [Block; 2] {
    let daily = match (spent.usd, spent.per_day_usd) {
        (Some(_), None) => format!("{NONE} (window below a day)"),
        (_, daily) => cost(daily),
    };
    section(
        "Cost",
        vec![
            Figure::new("Window", spent_on(spent.usd, spent.n)),
            Figure::new("Average", per_query(spent.per_call_usd, spent.n)),
            Figure::new("Daily", daily),
            Figure::new("Priced", or_none(spent.known_share, |known| format!("{} of answers", share(known)))),
        ],
    )
}

fn quality(quality: &Quality, n: u64) -> Vec<Block> {
    let satisfaction = quality
        .rating
        .mean
        .map_or_else(|| format!("{NONE} (not rated)"), |mean| format!("{mean:.1}/5 (n={})", count(quality.rating.n)));
    let errors = format!("{} (n={})", or_none(quality.errors.rate, share), count(n));
    let mut blocks = section(
        "Quality",
        vec![
            Figure::new("User satisfaction", satisfaction),
            Figure::new("Asked again", rate(&quality.asked_again)),
            Figure::new("Provider retries", rate(&quality.provider_retries)),
            Figure::new("Error rate", errors),
        ],
    )
    .to_vec();
    if [&quality.asked_again, &quality.provider_retries].iter().any(|rate| (1..LEVEL_FROM).contains(&rate.n)) {
        blocks.push(Block::Note(format!("Called low, medium or high from {LEVEL_FROM} calls on.")));
    }
    blocks
}

fn rate(rate: &Rate) -> String {
    if rate.n == 0 {
        return NONE.to_owned();
    }
    let level = words::level(rate.level).map(|word| format!("{word}, ")).unwrap_or_default();
    format!("{} ({level}n={})", or_none(rate.share, share), count(rate.n))
}

#[cfg(test)]
mod tests;
