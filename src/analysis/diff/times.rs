//! What is known of why the response times of a kind of calls changed: input and output tokens at what they cost in time, and
//! the time outside of the attempt that answered.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::account::Factor;
use super::kinds::Kind;
use super::lengths::{Lengths, fresh, of_model};
use crate::model::{Cell, Group, ModelName};

/// What is known, in the order of parts.
pub const FACTORS: [Factor; 4] = [Factor::ContextSize, Factor::OutputLength, Factor::CacheHits, Factor::Retries];

/// What tokens cost each model in time.
pub fn lengths<'k>(kinds: &'k [Kind], stretches: [&[Arc<[Group]>]; 2]) -> BTreeMap<&'k ModelName, Lengths> {
    let mut lengths = BTreeMap::new();
    for kind in kinds {
        lengths.entry(&kind.key.model).or_insert_with(|| of_model(&kind.key.model, kinds, stretches));
    }
    lengths
}

/// By how many milliseconds each factor changed the mean of a kind; `None` where the calls do not tell.
pub fn within(Kind { cells, .. }: &Kind, lengths: Lengths) -> [Option<f64>; 4] {
    if cells.iter().any(|cell| cell.response.n() == 0) {
        return [None; 4];
    }
    let change = |of: fn(&Cell) -> Option<f64>| Some(of(&cells[1])? - of(&cells[0])?);
    let input = change(|cell| cell.input.mean());
    let cached = input.zip(change(fresh)).map(|(input, fresh)| input - fresh);
    [
        worth(input, lengths.fresh_ms),
        worth(change(|cell| cell.output.mean()), lengths.output_ms),
        worth(cached.map(|tokens| -tokens), lengths.fresh_ms),
        change(outside),
    ]
}

/// What more or fewer tokens take. Where there are as many as before, it does not matter what one takes.
fn worth(tokens: Option<f64>, ms: Option<f64>) -> Option<f64> {
    match tokens? {
        0.0 => Some(0.0),
        tokens => Some(tokens * ms?),
    }
}

/// Mean time outside of the attempt that answered, in milliseconds, where it is known of all calls.
fn outside(cell: &Cell) -> Option<f64> {
    let (response, model) = (cell.response.mean()?, cell.model.mean()?);
    (cell.model.n() == cell.response.n()).then(|| (response - model) / 1e3)
}
