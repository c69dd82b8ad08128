//! A provider whose first tokens come later than before: later than its models' input explains, and later beside all other
//! providers, so that a slow time of the week or of our own network is not put down to it.

use std::collections::{BTreeMap, BTreeSet};

use super::finding::{Issue, Slowdown};
use super::{Case, Excess, Scene};
use crate::advisor::log::is_ok;
use crate::analysis::statistics::{
    CHANGE_POINTS_FROM, ClusteredMean, Interval, Part, change_points, difference, least_absolute,
};
use crate::model::{Call, ModelName, ProviderName, Timestamp};

/// Of a longer time only the last week is looked at, in microseconds.
const LOOKS_BACK: i64 = 7 * Timestamp::DAY;
/// In how many runs the time is cut.
const RUNS: usize = 28;
/// From how many calls on a run of a provider counts.
const RUN_FROM: f64 = 5.0;
/// A provider is slower from this factor on, and at this probability of chance.
const SLOWER_FROM: f64 = 1.15;
const P: f64 = 0.001;
const Z_95: f64 = 1.959_964;
/// Fewer calls of a model say nothing of what is usual for it.
const CALLS_FROM: usize = 30;

/// By how much the logarithms of times of each call are off from what is usual for its model.
type Offs = BTreeMap<usize, f64>;

pub(super) fn find(scene: &Scene) -> Vec<Case> {
    let (first, writing) = (offs(scene, first_token), offs(scene, writing));
    let providers: BTreeSet<&ProviderName> =
        first.keys().filter_map(|number| scene.log.call(*number)?.provider.as_ref()).collect();
    providers.into_iter().filter_map(|provider| case(scene, provider, (&first, &writing))).collect()
}

/// The first token takes a while, and longer with more input that is not in the prompt cache.
fn first_token(call: &Call) -> Option<Point> {
    let fresh = call.usage.input?.saturating_sub(call.usage.cache_read.unwrap_or(0));
    Some(([1.0, fresh as f64], call.times.ttft?.as_ms()))
}

/// Each further token takes as long.
fn writing(call: &Call) -> Option<Point> {
    let further = call.usage.output?.checked_sub(1)?;
    Some(([1.0, further as f64], writing_ms(call)?))
}

fn writing_ms(call: &Call) -> Option<f64> {
    Some(call.times.model?.saturating_sub(call.times.ttft?).as_ms())
}

/// A time of a call, and what it depends on.
type Measure = fn(&Call) -> Option<Point>;
/// What a time depends on, and the time.
type Point = ([f64; 2], f64);

fn offs(scene: &Scene, measure: Measure) -> Offs {
    let mut models: BTreeMap<&ModelName, Vec<(usize, Point)>> = BTreeMap::new();
    for (number, call) in scene.log.numbered().filter(|(_, call)| is_ok(call)) {
        if let Some(point) = measure(call).filter(|(_, ms)| *ms > 0.0) {
            models.entry(&call.model).or_default().push((number, point));
        }
    }
    models.into_values().filter(|points| points.len() >= CALLS_FROM).flat_map(|points| off(&points)).collect()
}

fn off(points: &[(usize, Point)]) -> Vec<(usize, f64)> {
    let plain: Vec<_> = points.iter().map(|(_, point)| *point).collect();
    let beta = least_absolute(&plain);
    let off = |(number, (x, ms)): &(usize, Point)| {
        let usual = beta[0] + beta[1] * x[1];
        (usual > 0.0).then(|| (*number, (ms / usual).ln()))
    };
    points.iter().filter_map(off).collect()
}

