use proptest::prelude::*;

use super::*;
use crate::model::{Call, ErrorClass, Micros, NanoUsd, Outcome, QueryType, Rate, Timestamp};
use crate::testing::grouped;

/// How the calls of a day come about.
#[derive(Debug, Clone, Copy)]
struct Plan {
    n: u32,
    slow_share: f64,
    code_share: f64,
    input: f64,
    cached_share: f64,
    output: f64,
    wait_ms: f64,
    /// A factor on all that the provider takes.
    slower: f64,
    usd_per_million: f64,
    failed_share: f64,
    /// By how much more a call may take to write a token than another, as a share.
    unsteady: f64,
}

const USUAL: Plan = Plan {
    n: 3_000,
    slow_share: 0.3,
    code_share: 0.5,
    input: 2_000.0,
    cached_share: 0.2,
    output: 200.0,
    wait_ms: 100.0,
    slower: 1.0,
    usd_per_million: 4.0,
    failed_share: 0.05,
    unsteady: 0.0,
};

fn call(chance: &mut fastrand::Rng, from: Timestamp, plan: &Plan) -> Call {
    let (slow, code) = (chance.f64() < plan.slow_share, chance.f64() < plan.code_share);
    let at = from.plus(chance.i64(0..Timestamp::DAY));
    let mut call = Call::new(at, if slow { "slow" } else { "fast" }.into());
    call.query_type = if code { QueryType::Code } else { QueryType::Chat };
    let around = |mean: f64, chance: &mut fastrand::Rng| mean * (0.5 + chance.f64());
    let input = around(plan.input, chance);
    let cached = input * plan.cached_share;
    let output = around(if code { 1.5 } else { 0.5 } * plan.output, chance);
    let base = if slow { 2_000.0 } else { 400.0 };
    let ttft = plan.slower * (base * (0.9 + 0.2 * chance.f64()) + 0.2 * (input - cached));
    let steadiness = 1.0 + plan.unsteady * chance.f64();
    let model = ttft + plan.slower * 5.0 * output * steadiness;
    let micros = |ms: f64| Some(Micros((ms * 1e3) as u64));
    (call.times.ttft, call.times.model) = (micros(ttft), micros(model));
    call.times.response = micros(model + around(plan.wait_ms, chance));
    let usage = &mut call.usage;
    (usage.input, usage.output, usage.cache_read) = (Some(input as u64), Some(output as u64), Some(cached as u64));
    let fresh_and_output = (input - cached) + 0.1 * cached + 5.0 * output;
    call.cost = Some(NanoUsd((plan.usd_per_million * fresh_and_output * 1e3) as i64));
    if chance.f64() < plan.failed_share {
        (call.outcome, call.cost) = (Outcome::Error(ErrorClass::Server), None);
    }
    call
}

fn rates(usd: f64) -> Rates {
    Rates {
        input: Rate::from_usd_per_million(usd),
        output: Rate::from_usd_per_million(5.0 * usd),
        cache_read: Rate::from_usd_per_million(0.1 * usd),
        ..Rates::default()
    }
}

fn side(chance: &mut fastrand::Rng, day: i64, plan: &Plan) -> Side {
    let from = Timestamp(20_000 * Timestamp::DAY + day * Timestamp::DAY);
    let window = Window { from, to: from.plus(Timestamp::DAY) };
    let calls: Vec<Call> = (0..plan.n).map(|_| call(chance, from, plan)).collect();
    let within = |window: &Window| grouped(calls.iter().filter(|call| window.holds(call.at)));
    Side {
        window,
        groups: within(&window),
        stretches: window.parts(50).iter().map(|part| within(part).into()).collect(),
    }
}

fn compared(seed: u64, before: Plan, after: Plan) -> Diff {
    let chance = &mut fastrand::Rng::with_seed(seed);
    let (before_side, after_side) = (side(chance, 0, &before), side(chance, 1, &after));
    let both = [Some(rates(before.usd_per_million)), Some(rates(after.usd_per_million))];
    let prices = ["fast", "slow"].map(|model| (model.into(), both.clone())).to_vec();
    diff(&DiffInput { before: before_side, after: after_side, prices, days: Vec::new() })
}

