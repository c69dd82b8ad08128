//! What is planted is there, what is not is not: by plain arithmetic over the rows.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use chrono::{Datelike, Timelike, Weekday};

use super::truths::*;
use super::*;
use crate::model::{Micros, NanoUsd, QueryType, Times, UsageSource};
use crate::testing::at;

/// Enough that means of a tenth of the rows are known to two in a hundred.
const MANY: u64 = 100_000;

fn plan(traffic: Traffic) -> Plan {
    Plan { seed: 1, calls: MANY, end: at("2026-11-21T12:34:56Z"), zone: Tz::UTC, traffic }
}

fn rows(plan: &Plan) -> Vec<Call> {
    calls(plan).map(|logged| logged.call).collect()
}

/// The rows of the two plans that most tests look at.
static PLANTED: LazyLock<Vec<Call>> = LazyLock::new(|| rows(&plan(Traffic::Planted)));
static PLAIN: LazyLock<Vec<Call>> = LazyLock::new(|| rows(&plan(Traffic::Plain)));

fn mean<'a>(calls: impl IntoIterator<Item = &'a Call>, of: impl Fn(&Call) -> Option<f64>) -> f64 {
    let (mut n, mut sum) = (0, 0.0);
    for value in calls.into_iter().filter_map(of) {
        (n, sum) = (n + 1, sum + value);
    }
    assert!(n > 300, "only {n} rows");
    sum / f64::from(n)
}

fn share(of: impl Iterator<Item = bool>) -> f64 {
    let (mut n, mut yes) = (0, 0);
    for is in of {
        (n, yes) = (n + 1, yes + u32::from(is));
    }
    f64::from(yes) / f64::from(n)
}

fn model_ms(call: &Call) -> Option<f64> {
    call.times.model.map(Micros::as_ms)
}

fn messages(call: &Call) -> Option<f64> {
    call.context.messages.map(f64::from)
}

/// Days since the start of the window.
fn day(call: &Call, plan: &Plan) -> i64 {
    (call.at.0 - plan.window().from.0) / Timestamp::DAY
}

fn is_wednesday_afternoon(call: &Call) -> bool {
    let time = call.at.to_utc();
    time.weekday() == Weekday::Wed && (12..18).contains(&time.hour())
}

/// By how much longer Wednesday afternoons take than all other afternoons.
fn wednesday(calls: &[Call]) -> f64 {
    let (wednesday, other): (Vec<&Call>, Vec<&Call>) = calls
        .iter()
        .filter(|call| (12..18).contains(&call.at.to_utc().hour()))
        .partition(|call| is_wednesday_afternoon(call));
    mean(wednesday, model_ms) / mean(other, model_ms)
}

/// By how much longer the slowed provider takes in the last three days than in the six before, beside the same of all others.
fn slowdown(calls: &[Call], plan: &Plan) -> f64 {
    let ratio = |slowed: bool| {
        let of = |days: std::ops::Range<i64>| {
            let chosen =
                calls.iter().filter(move |call| days.contains(&day(call, plan)) && !is_wednesday_afternoon(call));
            mean(chosen.filter(|call| (call.provider == Some(SLOWED.into())) == slowed), model_ms)
        };
        of(27..30) / of(21..27)
    };
    ratio(true) / ratio(false)
}

fn simple_on_dear(calls: &[Call]) -> f64 {
    let dear = calls.iter().filter(|call| call.model.as_str() == DEAR);
    let is_simple = |call: &Call| {
        call.query_type == QueryType::Question && call.complexity.is_some_and(|hard| hard.as_share() <= SIMPLE)
    };
    share(dear.map(is_simple))
}

/// Seconds since the same prompt was last asked in the same guild, or by the same person: found out from the rows alone.
fn repeats(calls: &[Call]) -> Vec<Option<u32>> {
    let mut last = HashMap::new();
    let seconds = calls.iter().map(|call| {
        let scope = call.guild.as_ref().map_or(call.user.as_ref().map(AsRef::as_ref), |guild| Some(guild.as_str()));
        let before = last.insert((scope.map(str::to_owned), call.prompt_hash), call.at);
        before.map(|before: Timestamp| (call.at.since(before).0 / 1_000_000) as u32)
    });
    seconds.collect()
}

fn within_an_hour(calls: &[Call]) -> f64 {
    share(repeats(calls).into_iter().map(|after| after.is_some_and(|after| after <= 3_600)))
}

#[track_caller]
fn about(found: f64, wanted: f64, slack: f64) {
    assert!((found - wanted).abs() <= slack, "{found:.4}, not {wanted} ± {slack}");
}

