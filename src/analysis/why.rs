//! `why`: where the time of one call went, stage by stage, against what is usual for its model and type.

mod stages;

use serde::Serialize;

pub use stages::{Part, Stage};

use super::ByClass;
use super::statistics::Sample;
use crate::model::{Call, CallId, Micros, ModelName, Outcome, QueryType, StoredCall, Timestamp, Window};

/// How many calls before it the caller need pass at the most.
pub const USUAL_CAP: u32 = 2_000;
/// How long before it those may have been asked, in microseconds.
pub const USUAL_SPAN: i64 = 30 * Timestamp::DAY;
/// Fewer calls do not say what is usual: from six on a median has a 95% interval at all.
pub const USUAL_FROM: u64 = 6;
/// Faster than this share of the usual ones, or slower, a call is called so.
const QUARTER: f64 = 0.25;
/// What took less than this share of the call above the usual is not named as a cause.
const CAUSE_FROM: f64 = 0.05;

/// What the report is made from.
#[derive(Debug, Clone)]
pub struct WhyInput {
    /// The call.
    pub call: StoredCall,
    /// When those were asked that it is held against: a time before it.
    pub window: Window,
    /// Calls of its model and type in that time, the last ones of very many. It need not be taken out of them.
    pub usual: Vec<StoredCall>,
}

/// Where the time of a call went.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Why {
    /// Its number.
    pub id: CallId,
    /// When it was asked.
    pub timestamp: Timestamp,
    /// Which model.
    pub model: ModelName,
    /// Which type of question.
    pub query_type: QueryType,
    /// How it ended.
    #[serde(serialize_with = "as_word")]
    pub outcome: Outcome,
    /// What the person waited.
    pub response_time_ms: Option<f64>,
    /// Attempts it took.
    pub attempts: u32,
    /// Those of them that failed.
    pub failed_attempts: u64,
    /// Why they did; `None` where nobody noted it.
    pub failures: Option<ByClass>,
    /// Tokens in.
    pub input_tokens: Option<u64>,
    /// Tokens out.
    pub output_tokens: Option<u64>,
    /// Earlier messages that went along.
    pub context_messages: Option<u32>,
    /// What it cost.
    pub cost_usd: Option<f64>,
    /// The first characters of the prompt, where they may be shown.
    pub prompt_preview: Option<String>,
    /// Where the time went, in the order of time. They add up to the response time, if that is known.
    pub parts: Vec<Part>,
    /// What it is held against.
    pub usual: Usual,
    /// How it stands against that.
    pub verdict: Verdict,
    /// What took longer than usual, most first; only of a call that is slower.
    pub causes: Vec<Excess>,
}

/// What is usual: medians over calls of the same model and type that ended ok, each over those of which it is known.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Usual {
    /// How many calls, with a response time.
    pub n: u64,
    /// When they were asked.
    pub window: Window,
    /// The median of their response times.
    pub response_time_p50_ms: Option<f64>,
    /// The median of their input.
    pub input_tokens_p50: Option<u64>,
    /// The median of their output.
    pub output_tokens_p50: Option<u64>,
    /// The median of the time that a further output token took.
    pub ms_per_output_token: Option<f64>,
}

/// How a call stands among the usual ones.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// Too few to stand against.
    NotEnoughData {
        /// How many there are.
        have: u64,
        /// How many it takes.
        needed: u64,
    },
    /// How long it took is not known.
    Untimed,
    /// Among the middle half.
    AsUsual {
        /// The share of the usual ones that were faster.
        slower_than_share: f64,
    },
    /// Slower than three quarters of them.
    Slower {
        /// The share of the usual ones that were faster.
        slower_than_share: f64,
    },
    /// Faster than three quarters of them.
    Faster {
        /// The share of the usual ones that were slower.
        faster_than_share: f64,
    },
}

/// What took longer than usual.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Excess {
    /// What.
    pub cause: Cause,
    /// By how much.
    pub ms: f64,
}

/// Why a call took longer than usual.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// Its answer has more tokens, at the usual pace.
    LongerAnswer,
    /// The model wrote more slowly.
    SlowerWriting,
    /// The first token came later.
    LaterFirstToken,
    /// The model took longer; of its reading and writing nothing is known.
    SlowerModel,
    /// Attempts failed.
    FailedAttempts,
    /// It waited between attempts.
    BackOff,
    /// It waited for a free slot.
    Queue,
    /// It waited for the chat platform.
    ChatLimits,
    /// perfbot itself took longer.
    Own,
}

/// The report on a call.
pub fn why(input: WhyInput) -> Why {
    let WhyInput { call: StoredCall { id, call, preview }, window, usual } = input;
    let usual: Vec<&Call> = usual
        .iter()
        .filter(|other| other.id != id)
        .map(|other| &other.call)
        .filter(|other| is_like(other, &call))
        .collect();
    let (failed_attempts, failures) = (failed_attempts(&call), failures(&call));
    let parts = with_typical(stages::parts(&call), &usual);
    let (verdict, usual) = (verdict(&call, &usual), usual_of(&usual, window));
    let causes = match verdict {
        Verdict::Slower { .. } => causes(&call, &parts, &usual),
        _ => Vec::new(),
    };
    Why {
        id,
        timestamp: call.at,
        model: call.model,
        query_type: call.query_type,
        outcome: call.outcome,
        response_time_ms: call.times.response.map(Micros::as_ms),
        attempts: call.attempts,
        failed_attempts,
        failures,
        input_tokens: call.usage.input,
        output_tokens: call.usage.output,
        context_messages: call.context.messages,
        cost_usd: call.cost.map(|cost| cost.as_usd()),
        prompt_preview: preview,
        parts,
        usual,
        verdict,
        causes,
    }
}

