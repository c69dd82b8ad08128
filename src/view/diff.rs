//! The reply to `diff`.

use super::format::{NONE, count, dollars, duration, moment, share};
use super::{Block, Frame, WindowTitle};
use crate::analysis::diff::{Account, Dated, Diff, Explained, Factor, PartOfChange, SideFigures};
use crate::analysis::history::DAY_FROM;
use crate::model::{ModelName, Window};

/// What one of the times is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Time {
    /// As it was typed.
    pub name: String,
    /// Whether it goes on.
    pub goes_on: bool,
}

/// The two times, in the order in which they were named.
pub type Times = [Time; 2];

/// A figure: what it is called, and how its numbers are written.
struct Figure<'d> {
    name: &'static str,
    explained: &'d Explained,
    /// What stands there where it is not explained.
    otherwise: fn(&SideFigures) -> Option<String>,
    unit: Unit,
}

/// How numbers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Milliseconds,
    Dollars,
    Percent,
}

/// The blocks of the reply.
pub fn blocks(diff: &Diff, times: &Times, frame: &Frame) -> Vec<Block> {
    let [before, after] = times;
    let (n_before, n_after) = (count(diff.before.n), count(diff.after.n));
    let only = frame.title.only();
    let headline = format!("🔍 Performance Diff: {} → {}{only} (n={n_before} → {n_after})", before.name, after.name);
    let mut blocks = vec![Block::Headline(headline), Block::Note(called(diff, times, frame))];
    let empty = [(&diff.before, before), (&diff.after, after)].into_iter().filter(|(side, _)| side.n == 0);
    let empty: Vec<&str> = empty.map(|(_, time)| time.name.as_str()).collect();
    if !empty.is_empty() {
        blocks.push(Block::Text(format!("No calls in {}: nothing to hold against each other.", empty.join(" and "))));
        blocks.push(frame.next("perf history"));
        return blocks;
    }
    let figures = figures(diff);
    blocks.push(table(diff, &figures, times));
    blocks.push(Block::Note(legend(diff, times)));
    blocks.extend(figures.iter().flat_map(|figure| why(figure, frame)));
    blocks.push(Block::Text(dated(&diff.dated, frame)));
    blocks.push(frame.next("perf history"));
    blocks
}

fn figures(diff: &Diff) -> [Figure<'_>; 4] {
    let figure = |name, explained, unit, otherwise| Figure { name, explained, otherwise, unit };
    [
        figure("Response", &diff.response_time_ms, Unit::Milliseconds, |side| side.response_time_ms.mean.map(duration)),
        figure("P95", &diff.p95_ms, Unit::Milliseconds, |side| side.response_time_ms.firm_p95().map(duration)),
        figure("Cost/query", &diff.cost_per_call_usd, Unit::Dollars, |side| {
            side.cost_usd.map(|usd| dollars(usd / side.cost_n as f64))
        }),
        figure("Errors", &diff.error_percent, Unit::Percent, |side| side.errors.rate.map(share)),
    ]
}

/// What the names stand for.
fn called(diff: &Diff, times: &Times, frame: &Frame) -> String {
    let of = |time: &Time, window: Window| {
        let so_far = if time.goes_on { " (so far)" } else { "" };
        format!("{}: {}{so_far}.", time.name, WindowTitle::Between { window, zone: frame.zone })
    };
    format!("{}\n{}", of(&times[0], diff.before.window), of(&times[1], diff.after.window))
}

fn table(diff: &Diff, figures: &[Figure], times: &Times) -> Block {
    let head = vec![String::new(), short(&times[0].name, "Before"), short(&times[1].name, "After"), "Change".into()];
    let row = |figure: &Figure| {
        let [before, after, change] = match figure.explained {
            Explained::Explained { account, beyond_chance, .. } => [
                figure.unit.plain(account.before, account.decimals),
                figure.unit.plain(account.after, account.decimals),
                mark(account, *beyond_chance).to_owned() + &figure.unit.signed(account.change, account.decimals),
            ],
            Explained::NotEnoughData { .. } => {
                let of = |side| (figure.otherwise)(side).unwrap_or_else(|| NONE.to_owned());
                [of(&diff.before), of(&diff.after), String::new()]
            }
        };
        vec![figure.name.to_owned(), before, after, change]
    };
    let amount = |name: &str, of: &dyn Fn(&SideFigures) -> String| {
        vec![name.to_owned(), of(&diff.before), of(&diff.after), String::new()]
    };
    let mut rows: Vec<Vec<String>> = figures.iter().map(row).collect();
    rows.push(amount("Spent", &|side| super::format::cost(side.cost_usd)));
    rows.push(amount("Calls", &|side| count(side.n)));
    Block::Table { head, rows }
}

/// A name that fits a column; of a long one what it stands for.
fn short(name: &str, otherwise: &str) -> String {
    if name.chars().count() <= 10 { name.to_owned() } else { otherwise.to_owned() }
}

/// What is beyond chance: for the worse, since less of each of these figures is better, or for the better.
fn mark(account: &Account, beyond_chance: Option<bool>) -> &'static str {
    match beyond_chance {
        Some(true) if account.change > 0.0 => "⚠️ ",
        Some(true) if account.change < 0.0 => "✅ ",
        _ => "",
    }
}

