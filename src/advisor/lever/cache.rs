//! Answers of our own: a prompt that was asked before, word for word, gets the answer of before. Whoever asks for another answer
//! (`!retry`) gets one.

use crate::advisor::log::is_ok;
use crate::model::{Call, NanoUsd, Outcome, Times, Usage};

/// The lever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cache {
    /// How long an answer is kept, in seconds.
    pub keep_s: u32,
}

impl Cache {
    /// A call that it would have answered: all but what perfbot itself took is saved.
    pub fn counterfactual(&self, call: &Call) -> Option<Call> {
        let is_known =
            is_ok(call) && call.again_of.is_none() && call.repeat_after_s.is_some_and(|after| after < self.keep_s);
        is_known.then(|| {
            let times = call.times;
            let asked = times.attempt.or(times.model).or(times.response).unwrap_or_default();
            let spared = asked + times.failed + times.back_off + times.queue.unwrap_or_default();
            Call {
                outcome: Outcome::Cached,
                times: Times { response: times.response.map(|whole| whole.saturating_sub(spared)), ..Times::default() },
                usage: Usage::default(),
                cost: call.cost.map(|_| NanoUsd::ZERO),
                failed_cost: NanoUsd::ZERO,
                ..call.clone()
            }
        })
    }
}
