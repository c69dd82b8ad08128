//! Logged calls run through levers, and what that would have saved. Several levers are one replay, each taking the call as the
//! one before left it, so that nothing is saved twice.

use serde::Serialize;

use super::lever::Lever;
use super::log::{Log, Logged, response_ms, usd};
use super::world::World;
use crate::analysis::statistics::ClusteredMean;
use crate::model::Call;

/// From how many people and days on an interval is given.
const CLUSTERS_FROM: usize = 5;
/// The quantile of the normal distribution beyond which a tenth lies: the middle 80% are between.
const Z_80: f64 = 1.281_551_565_544_6;

/// A mean over all calls of the sample with its 80% interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Estimate {
    /// The mean.
    pub mean: f64,
    /// Above this with nine chances in ten; `None` where too few people and days tell.
    pub low: Option<f64>,
    /// Below this likewise.
    pub high: Option<f64>,
}

/// What is saved of one thing, in milliseconds or in dollars.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Saved {
    /// By a call that the levers touch.
    pub per_affected_call: f64,
    /// By all calls of a day, with its interval.
    pub per_day: Estimate,
    /// Of what the touched calls take.
    pub share_of_affected: f64,
    /// Of what all calls take, with its interval.
    pub share_of_all: Estimate,
}

/// What levers save.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Saving {
    /// Calls of the sample that they touch.
    pub affected: u64,
    /// Time; `None` where none can be foretold.
    pub ms: Option<Saved>,
    /// Money; `None` where no price is known.
    pub usd: Option<Saved>,
}

/// How many calls there are in a day, of which the sample is a part.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    /// Calls a day.
    pub calls_per_day: f64,
}

impl From<&ClusteredMean> for Estimate {
    fn from(mean: &ClusteredMean) -> Self {
        let half = Z_80 * mean.variance.sqrt();
        let firm = mean.clusters >= CLUSTERS_FROM;
        Self { mean: mean.mean, low: firm.then_some(mean.mean - half), high: firm.then_some(mean.mean + half) }
    }
}

impl Estimate {
    fn times(self, factor: f64) -> Self {
        let by = |value: f64| value * factor;
        Self { mean: by(self.mean), low: self.low.map(by), high: self.high.map(by) }
    }
}

/// What some levers would have saved.
pub fn saving(log: &Log, levers: &[&Lever], world: &World, pace: Pace) -> Saving {
    let after: Vec<Option<Call>> = log.rows().iter().map(|row| replayed(row, levers, world)).collect();
    let affected = after.iter().flatten().count() as u64;
    let of = |amount: fn(&Call) -> Option<f64>| {
        let pairs = log.rows().iter().zip(&after).map(|(row, after)| {
            let before = amount(&row.call)?;
            Some((before, after.as_ref().map(amount)))
        });
        saved(log, &pairs.collect::<Vec<_>>(), pace)
    };
    Saving { affected, ms: of(response_ms), usd: of(usd) }
}

/// The call as it would have been; `None` if no lever touches it.
fn replayed(row: &Logged, levers: &[&Lever], world: &World) -> Option<Call> {
    let mut changed: Option<Logged> = None;
    for lever in levers {
        let now = changed.as_ref().unwrap_or(row);
        if let Some(call) = lever.counterfactual(now, world) {
            changed = Some(Logged { call, ..row.clone() });
        }
    }
    changed.map(|row| row.call)
}

/// What each call came to, and what it would have come to if it was touched; within that `None` where nobody knows.
type Pair = Option<(f64, Option<Option<f64>>)>;

fn saved(log: &Log, pairs: &[Pair], pace: Pace) -> Option<Saved> {
    let difference = |pair: &Pair| match pair {
        Some((before, Some(Some(after)))) => Some(before - after),
        Some((_, None)) => Some(0.0),
        _ => None,
    };
    let touched = pairs.iter().flatten().filter_map(|(before, after)| Some((*before, (*after)??)));
    let (n, before, after) =
        touched.fold((0.0, 0.0, 0.0), |(n, before, after), (b, a)| (n + 1.0, before + b, after + a));
    let all: f64 = pairs.iter().flatten().map(|(before, _)| before).sum();
    let mean = log.mean(|number| difference(&pairs[number]))?;
    let estimate = Estimate::from(&mean);
    let known = pairs.iter().flatten().count() as f64;
    (n > 0.0 && before > 0.0 && before != after).then(|| Saved {
        per_affected_call: (before - after) / n,
        per_day: estimate.times(pace.calls_per_day),
        share_of_affected: (before - after) / before,
        share_of_all: estimate.times(known / all),
    })
}

/// What calls take without need, where no lever says how much of it would go. `excess` is what each call of a number took so:
/// `None` where it is not touched, within that where nobody knows.
pub fn at_most(
    log: &Log,
    excess: impl Fn(usize) -> Option<Option<f64>>,
    amount: fn(&Call) -> Option<f64>,
    pace: Pace,
) -> Option<Saved> {
    let pairs = log.numbered().map(|(number, call)| {
        let before = amount(call)?;
        Some((before, excess(number).map(|excess| excess.map(|excess| before - excess))))
    });
    saved(log, &pairs.collect::<Vec<_>>(), pace)
}
