//! What survives: a crash, a power cut, a blocked disk, a full queue.

use std::fs;

use rusqlite::Connection;

use super::super::opening::Sizes;
use super::super::question::{Cells, Inventory};
use super::super::{Change, Expected, Lost, Record, Started, Store, StoreError, StoreOptions};
use super::{Home, calls, keep, record, rows, started};
use crate::model::{Call, CallId, Filter, Group, NanoUsd, Outcome, Scope, Usage, UsageSource};
use crate::testing::{call, window};

/// The files of a store as a power cut would leave them, opened.
fn after_power_cut(home: &Home) -> (Home, Store) {
    let copy = Home::new();
    for file in fs::read_dir(home.folder.path()).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), copy.folder.path().join(file.file_name())).unwrap();
    }
    let store = copy.open();
    (copy, store)
}

fn asked() -> Call {
    call("haiku").guild("g").channel("c").user("ann").with(|call| call.provider = Some("anthropic".into())).build()
}

async fn counted(store: &Store) -> u64 {
    let day = window("2026-11-20T00:00:00Z", "2026-11-21T00:00:00Z");
    let groups = store.ask(Cells { window: day, scope: Scope::All, filter: Filter::default() }).await.unwrap();
    Group::total(&groups).calls()
}

#[tokio::test]
async fn what_was_committed_survives_a_power_cut() {
    let home = Home::folding_every(3);
    let store = home.open();
    keep(&store, (0..10).map(|ms| call("haiku").ms(ms).build())).await;
    let (_copy, cut) = after_power_cut(&home);
    assert_eq!(calls(&cut).await, calls(&store).await);
    assert_eq!(counted(&cut).await, 10);
}

#[tokio::test]
async fn a_call_cut_off_by_a_crash_becomes_one_interrupted_row() {
    let home = Home::new();
    let store = home.open();
    let recorder = store.recorder();
    let unfinished = recorder.begin(started(&asked()));
    store.flush().await.unwrap();
    let (copy, first) = after_power_cut(&home);
    let mut interrupted = Call { outcome: Outcome::Interrupted, ..asked() };
    interrupted.usage.source = UsageSource::Estimated;
    assert_eq!(calls(&first).await, std::slice::from_ref(&interrupted));
    assert_eq!(counted(&first).await, 1);
    drop(first);
    assert_eq!(calls(&copy.open()).await, [interrupted]);

    recorder.record(unfinished, Record { call: asked(), prompt: None }).await.unwrap();
    store.flush().await.unwrap();
    let (_copy, ended) = after_power_cut(&home);
    assert_eq!(calls(&ended).await, [asked()]);
}

#[tokio::test]
async fn an_interrupted_call_has_probably_cost_what_others_of_its_model_did() {
    let home = Home::new();
    let store = home.open();
    let usage = Usage { output: Some(300), ..Usage::default() };
    keep(&store, [Call { usage, ..asked() }, Call { usage: Usage { output: Some(100), ..usage }, ..asked() }]).await;
    let expected =
        Expected { input_tokens: Some(50), input_cost: Some(NanoUsd(150)), output_cost: Some(NanoUsd(15_000)) };
    store.recorder().begin(Started { expected, context_messages: Some(7), ..started(&asked()) });
    store.flush().await.unwrap();
    let (_copy, opened) = after_power_cut(&home);
    let interrupted = calls(&opened).await.pop().unwrap();
    assert_eq!(interrupted.cost, Some(NanoUsd(150 + 200 * 15)), "200 tokens are the mean of the model");
    assert_eq!((interrupted.usage.input, interrupted.usage.output), (Some(50), Some(200)));
    assert_eq!((interrupted.usage.source, interrupted.context.messages), (UsageSource::Estimated, Some(7)));
}

#[tokio::test]
async fn a_reader_leaves_the_notes_of_a_running_process_alone() {
    let home = Home::new();
    let store = home.open();
    let ticket = store.recorder().begin(started(&asked()));
    store.flush().await.unwrap();
    assert!(calls(&home.open()).await.is_empty());
    store.recorder().record(ticket, Record { call: asked(), prompt: None }).await.unwrap();
    store.flush().await.unwrap();
    assert_eq!(calls(&home.open()).await, [asked()]);
}

#[tokio::test]
async fn dropping_the_last_handle_writes_what_is_in_the_queue() {
    let home = Home::new();
    let store = home.open();
    let recorder = store.recorder();
    for _ in 0..50 {
        record(&store, asked(), None).await;
    }
    drop(store);
    assert_eq!(calls(&home.open()).await.len(), 50);
    let ticket = recorder.begin(started(&asked()));
    assert_eq!(recorder.record(ticket, Record { call: asked(), prompt: None }).await, Err(Lost::Closed));
}

#[tokio::test]
async fn closing_leaves_one_tidy_file() {
    let home = Home::new();
    let store = home.open();
    keep(&store, [asked()]).await;
    store.close().await;
    drop(store);
    assert!(!home.folder.path().join("perfbot.db-wal").exists());
    assert_eq!(counted(&home.open()).await, 1);
}

