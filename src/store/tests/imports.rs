//! A log comes in once, however often and however long it is read.

use super::super::{Applied, Change, ImportSession, Store, StoreError, StoreOptions};
use super::{Home, calls, keep, memory_folding_every, rows};
use crate::model::{Call, CallId, LoggedCall, NanoUsd, PromptDigest, PromptHash, QueryType, Rating, Timestamp};
use crate::testing::call;

async fn import(store: &Store, parts: &[&[Call]]) -> (u64, u64) {
    let parts: Vec<Vec<LoggedCall>> = parts.iter().map(|part| part.iter().cloned().map(Into::into).collect()).collect();
    import_logged(store, &parts).await
}

async fn import_logged(store: &Store, parts: &[Vec<LoggedCall>]) -> (u64, u64) {
    let session = ImportSession::new();
    let mut total = (0, 0);
    for part in parts {
        let change = Change::Import { calls: part.clone(), session: session.clone() };
        let Applied { added, known, changed, .. } = store.apply(change).await.unwrap();
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

fn logged(id: i64, call: Call) -> LoggedCall {
    LoggedCall { id: Some(CallId(id)), ..call.into() }
}

#[tokio::test]
async fn repeated_calls_are_found_by_their_new_numbers() {
    let store = memory_folding_every(2);
    keep(&store, [call("sonnet").build(), call("haiku").ms(1).build()]).await;
    let again = |ms, of: i64| call("haiku").ms(ms).with(|call| call.again_of = Some(CallId(of))).build();
    let first = vec![logged(11, call("haiku").ms(1).build()), logged(12, again(2, 11))];
    let second = vec![logged(20, again(3, 12)), logged(21, again(4, 7)), again(5, 20).into()];
    assert_eq!(import_logged(&store, &[first, second]).await, (4, 1));
    let found: Vec<_> = calls(&store).await.iter().map(|call| call.again_of.map(|id| id.0)).collect();
    assert_eq!(found, [None, None, Some(2), Some(3), None, Some(4)], "7 is no call of the log");
}

#[tokio::test]
async fn an_export_of_a_whole_store_keeps_its_numbers() {
    let (from, to) = (memory_folding_every(3), memory_folding_every(3));
    let again = call("haiku").with(|call| call.again_of = Some(CallId(1))).build();
    keep(&from, [call("haiku").ms(5).build(), again]).await;
    let exported = rows(&from).await;
    import_logged(&to, &[exported.iter().map(|row| logged(row.id.0, row.call.clone())).collect()]).await;
    assert_eq!(rows(&to).await, exported);
}

#[tokio::test]
async fn prompts_of_a_log_are_kept_under_the_key_of_the_store() {
    let home = Home::new();
    let asked =
        |ms, prompt| LoggedCall { prompt: Some(PromptDigest([prompt; 32])), ..call("haiku").ms(ms).build().into() };
    let log = vec![asked(1, 7), asked(2, 8), asked(3, 7)];
    assert_eq!(import_logged(&home.open(), std::slice::from_ref(&log)).await, (3, 0));
    let again = home.open();
    assert_eq!(import_logged(&again, std::slice::from_ref(&log)).await, (0, 3), "known after a restart");
    let hashes = |calls: Vec<Call>| calls.iter().map(|call| call.prompt_hash.unwrap()).collect::<Vec<_>>();
    let here = hashes(calls(&again).await);
    assert!(here[0] == here[2] && here[0] != here[1]);
    let elsewhere = memory_folding_every(3);
    import_logged(&elsewhere, &[log]).await;
    assert_ne!(hashes(calls(&elsewhere).await), here, "another store has another key");
}

#[tokio::test]
async fn an_import_that_failed_must_start_again() {
    let store = Store::in_memory(StoreOptions::default()).unwrap();
    let session = ImportSession::new();
    session.known().broken = true;
    let refused = store.apply(Change::Import { calls: log().into_iter().map(Into::into).collect(), session }).await;
    assert!(matches!(refused, Err(StoreError::ImportBroken)));
    assert_eq!(import(&store, &[&log()]).await, (4, 0));
}
