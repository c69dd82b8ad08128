//! How much, by two things at once: hours of the day and days of the week.

use super::Unit;

/// Rows and columns of values.
#[derive(Debug, Clone, PartialEq)]
pub struct Heatmap {
    /// What it shows.
    pub title: String,
    /// What the values are.
    pub unit: Unit,
    /// What the columns are called: `00`, `01`, … Not all of them are written.
    pub columns: Vec<String>,
    /// What the rows are called: `Mon`, `Tue`, …
    pub rows: Vec<String>,
    /// The values of each row, as many as there are columns. `None` is left blank.
    pub cells: Vec<Vec<Option<f64>>>,
    /// What a blank cell means: `fewer than 20 calls`.
    pub blank: String,
    /// The cells that stand out, at most one of each temper.
    pub marks: Vec<Mark>,
}

/// A cell that stands out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Which row, counted from 0.
    pub row: usize,
    /// Which column, counted from 0.
    pub column: usize,
    /// In which way.
    pub temper: Temper,
    /// What is said of it: `Slowest: Wed 14:00, 3.2s`.
    pub text: String,
}

/// In which way a cell stands out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Temper {
    /// It has the most.
    Hot,
    /// It has the least.
    Cold,
}

impl Heatmap {
    /// The value of a cell.
    pub(super) fn cell(&self, row: usize, column: usize) -> Option<f64> {
        self.cells.get(row)?.get(column).copied().flatten().filter(|value| value.is_finite())
    }

    /// The least and the greatest value.
    pub(super) fn range(&self) -> Option<(f64, f64)> {
        let values = || self.cells.iter().flatten().copied().flatten().filter(|value| value.is_finite());
        let least = values().reduce(f64::min)?;
        Some((least, values().reduce(f64::max)?))
    }

    /// Where a value stands between the least and the greatest, from 0 to 1. Where all are equal it is in the middle.
    pub(super) fn share(&self, value: f64) -> f64 {
        match self.range() {
            Some((least, most)) if most > least => (value - least) / (most - least),
            _ => 0.5,
        }
    }

    /// The mark on a cell.
    pub(super) fn mark(&self, row: usize, column: usize) -> Option<&Mark> {
        self.marks.iter().find(|mark| (mark.row, mark.column) == (row, column))
    }

    pub(super) fn description(&self) -> String {
        let all = self.rows.len() * self.columns.len();
        let shown = self.cells.iter().flatten().filter(|cell| cell.is_some()).count();
        let range = match self.range() {
            Some((least, most)) if least == most => format!("All cells are {}.", self.unit.write(least)),
            Some((least, most)) => format!("From {} to {}.", self.unit.write(least), self.unit.write(most)),
            None => "Every cell is blank.".to_owned(),
        };
        let blank = match all.saturating_sub(shown) {
            0 => String::new(),
            blank => format!(" {blank} of {all} cells are blank ({}).", self.blank),
        };
        let marks: String = self.marks.iter().map(|mark| format!(" {}.", mark.text)).collect();
        format!("{range}{marks}{blank}")
    }
}
