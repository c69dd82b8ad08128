//! How a store of an older version is brought up to date, and what becomes of the copy that is made before.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::{Duration, UNIX_EPOCH};

use rusqlite::Connection;

use super::super::sqlite::schema::{self, tests::put_samples};
use super::super::{Change, StoreError, Whose};
use super::disk::{Disk, Fault};
use super::{Home, calls, cells_equal_rows, keep, rows};
use crate::model::Timestamp;
use crate::testing::{at, call};

/// A store as the program of an older version left it.
fn of_version(version: u32) -> Home {
    let home = Home::new();
    let mut db = Connection::open(home.path()).unwrap();
    put_samples(&mut db, version);
    home
}

impl Home {
    /// The copies that lie beside the store, by the ends of their names.
    fn copies(&self) -> Vec<String> {
        let names =
            fs::read_dir(self.folder.path()).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
        let mut ends: Vec<_> = names.filter_map(|name| Some(name.split_once(".before-")?.1.to_owned())).collect();
        ends.sort();
        ends
    }

    fn copy_before(&self, version: u32) -> PathBuf {
        self.folder.path().join(format!("perfbot.db.before-{version}"))
    }

    fn refusal(&self) -> String {
        let folder = self.folder.path().display().to_string();
        self.try_open().err().unwrap().to_string().replace(&folder, "…")
    }
}

fn version_and_calls(path: &PathBuf) -> (u32, u32) {
    let db = Connection::open(path).unwrap();
    let calls = db.query_row("SELECT count(*) FROM calls", [], |row| row.get(0)).unwrap();
    (schema::version(&db).unwrap(), calls)
}

