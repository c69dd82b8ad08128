//! What people see: reports become blocks, blocks become text. Pure; it knows neither the store nor the pipeline.

mod block;

pub use block::{Block, Figure};
