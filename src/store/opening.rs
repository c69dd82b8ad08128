//! Opens a store: looks before it touches anything, then decides whether this process writes or only reads.

use std::error::Error;
use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::error::{OpenError, is_damage};
use super::files::folder_of;
use super::later::Later;
use super::lock::{self, Held, Lock};
use super::place::Place;
use super::readers::Readers;
use super::recorder::{Desk, Route};
use super::sqlite::connect::{self, Begun, Found, Source};
use super::sqlite::ledger::{Ledger, Settings};
use super::sqlite::schema;
use super::writer::Writer;
use super::{Inner, Store, StoreOptions, Want, copies, key};
use crate::prompt::PromptKey;

/// What only tests choose differently.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sizes {
    /// Places in the queue.
    pub queue: usize,
    /// Rows between two folds.
    pub fold_every: usize,
    /// How long to wait for another process that writes. Most of them only have a moment's work.
    pub patience: Duration,
}

impl Default for Sizes {
    fn default() -> Self {
        Self { queue: 4_096, fold_every: 1_024, patience: Duration::from_secs(2) }
    }
}

pub(super) fn open(path: &Path, options: StoreOptions, sizes: Sizes) -> Result<Store, OpenError> {
    let folder = folder_of(path);
    if !folder.is_dir() {
        return Err(OpenError::MissingFolder(folder.into()));
    }
    let hindrance = protected(path, folder);
    let source = match (options.want, &hindrance) {
        (Want::Look, None) => Source::Visited(path.into()),
        _ => Source::File(path.into()),
    };
    let found = connect::inspect(path, source)?;
    if options.want == Want::Look {
        let later = Later::new(path.into(), options, sizes);
        if hindrance.is_some() || !wants_work(&found) {
            return look(path, found, hindrance, later);
        }
        let is_outdated = is_outdated(&found);
        // Whoever is writing does the work anyway, so that nobody waits for them.
        return match write_if_free(path, found, options, Sizes { patience: Duration::ZERO, ..sizes }) {
            // What keeps the work from being done need not keep anybody from looking.
            Err(_) if !is_outdated => look(path, connect::inspect(path, Source::Visited(path.into()))?, None, later),
            done => done,
        };
    }
    match hindrance {
        None => write_if_free(path, found, options, sizes),
        Some(reason) if path.exists() => read_only(path, found, reason),
        Some(reason) => Err(OpenError::CannotCreate { path: path.into(), why: reason }),
    }
}

/// Whether a store has to be brought up to date, or holds calls that a crash interrupted: then even who only looks at it
/// writes first, if nobody else does.
fn wants_work(found: &Found) -> bool {
    is_outdated(found) || matches!(found, Found::Store { begun: Begun::Some, .. })
}

fn is_outdated(found: &Found) -> bool {
    matches!(found, Found::Store { schema, .. } if *schema != schema::VERSION)
}

/// Opens a store without a trace; `later` writes to it, unless there is a hindrance.
fn look(path: &Path, found: Found, hindrance: Option<String>, later: Later) -> Result<Store, OpenError> {
    let readers = match found {
        Found::Nothing => Readers::of_nothing().map_err(|error| failed(path, &error))?,
        Found::Store { schema: schema::VERSION, seat, .. } => {
            Readers::of_seat(seat).map_err(|error| failed(path, &error))?
        }
        Found::Store { .. } => {
            let reason = "this command only looks at it; a start of perfbot does it".into();
            return Err(OpenError::Outdated { path: path.into(), reason });
        }
    };
    let route = match hindrance {
        Some(reason) => Route::Nowhere { reason: reason.into() },
        None => Route::Later(Arc::new(later)),
    };
    Ok(Store { inner: Arc::new(Inner { readers, route, writer: Mutex::new(None) }) })
}

fn write_if_free(path: &Path, found: Found, options: StoreOptions, sizes: Sizes) -> Result<Store, OpenError> {
    match lock::wait(path, sizes.patience) {
        Ok(Lock::Held(lock)) => {
            drop(found);
            let key = key::of_store(path)?;
            write(Source::File(path.into()), path, Some(lock), settings(key, options, sizes), sizes)
        }
        Ok(Lock::Taken { by }) => {
            let who = by.map_or_else(|| "another process".into(), |pid| format!("another process ({pid})"));
            let reason = format!("{who} is writing to {}, so this one can only read", path.display());
            // Looked at again, because the other may have made the store or brought it up to date meanwhile.
            read_only(path, connect::inspect(path, Source::File(path.into()))?, reason)
        }
        Err(error) if matches!(found, Found::Nothing) => Err(cannot_create(path, &error)),
        Err(error) => {
            read_only(path, found, format!("the file {} cannot be locked for writing ({error})", path.display()))
        }
    }
}

