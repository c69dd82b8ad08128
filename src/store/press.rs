//! The thread that puts sheets into the file, a transaction each, and says how far it has come. While one sheet is being
//! written the next ones can be made ready; who needs the file itself waits until all are written.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use rusqlite::ffi::{self, SQLITE_BUSY, SQLITE_READONLY_DBMOVED};
use tokio::sync::oneshot;

use super::copies;
use super::error::{Lost, StoreError};
use super::place::Place;
use super::recorder::Desk;
use super::sqlite::connect::empty_log;
use super::sqlite::dictionary::File;
use super::sqlite::sheet::Sheet;
use super::sqlite::transaction::{all_or_nothing, may_pass};
use crate::model::Timestamp;

/// A sheet, and what its messages were.
#[derive(Default)]
pub(super) struct Batch {
    pub sheet: Sheet,
    /// The numbers in the queue of calls that could not even be entered.
    pub lost: Vec<u64>,
    /// The number in the queue of the last message.
    pub last: u64,
    /// Who wants to know when all is written.
    pub flushes: Vec<oneshot::Sender<()>>,
}

impl Batch {
    /// Whether nobody would miss it.
    pub fn is_blank(&self) -> bool {
        self.sheet.is_empty() && self.lost.is_empty() && self.flushes.is_empty()
    }
}

/// The thread, and the file it writes.
pub(super) struct Press {
    shared: Arc<Shared>,
    thread: Option<thread::JoinHandle<()>>,
}

struct Shared {
    desk: Arc<Desk>,
    db: Mutex<Connection>,
    place: Place,
    state: Mutex<State>,
    changed: Condvar,
    /// Rows were lost that are counted in memory: no cells are taken from there until it has been read anew.
    spoiled: AtomicBool,
}

#[derive(Default)]
struct State {
    /// The batches that are written next.
    next: VecDeque<Batch>,
    /// Whether one is being written.
    busy: bool,
    /// What keeps it from being written just now.
    trouble: Option<StoreError>,
    /// Blank batches, to be used again.
    blank: Vec<Batch>,
    /// When writing first failed after the store was told to close.
    closing_since: Option<Instant>,
    /// Nothing more comes.
    ended: bool,
    /// The thread is gone.
    gone: bool,
}

/// How many batches may be ready. With only one, the thread would have to wait for the next whenever the writer had to wait
/// for a processor.
const AHEAD: usize = 3;

/// How long to wait before trying again what failed. Tests have no such time to lose.
const PAUSE: Duration = Duration::from_millis(if cfg!(test) { 10 } else { 250 });

/// How long a store that is being closed keeps trying.
const LAST_PATIENCE: Duration = Duration::from_millis(if cfg!(test) { 100 } else { 5_000 });

impl Press {
    /// Starts the thread.
    pub fn start(desk: Arc<Desk>, db: Connection, place: Place) -> std::io::Result<Self> {
        let shared = Arc::new(Shared {
            desk,
            db: Mutex::new(db),
            place,
            state: Mutex::default(),
            changed: Condvar::new(),
            spoiled: AtomicBool::new(false),
        });
        let worker = Gone(Arc::clone(&shared));
        let thread = thread::Builder::new().name("store-press".into()).spawn(move || worker.0.run())?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Hands a batch over, in exchange for a blank one. Waits while enough of them have not been begun.
    pub fn print(&self, batch: Batch) -> Batch {
        let mut state = self.shared.wait_while(|state| state.is_full() && !state.gone);
        if state.gone {
            self.shared.desk.lose(batch.sheet.len() as u64, &Lost::NotWritten);
            return Batch::default();
        }
        state.next.push_back(batch);
        self.shared.changed.notify_all();
        state.blank.pop().unwrap_or_default()
    }

    /// Whether there is nothing to write. When there no longer is, the queue gets a nudge.
    pub fn is_idle(&self) -> bool {
        !lock(&self.shared.state).is_working()
    }

    /// Waits until a batch can be handed over at once.
    ///
    /// # Errors
    /// Nothing can be written just now; nobody knows how long that takes.
    pub fn room(&self) -> Result<(), StoreError> {
        self.shared.unless_troubled(State::is_full).map(drop)
    }

    /// The file, once all that was handed over is in it.
    ///
    /// # Errors
    /// Nothing can be written just now; nobody knows how long that takes.
    pub fn settled(&self) -> Result<MutexGuard<'_, Connection>, StoreError> {
        self.shared.unless_troubled(State::is_working).map(|_| lock(&self.shared.db))
    }

    /// Whether the file is where it was.
    ///
    /// # Errors
    /// It is not, so that nobody would find what is written.
    pub fn in_place(&self) -> Result<(), StoreError> {
        self.shared.in_place(&lock(&self.shared.db)).map_err(|error| StoreError::from(&error))
    }

