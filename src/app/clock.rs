//! The system clock: the one place where the time of day is read.

use std::time::Instant;

use chrono::Utc;

use crate::model::{Clock, Micros, Timestamp};

/// A clock that runs on from a chosen moment.
#[derive(Debug, Clone, Copy)]
pub struct RunningClock {
    start: Timestamp,
    since: Instant,
}

/// The time of day.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock;

impl RunningClock {
    /// A clock that shows `start` now.
    pub fn starting_at(start: Timestamp) -> Self {
        Self { start, since: Instant::now() }
    }
}

impl Clock for RunningClock {
    fn now(&self) -> Timestamp {
        self.start.plus(i64::try_from(Micros::from(self.since.elapsed()).0).unwrap_or(i64::MAX))
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Utc::now().into()
    }
}
