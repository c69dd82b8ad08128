//! Rows of cells as lines, the columns aligned by the width of what is seen.

use std::borrow::Cow;

use unicode_width::UnicodeWidthStr;

use super::Figure;
use super::format::clean;

/// On which side the columns behind the first are aligned.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
}

/// Labels and values.
pub(super) fn figures(figures: &[Figure]) -> Vec<String> {
    aligned(&figures.iter().map(labelled).collect::<Vec<_>>(), Side::Left)
}

fn labelled(figure: &Figure) -> Vec<Cow<'_, str>> {
    vec![clean(&figure.label) + ":", clean(&figure.value)]
}

/// A head and rows below it.
pub(super) fn table(head: &[String], body: &[Vec<String>]) -> Vec<String> {
    let whole = std::iter::once(head).chain(body.iter().map(Vec::as_slice));
    aligned(&whole.map(cleaned).collect::<Vec<_>>(), Side::Right)
}

/// Rows without a head.
pub(super) fn rows(rows: &[Vec<String>], side: Side) -> Vec<String> {
    aligned(&rows.iter().map(|row| cleaned(row)).collect::<Vec<_>>(), side)
}

fn cleaned(row: &[String]) -> Vec<Cow<'_, str>> {
    row.iter().map(|cell| clean(cell)).collect()
}

fn aligned(rows: &[Vec<Cow<'_, str>>], side: Side) -> Vec<String> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widest = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| width(cell)).max();
    let widths: Vec<usize> = (0..columns).map(|column| widest(column).unwrap_or(0)).collect();
    rows.iter().map(|row| line(row, &widths, side)).collect()
}

fn line(row: &[Cow<'_, str>], widths: &[usize], side: Side) -> String {
    let mut line =
        String::with_capacity(row.iter().map(|cell| cell.len()).sum::<usize>() + widths.iter().sum::<usize>());
    for (column, (cell, room)) in row.iter().zip(widths).enumerate() {
        let gap = || std::iter::repeat_n(' ', room - width(cell));
        line.push_str(if column == 0 { "" } else { "  " });
        let (before, behind) =
            if side == Side::Right && column > 0 { (Some(gap()), None) } else { (None, Some(gap())) };
        line.extend(before.into_iter().flatten());
        line.push_str(cell);
        line.extend(behind.into_iter().flatten());
    }
    line
}

/// The columns that a text without control characters takes.
fn width(text: &str) -> usize {
    // What most cells are needs no table of widths.
    if text.is_ascii() { text.len() } else { text.width() }
}