    /// Deletes the copies of the file from before an update.
    ///
    /// # Errors
    /// One is still there.
    pub fn delete_copies(&self) -> Result<(), StoreError> {
        let Some(store) = self.shared.place.store() else { return Ok(()) };
        copies::delete_all(store).map_err(|error| StoreError::CopyLeft(error.to_string().into()))
    }

    /// Deletes those of them that are old; what is left of them is tried again the next time.
    pub fn delete_old_copies(&self, now: Timestamp) {
        let deleted = self.shared.place.store().map_or(Ok(()), |store| copies::delete_old(store, now));
        if let Err(error) = deleted {
            tracing::warn!("an old copy of the store could not be deleted ({error})");
        }
    }

    /// Whether rows were lost that are counted in memory.
    pub fn is_spoiled(&self) -> bool {
        self.shared.spoiled.load(Ordering::Relaxed)
    }

    /// Says that memory has been read anew. To be called when all is written.
    pub fn restored(&self) {
        self.shared.spoiled.store(false, Ordering::Relaxed);
    }

    /// Does some work again and again, as long as that may help.
    pub fn persist<T>(&self, mut work: impl FnMut() -> rusqlite::Result<T>) -> rusqlite::Result<T> {
        loop {
            match work() {
                Err(error) if self.shared.may_try_again(&error) => {}
                done => return done,
            }
        }
    }

    /// Waits until all that was handed over is written, and ends the thread.
    pub fn end(&mut self) {
        lock(&self.shared.state).ended = true;
        self.shared.changed.notify_all();
        // A panic of the thread has been said where it happened.
        let _ = self.thread.take().map(thread::JoinHandle::join);
    }
}

/// The file as it is when all is written. While it cannot be written, it is busy.
impl File for Press {
    fn look<T>(&self, look: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> rusqlite::Result<T> {
        let looked = look(&*self.settled().map_err(|_| failure(SQLITE_BUSY))?);
        match &looked {
            // It is settled, so nothing keeps calls from being written.
            Ok(_) => self.shared.desk.report(None),
            Err(error) if may_pass(error) => self.shared.refuse_changes(&StoreError::from(error)),
            Err(_) => {}
        }
        looked
    }
}

impl Drop for Press {
    fn drop(&mut self) {
        self.end();
    }
}

impl State {
    fn is_working(&self) -> bool {
        !self.gone && (self.busy || !self.next.is_empty())
    }

    fn is_full(&self) -> bool {
        self.next.len() >= AHEAD
    }
}

impl Shared {
    fn run(&self) {
        while let Some(mut batch) = self.next() {
            let mut lost = std::mem::take(&mut batch.lost);
            self.write(&mut batch, &mut lost);
            // In their order, as they are kept.
            lost.sort_unstable();
            self.desk.progress.send_modify(|progress| {
                progress.done = batch.last;
                lost.iter().for_each(|number| progress.fail(*number, *number));
            });
            // Only now, so that who is told finds what came before. Who has stopped waiting does not want to know.
            batch.flushes.drain(..).for_each(|flush| _ = flush.send(()));
            self.finished(batch);
        }
    }

    /// The next batch; `None` when there will be none.
    fn next(&self) -> Option<Batch> {
        let mut state = self.wait_while(|state| state.next.is_empty() && !state.ended);
        let batch = state.next.pop_front()?;
        state.busy = true;
        self.changed.notify_all();
        Some(batch)
    }

    fn finished(&self, mut batch: Batch) {
        batch.sheet.clear();
        let mut state = lock(&self.state);
        state.busy = false;
        state.blank.push(batch);
        self.changed.notify_all();
        let idle = !state.is_working();
        drop(state);
        if idle {
            self.desk.queue.nudge();
        }
    }

    /// Writes a batch, trying again until it is written. The numbers of rows that are lost are added to `lost`.
    fn write(&self, batch: &mut Batch, lost: &mut Vec<u64>) {
        if self.spoiled.load(Ordering::Relaxed) {
            batch.sheet.leave_cells_alone();
        }
        let Err(error) = self.persist(batch.sheet.len(), |db| batch.sheet.write(db)) else {
            if let Some(last) = batch.sheet.last() {
                let rows = batch.sheet.len();
                self.desk.recalled.add(batch.sheet.take_counted(), rows, last);
            }
            return;
        };
        self.spoiled.store(true, Ordering::Relaxed);
        self.write_in_part(batch, &error, lost);
        // Which of them are counted is not worth finding out.
        self.desk.recalled.forget();
    }

    /// Writes as much of a batch as can be.
    fn write_in_part(&self, batch: &Batch, error: &rusqlite::Error, lost: &mut Vec<u64>) {
        if may_pass(error) {
            self.lose(error, batch.sheet.numbers(0..batch.sheet.len()), lost);
            return;
        }
        // It will never be written as it is. One bad row must not cost the others.
        if let Err(error) = self.persist(0, |db| batch.sheet.write_around(db)) {
            tracing::error!(%error, "names or notes of calls could not be written");
        }
        self.save_what_can_be(batch, 0..batch.sheet.len(), lost);
    }

