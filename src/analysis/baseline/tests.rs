use super::*;
use crate::model::{Call, ErrorClass, Outcome};
use crate::testing::{call, grouped};

fn day(number: i64, ms: u64, n: u64, failed: u64) -> Day {
    let from = Timestamp(20_000 * Timestamp::DAY + number * Timestamp::DAY);
    let one = |step: u64| -> Call {
        let call = call("m").ms(ms).tokens(1_000, 100).cache_read(200).cost_usd(0.01);
        let call = if step < failed { call.outcome(Outcome::Error(ErrorClass::Server)) } else { call };
        call.with(|call| call.at = from).build()
    };
    let calls: Vec<Call> = (0..n).map(one).collect();
    Day { window: Window { from, to: from.plus(Timestamp::DAY) }, groups: grouped(&calls).into() }
}

fn fixed(days: &[Day]) -> Result<Baseline, TooFew> {
    fix("b".into(), Timestamp(0), Window { from: Timestamp(0), to: Timestamp(1) }, days)
}

#[test]
fn ranges_are_three_usual_deviations_of_days_and_at_least_a_tenth() {
    let quiet: Vec<Day> = (0..7).map(|number| day(number, 1_000, 10, 0)).collect();
    let usual = fixed(&quiet).unwrap().response_time_ms.unwrap();
    assert_eq!((usual.value, usual.n, usual.low, usual.high), (1_000.0, 70, 0.0, 1_100.0));
    let lively: Vec<Day> = (0..7).map(|number| day(number, 1_000 + 100 * (number as u64 % 3), 10, 0)).collect();
    let usual = fixed(&lively).unwrap().response_time_ms.unwrap();
    assert!((usual.high - usual.value - 3.0 * 1.4826 * 100.0).abs() < 1e-6, "{usual:?}");
    let few = fixed(&[day(0, 1_000, 30, 0)]).unwrap().response_time_ms.unwrap();
    assert_eq!(few.high, 1_250.0, "days that are too few to tell leave a quarter");
}

#[test]
fn a_window_is_acceptable_outside_or_too_thin() {
    let days: Vec<Day> = (0..7).map(|number| day(number, 1_000, 20, 1)).collect();
    let baseline = fixed(&days).unwrap();
    let verdicts = |day: Day| {
        let held = held(baseline.clone(), day.window, &day.groups);
        (
            held.response_time_ms.verdict,
            held.models[&ModelName::from("m")].verdict,
            held.cache_hit_rate.verdict,
            held.error_rate.verdict,
        )
    };
    use StandingVerdict::{Acceptable, NotEnoughData, Outside, Unknown};
    assert_eq!(verdicts(day(9, 900, 40, 1)), (Acceptable, Acceptable, Acceptable, Acceptable));
    assert_eq!(verdicts(day(9, 1_200, 40, 10)), (Outside, Outside, Acceptable, Outside));
    assert_eq!(verdicts(day(9, 1_200, 9, 0)), (NotEnoughData, NotEnoughData, NotEnoughData, NotEnoughData));
    assert_eq!(verdicts(day(9, 1_200, 0, 0)), (Unknown, Unknown, Unknown, Unknown));
}

#[test]
fn too_few_calls_fix_nothing() {
    assert_eq!(fixed(&[day(0, 1_000, 19, 0)]), Err(TooFew { have: 19 }));
    let failed = fixed(&[day(0, 1_000, 20, 20)]).unwrap();
    assert_eq!((failed.response_time_ms, failed.error_rate.unwrap().high), (None, 1.0));
}
