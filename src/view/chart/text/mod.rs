//! Charts as lines of text: aligned, at most so wide, readable without colours.

mod distribution;
mod heatmap;
mod series;
mod waterfall;

pub(super) use distribution::distribution;
pub(super) use heatmap::heatmap;
pub(super) use series::series;
pub(super) use waterfall::waterfall;

use unicode_width::UnicodeWidthStr;

use crate::view::format::{clean, fit};

/// Below this nothing can be drawn; lines are longer then.
const LEAST_COLUMNS: usize = 30;

/// Eighths of a block, from the left.
const BARS: [char; 8] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];

/// A bar of a length in columns, to the eighth. What is more than nothing shows.
fn bar(length: f64) -> String {
    let eighths = if length > 0.0 { (length * 8.0).round().max(1.0) as usize } else { 0 };
    let rest = (eighths % 8).checked_sub(1).and_then(|at| BARS.get(at));
    std::iter::repeat_n('█', eighths / 8).chain(rest.copied()).collect()
}

/// A text in exactly so many columns.
fn padded(text: &str, columns: usize) -> String {
    let text = fit(text, columns);
    let gap = columns.saturating_sub(text.width());
    text + &" ".repeat(gap)
}

/// A text in exactly so many columns, at their right.
fn padded_left(text: &str, columns: usize) -> String {
    let text = fit(text, columns);
    " ".repeat(columns.saturating_sub(text.width())) + &text
}

/// The columns that the longest of some texts takes, but at most so many.
fn widest<'a>(texts: impl Iterator<Item = &'a str>, most: usize) -> usize {
    texts.map(|text| clean(text).width()).max().unwrap_or(0).min(most)
}

/// Labels below an axis, each at its column: as many as there is room for, evenly spaced from the first, which is always there.
fn scale(columns: usize, labels: &[(usize, &str)]) -> String {
    let fits = |stride: &usize| {
        let shown: Vec<_> = labels.iter().step_by(*stride).collect();
        let apart = shown.windows(2).all(|pair| pair[0].0 + pair[0].1.width() < pair[1].0);
        apart && shown.last().is_none_or(|(at, label)| shown.len() == 1 || at + label.width() <= columns)
    };
    let stride = (1..=labels.len()).find(fits).unwrap_or(1);
    placed(labels.iter().step_by(stride).copied())
}

/// Texts in a line, each at its column or behind the one before it.
fn placed<'a>(texts: impl Iterator<Item = (usize, &'a str)>) -> String {
    let mut line = String::new();
    for (at, text) in texts {
        let gap = at.saturating_sub(line.width());
        line.push_str(&" ".repeat(gap));
        line.push_str(&clean(text));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    #[test]
    fn bars_are_to_the_eighth() {
        assert_eq!(bar(0.0), "");
        assert_eq!(bar(0.01), "▏");
        assert_eq!(bar(2.5), "██▌");
        assert_eq!(bar(2.99), "███");
    }

    #[test]
    fn scales_leave_out_what_has_no_room() {
        let labels = [(0, "00"), (2, "01"), (4, "02"), (6, "03"), (8, "04")];
        assert_eq!(scale(10, &labels), "00  02  04");
        assert_eq!(scale(9, &labels), "00    03");
        assert_eq!(scale(1, &labels), "00");
    }

    /// Names that are as hard as they come.
    #[test]
    fn no_line_is_wider_than_asked() {
        for columns in [30, 44, 72, 100] {
            for chart in samples::all() {
                for line in chart.text(columns) {
                    assert!(line.width() <= columns, "{} of {columns}: {line}", line.width());
                }
            }
        }
    }
}
