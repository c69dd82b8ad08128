//! How much time a token costs: what a model needs to write one, and what one more token of input adds.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::kinds::Kind;
use crate::model::{Cell, Group, ModelName, QueryType};

/// What tokens cost in time, in milliseconds. `None` where the calls do not tell.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Lengths {
    /// A token of the answer.
    pub output_ms: Option<f64>,
    /// A token of input that does not come from the prompt cache.
    pub fresh_ms: Option<f64>,
}

/// Fewer stretches of time with calls carry no slope.
const STRETCHES_FROM: usize = 30;

/// A stretch of time of one kind of calls: x, y, and how many calls.
type Point = (f64, f64, f64);

/// The costs of one model, from both sides together.
pub fn of_model(model: &ModelName, kinds: &[Kind], stretches: [&[Arc<[Group]>]; 2]) -> Lengths {
    let output_ms = writing(kinds.iter().filter(|kind| kind.key.model == *model))
        .or_else(|| slope_within(&points(model, stretches, |cell| Some((cell.output.mean()?, response_ms(cell)?)))));
    let is_timed = kinds.iter().filter(|kind| kind.key.model == *model).flat_map(|kind| &kind.cells).all(is_timed);
    let beside_writing = |cell: &Cell| {
        let reading = if is_timed {
            response_ms(cell)? - (cell.writing.as_ms() + lost_ms(cell)?) / cell.response.n() as f64
        } else {
            response_ms(cell)? - output_ms.map_or(Some(0.0), |ms| Some(ms * cell.output.mean()?))?
        };
        Some((fresh(cell)?, reading))
    };
    Lengths { output_ms, fresh_ms: slope_within(&points(model, stretches, beside_writing)) }
}

/// Whether it is known of all calls when the first token came: then the time of their writing is known too.
fn is_timed(cell: &Cell) -> bool {
    cell.ttft.n() == cell.response.n()
}

/// What failed attempts and the waits behind them took of calls that ended ok. `None` where calls that did not are in the sum.
fn lost_ms(cell: &Cell) -> Option<f64> {
    match (cell.retried, cell.response.n() == cell.calls()) {
        (0, _) => Some(0.0),
        (_, true) => Some(cell.wasted.as_ms()),
        (_, false) => None,
    }
}

/// Mean input of an answered call that does not come from the prompt cache.
pub fn fresh(cell: &Cell) -> Option<f64> {
    Some(cell.input.mean()? - cell.cache_read.mean().unwrap_or(0.0))
}

fn response_ms(cell: &Cell) -> Option<f64> {
    cell.response.mean().map(|micros| micros / 1e3)
}

/// From first to last token, over the tokens behind the first.
fn writing<'k>(kinds: impl Iterator<Item = &'k Kind>) -> Option<f64> {
    let cells = kinds.flat_map(|kind| &kind.cells);
    let (ms, tokens) =
        cells.fold((0.0, 0), |(ms, tokens), cell| (ms + cell.writing.as_ms(), tokens + cell.written_tokens));
    (tokens > 0 && ms > 0.0).then(|| ms / tokens as f64)
}

/// The stretches of a model, apart by side and type, so that neither another type nor a slower day is taken for length.
fn points(
    model: &ModelName,
    stretches: [&[Arc<[Group]>]; 2],
    of: impl Fn(&Cell) -> Option<(f64, f64)>,
) -> Vec<Vec<Point>> {
    let mut points: BTreeMap<(usize, QueryType), Vec<Point>> = BTreeMap::new();
    for (side, stretches) in stretches.into_iter().enumerate() {
        for Group { key, cell } in
            stretches.iter().flat_map(|groups| groups.iter()).filter(|group| group.key.model == *model)
        {
            let point = of(cell).map(|(x, y)| (x, y, cell.response.n() as f64));
            points.entry((side, key.query_type)).or_default().extend(point);
        }
    }
    points.into_values().collect()
}

/// The weighted least-squares slope within groups. `None` of too few points, of a constant x, and where it is not above zero by
/// two of its standard errors.
fn slope_within(groups: &[Vec<Point>]) -> Option<f64> {
    let count: usize = groups.iter().map(Vec::len).sum();
    let free = count.checked_sub(groups.len() + 1).filter(|free| *free > 0)?;
    if count < STRETCHES_FROM {
        return None;
    }
    let sums =
        groups.iter().map(|group| sums(group)).fold([0.0; 3], |all, sums| [0, 1, 2].map(|at| all[at] + sums[at]));
    let [xx, xy, yy] = sums;
    if xx <= 0.0 {
        return None;
    }
    let slope = xy / xx;
    let unexplained = (yy - slope * xy).max(0.0);
    let standard_error = (unexplained / free as f64 / xx).sqrt();
    (slope > 2.0 * standard_error).then_some(slope)
}

/// Weighted squares and products about the means of a group.
fn sums(group: &[Point]) -> [f64; 3] {
    let weight: f64 = group.iter().map(|(.., n)| n).sum();
    let mean = |of: fn(&Point) -> f64| group.iter().map(|point| of(point) * point.2).sum::<f64>() / weight.max(1.0);
    let (x, y) = (mean(|point| point.0), mean(|point| point.1));
    group.iter().fold([0.0; 3], |[xx, xy, yy], (px, py, n)| {
        [xx + n * (px - x).powi(2), xy + n * (px - x) * (py - y), yy + n * (py - y).powi(2)]
    })
}
