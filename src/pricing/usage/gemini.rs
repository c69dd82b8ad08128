//! Google's Gemini API. The prompt contains what was read from the cache; thoughts stand beside the answer's tokens.

use serde_json::Value;

use super::{Usage, count};

/// The usage in a chunk.
pub(super) fn usage(chunk: &Value) -> Option<Usage> {
    let usage = chunk.get("usageMetadata")?;
    let input = sum(usage, ["/promptTokenCount", "/toolUsePromptTokenCount"]);
    let output = sum(usage, ["/candidatesTokenCount", "/thoughtsTokenCount"]);
    (input.is_some() || output.is_some()).then(|| Usage {
        input,
        output,
        cache_read: count(usage, "/cachedContentTokenCount"),
        reasoning: count(usage, "/thoughtsTokenCount"),
        ..Usage::default()
    })
}

/// The sum of two counts, of which one may be missing.
fn sum(usage: &Value, [one, other]: [&str; 2]) -> Option<u64> {
    match (count(usage, one), count(usage, other)) {
        (None, None) => None,
        (one, other) => Some(one.unwrap_or(0) + other.unwrap_or(0)),
    }
}
