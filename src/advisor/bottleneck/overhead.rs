//! What perfbot itself takes of a response: all that is neither attempts nor waiting.

use std::collections::BTreeMap;

use super::finding::Issue;
use super::{Case, Excess, Scene};
use crate::advisor::log::{is_ok, response_ms};
use crate::model::Call;

/// People notice from so many milliseconds on.
const NOTICED_FROM_MS: f64 = 100.0;
/// From which share of the response times on it matters.
const SHARE_FROM: f64 = 0.02;

pub(super) fn find(scene: &Scene) -> Vec<Case> {
    let known: Vec<(usize, f64, f64)> = scene
        .log
        .numbered()
        .filter_map(|(number, call)| Some((number, overhead_ms(call)?, response_ms(call)?)))
        .collect();
    let (own, all) = known.iter().fold((0.0, 0.0), |(own, all), (_, ms, response)| (own + ms, all + response));
    if all <= 0.0 || own / all < SHARE_FROM {
        return Vec::new();
    }
    let noticed = known.iter().filter(|(_, ms, _)| *ms >= NOTICED_FROM_MS);
    let affected: BTreeMap<usize, Excess> =
        noticed.map(|(number, ms, _)| (*number, Excess { ms: Some(*ms), usd: None })).collect();
    let issue = Issue::OwnOverhead { mean_ms: own / known.len() as f64, share: own / all };
    let counted = (affected.len() as u64, known.len() as u64);
    vec![Case { issue, affected, counted, variance: None, lever: None, example: None }]
}

/// Only of calls of perfbot's own is it known: it alone knows how much of a conversation went along.
fn overhead_ms(call: &Call) -> Option<f64> {
    let times = call.times;
    let attempt = times.attempt.or(times.model)?;
    let waited = attempt + times.failed + times.back_off + times.queue.unwrap_or_default() + times.chat_wait;
    let own = is_ok(call) && call.context.messages.is_some();
    times.response.filter(|_| own).map(|response| response.saturating_sub(waited).as_ms())
}
