//! What a disk that breaks costs: nothing that was said to be on it, and nothing that can wait until it is mended.

use std::fs;

use super::super::opening::{Sizes, open};
use super::super::question::Inventory;
use super::super::{Change, Health, ImportSession, Lost, Record, Seq, Store, StoreError, StoreOptions, Want};
use super::disk::{Disk, Fault};
use super::{Home, cells_equal_rows, keep, record, rows, started};
use crate::model::{Call, CallId, Outcome, StoredCall, Timestamp};
use crate::testing::call;

/// The call with a number.
fn numbered(number: i64) -> Call {
    call("haiku").guild("g").user("ann").ms(number as u64).with(|call| call.at = Timestamp(number)).build()
}

fn log(numbers: std::ops::Range<i64>) -> Change {
    let calls = numbers.map(|number| numbered(number).into()).collect();
    Change::Import { calls, session: ImportSession::new() }
}

/// Applies a change, which is refused as long as the disk is broken.
async fn apply_at_last(store: &Store, change: impl Fn() -> Change) {
    while store.apply(change()).await.is_err() {}
}

/// What was said to be on the disk.
#[derive(Debug, Default)]
struct Said {
    calls: Vec<i64>,
    asked_again: u32,
}

impl Said {
    /// Writes calls and changes one after the other, until all is done or the disk fails.
    async fn write(&mut self, store: &Store, disk: &Disk) {
        tokio::select! {
            biased;
            () = disk.failed() => {}
            () = self.write_all(store, disk) => {}
        }
    }

    async fn write_all(&mut self, store: &Store, disk: &Disk) {
        let recorder = store.recorder();
        for number in 1..=8 {
            let (call, prompt) = (numbered(number), Some("What is Python?".into()));
            let ticket = recorder.begin(started(&call));
            if number % 3 == 0 {
                store.flush().await.unwrap();
            }
            let seq = recorder.record(ticket, Record { call, prompt }).await.unwrap();
            recorder.committed(seq).await.unwrap();
            assert!(!disk.owes("perfbot.db-wal".as_ref()), "call {number} was acknowledged before it was synced");
            self.calls.push(number);
        }
        apply_at_last(store, || Change::AskedAgain { call: CallId(1) }).await;
        self.asked_again = 1;
        apply_at_last(store, || log(20..25)).await;
        self.calls.extend(20..25);
        store.close().await;
    }

    /// Holds it against what is there.
    fn check(&self, stored: &[StoredCall]) {
        let finished = |row: &&StoredCall| row.call.outcome != Outcome::Interrupted;
        let there: Vec<i64> = stored.iter().filter(finished).map(|row| row.call.at.0).collect();
        let mut once = there.clone();
        once.dedup();
        assert_eq!(there, once);
        assert!(self.calls.iter().all(|number| there.contains(number)), "{self:?}: {there:?}");
        let asked_again = stored.first().map_or(0, |row| row.call.asked_again);
        assert!(asked_again >= self.asked_again && asked_again <= 1);
    }
}

/// Cuts the power at an operation; `false` if all was done before.
async fn cut_at(operation: u64, mut home: Home) -> bool {
    home.sizes.fold_every = 3;
    let disk = Disk::of(home.folder.path());
    disk.fail_from(operation, Fault::PowerCut);
    let mut said = Said::default();
    if let Ok(store) = home.try_open() {
        said.write(&store, &disk).await;
    }
    let was_cut = disk.operations() >= operation;
    let left = home.after_power_cut(&disk, operation);
    let store = left.open();
    said.check(&rows(&store).await);
    cells_equal_rows::as_they_are(&store).await;
    assert!(store.ask(Inventory).await.unwrap().faults.is_empty());
    was_cut
}

impl Home {
    /// The folder as a power cut leaves it.
    pub fn after_power_cut(&self, disk: &Disk, seed: u64) -> Self {
        let left = self.copy();
        let mut chance = fastrand::Rng::with_seed(seed);
        for name in ["perfbot.db", "perfbot.db-wal", "perfbot.db-shm"] {
            // Not every one is there.
            _ = fs::remove_file(left.folder.path().join(name));
        }
        for (name, bytes) in disk.after_power_cut(&mut chance) {
            fs::write(left.folder.path().join(name), bytes).unwrap();
        }
        left
    }
}

#[tokio::test]
async fn what_was_acknowledged_survives_a_power_cut_at_any_operation() {
    let made = Home::new();
    made.open().close().await;
    let mut operation = 1;
    while cut_at(operation, made.copy()).await {
        operation += 1;
    }
    assert!(operation > 60, "there were only {operation} operations");
}

