//! Asks a provider one question: starts attempts, watches the time, waits between them, reports progress. What to do
//! when is decided by `answering`; here it is done.

use std::pin::Pin;
use std::time::Duration;

use futures::StreamExt;
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::{CancellationToken, WaitForCancellationFuture};

use super::answering::{Answering, Input, Limit, Retry, Step};
use super::interceptor::Timed;
use super::provider::{Provider, Request, StopReason};
use crate::model::{AnswerSettings, ErrorClass, Micros, ModelName, Outcome, Usage, UsageSource};
use crate::prompt::tokens;

/// What a person may see while an answer is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress<'a> {
    /// A further piece of the answer.
    Text(&'a str),
    /// An attempt failed without any text; another one follows after a wait.
    Retrying(Retry),
}

/// How the answering of one question went.
#[derive(Debug, Clone, PartialEq)]
pub struct Finished {
    /// The answer, as far as it came.
    pub text: String,
    /// How it ended.
    pub outcome: Outcome,
    /// Why the model stopped, where it said so: an `Ok` answer may still be of limited length or filtered.
    pub stop_reason: Option<StopReason>,
    /// What broke the answer off in its middle, if something did.
    pub broken_by: Option<ErrorClass>,
    /// The model that says it answered.
    pub answered_by: Option<ModelName>,
    /// The usage of the attempt that answered, was cut or was stopped; absent where every attempt failed.
    pub usage: Usage,
    /// The attempts that failed, in order; the last one too where no answer came.
    pub failed: Vec<FailedAttempt>,
    /// Attempts made, failed ones included.
    pub attempts: u32,
    /// Start → first token of content, of the attempt that gave the text.
    pub ttft: Option<Micros>,
    /// Start → last token of content, of the same attempt.
    pub model_time: Option<Micros>,
    /// All of the attempt that answered, was cut or was stopped, from its start to when it was over: with what came
    /// behind the last token, or did not come. `None` where every attempt failed.
    pub attempt_time: Option<Micros>,
    /// Waiting between attempts.
    pub back_off: Micros,
    /// How long the provider asked us to wait in the end, where it did.
    pub retry_after: Option<Duration>,
}

/// An attempt that gave no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FailedAttempt {
    /// Why.
    pub class: ErrorClass,
    /// From its start to its failure.
    pub time: Micros,
    /// What it had reported to have used by then.
    pub usage: Usage,
}

