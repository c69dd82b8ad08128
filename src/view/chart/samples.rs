//! Charts for tests: usual ones, and ones that are as hard as they come.

use super::*;

/// Every chart.
pub fn all() -> Vec<Chart> {
    let usual = [heatmap(), history(), distribution(), waterfall()];
    let hard = [blank_heatmap(), long_history(), empty_history(), hostile_waterfall(), empty_distribution()];
    usual.into_iter().chain(hard).collect()
}

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn hours() -> Vec<String> {
    (0..24).map(|hour| format!("{hour:02}")).collect()
}

/// Hours and weekdays that are all the same.
pub fn level_heatmap() -> Chart {
    let Chart::Heatmap(chart) = heatmap() else { panic!() };
    let cells = chart.cells.iter().map(|row| row.iter().map(|cell| cell.map(|_| 900.0)).collect()).collect();
    Chart::Heatmap(Heatmap { cells, marks: Vec::new(), ..chart })
}

/// Busy afternoons, slowest on Wednesday; too few calls in the small hours of the weekend.
pub fn heatmap() -> Chart {
    let busy = |hour: usize| (-((hour as f64 - 14.5) / 5.0).powi(2)).exp();
    let day = [0.7, 0.85, 1.0, 0.75, 0.5, 0.2, 0.25];
    let cell = |row: usize, hour: usize| {
        let is_thin = row > 4 && (1..7).contains(&hour) || (row, hour) == (2, 3);
        (!is_thin)
            .then(|| (1_400.0 + 2_100.0 * busy(hour) * day[row] + 37.0 * ((row * 7 + hour * 5) % 4) as f64).round())
    };
    Chart::Heatmap(Heatmap {
        title: "Mean response time by hour and weekday (UTC)".into(),
        unit: Unit::Milliseconds,
        columns: hours(),
        rows: words(&DAYS),
        cells: (0..7).map(|row| (0..24).map(|hour| cell(row, hour)).collect()).collect(),
        blank: "fewer than 20 calls".into(),
        marks: vec![
            Mark { row: 2, column: 14, temper: Temper::Hot, text: "Slowest: Wed 14:00, 3.6s (n=212)".into() },
            Mark { row: 5, column: 23, temper: Temper::Cold, text: "Fastest: Sat 23:00, 1.4s (n=41)".into() },
        ],
    })
}

/// No cell has enough calls.
pub fn blank_heatmap() -> Chart {
    Chart::Heatmap(Heatmap {
        title: "Mean response time by hour and weekday (UTC)".into(),
        unit: Unit::Milliseconds,
        columns: hours(),
        rows: words(&DAYS),
        cells: vec![vec![None; 24]; 7],
        blank: "fewer than 20 calls".into(),
        marks: vec![],
    })
}

fn line(name: &str, values: &[f64]) -> Line {
    Line { name: name.into(), values: values.iter().map(|value| (!value.is_nan()).then_some(*value)).collect() }
}

/// Ten days with two things that happened, and a day without calls.
pub fn history() -> Chart {
    const NO: f64 = f64::NAN;
    let mean = [2_310., 2_280., 2_400., 2_360., 2_900., 3_050., NO, 2_980., 1_900., 1_850.];
    let p95 = [5_200., 5_100., 5_600., 5_300., 7_400., 7_900., NO, 7_600., 4_100., 4_000.];
    let cost = [8.1, 8.4, 8.0, 8.8, 9.4, 9.9, NO, 9.7, 5.2, 5.0];
    let errors = [0.01, 0.012, 0.008, 0.01, 0.011, 0.052, NO, 0.013, 0.009, 0.01];
    let panel = |label: &str, unit, lines, trend| Panel { label: label.into(), unit, lines, trend };
    Chart::Series(Series {
        title: "Last 10 days by day".into(),
        periods: (12..22).map(|day| format!("Nov {day}")).collect(),
        panels: vec![
            panel("Response time", Unit::Milliseconds, vec![line("Mean", &mean), line("P95", &p95)], None),
            panel("Cost", Unit::Usd, vec![line("Cost", &cost)], Some((9.6, 6.4))),
            panel("Error rate", Unit::Share, vec![line("Errors", &errors)], None),
        ],
        events: vec![
            Event { at: 4.0, text: "Nov 16: context 10 → 30 messages, 24% slower".into() },
            Event { at: 8.2, text: "Nov 20: default model Sonnet → Haiku, 38% faster, 46% cheaper".into() },
        ],
    })
}