fn case(scene: &Scene, provider: &ProviderName, (first, writing): (&Offs, &Offs)) -> Option<Case> {
    let series = Series::of(scene, provider, first)?;
    let at = series.change()?;
    let slowdown = series.slowdown_at(at)?;
    let since = series.runs.get(at)?.from;
    let slower_writing = Series::of(scene, provider, writing).and_then(|series| series.slowdown_since(since));
    let later =
        |(_, call): &(usize, &Call)| call.at >= since && call.provider.as_ref() == Some(provider) && is_ok(call);
    let excess = |call: &Call| {
        let above = |ms: Option<f64>, slowdown: Option<Slowdown>| Some(ms? * (1.0 - 1.0 / slowdown?.factor));
        let token = above(call.times.ttft.map(|time| time.as_ms()), Some(slowdown));
        let rest = above(writing_ms(call), slower_writing).unwrap_or(0.0);
        Excess { ms: token.map(|token| token + rest), usd: None }
    };
    let affected: BTreeMap<usize, Excess> =
        scene.log.numbered().filter(later).map(|(number, call)| (number, excess(call))).collect();
    let own = scene.log.numbered().filter(|(_, call)| call.provider.as_ref() == Some(provider) && is_ok(call)).count();
    let issue =
        Issue::SlowFirstToken { provider: provider.clone(), since, first_token: slowdown, writing: slower_writing };
    Some(Case {
        issue,
        counted: (affected.len() as u64, own as u64),
        affected,
        variance: None,
        lever: None,
        example: None,
    })
}

/// One run: how far a provider's calls were off, and how far all others' were.
struct Run {
    from: Timestamp,
    own: f64,
    others: f64,
}

struct Series {
    runs: Vec<Run>,
}

impl Series {
    /// The runs in which the provider has enough calls; `None` where those are too few.
    fn of(scene: &Scene, provider: &ProviderName, offs: &Offs) -> Option<Self> {
        let (first, last) = (scene.log.rows().first()?.call.at, scene.log.rows().last()?.call.at);
        let first = first.max(last.plus(-LOOKS_BACK));
        let length = i64::try_from(last.since(first).0).ok()? / RUNS as i64 + 1;
        let mut sums = vec![[(0.0, 0.0); 2]; RUNS];
        for (number, off) in offs {
            let call = scene.log.call(*number)?;
            let Ok(run) = usize::try_from((call.at.0 - first.0).div_euclid(length)) else { continue };
            let side = usize::from(call.provider.as_ref() != Some(provider));
            let (n, sum) = &mut sums.get_mut(run)?[side];
            (*n, *sum) = (*n + 1.0, *sum + off);
        }
        let mean = |(n, sum): (f64, f64)| if n >= RUN_FROM { sum / n } else { 0.0 };
        let run = |(at, [own, others]): (usize, [(f64, f64); 2])| {
            let from = first.plus(length * at as i64);
            (own.0 >= RUN_FROM).then(|| Run { from, own: mean(own), others: mean(others) })
        };
        let runs: Vec<Run> = sums.into_iter().enumerate().filter_map(run).collect();
        (runs.len() >= CHANGE_POINTS_FROM).then_some(Self { runs })
    }

    /// The run from which on the provider is as it is now.
    fn change(&self) -> Option<usize> {
        let apart: Vec<f64> = self.runs.iter().map(|run| run.own - run.others).collect();
        change_points(&apart).last().copied()
    }

    fn slowdown_since(&self, since: Timestamp) -> Option<Slowdown> {
        self.slowdown_at(self.runs.partition_point(|run| run.from < since))
    }

    /// By which factor the provider takes longer from a run on, beside the others; `None` if it does not, or may not.
    fn slowdown_at(&self, at: usize) -> Option<Slowdown> {
        let (before, after) = self.runs.split_at_checked(at)?;
        let mean =
            |runs: &[Run], of: fn(&Run) -> f64| ClusteredMean::of(runs.iter().map(|run| Part { sum: of(run), n: 1.0 }));
        let apart: fn(&Run) -> f64 = |run| run.own - run.others;
        let (was, is) = (mean(before, apart)?, mean(after, apart)?);
        let alone = mean(after, |run| run.own)?.mean - mean(before, |run| run.own)?.mean;
        let (log, half) = (is.mean - was.mean, Z_95 * (is.variance + was.variance).sqrt());
        let sure = difference(&was, &is) < P && log >= SLOWER_FROM.ln() && alone >= SLOWER_FROM.ln() / 2.0;
        let interval = Interval { low: (log - half).exp(), high: (log + half).exp() };
        sure.then_some(Slowdown { factor: log.exp(), interval })
    }
}
