//! One suite for every kind of store, and what only files can do.

mod behaviour;
mod broken_disk;
mod by_time;
pub mod cells_equal_rows;
mod damaged;
mod disk;
mod durability;
mod erased;
mod happenings;
mod imports;
mod killed;
mod looking;
mod opening;
mod retention;
mod retention_laws;
mod sealed;
mod updating;

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use tempfile::TempDir;

use super::opening::{Sizes, in_memory, open};
use super::question::Rows;
use super::{OpenError, Record, Store, StoreOptions, Want};
use crate::model::{Call, Filter, PrivacySettings, Scope, StorePrompts, StoredCall};

/// A folder with a store in it.
pub struct Home {
    folder: TempDir,
    sizes: Sizes,
}

impl Home {
    pub fn new() -> Self {
        Self::with(Sizes::default())
    }

    pub fn with(sizes: Sizes) -> Self {
        // Nobody in these tests lets go of a store while another waits for it. But some tests start processes, and one that
        // is just starting has the locks of all others for a moment.
        let patience = Duration::from_millis(200);
        Self { folder: tempfile::tempdir().unwrap(), sizes: Sizes { patience, ..sizes } }
    }

    pub fn path(&self) -> PathBuf {
        self.folder.path().join("perfbot.db")
    }

    pub fn open(&self) -> Store {
        self.try_open().unwrap()
    }

    pub fn try_open(&self) -> Result<Store, OpenError> {
        open(&self.path(), StoreOptions::default(), self.sizes)
    }

    /// Opens the store to look at it.
    pub fn look(&self) -> Store {
        open(&self.path(), StoreOptions { want: Want::Look, ..StoreOptions::default() }, self.sizes).unwrap()
    }

    /// The same files in another folder, as they lie there now: what a crash at this moment would leave.
    pub fn copy(&self) -> Self {
        let copy = Self::with(self.sizes);
        for file in fs::read_dir(self.folder.path()).unwrap().map(Result::unwrap) {
            fs::copy(file.path(), copy.folder.path().join(file.file_name())).unwrap();
        }
        copy
    }

    pub fn folding_every(fold_every: usize) -> Self {
        Self::with(Sizes { fold_every, ..Sizes::default() })
    }
}

pub fn memory_folding_every(fold_every: usize) -> Store {
    in_memory(StoreOptions::default(), Sizes { fold_every, ..Sizes::default() }).unwrap()
}

pub fn keeping_previews() -> StoreOptions {
    let privacy = PrivacySettings { store_prompts: StorePrompts::Preview };
    StoreOptions { privacy, ..StoreOptions::default() }
}

/// Records calls as the program does, without their prompts, and waits until they are written.
pub async fn keep(store: &Store, calls: impl IntoIterator<Item = Call>) {
    for call in calls {
        record(store, call, None).await;
    }
    store.flush().await.unwrap();
}

/// Records a call with its prompt.
pub async fn record(store: &Store, call: Call, prompt: Option<&str>) {
    let recorder = store.recorder();
    let ticket = recorder.begin(started(&call));
    recorder.record(ticket, Record { call, prompt: prompt.map(Into::into) }).await.unwrap();
}

pub fn started(call: &Call) -> super::Started {
    super::Started {
        at: call.at,
        guild: call.guild.clone(),
        channel: call.channel.clone(),
        user: call.user.clone(),
        provider: call.provider.clone(),
        model: call.model.clone(),
        query_type: call.query_type,
        context_messages: None,
        expected: super::Expected::default(),
    }
}

/// All rows, in the order of their numbers.
pub async fn rows(store: &Store) -> Vec<StoredCall> {
    let all = Rows { window: None, scope: Scope::All, filter: Filter::default(), after: None, limit: u32::MAX };
    store.ask(all).await.unwrap()
}

/// All rows as calls.
pub async fn calls(store: &Store) -> Vec<Call> {
    rows(store).await.into_iter().map(|row| row.call).collect()
}
