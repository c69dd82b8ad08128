//! A heatmap: a coloured cell for each value, an empty one where there are too few, a scale, and what stands out.

use super::super::{Heatmap, Mark, Temper};
use super::canvas::{Area, Stroke};
use super::{Anchor, Canvas, MARGIN, SMALL, Sheet, Type, stride, titled};
use crate::view::fonts::{self, Weight};

/// How high a row is.
const ROW: f64 = 25.0;

/// What is left free between two cells.
const GAP: f64 = 1.6;

pub(in super::super) fn heatmap(chart: &Heatmap, sheet: Sheet) -> Canvas {
    let (mut canvas, top) = titled(sheet, &chart.title);
    let widest = chart.rows.iter().map(|row| fonts::width(row, SMALL, Weight::Regular)).fold(0.0, f64::max);
    let left = MARGIN + widest.min(sheet.width / 4.0) + 8.0;
    let grid = Grid { left, top: top + 4.0, cell: (sheet.width - MARGIN - left) / chart.columns.len().max(1) as f64 };
    grid.rows(&mut canvas, chart);
    let bottom = grid.heads(&mut canvas, chart);
    let bottom = scale(&mut canvas, chart, bottom + 22.0);
    let bottom = marks(&mut canvas, chart, bottom);
    canvas.end(bottom + MARGIN)
}

/// Where the cells are.
struct Grid {
    left: f64,
    top: f64,
    cell: f64,
}

impl Grid {
    fn area(&self, row: usize, column: usize) -> Area {
        let (x, y) = (self.left + self.cell * column as f64, self.top + ROW * row as f64);
        Area { x, y, width: self.cell - GAP, height: ROW - GAP }
    }

    fn rows(&self, canvas: &mut Canvas, chart: &Heatmap) {
        let muted = canvas.palette().muted;
        for (row, label) in chart.rows.iter().enumerate() {
            let y = self.top + ROW * row as f64 + ROW / 2.0 + SMALL * 0.35;
            let label = fonts::fit(label, self.left - MARGIN - 8.0, SMALL, Weight::Regular);
            canvas.text((self.left - 8.0, y), &label, Type { anchor: Anchor::End, ..Type::small(muted) });
            (0..chart.columns.len()).for_each(|column| self.cell(canvas, chart, (row, column)));
        }
    }

    fn cell(&self, canvas: &mut Canvas, chart: &Heatmap, (row, column): (usize, usize)) {
        let area = self.area(row, column);
        match chart.cell(row, column) {
            Some(value) => canvas.rect(area, 2.5, &canvas.palette().heat(chart.share(value))),
            None => blank(canvas, area),
        }
        if let Some(mark) = chart.mark(row, column) {
            ring(canvas, area, mark.temper);
        }
    }

    /// The names of the columns, and how far down they reach.
    fn heads(&self, canvas: &mut Canvas, chart: &Heatmap) -> f64 {
        let muted = canvas.palette().muted;
        let widest = chart.columns.iter().map(|head| fonts::width(head, SMALL, Weight::Regular)).fold(0.0, f64::max);
        // Hours are read in threes.
        let stride = stride(widest, self.cell).next_multiple_of(3);
        let y = self.top + ROW * chart.rows.len() as f64 + SMALL + 3.0;
        for (column, head) in chart.columns.iter().enumerate().step_by(stride) {
            let x = self.left + self.cell * (column as f64 + 0.5) - GAP / 2.0;
            canvas.text((x, y), head, Type { anchor: Anchor::Middle, ..Type::small(muted) });
        }
        y
    }
}

fn blank(canvas: &mut Canvas, area: Area) {
    let inner = Area { x: area.x + 0.5, y: area.y + 0.5, width: area.width - 1.0, height: area.height - 1.0 };
    canvas.frame(inner, 2.5, Stroke::solid(canvas.palette().grid, 1.0));
}

/// A ring around a cell, set off from the cell and from its neighbours, and its sign.
fn ring(canvas: &mut Canvas, area: Area, temper: Temper) {
    let palette = canvas.palette();
    let around =
        |by: f64| Area { x: area.x - by, y: area.y - by, width: area.width + 2.0 * by, height: area.height + 2.0 * by };
    canvas.frame(around(0.4), 3.0, Stroke::solid(palette.paper, 4.6));
    canvas.frame(around(0.4), 3.0, Stroke::solid(colour(canvas, temper), 2.4));
    let colour = if temper == Temper::Hot { palette.on_heat } else { palette.on_cold };
    let size = (area.width * 0.78).min(ROW * 0.6);
    let middle = (area.x + area.width / 2.0, area.y + area.height / 2.0 + size * 0.36);
    canvas.text(middle, sign(temper), Type { size, anchor: Anchor::Middle, ..Type::small(colour) });
}

