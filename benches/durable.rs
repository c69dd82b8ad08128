//! How many calls a second become durable: notes, queue, writer, keyed hashes, repeats, rows, cells, commits that reach
//! the disk. Beside it a bare loop that inserts the very same rows, ready made, into the same schema with the same
//! statement, 1,000 a transaction and the same sync, on the same disk; and a table of text columns with three indexes, as one
//! would write it without thinking, with the same calls. The three are those that its questions need: by time for windows, by
//! response time for the slowest, by prompt hash for repeats. What it takes with gentler ones, by time, person and model, is
//! printed beside it.
//!
//! What `synchronous = FULL` costs is shown by the bare loop, run with FULL and with NORMAL in turn: in transactions of
//! 1,000 rows, as under load, and of one row, as when one person asks at a time. `cargo bench --bench durable -- sync` shows only that.
//!
//! The caller has its calls ready, their prompts hashed (as the program does while the model thinks, on the thread of each
//! answer), and hands them in as fast as they are taken, 50 of them under way at any time; a full queue makes it wait. Beside it
//! stands what comes of it where this one caller hashes the prompts too.

mod calls;
mod harness;

use std::collections::VecDeque;
use std::ops::RangeBounds;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use calls::{Calls, started};
use harness::{Candidate, Report, Spread, alternate};
use perfbot::model::{Call, Micros, PromptHash, Timestamp};
use perfbot::store::{Record, Recorder, Store, StoreOptions};
use rusqlite::{Connection, params};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// Calls in a run.
const CALLS: usize = 100_000;

/// Calls that have begun and not ended, at any time.
const UNDER_WAY: usize = 50;

/// Rows in a transaction of the bare loop; the writer's is as long at most.
const BATCH: usize = 1_000;

/// The statement that the writer runs too.
const INSERT: &str = include_str!("../src/store/sqlite/insert_call.sql");

/// A call as the table holds it: the columns of [`INSERT`] but the last, a text that these calls leave empty.
type Row = [Option<i64>; 43];

fn main() -> ExitCode {
    let mut report = Report::open("durable: calls from the caller to the disk");
    let live = Bench::new(200, 10);
    println!("\n  what synchronous = FULL costs the bare loop");
    live.compare_sync(&mut report, 5, Loop::WHOLE);
    live.compare_sync(&mut report, 5, Loop { rows: 500, batch: 1, ..Loop::WHOLE });
    if std::env::args().any(|word| word == "sync") {
        return report.finish();
    }
    println!("\n  {CALLS} calls 10 µs apart, prompts of 200 bytes");
    live.compare(&mut report, 7, (0.85.., 3.0.., ..=0.65));
    println!("\n  the same, the caller hashes the prompts");
    Bench { hashing: Hashing::ByCaller, ..Bench::new(200, 10) }.compare(&mut report, 3, (.., .., ..));
    println!("\n  the same with prompts of 1,900 bytes, the longest that Discord lets people write");
    Bench { hashing: Hashing::ByCaller, ..Bench::new(1_900, 10) }.compare(&mut report, 3, (.., .., ..));
    println!("\n  {CALLS} calls spread over 30 days, as from a log, prompts of 200 bytes");
    Bench::new(200, 30 * Timestamp::DAY / CALLS as i64).compare(&mut report, 3, (.., .., ..));
    report.finish()
}

/// A loop of insertions, and how its transactions end.
#[derive(Clone, Copy)]
struct Loop {
    rows: usize,
    /// Rows in a transaction.
    batch: usize,
    sync: Sync,
}

/// When a transaction counts as written.
#[derive(Clone, Copy)]
enum Sync {
    /// When it is on the disk.
    Full,
    /// When the operating system has it: a power cut may undo the last ones.
    Normal,
}

impl Loop {
    /// As the writer does it.
    const WHOLE: Self = Self { rows: CALLS, batch: BATCH, sync: Sync::Full };
}

/// When prompts are hashed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Hashing {
    Before,
    ByCaller,
}

struct Bench {
    hashing: Hashing,
    folder: TempDir,
    runtime: Runtime,
    prompt_length: usize,
    apart_us: i64,
}

