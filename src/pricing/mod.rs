//! Prices: the dated price table, a provider's usage in one accounting style, and what a call costs.
//!
//! Pure: it reads no clock, no file and no network, and knows no chat words. The table is part of the program
//! (`prices.toml`); `docs/prices.md` explains it and the formula. What cannot be priced is `None`, never zero.

mod cost;
mod entry;
mod name;
mod table;
mod usage;

pub use cost::{ceiling, cost};
pub use entry::{Entry, Price, TableError};
pub use table::PriceTable;
pub use usage::UsageReader;
