//! Reports as they are, for scripts.

use serde::Serialize;

/// A report as one JSON object on one line.
pub fn json(report: &impl Serialize) -> String {
    serde_json::to_string(report).expect("reports are plain structs whose keys are text")
}
