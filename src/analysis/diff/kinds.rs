//! Kinds of calls – a model and a type – on both sides, and what comes of their other shares.

use std::collections::BTreeMap;

use crate::analysis::statistics::Part;
use crate::model::{Cell, CellKey, Group, QueryType};

/// The calls of one model and type, before and after; empty where there are none.
#[derive(Debug, Clone)]
pub struct Kind {
    /// Which.
    pub key: CellKey,
    /// Before, after.
    pub cells: [Cell; 2],
}

/// All kinds of calls of either side.
pub fn of(before: &[Group], after: &[Group]) -> Vec<Kind> {
    let mut kinds: BTreeMap<&CellKey, [Cell; 2]> = BTreeMap::new();
    for (side, groups) in [before, after].into_iter().enumerate() {
        groups.iter().for_each(|group| kinds.entry(&group.key).or_default()[side].merge(&group.cell));
    }
    kinds.into_iter().map(|(key, cells)| Kind { key: key.clone(), cells }).collect()
}

/// What comes of other shares of models and types, the means of each kind being halfway between both sides.
#[derive(Debug, Clone)]
pub struct Mix {
    /// What other shares of models add.
    pub by_model: f64,
    /// What other shares of types add.
    pub by_type: f64,
    /// Of each kind its mean share of both sides.
    pub weights: Vec<f64>,
    /// Of each kind its mean before and after; where there is none on one side, that of the other.
    pub means: Vec<[f64; 2]>,
    shares: Vec<[f64; 2]>,
}

/// How the shares of kinds changed, and what comes of it. The sides must hold something.
///
/// The mean of a side is Σ share·mean over kinds. Its change is Σ Δshare·(mean halfway) + Σ (share halfway)·Δmean, exactly. A
/// share is that of the model times that of the type within the model, or that of the type times that of the model within the
/// type; Δshare is split by both in the same way, and the mean of the two splits is taken, so that neither comes first.
pub fn mix(kinds: &[Kind], parts: &[[Part; 2]]) -> Mix {
    let totals = [0, 1].map(|side| parts.iter().map(|sides| sides[side].n).sum::<f64>());
    let shares: Vec<[f64; 2]> = parts.iter().map(|sides| [0, 1].map(|side| sides[side].n / totals[side])).collect();
    let means: Vec<[f64; 2]> = parts.iter().map(means).collect();
    let halfway: Vec<f64> = means.iter().map(|[was, is]| (was + is) / 2.0).collect();
    let models: Vec<&str> = kinds.iter().map(|kind| kind.key.model.as_str()).collect();
    let types: Vec<QueryType> = kinds.iter().map(|kind| kind.key.query_type).collect();
    let (model, type_within) = nested(&models, &shares, &halfway);
    let (query_type, model_within) = nested(&types, &shares, &halfway);
    Mix {
        by_model: (model + model_within) / 2.0,
        by_type: (query_type + type_within) / 2.0,
        weights: shares.iter().map(|[was, is]| (was + is) / 2.0).collect(),
        means,
        shares,
    }
}

/// The means of a kind.
fn means(sides: &[Part; 2]) -> [f64; 2] {
    let [was, is] = sides.map(|part| (part.n > 0.0).then(|| part.sum / part.n));
    let any = was.or(is).unwrap_or(0.0);
    [was.unwrap_or(any), is.unwrap_or(any)]
}

/// What comes of other shares of the outer groups, and of other shares within them.
fn nested<K: Ord>(outer: &[K], shares: &[[f64; 2]], means: &[f64]) -> (f64, f64) {
    let mut wholes: BTreeMap<&K, [f64; 2]> = BTreeMap::new();
    for (key, [was, is]) in outer.iter().zip(shares) {
        let whole = wholes.entry(key).or_default();
        *whole = [whole[0] + was, whole[1] + is];
    }
    let (mut by_outer, mut by_inner) = (0.0, 0.0);
    for ((key, shares), mean) in outer.iter().zip(shares).zip(means) {
        let whole = wholes[key];
        let within = within(shares, whole);
        by_outer += (whole[1] - whole[0]) * (within[0] + within[1]) / 2.0 * mean;
        by_inner += (whole[0] + whole[1]) / 2.0 * (within[1] - within[0]) * mean;
    }
    (by_outer, by_inner)
}

/// Shares within a group; where the group is missing on one side, those of the other.
fn within(shares: &[f64; 2], whole: [f64; 2]) -> [f64; 2] {
    let [was, is] = [0, 1].map(|side| (whole[side] > 0.0).then(|| shares[side] / whole[side]));
    let any = was.or(is).unwrap_or(0.0);
    [was.unwrap_or(any), is.unwrap_or(any)]
}

impl Mix {
    /// Of what there is more now, the one that moves the mean most in a direction.
    pub fn most<K: Ord + Clone>(&self, kinds: &[Kind], adds: f64, of: impl Fn(&CellKey) -> K) -> Option<K> {
        let overall: f64 =
            self.weights.iter().zip(&self.means).map(|(weight, [was, is])| weight * (was + is) / 2.0).sum();
        let mut pulls: BTreeMap<K, (f64, f64)> = BTreeMap::new();
        for ((kind, [was, is]), [low, high]) in kinds.iter().zip(&self.shares).zip(&self.means) {
            let (grown, pull) = pulls.entry(of(&kind.key)).or_default();
            *grown += is - was;
            *pull += (is - was) * ((low + high) / 2.0 - overall) * adds.signum();
        }
        let more = pulls.into_iter().filter(|(_, (grown, pull))| *grown > 0.0 && *pull > 0.0);
        more.max_by(|a, b| a.1.1.total_cmp(&b.1.1)).map(|(key, _)| key)
    }
}
