//! The record of what was asked, for tests that care about more than what people see: that a request was made, what was in
//! it, and how it ended.

use std::fmt;
use std::time::Instant;

use serde_json::Value;

use super::routes::Route;

/// A request as it came, and what became of it.
#[derive(Debug, Clone)]
pub struct Request {
    /// `None` for what the fake does not know.
    pub route: Option<Route>,
    pub method: String,
    /// Without `/api/v10` and without the query.
    pub path: String,
    pub query: Vec<(String, String)>,
    /// The JSON body; null where there was none.
    pub body: Value,
    /// Names and sizes of the files that came along.
    pub files: Vec<(String, usize)>,
    /// When all of it was there.
    pub at: Instant,
    /// `None` while it is not answered, and where the connection broke.
    pub status: Option<u16>,
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)?;
        match self.status {
            Some(status) => write!(f, " → {status}"),
            None => write!(f, " → no answer"),
        }
    }
}