/// Holds the write lock of a file, as another program might.
fn hold(home: &Home) -> Connection {
    let other = Connection::open(home.path()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    other
}

#[tokio::test(start_paused = true)]
async fn a_full_queue_delays_a_call_and_then_loses_it_and_only_it() {
    let home = Home::with(Sizes { queue: 2, ..Sizes::default() });
    let store = home.open();
    let recorder = store.recorder();
    let other = hold(&home);
    let mut accepted = 0;
    // The clock of this test is wound forward while everyone waits, so that the two seconds pass at once.
    let lost = loop {
        let ticket = recorder.begin(started(&asked()));
        match recorder.record(ticket, Record { call: asked(), prompt: None }).await {
            Ok(_) => accepted += 1,
            Err(lost) => break lost,
        }
    };
    assert_eq!(lost, Lost::QueueFull);
    // Nor does a change wait for ever for a place.
    let refused = store.apply(Change::AskedAgain { call: CallId(1) }).await;
    assert!(matches!(refused, Err(StoreError::Busy)), "{refused:?}");
    other.execute_batch("COMMIT").unwrap();
    store.flush().await.unwrap();
    assert_eq!(rows(&store).await.len(), accepted);
    assert_eq!(store.ask(Inventory).await.unwrap().lost, 1);
}

#[tokio::test]
async fn a_blocked_store_refuses_changes_but_keeps_calls() {
    let home = Home::new();
    let store = home.open();
    let other = hold(&home);
    record(&store, asked(), Some("What is Python?")).await;
    // The first may be in one batch with the call; when it has been refused, the second comes behind a batch that is
    // stuck.
    for _ in 0..2 {
        let refused = store.apply(Change::AskedAgain { call: CallId(1) }).await;
        assert!(matches!(refused, Err(StoreError::Busy)), "{refused:?}");
    }
    other.execute_batch("COMMIT").unwrap();
    store.flush().await.unwrap();
    let stored = calls(&store).await;
    assert_eq!((stored.len(), stored[0].asked_again, stored[0].repeat_after_s), (1, 0, None));
}

#[tokio::test]
async fn changes_are_refused_while_whole_sheets_wait_and_no_call_is_lost() {
    let home = Home::new();
    let store = home.open();
    let other = hold(&home);
    for _ in 0..3_500 {
        record(&store, asked(), None).await;
    }
    let refused = store.apply(Change::AskedAgain { call: CallId(1) }).await;
    assert!(matches!(refused, Err(StoreError::Busy)), "{refused:?}");
    other.execute_batch("COMMIT").unwrap();
    store.flush().await.unwrap();
    assert_eq!((rows(&store).await.len(), counted(&store).await), (3_500, 3_500));
    assert_eq!(store.apply(Change::AskedAgain { call: CallId(1) }).await.unwrap().changed, 1);
}

#[tokio::test]
async fn a_bad_row_costs_itself_only_and_its_loss_is_never_forgotten() {
    lose_bad_rows(Home::new()).await;
    lose_bad_rows(Home::folding_every(5)).await;
}

async fn lose_bad_rows(home: Home) {
    let store = home.open();
    let other = Connection::open(home.path()).unwrap();
    let trap = "CREATE TRIGGER trap BEFORE INSERT ON calls WHEN NEW.attempts = 77
                BEGIN SELECT RAISE(ABORT, 'trapped'); END;";
    other.execute_batch(&format!("{trap} BEGIN IMMEDIATE")).unwrap();
    let attempts: Vec<u32> = [[1; 20].as_slice(), &[77, 1, 77], &[1; 20]].concat();
    let (recorder, mut seqs) = (store.recorder(), Vec::new());
    for attempts in &attempts {
        let call = Call { attempts: *attempts, ..asked() };
        let ticket = recorder.begin(started(&call));
        seqs.push(recorder.record(ticket, Record { call, prompt: None }).await.unwrap());
    }
    other.execute_batch("COMMIT").unwrap();
    store.flush().await.unwrap();
    for (seq, attempts) in seqs.into_iter().zip(&attempts) {
        let expected = if *attempts == 77 { Err(Lost::NotWritten) } else { Ok(()) };
        assert_eq!(recorder.committed(seq).await, expected);
    }
    let stored = calls(&store).await;
    assert_eq!((stored.len(), store.ask(Inventory).await.unwrap().lost), (41, 2));
    assert!(stored.iter().all(|call| call.attempts == 1));
    assert_eq!(counted(&store).await, 41);
    keep(&store, (0..9).map(|_| asked())).await;
    assert_eq!((calls(&store).await.len(), counted(&store).await), (50, 50));
}

#[tokio::test]
async fn repeats_are_remembered_over_a_restart() {
    let home = Home::new();
    let ask = |time: &str| call("haiku").user("ann").at(time).build();
    record(&home.open(), ask("2026-11-20T12:00:00Z"), Some("What is Python?")).await;
    let store = home.open();
    record(&store, ask("2026-11-20T12:00:30Z"), Some("What is Python?")).await;
    store.flush().await.unwrap();
    assert_eq!(calls(&store).await[1].repeat_after_s, Some(30));
}

#[tokio::test]
async fn many_tasks_record_at_once() {
    let store = Store::in_memory(StoreOptions::default()).unwrap();
    let tasks = (0..20).map(|_| {
        let store = store.clone();
        tokio::spawn(async move {
            for _ in 0..20 {
                record(&store, asked(), None).await;
            }
        })
    });
    futures::future::join_all(tasks).await;
    store.flush().await.unwrap();
    assert_eq!(counted(&store).await, 400);
}
