//! Copies of a store's file from before an update changed its schema, so that an update that fails, or is regretted, costs
//! nothing. One at most is kept, beside the store; whoever is forgotten takes it with them.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use rusqlite::Connection;

use super::error::OpenError;
use super::files::{folder_of, sync_name_of};
use super::sqlite::schema;
use crate::model::Timestamp;

/// Copies the file of a store that is about to be brought up to date, and says where the copy is; `None` if there is
/// nothing to bring up to date.
pub(super) fn before_update(db: &Connection, store: &Path) -> Result<Option<PathBuf>, OpenError> {
    let no_copy = |why: String| OpenError::NoCopy { path: store.into(), why };
    let schema = schema::version(db).map_err(|error| no_copy(error.to_string()))?;
    if schema == 0 || schema >= schema::VERSION {
        return Ok(None);
    }
    let copy = beside(store, &format!("{MARK}{schema}"));
    make(db, store, &copy).map_err(no_copy)?;
    tracing::info!(copy = %copy.display(), schema, "the store is brought up to date; this is a copy of it as it was");
    Ok(Some(copy))
}

/// The copies of a store that lie beside it, from before an update.
///
/// # Errors
/// The folder cannot be read.
pub fn copies_of(store: &Path) -> io::Result<Vec<PathBuf>> {
    let mark = beside(store, MARK);
    let (folder, Some(mark)) = (folder_of(store), mark.file_name()) else { return Ok(Vec::new()) };
    let names = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.file_name()));
    // Whole or not, and with what SQLite may have left beside them.
    let is_copy = |name: &OsString| name.as_encoded_bytes().starts_with(mark.as_encoded_bytes());
    names.filter(|name| name.as_ref().map_or(true, is_copy)).map(|name| name.map(|name| folder.join(name))).collect()
}

/// Deletes all copies but one, which is of the present store.
pub(super) fn keep_only(copy: &Path, store: &Path) {
    let others = copies_of(store).map(|all| all.into_iter().filter(|other| other != copy).collect());
    if let Err(error) = others.and_then(delete) {
        tracing::warn!("an older copy of the store could not be deleted ({error})");
    }
}

/// Deletes all copies: what is erased from a store must not live on in them.
///
/// # Errors
/// One is still there.
pub(super) fn delete_all(store: &Path) -> io::Result<()> {
    copies_of(store).and_then(delete)
}

/// Deletes copies that have been of use long enough: they hold what has meanwhile been taken out of the store.
///
/// # Errors
/// One is still there.
pub(super) fn delete_old(store: &Path, now: Timestamp) -> io::Result<()> {
    let is_old = |copy: &PathBuf| made(copy).is_some_and(|made| made.plus(KEPT) <= now);
    delete(copies_of(store)?.into_iter().filter(is_old).collect())
}

/// When a copy was made, if that is known.
fn made(copy: &Path) -> Option<Timestamp> {
    let since_1970 = fs::metadata(copy).ok()?.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    i64::try_from(since_1970.as_micros()).ok().map(Timestamp)
}

/// How long a copy is kept, in microseconds: long enough to regret an update.
const KEPT: i64 = 30 * Timestamp::DAY;

/// What stands between the name of a store and the schema of a copy.
const MARK: &str = ".before-";

/// What a copy is called until it is whole.
const UNFINISHED: &str = ".before-unfinished";

fn delete(copies: Vec<PathBuf>) -> io::Result<()> {
    copies.into_iter().try_for_each(fs::remove_file)
}

/// Makes a copy under another name first: what is called a copy is a whole one.
fn make(db: &Connection, store: &Path, copy: &Path) -> Result<(), String> {
    let unfinished = beside(store, UNFINISHED);
    // There is one only if an earlier copy was cut off.
    _ = fs::remove_file(&unfinished);
    let needed = fs::metadata(store).map_or(0, |file| file.len());
    if let Some(free) = free_beside(store).filter(|free| *free < needed) {
        return Err(format!("it takes {} MB and {} MB are free", needed.div_ceil(MB), free / MB));
    }
    let made =
        vacuum_into(db, &unfinished).and_then(|()| finish(&unfinished, store, copy).map_err(|error| error.to_string()));
    if made.is_err() {
        _ = fs::remove_file(&unfinished);
    }
    made
}

const MB: u64 = 1_000_000;

fn vacuum_into(db: &Connection, path: &Path) -> Result<(), String> {
    let path = path.to_str().ok_or("its path is not UTF-8")?;
    db.execute("VACUUM INTO ?1", [path]).map(drop).map_err(|error| error.to_string())
}

/// Gives a copy its name once it is on the disk. Who may read the store may read it, and nobody else.
fn finish(unfinished: &Path, store: &Path, copy: &Path) -> io::Result<()> {
    fs::set_permissions(unfinished, fs::metadata(store)?.permissions())?;
    File::open(unfinished)?.sync_all()?;
    fs::rename(unfinished, copy)?;
    sync_name_of(copy)
}

fn beside(store: &Path, ending: &str) -> PathBuf {
    let mut name = store.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// How many bytes can still be written beside a file, if that is known.
fn free_beside(path: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(path).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}