#[test]
fn the_context_grew_in_weeks_two_and_three() {
    let (plan, calls) = (plan(Traffic::Planted), &*PLANTED);
    let week =
        |days: std::ops::Range<i64>| mean(calls.iter().filter(|call| days.contains(&day(call, &plan))), messages);
    about(week(0..7), 6.0, 0.1);
    about(week(7..14), 7.5, 0.1);
    about(week(14..21), 10.5, 0.1);
    about(week(21..30), 12.0, 0.1);
    let input = |days: std::ops::Range<i64>| {
        mean(calls.iter().filter(|call| days.contains(&day(call, &plan))), |call| call.usage.input.map(|n| n as f64))
    };
    assert!(input(21..30) > 1.7 * input(0..7), "input tokens grow with it");
}

#[test]
fn a_quarter_of_what_the_dear_model_is_asked_is_simple() {
    let calls = &*PLANTED;
    about(simple_on_dear(calls), 0.25, 0.02);
    let usd = |model: &str| {
        mean(calls.iter().filter(|call| call.model.as_str() == model), |call| call.cost.map(|cost| cost.as_usd()))
    };
    for other in ["sim-hen", "sim-yak", "sim-ant", "sim-gnu", "sim-koi"] {
        assert!(usd(DEAR) > 2.0 * usd(other), "{other} is not much cheaper");
    }
}

#[test]
fn fifteen_in_a_hundred_repeat_a_prompt_of_the_last_hour() {
    let calls = &*PLANTED;
    about(within_an_hour(calls), 0.15, 0.01);
    let said: Vec<Option<u32>> = calls.iter().map(|call| call.repeat_after_s).collect();
    assert_eq!(said, repeats(calls), "the rows say themselves what can be found out from them");
}

#[test]
fn wednesday_afternoons_are_slowest() {
    let calls = &*PLANTED;
    about(wednesday(calls), 1.40, 0.06);
    let mut parts: BTreeMap<(u32, u32), Vec<&Call>> = BTreeMap::new();
    for call in calls {
        let time = call.at.to_utc();
        parts.entry((time.weekday().num_days_from_monday(), time.hour() / 6)).or_default().push(call);
    }
    let mut means: Vec<_> = parts.into_iter().map(|(part, calls)| (mean(calls, model_ms), part)).collect();
    means.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    assert_eq!(means[0].1, (2, 2));
    assert!(means[0].0 > 1.15 * means[1].0, "{means:?}");
}

#[test]
fn one_provider_is_slower_in_the_last_three_days() {
    about(slowdown(&PLANTED, &plan(Traffic::Planted)), 1.30, 0.05);
}

#[test]
fn the_usual_number_of_calls_shows_it_all_whatever_the_seed() {
    for seed in 0..5 {
        let plan = Plan { seed, calls: 20_000, ..plan(Traffic::Planted) };
        let calls = rows(&plan);
        about(simple_on_dear(&calls), 0.25, 0.04);
        about(within_an_hour(&calls), 0.15, 0.01);
        about(wednesday(&calls), 1.40, 0.12);
        about(slowdown(&calls, &plan), 1.30, 0.13);
    }
}

#[test]
fn in_plain_traffic_there_is_nothing_to_find() {
    let (plan, calls) = (plan(Traffic::Plain), &*PLAIN);
    about(simple_on_dear(calls), 0.02, 0.01);
    assert!(within_an_hour(calls) < 0.012);
    about(wednesday(calls), 1.0, 0.05);
    about(slowdown(calls, &plan), 1.0, 0.05);
    for week in 0..4 {
        about(mean(calls.iter().filter(|call| day(call, &plan) / 7 == week), messages), 6.0, 0.1);
    }
    let all = mean(calls, model_ms);
    for hour in 0..24 {
        let of_hour = calls.iter().filter(|call| call.at.to_utc().hour() == hour);
        let n = of_hour.clone().count() as f64;
        // Times of the mix of models spread by about nine tenths of their mean.
        about(mean(of_hour, model_ms) / all, 1.0, 4.0 * 0.9 / n.sqrt());
    }
}

#[test]
fn days_and_weeks_have_their_rhythm_where_people_are() {
    for zone in [Tz::UTC, Tz::Asia__Tokyo, Tz::Asia__Kathmandu] {
        let plan = Plan { zone, calls: 20_000, ..plan(Traffic::Plain) };
        let (mut hours, mut weekdays) = ([0; 24], [0; 7]);
        // Whole weeks, so that all days are as many.
        for call in rows(&plan).iter().filter(|call| day(call, &plan) < 28) {
            let local = call.at.to_utc().with_timezone(&zone);
            hours[local.hour() as usize] += 1;
            weekdays[local.weekday().num_days_from_monday() as usize] += 1;
        }
        let busiest = (0..24).max_by_key(|hour| hours[*hour]).unwrap();
        assert!((19..=21).contains(&busiest), "{zone}: {hours:?}");
        assert!(hours[busiest] > 5 * hours[3], "{zone}: {hours:?}");
        assert!(weekdays[5].min(weekdays[6]) > *weekdays[..5].iter().max().unwrap(), "{zone}: {weekdays:?}");
    }
}

