use proptest::prelude::*;

use super::*;
use crate::model::{Call, Micros, NanoUsd, Rating, Timestamp};
use crate::testing::grouped;

const WEEK: Window = Window { from: Timestamp(0), to: Timestamp(7 * Timestamp::DAY) };

/// `n` calls over seven days: times about `ms` in an order that repeats, tokens and cost that go with them.
fn calls(model: &str, query_type: QueryType, n: u64, ms: u64) -> Vec<Call> {
    let call = |step: u64| {
        let mut call = Call::new(Timestamp(step as i64 * WEEK.to.0 / n as i64), model.into());
        let ms = ms + ms * (step * 7 % 11) / 50;
        (call.query_type, call.times.response) = (query_type, Some(Micros(ms * 1_000)));
        (call.usage.input, call.usage.output) = (Some(1_000), Some(ms / 10));
        call.cost = Some(NanoUsd(ms as i64 * 1_000));
        call.rating = Rating::new(3 + (step % 3) as u8);
        call
    };
    (0..n).map(call).collect()
}

fn compared(models: &[(&str, Vec<Call>)]) -> Comparison {
    let stretches = |calls: &[Call]| {
        let within = |window: &Window| {
            let inside: Vec<Call> = calls.iter().filter(|call| window.holds(call.at)).cloned().collect();
            grouped(&inside).into()
        };
        WEEK.parts(50).iter().map(within).collect()
    };
    let models =
        models.iter().map(|(model, calls)| ModelStretches { model: (*model).into(), stretches: stretches(calls) });
    compare(CompareInput { window: WEEK, query_type: None, models: models.collect() })
}

fn winner(verdict: &Verdict) -> (&str, f64) {
    match verdict {
        Verdict::Winner { model, leads } => (model.as_str(), leads[0].difference_share),
        other => panic!("{other:?}"),
    }
}

#[test]
fn who_is_asked_the_hard_questions_is_not_blamed_for_them() {
    let hard = [calls("a", QueryType::Code, 100, 4_000), calls("a", QueryType::Chat, 30, 800)].concat();
    let easy = [calls("b", QueryType::Code, 30, 5_000), calls("b", QueryType::Chat, 100, 1_000)].concat();
    let comparison = compared(&[("a", hard), ("b", easy)]);
    let mean = |at: usize| comparison.models[at].response_time_ms.mean.unwrap();
    assert!(mean(0) > 1.5 * mean(1), "on average it is slower by far");
    let (speed, concise) = (winner(&comparison.verdicts.speed), winner(&comparison.verdicts.token_efficiency));
    assert!(speed.0 == "a" && (speed.1 - 0.2).abs() < 0.01, "{speed:?}");
    assert!(concise.0 == "a" && (concise.1 - 0.2).abs() < 0.01, "{concise:?}");
    assert!(matches!(comparison.verdicts.quality, Verdict::NoWinner { .. }), "{:?}", comparison.verdicts.quality);
    let types: Vec<_> = comparison.best_for[0].types.iter().map(|of| (of.query_type, of.faster, of.cheaper)).collect();
    assert_eq!(types, [(QueryType::Code, true, true), (QueryType::Chat, true, true)]);
    assert!(comparison.best_for[1].types.is_empty());
}

#[test]
fn thin_and_silly_comparisons_name_no_winner() {
    let code = |model, n| (model, calls(model, QueryType::Code, n, 1_000));
    let speed = |models: &[(&str, Vec<Call>)]| compared(models).verdicts.speed;
    assert_eq!(speed(&[code("a", 10), code("b", 500)]), Verdict::NotEnoughData { have: 10, needed: 20 });
    assert_eq!(speed(&[code("a", 2), code("b", 500)]), Verdict::NotEnoughData { have: 0, needed: 20 });
    assert_eq!(speed(&[code("a", 50), ("b", calls("b", QueryType::Chat, 50, 9))]), Verdict::NothingShared);
    assert_eq!(speed(&[code("a", 50), ("b", vec![])]), Verdict::Unknown);
    assert_eq!(speed(&[code("a", 50), code("b", 50)]), Verdict::NoWinner { difference_share: 0.0, p: 1.0 });
    let free = |model| {
        let mut calls = calls(model, QueryType::Code, 50, 1_000);
        calls.iter_mut().for_each(|call| call.cost = Some(NanoUsd::ZERO));
        (model, calls)
    };
    assert_eq!(compared(&[free("a"), free("b")]).verdicts.cost, Verdict::NoWinner { difference_share: 0.0, p: 1.0 });
    assert_eq!(winner(&compared(&[free("a"), code("b", 50)]).verdicts.cost), ("a", 1.0));
}

#[test]
fn of_three_one_must_be_better_than_every_other() {
    let code = |model, ms| (model, calls(model, QueryType::Code, 100, ms));
    let clear = compared(&[code("a", 3_000), code("b", 1_000), code("c", 2_000)]).verdicts.speed;
    let Verdict::Winner { model, leads } = clear else { panic!("{clear:?}") };
    assert_eq!((model.as_str(), leads[0].over.as_str(), leads[1].over.as_str()), ("b", "a", "c"));
    let close = compared(&[code("a", 3_000), code("b", 1_000), code("c", 1_000)]).verdicts.speed;
    assert!(matches!(close, Verdict::NoWinner { .. }), "{close:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn the_order_of_names_and_the_unit_of_time_decide_nothing(first in 500u64..3_000, second in 500u64..3_000, n in 3u64..60) {
        let of = |model, ms| (model, calls(model, QueryType::Code, n, ms));
        let there = compared(&[of("a", first), of("b", second)]).verdicts;
        let back = compared(&[of("b", second), of("a", first)]).verdicts;
        let doubled = compared(&[of("a", 2 * first), of("b", 2 * second)]).verdicts;
        prop_assert_eq!(there.speed.winner(), back.speed.winner());
        prop_assert_eq!(there.cost.winner(), back.cost.winner());
        prop_assert_eq!(there.speed.winner(), doubled.speed.winner());
    }
}
