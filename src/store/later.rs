//! A store that is only looked at until its first change, which opens it a second time, to write.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::OnceCell;

use super::error::StoreError;
use super::opening::{self, Sizes};
use super::{Store, StoreOptions, Want};

/// How the store is opened once something is to be written.
pub(super) struct Later {
    path: PathBuf,
    options: StoreOptions,
    sizes: Sizes,
    writing: OnceCell<Store>,
    closed: AtomicBool,
}

impl Later {
    pub fn new(path: PathBuf, options: StoreOptions, sizes: Sizes) -> Self {
        let options = StoreOptions { want: Want::Write, ..options };
        Self { path, options, sizes, writing: OnceCell::new(), closed: AtomicBool::new(false) }
    }

    /// The store that writes, if there has been a change.
    pub fn opened(&self) -> Option<&Store> {
        self.writing.get()
    }

    /// The store that writes, opened by the first who asks.
    pub async fn open(&self) -> Result<&Store, StoreError> {
        if self.closed.load(Ordering::Relaxed) {
            return Err(StoreError::Closed);
        }
        self.writing.get_or_try_init(|| self.open_now()).await
    }

    /// Opens nothing more, and lets what was opened finish.
    pub fn stop(&self) {
        self.closed.store(true, Ordering::Relaxed);
        if let Some(store) = self.opened() {
            store.inner.stop();
        }
    }

    async fn open_now(&self) -> Result<Store, StoreError> {
        let (path, options, sizes) = (self.path.clone(), self.options, self.sizes);
        let opened = tokio::task::spawn_blocking(move || opening::open(&path, options, sizes)).await;
        let opened = opened.map_err(|panic| StoreError::Failed(panic.to_string().into()))?;
        opened.map_err(|error| StoreError::ReadOnly { reason: error.to_string().into() })
    }
}
