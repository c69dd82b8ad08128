//! The files that lie beside a store and belong to it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Where they are; not all of them need be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Files {
    /// The key of the prompt hashes: a copy of the store is worth little without it.
    pub key: PathBuf,
    /// What the process that writes holds locked.
    pub lock: PathBuf,
    /// SQLite's log of what is not in the store's own file yet.
    pub log: PathBuf,
}

/// The files beside a store.
pub fn files_of(store: &Path) -> Files {
    let beside = |suffix: &str| {
        let mut name = store.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name)
    };
    Files { key: beside(".key"), lock: beside(".lock"), log: beside("-wal") }
}

/// The folder that a file lies in.
pub(super) fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."))
}

/// Makes the name of a file as lasting as what is in it: a power cut could take a new one away again.
pub(super) fn sync_name_of(file: &Path) -> io::Result<()> {
    if cfg!(unix) { fs::File::open(folder_of(file))?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_named_after_the_store() {
        let files = files_of(Path::new("here/calls.db"));
        assert_eq!(
            [files.key, files.lock, files.log],
            ["here/calls.db.key", "here/calls.db.lock", "here/calls.db-wal"].map(PathBuf::from)
        );
    }
}
