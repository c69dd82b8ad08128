//! How an answer goes: how it ends, what it uses, how long each part takes, what it costs.
//!
//! The time of a model is `(first token + output tokens × time of a token) × slowness`, where the first token takes longer the
//! more input is not in the prompt cache. First token and writing have a log-normal noise each.

use super::again::Asked;
use super::cast::Model;
use super::chance::Chance;
use super::rhythm::Rhythm;
use super::truths::{FAILING, Truths};
use crate::model::{Call, ContextSize, ErrorClass, Failures, Micros, Outcome, Times, Usage, UsageSource};
use crate::pricing;

/// The noise of the model's times: the standard deviation of their logarithm.
const TIME_SIGMA: f64 = 0.2;
/// So much input makes the first token take twice as long as next to none.
const PREFILL_TOKENS: f64 = 800.0;
/// Tokens of the system prompt.
const SYSTEM_TOKENS: u64 = 60;
/// Tokens of an earlier message on average, and their spread; then the spread of the number of messages.
const MESSAGE_TOKENS: (f64, f64) = (120.0, 0.25);
const MESSAGES_SIGMA: f64 = 0.35;
/// From so many tokens on a context may lie in the prompt cache, and so often it does.
const CACHED_FROM: (u64, f64) = (1_024, 0.4);
/// How much answers to the same question differ in length.
const LENGTH_SIGMA: f64 = 0.15;

/// How calls end that give no whole answer: the shares of all calls.
const CUT: f64 = 0.003;
const STOPPED: f64 = 0.006;
/// The shares of calls that take two and three attempts.
const SECOND: f64 = 0.025;
const THIRD: f64 = 0.005;
/// The first pause between attempts; each further one is twice as long.
const BACK_OFF_MS: f64 = 1_000.0;
/// The most attempts at an answer.
const ATTEMPTS: u32 = 4;

/// Why attempts fail before one that succeeds, and the median time such an attempt takes.
const RATE_LIMITED: (ErrorClass, f64) = (ErrorClass::RateLimit, 180.0);

/// Why calls fail: how often, the median time an attempt takes that ends so, and how many are made.
const FAILURES: [(f64, ErrorClass, f64, u32); 6] = [
    (0.35, ErrorClass::RateLimit, 180.0, ATTEMPTS),
    (0.20, ErrorClass::Server, 450.0, ATTEMPTS),
    (0.12, ErrorClass::Timeout, 30_000.0, ATTEMPTS),
    (0.08, ErrorClass::Connection, 60.0, ATTEMPTS),
    (0.15, ErrorClass::Filtered, 350.0, 1),
    (0.10, ErrorClass::BadRequest, 120.0, 1),
];
const FAILURE_SHARES: [f64; 6] =
    [FAILURES[0].0, FAILURES[1].0, FAILURES[2].0, FAILURES[3].0, FAILURES[4].0, FAILURES[5].0];

/// What happened before the attempt that decides.
#[derive(Default)]
struct Trouble {
    attempts: u32,
    failures: Failures,
    failed: Micros,
    back_off: Micros,
}

/// Makes the row of a call: all but who asked.
pub(super) fn answer(asked: &Asked, model: &Model, (truths, rhythm): (&Truths, &Rhythm), chance: &mut Chance) -> Call {
    let (outcome, trouble) = fate(chance);
    let context = context(truths.context_messages(asked.at), chance);
    let call = Call {
        provider: Some(model.provider.clone()),
        query_type: asked.question.query_type,
        complexity: Some(asked.question.complexity),
        attempts: trouble.attempts,
        failures: trouble.failures,
        outcome,
        context,
        times: before(&trouble, chance),
        ..Call::new(asked.at, model.name.clone())
    };
    if outcome.answered() {
        let slowness = truths.slowness(asked.at, rhythm.moment(asked.at), model.provider.as_str());
        answered(call, asked, model, slowness, chance)
    } else {
        call
    }
}

fn fate(chance: &mut Chance) -> (Outcome, Trouble) {
    let ends = [FAILING, CUT, STOPPED, SECOND, THIRD];
    let rest = 1.0 - ends.iter().sum::<f64>();
    let [failing, cut, stopped, second, third] = ends;
    let once = |outcome| (outcome, Trouble { attempts: 1, ..Trouble::default() });
    match chance.one_of(&[rest, second, third, stopped, cut, failing]) {
        0 => once(Outcome::Ok),
        1 => (Outcome::Ok, Trouble::after(1, RATE_LIMITED, chance)),
        2 => (Outcome::Ok, Trouble::after(2, RATE_LIMITED, chance)),
        3 => once(Outcome::Stopped),
        4 => once(Outcome::Cut),
        _ => failure(chance),
    }
}

