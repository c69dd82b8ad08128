//! The stages of a call, from what its row tells: sums of failed attempts and of waiting, and the attempt that answered.

use serde::Serialize;

use super::Cause;
use crate::model::{Call, Micros, Outcome};

/// A stage of a call.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Part {
    /// Which.
    pub stage: Stage,
    /// When it began, from the start of the call. What is told only in sum is put in one piece.
    pub start_ms: f64,
    /// How long it took.
    pub ms: f64,
    /// How long it usually takes: the median, of calls in which it does not occur counted as nothing.
    pub typical_ms: Option<f64>,
}

/// What happens in a call, in its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// perfbot itself works, wherever in the call.
    Own,
    /// It waits for a free slot.
    Queue,
    /// Attempts that failed.
    FailedAttempts,
    /// It waits between attempts.
    BackOff,
    /// The model has read and thought until its first token.
    FirstToken,
    /// The model has written from the first token on.
    Writing,
    /// The model has read and written; when its first token came is not known.
    Answering,
    /// It waits for the chat platform's limits.
    ChatLimits,
}

impl Stage {
    const ALL: [Self; 8] = [
        Self::Own,
        Self::Queue,
        Self::FailedAttempts,
        Self::BackOff,
        Self::FirstToken,
        Self::Writing,
        Self::Answering,
        Self::ChatLimits,
    ];

    /// Why a call is slow in which it takes long. Of writing it is what the number of tokens does not explain.
    pub(super) fn cause(self) -> Cause {
        match self {
            Self::Own => Cause::Own,
            Self::Queue => Cause::Queue,
            Self::FailedAttempts => Cause::FailedAttempts,
            Self::BackOff => Cause::BackOff,
            Self::FirstToken => Cause::LaterFirstToken,
            Self::Writing => Cause::SlowerWriting,
            Self::Answering => Cause::SlowerModel,
            Self::ChatLimits => Cause::ChatLimits,
        }
    }
}

/// The stages in which a call spent time. perfbot's own share stands first, since nobody noted where it was.
pub(super) fn parts(call: &Call) -> Vec<Part> {
    let mut start_ms = 0.0;
    let lengths = Stage::ALL.into_iter().filter_map(|stage| Some((stage, length(call, stage)?)));
    let spent = lengths.filter(|(_, ms)| *ms > 0.0);
    spent
        .map(|(stage, ms)| {
            let part = Part { stage, start_ms, ms, typical_ms: None };
            start_ms += ms;
            part
        })
        .collect()
}

/// How long a stage of a call took in milliseconds; `None` where nobody can tell.
pub(super) fn length(call: &Call, stage: Stage) -> Option<f64> {
    let times = &call.times;
    let micros = match stage {
        Stage::Own => times.response?.saturating_sub(elsewhere(call) + attempt(call)?),
        Stage::Queue => times.queue.unwrap_or_default(),
        Stage::FailedAttempts => failed(call),
        Stage::BackOff => times.back_off,
        Stage::FirstToken => times.ttft?.min(answering(call)?),
        Stage::Writing => answering(call)?.saturating_sub(times.ttft?),
        Stage::Answering if times.ttft.is_some() => return None,
        Stage::Answering => answering(call)?,
        Stage::ChatLimits => times.chat_wait,
    };
    Some(micros.as_ms())
}

/// The attempt that answered; none of a call that failed. `None` where a log does not tell it apart.
fn attempt(call: &Call) -> Option<Micros> {
    match call.outcome {
        // What a log tells of the model's time is that of the attempt that failed.
        Outcome::Error(_) => Some(Micros::ZERO),
        outcome => {
            let known = call.times.attempt.or(call.times.model);
            known.or_else(|| (!outcome.answered()).then_some(Micros::ZERO))
        }
    }
}

/// The same, or what is left of the response where it is not told apart.
fn answering(call: &Call) -> Option<Micros> {
    attempt(call).or_else(|| Some(call.times.response?.saturating_sub(elsewhere(call))))
}

/// Failed attempts. A log that does not tell them apart has failed calls whose whole time went into them.
fn failed(call: &Call) -> Micros {
    let is_told = call.times.failed > Micros::ZERO || call.outcome.answered();
    if is_told { call.times.failed } else { call.wasted_time().saturating_sub(call.times.back_off) }
}

fn elsewhere(call: &Call) -> Micros {
    call.times.queue.unwrap_or_default() + failed(call) + call.times.back_off + call.times.chat_wait
}
