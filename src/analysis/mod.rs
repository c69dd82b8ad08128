//! Counts, sums and rows in, reports out. Pure: it asks no store, reads no clock and has no words for people.
//!
//! A report is a plain struct that carries its n, its window and its coverage; serialised, it is what `--json` shows. A
//! figure that is not known is `None`, and too little data is a variant of a verdict, never an error. The formula and
//! the limits of every figure stand in `docs/analysis.md`.

pub mod baseline;
pub mod compare;
mod contrast;
pub mod cost;
pub mod diff;
pub mod distribution;
mod errors;
pub mod forecast;
pub mod heatmap;
pub mod history;
mod hours;
mod latency;
pub mod latency_model;
#[cfg(test)]
mod laws;
mod level;
pub mod model_report;
pub mod report;
mod share;
mod slope;
pub mod slowest;
pub mod statistics;
pub mod stats;
pub mod why;

pub use errors::{ByClass, Errors};
pub use hours::BusyHour;
pub use latency::{Latency, P95_FROM, P99_FROM};
pub use level::{LEVEL_FROM, Level};
