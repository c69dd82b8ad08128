//! Opens connections: one to write, any number to read.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, Result};

use super::schema;
use crate::store::error::{OpenError, is_damage};
use crate::store::files_of;

/// Where a store's data lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::store) enum Source {
    /// In a file.
    File(PathBuf),
    /// In a file that may be written, for one who only looks: only a connection that might write takes SQLite's own files
    /// away again when it goes as the last.
    Visited(PathBuf),
    /// In a file on a medium where nothing can be written, not even a lock: nobody else can be changing it.
    Immutable(PathBuf),
    /// In memory, as long as a connection is open.
    Memory(String),
}

/// What was found at a path.
#[derive(Debug)]
pub(in crate::store) enum Found {
    /// No file, or an empty one.
    Nothing,
    /// One of our stores.
    Store { schema: u32, begun: Begun, seat: Seat },
}

/// Whether there are calls that were begun and have not ended: a crash interrupted them, unless a process is at work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Begun {
    None,
    Some,
}

/// A connection that reads, and where more of its kind come from.
#[derive(Debug)]
pub(in crate::store) struct Seat {
    pub source: Source,
    pub db: Connection,
}

/// How long a connection waits for a lock of another program. Tests have no such time to lose.
const PATIENCE: Duration = Duration::from_millis(if cfg!(test) { 400 } else { 2_000 });

/// Statements a connection keeps prepared.
const KEPT_STATEMENTS: usize = 64;

const HEADER: &[u8] = b"SQLite format 3\0";

/// Where the header says whose file it is, in four bytes.
const APPLICATION: std::ops::Range<usize> = 68..72;

impl Source {
    /// A new place in memory.
    pub fn memory() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self::Memory(format!("file:/perfbot-{}?vfs=memdb", NEXT.fetch_add(1, Ordering::Relaxed)))
    }

    /// A connection that writes. A commit returns when the row is on the disk.
    pub fn writer(&self) -> Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let db = self.connect(flags)?;
        db.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
        // The writer makes all numbers itself; looking each one up again would double the cost of a row. What is deleted is
        // overwritten: without that, what somebody erased could still be read in the file.
        db.execute_batch("PRAGMA synchronous = FULL; PRAGMA foreign_keys = OFF; PRAGMA secure_delete = ON;")?;
        Ok(db)
    }

    /// A connection that cannot write.
    pub fn reader(&self) -> Result<Connection> {
        let access = match self {
            Self::Memory(_) | Self::Visited(_) => OpenFlags::SQLITE_OPEN_READ_WRITE,
            _ => OpenFlags::SQLITE_OPEN_READ_ONLY,
        };
        let found_a_log = self.has_log();
        let db = self.connect(access)?;
        // A log that lay there before stays as it is: who only looks does not play it back into the file, least of all one
        // that may belong to another file which was there before.
        db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, found_a_log)?;
        db.execute_batch("PRAGMA query_only = ON")?;
        Ok(db)
    }

    /// The file, if there is one.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::File(path) | Self::Visited(path) | Self::Immutable(path) => Some(path),
            Self::Memory(_) => None,
        }
    }

    /// Whether something lies in the log beside the file.
    fn has_log(&self) -> bool {
        let log = self.file().map(|file| fs::metadata(files_of(file).log));
        log.is_some_and(|log| log.is_ok_and(|log| log.len() > 0))
    }

    fn connect(&self, access: OpenFlags) -> Result<Connection> {
        let flags = access | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let db = match self {
            Self::File(path) | Self::Visited(path) => Connection::open_with_flags(path, flags),
            Self::Immutable(path) => Connection::open_with_flags(immutable(path), flags | OpenFlags::SQLITE_OPEN_URI),
            Self::Memory(name) => Connection::open_with_flags(name, flags | OpenFlags::SQLITE_OPEN_URI),
        }?;
        db.busy_timeout(PATIENCE)?;
        db.set_prepared_statement_cache_capacity(KEPT_STATEMENTS);
        Ok(db)
    }
}

/// Moves what is in the log into the file and leaves the log empty, unless somebody is reading it. Both are those that were
/// opened, whatever has become of their names.
pub(in crate::store) fn empty_log(db: &Connection) -> Result<()> {
    db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
}

/// Looks at the file of a source without changing it.
pub(in crate::store) fn inspect(path: &Path, source: Source) -> Result<Found, OpenError> {
    if fs::metadata(path).is_ok_and(|found| !found.is_file()) {
        return Err(OpenError::NoFile(path.into()));
    }
    let header = match header(path) {
        Ok(header) if header.is_empty() => return Ok(Found::Nothing),
        Ok(header) if !header.starts_with(HEADER) => return Err(OpenError::NotAStore(path.into())),
        Ok(header) => header,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Found::Nothing),
        Err(error) => return Err(OpenError::CannotRead { path: path.into(), why: error.to_string() }),
    };
    take_seat(path, source, &header).map_err(|error| cannot_read(path, &error))?
}

