//! What measuring adds to the first token of an answer: a provider that answers at once, asked bare, through the
//! interceptor that times it, and through the whole driver of an answer with its time-outs, retries and stop button.
//!
//! Each answer is timed by itself, from asking to the first text, by the same two readings of the clock.

mod harness;

use std::hint::black_box;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::StreamExt;
use harness::{Candidate, Report, alternate};
use perfbot::ai::attempts::{self, Progress};
use perfbot::ai::interceptor::Timed;
use perfbot::ai::provider::{Frame, Frames, Provider, Request, Role, StopReason, Turn};
use perfbot::ai::simulated_models;
use perfbot::model::{AnswerSettings, Usage};
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;

/// Answers in a batch; a batch counts as its median.
const ANSWERS: usize = 1_000;

fn main() -> ExitCode {
    let mut report = Report::open("first_token: from asking a provider that answers at once to its first text");
    let bench = Bench::new();
    let series = [
        Candidate::new("bare", || bench.batch(async || bench.bare().await)),
        Candidate::new("through the interceptor", || bench.batch(async || bench.timed().await)),
        Candidate::new("through the whole driver", || bench.batch(async || bench.driven().await)),
    ];
    println!("\n  each round the median of {ANSWERS} answers");
    let [bare, timed, driven] = report.times("ns", alternate(200, series));
    let added_us = |ns: f64, bare: f64| (ns - bare) / 1e3;
    report.goal("added by the interceptor, µs", timed.against(&bare, added_us), ..=1.0);
    report.goal("added by the whole driver, µs", driven.against(&bare, added_us), ..);
    report.finish()
}

struct Bench {
    runtime: Runtime,
    provider: AtOnce,
    request: Request,
    settings: AnswerSettings,
    stop: CancellationToken,
}

impl Bench {
    fn new() -> Self {
        let model = Arc::new(simulated_models().remove(0));
        let turns = vec![Turn { role: Role::User, text: "What is Python?".into() }];
        Self {
            runtime: tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime starts"),
            provider: AtOnce,
            request: Request { model, system: None, turns, pictures: Vec::new(), max_output_tokens: 1_000 },
            settings: AnswerSettings {
                head_timeout: Duration::from_secs(30),
                silence_timeout: Duration::from_secs(30),
                attempt_timeout: Duration::from_secs(300),
                retries: 3,
                back_off_base: Duration::from_secs(1),
                back_off_cap: Duration::from_secs(60),
                max_output_tokens: 1_000,
                system_prompt: None,
            },
            stop: CancellationToken::new(),
        }
    }

    /// Times a batch of answers and returns the nanoseconds of the middle one.
    fn batch(&self, answer: impl AsyncFn() -> Duration) -> f64 {
        self.runtime.block_on(async {
            let mut times = Vec::with_capacity(ANSWERS);
            for _ in 0..ANSWERS {
                times.push(answer().await);
            }
            times.sort();
            times[ANSWERS / 2].as_nanos() as f64
        })
    }

    async fn bare(&self) -> Duration {
        let start = Instant::now();
        first_text(start, self.provider.stream(&self.request)).await
    }

    async fn timed(&self) -> Duration {
        let start = Instant::now();
        first_text(start, Timed::start(&self.provider, &self.request)).await
    }

    async fn driven(&self) -> Duration {
        let mut first = None;
        let start = Instant::now();
        let mut progress = |progress: Progress<'_>| {
            black_box(progress);
            first.get_or_insert_with(|| start.elapsed());
        };
        let chance = fastrand::Rng::with_seed(1);
        let asked = attempts::answer(&self.provider, &self.request, &self.settings, &self.stop, chance, &mut progress);
        black_box(asked.await);
        first.expect("the provider answers")
    }
}

/// Reads to the first text and says how long that took; then reads the rest.
async fn first_text(
    start: Instant,
    frames: impl futures::Stream<Item = <Frames as futures::Stream>::Item>,
) -> Duration {
    let mut frames = std::pin::pin!(frames);
    black_box(frames.next().await);
    let first = start.elapsed();
    while let Some(frame) = frames.next().await {
        let _ = black_box(frame);
    }
    first
}

/// Says three words without any delay.
struct AtOnce;

impl Provider for AtOnce {
    fn stream(&self, _: &Request) -> Frames {
        let words = ["A ", "programming ", "language."].map(|word| Frame::Text(word.into()));
        let end = [Frame::Usage(Usage::default()), Frame::End(StopReason::Done)];
        Box::pin(futures::stream::iter(words.into_iter().chain(end).map(Ok)))
    }
}
