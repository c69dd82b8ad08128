//! Charts as SVG: laid out by our own measures, so that the same chart gives the same text of SVG on every machine.

mod canvas;
mod distribution;
mod heatmap;
mod palette;
mod series;
mod waterfall;

pub use palette::Theme;

#[cfg(feature = "pictures")]
pub(in crate::view) use canvas::Stroke;
pub(in crate::view) use canvas::{Anchor, Canvas, Type};
pub(super) use distribution::distribution;
pub(super) use heatmap::heatmap;
pub(super) use series::series;
pub(super) use waterfall::waterfall;

use crate::view::fonts::{self, Weight};

/// What a chart is drawn on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sheet {
    /// How wide, in units of which small text is 13 high. A narrow sheet, shown large, is read on a phone.
    pub width: f64,
    /// The colours.
    pub theme: Theme,
}

impl Sheet {
    /// For chat: read on a phone, harmless to eyes that are used to the dark.
    pub const CHAT: Self = Self { width: 480.0, theme: Theme::Dark };
    /// For paper and pages.
    pub const PAGE: Self = Self { width: 720.0, theme: Theme::Light };
}

/// The size of a title.
const TITLE: f64 = 17.0;
/// The size of what belongs to the chart.
const LABEL: f64 = 14.0;
/// The size of what stands beside an axis, and of legends.
const SMALL: f64 = 13.0;
/// What is left free around a chart.
const MARGIN: f64 = 16.0;

/// A sheet with a title on it, and how far down that reaches.
fn titled(sheet: Sheet, title: &str) -> (Canvas, f64) {
    let mut canvas = Canvas::new(sheet.width, sheet.theme);
    let ink = canvas.palette().ink;
    let room = sheet.width - 2.0 * MARGIN;
    let mut bottom = MARGIN;
    let lines = fonts::wrap(title, room, TITLE, Weight::Bold);
    for line in lines.iter().take(MOST_TITLE_LINES) {
        bottom += TITLE * 1.25;
        canvas.text(
            (MARGIN, bottom - TITLE * 0.3),
            line,
            Type { size: TITLE, weight: Weight::Bold, ..Type::small(ink) },
        );
    }
    (canvas, bottom + 8.0)
}

/// A title longer than this is cut.
const MOST_TITLE_LINES: usize = 2;

/// Labels below an axis, each in the middle of its place: as many as there is room for, evenly spaced from the first.
fn axis_labels<'a>(canvas: &mut Canvas, y: f64, labels: impl Iterator<Item = (f64, &'a str)>) {
    let (muted, width) = (canvas.palette().muted, canvas.width());
    let place = |(x, label): (f64, &'a str)| {
        let half = fonts::width(label, SMALL, Weight::Regular) / 2.0;
        (x.clamp(half + 2.0, (width - half - 2.0).max(half + 2.0)), half, label)
    };
    let labels: Vec<(f64, f64, &str)> = labels.map(place).collect();
    let fits = |stride: &usize| {
        let shown: Vec<_> = labels.iter().step_by(*stride).collect();
        shown.windows(2).all(|pair| pair[0].0 + pair[0].1 + 10.0 <= pair[1].0 - pair[1].1)
    };
    let stride = (1..=labels.len()).find(fits).unwrap_or(1);
    for (x, _, label) in labels.iter().step_by(stride) {
        canvas.text((*x, y), label, Type { anchor: Anchor::Middle, ..Type::small(muted) });
    }
}

/// So many labels between two that every one of them has room.
fn stride(widest: f64, step: f64) -> usize {
    ((widest + 8.0) / step.max(0.1)).ceil().max(1.0) as usize
}
