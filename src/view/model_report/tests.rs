use chrono_tz::Tz;

use super::*;
use crate::analysis::model_report::{ModelInput, model_report};
use crate::model::{Call, ErrorClass, NanoUsd, Outcome, QueryType, Rating, Timestamp, Window};
use crate::view::WindowTitle;
use crate::view::testing::{call, calls, day, grouped, shown, shown_in};

fn report(model: &str, calls: &[Call], window: Window) -> ModelReport {
    let mut hours = [0; 24];
    (hours[9], hours[14]) = (calls.len() as u64 / 3, calls.len() as u64 - calls.len() as u64 / 3);
    model_report(ModelInput { model: model.into(), window, groups: grouped(calls), hours, zone: Tz::UTC })
}

fn text(calls: &[Call]) -> String {
    shown(|frame| blocks(&report("sonnet", calls, day()), frame))
}

#[test]
fn a_full_day() {
    let mut calls = calls("sonnet", 140);
    calls.extend((0..60).map(|step| call("sonnet", QueryType::Reasoning, 5000 + step)));
    (calls[0].rating, calls[1].rating, calls[2].asked_again, calls[3].attempts) =
        (Rating::new(5), Rating::new(4), 9, 2);
    calls[4].outcome = Outcome::Error(ErrorClass::Server);
    insta::assert_snapshot!(text(&calls), @r"
    📊 Claude Sonnet 4.5 Performance (last 24h, n=200)
    Since 2026-11-20 12:00 UTC (full UTC hour).

    Speed (n=199):
    Average:            2.7s
    Median:             2.0s
    Fastest:            1.0s
    Slowest:            5.1s
    P95:                5.1s
    First token:        400ms median (n=199)
    Tokens per second:  45.4
    Variance:           High ⚠️ (quartiles 0.54)
    Percentiles: nearest rank.

    Token Efficiency:
    Input/Output ratio:  12.9:1
    Average input:       1,300 tokens (n=199)
    Average output:      101 tokens (n=199)

    Use Patterns (UTC):
    Most used for:  Code generation (70%)
    Busiest hours:  14:00, 09:00

    Cost:
    Window:   $2.00 (n=200)
    Average:  $0.01/query (n=200)
    Daily:    $2.00
    Priced:   100% of answers

    Quality:
    User satisfaction:  4.5/5 (n=2)
    Asked again:        4.5% (low, n=199)
    Provider retries:   0.5% (low, n=200)
    Error rate:         0.5% (n=200)

    Next: !perf slowest
    ");
}

/// The sections that depend on how many calls there are.
fn thin(n: u64) -> String {
    let text = text(&calls("sonnet", n));
    let section = |title: &str| -> String {
        let lines = text.lines().skip_while(|line| !line.starts_with(title)).take_while(|line| !line.is_empty());
        lines.collect::<Vec<_>>().join("\n")
    };
    format!("{}\n{}\n", section("Speed"), section("Quality"))
}

#[test]
fn no_calls() {
    insta::assert_snapshot!(text(&[]), @r"
    📊 Claude Sonnet 4.5 Performance (last 24h, n=0)
    Since 2026-11-20 12:00 UTC (full UTC hour).

    No calls of this model in this window.

    Next: !perf stats --last 7d
    ");
}

#[test]
fn one_call() {
    insta::assert_snapshot!(thin(1), @r"
    Speed (n=1):
    Average:            1.0s
    Median:             1.0s
    Fastest:            1.0s
    Slowest:            1.0s
    P95:                – (n=1 of 20)
    First token:        400ms median (n=1)
    Tokens per second:  200
    Variance:           – (n=1 of 20)
    Percentiles: nearest rank.
    Quality:
    User satisfaction:  – (not rated)
    Asked again:        0% (n=1)
    Provider retries:   0% (n=1)
    Error rate:         0% (n=1)
    Called low, medium or high from 20 calls on.
    ");
}

#[test]
fn verdicts_need_20_calls() {
    insta::assert_snapshot!(thin(19) + &thin(20), @r"
    Speed (n=19):
    Average:            1.1s
    Median:             1.1s
    Fastest:            1.0s
    Slowest:            1.2s
    P95:                – (n=19 of 20)
    First token:        400ms median (n=19)
    Tokens per second:  169
    Variance:           – (n=19 of 20)
    Percentiles: nearest rank.
    Quality:
    User satisfaction:  – (not rated)
    Asked again:        0% (n=19)
    Provider retries:   0% (n=19)
    Error rate:         0% (n=19)
    Called low, medium or high from 20 calls on.
    Speed (n=20):
    Average:            1.1s
    Median:             1.1s
    Fastest:            1.0s
    Slowest:            1.2s
    P95:                1.2s
    First token:        400ms median (n=20)
    Tokens per second:  168
    Variance:           Low (quartiles 0.05)
    Percentiles: nearest rank.
    Quality:
    User satisfaction:  – (not rated)
    Asked again:        0% (low, n=20)
    Provider retries:   0% (low, n=20)
    Error rate:         0% (n=20)
    ");
}

#[test]
fn all_calls_failed_and_cost_is_unknown() {
    let mut calls = calls("sonnet", 3);
    for call in &mut calls {
        (call.outcome, call.cost) = (Outcome::Error(ErrorClass::Timeout), None);
    }
    insta::assert_snapshot!(text(&calls), @"
    📊 Claude Sonnet 4.5 Performance (last 24h, n=3)
    Since 2026-11-20 12:00 UTC (full UTC hour).

    No call with a known time ended ok.

    Token Efficiency:
    Input/Output ratio:  unknown
    Average input:       unknown
    Average output:      unknown

    Use Patterns (UTC):
    Most used for:  Code generation (100%)
    Busiest hours:  14:00, 09:00

    Cost:
    Window:   unknown
    Average:  unknown
    Daily:    unknown
    Priced:   –

    Quality:
    User satisfaction:  – (not rated)
    Asked again:        –
    Provider retries:   0% (n=3)
    Error rate:         100% (n=3)
    Called low, medium or high from 20 calls on.

    Next: !perf slowest
    ");
}

#[test]
fn long_names_other_zones_and_short_windows() {
    let window = Window { to: day().from.plus(Timestamp::HOUR), ..day() };
    let mut calls = calls("sonnet", 2);
    calls.iter_mut().for_each(|call| call.cost = Some(NanoUsd::ZERO));
    let name = "provider/a-model-whose-name-never-seems-to-come-to-an-end";
    let zone = Tz::America__New_York;
    let report = model_report(ModelInput { model: name.into(), window, groups: grouped(&calls), hours: [0; 24], zone });
    let text = shown_in(&WindowTitle::Between { window, zone }, zone, |frame| blocks(&report, frame));
    let lines = |title: &str, n| text.lines().skip_while(|line| !line.starts_with(title)).take(n).collect::<Vec<_>>();
    insta::assert_snapshot!([lines("📊", 1), lines("Use", 3), lines("Cost", 5)].concat().join("\n"), @r"
    📊 provider/a-model-whose-name-never-seems… Performance (2026-11-20 07:00 – 08:00 EST, n=2)
    Use Patterns (America/New_York):
    Most used for:  Code generation (100%)
    Busiest hours:  –
    Cost:
    Window:   $0.00 (n=2)
    Average:  $0.00/query (n=2)
    Daily:    – (window below a day)
    Priced:   100% of answers
    ");
}
