//! The reply to `slowest`.

use super::format::{count, duration, fit, moment, share};
use super::stats::or_none;
use super::{Block, Frame, words};
use crate::analysis::slowest::{CauseShare, CommonCauses, Issue, SlowCall, SlowestReport};
use crate::model::QueryType;

/// Columns for the name of a model below its label.
const NAME_COLUMNS: usize = 34;
/// Columns for the first words of a prompt; longer than a line, because they wrap as text does.
const PREVIEW_COLUMNS: usize = 80;

/// The blocks of the reply.
pub fn blocks(report: &SlowestReport, frame: &Frame) -> Vec<Block> {
    let mut blocks = frame.headline("🐌 Slowest Queries", report.n, report.window);
    let Some(slowest) = report.slowest.first() else {
        blocks.extend(none_listed(report, frame));
        return blocks;
    };
    blocks.push(Block::Numbered(report.slowest.iter().map(|call| item(call, frame)).collect()));
    blocks.extend(common_causes(&report.common_causes));
    blocks.extend(frame.kept_since(report.rows_since));
    blocks.push(frame.next(&format!("perf why {}", slowest.id)));
    blocks
}

/// Why there is no list: no calls, or none of them from where single calls may be listed.
fn none_listed(report: &SlowestReport, frame: &Frame) -> [Block; 2] {
    if report.n == 0 {
        let text = "No call with a known time ended ok.".to_owned();
        return [Block::Text(text), frame.next_longer(report.window)];
    }
    let text = "Single calls are listed in their own channel only; none of these was asked here.".to_owned();
    [Block::Text(text), frame.next("perf stats")]
}

fn item(call: &SlowCall, frame: &Frame) -> Vec<String> {
    let what = call.prompt_preview.as_deref().map(|preview| format!("\"{}\"", fit(preview, PREVIEW_COLUMNS)));
    let what = what.unwrap_or_else(|| call.query_type.map_or("type unknown", words::query_type).to_owned());
    vec![
        format!("{} – {what}", or_none(call.response_time_ms, duration)),
        format!("Model: {}", fit(&(frame.label)(&call.model), NAME_COLUMNS)),
        format!("Tokens: {} input, {} output", known(call.input_tokens), known(call.output_tokens)),
        format!("When: {}, call {}", moment(call.timestamp, frame.zone), call.id),
        format!("Issue: {}", issue(call)),
    ]
}

fn known(tokens: Option<u64>) -> String {
    tokens.map_or_else(|| "unknown".to_owned(), count)
}

fn issue(call: &SlowCall) -> String {
    let about = call.issue_ms.map(|ms| format!(" (about {})", duration(ms))).unwrap_or_default();
    format!("{}{about}", words::issue(call.issue, call.query_type.unwrap_or_default()))
}

fn common_causes(causes: &CommonCauses) -> Vec<Block> {
    if causes.n == 0 {
        return Vec::new();
    }
    let item = |cause: &CauseShare| {
        let word = words::issue(cause.issue, cause.query_type.unwrap_or(QueryType::Other));
        format!("{word} ({})", or_none(cause.share, share))
    };
    let mut blocks = vec![
        Block::Title(format!("Common Causes (slowest 5%, n={})", count(causes.n))),
        Block::List(causes.causes.iter().map(item).collect()),
    ];
    if causes.n < causes.tail_n {
        let (n, all) = (count(causes.n), count(causes.tail_n));
        blocks.push(Block::Note(format!("Looked at {n} of the {all} calls that the slowest 5% are.")));
    }
    if causes.causes.iter().any(|cause| cause.issue == Issue::NotEnoughData) {
        blocks.push(Block::Note("Not enough data: a model needs 6 calls to say what is usual.".into()));
    }
    blocks
}

#[cfg(test)]
mod tests;