/// The account of a figure.
fn account(explained: &Explained) -> &Account {
    let Explained::Explained { account, .. } = explained else { panic!("{explained:?}") };
    account
}

/// How much of a change a factor makes.
fn share_of(explained: &Explained, factor: Factor) -> f64 {
    let account = account(explained);
    account.parts.iter().filter(|part| part.factor == factor).map(|part| part.change).sum::<f64>() / account.change
}

fn is_certain(explained: &Explained) -> bool {
    matches!(explained, Explained::Explained { beyond_chance: Some(true), .. })
}

/// A planted change, and the factor that must make nearly all of it.
fn planted(after: Plan, of: fn(&Diff) -> &Explained, factor: Factor) {
    for seed in 0..5 {
        let diff = compared(seed, USUAL, after);
        let share = share_of(of(&diff), factor);
        assert!((0.8..1.2).contains(&share), "{factor:?} {share} of {:?}", of(&diff));
        assert!(is_certain(of(&diff)), "{factor:?} {:?}", of(&diff));
    }
}

#[test]
fn what_is_planted_is_found_in_response_times() {
    let time: fn(&Diff) -> &Explained = |diff| &diff.response_time_ms;
    planted(Plan { slow_share: 0.7, ..USUAL }, time, Factor::ModelMix);
    planted(Plan { code_share: 0.9, ..USUAL }, time, Factor::QueryMix);
    planted(Plan { slower: 1.4, ..USUAL }, time, Factor::Provider);
    planted(Plan { output: 300.0, ..USUAL }, time, Factor::OutputLength);
    planted(Plan { input: 4_000.0, cached_share: 0.1, ..USUAL }, time, Factor::ContextSize);
    planted(Plan { wait_ms: 900.0, ..USUAL }, time, Factor::Retries);
    planted(Plan { cached_share: 0.9, ..USUAL }, time, Factor::CacheHits);
}

#[test]
fn more_context_is_told_from_writing_that_varies() {
    for seed in 0..5 {
        let plan = Plan { n: 1_000, unsteady: 2.0, ..USUAL };
        let diff = compared(seed, plan, Plan { input: 3_000.0, ..plan });
        let Explained::Explained { account, .. } = &diff.response_time_ms else { panic!("{diff:?}") };
        let context: f64 =
            account.parts.iter().filter(|part| part.factor == Factor::ContextSize).map(|part| part.change).sum();
        // A fifth of a millisecond for each of 1,000 tokens.
        assert!((150.0..250.0).contains(&context), "{context} of {account:?}");
    }
}

#[test]
fn what_is_known_of_few_calls_is_not_told() {
    let of = |after: Vec<Group>| {
        let side = |groups: Vec<Group>, day: i64| {
            let from = Timestamp(20_000 * Timestamp::DAY + day * Timestamp::DAY);
            Side { window: Window { from, to: from.plus(Timestamp::DAY) }, groups, stretches: Vec::new() }
        };
        let calls: Vec<Call> = (0..200).map(|n| known(n, 1_000)).collect();
        diff(&DiffInput {
            before: side(grouped(&calls), 0),
            after: side(after, 1),
            prices: Vec::new(),
            days: Vec::new(),
        })
    };
    let told = |unknown: std::ops::Range<usize>| {
        let mut calls: Vec<Call> = (0..200).map(|n| known(n, 1_300)).collect();
        calls[unknown].iter_mut().for_each(|call| call.times.model = None);
        let Explained::Explained { not_told, .. } = of(grouped(&calls)).response_time_ms else { panic!("explained") };
        !not_told.contains(&Factor::Retries)
    };
    assert_eq!([0..0, 150..200, 0..150].map(told), [true, true, false]);
}

/// One of calls of two models, three in four to the first.
fn known(n: u32, ms: u64) -> Call {
    let model = if n < 150 { "often" } else { "seldom" };
    let mut call = Call::new(Timestamp(20_000 * Timestamp::DAY), model.into());
    (call.times.response, call.times.model) = (Some(Micros(ms * 1_000)), Some(Micros(ms * 900)));
    call
}

