//! Tables: as wide as their text asks for, at most as wide as the page; what has no room is wrapped within its cell.

use super::pieces::{Hand, Piece, WIDTH, strip};
use crate::view::chart::{Anchor, Canvas, Stroke};

/// What lies between two columns.
const GAP: f64 = 14.0;

/// What is left free above and below the text of a row.
const PADDING: f64 = 2.2;

/// The least that a column is squeezed to.
const NARROWEST: f64 = 44.0;

/// On which side the columns behind the first are aligned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
}

/// Rows below a head, which stands again on every page; an empty head is none.
pub(super) fn table(head: &[String], rows: &[Vec<String>], side: Side) -> Vec<Piece> {
    let columns = Columns::of(head, rows, side);
    let head_row = (!head.is_empty()).then(|| columns.row(head, Hand::BOLD));
    let mut pieces: Vec<Piece> =
        head_row.iter().map(|head| Piece { above: 6.0, heads: true, ..head.clone() }).collect();
    for (at, row) in rows.iter().enumerate() {
        let running = head_row.as_ref().map(|head| head.canvas.clone());
        let above = if at == 0 && running.is_none() { 6.0 } else { 0.0 };
        pieces.push(Piece { above, running, ..columns.row(row, Hand::BODY) });
    }
    pieces
}

/// Where the columns are.
struct Columns {
    widths: Vec<f64>,
    side: Side,
}

impl Columns {
    /// Columns at the end in which nothing stands take no room.
    fn of(head: &[String], rows: &[Vec<String>], side: Side) -> Self {
        let used = |row: &[String]| row.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1);
        let n = rows.iter().map(|row| used(row)).chain([used(head)]).max().unwrap_or(0);
        let widest = |column: usize| {
            let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| Hand::BODY.width(cell));
            cells.chain(head.get(column).map(|cell| Hand::BOLD.width(cell))).fold(0.0, f64::max) + 0.5
        };
        let mut widths: Vec<f64> = (0..n).map(widest).collect();
        squeeze(&mut widths, WIDTH - GAP * n.saturating_sub(1) as f64);
        // What is left over goes behind the first column, so that numbers stand at the edge.
        let free = WIDTH - GAP * n.saturating_sub(1) as f64 - widths.iter().sum::<f64>();
        if let (Side::Right, Some(first), true) = (side, widths.first_mut(), free > 0.0) {
            *first += free;
        }
        Self { widths, side }
    }

    fn row(&self, cells: &[String], hand: Hand) -> Piece {
        let mut canvas = strip();
        let mut left = 0.0;
        let mut height: f64 = hand.line();
        for (column, (cell, width)) in cells.iter().zip(&self.widths).enumerate() {
            let lines = hand.wrap(cell, *width);
            let (x, anchor) = match self.side {
                Side::Right if column > 0 => (left + width, Anchor::End),
                _ => (left, Anchor::Start),
            };
            for (at, line) in lines.iter().enumerate() {
                hand.write(&mut canvas, (x, PADDING + hand.line() * at as f64), line, anchor);
            }
            height = height.max(hand.line() * lines.len() as f64);
            left += width + GAP;
        }
        let bottom = height + 2.0 * PADDING;
        underline(&mut canvas, bottom, hand);
        Piece::new(canvas, bottom)
    }
}

fn underline(canvas: &mut Canvas, y: f64, hand: Hand) {
    let is_head = hand.weight == Hand::BOLD.weight;
    let (colour, width) = if is_head { (canvas.palette().muted, 0.9) } else { (canvas.palette().grid, 0.6) };
    canvas.line((0.0, y - 0.4), (WIDTH, y - 0.4), Stroke::solid(colour, width));
}

/// Makes the widest columns narrower until all of them have room.
fn squeeze(widths: &mut [f64], room: f64) {
    for _ in 0..widths.len() * 4 {
        let over = widths.iter().sum::<f64>() - room;
        let widest = widths.iter().copied().fold(0.0, f64::max);
        if over <= 0.0 || widest <= NARROWEST {
            return;
        }
        let of_that_width = widths.iter().filter(|width| **width >= widest - 0.01).count() as f64;
        let next = widths.iter().copied().filter(|width| *width < widest - 0.01).fold(NARROWEST, f64::max);
        let least = next.max(widest - over / of_that_width).min(widest - 0.01);
        widths.iter_mut().filter(|width| **width >= widest - 0.01).for_each(|width| *width = least);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_of_nothing_at_the_end_takes_no_room() {
        let row = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
        let columns =
            |mark| Columns::of(&row(["", "n", ""]), &[row(["Mon", "428", ""]), row(["Tue", "5", mark])], Side::Right);
        assert_eq!((columns("").widths.len(), columns("🔥").widths.len()), (2, 3));
    }

    #[test]
    fn only_wide_columns_give_way() {
        let mut widths = [400.0, 300.0, 50.0];
        squeeze(&mut widths, 450.0);
        assert!((widths.iter().sum::<f64>() - 450.0).abs() < 0.1, "{widths:?}");
        assert_eq!(widths[2], 50.0);
        assert!((widths[0] - widths[1]).abs() < 0.1, "{widths:?}");
        let mut widths = [100.0, 50.0];
        squeeze(&mut widths, 450.0);
        assert_eq!(widths, [100.0, 50.0]);
        let mut widths = [60.0; 20];
        squeeze(&mut widths, 450.0);
        assert!(widths.iter().all(|width| *width >= NARROWEST - 0.1), "{widths:?}");
    }
}
