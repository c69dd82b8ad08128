//! The reply to `cost`.

use super::format::{NONE, cost as usd, count, dollars, duration, fit_all, moment, share, tokens};
use super::stats::{or_none, per_query, section, spent_on};
use super::{Block, Figure, Frame};
use crate::analysis::cost::{By, CacheSaving, CostReport, Slice};
use crate::analysis::stats::Waste;
use crate::model::ModelName;

/// How many slices are listed; of days the last ones.
const LISTED: usize = 15;
const DAYS_LISTED: usize = 31;
/// Columns for the name of a slice.
const NAME_COLUMNS: usize = 20;

/// The blocks of the reply.
pub fn blocks(report: &CostReport, frame: &Frame) -> Vec<Block> {
    let mut blocks = frame.headline("💰 Cost", report.n, report.window);
    if report.n == 0 {
        blocks.push(Block::Text("No calls in this window.".into()));
        blocks.push(frame.next_longer(report.window));
        return blocks;
    }
    blocks.extend(spent(report));
    blocks.extend(slices(report, frame));
    blocks.extend(section("Waste and Savings", vec![waste(&report.waste), saved(&report.prompt_cache)]));
    blocks.push(Block::Note(notes(report)));
    blocks.push(frame.next("perf history"));
    blocks
}

fn spent(report: &CostReport) -> [Block; 2] {
    let spent = &report.cost;
    let known = |label: &str, sum: Option<f64>, n: u64| {
        Figure::new(label, if sum.is_some() { spent_on(sum, n) } else { "none known".to_owned() })
    };
    let mut figures = vec![Figure::new("Window", spent_on(spent.usd, spent.n))];
    figures.extend(report.per_day_usd.map(|mean| Figure::new("Per day", format!("{} on average", dollars(mean)))));
    figures.extend([
        known("Today", spent.today_usd, spent.today_n),
        known("This week", spent.this_week_usd, spent.this_week_n),
        known("This month", spent.this_month_usd, spent.this_month_n),
        Figure::new("Average", per_query(spent.per_call_usd, spent.n)),
    ]);
    section("Spent", figures)
}

fn slices(report: &CostReport, frame: &Frame) -> Vec<Block> {
    let (title, nameless) = match report.by {
        By::Model => ("By Model", "unknown"),
        By::Type => ("By Type of Question", "unknown"),
        By::User => ("By Person", "nobody"),
        By::Channel => ("By Channel", "elsewhere"),
        By::Day => ("By Day", "unknown"),
    };
    let name = |slice: &Slice| match (&slice.name, report.by) {
        (Some(name), By::Model) => (frame.label)(&ModelName::from(name.as_str())),
        (Some(name), _) => name.clone(),
        (None, _) => nameless.to_owned(),
    };
    let row = |(name, slice): (String, &Slice)| {
        vec![name, slice.usd.map_or_else(|| NONE.to_owned(), dollars), or_none(slice.share, share), count(slice.n)]
    };
    let (listed, left) = listed(report);
    let head = ["", "Cost", "Share", "Calls"].map(str::to_owned).to_vec();
    let names = fit_all(&listed.iter().map(name).collect::<Vec<_>>(), NAME_COLUMNS);
    let rows = names.into_iter().zip(listed).map(row).collect();
    let table = if report.by == By::User { Block::People { head, rows } } else { Block::Table { head, rows } };
    let mut blocks = vec![Block::Title(title.to_owned()), table];
    if !left.is_empty() {
        let known: f64 = left.iter().filter_map(|slice| slice.usd).sum();
        let text = match report.by {
            By::Day => format!("{} earlier days, {}.", left.len(), dollars(known)),
            _ => format!("{} more, {}.", left.len(), dollars(known)),
        };
        blocks.push(Block::Note(text));
    }
    if let Some(since) = report.slices_since {
        let since = moment(since, frame.zone);
        blocks.push(Block::Note(format!("Channels: only the last 100,000 calls, since {since}.")));
    }
    blocks
}

/// The slices that are listed, and those that are not.
fn listed(report: &CostReport) -> (&[Slice], &[Slice]) {
    let all = report.slices.len();
    match report.by {
        By::Day => {
            let (earlier, last) = report.slices.split_at(all.saturating_sub(DAYS_LISTED));
            (last, earlier)
        }
        _ => report.slices.split_at(all.min(LISTED)),
    }
}

fn waste(waste: &Waste) -> Figure {
    let value = match (waste.usd, waste.ms.filter(|ms| *ms > 0.0)) {
        (Some(some), Some(ms)) => format!("{} and {}", dollars(some), duration(ms)),
        (None, Some(ms)) => format!("{}, cost unknown", duration(ms)),
        (Some(0.0), None) => "none".to_owned(),
        (some, None) => usd(some),
    };
    Figure::new("Wasted", value)
}

fn saved(cache: &CacheSaving) -> Figure {
    let read = u64::try_from(cache.read_tokens).unwrap_or(0);
    let value = match cache.usd {
        None if read == 0 => "nothing (no cached input)".to_owned(),
        None => format!("unknown ({} cached tokens without a price)", tokens(read)),
        Some(saved) => format!("{} ({} tokens)", dollars(saved), tokens(read)),
    };
    Figure::new("Saved by cached input", value)
}

fn notes(report: &CostReport) -> String {
    let mut notes = vec!["Wasted: failed attempts, cut and stopped answers.".to_owned()];
    if let Some(known) = report.cost.known_share.filter(|known| *known < 1.0) {
        notes.push(format!("Cost is known for {} of answers.", share(known)));
    }
    let unpriced = u64::try_from(report.prompt_cache.unpriced_tokens).unwrap_or(0);
    if report.prompt_cache.usd.is_some() && unpriced > 0 {
        notes.push(format!("{} cached tokens have no known price.", tokens(unpriced)));
    }
    notes.join(" ")
}
