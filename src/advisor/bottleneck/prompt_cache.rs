//! A provider offers to keep the beginnings of prompts, conversations go on soon enough, and nothing is read from its cache.

use super::finding::Issue;
use super::{Case, Scene};
use crate::advisor::lever::{Lever, PromptCache};
use crate::advisor::log::Logged;
use crate::advisor::world::Offer;
use crate::analysis::statistics::wilson;
use crate::model::{ModelName, Rates};

/// The prompt cache is in use from this share of hits on.
const USED_FROM: f64 = 0.2;

pub(super) fn find(scene: &Scene) -> Vec<Case> {
    let offering = scene.world.offers().filter(|(_, Offer { rates, .. })| rates.as_ref().is_some_and(keeps_prompts));
    offering.filter_map(|(model, _)| case(scene, model)).collect()
}

/// Whether reading from the prompt cache costs less than fresh input.
fn keeps_prompts(rates: &Rates) -> bool {
    matches!((rates.cache_read, rates.input), (Some(read), Some(fresh)) if read < fresh)
}

fn case(scene: &Scene, model: &ModelName) -> Option<Case> {
    // Where a provider says nothing of its cache, nobody knows whether it is used.
    let could = |row: &&Logged| {
        row.call.model == *model && row.call.usage.cache_read.is_some() && PromptCache::prefix(row).is_some()
    };
    let (n, hits) = scene
        .log
        .rows()
        .iter()
        .filter(could)
        .fold((0, 0), |(n, hits), row| (n + 1, hits + u64::from(row.call.usage.cache_read > Some(0))));
    let unused = wilson(hits, n).is_some_and(|share| share.high < USED_FROM);
    let known =
        scene.log.numbered().filter(|(_, call)| call.model == *model && call.usage.cache_read.is_some()).count();
    let lever = Lever::PromptCache(PromptCache { model: model.clone() });
    let affected = scene.saved_by(&lever);
    let issue = Issue::UnusedPromptCache { model: model.clone(), hit_share: hits as f64 / n.max(1) as f64 };
    let counted = (affected.len() as u64, known as u64);
    unused.then_some(Case { issue, affected, counted, variance: None, lever: Some(lever), example: None })
}