fn failure(chance: &mut Chance) -> (Outcome, Trouble) {
    let (_, class, attempt_ms, attempts) = FAILURES[chance.one_of(&FAILURE_SHARES)];
    let before = Trouble::after(attempts - 1, (class, attempt_ms), chance);
    let failed = before.failed + attempt_time(attempt_ms, chance);
    (Outcome::Error(class), Trouble { failed, failures: failures(class, attempts), ..before })
}

impl Trouble {
    /// Some attempts failed and another follows; each pause between two is somewhere between half and all of what it may be.
    fn after(failed: u32, (class, attempt_ms): (ErrorClass, f64), chance: &mut Chance) -> Self {
        let mut trouble = Self { attempts: failed + 1, failures: failures(class, failed), ..Self::default() };
        for number in 0..failed {
            trouble.failed += attempt_time(attempt_ms, chance);
            trouble.back_off += micros(chance.between((0.5, 1.0)) * BACK_OFF_MS * f64::from(1 << number));
        }
        trouble
    }
}

/// So many failures of one class.
fn failures(class: ErrorClass, attempts: u32) -> Failures {
    std::iter::repeat_n(class, attempts as usize).collect()
}

fn attempt_time(median_ms: f64, chance: &mut Chance) -> Micros {
    micros(chance.log_normal(median_ms, TIME_SIGMA))
}

/// The times of a call that got no answer.
fn before(trouble: &Trouble, chance: &mut Chance) -> Times {
    let queue = micros(chance.log_normal(8.0, 0.5));
    let overhead = micros(chance.log_normal(6.0, 0.4));
    Times {
        response: Some(queue + trouble.failed + trouble.back_off + overhead),
        queue: Some(queue),
        failed: trouble.failed,
        back_off: trouble.back_off,
        ..Times::default()
    }
}

fn context(messages: f64, chance: &mut Chance) -> ContextSize {
    let messages = chance.log_normal_of_mean(messages, MESSAGES_SIGMA).round();
    let (mean, sigma) = MESSAGE_TOKENS;
    let tokens = messages * chance.log_normal_of_mean(mean, sigma);
    ContextSize { messages: Some(messages as u32), tokens: Some(tokens as u64) }
}

/// Adds to a call what its answer took and cost.
fn answered(call: Call, asked: &Asked, model: &Model, slowness: f64, chance: &mut Chance) -> Call {
    let whole = call.outcome == Outcome::Ok;
    let usage = usage(&call, asked, model, chance);
    let (input, read) = (usage.input.unwrap_or(0), usage.cache_read.unwrap_or(0));
    let first_ms = model.ttft_ms * (1.0 + (input - read) as f64 / PREFILL_TOKENS);
    let ttft_ms = slowness * chance.log_normal(first_ms, TIME_SIGMA);
    let written = usage.output.unwrap_or(0) as f64;
    let model_ms = ttft_ms + slowness * chance.log_normal(written * model.token_ms, TIME_SIGMA);
    let (ttft, time) = (micros(ttft_ms), micros(model_ms));
    let before = call.times.response.unwrap_or_default();
    let times = Times {
        response: Some(before + time),
        model: Some(time),
        attempt: Some(time + Micros(800)),
        ttft: Some(ttft),
        visible_ttft: Some(before + ttft + micros(chance.log_normal(150.0, 0.3))),
        ..call.times
    };
    let usage = if whole { usage } else { Usage { source: UsageSource::Partial, ..usage } };
    let cost = model.price.as_ref().and_then(|price| pricing::cost(&price.rates, &usage));
    let price = model.price.as_ref().filter(|_| cost.is_some()).map(|price| price.id.clone());
    Call { times, usage, price, cost, answered_by: Some(model.id.clone()), ..call }
}

fn usage(call: &Call, asked: &Asked, model: &Model, chance: &mut Chance) -> Usage {
    let context = call.context.tokens.unwrap_or(0);
    let cacheable = context >= CACHED_FROM.0 && model.cached > 0.0;
    let read = if cacheable && chance.happens(CACHED_FROM.1) { context as f64 * model.cached } else { 0.0 };
    // Who broke off had some part of the answer.
    let written = if call.outcome == Outcome::Ok { 1.0 } else { chance.share() };
    let output = (written * chance.log_normal(asked.question.answer_tokens, LENGTH_SIGMA)).max(1.0) as u64;
    let known = model.usage == UsageSource::Reported;
    Usage {
        input: Some(SYSTEM_TOKENS + context + asked.question.prompt_tokens),
        output: Some(output),
        cache_read: known.then_some(read as u64),
        cache_write_5m: None,
        cache_write_1h: None,
        reasoning: known.then_some((output as f64 * model.thought) as u64),
        source: model.usage,
    }
}

fn micros(ms: f64) -> Micros {
    Micros((ms * 1e3) as u64)
}
