//! The embedded store: two verbs, [`Store::ask`] a question and [`Store::apply`] a change, and a [`Recorder`] for new
//! calls.
//!
//! It returns counts, sums, histograms and rows; it never gives a verdict. All SQL is below this module. One thread
//! writes, a few connections read; cells are derived from rows and never ahead of them.

mod change;
mod copies;
mod cover;
mod error;
mod files;
mod health;
mod key;
mod later;
mod lock;
mod opening;
mod place;
mod press;
pub mod question;
mod queue;
mod readers;
mod recorder;
mod renumbered;
mod repeats;
mod sqlite;
#[cfg(test)]
mod tests;
mod writer;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use tokio::sync::{oneshot, watch};

pub use change::{Applied, Change, ImportSession, Whose};
pub use copies::copies_of;
pub use error::{Lost, OpenError, StoreError};
pub use files::{Files, files_of, is_of_store};
pub use health::Health;
pub use key::KEY_BYTES;
pub use question::Question;
pub use recorder::{Expected, Record, Recorder, Seq, Started, Ticket};

use crate::model::{CallId, PrivacySettings, Retention, Timestamp};
use readers::Readers;
use recorder::Route;
use writer::Message;

/// The store. Clones are the same store; when the last one goes, what is in the queue is still written.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

/// How a store is kept.
#[derive(Debug, Clone, Copy, Default)]
pub struct StoreOptions {
    /// What of prompts is kept.
    pub privacy: PrivacySettings,
    /// How long measurements are kept.
    pub retention: Retention,
    /// What the process is going to do with it.
    pub want: Want,
}

/// What a process wants of a store. Only one process at a time writes a store; any number may look at it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Want {
    /// To record calls: the process becomes the one that writes, if need be after a moment's wait for another to end.
    #[default]
    Write,
    /// To ask, and perhaps to change a thing: nothing is locked or made by opening, and a file that is not there is an
    /// empty store. The first change or record opens the store as [`Want::Write`] does; its error says why, if that
    /// cannot be. So does opening itself where there is work left to do and nobody is at it: an older schema, or calls
    /// that a crash interrupted.
    Look,
}

/// What this process may do with the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Access {
    /// Everything.
    ReadWrite,
    /// Only ask.
    ReadOnly {
        /// Why, as a sentence.
        reason: String,
    },
}

struct Inner {
    readers: Readers,
    route: Route,
    /// The thread that writes, until somebody waits for its end.
    writer: Mutex<Option<JoinHandle<()>>>,
}

impl Store {
    /// Opens the store in a file, or makes a new one, unless the process only wants to [look](Want::Look).
    ///
    /// If the file cannot be written, or another process goes on writing to it for two seconds, the store can only be
    /// asked; [`Store::access`] says so.
    ///
    /// # Errors
    /// There is no usable store at this path, and none can be made. The file is as it was.
    pub fn open(path: impl AsRef<Path>, options: StoreOptions) -> Result<Self, OpenError> {
        opening::open(path.as_ref(), options, opening::Sizes::default())
    }

    /// A new store in memory, gone with its last handle.
    ///
    /// # Errors
    /// There is no memory, or no randomness.
    pub fn in_memory(options: StoreOptions) -> Result<Self, OpenError> {
        opening::in_memory(options, opening::Sizes::default())
    }

    /// What this process may do with the store. One who only looks knows of another that writes once a change is made.
    pub fn access(&self) -> Access {
        match &self.at_work().inner.route {
            Route::Writer(_) | Route::Later(_) => Access::ReadWrite,
            Route::Nowhere { reason } => Access::ReadOnly { reason: reason.to_string() },
        }
    }

    /// Whether this process writes the store already: a change of it needs no lock, and keeps nobody waiting.
    pub fn is_writing(&self) -> bool {
        self.inner.route.desk_now().is_ok()
    }

