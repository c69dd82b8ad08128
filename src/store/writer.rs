//! The thread that empties the queue: it enters calls on sheets, which the press puts into the file, and applies changes.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::change::{Applied, Change, Upset};
use super::error::{Lost, StoreError};
use super::lock::Held;
use super::place::Place;
use super::press::{Batch, Press};
use super::recorder::{Desk, Record, Ticket};
use super::sqlite::connect::empty_log;
use super::sqlite::dictionary::File;
use super::sqlite::ledger::{Ledger, Rush};
use super::sqlite::page::Page;
use super::sqlite::transaction::unpanicked;
use crate::model::CallId;

/// What can be put into the queue. Records are not boxed: the queue's places are made once, and handing in a call
/// should allocate nothing.
#[allow(clippy::large_enum_variant)]
pub(super) enum Message {
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
    /// If this is a change, tells who waits for it that it failed.
    pub fn refuse_change(&mut self, why: &StoreError) {
        if !matches!(self, Self::Change(..)) {
            return;
        }
        if let Self::Change(change, reply) = std::mem::replace(self, Self::Refused) {
            refuse(&change, reply, why.clone());
        }
    }
}

type Reply = oneshot::Sender<Result<Applied, StoreError>>;

/// The most calls in one transaction.
const BATCH: usize = 1_000;

/// How long this thread lets calls come while the press is busy: far fewer than the queue has places for.
const REST: Duration = Duration::from_millis(2);

/// The thread and what it owns.
pub(super) struct Writer {
    desk: Arc<Desk>,
    ledger: Ledger,
    press: Press,
    batch: Batch,
    _lock: Option<Held>,
}

impl Writer {
    /// Starts the thread. It ends when the queue is closed and empty.
    pub fn start(
        desk: Arc<Desk>,
        (db, place): (Connection, Place),
        ledger: Ledger,
        lock: Option<Held>,
    ) -> std::io::Result<thread::JoinHandle<()>> {
        let press = Press::start(Arc::clone(&desk), db, place)?;
        let writer = Self { desk, ledger, press, batch: Batch::default(), _lock: lock };
        thread::Builder::new().name("store-writer".into()).spawn(|| writer.run())
    }

    fn run(mut self) {
        loop {
            if self.press.is_idle() {
                self.gather();
                self.hand_over(self.rush());
            }
            if !self.press.is_idle() {
                // Nothing has to be done at once. The press nudges when it is idle again.
                self.desk.queue.rest(REST);
            } else if !self.desk.queue.wait() {
                break;
            }
            self.take_all();
        }
        if let Err(error) = self.close() {
            tracing::warn!("the store could not be tidied up ({error}); this is made up for at the next start");
        }
    }

    fn take_all(&mut self) {
        loop {
            self.ledger.begin_round();
            if !self.desk.queue.fetch(|(ticket, started)| self.ledger.begin(ticket, started)) {
                return;
            }
            while let Some((number, message)) = self.desk.queue.pop() {
                self.batch.last = number;
                self.take(number, message);
            }
        }
    }

    fn take(&mut self, number: u64, message: Message) {
        self.be_sure_of_memory();
        match message {
            Message::Record(ticket, record) => self.enter(number, ticket, &record),
            Message::Change(change, reply) => self.change(&change, reply),
            Message::Flush(reply) => self.batch.flushes.push(reply),
            Message::Refused => {}
        }
        if self.batch.sheet.len() >= BATCH {
            self.hand_over(Rush::MoreWait);
        }
    }

    fn enter(&mut self, number: u64, ticket: Ticket, record: &Record) {
        let (ledger, press, sheet) = (&mut self.ledger, &self.press, &mut self.batch.sheet);
        let entered = press.persist(|| unpanicked(|| ledger.enter(press, sheet, number, (ticket, record))));
        if let Err(error) = entered {
            tracing::error!(%error, "a call could not be entered and is lost");
            self.desk.lose(1, &Lost::NotWritten);
            self.batch.lost.push(number);
            self.ledger.spoil();
        }
    }

    /// Applies a change once all before it is written. It is refused at once if that cannot be, because somebody waits.
    fn change(&mut self, change: &Change, reply: Reply) {
        match self.apply(change) {
            // Who has stopped waiting does not want to know.
            Ok(applied) => drop(reply.send(Ok(applied))),
            Err(why) => refuse(change, reply, why),
        }
    }

    fn apply(&mut self, change: &Change) -> Result<Applied, StoreError> {
        self.press.room()?;
        self.press.in_place()?;
        self.ledger.finish(&self.press, &mut self.batch.sheet, Rush::Calm).map_err(|error| StoreError::from(&error))?;
        self.print();
        match change {
            // Before anything is erased, so that it is all or nothing.
            Change::Erase { after: CallId(0), .. } => self.press.delete_copies()?,
            Change::Trim { now } => self.press.delete_old_copies(*now),
            _ => {}
        }
        let db = self.press.settled()?;
        let applied = self.ledger.transact(&db, |page| apply(page, change));
        if matches!((change, &applied), (Change::Erase { .. }, Ok(Ok(Applied { next: None, .. })))) {
            // It still holds what the file held before. If somebody is reading it just now, it is overwritten later.
            _ = empty_log(&db);
        }
        let upset = change.upsets();
        if upset != Upset::Nothing {
            self.desk.recalled.forget();
        }
        // Reading memory anew costs more than a step of erasing.
        if upset == Upset::Counts && !matches!(&applied, Ok(Ok(Applied { is_apart: true, .. }))) {
            self.ledger.spoil();
        }
        applied.unwrap_or_else(|error| Err(StoreError::from(&error)))
    }

