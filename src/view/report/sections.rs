//! The sections of the document.

use super::super::chart::{Bin, Distribution, Percentile, Unit};
use super::super::format::{NONE, cost, count, dollars, duration, share, tokens};
use super::super::stats::{or_none, per_query, percentile_note, spent_on};
use super::super::{Block, Chart, Figure, Frame, Section, bottlenecks, heatmap, history, words};
use super::{Whole, findings, savings, section};
use crate::analysis::Latency;
use crate::analysis::P95_FROM;
use crate::analysis::distribution::Bins;
use crate::analysis::report::{Part, Report};
use crate::model::{Micros, Outcome};

/// All of them.
pub fn sections(whole: Whole<'_>, frame: &Frame) -> Vec<Section> {
    let report = whole.report;
    let first = [
        section("Executive Summary", summary(whole, frame)),
        section("Response Time Analysis", response_times(report)),
        section("Model Performance Breakdown", models(report, frame)),
        section("Cost Analysis", costs(report, frame)),
        section("Bottleneck Identification", bottlenecks::body(whole.found, frame)),
    ];
    let last = [
        section("Historical Trends", history::body(&report.history, frame)),
        section("By Hour and Weekday", heatmap::on_paper(&report.heatmap, frame)),
        section("Method and Coverage", method(whole, frame)),
    ];
    first.into_iter().chain(recommendations(whole, frame)).chain(last).collect()
}

fn summary(whole: Whole<'_>, frame: &Frame) -> Vec<Block> {
    let report = whole.report;
    let times = &report.response_time_ms;
    let p95 = times.firm_p95().map_or_else(String::new, |p95| format!(" (P95 {})", duration(p95)));
    let rated: u64 = report.models.iter().map(|model| model.rating.n).sum();
    let points: f64 = report.models.iter().filter_map(|model| Some(model.rating.mean? * model.rating.n as f64)).sum();
    let rating = if rated == 0 {
        "not rated".to_owned()
    } else {
        format!("{:.1}/5 (n={})", points / rated as f64, count(rated))
    };
    let figures = vec![
        Figure::new("Calls", count(report.n)),
        Figure::new("Average response", format!("{}{p95}", or_none(times.mean, duration))),
        Figure::new("Cost", cost(report.cost.usd)),
        Figure::new("For 30 days", or_none(report.cost.per_30_days_usd, dollars)),
        Figure::new("Error rate", or_none(report.errors.rate, share)),
        Figure::new("Rating", rating),
    ];
    let findings = findings::findings(whole, frame);
    let mut blocks = vec![Block::Figures(figures), Block::Title("Key Findings".into()), Block::List(findings)];
    blocks.extend(savings(whole));
    blocks
}

fn response_times(report: &Report) -> Vec<Block> {
    if report.response_time_ms.n == 0 {
        return vec![Block::Text("No call with a known time ended ok.".into())];
    }
    let columns = [
        ("What people waited", &report.response_time_ms),
        ("What the model took", &report.model_time_ms),
        ("Until its first token", &report.ttft_ms),
    ];
    let row = |(name, times): &(&str, &Latency)| {
        vec![
            (*name).to_owned(),
            or_none(times.mean, duration),
            or_none(times.p50, duration),
            or_none(times.firm_p95(), duration),
            or_none(times.firm_p99(), duration),
            count(times.n),
        ]
    };
    let table = Block::Table {
        head: heads(["", "Average", "Median", "P95", "P99", "n"]),
        rows: columns.iter().filter(|(_, times)| times.n > 0).map(row).collect(),
    };
    let by_type = Block::Table {
        head: heads(["Type of question", "Calls", "Share", "Average", "P95", "Errors"]),
        rows: report.types.iter().map(|part| typed(part, words::query_type(part.of))).collect(),
    };
    vec![
        table,
        percentile_note(report.response_time_ms.n),
        distribution(report),
        Block::Title("By Type of Question".into()),
        by_type,
    ]
}

fn heads<const N: usize>(heads: [&str; N]) -> Vec<String> {
    heads.map(str::to_owned).to_vec()
}

fn typed<K>(part: &Part<K>, name: &str) -> Vec<String> {
    let times = &part.response_time_ms;
    vec![
        name.to_owned(),
        count(part.n),
        or_none(part.share, share),
        or_none(times.mean, duration),
        or_none(times.firm_p95(), duration),
        or_none(part.error_rate, share),
    ]
}

fn distribution(report: &Report) -> Block {
    let (Bins { starts, width, counts, beyond }, times) = (&report.distribution, &report.response_time_ms);
    let bin =
        |(start, count): (&Micros, &u64)| Bin { from: start.as_ms(), to: (*start + *width).as_ms(), count: *count };
    let percentile = |label: &str, value: Option<f64>| value.map(|value| Percentile { label: label.into(), value });
    let percentiles = [percentile("P50", times.p50), percentile("P95", times.firm_p95())];
    Block::Chart(Box::new(Chart::Distribution(Distribution {
        title: format!("Response times (n={})", count(times.n)),
        unit: Unit::Milliseconds,
        bins: starts.iter().zip(counts).map(bin).collect(),
        beyond: *beyond,
        percentiles: percentiles.into_iter().flatten().collect(),
    })))
}

