//! What is wrong with the settings, and where: one sentence that a person can act on. It never holds a value that was
//! set, since that might be a secret.

use std::fmt;

/// A mistake in the settings.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {fault}")]
pub struct ConfigError {
    /// Where it is.
    pub place: Place,
    /// What is wrong, and what would be right.
    pub fault: String,
}

/// Where something was set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A file as a whole.
    File(String),
    /// A line of a file, counted from 1.
    Line(String, usize),
    /// A character of a file: its line and column, counted from 1.
    Column(String, usize, usize),
    /// A variable of the environment.
    Variable(String),
}

impl Place {
    /// A mistake here.
    pub fn fault(&self, fault: impl Into<String>) -> ConfigError {
        ConfigError { place: self.clone(), fault: fault.into() }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(file) => f.write_str(file),
            Self::Line(file, line) => write!(f, "{file} line {line}"),
            Self::Column(file, line, column) => write!(f, "{file} line {line}, column {column}"),
            Self::Variable(name) => f.write_str(name),
        }
    }
}
