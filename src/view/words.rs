//! The words for verdicts, types and outcomes.

use super::format::count;
use crate::analysis::slowest::Issue;
use crate::analysis::{ByClass, Level};
use crate::model::{Outcome, QueryType};

/// A type of question.
pub fn query_type(query_type: QueryType) -> &'static str {
    match query_type {
        QueryType::Code => "Code generation",
        QueryType::Question => "Question",
        QueryType::Chat => "Chat",
        QueryType::Reasoning => "Complex reasoning",
        QueryType::Creative => "Creative writing",
        QueryType::Other => "Other",
    }
}

/// What made a call slow.
pub fn issue(issue: Issue, of: QueryType) -> &'static str {
    match issue {
        Issue::NotEnoughData => "Not enough data",
        Issue::NoSingleCause => "No single cause",
        Issue::RetriesAndBackOff => "Retries and back-off",
        Issue::LargeContext => "Large context",
        Issue::LongOutput => "Long output",
        Issue::ComplexQuestionType => query_type(of),
        Issue::SlowFirstToken => "Slow first token",
    }
}

/// A level; `None` where nobody can tell.
pub fn level(level: Level) -> Option<&'static str> {
    match level {
        Level::NotEnoughData => None,
        Level::Low => Some("low"),
        Level::Medium => Some("medium"),
        Level::High => Some("high"),
    }
}

/// How a call ended, within a sentence: `rate limit`.
pub fn ended(outcome: Outcome) -> String {
    outcome.as_str().replace('_', " ")
}

/// How calls or attempts failed: `rate limit`, or `2 rate limit, 1 timeout`.
pub fn by_class(ByClass(classes): &ByClass) -> String {
    let words: Vec<String> = match classes.as_slice() {
        [(only, _)] => vec![ended(*only)],
        several => several.iter().map(|(class, n)| format!("{} {}", count(*n), ended(*class))).collect(),
    };
    words.join(", ")
}

/// How a call ended, as a label: `Rate limit`.
pub fn outcome(outcome: Outcome) -> String {
    let words = ended(outcome);
    let (first, rest) = words.split_at(1);
    first.to_uppercase() + rest
}