    /// Writes halves by themselves, until a bad row stands alone and is lost.
    fn save_what_can_be(&self, batch: &Batch, rows: Range<usize>, lost: &mut Vec<u64>) {
        let Err(error) = self.persist(rows.len(), |db| batch.sheet.write_rows(db, rows.clone())) else { return };
        if rows.len() > 1 && !may_pass(&error) {
            let middle = rows.start + rows.len() / 2;
            self.save_what_can_be(batch, rows.start..middle, lost);
            self.save_what_can_be(batch, middle..rows.end, lost);
        } else {
            self.lose(&error, batch.sheet.numbers(rows), lost);
        }
    }

    fn lose(&self, error: &rusqlite::Error, numbers: impl ExactSizeIterator<Item = u64>, lost: &mut Vec<u64>) {
        tracing::error!(%error, rows = numbers.len(), "calls could not be written and are lost");
        self.desk.lose(numbers.len() as u64, &Lost::NotWritten);
        lost.extend(numbers);
    }

    /// Does some work in a transaction, again and again as long as that may help.
    fn persist(&self, rows: usize, work: impl Fn(&Connection) -> rusqlite::Result<()>) -> rusqlite::Result<()> {
        let mut said = false;
        loop {
            let done = self.attempt(&work);
            let trouble = done.as_ref().err().filter(|error| may_pass(error)).map(StoreError::from);
            trouble.iter().for_each(|why| self.refuse_changes(why));
            // What is given up at the end leaves its trouble: it is not over.
            self.is_in(trouble);
            let Err(error) = done else { return Ok(()) };
            if !std::mem::replace(&mut said, true) && may_pass(&error) {
                tracing::error!(%error, rows, "calls could not be written; trying again");
            }
            if !self.may_try_again(&error) {
                return Err(error);
            }
        }
    }

    fn attempt(&self, work: impl Fn(&Connection) -> rusqlite::Result<()>) -> rusqlite::Result<()> {
        let db = lock(&self.db);
        self.in_place(&db)?;
        all_or_nothing(&db, work)
    }

    /// Whether the file is where it was. If not, its log follows it: whatever is put in its place would be taken for the
    /// file that the log belongs to, and ruined by it.
    fn in_place(&self, db: &Connection) -> rusqlite::Result<()> {
        if !self.place.has_moved() {
            return Ok(());
        }
        _ = empty_log(db);
        Err(failure(SQLITE_READONLY_DBMOVED))
    }

    /// Says what keeps batches from being written, or that nothing does.
    fn is_in(&self, trouble: Option<StoreError>) {
        let mut state = lock(&self.state);
        if state.trouble != trouble {
            state.trouble.clone_from(&trouble);
            self.changed.notify_all();
        }
        self.desk.report(trouble);
    }

    /// Tells those who wait for changes that these failed: they stand in the queue as long as the batch does not get
    /// through. Only rows are tried again, because nobody waits for them.
    fn refuse_changes(&self, why: &StoreError) {
        self.desk.report(Some(why.clone()));
        self.desk.queue.each(|message| message.refuse_change(why));
    }

    fn may_try_again(&self, error: &rusqlite::Error) -> bool {
        let patient = !self.desk.queue.is_closed() || {
            let mut state = lock(&self.state);
            !state.gone && state.closing_since.get_or_insert_with(Instant::now).elapsed() < LAST_PATIENCE
        };
        let again = patient && may_pass(error);
        if again {
            thread::sleep(PAUSE);
        }
        again
    }

    /// Waits, but not as long as nothing can be written.
    fn unless_troubled(&self, not_yet: impl Fn(&State) -> bool) -> Result<MutexGuard<'_, State>, StoreError> {
        let state = self.wait_while(|state| not_yet(state) && state.trouble.is_none() && !state.gone);
        match &state.trouble {
            Some(trouble) => Err(trouble.clone()),
            None if state.gone => Err(StoreError::Closed),
            None => Ok(state),
        }
    }

    fn wait_while(&self, not_yet: impl Fn(&State) -> bool) -> MutexGuard<'_, State> {
        let waiting = self.changed.wait_while(lock(&self.state), |state| not_yet(state));
        waiting.unwrap_or_else(PoisonError::into_inner)
    }
}

fn failure(code: std::ffi::c_int) -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(ffi::Error::new(code), None)
}

/// However the thread ends, nobody is left waiting for it.
struct Gone(Arc<Shared>);

impl Drop for Gone {
    fn drop(&mut self) {
        let mut state = lock(&self.0.state);
        state.gone = true;
        let unwritten: usize = state.next.drain(..).map(|batch| batch.sheet.len()).sum();
        self.0.changed.notify_all();
        drop(state);
        self.0.desk.lose(unwritten as u64, &Lost::NotWritten);
    }
}

/// A panic elsewhere leaves neither the state nor the connection half changed: what it was doing is rolled back.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
