//! The reply to `baseline show`.

use super::format::{NONE, count, dollars, duration, fit_all, moment, share};
use super::{Block, Frame};
use crate::analysis::baseline::{BASELINE_FROM, Held, Standing, StandingVerdict};

/// Columns for the name of a model.
const NAME_COLUMNS: usize = 11;

/// A baseline, and a window beside it.
pub fn blocks(held: &Held, frame: &Frame) -> Vec<Block> {
    let baseline = &held.baseline;
    let mut blocks = frame.headline(&format!("📏 Baseline {:?}", baseline.name), held.n, held.window);
    let since = moment(baseline.window.from, frame.zone);
    let until = moment(baseline.window.to, frame.zone);
    blocks.push(Block::Note(format!("Fixed from {} calls, {since} to {until}.", count(baseline.n))));
    let row = |label: String, standing: &Standing, show: fn(f64) -> String| -> Vec<String> {
        let usual = standing.usual.map_or_else(|| NONE.to_owned(), |usual| show(usual.value));
        let range = standing.usual.map_or_else(
            || NONE.to_owned(),
            |usual| {
                if usual.low > 0.0 { format!("≥ {}", show(usual.low)) } else { format!("≤ {}", show(usual.high)) }
            },
        );
        let now = standing.value.map_or_else(|| NONE.to_owned(), show);
        vec![label, usual, range, now, mark(standing.verdict).to_owned()]
    };
    let mut rows = vec![row("Response".into(), &held.response_time_ms, duration)];
    let labels: Vec<String> = held.models.keys().map(|model| (frame.label)(model)).collect();
    let names = fit_all(&labels, NAME_COLUMNS).into_iter();
    rows.extend(names.zip(held.models.values()).map(|(name, standing)| row(name, standing, duration)));
    rows.push(row("Cost/query".into(), &held.cost_per_call_usd, dollars));
    rows.push(row("Cache hits".into(), &held.cache_hit_rate, share));
    rows.push(row("Errors".into(), &held.error_rate, share));
    let thin = rows.iter().any(|row| row[4] == mark(StandingVerdict::NotEnoughData));
    let head = ["", "Usual", "Accepted", "Now", ""].map(str::to_owned).to_vec();
    blocks.push(Block::Table { head, rows });
    let thin = if thin { format!(" ?: judged from {BASELINE_FROM} calls on.") } else { String::new() };
    blocks.push(Block::Note(format!("Means; ✅ within what is accepted, ⚠️ outside.{thin}")));
    blocks.push(frame.next("perf history"));
    blocks
}

fn mark(verdict: StandingVerdict) -> &'static str {
    match verdict {
        StandingVerdict::Unknown => "",
        StandingVerdict::NotEnoughData => "?",
        StandingVerdict::Acceptable => "✅",
        StandingVerdict::Outside => "⚠️",
    }
}
