//! What makes a figure change: other shares of models and types, what is known of changes within them, and the rest.

use super::account::Factor;
use super::kinds::{Kind, Mix, mix};
use crate::analysis::statistics::Part;
use crate::model::{ModelName, QueryType};

/// What a factor adds to a change, before anything is rounded.
#[derive(Debug, Clone, PartialEq)]
pub struct Cause {
    /// Which.
    pub factor: Factor,
    /// How much it adds.
    pub adds: f64,
    /// The model that it is mostly about.
    pub model: Option<ModelName>,
    /// The type that it is mostly about.
    pub query_type: Option<QueryType>,
}

/// The causes of a change. They add up to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Causes {
    /// The causes; the rest is last.
    pub causes: Vec<Cause>,
    /// What the calls do not tell apart from the rest.
    pub not_told: Vec<Factor>,
}

/// The causes of the change of a mean, given its sums on both sides and by how much some factors change the mean of a kind of
/// calls; `None` where the calls do not tell. What is left of each kind's change is the provider's.
pub fn causes<const N: usize>(
    kinds: &[Kind],
    parts: &[[Part; 2]],
    factors: [Factor; N],
    within: impl Fn(&Kind) -> [Option<f64>; N],
) -> Causes {
    let mix = mix(kinds, parts);
    let mut changes: Vec<[Option<f64>; N]> = kinds.iter().map(within).collect();
    let untold: Vec<usize> = (0..N).filter(|at| !is_told(&changes, &mix, *at)).collect();
    changes.iter_mut().for_each(|change| untold.iter().for_each(|at| change[*at] = None));
    let weighed = |at: usize| changes.iter().zip(&mix.weights).map(move |(of, weight)| weight * of[at].unwrap_or(0.0));
    let rest = changes
        .iter()
        .zip(mix.weights.iter().zip(&mix.means))
        .map(|(changes, (weight, [was, is]))| weight * (is - was - changes.iter().flatten().sum::<f64>()));
    let mut causes = Cause::of_mix(kinds, &mix);
    causes.extend(factors.into_iter().enumerate().map(|(at, factor)| Cause::within(factor, kinds, weighed(at))));
    causes.push(Cause::within(Factor::Provider, kinds, rest));
    Causes { causes, not_told: untold.into_iter().map(|at| factors[at]).collect() }
}

/// Whether a factor is known of half of the calls or more, of those whose kinds came on both sides. What is known of fewer would
/// put the rest of it down to the provider.
fn is_told<const N: usize>(changes: &[[Option<f64>; N]], mix: &Mix, at: usize) -> bool {
    let weighed = mix.weights.iter().zip(&mix.means).map(|(weight, [was, is])| if was == is { 0.0 } else { *weight });
    let (known, all) = changes.iter().zip(weighed).fold((0.0, 0.0), |(known, all), (change, weight)| {
        (known + if change[at].is_some() { weight } else { 0.0 }, all + weight)
    });
    known > 0.0 && known >= all / 2.0
}

impl Cause {
    /// A factor that is about no model or type.
    pub fn plain(factor: Factor, adds: f64) -> Self {
        Self { factor, adds, model: None, query_type: None }
    }

    fn of_mix(kinds: &[Kind], mix: &Mix) -> Vec<Self> {
        let model = mix.most(kinds, mix.by_model, |key| key.model.clone());
        let query_type = mix.most(kinds, mix.by_type, |key| key.query_type);
        vec![
            Self { factor: Factor::ModelMix, adds: mix.by_model, model, query_type: None },
            Self { factor: Factor::QueryMix, adds: mix.by_type, model: None, query_type },
        ]
    }

    /// What a factor adds kind by kind, and the model of which it adds most, where there are several.
    fn within(factor: Factor, kinds: &[Kind], adds: impl Iterator<Item = f64>) -> Self {
        let mut models: Vec<(&ModelName, f64)> = Vec::new();
        for (kind, adds) in kinds.iter().zip(adds) {
            match models.iter_mut().find(|(model, _)| **model == kind.key.model) {
                Some((_, all)) => *all += adds,
                None => models.push((&kind.key.model, adds)),
            }
        }
        let adds: f64 = models.iter().map(|(_, adds)| adds).sum();
        let most = models.iter().max_by(|a, b| (a.1 * adds).total_cmp(&(b.1 * adds)));
        let model = most.filter(|_| models.len() > 1).map(|(model, _)| (*model).clone());
        Self { factor, adds, model, query_type: None }
    }
}
