//! What could be quicker or cheaper: rules that find what takes time or money without need, and levers that would cure it.
//!
//! One rule a file in [`bottleneck`], one lever a file in [`lever`]. What a lever saves is never guessed: logged calls are
//! replayed through it. Pure: it asks no store, reads no clock and has no words for people. Formulas and limits stand
//! in `docs/analysis.md`.

pub mod bottleneck;
pub mod lever;
mod log;
mod outlook;
mod replay;
mod world;

pub use bottleneck::Basis;
pub use log::Glimpse;
pub use outlook::Outlook;
pub use replay::{Estimate, Saved, Saving};
pub use world::{Offer, World};