/// More periods than a narrow terminal has columns, and events that stand close together.
pub fn long_history() -> Chart {
    let values: Vec<f64> =
        (0..90).map(|day| 1_500.0 + 400.0 * (f64::from(day) / 9.0).sin() + 8.0 * f64::from(day)).collect();
    let event = |at: f64, text: &str| Event { at, text: text.into() };
    Chart::Series(Series {
        title: "Last 90 days by day".into(),
        periods: (0..90).map(|day| format!("{}/{}", 9 + day / 30, 1 + day % 30)).collect(),
        panels: vec![Panel {
            label: "Response time".into(),
            unit: Unit::Milliseconds,
            lines: vec![line("Mean", &values)],
            trend: Some((1_450.0, 2_250.0)),
        }],
        events: vec![
            event(0.0, "9/1: version 0.1.0 started"),
            event(0.4, "9/1: price of Claude Sonnet 4.5 changed"),
            event(88.0, "11/29: policy cache applied"),
            event(89.9, "11/30: moved to the new host – 新しいホストへ移動しました"),
        ],
    })
}

/// A window in which nothing was.
pub fn empty_history() -> Chart {
    Chart::Series(Series {
        title: "Last 3 days by day".into(),
        periods: words(&["Nov 19", "Nov 20", "Nov 21"]),
        panels: vec![Panel {
            label: "Response time".into(),
            unit: Unit::Milliseconds,
            lines: vec![Line { name: "Mean".into(), values: vec![None; 3] }],
            trend: None,
        }],
        events: vec![],
    })
}

/// A long tail.
pub fn distribution() -> Chart {
    let counts = [12, 148, 402, 377, 251, 160, 97, 61, 40, 22, 14, 9];
    let bin = |(at, count): (usize, &u64)| Bin { from: 500.0 * at as f64, to: 500.0 * (at + 1) as f64, count: *count };
    let percentile = |label: &str, value| Percentile { label: label.into(), value };
    Chart::Distribution(Distribution {
        title: "Response times (last 24h, n=1,620)".into(),
        unit: Unit::Milliseconds,
        bins: counts.iter().enumerate().map(bin).collect(),
        beyond: 27,
        percentiles: vec![percentile("P50", 1_810.0), percentile("P95", 4_620.0)],
    })
}

/// No values.
pub fn empty_distribution() -> Chart {
    Chart::Distribution(Distribution {
        title: "Response times (last 24h, n=0)".into(),
        unit: Unit::Milliseconds,
        bins: vec![],
        beyond: 0,
        percentiles: vec![],
    })
}

fn stage(label: &str, phase: Phase, depth: u8, (start_ms, length_ms): (f64, f64)) -> Bar {
    Bar { label: label.into(), phase, depth, start_ms, length_ms, typical_ms: None, note: None }
}

/// A long answer after a refused attempt.
pub fn waterfall() -> Chart {
    let note = |bar: Bar, note: &str| Bar { note: Some(note.into()), ..bar };
    let typical = |bar: Bar, ms: f64| Bar { typical_ms: Some(ms), ..bar };
    Chart::Waterfall(Waterfall {
        title: "Where the 12.3s of call 4711 went".into(),
        bars: vec![
            stage("Context", Phase::Own, 0, (0.0, 24.0)),
            note(stage("Attempt 1", Phase::Failed, 0, (24.0, 310.0)), "429 rate limit"),
            stage("Back-off", Phase::Waiting, 0, (334.0, 2_000.0)),
            stage("Attempt 2", Phase::Writing, 0, (2_334.0, 9_910.0)),
            typical(stage("First token", Phase::Reading, 1, (2_334.0, 810.0)), 720.0),
            note(typical(stage("Writing", Phase::Writing, 1, (3_144.0, 9_100.0)), 2_080.0), "9,200 tokens"),
            stage("Recording", Phase::Own, 0, (12_244.0, 56.0)),
        ],
        total_ms: 12_300.0,
    })
}

/// Names in other letters, too long, and with what is not text.
pub fn hostile_waterfall() -> Chart {
    let long = "A stage whose name is far longer than any stage's name has a right to be <script>&\u{1b}[31m";
    Chart::Waterfall(Waterfall {
        title: "模型回答所用的时间 – где прошло время – أين ذهب الوقت – 🦀👨‍👩‍👧 and a title that goes on and on".into(),
        bars: vec![
            Bar { note: Some("注".repeat(60)), ..stage("読み込み", Phase::Reading, 0, (0.0, 1_000.0)) },
            stage(long, Phase::Writing, 3, (1_000.0, 90_000.0)),
            stage("nothing", Phase::Own, 0, (91_000.0, 0.0)),
        ],
        total_ms: 91_000.0,
    })
}
