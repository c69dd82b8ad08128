//! How much a finding matters: frequency × excess × variance, from 0 to 100.

use serde::Serialize;

use super::Excess;
use crate::advisor::replay::{Saved, Saving};

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Below 15: good to know.
    Low,
    /// From 15 on.
    Medium,
    /// From 30 on.
    High,
    /// From 50 on.
    Critical,
}

/// What a finding comes to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Weighed {
    /// The share of all time or money that is surely saved, whichever is more.
    pub weight: f64,
    pub score: u8,
    pub severity: Severity,
}

const CRITICAL_FROM: u8 = 50;
const HIGH_FROM: u8 = 30;
const MEDIUM_FROM: u8 = 15;

/// Frequency times excess is the share of all time (or money) that is lost: what the share of calls is, times by how much each is
/// above the mean of all. Of that the lower end counts. Where it comes in bursts it hurts up to twice as much as where it is the
/// same each time. The root makes a scale of it on which small shares can be told apart.
pub(super) fn weigh<'a>(saving: &Saving, excess: impl Iterator<Item = &'a Excess> + Clone) -> Weighed {
    let of = |saved: Option<Saved>, each: fn(&Excess) -> Option<f64>| {
        let low = saved.and_then(|saved| saved.share_of_all.low).unwrap_or(0.0).clamp(0.0, 1.0);
        (low, low * (1.0 + spread(excess.clone().filter_map(each))) / 2.0)
    };
    let kinds = [of(saving.ms, |excess| excess.ms), of(saving.usd, |excess| excess.usd)];
    let (weight, product) =
        kinds.into_iter().fold((0.0, 0.0_f64), |most, kind| (kind.0.max(most.0), kind.1.max(most.1)));
    let score = (100.0 * product.sqrt()).round() as u8;
    Weighed { weight, score, severity: severity(score) }
}

fn severity(score: u8) -> Severity {
    match score {
        CRITICAL_FROM.. => Severity::Critical,
        HIGH_FROM.. => Severity::High,
        MEDIUM_FROM.. => Severity::Medium,
        _ => Severity::Low,
    }
}

/// The standard deviation over the mean, at most 1.
fn spread(values: impl Iterator<Item = f64>) -> f64 {
    let (n, sum, squares) =
        values.fold((0.0, 0.0, 0.0), |(n, sum, squares), value| (n + 1.0, sum + value, squares + value * value));
    let mean = sum / n;
    let variance: f64 = squares / n - mean * mean;
    if mean > 0.0 { (variance.max(0.0).sqrt() / mean).min(1.0) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::advisor::replay::Estimate;

    fn saving(low: f64) -> Saving {
        let estimate = Estimate { mean: 0.2, low: Some(low), high: Some(0.3) };
        let saved = Saved { per_affected_call: 1.0, per_day: estimate, share_of_affected: 0.5, share_of_all: estimate };
        Saving { affected: 50, ms: Some(saved), usd: None }
    }

    fn score(low: f64, ms: &[f64]) -> (u8, Severity) {
        let excess: Vec<Excess> = ms.iter().map(|ms| Excess { ms: Some(*ms), usd: None }).collect();
        let weighed = weigh(&saving(low), excess.iter());
        (weighed.score, weighed.severity)
    }

    #[test]
    fn the_score_grows_with_what_is_lost_and_with_how_unsteady_it_is() {
        assert_eq!(score(0.16, &[5.0, 5.0, 5.0]), (28, Severity::Medium));
        assert_eq!(score(0.18, &[0.0, 0.0, 15.0]), (42, Severity::High));
        assert_eq!(score(0.02, &[5.0, 5.0]), (10, Severity::Low));
        assert_eq!(score(0.9, &[0.0, 0.0, 15.0]), (95, Severity::Critical));
    }

    #[test]
    fn what_may_be_nothing_scores_nothing() {
        assert_eq!(score(-0.1, &[5.0]), (0, Severity::Low));
        assert_eq!(score(0.0, &[]), (0, Severity::Low));
    }
}
