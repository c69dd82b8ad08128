//! What survives a kill: a second process writes as hard as it can and says of each thing when it is on the disk; it is
//! killed at a random moment, and what it said must be true.
//!
//! The second process is this test binary again, told by a variable what to do. It says one line a thing on its standard
//! output; after how many lines it is killed is drawn from a seed. What it is doing at that moment is up to chance.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use rusqlite::Connection;
use tokio::task::JoinSet;

use super::super::opening::{Sizes, open};
use super::super::question::{Inventory, Preferences};
use super::super::{Change, ImportSession, Record, Store, StoreOptions};
use super::disk::Disk;
use super::{Home, cells_equal_rows, rows, started};
use crate::model::{
    Call, CallId, Outcome, Preference, PreferencePlace, QueryType, Rating, StoredCall, Tally, Timestamp,
};
use crate::testing::call;

/// Stores that grow, each with chances of its own.
const SEEDS: u64 = 10;

/// Kills of one store.
const KILLS: i64 = 21;

/// The variable that tells the second process its store and the first number it may use.
const TASK: &str = "PERFBOT_TEST_WRITES_UNTIL_KILLED";

/// Calls of one imported log.
const LOG: i64 = 5;

/// Rows between two folds: few, so that folds are hit too.
const FOLD_EVERY: usize = 40;

/// Things said between two times the second process closes its store and opens it again.
const SESSION: i64 = 150;

#[test]
fn what_was_said_to_be_on_the_disk_is_there_after_every_kill() {
    let mut survived = Survived::default();
    for seed in 0..SEEDS {
        let (home, mut promised) = (Home::folding_every(FOLD_EVERY), Said::default());
        let (mut chance, mut stored) = (fastrand::Rng::with_seed(seed), Vec::new());
        for run in 1..=KILLS {
            // Often few, so that starts are hit too.
            let lines = chance.usize(0..10) * chance.usize(0..10);
            promised.read(&home.write_until_killed(run * 10_000, lines));
            promised.kills += 1;
            stored = promised.check(&home);
        }
        survived.add(&promised, &stored);
    }
    println!("{survived:?}");
    assert!(survived.kills >= 200 && survived.said > 1_000 && survived.interrupted > 200, "{survived:?}");
}

/// What came of it all.
#[derive(Debug, Default)]
struct Survived {
    kills: u64,
    /// Rows that were said to be there.
    said: usize,
    rows: usize,
    interrupted: usize,
}

impl Survived {
    /// Counts a store after its last kill.
    fn add(&mut self, promised: &Said, stored: &[StoredCall]) {
        self.kills += promised.kills;
        self.said += promised.calls.len() + promised.notes.len() + promised.logs.len() * LOG as usize;
        self.rows += stored.len();
        self.interrupted += stored.iter().filter(|row| row.call.outcome == Outcome::Interrupted).count();
    }
}

impl Home {
    /// Has a second process write, kills it after so many lines, and returns all that it said.
    fn write_until_killed(&self, first: i64, lines: usize) -> Vec<String> {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["store::tests::killed::writes_until_it_is_killed", "--exact", "--ignored", "--nocapture"]);
        command.env(TASK, format!("{first} {}", self.path().display()));
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut said: Vec<String> = out.by_ref().lines().take(lines).map(Result::unwrap).collect();
        child.kill().unwrap();
        said.extend(rest(&mut child, out));
        said
    }
}

/// The whole lines that were said before the end, which must have been the kill.
fn rest(child: &mut Child, mut out: BufReader<ChildStdout>) -> Vec<String> {
    let (mut rest, mut complaints) = (String::new(), String::new());
    out.read_to_string(&mut rest).unwrap();
    child.stderr.take().unwrap().read_to_string(&mut complaints).unwrap();
    let killed = std::os::unix::process::ExitStatusExt::signal(&child.wait().unwrap());
    assert_eq!(killed, Some(9), "it ended by itself: {complaints}\n{rest}");
    let whole = rest.rfind('\n').map_or("", |end| &rest[..end]);
    whole.lines().map(str::to_owned).collect()
}

