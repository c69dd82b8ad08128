//! How many calls failed a person, and how.

use std::cmp::Reverse;

use serde::{Serialize, Serializer};

use super::share::share;
use crate::model::{Cell, ErrorClass, Outcome};

/// Calls that failed a person: no answer came, or it broke off by itself. Stopped answers are no errors.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Errors {
    /// How many failed.
    pub total: u64,
    /// Their share of all calls.
    pub rate: Option<f64>,
    /// How they failed.
    pub by_class: ByClass,
}

/// Failures by how they failed, most first; classes without one are left out. As JSON an object of word → count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ByClass(pub Vec<(Outcome, u64)>);

impl ByClass {
    /// Failures of these classes.
    pub fn of(classes: impl IntoIterator<Item = ErrorClass>) -> Self {
        let mut counts = [0; ErrorClass::ALL.len()];
        classes.into_iter().for_each(|class| counts[class as usize] += 1);
        Self::most_first(ErrorClass::ALL.map(Outcome::Error).into_iter().zip(counts))
    }

    fn most_first(counts: impl Iterator<Item = (Outcome, u64)>) -> Self {
        let mut counts: Vec<_> = counts.filter(|(_, n)| *n > 0).collect();
        counts.sort_by_key(|(_, n)| Reverse(*n));
        Self(counts)
    }
}

impl Serialize for ByClass {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(self.0.iter().map(|(outcome, n)| (outcome.as_str(), n)))
    }
}

impl From<&Cell> for Errors {
    fn from(cell: &Cell) -> Self {
        let failures = Outcome::ALL.into_iter().filter(|outcome| outcome.is_failure());
        let by_class = ByClass::most_first(failures.map(|outcome| (outcome, cell.count(outcome))));
        let total = cell.failures();
        Self { total, rate: share(total, cell.calls()), by_class }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_add_up_to_the_total_and_stopped_is_none() {
        let mut cell = Cell::default();
        for (word, n) in [("ok", 90), ("stopped", 2), ("cut", 1), ("timeout", 2), ("rate_limit", 5)] {
            cell.by_outcome[Outcome::from_word(word).unwrap().code()] = n;
        }
        let json = serde_json::to_string(&Errors::from(&cell)).unwrap();
        assert_eq!(json, r#"{"total":8,"rate":0.08,"by_class":{"rate_limit":5,"timeout":2,"cut":1}}"#);
    }

    #[test]
    fn without_calls_the_rate_is_unknown() {
        let json = serde_json::to_string(&Errors::from(&Cell::default())).unwrap();
        assert_eq!(json, r#"{"total":0,"rate":null,"by_class":{}}"#);
    }
}
