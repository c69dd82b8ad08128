//! Whether the files that a store was opened on are still at their paths. A file that was moved or deleted can be written
//! on, but nobody would ever find what was written.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::files_of;

/// The files as they were when the store was opened; none for a store in memory.
#[derive(Debug, Default)]
pub(super) struct Place {
    files: Vec<(PathBuf, Identity)>,
}

/// What tells a file from all others, whatever its name.
type Identity = (u64, u64);

impl Place {
    /// The files of an open store: what is not there does not matter.
    pub fn of(store: Option<&Path>) -> Self {
        let paths = store.into_iter().flat_map(|store| [store.to_owned(), files_of(store).log]);
        let files = paths.filter_map(|path| identity(&path).ok().map(|identity| (path, identity)));
        Self { files: files.collect() }
    }

    /// The path of the store itself.
    pub fn store(&self) -> Option<&Path> {
        self.files.first().map(|(path, _)| path.as_path())
    }

    /// Whether a path holds no file any more, or another one.
    pub fn has_moved(&self) -> bool {
        self.files.iter().any(|(path, before)| match identity(path) {
            Ok(now) => now != *before,
            // What cannot be looked at just now may well be there.
            Err(error) => error.kind() == io::ErrorKind::NotFound,
        })
    }
}

#[cfg(unix)]
fn identity(path: &Path) -> io::Result<Identity> {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(path).map(|file| (file.dev(), file.ino()))
}

/// Where an open file cannot be moved or deleted, being there is enough.
#[cfg(not(unix))]
fn identity(path: &Path) -> io::Result<Identity> {
    fs::metadata(path).map(|_| (0, 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_where_it_was_until_it_is_moved_deleted_or_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let (store, away) = (folder.path().join("perfbot.db"), folder.path().join("away.db"));
        fs::write(&store, "a store").unwrap();
        let place = Place::of(Some(&store));
        fs::write(&store, "the same store, written on").unwrap();
        assert!(!place.has_moved());
        fs::rename(&store, &away).unwrap();
        assert!(place.has_moved());
        fs::write(&store, "another store").unwrap();
        assert!(place.has_moved());
        fs::rename(&away, &store).unwrap();
        assert!(!place.has_moved());
        fs::remove_file(&store).unwrap();
        assert!(place.has_moved());
    }

    #[test]
    fn what_is_in_memory_stays_there() {
        assert!(!Place::of(None).has_moved());
    }
}
