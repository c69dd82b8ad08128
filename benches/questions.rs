//! What questions cost of a store with many calls: in a fresh process, in a running bot, and beside a window function over the
//! rows; how far off shown percentiles are; how fast such a store opens, what memory it takes, and how long its rows are.
//!
//! `cargo bench --bench questions -- 100000000` takes another size than 10,000,000 calls. Stores are kept in the build folder and
//! used again.

#[allow(dead_code, reason = "other benches compare other things")]
#[path = "harness/mod.rs"]
mod bench;
#[allow(dead_code, reason = "other benches begin calls")]
mod calls;

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

use bench::{Report, Spread};
use calls::Calls;
use chrono_tz::Tz;
use perfbot::model::{Filter, LoggedCall, Readable, Scope, Timestamp, Window};
use perfbot::store::question::{ByHour, DistinctUsers, MostRepeated, Overview, Slowest};
use perfbot::store::{Change, ImportSession, Question, Record, Store, StoreOptions};
use rusqlite::Connection;
use tokio::runtime::Runtime;

/// The calls of a store lie in so many days.
const DAYS: i64 = 30;

/// When the last of them was asked.
const END: Timestamp = Timestamp(1_795_000_000_000_000 / Timestamp::HOUR * Timestamp::HOUR);

/// Calls that are added at once.
const PART: usize = 10_000;

/// How often a question is asked in one figure.
const ASKED: usize = 1_000;

fn main() -> ExitCode {
    let calls = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(10_000_000);
    let mut report = Report::open(&format!("questions: {calls} calls of {DAYS} days"));
    let bench = Bench::new(calls);
    bench.size(&mut report);
    bench.start(&mut report);
    bench.fresh_process(&mut report);
    bench.hours(&mut report);
    bench.running(&mut report);
    report.finish()
}

struct Bench {
    path: PathBuf,
    calls: usize,
    runtime: Runtime,
}

