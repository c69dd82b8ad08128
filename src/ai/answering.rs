//! When to try again, what to show and how it ended: answering one question as a pure state machine.
//!
//! It is told what happened and says what to do next. It knows no provider, no runtime and no clock; `attempts` drives
//! it. Times come in as inputs ([`Input::TimedOut`]), waits go out as steps ([`Step::Retry`]).

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};

use super::provider::{Frame, ProviderError, StopReason};
use crate::model::{AnswerSettings, ErrorClass, ModelName, Outcome, Usage};

/// The most that chance adds to a wait, as a share of it, so that many who failed together do not come back together.
const JITTER: f64 = 0.5;

/// What happened.
#[derive(Debug, Clone)]
pub enum Input {
    /// The attempt's next frame came.
    Frame(Frame),
    /// The attempt's stream closed.
    Closed,
    /// The attempt failed.
    Failed(ProviderError),
    /// The attempt took longer than this limit allows.
    TimedOut(Limit),
    /// The wait before the next attempt is over.
    Waited,
    /// A person wants no more of it.
    Stop,
}

/// A limit on the time of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// Until its first frame.
    Head,
    /// Between two frames.
    Silence,
    /// In all.
    Attempt,
}

/// What to do next.
#[derive(Debug, PartialEq, Eq)]
pub enum Step<'a> {
    /// Nothing: wait for what happens next.
    GoOn,
    /// Show this further piece of the answer.
    Show(&'a str),
    /// End the attempt, wait, then say [`Input::Waited`].
    Retry(Retry),
    /// Start an attempt.
    Attempt,
    /// End everything; [`Answering::outcome`] says how.
    Finish,
}

/// A further attempt to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// Its number among the retries, from 1.
    pub next: u32,
    /// How many retries there may be.
    pub of: u32,
    /// How long to wait before it.
    pub wait: Duration,
    /// Why the last attempt failed.
    pub class: ErrorClass,
}

/// The answering of one question. A new one has its first attempt under way.
#[derive(Debug)]
pub struct Answering {
    retries: u32,
    cap: Duration,
    delays: ExponentialBackoff,
    jitter: fastrand::Rng,
    state: State,
    attempts: u32,
    attempt: Attempt,
    problem: Option<ProviderError>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// An attempt is under way, nothing has come.
    Starting,
    /// An attempt is under way, and something has come.
    Streaming,
    /// The last attempt failed, the next one is to come.
    Waiting,
    /// It is over.
    Finished(Outcome),
}

/// What came of the attempt under way, or of the last one.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Attempt {
    /// The text so far.
    pub text: String,
    /// How much of the text was shown. White space is held back until there is something to see.
    shown: usize,
    /// The usage reported so far.
    pub usage: Usage,
    /// The model that says it answers.
    pub answered_by: Option<ModelName>,
    /// Why the model stopped.
    pub stop_reason: Option<StopReason>,
}

impl Answering {
    /// A first attempt under these settings; `jitter` is where chance comes from.
    pub fn new(settings: &AnswerSettings, jitter: fastrand::Rng) -> Self {
        let delays = ExponentialBuilder::new()
            .with_min_delay(settings.back_off_base)
            .with_factor(2.0)
            .with_max_delay(settings.back_off_cap)
            .with_max_times(settings.retries as usize)
            .build();
        Self {
            retries: settings.retries,
            cap: settings.back_off_cap,
            delays,
            jitter,
            state: State::Starting,
            attempts: 1,
            attempt: Attempt::default(),
            problem: None,
        }
    }

