//! The logs that are recognised by the names of their columns, one format a file.

mod burstgpt;
mod langfuse;
mod litellm;
pub mod perfbot;

use super::field::Field;
use super::row::Row;
use super::time::{Clock, TimeUnit};
use crate::model::{LoggedCall, Timestamp};

/// A kind of log, and how its columns become the fields of a call.
pub struct Format {
    /// Its name in `--format`.
    pub name: &'static str,
    /// The columns it is known by: one name of each group must be there, in any style of spelling.
    pub marks: &'static [&'static [&'static str]],
    /// Where each field comes from.
    pub rules: &'static [Rule],
    /// The rows that are calls; the others are left out.
    pub is_call: fn(&Row) -> bool,
    /// Reads a whole row, for the format whose rows are calls in full.
    pub whole: Option<ReadWhole>,
    /// The start that its times count from, unless a person knows better.
    pub epoch: Option<Timestamp>,
}

/// Reads all of a call from a row, or says what is wrong with it.
pub type ReadWhole = fn(&Row) -> Result<LoggedCall, String>;

/// Where one field comes from.
pub struct Rule {
    /// The field.
    pub field: Field,
    /// Its source.
    pub from: From,
    /// The unit of a time.
    pub unit: Option<TimeUnit>,
}

/// A source of a field in a known format.
#[derive(Clone, Copy)]
pub enum From {
    /// The first of these columns that holds a value.
    Any(&'static [&'static str]),
    /// Worked out from several columns.
    Derived(fn(&Row, &Clock) -> Option<String>),
}

impl Rule {
    const fn any(field: Field, columns: &'static [&'static str]) -> Self {
        Self { field, from: From::Any(columns), unit: None }
    }

    const fn seconds(field: Field, columns: &'static [&'static str]) -> Self {
        Self { field, from: From::Any(columns), unit: Some(TimeUnit::Seconds) }
    }

    /// A derived text; durations are in microseconds.
    const fn derived(field: Field, from: fn(&Row, &Clock) -> Option<String>) -> Self {
        Self { field, from: From::Derived(from), unit: Some(TimeUnit::Micros) }
    }
}

impl From {
    /// The text of the field in a row.
    pub fn text(self, row: &Row, clock: &Clock) -> Option<String> {
        match self {
            Self::Any(columns) => columns.iter().find_map(|column| row.text_alike(column)).map(Into::into),
            Self::Derived(derive) => derive(row, clock),
        }
    }
}

/// All formats, the most particular first.
pub const ALL: [&Format; 4] = [&perfbot::FORMAT, &litellm::FORMAT, &langfuse::FORMAT, &burstgpt::FORMAT];

/// The format with that name.
pub fn named(name: &str) -> Option<&'static Format> {
    ALL.into_iter().find(|format| format.name == name)
}

/// The format whose marks a file has.
pub fn recognised(has: impl Fn(&str) -> bool) -> Option<&'static Format> {
    ALL.into_iter().find(|format| format.marks.iter().all(|group| group.iter().any(|name| has(name))))
}

/// Microseconds between the times in two columns. A negative number stays one, so that the row is seen to be bad.
fn between(row: &Row, clock: &Clock, start: &str, end: &str) -> Option<String> {
    let at = |column| clock.read(&row.text_alike(column)?, None).ok();
    let (start, end) = (at(start)?, at(end)?);
    Some((end.0 - start.0).to_string())
}
