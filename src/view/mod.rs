//! What people see: reports become blocks, blocks become text. Pure; it knows neither the store nor the pipeline.

mod aligned;
pub mod baseline;
mod block;
pub mod bottlenecks;
pub mod chart;
pub mod compare;
pub mod cost;
pub mod defuse;
pub mod diff;
pub mod discord;
mod document;
mod fence;
mod fonts;
pub mod forecast;
pub mod format;
mod frame;
pub mod heatmap;
pub mod history;
pub mod model_report;
pub mod monitor;
mod painted;
mod painter;
pub mod plain;
mod price;
pub mod report;
mod sentence;
pub mod slowest;
pub mod split;
mod spreadsheet;
pub mod stats;
#[cfg(test)]
mod testing;
pub mod why;
mod words;

pub use block::{Block, Figure, File, with};
pub use chart::Chart;
pub use document::{Document, Section};
pub use frame::{Frame, WindowTitle};
pub use painted::{painted, printed};
pub use painter::{Fonts, Painter, Unpainted};
pub use price::{in_and_out, input_usd_per_million, output_usd_per_million, price};
pub use sentence::sentence;
pub use spreadsheet::csv;
