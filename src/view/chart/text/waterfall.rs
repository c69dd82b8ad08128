//! A waterfall as text: a bar for each stage and attempt, where it began.

use super::super::{Bar, Phase, Unit, Waterfall};
use super::{LEAST_COLUMNS, padded, padded_left, widest};
use crate::view::format::fit;

pub(in super::super) fn waterfall(chart: &Waterfall, columns: usize) -> Vec<String> {
    let columns = columns.max(LEAST_COLUMNS);
    let labels: Vec<String> = chart.bars.iter().map(label).collect();
    let said: Vec<String> = chart.bars.iter().map(|bar| says(bar, columns)).collect();
    let label = widest(labels.iter().map(String::as_str), columns / 3);
    let beside =
        widest(said.iter().map(String::as_str), (columns / 2).min(columns.saturating_sub(label + 4 + LEAST_TRACK)));
    let room = columns.saturating_sub(label + beside + 4).max(LEAST_TRACK);
    let mut lines = vec![fit(&chart.title, columns)];
    for (bar, (name, said)) in chart.bars.iter().zip(labels.iter().zip(&said)) {
        let line = format!("{}  {}  {}", padded(name, label), track(bar, chart.end_ms(), room), fit(said, beside));
        lines.push(line.trim_end().to_owned());
    }
    lines.push(format!("{}  0{}", " ".repeat(label), padded_left(&Unit::Milliseconds.write(chart.end_ms()), room - 1)));
    let signs: Vec<String> = chart.phases().map(|phase| format!("{} {}", sign(phase), phase.label())).collect();
    let typical = chart.bars.iter().any(|bar| bar.typical_ms.is_some()).then(|| format!("{TYPICAL} typical end"));
    lines.push(fit(&signs.into_iter().chain(typical).collect::<Vec<_>>().join("  "), columns));
    lines
}

/// From how many columns on there is room for words beside the bars.
const WIDE: usize = 60;

/// The least room for bars.
const LEAST_TRACK: usize = 8;

/// Where a bar usually ends.
const TYPICAL: char = '╵';

fn label(bar: &Bar) -> String {
    format!("{}{}", "  ".repeat(bar.depth.into()), bar.label)
}

/// What is said of a bar. Where there is little room the tick alone tells what is usual.
fn says(bar: &Bar, columns: usize) -> String {
    let typical =
        bar.typical_ms.filter(|_| columns >= WIDE).map(|ms| format!(" (typical {})", Unit::Milliseconds.write(ms)));
    bar.says() + &typical.unwrap_or_default()
}

fn sign(phase: Phase) -> char {
    match phase {
        Phase::Own => '■',
        Phase::Reading => '▒',
        Phase::Writing => '█',
        Phase::Waiting => '░',
        Phase::Failed => 'x',
    }
}

/// A bar on its way from start to end. It is seen, however short.
fn track(bar: &Bar, end_ms: f64, room: usize) -> String {
    let column = |ms: f64| ((ms / end_ms.max(1.0) * room as f64).round().max(0.0) as usize).min(room);
    let start = column(bar.start_ms).min(room - 1);
    let end = column(bar.end_ms()).max(start + 1);
    let mut track: Vec<char> =
        (0..room).map(|at| if (start..end).contains(&at) { sign(bar.phase) } else { ' ' }).collect();
    if let Some(at) = bar.typical_ms.map(|ms| column(bar.start_ms + ms).min(room - 1)) {
        track[at] = TYPICAL;
    }
    track.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::super::super::samples;

    #[test]
    fn wide() {
        insta::assert_snapshot!(samples::waterfall().text(76).join("\n"), @"
        Where the 12.3s of call 4711 went
        Context        ■                          24ms
        Attempt 1      x                          0.3s · 429 rate limit
        Back-off        ░░░░                      2.0s
        Attempt 2           ████████████████████  9.9s
          First token       ▒╵                    0.8s (typical 0.7s)
          Writing            █████╵█████████████  9.1s · 9,200 tokens (typical 2.1s)
        Recording                              ■  56ms
                       0                   12.3s
        ■ perfbot  ▒ model reads  █ model writes  ░ waiting  x failed  ╵ typical end
        ");
    }

    #[test]
    fn narrow() {
        insta::assert_snapshot!(samples::waterfall().text(44).join("\n"), @"
        Where the 12.3s of call 4711 went
        Context        ■         24ms
        Attempt 1      x         0.3s · 429 rate li…
        Back-off       ░░        2.0s
        Attempt 2        ██████  9.9s
          First token    ╵       0.8s
          Writing        █╵████  9.1s · 9,200 tokens
        Recording             ■  56ms
                       0  12.3s
        ■ perfbot  ▒ model reads  █ model writes  ░…
        ");
    }
}
