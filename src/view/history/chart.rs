//! A history as a picture: its periods; of weeks, of which there are few, response times by day.

use super::{EVENTS_LISTED, Labelled, happened, named};
use crate::analysis::history::{Effect, History, NotableEvent, Period, PeriodFigures};
use crate::model::{Timestamp, Window};
use crate::view::chart::{Event, Line, Panel, Series, Unit};
use crate::view::format::share;
use crate::view::{Block, Chart, Frame};

/// Fewer points are no line.
const POINTS_FROM: usize = 3;

/// The picture; `None` where there is too little for a line.
pub fn chart(history: &History, frame: &Frame) -> Option<Block> {
    let series = match history.by {
        Period::Week => by_day(history, frame),
        Period::Day | Period::Month => by_period(history, frame),
    };
    series.map(|series| Block::Chart(Box::new(Chart::Series(series))))
}

/// Medians of the UTC days from the first that has one to the end, which a day may be cut by: things happen on it, too.
fn by_day(history: &History, frame: &Frame) -> Option<Series> {
    let medians = &history.daily_medians;
    let days = Window { from: medians.first()?.day, to: history.window.to }.split(Timestamp::DAY);
    let median = |day: &Window| medians.iter().find(|median| median.day == day.from).map(|median| median.median_ms);
    let values = days.iter().map(median).collect();
    let panel = panel("Median response time", Unit::Milliseconds, [("Median", values)]);
    (medians.len() >= POINTS_FROM).then(|| Series {
        title: format!("Response times by UTC day ({})", frame.title),
        periods: days.iter().map(|day| day.from.to_utc().format("%b %-d").to_string()).collect(),
        panels: vec![panel],
        events: events(history, &days, frame),
    })
}

fn by_period(history: &History, frame: &Frame) -> Option<Series> {
    let periods: Labelled = named(history, frame);
    let of = |figure: fn(&PeriodFigures) -> Option<f64>| -> Vec<Option<f64>> {
        periods.iter().map(|(_, period)| figure(period)).collect()
    };
    let times = [("Average", of(|period| period.response_time_ms.mean)), ("P95", of(PeriodFigures::firm_p95_ms))];
    let windows: Vec<Window> = periods.iter().map(|(_, period)| period.window).collect();
    (times[0].1.iter().flatten().count() >= POINTS_FROM).then(|| Series {
        title: format!("Performance by {} ({})", word(history.by), frame.title),
        panels: vec![
            panel("Response time", Unit::Milliseconds, times),
            panel("Cost", Unit::Usd, [("Cost", of(|period| period.cost_usd))]),
            panel("Error rate", Unit::Share, [("Errors", of(|period| period.error_rate))]),
        ],
        events: events(history, &windows, frame),
        periods: periods.iter().map(|(name, _)| name.clone()).collect(),
    })
}

/// Cost and tokens by period; `None` where there is too little for a line.
pub fn spending(history: &History, frame: &Frame) -> Option<Block> {
    let periods: Labelled = named(history, frame);
    let cost: Vec<Option<f64>> = periods.iter().map(|(_, period)| period.cost_usd).collect();
    let tokens = periods.iter().map(|(_, period)| period.tokens.map(|tokens| tokens as f64)).collect();
    (cost.iter().flatten().count() >= POINTS_FROM).then(|| {
        Block::Chart(Box::new(Chart::Series(Series {
            title: format!("Cost and tokens by {}", word(history.by)),
            periods: periods.into_iter().map(|(name, _)| name).collect(),
            panels: vec![
                panel("Cost", Unit::Usd, [("Cost", cost)]),
                panel("Tokens", Unit::Count, [("Tokens", tokens)]),
            ],
            events: Vec::new(),
        })))
    })
}

fn word(by: Period) -> &'static str {
    match by {
        Period::Day => "day",
        Period::Week => "week",
        Period::Month => "month",
    }
}

fn panel<const N: usize>(label: &str, unit: Unit, lines: [(&str, Vec<Option<f64>>); N]) -> Panel {
    // A line without any value would only stand in the legend.
    let has_values = |(at, line): &(usize, Line)| *at == 0 || line.values.iter().any(Option::is_some);
    let lines = lines.into_iter().map(|(name, values)| Line { name: name.into(), values }).enumerate();
    Panel { label: label.into(), unit, lines: lines.filter(has_values).map(|(_, line)| line).collect(), trend: None }
}

/// What happened within the periods: of very much the last.
fn events(history: &History, periods: &[Window], frame: &Frame) -> Vec<Event> {
    let first = history.events.len().saturating_sub(EVENTS_LISTED);
    let place = |at: Timestamp| {
        let period = periods.iter().position(|period| period.holds(at))?;
        let Window { from, to } = periods[period];
        Some(period as f64 + at.since(from).0 as f64 / (to.since(from).0.max(1)) as f64)
    };
    let event = |NotableEvent { event, effect: came }: &NotableEvent| {
        let day = event.at.to_utc().with_timezone(&frame.zone).format("%b %-d");
        let came = match came {
            Effect::Slower { share: by, .. } => format!(" ({} slower)", share(*by)),
            Effect::Faster { share: by, .. } => format!(" ({} faster)", share(*by)),
            Effect::NotEnoughData { .. } | Effect::NoClear { .. } => String::new(),
        };
        Some(Event { at: place(event.at)?, text: format!("{day}: {}{came}", happened(event)) })
    };
    history.events[first..].iter().filter_map(event).collect()
}
