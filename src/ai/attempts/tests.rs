use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use futures::stream;

use super::*;
use crate::ai::provider::{Frame, Frames, ProviderError, Role, Turn};
use crate::ai::simulated::{self, Simulated};

/// What one attempt does: frames, each after a wait in seconds, then it closes or hangs for ever.
struct Plan {
    frames: Vec<(u64, Result<Frame, ErrorClass>)>,
    hangs: bool,
}

fn closes(frames: impl IntoIterator<Item = (u64, Result<Frame, ErrorClass>)>) -> Plan {
    Plan { frames: frames.into_iter().collect(), hangs: false }
}

fn hangs(frames: impl IntoIterator<Item = (u64, Result<Frame, ErrorClass>)>) -> Plan {
    Plan { hangs: true, ..closes(frames) }
}

fn text(text: &str) -> Result<Frame, ErrorClass> {
    Ok(Frame::Text(text.to_owned()))
}

fn end() -> Result<Frame, ErrorClass> {
    Ok(Frame::End(StopReason::Done))
}

fn reported(input: Option<u64>, output: Option<u64>) -> Usage {
    Usage { input, output, source: UsageSource::Reported, ..Usage::default() }
}

/// A provider that follows one plan an attempt.
struct Planned(Mutex<VecDeque<Plan>>);

impl Provider for Planned {
    fn stream(&self, _: &Request) -> Frames {
        let plan = self.0.lock().unwrap().pop_front().expect("no more attempts than planned");
        let frames = stream::iter(plan.frames).then(|(wait, frame)| async move {
            sleep(Duration::from_secs(wait)).await;
            frame.map_err(|class| ProviderError { class, retry_after: None, detail: "planned".into() })
        });
        if plan.hangs { Box::pin(frames.chain(stream::pending())) } else { Box::pin(frames) }
    }
}

fn settings() -> AnswerSettings {
    AnswerSettings {
        head_timeout: Duration::from_secs(30),
        silence_timeout: Duration::from_secs(20),
        attempt_timeout: Duration::from_secs(300),
        retries: 3,
        back_off_base: Duration::from_secs(1),
        back_off_cap: Duration::from_secs(60),
        max_output_tokens: 1_000,
        system_prompt: None,
    }
}

fn request() -> Request {
    let model = Arc::new(simulated::models().remove(0));
    let turns = vec![Turn { role: Role::User, text: "What is Python?".into() }];
    Request { model, system: Some("Be brief.".into()), turns, pictures: Vec::new(), max_output_tokens: 1_000 }
}

/// Follows the plans; `stop_at` cancels after so many seconds. Returns what was shown, and how it went.
async fn follow(plans: impl IntoIterator<Item = Plan>, stop_at: Option<u64>) -> (Vec<String>, Finished) {
    let provider = Planned(Mutex::new(plans.into_iter().collect()));
    let stop = CancellationToken::new();
    if let Some(seconds) = stop_at {
        let stop = stop.clone();
        tokio::spawn(async move {
            sleep(Duration::from_secs(seconds)).await;
            stop.cancel();
        });
    }
    let mut shown = Vec::new();
    let mut progress = |progress: Progress<'_>| {
        shown.push(match progress {
            Progress::Text(text) => text.to_owned(),
            Progress::Retrying(retry) => format!("Retrying ({} of {}): {}", retry.next, retry.of, retry.class.as_str()),
        });
    };
    let chance = fastrand::Rng::with_seed(1);
    let finished = answer(&provider, &request(), &settings(), &stop, chance, &mut progress).await;
    (shown, finished)
}

fn seconds(seconds: u64) -> Micros {
    Micros(seconds * 1_000_000)
}

#[tokio::test(start_paused = true)]
async fn an_answer_after_two_failures_counts_only_its_own_attempt() {
    let usage = Ok(Frame::Usage(reported(Some(11), Some(2))));
    let plans = [
        closes([(2, Err(ErrorClass::Server))]),
        hangs([]),
        closes([(1, Ok(Frame::AnsweredBy("m-1".into()))), (2, text("Hel")), (3, text("lo")), (4, usage), (0, end())]),
    ];
    let (shown, finished) = follow(plans, None).await;
    assert_eq!(shown, ["Retrying (1 of 3): server", "Retrying (2 of 3): timeout", "Hel", "lo"]);
    assert_eq!((finished.outcome, finished.text.as_str(), finished.attempts), (Outcome::Ok, "Hello", 3));
    assert_eq!(finished.usage, reported(Some(11), Some(2)));
    assert_eq!(finished.answered_by, Some("m-1".into()));
    let failed: Vec<_> = finished.failed.iter().map(|failed| (failed.class, failed.time)).collect();
    assert_eq!(failed, [(ErrorClass::Server, seconds(2)), (ErrorClass::Timeout, seconds(30))]);
    assert_eq!((finished.ttft, finished.model_time), (Some(seconds(3)), Some(seconds(6))));
    assert_eq!(finished.attempt_time, Some(seconds(10)));
    assert!(finished.back_off >= seconds(3) && finished.back_off <= Micros(4_502_000), "{:?}", finished.back_off);
}

