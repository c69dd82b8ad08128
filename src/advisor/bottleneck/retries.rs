//! A provider that often takes more than one attempt: failed attempts and the waiting between them.

use std::collections::{BTreeMap, BTreeSet};

use super::finding::Issue;
use super::{Case, Excess, Scene};
use crate::analysis::ByClass;
use crate::analysis::statistics::wilson;
use crate::model::{Call, NanoUsd, ProviderName};

/// Below this share retries are low, as `model` says too.
const SHARE_FROM: f64 = 0.05;

pub(super) fn find(scene: &Scene) -> Vec<Case> {
    let providers: BTreeSet<&ProviderName> =
        scene.log.numbered().filter_map(|(_, call)| call.provider.as_ref()).collect();
    providers.into_iter().filter_map(|provider| case(scene, provider)).collect()
}

fn case(scene: &Scene, provider: &ProviderName) -> Option<Case> {
    let own = || scene.log.numbered().filter(|(_, call)| call.provider.as_ref() == Some(provider));
    let affected: BTreeMap<usize, Excess> =
        own().filter(|(_, call)| call.attempts > 1).map(|(number, call)| (number, excess(call))).collect();
    let counted = (affected.len() as u64, own().count() as u64);
    let often = wilson(counted.0, counted.1).is_some_and(|share| share.low >= SHARE_FROM);
    let calls = || affected.keys().filter_map(|number| scene.log.call(*number));
    let back_off: f64 = calls().map(|call| call.times.back_off.as_ms()).sum();
    let all: f64 = affected.values().filter_map(|excess| excess.ms).sum();
    let issue = Issue::ProviderRetries {
        provider: provider.clone(),
        back_off_share: if all > 0.0 { back_off / all } else { 0.0 },
        failures: ByClass::of(calls().flat_map(|call| call.failures.classes())),
    };
    often.then_some(Case { issue, affected, counted, variance: None, lever: None, example: None })
}

fn excess(call: &Call) -> Excess {
    let usd = Some(call.failed_cost).filter(|cost| *cost > NanoUsd::ZERO);
    Excess { ms: Some((call.times.failed + call.times.back_off).as_ms()), usd: usd.map(NanoUsd::as_usd) }
}