#[tokio::test]
async fn a_copy_is_made_before_an_update_from_every_version() {
    for version in 1..schema::VERSION {
        let home = of_version(version);
        let before = version_and_calls(&home.path());
        fs::set_permissions(home.path(), fs::Permissions::from_mode(0o600)).unwrap();
        let store = home.open();
        assert_eq!(rows(&store).await.len(), before.1 as usize + 1, "a call that had begun was interrupted");
        cells_equal_rows::as_they_are(&store).await;
        assert_eq!(home.copies(), [version.to_string()]);
        assert_eq!(version_and_calls(&home.copy_before(version)), before);
        let mode = fs::metadata(home.copy_before(version)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[tokio::test]
async fn a_copy_can_take_the_place_of_the_store() {
    let home = of_version(4);
    keep(&home.open(), [call("haiku").build()]).await;
    fs::copy(home.copy_before(4), home.path()).unwrap();
    assert_eq!(version_and_calls(&home.path()).0, 4);
    assert_eq!(calls(&home.open()).await.len(), 4);
}

#[test]
fn what_is_new_or_up_to_date_is_not_copied() {
    let home = Home::new();
    drop(home.open());
    drop(home.open());
    assert!(home.copies().is_empty());
}

#[test]
fn the_copy_of_an_earlier_update_goes_once_there_is_a_new_one() {
    let home = of_version(4);
    for earlier in ["3", "4", "unfinished"] {
        fs::write(home.folder.path().join(format!("perfbot.db.before-{earlier}")), "an earlier copy").unwrap();
    }
    fs::write(home.folder.path().join("perfbot.db.backup"), "somebody's own copy").unwrap();
    drop(home.open());
    assert_eq!(home.copies(), ["4"]);
    assert_eq!(version_and_calls(&home.copy_before(4)).0, 4);
    assert!(home.folder.path().join("perfbot.db.backup").exists());
}

#[test]
fn an_update_that_fails_leaves_the_store_as_it_was_and_names_the_copy() {
    let home = of_version(4);
    let before = version_and_calls(&home.path());
    Connection::open(home.path()).unwrap().execute_batch("CREATE TABLE slot_sums (in_the_way)").unwrap();
    insta::assert_snapshot!(home.refusal(), @"…/perfbot.db could not be brought up to date (table slot_sums already exists): it is as it was, the perfbot before this one can go on with it, and …/perfbot.db.before-4 is a copy of it");
    home.refusal();
    assert_eq!(version_and_calls(&home.path()), before);
    assert_eq!(version_and_calls(&home.copy_before(4)), before);
    assert_eq!(home.copies(), ["4"]);
    Connection::open(home.path()).unwrap().execute_batch("DROP TABLE slot_sums").unwrap();
    drop(home.open());
}

/// Brings a store up to date on a disk that fails at an operation; `false` if all was done before.
async fn update_failing_at(operation: u64, fault: Fault) -> bool {
    let home = of_version(4);
    let before = version_and_calls(&home.path());
    let disk = Disk::of(home.folder.path());
    disk.fail_from(operation, fault);
    let opened = home.try_open();
    let was_reached = disk.operations() >= operation;
    drop(opened);
    let left = match fault {
        Fault::PowerCut => home.after_power_cut(&disk, operation),
        _ => home,
    };
    disk.mend();
    let now = version_and_calls(&left.path());
    assert!(now == before || now.0 == schema::VERSION, "{fault:?} at {operation}: half an update: {now:?}");
    let store = left.open();
    assert_eq!(rows(&store).await.len(), before.1 as usize + 1, "{fault:?} at {operation}");
    cells_equal_rows::as_they_are(&store).await;
    was_reached
}

#[tokio::test]
async fn an_update_is_whole_or_not_at_all_wherever_the_disk_fails() {
    for fault in [Fault::PowerCut, Fault::Full, Fault::Broken] {
        let mut operation = 1;
        while update_failing_at(operation, fault).await {
            operation += 7;
        }
        assert!(operation > 50, "there were only {operation} operations");
    }
}

#[test]
fn without_a_copy_there_is_no_update() {
    let home = of_version(4);
    // A folder cannot be replaced by a file.
    fs::create_dir(home.copy_before(4)).unwrap();
    insta::assert_snapshot!(home.refusal(), @"…/perfbot.db has to be brought up to date, and no copy of it could be made before (Is a directory (os error 21)): it was left as it is; make room beside it");
    assert_eq!(version_and_calls(&home.path()).0, 4);
    assert_eq!(home.copies(), ["4"]);
}

#[tokio::test]
async fn who_is_forgotten_is_not_in_a_copy_either() {
    for whose in [Whose::Person("ann".into()), Whose::Guild { guild: "g".into(), channels: Vec::new() }] {
        let home = of_version(4);
        let store = home.open();
        assert_eq!(home.copies(), ["4"]);
        store.apply(Change::erase(whose)).await.unwrap();
        assert!(home.copies().is_empty());
    }
}

#[tokio::test]
async fn a_copy_goes_after_thirty_days() {
    let home = of_version(4);
    let store = home.open();
    let made = at("2026-11-20T12:00:00Z");
    let copy = fs::File::options().write(true).open(home.copy_before(4)).unwrap();
    copy.set_modified(UNIX_EPOCH + Duration::from_micros(made.0 as u64)).unwrap();
    store.apply(Change::Trim { now: made.plus(30 * Timestamp::DAY - 1) }).await.unwrap();
    assert_eq!(home.copies(), ["4"]);
    store.apply(Change::Trim { now: made.plus(30 * Timestamp::DAY) }).await.unwrap();
    assert!(home.copies().is_empty());
}

#[tokio::test]
async fn nothing_is_erased_as_long_as_a_copy_cannot_be_deleted() {
    let home = of_version(4);
    let store = home.open();
    let before = rows(&store).await;
    fs::create_dir(home.copy_before(1)).unwrap();
    let refused = store.apply(Change::erase(Whose::Person("ann".into()))).await;
    assert!(matches!(refused, Err(StoreError::CopyLeft(_))), "{refused:?}");
    assert_eq!(rows(&store).await, before);
}
