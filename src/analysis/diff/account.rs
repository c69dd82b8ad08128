//! A change and its parts, rounded so that they still add up.

use serde::Serialize;

use super::causes::Cause;
use crate::model::{ModelName, QueryType};

/// What can make a figure change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Factor {
    /// Other shares of models.
    ModelMix,
    /// Other shares of types of question.
    QueryMix,
    /// More or less input.
    ContextSize,
    /// Longer or shorter answers.
    OutputLength,
    /// More or less input from the prompt cache.
    CacheHits,
    /// Time outside of the attempt that answered: retries, back-off, queues.
    Retries,
    /// Another price of the same tokens.
    Price,
    /// The same calls of the same models: the provider itself, and all that is not told apart.
    Provider,
}

/// A figure before and after, and what makes the difference. All numbers have the same last digit, and the parts add up to the
/// change in it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Account {
    /// What it was.
    pub before: f64,
    /// What it is.
    pub after: f64,
    /// The difference.
    pub change: f64,
    /// How many decimals all of these have; -1 for tens.
    pub decimals: i32,
    /// What makes the difference, in the order of factors; those that add nothing are left out.
    pub parts: Vec<PartOfChange>,
}

/// A part of a change.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PartOfChange {
    /// What makes it.
    pub factor: Factor,
    /// How much.
    pub change: f64,
    /// How much of the whole change, in percent; these add up to 100 but for what was left out. `None` where the parts
    /// nearly cancel out.
    pub percent: Option<i64>,
    /// The model that it is mostly about.
    pub model: Option<ModelName>,
    /// The type that it is mostly about.
    pub query_type: Option<QueryType>,
}

/// How often the parts may hold the whole before shares of it say nothing.
const CANCEL: i64 = 4;

impl Account {
    /// Of a figure before and after, and what makes the difference; the last cause takes what rounding leaves.
    pub fn of([before, after]: [f64; 2], causes: Vec<Cause>) -> Self {
        let decimals = decimals(before.abs().max(after.abs()));
        let step = |value: f64| value * 10f64.powi(decimals);
        let (was, is) = (step(before).round() as i64, step(after).round() as i64);
        let settled = settle(is - was, &causes.iter().map(|cause| step(cause.adds)).collect::<Vec<_>>());
        let percents = percents(is - was, &settled);
        let of_steps = |steps: i64| match decimals {
            0.. => steps as f64 / 10f64.powi(decimals),
            _ => steps as f64 * 10f64.powi(-decimals),
        };
        let part = |((cause, steps), percent): ((Cause, &i64), Option<i64>)| PartOfChange {
            factor: cause.factor,
            change: of_steps(*steps),
            percent,
            model: cause.model,
            query_type: cause.query_type,
        };
        let parts = causes.into_iter().zip(&settled).zip(percents).map(part).filter(|part| part.change != 0.0);
        Self {
            before: of_steps(was),
            after: of_steps(is),
            change: of_steps(is - was),
            decimals,
            parts: parts.collect(),
        }
    }
}

/// So many that a figure has three digits.
fn decimals(size: f64) -> i32 {
    if size > 0.0 && size.is_finite() { (2 - size.log10().floor() as i32).clamp(-6, 9) } else { 0 }
}

/// Whole numbers that add up to a whole, each less than one from its part: all are rounded down, and those that lost most get one
/// back. What lies further off than rounding goes to the last.
fn settle(whole: i64, parts: &[f64]) -> Vec<i64> {
    let mut settled: Vec<i64> = parts.iter().map(|part| part.floor() as i64).collect();
    let mut order: Vec<usize> = (0..parts.len()).collect();
    let lost = |at: &usize| parts[*at] - parts[*at].floor();
    order.sort_by(|a, b| lost(b).total_cmp(&lost(a)));
    let missing = |settled: &[i64]| whole - settled.iter().sum::<i64>();
    let back = usize::try_from(missing(&settled)).unwrap_or(0);
    order.into_iter().take(back).for_each(|at| settled[at] += 1);
    let left = missing(&settled);
    settled.last_mut().into_iter().for_each(|last| *last += left);
    settled
}

/// The parts in percent of the whole.
fn percents(whole: i64, parts: &[i64]) -> Vec<Option<i64>> {
    let size: i64 = parts.iter().map(|part| part.abs()).sum();
    if whole == 0 || size > CANCEL * whole.abs() {
        return vec![None; parts.len()];
    }
    let exact: Vec<f64> = parts.iter().map(|part| 100.0 * *part as f64 / whole as f64).collect();
    settle(100, &exact).into_iter().map(Some).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_rounded_still_adds_up() {
        assert_eq!(settle(1, &[0.4, 0.4, 0.2]), [1, 0, 0]);
        assert_eq!(settle(0, &[-0.4, 0.4, 0.0]), [0, 0, 0]);
        assert_eq!(settle(-2, &[-1.5, -0.5]), [-1, -1]);
        assert_eq!(settle(5, &[1.0, 1.0]), [2, 3]);
        assert_eq!(percents(3, &[1, 1, 1]), [Some(34), Some(33), Some(33)]);
        assert_eq!(percents(1, &[9, -8]), [None, None]);
    }

    #[test]
    fn figures_have_three_digits() {
        assert_eq!([3_100.0, 450.0, 0.0123, 2.6, 0.0].map(decimals), [-1, 0, 4, 2, 0]);
    }

    proptest! {
        #[test]
        fn no_part_is_moved_by_more_than_one(parts in prop::collection::vec(-1e6f64..1e6, 1..9)) {
            let whole: f64 = parts.iter().sum();
            let settled = settle(whole.round() as i64, &parts);
            prop_assert_eq!(settled.iter().sum::<i64>(), whole.round() as i64);
            for (part, whole) in parts.iter().zip(&settled) {
                prop_assert!((part - *whole as f64).abs() <= 1.0 + 1e-6, "{part} {whole}");
            }
        }
    }
}
