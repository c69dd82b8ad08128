//! What pictures cost: a heatmap and a history as PNG, as they go to chat, and a report of several pages as PDF. Beside each
//! the SVG of the same charts, which is text and no more.

#[allow(dead_code, reason = "nothing is compared here")]
mod harness;

use std::hint::black_box;
use std::process::ExitCode;
use std::time::Instant;

use harness::{Candidate, Report, alternate};
use perfbot::view::chart::{
    Bin, Distribution, Event, Heatmap, Line, Mark, Panel, Percentile, Series, Sheet, Temper, Unit,
};
use perfbot::view::{Block, Chart, Document, Figure, Fonts, Painter, Section};

fn main() -> ExitCode {
    let mut report = Report::open("pictures: painting one");
    let painter = Painter::new(Fonts::OfThisMachine);
    for (name, chart) in [("heatmap", heatmap()), ("history", history())] {
        let png = painter.png(&chart).map_or(0, |png| png.len());
        println!("\n  a {name}, {:.0} kB", png as f64 / 1e3);
        let series = [
            Candidate::new("SVG", || millis(|| chart.svg(Sheet::CHAT))),
            Candidate::new("PNG", || millis(|| painter.png(&chart))),
        ];
        let [svg, png] = report.times("ms", alternate(20, series));
        report.goal(&format!("PNG of a {name}, ms"), png.spread(), ..=60.0);
        report.goal(&format!("PNG / SVG of a {name}"), png.against(&svg, |png, svg| png / svg), ..);
    }
    let document = document();
    let pdf = painter.pdf(&document).map_or(0, |pdf| pdf.len());
    println!("\n  a report, {:.0} kB", pdf as f64 / 1e3);
    let [pdf] = report.times("ms", alternate(20, [Candidate::new("PDF", || millis(|| painter.pdf(&document)))]));
    report.goal("PDF of a report, ms", pdf.spread(), ..=200.0);
    report.finish()
}

/// The milliseconds that something takes.
fn millis<T>(paint: impl Fn() -> T) -> f64 {
    let start = Instant::now();
    black_box(paint());
    start.elapsed().as_secs_f64() * 1e3
}

fn heatmap() -> Chart {
    let cell = |row: usize, column: usize| Some(1_000.0 + (row * 131 + column * 57) as f64 % 2_500.0);
    Chart::Heatmap(Heatmap {
        title: "Mean response time by hour and weekday (UTC)".into(),
        unit: Unit::Milliseconds,
        columns: (0..24).map(|hour| format!("{hour:02}")).collect(),
        rows: ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].map(String::from).to_vec(),
        cells: (0..7).map(|row| (0..24).map(|column| cell(row, column)).collect()).collect(),
        blank: "fewer than 20 calls".into(),
        marks: vec![
            Mark { row: 2, column: 14, temper: Temper::Hot, text: "Slowest: Wed 14:00, 3.4s (n=212)".into() },
            Mark { row: 5, column: 23, temper: Temper::Cold, text: "Fastest: Sat 23:00, 1.0s (n=41)".into() },
        ],
    })
}

fn history() -> Chart {
    let values = |from: f64| (0..30).map(|day| Some(from + from * f64::from(day * 37 % 11) / 20.0)).collect();
    let line = |name: &str, from: f64| Line { name: name.into(), values: values(from) };
    let panel = |label: &str, unit, lines| Panel { label: label.into(), unit, lines, trend: None };
    let event = |at: f64, text: &str| Event { at, text: text.into() };
    Chart::Series(Series {
        title: "Last 30 days by day".into(),
        periods: (1..=30).map(|day| format!("Nov {day}")).collect(),
        panels: vec![
            panel("Response time", Unit::Milliseconds, vec![line("Mean", 1_900.0), line("P95", 4_200.0)]),
            panel("Tokens", Unit::Count, vec![line("Tokens", 68_000.0)]),
            panel("Cost", Unit::Usd, vec![line("Cost", 8.0)]),
            panel("Error rate", Unit::Share, vec![line("Errors", 0.01)]),
        ],
        events: vec![event(9.4, "Nov 10: default model Sonnet → Haiku"), event(21.0, "Nov 22: moved to the new host")],
    })
}

fn distribution() -> Chart {
    let bin = |at: u32| Bin {
        from: f64::from(at) * 500.0,
        to: f64::from(at + 1) * 500.0,
        count: u64::from(4_000 / (at + 1)),
    };
    Chart::Distribution(Distribution {
        title: "Response times".into(),
        unit: Unit::Milliseconds,
        bins: (0..12).map(bin).collect(),
        beyond: 27,
        percentiles: vec![Percentile { label: "P50".into(), value: 1_810.0 }],
    })
}

/// About as much as a report on a month says.
fn document() -> Document {
    let chart = |chart: Chart| Block::Chart(Box::new(chart));
    let words = |words: [&str; 5]| words.map(String::from).to_vec();
    let rows = (0..40).map(|_| words(["Claude Sonnet 4.5", "9,120", "3.1s", "1.2%", "$238.10"])).collect();
    let table = Block::Table { head: words(["Model", "Calls", "Average", "Errors", "Cost"]), rows };
    let text = || Block::Text("Costs can fall from $280 to $168 a month with three changes. ".repeat(12));
    let figures = || Block::Figures((0..8).map(|_| Figure::new("Average response", "2.3s (n=18,240)")).collect());
    let section = |title: &str, blocks| Section { title: title.into(), blocks };
    Document {
        title: "Performance report".into(),
        subtitle: "2026-10-22 – 2026-11-21 UTC · 18,240 calls".into(),
        sections: vec![
            section("Executive summary", vec![text(), figures()]),
            section("Response times", vec![figures(), chart(distribution()), chart(heatmap())]),
            section("Per-model breakdown", vec![table]),
            section("Historical trends", vec![chart(history()), text()]),
            section("Method and coverage", vec![text(), text()]),
        ],
    }
}
