//! The dearest models answer questions that any model could: of fact or small talk, and simple.

use std::collections::BTreeMap;

use super::finding::Issue;
use super::quality::{self, Quality};
use super::{AFFECTED_FROM, Case, Scene};
use crate::advisor::lever::{Lever, Route};
use crate::advisor::log::{is_ok, is_simple, usd};
use crate::model::{Call, ModelName};

/// A model is dear if its calls cost at least this much of those of the dearest, on average.
const DEAR_FROM: f64 = 0.5;
/// Another is cheaper if the same calls would cost at most this much of it.
const CHEAPER_UP_TO: f64 = 0.5;
/// From how many answers to simple questions on a model is known to answer them.
const ANSWERS_FROM: usize = 30;

pub(super) fn find(scene: &Scene) -> Vec<Case> {
    let means = mean_usd(scene);
    let most = means.values().copied().fold(0.0, f64::max);
    let dear = means.iter().filter(|(_, mean)| **mean > 0.0 && **mean >= DEAR_FROM * most);
    dear.filter_map(|(model, _)| case(scene, model)).collect()
}

fn mean_usd(scene: &Scene) -> BTreeMap<ModelName, f64> {
    let mut sums: BTreeMap<&ModelName, (f64, f64)> = BTreeMap::new();
    for (_, call) in scene.log.numbered().filter(|(_, call)| is_ok(call)) {
        if let Some(usd) = usd(call) {
            let (n, sum) = sums.entry(&call.model).or_default();
            (*n, *sum) = (*n + 1.0, *sum + usd);
        }
    }
    sums.into_iter().map(|(model, (n, sum))| (model.clone(), sum / n)).collect()
}

fn case(scene: &Scene, model: &ModelName) -> Option<Case> {
    let own = || scene.log.numbered().filter(|(_, call)| is_ok(call) && call.model == *model);
    let simple = own().filter(|(_, call)| is_simple(call)).count() as u64;
    let of = own().filter(|(_, call)| call.complexity.is_some()).count() as u64;
    let (lever, quality) = cheaper(scene, model)?;
    let all = scene.log.rows().len() as f64;
    let issue = Issue::DearModel {
        model: model.clone(),
        cheaper: lever.to.clone(),
        share_of_all: simple as f64 / all,
        quality,
    };
    let lever = Lever::Route(lever);
    let looked_at = |call: &Call| is_ok(call) && call.model == *model && call.complexity.is_some();
    let variance = scene.log.variance_of_share(|call| looked_at(call).then(|| is_simple(call)));
    Some(Case {
        issue,
        affected: scene.saved_by(&lever),
        counted: (simple, of),
        variance,
        lever: Some(lever),
        example: None,
    })
}

/// The model that would save most of those that answer such questions for half the money or less, and are not rated worse.
fn cheaper(scene: &Scene, model: &ModelName) -> Option<(Route, Quality)> {
    let asked_simply = |other: &ModelName| {
        let answers = |call: &Call| is_ok(call) && call.model == *other && is_simple(call);
        scene.log.numbered().filter(|(_, call)| answers(call)).count() >= ANSWERS_FROM
    };
    let others = scene.world.offers().map(|(other, _)| other).filter(|other| *other != model && asked_simply(other));
    let routes = others.filter_map(|other| {
        let route = Route { from: model.clone(), to: other.clone() };
        let spared = spared(scene, &route)?;
        let quality = quality::compared(scene, model, other, is_simple);
        (spared >= 1.0 - CHEAPER_UP_TO && !quality.is_worse()).then_some((spared, route, quality))
    });
    let best = routes.max_by(|one, other| one.0.total_cmp(&other.0))?;
    Some((best.1, best.2))
}

/// The share of the cost of simple questions that a route would spare.
fn spared(scene: &Scene, route: &Route) -> Option<f64> {
    let saved = scene.saved_by(&Lever::Route(route.clone()));
    let known = saved.iter().filter_map(|(number, excess)| Some((usd(scene.log.call(*number)?)?, excess.usd?)));
    let (before, less) = known.fold((0.0, 0.0), |(before, less), (usd, saved)| (before + usd, less + saved));
    (before > 0.0 && saved.len() as u64 >= AFFECTED_FROM.min(1)).then_some(less / before)
}
