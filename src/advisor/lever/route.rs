//! Simple questions go to a cheaper model.

use crate::advisor::log::{is_ok, is_simple};
use crate::advisor::world::World;
use crate::model::{Call, ModelName};

/// The lever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Whose questions.
    pub from: ModelName,
    /// Who answers them instead.
    pub to: ModelName,
}

impl Route {
    /// Whether it would have touched a call.
    pub fn touches(&self, call: &Call) -> bool {
        is_ok(call) && call.model == self.from && is_simple(call)
    }

    /// The call as the other model would have answered it, with as many tokens. What was in one model's prompt cache is not in
    /// another's.
    pub fn counterfactual(&self, call: &Call, world: &World) -> Option<Call> {
        self.touches(call).then(|| world.changed(call, &self.to, super::local::elsewhere(call)))
    }
}
