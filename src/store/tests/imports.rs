//! A log comes in once, however often and however long it is read.

use super::super::{Applied, Change, ImportSession, Store, StoreError, StoreOptions};
use super::{Home, calls, keep, memory_folding_every};
use crate::model::{Call, NanoUsd, PromptHash, QueryType, Rating, Timestamp};
use crate::testing::call;

async fn import(store: &Store, parts: &[&[Call]]) -> (u64, u64) {
    let session = ImportSession::new();
    let mut total = (0, 0);
    for part in parts {
        let change = Change::Import { calls: part.to_vec(), session: session.clone() };
        let Applied { added, known, changed } = store.apply(change).await.unwrap();
        assert_eq!(added, changed);
        total = (total.0 + added, total.1 + known);
    }
    total
}

fn log() -> Vec<Call> {
    let row = call("haiku").user("ann").tokens(10, 20);
    let later = row.clone().at("2023-11-16T18:15:46.680590Z");
    vec![row.clone().build(), row.clone().build(), later.build(), row.ms(7).build()]
}

#[tokio::test]
async fn equal_rows_of_one_log_are_all_kept() {
    let store = memory_folding_every(2);
    let log = log();
    assert_eq!(import(&store, &[&log[..1], &log[1..]]).await, (4, 0));
    assert_eq!(calls(&store).await, log);
}

#[tokio::test]
async fn the_same_log_again_adds_nothing() {
    let store = memory_folding_every(2);
    let log = log();
    import(&store, &[&log]).await;
    assert_eq!(import(&store, &[&log]).await, (0, 4));
    assert_eq!(import(&store, &[&log[..2], &log[2..]]).await, (0, 4));
}

#[tokio::test]
async fn a_log_that_has_grown_adds_what_is_new() {
    let store = memory_folding_every(2);
    let mut log = log();
    import(&store, &[&log]).await;
    log.push(log[0].clone());
    log.insert(0, call("sonnet").build());
    assert_eq!(import(&store, &[&log[..3], &log[3..]]).await, (2, 4));
    assert_eq!(import(&store, &[&log]).await, (0, 6));
}

#[tokio::test]
async fn what_was_found_out_later_does_not_make_a_row_new() {
    let store = memory_folding_every(4_096);
    import(&store, &[&log()]).await;
    let mut richer = log();
    for call in &mut richer {
        call.rating = Rating::new(3);
        call.cost = Some(NanoUsd(5));
        call.price = Some("a price".into());
        call.query_type = QueryType::Code;
        call.asked_again = 1;
    }
    assert_eq!(import(&store, &[&richer]).await, (0, 4));
}

#[tokio::test]
async fn measured_rows_are_known_to_an_import() {
    let home = Home::new();
    let store = home.open();
    keep(&store, log()).await;
    let exported = calls(&store).await;
    assert_eq!(import(&store, &[&exported]).await, (0, 4));
}

#[tokio::test]
async fn an_export_makes_an_equal_store() {
    let (from, to) = (memory_folding_every(3), memory_folding_every(3));
    let asked = |second: i64| {
        let mut call = call("haiku").build();
        (call.at, call.prompt_hash) = (Timestamp(second * 1_000_000), Some(PromptHash(9)));
        call
    };
    keep(&from, [asked(0), asked(60), asked(50)]).await;
    let exported = calls(&from).await;
    assert_eq!(exported.iter().map(|call| call.repeat_after_s).collect::<Vec<_>>(), [None, Some(60), None]);
    import(&to, &[&exported]).await;
    assert_eq!(calls(&to).await, exported);
}

#[tokio::test]
async fn an_import_that_failed_must_start_again() {
    let store = Store::in_memory(StoreOptions::default()).unwrap();
    let session = ImportSession::new();
    session.known().broken = true;
    let refused = store.apply(Change::Import { calls: log(), session }).await;
    assert!(matches!(refused, Err(StoreError::ImportBroken)));
    assert_eq!(import(&store, &[&log()]).await, (4, 0));
}