fn legend(diff: &Diff, times: &Times) -> String {
    let thin = figures(diff).into_iter().filter_map(|figure| match figure.explained {
        Explained::NotEnoughData { have, needed } => Some(format!("{} ({} of {needed})", figure.name, count(*have))),
        Explained::Explained { .. } => None,
    });
    let thin: Vec<String> = thin.collect();
    let mut notes = Vec::new();
    if thin.len() < figures(diff).len() {
        let explained = |of: &Explained| matches!(of, Explained::Explained { .. });
        let p95 = if explained(&diff.p95_ms) { "; P95 is not judged" } else { "" };
        notes.push(format!("⚠️ and ✅ mark changes beyond chance{p95}."));
        if explained(&diff.error_percent) {
            notes.push("pp: percentage points.".to_owned());
        }
    }
    if !thin.is_empty() {
        notes.push(format!("Not enough data to explain: {}.", thin.join(", ")));
    }
    let cut: Vec<&str> = times.iter().filter(|time| time.goes_on).map(|time| time.name.as_str()).collect();
    if let [cut] = cut[..] {
        notes.push(format!("{cut} is not over: its later hours are missing."));
    }
    notes.join(" ")
}

/// The parts of a change, which add up to it.
fn why(figure: &Figure, frame: &Frame) -> Vec<Block> {
    let Explained::Explained { account, not_told, .. } = figure.explained else { return Vec::new() };
    match &account.parts[..] {
        [] => return Vec::new(),
        [only] => {
            let all = format!("Why {}: all of it {}.", figure.name, factor(only.factor, figure.unit).to_lowercase());
            let about = about(only, frame).map(|about| format!(" {about}")).unwrap_or_default();
            return vec![Block::Text(all + &about)];
        }
        _ => {}
    }
    let row = |part: &PartOfChange| {
        let of_whole = part.percent.map(|percent| format!("{percent}%")).unwrap_or_default();
        let by = figure.unit.signed(part.change, account.decimals);
        vec![factor(part.factor, figure.unit).to_owned(), by, of_whole]
    };
    let mut rows: Vec<Vec<String>> = account.parts.iter().map(row).collect();
    let sum = if rows.iter().all(|row| row[2].is_empty()) { "" } else { "100%" };
    rows.push(vec!["Together".into(), figure.unit.signed(account.change, account.decimals), sum.into()]);
    let table = Block::Table { head: ["", "Part", "Share"].map(str::to_owned).to_vec(), rows };
    let mut blocks = vec![Block::Title(format!("Why {}", figure.name)), table];
    let mut notes: Vec<String> = account.parts.iter().filter_map(|part| about(part, frame)).collect();
    if !not_told.is_empty() {
        let factors: Vec<String> = not_told.iter().map(|of| factor(*of, figure.unit).to_lowercase()).collect();
        notes.push(format!("Not told apart by these calls: {}.", factors.join(", ")));
    }
    if !notes.is_empty() {
        blocks.push(Block::Note(notes.join("\n")));
    }
    blocks
}

fn factor(factor: Factor, unit: Unit) -> &'static str {
    match factor {
        Factor::ModelMix => "Model mix",
        Factor::QueryMix => "Query mix",
        Factor::ContextSize => "Context size",
        Factor::OutputLength => "Output length",
        Factor::CacheHits => "Cache hits",
        Factor::Retries => "Retries, waits",
        Factor::Price => "Price",
        Factor::Provider if unit == Unit::Dollars => "Failures, rest",
        Factor::Provider => "Provider, rest",
    }
}

/// Which model or type a part is mostly about.
fn about(part: &PartOfChange, frame: &Frame) -> Option<String> {
    let label = |model: &ModelName| (frame.label)(model);
    match (part.factor, &part.model, part.query_type) {
        (Factor::ModelMix, Some(model), _) => Some(format!("Model mix: more of the calls go to {}.", label(model))),
        (_, _, Some(query_type)) => Some(format!("Query mix: more of the questions are of the type {query_type}.")),
        (Factor::Provider, Some(model), _) => Some(format!("Rest: mostly {}.", label(model))),
        _ => None,
    }
}

fn dated(dated: &Dated, frame: &Frame) -> String {
    if dated.days < dated.needed {
        return format!(
            "Since when: {NONE} (not enough data: {} of {} days with {DAY_FROM} timed answers)",
            dated.days, dated.needed
        );
    }
    let since = |change: &crate::analysis::history::LevelChange| {
        let sign = if change.share < 0.0 { "-" } else { "+" };
        let date = moment(change.day, frame.zone);
        format!("{} ({sign}{})", date.split(' ').next().unwrap_or_default(), share(change.share.abs()))
    };
    match &dated.changes[..] {
        [] => format!("Since when: no day on which the median response time changed its level ({} days)", dated.days),
        changes => format!("Since when: {}", changes.iter().map(since).collect::<Vec<_>>().join(", ")),
    }
}

impl Unit {
    /// A figure to a digit, whatever its size.
    fn plain(self, value: f64, decimals: i32) -> String {
        let places = |more: i32| usize::try_from(decimals + more).unwrap_or(0);
        match self {
            Self::Milliseconds => format!("{:.*}s", places(3), value / 1e3),
            Self::Dollars => format!("${value:.*}", places(0)),
            Self::Percent => format!("{value:.*}%", places(0)),
        }
    }

    /// The same of a change, with its sign; that of a percentage is in points, so that nobody takes it for a share of it.
    fn signed(self, value: f64, decimals: i32) -> String {
        let sign = match value {
            0.0 => "",
            less if less < 0.0 => "-",
            _ => "+",
        };
        let size = self.plain(value.abs(), decimals);
        sign.to_owned() + &if self == Self::Percent { size.replace('%', "pp") } else { size }
    }
}

#[cfg(test)]
mod tests;
