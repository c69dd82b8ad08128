//! What recording a call costs the thread that answers: three readings of the clock, the note that it has begun, the
//! record with its prompt. Beside it a span of OpenTelemetry (ten attributes, batch processor, an exporter that drops
//! them), and a floor: three readings of the clock, a hash of the prompt, 200 bytes into a bounded queue.
//!
//! The store is a file and its writer works meanwhile, as in real use; it catches up between two batches, as the span
//! processor does, so that no queue is ever full. Left out are making the call, which the answer needs anyway, and hashing
//! its prompt, which is done while the model thinks (bench `prompts`); the attributes of a span are made for the span alone,
//! and are not left out. Of a call, four are known when it begins and six when it has ended; a span that is given all ten
//! at once costs less, and is shown too.

mod calls;
mod harness;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::{Cell, RefCell};
use std::hint::black_box;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use calls::{Calls, started};
use futures::FutureExt;
use harness::{Candidate, Report, Spread, alternate};
use opentelemetry::KeyValue;
use opentelemetry::trace::{Span, Tracer, TracerProvider};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider, SpanData, SpanExporter};
use perfbot::model::Timestamp;
use perfbot::store::question::Inventory;
use perfbot::store::{Record, Recorder, Store, StoreOptions};
use rusqlite::Connection;
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// Calls in a batch.
const CALLS: usize = 1_000;

/// Bytes of a prompt.
const PROMPT: usize = 1_900;

/// How often the file is locked.
const STALLS: usize = 20;

/// Calls while it is, and how far they are apart: 50 ms together.
const STALLED: usize = 2_000;
const APART: Duration = Duration::from_micros(25);

fn main() -> ExitCode {
    let mut report = Report::open("recording: one call, on the thread that answers");
    let (floor, spans, records) = (Floor::new(), Spans::new(), Records::new());
    let in_turn = |rounds, calls| {
        let series = [
            Candidate::new("floor: 3 × clock, hash, send of 200 bytes", || floor.batch(calls)),
            Candidate::new("OpenTelemetry: span, 4 attributes, then 6", || spans.batch(calls, Spans::as_it_goes)),
            Candidate::new("OpenTelemetry: span, 10 attributes at once", || spans.batch(calls, Spans::at_once)),
            Candidate::new("perfbot: 3 × clock, begin, record", || records.batch(calls)),
        ];
        alternate(rounds, series)
    };

    println!("\n  {CALLS} calls in a row, prompts of {PROMPT} bytes, the writer at work");
    let [floor_ns, spans_ns, at_once_ns, records_ns] = report.times("ns", in_turn(200, CALLS));
    report.goal("perfbot / OpenTelemetry", records_ns.against(&spans_ns, |a, b| a / b), ..=0.5);
    report.goal("perfbot / OpenTelemetry at once", records_ns.against(&at_once_ns, |a, b| a / b), ..);
    report.goal("perfbot / floor", records_ns.against(&floor_ns, |a, b| a / b), ..);
    report.goal("heap allocations a call, perfbot", records.allocations.take(), ..=0.0);
    report.goal("heap allocations a span, OpenTelemetry", spans.allocations.take(), ..);

    println!("\n  a call by itself, which finds caches cold and wakes the writer");
    let [_, spans_ns, _, records_ns] = report.times("ns", in_turn(300, 1));
    report.goal("perfbot / OpenTelemetry", records_ns.against(&spans_ns, |a, b| a / b), ..);

    println!("\n  a call every 25 µs while the file is locked for 50 ms, in each of {STALLS} rounds");
    let (median, worst) = records.stalled();
    report.goal("µs, median", median, ..);
    report.goal("µs, p99.9", worst, ..=2.0);
    report.goal("rows lost", Spread::of(vec![records.lost() as f64]), ..=0.0);
    report.finish()
}

/// The least that any recorder of the kind does: nobody takes the messages out until the batch is over.
struct Floor {
    send: SyncSender<[u8; 200]>,
    receive: Receiver<[u8; 200]>,
    prompt: String,
}

impl Floor {
    fn new() -> Self {
        let (send, receive) = sync_channel(CALLS);
        Self { send, receive, prompt: "What is Python? ".repeat(PROMPT / 16) }
    }

