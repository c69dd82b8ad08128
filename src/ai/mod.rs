//! Asking AI models: providers, the interceptor that times them, the answering state machine, the pipeline, the
//! conversation. It formats nothing and knows no chat platform.

pub mod catalogue;
pub mod conversation;
pub mod guard;
pub mod preferences;
pub mod provider;
