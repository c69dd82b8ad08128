//! What is found at a path, and what is said of it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use rusqlite::Connection;

use super::super::{Access, Change, Lost, OpenError, Record, Store, StoreError, StoreOptions};
use super::{Home, calls, keep, started};
use crate::model::{CallId, Timestamp};
use crate::testing::call;

fn refused(path: &Path) -> String {
    let folder = path.parent().unwrap().display().to_string();
    match Store::open(path, StoreOptions::default()) {
        Ok(_) => panic!("{} was opened", path.display()),
        Err(error) => error.to_string().replace(&folder, "…"),
    }
}

fn refused_untouched(home: &Home) -> String {
    let (before, said) = (fs::read(home.path()).unwrap(), refused(&home.path()));
    assert_eq!(fs::read(home.path()).unwrap(), before, "the file was touched");
    let others: Vec<_> = fs::read_dir(home.folder.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert!(!others.iter().any(|name| name == "perfbot.db.key" || name == "perfbot.db.lock"), "{others:?}");
    said
}

/// A closed store with enough rows for several pages.
async fn closed_store() -> Home {
    let home = Home::new();
    let store = home.open();
    keep(&store, (0..300).map(|n| call("haiku").with(|call| call.at = Timestamp(n)).build())).await;
    drop(store);
    fs::remove_file(home.folder.path().join("perfbot.db.key")).unwrap();
    fs::remove_file(home.folder.path().join("perfbot.db.lock")).unwrap();
    home
}

#[test]
fn other_files_are_left_alone() {
    let home = Home::new();
    fs::write(home.path(), "timestamp,model\n2026-11-20,haiku\n").unwrap();
    insta::assert_snapshot!(
        refused_untouched(&home),
        @"the file …/perfbot.db is not a perfbot store: it was left untouched; name another file with --db"
    );
}

#[test]
fn databases_of_others_are_left_alone() {
    let home = Home::new();
    Connection::open(home.path()).unwrap().execute_batch("CREATE TABLE t (x)").unwrap();
    insta::assert_snapshot!(
        refused_untouched(&home),
        @"the file …/perfbot.db is not a perfbot store: it was left untouched; name another file with --db"
    );
}

#[tokio::test]
async fn a_cut_off_file_is_left_alone() {
    let home = closed_store().await;
    let bytes = fs::read(home.path()).unwrap();
    fs::write(home.path(), &bytes[..bytes.len() / 2]).unwrap();
    insta::assert_snapshot!(
        refused_untouched(&home),
        @"the file …/perfbot.db is damaged: it was left untouched; move it away together with its -wal and -shm, put a copy in its place, or rescue what can still be read with `sqlite3 …/perfbot.db .recover | sqlite3 rescued.db`, or name another file with --db"
    );
}

#[tokio::test]
async fn a_scribbled_file_is_left_alone() {
    let home = closed_store().await;
    let mut bytes = fs::read(home.path()).unwrap();
    bytes[100..4_000].fill(0xAA);
    fs::write(home.path(), &bytes).unwrap();
    insta::assert_snapshot!(
        refused_untouched(&home),
        @"the file …/perfbot.db is damaged: it was left untouched; move it away together with its -wal and -shm, put a copy in its place, or rescue what can still be read with `sqlite3 …/perfbot.db .recover | sqlite3 rescued.db`, or name another file with --db"
    );
}

#[tokio::test]
async fn a_newer_store_is_left_alone() {
    let home = closed_store().await;
    Connection::open(home.path()).unwrap().execute_batch("PRAGMA user_version = 99").unwrap();
    insta::assert_snapshot!(
        refused_untouched(&home),
        @"the file …/perfbot.db was written by a newer perfbot (schema 99; this one knows up to 8): update perfbot"
    );
}

#[test]
fn a_missing_folder_is_named() {
    let home = Home::new();
    let path = home.folder.path().join("missing/perfbot.db");
    let said = refused(&path).replace(&home.folder.path().display().to_string(), "");
    insta::assert_snapshot!(said, @"the folder … does not exist: make it, or name another file with --db");
}

#[test]
fn a_folder_is_no_store() {
    let home = Home::new();
    fs::create_dir(home.path()).unwrap();
    insta::assert_snapshot!(refused(&home.path()), @"the path …/perfbot.db is no file, and a store is one: name another with --db");
}

#[test]
fn nothing_is_made_in_a_read_only_folder() {
    let home = Home::new();
    fs::set_permissions(home.folder.path(), fs::Permissions::from_mode(0o555)).unwrap();
    let said = refused(&home.path());
    fs::set_permissions(home.folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    insta::assert_snapshot!(said, @"the file …/perfbot.db cannot be created (the folder … is read-only): name a file in a folder that can be written with --db");
}

#[test]
fn an_empty_file_becomes_a_store() {
    let home = Home::new();
    fs::write(home.path(), "").unwrap();
    assert_eq!(home.open().access(), Access::ReadWrite);
}

async fn cannot_be_written(store: &Store) -> String {
    let Access::ReadOnly { reason } = store.access() else { panic!("the store can be written") };
    let change = store.apply(Change::AskedAgain { call: CallId(1) }).await;
    assert!(matches!(&change, Err(StoreError::ReadOnly { .. })), "{change:?}");
    let recorder = store.recorder();
    let record = Record { call: call("haiku").build(), prompt: None };
    let lost = recorder.record(recorder.begin(started(&record.call)), record).await;
    assert_eq!(lost, Err(Lost::ReadOnly { reason: reason.as_str().into() }));
    store.close().await;
    reason
}

#[tokio::test]
async fn a_second_process_reads_and_is_told_who_writes() {
    let home = Home::new();
    let first = home.open();
    keep(&first, [call("haiku").build()]).await;
    let second = home.open();
    assert_eq!(calls(&second).await.len(), 1);
    keep(&first, [call("haiku").build()]).await;
    assert_eq!(calls(&second).await.len(), 2, "what is written meanwhile is seen");
    let folder = home.folder.path().display().to_string();
    let said = cannot_be_written(&second).await.replace(&folder, "…").replace(&std::process::id().to_string(), "123");
    insta::assert_snapshot!(said, @"another process (123) is writing to …/perfbot.db, so this one can only read");
    drop((first, second));
    assert_eq!(home.open().access(), Access::ReadWrite);
}

#[tokio::test]
async fn a_read_only_file_can_be_asked() {
    let home = closed_store().await;
    fs::set_permissions(home.path(), fs::Permissions::from_mode(0o444)).unwrap();
    let store = home.open();
    assert_eq!(calls(&store).await.len(), 300);
    let said = cannot_be_written(&store).await.replace(&home.folder.path().display().to_string(), "…");
    insta::assert_snapshot!(said, @"the file …/perfbot.db is read-only");
}

#[tokio::test]
async fn a_store_in_a_read_only_folder_can_be_asked() {
    let home = closed_store().await;
    fs::set_permissions(home.folder.path(), fs::Permissions::from_mode(0o555)).unwrap();
    let store = home.open();
    let seen = calls(&store).await.len();
    fs::set_permissions(home.folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(seen, 300);
    let said = cannot_be_written(&store).await.replace(&home.folder.path().display().to_string(), "…");
    insta::assert_snapshot!(said, @"the folder … is read-only");
}

#[test]
fn a_store_that_must_be_changed_first_cannot_be_read_only() {
    let home = Home::new();
    fs::write(home.path(), "").unwrap();
    fs::set_permissions(home.path(), fs::Permissions::from_mode(0o444)).unwrap();
    insta::assert_snapshot!(
        refused(&home.path()),
        @"the file …/perfbot.db has to be brought up to date first, and cannot be: the file …/perfbot.db is read-only"
    );
}

#[tokio::test]
async fn the_key_is_made_once_and_is_its_owners() {
    let home = Home::new();
    drop(home.open());
    let path = home.folder.path().join("perfbot.db.key");
    let key = fs::read(&path).unwrap();
    assert_eq!((key.len(), fs::metadata(&path).unwrap().permissions().mode() & 0o777), (32, 0o600));
    drop(home.open());
    assert_eq!(fs::read(&path).unwrap(), key);
}

#[tokio::test]
async fn a_broken_key_is_not_replaced() {
    let home = Home::new();
    let path = home.folder.path().join("perfbot.db.key");
    fs::write(&path, "short").unwrap();
    let error = Store::open(home.path(), StoreOptions::default()).err().unwrap();
    assert!(matches!(&error, OpenError::Key { .. }), "{error}");
    assert_eq!(fs::read(&path).unwrap(), b"short");
}
