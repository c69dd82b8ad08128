//! Who only looks leaves no trace and stands in nobody's way.

use std::fs;

use super::super::question::Preferences;
use super::super::{Access, Change, Lost, Record, StoreError};
use super::{Home, calls, keep, started};
use crate::model::{Preference, PreferencePlace};
use crate::testing::call;

fn files(home: &Home) -> Vec<String> {
    let files = fs::read_dir(home.folder.path()).unwrap();
    let mut names: Vec<_> = files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn monitor(value: &str) -> Change {
    let place = PreferencePlace::Channel("c".into());
    Change::Set { place, preference: Preference::Monitor, value: Some(value.into()) }
}

#[tokio::test]
async fn a_file_that_is_not_there_is_empty_and_stays_away() {
    let home = Home::new();
    let store = home.look();
    assert_eq!((calls(&store).await.len(), store.access()), (0, Access::ReadWrite));
    store.close().await;
    assert_eq!(files(&home), Vec::<String>::new());
    assert!(matches!(store.apply(monitor("on")).await, Err(StoreError::Closed)));
}

#[tokio::test]
async fn who_looks_does_not_keep_others_from_writing() {
    let home = Home::new();
    keep(&home.open(), [call("haiku").build()]).await;
    let looking = home.look();
    assert_eq!(calls(&looking).await.len(), 1);
    let writing = home.open();
    assert_eq!(writing.access(), Access::ReadWrite);
    keep(&writing, [call("haiku").build()]).await;
    assert_eq!(calls(&looking).await.len(), 2, "what is written meanwhile is seen");
}

#[tokio::test]
async fn who_looks_leaves_no_file_behind() {
    let home = Home::new();
    keep(&home.open(), [call("haiku").build()]).await;
    let before = (files(&home), fs::read(home.path()).unwrap());
    let looking = home.look();
    assert_eq!(calls(&looking).await.len(), 1);
    drop(looking);
    assert_eq!((files(&home), fs::read(home.path()).unwrap()), before);
}

#[tokio::test]
async fn the_first_change_makes_a_store_and_is_seen_by_who_made_it() {
    let home = Home::new();
    let store = home.look();
    assert_eq!(store.apply(monitor("on")).await.unwrap().changed, 1);
    assert_eq!(store.ask(Preferences).await.unwrap().len(), 1);
    let answered = Record { call: call("haiku").build(), prompt: None };
    let ticket = store.recorder().begin(started(&answered.call));
    let seq = store.recorder().record(ticket, answered).await.unwrap();
    store.recorder().committed(seq).await.unwrap();
    store.close().await;
    let again = home.open();
    assert_eq!((again.access(), calls(&again).await.len()), (Access::ReadWrite, 1));
    assert_eq!(again.ask(Preferences).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_change_is_refused_while_another_process_writes() {
    let home = Home::new();
    let writing = home.open();
    let looking = home.look();
    let refused = looking.apply(monitor("on")).await;
    assert!(
        matches!(&refused, Err(StoreError::ReadOnly { reason }) if reason.contains("is writing to")),
        "{refused:?}"
    );
    assert!(matches!(looking.access(), Access::ReadOnly { .. }));
    let late = Record { call: call("haiku").build(), prompt: None };
    let ticket = looking.recorder().begin(started(&late.call));
    assert!(matches!(looking.recorder().record(ticket, late).await, Err(Lost::ReadOnly { .. })));
    keep(&writing, [call("haiku").build()]).await;
    assert_eq!(calls(&looking).await.len(), 1);
}

#[test]
fn an_older_store_that_cannot_be_written_is_left_as_it_is() {
    let home = Home::new();
    drop(home.open());
    let db = rusqlite::Connection::open(home.path()).unwrap();
    db.execute_batch("PRAGMA user_version = 1").unwrap();
    drop(db);
    let before = fs::read(home.path()).unwrap();
    fs::set_permissions(home.path(), std::os::unix::fs::PermissionsExt::from_mode(0o444)).unwrap();
    let options = super::StoreOptions { want: super::Want::Look, ..super::StoreOptions::default() };
    let refused = super::Store::open(home.path(), options).err().unwrap().to_string();
    let refused = refused.replace(&home.folder.path().display().to_string(), "…");
    insta::assert_snapshot!(refused, @"the file …/perfbot.db has to be brought up to date first, and cannot be: this command only looks at it; a start of perfbot does it");
    assert_eq!(fs::read(home.path()).unwrap(), before);
}