    /// Ends the sheet and gives it to the press.
    fn hand_over(&mut self, rush: Rush) {
        let (ledger, press, sheet) = (&mut self.ledger, &self.press, &mut self.batch.sheet);
        if let Err(error) = press.persist(|| ledger.finish(press, sheet, rush)) {
            tracing::error!(%error, "notes of calls could not be written");
        }
        self.print();
    }

    /// Where many calls are coming, a transaction takes more of them if it begins a moment later.
    fn gather(&mut self) {
        if self.rush() == Rush::MoreWait {
            self.desk.queue.rest(REST / 2);
            self.take_all();
        }
    }

    /// Many calls since the last batch mean that more are coming.
    fn rush(&self) -> Rush {
        if self.batch.sheet.len() < BATCH / 8 { Rush::Calm } else { Rush::MoreWait }
    }

    /// Gives the batch to the press, if there is anything in it.
    fn print(&mut self) {
        if !self.batch.is_blank() {
            let last = self.batch.last;
            let blank = self.press.print(std::mem::take(&mut self.batch));
            self.batch = Batch { last, ..blank };
        }
    }

    /// Reads memory anew if it may be wrong.
    fn be_sure_of_memory(&mut self) {
        if !self.ledger.is_stale() && !self.press.is_spoiled() {
            return;
        }
        self.ledger.spoil();
        self.hand_over(Rush::MoreWait);
        let (ledger, press) = (&mut self.ledger, &self.press);
        match press.persist(|| press.look(|db| ledger.refresh(db))) {
            Ok(()) => self.press.restored(),
            Err(error) => tracing::error!(%error, "the store could not be read"),
        }
    }

    fn close(&mut self) -> Result<(), StoreError> {
        self.hand_over(Rush::Calm);
        drop(self.press.settled()?);
        self.be_sure_of_memory();
        self.press.in_place()?;
        let db = self.press.settled()?;
        self.ledger.close(&db).map_err(|error| StoreError::from(&error))
    }
}

impl Drop for Writer {
    /// However the thread ends, nobody is left waiting for it.
    fn drop(&mut self) {
        self.desk.queue.close();
        self.press.end();
        loop {
            let more = self.desk.queue.fetch(drop);
            let rest: Vec<Message> = std::iter::from_fn(|| self.desk.queue.pop()).map(|(_, message)| message).collect();
            self.desk.lose(calls_in(&rest), &Lost::NotWritten);
            if !more {
                break;
            }
        }
        self.desk.progress.send_modify(|progress| {
            progress.fail(progress.done + 1, u64::MAX);
            progress.done = u64::MAX;
        });
        let lost = self.desk.health.borrow().lost;
        if lost > 0 {
            tracing::error!(lost, "so many calls could not be kept in all, and are missing in all figures");
        }
    }
}

fn calls_in(messages: &[Message]) -> u64 {
    messages.iter().filter(|message| matches!(message, Message::Record(..))).count() as u64
}

/// What a change came to.
type Answer = Result<Applied, StoreError>;

fn apply(page: &mut Page<'_>, change: &Change) -> rusqlite::Result<Answer> {
    let changed = match change {
        Change::Rate { call, by, rating } => page.rate(*call, by, *rating)?,
        Change::Delivered { at, channel, message } => page.deliver(*at, channel, message)?,
        Change::AskedAgain { call } => page.asked_again(*call)?,
        Change::Set { place, preference, value } => page.set(place, *preference, value.as_deref())?,
        Change::Trim { now } => return page.trim(*now).map(Ok),
        Change::Rebuild { rows } => return page.rebuild(rows).map(Ok),
        Change::Happened(event) => page.write_event(event)?,
        Change::Noted { change, event } => {
            let made = apply(page, change)?;
            if made.is_ok() {
                page.write_event(event)?;
            }
            return Ok(made);
        }
        Change::StartedWith { setup, news } => page.start_with(setup, news)?,
        Change::FixBaseline { of, baseline } => page.fix_baseline(of, baseline)?,
        Change::ClearBaseline { of, name } => page.clear_baseline(of, name)?,
        Change::Detected { of, at, found } => page.write_bottlenecks(of, *at, found)?,
        Change::Erase { whose, after } => return page.erase(whose, *after).map(Ok),
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

/// Tells who waits for a change that it failed. Who has stopped waiting does not want to know.
fn refuse(change: &Change, reply: Reply, why: StoreError) {
    if let Change::Import { session, .. } = change {
        session.known().broken = true;
    }
    let _ = reply.send(Err(why));
}
