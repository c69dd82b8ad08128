//! A distribution: a bar for each bin, percentiles as lines through them.

use super::super::unit::ticks;
use super::super::{Distribution, Unit};
use super::canvas::{Area, Stroke};
use super::{Anchor, Canvas, LABEL, MARGIN, SMALL, Sheet, Type, axis_labels, titled};
use crate::view::fonts::{self, Weight};

/// How high the plot is.
const PLOT: f64 = 170.0;

/// How high the name of a percentile is.
const FLAG: f64 = 22.0;

pub(in super::super) fn distribution(chart: &Distribution, sheet: Sheet) -> Canvas {
    let (mut canvas, top) = titled(sheet, &chart.title);
    let counts = chart.counts();
    let ticks = ticks(counts.iter().max().copied().unwrap_or(0) as f64, 4);
    let widest = ticks.iter().map(|tick| fonts::width(&Unit::Count.tick(*tick), SMALL, Weight::Regular));
    let left = MARGIN + widest.fold(20.0, f64::max) + 8.0;
    let names = names(chart, left, sheet);
    let rows = names.iter().map(|(_, _, row)| row + 1).max().unwrap_or(0);
    let plot = Plot {
        left,
        top: top + FLAG * rows as f64 + 4.0,
        bin: (sheet.width - MARGIN - left) / counts.len().max(1) as f64,
        end: ticks.last().copied().unwrap_or(1.0),
    };
    plot.grid(&mut canvas, &ticks);
    plot.bars(&mut canvas, chart);
    plot.percentiles(&mut canvas, chart, top, &names);
    let floor = plot.top + PLOT;
    let edges = chart.bins.iter().map(|bin| bin.from).chain(chart.bins.last().map(|bin| bin.to));
    let edges: Vec<String> = edges.map(|edge| chart.unit.tick(edge)).collect();
    let labels = edges.iter().enumerate().map(|(at, label)| (left + plot.bin * at as f64, label.as_str()));
    axis_labels(&mut canvas, floor + SMALL + 5.0, labels);
    canvas.end(floor + SMALL + 5.0 + MARGIN)
}

/// What a percentile is called, where it is on the sheet, and in which row its name stands: two that would cover each other
/// stand in different ones.
fn names(chart: &Distribution, left: f64, sheet: Sheet) -> Vec<(String, f64, usize)> {
    let bin = (sheet.width - MARGIN - left) / chart.counts().len().max(1) as f64;
    let mut ends: Vec<f64> = Vec::new();
    let name = |percentile: &super::super::Percentile| {
        let name = format!("{} {}", percentile.label, chart.unit.write(percentile.value));
        let x = left + bin * chart.position(percentile.value);
        let half = fonts::width(&name, LABEL, Weight::Bold) / 2.0 + 4.0;
        let start = x.min(sheet.width - MARGIN - half) - half;
        let row = ends.iter().position(|end| *end <= start).unwrap_or(ends.len());
        match ends.get_mut(row) {
            Some(end) => *end = start + 2.0 * half,
            None => ends.push(start + 2.0 * half),
        }
        (name, x, row)
    };
    chart.percentiles.iter().map(name).collect()
}

/// Where the bins are.
struct Plot {
    left: f64,
    top: f64,
    bin: f64,
    end: f64,
}

impl Plot {
    fn y(&self, count: f64) -> f64 {
        self.top + PLOT * (1.0 - (count / self.end).clamp(0.0, 1.0))
    }

    fn grid(&self, canvas: &mut Canvas, ticks: &[f64]) {
        let palette = canvas.palette();
        for tick in ticks {
            let y = self.y(*tick);
            canvas.line((self.left, y), (canvas.width() - MARGIN, y), Stroke::solid(palette.grid, 1.0));
            let look = Type { anchor: Anchor::End, ..Type::small(palette.muted) };
            canvas.text((self.left - 7.0, y + SMALL * 0.35), &Unit::Count.tick(*tick), look);
        }
    }

    /// The bars. What is beyond the last bin has the colour of what stands out, and says what it is.
    fn bars(&self, canvas: &mut Canvas, chart: &Distribution) {
        let palette = canvas.palette();
        let counts = chart.counts();
        for (at, count) in counts.iter().enumerate() {
            let colour = if at < chart.bins.len() { palette.series[0] } else { palette.alarm };
            let (y, floor) = (self.y(*count as f64), self.top + PLOT);
            // What is more than nothing shows.
            let height = if *count > 0 { (floor - y).max(1.5) } else { 0.0 };
            let area =
                Area { x: self.left + self.bin * at as f64 + 1.0, y: floor - height, width: self.bin - 2.0, height };
            canvas.rect(area, 1.5, colour);
        }
        match chart.beyond_label() {
            Some(label) => {
                let x = self.left + self.bin * (counts.len() as f64 - 0.5);
                let y = self.y(chart.beyond as f64) - 6.0;
                let half = fonts::width(&label, SMALL, Weight::Regular) / 2.0;
                let x = x.min(canvas.width() - MARGIN - half);
                canvas.text((x, y), &label, Type { anchor: Anchor::Middle, ..Type::small(palette.alarm) });
            }
            None if counts.is_empty() => {
                let middle = ((self.left + canvas.width() - MARGIN) / 2.0, self.top + PLOT / 2.0 - 6.0);
                canvas.text(middle, "no data", Type { anchor: Anchor::Middle, ..Type::small(palette.muted) });
            }
            None => {}
        }
    }

    fn percentiles(&self, canvas: &mut Canvas, chart: &Distribution, top: f64, names: &[(String, f64, usize)]) {
        let palette = canvas.palette();
        for ((name, x, row), _) in names.iter().zip(&chart.percentiles) {
            let baseline = top + FLAG * *row as f64 + LABEL;
            canvas.line((*x, baseline + 5.0), (*x, self.top + PLOT), Stroke::dashed(palette.ink));
            let half = fonts::width(name, LABEL, Weight::Bold) / 2.0;
            let look = Type { size: LABEL, weight: Weight::Bold, anchor: Anchor::Middle, ..Type::small(palette.ink) };
            canvas.text((x.min(canvas.width() - MARGIN - half), baseline), name, look);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::samples;
    use super::*;

    #[test]
    fn svg() {
        insta::assert_snapshot!(samples::distribution().svg(Sheet::CHAT));
    }
}
