//! Anthropic's Messages API. Exclusive: `input_tokens` is only what was neither read from nor written to the prompt
//! cache. The first event tells the input, the last ones the output so far.

use serde_json::Value;

use super::{Usage, cache_writes, count};

/// What the events have told, in Anthropic's own style.
#[derive(Debug, Default)]
pub(super) struct Parts {
    fresh: Option<u64>,
    cache_read: Option<u64>,
    cache_write: (Option<u64>, Option<u64>),
    output: Option<u64>,
    reasoning: Option<u64>,
}

impl Parts {
    /// Takes one event.
    pub(super) fn take(&mut self, event: &Value) {
        // The output of the first event is a placeholder: a stream that is cut after it has not told its output.
        if let Some(usage) = event.pointer("/message/usage") {
            self.take_input(usage);
        }
        if let Some(usage) = event.get("usage") {
            self.take_input(usage);
            self.output = count(usage, "/output_tokens").or(self.output);
            self.reasoning = count(usage, "/output_tokens_details/thinking_tokens").or(self.reasoning);
        }
    }

    fn take_input(&mut self, usage: &Value) {
        let total = count(usage, "/cache_creation_input_tokens");
        let (short, long) = cache_writes(total, usage.get("cache_creation"));
        update(&mut self.fresh, count(usage, "/input_tokens"));
        update(&mut self.cache_read, count(usage, "/cache_read_input_tokens"));
        update(&mut self.cache_write.1, long);
        // A later event may repeat the total without its parts; the known hour is not counted again.
        let known_long = if long.is_none() { self.cache_write.1.unwrap_or(0) } else { 0 };
        update(&mut self.cache_write.0, short.map(|short| short.saturating_sub(known_long)));
    }

    /// The usage in the common style.
    pub(super) fn usage(&self) -> Usage {
        let (short, long) = self.cache_write;
        let cached = [self.cache_read, short, long].into_iter().flatten().sum::<u64>();
        Usage {
            input: self.fresh.map(|fresh| fresh + cached),
            output: self.output,
            cache_read: self.cache_read,
            cache_write_5m: short,
            cache_write_1h: long,
            reasoning: self.reasoning,
            ..Usage::default()
        }
    }
}

/// Later counts win, but a zero does not: compatible servers fill what they do not repeat with zeros.
fn update(known: &mut Option<u64>, said: Option<u64>) {
    if said.is_some_and(|said| said > 0) || known.is_none() {
        *known = said.or(*known);
    }
}
