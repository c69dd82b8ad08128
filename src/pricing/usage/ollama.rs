//! Ollama's own API: the last line of the answer tells the counts.

use serde_json::Value;

use super::{Usage, count};

/// The usage in a line.
pub(super) fn usage(line: &Value) -> Option<Usage> {
    let (input, output) = (count(line, "/prompt_eval_count"), count(line, "/eval_count"));
    (input.is_some() || output.is_some()).then(|| Usage { input, output, ..Usage::default() })
}
