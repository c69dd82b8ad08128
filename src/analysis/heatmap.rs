//! `heatmap`: how response times go by hour of the day, by day of the week, and by both; what stands out, and why.

mod cause;
mod insight;

use chrono::{Datelike, NaiveDate};
use chrono_tz::Tz;
use serde::Serialize;

pub use cause::Cause;
pub use insight::{INSIGHT_DAYS, Insight, PART_FROM, PartOfDay, Spell, stands_out};

use super::P95_FROM;
use super::statistics::{Deviation, Weighed, deviations, discoveries};
use crate::model::{Brief, CellKey, DatedHour, Histogram, HourGrid, Micros, Tally, TimeGrid, Window};

/// What the report is made from.
#[derive(Debug, Clone)]
pub struct HeatmapInput {
    /// Which time.
    pub window: Window,
    /// The zone of hours and days.
    pub zone: Tz,
    /// Sums of each hour of each date.
    pub hours: Vec<DatedHour>,
    /// Sums by hour of the week, of each model and type: needed only if something [stands out](stands_out), to say why.
    pub groups: Vec<(CellKey, HourGrid)>,
    /// Response times by hour of the week.
    pub times: TimeGrid,
}

/// Response times by hour and weekday.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Heatmap {
    /// All calls, however they ended.
    pub n: u64,
    /// Calls that ended ok and whose response time is known.
    pub timed_n: u64,
    /// Which time.
    pub window: Window,
    /// The zone of hours and days.
    pub zone: &'static str,
    /// From 0 to 23.
    pub by_hour: Vec<Slot>,
    /// From Monday to Sunday.
    pub by_weekday: Vec<Slot>,
    /// From Monday to Sunday, and in each from 0 to 23.
    pub grid: Vec<Vec<GridCell>>,
    /// What stands out.
    pub insight: Insight,
}

/// An hour of the day, or a day of the week.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Slot {
    /// The hour, or the day from Monday (0) on.
    pub slot: usize,
    /// All calls, however they ended.
    pub calls: u64,
    /// Calls that ended ok and whose response time is known.
    pub n: u64,
    /// The mean of their response times.
    pub mean_ms: Option<f64>,
    /// Their 95th percentile, from one call on.
    pub p95_ms: Option<f64>,
    /// Whether it is the slowest or the fastest, beyond chance.
    pub mark: Mark,
}

/// How a slot stands among the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// Like the others, as far as anybody can tell.
    None,
    /// The slowest, and by more than chance.
    Slowest,
    /// The fastest, and by more than chance.
    Fastest,
}

/// An hour of a weekday.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct GridCell {
    /// All calls, however they ended.
    pub calls: u64,
    /// Calls that ended ok and whose response time is known.
    pub n: u64,
    /// The mean of their response times; left blank below [`GRID_FROM`] calls.
    pub mean_ms: Option<f64>,
}

/// From how many calls on an hour of a weekday is shown.
pub const GRID_FROM: u64 = 5;
/// From how many calls on a slot may be marked.
const MARK_FROM: u64 = 20;
/// From how many calls on an hour of a date says something of that hour.
const HOUR_FROM: u64 = 3;
/// Of slots that are marked, at most this share is expected to be chance.
const FALSE_DISCOVERIES: f64 = 0.05;

/// The report on a window.
pub fn heatmap(input: &HeatmapInput) -> Heatmap {
    let grid = grid(&input.hours);
    let mut total = Brief::default();
    grid.0.iter().flatten().for_each(|hour| total.merge(hour));
    let [hours, weekdays] = deviating(&input.hours);
    let at = |day: usize, hour: usize| (&grid.0[day][hour], &input.times.0[day][hour]);
    let by_hour = (0..24).map(|hour| slot(hour, (0..7).map(|day| at(day, hour)))).collect();
    let by_weekday = (0..7).map(|day| slot(day, (0..24).map(|hour| at(day, hour)))).collect();
    Heatmap {
        n: total.calls,
        timed_n: total.response.n,
        window: input.window,
        zone: input.zone.name(),
        by_hour: marked(by_hour, &hours),
        by_weekday: marked(by_weekday, &weekdays),
        grid: grid.0.iter().map(|day| day.iter().map(grid_cell).collect()).collect(),
        insight: insight::insight(&input.hours, &input.groups),
    }
}

