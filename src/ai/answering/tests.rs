use proptest::prelude::*;

use super::*;
use crate::model::UsageSource;

fn settings() -> AnswerSettings {
    AnswerSettings {
        head_timeout: Duration::from_secs(30),
        silence_timeout: Duration::from_secs(30),
        attempt_timeout: Duration::from_secs(300),
        retries: 3,
        back_off_base: Duration::from_secs(1),
        back_off_cap: Duration::from_secs(60),
        max_output_tokens: 1_000,
        system_prompt: None,
    }
}

fn text(text: &str) -> Input {
    Input::Frame(Frame::Text(text.to_owned()))
}

fn end(reason: StopReason) -> Input {
    Input::Frame(Frame::End(reason))
}

fn failed(class: ErrorClass) -> Input {
    Input::Failed(ProviderError { class, retry_after: None, detail: String::new() })
}

fn rate_limited(seconds: u64) -> Input {
    let retry_after = Some(Duration::from_secs(seconds));
    Input::Failed(ProviderError { class: ErrorClass::RateLimit, retry_after, detail: String::new() })
}

/// Plays a whole trace; one line a step, and how it ended.
fn trace(inputs: impl IntoIterator<Item = Input>) -> String {
    let mut machine = Answering::new(&settings(), fastrand::Rng::with_seed(1));
    let mut lines = Vec::new();
    for input in inputs {
        match machine.on(input) {
            Step::GoOn => lines.push("go on".to_owned()),
            Step::Show(text) => lines.push(format!("show {text:?}")),
            Step::Retry(Retry { next, of, wait, class }) => {
                lines.push(format!("{class:?}: retry {next} of {of} in {} s", wait.as_secs_f64().floor()));
            }
            Step::Attempt => lines.push("attempt".to_owned()),
            Step::Finish => lines.push("finish".to_owned()),
        }
    }
    let text = &machine.attempt().text;
    lines.push(format!("= {:?}, {} attempts, {text:?}", machine.outcome(), machine.attempts()));
    lines.join("\n")
}

