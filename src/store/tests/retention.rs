//! What is kept long enough goes; what it came to stays.

use std::time::Duration;

use super::super::opening::{Sizes, in_memory};
use super::super::question::{ByDay, ByPerson, Inventory, MostRepeated, Overview, Slowest};
use super::super::{Change, ImportSession, Store, StoreOptions, Whose};
use super::{Home, keep, keeping_previews, record, rows};
use crate::model::{Brief, Call, Filter, Micros, PromptHash, Readable, Retention, Scope, Timestamp, UserId, Window};
use crate::testing::{at, call};

const HOUR: i64 = Timestamp::HOUR;

fn keeping(retention: Retention) -> Store {
    let sizes = Sizes { fold_every: 7, ..Sizes::default() };
    in_memory(StoreOptions { retention, ..keeping_previews() }, sizes).unwrap()
}

fn for_days(days: u64) -> Option<Duration> {
    Some(Duration::from_hours(days * 24))
}

/// A call every half hour for so many days.
fn half_hourly(days: i64) -> Vec<Call> {
    apart(HOUR / 2, days * 48)
}

/// So many calls, so far apart, by two people in turn.
fn apart(step: i64, calls: i64) -> Vec<Call> {
    (0..calls)
        .map(|n| {
            let mut call = call("haiku").guild("g").user(["ann", "bob"][n as usize % 2]).build();
            call.at = at("2026-11-01T00:00:00Z").plus(n * step);
            call.times.response = Some(Micros(1_000_000 + n as u64 * 1_000));
            call.prompt_hash = Some(PromptHash(1 + n as u64 % 3));
            call
        })
        .collect()
}

fn all_of(calls: &[Call]) -> Window {
    Window { from: calls[0].at, to: calls[calls.len() - 1].at.plus(HOUR / 2) }
}

async fn overview(store: &Store, window: Window) -> crate::model::Overview {
    let overview = Overview { window, scope: Scope::All, filter: Filter::default() };
    store.ask(overview).await.unwrap().as_ref().clone()
}

async fn days(store: &Store, window: Window) -> Vec<(chrono::NaiveDate, Brief)> {
    let (scope, filter) = (Scope::Guild("g".into()), Filter::default());
    store.ask(ByDay { window, scope, filter, zone: chrono_tz::Tz::UTC }).await.unwrap()
}

async fn people(store: &Store, window: Window) -> Vec<(UserId, Brief)> {
    store.ask(ByPerson { window, scope: Scope::All }).await.unwrap()
}

#[tokio::test]
async fn old_rows_go_and_their_sums_stay() {
    let (store, calls) = (keeping(Retention { rows: for_days(3), ..Retention::default() }), half_hourly(10));
    let window = all_of(&calls);
    keep(&store, calls.clone()).await;
    let before = (overview(&store, window).await, days(&store, window).await, people(&store, window).await);
    let trimmed = store.apply(Change::Trim { now: window.to }).await.unwrap();
    // The last block is not full, so all that are too old are in blocks.
    assert_eq!(trimmed.changed, 7 * 48);
    assert_eq!(rows(&store).await.len(), 3 * 48);
    let after = (overview(&store, window).await, days(&store, window).await, people(&store, window).await);
    assert_eq!(before, after);
    assert_eq!(store.apply(Change::Trim { now: window.to }).await.unwrap().changed, 0);
    let slowest = Slowest { window, scope: Scope::All, readable: Readable::All, filter: Filter::default(), top: 3 };
    assert_eq!(store.ask(slowest).await.unwrap().len(), 3);
}

#[tokio::test]
async fn nothing_of_a_person_is_left_once_rows_are_gone_and_they_are_forgotten() {
    let (store, calls) = (keeping(Retention { rows: for_days(3), ..Retention::default() }), half_hourly(10));
    let window = all_of(&calls);
    keep(&store, calls).await;
    store.apply(Change::Trim { now: window.to }).await.unwrap();
    let of_rows = store.ask(MostRepeated {
        window: Window { to: window.to.plus(-4 * 24 * HOUR), ..window },
        scope: Scope::All,
        top: 5,
    });
    assert_eq!(of_rows.await.unwrap(), [], "nobody could take these prompts out any more");
    store.apply(Change::erase(Whose::Person("ann".into()))).await.unwrap();
    let people = people(&store, window).await;
    assert_eq!(people.iter().map(|(user, brief)| (user.as_str(), brief.calls)).collect::<Vec<_>>(), [("bob", 240)]);
}

#[tokio::test]
async fn old_rows_go_although_their_block_is_not_full() {
    let home = Home::folding_every(7);
    let retention = Retention { rows: for_days(3), ..Retention::default() };
    let open = || {
        super::super::opening::open(&home.path(), StoreOptions { retention, ..StoreOptions::default() }, home.sizes)
            .unwrap()
    };
    // A block holds 16.
    let (store, calls) = (open(), apart(12 * HOUR, 44));
    let window = all_of(&calls);
    keep(&store, calls[..14].to_vec()).await;
    let before = people(&store, window).await;
    assert_eq!(store.apply(Change::Trim { now: calls[13].at }).await.unwrap().changed, 7);
    assert_eq!((rows(&store).await.len(), people(&store, window).await), (7, before));
    keep(&store, calls[14..20].to_vec()).await;
    store.apply(Change::Trim { now: calls[43].at.plus(4 * 24 * HOUR) }).await.unwrap();
    assert_eq!(rows(&store).await.len(), 0);
    keep(&store, calls[20..30].to_vec()).await;
    drop(store);
    let store = open();
    keep(&store, calls[30..].to_vec()).await;
    let brief = |people: &[(UserId, Brief)]| people.iter().map(|(_, brief)| brief.calls).collect::<Vec<_>>();
    assert_eq!((brief(&people(&store, window).await), rows(&store).await[0].id.0), (vec![22, 22], 21));
}

