//! Why the mean time of some calls differs from that of others: other models and types among them, one model that is slower,
//! or the same calls taking longer.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{CellKey, ModelName, QueryType, Tally};

/// Response times of one model and type: of the calls that are asked about, and of those they are held against.
pub type Sides = [Tally; 2];

/// What makes the difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Contrast {
    /// There is more of a model.
    MoreOfModel(ModelName),
    /// There is more of a type of question.
    MoreOfType(QueryType),
    /// One model is slower (or faster), the others are not.
    OneModel(ModelName),
    /// The same calls take longer (or less long).
    SameCalls,
    /// There are no times on one of the sides.
    Unknown,
}

/// From which part of the difference on it is put down to other calls.
const MOST: f64 = 0.6;
/// From which share on a model is slower (or faster).
const WORTH: f64 = 0.10;

/// What makes the difference between the two sides of all models and types.
pub fn contrast(parts: &[(CellKey, Sides)]) -> Contrast {
    let all: Vec<Sides> = parts.iter().map(|(_, sides)| *sides).collect();
    let [here, there] = [0, 1].map(|side| total(&all, side).mean());
    let (Some(here), Some(there)) = (here, there) else { return Contrast::Unknown };
    // What is said of slower calls holds of faster ones with the sign turned.
    let sign = if here < there { -1.0 } else { 1.0 };
    if sign * mix(&all) >= MOST * sign * (here - there) {
        return more_of(parts, there, sign);
    }
    one_model(parts, sign).map_or(Contrast::SameCalls, Contrast::OneModel)
}

fn total(parts: &[Sides], side: usize) -> Tally {
    let mut total = Tally::default();
    parts.iter().for_each(|sides| total.merge(sides[side]));
    total
}

/// How much of the difference of means comes of other shares of the parts, their means being the same: the share here less
/// that there, times the mean of both. The rest is what the parts themselves differ.
fn mix(parts: &[Sides]) -> f64 {
    let totals = [0, 1].map(|side| total(parts, side).n.max(1) as f64);
    let share = |sides: &Sides, side: usize| sides[side].n as f64 / totals[side];
    let part = |sides: &Sides| {
        let means: Vec<f64> = sides.iter().filter_map(|side| side.mean()).collect();
        let mean = means.iter().sum::<f64>() / means.len().max(1) as f64;
        (share(sides, 0) - share(sides, 1)) * mean
    };
    parts.iter().map(part).sum()
}

/// Which model or type there is more of: what alone explains more, and of it the part that adds most.
fn more_of(parts: &[(CellKey, Sides)], usual: f64, sign: f64) -> Contrast {
    let models = pooled(parts, |key| key.model.clone());
    let types = pooled(parts, |key| key.query_type);
    let by_model = sign * mix(&models.values().copied().collect::<Vec<_>>());
    let by_type = sign * mix(&types.values().copied().collect::<Vec<_>>());
    let found = match by_model >= by_type {
        true => adding_most(&models, usual, sign).map(Contrast::MoreOfModel),
        false => adding_most(&types, usual, sign).map(Contrast::MoreOfType),
    };
    found.unwrap_or(Contrast::SameCalls)
}

fn pooled<K: Ord>(parts: &[(CellKey, Sides)], of: impl Fn(&CellKey) -> K) -> BTreeMap<K, Sides> {
    let mut pooled: BTreeMap<K, Sides> = BTreeMap::new();
    for (key, [here, there]) in parts {
        let [all_here, all_there] = pooled.entry(of(key)).or_default();
        all_here.merge(*here);
        all_there.merge(*there);
    }
    pooled
}

/// Of the parts that there is more of, the one whose greater share moves the mean most.
fn adding_most<K: Clone>(parts: &BTreeMap<K, Sides>, usual: f64, sign: f64) -> Option<K> {
    let all: Vec<Sides> = parts.values().copied().collect();
    let totals = [0, 1].map(|side| total(&all, side).n.max(1) as f64);
    let grown = |[here, there]: &Sides| here.n as f64 / totals[0] - there.n as f64 / totals[1];
    let adds = |sides: &Sides| {
        let mean = sides[0].mean().or(sides[1].mean()).unwrap_or(usual);
        sign * grown(sides) * (mean - usual)
    };
    let more = parts.iter().filter(|(_, sides)| grown(sides) > 0.0);
    more.max_by(|a, b| adds(a.1).total_cmp(&adds(b.1))).map(|(part, _)| part.clone())
}

/// The model that alone is slower, while all others together are not.
fn one_model(parts: &[(CellKey, Sides)], sign: f64) -> Option<ModelName> {
    let models: BTreeSet<&ModelName> = parts.iter().map(|(key, _)| &key.model).collect();
    let alone = |model: &ModelName| {
        let [own, others] = [true, false].map(|own| growth(parts, |key| (key.model == *model) == own));
        own.zip(others).is_some_and(|(own, others)| sign * own >= WORTH && sign * others < WORTH)
    };
    models.into_iter().find(|model| alone(model)).cloned()
}

/// How much more time the calls here took than such calls take there, as a share. `None` where there are none to compare.
fn growth(parts: &[(CellKey, Sides)], wanted: impl Fn(&CellKey) -> bool) -> Option<f64> {
    let compared = parts.iter().filter(|(key, _)| wanted(key)).filter_map(|(_, [here, there])| {
        let n = here.n as f64;
        Some((here.mean()? * n, there.mean()? * n))
    });
    let (took, usual) = compared.fold((0.0, 0.0), |(took, usual), (here, there)| (took + here, usual + there));
    (usual > 0.0).then(|| took / usual - 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(model: &str, query_type: QueryType, [(n, ms), (old_n, old_ms)]: [(u64, i64); 2]) -> (CellKey, Sides) {
        let times = |n: u64, ms: i64| Tally { n, sum: n as i64 * ms * 1_000 };
        (CellKey { model: model.into(), query_type }, [times(n, ms), times(old_n, old_ms)])
    }

    #[test]
    fn other_calls_one_model_or_all() {
        use QueryType::{Chat, Code};
        let slow = |here, there| part("slow", Code, [here, there]);
        let fast = |here, there| part("fast", Code, [here, there]);
        let of = |parts: [(CellKey, Sides); 2]| contrast(&parts);
        assert_eq!(
            of([slow((60, 3_000), (30, 3_000)), fast((40, 1_000), (70, 1_000))]),
            Contrast::MoreOfModel("slow".into())
        );
        assert_eq!(
            of([slow((30, 3_000), (60, 3_000)), fast((70, 1_000), (40, 1_000))]),
            Contrast::MoreOfModel("fast".into())
        );
        assert_eq!(
            of([slow((30, 6_000), (30, 3_000)), fast((70, 1_000), (70, 1_000))]),
            Contrast::OneModel("slow".into())
        );
        assert_eq!(
            of([slow((30, 1_000), (30, 3_000)), fast((70, 1_000), (70, 1_000))]),
            Contrast::OneModel("slow".into())
        );
        assert_eq!(of([slow((30, 4_000), (30, 3_000)), fast((70, 1_400), (70, 1_000))]), Contrast::SameCalls);
        let chat = |here, there| part("slow", Chat, [here, there]);
        assert_eq!(of([slow((60, 3_000), (30, 3_000)), chat((40, 900), (70, 900))]), Contrast::MoreOfType(Code));
        assert_eq!(of([slow((60, 3_000), (0, 0)), chat((40, 900), (0, 0))]), Contrast::Unknown);
        assert_eq!(contrast(&[]), Contrast::Unknown);
    }
}
