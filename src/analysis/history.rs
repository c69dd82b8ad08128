//! `history`: how response time, tokens, cost, errors, prompt cache and ratings went from period to period, whether there is
//! a trend, and what happened meanwhile.

mod effect;
mod periods;
mod shift;
mod tokens;
mod trend;

use std::sync::Arc;

use chrono_tz::Tz;
use serde::Serialize;

pub use effect::{Effect, NotableEvent};
pub use periods::{Cut, Period, count, periods};
pub use shift::{Change, Shift};
pub use tokens::TokenGrowth;
pub use trend::{DAY_FROM, DailyMedian, LevelChange, Trend, TrendCause, daily_medians, level_changes};

use super::model_report::RatingMean;
use super::share::share;
use super::statistics::Interval;
use super::stats::usd;
use super::{Latency, P95_FROM};
use crate::model::{Cell, Event, Group, Timestamp, Window};

/// What the report is made from.
#[derive(Debug, Clone)]
pub struct HistoryInput {
    /// Which time.
    pub window: Window,
    /// By what it goes.
    pub by: Period,
    /// The zone of days.
    pub zone: Tz,
    /// The calls of each period, by model and type.
    pub periods: Vec<(Cut, Arc<[Group]>)>,
    /// The calls of each UTC day of the window; the first and the last may be cut.
    pub days: Vec<Day>,
    /// What happened, in the order of time.
    pub events: Vec<Event>,
}

/// The calls of a day, by model and type.
#[derive(Debug, Clone)]
pub struct Day {
    /// Its time, as far as it lies in the window.
    pub window: Window,
    /// Its calls.
    pub groups: Arc<[Group]>,
}

/// All calls of a day together.
struct DayTotal {
    window: Window,
    cell: Cell,
}

impl DayTotal {
    fn of(day: &Day) -> Self {
        Self { window: day.window, cell: Group::total(&*day.groups) }
    }

    /// Whether the window of the report holds all of the day.
    fn is_whole(&self) -> bool {
        self.window.length().0 == Timestamp::DAY as u64
    }
}

/// How a window went.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct History {
    /// All calls of the window.
    pub n: u64,
    /// Which time.
    pub window: Window,
    /// By what it goes.
    pub by: Period,
    /// The zone of days.
    pub zone: &'static str,
    /// The periods, in the order of time.
    pub periods: Vec<PeriodFigures>,
    /// Where response times are going.
    pub trend: Trend,
    /// The series behind it.
    pub daily_medians: Vec<DailyMedian>,
    /// When it changed its level, from twenty days on; where there is a trend, every day does.
    pub level_changes: Vec<LevelChange>,
    /// Where tokens are going.
    pub token_growth: TokenGrowth,
    /// What happened, and what came of it.
    pub events: Vec<NotableEvent>,
    /// What to do about it.
    pub recommendation: Recommendation,
}

/// The figures of a period, each with its change from the one before.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PeriodFigures {
    /// Its time.
    pub window: Window,
    /// Whether the window holds all of it; a cut one is not compared.
    pub whole: bool,
    /// All calls.
    pub n: u64,
    /// Response times of calls that ended ok.
    pub response_time_ms: Latency,
    /// Input and output tokens of answered calls, as far as they are known.
    pub tokens: Option<i64>,
    /// Known cost.
    pub cost_usd: Option<f64>,
    /// Calls whose cost is known.
    pub cost_n: u64,
    /// Share of calls that failed.
    pub error_rate: Option<f64>,
    /// How many failed.
    pub errors: u64,
    /// Share of input that came from the prompt cache.
    pub cache_read_share: Option<f64>,
    /// What people said.
    pub rating: RatingMean,
    /// How each figure changed from the period before.
    pub changes: Changes,
}

/// How the figures of a period changed from the one before.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Changes {
    /// Mean response time.
    pub response_time: Option<Change>,
    /// Tokens.
    pub tokens: Option<Change>,
    /// Cost.
    pub cost: Option<Change>,
    /// Share of calls that failed.
    pub error_rate: Option<Change>,
    /// Share of input that came from the prompt cache.
    pub cache_read_share: Option<Change>,
    /// Mean rating.
    pub rating: Option<Change>,
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "recommendation", rename_all = "snake_case")]
pub enum Recommendation {
    /// Too little data to advise.
    WaitForData,
    /// Every call failed.
    NothingWorks,
    /// Things get better.
    Continue,
    /// Nothing moves.
    NothingToDo,
    /// Responses get slower since something happened: its place among the events.
    LookAtEvent {
        /// Which of the events.
        event: usize,
    },
    /// Responses take longer since a day.
    LookAtDay {
        /// When the UTC day began.
        day: Timestamp,
    },
    /// Responses get slower, for this reason.
    Mend {
        /// Why.
        cause: TrendCause,
    },
    /// Failures have become more frequent.
    LookAtErrors,
    /// Costs have risen.
    LookAtCost,
}

