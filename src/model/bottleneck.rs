//! What was found to take time or money without need, as it is kept.

use super::Timestamp;

/// A finding, as it is written down.
#[derive(Debug, Clone, PartialEq)]
pub struct Bottleneck {
    /// The word for what it is.
    pub issue: String,
    /// Which model or provider it is about; empty if all.
    pub subject: String,
    /// Milliseconds of a call that it touches.
    pub impact_ms: Option<f64>,
    /// How many calls in a hundred it touches.
    pub frequency_percent: f64,
    /// What should be done about it.
    pub recommendation: String,
}

/// When something was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptBottleneck {
    /// The word for what it is.
    pub issue: String,
    /// Which model or provider it is about; empty if all.
    pub subject: String,
    /// The first time.
    pub first_seen: Timestamp,
    /// The last time.
    pub last_seen: Timestamp,
}
