//! What can be read off the text of a message: the type of the question and how hard it looks, the normal form and
//! keyed hash by which an exact repeat is known, a preview, and token counts.
//!
//! Pure functions over text: no I/O, no clock, no network, and nothing here keeps a prompt. What each type means, how
//! good the classifier is and how to train it again: `docs/prompts.md`.

mod classify;
mod complexity;
pub mod features;
mod hash;
mod normal;
mod preview;
pub mod tokens;
pub mod weights;
mod words;

pub use classify::{Classified, classify};
pub use hash::{PromptKey, hash, hash_digest};
pub use normal::normal_form;
pub use preview::preview;
