//! A built-in stand-in for a model: no network, no sense, invented times and prices. It makes the program usable without any key, and
//! demonstrations and tests repeatable: the same seed and the same conversation give the same words at the same times.
//!
//! Times are log-normal, as those of real models roughly are.

use std::sync::Arc;
use std::time::Duration;

use futures::stream;
use tokio::time::{Instant, sleep_until};

use super::provider::{Frame, Frames, Provider, ProviderError, Request, StopReason};
use crate::model::{ErrorClass, ModelName, ModelSpec, ProviderKind, ProviderName, SIMULATED, Usage, UsageSource};

mod words;

/// How fast one of the models is.
#[derive(Debug)]
pub struct Speed {
    id: &'static str,
    label: &'static str,
    /// The median time to the first token, in milliseconds.
    pub ttft_ms: f64,
    /// The median time of each further token, in milliseconds.
    pub token_ms: f64,
}

/// Those that answer where no model is set up.
const SPEEDS: [Speed; 3] = [
    Speed { id: "swift", label: "Swift (simulated)", ttft_ms: 150.0, token_ms: 4.0 },
    Speed { id: "steady", label: "Steady (simulated)", ttft_ms: 350.0, token_ms: 8.0 },
    Speed { id: "deep", label: "Deep (simulated)", ttft_ms: 700.0, token_ms: 15.0 },
];

/// Those of the demonstration, each with its invented provider.
const DEMO: [(&str, Speed); 6] = [
    ("simulated-alder", Speed { id: "elk", label: "Elk (simulated)", ttft_ms: 600.0, token_ms: 14.0 }),
    ("simulated-alder", Speed { id: "hen", label: "Hen (simulated)", ttft_ms: 200.0, token_ms: 5.0 }),
    ("simulated-birch", Speed { id: "yak", label: "Yak (simulated)", ttft_ms: 320.0, token_ms: 8.0 }),
    ("simulated-birch", Speed { id: "ant", label: "Ant (simulated)", ttft_ms: 130.0, token_ms: 3.5 }),
    ("simulated-cedar", Speed { id: "gnu", label: "Gnu (simulated)", ttft_ms: 450.0, token_ms: 10.0 }),
    ("simulated-cedar", Speed { id: "koi", label: "Koi (simulated)", ttft_ms: 250.0, token_ms: 6.0 }),
];

/// The spread of the time to the first token: the standard deviation of its logarithm.
const TTFT_SIGMA: f64 = 0.35;
/// The same of the time of each further token.
const TOKEN_SIGMA: f64 = 0.5;

/// The simulated models, the fastest first. Their prices are as invented as their times.
pub fn models() -> Vec<ModelSpec> {
    SPEEDS.iter().map(|speed| spec(SIMULATED, speed)).collect()
}

/// The simulated models of the demonstration, the dearest first: of three providers that do not exist either.
pub fn demo_models() -> Vec<ModelSpec> {
    DEMO.iter().map(|(provider, speed)| spec(provider, speed)).collect()
}

/// How fast the simulated model with a provider's id is; `None` where there is none.
pub fn speed_of(id: &str) -> Option<&'static Speed> {
    SPEEDS.iter().chain(DEMO.iter().map(|(_, speed)| speed)).find(|speed| speed.id == id)
}

fn spec(provider: &str, speed: &Speed) -> ModelSpec {
    ModelSpec {
        name: ModelName::from(format!("sim-{}", speed.id)),
        label: speed.label.to_owned(),
        kind: ProviderKind::Simulated,
        provider: ProviderName::from(provider),
        id: speed.id.to_owned(),
        base_url: None,
        key_env: None,
        price: None,
        sees: false,
        local: false,
    }
}

/// The provider of the simulated models.
#[derive(Debug, Clone, Copy)]
pub struct Simulated {
    seed: u64,
    pace: f64,
}

