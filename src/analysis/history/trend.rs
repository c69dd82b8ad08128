//! Whether responses get slower or faster, and the likely cause.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Day, DayTotal, weekly, weekly_interval};
use crate::analysis::contrast::{Contrast, Sides, contrast};
use crate::analysis::statistics::{Interval, TREND_FROM, change_points, mann_kendall};
use crate::model::{Cell, CellKey, Group, ModelName, QueryType, Tally, Timestamp};

/// Where response times are going: the trend of daily medians.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Trend {
    /// Too few days with calls.
    NotEnoughData {
        /// Whole days with enough calls.
        days: u64,
        /// How many it takes.
        needed: u64,
    },
    /// It may be chance, or is too small to matter.
    NoClearTrend {
        /// What a week brings, as a share.
        per_week_share: f64,
        /// Between which shares that lies.
        interval: Interval,
        /// Whole days with enough calls.
        days: u64,
    },
    /// Responses get faster.
    Improving {
        /// What a week brings, as a share; below zero.
        per_week_share: f64,
        /// Between which shares that lies.
        interval: Interval,
        /// Whole days with enough calls.
        days: u64,
        /// Why, as far as the calls tell.
        cause: TrendCause,
    },
    /// Responses get slower.
    Worsening {
        /// What a week brings, as a share.
        per_week_share: f64,
        /// Between which shares that lies.
        interval: Interval,
        /// Whole days with enough calls.
        days: u64,
        /// Why, as far as the calls tell.
        cause: TrendCause,
    },
}

/// What probably makes responses slower or faster, the second half of the days beside the first.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "cause", rename_all = "snake_case")]
pub enum TrendCause {
    /// More of the calls go to a model.
    MoreOfModel {
        /// Which.
        model: ModelName,
    },
    /// More of the questions are of a type.
    MoreOfType {
        /// Which.
        query_type: QueryType,
    },
    /// Answers have become longer or shorter.
    AnswerLength {
        /// By which share.
        share: f64,
    },
    /// Questions come with more or less before them.
    InputLength {
        /// By which share.
        share: f64,
    },
    /// One model has become slower or faster, the others have not.
    OneModel {
        /// Which.
        model: ModelName,
    },
    /// The same calls take another time; the calls do not tell why.
    Unknown,
}

/// The median response time of a day.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct DailyMedian {
    /// When the UTC day began.
    pub day: Timestamp,
    /// Calls that ended ok.
    pub n: u64,
    /// The median of their response times.
    pub median_ms: f64,
}

/// A day from which on response times have another level.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct LevelChange {
    /// When the UTC day began.
    pub day: Timestamp,
    /// By which share the days from then on lie above those before, up to the next change.
    pub share: f64,
}

/// From how many calls on a day has a median.
pub const DAY_FROM: u64 = 5;
/// Slower changes a week are too small to matter.
const WORTH: f64 = 0.05;
/// From which change on lengths are a cause.
const LENGTH_WORTH: f64 = 0.10;

/// The trend of whole days, and the series it rests on.
pub(super) fn trend(days: &[Day], totals: &[DayTotal]) -> (Trend, Vec<DailyMedian>) {
    let medians = medians(totals);
    let whole =
        || days.iter().zip(totals).filter(|(_, total)| total.is_whole()).map(|(day, _)| day).collect::<Vec<_>>();
    let n = medians.len() as u64;
    let day_of = |at: Timestamp| at.0.div_euclid(Timestamp::DAY) as f64;
    let points: Vec<(f64, f64)> = medians.iter().map(|day| (day_of(day.day), day.median_ms.ln())).collect();
    let Some(found) = mann_kendall(&points).filter(|_| points.len() >= TREND_FROM) else {
        return (Trend::NotEnoughData { days: n, needed: TREND_FROM as u64 }, medians);
    };
    let (per_week_share, interval) = (weekly(found.slope.slope), weekly_interval(found.slope.interval));
    let clear = found.p() < 0.05 && per_week_share.abs() >= WORTH;
    let verdict = match per_week_share > 0.0 {
        _ if !clear => Trend::NoClearTrend { per_week_share, interval, days: n },
        true => Trend::Worsening { per_week_share, interval, days: n, cause: cause(&whole()) },
        false => Trend::Improving { per_week_share, interval, days: n, cause: cause(&whole()) },
    };
    (verdict, medians)
}