pub(super) fn in_memory(options: StoreOptions, sizes: Sizes) -> Result<Store, OpenError> {
    let path = Path::new("memory");
    let key = key::random().map_err(|error| cannot_create(path, &error))?;
    write(Source::memory(), path, None, settings(key, options, sizes), sizes)
}

/// `path` is what errors call the store.
fn write(
    source: Source,
    path: &Path,
    lock: Option<Held>,
    settings: Settings,
    sizes: Sizes,
) -> Result<Store, OpenError> {
    let mut db = source.writer().map_err(|error| failed(path, &error))?;
    let key = settings.key.clone();
    let copy = source.file().map_or(Ok(None), |file| copies::before_update(&db, file))?;
    let desk = Arc::new(Desk::new(sizes.queue, key));
    let ledger = Ledger::open(&mut db, settings, Arc::clone(&desk.recalled)).map_err(|error| match &copy {
        Some(copy) if schema::version(&db).is_ok_and(|version| version < schema::VERSION) => {
            OpenError::NotUpdated { path: path.into(), copy: copy.clone(), why: short(&error) }
        }
        _ if is_of_damage(&error) => OpenError::Damaged(path.into()),
        _ => failed(path, &error),
    })?;
    copy.iter().for_each(|copy| copies::keep_only(copy, path));
    let place = Place::of(source.file());
    let recalled = Some(Arc::clone(&desk.recalled));
    let readers = Readers::new(source, recalled).map_err(|error| failed(path, &error))?;
    let writer = Writer::start(Arc::clone(&desk), (db, place), ledger, lock).map_err(|error| failed(path, &error))?;
    let inner = Inner { readers, route: Route::Writer(desk), writer: Mutex::new(Some(writer)) };
    Ok(Store { inner: Arc::new(inner) })
}

fn read_only(path: &Path, found: Found, reason: String) -> Result<Store, OpenError> {
    let seat = match found {
        Found::Store { schema: schema::VERSION, seat, .. } => seat,
        _ => return Err(OpenError::Outdated { path: path.into(), reason }),
    };
    let readers = Readers::of_seat(seat).map_err(|error| failed(path, &error))?;
    let inner = Inner { readers, route: Route::Nowhere { reason: reason.into() }, writer: Mutex::new(None) };
    Ok(Store { inner: Arc::new(inner) })
}

fn settings(key: PromptKey, options: StoreOptions, sizes: Sizes) -> Settings {
    Settings { key, privacy: options.privacy, retention: options.retention, fold_every: sizes.fold_every }
}

/// Why the file must not be written, if so. Its permissions count even for those whom they would not stop.
fn protected(path: &Path, folder: &Path) -> Option<String> {
    let marked = |path: &Path| fs::metadata(path).is_ok_and(|metadata| metadata.permissions().readonly());
    let unwritable = match OpenOptions::new().write(true).open(path) {
        Err(error) => matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem),
        Ok(_) => false,
    };
    if marked(path) || unwritable {
        return Some(format!("the file {} is read-only", path.display()));
    }
    marked(folder).then(|| format!("the folder {} is read-only", folder.display()))
}

/// What went wrong with an update, without the statements that did it.
fn short(error: &rusqlite_migration::Error) -> String {
    match error {
        rusqlite_migration::Error::RusqliteError { err: rusqlite::Error::SqlInputError { msg, .. }, .. } => msg.clone(),
        rusqlite_migration::Error::RusqliteError { err, .. } => err.to_string(),
        other => other.to_string(),
    }
}

fn is_of_damage(error: &rusqlite_migration::Error) -> bool {
    matches!(error, rusqlite_migration::Error::RusqliteError { err, .. } if is_damage(err))
}

fn failed(path: &Path, error: &dyn Error) -> OpenError {
    OpenError::Failed { path: path.into(), why: error.to_string() }
}

fn cannot_create(path: &Path, error: &io::Error) -> OpenError {
    OpenError::CannotCreate { path: path.into(), why: error.to_string() }
}
