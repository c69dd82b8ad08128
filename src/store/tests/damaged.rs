//! Files of which a part cannot be read: what can be, is, and what can be made anew, is made anew.

use std::sync::Arc;

use rusqlite::Connection;

use super::super::question::{Inventory, Overview, Preferences, Rows};
use super::super::{Access, Change, Store, StoreError, StoreOptions};
use super::{Home, cells_equal_rows, keep, rows};
use crate::model::{Call, Filter, Scope, Timestamp, Window};
use crate::testing::call;

/// Calls every half hour, over three days of which tests like to ask.
fn half_hourly(numbers: std::ops::Range<i64>) -> impl Iterator<Item = Call> {
    let from = 1_700_000_000_000_000 / Timestamp::DAY * Timestamp::DAY;
    numbers.map(move |n| {
        let call = call("m").guild("g").user("u").ms(n as u64);
        call.with(|call| call.at = Timestamp(from + n * Timestamp::HOUR / 2)).build()
    })
}

/// A store that was closed, of which something was damaged since.
async fn damaged(damage: &str) -> Home {
    let home = Home::folding_every(1_000);
    let store = home.open();
    keep(&store, half_hourly(0..144)).await;
    store.close().await;
    Connection::open(home.path()).unwrap().execute_batch(damage).unwrap();
    home
}

async fn sums(store: &Store) -> Result<u64, StoreError> {
    let window = Window { from: Timestamp(0), to: Timestamp(i64::MAX) };
    let overview = store.ask(Overview { window, scope: Scope::All, filter: Filter::default() }).await?;
    Ok(overview.total.calls())
}

#[tokio::test]
async fn sums_that_cannot_be_read_are_found_and_made_anew() {
    let home = damaged("UPDATE slot_sums SET data = x'80' WHERE hours = 24; UPDATE quarters SET data = x'80'").await;
    let store = home.open();
    assert_eq!(store.access(), Access::ReadWrite);
    keep(&store, half_hourly(0..6)).await;
    assert_eq!(sums(&store).await, Err(StoreError::Damaged));
    assert!(store.ask(Inventory).await.unwrap().unreadable_sums > 3);
    drop(store);
    let store = home.open();
    assert_eq!(rows(&store).await.len(), 150, "calls are written all the same");
    let rebuilt = store.apply(Change::Rebuild { rows: Arc::default() }).await.unwrap();
    assert!(rebuilt.changed > 3 && rebuilt.added == 150, "{rebuilt:?}");
    assert_eq!((sums(&store).await, store.ask(Inventory).await.unwrap().unreadable_sums), (Ok(150), 0));
    cells_equal_rows::as_they_are(&store).await;
}

#[tokio::test]
async fn a_row_that_cannot_be_read_is_damage_and_keeps_nobody_from_looking_at_the_rest() {
    let interrupted = "INSERT INTO started (ticket, at, model, query_type) VALUES (1, 1, 1, 1);
        DELETE FROM meta WHERE key = 'watermark'; UPDATE calls SET attempts = -1 WHERE id = 144";
    let home = damaged(interrupted).await;
    let refused = Store::open(home.path(), StoreOptions::default()).err().unwrap().to_string();
    assert!(refused.contains("is damaged: it was left untouched"), "{refused}");
    let looking = home.look();
    let first = Rows { window: None, scope: Scope::All, filter: Filter::default(), after: None, limit: 143 };
    assert_eq!(looking.ask(first.clone()).await.unwrap().len(), 143);
    assert_eq!(looking.ask(Preferences).await.unwrap().len(), 0);
    assert_eq!(looking.ask(Rows { limit: 144, ..first }).await, Err(StoreError::Damaged));
}