    fn batch(&self, calls: usize) -> f64 {
        let start = Instant::now();
        for _ in 0..calls {
            let times = [Instant::now(), Instant::now(), Instant::now()];
            let mut message = [0; 200];
            message[..8].copy_from_slice(&quick_hash(black_box(self.prompt.as_bytes())).to_le_bytes());
            black_box(times);
            self.send.send(message).expect("the receiver is there");
        }
        let ns = start.elapsed().as_nanos() as f64 / calls as f64;
        self.receive.try_iter().for_each(|message| _ = black_box(message));
        ns
    }
}

/// A hash of four lanes, about as fast as hashes of text get without special instructions.
fn quick_hash(text: &[u8]) -> u64 {
    const PRIME: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut lanes = [1, 2, 3, 4_u64];
    for chunk in text.as_chunks::<32>().0 {
        for (lane, word) in lanes.iter_mut().zip(chunk.as_chunks::<8>().0) {
            *lane = (*lane ^ u64::from_le_bytes(*word)).wrapping_mul(PRIME);
        }
    }
    lanes.into_iter().fold(0, |hash: u64, lane| hash.rotate_left(29) ^ lane)
}

/// OpenTelemetry with static names and shared text.
struct Spans {
    provider: SdkTracerProvider,
    tracer: SdkTracer,
    texts: [Arc<str>; 4],
    allocations: Allocations,
}

impl Spans {
    fn new() -> Self {
        let provider = SdkTracerProvider::builder().with_batch_exporter(Nowhere).build();
        let tracer = provider.tracer("bench");
        let texts = ["user", "channel", "provider", "model"].map(Into::into);
        Self { provider, tracer, texts, allocations: Allocations::default() }
    }

    fn batch(&self, calls: usize, span: fn(&Self)) -> f64 {
        let ns = self.allocations.timed(0..calls, |_| span(self));
        self.provider.force_flush().expect("the exporter never fails");
        ns
    }

    /// A call: what is known when it begins, then what is known when it has ended.
    fn as_it_goes(&self) {
        let mut span = self.tracer.span_builder("call").with_attributes(self.known_first()).start(&self.tracer);
        span.set_attributes(known_last());
        span.end();
    }

    /// What no call can do, but the least work: all attributes when it begins.
    fn at_once(&self) {
        let attributes = self.known_first().into_iter().chain(known_last());
        self.tracer.span_builder("call").with_attributes(attributes).start(&self.tracer).end();
    }

    fn known_first(&self) -> [KeyValue; 4] {
        let [user, channel, provider, model] = self.texts.each_ref().map(Arc::clone);
        [
            KeyValue::new("user.id", user),
            KeyValue::new("channel.id", channel),
            KeyValue::new("gen_ai.provider.name", provider),
            KeyValue::new("gen_ai.request.model", model),
        ]
    }
}

fn known_last() -> [KeyValue; 6] {
    [
        KeyValue::new("gen_ai.usage.input_tokens", black_box(300)),
        KeyValue::new("gen_ai.usage.output_tokens", black_box(200)),
        KeyValue::new("context.messages", black_box(15)),
        KeyValue::new("response_time_us", black_box(2_900_000)),
        KeyValue::new("time_to_first_token_us", black_box(400_000)),
        KeyValue::new("cost_usd", black_box(0.0042)),
    ]
}

/// Where spans go.
#[derive(Debug)]
struct Nowhere;

impl SpanExporter for Nowhere {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        black_box(batch);
        Ok(())
    }
}

/// perfbot's own way.
struct Records {
    runtime: Runtime,
    store: Store,
    recorder: Recorder,
    calls: RefCell<Calls>,
    allocations: Allocations,
    path: PathBuf,
    recorded: Cell<usize>,
    _folder: TempDir,
}

impl Records {
    fn new() -> Self {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("the build folder can be written");
        let path = folder.path().join("bench.db");
        let store = Store::open(&path, StoreOptions::default()).expect("a new store opens");
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime starts");
        let (recorder, calls) = (store.recorder(), RefCell::new(Calls::new(1, PROMPT)));
        let allocations = Allocations::default();
        Self { runtime, store, recorder, calls, allocations, path, recorded: Cell::new(0), _folder: folder }
    }

    fn batch(&self, calls: usize) -> f64 {
        let at = Timestamp(1_795_000_000_000_000);
        let prepared: Vec<Record> = (0..calls).map(|_| self.hashed(self.calls.borrow_mut().ask(at))).collect();
        let ns = self.allocations.timed(prepared.into_iter(), |record| self.record(record));
        self.runtime.block_on(self.store.flush()).expect("the writer is there");
        ns
    }

