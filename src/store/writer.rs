//! The one thread that writes: it empties the queue, a transaction for each batch, and says how far it has come.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use foldhash::{HashSet, HashSetExt};
use tokio::sync::oneshot;

use super::change::{Applied, Change};
use super::error::{Lost, StoreError};
use super::lock::Held;
use super::recorder::{Desk, Record, Started, Ticket};
use super::sqlite::ledger::Ledger;
use super::sqlite::page::Page;

/// What can be put into the queue. Records are not boxed: the queue's places are made once, and handing in a call
/// should allocate nothing.
#[allow(clippy::large_enum_variant)]
pub(super) enum Message {
    /// A call has begun.
    Started(Ticket, Started),
    /// A call has ended.
    Record(Ticket, Record),
    /// A change, and who waits for what came of it.
    Change(Change, Reply),
    /// Somebody wants to know when all before is written.
    Flush(oneshot::Sender<()>),
    /// Was a change, and was refused. Keeps its place, so that the numbers of the queue stay right.
    Refused,
}

impl Message {
    /// Whether it is tried again until it is in the file.
    fn must_be_written(&self) -> bool {
        matches!(self, Self::Started(..) | Self::Record(..))
    }

    /// If this is a change, tells who waits for it that it failed.
    fn refuse_change(&mut self, why: &StoreError) {
        if !matches!(self, Self::Change(..)) {
            return;
        }
        if let Self::Change(change, reply) = std::mem::replace(self, Self::Refused) {
            if let Change::Import { session, .. } = change {
                session.known().broken = true;
            }
            // Who has stopped waiting does not want to know.
            let _ = reply.send(Err(why.clone()));
        }
    }

    fn is_import(&self) -> bool {
        matches!(self, Self::Change(Change::Import { .. }, _))
    }
}

type Reply = oneshot::Sender<Result<Applied, StoreError>>;

/// The most messages in one transaction: a thousand calls, each with the note of its beginning.
const BATCH: usize = 2_000;

/// How long to wait before writing again what could not be written.
const PAUSE: Duration = Duration::from_millis(250);

/// How long a store that is being closed keeps trying.
const LAST_PATIENCE: Duration = Duration::from_secs(5);

/// The thread and what it owns.
pub(super) struct Writer {
    desk: Arc<Desk>,
    ledger: Ledger,
    /// When writing first failed after the store was told to close.
    closing_since: Option<Instant>,
    _lock: Option<Held>,
}

impl Writer {
    /// Starts the thread. It ends when the queue is closed and empty.
    pub fn start(desk: Arc<Desk>, ledger: Ledger, lock: Option<Held>) -> std::io::Result<thread::JoinHandle<()>> {
        let writer = Self { desk, ledger, closing_since: None, _lock: lock };
        thread::Builder::new().name("store-writer".into()).spawn(|| writer.run())
    }

    fn run(mut self) {
        let mut batch = Vec::with_capacity(BATCH);
        while let Some(last) = self.desk.queue.take(&mut batch, BATCH) {
            let mut lost = Vec::new();
            let first = last + 1 - batch.len() as u64;
            let answers = self.write(&mut batch, first, &mut lost);
            self.desk.progress.send_modify(|progress| {
                progress.done = last;
                lost.iter().for_each(|(first, last)| progress.fail(*first, *last));
            });
            // Only now, so that who is answered finds the rows that came before.
            answer(batch.drain(..), answers);
        }
        if let Err(error) = self.ledger.close() {
            tracing::warn!(%error, "the store could not be tidied up; this is made up for at the next start");
        }
    }

    /// Writes a batch, trying again until it is written. Returns what its changes came to; the numbers of rows that are
    /// lost are added to `lost`, from the `first` of the batch on. Only rows are tried again: changes are refused at
    /// once, because somebody waits for them.
    fn write(&mut self, batch: &mut [Message], first: u64, lost: &mut Vec<(u64, u64)>) -> Vec<Answer> {
        let mut said = false;
        loop {
            let error = match self.commit(batch) {
                Ok(answers) => return answers,
                Err(error) => error,
            };
            self.refuse_changes(batch, &error);
            if !batch.iter().any(Message::must_be_written) {
                return Vec::new();
            }
            if !self.may_try_again(&error) {
                self.save_what_can_be(batch, first, &error, lost);
                return Vec::new();
            }
            if !std::mem::replace(&mut said, true) {
                tracing::error!(%error, rows = batch.len(), "calls could not be written; trying again");
            }
            thread::sleep(PAUSE);
        }
    }

    /// Tells those who wait for changes that these failed. If nothing can be written just now, those behind the batch
    /// are told too: they stand in the queue as long as it does not get through.
    fn refuse_changes(&self, batch: &mut [Message], error: &rusqlite::Error) {
        let why = StoreError::from(error);
        batch.iter_mut().for_each(|message| message.refuse_change(&why));
        if may_pass(error) {
            self.desk.queue.each(|message| message.refuse_change(&why));
        }
    }

