//! Which model is better for which types of question.

use serde::Serialize;

use super::{OfType, Verdicts};
use crate::model::{ModelName, QueryType};

/// The types that a model is better for.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BestFor {
    /// Which model.
    pub model: ModelName,
    /// Which types, and why.
    pub types: Vec<Advantage>,
}

/// Why a model is better for a type.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Advantage {
    /// Which type.
    pub query_type: QueryType,
    /// It is faster.
    pub faster: bool,
    /// It is rated higher.
    pub better_rated: bool,
    /// It is cheaper.
    pub cheaper: bool,
}

/// Each model with its types. The better rated one is the better one. Where ratings do not tell, the one that is faster and
/// cheaper; where it is only one of these, it must not lose at the other.
pub fn best_for(names: &[ModelName], types: &[OfType]) -> Vec<BestFor> {
    let of = |model: &ModelName| {
        let types = types.iter().filter(|of| pick(&of.verdicts) == Some(model));
        BestFor { model: model.clone(), types: types.map(|of| advantage(of, model)).collect() }
    };
    names.iter().map(of).collect()
}

fn pick(verdicts: &Verdicts) -> Option<&ModelName> {
    let (faster, cheaper) = (verdicts.speed.winner(), verdicts.cost.winner());
    verdicts.quality.winner().or(match (faster, cheaper) {
        (Some(faster), Some(cheaper)) => (faster == cheaper).then_some(faster),
        (one, other) => one.or(other),
    })
}

fn advantage(of: &OfType, model: &ModelName) -> Advantage {
    let wins = |winner: Option<&ModelName>| winner == Some(model);
    Advantage {
        query_type: of.query_type,
        faster: wins(of.verdicts.speed.winner()),
        better_rated: wins(of.verdicts.quality.winner()),
        cheaper: wins(of.verdicts.cost.winner()),
    }
}
