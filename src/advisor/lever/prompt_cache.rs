//! The provider keeps the beginning of a prompt, which the next question of the same conversation begins with as well.

use crate::advisor::log::Logged;
use crate::advisor::world::World;
use crate::model::{Call, ModelName, Usage};

/// The lever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromptCache {
    /// Whose prompts.
    pub model: ModelName,
}

/// Providers keep prompts for five minutes, in microseconds.
pub const FOLLOWS_WITHIN: u64 = 5 * 60_000_000;
/// Shorter beginnings are not kept, in tokens.
pub const PREFIX_FROM: u64 = 1_024;

impl PromptCache {
    /// The tokens at the beginning of a prompt that were sent with the one before: all but the last question and its answer.
    pub fn prefix(row: &Logged) -> Option<u64> {
        let (messages, tokens) = (row.call.context.messages?, row.call.context.tokens?);
        let old = f64::from(messages.saturating_sub(2)) / f64::from(messages.max(1));
        let prefix = (tokens as f64 * old) as u64;
        let follows = row.follows.is_some_and(|pause| pause <= FOLLOWS_WITHIN);
        (follows && prefix >= PREFIX_FROM).then_some(prefix)
    }

    /// The call with the beginning of its prompt read from the cache.
    pub fn counterfactual(&self, row: &Logged, world: &World) -> Option<Call> {
        let call = &row.call;
        let prefix = Self::prefix(row).filter(|_| call.model == self.model)?;
        let read = call.usage.cache_read.filter(|read| *read < prefix)?;
        let usage = Usage { cache_read: Some(read.max(prefix)), ..call.usage };
        Some(world.changed(call, &call.model, usage))
    }
}
