//! Answers far longer than usual for their kind of question.

use std::collections::BTreeMap;

use super::finding::Issue;
use super::{Case, Scene};
use crate::advisor::lever::{Concise, Lever};
use crate::advisor::log::{is_ok, kind};
use crate::model::Call;

/// An answer is long from so many times the median of its kind on, and never below so many tokens.
const LONG_FROM: f64 = 3.0;
const TOKENS_FROM: f64 = 400.0;

pub(super) fn find(scene: &Scene) -> Vec<Case> {
    let output = |call: &Call| call.usage.output.filter(|_| is_ok(call)).map(|tokens| tokens as f64);
    let medians = scene.log.medians(|_, call| Some((kind(call), output(call)?)));
    let limit = |median: f64| (LONG_FROM * median).max(TOKENS_FROM) as u64;
    let limits: BTreeMap<_, u64> = medians.iter().map(|(kind, median)| (*kind, limit(*median))).collect();
    let lever = Lever::Concise(Concise { limits });
    let touched = scene.saved_by(&lever);
    let known = scene.log.numbered().filter(|(_, call)| output(call).is_some()).count() as u64;
    let mean = |of: &dyn Fn(&Call) -> Option<f64>| {
        let values: Vec<f64> = touched.keys().filter_map(|number| of(scene.log.call(*number)?)).collect();
        values.iter().sum::<f64>() / values.len().max(1) as f64
    };
    let issue = Issue::LongOutputs {
        output_tokens: mean(&output),
        usual_tokens: mean(&|call| medians.get(&kind(call)).copied()),
        times_usual: LONG_FROM,
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
