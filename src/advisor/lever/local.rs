//! Questions of a type go to a model on the hoster's own machine.

use crate::advisor::log::is_ok;
use crate::advisor::world::World;
use crate::model::{Call, ModelName, QueryType, Usage};

/// The lever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Local {
    /// Whose questions.
    pub from: ModelName,
    /// The local model.
    pub to: ModelName,
    /// Of which type.
    pub query_type: QueryType,
}

impl Local {
    /// The call as the local model would have answered it, with as many tokens.
    pub fn counterfactual(&self, call: &Call, world: &World) -> Option<Call> {
        let touches = is_ok(call) && call.model == self.from && call.query_type == self.query_type;
        touches.then(|| world.changed(call, &self.to, elsewhere(call)))
    }
}

/// The tokens of a call where nothing of it is in the prompt cache.
pub(super) fn elsewhere(call: &Call) -> Usage {
    Usage { cache_read: None, cache_write_5m: None, cache_write_1h: None, ..call.usage }
}