/// All that was said to be on the disk.
#[derive(Default)]
struct Said {
    kills: u64,
    calls: Vec<i64>,
    notes: Vec<i64>,
    logs: Vec<i64>,
    ratings: BTreeMap<CallId, Tally>,
    again: BTreeMap<CallId, u64>,
    setting: i64,
}

impl Said {
    fn read(&mut self, lines: &[String]) {
        for line in lines {
            let mut words = line.split(' ');
            let (what, numbers) = (words.next(), words.map(str::parse::<i64>));
            let Ok(numbers) = numbers.collect::<Result<Vec<_>, _>>() else { continue };
            match (what, numbers.as_slice()) {
                (Some("call"), [number]) => self.calls.push(*number),
                (Some("note"), [number]) => self.notes.push(*number),
                (Some("log"), [first]) => self.logs.push(*first),
                (Some("rated"), [id, score]) => self.ratings.entry(CallId(*id)).or_default().add(Some(*score as u64)),
                (Some("again"), [id]) => *self.again.entry(CallId(*id)).or_default() += 1,
                (Some("set"), [number]) => self.setting = *number,
                // The words of the test harness.
                _ => {}
            }
        }
    }

    /// Holds what was said against the files as they are now: those themselves are left to the next process.
    fn check(&self, home: &Home) -> Vec<StoredCall> {
        let copy = home.copy();
        // What is only looked at need not be synced.
        let _disk = Disk::of(copy.folder.path());
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let stored = runtime.block_on(async {
            let store = copy.open();
            let stored = rows(&store).await;
            self.check_rows(&stored);
            let settings = store.ask(Preferences).await.unwrap();
            let setting = settings.first().map_or(0, |(_, _, value)| value.parse().unwrap());
            assert!(setting >= self.setting, "a setting was lost");
            cells_equal_rows::as_they_are(&store).await;
            store.close().await;
            assert_eq!(rows(&copy.open()).await, stored, "a second start changes nothing");
            stored
        });
        let db = Connection::open(copy.path()).unwrap();
        let found: String = db.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!(found, "ok");
        stored
    }

    fn check_rows(&self, stored: &[StoredCall]) {
        let mut by_number: HashMap<i64, &Call> = HashMap::new();
        for row in stored {
            assert_eq!(by_number.insert(number_of(&row.call), &row.call), None, "a call is there twice");
        }
        let outcome = |number: i64| by_number.get(&number).map(|call| call.outcome);
        for number in &self.calls {
            assert_eq!(outcome(*number), Some(Outcome::Ok), "call {number}");
        }
        for number in &self.notes {
            assert_eq!(outcome(*number), Some(Outcome::Interrupted), "call {number}, which began");
        }
        for first in by_number.values().filter(|call| call.session.is_some()).map(|call| number_of(call) / LOG * LOG) {
            assert!((first..first + LOG).all(|number| outcome(number).is_some()), "half of log {first}");
        }
        assert!(self.logs.iter().all(|first| outcome(*first).is_some()), "a log was lost");
        self.check_opinions(stored);
    }

    /// Of what was not said, each kill may have let one thing of a kind through.
    fn check_opinions(&self, stored: &[StoredCall]) {
        let (mut unsaid_ratings, mut unsaid_again) = (0, 0);
        for row in stored {
            let (said, again) = (self.ratings.get(&row.id).copied().unwrap_or_default(), self.again.get(&row.id));
            let ratings = row.call.others_ratings;
            assert!(ratings.n >= said.n && ratings.sum >= said.sum, "a rating of {:?} was lost", row.id);
            unsaid_ratings += ratings.n - said.n;
            unsaid_again +=
                u64::from(row.call.asked_again).checked_sub(again.copied().unwrap_or(0)).expect("none was lost");
        }
        assert!(unsaid_ratings <= self.kills && unsaid_again <= self.kills);
    }
}

/// When the call with a number is asked: all over four days, each at a moment of its own.
fn time_of(number: i64) -> Timestamp {
    let second = 1_700_000_000_000_000 / Timestamp::DAY * (Timestamp::DAY / 1_000_000) + number * 7_919 % (4 * 86_400);
    Timestamp(second * 1_000_000 + number)
}

fn number_of(call: &Call) -> i64 {
    call.at.0 % 1_000_000
}

