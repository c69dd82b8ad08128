//! Figures that were fixed as what is usual, with the ranges that are acceptable.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{ModelName, Timestamp, Window};

/// A named set of figures of a window, and when it was fixed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Baseline {
    /// Its name.
    pub name: String,
    /// When it was fixed.
    pub set_at: Timestamp,
    /// Which time it rests on.
    pub window: Window,
    /// All calls of that time.
    pub n: u64,
    /// Mean response time of calls that ended ok, in milliseconds.
    pub response_time_ms: Option<Usual>,
    /// The same by model.
    pub models: BTreeMap<ModelName, Usual>,
    /// Mean known cost of a call, in dollars.
    pub cost_per_call_usd: Option<Usual>,
    /// Share of input that came from the prompt cache.
    pub cache_hit_rate: Option<Usual>,
    /// Share of calls that failed.
    pub error_rate: Option<Usual>,
}

/// A figure, and between which values it is acceptable.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Usual {
    /// What it was.
    pub value: f64,
    /// On how many calls (or tokens) it rests.
    pub n: u64,
    /// The least that is acceptable.
    pub low: f64,
    /// The most that is acceptable.
    pub high: f64,
}

impl Usual {
    /// Whether a value is acceptable.
    pub fn accepts(&self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }
}
