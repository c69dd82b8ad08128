//! How well the store can be written, as a value that can be watched.

use super::error::StoreError;

/// How well the store can be written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Health {
    /// Why nothing can be written just now. Calls wait in memory meanwhile, as many as there is room for, and are written
    /// as soon as that is over.
    pub trouble: Option<StoreError>,
    /// How many calls this process has lost so far.
    pub lost: u64,
}
