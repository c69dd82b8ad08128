//! A heatmap as text: a shade for each cell.

use super::super::{Heatmap, Temper};
use super::{LEAST_COLUMNS, scale, widest};
use crate::view::format::{clean, fit};

/// From the least to the greatest.
const SHADES: [char; 4] = ['░', '▒', '▓', '█'];

/// What a blank cell shows.
const BLANK: char = '·';

pub(in super::super) fn heatmap(chart: &Heatmap, columns: usize) -> Vec<String> {
    let columns = columns.max(LEAST_COLUMNS);
    let label = widest(chart.rows.iter().map(String::as_str), columns / 4);
    let cell = ((columns - label - 2) / chart.columns.len().max(1)).clamp(1, 2);
    let heads = (0..).step_by(cell).zip(&chart.columns).map(|(at, head)| (at, head.as_str()));
    let mut lines = vec![fit(&chart.title, columns)];
    // One in three, so that the hours are round ones where there is room for no more.
    let heads: Vec<(usize, &str)> = heads.step_by(3).collect();
    lines.push(format!("{}  {}", " ".repeat(label), scale(columns - label - 2, &heads)));
    lines.extend((0..chart.rows.len()).map(|row| self::row(chart, row, label, cell)));
    lines.extend(legend(chart).iter().map(|line| fit(line, columns)));
    lines
}

fn row(chart: &Heatmap, row: usize, label: usize, width: usize) -> String {
    let cells = (0..chart.columns.len()).map(|column| cell(chart, row, column, width));
    let label = super::padded(chart.rows.get(row).map_or("", String::as_str), label);
    format!("{label}  {}", cells.collect::<String>()).trim_end().to_owned()
}

fn cell(chart: &Heatmap, row: usize, column: usize, width: usize) -> String {
    match (chart.mark(row, column), chart.cell(row, column)) {
        (Some(mark), _) => sign(mark.temper).to_string().repeat(width),
        (None, Some(value)) => shade(chart.share(value)).to_string().repeat(width),
        (None, None) => format!("{BLANK:<width$}"),
    }
}

fn sign(temper: Temper) -> char {
    match temper {
        Temper::Hot => '▲',
        Temper::Cold => '▼',
    }
}

fn shade(share: f64) -> char {
    let at = (share * SHADES.len() as f64) as usize;
    SHADES[at.min(SHADES.len() - 1)]
}

/// What the shades and signs mean.
fn legend(chart: &Heatmap) -> Vec<String> {
    let mut lines = Vec::new();
    lines.extend(chart.range().map(|range| shades(chart, range)));
    lines.extend(chart.marks.iter().map(|mark| clean(&format!("{} {}", sign(mark.temper), mark.text)).into_owned()));
    if chart
        .rows
        .iter()
        .enumerate()
        .any(|(row, _)| (0..chart.columns.len()).any(|column| chart.cell(row, column).is_none()))
    {
        lines.push(clean(&format!("{BLANK} {}", chart.blank)).into_owned());
    }
    lines
}

/// From which value on each shade stands; where all values are alike, the one that they have.
fn shades(chart: &Heatmap, (least, most): (f64, f64)) -> String {
    let write = |value| chart.unit.write(value);
    if least == most {
        return format!("{} {}", shade(chart.share(least)), write(least));
    }
    let from = |at: usize| write(least + (most - least) * at as f64 / SHADES.len() as f64);
    let shades: Vec<String> = SHADES.iter().enumerate().map(|(at, shade)| format!("{shade} {}", from(at))).collect();
    format!("{} – {}", shades.join("  "), write(most))
}

#[cfg(test)]
mod tests {
    use super::super::super::samples;

    #[test]
    fn wide() {
        insta::assert_snapshot!(samples::heatmap().text(72).join("\n"), @"
        Mean response time by hour and weekday (UTC)
             00    03    06    09    12    15    18    21
        Mon  ░░░░░░░░░░░░░░░░░░░░▒▒▒▒▓▓▓▓▓▓▓▓▓▓▓▓▒▒▒▒░░░░░░░░
        Tue  ░░░░░░░░░░░░░░░░░░▒▒▒▒▓▓▓▓████████▓▓▓▓▒▒▒▒░░░░░░
        Wed  ░░░░░░· ░░░░░░░░░░▒▒▒▒▓▓████▲▲██████▓▓▒▒▒▒░░░░░░
        Thu  ░░░░░░░░░░░░░░░░░░▒▒▒▒▒▒▓▓▓▓██▓▓▓▓▓▓▓▓▒▒░░░░░░░░
        Fri  ░░░░░░░░░░░░░░░░░░░░▒▒▒▒▒▒▒▒▓▓▓▓▒▒▒▒▒▒▒▒░░░░░░░░
        Sat  ░░· · · · · · ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░▼▼
        Sun  ░░· · · · · · ░░░░░░░░░░░░▒▒░░▒▒▒▒░░░░░░░░░░░░░░
        ░ 1.4s  ▒ 1.9s  ▓ 2.5s  █ 3.0s – 3.5s
        ▲ Slowest: Wed 14:00, 3.6s (n=212)
        ▼ Fastest: Sat 23:00, 1.4s (n=41)
        · fewer than 20 calls
        ");
    }

    #[test]
    fn narrow() {
        insta::assert_snapshot!(samples::heatmap().text(40).join("\n"), @"
        Mean response time by hour and we… (UTC)
             00 03 06 09 12 15 18 21
        Mon  ░░░░░░░░░░▒▒▓▓▓▓▓▓▒▒░░░░
        Tue  ░░░░░░░░░▒▒▓▓████▓▓▒▒░░░
        Wed  ░░░·░░░░░▒▒▓██▲███▓▒▒░░░
        Thu  ░░░░░░░░░▒▒▒▓▓█▓▓▓▓▒░░░░
        Fri  ░░░░░░░░░░▒▒▒▒▓▓▒▒▒▒░░░░
        Sat  ░······░░░░░░░░░░░░░░░░▼
        Sun  ░······░░░░░░▒░▒▒░░░░░░░
        ░ 1.4s  ▒ 1.9s  ▓ 2.5s  █ 3.0s – 3.5s
        ▲ Slowest: Wed 14:00, 3.6s (n=212)
        ▼ Fastest: Sat 23:00, 1.4s (n=41)
        · fewer than 20 calls
        ");
    }

    #[test]
    fn values_that_are_alike_have_one_shade() {
        insta::assert_snapshot!(samples::level_heatmap().text(40).join("\n"), @"
        Mean response time by hour and we… (UTC)
             00 03 06 09 12 15 18 21
        Mon  ▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓
        Tue  ▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓
        Wed  ▓▓▓·▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓
        Thu  ▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓
        Fri  ▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓
        Sat  ▓······▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓
        Sun  ▓······▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓
        ▓ 0.9s
        · fewer than 20 calls
        ");
    }

    #[test]
    fn nothing_is_all_blank() {
        insta::assert_snapshot!(samples::blank_heatmap().text(40).join("\n"), @"
        Mean response time by hour and we… (UTC)
             00 03 06 09 12 15 18 21
        Mon  ························
        Tue  ························
        Wed  ························
        Thu  ························
        Fri  ························
        Sat  ························
        Sun  ························
        · fewer than 20 calls
        ");
    }
}