fn sign(temper: Temper) -> &'static str {
    match temper {
        Temper::Hot => "🔥",
        Temper::Cold => "❄",
    }
}

fn colour(canvas: &Canvas, temper: Temper) -> &'static str {
    match temper {
        Temper::Hot => canvas.palette().alarm,
        Temper::Cold => canvas.palette().cold,
    }
}

/// The scale of colours, and what a blank cell means, from a baseline down.
fn scale(canvas: &mut Canvas, chart: &Heatmap, y: f64) -> f64 {
    let middle = y + SMALL * 0.7;
    let mut x = MARGIN;
    if let Some(range) = chart.range() {
        x = colours(canvas, chart, range, (x, y)) + 22.0;
    }
    if (0..chart.rows.len()).any(|row| (0..chart.columns.len()).any(|column| chart.cell(row, column).is_none())) {
        blank(canvas, Area { x, y, width: SMALL, height: SMALL });
        let room = canvas.width() - x - SMALL - 8.0 - MARGIN;
        said(canvas, (x + SMALL + 8.0, middle), &fonts::fit(&chart.blank, room, SMALL, Weight::Regular));
    }
    y + SMALL
}

/// The colours between two values; where all are alike, the one that they have. Returns where it ends.
fn colours(canvas: &mut Canvas, chart: &Heatmap, (least, most): (f64, f64), (mut x, y): (f64, f64)) -> f64 {
    let (palette, middle) = (canvas.palette(), y + SMALL * 0.7);
    if least == most {
        canvas.rect(Area { x, y, width: SMALL, height: SMALL }, 2.5, &palette.heat(chart.share(least)));
        x += SMALL + 8.0;
        return x + said(canvas, (x, middle), &chart.unit.write(least));
    }
    x += said(canvas, (x, middle), &chart.unit.write(least)) + 8.0;
    for step in 0..SCALE {
        let share = (f64::from(step) + 0.5) / f64::from(SCALE);
        let area = Area { x: x + STEP * f64::from(step), y, width: STEP + 0.3, height: SMALL };
        canvas.rect(area, 0.0, &palette.heat(share));
    }
    x += STEP * f64::from(SCALE) + 8.0;
    x + said(canvas, (x, middle), &chart.unit.write(most))
}

/// How many colours the scale shows, and how wide each is.
const SCALE: u32 = 24;
const STEP: f64 = 5.0;

/// Writes a text; returns how wide it is.
fn said(canvas: &mut Canvas, (x, middle): (f64, f64), text: &str) -> f64 {
    canvas.text((x, middle + SMALL * 0.15), text, Type::small(canvas.palette().muted));
    fonts::width(text, SMALL, Weight::Regular)
}

/// What stands out, each in a line of its own.
fn marks(canvas: &mut Canvas, chart: &Heatmap, mut bottom: f64) -> f64 {
    for Mark { temper, text, .. } in &chart.marks {
        bottom += 25.0;
        let look = Type { size: super::TITLE, ..Type::small(colour(canvas, *temper)) };
        canvas.text((MARGIN, bottom + 1.0), sign(*temper), look);
        let left = MARGIN + super::TITLE * 1.5;
        let room = canvas.width() - left - MARGIN;
        let text = fonts::fit(text, room, super::LABEL, Weight::Regular);
        let look = Type { size: super::LABEL, ..Type::small(canvas.palette().ink) };
        canvas.text((left, bottom), &text, look);
    }
    bottom
}

#[cfg(test)]
mod tests {
    use super::super::super::{Unit, samples};
    use super::*;

    #[test]
    fn svg() {
        insta::assert_snapshot!(samples::heatmap().svg(Sheet::CHAT));
    }

    #[test]
    fn where_all_values_are_alike_the_scale_is_their_one_colour() {
        let chart = |cells: Vec<Vec<Option<f64>>>| Heatmap {
            title: "Calls".into(),
            unit: Unit::Count,
            columns: vec!["00".into(), "01".into()],
            rows: vec!["Mon".into()],
            cells,
            blank: "no calls".into(),
            marks: Vec::new(),
        };
        let colours = |chart: &Heatmap| heatmap(chart, Sheet::CHAT).document("", "").matches("fill=").count();
        let (alike, apart) = (chart(vec![vec![Some(2.0); 2]]), chart(vec![vec![Some(2.0), Some(3.0)]]));
        assert!(colours(&alike) + SCALE as usize <= colours(&apart) + 1);
        assert_eq!((alike.description(), apart.description()), ("All cells are 2.".into(), "From 2 to 3.".into()));
    }
}
