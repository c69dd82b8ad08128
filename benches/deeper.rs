//! What whole replies of the analysing commands take in a running bot with many calls in its store: the question, the analysis
//! and the text, then the picture or document that goes along; and the memory that the bot takes meanwhile.
//!
//! `cargo bench --bench deeper -- 1000000 history` takes another size than 10,000,000 calls, and only lines with that word. The
//! store is kept in the build folder and used again.

#[allow(dead_code, reason = "nothing is compared in turn here")]
#[path = "harness/mod.rs"]
mod bench;
mod demo_store;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use bench::{Report, Spread};
use demo_store::{END, Town};
use perfbot::app::{App, Discovery, Plan, RunningClock};
use perfbot::commands::{Audience, Context, Parsed, Services, parse, run};
use perfbot::config::{Config, Variables};
use perfbot::model::{Person, Place, Readable, Role};
use perfbot::store::Want;
use perfbot::view::{Block, plain};

/// How often each command is typed.
const TYPED: usize = 20;

/// The most milliseconds a reply may take: its text, and its text with the picture or document.
const QUICK: (f64, f64) = (5.0, 60.0);
const THOROUGH: (f64, f64) = (2_000.0, 2_000.0);

/// The most megabytes that a reply may take while it is made, twenty times in a row.
const MEGABYTES: f64 = 100.0;

/// What is typed, and what it may take.
const LINES: [(&str, (f64, f64)); 13] = [
    ("!perf compare elk yak", QUICK),
    ("!perf compare elk yak --last 30d", QUICK),
    ("!perf history", QUICK),
    ("!perf history --by day", THOROUGH),
    ("!perf heatmap", QUICK),
    ("!perf heatmap --model elk", QUICK),
    ("!perf diff yesterday today", THOROUGH),
    ("!perf bottlenecks", THOROUGH),
    ("!perf bottlenecks --last 30d", THOROUGH),
    ("!perf forecast", THOROUGH),
    ("!perf cost --last 30d", THOROUGH),
    ("!perf why 9999000", THOROUGH),
    ("!perf report", THOROUGH),
];

fn main() -> ExitCode {
    let calls = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(10_000_000);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime starts");
    let mut report = Report::open(&format!("deeper: whole replies on {calls} calls of 30 days"));
    let word = std::env::args().skip(1).find(|argument| argument.chars().all(|letter| letter.is_ascii_lowercase()));
    runtime.block_on(replies(calls, &word.unwrap_or_default(), &mut report));
    report.finish()
}

async fn replies(calls: u64, word: &str, report: &mut Report) {
    let town = Town { guild: "town".into(), channel: "general".into() };
    let mut config = Config::parse("config.toml", "", &Variables::default()).expect("nothing is set");
    config.store = demo_store::filled(calls, &town).await;
    // The system has read the file once, so that its disk is not what is measured.
    let file = std::fs::File::open(&config.store);
    _ = file.and_then(|mut file| std::io::copy(&mut file, &mut std::io::sink())).expect("the store can be read");
    let (environment, clock) = (Arc::new(|_: &str| None), Arc::new(RunningClock::starting_at(END)));
    let plan = Plan { config, environment, clock, discovery: Discovery::Skip, want: Want::Write };
    let app = App::build(plan).await.expect("the store opens");
    report.goal("resident MB before", Spread::of(vec![memory("VmRSS:")]), ..);
    for (line, (text, whole)) in LINES.into_iter().filter(|(line, _)| line.contains(word)) {
        println!("\n  {line}");
        let typed = typed(line, &app).await;
        report.goal("the first reply of the process, ms", Spread::of(vec![typed.first]), ..);
        report.goal("question, analysis and text, ms", Spread::of(typed.texts), ..=text);
        report.goal("with the picture or document, ms", Spread::of(typed.wholes), ..=whole);
        report.goal("the most memory meanwhile, MB in all", Spread::of(vec![typed.peak]), ..);
        report.goal("that is above before, MB", Spread::of(vec![typed.peak - typed.before]), ..=MEGABYTES);
    }
    app.close().await;
}

/// What a line took, in milliseconds; and the megabytes before and at most.
struct Typed {
    first: f64,
    texts: Vec<f64>,
    wholes: Vec<f64>,
    before: f64,
    peak: f64,
}

async fn typed(line: &str, app: &App) -> Typed {
    let before = memory("VmRSS:");
    // From now on the peak counts anew.
    std::fs::write("/proc/self/clear_refs", "5").expect("the system counts");
    let mut all = Vec::with_capacity(TYPED);
    for _ in 0..TYPED {
        all.push(once(line, &app.services, app.clock.now()).await);
    }
    let peak = memory("VmHWM:");
    let first = all.remove(0).1;
    let (texts, wholes) = all.into_iter().unzip();
    Typed { first, texts, wholes, before, peak }
}

/// How many milliseconds the text of a reply took, and how many all of it.
async fn once(line: &str, services: &Services, now: perfbot::model::Timestamp) -> (f64, f64) {
    let owner = Person { id: "owner".into(), role: Role::Owner };
    let cx = Context {
        services: services.clone(),
        person: owner,
        place: Place { guild: None, channel: "owner".into() },
        reply_to: None,
        audience: Audience::Asker,
        readable: Readable::All,
        now,
    };
    let start = Instant::now();
    let Parsed::Command(entry, words) = parse(line, &services.prefix) else { panic!("{line} is no command") };
    let reply = run(entry, &words, &cx).await.unwrap_or_else(|failure| panic!("{line}: {failure}")).reply;
    let text = plain::render(&reply.blocks);
    let texted = start.elapsed().as_secs_f64() * 1e3;
    assert!(text.len() > 200, "{text}");
    for block in &reply.blocks {
        match block {
            Block::Chart(chart) => drop(services.painter.png(chart).expect("it can be drawn")),
            Block::Document { document, .. } => drop(services.painter.pdf(document).expect("it can be drawn")),
            _ => {}
        }
    }
    (texted, start.elapsed().as_secs_f64() * 1e3)
}

/// A line of what the system says of this process, in MB.
fn memory(what: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("the system says");
    let line = status.lines().find_map(|line| line.strip_prefix(what)).expect("it has such a line");
    line.trim().trim_end_matches(" kB").parse::<f64>().expect("a number") / 1024.0
}