#[test]
fn what_is_planted_is_found_in_costs() {
    let cost: fn(&Diff) -> &Explained = |diff| &diff.cost_per_call_usd;
    planted(Plan { code_share: 0.9, ..USUAL }, cost, Factor::QueryMix);
    planted(Plan { output: 300.0, ..USUAL }, cost, Factor::OutputLength);
    planted(Plan { input: 4_000.0, cached_share: 0.1, ..USUAL }, cost, Factor::ContextSize);
    planted(Plan { cached_share: 0.9, ..USUAL }, cost, Factor::CacheHits);
    planted(Plan { usd_per_million: 6.0, ..USUAL }, cost, Factor::Price);
}

#[test]
fn failures_of_the_same_calls_are_the_providers() {
    planted(Plan { failed_share: 0.2, ..USUAL }, |diff| &diff.error_percent, Factor::Provider);
}

#[test]
fn the_tail_is_split_by_what_calls_took_before() {
    let of = |after: Plan, factor| share_of(&compared(3, USUAL, after).p95_ms, factor);
    let mixed = of(Plan { slow_share: 0.05, ..USUAL }, Factor::ModelMix);
    assert!((0.8..1.2).contains(&mixed), "{mixed}");
    let slower = of(Plan { slower: 1.4, ..USUAL }, Factor::Provider);
    assert!((0.8..1.2).contains(&slower), "{slower}");
}

#[test]
fn where_nothing_changed_little_is_called_certain() {
    let certain = (0..50).filter(|seed| {
        let plan = Plan { n: 300, ..USUAL };
        let diff = compared(*seed, plan, plan);
        [&diff.response_time_ms, &diff.cost_per_call_usd, &diff.error_percent].into_iter().any(is_certain)
    });
    let certain = certain.count();
    println!("changes called certain where there is none: {certain} of 50 pairs");
    assert!(certain <= 5, "{certain}");
}

#[test]
fn few_calls_are_not_explained() {
    let diff = compared(1, Plan { n: 12, failed_share: 0.0, ..USUAL }, USUAL);
    assert_eq!(diff.response_time_ms, Explained::NotEnoughData { have: 12, needed: 20 });
}

fn a_plan() -> impl Strategy<Value = Plan> {
    let shares = (0.0..1.0, 0.0..1.0, 0.0..1.0, 0.0..0.5);
    let sizes = (0.0..5_000.0, 1.0..900.0, 0.0..4_000.0, 0.1..10.0, 0.002..100.0);
    (30u32..90, shares, sizes).prop_map(|(n, (slow_share, code_share, cached_share, failed_share), sizes)| {
        let (input, output, wait_ms, slower, usd_per_million) = sizes;
        Plan {
            n,
            slow_share,
            code_share,
            input,
            cached_share,
            output,
            wait_ms,
            slower,
            usd_per_million,
            failed_share,
            unsteady: 0.0,
        }
    })
}

/// A figure in units of its last digit.
fn steps(account: &Account, value: f64) -> i64 {
    let exact = value * 10f64.powi(account.decimals);
    assert!((exact - exact.round()).abs() < 1e-6, "{value} has more than {} decimals", account.decimals);
    exact.round() as i64
}

fn adds_up(account: &Account) {
    let of = |value: f64| steps(account, value);
    let parts: i64 = account.parts.iter().map(|part| of(part.change)).sum();
    assert_eq!(parts, of(account.change), "{account:?}");
    assert_eq!(of(account.before) + of(account.change), of(account.after), "{account:?}");
    let percents: Vec<i64> = account.parts.iter().filter_map(|part| part.percent).collect();
    assert!(percents.is_empty() || percents.iter().sum::<i64>() == 100, "{account:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn parts_add_up_to_the_last_digit(before in a_plan(), after in a_plan(), seed in any::<u64>()) {
        let diff = compared(seed, before, after);
        let figures =
            [&diff.response_time_ms, &diff.p95_ms, &diff.cost_per_call_usd, &diff.error_percent];
        for explained in figures {
            if let Explained::Explained { account, .. } = explained {
                adds_up(account);
            }
        }
    }
}
