//! A history as text: a row of columns for each line of each panel, what happened marked below by its number.

use super::super::{Line, Panel, Series};
use super::{LEAST_COLUMNS, scale, widest};
use crate::view::format::fit;

/// From the least to the greatest height of a column.
const HEIGHTS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// What a period without a value shows.
const GAP: char = '·';

pub(in super::super) fn series(chart: &Series, columns: usize) -> Vec<String> {
    let columns = columns.max(LEAST_COLUMNS);
    let label =
        widest(chart.panels.iter().flat_map(|panel| panel.lines.iter().map(|line| name(panel, line))), columns / 3);
    let reaches: Vec<String> = chart.panels.iter().map(reach).collect();
    let span = widest(reaches.iter().map(String::as_str), columns / 3);
    let room = columns.saturating_sub(label + span + 4).max(1);
    let periods = Periods::of(chart, room);
    let mut lines = vec![fit(&chart.title, columns)];
    for (panel, reach) in chart.panels.iter().zip(&reaches) {
        let row = |line: &Line| {
            let name = super::padded(name(panel, line), label);
            format!("{name}  {}  {}", periods.row(panel, line), fit(reach, span))
        };
        lines.extend(panel.lines.iter().map(row).map(|row| row.trim_end().to_owned()));
    }
    let indent = " ".repeat(label + 2);
    let drawn = periods.drawn();
    lines.push(fit(&format!("{indent}{}", periods.scale(chart, drawn)), columns));
    if !chart.events.is_empty() {
        lines.push(fit(&format!("{indent}{}", periods.marks(chart, drawn)), columns));
        let event = |(number, text): (usize, &str)| fit(&format!("[{number}] {text}"), columns);
        lines.extend((1..).zip(chart.events.iter().map(|event| event.text.as_str())).map(event));
    }
    lines
}

/// What a row is called: the panel, or the line if there are several.
fn name<'a>(panel: &'a Panel, line: &'a Line) -> &'a str {
    let is_first = panel.lines.first().is_some_and(|first| std::ptr::eq(first, line));
    if is_first { &panel.label } else { &line.name }
}

/// From nothing to the highest column.
fn reach(panel: &Panel) -> String {
    match panel.values().next() {
        Some(_) => format!("max {}", panel.unit.write(panel.most())),
        None => "no data".to_owned(),
    }
}

/// How periods are laid on columns: some columns for each, or a column for some.
struct Periods {
    n: usize,
    /// How many columns a period takes.
    wide: usize,
    /// How many periods share a column.
    shared: usize,
}

impl Periods {
    fn of(chart: &Series, room: usize) -> Self {
        let n = chart.periods.len();
        Self { n, wide: (room / n.max(1)).clamp(1, 4), shared: n.div_ceil(room).max(1) }
    }

    /// How many columns all of them take.
    fn drawn(&self) -> usize {
        self.n.div_ceil(self.shared) * self.wide
    }

    /// The column of a place in time.
    fn column(&self, at: f64) -> usize {
        let column = (at / self.shared as f64 * self.wide as f64) as usize;
        column.min(self.drawn().saturating_sub(1))
    }

    fn row(&self, panel: &Panel, line: &Line) -> String {
        let most = panel.most();
        let starts = (0..self.n).step_by(self.shared);
        let column = |start: usize| {
            let values = (start..start + self.shared).filter_map(|period| line.value(period));
            let height = values.reduce(f64::max).map(|value| self::height(value, most));
            let columns = self.wide.saturating_sub(1).max(1);
            let bar = height.unwrap_or(GAP).to_string().repeat(columns);
            if self.wide > 1 { bar + " " } else { bar }
        };
        let row: String = starts.map(column).collect();
        super::padded(&row, self.drawn())
    }

    fn scale(&self, chart: &Series, drawn: usize) -> String {
        let labels = chart.periods.iter().enumerate().map(|(at, label)| (self.column(at as f64), label.as_str()));
        scale(drawn, &labels.collect::<Vec<_>>())
    }

