//! What can go wrong with the store, each as one clear sentence.

use std::path::PathBuf;
use std::sync::Arc;

use rusqlite::ffi;

/// Why a store could not be opened. The file is as it was before.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The folder that should hold the file is not there.
    #[error("the folder {} does not exist: make it, or name another file with --db", .0.display())]
    MissingFolder(PathBuf),
    /// A new file could not be made.
    #[error("the file {} cannot be created ({why}): name a file in a folder that can be written with --db", path.display())]
    CannotCreate {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        why: String,
    },
    /// The file could not be read at all.
    #[error("the file {} cannot be read ({why})", path.display())]
    CannotRead {
        /// The file.
        path: PathBuf,
        /// What the operating system or SQLite says.
        why: String,
    },
    /// Some other kind of file.
    #[error("the file {} is not a perfbot store: it was left untouched; name another file with --db", .0.display())]
    NotAStore(PathBuf),
    /// A directory, a device or the like.
    #[error("the path {} is no file, and a store is one: name another with --db", .0.display())]
    NoFile(PathBuf),
    /// A store whose file is broken.
    #[error(
        "the file {} is damaged: it was left untouched; move it away together with its -wal and -shm, put a copy in its place, or rescue what can still be read \
         with `sqlite3 {} .recover | sqlite3 rescued.db`, or name another file with --db", .0.display(), .0.display()
    )]
    Damaged(PathBuf),
    /// The file was written by a newer version.
    #[error("the file {} was written by a newer perfbot (schema {found}; this one knows up to {known}): update perfbot", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its schema.
        found: u32,
        /// The newest schema known here.
        known: u32,
    },
    /// An older or empty store that this process may not bring up to date.
    #[error("the file {} has to be brought up to date first, and cannot be: {reason}", path.display())]
    Outdated {
        /// The file.
        path: PathBuf,
        /// Why it may not be written.
        reason: String,
    },
    /// A store that has to be brought up to date, of which no copy could be made first.
    #[error(
        "{} has to be brought up to date, and no copy of it could be made before ({why}): it was left as it is; \
         make room beside it", path.display()
    )]
    NoCopy {
        /// The file.
        path: PathBuf,
        /// What the operating system or SQLite says.
        why: String,
    },
    /// A store that could not be brought up to date.
    #[error(
        "{} could not be brought up to date ({why}): it is as it was, the perfbot before this one can go on with it, \
         and {} is a copy of it", path.display(), copy.display()
    )]
    NotUpdated {
        /// The file.
        path: PathBuf,
        /// The copy that was made before.
        copy: PathBuf,
        /// What SQLite says.
        why: String,
    },
    /// The file with the key of the prompt hashes is unusable.
    #[error("the key file {} cannot be used ({why}): it should hold 32 bytes", path.display())]
    Key {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// Anything else.
    #[error("the file {} could not be opened ({why})", path.display())]
    Failed {
        /// The file.
        path: PathBuf,
        /// What the operating system or SQLite says.
        why: String,
    },
}

/// Why a question or a change failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// This process may only read.
    #[error("{reason}")]
    ReadOnly {
        /// Why, as a sentence.
        reason: Arc<str>,
    },
    /// Another program holds the file.
    #[error("another program has locked the store: try again in a moment")]
    Busy,
    /// There is no room left.
    #[error("the disk that holds the store is full: make room and try again")]
    Full,
    /// The disk takes nothing, although there may be room.
    #[error("the disk that holds the store cannot be written just now ({0})")]
    Unwritable(Arc<str>),
    /// The file is no longer where it was.
    #[error("the store's file was moved or deleted: put it back, or restart perfbot to begin a new one")]
    Moved,
    /// What should be erased is in a copy that cannot be deleted.
    #[error("a copy of the store from before an update could not be deleted ({0}): nothing was erased")]
    CopyLeft(Arc<str>),
    /// The file is broken.
    #[error("the store's file is damaged: `perfbot doctor` says more")]
    Damaged,
    /// The store was closed.
    #[error("the store is closed")]
    Closed,
    /// An earlier part of this import failed, so the rest cannot be told from what is there.
    #[error("an earlier part of this import failed: import the file again, only what is missing will be added")]
    ImportBroken,
    /// Anything else.
    #[error("the store failed ({0})")]
    Failed(Arc<str>),
}

/// Why a row will never be in the store.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Lost {
    /// The queue was full for too long.
    #[error("the store did not keep up: the measurement of this call was lost")]
    QueueFull,
    /// The database would not take it.
    #[error("the store could not be written: the measurement of this call was lost")]
    NotWritten,
    /// The store is closed.
    #[error("the store is closed: this call was not measured")]
    Closed,
    /// This process may only read.
    #[error("{reason}")]
    ReadOnly {
        /// Why, as a sentence.
        reason: Arc<str>,
    },
}

impl From<&rusqlite::Error> for StoreError {
    fn from(error: &rusqlite::Error) -> Self {
        use rusqlite::ErrorCode::{CannotOpen, DatabaseBusy, DatabaseLocked, DiskFull, ReadOnly, SystemIoFailure};
        if error.sqlite_error().is_some_and(|error| error.extended_code == ffi::SQLITE_READONLY_DBMOVED) {
            return Self::Moved;
        }
        match error.sqlite_error_code() {
            Some(CannotOpen | ReadOnly | SystemIoFailure) => Self::Unwritable(error.to_string().into()),
            Some(DatabaseBusy | DatabaseLocked) => Self::Busy,
            Some(DiskFull) => Self::Full,
            _ if is_damage(error) => Self::Damaged,
            _ => Self::Failed(error.to_string().into()),
        }
    }
}

/// Whether a file does not hold what a store holds: its pages are no pages, or what stands in them is out of all range.
pub(super) fn is_damage(error: &rusqlite::Error) -> bool {
    use rusqlite::Error::{FromSqlConversionFailure, IntegralValueOutOfRange, InvalidColumnType, Utf8Error};
    use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
    let pages = matches!(error.sqlite_error_code(), Some(DatabaseCorrupt | NotADatabase));
    pages
        || matches!(
            error,
            FromSqlConversionFailure(..) | IntegralValueOutOfRange(..) | InvalidColumnType(..) | Utf8Error(..)
        )
}
