//! Reading a log: a file in, one call after the other out. Whatever its size, only a few rows are in memory.

use std::collections::VecDeque;
use std::io;
use std::path::{Path, PathBuf};

use super::formats::{self, Format};
use super::input::{self, Progress};
use super::mapping::Mapping;
use super::plan::Plan;
use super::records::{Record, Records};
use super::row::Row;
use super::time::Clock;
use super::{LogError, did_you_mean};
use crate::model::{LoggedCall, Timestamp};

/// What a person says about a log.
#[derive(Debug, Clone, Default)]
pub struct ReadOptions {
    /// Where fields come from.
    pub mapping: Mapping,
    /// How times are to be understood.
    pub clock: Clock,
    /// The times of rows that have none.
    pub pace: Option<Pace>,
    /// What kind of log it is.
    pub format: Choice,
}

/// Times for rows that have none: one after the other, in file order.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// The time of the first row.
    pub start: Timestamp,
    /// Microseconds from one row to the next.
    pub every: i64,
}

impl Pace {
    /// The time of the row with this number, from 0.
    pub fn at(self, number: u64) -> Timestamp {
        self.start.plus(i64::try_from(number).unwrap_or(i64::MAX).saturating_mul(self.every))
    }
}

/// What kind of log a file is taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Choice {
    /// What its columns say.
    #[default]
    Auto,
    /// Plain CSV or JSON, as mapped; nothing is recognised.
    Csv,
    /// Plain JSON, as mapped; nothing is recognised.
    Json,
    /// The known format with this name.
    Known(&'static str),
}

impl Choice {
    /// The words for `--format`.
    pub const WORDS: [&str; 7] = ["auto", "perfbot", "litellm", "langfuse", "burstgpt", "csv", "jsonl"];

    /// The choice with that word.
    ///
    /// # Errors
    /// A sentence that lists the words.
    pub fn from_word(word: &str) -> Result<Self, LogError> {
        match word {
            "auto" => Ok(Self::Auto),
            "csv" => Ok(Self::Csv),
            "jsonl" => Ok(Self::Json),
            _ => formats::named(word).map(|format| Self::Known(format.name)).ok_or_else(|| {
                let near = did_you_mean(word, Self::WORDS);
                LogError::Option(format!("use one of {}{near}", Self::WORDS.join(", ")))
            }),
        }
    }
}

/// A row that could not become a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRow {
    /// The line it starts on, counted from 1.
    pub line: u64,
    /// Why.
    pub reason: String,
}

/// A log that is being read: an iterator over its rows. An error ends it.
pub struct Log {
    path: PathBuf,
    records: Records,
    peeked: VecDeque<Record>,
    plan: Plan,
    progress: Progress,
    number: u64,
    left_out: u64,
    notice: Option<&'static str>,
}

/// Rows that are looked at before the first is handed out: JSON objects need not all have the same keys.
const PEEKED: usize = 1_000;

const NO_EPOCH: &str = "its times count from a start that it does not name: 1970-01-01 is taken; --epoch with the true start puts them right";

/// Opens a log and decides how to read it.
///
/// # Errors
/// The file cannot be read, holds no rows, or it is not clear what its columns mean.
pub fn open(path: &Path, options: &ReadOptions) -> Result<Log, LogError> {
    let input = input::open(path)?;
    let broken = |source| LogError::Broken { path: path.into(), source };
    let mut records = match options.format {
        Choice::Csv => Records::csv(input.text, &input.head),
        Choice::Json => Ok(Records::json(input.text, &input.head)),
        Choice::Auto | Choice::Known(_) => Records::sniffed(input.text, &input.head),
    }
    .map_err(broken)?;
    let peeked = records.by_ref().take(PEEKED).collect::<io::Result<VecDeque<_>>>().map_err(broken)?;
    let rows: Vec<&Row> = peeked.iter().filter_map(|record| record.row.as_ref().ok()).collect();
    if rows.is_empty() {
        return Err(no_rows(path, &peeked));
    }
    let plan = Plan::new(options, format(options.format, &rows), &rows)?;
    let notice = plan.guesses_epoch(options).then_some(NO_EPOCH);
    Ok(Log { path: path.into(), records, peeked, plan, progress: input.progress, number: 0, left_out: 0, notice })
}

fn format(choice: Choice, rows: &[&Row]) -> Option<&'static Format> {
    match choice {
        Choice::Auto => formats::recognised(|name| rows.iter().any(|row| row.has_alike(name))),
        Choice::Known(name) => formats::named(name),
        Choice::Csv | Choice::Json => None,
    }
}

fn no_rows(path: &Path, peeked: &VecDeque<Record>) -> LogError {
    match peeked.front() {
        Some(Record { line, row: Err(reason) }) => {
            LogError::NoGoodRow { path: path.into(), line: *line, reason: reason.clone() }
        }
        _ => LogError::NoRows { path: path.into() },
    }
}

impl Log {
    /// How far the file has been read.
    pub fn progress(&self) -> &Progress {
        &self.progress
    }

    /// Rows so far that are no calls (spans and events of a trace).
    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    /// Whether costs stand as they are, unknown ones too: an export must come back as it was.
    pub fn has_final_costs(&self) -> bool {
        self.plan.is_whole()
    }

    /// What a person should know about how this file is read.
    pub fn notice(&self) -> Option<&'static str> {
        self.notice
    }
}

impl Iterator for Log {
    type Item = Result<Result<LoggedCall, BadRow>, LogError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let Record { line, row } = match self.peeked.pop_front() {
                Some(record) => record,
                None => match self.records.next()? {
                    Ok(record) => record,
                    Err(source) => return Some(Err(LogError::Broken { path: self.path.clone(), source })),
                },
            };
            let number = self.number;
            self.number += 1;
            match row.and_then(|row| self.plan.call(&row, number)) {
                Ok(Some(logged)) => return Some(Ok(Ok(logged))),
                Ok(None) => self.left_out += 1,
                Err(reason) => return Some(Ok(Err(BadRow { line, reason }))),
            }
        }
    }
}
