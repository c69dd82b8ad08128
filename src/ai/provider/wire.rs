//! What the raw frames of a stream say beside their text: usage, the answering model, the end mark, errors.
//!
//! It reads frames itself because the client crate loses some of this: it makes up an end when a Gemini or Ollama
//! stream just closes, drops errors in Ollama streams, and folds several shapes of usage into none.

use serde_json::Value;

use super::failure;
use super::{ProviderError, StopReason};
use crate::model::{ProviderKind, Usage};
use crate::pricing::UsageReader;

/// What one stream has said so far.
#[derive(Debug)]
pub(super) struct Wire {
    kind: ProviderKind,
    usage: UsageReader,
    reason: Option<StopReason>,
    ended: bool,
    failure: Option<ProviderError>,
    spoke: Spoke,
}

/// What kind of text came, whatever it said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spoke {
    /// None yet.
    Nothing,
    /// Only such as no event is made of: comments, or a page for people.
    Noise,
    /// Events.
    Events,
}

impl Wire {
    /// A stream of which nothing has come yet.
    pub(super) fn new(kind: ProviderKind) -> Self {
        Self { kind, usage: UsageReader::new(kind), reason: None, ended: false, failure: None, spoke: Spoke::Nothing }
    }

    /// Takes one frame in; `event` is its name where the transport has names. What is no JSON is left to the client
    /// crate, which reports it.
    pub(super) fn frame(&mut self, event: Option<&str>, data: &str) {
        self.spoke = if data.is_empty() && self.spoke != Spoke::Events { Spoke::Noise } else { Spoke::Events };
        self.usage.frame(event, data);
        if data == "[DONE]" {
            self.ended = true;
        } else if let Ok(frame) = serde_json::from_str::<Value>(data) {
            if let Some(error) = frame.get("error").filter(|error| !error.is_null()) {
                self.failure.get_or_insert_with(|| failure::in_stream(error));
            }
            self.read_end(&frame);
        }
    }

    /// Whether all that came was no stream of events at all, but a page for people, say.
    pub(super) fn is_noise(&self) -> bool {
        self.spoke == Spoke::Noise
    }

    /// The usage as far as it is reported.
    pub(super) fn usage(&self) -> Usage {
        self.usage.usage()
    }

    /// The model that says it answers.
    pub(super) fn answered_by(&self) -> Option<&str> {
        self.usage.answered_by()
    }

    /// Why the model stopped, once the stream's own end mark has come.
    pub(super) fn end(&self) -> Option<StopReason> {
        self.ended.then(|| self.reason.unwrap_or(StopReason::Done))
    }

    /// The error that the stream carried, once.
    pub(super) fn take_failure(&mut self) -> Option<ProviderError> {
        self.failure.take()
    }

    fn read_end(&mut self, frame: &Value) {
        let word = |at: &str| frame.pointer(at).and_then(Value::as_str);
        let (reason, ended) = match self.kind {
            // The reason comes one frame before the end mark.
            ProviderKind::Anthropic => (word("/delta/stop_reason"), word("/type") == Some("message_stop")),
            ProviderKind::Gemini => {
                let reason = word("/candidates/0/finishReason");
                // A blocked prompt gets no candidates at all.
                let blocked = word("/promptFeedback/blockReason").map(|_| "blocked");
                (reason.or(blocked), reason.or(blocked).is_some())
            }
            ProviderKind::Ollama => {
                (word("/done_reason"), frame.get("done").and_then(Value::as_bool).unwrap_or_default())
            }
            // Usage and [DONE] may follow, but some servers send neither.
            ProviderKind::OpenAi | ProviderKind::Simulated => {
                let reason = word("/choices/0/finish_reason");
                (reason, reason.is_some())
            }
        };
        self.reason = reason.map(stop_reason).or(self.reason);
        self.ended |= ended;
    }
}

/// The stop reason behind a provider's word for it. A word that is not known means that the model was done.
fn stop_reason(word: &str) -> StopReason {
    match word.to_ascii_lowercase().as_str() {
        "length" | "max_tokens" | "model_context_window_exceeded" => StopReason::Length,
        "content_filter" | "refusal" | "blocked" | "safety" | "recitation" | "blocklist" | "prohibited_content"
        | "spii" | "image_safety" | "language" => StopReason::Filtered,
        _ => StopReason::Done,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ErrorClass;

    fn check_end(kind: ProviderKind, frames: &[&str], expected: Option<StopReason>) {
        let mut wire = Wire::new(kind);
        frames.iter().for_each(|data| wire.frame(None, data));
        assert_eq!(wire.end(), expected, "{kind}: {frames:?}");
    }

    #[test]
    fn each_provider_has_its_own_end_mark() {
        use ProviderKind::{Anthropic, Gemini, Ollama, OpenAi};
        use StopReason::{Done, Filtered, Length};
        let open = r#"{"choices":[{"delta":{"content":"Hi"},"finish_reason":null}]}"#;
        check_end(OpenAi, &[open], None);
        check_end(OpenAi, &[open, r#"{"choices":[{"delta":{},"finish_reason":"length"}]}"#], Some(Length));
        check_end(OpenAi, &[open, "[DONE]"], Some(Done));
        let delta = r#"{"type":"message_delta","delta":{"stop_reason":"refusal"}}"#;
        check_end(Anthropic, &[delta], None);
        check_end(Anthropic, &[delta, r#"{"type":"message_stop"}"#], Some(Filtered));
        check_end(Gemini, &[r#"{"candidates":[{"content":{"parts":[{"text":"Hi"}]}}]}"#], None);
        check_end(Gemini, &[r#"{"candidates":[{"finishReason":"MAX_TOKENS"}]}"#], Some(Length));
        check_end(Gemini, &[r#"{"promptFeedback":{"blockReason":"SAFETY"}}"#], Some(Filtered));
        check_end(Ollama, &[r#"{"message":{"content":"Hi"},"done":false}"#], None);
        check_end(Ollama, &[r#"{"done":true}"#], Some(Done));
    }

    #[test]
    fn errors_inside_a_stream_are_found_once() {
        let mut wire = Wire::new(ProviderKind::Ollama);
        wire.frame(None, r#"{"error":null}"#);
        assert!(wire.take_failure().is_none());
        wire.frame(None, r#"{"error":"the runner stopped"}"#);
        assert_eq!(wire.take_failure().map(|failure| failure.class), Some(ErrorClass::Server));
        assert!(wire.take_failure().is_none());
    }
}
