//! How a period differs from the one before, and whether by more than chance.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Changes, DayTotal, HistoryInput, PeriodFigures, tokens_of};
use crate::analysis::statistics::{ClusteredMean, Part, Sample, Stratum, difference, discoveries, van_elteren};
use crate::model::{Cell, CellKey, Group, Histogram, Window};

/// A change from the period before.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Change {
    /// How much more it is, as a share of what it was; `None` where it was nothing.
    pub share: Option<f64>,
    /// What that means.
    pub shift: Shift,
    /// The probability of such a difference where there is none; `None` where it was not judged.
    pub p: Option<f64>,
}

/// What a change means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Shift {
    /// Too little data to judge, or a period that the window cuts.
    NotJudged,
    /// It may be chance, or is too small to matter.
    Noise,
    /// For the better, beyond chance.
    Better,
    /// For the worse, beyond chance.
    Worse,
    /// More of something that is neither good nor bad, beyond chance.
    More,
    /// Less of it.
    Less,
    /// Other calls than before: each kind of call takes as long as it did.
    OtherCalls,
}

/// From how many calls on each side response times are judged.
const CALLS_FROM: u64 = 20;
/// Below which part of the same calls two periods are said to have other ones, where that is all that can be said.
const OVERLAP: f64 = 0.5;
/// Smaller changes of times, tokens and costs are too small to matter.
const WORTH: f64 = 0.05;
/// Of changes that are marked, at most this share is expected to be chance.
const FALSE_DISCOVERIES: f64 = 0.05;

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Figure {
    ResponseTime,
    Tokens,
    Cost,
    ErrorRate,
    CacheReadShare,
    Rating,
}

impl Figure {
    const ALL: [Self; 6] =
        [Self::ResponseTime, Self::Tokens, Self::Cost, Self::ErrorRate, Self::CacheReadShare, Self::Rating];

    fn of(self, period: &PeriodFigures) -> Option<f64> {
        match self {
            Self::ResponseTime => period.response_time_ms.mean,
            Self::Tokens => period.tokens.map(|tokens| tokens as f64),
            Self::Cost => period.cost_usd,
            Self::ErrorRate => period.error_rate,
            Self::CacheReadShare => period.cache_read_share,
            Self::Rating => period.rating.mean,
        }
    }

    /// What a day adds to the mean: sums over calls, ratings or input; of tokens and costs the day itself counts.
    fn part(self, cell: &Cell) -> Part {
        let of = |sum: f64, n: u64| Part { sum, n: n as f64 };
        match self {
            Self::ResponseTime => of(cell.response.sum() as f64, cell.response.n()),
            Self::Tokens => of(tokens_of(cell).unwrap_or(0) as f64, 1),
            Self::Cost => of(cell.cost.sum as f64, 1),
            Self::ErrorRate => of(cell.failures() as f64, cell.calls()),
            Self::CacheReadShare => of(cell.cache_read.sum as f64, u64::try_from(cell.input.sum).unwrap_or(0)),
            Self::Rating => of(cell.ratings.sum as f64, cell.ratings.n),
        }
    }

    /// What a change beyond chance means.
    fn meaning(self, grew: bool) -> Shift {
        match self {
            Self::Tokens if grew => Shift::More,
            Self::Tokens => Shift::Less,
            Self::CacheReadShare | Self::Rating if grew => Shift::Better,
            Self::CacheReadShare | Self::Rating => Shift::Worse,
            _ if grew => Shift::Worse,
            _ => Shift::Better,
        }
    }

    fn is_worth(self, share: Option<f64>) -> bool {
        match self {
            Self::ErrorRate | Self::CacheReadShare | Self::Rating => true,
            _ => share.is_none_or(|share| share.abs() >= WORTH),
        }
    }

    fn slot(self, changes: &mut Changes) -> &mut Option<Change> {
        match self {
            Self::ResponseTime => &mut changes.response_time,
            Self::Tokens => &mut changes.tokens,
            Self::Cost => &mut changes.cost,
            Self::ErrorRate => &mut changes.error_rate,
            Self::CacheReadShare => &mut changes.cache_read_share,
            Self::Rating => &mut changes.rating,
        }
    }
}

/// A test of one figure between a period and the one before.
struct Tested {
    period: usize,
    figure: Figure,
    share: Option<f64>,
    /// The probability by which it is judged, and whether it grew.
    judged: Option<(f64, bool)>,
    /// The probability that calls are the same regardless of their kinds; unknown where kinds that are the same are too thin
    /// to tell.
    pooled: Option<f64>,
}

/// Fills in the changes of each period from the one before.
pub(super) fn compare(periods: &mut [PeriodFigures], input: &HistoryInput, days: &[DayTotal]) {
    let mut tests = Vec::new();
    for period in 1..periods.len() {
        for figure in Figure::ALL {
            tests.extend(test(period, figure, periods, (input, days)));
        }
    }
    let p: Vec<f64> = tests.iter().map(|test| test.judged.map_or(f64::NAN, |(p, _)| p)).collect();
    let believed = discoveries(&p, FALSE_DISCOVERIES);
    for (test, believed) in tests.into_iter().zip(believed) {
        let shift = test.shift(believed);
        let p = test.judged.map(|(p, _)| p);
        *test.figure.slot(&mut periods[test.period].changes) = Some(Change { share: test.share, shift, p });
    }
}

