//! The reply to `stats`.

use super::format::{NONE, cost, count, duration, fit, number, share, tokens};
use super::{Block, Figure, Frame, words};
use crate::analysis::stats::{Cost, ModelShare, Stats, Throughput, Tokens, Waste};
use crate::analysis::{BusyHour, Errors, Latency};

/// How many models, and classes of error, are listed.
const LISTED: usize = 5;
/// Columns of a phone's screen.
const PHONE: usize = 44;

/// The blocks of the reply.
pub fn blocks(stats: &Stats, frame: &Frame) -> Vec<Block> {
    let mut blocks = frame.headline("📊 Performance Statistics", stats.n, stats.window);
    if stats.n == 0 {
        blocks.push(Block::Text("No calls in this window.".into()));
        blocks.extend(spend_only(&stats.cost));
        blocks.push(frame.next_longer(stats.window));
        return blocks;
    }
    blocks.extend(response_times(stats));
    blocks.extend(models(&stats.models, frame));
    blocks.extend(throughput(&stats.throughput));
    blocks.extend(token_usage(&stats.tokens));
    blocks.extend(cost_blocks(&stats.cost));
    blocks.extend(waste(&stats.waste));
    blocks.extend(errors(&stats.errors, stats.n));
    blocks.extend(busiest_hours(&stats.busiest_hours, stats.zone));
    blocks.push(frame.next("perf slowest"));
    blocks
}

/// A section: its title, and its figures below.
pub(super) fn section(title: impl Into<String>, figures: Vec<Figure>) -> [Block; 2] {
    [Block::Title(title.into()), Block::Figures(figures)]
}

/// A figure of `value`s, or that there is none.
pub(super) fn or_none(value: Option<f64>, show: impl Fn(f64) -> String) -> String {
    value.map_or_else(|| NONE.to_owned(), show)
}

/// What percentiles are, and from how many calls on they are shown.
pub(super) fn percentile_note(n: u64) -> Block {
    let thin = if n < crate::analysis::P99_FROM { "; P95 from 20 calls on, P99 from 100" } else { "" };
    Block::Note(format!("Percentiles: nearest rank{thin}."))
}

/// The start and end of an hour of the day.
pub(super) fn hour_of_day(hour: usize) -> String {
    format!("{hour:02}:00–{:02}:00", hour + 1)
}

fn response_times(stats: &Stats) -> Vec<Block> {
    if stats.response_time_ms.n == 0 {
        return vec![Block::Text("No call with a known time ended ok.".into())];
    }
    let known = |(_, times): &(&str, &Latency)| times.n > 0;
    let columns =
        [("Response", &stats.response_time_ms), ("Model", &stats.model_time_ms), ("First token", &stats.ttft_ms)];
    let columns: Vec<_> = columns.into_iter().filter(known).collect();
    let row = |label: &str, cell: fn(&Latency) -> String| -> Vec<String> {
        std::iter::once(label.to_owned()).chain(columns.iter().map(|(_, times)| cell(times))).collect()
    };
    let table = Block::Table {
        head: std::iter::once("").chain(columns.iter().map(|(head, _)| *head)).map(ToOwned::to_owned).collect(),
        rows: vec![
            row("Average", |times| or_none(times.mean, duration)),
            row("Median", |times| or_none(times.p50, duration)),
            row("P95", |times| or_none(times.firm_p95(), duration)),
            row("P99", |times| or_none(times.firm_p99(), duration)),
            row("n", |times| count(times.n)),
        ],
    };
    vec![Block::Title("Response Times".into()), table, percentile_note(stats.response_time_ms.n)]
}

fn models(models: &[ModelShare], frame: &Frame) -> Vec<Block> {
    let head = ["", "Average", "Share", "Calls"];
    // The first has the most calls; what its count leaves of the line is for the names.
    let calls_columns = models.first().map_or(0, |model| count(model.n).len()).max(head[3].len());
    let name_columns = PHONE - calls_columns - head[1].len() - head[2].len() - 3 * "  ".len();
    let row = |model: &ModelShare| {
        vec![
            fit(&(frame.label)(&model.model), name_columns),
            or_none(model.response_time_ms.mean, duration),
            or_none(model.share, share),
            count(model.n),
        ]
    };
    let rows = models.iter().take(LISTED).map(row).collect();
    let table = Block::Table { head: head.map(ToOwned::to_owned).to_vec(), rows };
    let mut blocks = vec![Block::Title("Breakdown by Model".into()), table];
    if let Some(more @ [_, ..]) = models.get(LISTED..) {
        let n = more.iter().map(|model| model.n).sum();
        blocks.push(Block::Note(format!("{} more, {}.", more.len(), calls(n))));
    }
    blocks
}