/// Connects to a file that begins with this header.
fn take_seat(path: &Path, source: Source, header: &[u8]) -> Result<Result<Found, OpenError>> {
    // A connection that might write could tidy up what is not ours.
    let is_ours = header.get(APPLICATION) == Some(&schema::APPLICATION_ID.to_be_bytes()[4..]);
    let careful = if is_ours { source.clone() } else { Source::File(path.into()) };
    let (seat, found) = match Seat::take(careful) {
        Err(error) if cannot_lock(&error) => Seat::take(Source::Immutable(path.into())),
        seat => seat,
    }?;
    let found = judge(path, seat, found);
    match &found {
        // It is ours after all: its first change is still in the log beside it.
        Ok(Found::Store { seat, .. }) if seat.source == Source::File(path.into()) && seat.source != source => {
            let (seat, found) = Seat::take(source)?;
            Ok(judge(path, seat, found))
        }
        _ => Ok(found),
    }
}

impl Seat {
    /// Connects, and reads what the file says of itself: before that it is not known whether it can be read at all.
    fn take(source: Source) -> Result<(Self, Versions)> {
        let db = source.reader()?;
        let found = versions(&db)?;
        Ok((Self { source, db }, found))
    }
}

/// What a file says of itself.
struct Versions {
    application: i64,
    schema: u32,
    tables: u32,
    begun: Begun,
}

fn versions(db: &Connection) -> Result<Versions> {
    let number = |sql: &str| db.query_row(sql, [], |row| row.get::<_, i64>(0));
    // One view for all that is asked.
    let view = db.unchecked_transaction()?;
    let mut versions = Versions {
        application: number("PRAGMA application_id")?,
        schema: number("PRAGMA user_version")? as u32,
        tables: number("SELECT count(*) FROM sqlite_schema")? as u32,
        begun: Begun::None,
    };
    if versions.tables > 0 && versions.application == schema::APPLICATION_ID {
        // Touches the first and the last page of the biggest table, where a cut-off file shows. Asked for both at once,
        // SQLite would read all pages.
        let touch = "SELECT EXISTS (SELECT 1 FROM started), (SELECT min(id) FROM calls), (SELECT max(id) FROM calls)";
        let begun: bool = db.query_row(touch, [], |row| row.get(0))?;
        versions.begun = if begun { Begun::Some } else { Begun::None };
    }
    view.finish()?;
    Ok(versions)
}

fn judge(path: &Path, seat: Seat, found: Versions) -> Result<Found, OpenError> {
    let path = path.to_path_buf();
    match found {
        Versions { application: 0, schema: 0, tables: 0, .. } => Ok(Found::Nothing),
        Versions { application, .. } if application != schema::APPLICATION_ID => Err(OpenError::NotAStore(path)),
        Versions { schema, .. } if schema > schema::VERSION => {
            Err(OpenError::Newer { path, found: schema, known: schema::VERSION })
        }
        Versions { schema, begun, .. } => Ok(Found::Store { schema, begun, seat }),
    }
}

/// The first bytes of a file; fewer if it has fewer.
fn header(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut header = Vec::with_capacity(APPLICATION.end);
    fs::File::open(path)?.take(APPLICATION.end as u64).read_to_end(&mut header)?;
    Ok(header)
}

/// Whether reading failed only because SQLite could not make its lock and log files.
fn cannot_lock(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied))
}

fn cannot_read(path: &Path, error: &rusqlite::Error) -> OpenError {
    if is_damage(error) {
        return OpenError::Damaged(path.into());
    }
    OpenError::CannotRead { path: path.into(), why: error.to_string() }
}

/// The path as a URI that tells SQLite to expect no change.
fn immutable(path: &Path) -> String {
    let mut uri = String::from("file:");
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => uri.push(char::from(*byte)),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri + "?immutable=1"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_paths_become_uris() {
        assert_eq!(immutable(Path::new("/a b/ü?#.db")), "file:/a%20b/%C3%BC%3F%23.db?immutable=1");
    }

    #[test]
    fn a_file_on_a_medium_without_locks_can_be_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("odd name?.db");
        let mut db = Source::File(path.clone()).writer().unwrap();
        schema::MIGRATIONS.to_latest(&mut db).unwrap();
        drop(db);
        assert_eq!(Seat::take(Source::Immutable(path)).unwrap().1.schema, schema::VERSION);
    }

    #[test]
    fn connections_in_memory_see_the_same_data() {
        let source = Source::memory();
        let writer = source.writer().unwrap();
        writer.execute_batch("CREATE TABLE t (x); INSERT INTO t VALUES (7)").unwrap();
        let reader = source.reader().unwrap();
        assert_eq!(reader.query_row("SELECT x FROM t", [], |row| row.get::<_, i64>(0)), Ok(7));
        assert!(reader.execute("DELETE FROM t", []).is_err());
    }
}
