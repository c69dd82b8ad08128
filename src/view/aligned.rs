//! Rows of cells as lines, the columns aligned by the width of what is seen.

use unicode_width::UnicodeWidthStr;

use super::Figure;
use super::format::clean;

/// On which side the columns behind the first are aligned.
#[derive(Clone, Copy)]
pub(super) enum Side {
    Left,
    Right,
}

/// Labels and values.
pub(super) fn figures(figures: &[Figure]) -> Vec<String> {
    let row = |figure: &Figure| vec![format!("{}:", figure.label), figure.value.clone()];
    rows(&figures.iter().map(row).collect::<Vec<_>>(), Side::Left)
}

/// A head and rows below it.
pub(super) fn table(head: &[String], body: &[Vec<String>]) -> Vec<String> {
    let whole: Vec<Vec<String>> = std::iter::once(head.to_vec()).chain(body.iter().cloned()).collect();
    rows(&whole, Side::Right)
}

/// Rows without a head.
pub(super) fn rows(rows: &[Vec<String>], side: Side) -> Vec<String> {
    let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(|cell| clean(cell)).collect()).collect();
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width =
        |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.width()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    rows.iter().map(|row| line(row, &widths, side)).collect()
}

fn line(row: &[String], widths: &[usize], side: Side) -> String {
    let cell = |(column, (cell, width)): (usize, (&String, &usize))| {
        let gap = " ".repeat(width - cell.width());
        match side {
            Side::Right if column > 0 => gap + cell,
            _ => cell.clone() + &gap,
        }
    };
    row.iter().zip(widths).enumerate().map(cell).collect::<Vec<_>>().join("  ")
}
