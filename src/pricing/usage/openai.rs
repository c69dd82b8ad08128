//! OpenAI's chat completions and the servers that speak them. Inclusive: `prompt_tokens` contains what was read from
//! and written to the prompt cache.

use serde_json::Value;

use super::{Usage, cache_writes, count, largest};

/// The usage in a chunk: at its root, or where Groq and Moonshot put it.
pub(super) fn usage(chunk: &Value) -> Option<Usage> {
    ["/usage", "/x_groq/usage", "/choices/0/usage"].iter().find_map(|place| read(chunk.pointer(place)?))
}

fn read(usage: &Value) -> Option<Usage> {
    let input = count(usage, "/prompt_tokens");
    let completion = count(usage, "/completion_tokens");
    if input.is_none() && completion.is_none() {
        return None;
    }
    let reasoning = count(usage, "/completion_tokens_details/reasoning_tokens");
    let written = [
        "/prompt_tokens_details/cache_write_tokens",
        "/prompt_tokens_details/cache_creation_tokens",
        "/cache_creation_input_tokens",
    ];
    let written_parts = ["/cache_creation", "/prompt_tokens_details/cache_creation_token_details"];
    let parts = written_parts.iter().find_map(|place| usage.pointer(place).filter(|parts| parts.is_object()));
    let (cache_write_5m, cache_write_1h) = cache_writes(largest(usage, &written), parts);
    let read = [
        "/prompt_tokens_details/cached_tokens",
        "/cache_read_input_tokens",
        "/prompt_cache_hit_tokens", // DeepSeek
        "/cached_tokens",           // Moonshot
    ];
    Some(Usage {
        input,
        output: completion.map(|completion| completion + reasoning_beside(usage, input, completion, reasoning)),
        cache_read: largest(usage, &read),
        cache_write_5m,
        cache_write_1h,
        reasoning,
        ..Usage::default()
    })
}

/// Reasoning tokens that `completion_tokens` leaves out. xAI counts them beside it, which shows where the three add
/// up to the total, or where the part would be larger than the whole.
fn reasoning_beside(usage: &Value, input: Option<u64>, completion: u64, reasoning: Option<u64>) -> u64 {
    let reasoning = reasoning.unwrap_or(0);
    let sum = input.map(|input| input + completion + reasoning);
    let adds_up = sum.is_some() && sum == count(usage, "/total_tokens");
    if adds_up || reasoning > completion { reasoning } else { 0 }
}