#[tokio::test(start_paused = true)]
async fn silence_after_text_cuts_the_answer_and_the_text_stays() {
    // Anthropic opens with one output token; eight characters were delivered.
    let usage = Ok(Frame::Usage(reported(Some(9), Some(1))));
    let (shown, finished) = follow([hangs([(1, usage), (1, text("Hello wo"))])], None).await;
    assert_eq!(shown, ["Hello wo"]);
    assert_eq!((finished.outcome, finished.text.as_str()), (Outcome::Cut, "Hello wo"));
    let partial = UsageSource::Partial;
    assert_eq!(finished.usage, Usage { source: partial, ..reported(Some(9), Some(tokens::rough("Hello wo"))) });
    assert_eq!((finished.model_time, finished.attempt_time), (Some(seconds(2)), Some(seconds(22))));
    assert!(finished.failed.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_never_ends_is_cut_by_the_limit_on_the_whole_attempt() {
    let endless = (0..100).map(|_| (19, text("word ")));
    let (_, finished) = follow([closes(endless)], None).await;
    assert_eq!((finished.outcome, finished.attempt_time), (Outcome::Cut, Some(seconds(300))));
    assert_eq!(finished.model_time, Some(seconds(285)));
}

#[tokio::test(start_paused = true)]
async fn usage_that_is_not_reported_is_estimated() {
    let (_, finished) = follow([closes([(0, text("Hello")), (0, end())])], None).await;
    let input = tokens::rough("What is Python?") + tokens::rough("Be brief.");
    let estimated = Usage { source: UsageSource::Estimated, ..reported(Some(input), Some(tokens::rough("Hello"))) };
    assert_eq!((finished.outcome, finished.usage), (Outcome::Ok, estimated));
}

#[tokio::test(start_paused = true)]
async fn when_every_attempt_fails_all_are_told() {
    let plans = (0..4).map(|_| closes([(1, Ok(Frame::Usage(reported(Some(5), None)))), (1, Err(ErrorClass::Server))]));
    let (_, finished) = follow(plans, None).await;
    assert_eq!((finished.outcome, finished.attempts), (Outcome::Error(ErrorClass::Server), 4));
    let each = FailedAttempt { class: ErrorClass::Server, time: seconds(2), usage: reported(Some(5), None) };
    assert_eq!(finished.failed, vec![each; 4]);
    assert_eq!((finished.usage, finished.model_time, finished.attempt_time), (Usage::default(), None, None));
}

#[tokio::test(start_paused = true)]
async fn stopping_keeps_what_has_come() {
    let (_, finished) = follow([hangs([(1, text("Hello"))])], Some(5)).await;
    assert_eq!((finished.outcome, finished.text.as_str()), (Outcome::Stopped, "Hello"));
    assert_eq!(finished.attempt_time, Some(seconds(5)));

    let (_, before_text) = follow([hangs([])], Some(5)).await;
    assert_eq!((before_text.outcome, before_text.model_time), (Outcome::Stopped, None));
    assert_eq!(before_text.usage.output, Some(0));
}

#[tokio::test(start_paused = true)]
async fn stopping_in_a_back_off_ends_it_at_once() {
    let plans = [closes([(0, Err(ErrorClass::Server))]), closes([(0, Err(ErrorClass::Server))])];
    let (shown, finished) = follow(plans, Some(2)).await;
    assert_eq!(shown, ["Retrying (1 of 3): server", "Retrying (2 of 3): server"]);
    assert_eq!((finished.outcome, finished.attempts, finished.back_off), (Outcome::Stopped, 2, seconds(2)));
    assert_eq!((finished.usage, finished.attempt_time), (Usage::default(), None));
}

#[tokio::test(start_paused = true)]
async fn the_simulated_model_answers_like_any_other() {
    let provider = Simulated::new(3, 1.0);
    let mut shown = String::new();
    let mut progress = |progress: Progress<'_>| match progress {
        Progress::Text(text) => shown.push_str(text),
        Progress::Retrying(_) => panic!("it never fails"),
    };
    let (stop, chance) = (CancellationToken::new(), fastrand::Rng::with_seed(1));
    let finished = answer(&provider, &request(), &settings(), &stop, chance, &mut progress).await;
    assert_eq!((finished.outcome, finished.usage.source), (Outcome::Ok, UsageSource::Reported));
    assert_eq!(shown, finished.text);
    assert!(finished.ttft.is_some() && finished.ttft < finished.model_time);
}

/// The program answers in tasks of its own.
#[tokio::test]
async fn answering_can_be_spawned() {
    let task = tokio::spawn(async {
        let (stop, chance) = (CancellationToken::new(), fastrand::Rng::with_seed(1));
        answer(&Simulated::new(3, 0.0), &request(), &settings(), &stop, chance, &mut |_| {}).await.outcome
    });
    assert_eq!(task.await.expect("it does not panic"), Outcome::Ok);
}
