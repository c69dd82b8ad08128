//! Weeks stand for their days, and quarters of a day for their hours, once they are over and only then.

use std::sync::Arc;

use rusqlite::Connection;

use super::super::Store;
use super::super::question::Overview;
use super::{Home, keep};
use crate::model::{Call, CallId, Filter, Rating, Scope, Timestamp, Window};
use crate::store::Change;
use crate::testing::{at, call};

const MONDAY: &str = "2026-10-05T00:00:00Z";

/// A call in each of so many half days from Monday on.
fn half_days(n: i64) -> impl Iterator<Item = Call> {
    (0..n).map(|n| {
        let mut call = call("haiku").guild("g").ms(1_000).build();
        call.at = at(MONDAY).plus(n * Timestamp::DAY / 2);
        call
    })
}

/// Calls of so many whole days from Monday on.
async fn calls_of_days(store: &Store, days: i64) -> u64 {
    let window = Window { from: at(MONDAY), to: at(MONDAY).plus(days * Timestamp::DAY) };
    store.ask(Overview { window, scope: Scope::All, filter: Filter::default() }).await.unwrap().total.calls()
}

fn slots_of(home: &Home, hours: i64) -> i64 {
    let db = Connection::open(home.path()).unwrap();
    db.query_row("SELECT count(*) FROM slot_sums WHERE hours = ?1", [hours], |row| row.get(0)).unwrap()
}

#[tokio::test]
async fn a_week_that_is_over_is_answered_without_its_days() {
    let home = Home::folding_every(1);
    let store = home.open();
    keep(&store, half_days(14)).await;
    assert_eq!(slots_of(&home, 168), 0, "the first week is not over");
    keep(&store, half_days(30).skip(14)).await;
    store.close().await;
    drop(store);
    assert_eq!(slots_of(&home, 168), 4, "two weeks, of all calls and of the guild");
    Connection::open(home.path()).unwrap().execute("DELETE FROM slot_sums WHERE hours IN (1, 24)", []).unwrap();
    let store = home.look();
    assert_eq!((calls_of_days(&store, 14).await, calls_of_days(&store, 6).await), (28, 0));
}

#[tokio::test]
async fn what_an_older_version_left_unsealed_is_sealed_at_start() {
    let home = Home::folding_every(1);
    let store = home.open();
    keep(&store, half_days(80)).await;
    store.close().await;
    drop(store);
    let unseal = "DELETE FROM meta WHERE key = 'sealed'";
    let db = Connection::open(home.path()).unwrap();
    let before = (slots_of(&home, 6), slots_of(&home, 168));
    for table in ["slot_sums", "slot_times", "slot_detail", "slot_slowest", "slot_people"] {
        db.execute(&format!("DELETE FROM {table} WHERE hours IN (6, 168)"), []).unwrap();
    }
    db.execute(unseal, []).unwrap();
    let store = home.open();
    assert_eq!((slots_of(&home, 6), slots_of(&home, 168)), before);
    keep(&store, half_days(81).skip(80)).await;
    let rebuilt = store.apply(Change::Rebuild { rows: Arc::default() }).await.unwrap();
    assert_eq!((rebuilt.changed, calls_of_days(&store, 42).await), (0, 81));
}

#[tokio::test]
async fn what_comes_late_reaches_its_week() {
    let home = Home::folding_every(1);
    let store = home.open();
    keep(&store, half_days(16)).await;
    keep(&store, half_days(3)).await;
    let rated = Change::Rate { call: CallId(1), by: "ann".into(), rating: Rating::new(5) };
    store.apply(rated).await.unwrap();
    let of_a_week = calls_of_days(&store, 7).await;
    let rebuilt = store.apply(Change::Rebuild { rows: Arc::default() }).await.unwrap();
    assert_eq!((of_a_week, rebuilt.changed, slots_of(&home, 168)), (17, 0, 2));
}