    /// A batch that will never be written as it is. One bad row must not cost the others: halves are written by
    /// themselves, until the bad row stands alone and is lost.
    fn save_what_can_be(
        &mut self,
        batch: &mut [Message],
        first: u64,
        error: &rusqlite::Error,
        lost: &mut Vec<(u64, u64)>,
    ) {
        if batch.len() > 1 && !may_pass(error) {
            let half = batch.len() / 2;
            let (left, right) = batch.split_at_mut(half);
            // No change is left in either, so there are no answers.
            self.write(left, first, lost);
            self.write(right, first + half as u64, lost);
            return;
        }
        tracing::error!(%error, rows = batch.len(), "calls could not be written and are lost");
        self.desk.lose(calls_in(batch), &Lost::NotWritten);
        lost.push((first, first + batch.len() as u64 - 1));
    }

    /// Writes a batch in one transaction.
    fn commit(&mut self, batch: &[Message]) -> rusqlite::Result<Vec<Answer>> {
        let ended = ended(batch);
        let more_waits = batch.len() >= BATCH || batch.iter().any(Message::is_import);
        self.ledger.transact(|page| {
            let mut answers = Vec::new();
            for message in batch {
                match message {
                    Message::Started(ticket, started) if !ended.contains(ticket) => page.note(*ticket, started)?,
                    Message::Record(ticket, record) => page.record(*ticket, record)?,
                    Message::Change(change, _) => answers.push(apply(page, change)?),
                    Message::Started(..) | Message::Flush(_) | Message::Refused => {}
                }
            }
            // Folding costs the less a row, the more rows there are: it waits while many are coming.
            if !more_waits {
                page.fold_if_due()?;
            }
            Ok(answers)
        })
    }

    fn may_try_again(&mut self, error: &rusqlite::Error) -> bool {
        let patient = !self.desk.queue.is_closed()
            || self.closing_since.get_or_insert_with(Instant::now).elapsed() < LAST_PATIENCE;
        patient && may_pass(error)
    }
}

impl Drop for Writer {
    /// However the thread ends, nobody is left waiting for it.
    fn drop(&mut self) {
        self.desk.queue.close();
        let mut rest = Vec::new();
        while self.desk.queue.take(&mut rest, BATCH).is_some() {
            self.desk.lose(calls_in(&rest), &Lost::NotWritten);
            rest.clear();
        }
        self.desk.progress.send_modify(|progress| {
            progress.fail(progress.done + 1, u64::MAX);
            progress.done = u64::MAX;
        });
    }
}

fn calls_in(messages: &[Message]) -> u64 {
    messages.iter().filter(|message| matches!(message, Message::Record(..))).count() as u64
}

/// What a change came to.
type Answer = Result<Applied, StoreError>;

/// The calls that end in a batch: those that begin in it too need no note. Empty if none begins.
fn ended(batch: &[Message]) -> HashSet<Ticket> {
    if !batch.iter().any(|message| matches!(message, Message::Started(..))) {
        return HashSet::new();
    }
    let ticket = |message: &Message| match message {
        Message::Record(ticket, _) => Some(*ticket),
        _ => None,
    };
    batch.iter().filter_map(ticket).collect()
}

fn apply(page: &mut Page<'_>, change: &Change) -> rusqlite::Result<Answer> {
    let changed = match change {
        Change::Rate { call, rating } => page.rate(*call, *rating)?,
        Change::AskedAgain { call } => page.asked_again(*call)?,
        Change::Set { place, preference, value } => page.set(place, *preference, value.as_deref())?,
        Change::Import { calls, session } => {
            let mut known = session.known();
            if known.broken {
                return Ok(Err(StoreError::ImportBroken));
            }
            return page.import(calls, &mut known).map(Ok);
        }
    };
    Ok(Ok(Applied { changed, ..Applied::default() }))
}

/// Tells those who wait for changes what these came to, and those who wait for a flush that it is done.
fn answer(batch: impl Iterator<Item = Message>, answers: Vec<Answer>) {
    let mut answers = answers.into_iter();
    for message in batch {
        // Who has stopped waiting does not want to know.
        match message {
            Message::Change(_, reply) => drop(answers.next().map(|answer| reply.send(answer))),
            Message::Flush(reply) => drop(reply.send(())),
            Message::Started(..) | Message::Record(..) | Message::Refused => {}
        }
    }
}

/// Whether the same rows may well be written a little later.
fn may_pass(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{
        CannotOpen, DatabaseBusy, DatabaseLocked, DiskFull, OutOfMemory, ReadOnly, SystemIoFailure,
    };
    let passing = [DatabaseBusy, DatabaseLocked, DiskFull, SystemIoFailure, CannotOpen, OutOfMemory, ReadOnly];
    error.sqlite_error_code().is_some_and(|code| passing.contains(&code))
}
