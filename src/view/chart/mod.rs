//! Charts as plain values, and how they are shown: as SVG, as text. They know nothing of reports; whoever lays a report out
//! fills them. A picture of a chart is made of its SVG, by [`super::Painter`].

mod distribution;
mod heatmap;
mod series;
mod svg;
mod text;
mod unit;
mod waterfall;

pub use distribution::{Bin, Distribution, Percentile};
pub use heatmap::{Heatmap, Mark, Temper};
pub use series::{Event, Line, Panel, Series};
pub(super) use svg::Canvas;
#[cfg(feature = "pictures")]
pub(super) use svg::{Anchor, Stroke, Type};
pub use svg::{Sheet, Theme};
pub use unit::Unit;
pub use waterfall::{Bar, Phase, Waterfall};

/// A chart.
#[derive(Debug, Clone, PartialEq)]
pub enum Chart {
    /// How much, by two things at once.
    Heatmap(Heatmap),
    /// How something went on over time.
    Series(Series),
    /// How often values came.
    Distribution(Distribution),
    /// Where the time of one call went.
    Waterfall(Waterfall),
}

/// The most letters of a description that Discord takes.
const LONGEST_DESCRIPTION: usize = 1_024;

impl Chart {
    /// What it shows, in one line.
    pub fn title(&self) -> &str {
        match self {
            Self::Heatmap(chart) => &chart.title,
            Self::Series(chart) => &chart.title,
            Self::Distribution(chart) => &chart.title,
            Self::Waterfall(chart) => &chart.title,
        }
    }

    /// What it is called as a file, without an ending.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Heatmap(_) => "heatmap",
            Self::Series(_) => "history",
            Self::Distribution(_) => "distribution",
            Self::Waterfall(_) => "waterfall",
        }
    }

    /// What there is to see, in words, for who cannot see it.
    pub fn description(&self) -> String {
        let said = match self {
            Self::Heatmap(chart) => chart.description(),
            Self::Series(chart) => chart.description(),
            Self::Distribution(chart) => chart.description(),
            Self::Waterfall(chart) => chart.description(),
        };
        let said = super::format::clean(&format!("{}. {said}", self.title())).into_owned();
        match said.char_indices().nth(LONGEST_DESCRIPTION - 1) {
            Some((at, _)) if said.chars().nth(LONGEST_DESCRIPTION).is_some() => format!("{}…", &said[..at]),
            _ => said,
        }
    }

    /// The chart as lines of text, each at most so many columns wide.
    pub fn text(&self, columns: usize) -> Vec<String> {
        match self {
            Self::Heatmap(chart) => text::heatmap(chart, columns),
            Self::Series(chart) => text::series(chart, columns),
            Self::Distribution(chart) => text::distribution(chart, columns),
            Self::Waterfall(chart) => text::waterfall(chart, columns),
        }
    }

    /// The chart as an SVG, a document of its own.
    pub fn svg(&self, sheet: Sheet) -> String {
        self.drawn(sheet).document(self.title(), &self.description())
    }

    pub(super) fn drawn(&self, sheet: Sheet) -> Canvas {
        match self {
            Self::Heatmap(chart) => svg::heatmap(chart, sheet),
            Self::Series(chart) => svg::series(chart, sheet),
            Self::Distribution(chart) => svg::distribution(chart, sheet),
            Self::Waterfall(chart) => svg::waterfall(chart, sheet),
        }
    }
}

#[cfg(test)]
pub(crate) mod samples;
