//! How something went on over time: panels below each other over the same periods, with what happened in between.

use super::Unit;

/// Panels over the same periods.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// What it shows.
    pub title: String,
    /// What the periods are called, in their order. Not all of them are written.
    pub periods: Vec<String>,
    /// What is shown of them.
    pub panels: Vec<Panel>,
    /// What happened, in its order.
    pub events: Vec<Event>,
}

/// One thing over time, or a few of one unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    /// What it is: `Response time`.
    pub label: String,
    /// What the values are.
    pub unit: Unit,
    /// The lines, at most four.
    pub lines: Vec<Line>,
    /// A trend, as its value in the first and in the last period.
    pub trend: Option<(f64, f64)>,
}

/// A value for each period.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// What it is called beside others: `P95`. Nobody reads it if there is only one.
    pub name: String,
    /// The values, as many as there are periods. `None` is a gap.
    pub values: Vec<Option<f64>>,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// When, in periods from the start of the first: 2.5 is in the middle of the third.
    pub at: f64,
    /// What is said of it: `Nov 3: default model sonnet → haiku, 31% faster`.
    pub text: String,
}

impl Line {
    /// The value of a period.
    pub(super) fn value(&self, period: usize) -> Option<f64> {
        self.values.get(period).copied().flatten().filter(|value| value.is_finite())
    }
}

impl Panel {
    /// All values, and both ends of the trend.
    pub(super) fn values(&self) -> impl Iterator<Item = f64> {
        let trend = self.trend.into_iter().flat_map(|(first, last)| [first, last]);
        let values = self.lines.iter().flat_map(|line| line.values.iter().copied().flatten());
        values.chain(trend).filter(|value| value.is_finite())
    }

    /// The greatest value; zero if there is none.
    pub(super) fn most(&self) -> f64 {
        self.values().fold(0.0, f64::max)
    }

    /// What the first line came to: `1.8s → 2.4s, between 1.7s and 2.6s`.
    pub(super) fn course(&self) -> Option<String> {
        let values: Vec<f64> = self.lines.first()?.values.iter().copied().flatten().collect();
        let (first, last) = (values.first()?, values.last()?);
        Some(format!("{} → {}", self.unit.write(*first), self.unit.write(*last)))
    }
}

impl Series {
    /// Where an event is, in periods, within the chart.
    pub(super) fn position(&self, event: &Event) -> f64 {
        event.at.clamp(0.0, self.periods.len() as f64)
    }

    pub(super) fn description(&self) -> String {
        let (first, last) = (self.periods.first(), self.periods.last());
        let span = match first.zip(last) {
            Some((first, last)) => format!("{} periods from {first} to {last}.", self.periods.len()),
            None => "No periods.".to_owned(),
        };
        let panel = |panel: &Panel| match panel.course() {
            Some(course) => format!(" {}: {course}.", panel.label),
            None => format!(" {}: no data.", panel.label),
        };
        let panels: String = self.panels.iter().map(panel).collect();
        let events: String =
            (1..).zip(&self.events).map(|(number, event)| format!(" ({number}) {}.", event.text)).collect();
        format!("{span}{panels}{events}")
    }
}
