//! What a provider of AI answers is to the rest of the program: a request in, a stream of frames out.

mod failure;
mod keys;
mod known;
mod remote;
pub(super) mod tls;
mod wire;

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures::Stream;

pub use keys::KeyRing;
pub use known::{Known, known};
pub use remote::Remote;

use crate::model::{ErrorClass, ModelName, ModelSpec, Usage};
use crate::prompt::tokens;

/// One request to a provider.
#[derive(Debug, Clone)]
pub struct Request {
    /// The model to ask.
    pub model: Arc<ModelSpec>,
    /// What the model is told before the conversation.
    pub system: Option<Arc<str>>,
    /// The conversation, oldest first; the last turn is the question.
    pub turns: Vec<Turn>,
    /// Pictures that go with the question.
    pub pictures: Vec<Picture>,
    /// The most tokens the answer may have.
    pub max_output_tokens: u32,
}

/// A picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// What kind: `image/png`.
    pub content_type: String,
    /// It.
    pub bytes: Arc<[u8]>,
}

/// What a picture costs about, in tokens: providers scale large ones down to about this.
const PICTURE_TOKENS: u64 = 1_600;

impl Request {
    /// A quick estimate of the input in tokens; the truth may be twice as much.
    pub fn rough_input(&self) -> u64 {
        let system = self.system.as_deref().map_or(0, tokens::rough);
        let turns: u64 = self.turns.iter().map(|turn| tokens::rough(&turn.text)).sum();
        system + turns + PICTURE_TOKENS * self.pictures.len() as u64
    }
}

/// One message of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// Who said it.
    pub role: Role,
    /// What was said.
    pub text: Arc<str>,
}

/// Who said something in a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A person.
    User,
    /// The model.
    Assistant,
}

/// One piece of what a provider streams.
#[derive(Debug, Clone, PartialEq)]
pub enum Frame {
    /// Text for the person.
    Text(String),
    /// The model thinks; there is nothing to show.
    Thinking,
    /// The model that says it answers.
    AnsweredBy(ModelName),
    /// The usage as far as it is reported by now; a later one replaces it.
    Usage(Usage),
    /// The stream's own end mark. A stream that closes without one was cut.
    End(StopReason),
}

/// Why a model stopped writing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopReason {
    /// It was done.
    Done,
    /// It reached the most tokens it may write.
    Length,
    /// The provider's filter stopped it.
    Filtered,
}

/// Why a provider gave no (further) answer.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{class:?}: {detail}")]
pub struct ProviderError {
    /// What kind of failure.
    pub class: ErrorClass,
    /// How long the provider asks us to wait.
    pub retry_after: Option<Duration>,
    /// For the log, never for chat: statuses and error words, no text of the provider's, no keys.
    pub detail: String,
}

/// The frames of one attempt.
pub type Frames = Pin<Box<dyn Stream<Item = Result<Frame, ProviderError>> + Send>>;

/// Someone who answers requests. Connecting happens while the stream is read.
pub trait Provider: Send + Sync {
    /// Starts one attempt. Dropping the stream ends it.
    fn stream(&self, request: &Request) -> Frames;
}
