//! How the rows of one file become calls: what a person said about its columns, over what its format is known to mean.

use super::field::Field;
use super::formats::{Format, From};
use super::mapping::{Mapped, Mapping};
use super::row::Row;
use super::time::{Clock, TimeUnit};
use super::{LogError, Pace, ReadOptions};
use crate::model::{Call, LoggedCall, NanoUsd, Outcome, Timestamp, UsageSource};

/// How rows become calls.
pub struct Plan {
    format: Option<&'static Format>,
    steps: Vec<Step>,
    clock: Clock,
    pace: Option<Pace>,
}

/// How one field of a call is had from a row.
struct Step {
    field: Field,
    source: Source,
    unit: Option<TimeUnit>,
    /// What stands where the source holds nothing.
    otherwise: Option<String>,
    /// Whether a row without this field is bad.
    required: bool,
}

enum Source {
    /// Columns, joined by `/`.
    Columns(Vec<String>),
    /// What the format knows.
    Format(From),
    /// No column.
    Nowhere,
}

/// The name of a model that no log tells.
const NO_MODEL: &str = "unknown";

impl Plan {
    /// Decides how to read a file of which `rows` are the first.
    ///
    /// # Errors
    /// A column that was named is not there, no format fits and nothing was mapped, or no row would have a time.
    pub fn new(options: &ReadOptions, format: Option<&'static Format>, rows: &[&Row]) -> Result<Self, LogError> {
        if format.is_none() && options.mapping.is_empty() {
            return Err(LogError::NoFormat { columns: columns(rows) });
        }
        let mut clock = options.clock;
        clock.epoch = clock.epoch.or(format.and_then(|format| format.epoch));
        check(&options.mapping.constants, &clock)?;
        let plan = Self { format, steps: steps(&options.mapping, format, rows)?, clock, pace: options.pace };
        let timed = plan.pace.is_some() || plan.is_whole() || plan.fills(Field::Timestamp);
        if !timed {
            return Err(LogError::NoTime { columns: columns(rows) });
        }
        if plan.pace.is_some() && options.mapping.names(Field::Timestamp) {
            let text = "--start gives rows their times in file order, so the field timestamp cannot be given too";
            return Err(LogError::Option(text.into()));
        }
        Ok(plan)
    }

    /// Whether the rows are whole calls that perfbot itself wrote.
    pub fn is_whole(&self) -> bool {
        self.format.is_some_and(|format| format.whole.is_some())
    }

    /// Whether times count from a start that nobody named.
    pub fn guesses_epoch(&self, options: &ReadOptions) -> bool {
        self.pace.is_none() && options.clock.epoch.is_none() && self.clock.epoch.is_some()
    }

    /// The call in the row with this number (from 0); `None` for a row that is no call.
    ///
    /// # Errors
    /// A reason for people why the row is bad.
    pub fn call(&self, row: &Row, number: u64) -> Result<Option<LoggedCall>, String> {
        if self.format.is_some_and(|format| !(format.is_call)(row)) {
            return Ok(None);
        }
        let mut logged = match self.format.and_then(|format| format.whole) {
            Some(read) => read(row)?,
            None => Call::new(Timestamp(0), NO_MODEL.into()).into(),
        };
        for step in &self.steps {
            step.fill(&mut logged, row, &self.clock)?;
        }
        if let Some(pace) = self.pace {
            logged.call.at = pace.at(number);
        }
        if !self.is_whole() {
            settle(&mut logged.call);
        }
        Ok(Some(logged))
    }

    fn fills(&self, field: Field) -> bool {
        self.steps.iter().any(|step| step.field == field)
    }
}

impl Step {
    fn fill(&self, logged: &mut LoggedCall, row: &Row, clock: &Clock) -> Result<(), String> {
        let found = match &self.source {
            Source::Columns(columns) => joined(row, columns),
            Source::Format(from) => from.text(row, clock),
            Source::Nowhere => None,
        };
        match found.as_ref().or(self.otherwise.as_ref()) {
            Some(text) => self.field.fill(logged, text, self.unit, clock),
            None if self.required => Err(format!("has no {}", self.field)),
            None => Ok(()),
        }
    }
}

fn joined(row: &Row, columns: &[String]) -> Option<String> {
    let parts: Vec<_> = columns.iter().filter_map(|column| row.text(column)).collect();
    (!parts.is_empty()).then(|| parts.join("/"))
}

/// Refuses values that no row could take, so that it is said once and not of each row.
fn check(constants: &[(Field, String)], clock: &Clock) -> Result<(), LogError> {
    let mut any = Call::new(Timestamp(0), NO_MODEL.into()).into();
    constants.iter().try_for_each(|(field, value)| {
        field.fill(&mut any, value, None, clock).map_err(|reason| LogError::Option(format!("--set: {reason}")))
    })
}

/// What follows from the other fields: where the usage comes from, and that a cost of zero was no price. Only an answer
/// from the answer cache truly costs nothing.
fn settle(call: &mut Call) {
    if call.usage.input.is_some() || call.usage.output.is_some() {
        call.usage.source = UsageSource::Reported;
    }
    if call.cost == Some(NanoUsd::ZERO) && call.outcome != Outcome::Cached {
        call.cost = None;
    }
}

fn steps(mapping: &Mapping, format: Option<&'static Format>, rows: &[&Row]) -> Result<Vec<Step>, LogError> {
    let mut steps = Vec::new();
    let known = format.map(|format| format.rules).unwrap_or_default();
    for rule in known.iter().filter(|rule| !mapping.names(rule.field)) {
        let required = rule.field == Field::Timestamp;
        steps.push(Step {
            field: rule.field,
            source: Source::Format(rule.from),
            unit: rule.unit,
            otherwise: None,
            required,
        });
    }
    for Mapped { field, column, unit } in &mapping.columns {
        let source = Source::Columns(resolved(column, rows)?);
        let otherwise = mapping.constants.iter().find(|(set, _)| set == field).map(|(_, value)| value.clone());
        let required = matches!(field, Field::Timestamp | Field::Model);
        steps.push(Step { field: *field, source, unit: *unit, otherwise, required });
    }
    for (field, value) in &mapping.constants {
        if !mapping.columns.iter().any(|mapped| mapped.field == *field) {
            steps.push(constant(*field, value.clone()));
        }
    }
    Ok(steps)
}

fn constant(field: Field, value: String) -> Step {
    Step { field, source: Source::Nowhere, unit: None, otherwise: Some(value), required: false }
}

/// The columns that a person means: one whose name has a plus in it, or several joined by plus.
fn resolved(column: &str, rows: &[&Row]) -> Result<Vec<String>, LogError> {
    let is_there = |name: &str| rows.iter().any(|row| row.has(name));
    if is_there(column) {
        return Ok(vec![column.to_owned()]);
    }
    let parts: Vec<String> = column.split('+').map(|part| part.trim().to_owned()).collect();
    match parts.iter().find(|part| !is_there(part)) {
        None => Ok(parts),
        Some(missing) => Err(LogError::NoColumn { column: missing.clone(), columns: columns(rows) }),
    }
}

/// The columns of a file, in the order they first occur.
fn columns(rows: &[&Row]) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for row in rows.iter().take(100) {
        for name in row.columns() {
            if !all.contains(&name) {
                all.push(name);
            }
        }
    }
    all
}
