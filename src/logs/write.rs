//! Writing calls out, as CSV or JSONL, so that reading them again gives equal calls.

use std::io::{self, Write};

use serde_json::{Map, Value};

use super::formats::perfbot::COLUMNS;
use super::row::guarded;
use crate::model::StoredCall;

/// How an export is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// A header, and a row a call.
    Csv,
    /// A JSON object a line.
    Jsonl,
}

/// Writes calls one after the other. Previews of prompts are never written.
pub struct Writer<W: Write> {
    to: Sink<W>,
}

enum Sink<W: Write> {
    Csv(Box<csv::Writer<W>>),
    Jsonl(W),
}

impl<W: Write> Writer<W> {
    /// A writer to `to`; CSV gets its header at once.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn new(to: W, layout: Layout) -> io::Result<Self> {
        let to = match layout {
            Layout::Jsonl => Sink::Jsonl(to),
            Layout::Csv => {
                let mut csv = csv::Writer::from_writer(to);
                csv.write_record(COLUMNS.iter().map(|column| column.name))?;
                Sink::Csv(Box::new(csv))
            }
        };
        Ok(Self { to })
    }

    /// Writes one call.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&mut self, stored: &StoredCall) -> io::Result<()> {
        match &mut self.to {
            Sink::Csv(csv) => Ok(csv.write_record(COLUMNS.iter().map(|column| cell(&(column.get)(stored))))?),
            Sink::Jsonl(to) => {
                let object: Map<String, Value> =
                    COLUMNS.iter().map(|column| (column.name.to_owned(), (column.get)(stored))).collect();
                serde_json::to_writer(&mut *to, &object)?;
                to.write_all(b"\n")
            }
        }
    }

    /// Writes what is still held back and returns what was written to.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn finish(self) -> io::Result<W> {
        match self.to {
            Sink::Csv(csv) => csv.into_inner().map_err(|error| error.into_error()),
            Sink::Jsonl(mut to) => to.flush().map(|()| to),
        }
    }
}

/// The unknown is an empty cell.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => guarded(text).into_owned(),
        other => other.to_string(),
    }
}
