//! `compare`: which of some models is faster, better rated, cheaper and more concise, on the same types of question.

mod metric;
mod pick;

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Serialize;

use super::model_report::{ModelCost, RatingMean, TokenEfficiency, cost, rating, token_efficiency};
use super::statistics::discoveries;
use super::{Errors, Latency};
use crate::model::{Cell, Group, ModelName, QueryType, Window};

pub use metric::{CALLS_FROM, Metric, RATINGS_FROM};
use metric::{Side, Test};
use pick::best_for;
pub use pick::{Advantage, BestFor};

/// What the report is made from.
#[derive(Debug, Clone)]
pub struct CompareInput {
    /// Which time.
    pub window: Window,
    /// Only questions of this type.
    pub query_type: Option<QueryType>,
    /// The models, two or more.
    pub models: Vec<ModelStretches>,
}

/// A model's calls in each stretch of the window, by type. The stretches are those of every other model too.
#[derive(Debug, Clone)]
pub struct ModelStretches {
    /// Which model.
    pub model: ModelName,
    /// Its calls, stretch by stretch.
    pub stretches: Vec<Arc<[Group]>>,
}

/// How some models stand against each other.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// All calls of these models.
    pub n: u64,
    /// Which time.
    pub window: Window,
    /// The only type looked at, if it is one.
    pub query_type: Option<QueryType>,
    /// Each model's figures, in the order in which they were named.
    pub models: Vec<ModelFigures>,
    /// Who wins at what, over all types that they share.
    pub verdicts: Verdicts,
    /// The same, type by type.
    pub by_type: Vec<OfType>,
    /// Which model is better for which types.
    pub best_for: Vec<BestFor>,
}

/// One model's figures over all its calls, whatever they asked.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ModelFigures {
    /// Which model.
    pub model: ModelName,
    /// All its calls.
    pub n: u64,
    /// Response times of those that ended ok.
    pub response_time_ms: Latency,
    /// What people said.
    pub rating: RatingMean,
    /// What it cost.
    pub cost: ModelCost,
    /// How many tokens it took and gave.
    pub tokens: TokenEfficiency,
    /// What failed.
    pub errors: Errors,
}

/// Who wins at what.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Verdicts {
    /// Response times.
    pub speed: Verdict,
    /// Ratings.
    pub quality: Verdict,
    /// Cost of a call.
    pub cost: Verdict,
    /// Output tokens of an answer; fewer win.
    pub token_efficiency: Verdict,
}

/// Who wins at one thing.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// Of some model nothing is known: no call ended ok, nobody rated, no price.
    Unknown,
    /// They share no type of question.
    NothingShared,
    /// Too few values on some side, of the types that they share.
    NotEnoughData {
        /// How many there are on the thinner side.
        have: u64,
        /// How many it takes.
        needed: u64,
    },
    /// No difference, or one that may be chance.
    NoWinner {
        /// How far the best by the figures stands from the next, as a share.
        difference_share: f64,
        /// The probability of such a difference where there is none.
        p: f64,
    },
    /// One is better than every other.
    Winner {
        /// Which.
        model: ModelName,
        /// By how much, over each other.
        leads: Vec<Lead>,
    },
}

/// By how much a model is better than another, on the types that they share.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Lead {
    /// Than which.
    pub over: ModelName,
    /// How much less time, money or tokens, or how much higher a rating: a share of the other's.
    pub difference_share: f64,
    /// The probability of such a difference where there is none.
    pub p: f64,
    /// Values of the winner.
    pub n: u64,
    /// Values of the other.
    pub over_n: u64,
}

/// Who wins at what, on one type of question.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OfType {
    /// Which type.
    pub query_type: QueryType,
    /// Calls of each model, in their order.
    pub n: Vec<u64>,
    /// Who wins.
    #[serde(flatten)]
    pub verdicts: Verdicts,
}

/// Of differences that are believed, at most this share is expected to be chance.
pub(super) const FALSE_DISCOVERIES: f64 = 0.05;

/// The report on some models.
pub fn compare(input: CompareInput) -> Comparison {
    let sides: Vec<Side<'_>> = input.models.iter().map(|model| Side::of(&model.stretches)).collect();
    let types: Vec<QueryType> =
        QueryType::ALL.into_iter().filter(|of| sides.iter().any(|side| side.asked(*of))).collect();
    let names: Vec<ModelName> = input.models.iter().map(|model| model.model.clone()).collect();
    // All types together are one family of tests, the single types another.
    let whole = believed(vec![tests(&sides, &types)], &names).remove(0);
    let apart = believed(types.iter().map(|of| tests(&sides, &[*of])).collect(), &names);
    let of_type = |(query_type, verdicts): (&QueryType, Verdicts)| OfType {
        query_type: *query_type,
        n: sides.iter().map(|side| side.total(*query_type).calls()).collect(),
        verdicts,
    };
    let by_type: Vec<OfType> = types.iter().zip(apart).map(of_type).collect();
    let models: Vec<ModelFigures> =
        names.iter().zip(&sides).map(|(name, side)| figures(name, &side.whole(), input.window)).collect();
    Comparison {
        n: models.iter().map(|model| model.n).sum(),
        window: input.window,
        query_type: input.query_type,
        verdicts: whole,
        best_for: best_for(&names, &by_type),
        by_type,
        models,
    }
}

fn figures(model: &ModelName, whole: &Cell, window: Window) -> ModelFigures {
    ModelFigures {
        model: model.clone(),
        n: whole.calls(),
        response_time_ms: Latency::from(&whole.response),
        rating: rating(whole),
        cost: cost(whole, window.length()),
        tokens: token_efficiency(whole),
        errors: Errors::from(whole),
    }
}

/// One test a metric.
type Tests = [Test; Metric::ALL.len()];

fn tests(sides: &[Side<'_>], types: &[QueryType]) -> Tests {
    Metric::ALL.map(|metric| Test::of(metric, sides, types))
}

/// The verdicts of a family of tests, of which no more are believed than chance allows.
fn believed(families: Vec<Tests>, names: &[ModelName]) -> Vec<Verdicts> {
    let p: Vec<f64> = families.iter().flatten().flat_map(Test::probabilities).collect();
    let discovered = discoveries(&p, FALSE_DISCOVERIES);
    let line = p.iter().zip(discovered).filter(|(_, believed)| *believed).map(|(p, _)| *p).fold(0.0, f64::max);
    let verdicts = |tests: Tests| {
        let [speed, quality, cost, token_efficiency] = tests.map(|test| test.verdict(names, line));
        Verdicts { speed, quality, cost, token_efficiency }
    };
    families.into_iter().map(verdicts).collect()
}

impl Verdict {
    /// Who wins, if anybody does.
    pub fn winner(&self) -> Option<&ModelName> {
        match self {
            Self::Winner { model, .. } => Some(model),
            _ => None,
        }
    }
}

impl Comparison {
    /// Types of question that every one of the models was asked, and those that only some were.
    pub fn shared_types(&self) -> (Vec<QueryType>, Vec<QueryType>) {
        let (shared, apart): (Vec<&OfType>, Vec<&OfType>) =
            self.by_type.iter().partition(|of| of.n.iter().all(|n| *n > 0));
        let names = |of: Vec<&OfType>| of.into_iter().map(|of| of.query_type).collect::<BTreeSet<_>>();
        (names(shared).into_iter().collect(), names(apart).into_iter().collect())
    }
}

#[cfg(test)]
mod tests;