    /// The numbers of what happened, each where it did, as far as they do not cover each other.
    fn marks(&self, chart: &Series, drawn: usize) -> String {
        let numbers: Vec<(usize, String)> = (1..)
            .zip(&chart.events)
            .map(|(number, event)| (self.column(chart.position(event)), format!("[{number}]")))
            .map(|(at, number): (usize, String)| (at.min(drawn.saturating_sub(number.len())), number))
            .collect();
        let mut free = 0;
        let place = |(at, number): &(usize, String)| {
            let at = (*at).max(free);
            free = at + number.len() + 1;
            (at, number.clone())
        };
        let placed: Vec<(usize, String)> = numbers.iter().map(place).collect();
        super::placed(placed.iter().map(|(at, number)| (*at, number.as_str())))
    }
}

fn height(value: f64, most: f64) -> char {
    let share = if most > 0.0 { (value / most).clamp(0.0, 1.0) } else { 0.0 };
    HEIGHTS[(share * (HEIGHTS.len() - 1) as f64).round() as usize]
}

#[cfg(test)]
mod tests {
    use super::super::super::samples;

    #[test]
    fn wide() {
        insta::assert_snapshot!(samples::history().text(72).join("\n"), @"
        Last 10 days by day
        Response time  ▃▃▃ ▃▃▃ ▃▃▃ ▃▃▃ ▄▄▄ ▄▄▄ ··· ▄▄▄ ▃▃▃ ▃▃▃   max 7.9s
        P95            ▆▆▆ ▆▆▆ ▆▆▆ ▆▆▆ ███ ███ ··· ███ ▅▅▅ ▅▅▅   max 7.9s
        Cost           ▇▇▇ ▇▇▇ ▇▇▇ ▇▇▇ ███ ███ ··· ███ ▅▅▅ ▅▅▅   max $9.90
        Error rate     ▂▂▂ ▃▃▃ ▂▂▂ ▂▂▂ ▂▂▂ ███ ··· ▃▃▃ ▂▂▂ ▂▂▂   max 5.2%
                       Nov 12  Nov 14  Nov 16  Nov 18  Nov 20
                                       [1]             [2]
        [1] Nov 16: context 10 → 30 messages, 24% slower
        [2] Nov 20: default model Sonnet → Haiku, 38% faster, 46% cheaper
        ");
    }

    #[test]
    fn narrow() {
        insta::assert_snapshot!(samples::history().text(44).join("\n"), @"
        Last 10 days by day
        Response time  ▃▃▃▃▄▄·▄▃▃  max 7.9s
        P95            ▆▆▆▆██·█▅▅  max 7.9s
        Cost           ▇▇▇▇██·█▅▅  max $9.90
        Error rate     ▂▃▂▂▂█·▃▂▂  max 5.2%
                       Nov 12
                           [1] [2]
        [1] Nov 16: context 10 → 30 messages, 24% s…
        [2] Nov 20: default model Sonnet → Haiku, 3…
        ");
    }

    #[test]
    fn more_periods_than_columns_share_them() {
        insta::assert_snapshot!(samples::long_history().text(44).join("\n"), @"
        Last 90 days by day
        Response time  ▆▆▇▇▇▆▆▅▅▆▆▇█████▇  max 2.5s
                       9/1   10/1  11/1
                       [1] [2]        [3] [4]
        [1] 9/1: version 0.1.0 started
        [2] 9/1: price of Claude Sonnet 4.5 changed
        [3] 11/29: policy cache applied
        [4] 11/30: moved to the new host – 新しいホ…
        ");
    }

    #[test]
    fn nothing_at_all() {
        insta::assert_snapshot!(samples::empty_history().text(44).join("\n"), @"
        Last 3 days by day
        Response time  ··· ··· ···   no data
                       Nov 19
        ");
    }
}