    /// Microseconds of a call while nothing can be written: the median and the 99.9th percentile, by round.
    fn stalled(&self) -> (Spread, Spread) {
        let rounds: Vec<(f64, f64)> = (0..STALLS).map(|_| self.stalled_once()).collect();
        (
            Spread::of(rounds.iter().map(|round| round.0).collect()),
            Spread::of(rounds.iter().map(|round| round.1).collect()),
        )
    }

    fn stalled_once(&self) -> (f64, f64) {
        let at = Timestamp(1_795_000_000_000_000);
        let prepared: Vec<Record> = (0..STALLED).map(|_| self.hashed(self.calls.borrow_mut().ask(at))).collect();
        self.runtime.block_on(self.store.flush()).expect("the writer is there");
        let other = Connection::open(&self.path).expect("the file opens");
        other.execute_batch("BEGIN IMMEDIATE").expect("nobody else writes now");
        let mut waits = Vec::with_capacity(STALLED);
        for record in prepared {
            let start = Instant::now();
            self.record(record);
            waits.push(start.elapsed().as_secs_f64() * 1e6);
            while start.elapsed() < APART {
                std::hint::spin_loop();
            }
        }
        other.execute_batch("ROLLBACK").expect("it was begun");
        self.runtime.block_on(self.store.flush()).expect("the writer is there");
        self.recorded.set(self.recorded.get() + STALLED);
        waits.sort_by(f64::total_cmp);
        (waits[STALLED / 2], waits[STALLED * 999 / 1_000])
    }

    /// How many of the calls of these rounds are not in the file.
    fn lost(&self) -> u64 {
        let lost = self.store.ask_blocking(&Inventory).expect("it answers").lost;
        let reader = Connection::open(&self.path).expect("the file opens");
        let rows: usize = reader.query_row("SELECT count(*) FROM calls", [], |row| row.get(0)).expect("it is a store");
        assert!(rows >= self.recorded.get(), "{rows} rows");
        lost
    }

    /// With its prompt hashed, which the program does while the model thinks.
    fn hashed(&self, mut record: Record) -> Record {
        record.call.prompt_hash = record.prompt.as_deref().and_then(|prompt| self.recorder.prompt_hash(prompt));
        record
    }

    fn record(&self, mut record: Record) {
        let start = Instant::now();
        let ticket = self.recorder.begin(started(&record.call));
        let (first, last) = (Instant::now(), Instant::now());
        record.call.times.ttft = Some((first - start).into());
        record.call.times.model = Some((last - start).into());
        let recorded = self.recorder.record(ticket, record).now_or_never();
        // `None` would be a full queue, which a batch of this size never fills.
        black_box(recorded.expect("there is room").expect("the writer is there"));
    }
}

/// Heap allocations of this thread, an average for each timed batch.
#[derive(Default)]
struct Allocations(RefCell<Vec<f64>>);

impl Allocations {
    /// Does something with each item. Returns the nanoseconds that one took.
    fn timed<T>(&self, items: impl ExactSizeIterator<Item = T>, each: impl FnMut(T)) -> f64 {
        let (n, before) = (items.len() as f64, ALLOCATIONS.get());
        let start = Instant::now();
        items.for_each(each);
        let ns = start.elapsed().as_nanos() as f64 / n;
        self.0.borrow_mut().push((ALLOCATIONS.get() - before) as f64 / n);
        ns
    }

    /// How many there were for one item; what came before is forgotten.
    fn take(&self) -> Spread {
        Spread::of(self.0.take())
    }
}

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// The system's allocator, counting for each thread what it hands out.
struct Counting;

// SAFETY: everything is handed on as it is; counting touches no memory of the allocator's.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller keeps the contract, which is the same.
        unsafe { System.alloc(layout) }
    }

    unsafe fn realloc(&self, old: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: the caller keeps the contract, which is the same.
        unsafe { System.realloc(old, layout, size) }
    }

    unsafe fn dealloc(&self, old: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract, which is the same.
        unsafe { System.dealloc(old, layout) }
    }
}

fn count() {
    ALLOCATIONS.set(ALLOCATIONS.get() + 1);
}
