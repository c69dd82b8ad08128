//! The reply to `stats`.

use super::format::{NONE, cost, count, duration, fit_all, number, share, tokens};
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
    blocks.extend(throughput(&stats.throughput, stats.tokens.output_n));
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

/// How many calls a figure rests on, behind it.
pub(super) fn of(n: u64) -> String {
    format!(" (n={})", count(n))
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
    let listed = &models[..models.len().min(LISTED)];
    let calls_columns = listed.iter().map(|model| model_calls(model).len()).max().unwrap_or(0).max(head[3].len());
    // What the other columns leave of the line is for the names.
    let name_columns = PHONE - calls_columns - head[1].len() - head[2].len() - 3 * "  ".len();
    let labels: Vec<String> = listed.iter().map(|model| (frame.label)(&model.model)).collect();
    let row = |(name, model): (String, &ModelShare)| {
        vec![name, or_none(model.response_time_ms.mean, duration), or_none(model.share, share), model_calls(model)]
    };
    let rows = fit_all(&labels, name_columns).into_iter().zip(listed).map(row).collect();
    let table = Block::Table { head: head.map(ToOwned::to_owned).to_vec(), rows };
    let mut blocks = vec![Block::Title("Breakdown by Model".into()), table];
    if let Some(model) = listed.iter().find(|model| model.response_time_ms.n < model.n) {
        let (timed, all) = (count(model.response_time_ms.n), count(model.n));
        blocks.push(Block::Note(format!("{timed}/{all}: {timed} of {all} calls make the average.")));
    }
    if let Some(more @ [_, ..]) = models.get(LISTED..) {
        let n = more.iter().map(|model| model.n).sum();
        blocks.push(Block::Note(format!("{} more, {}.", more.len(), calls(n))));
    }
    blocks
}

/// A model's calls; where not all of them make its average, as `137/140`.
fn model_calls(model: &ModelShare) -> String {
    match model.response_time_ms.n {
        timed if timed < model.n => format!("{}/{}", count(timed), count(model.n)),
        _ => count(model.n),
    }
}

fn calls(n: u64) -> String {
    if n == 1 { "1 call".to_owned() } else { format!("{} calls", count(n)) }
}

fn throughput(throughput: &Throughput, output_n: u64) -> [Block; 2] {
    let tokens = or_none(throughput.output_tokens_per_s, |rate| number(rate) + &of(output_n));
    section(
        "Throughput (whole window)",
        vec![
            Figure::new("Calls per minute", or_none(throughput.calls_per_min, number)),
            Figure::new("Output tokens/second", tokens),
        ],
    )
}

fn token_usage(usage: &Tokens) -> Vec<Block> {
    let amount = |known: Option<i64>, n: u64| {
        known.map_or_else(|| "unknown".to_owned(), |sum| format!("{} tokens{}", tokens(sum.max(0) as u64), of(n)))
    };
    let mut figures = vec![
        Figure::new("Total", amount(usage.total, usage.input_n.min(usage.output_n))),
        Figure::new("Input", amount(usage.input, usage.input_n)),
        Figure::new("Output", amount(usage.output, usage.output_n)),
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
    let mut figures = vec![Figure::new("Window", spent_on(spent.usd, spent.n))];
    figures.extend(calendar(spent));
    figures.push(Figure::new("Average", per_query(spent.per_call_usd, spent.n)));
    figures.push(Figure::new("Priced", or_none(spent.known_share, |known| format!("{} of answers", share(known)))));
    section("Cost", figures)
}

/// What so many calls cost.
pub(super) fn spent_on(usd: Option<f64>, n: u64) -> String {
    usd.map_or_else(|| cost(None), |usd| cost(Some(usd)) + &of(n))
}

/// What each of so many calls cost in the mean.
pub(super) fn per_query(usd: Option<f64>, n: u64) -> String {
    usd.map_or_else(|| cost(None), |usd| format!("{}/query{}", cost(Some(usd)), of(n)))
}

/// Today, this week and this month.
fn calendar(spent: &Cost) -> [Figure; 3] {
    let figure = |label: &str, usd: Option<f64>, n: u64| {
        Figure::new(label, if usd.is_some() { spent_on(usd, n) } else { "none known".to_owned() })
    };
    [
        figure("Today", spent.today_usd, spent.today_n),
        figure("This week", spent.this_week_usd, spent.this_week_n),
        figure("This month", spent.this_month_usd, spent.this_month_n),
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
