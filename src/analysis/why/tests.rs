use proptest::prelude::*;

use super::*;
use crate::model::ErrorClass;
use crate::testing::{CallBuilder, call};

/// A usual call: 0.2 s of perfbot, 0.8 s to the first token, 2 s for 200 further ones.
fn usual(n: u64) -> CallBuilder {
    call("m").query_type(QueryType::Code).ms(3_000 + n).model_ms(2_800 + n).ttft_ms(800).tokens(1_000, 201)
}

fn report(call: Call, usual: impl IntoIterator<Item = CallBuilder>) -> Why {
    let row = |(id, call)| StoredCall { id: CallId(id), call, preview: None };
    let usual = (1..).zip(usual.into_iter().map(CallBuilder::build)).map(row).collect();
    let window = Window { from: call.at.plus(-USUAL_SPAN), to: call.at };
    why(WhyInput { call: row((0, call)), window, usual })
}

fn lengths(why: &Why) -> Vec<(Stage, f64, Option<f64>)> {
    why.parts.iter().map(|part| (part.stage, part.ms, part.typical_ms)).collect()
}

#[test]
fn a_long_answer_after_a_failed_attempt() {
    let long = call("m").query_type(QueryType::Code).ms(12_300).model_ms(9_900).ttft_ms(800).tokens(1_000, 921);
    let why = report(long.attempts(2, 2_000, 300).build(), (0..20).map(|_| usual(0)));
    assert_eq!(
        lengths(&why),
        [
            (Stage::Own, 100.0, Some(200.0)),
            (Stage::FailedAttempts, 300.0, Some(0.0)),
            (Stage::BackOff, 2_000.0, Some(0.0)),
            (Stage::FirstToken, 800.0, Some(800.0)),
            (Stage::Writing, 9_100.0, Some(2_000.0)),
        ]
    );
    assert_eq!(why.parts[4].start_ms, 3_200.0);
    assert_eq!(why.verdict, Verdict::Slower { slower_than_share: 1.0 });
    assert_eq!(why.usual.ms_per_output_token, Some(10.0));
    let causes: Vec<(Cause, f64)> = why.causes.iter().map(|excess| (excess.cause, excess.ms)).collect();
    // 720 more tokens of 10 ms each; the 300 ms of the failed attempt are too little to be a cause.
    assert_eq!(causes, [(Cause::LongerAnswer, 7_200.0), (Cause::BackOff, 2_000.0)]);
}

#[test]
fn five_calls_are_too_few_and_others_do_not_count() {
    let others = [usual(0).query_type(QueryType::Chat), usual(0).outcome(Outcome::Cut), call("other").ms(1)];
    let why = report(usual(0).build(), (0..5).map(usual).chain(others));
    assert_eq!(why.verdict, Verdict::NotEnoughData { have: 5, needed: 6 });
    assert!(why.parts.iter().all(|part| part.typical_ms.is_none()) && why.causes.is_empty());
    assert_eq!((why.usual.n, why.usual.response_time_p50_ms), (5, None));
}

#[test]
fn a_call_is_not_held_against_itself() {
    let mut input = WhyInput {
        call: StoredCall { id: CallId(3), call: usual(0).build(), preview: None },
        window: Window { from: Timestamp(0), to: Timestamp(1) },
        usual: (1..=6).map(|id| StoredCall { id: CallId(id), call: usual(0).build(), preview: None }).collect(),
    };
    assert_eq!(why(input.clone()).usual.n, 5);
    input.call.id = CallId(9);
    assert_eq!(why(input).verdict, Verdict::AsUsual { slower_than_share: 0.0 });
}