fn calls(n: u64) -> String {
    if n == 1 { "1 call".to_owned() } else { format!("{} calls", count(n)) }
}

fn throughput(throughput: &Throughput) -> [Block; 2] {
    section(
        "Throughput (whole window)",
        vec![
            Figure::new("Calls per minute", or_none(throughput.calls_per_min, number)),
            Figure::new("Output tokens per second", or_none(throughput.output_tokens_per_s, number)),
        ],
    )
}

fn token_usage(usage: &Tokens) -> Vec<Block> {
    let amount = |tokens_known: Option<i64>| {
        tokens_known.map_or_else(|| "unknown".to_owned(), |n| format!("{} tokens", tokens(n.max(0) as u64)))
    };
    let mut figures = vec![
        Figure::new("Total", amount(usage.total)),
        Figure::new("Input", amount(usage.input)),
        Figure::new("Output", amount(usage.output)),
    ];
    if let Some(cached) = usage.cache_read_share {
        figures.push(Figure::new("From prompt cache", format!("{} of input", share(cached))));
    }
    let mut blocks = section("Token Usage", figures).to_vec();
    if let Some(known) = usage.known_share.filter(|known| (f64::MIN_POSITIVE..1.0).contains(known)) {
        blocks.push(Block::Note(format!("Known for {} of answers.", share(known))));
    }
    blocks
}

fn cost_blocks(spent: &Cost) -> [Block; 2] {
    let mut figures = vec![Figure::new("Window", cost(spent.usd))];
    figures.extend(calendar(spent));
    let per_query = spent.per_call_usd.map_or_else(|| cost(None), |usd| format!("{}/query", cost(Some(usd))));
    figures.push(Figure::new("Average", per_query));
    figures.push(Figure::new("Priced", or_none(spent.known_share, |known| format!("{} of answers", share(known)))));
    section("Cost", figures)
}

/// Today, this week and this month.
fn calendar(spent: &Cost) -> [Figure; 3] {
    let figure = |label: &str, usd: Option<f64>| {
        Figure::new(label, if usd.is_some() { cost(usd) } else { "none known".to_owned() })
    };
    [
        figure("Today", spent.today_usd),
        figure("This week", spent.this_week_usd),
        figure("This month", spent.this_month_usd),
    ]
}

/// What was spent outside a window without calls.
fn spend_only(spent: &Cost) -> Vec<Block> {
    let known = spent.today_usd.or(spent.this_week_usd).or(spent.this_month_usd);
    known.map_or_else(Vec::new, |_| section("Cost", calendar(spent).to_vec()).to_vec())
}

fn waste(waste: &Waste) -> [Block; 2] {
    let amount = |known: Option<f64>, show: fn(f64) -> String| match known {
        None => "unknown".to_owned(),
        Some(0.0) => "none".to_owned(),
        Some(some) => show(some),
    };
    section(
        "Waste (failed, back-off, cut, stopped)",
        vec![
            Figure::new("Time", amount(waste.ms, duration)),
            Figure::new("Cost", amount(waste.usd, super::format::dollars)),
        ],
    )
}

fn errors(errors: &Errors, n: u64) -> [Block; 2] {
    let rate = or_none(errors.rate, share);
    let mut figures = vec![Figure::new("All", format!("{} of {} ({rate})", count(errors.total), count(n)))];
    let classes = &errors.by_class.0;
    figures.extend(classes.iter().take(LISTED).map(|(class, n)| Figure::new(words::outcome(*class), count(*n))));
    if let Some(more @ [_, ..]) = classes.get(LISTED..) {
        figures.push(Figure::new(format!("{} more", more.len()), count(more.iter().map(|(_, n)| n).sum())));
    }
    section("Errors", figures)
}

fn busiest_hours(hours: &[BusyHour], zone: &str) -> Vec<Block> {
    if hours.is_empty() {
        return Vec::new();
    }
    let figure = |hour: &BusyHour| Figure::new(hour_of_day(hour.hour), calls(hour.n));
    section(format!("Busiest Hours ({zone})"), hours.iter().map(figure).collect()).to_vec()
}

#[cfg(test)]
mod tests;