    /// Takes in what happened and says what to do. What comes late (a frame of an attempt that was given up) changes
    /// nothing.
    pub fn on(&mut self, input: Input) -> Step<'_> {
        match (self.state, input) {
            (State::Finished(_), _) => Step::Finish,
            (_, Input::Stop) => self.finish(Outcome::Stopped),
            (State::Waiting, Input::Waited) => self.start_attempt(),
            (State::Waiting, _) | (_, Input::Waited) => Step::GoOn,
            (_, Input::Frame(frame)) => self.take(frame),
            (_, Input::Failed(error)) => self.fail(error),
            (_, Input::Closed) => self.fail(closed()),
            (_, Input::TimedOut(limit)) => self.fail(timed_out(limit)),
        }
    }

    /// The limit that the next frame has to keep, beside that on the whole attempt.
    pub fn limit(&self) -> Limit {
        if self.state == State::Starting { Limit::Head } else { Limit::Silence }
    }

    /// How it ended, once it has.
    pub fn outcome(&self) -> Option<Outcome> {
        match self.state {
            State::Finished(outcome) => Some(outcome),
            _ => None,
        }
    }

    /// The attempts made so far, with the one under way.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// The attempt under way, or the last one.
    pub fn attempt(&self) -> &Attempt {
        &self.attempt
    }

    /// What came of the last attempt, taken out.
    pub fn into_attempt(self) -> Attempt {
        self.attempt
    }

    /// Why the last attempt failed or was cut, if it did.
    pub fn problem(&self) -> Option<&ProviderError> {
        self.problem.as_ref()
    }

    fn start_attempt(&mut self) -> Step<'_> {
        self.state = State::Starting;
        self.attempts += 1;
        self.attempt = Attempt::default();
        self.problem = None;
        Step::Attempt
    }

    fn take(&mut self, frame: Frame) -> Step<'_> {
        self.state = State::Streaming;
        match frame {
            Frame::Text(text) => return self.show(&text),
            Frame::Thinking => {}
            Frame::AnsweredBy(model) => self.attempt.answered_by = Some(model),
            Frame::Usage(usage) => self.attempt.usage = usage,
            Frame::End(reason) => return self.end(reason),
        }
        Step::GoOn
    }

    fn show(&mut self, text: &str) -> Step<'_> {
        let attempt = &mut self.attempt;
        let visible = attempt.shown > 0 || text.contains(|c: char| !c.is_whitespace());
        attempt.text.push_str(text);
        if text.is_empty() || !visible {
            return Step::GoOn;
        }
        let from = std::mem::replace(&mut attempt.shown, attempt.text.len());
        Step::Show(&attempt.text[from..])
    }

    /// An answer with nothing to see is none: the filter took it, or the model said nothing we understand. Asking
    /// again would cost the same and likely bring the same, so it is not repeated.
    fn end(&mut self, reason: StopReason) -> Step<'_> {
        self.attempt.stop_reason = Some(reason);
        if self.attempt.shown > 0 {
            return self.finish(Outcome::Ok);
        }
        let (class, detail) = match reason {
            StopReason::Filtered => (ErrorClass::Filtered, "the provider's filter took the answer"),
            StopReason::Length => (ErrorClass::Malformed, "the longest allowed answer ended before any text"),
            StopReason::Done => (ErrorClass::Malformed, "an empty answer"),
        };
        self.fail(ProviderError { class, retry_after: None, detail: detail.to_owned() })
    }

    fn fail(&mut self, error: ProviderError) -> Step<'_> {
        let class = error.class;
        let visible = self.attempt.shown > 0;
        let wait = if visible { None } else { self.next_wait(&error) };
        self.problem = Some(error);
        match wait {
            Some(wait) => {
                self.state = State::Waiting;
                Step::Retry(Retry { next: self.attempts, of: self.retries, wait, class })
            }
            None if visible => self.finish(Outcome::Cut),
            None => self.finish(Outcome::Error(class)),
        }
    }

    /// How long to wait before the next attempt; `None` if there is none to come.
    fn next_wait(&mut self, error: &ProviderError) -> Option<Duration> {
        let asked = error.retry_after.unwrap_or_default();
        if !error.class.is_transient() || asked > self.cap {
            return None;
        }
        let delay = self.delays.next()?.mul_f64(1.0 + JITTER * self.jitter.f64());
        Some(delay.min(self.cap).max(asked))
    }

    fn finish(&mut self, outcome: Outcome) -> Step<'_> {
        self.state = State::Finished(outcome);
        Step::Finish
    }
}

fn closed() -> ProviderError {
    let detail = "the stream ended without its end mark".to_owned();
    ProviderError { class: ErrorClass::Connection, retry_after: None, detail }
}

fn timed_out(limit: Limit) -> ProviderError {
    let detail = match limit {
        Limit::Head => "the answer did not begin in time",
        Limit::Silence => "the stream fell silent",
        Limit::Attempt => "the attempt took too long",
    };
    ProviderError { class: ErrorClass::Timeout, retry_after: None, detail: detail.to_owned() }
}

#[cfg(test)]
mod tests;
