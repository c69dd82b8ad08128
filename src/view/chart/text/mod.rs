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

/// Texts below an axis, each at its column, as many as there is room for. The first is always there.
fn scale<'a>(columns: usize, labels: impl Iterator<Item = (usize, &'a str)>) -> String {
    let mut line = String::new();
    for (at, label) in labels {
        let (taken, label) = (line.width(), clean(label));
        let apart = line.is_empty() || at > taken;
        if apart && at >= taken && at + label.width() <= columns.max(label.width()) {
            line.push_str(&" ".repeat(at - taken));
            line.push_str(&label);
        }
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
        let labels = [(0, "00"), (2, "01"), (3, "02"), (9, "03"), (14, "04")];
        assert_eq!(scale(15, labels.into_iter()), "00 02    03");
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
