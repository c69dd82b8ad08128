use chrono_tz::Tz;

use super::*;
use crate::analysis::stats::{StatsInput, stats};
use crate::model::{Call, ErrorClass, Micros, NanoUsd, Outcome, Overview, QueryType, Tally, Usage};
use crate::view::WindowTitle;
use crate::view::testing::{call, calls, day, grouped, shown, shown_in};

fn report(calls: &[Call]) -> Stats {
    let mut hours = [0; 24];
    (hours[9], hours[14]) = (calls.len() as u64 / 3, calls.len() as u64 - calls.len() as u64 / 3);
    let mut spent = Tally::default();
    calls.iter().for_each(|call| spent.add(call.cost.map(|cost| cost.0 as u64)));
    stats(StatsInput {
        window: day(),
        overview: Overview::of(&grouped(calls)).into(),
        today: spent,
        this_week: spent,
        this_month: Tally { n: 9, sum: 12_400_000_000 },
        hours,
        zone: Tz::UTC,
    })
}

fn text(calls: &[Call]) -> String {
    shown(|frame| blocks(&report(calls), frame))
}

/// The lines from a title to the next empty line.
fn section_of(text: &str, title: &str) -> String {
    text.lines()
        .skip_while(|line| !line.starts_with(title))
        .take_while(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn a_full_day() {
    let mut calls = calls("sonnet", 140);
    calls.extend((0..60).map(|step| call("haiku", QueryType::Chat, 500 + step)));
    calls.extend((0..10).map(|step| call("sim-fast", QueryType::Chat, 500 + step)));
    for (call, word) in calls.iter_mut().zip(["rate_limit", "rate_limit", "cut", "stopped"]) {
        call.outcome = Outcome::from_word(word).unwrap();
        call.times.failed = Micros(1_500_000);
    }
    insta::assert_snapshot!(text(&calls), @r"
    📊 Performance Statistics (last 24h, n=210)
    Since 2026-11-20 12:00 UTC (full UTC hour).

    Response Times:
             Response  Model  First token
    Average      1.3s   1.2s        400ms
    Median       1.4s   1.3s        400ms
    P95          2.3s   2.2s        400ms
    P99          2.4s   2.3s        400ms
    n             206    206          206
    Percentiles: nearest rank.

    Breakdown by Model:
                         Average  Share    Calls
    Claude Sonnet 4.5       1.7s    67%  136/140
    Claude Haiku 4.5       530ms    29%       60
    Fast m… (simulated)    505ms   4.8%       10
    136/140: 136 of 140 calls make the average.

    Throughput (whole window):
    Calls per minute:      0.15
    Output tokens/second:  0.24 (n=208)

    Token Usage:
    Total:              291K tokens (n=208)
    Input:              270K tokens (n=208)
    Output:             21K tokens (n=208)
    From prompt cache:  20% of input

    Cost:
    Window:      $2.10 (n=210)
    Today:       $2.10 (n=210)
    This week:   $2.10 (n=210)
    This month:  $12.40 (n=9)
    Average:     $0.01/query (n=210)
    Priced:      100% of answers

    Waste (failed, back-off, cut, stopped):
    Time:  7.8s
    Cost:  $0.04

    Errors:
    All:         3 of 210 (1.4%)
    Rate limit:  2
    Cut:         1

    Busiest Hours (UTC):
    14:00–15:00:  140 calls
    09:00–10:00:  70 calls

    Next: !perf slowest
    ");
}

#[test]
fn no_calls() {
    insta::assert_snapshot!(text(&[]), @r"
    📊 Performance Statistics (last 24h, n=0)
    Since 2026-11-20 12:00 UTC (full UTC hour).

    No calls in this window.

    Cost:
    Today:       none known
    This week:   none known
    This month:  $12.40 (n=9)

    Next: !perf stats --last 7d
    ");
}

/// The sections that depend on how many calls there are.
fn thin(n: u64) -> String {
    let text = text(&calls("sonnet", n));
    format!("{}\n{}", section_of(&text, "Response"), section_of(&text, "Breakdown"))
}

#[test]
fn one_call() {
    insta::assert_snapshot!(thin(1), @r"
    Response Times:
             Response  Model  First token
    Average      1.0s  900ms        400ms
    Median       1.0s  900ms        400ms
    P95             –      –            –
    P99             –      –            –
    n               1      1            1
    Percentiles: nearest rank; P95 from 20 calls on, P99 from 100.
    Breakdown by Model:
                       Average  Share  Calls
    Claude Sonnet 4.5     1.0s   100%      1
    ");
}

#[test]
fn p95_needs_20_calls() {
    insta::assert_snapshot!(format!("{}\n{}", thin(19), thin(20)), @"
    Response Times:
             Response  Model  First token
    Average      1.1s  990ms        400ms
    Median       1.1s  990ms        400ms
    P95             –      –            –
    P99             –      –            –
    n              19     19           19
    Percentiles: nearest rank; P95 from 20 calls on, P99 from 100.
    Breakdown by Model:
                       Average  Share  Calls
    Claude Sonnet 4.5     1.1s   100%     19
    Response Times:
             Response  Model  First token
    Average      1.1s  995ms        400ms
    Median       1.1s  990ms        400ms
    P95          1.2s   1.1s        400ms
    P99             –      –            –
    n              20     20           20
    Percentiles: nearest rank; P95 from 20 calls on, P99 from 100.
    Breakdown by Model:
                       Average  Share  Calls
    Claude Sonnet 4.5     1.1s   100%     20
    ");
}

#[test]
fn p99_needs_100_calls() {
    insta::assert_snapshot!(format!("{}\n{}", thin(99), thin(100)), @r"
    Response Times:
             Response  Model  First token
    Average      1.5s   1.4s        400ms
    Median       1.5s   1.4s        400ms
    P95          1.9s   1.8s        400ms
    P99             –      –            –
    n              99     99           99
    Percentiles: nearest rank; P95 from 20 calls on, P99 from 100.
    Breakdown by Model:
                       Average  Share  Calls
    Claude Sonnet 4.5     1.5s   100%     99
    Response Times:
             Response  Model  First token
    Average      1.5s   1.4s        400ms
    Median       1.5s   1.4s        400ms
    P95          1.9s   1.8s        400ms
    P99          2.0s   1.9s        400ms
    n             100    100          100
    Percentiles: nearest rank.
    Breakdown by Model:
                       Average  Share  Calls
    Claude Sonnet 4.5     1.5s   100%    100
    ");
}

#[test]
fn all_calls_failed() {
    let mut calls = calls("sonnet", 3);
    for call in &mut calls {
        (call.outcome, call.cost) = (Outcome::Error(ErrorClass::Auth), None);
    }
    insta::assert_snapshot!(text(&calls), @r"
    📊 Performance Statistics (last 24h, n=3)
    Since 2026-11-20 12:00 UTC (full UTC hour).

    No call with a known time ended ok.

    Breakdown by Model:
                       Average  Share  Calls
    Claude Sonnet 4.5        –   100%    0/3
    0/3: 0 of 3 calls make the average.

    Throughput (whole window):
    Calls per minute:      0.0021
    Output tokens/second:  –

    Token Usage:
    Total:   unknown
    Input:   unknown
    Output:  unknown

    Cost:
    Window:      unknown
    Today:       none known
    This week:   none known
    This month:  $12.40 (n=9)
    Average:     unknown
    Priced:      –

    Waste (failed, back-off, cut, stopped):
    Time:  2.7s
    Cost:  unknown

    Errors:
    All:   3 of 3 (100%)
    Auth:  3

    Busiest Hours (UTC):
    14:00–15:00:  2 calls
    09:00–10:00:  1 call

    Next: !perf slowest
    ");
}

#[test]
fn unknown_costs_and_tokens_are_not_zero() {
    let mut calls = calls("sonnet", 4);
    for call in &mut calls {
        (call.cost, call.usage) = (None, Usage::default());
    }
    let text = text(&calls);
    insta::assert_snapshot!(format!("{}\n{}", section_of(&text, "Token"), section_of(&text, "Cost")), @r"
    Token Usage:
    Total:   unknown
    Input:   unknown
    Output:  unknown
    Cost:
    Window:      unknown
    Today:       none known
    This week:   none known
    This month:  $12.40 (n=9)
    Average:     unknown
    Priced:      0% of answers
    ");
    calls.extend(super::super::testing::calls("haiku", 1));
    let text = self::text(&calls);
    insta::assert_snapshot!(format!("{}\n{}", section_of(&text, "Token"), section_of(&text, "Cost")), @r"
    Token Usage:
    Total:              1,401 tokens (n=1)
    Input:              1,300 tokens (n=1)
    Output:             101 tokens (n=1)
    From prompt cache:  20% of input
    Known for 20% of answers.
    Cost:
    Window:      $0.01 (n=1)
    Today:       $0.01 (n=1)
    This week:   $0.01 (n=1)
    This month:  $12.40 (n=9)
    Average:     $0.01/query (n=1)
    Priced:      20% of answers
    ");
}

#[test]
fn free_calls_cost_nothing() {
    let mut calls = calls("sim-fast", 4);
    calls.iter_mut().for_each(|call| call.cost = Some(NanoUsd::ZERO));
    insta::assert_snapshot!(section_of(&text(&calls), "Cost"), @r"
    Cost:
    Window:      $0.00 (n=4)
    Today:       $0.00 (n=4)
    This week:   $0.00 (n=4)
    This month:  $12.40 (n=9)
    Average:     $0.00/query (n=4)
    Priced:      100% of answers
    ");
}

#[test]
fn long_names_are_cut_and_many_models_counted() {
    let names =
        ["a-model-whose-name-never-seems-to-come-to-an-end", "b", "c", "d", "模型模型模型模型模型模型", "f", "g"];
    let calls: Vec<Call> = names.iter().zip(1..).flat_map(|(name, n)| calls(name, 8 - n)).collect();
    insta::assert_snapshot!(section_of(&text(&calls), "Breakdown"), @r"
    Breakdown by Model:
                           Average  Share  Calls
    a-model-whose-name-n…     1.0s    25%      7
    b                         1.0s    21%      6
    c                         1.0s    18%      5
    d                         1.0s    14%      4
    模型模型模型模型模型…     1.0s    11%      3
    2 more, 3 calls.
    ");
}

#[test]
fn times_stand_on_the_clocks_of_the_zone() {
    let title = WindowTitle::Between { window: day(), zone: Tz::Asia__Kolkata };
    let report = Stats { zone: Tz::Asia__Kolkata.name(), ..report(&calls("sonnet", 9)) };
    let text = shown_in(&title, Tz::Asia__Kolkata, |frame| blocks(&report, frame));
    let headline = text.lines().next().unwrap_or_default();
    insta::assert_snapshot!(format!("{headline}\n{}", section_of(&text, "Busiest")), @r"
    📊 Performance Statistics (2026-11-20 17:30 – 2026-11-21 17:30 IST, n=9)
    Busiest Hours (Asia/Kolkata):
    14:00–15:00:  6 calls
    09:00–10:00:  3 calls
    ");
    let last = shown_in(&WindowTitle::Last("24h".into()), Tz::Asia__Kolkata, |frame| blocks(&report, frame));
    assert_eq!(last.lines().nth(1), Some("Since 2026-11-20 17:30 IST (full UTC hour)."));
}

#[test]
fn times_that_a_log_does_not_give_have_no_column() {
    let mut calls = calls("sonnet", 2);
    calls.iter_mut().for_each(|call| (call.times.model, call.times.ttft) = (None, None));
    insta::assert_snapshot!(section_of(&text(&calls), "Response"), @r"
    Response Times:
             Response
    Average      1.0s
    Median       1.0s
    P95             –
    P99             –
    n               2
    Percentiles: nearest rank; P95 from 20 calls on, P99 from 100.
    ");
}
