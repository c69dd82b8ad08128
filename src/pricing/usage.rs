//! Reads what a provider says it used, from the raw frames of its stream, into one accounting style: cache reads and
//! writes are parts of the input, reasoning is a part of the output. It estimates nothing: what was not said is `None`.

mod anthropic;
mod gemini;
mod ollama;
mod openai;

use serde_json::Value;

use crate::model::{ProviderKind, Usage, UsageSource};

/// No answer has a trillion tokens: a larger number is a fault of the sender and counts as not said.
const MOST_TOKENS: u64 = 1_000_000_000_000;

/// Follows the stream of one attempt. Frames that say nothing of usage, or are malformed, are passed over.
#[derive(Debug)]
pub struct UsageReader {
    kind: ProviderKind,
    usage: Usage,
    anthropic: anthropic::Parts,
    answered_by: Option<String>,
}

impl UsageReader {
    /// A reader for the stream of one kind of provider.
    pub fn new(kind: ProviderKind) -> Self {
        Self { kind, usage: Usage::default(), anthropic: anthropic::Parts::default(), answered_by: None }
    }

    /// Takes one frame: the name of its event, where it has one, and its data (JSON of a server-sent event, or a line
    /// of NDJSON).
    pub fn frame(&mut self, event: Option<&str>, data: &str) {
        if !self.may_tell(event, data) {
            return;
        }
        let Ok(frame) = serde_json::from_str::<Value>(data) else { return };
        self.note_model(&frame);
        match self.kind {
            ProviderKind::Anthropic => self.anthropic.take(&frame),
            ProviderKind::OpenAi => self.keep(openai::usage(&frame)),
            ProviderKind::Gemini => self.keep(gemini::usage(&frame)),
            ProviderKind::Ollama => self.keep(ollama::usage(&frame)),
            ProviderKind::Simulated => {}
        }
    }

    /// What the provider has said so far. Its source is `Reported` once input and output are known, `Partial` while
    /// only one of them is (the other can be counted by whoever saw the text), `Absent` while neither is.
    pub fn usage(&self) -> Usage {
        let usage = match self.kind {
            ProviderKind::Anthropic => self.anthropic.usage(),
            _ => self.usage,
        };
        let source = match (usage.input, usage.output) {
            (Some(_), Some(_)) => UsageSource::Reported,
            (None, None) => UsageSource::Absent,
            _ => UsageSource::Partial,
        };
        Usage { source, ..usage }
    }

    /// The model that says it answers, by the provider's own id.
    pub fn answered_by(&self) -> Option<&str> {
        self.answered_by.as_deref()
    }

    /// Whether a frame is worth parsing. Most carry a piece of text only, and are read while a person waits for it.
    fn may_tell(&self, event: Option<&str>, data: &str) -> bool {
        let usage_key = match self.kind {
            ProviderKind::Anthropic | ProviderKind::OpenAi => "\"usage\"",
            ProviderKind::Gemini => "\"usageMetadata\"",
            ProviderKind::Ollama => "eval_count\"",
            ProviderKind::Simulated => return false,
        };
        event != Some("content_block_delta")
            && (states(data, usage_key) || self.answered_by.is_none() && data.contains("\"model"))
    }

    /// A usage that is repeated replaces the one before: it counts from the start of the answer.
    fn keep(&mut self, usage: Option<Usage>) {
        if let Some(usage) = usage {
            self.usage = usage;
        }
    }

    fn note_model(&mut self, frame: &Value) {
        let place = match self.kind {
            ProviderKind::Anthropic => "/message/model",
            ProviderKind::Gemini => "/modelVersion",
            _ => "/model",
        };
        if let Some(model) = frame.pointer(place).and_then(Value::as_str).filter(|model| !model.is_empty())
            && self.answered_by() != Some(model)
        {
            self.answered_by = Some(model.to_owned());
        }
    }
}

/// Whether JSON text holds a key with another value than null. May err on the side of yes.
fn states(data: &str, key: &str) -> bool {
    data.match_indices(key).any(|(at, _)| {
        let value = data[at + key.len()..].trim_start().strip_prefix(':');
        value.is_some_and(|value| !value.trim_start().starts_with("null"))
    })
}

/// The count at a JSON pointer; `None` where there is none, or what is there is no believable count.
fn count(value: &Value, pointer: &str) -> Option<u64> {
    value.pointer(pointer).and_then(Value::as_u64).filter(|count| *count <= MOST_TOKENS)
}

/// The largest of the counts at several places where senders put the same thing.
fn largest(value: &Value, pointers: &[&str]) -> Option<u64> {
    pointers.iter().filter_map(|pointer| count(value, pointer)).max()
}

/// Cache writes for five minutes and for one hour, from a total and its parts where they are told. What is in the
/// total only was written for a time that was not said, and counts with the five minutes.
fn cache_writes(total: Option<u64>, parts: Option<&Value>) -> (Option<u64>, Option<u64>) {
    let part = |pointer| parts.and_then(|parts| count(parts, pointer));
    let (short, long) = (part("/ephemeral_5m_input_tokens"), part("/ephemeral_1h_input_tokens"));
    let rest = total.map(|total| total.saturating_sub(long.unwrap_or(0)));
    (short.max(rest), long)
}

#[cfg(test)]
mod tests;