impl Bench {
    /// A store with so many calls, made unless it is there.
    fn new(calls: usize) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("questions-{calls}"));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime starts");
        let bench = Self { path: folder.join("perfbot.db"), calls, runtime };
        if !folder.join("full").exists() {
            // What is there was not finished.
            _ = std::fs::remove_dir_all(&folder);
            std::fs::create_dir_all(&folder).expect("the build folder can be written");
            bench.fill();
            std::fs::write(folder.join("full"), "").expect("the build folder can be written");
        }
        bench
    }

    fn fill(&self) {
        let store = self.open();
        let (start, mut supply, session) = (Instant::now(), Calls::new(1, 69), ImportSession::new());
        let apart = DAYS * Timestamp::DAY / self.calls as i64;
        for from in (0..self.calls).step_by(PART) {
            let at = |number: usize| END.plus((number as i64 - self.calls as i64) * apart);
            let numbers = from..self.calls.min(from + PART);
            let calls = numbers.map(|number| LoggedCall::from(hashed(supply.ask(at(number))))).collect();
            let change = Change::Import { calls, session: session.clone() };
            self.runtime.block_on(store.apply(change)).expect("the calls can be added");
        }
        self.runtime.block_on(store.close());
        println!("  filled with {:.0} calls a second", self.calls as f64 / start.elapsed().as_secs_f64());
    }

    fn open(&self) -> Store {
        Store::open(&self.path, StoreOptions::default()).expect("the store opens")
    }

    fn size(&self, report: &mut Report) {
        let bytes = std::fs::metadata(&self.path).expect("the store is there").len();
        report.goal("bytes a call", one(bytes as f64 / self.calls as f64), ..);
    }

    /// From the start of the program to the first reply, and the memory it then takes.
    fn start(&self, report: &mut Report) {
        println!("\n  the program, from its start");
        let version = Spread::of((0..20).map(|_| self.timed(&["--version"])).collect());
        report.goal("--version, ms", version, ..);
        let console = Spread::of((0..20).map(|_| self.timed(&["console"])).collect());
        report.goal("console with nothing to say, ms", console, ..);
        let opened = (0..20).map(|_| {
            let start = Instant::now();
            let store = self.open();
            let took = start.elapsed().as_secs_f64() * 1e3;
            self.runtime.block_on(store.close());
            took
        });
        report.goal("opening the store to write, ms", Spread::of(opened.collect()), ..=30.0);
        report.goal("resident MB, running", one(self.resident()), ..=30.0);
    }

    /// The program on the store; how many milliseconds it takes.
    fn timed(&self, words: &[&str]) -> f64 {
        let mut program = self.program(words);
        let start = Instant::now();
        let done = program.stdin(Stdio::null()).output().expect("the program starts");
        let took = start.elapsed().as_secs_f64() * 1e3;
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        took
    }

    fn program(&self, words: &[&str]) -> Command {
        let mut program = Command::new(env!("CARGO_BIN_EXE_perfbot"));
        program.current_dir(self.path.parent().expect("it lies in a folder")).env_clear().args(words);
        program.env("OLLAMA_HOST", "http://127.0.0.1:9");
        program
    }

    fn resident(&self) -> f64 {
        let mut program = self.program(&["console"]);
        let mut child = program.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the program starts");
        let (mut said, heard) = (child.stdin.take().expect("piped"), child.stdout.take().expect("piped"));
        said.write_all(b"!perf stats --last 30d\n").expect("it listens");
        let mut line = String::new();
        BufReader::new(heard).read_line(&mut line).expect("it answers");
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).expect("it runs");
        drop(said);
        child.wait().expect("it ends");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("the system says");
        line.trim().trim_end_matches(" kB").parse::<f64>().expect("a number") / 1024.0
    }

    /// `perf stats` in a process of its own, beside a window function over the rows.
    fn fresh_process(&self, report: &mut Report) {
        println!("\n  a fresh process, from main to the answer (the start of a process, --version, is taken off)");
        let db = Connection::open(&self.path).expect("the store opens");
        let now = END.to_string();
        let start = Spread::of((0..20).map(|_| self.timed(&["--version"])).collect()).median;
        for (last, hours, least) in [("30d", 24 * DAYS, 20_000.0), ("24h", 24, 1_000.0)] {
            let took =
                Spread::of((0..20).map(|_| self.timed(&["--now", &now, "perf", "stats", "--last", last])).collect());
            report.goal(&format!("perf stats --last {last}, ms, whole process"), took, ..);
            let question = (0..20).map(|_| self.asked_afresh(window(hours))).collect();
            let question = Spread::of(question);
            report.goal("the question alone, opening included, ms", question, ..);
            let asked = Instant::now();
            let exact = over_rows(&db, window(hours));
            let naive = asked.elapsed().as_secs_f64() * 1e3;
            report.goal("window function over the rows, ms", one(naive), ..);
            report.goal("percentiles, worst off, %", one(self.off(window(hours), exact)), ..=0.5);
            report.goal("rows / question", one(naive / question.median), least..);
            report.goal("rows / (process - start)", one(naive / (took.median - start)), ..);
        }
    }

    /// By how many percent the worst of the percentiles that are shown of each hour of the last day is off.
    fn hours(&self, report: &mut Report) {
        let db = Connection::open(&self.path).expect("the store opens");
        let hours = (1..=24).map(|back| Window { to: END.plus((1 - back) * Timestamp::HOUR), ..window(back) });
        let worst = hours.map(|hour| self.off(hour, over_rows(&db, hour))).fold(0.0, f64::max);
        report.goal("percentiles of each hour of a day, worst off, %", one(worst), ..=0.5);
    }

    /// By how many percent the worst of the percentiles that are shown of a window is off.
    fn off(&self, window: Window, exact: [u64; 3]) -> f64 {
        let options = StoreOptions { want: perfbot::store::Want::Look, ..StoreOptions::default() };
        let store = Store::open(&self.path, options).expect("the store opens");
        let overview = Overview { window, scope: Scope::All, filter: Filter::default() };
        let times = store.ask_blocking(&overview).expect("it answers").total.response.clone();
        let shown = PERCENTS.map(|percent| times.percentile(percent).expect("there are calls").0 as f64);
        let off = |(shown, exact): (f64, u64)| (shown / exact as f64 - 1.0).abs() * 100.0;
        shown.into_iter().zip(exact).map(off).fold(0.0, f64::max)
    }

    /// How many milliseconds it takes to open the store as one who looks, and to ask.
    fn asked_afresh(&self, window: Window) -> f64 {
        let options = StoreOptions { want: perfbot::store::Want::Look, ..StoreOptions::default() };
        let start = Instant::now();
        let store = Store::open(&self.path, options).expect("the store opens");
        let overview = Overview { window, scope: Scope::All, filter: Filter::default() };
        let calls = store.ask_blocking(&overview).expect("it answers").total.calls();
        let took = start.elapsed().as_secs_f64() * 1e3;
        assert!(calls > 0, "there are calls in the window");
        took
    }

    /// What questions take in a process that writes; a call comes in between.
    fn running(&self, report: &mut Report) {
        println!("\n  a running bot, a new call before each question, µs");
        let store = self.open();
        let (scope, filter) = (Scope::All, Filter::default());
        for (last, hours) in [("24h", 24), ("30d", 24 * DAYS)] {
            let overview = |window| Overview { window, scope: scope.clone(), filter: filter.clone() };
            self.asked(report, &store, &format!("overview, {last}"), hours, ..=50.0, overview);
        }
        let hours = 24 * DAYS;
        let grid = |window| ByHour { window, scope: scope.clone(), filter: filter.clone(), zone: Tz::Europe__Berlin };
        self.asked(report, &store, "heatmap, 30d", hours, ..=500.0, grid);
        let slowest =
            |window| Slowest { window, scope: scope.clone(), readable: Readable::All, filter: filter.clone(), top: 5 };
        self.asked(report, &store, "slowest 5, 30d", hours, ..=500.0, slowest);
        let repeated = |window| MostRepeated { window, scope: scope.clone(), top: 5 };
        self.asked(report, &store, "most repeated, 30d", hours, ..=500.0, repeated);
        let people = |window| DistinctUsers { window, scope: scope.clone() };
        self.asked(report, &store, "distinct people, 30d", hours, .., people);
        let ann = |window| Overview { window, scope: Scope::User("user-7".into()), filter: filter.clone() };
        let start = Instant::now();
        let theirs = store.ask_blocking(&ann(window(hours))).expect("it answers").total.calls();
        let took = start.elapsed().as_secs_f64() * 1e3;
        report.goal(&format!("one person's {theirs} calls, 30d, ms"), one(took), ..=200.0);
        self.runtime.block_on(store.close());
    }

    fn asked<Q: Question>(
        &self,
        report: &mut Report,
        store: &Store,
        what: &str,
        hours: i64,
        goal: impl std::ops::RangeBounds<f64>,
        question: impl Fn(Window) -> Q,
    ) {
        let (mut supply, recorder) = (Calls::new(2, 69), store.recorder());
        let mut waits = Vec::with_capacity(ASKED);
        for number in 0..ASKED {
            self.runtime.block_on(async {
                let record = supply.ask(END.plus(number as i64));
                let ticket = recorder.begin(calls::started(&record.call));
                let row = recorder.record(ticket, record).await.expect("the writer is there");
                recorder.committed(row).await.expect("the disk is there");
            });
            let question = question(Window { from: window(hours).from, to: END.plus(Timestamp::HOUR) });
            let start = Instant::now();
            std::hint::black_box(store.ask_blocking(&question).expect("it answers"));
            waits.push(start.elapsed().as_secs_f64() * 1e6);
        }
        waits.sort_by(f64::total_cmp);
        report.goal(&format!("{what}, p50"), one(waits[ASKED / 2]), ..);
        report.goal(&format!("{what}, p99"), one(waits[ASKED * 99 / 100]), goal);
    }
}