#[test]
fn why_attempts_failed_is_known_where_it_was_noted() {
    let told = |call: CallBuilder| {
        let why = report(call.build(), []);
        (why.failed_attempts, why.failures.map(|ByClass(classes)| classes))
    };
    let (busy, error) = (Outcome::Error(ErrorClass::RateLimit), [ErrorClass::Server, ErrorClass::RateLimit]);
    let often = [ErrorClass::Timeout, ErrorClass::RateLimit, ErrorClass::RateLimit];
    let counted = |classes: &[(ErrorClass, u64)]| {
        Some(classes.iter().map(|(class, n)| (Outcome::Error(*class), *n)).collect::<Vec<_>>())
    };
    assert_eq!(told(usual(0)), (0, counted(&[])));
    assert_eq!(told(usual(0).attempts(3, 1, 1)), (2, None));
    assert_eq!(
        told(usual(0).attempts(4, 1, 1).failing(often)),
        (3, counted(&[(ErrorClass::RateLimit, 2), (ErrorClass::Timeout, 1)]))
    );
    assert_eq!(told(usual(0).outcome(busy)), (1, counted(&[(ErrorClass::RateLimit, 1)])), "of a log");
    assert_eq!(told(usual(0).outcome(busy).attempts(2, 1, 1)), (2, None), "of the last alone");
    assert_eq!(told(usual(0).outcome(busy).attempts(2, 1, 1).failing(error)).0, 2);
    let stopped = usual(0).outcome(Outcome::Stopped).attempts(1, 1, 1).failing([ErrorClass::Server]);
    assert_eq!(told(stopped), (1, counted(&[(ErrorClass::Server, 1)])), "while it waited");
}

#[test]
fn the_quarters_are_fast_and_slow() {
    let verdict = |ms: u64| report(usual(ms).build(), (1..=8).map(|n| usual(10 * n))).verdict;
    assert_eq!(verdict(20), Verdict::Faster { faster_than_share: 0.75 });
    assert_eq!(verdict(30), Verdict::AsUsual { slower_than_share: 0.25 });
    assert_eq!(verdict(69), Verdict::Slower { slower_than_share: 0.75 });
}

#[test]
fn calls_that_failed_and_logs_that_tell_little() {
    let failed = call("m").ms(7_000).attempts(3, 4_000, 2_900).outcome(Outcome::Error(ErrorClass::RateLimit));
    let failed = failed.with(|call| call.times.model = None);
    assert_eq!(
        lengths(&report(failed.build(), [])),
        [(Stage::Own, 100.0, None), (Stage::FailedAttempts, 2_900.0, None), (Stage::BackOff, 4_000.0, None)]
    );
    let of_a_log = |call: CallBuilder| lengths(&report(call.with(|call| call.times.model = None).build(), []));
    assert_eq!(of_a_log(call("m").ms(900)), [(Stage::Answering, 900.0, None)]);
    assert_eq!(
        of_a_log(call("m").ms(900).ttft_ms(300)),
        [(Stage::FirstToken, 300.0, None), (Stage::Writing, 600.0, None)]
    );
    assert_eq!(
        of_a_log(call("m").ms(900).outcome(Outcome::Error(ErrorClass::Server))),
        [(Stage::FailedAttempts, 900.0, None)]
    );
    // A log with one duration fills in both times.
    assert_eq!(
        lengths(&report(call("m").ms(900).outcome(Outcome::Error(ErrorClass::Server)).build(), [])),
        [(Stage::FailedAttempts, 900.0, None)]
    );
    assert_eq!(report(call("m").build(), []).verdict, Verdict::Untimed);
    assert!(report(call("m").build(), []).parts.is_empty());
}

proptest! {
    #[test]
    fn stages_follow_each_other_and_add_up(
        (queue, failed, back_off, ttft, writing, own) in (0u64..9, 0u64..9_000, 0u64..9_000, 0u64..9_000, 0u64..9_000, 0u64..99),
    ) {
        let all = queue + failed + back_off + ttft + writing + own;
        let call = call("m").ms(all).model_ms(ttft + writing).ttft_ms(ttft).attempts(2, back_off, failed);
        let call = call.with(|call| call.times.queue = Some(Micros(queue * 1_000)));
        let why = report(call.build(), []);
        let mut end = 0.0;
        for part in &why.parts {
            prop_assert_eq!(part.start_ms, end);
            end += part.ms;
        }
        prop_assert_eq!(end, all as f64);
    }
}