#[tokio::test]
async fn a_store_that_is_being_made_survives_a_power_cut() {
    for operation in (1..120).step_by(7) {
        cut_at(operation, Home::new()).await;
    }
}

#[tokio::test]
async fn a_disk_that_fails_once_at_any_operation_costs_nothing() {
    let made = Home::new();
    made.open().close().await;
    let mut operation = 1;
    while fail_once_at(operation, made.copy()).await {
        operation += 1;
    }
    assert!(operation > 60, "there were only {operation} operations");
}

/// Lets the disk fail until that is noticed; `false` if all was done before. What was not synced then is gone.
async fn fail_once_at(operation: u64, mut home: Home) -> bool {
    home.sizes.fold_every = 3;
    let disk = Disk::of(home.folder.path());
    let Ok(store) = home.try_open() else { return true };
    disk.fail_from(operation, Fault::Broken);
    let mut said = Said::default();
    tokio::select! {
        () = said.write_all(&store, &disk) => {}
        () = mend_once_failed(&disk) => {}
    }
    disk.fail(Fault::PowerCut);
    let had_failed = disk.operations() >= operation;
    assert_eq!(*store.health().borrow(), Health::default());
    drop(store);
    let left = home.after_power_cut(&disk, operation);
    let store = left.open();
    let stored = rows(&store).await;
    said.check(&stored);
    assert_eq!(stored.len(), 13);
    cells_equal_rows::as_they_are(&store).await;
    had_failed
}

async fn mend_once_failed(disk: &Disk) {
    disk.failed().await;
    disk.mend();
    std::future::pending().await
}

/// A store on a disk, with one call in it.
async fn on_a_disk() -> (Home, Disk, Store) {
    let home = Home::new();
    let disk = Disk::of(home.folder.path());
    let store = home.open();
    keep(&store, [numbered(0)]).await;
    (home, disk, store)
}

/// Hands calls in, without waiting until they are written.
async fn hand_in(store: &Store, numbers: std::ops::Range<i64>) -> Vec<Seq> {
    let (recorder, mut seqs) = (store.recorder(), Vec::new());
    for number in numbers {
        let call = numbered(number);
        let ticket = recorder.begin(started(&call));
        seqs.push(recorder.record(ticket, Record { call, prompt: None }).await.unwrap());
    }
    seqs
}

async fn troubled(store: &Store) -> StoreError {
    let mut health = store.health();
    let health = health.wait_for(|health| health.trouble.is_some()).await.unwrap();
    health.trouble.clone().unwrap()
}

async fn well_again(store: &Store, calls: usize) {
    store.flush().await.unwrap();
    store.health().wait_for(|health| *health == Health::default()).await.unwrap();
    assert_eq!(rows(store).await.len(), calls);
    cells_equal_rows::as_they_are(store).await;
}

#[tokio::test]
async fn while_the_disk_is_full_calls_wait_and_changes_are_refused() {
    let (_home, disk, store) = on_a_disk().await;
    disk.fail(Fault::Full);
    let seqs = hand_in(&store, 1..1_500).await;
    assert_eq!(troubled(&store).await, StoreError::Full);
    assert_eq!(store.apply(Change::AskedAgain { call: CallId(1) }).await, Err(StoreError::Full));
    assert_eq!(rows(&store).await.len(), 1, "questions are still answered");
    disk.mend();
    store.recorder().committed(*seqs.last().unwrap()).await.unwrap();
    well_again(&store, 1_500).await;
}

#[tokio::test]
async fn what_could_not_be_written_before_the_end_is_counted_as_lost() {
    let (home, disk, store) = on_a_disk().await;
    disk.fail(Fault::Broken);
    let seqs = hand_in(&store, 1..6).await;
    assert!(matches!(troubled(&store).await, StoreError::Unwritable(_)));
    store.close().await;
    for seq in seqs {
        assert_eq!(store.recorder().committed(seq).await, Err(Lost::NotWritten));
    }
    let health = store.health().borrow().clone();
    assert!(
        matches!(health, Health { trouble: Some(StoreError::Unwritable(_)), lost: 5 }),
        "it is not over: {health:?}"
    );
    disk.mend();
    drop(store);
    assert_eq!(rows(&home.open()).await.len(), 1);
}

