//! Why the 95th percentile of response times changed: by other shares of models, of types, and of what they take.

use std::collections::BTreeMap;

use super::account::Factor;
use super::causes::Cause;
use super::kinds::Kind;
use crate::model::{Histogram, Micros, ModelName};

/// A kind's response times, and its share of all.
type Weighed<'k> = (&'k Histogram, f64);

/// The percentile in milliseconds before and after, and what makes the difference. `None` where there are no times on a side.
pub fn p95(kinds: &[Kind]) -> Option<([f64; 2], Vec<Cause>)> {
    let [was, is] = [0, 1].map(|side| {
        let mut all = Histogram::default();
        kinds.iter().for_each(|kind| all.merge(&kind.cells[side].response));
        all.percentile(95).map(Micros::as_ms)
    });
    let (was, is) = (was?, is?);
    let [as_it_was, with_models, with_types] = remixed(kinds)?;
    let (models, types) = (with_models - as_it_was, with_types - with_models);
    let causes = vec![
        Cause::plain(Factor::ModelMix, models),
        Cause::plain(Factor::QueryMix, types),
        Cause::plain(Factor::Provider, is - was - models - types),
    ];
    Some(([was, is], causes))
}

/// The percentile of what calls took before: with their shares of then; with the shares of models as they are; with the shares of
/// types within models as they are too.
fn remixed(kinds: &[Kind]) -> Option<[f64; 3]> {
    let n = |kind: &Kind, side: usize| kind.cells[side].response.n() as f64;
    let mut models: BTreeMap<&ModelName, [f64; 2]> = BTreeMap::new();
    for kind in kinds {
        let model = models.entry(&kind.key.model).or_default();
        *model = [model[0] + n(kind, 0), model[1] + n(kind, 1)];
    }
    let with = |share: &dyn Fn(&Kind) -> f64| {
        // What a kind took before; where it did not come, what it takes now.
        let times = |kind: &'_ Kind| usize::from(n(kind, 0) == 0.0);
        let weighed: Vec<Weighed> = kinds.iter().map(|kind| (&kind.cells[times(kind)].response, share(kind))).collect();
        weighed_p95(&weighed)
    };
    let remodelled = |kind: &Kind| {
        let model = models[&kind.key.model];
        let side = usize::from(model[0] == 0.0);
        if model[side] > 0.0 { model[1] * n(kind, side) / model[side] } else { 0.0 }
    };
    Some([with(&|kind| n(kind, 0))?, with(&remodelled)?, with(&|kind| n(kind, 1))?])
}

/// The least value up to which 95 % of the weight lies.
fn weighed_p95(kinds: &[Weighed]) -> Option<f64> {
    let mut values: Vec<(u64, f64)> = Vec::new();
    for (times, weight) in kinds.iter().filter(|(times, weight)| times.n() > 0 && *weight > 0.0) {
        values
            .extend(times.counts().into_iter().map(|(value, count)| (value, weight * count as f64 / times.n() as f64)));
    }
    values.sort_unstable_by_key(|(value, _)| *value);
    let whole: f64 = values.iter().map(|(_, weight)| weight).sum();
    let mut up_to = 0.0;
    // A hair less, so that rounding does not step over the value that holds the line.
    let line = (0.95 - 1e-9) * whole;
    let found = values.iter().find(|(_, weight)| {
        up_to += weight;
        up_to >= line
    });
    found.map(|(value, _)| *value as f64 / 1e3)
}
