//! Other people's call logs: reading them into calls, and writing calls out so that they can be read again.
//!
//! A file is opened ([`open`]), its rows are recognised by their columns or mapped by a person, and come out one at a
//! time as calls or as bad rows with a line and a reason. The store is not known here.

mod failure;
mod field;
mod formats;
mod input;
mod limits;
mod mapping;
mod number;
mod plan;
mod price;
mod read;
mod records;
mod row;
mod time;
mod write;

#[cfg(test)]
mod tests;

use std::io;
use std::path::PathBuf;

pub use field::Field;
pub use input::Progress;
pub use mapping::{Mapped, Mapping, did_you_mean};
pub use price::{fill_cost, price_of};
pub use read::{BadRow, Choice, Log, Pace, ReadOptions, open};
pub use time::{Clock, TimeUnit};
pub use write::{Layout, Writer};

/// Why a log cannot be read at all. Each is one sentence for people.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The file cannot be opened.
    #[error("cannot open {}: {}", path.display(), plainly(source))]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A directory was named.
    #[error("the path {} is a directory; name a CSV or JSONL file in it", path.display())]
    Directory {
        /// The directory.
        path: PathBuf,
    },
    /// There is nothing in it.
    #[error("the file {} is empty", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// There is a header and nothing below it.
    #[error("the file {} has no rows", path.display())]
    NoRows {
        /// The file.
        path: PathBuf,
    },
    /// It is no text.
    #[error("the file {} is not a text file; CSV and JSONL in UTF-8 are read, plain or gzip", path.display())]
    Binary {
        /// The file.
        path: PathBuf,
    },
    /// It is text in another encoding.
    #[error("the file {} is not UTF-8 (line {line}); convert it first, for instance with iconv -t utf-8", path.display())]
    NotUtf8 {
        /// The file.
        path: PathBuf,
        /// The first line that is not.
        line: usize,
    },
    /// None of the first rows can be read.
    #[error("no row of {} can be read: line {line} {reason}", path.display())]
    NoGoodRow {
        /// The file.
        path: PathBuf,
        /// The first bad line.
        line: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// It ends or breaks off in the middle.
    #[error("the file {} cannot be read to its end: {}", path.display(), plainly(source))]
    Broken {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is no log that is known, and nothing was mapped.
    #[error(
        "this is no log that is recognised; its columns are {}; say what they mean, for instance \
         --map timestamp=COLUMN,model=COLUMN,response_time=COLUMN:s,input_tokens=COLUMN,output_tokens=COLUMN",
        listed(columns)
    )]
    NoFormat {
        /// Its columns.
        columns: Vec<String>,
    },
    /// A column that was named is not there.
    #[error("there is no column {column:?}{}; the columns are {}", did_you_mean(column, columns.iter().map(String::as_str)), listed(columns))]
    NoColumn {
        /// The name.
        column: String,
        /// The columns there are.
        columns: Vec<String>,
    },
    /// No row would have a time.
    #[error(
        "nothing says when the calls were: map a column (--map timestamp=COLUMN) or give the rows times in file order \
         (--start 2026-01-01T00:00:00Z --every 1m); the columns are {}",
        listed(columns)
    )]
    NoTime {
        /// The columns there are.
        columns: Vec<String>,
    },
    /// An option makes no sense.
    #[error("{0}")]
    Option(String),
}

/// Columns named in one message; a file may have hundreds.
const LISTED: usize = 40;

fn listed(columns: &[String]) -> String {
    let mut text = columns.iter().take(LISTED).map(String::as_str).collect::<Vec<_>>().join(", ");
    if columns.len() > LISTED {
        text.push_str(&format!(" and {} more", columns.len() - LISTED));
    }
    text
}

/// The system's reason without its error number.
fn plainly(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".into(),
        io::ErrorKind::PermissionDenied => "reading it is not allowed".into(),
        io::ErrorKind::UnexpectedEof => "it breaks off in the middle (was it copied whole?)".into(),
        _ => error.to_string(),
    }
}