fn numbered(number: i64) -> Call {
    let guild = ["g", "h"][number as usize % 2];
    let call =
        call(["m", "n"][number as usize / 2 % 2]).guild(guild).channel("c").user(["u", "v"][number as usize / 4 % 2]);
    let call = call.ms(number as u64 % 3_000).tokens(number as u64 % 500, 20).cost_usd(0.000_001 * number as f64);
    call.query_type(QueryType::ALL[number as usize % 3]).with(|call| call.at = time_of(number)).build()
}

/// The second process.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "this is the process that another test kills"]
async fn writes_until_it_is_killed() {
    let task = std::env::var(TASK).expect("the test that starts this says what to do");
    let (first, path) = task.split_once(' ').expect("a number and a path");
    let next = Arc::new(AtomicI64::new(first.parse().unwrap()));
    // The harness has begun a line.
    say("");
    for session in 1.. {
        let sizes = Sizes { fold_every: FOLD_EVERY, ..Sizes::default() };
        let store = open(path.as_ref(), StoreOptions::default(), sizes).unwrap();
        let busy = Busy { store, until: first.parse::<i64>().unwrap() + session * SESSION, next: Arc::clone(&next) };
        let mut tasks = JoinSet::new();
        (0..4).for_each(|_| _ = tasks.spawn(busy.clone().record()));
        tasks.spawn(busy.clone().begin());
        tasks.spawn(busy.clone().import());
        tasks.spawn(busy.clone().change());
        tasks.join_all().await;
        busy.store.close().await;
    }
}

/// Says that something is on the disk. When nobody listens any more, this process has no reason to be.
fn say(what: &str) {
    let mut out = io::stdout().lock();
    if writeln!(out, "{what}").and_then(|()| out.flush()).is_err() {
        std::process::exit(1);
    }
}

/// What keeps the store busy, until a number is reached.
#[derive(Clone)]
struct Busy {
    store: Store,
    until: i64,
    next: Arc<AtomicI64>,
}

impl Busy {
    /// So many numbers that nobody else uses, from a multiple of them on; `None` at the end.
    fn numbers(&self, count: i64) -> Option<i64> {
        let first = self.next.fetch_add(2 * count - 1, Ordering::Relaxed);
        let first = (first + count - 1) / count * count;
        (first < self.until).then_some(first)
    }

    async fn record(self) {
        let recorder = self.store.recorder();
        while let Some(number) = self.numbers(1) {
            let call = numbered(number);
            let ticket = recorder.begin(started(&call));
            tokio::task::yield_now().await;
            let prompt = Some(format!("What is {}?", number % 9).into());
            let seq = recorder.record(ticket, Record { call, prompt }).await.unwrap();
            recorder.committed(seq).await.unwrap();
            say(&format!("call {number}"));
        }
    }

    /// Begins calls that never end.
    async fn begin(self) {
        while let Some(number) = self.numbers(1) {
            self.store.recorder().begin(started(&numbered(number)));
            self.store.flush().await.unwrap();
            say(&format!("note {number}"));
        }
    }

    async fn import(self) {
        while let Some(first) = self.numbers(LOG) {
            let calls = (first..first + LOG).map(|number| {
                let call = Call { session: Some("log".into()), ..numbered(number) };
                call.into()
            });
            let change = Change::Import { calls: calls.collect(), session: ImportSession::new() };
            self.store.apply(change).await.unwrap();
            say(&format!("log {first}"));
        }
    }

    async fn change(self) {
        let place = PreferencePlace::User("u".into());
        while let Some(number) = self.numbers(1) {
            let id = 1 + number % (1 + self.store.ask(Inventory).await.unwrap().calls as i64);
            let (call, score) = (CallId(id), 1 + number as u8 % 5);
            let rate = Change::Rate { call, by: format!("{number}").as_str().into(), rating: Rating::new(score) };
            if self.store.apply(rate).await.unwrap().changed == 1 {
                say(&format!("rated {id} {score}"));
            }
            if self.store.apply(Change::AskedAgain { call }).await.unwrap().changed == 1 {
                say(&format!("again {id}"));
            }
            let (place, value) = (place.clone(), Some(number.to_string()));
            self.store.apply(Change::Set { place, preference: Preference::ContextMessages, value }).await.unwrap();
            say(&format!("set {number}"));
        }
    }
}