#[tokio::test]
async fn a_file_that_is_moved_away_takes_no_calls_until_it_is_back() {
    let home = Home::new();
    let store = home.open();
    keep(&store, [numbered(0)]).await;
    for moved in [home.path(), home.path().with_extension("db-wal")] {
        let calls = rows(&store).await.len();
        let away = home.folder.path().join("away");
        fs::rename(&moved, &away).unwrap();
        let seqs = hand_in(&store, 1..3).await;
        assert_eq!(troubled(&store).await, StoreError::Moved);
        assert_eq!(store.apply(Change::AskedAgain { call: CallId(1) }).await, Err(StoreError::Moved));
        fs::rename(&away, &moved).unwrap();
        store.recorder().committed(seqs[1]).await.unwrap();
        well_again(&store, calls + 2).await;
    }
}

#[tokio::test]
async fn of_a_file_that_was_deleted_it_is_said_what_is_lost_and_the_next_start_begins_a_new_one() {
    let home = Home::new();
    let store = home.open();
    keep(&store, [numbered(0)]).await;
    fs::remove_file(home.path()).unwrap();
    hand_in(&store, 1..4).await;
    assert_eq!(troubled(&store).await, StoreError::Moved);
    assert!(!home.path().exists(), "nothing is put in its place");
    store.close().await;
    assert_eq!(*store.health().borrow(), Health { trouble: Some(StoreError::Moved), lost: 3 }, "it is not over");
    drop(store);
    let new = home.open();
    assert!(rows(&new).await.is_empty());
    keep(&new, [numbered(0)]).await;
}

/// A store with calls in its file that lies beside another's log; what the file holds, and how many calls.
async fn another_file() -> (Vec<u8>, usize) {
    let other = Home::new();
    let store = other.open();
    keep(&store, (0..400).map(numbered)).await;
    store.close().await;
    (fs::read(other.path()).unwrap(), 400)
}

#[tokio::test]
async fn a_file_put_in_the_place_of_an_open_store_is_not_spoiled_by_its_log() {
    for is_writing in [true, false] {
        let (home, (other, calls)) = (Home::new(), another_file().await);
        let store = home.open();
        keep(&store, (0..9).map(numbered)).await;
        let (away, ours) = (home.folder.path().join("away.db"), Home::new());
        fs::rename(home.path(), &away).unwrap();
        fs::write(home.path(), &other).unwrap();
        if is_writing {
            hand_in(&store, 9..12).await;
            assert_eq!(troubled(&store).await, StoreError::Moved);
        }
        store.close().await;
        drop(store);
        assert_eq!(fs::read(home.path()).unwrap(), other);
        assert_eq!(rows(&home.look()).await.len(), calls);
        assert_eq!(rows(&home.open()).await.len(), calls);
        fs::copy(&away, ours.path()).unwrap();
        assert_eq!(rows(&ours.look()).await.len(), 9, "the file that was moved has all that was in the log");
    }
}

#[tokio::test]
async fn who_looks_at_a_file_beside_a_log_of_another_leaves_both_as_they_are() {
    let (home, (other, _)) = (Home::new(), another_file().await);
    let store = home.open();
    keep(&store, (0..9).map(numbered)).await;
    let crashed = home.copy();
    fs::write(crashed.path(), &other).unwrap();
    let log = fs::read(crashed.path().with_extension("db-wal")).unwrap();
    // Whatever is found there.
    let looking = open(&crashed.path(), StoreOptions { want: Want::Look, ..StoreOptions::default() }, Sizes::default());
    _ = looking.map(|store| store.ask_blocking(&Inventory));
    assert_eq!(fs::read(crashed.path()).unwrap(), other);
    assert_eq!(fs::read(crashed.path().with_extension("db-wal")).unwrap(), log);
}

#[tokio::test]
async fn a_clock_that_steps_back_costs_nothing() {
    let home = Home::folding_every(2);
    let store = home.open();
    let noon = crate::testing::at("2026-11-20T12:00:00Z");
    for step in [0, 1, -1, -Timestamp::HOUR, -3 * Timestamp::DAY, 2] {
        let call = Call { at: noon.plus(step), ..numbered(0) };
        record(&store, call, Some("What is Python?")).await;
    }
    store.flush().await.unwrap();
    let stored = rows(&store).await;
    let repeats: Vec<_> = stored.iter().map(|row| row.call.repeat_after_s).collect();
    assert_eq!(repeats, [None, Some(0), None, None, None, Some(0)], "what was asked later is not asked before");
    cells_equal_rows::as_they_are(&store).await;
    drop(store);
    assert_eq!(rows(&home.open()).await, stored);
}