/// The report on a window.
pub fn history(input: HistoryInput) -> History {
    let mut periods: Vec<PeriodFigures> = input.periods.iter().map(|(cut, groups)| figures(*cut, groups)).collect();
    let totals: Vec<DayTotal> = input.days.iter().map(DayTotal::of).collect();
    shift::compare(&mut periods, &input, &totals);
    let (trend, daily_medians) = trend::trend(&input.days, &totals);
    let level_changes = match trend {
        Trend::NoClearTrend { .. } => trend::level_changes(&daily_medians),
        _ => Vec::new(),
    };
    let events = effect::effects(&input.events, &input.days);
    History {
        n: totals.iter().map(|day| day.cell.calls()).sum(),
        window: input.window,
        by: input.by,
        zone: input.zone.name(),
        recommendation: recommendation(&periods, &trend, &events, &level_changes),
        token_growth: tokens::growth(&totals),
        periods,
        trend,
        level_changes,
        daily_medians,
        events,
    }
}

fn figures(cut: Cut, groups: &[Group]) -> PeriodFigures {
    let total = Group::total(groups);
    PeriodFigures {
        window: cut.window,
        whole: cut.whole,
        n: total.calls(),
        response_time_ms: Latency::from(&total.response),
        tokens: tokens_of(&total),
        cost_usd: usd(total.cost),
        cost_n: total.cost.n,
        error_rate: share(total.failures(), total.calls()),
        errors: total.failures(),
        cache_read_share: cache_read_share(&total),
        rating: RatingMean { n: total.ratings.n, mean: total.ratings.mean() },
        changes: Changes::default(),
    }
}

/// All tokens that are known.
fn tokens_of(cell: &Cell) -> Option<i64> {
    match (cell.input.known(), cell.output.known()) {
        (None, None) => None,
        (input, output) => Some(input.unwrap_or(0) + output.unwrap_or(0)),
    }
}

fn cache_read_share(cell: &Cell) -> Option<f64> {
    let read = cell.cache_read.known()?;
    let input = cell.input.known().filter(|input| *input > 0)?;
    Some(read as f64 / input as f64)
}

fn recommendation(
    periods: &[PeriodFigures],
    trend: &Trend,
    events: &[NotableEvent],
    levels: &[LevelChange],
) -> Recommendation {
    let last = periods.iter().rev().find(|period| period.whole).map(|period| &period.changes);
    let worse = |change: Option<&Change>| change.is_some_and(|change| change.shift == Shift::Worse);
    // What came last counts: what was made good since needs no look.
    let notable = events.iter().enumerate().rev().find_map(|(at, event)| match event.effect {
        Effect::Slower { .. } => Some(Some(at)),
        Effect::Faster { .. } => Some(None),
        _ => None,
    });
    let level = levels.last().filter(|change| change.share > 0.0);
    let called = || periods.iter().filter(|period| period.n > 0);
    let all_failed = called().next().is_some() && called().all(|period| period.errors == period.n);
    match (trend, notable.flatten(), level) {
        _ if all_failed => Recommendation::NothingWorks,
        (Trend::NotEnoughData { .. }, None, _) => Recommendation::WaitForData,
        (Trend::Improving { .. }, ..) => Recommendation::Continue,
        (_, Some(event), _) => Recommendation::LookAtEvent { event },
        (Trend::Worsening { cause, .. }, ..) => Recommendation::Mend { cause: cause.clone() },
        (.., Some(change)) => Recommendation::LookAtDay { day: change.day },
        _ if worse(last.and_then(|changes| changes.error_rate.as_ref())) => Recommendation::LookAtErrors,
        _ if worse(last.and_then(|changes| changes.cost.as_ref())) => Recommendation::LookAtCost,
        _ => Recommendation::NothingToDo,
    }
}

impl PeriodFigures {
    /// The 95th percentile of response times, if it rests on enough calls.
    pub fn firm_p95_ms(&self) -> Option<f64> {
        self.response_time_ms.p95.filter(|_| self.response_time_ms.n >= P95_FROM)
    }
}

/// Both ends of an interval of slopes of logarithms a day, as shares a week.
fn weekly(slope: f64) -> f64 {
    (7.0 * slope).exp() - 1.0
}

fn weekly_interval(interval: Interval) -> Interval {
    Interval { low: weekly(interval.low), high: weekly(interval.high) }
}

#[cfg(test)]
mod tests;
