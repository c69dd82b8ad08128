//! All of some work on the file, or none of it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use rusqlite::{Connection, Error, Result};

/// Does all of the work, or none of it. Work that panics has failed like any other: the panic itself has been said where
/// it happened, and one row that makes us panic must not take all later rows with it.
pub(in crate::store) fn all_or_nothing<T>(db: &Connection, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
    db.execute_batch("BEGIN IMMEDIATE")?;
    let done = unpanicked(|| {
        let done = work(db)?;
        db.execute_batch("COMMIT").map(|()| done)
    });
    if done.is_err() {
        // Some failures have rolled back already; then there is nothing left to undo.
        let _ = db.execute_batch("ROLLBACK");
    }
    done
}

/// What came of some work; a panic is a failure.
pub(in crate::store) fn unpanicked<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(panicked()))
}

fn panicked() -> Error {
    Error::ToSqlConversionFailure("it could not be worked out".into())
}

/// Whether the same work may well succeed a little later.
pub(in crate::store) fn may_pass(error: &Error) -> bool {
    use rusqlite::ErrorCode::{
        CannotOpen, DatabaseBusy, DatabaseLocked, DiskFull, OutOfMemory, ReadOnly, SystemIoFailure,
    };
    let passing = [DatabaseBusy, DatabaseLocked, DiskFull, SystemIoFailure, CannotOpen, OutOfMemory, ReadOnly];
    error.sqlite_error_code().is_some_and(|code| passing.contains(&code))
}
