//! Answers are kept short: no longer than a length for each kind of question.

use std::collections::BTreeMap;

use crate::advisor::log::{Kind, kind};
use crate::advisor::world::World;
use crate::model::{Call, Usage};

/// The lever.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Concise {
    /// The most tokens of an answer, by kind of question.
    pub limits: BTreeMap<Kind, u64>,
}

impl Concise {
    /// The call with a shorter answer, if its own was too long. Thoughts go in proportion.
    pub fn counterfactual(&self, call: &Call, world: &World) -> Option<Call> {
        let limit = *self.limits.get(&kind(call))?;
        let output = call.usage.output.filter(|output| *output > limit)?;
        let kept = |tokens: u64| (tokens as f64 * limit as f64 / output as f64) as u64;
        let usage = Usage { output: Some(limit), reasoning: call.usage.reasoning.map(kept), ..call.usage };
        Some(world.changed(call, &call.model, usage))
    }
}