#[test]
fn rows_come_in_order_number_and_window() {
    for (number, end) in [(0, "2026-11-21T12:34:56.789Z"), (1, "2026-11-21T00:00:00Z"), (5_000, "2024-03-01T23:59:59Z")]
    {
        let plan = Plan { calls: number, end: at(end), ..plan(Traffic::Planted) };
        let rows: Vec<LoggedCall> = calls(&plan).collect();
        assert_eq!((rows.len() as u64, calls(&plan).size_hint().1), (number, Some(rows.len())));
        assert!(rows.is_sorted_by_key(|row| row.call.at));
        assert!(rows.iter().all(|row| plan.window().holds(row.call.at)));
        assert!(rows.iter().zip(1..).all(|(row, number)| row.id == Some(CallId(number))));
    }
}

#[test]
fn no_part_of_the_window_is_short_of_calls() {
    let plan = plan(Traffic::Planted);
    for calls in [&*PLANTED, &*PLAIN] {
        // Four whole weeks before the last two days.
        let mut weeks = [0_u32; 5];
        calls.iter().for_each(|call| weeks[day(call, &plan) as usize / 7] += 1);
        let mean = weeks[..4].iter().sum::<u32>() / 4;
        assert!(weeks[..4].iter().all(|week| week.abs_diff(mean) < mean / 30), "{weeks:?}");
        assert!(weeks[4] > mean / 5, "{weeks:?}");
    }
}

#[test]
fn the_same_seed_gives_the_same_rows() {
    let some = |seed| calls(&Plan { seed, calls: 500, ..plan(Traffic::Planted) }).collect::<Vec<_>>();
    assert_eq!(some(7), some(7));
    assert_ne!(some(7), some(8));
    let digests = |seed| some(seed).into_iter().map(|row| row.prompt).collect::<Vec<_>>();
    let others = digests(8);
    assert!(digests(7).iter().all(|digest| !others.contains(digest)), "prompts of two seeds are others");
}

#[test]
fn each_row_is_plausible_by_itself() {
    let mut ends: BTreeMap<Outcome, u32> = BTreeMap::new();
    let rows = &*PLANTED;
    for call in rows {
        *ends.entry(call.outcome).or_default() += 1;
        let Times { response, model, ttft, failed, back_off, .. } = call.times;
        assert!(response >= Some(model.unwrap_or_default() + failed + back_off), "{call:?}");
        assert_eq!(call.outcome.answered(), model.is_some());
        assert!(ttft <= model && call.times.visible_ttft >= ttft, "{call:?}");
        assert_eq!(call.attempts > 1, back_off > Micros::ZERO, "{call:?}");
        assert_eq!(call.outcome.answered(), call.cost.is_some_and(|cost| cost > NanoUsd::ZERO), "{call:?}");
        assert_eq!(call.usage.source != UsageSource::Absent, call.outcome.answered());
        assert!(call.usage.cache_read <= call.context.tokens);
        assert_eq!(call.again_of.is_some(), call.again_of.is_some_and(|id| rows[id.0 as usize - 1].asked_again == 1));
    }
    let errors: u32 = ends.iter().filter(|(end, _)| matches!(end, Outcome::Error(_))).map(|(_, n)| n).sum();
    about(f64::from(errors) / MANY as f64, FAILING, 0.002);
    assert_eq!(ends.len(), 9, "whole, cut, stopped, and six errors: {ends:?}");
    let retried = rows.iter().filter(|call| call.asked_again == 1).count();
    assert_eq!(retried, rows.iter().filter(|call| call.again_of.is_some()).count());
    about(retried as f64 / MANY as f64, 0.0237, 0.002);
    about(mean(rows, |call| call.rating.map(|rating| rating.score().into())), 4.0, 0.15);
}

/// The time of one model asked alike is log-normal around the formula of `answers`.
#[test]
fn times_follow_the_formula() {
    let off = PLAIN.iter().filter(|call| call.model.as_str() == "sim-yak" && call.outcome == Outcome::Ok).map(|call| {
        let (input, output) = (call.usage.input.unwrap() as f64, call.usage.output.unwrap() as f64);
        (model_ms(call).unwrap() / (320.0 * (1.0 + input / 800.0) + 8.0 * output)).ln()
    });
    let off: Vec<f64> = off.collect();
    let n = off.len() as f64;
    let mean = off.iter().sum::<f64>() / n;
    let sigma = (off.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n).sqrt();
    about(mean, 0.0, 0.02);
    assert!((0.12..0.2).contains(&sigma), "{sigma}: two noises of 0.2 side by side");
}
