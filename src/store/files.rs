//! The files that lie beside a store and belong to it.

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