impl Bench {
    /// Calls so many microseconds apart, with prompts of so many bytes.
    fn new(prompt_length: usize, apart_us: i64) -> Self {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("the build folder can be written");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime starts");
        Self { hashing: Hashing::Before, folder, runtime, prompt_length, apart_us }
    }

    /// The goals are for the rate beside the bare loop, the rate beside the naive table, and the size beside that.
    fn compare(
        &self,
        report: &mut Report,
        rounds: usize,
        goal: (impl RangeBounds<f64>, impl RangeBounds<f64>, impl RangeBounds<f64>),
    ) {
        let [by_store, by_loop, by_naive, by_gentle] =
            ["store.db", "loop.db", "naive.db", "gentle.db"].map(|name| self.folder.path().join(name));
        self.store(&by_store);
        let (schema, rows) = (schema_of(&by_store), rows_of(&by_store));
        assert_eq!(rows.len(), CALLS, "every call is a row");
        let series = [
            Candidate::new("bare rusqlite loop", || bare(&by_loop, &schema, &rows, Loop::WHOLE)),
            Candidate::new("perfbot, end to end", || self.store(&by_store)),
            Candidate::new("naive table, three indexes", || self.naive(&by_naive, ASKED)),
            Candidate::new("naive table, gentle indexes", || self.naive(&by_gentle, GENTLE)),
        ];
        let [bare, store, naive, gentle] = report.times("µs a call", alternate(rounds, series));
        assert!(rows_of(&by_loop) == rows, "the loop wrote the rows it was given");
        assert_eq!(sums_of(&by_store), sums_of(&by_loop), "both files hold the same calls");
        report.goal("calls/s, perfbot / bare loop", bare.against(&store, |bare, store| bare / store), goal.0);
        report.goal("calls/s, perfbot / naive table", naive.against(&store, |naive, store| naive / store), goal.1);
        let ratio = gentle.against(&store, |gentle, store| gentle / store);
        report.goal("calls/s, perfbot / naive table, gentle indexes", ratio, ..);
        let bytes = |path: &Path| Spread::of(vec![size(path) as f64 / CALLS as f64]);
        report.goal("bytes a row, bare loop", bytes(&by_loop), ..);
        report.goal("bytes a row, perfbot", bytes(&by_store), ..);
        report.goal(
            "bytes a row, perfbot / naive table",
            Spread::of(vec![size(&by_store) as f64 / size(&by_naive) as f64]),
            goal.2,
        );
    }

    /// What a transaction takes if it is synced, and if it is not.
    fn compare_sync(&self, report: &mut Report, rounds: usize, full: Loop) {
        let (by_store, by_loop) = (self.folder.path().join("store.db"), self.folder.path().join("loop.db"));
        self.store(&by_store);
        let (schema, rows) = (schema_of(&by_store), rows_of(&by_store));
        let normal = Loop { sync: Sync::Normal, ..full };
        let took = |how: Loop| bare(&by_loop, &schema, &rows[..how.rows], how) * how.batch as f64;
        let series = [Candidate::new("FULL", || took(full)), Candidate::new("NORMAL", || took(normal))];
        println!("  transactions of {} rows", full.batch);
        let [full, normal] = report.times("µs each", alternate(rounds, series));
        report.goal("FULL / NORMAL", full.against(&normal, |full, normal| full / normal), ..);
    }

    /// Records all calls in a new store. Returns the microseconds of one.
    fn store(&self, path: &Path) -> f64 {
        clear(path);
        let mut calls = Calls::new(1, self.prompt_length);
        let mut records: Vec<Record> = (0..CALLS).map(|number| calls.ask(self.at(number))).collect();
        // The same key for each run, so that the rows are the same.
        std::fs::write(path.with_extension("db.key"), [7; 32]).expect("the folder can be written");
        let store = Store::open(path, StoreOptions::default()).expect("a new store opens");
        if self.hashing == Hashing::Before {
            let recorder = store.recorder();
            records.iter_mut().for_each(|record| hash(&recorder, record));
        }
        let start = Instant::now();
        self.runtime.block_on(async {
            hand_in(&store.recorder(), records.into_iter()).await;
            store.flush().await.expect("the writer is there");
        });
        let micros = start.elapsed().as_secs_f64() * 1e6 / CALLS as f64;
        self.runtime.block_on(store.close());
        micros
    }

