//! What the analysing commands say of the demonstration's traffic, over many seeds: of planted stores how often each truth is
//! found, and with an interval that holds its size; of plain ones how often something is said that is not there. Every
//! command runs in a process of its own on a store that `perfbot demo` filled.
//!
//! `cargo bench --bench truths -- 10` takes another number of seeds than 50.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use perfbot::demo::truths;
use serde_json::Value;
use tempfile::TempDir;

/// When everything is asked: a Saturday. The slowed provider is slow from Wednesday noon on.
const NOW: &str = "2026-11-21T12:34:56Z";

/// Calls of a store.
const CALLS: &str = "20000";

/// The share of stores in which an interval of 95% must hold the truth, and that in which something may be said by chance.
const HELD: f64 = 0.9;
const BY_CHANCE: f64 = 0.1;

fn main() -> ExitCode {
    let seeds = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(50);
    let mut report = Report::default();
    println!("truths: {seeds} planted and {seeds} plain stores of {CALLS} calls in 30 days\n");
    let planted = (0..seeds).map(|seed| Planted::look(&Filled::new(seed, &[]))).collect::<Vec<_>>();
    report.planted(&planted);
    let plain = (0..seeds).map(|seed| Plain::look(&Filled::new(seed, &["--plain"]))).collect::<Vec<_>>();
    report.plain(&plain);
    if report.missed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// What follows from a truth, but is small beside chance: no store has to show it.
const SLOWER: &str = "history: slower week by week, for longer input";

/// A store in a folder that goes with it.
struct Filled {
    folder: TempDir,
}

impl Filled {
    fn new(seed: u64, more: &[&str]) -> Self {
        let filled = Self { folder: TempDir::new().expect("a folder can be made") };
        let seed = seed.to_string();
        let words = ["demo", "--no-console", "--calls", CALLS, "--seed", &seed];
        run(filled.folder.path(), &filled.store(), &[&words, more].concat());
        filled
    }

    fn store(&self) -> PathBuf {
        self.folder.path().join("demo.db")
    }

    /// What a command says.
    fn says(&self, line: &str) -> Value {
        let words: Vec<&str> = ["perf", "--json"].into_iter().chain(line.split(' ')).collect();
        serde_json::from_slice(&run(self.folder.path(), &self.store(), &words)).expect("it answers in JSON")
    }
}

fn run(folder: &Path, store: &Path, words: &[&str]) -> Vec<u8> {
    let mut program = Command::new(env!("CARGO_BIN_EXE_perfbot"));
    program.current_dir(folder).env_clear().env("OLLAMA_HOST", "http://127.0.0.1:9");
    let done = program.args(["--now", NOW, "--db"]).arg(store).args(words).output().expect("the program starts");
    assert!(done.status.success(), "{words:?}: {}", String::from_utf8_lossy(&done.stderr));
    done.stdout
}

/// Whether a truth was found, and whether the interval that was said holds its size, where one is said.
#[derive(Clone, Copy, Default)]
struct Found {
    found: bool,
    held: Option<bool>,
}

/// What was said of a planted store.
struct Planted {
    truths: BTreeMap<&'static str, Found>,
    /// Which rules claim something else above low.
    loud: Vec<String>,
}

impl Planted {
    fn look(store: &Filled) -> Self {
        let mut seen = Self { truths: BTreeMap::new(), loud: Vec::new() };
        for finding in list(&store.says("bottlenecks")["findings"]) {
            seen.finding(finding);
        }
        let insight = &store.says("heatmap --last 30d")["insight"];
        let is_wednesday = insight["weekday"] == 2 && insight["part_of_day"] == "afternoon";
        seen.note("heatmap: Wednesday afternoons are slowest", is_wednesday);
        let history = store.says("history --last 30d");
        let trend = &history["trend"];
        let by_input = trend["verdict"] == "worsening" && trend["cause"]["cause"] == "input_length";
        seen.note(SLOWER, by_input);
        seen.note("history: tokens grow", history["token_growth"]["clear"] == true);
        let weeks = store.says("diff 2026-10-23..29 2026-11-13..19");
        let input = |part: &Value| part["factor"] == "context_size";
        seen.note(
            "diff, first week and last: longer context costs more",
            main_part(&weeks["cost_per_call_usd"], input),
        );
        let slowed = store.says("diff 2026-11-12..14 2026-11-19..21 --model yak");
        let provider = |part: &Value| part["factor"] == "provider";
        seen.note("diff, the slowed model: it is the provider", main_part(&slowed["response_time_ms"], provider));
        let compared = store.says("compare elk ant --last 30d");
        let wins = |figure: &str, model: &str| compared["verdicts"][figure]["model"] == model;
        seen.note("compare: which is quicker", wins("speed", "sim-ant"));
        seen.note("compare: which is cheaper", wins("cost", "sim-ant"));
        seen.note("compare: which is better rated", wins("quality", "sim-elk"));
        seen
    }

    fn note(&mut self, truth: &'static str, found: bool) {
        self.truths.insert(truth, Found { found, held: None });
    }

    fn finding(&mut self, finding: &Value) {
        let share = &finding["frequency"]["interval"];
        let (truth, interval, size) = match finding["issue"].as_str().unwrap_or_default() {
            "repeats_not_cached" => ("bottlenecks: repeats", share, truths::REPEATED),
            "dear_model" if finding["model"] == truths::DEAR => {
                ("bottlenecks: simple questions on the dear model", share, truths::SIMPLE_ON_DEAR)
            }
            "large_context" => ("bottlenecks: context", &finding["messages_interval"], truths::MESSAGES_AFTER),
            "slow_first_token" if finding["provider"] == truths::SLOWED => {
                ("bottlenecks: the slowed provider", &finding["first_token"]["interval"], truths::SLOWDOWN)
            }
            rule => return self.loud.extend((finding["severity"] != "low").then(|| rule.to_owned())),
        };
        let [low, high] = ["low", "high"].map(|end| interval[end].as_f64().expect("an interval has two ends"));
        self.truths.insert(truth, Found { found: true, held: Some((low..=high).contains(&size)) });
    }
}

/// Whether the largest part of what changed is one of these, in the direction of the change.
fn main_part(explained: &Value, is_it: impl Fn(&Value) -> bool) -> bool {
    let size = |part: &&Value| part["percent"].as_f64().unwrap_or(0.0);
    list(&explained["parts"]).iter().max_by(|a, b| size(a).total_cmp(&size(b))).is_some_and(is_it)
}

/// How many things were said of a plain store that are not there, by what says them.
struct Plain(BTreeMap<&'static str, usize>);

impl Plain {
    fn look(store: &Filled) -> Self {
        let mut said = BTreeMap::new();
        let is_loud = |finding: &&Value| finding["severity"] != "low";
        said.insert("bottlenecks: a claim above low", count(&store.says("bottlenecks")["findings"], is_loud));
        said.insert(
            "bottlenecks of 30 days: a claim above low",
            count(&store.says("bottlenecks --last 30d")["findings"], is_loud),
        );
        let heatmap = store.says("heatmap --last 30d");
        said.insert("heatmap: an insight", usize::from(heatmap["insight"]["insight"] == "slowest"));
        let marked = |slot: &&Value| slot["mark"] != "none";
        said.insert(MARK, count(&heatmap["by_hour"], marked) + count(&heatmap["by_weekday"], marked));
        let history = store.says("history --last 30d");
        said.insert("history: a trend", usize::from(history["trend"]["verdict"] != "no_clear_trend"));
        said.insert("history: growing tokens", usize::from(history["token_growth"]["clear"] == true));
        said.insert("history: a new level", list(&history["level_changes"]).len());
        said.insert("history: a change from week to week", list(&history["periods"]).iter().map(marks).sum());
        let diff = store.says("diff 2026-10-24..2026-11-06 2026-11-07..20");
        let certain = |figure: &&str| diff[*figure]["beyond_chance"] == true;
        let figures = ["response_time_ms", "cost_per_call_usd", "error_percent"];
        said.insert("diff: a change beyond chance", figures.iter().filter(|figure| certain(figure)).count());
        said.insert("diff: a date since when", list(&diff["dated"]["changes"]).len());
        let lengths = ["compare hen yak", "compare hen ant", "compare yak ant"].map(|line| {
            usize::from(
                store.says(&format!("{line} --last 30d"))["verdicts"]["token_efficiency"]["verdict"] == "winner",
            )
        });
        said.insert(CONCISE, lengths.iter().sum());
        Self(said)
    }
}

/// How many families of tests of a store may say such a thing by chance.
fn chances(name: &str) -> usize {
    match name {
        CONCISE => 3,
        MARK => 2,
        _ => 1,
    }
}

const CONCISE: &str = "compare: who is more concise (3 pairs)";
const MARK: &str = "heatmap: a mark (hours, weekdays)";

/// How many of a period's changes are called more than noise.
fn marks(period: &Value) -> usize {
    let changes = period["changes"].as_object().expect("a period has changes");
    let shift =
        |change: &&Value| change["shift"].as_str().is_some_and(|shift| shift != "noise" && shift != "not_judged");
    changes.values().filter(shift).count()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn count(value: &Value, is_it: impl Fn(&&Value) -> bool) -> usize {
    list(value).iter().filter(is_it).count()
}

#[derive(Default)]
struct Report {
    missed: bool,
}

impl Report {
    fn planted(&mut self, stores: &[Planted]) {
        let names: BTreeSet<_> = stores.iter().flat_map(|store| store.truths.keys()).collect();
        println!("  {:62} {:>9} {:>14}", "planted", "found in", "interval holds");
        for name in names {
            let of = |store: &Planted| store.truths.get(name).copied().unwrap_or_default();
            let found = stores.iter().filter(|store| of(store).found).count();
            let held: Vec<bool> = stores.iter().filter_map(|store| of(store).held).collect();
            let share = held.iter().filter(|held| **held).count() as f64 / held.len().max(1) as f64;
            let missed = found < stores.len() && *name != SLOWER || !held.is_empty() && share < HELD;
            let held = if held.is_empty() { "–".to_owned() } else { format!("{:.0}%", share * 100.0) };
            println!("  {name:62} {found:>9} {held:>14} {}", self.verdict(missed));
        }
        let loud: Vec<&String> = stores.iter().flat_map(|store| &store.loud).collect();
        println!("  claims above low beside the truths: {} {loud:?} {}\n", loud.len(), self.verdict(!loud.is_empty()));
    }

    fn plain(&mut self, stores: &[Plain]) {
        println!("  {:62} {:>9} {:>14} {:>10}", "plain", "stores", "things said", "chances");
        for name in stores.iter().flat_map(|store| store.0.keys()).collect::<BTreeSet<_>>() {
            let said: Vec<usize> = stores.iter().map(|store| store.0[name]).collect();
            let with = said.iter().filter(|said| **said > 0).count();
            let (said, of) = (said.iter().sum::<usize>(), chances(name) * stores.len());
            let most = if name.starts_with("bottlenecks") { 0.0 } else { BY_CHANCE };
            let missed = said.min(with * chances(name)) as f64 > most * of as f64;
            println!("  {name:62} {with:>9} {said:>14} {of:>10} {}", self.verdict(missed));
        }
    }

    fn verdict(&mut self, missed: bool) -> &'static str {
        self.missed |= missed;
        if missed { "MISSED" } else { "" }
    }
}
