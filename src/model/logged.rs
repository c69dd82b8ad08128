//! A call as a log tells it, before a store makes it one of its own.

use super::{Call, CallId};

/// A call of a log, with what only the store that takes it in can settle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedCall {
    /// The call. The call that it repeats goes by its number in the log.
    pub call: Call,
    /// Its own number in the log, where that has numbers.
    pub id: Option<CallId>,
    /// What tells its prompt from others, where the log has no keyed hash of it.
    pub prompt: Option<PromptDigest>,
}

/// A digest of a prompt, of its hash in a log or of its id. Without a key, whoever guesses a prompt could find out that
/// it was asked, so it is never stored.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PromptDigest(pub [u8; 32]);

impl std::fmt::Debug for PromptDigest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PromptDigest(…)")
    }
}

impl From<Call> for LoggedCall {
    fn from(call: Call) -> Self {
        Self { call, id: None, prompt: None }
    }
}