/// A call as a log holds it, with a hash that stands for its prompt.
fn hashed(record: Record) -> perfbot::model::Call {
    let mut call = record.call;
    let prompt = record.prompt.as_deref().unwrap_or_default();
    let hash = prompt
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
    call.prompt_hash = Some(perfbot::model::PromptHash(hash | 1));
    call
}

/// The last hours of the store.
fn window(hours: i64) -> Window {
    Window { from: END.plus(-hours * Timestamp::HOUR), to: END }
}

/// The percentiles that are shown.
const PERCENTS: [u32; 3] = [50, 95, 99];

/// What one would write without any sums: means, and these percentiles by a window function, of which those are returned.
fn over_rows(db: &Connection, Window { from, to }: Window) -> [u64; 3] {
    const SQL: &str = "WITH ranked AS (
            SELECT response_us, cost_nusd, row_number() OVER (ORDER BY response_us) AS rank, count(*) OVER () AS n
            FROM calls WHERE at >= ?1 AND at < ?2 AND outcome = 0 AND response_us IS NOT NULL)
        SELECT avg(response_us), sum(cost_nusd), max(CASE WHEN rank = (n * 50 + 99) / 100 THEN response_us END),
               max(CASE WHEN rank = (n * 95 + 99) / 100 THEN response_us END),
               max(CASE WHEN rank = (n * 99 + 99) / 100 THEN response_us END) FROM ranked";
    let percentiles = |row: &rusqlite::Row<'_>| Ok([row.get(2)?, row.get(3)?, row.get(4)?]);
    let percentiles: [u64; 3] = db.query_row(SQL, [from.0, to.0], percentiles).expect("the rows can be read");
    assert!(percentiles[0] > 0, "there are calls in the window");
    percentiles
}

fn one(value: f64) -> Spread {
    Spread::of(vec![value])
}