    /// Inserts the calls into a naive table of a new file. Returns the microseconds of one.
    fn naive(&self, path: &Path, indexes: &str) -> f64 {
        clear(path);
        let mut supply = Calls::new(1, self.prompt_length);
        let hashed = |(number, mut call): (usize, Call)| {
            call.prompt_hash = Some(PromptHash(number as u64 * 0x9e37_79b9_7f4a_7c15));
            call
        };
        let calls =
            (0..CALLS).map(|number| supply.ask(self.at(number)).call).enumerate().map(hashed).collect::<Vec<_>>();
        let mut db = Connection::open(path).expect("a new file opens");
        db.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(())).expect("a file can have a log");
        db.execute_batch("PRAGMA synchronous = FULL").expect("this is a setting");
        db.execute_batch(NAIVE).and_then(|()| db.execute_batch(indexes)).expect("the schema is right");
        let start = Instant::now();
        for batch in calls.chunks(BATCH) {
            insert_naively(&mut db, batch).expect("the calls fit the table");
        }
        let micros = start.elapsed().as_secs_f64() * 1e6 / CALLS as f64;
        db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).expect("nobody else uses the file");
        micros
    }

    fn at(&self, number: usize) -> Timestamp {
        Timestamp(1_795_000_000_000_000 + number as i64 * self.apart_us)
    }
}

/// Inserts the rows into a new file. Returns the microseconds of one.
fn bare(path: &Path, schema: &str, rows: &[Row], how: Loop) -> f64 {
    clear(path);
    let mut db = Connection::open(path).expect("a new file opens");
    db.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(())).expect("a file can have a log");
    let sync = match how.sync {
        Sync::Full => "FULL",
        Sync::Normal => "NORMAL",
    };
    db.execute_batch(&format!("PRAGMA synchronous = {sync}; PRAGMA foreign_keys = OFF")).expect("these are settings");
    db.execute_batch(schema).expect("the schema is right");
    let start = Instant::now();
    for batch in rows.chunks(how.batch) {
        insert(&mut db, batch).expect("the rows fit the table");
    }
    let micros = start.elapsed().as_secs_f64() * 1e6 / how.rows as f64;
    db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).expect("nobody else uses the file");
    micros
}

/// What one would write without thinking of size or speed.
const NAIVE: &str = "
    CREATE TABLE calls (
        id INTEGER PRIMARY KEY, timestamp TEXT, guild_id TEXT, channel_id TEXT, user_id TEXT, provider TEXT, model TEXT,
        query_type TEXT, complexity REAL, outcome TEXT, attempts INTEGER, response_time_ms REAL, model_time_ms REAL,
        ttft_ms REAL, visible_ttft_ms REAL, input_tokens INTEGER, output_tokens INTEGER, context_messages INTEGER,
        context_tokens INTEGER, cost_usd REAL, price_id TEXT, prompt_hash TEXT, rating INTEGER);
    CREATE INDEX by_time ON calls (timestamp);";

/// Indexes for what perfbot is asked: the slowest, the repeated.
const ASKED: &str =
    "CREATE INDEX by_response ON calls (response_time_ms); CREATE INDEX by_prompt ON calls (prompt_hash);";

/// Indexes of few values, which are cheaper to keep and answer neither.
const GENTLE: &str = "CREATE INDEX by_user ON calls (user_id); CREATE INDEX by_model ON calls (model);";

fn insert_naively(db: &mut Connection, calls: &[Call]) -> rusqlite::Result<()> {
    let transaction = db.transaction()?;
    {
        let mut insert = transaction.prepare_cached(
            "INSERT INTO calls VALUES (NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18,
                 ?19, ?20, ?21, NULL)",
        )?;
        for call in calls {
            let millis = |time: Option<Micros>| time.map(|time| time.0 as f64 / 1e3);
            insert.execute(params![
                call.at.to_string(),
                call.guild.as_ref().map(|name| name.as_str()),
                call.channel.as_ref().map(|name| name.as_str()),
                call.user.as_ref().map(|name| name.as_str()),
                call.provider.as_ref().map(|name| name.as_str()),
                call.model.as_str(),
                call.query_type.as_str(),
                call.complexity.map(|complexity| complexity.as_share()),
                call.outcome.as_str(),
                call.attempts,
                millis(call.times.response),
                millis(call.times.model),
                millis(call.times.ttft),
                millis(call.times.visible_ttft),
                call.usage.input.map(|tokens| tokens as i64),
                call.usage.output.map(|tokens| tokens as i64),
                call.context.messages,
                call.context.tokens.map(|tokens| tokens as i64),
                call.cost.map(|cost| cost.0 as f64 / 1e9),
                call.price.as_ref().map(|name| name.as_str()),
                call.prompt_hash.map(|hash| format!("{:016x}", hash.0)),
            ])?;
        }
    }
    transaction.commit()
}

