//! More earlier messages go along with questions than most conversations need.

use super::finding::{Growth, Issue};
use super::{Case, Scene};
use crate::advisor::lever::{Context, Lever, USUAL_MESSAGES};
use crate::analysis::statistics::{ClusteredMean, Interval, difference};
use crate::model::Call;

/// Growth is told from this factor on, and at this probability of chance.
const GROWTH_FROM: f64 = 1.2;
const GROWTH_P: f64 = 0.001;
const Z_95: f64 = 1.959_964;

pub(super) fn find(scene: &Scene) -> Vec<Case> {
    let lever = Lever::Context(Context { messages: USUAL_MESSAGES });
    let Some(mean) = scene.log.mean(|number| messages(scene.log.call(number)?)) else { return Vec::new() };
    let touched = scene.saved_by(&lever);
    let known = scene.log.numbered().filter(|(_, call)| messages(call).is_some()).count() as u64;
    let half = Z_95 * mean.variance.sqrt();
    let issue = Issue::LargeContext {
        messages: mean.mean,
        messages_interval: Interval { low: mean.mean - half, high: mean.mean + half },
        keep: USUAL_MESSAGES,
        growth: growth(scene),
    };
    let counted = (touched.len() as u64, known);
    vec![Case {
        issue,
        affected: scene.above_the_rest(touched),
        counted,
        variance: None,
        lever: Some(lever),
        example: None,
    }]
}

fn messages(call: &Call) -> Option<f64> {
    call.context.messages.filter(|_| call.outcome.answered()).map(f64::from)
}

/// How the number of messages grew from the first quarter of the time to the last.
fn growth(scene: &Scene) -> Option<Growth> {
    let rows = scene.log.rows();
    let (first, last) = (rows.first()?.call.at, rows.last()?.call.at);
    let quarter = i64::try_from(last.since(first).0 / 4).ok()?;
    let mean = |inside: &dyn Fn(&Call) -> bool| -> Option<ClusteredMean> {
        scene.log.mean(|number| scene.log.call(number).filter(|call| inside(call)).and_then(messages))
    };
    let early = mean(&|call| call.at < first.plus(quarter))?;
    let late = mean(&|call| call.at >= last.plus(-quarter))?;
    let grew = late.mean >= GROWTH_FROM * early.mean && difference(&early, &late) < GROWTH_P;
    grew.then_some(Growth { from: early.mean, to: late.mean })
}
