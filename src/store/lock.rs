//! One process writes a store: who holds the file beside it locked. The lock goes with the process, however it ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

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

/// How often a lock that another process has is asked for again.
const PAUSE: Duration = Duration::from_millis(50);

/// Asks for the lock that belongs to a store, again and again while another process has it and there is patience.
pub(super) fn wait(store: &Path, patience: Duration) -> io::Result<Lock> {
    let since = Instant::now();
    loop {
        match acquire(store)? {
            Lock::Taken { .. } if since.elapsed() < patience => thread::sleep(PAUSE),
            done => return Ok(done),
        }
    }
}

/// Asks for the lock that belongs to a store. The file stays behind when the lock goes; only the lock counts.
fn acquire(store: &Path) -> io::Result<Lock> {
    let path = super::files_of(store).lock;
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
        // A process that some other test is just starting has this lock too, for a moment.
        assert!(matches!(wait(&store, Duration::from_secs(60)).unwrap(), Lock::Held(_)));
    }

    #[test]
    fn who_waits_gets_it_when_the_first_lets_go() {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("perfbot.db");
        let first = acquire(&store).unwrap();
        assert!(matches!(wait(&store, Duration::ZERO).unwrap(), Lock::Taken { .. }));
        let waiting = thread::spawn(move || wait(&store, Duration::from_secs(60)).unwrap());
        drop(first);
        assert!(matches!(waiting.join().unwrap(), Lock::Held(_)));
    }
}
