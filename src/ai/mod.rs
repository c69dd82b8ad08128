//! Asking AI models: providers, the interceptor that times them, the answering state machine, the pipeline, the
//! conversation. It formats nothing and knows no chat platform.

mod answering;
mod assistant;
pub mod attempts;
mod catalogue;
mod conversation;
mod guard;
pub mod interceptor;
pub mod ollama;
mod pipeline;
mod preferences;
pub mod provider;
mod providers;
mod simulated;
mod stops;

pub use answering::Retry;
pub use assistant::{Answering, Assistant, Parts};
pub use catalogue::Catalogue;
pub use conversation::{LastQuestion, Recalled};
pub use guard::{Guard, Refusal};
pub use pipeline::{Answered, Event, Question, Repeat, Row, Short};
pub use preferences::Preferences;
pub use providers::Providers;
pub use simulated::{Simulated, Speed, demo_models, models as simulated_models, speed_of as simulated_speed};
