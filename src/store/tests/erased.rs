//! What was erased is not in the files any more, not even where nobody looks for it.

use std::fs;
use std::time::Duration;

use super::super::opening::{Sizes, open};
use super::super::{Change, Store, StoreOptions, Whose};
use super::{Home, keeping_previews, record, rows};
use crate::model::{Call, PromptHash, Retention, Timestamp};
use crate::testing::{at, call};

const ANN: &str = "ann-whose-name-is-long";

fn open_with(home: &Home, options: StoreOptions) -> Store {
    open(&home.path(), options, Sizes { fold_every: 7, ..Sizes::default() }).unwrap()
}

/// Questions of two people in turn, one every minute, each asked twice by each.
async fn ask(store: &Store, questions: i64) {
    for n in 0..questions {
        let user = ["bob", ANN][n as usize % 2];
        let mut call = call("haiku").guild("g").channel("c").user(user).build();
        call.at = at("2026-11-20T12:00:00Z").plus(n * Timestamp::HOUR / 60);
        record(store, call, Some(&format!("Why does {user} ask {}?", n / 4))).await;
    }
    store.flush().await.unwrap();
}

/// How many of some runs of bytes are in the files of a store: its own and its log.
fn found(home: &Home, wanted: &[Vec<u8>]) -> usize {
    let files = [home.path(), home.path().with_extension("db-wal")];
    let bytes: Vec<u8> = files.iter().flat_map(|file| fs::read(file).unwrap_or_default()).collect();
    let is_there = |wanted: &&Vec<u8>| bytes.windows(wanted.len()).any(|bytes| bytes == **wanted);
    wanted.iter().filter(is_there).count()
}

/// A hash as it stands in rows, and as it stands in lists of repeated prompts.
fn bytes_of(PromptHash(hash): PromptHash) -> [Vec<u8>; 2] {
    [hash.to_be_bytes().to_vec(), hash.to_le_bytes().to_vec()]
}

/// All that is kept of the calls of one person, or of everybody.
async fn kept_of(store: &Store, is_theirs: impl Fn(&Call) -> bool) -> Vec<Vec<u8>> {
    let stored = rows(store).await;
    let theirs = stored.into_iter().filter(|row| is_theirs(&row.call));
    theirs
        .flat_map(|row| row.call.prompt_hash.into_iter().flat_map(bytes_of).chain(row.preview.map(String::into_bytes)))
        .collect()
}

#[tokio::test]
async fn nothing_of_a_person_is_left_in_the_file() {
    let home = Home::new();
    let store = open_with(&home, keeping_previews());
    ask(&store, 200).await;
    let mut anns = kept_of(&store, |call| call.user == Some(ANN.into())).await;
    anns.push(ANN.into());
    let bobs = kept_of(&store, |call| call.user == Some("bob".into())).await;
    assert!(found(&home, &anns) > 0);
    let erased = store.apply(Change::erase(Whose::Person(ANN.into()))).await.unwrap();
    assert_eq!((erased.changed, erased.previews), (100, 100));
    assert_eq!(found(&home, &anns), 0, "while the store is open");
    store.close().await;
    assert_eq!(found(&home, &anns), 0, "when it is closed");
    assert!(found(&home, &bobs) > 0, "what was not erased is there");
}

#[tokio::test]
async fn nothing_of_a_guild_is_left_in_the_file() {
    let home = Home::new();
    let store = open_with(&home, keeping_previews());
    ask(&store, 200).await;
    let all = kept_of(&store, |_| true).await;
    store.apply(Change::erase(Whose::Guild { guild: "g".into(), channels: vec!["c".into()] })).await.unwrap();
    assert_eq!(found(&home, &all), 0);
}

#[tokio::test]
async fn previews_that_were_kept_long_enough_are_not_in_the_file() {
    let home = Home::new();
    let retention = Retention { previews: Some(Duration::from_hours(1)), ..Retention::default() };
    let store = open_with(&home, StoreOptions { retention, ..keeping_previews() });
    ask(&store, 200).await;
    let previews: Vec<_> = rows(&store).await.into_iter().filter_map(|row| Some(row.preview?.into_bytes())).collect();
    store.apply(Change::Trim { now: at("2026-11-21T12:00:00Z") }).await.unwrap();
    store.close().await;
    assert_eq!(found(&home, &previews), 0);
}
