//! The reply to `report`: what it comes to, in chat; all of it, as a document.

mod findings;
mod sections;

use super::format::{count, dollars, share};
use super::{Block, Document, Figure, Frame, Section, WindowTitle};
use crate::analysis::report::{Report, Saving};
use crate::model::Scope;

/// The blocks of the reply. The file stands behind them, if there is anything to put in it.
pub fn blocks(report: &Report, file: Block, frame: &Frame) -> Vec<Block> {
    let mut blocks = frame.headline("📄 Performance Report", report.n, report.window);
    if report.n == 0 {
        blocks.push(Block::Text("No calls in this window, so there is no file.".into()));
        blocks.push(frame.next_longer(report.window));
        return blocks;
    }
    if matches!(file, Block::Document { .. }) {
        let titles = sections::sections(report, frame).into_iter().map(|section| vec![section.title]).collect();
        blocks.extend([Block::Title("Contents".into()), Block::Numbered(titles)]);
    }
    blocks.extend([Block::Title("Key Findings".into()), Block::List(findings::findings(report, frame))]);
    blocks.extend(savings(report));
    blocks.push(file);
    blocks.push(frame.next("perf history"));
    blocks
}

/// All of it.
pub fn document(report: &Report, scope: &Scope, frame: &Frame) -> Document {
    let time = WindowTitle::Between { window: report.window, zone: frame.zone };
    let whose = match scope {
        Scope::All => "all servers and people",
        Scope::Guild(_) => "this server",
        Scope::User(_) => "your own calls",
    };
    Document {
        title: "Performance report".into(),
        subtitle: format!("{time} · {} calls · {whose}", count(report.n)),
        sections: sections::sections(report, frame),
    }
}

/// What could be saved, if anybody looked.
fn savings(report: &Report) -> Vec<Block> {
    let Some(Saving { time_share, usd_before, usd_after }) = report.advice.as_ref().and_then(|advice| advice.combined)
    else {
        return Vec::new();
    };
    let time = time_share.map(|saved| Figure::new("Time", format!("{} faster responses", share(saved))));
    let cost = usd_before.zip(usd_after).filter(|(before, _)| *before > 0.0).map(|(before, after)| {
        let saved = share((before - after) / before);
        Figure::new("Cost", format!("{saved} less ({} → {} a month)", dollars(before), dollars(after)))
    });
    let figures: Vec<Figure> = time.into_iter().chain(cost).collect();
    match figures.is_empty() {
        true => Vec::new(),
        false => vec![Block::Title("Estimated Savings".into()), Block::Figures(figures)],
    }
}

/// A part of a document.
fn section(title: &str, blocks: Vec<Block>) -> Section {
    Section { title: title.into(), blocks }
}

#[cfg(test)]
mod tests;
