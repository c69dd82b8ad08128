//! What reading a prompt costs: its type and complexity, decided on the answer's path; its keyed hash, taken on the
//! writer's. Beside them one pass of the standard library over the same text, which makes it lower-case.

mod harness;

use std::hint::black_box;
use std::process::ExitCode;
use std::time::Instant;

use harness::{Candidate, Report, alternate};
use perfbot::prompt::{PromptKey, classify, hash};

/// Prompts in a batch.
const PROMPTS: u32 = 1_000;

const SHORT: &str = "How do I read a file line by line in Rust without copying every line?";

/// Long enough for all that is looked at: the first 2,000 characters.
const LONG: usize = 2_500;

fn main() -> ExitCode {
    let mut report = Report::open("prompts: reading one");
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

/// The microseconds of one, over a batch.
fn micros<T>(read: impl Fn() -> T) -> f64 {
    let start = Instant::now();
    for _ in 0..PROMPTS {
        black_box(read());
    }
    start.elapsed().as_secs_f64() * 1e6 / f64::from(PROMPTS)
}
