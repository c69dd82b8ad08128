//! Where the store of a demonstration is: in a folder that goes with it, or in a file that was named.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use tempfile::TempDir;

use crate::store::files_of;

/// Where it is. A folder of its own goes with this value, unless it is kept.
pub struct Place {
    store: PathBuf,
    folder: Option<TempDir>,
}

impl Place {
    /// The file that was named, or one in a new folder.
    ///
    /// # Errors
    /// There is no room for new folders.
    pub fn choose(named: Option<&Path>) -> anyhow::Result<Self> {
        if let Some(store) = named {
            return Ok(Self { store: store.to_owned(), folder: None });
        }
        let folder = tempfile::Builder::new().prefix("perfbot-demo-").tempdir().context("no folder for the store")?;
        Ok(Self { store: folder.path().join("demo.db"), folder: Some(folder) })
    }

    /// The store's file.
    pub fn store(&self) -> &Path {
        &self.store
    }

    /// Whether the file was named, so that it stays.
    pub fn is_named(&self) -> bool {
        self.folder.is_none()
    }

    /// Keeps the store, wherever it is.
    pub fn keep(self) -> PathBuf {
        self.folder.map(TempDir::keep);
        self.store
    }

    /// Takes the folder away, if it was made for this.
    ///
    /// # Errors
    /// Something in it cannot be removed.
    pub fn leave(self) -> anyhow::Result<()> {
        let Some(folder) = self.folder else { return Ok(()) };
        folder.close().with_context(|| format!("the folder of {} could not be removed", self.store.display()))
    }
}

/// The bytes of a store, with its log.
pub fn size(store: &Path) -> u64 {
    let files = [store, &files_of(store).log];
    files.into_iter().filter_map(|path| std::fs::metadata(path).ok()).map(|metadata| metadata.len()).sum()
}