#[test]
fn a_whole_answer() {
    let usage = Usage { input: Some(3), output: Some(2), source: UsageSource::Reported, ..Usage::default() };
    let frames = [Frame::AnsweredBy("m".into()), Frame::Thinking].map(Input::Frame);
    let rest = [text("Hel"), text("lo"), Input::Frame(Frame::Usage(usage)), end(StopReason::Done), Input::Closed];
    insta::assert_snapshot!(trace(frames.into_iter().chain(rest)), @r#"
    go on
    go on
    show "Hel"
    show "lo"
    go on
    finish
    finish
    = Some(Ok), 1 attempts, "Hello"
    "#);
}

#[test]
fn failures_before_any_text_are_retried_with_growing_waits() {
    let fails =
        [failed(ErrorClass::Server), Input::TimedOut(Limit::Head), Input::Closed, failed(ErrorClass::RateLimit)];
    let inputs = fails.into_iter().flat_map(|failure| [failure, Input::Waited]);
    insta::assert_snapshot!(trace(inputs), @r#"
    Server: retry 1 of 3 in 1 s
    attempt
    Timeout: retry 2 of 3 in 2 s
    attempt
    Connection: retry 3 of 3 in 4 s
    attempt
    finish
    finish
    = Some(Error(RateLimit)), 4 attempts, ""
    "#);
}

#[test]
fn failures_that_time_does_not_mend_are_not_retried() {
    for class in [
        ErrorClass::Auth,
        ErrorClass::NotFound,
        ErrorClass::BadRequest,
        ErrorClass::Filtered,
        ErrorClass::Malformed,
        ErrorClass::Other,
    ] {
        assert_eq!(trace([failed(class)]), format!("finish\n= Some(Error({class:?})), 1 attempts, \"\""));
    }
}

#[test]
fn after_the_first_visible_text_nothing_is_repeated() {
    for failure in [failed(ErrorClass::Server), rate_limited(1), Input::Closed, Input::TimedOut(Limit::Silence)] {
        let cut = trace([text("Hel"), failure]);
        assert_eq!(cut, "show \"Hel\"\nfinish\n= Some(Cut), 1 attempts, \"Hel\"");
    }
}

#[test]
fn white_space_is_no_visible_text() {
    insta::assert_snapshot!(trace([text("\n\n"), Input::Closed, Input::Waited, text("\n"), text(" Hi")]), @r#"
    go on
    Connection: retry 1 of 3 in 1 s
    attempt
    go on
    show "\n Hi"
    = None, 2 attempts, "\n Hi"
    "#);
}

#[test]
fn an_answer_of_a_later_attempt_keeps_nothing_of_the_failed_one() {
    let old = [Input::Frame(Frame::AnsweredBy("old".into())), Input::Closed, Input::Waited];
    let mut machine = Answering::new(&settings(), fastrand::Rng::with_seed(1));
    for input in old.into_iter().chain([text("Hi"), end(StopReason::Done)]) {
        machine.on(input);
    }
    assert_eq!(machine.outcome(), Some(Outcome::Ok));
    assert_eq!(machine.attempt().answered_by, None);
    assert!(machine.problem().is_none());
}

#[test]
fn an_end_without_text_is_no_answer() {
    assert_eq!(trace([end(StopReason::Filtered)]), "finish\n= Some(Error(Filtered)), 1 attempts, \"\"");
    assert_eq!(trace([end(StopReason::Done)]), "finish\n= Some(Error(Malformed)), 1 attempts, \"\"");
    assert_eq!(trace([end(StopReason::Length)]), "finish\n= Some(Error(Malformed)), 1 attempts, \"\"");
    let filtered_later = trace([text("Well"), end(StopReason::Filtered)]);
    assert_eq!(filtered_later, "show \"Well\"\nfinish\n= Some(Ok), 1 attempts, \"Well\"");
}

#[test]
fn a_person_can_stop_it_at_any_time() {
    assert_eq!(trace([Input::Stop]), "finish\n= Some(Stopped), 1 attempts, \"\"");
    assert!(trace([text("Hel"), Input::Stop, text("lo")]).ends_with("= Some(Stopped), 1 attempts, \"Hel\""));
    let waiting = trace([failed(ErrorClass::Server), Input::Stop, Input::Waited]);
    assert!(waiting.ends_with("finish\nfinish\n= Some(Stopped), 1 attempts, \"\""), "{waiting}");
}

#[test]
fn retry_after_is_obeyed_up_to_the_cap() {
    assert!(trace([rate_limited(17)]).starts_with("RateLimit: retry 1 of 3 in 17 s"));
    assert!(trace([rate_limited(60)]).starts_with("RateLimit: retry 1 of 3 in 60 s"));
    let mut machine = Answering::new(&settings(), fastrand::Rng::with_seed(1));
    assert_eq!(machine.on(rate_limited(61)), Step::Finish);
    assert_eq!(machine.outcome(), Some(Outcome::Error(ErrorClass::RateLimit)));
    assert_eq!(machine.problem().and_then(|problem| problem.retry_after), Some(Duration::from_secs(61)));
}

#[test]
fn the_head_limit_holds_until_the_first_frame_of_each_attempt() {
    let mut machine = Answering::new(&settings(), fastrand::Rng::with_seed(1));
    assert_eq!(machine.limit(), Limit::Head);
    machine.on(Input::Frame(Frame::Thinking));
    assert_eq!(machine.limit(), Limit::Silence);
    machine.on(Input::Closed);
    machine.on(Input::Waited);
    assert_eq!(machine.limit(), Limit::Head);
}

fn any_input() -> impl Strategy<Value = Input> {
    let classes = (0..10_usize).prop_map(|index| match Outcome::ALL[5 + index] {
        Outcome::Error(class) => class,
        _ => ErrorClass::Other,
    });
    let asked = prop::option::of((0_u64..90_000).prop_map(Duration::from_millis));
    let failures = (classes, asked)
        .prop_map(|(class, retry_after)| Input::Failed(ProviderError { class, retry_after, detail: String::new() }));
    let reasons = prop::sample::select(vec![StopReason::Done, StopReason::Length, StopReason::Filtered]);
    prop_oneof![
        4 => failures,
        2 => prop::sample::select(vec!["", " ", "\n", "a", " b"]).prop_map(text),
        1 => Just(Input::Frame(Frame::Thinking)),
        1 => reasons.prop_map(end),
        2 => Just(Input::Closed),
        2 => prop::sample::select(vec![Limit::Head, Limit::Silence, Limit::Attempt]).prop_map(Input::TimedOut),
        6 => Just(Input::Waited),
        1 => Just(Input::Stop),
    ]
}

proptest! {
    /// Whatever happens: no more than the first attempt and the retries; none after visible text; every wait between
    /// the plain delay and one and a half of it, but never above the cap and never below what the provider asked.
    #[test]
    fn laws_of_retrying(inputs in prop::collection::vec(any_input(), 0..60), retries in 0_u32..6, seed: u64) {
        let settings = AnswerSettings { retries, ..settings() };
        let mut machine = Answering::new(&settings, fastrand::Rng::with_seed(seed));
        let (mut starts, mut shown, mut given) = (1, String::new(), 0);
        for input in inputs {
            let asked = match &input {
                Input::Failed(error) => error.retry_after.unwrap_or_default(),
                _ => Duration::ZERO,
            };
            match machine.on(input) {
                Step::Attempt => {
                    prop_assert!(shown.is_empty());
                    starts += 1;
                }
                Step::Show(text) => shown.push_str(text),
                Step::Retry(retry) => {
                    given += 1;
                    prop_assert!(retry.class.is_transient() && shown.is_empty());
                    prop_assert_eq!((retry.next, retry.of), (given, retries));
                    let plain = Duration::from_secs(1 << (given - 1)).min(settings.back_off_cap);
                    let most = plain.mul_f64(1.5).min(settings.back_off_cap);
                    prop_assert!(retry.wait >= plain.max(asked) && retry.wait <= most.max(asked));
                }
                Step::GoOn | Step::Finish => {}
            }
            prop_assert!(starts <= retries + 1);
            prop_assert_eq!(machine.attempts(), starts);
        }
        if !shown.is_empty() {
            prop_assert_eq!(&machine.attempt().text, &shown);
        }
    }
}