/// Attempts that failed: all of a call that got no answer, else all but the last. Who stops while waiting stops none.
fn failed_attempts(call: &Call) -> u64 {
    let told = call.attempts.saturating_sub(u32::from(!matches!(call.outcome, Outcome::Error(_))));
    u64::from(told).max(call.failures.classes().count() as u64)
}

/// Why they did. Of a single one that was the end of the call, its outcome says it.
fn failures(call: &Call) -> Option<ByClass> {
    match (failed_attempts(call), call.outcome) {
        (0, _) => Some(ByClass::of([])),
        _ if !call.failures.is_empty() => Some(ByClass::of(call.failures.classes())),
        (1, Outcome::Error(class)) => Some(ByClass::of([class])),
        _ => None,
    }
}

/// Of the same model and type, whole, and of known length.
fn is_like(other: &Call, call: &Call) -> bool {
    (&other.model, other.query_type) == (&call.model, call.query_type)
        && other.outcome == Outcome::Ok
        && other.times.response.is_some()
}

/// The median of figures, if they are enough to say what is usual.
fn median(figures: impl Iterator<Item = f64>) -> Option<f64> {
    let sample: Sample = figures.collect();
    sample.median().filter(|_| sample.n() >= USUAL_FROM)
}

fn usual_of(usual: &[&Call], window: Window) -> Usual {
    let tokens = |of: fn(&Call) -> Option<u64>| {
        median(usual.iter().filter_map(|call| of(call)).map(|tokens| tokens as f64)).map(|tokens| tokens as u64)
    };
    Usual {
        n: usual.len() as u64,
        window,
        response_time_p50_ms: median(usual.iter().filter_map(|call| call.times.response).map(Micros::as_ms)),
        input_tokens_p50: tokens(|call| call.usage.input),
        output_tokens_p50: tokens(|call| call.usage.output),
        ms_per_output_token: median(usual.iter().filter_map(|call| ms_per_output_token(call))),
    }
}

/// The time of each token behind the first.
fn ms_per_output_token(call: &Call) -> Option<f64> {
    let further = call.usage.output.filter(|output| *output >= 2)? - 1;
    Some(stages::length(call, Stage::Writing)? / further as f64)
}

fn with_typical(parts: Vec<Part>, usual: &[&Call]) -> Vec<Part> {
    let typical = |stage| median(usual.iter().filter_map(|call| stages::length(call, stage)));
    parts.into_iter().map(|part| Part { typical_ms: typical(part.stage), ..part }).collect()
}

fn verdict(call: &Call, usual: &[&Call]) -> Verdict {
    let Some(response) = call.times.response else { return Verdict::Untimed };
    let n = usual.len() as u64;
    if n < USUAL_FROM {
        return Verdict::NotEnoughData { have: n, needed: USUAL_FROM };
    }
    let share = |is: fn(&Micros, &Micros) -> bool| {
        usual.iter().filter_map(|other| other.times.response).filter(|other| is(other, &response)).count() as f64
            / n as f64
    };
    let (faster, slower) = (share(Micros::lt), share(Micros::gt));
    match () {
        () if faster >= 1.0 - QUARTER => Verdict::Slower { slower_than_share: faster },
        () if slower >= 1.0 - QUARTER => Verdict::Faster { faster_than_share: slower },
        () => Verdict::AsUsual { slower_than_share: faster },
    }
}

/// What took longer than usual. The parts of writing add up to what it took above the usual; medians of all stages together
/// need not add up to the median of the whole.
fn causes(call: &Call, parts: &[Part], usual: &Usual) -> Vec<Excess> {
    let mut causes = Vec::new();
    for part in parts {
        let Some(typical) = part.typical_ms else { continue };
        let excess = part.ms - typical;
        let longer = (part.stage == Stage::Writing).then(|| longer_answer(call, usual)).flatten();
        causes.extend(longer.map(|ms| Excess { cause: Cause::LongerAnswer, ms }));
        causes.push(Excess { cause: part.stage.cause(), ms: excess - longer.unwrap_or(0.0) });
    }
    let least = CAUSE_FROM * call.times.response.map_or(0.0, Micros::as_ms);
    causes.retain(|excess| excess.ms > least);
    causes.sort_by(|one, other| other.ms.total_cmp(&one.ms));
    causes
}

/// What the tokens above the usual number took at the usual pace.
fn longer_answer(call: &Call, usual: &Usual) -> Option<f64> {
    let more = call.usage.output? as f64 - usual.output_tokens_p50? as f64;
    Some(more * usual.ms_per_output_token?)
}

fn as_word<S: serde::Serializer>(outcome: &Outcome, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(outcome.as_str())
}

#[cfg(test)]
mod tests;
