//! A few connections that only read, handed from one question to the next.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, Result};
use tokio::sync::{Semaphore, SemaphorePermit};

use super::question::Question;
use super::sqlite::Snapshot;
use super::sqlite::connect::{Seat, Source};
use super::sqlite::recalled::Recalled;
use super::sqlite::schema;

/// How many questions are answered at once; more wait for their turn.
const PLACES: usize = 4;

/// Connections that wait for a question.
pub(super) struct Readers {
    source: Source,
    idle: Mutex<Vec<Connection>>,
    places: Semaphore,
    /// The answers that are kept, where this process writes.
    recalled: Option<Arc<Recalled>>,
    /// Keeps a store in memory alive.
    _anchor: Option<Mutex<Connection>>,
}

impl Readers {
    /// Readers of one store. Connections are opened when they are needed.
    pub fn new(source: Source, recalled: Option<Arc<Recalled>>) -> Result<Self> {
        let anchor = matches!(source, Source::Memory(_)).then(|| source.reader().map(Mutex::new)).transpose()?;
        Ok(Self { source, idle: Mutex::default(), places: Semaphore::new(PLACES), recalled, _anchor: anchor })
    }

    /// The same, one of whose connections is open already.
    pub fn of_seat(Seat { source, db }: Seat) -> Result<Self> {
        let readers = Self::new(source, None)?;
        readers.idle().push(db);
        Ok(readers)
    }

    /// Readers of an empty store, in memory.
    pub fn of_nothing() -> std::result::Result<Self, rusqlite_migration::Error> {
        let source = Source::memory();
        let mut maker = source.writer()?;
        schema::MIGRATIONS.to_latest(&mut maker)?;
        Ok(Self::new(source, None)?)
    }

    /// Waits for a turn.
    pub async fn place(&self) -> Option<SemaphorePermit<'_>> {
        // The semaphore is never closed.
        self.places.acquire().await.ok()
    }

    /// The answer to a question, if it is kept.
    pub fn recall<Q: Question>(&self, question: &Q) -> Option<Q::Answer> {
        question.recall(&mut self.recalled.as_ref()?.answers())
    }

    /// Looks at the store through one consistent view.
    pub fn look<T>(&self, lost: u64, look: impl FnOnce(&Snapshot<'_>) -> Result<T>) -> Result<T> {
        let idle = self.idle().pop();
        let connection = match idle {
            Some(connection) => connection,
            None => self.source.reader()?,
        };
        let recall = self.recalled.as_ref().map(|recalled| recalled.recall());
        let answer = Snapshot::take(&connection, self.source.file(), lost, recall, look);
        // A connection that failed is closed instead of kept: the next question starts afresh.
        if answer.is_ok() {
            let mut idle = self.idle();
            if idle.len() < PLACES {
                idle.push(connection);
            }
        }
        answer
    }

    /// Closes the connections that nobody uses.
    pub fn rest(&self) {
        self.idle().clear();
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
