//! A waterfall: a bar for each stage and attempt, where it began, with a tick where it usually ends.

use super::super::unit::ticks;
use super::super::{Bar, Phase, Unit, Waterfall};
use super::canvas::{Area, Stroke};
use super::{Anchor, Canvas, LABEL, MARGIN, SMALL, Sheet, Type, axis_labels, titled};
use crate::view::fonts::{self, Weight};

/// How high a row is.
const ROW: f64 = 30.0;

/// How far a part of a stage is set in.
const INDENT: f64 = 12.0;

pub(in super::super) fn waterfall(chart: &Waterfall, sheet: Sheet) -> Canvas {
    let (mut canvas, top) = titled(sheet, &chart.title);
    let widest = chart.bars.iter().map(|bar| fonts::width(&bar.label, LABEL, Weight::Regular) + indent(bar));
    let left = MARGIN + widest.fold(0.0, f64::max).min(sheet.width * 0.3) + 10.0;
    let ticks = ticks(chart.end_ms(), 4);
    // The axis ends with the last bar; the round value behind it would only take room.
    let plot = Plot { left, right: sheet.width - MARGIN, end: chart.end_ms().max(1.0) };
    let floor = top + ROW * chart.bars.len() as f64 + 2.0;
    let shown: Vec<f64> = ticks.into_iter().filter(|tick| *tick <= plot.end * 1.001).collect();
    for tick in &shown {
        let x = plot.x(*tick);
        canvas.line((x, top), (x, floor), Stroke::solid(canvas.palette().grid, 1.0));
    }
    for (at, bar) in chart.bars.iter().enumerate() {
        plot.row(&mut canvas, bar, top + ROW * at as f64);
    }
    let labels: Vec<String> = shown.iter().map(|tick| Unit::Milliseconds.tick(*tick)).collect();
    let labels = shown.iter().zip(&labels).map(|(tick, label)| (plot.x(*tick), label.as_str()));
    axis_labels(&mut canvas, floor + SMALL + 3.0, labels);
    let bottom = legend(&mut canvas, chart, floor + SMALL + 3.0);
    canvas.end(bottom + MARGIN)
}

fn indent(bar: &Bar) -> f64 {
    INDENT * f64::from(bar.depth.min(4))
}

fn colour(canvas: &Canvas, phase: Phase) -> &'static str {
    let palette = canvas.palette();
    match phase {
        Phase::Own => palette.series[2],
        Phase::Reading => palette.series[3],
        Phase::Writing => palette.series[0],
        Phase::Waiting => palette.series[1],
        Phase::Failed => palette.alarm,
    }
}

/// Where the time is.
struct Plot {
    left: f64,
    right: f64,
    end: f64,
}

impl Plot {
    fn x(&self, ms: f64) -> f64 {
        self.left + (self.right - self.left) * (ms / self.end).clamp(0.0, 1.0)
    }

    fn row(&self, canvas: &mut Canvas, bar: &Bar, y: f64) {
        let palette = canvas.palette();
        let name = fonts::fit(&bar.label, self.left - 10.0 - MARGIN - indent(bar), LABEL, Weight::Regular);
        let baseline = y + ROW / 2.0 + LABEL * 0.35;
        canvas.text((MARGIN + indent(bar), baseline), &name, Type { size: LABEL, ..Type::small(palette.ink) });
        let (from, to) = (self.x(bar.start_ms), self.x(bar.end_ms()));
        let width = (to - from).max(2.0);
        let area = Area { x: from.min(self.right - width), y: y + 5.0, width, height: ROW - 10.0 };
        canvas.rect(area, 3.0, colour(canvas, bar.phase));
        self.says(canvas, bar, area, baseline);
        if let Some(typical) = bar.typical_ms {
            let x = self.x(bar.start_ms + typical);
            canvas.line((x, y + 2.0), (x, y + ROW - 2.0), Stroke::solid(palette.paper, 4.0));
            canvas.line((x, y + 2.0), (x, y + ROW - 2.0), Stroke::solid(palette.ink, 2.2));
        }
    }

    /// What is said of a bar: behind it, before it, or on it, wherever there is room.
    fn says(&self, canvas: &mut Canvas, bar: &Bar, area: Area, baseline: f64) {
        let palette = canvas.palette();
        let typical_end = bar.typical_ms.map_or(0.0, |ms| self.x(bar.start_ms + ms));
        let end = (area.x + area.width).max(typical_end);
        let said = bar.says();
        let needed = fonts::width(&said, SMALL, Weight::Regular) + 8.0;
        let on = Type { weight: Weight::Bold, ..Type::small(palette.paper) };
        if self.right - end >= needed {
            canvas.text((end + 8.0, baseline), &said, Type::small(palette.ink));
        } else if area.x - self.left >= needed && bar.typical_ms.is_none() {
            let look = Type { anchor: Anchor::End, ..Type::small(palette.ink) };
            canvas.text((area.x - 8.0, baseline), &said, look);
        } else {
            let (from, to) = free(area, typical_end);
            canvas.text((from, baseline), &fonts::fit(&said, to - from, SMALL, Weight::Bold), on);
        }
    }
}

/// Where there is room on a bar: what is written must not be crossed by the tick of what is usual.
fn free(area: Area, tick: f64) -> (f64, f64) {
    let (from, to) = (area.x + 8.0, area.x + area.width - 4.0);
    if tick <= area.x || tick >= area.x + area.width {
        return (from, to);
    }
    let (before, behind) = ((from, tick - 4.0), (tick + 8.0, to));
    if before.1 - before.0 > behind.1 - behind.0 { before } else { behind }
}

/// What the colours mean.
fn legend(canvas: &mut Canvas, chart: &Waterfall, mut bottom: f64) -> f64 {
    let palette = canvas.palette();
    let phases = chart.phases().map(|phase| (phase.label(), Some(phase)));
    let typical = chart.bars.iter().any(|bar| bar.typical_ms.is_some()).then_some(("typical end", None));
    let mut x = MARGIN;
    bottom += 26.0;
    for (label, phase) in phases.chain(typical) {
        let needed = 14.0 + 6.0 + fonts::width(label, SMALL, Weight::Regular);
        if x + needed > canvas.width() - MARGIN {
            (x, bottom) = (MARGIN, bottom + 20.0);
        }
        match phase {
            Some(phase) => {
                let area = Area { x, y: bottom - 10.0, width: 12.0, height: 11.0 };
                canvas.rect(area, 2.5, colour(canvas, phase));
            }
            None => canvas.line((x + 6.0, bottom - 11.0), (x + 6.0, bottom + 2.0), Stroke::solid(palette.ink, 2.2)),
        }
        canvas.text((x + 18.0, bottom), label, Type::small(palette.muted));
        x += needed + 16.0;
    }
    bottom
}

#[cfg(test)]
mod tests {
    use super::super::super::samples;
    use super::*;

    #[test]
    fn svg() {
        insta::assert_snapshot!(samples::waterfall().svg(Sheet::CHAT));
    }

    #[test]
    fn what_is_said_on_a_bar_does_not_touch_the_tick() {
        let area = Area { x: 100.0, y: 0.0, width: 200.0, height: 20.0 };
        assert_eq!([90.0, 320.0].map(|beside| free(area, beside)), [(108.0, 296.0); 2]);
        assert_eq!((free(area, 150.0), free(area, 280.0)), ((158.0, 296.0), (108.0, 276.0)));
    }
}