#[tokio::test]
async fn who_leaves_takes_nobody_elses_sums_along() {
    let home = Home::folding_every(7);
    let retention = Retention { rows: for_days(3), ..Retention::default() };
    let options = StoreOptions { retention, ..StoreOptions::default() };
    let store = super::super::opening::open(&home.path(), options, home.sizes).unwrap();
    let mut calls = half_hourly(10);
    let window = all_of(&calls);
    calls.iter_mut().step_by(3).for_each(|call| call.guild = Some("h".into()));
    keep(&store, calls.clone()).await;
    store.apply(Change::Trim { now: window.to }).await.unwrap();
    let ratings = |db: &rusqlite::Connection, sql: &str| db.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    let db = rusqlite::Connection::open(home.path()).unwrap();
    let noted = || ratings(&db, "SELECT value FROM meta WHERE key = 'people'");
    let before = noted();
    store.apply(Change::erase(Whose::Guild { guild: "h".into(), channels: Vec::new() })).await.unwrap();
    let counted: Vec<_> =
        people(&store, window).await.iter().map(|(user, brief)| (user.to_string(), brief.calls)).collect();
    assert_eq!(counted, [("ann".to_owned(), 160), ("bob".to_owned(), 160)]);
    assert_eq!(noted(), before, "the rows need not be gone through again");
    let listed = "SELECT sum(length(ids)) FROM people_calls";
    let left = "SELECT count(*) FROM calls WHERE user NOT NULL AND id <= (SELECT value FROM meta WHERE key = 'people')
                    AND id > (SELECT min(block) * 8 FROM people_blocks)";
    // A number takes a byte; those whose rows went out of the first block are still there.
    assert!((0..16).contains(&(ratings(&db, listed) - ratings(&db, left))), "nobody's calls are listed as somebody's");
}

#[tokio::test]
async fn previews_live_shorter_than_rows() {
    let store = keeping(Retention { previews: for_days(2), ..Retention::default() });
    let calls = half_hourly(5);
    for call in calls.clone() {
        record(&store, call, Some("How do I read a file?")).await;
    }
    store.flush().await.unwrap();
    let trimmed = store.apply(Change::Trim { now: all_of(&calls).to }).await.unwrap();
    assert_eq!((trimmed.previews, trimmed.changed), (3 * 48, 0));
    let with_preview = rows(&store).await.iter().filter(|row| row.preview.is_some()).count();
    assert_eq!((with_preview, rows(&store).await.len()), (2 * 48, 5 * 48));
}

#[tokio::test]
async fn a_log_does_not_bring_back_what_went() {
    let (store, calls) = (keeping(Retention { rows: for_days(3), ..Retention::default() }), half_hourly(10));
    let import =
        || Change::Import { calls: calls.iter().cloned().map(Into::into).collect(), session: ImportSession::new() };
    assert_eq!(store.apply(import()).await.unwrap().added, 480);
    let before = overview(&store, all_of(&calls)).await;
    store.apply(Change::Trim { now: all_of(&calls).to }).await.unwrap();
    let again = store.apply(import()).await.unwrap();
    assert_eq!((again.added, again.known, again.too_old), (0, 3 * 48, 7 * 48));
    assert_eq!(overview(&store, all_of(&calls)).await, before);
}

#[tokio::test]
async fn a_file_stays_under_its_size() {
    const MOST: u64 = 600_000;
    let home = Home::folding_every(50);
    let retention = Retention { max_bytes: Some(MOST), ..Retention::default() };
    let store = super::super::opening::open(
        &home.path(),
        StoreOptions { retention, ..StoreOptions::default() },
        Sizes::default(),
    )
    .unwrap();
    let calls = apart(HOUR / 200, 12_000);
    let mut largest = 0;
    for part in calls.chunks(1_000) {
        keep(&store, part.to_vec()).await;
        store.apply(Change::Trim { now: all_of(&calls).to }).await.unwrap();
        largest = largest.max(std::fs::metadata(home.path()).unwrap().len());
    }
    let kept = rows(&store).await;
    assert!(kept.len() < calls.len() && !kept.is_empty(), "{} of {} rows", kept.len(), calls.len());
    assert_eq!(kept.last().unwrap().call.at, calls.last().unwrap().at, "the newest stay");
    assert_eq!(overview(&store, all_of(&calls)).await.total.calls(), calls.len() as u64);
    store.close().await;
    let size = std::fs::metadata(home.path()).unwrap().len().max(largest);
    assert!(size < MOST * 5 / 4, "{size} bytes");
    let checked = home.look();
    assert_eq!(checked.ask(Inventory).await.unwrap().faults, [] as [String; 0]);
}
