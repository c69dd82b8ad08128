//! What reading a prompt costs: its type and complexity, decided on the answer's path; its keyed hash, taken on the
//! writer's; and the first count of tokens. Beside them one pass of the standard library over the same text, which makes
//! it lower-case.

mod harness;

use std::hint::black_box;
use std::process::ExitCode;
use std::time::Instant;

use harness::{Candidate, Report, alternate};
use perfbot::prompt::{PromptKey, classify, hash, tokens};

/// Prompts in a batch.
const PROMPTS: u32 = 1_000;

const SHORT: &str = "How do I read a file line by line in Rust without copying every line?";

/// Long enough for all that is looked at: the first 2,000 characters.
const LONG: usize = 2_500;

fn main() -> ExitCode {
    let mut report = Report::open("prompts: reading one");
    load_the_tokenizer();
    let long = SHORT.repeat(LONG / SHORT.len() + 1);
    let key = PromptKey::new([7; 32]);
    for text in [SHORT, &long] {
        println!("\n  a prompt of {} characters", text.chars().count());
        let series = [
            Candidate::new("lower case, by the standard library", || micros(|| text.to_lowercase())),
            Candidate::new("classify", || micros(|| classify(text))),
            Candidate::new("hash", || micros(|| hash(&key, text))),
        ];
        let [lower, classify, hash] = report.times("µs", alternate(100, series));
        report.goal("classify, µs", classify.spread(), ..=20.0);
        report.goal("classify / lower case", classify.against(&lower, |a, b| a / b), ..);
        report.goal("hash / lower case", hash.against(&lower, |a, b| a / b), ..);
    }
    report.finish()
}

/// Says what the first count of tokens costs; a process that never counts any does not pay it.
fn load_the_tokenizer() {
    let (before, start) = (resident_mb(), Instant::now());
    black_box(tokens::count(SHORT));
    let ms = start.elapsed().as_millis();
    if let (Some(before), Some(after)) = (before, resident_mb()) {
        println!("\n  the first count of tokens takes {ms} ms and {:.1} MB ({before:.1} → {after:.1})", after - before);
    }
}

/// The memory of this process that is in use, where the system tells.
fn resident_mb() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<f64>().ok()? / 1024.0)
}

/// The microseconds of one, over a batch.
fn micros<T>(read: impl Fn() -> T) -> f64 {
    let start = Instant::now();
    for _ in 0..PROMPTS {
        black_box(read());
    }
    start.elapsed().as_secs_f64() * 1e6 / f64::from(PROMPTS)
}
