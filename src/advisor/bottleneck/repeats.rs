//! Prompts that are asked again within an hour, word for word, and answered anew.

use super::finding::{Example, Issue};
use super::{Case, Scene};
use crate::advisor::lever::{Cache, Lever};
use crate::model::{Cell, Group};

/// From how many calls with a known prompt on their share is told.
const PROMPTS_FROM: u64 = 50;
/// How long an answer is worth keeping, in seconds.
const KEEP_S: u32 = 3_600;

pub(super) fn find(scene: &Scene) -> Vec<Case> {
    let Cell { hashed, repeats_within_hour: repeats, .. } = Group::total(&scene.groups);
    if hashed < PROMPTS_FROM {
        return Vec::new();
    }
    let lever = Lever::Cache(Cache { keep_s: KEEP_S });
    let issue = Issue::RepeatsNotCached { wanted_anew_share: wanted_anew(scene) };
    let affected = scene.saved_by(&lever);
    vec![Case {
        issue,
        affected,
        counted: (repeats, hashed),
        variance: None,
        lever: Some(lever),
        example: asked_today(scene),
    }]
}

/// The share of repeats whose person wanted another answer.
fn wanted_anew(scene: &Scene) -> f64 {
    let soon = scene.log.numbered().filter(|(_, call)| call.repeat_after_s.is_some_and(|after| after < KEEP_S));
    let (all, anew) = soon.fold((0, 0), |(all, anew), (_, call)| (all + 1, anew + u32::from(call.again_of.is_some())));
    f64::from(anew) / f64::from(all.max(1))
}

fn asked_today(scene: &Scene) -> Option<Example> {
    let asked = scene.asked_today.as_ref()?;
    let (call, glimpse) = &asked.last;
    Some(Example { asked_again_today: Some(asked.times), ..Example::of(call, glimpse) })
}
