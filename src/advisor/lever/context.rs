//! Fewer earlier messages go along with a question.

use crate::advisor::world::World;
use crate::model::{Call, ContextSize, Usage};

/// The lever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Context {
    /// The most earlier messages that go along.
    pub messages: u32,
}

/// As many as most conversations need.
pub const USUAL_MESSAGES: u32 = 10;

impl Context {
    /// The call without the messages that are too many; they are taken to be as long as the others. What of them was in the prompt
    /// cache goes in proportion.
    pub fn counterfactual(&self, call: &Call, world: &World) -> Option<Call> {
        let messages = call.context.messages.filter(|messages| *messages > self.messages)?;
        let (tokens, input) = (call.context.tokens?, call.usage.input?);
        let kept = |tokens: u64| (tokens as f64 * f64::from(self.messages) / f64::from(messages)).round() as u64;
        let input = input.saturating_sub(tokens - kept(tokens));
        let usage = Usage { input: Some(input), cache_read: call.usage.cache_read.map(kept), ..call.usage };
        let context = ContextSize { messages: Some(self.messages), tokens: Some(kept(tokens)) };
        Some(Call { context, ..world.changed(call, &call.model, usage) })
    }
}