fn models(report: &Report, frame: &Frame) -> Vec<Block> {
    let row = |part: &Part<_>| {
        let rating =
            part.rating.mean.map_or_else(|| NONE.to_owned(), |mean| format!("{mean:.1} (n={})", part.rating.n));
        [typed(part, &(frame.label)(&part.of)), vec![rating]].concat()
    };
    let tokens_of = |part: &Part<_>| {
        let mean = |mean: Option<f64>| mean.map_or_else(|| "unknown".to_owned(), |mean| tokens(mean.round() as u64));
        vec![(frame.label)(&part.of), mean(part.input_tokens_mean), mean(part.output_tokens_mean)]
    };
    let speed = Block::Table {
        head: heads(["Model", "Calls", "Share", "Average", "P95", "Errors", "Rating"]),
        rows: report.models.iter().map(row).collect(),
    };
    let size = Block::Table {
        head: heads(["Model", "Input per answer", "Output per answer"]),
        rows: report.models.iter().map(tokens_of).collect(),
    };
    vec![
        speed,
        Block::Note(format!(
            "P95 is shown from {P95_FROM} calls on. Models were asked different things: perf compare holds them against each other on the same types of question."
        )),
        Block::Title("Tokens".into()),
        size,
    ]
}

fn costs(report: &Report, frame: &Frame) -> Vec<Block> {
    let (spent, usage) = (&report.cost, &report.tokens);
    let sum =
        |sum: Option<i64>| sum.map_or_else(|| "unknown".to_owned(), |sum| tokens(u64::try_from(sum).unwrap_or(0)));
    let wasted = match report.waste.usd {
        None => "unknown".to_owned(),
        Some(usd) => dollars(usd),
    };
    let figures = vec![
        Figure::new("Window", spent_on(spent.usd, spent.n)),
        Figure::new("A day", or_none(spent.per_day_usd, dollars)),
        Figure::new("For 30 days", or_none(spent.per_30_days_usd, dollars)),
        Figure::new("Average", per_query(spent.per_call_usd, spent.n)),
        Figure::new("Input tokens", sum(usage.input)),
        Figure::new("Output tokens", sum(usage.output)),
        Figure::new("From prompt cache", or_none(usage.cache_read_share, share)),
        Figure::new("Wasted", wasted),
    ];
    let row = |part: &Part<_>, name: String| {
        vec![
            name,
            cost(part.cost_usd),
            or_none(part.cost_share, share),
            or_none(part.per_call_usd, dollars),
            count(part.n),
        ]
    };
    let mut blocks = vec![Block::Figures(figures), Block::Note("Wasted: failed, cut and stopped answers.".into())];
    if spent.usd.is_some() {
        let mut dearest: Vec<&Part<_>> = report.models.iter().collect();
        dearest.sort_by(|a, b| b.cost_usd.unwrap_or(0.0).total_cmp(&a.cost_usd.unwrap_or(0.0)));
        let by_model = dearest.into_iter().map(|part| row(part, (frame.label)(&part.of))).collect();
        let head = |of: &str| heads([of, "Cost", "Share", "Per query", "Calls"]);
        blocks.extend([Block::Title("By Model".into()), Block::Table { head: head("Model"), rows: by_model }]);
        blocks.extend(history::spending(&report.history, frame));
    }
    blocks
}

/// What should be done; without issues there is no such section.
fn recommendations(whole: Whole<'_>, frame: &Frame) -> Option<Section> {
    let items = bottlenecks::recommendations(whole.found, frame);
    let blocks = || [vec![Block::Numbered(items.clone())], savings(whole)].concat();
    (!items.is_empty()).then(|| section("Optimization Recommendations", blocks()))
}

/// What the figures rest on, and what they are not.
fn method(whole: Whole<'_>, frame: &Frame) -> Vec<Block> {
    let Whole { report, found } = whole;
    let known = match report.tokens.known_share.zip(report.cost.known_share) {
        None => "No call was answered, so neither tokens nor costs are known.".to_owned(),
        Some((tokens, costs)) => format!(
            "Tokens are known for {} of answers; costs for {}, at the prices of the day. What is not known is not counted as zero.",
            share(tokens),
            share(costs)
        ),
    };
    let timed = report.response_time_ms.n;
    let stopped = Outcome::Stopped.as_str();
    let mut lines = vec![
        format!("Times are of the {} of {} calls that ended ok and whose time is known. Percentiles are nearest ranks, within 0.4%.", count(timed), count(report.n)),
        known,
        format!("Errors are calls without a whole answer; {stopped} ones are none."),
        "A trend is claimed from 14 days on (Mann–Kendall test with Theil–Sen slope, p < 0.05 and at least 5% a week); a change of a period only beyond chance, corrected for being many.".to_owned(),
        "A time of the week is called slowest only if it stands out from chance over 14 days or more.".to_owned(),
        format!("Issues are looked for in {} of {} calls, one by one, of each hour the same share. Savings replay these calls at the prices of the window's end; \"at most\" is what calls take beyond need, where nothing tells how much of it can be had.", count(found.sample_n), count(found.n)),
        format!("Hours and days are those of {}. The same window gives the same figures as long as its calls and ratings stay as they are.", frame.zone.name()),
    ];
    if report.models.iter().any(|model| (frame.label)(&model.of).ends_with("(simulated)")) {
        lines.push("Simulated models have invented times and prices.".to_owned());
    }
    vec![Block::List(lines)]
}