fn hash(recorder: &Recorder, record: &mut Record) {
    record.call.prompt_hash = record.prompt.as_deref().and_then(|prompt| recorder.prompt_hash(prompt));
}

async fn hand_in(recorder: &Recorder, records: impl Iterator<Item = Record>) {
    let mut under_way = VecDeque::with_capacity(UNDER_WAY + 1);
    for mut record in records {
        let ticket = recorder.begin(started(&record.call));
        if record.call.prompt_hash.is_none() {
            hash(recorder, &mut record);
        }
        under_way.push_back((ticket, record));
        if under_way.len() > UNDER_WAY
            && let Some((ticket, record)) = under_way.pop_front()
        {
            recorder.record(ticket, record).await.expect("the writer takes it within two seconds");
        }
    }
    for (ticket, record) in under_way {
        recorder.record(ticket, record).await.expect("the writer takes it within two seconds");
    }
}

fn insert(db: &mut Connection, rows: &[Row]) -> rusqlite::Result<()> {
    let transaction = db.transaction()?;
    {
        let mut insert = transaction.prepare_cached(INSERT)?;
        for row in rows {
            // What is not bound is NULL, which is quicker than binding it.
            insert.clear_bindings();
            for (column, number) in (1..).zip(row) {
                if let Some(number) = number {
                    insert.raw_bind_parameter(column, number)?;
                }
            }
            insert.raw_execute()?;
        }
    }
    transaction.commit()
}

/// The statements that made the tables of a file.
fn schema_of(path: &Path) -> String {
    let db = Connection::open(path).expect("the file opens again");
    let schema = "SELECT group_concat(sql, ';') FROM sqlite_schema WHERE sql IS NOT NULL";
    db.query_row(schema, [], |row| row.get(0)).expect("the file has tables")
}

/// The rows of a file, opened anew.
fn rows_of(path: &Path) -> Vec<Row> {
    let db = Connection::open(path).expect("the file opens again");
    let columns = INSERT.split(['(', ')']).nth(1).expect("the statement names its columns");
    let mut select = db.prepare(&format!("SELECT {columns} FROM calls ORDER BY id")).expect("there is such a table");
    let rows = select.query_map([], |row| {
        let mut numbers = [None; 43];
        for (column, number) in numbers.iter_mut().enumerate() {
            *number = row.get(column)?;
        }
        Ok(numbers)
    });
    rows.and_then(Iterator::collect).expect("all rows can be read")
}

/// Sums over a file, opened anew. Rows themselves may differ by the numbers that names got, since a note that is
/// written gives its names theirs.
fn sums_of(path: &Path) -> [i64; 6] {
    let db = Connection::open(path).expect("the file opens again");
    let sums = "SELECT count(*), sum(at % 1000000000), sum(response_us), sum(cost_nusd), count(repeat_after_s),
        sum(prompt_hash >> 20) FROM calls";
    let sums = db.query_row(sums, [], |row| Ok([0, 1, 2, 3, 4, 5].map(|column| row.get_unwrap(column))));
    sums.expect("there is such a table")
}

fn size(path: &Path) -> u64 {
    std::fs::metadata(path).expect("the file is there").len()
}

/// Takes a file away, with what SQLite and the store keep beside it.
fn clear(path: &Path) {
    for extension in ["db", "db-wal", "db-shm", "db.key", "db.lock"] {
        let file: PathBuf = path.with_extension(extension);
        // There may be none.
        let _ = std::fs::remove_file(file);
    }
}