impl Simulated {
    /// A provider whose chance comes from `seed`. All times are multiplied by `pace`: 1.0 is like real, 0.0 instant.
    pub fn new(seed: u64, pace: f64) -> Self {
        Self { seed, pace: pace.max(0.0) }
    }
}

impl Provider for Simulated {
    fn stream(&self, request: &Request) -> Frames {
        let Some(speed) = speed_of(&request.model.id) else {
            let detail = format!("no simulated model {}", request.model.id);
            let unknown = ProviderError { class: ErrorClass::NotFound, retry_after: None, detail };
            return Box::pin(stream::iter([Err(unknown)]));
        };
        let script = Script::write(request, speed, self.seed);
        Box::pin(play(script, self.pace))
    }
}

/// What will be said, and when.
#[derive(Debug, PartialEq)]
struct Script {
    /// Frames in order, each with its time since the start in milliseconds.
    frames: Vec<(f64, Frame)>,
}

impl Script {
    fn write(request: &Request, speed: &Speed, seed: u64) -> Self {
        let mut chance = fastrand::Rng::with_seed(conversation_seed(request, seed));
        let question = request.turns.last().map(|turn| Arc::clone(&turn.text)).unwrap_or_default();
        let mut said = words::answer(&question, &mut chance);
        let most = usize::try_from(request.max_output_tokens).unwrap_or(usize::MAX);
        let reason = if said.len() > most { StopReason::Length } else { StopReason::Done };
        said.truncate(most);

        let mut at = log_normal(speed.ttft_ms, TTFT_SIGMA, &mut chance);
        let usage = usage(request, said.len());
        let mut frames = vec![(at, Frame::AnsweredBy(request.model.id.as_str().into()))];
        for (index, token) in said.into_iter().enumerate() {
            if index > 0 {
                at += log_normal(speed.token_ms, TOKEN_SIGMA, &mut chance);
            }
            frames.push((at, Frame::Text(token)));
        }
        frames.extend([(at, Frame::Usage(usage)), (at, Frame::End(reason))]);
        Self { frames }
    }
}

/// Plays a script against absolute times, so that the timer's coarseness (a millisecond) does not add up.
fn play(script: Script, pace: f64) -> impl futures::Stream<Item = Result<Frame, ProviderError>> + Send {
    let frames = script.frames.into_iter();
    stream::unfold((frames, None::<Instant>), move |(mut frames, started)| async move {
        let (at_ms, frame) = frames.next()?;
        let started = started.unwrap_or_else(Instant::now);
        let wait = Duration::from_secs_f64(at_ms * pace / 1e3);
        if !wait.is_zero() {
            sleep_until(started + wait).await;
        }
        Some((Ok(frame), (frames, Some(started))))
    })
}

fn usage(request: &Request, said: usize) -> Usage {
    Usage {
        input: Some(request.rough_input()),
        output: Some(said as u64),
        source: UsageSource::Reported,
        ..Usage::default()
    }
}

/// A seed of the provider's seed, the model and all that was said.
fn conversation_seed(request: &Request, seed: u64) -> u64 {
    let mut hash = blake3::Hasher::new();
    hash.update(&seed.to_le_bytes());
    hash.update(request.model.id.as_bytes());
    let texts = request.system.iter().chain(request.turns.iter().map(|turn| &turn.text));
    for text in texts {
        hash.update(&(text.len() as u64).to_le_bytes());
        hash.update(text.as_bytes());
    }
    let mut first = [0; 8];
    hash.finalize_xof().fill(&mut first);
    u64::from_le_bytes(first)
}

/// A log-normal number with this median, whose logarithm has the standard deviation `sigma`. The normal number comes
/// from two even ones by the Box–Muller transform.
fn log_normal(median: f64, sigma: f64, chance: &mut fastrand::Rng) -> f64 {
    let radius = (-2.0 * (1.0 - chance.f64()).ln()).sqrt();
    median * (sigma * radius * (std::f64::consts::TAU * chance.f64()).cos()).exp()
}

#[cfg(test)]
mod tests;