/// Asks `provider` until there is an answer, the retries are used up, or `stop` is cancelled. `progress` is called in
/// between and must not block; `jitter` is the chance in the waits.
pub async fn answer(
    provider: &dyn Provider,
    request: &Request,
    settings: &AnswerSettings,
    stop: &CancellationToken,
    jitter: fastrand::Rng,
    progress: &mut (dyn FnMut(Progress<'_>) + Send),
) -> Finished {
    let mut stopped = std::pin::pin!(stop.cancelled());
    let mut run = Run::new(provider, request, settings, jitter);
    while let Some(retry) = run.attempt(stopped.as_mut(), progress).await {
        progress(Progress::Retrying(retry));
        if !run.back_off(retry.wait, stopped.as_mut()).await {
            break;
        }
    }
    run.finished()
}

type Stopped<'a, 'b> = Pin<&'a mut WaitForCancellationFuture<'b>>;

/// The answering of one question under way.
struct Run<'a> {
    provider: &'a dyn Provider,
    request: &'a Request,
    settings: &'a AnswerSettings,
    machine: Answering,
    failed: Vec<FailedAttempt>,
    back_off: Micros,
    /// The times of an attempt that ended in anything but failure.
    ended: Option<Ended>,
}

struct Ended {
    ttft: Option<Micros>,
    model_time: Option<Micros>,
    attempt_time: Micros,
}

impl<'a> Run<'a> {
    fn new(
        provider: &'a dyn Provider,
        request: &'a Request,
        settings: &'a AnswerSettings,
        jitter: fastrand::Rng,
    ) -> Self {
        let machine = Answering::new(settings, jitter);
        Self { provider, request, settings, machine, failed: Vec::new(), back_off: Micros::ZERO, ended: None }
    }

    /// Makes one attempt; returns the retry to follow, if one does.
    async fn attempt(
        &mut self,
        mut stopped: Stopped<'_, '_>,
        progress: &mut (dyn FnMut(Progress<'_>) + Send),
    ) -> Option<Retry> {
        let mut timed = Timed::start(self.provider, self.request);
        loop {
            let input = self.next_input(&mut timed, stopped.as_mut()).await;
            match self.machine.on(input) {
                Step::GoOn | Step::Attempt => {}
                Step::Show(text) => progress(Progress::Text(text)),
                Step::Retry(retry) => {
                    self.note_failure(retry.class, &timed);
                    return Some(retry);
                }
                Step::Finish => {
                    self.note_end(&timed);
                    return None;
                }
            }
        }
    }

    async fn next_input(&self, timed: &mut Timed, stopped: Stopped<'_, '_>) -> Input {
        let (limit, deadline) = self.deadline(timed.started());
        tokio::select! {
            biased;
            () = stopped => Input::Stop,
            frame = timed.next() => match frame {
                Some(Ok(frame)) => Input::Frame(frame),
                Some(Err(error)) => Input::Failed(error),
                None => Input::Closed,
            },
            () = sleep_until(deadline) => Input::TimedOut(limit),
        }
    }

    /// What the next frame has to keep: the limit that ends first, and when it ends.
    fn deadline(&self, started: Instant) -> (Limit, Instant) {
        let (limit, deadline) = match self.machine.limit() {
            Limit::Silence => (Limit::Silence, Instant::now() + self.settings.silence_timeout),
            limit => (limit, started + self.settings.head_timeout),
        };
        let end = started + self.settings.attempt_timeout;
        if end < deadline { (Limit::Attempt, end) } else { (limit, deadline) }
    }

    /// Waits for the next attempt; false if it was stopped meanwhile.
    async fn back_off(&mut self, wait: Duration, stopped: Stopped<'_, '_>) -> bool {
        let from = Instant::now();
        let input = tokio::select! {
            biased;
            () = stopped => Input::Stop,
            () = sleep(wait) => Input::Waited,
        };
        self.back_off += from.elapsed().into();
        self.machine.on(input) == Step::Attempt
    }

    fn note_failure(&mut self, class: ErrorClass, timed: &Timed) {
        let time = timed.elapsed();
        self.log("attempt failed", time);
        self.failed.push(FailedAttempt { class, time, usage: self.machine.attempt().usage });
    }

    fn note_end(&mut self, timed: &Timed) {
        let attempt_time = timed.elapsed();
        match self.machine.outcome() {
            Some(Outcome::Error(class)) => return self.note_failure(class, timed),
            Some(Outcome::Cut) => self.log("answer cut", attempt_time),
            _ => {}
        }
        self.ended = Some(Ended { ttft: timed.ttft(), model_time: timed.model_time(), attempt_time });
    }

    fn log(&self, what: &str, time: Micros) {
        let model = self.request.model.name.as_str();
        let (class, detail) = self.machine.problem().map_or(("", ""), |it| (it.class.as_str(), it.detail.as_str()));
        tracing::warn!(model, attempt = self.machine.attempts(), class, detail, ms = time.as_ms(), "{what}");
    }

    fn finished(self) -> Finished {
        // The machine always ends with an outcome before the loop does.
        let outcome = self.machine.outcome().unwrap_or(Outcome::Stopped);
        let attempts = self.machine.attempts();
        let problem = self.machine.problem();
        let retry_after = problem.and_then(|problem| problem.retry_after);
        let broken_by = problem.filter(|_| outcome == Outcome::Cut).map(|problem| problem.class);
        let mut attempt = self.machine.into_attempt();
        if attempt.text.trim().is_empty() {
            attempt.text.clear();
        }
        let usage = match self.ended {
            Some(_) => settled_usage(attempt.usage, outcome, &attempt.text, self.request),
            None => Usage::default(),
        };
        Finished {
            text: attempt.text,
            outcome,
            stop_reason: attempt.stop_reason,
            broken_by,
            answered_by: attempt.answered_by,
            usage,
            failed: self.failed,
            attempts,
            ttft: self.ended.as_ref().and_then(|ended| ended.ttft),
            model_time: self.ended.as_ref().and_then(|ended| ended.model_time),
            attempt_time: self.ended.map(|ended| ended.attempt_time),
            back_off: self.back_off,
            retry_after,
        }
    }
}

/// The usage with its gaps filled by our own count of the text. Of an answer that broke off, what was reported of its
/// output is only a lower bound (Anthropic opens with "1"), so that the delivered text counts where it is more.
fn settled_usage(reported: Usage, outcome: Outcome, text: &str, request: &Request) -> Usage {
    let whole = outcome == Outcome::Ok;
    let output = match reported.output {
        Some(output) if whole => output,
        output => tokens::rough(text).max(output.unwrap_or(0)),
    };
    let source = match (reported.input, reported.output) {
        (Some(_), Some(_)) if whole => reported.source,
        (None, None) if whole => UsageSource::Estimated,
        _ => UsageSource::Partial,
    };
    let input = reported.input.unwrap_or_else(|| request.rough_input());
    Usage { input: Some(input), output: Some(output), source, ..reported }
}

#[cfg(test)]
mod tests;