    /// Answers a question, on a thread that may wait for the disk.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn ask<Q: Question>(&self, question: Q) -> Result<Q::Answer, StoreError> {
        let asked = self.at_work();
        if let Some(answer) = asked.inner.readers.recall(&question) {
            return Ok(answer);
        }
        let _place = asked.inner.readers.place().await;
        let store = asked.clone();
        let answer = tokio::task::spawn_blocking(move || store.ask_blocking(&question)).await;
        answer.unwrap_or_else(|panic| Err(StoreError::Failed(panic.to_string().into())))
    }

    /// Answers a question on this thread.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn ask_blocking<Q: Question>(&self, question: &Q) -> Result<Q::Answer, StoreError> {
        let inner = &self.at_work().inner;
        if let Some(answer) = inner.readers.recall(question) {
            return Ok(answer);
        }
        let lost = inner.route.desk_now().map_or(0, |desk| desk.health.borrow().lost);
        inner.readers.look(lost, |snapshot| question.answer(snapshot)).map_err(|error| StoreError::from(&error))
    }

    /// Applies a change and waits until it is on the disk.
    ///
    /// # Errors
    /// Nothing was changed. A store that is blocked refuses changes instead of keeping them waiting.
    pub async fn apply(&self, change: Change) -> Result<Applied, StoreError> {
        match change {
            Change::Erase { whose, after } => self.erase(whose, after).await,
            Change::Trim { now } => self.trim(now).await,
            change => self.apply_at_once(change).await,
        }
    }

    async fn erase(&self, whose: Whose, after: CallId) -> Result<Applied, StoreError> {
        let mut all = Applied { next: Some(after), ..Applied::default() };
        while let Some(after) = all.next {
            let step = self.apply_at_once(Change::Erase { whose: whose.clone(), after }).await?;
            all.changed += step.changed;
            all.previews += step.previews;
            all.settings += step.settings;
            all.next = step.next;
        }
        Ok(all)
    }

    async fn trim(&self, now: Timestamp) -> Result<Applied, StoreError> {
        let mut all = Applied { more: true, ..Applied::default() };
        while all.more {
            let step = self.apply_at_once(Change::Trim { now }).await?;
            all.changed += step.changed;
            all.previews += step.previews;
            all.more = step.more;
        }
        Ok(all)
    }

    async fn apply_at_once(&self, change: Change) -> Result<Applied, StoreError> {
        let (reply, answer) = oneshot::channel();
        let desk = self.inner.route.desk().await?;
        desk.hand_in(Message::Change(change, reply)).await.map_err(|lost| match lost {
            Lost::QueueFull => StoreError::Busy,
            _ => StoreError::Closed,
        })?;
        answer.await.unwrap_or(Err(StoreError::Closed))
    }

    /// The way in for new calls.
    pub fn recorder(&self) -> Recorder {
        Recorder { route: self.inner.route.clone() }
    }

    /// How well the store can be written, from now on. Who may not write it sees no change.
    pub fn health(&self) -> watch::Receiver<Health> {
        let desk = self.inner.route.desk_now();
        desk.map_or_else(|_| watch::Sender::new(Health::default()).subscribe(), |desk| desk.health.subscribe())
    }

    /// Waits until everything handed in so far is on the disk, or given up.
    ///
    /// # Errors
    /// The store is closed, or may not be written.
    pub async fn flush(&self) -> Result<(), StoreError> {
        let (reply, written) = oneshot::channel();
        let pushed = self.inner.route.desk_now()?.queue.push(Box::new(Message::Flush(reply))).await;
        pushed.ok_or(StoreError::Closed)?;
        written.await.map_err(|_| StoreError::Closed)
    }

    /// Writes everything handed in so far, tidies the file up and stops writing. Questions are still answered.
    pub async fn close(&self) {
        let store = self.clone();
        // A panic of the writer has been said where it happened; there is nothing left to wait for.
        let _ = tokio::task::spawn_blocking(move || store.inner.stop()).await;
    }

    /// The store that answers: this one, or the one that a change of it opened.
    fn at_work(&self) -> &Self {
        match &self.inner.route {
            Route::Later(later) => later.opened().unwrap_or(self),
            _ => self,
        }
    }
}

impl Inner {
    /// Lets the writer finish, and waits for it. Idle readers go first, so that the writer can shorten the log.
    fn stop(&self) {
        self.readers.rest();
        match &self.route {
            Route::Writer(desk) => desk.queue.close(),
            Route::Later(later) => later.stop(),
            Route::Nowhere { .. } => {}
        }
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        // A panic of the writer has been said where it happened.
        let _ = writer.map(JoinHandle::join);
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.stop();
    }
}
