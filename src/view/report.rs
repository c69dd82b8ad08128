//! The reply to `report`: what it comes to, in chat; all of it, as a document.

mod findings;
mod sections;

use super::format::{count, dollars, share};
use super::{Block, Document, Figure, Frame, Section, WindowTitle};
use crate::advisor::bottleneck::Bottlenecks;
use crate::advisor::{Estimate, Outlook};
use crate::analysis::report::Report;
use crate::model::Scope;

/// All that a report says of a window.
#[derive(Clone, Copy)]
pub struct Whole<'a> {
    /// How it was.
    pub report: &'a Report,
    /// What took time or money without need.
    pub found: &'a Bottlenecks,
}

impl Whole<'_> {
    /// What could be saved.
    pub fn outlook(self) -> Option<Outlook> {
        Outlook::of(self.found, self.report.cost.per_30_days_usd)
    }
}

/// The blocks of the reply. The file stands behind them, if there is anything to put in it.
pub fn blocks(whole: Whole<'_>, file: Block, frame: &Frame) -> Vec<Block> {
    let report = whole.report;
    let mut blocks = frame.headline("📄 Performance Report", report.n, report.window);
    if report.n == 0 {
        blocks.push(Block::Text("No calls in this window, so there is no file.".into()));
        blocks.push(frame.next_longer(report.window));
        return blocks;
    }
    if matches!(file, Block::Document { .. }) {
        let titles = sections::sections(whole, frame).into_iter().map(|section| vec![section.title]).collect();
        blocks.extend([Block::Title("Contents".into()), Block::Numbered(titles)]);
    }
    blocks.extend([Block::Title("Key Findings".into()), Block::List(findings::findings(whole, frame))]);
    blocks.extend(savings(whole));
    blocks.push(file);
    blocks.push(frame.next(if whole.found.findings.is_empty() { "perf history" } else { "perf bottlenecks" }));
    blocks
}

/// All of it.
pub fn document(whole: Whole<'_>, scope: &Scope, frame: &Frame) -> Document {
    let report = whole.report;
    let time = WindowTitle::Between { window: report.window, zone: frame.zone };
    let whose = match scope {
        Scope::All => "all servers and people",
        Scope::Guild(_) => "this server",
        Scope::User(_) => "your own calls",
    };
    Document {
        title: "Performance report".into(),
        subtitle: format!("{time} · {} calls · {whose}", count(report.n)),
        sections: sections::sections(whole, frame),
    }
}

/// What could be saved by all levers together.
fn savings(whole: Whole<'_>) -> Vec<Block> {
    let Some(outlook) = whole.outlook() else { return Vec::new() };
    let percent = |saved: Estimate, what| format!("{} {what}{}", share(saved.mean), range(saved, share));
    let time = outlook.time_share.map(|saved| Figure::new("Time", percent(saved, "faster responses")));
    let cost = outlook.cost_share.map(|saved| Figure::new("Cost", percent(saved, "less")));
    let month = outlook.usd_before.zip(outlook.usd_after);
    let month =
        month.map(|(before, after)| Figure::new("A month", format!("{} → {}", dollars(before), dollars(after.mean))));
    let figures = time.into_iter().chain(cost).chain(month).collect();
    let note = "All changes that can be replayed, in one replay of logged calls: nothing is saved twice. Ranges hold with 80%.";
    vec![Block::Title("Estimated Savings".into()), Block::Figures(figures), Block::Note(note.into())]
}

/// ` (20%–30%)`, where it is known.
fn range(of: Estimate, show: fn(f64) -> String) -> String {
    of.low.zip(of.high).map_or_else(String::new, |(low, high)| format!(" ({}–{})", show(low), show(high)))
}

/// A part of a document.
fn section(title: &str, blocks: Vec<Block>) -> Section {
    Section { title: title.into(), blocks }
}

#[cfg(test)]
mod tests;