/// Sums by weekday and hour.
fn grid(hours: &[DatedHour]) -> HourGrid {
    let mut grid = HourGrid::default();
    hours.iter().for_each(|hour| grid.0[weekday(hour.date)][hour.hour].merge(&hour.brief));
    grid
}

/// Monday is 0.
fn weekday(date: NaiveDate) -> usize {
    date.weekday().num_days_from_monday() as usize
}

fn grid_cell(hour: &Brief) -> GridCell {
    let n = hour.response.n;
    GridCell { calls: hour.calls, n, mean_ms: mean_ms(hour.response).filter(|_| n >= GRID_FROM) }
}

fn mean_ms(times: Tally) -> Option<f64> {
    times.mean().map(|micros| micros / 1e3)
}

fn slot<'a>(slot: usize, parts: impl Iterator<Item = (&'a Brief, &'a Histogram)>) -> Slot {
    let (mut sums, mut times) = (Brief::default(), Histogram::default());
    parts.for_each(|(brief, histogram)| {
        sums.merge(brief);
        times.merge(histogram);
    });
    let p95_ms = times.percentile(95).map(Micros::as_ms);
    Slot { slot, calls: sums.calls, n: sums.response.n, mean_ms: mean_ms(sums.response), p95_ms, mark: Mark::None }
}

impl Slot {
    /// The 95th percentile, if it rests on enough calls to be more than the slowest one.
    pub fn firm_p95_ms(&self) -> Option<f64> {
        self.p95_ms.filter(|_| self.n >= P95_FROM)
    }
}

/// How hours of the day and days of the week stand against the others: the hours of the dates are what chance plays with.
fn deviating(hours: &[DatedHour]) -> [Vec<Option<Deviation>>; 2] {
    let (mut by_hour, mut by_weekday) = (vec![Vec::new(); 24], vec![Vec::new(); 7]);
    for (hour, mean) in hours.iter().filter_map(|hour| Some((hour, weighed(hour.brief.response, HOUR_FROM)?))) {
        by_hour[hour.hour].push(mean);
    }
    // Hours of one day hang together, so that a day counts once.
    for day in hours.chunk_by(|a, b| a.date == b.date) {
        let mut sums = Tally::default();
        day.iter().for_each(|hour| sums.merge(hour.brief.response));
        by_weekday[weekday(day[0].date)].extend(weighed(sums, HOUR_FROM));
    }
    [by_hour, by_weekday].map(|groups| deviations(&groups))
}

/// The mean of at least `least` times. Not its logarithm, which is the lower the fewer they are.
fn weighed(times: Tally, least: u64) -> Option<Weighed> {
    times.mean().filter(|_| times.n >= least).map(|mean| Weighed { mean, weight: times.n as f64 })
}

/// Marks the slowest and the fastest slot, if they stand out beyond chance.
fn marked(mut slots: Vec<Slot>, deviations: &[Option<Deviation>]) -> Vec<Slot> {
    let p: Vec<f64> = deviations.iter().map(|deviation| deviation.map_or(f64::NAN, |deviation| deviation.p)).collect();
    let stands_out = discoveries(&p, FALSE_DISCOVERIES);
    let candidates =
        || slots.iter().filter(|slot| slot.n >= MARK_FROM).filter_map(|slot| Some((slot.slot, slot.mean_ms?)));
    let slowest = candidates().max_by(|a, b| a.1.total_cmp(&b.1)).map(|(slot, _)| slot);
    let fastest = candidates().min_by(|a, b| a.1.total_cmp(&b.1)).map(|(slot, _)| slot);
    let above = |slot: usize| deviations[slot].is_some_and(|deviation| deviation.difference > 0.0);
    for slot in &mut slots {
        slot.mark = match Some(slot.slot) {
            at if at == slowest && stands_out[slot.slot] && above(slot.slot) => Mark::Slowest,
            at if at == fastest && stands_out[slot.slot] && !above(slot.slot) => Mark::Fastest,
            _ => Mark::None,
        };
    }
    slots
}

#[cfg(test)]
mod tests;