impl Tested {
    fn shift(&self, believed: bool) -> Shift {
        let worth = self.figure.is_worth(self.share);
        match self.judged {
            Some((_, grew)) if believed && worth => self.figure.meaning(grew),
            _ if worth && self.pooled.is_some_and(|p| p < 0.001) => Shift::OtherCalls,
            Some(_) => Shift::Noise,
            None => Shift::NotJudged,
        }
    }
}

/// `None` where a side has no such figure.
fn test(
    period: usize,
    figure: Figure,
    periods: &[PeriodFigures],
    (input, days): (&HistoryInput, &[DayTotal]),
) -> Option<Tested> {
    let (before, here) = (&periods[period - 1], &periods[period]);
    let (was, is) = (figure.of(before)?, figure.of(here)?);
    let share = if is == was { Some(0.0) } else { (was != 0.0).then(|| is / was - 1.0) };
    let not_judged = Tested { period, figure, share, judged: None, pooled: None };
    // An evening is not held against a whole day: other hours have other calls, and sums of a part are no sums.
    if !(before.whole && here.whole) {
        return None;
    }
    if figure == Figure::ResponseTime {
        let (judged, pooled) = ranks(&input.periods[period].1, &input.periods[period - 1].1);
        return Some(Tested { judged, pooled, ..not_judged });
    }
    let means = [here.window, before.window].map(|window| mean(figure, window, days));
    let judged = means[0].zip(means[1]).map(|(here, before)| (difference(&here, &before), here.mean > before.mean));
    Some(Tested { judged, ..not_judged })
}

/// Response times within models and types, and regardless of them.
fn ranks(here: &[Group], before: &[Group]) -> (Option<(f64, bool)>, Option<f64>) {
    let strata = kinds(here, before);
    let enough = |n_here: u64, n_before: u64| n_here.min(n_before) >= CALLS_FROM;
    let test = van_elteren(&strata).filter(|test| enough(test.n_here, test.n_against));
    let whole = |groups: &[Group]| Sample::from(&pooled(groups));
    let pooled = van_elteren(&[Stratum { here: whole(here), against: whole(before) }])
        .filter(|pooled| test.is_some() || enough(pooled.n_here, pooled.n_against) && overlap(here, before) < OVERLAP);
    // A difference within kinds of calls that is smaller than what matters is none.
    let judged = test.map(|test| {
        let small = test.log_ratio.abs() < (1.0 + WORTH).ln();
        (if small { 1.0 } else { test.p() }, test.z > 0.0)
    });
    (judged, pooled.map(|test| test.p()))
}

/// Which part of the calls is of kinds that came as often before: 1 where all kinds have the same shares.
fn overlap(here: &[Group], before: &[Group]) -> f64 {
    let total = |groups: &[Group]| groups.iter().map(|group| group.cell.response.n()).sum::<u64>().max(1) as f64;
    let totals = (total(here), total(before));
    let both = here.iter().filter_map(|group| Some((group, before.iter().find(|other| other.key == group.key)?)));
    both.map(|(here, before)| {
        (here.cell.response.n() as f64 / totals.0).min(before.cell.response.n() as f64 / totals.1)
    })
    .sum()
}

/// The response times of all groups together.
fn pooled(groups: &[Group]) -> Histogram {
    groups.iter().fold(Histogram::default(), |mut pooled, group| {
        pooled.merge(&group.cell.response);
        pooled
    })
}

/// The response times of two periods within models and types, of which each comes once.
fn kinds(here: &[Group], against: &[Group]) -> Vec<Stratum> {
    let same = |group: &Group| against.iter().find(|other| other.key == group.key);
    let both = here.iter().filter_map(|group| Some((&group.cell.response, &same(group)?.cell.response)));
    both.map(|(here, against)| Stratum { here: here.into(), against: against.into() }).collect()
}

/// The response times of two sets of calls, stratum by stratum.
pub fn strata<K: Ord>(here: &[&Group], against: &[&Group], of: impl Fn(&CellKey) -> K) -> Vec<Stratum> {
    let pooled = |groups: &[&Group]| {
        let mut times: BTreeMap<K, Histogram> = BTreeMap::new();
        for group in groups {
            times.entry(of(&group.key)).or_default().merge(&group.cell.response);
        }
        times
    };
    let (here, mut against) = (pooled(here), pooled(against));
    let both = here.into_iter().filter_map(|(stratum, times)| Some((times, against.remove(&stratum)?)));
    both.map(|(here, against)| Stratum { here: (&here).into(), against: (&against).into() }).collect()
}

/// The mean of a period with its days for clusters; `None` below five whole days with calls.
fn mean(figure: Figure, window: Window, days: &[DayTotal]) -> Option<ClusteredMean> {
    const DAYS_FROM: usize = 5;
    let whole = |day: &&DayTotal| day.is_whole() && window.from <= day.window.from && day.window.to <= window.to;
    let parts = days.iter().filter(whole).map(|day| figure.part(&day.cell));
    ClusteredMean::of(parts).filter(|mean| mean.clusters >= DAYS_FROM)
}
