//! The key of the prompt hashes: 32 random bytes in a file beside the store that only its owner may read.

use std::fs::OpenOptions;
use std::io::{self, Read, Write};
use std::path::Path;

use super::error::OpenError;
use crate::prompt::PromptKey;

const LENGTH: usize = 32;

/// The size of the file.
pub const KEY_BYTES: u64 = LENGTH as u64;

/// The key that belongs to a store; made if there is none.
pub(super) fn of_store(store: &Path) -> Result<PromptKey, OpenError> {
    let path = super::files_of(store).key;
    let broken = |why: String| OpenError::Key { path: path.clone(), why };
    let bytes = read_or_make(&path).map_err(|error| broken(error.to_string()))?;
    let key = <[u8; LENGTH]>::try_from(bytes).map_err(|bytes| broken(format!("it holds {} bytes", bytes.len())))?;
    Ok(PromptKey::new(key))
}

/// A key for a store in memory.
pub(super) fn random() -> io::Result<PromptKey> {
    random_bytes().map(PromptKey::new)
}

/// An empty file is what a crash right after its creation leaves: it holds no key yet.
fn read_or_make(path: &Path) -> io::Result<Vec<u8>> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = match options.open(path) {
        Err(_) if path.exists() => OpenOptions::new().read(true).open(path)?,
        opened => opened?,
    };
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    if bytes.is_empty() {
        bytes = random_bytes()?.to_vec();
        file.write_all(&bytes)?;
        file.sync_all()?;
    }
    Ok(bytes)
}

fn random_bytes() -> io::Result<[u8; LENGTH]> {
    let mut bytes = [0; LENGTH];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(bytes)
}
