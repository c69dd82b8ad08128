//! One process writes a store: who holds the file beside it locked. The lock goes with the process, however it ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::Path;

/// What came of asking for the lock.
#[derive(Debug)]
pub(super) enum Lock {
    /// We have it, until this is dropped.
    Held(Held),
    /// Another process has it; its number, where it could be read.
    Taken { by: Option<u32> },
}

/// The lock, held.
#[derive(Debug)]
pub(super) struct Held {
    _file: File,
}

/// Asks for the lock that belongs to a store. The file stays behind when the lock goes; only the lock counts.
pub(super) fn acquire(store: &Path) -> io::Result<Lock> {
    let path = super::beside(store, ".lock");
    let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
    match file.try_lock() {
        Ok(()) => {
            file.set_len(0)?;
            file.rewind()?;
            write!(file, "{}", std::process::id())?;
            Ok(Lock::Held(Held { _file: file }))
        }
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            file.read_to_string(&mut holder)?;
            Ok(Lock::Taken { by: holder.trim().parse().ok() })
        }
        Err(TryLockError::Error(error)) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_is_told_who_is_first_until_it_lets_go() {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("perfbot.db");
        let first = acquire(&store).unwrap();
        assert!(matches!(acquire(&store).unwrap(), Lock::Taken { by } if by == Some(std::process::id())));
        drop(first);
        assert!(matches!(acquire(&store).unwrap(), Lock::Held(_)));
    }
}
