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
    /// SQLite's index of that log, which the processes share that have the store open.
    pub index: PathBuf,
}

/// The files beside a store.
pub fn files_of(store: &Path) -> Files {
    let beside = |suffix: &str| {
        let mut name = store.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name)
    };
    Files { key: beside(".key"), lock: beside(".lock"), log: beside("-wal"), index: beside("-shm") }
}

/// Whether a path leads to a store or to a file that belongs to it, by whatever name.
pub fn is_of_store(store: &Path, path: &Path) -> bool {
    let wanted = resolved(path);
    // SQLite puts its files beside the store itself, others go by the name they were told.
    [store.to_owned(), resolved(store)].into_iter().any(|store| {
        let Files { key, lock, log, index } = files_of(&store);
        [store, key, lock, log, index].iter().any(|file| resolved(file) == wanted)
    })
}

/// Where a path leads in the end; of a file that is not there, where it would be.
fn resolved(path: &Path) -> PathBuf {
    let in_its_folder = || {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Some(folder.canonicalize().ok()?.join(path.file_name()?))
    };
    path.canonicalize().ok().or_else(in_its_folder).unwrap_or_else(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_named_after_the_store() {
        let files = files_of(Path::new("here/calls.db"));
        assert_eq!(
            [files.key, files.lock, files.log, files.index],
            ["here/calls.db.key", "here/calls.db.lock", "here/calls.db-wal", "here/calls.db-shm"].map(PathBuf::from)
        );
    }

    #[cfg(unix)]
    #[test]
    fn they_are_known_by_whatever_name() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("calls.db"), "").unwrap();
        std::fs::create_dir(at("inner")).unwrap();
        std::os::unix::fs::symlink(at("calls.db"), at("link.csv")).unwrap();
        let of_store = |name: &str| is_of_store(&at("calls.db"), &at(name));
        for name in ["calls.db", "calls.db.key", "calls.db-shm", "inner/../calls.db-wal", "link.csv"] {
            assert!(of_store(name), "{name}");
        }
        assert!(is_of_store(&at("link.csv"), &at("calls.db.lock")), "the store may itself go by another name");
        assert!(!of_store("calls.csv") && !of_store("inner/calls.db") && !of_store("no/calls.db"));
    }
}