/// The medians of whole days with enough calls.
pub fn daily_medians(days: &[Day]) -> Vec<DailyMedian> {
    medians(&days.iter().map(DayTotal::of).collect::<Vec<_>>())
}

fn medians(days: &[DayTotal]) -> Vec<DailyMedian> {
    days.iter().filter(|day| day.is_whole()).filter_map(median).collect()
}

/// When daily medians changed their level.
pub fn level_changes(medians: &[DailyMedian]) -> Vec<LevelChange> {
    let logs: Vec<f64> = medians.iter().map(|day| day.median_ms.ln()).collect();
    let found = change_points(&logs);
    let ends: Vec<usize> = [&[0], &found[..], &[logs.len()]].concat();
    let mean = |part: &[f64]| part.iter().sum::<f64>() / part.len() as f64;
    let change = |ends: &[usize]| LevelChange {
        day: medians[ends[1]].day,
        share: (mean(&logs[ends[1]..ends[2]]) - mean(&logs[ends[0]..ends[1]])).exp() - 1.0,
    };
    ends.windows(3).map(change).filter(|change| change.share.abs() >= WORTH).collect()
}

fn median(day: &DayTotal) -> Option<DailyMedian> {
    let times = &day.cell.response;
    let median = times.percentile(50).filter(|median| times.n() >= DAY_FROM && median.0 > 0)?;
    Some(DailyMedian { day: day.window.from, n: times.n(), median_ms: median.as_ms() })
}

/// What differs between the second half of the days and the first.
fn cause(days: &[&Day]) -> TrendCause {
    let (first, second) = days.split_at(days.len() / 2);
    let mut parts: BTreeMap<(&ModelName, QueryType), [Sums; 2]> = BTreeMap::new();
    for (side, days) in [second, first].into_iter().enumerate() {
        for Group { key, cell } in days.iter().flat_map(|day| day.groups.iter()) {
            parts.entry((&key.model, key.query_type)).or_default()[side].add(cell);
        }
    }
    let key = |(model, query_type): (&ModelName, QueryType)| CellKey { model: model.clone(), query_type };
    let times: Vec<(CellKey, Sides)> =
        parts.iter().map(|(kind, sums)| (key(*kind), [sums[0].times, sums[1].times])).collect();
    match contrast(&times) {
        Contrast::MoreOfModel(model) => return TrendCause::MoreOfModel { model },
        Contrast::MoreOfType(query_type) => return TrendCause::MoreOfType { query_type },
        _ => {}
    }
    let slower = total(&times, 0) > total(&times, 1);
    let sums: Vec<&[Sums; 2]> = parts.values().collect();
    let same_way = |share: &f64| share.abs() >= LENGTH_WORTH && (*share > 0.0) == slower;
    let length = |of: fn(&Sums) -> Tally| growth(&sums, of).filter(same_way);
    if let Some(share) = length(|sums| sums.output) {
        return TrendCause::AnswerLength { share };
    }
    if let Some(share) = length(|sums| sums.input) {
        return TrendCause::InputLength { share };
    }
    match contrast(&times) {
        Contrast::OneModel(model) => TrendCause::OneModel { model },
        _ => TrendCause::Unknown,
    }
}

/// What of the calls of one kind tells a cause.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    times: Tally,
    input: Tally,
    output: Tally,
}

impl Sums {
    fn add(&mut self, cell: &Cell) {
        let sum = i64::try_from(cell.response.sum()).unwrap_or(i64::MAX);
        self.times.merge(Tally { n: cell.response.n(), sum });
        self.input.merge(cell.input);
        self.output.merge(cell.output);
    }
}

/// The mean of one side.
fn total(times: &[(CellKey, Sides)], side: usize) -> f64 {
    let mut total = Tally::default();
    times.iter().for_each(|(_, sides)| total.merge(sides[side]));
    total.mean().unwrap_or(0.0)
}

/// How much a mean grew within models and types, as a share.
fn growth(parts: &[&[Sums; 2]], of: fn(&Sums) -> Tally) -> Option<f64> {
    let compared = parts.iter().filter_map(|[here, there]| {
        let (here, there) = (of(here), of(there));
        Some((here.mean()? * here.n as f64, there.mean()? * here.n as f64))
    });
    let (is, was) = compared.fold((0.0, 0.0), |(is, was), (here, there)| (is + here, was + there));
    (was > 0.0).then(|| is / was - 1.0)
}
