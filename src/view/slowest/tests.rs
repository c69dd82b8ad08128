use chrono_tz::Tz;

use super::*;
use crate::analysis::slowest::{SlowestInput, slowest};
use crate::model::{Call, CallId, Outcome, QueryType, StoredCall};
use crate::view::WindowTitle;
use crate::view::testing::{call, calls, day, grouped, shown, shown_in};

fn rows(calls: &[Call]) -> Vec<StoredCall> {
    (1..).zip(calls).map(|(id, call)| StoredCall { id: CallId(id), call: call.clone(), preview: None }).collect()
}

/// The report on `calls`, with a preview of the slowest. Like the store, it lists only those that ended ok.
fn report(calls: &[Call], preview: Option<&str>) -> SlowestReport {
    let mut sorted = calls.to_vec();
    sorted.retain(|call| call.outcome == Outcome::Ok);
    sorted.sort_by_key(|call| std::cmp::Reverse(call.times.response));
    let mut tail = rows(&sorted);
    tail.iter_mut().take(1).for_each(|row| row.preview = preview.map(ToOwned::to_owned));
    let groups = grouped(calls);
    slowest(SlowestInput {
        window: day(),
        usual: groups.clone(),
        groups,
        slowest: tail,
        top: 5,
        rows_since: None,
        sample: rows(calls),
    })
}

#[test]
fn a_full_day() {
    let mut calls = calls("haiku", 60);
    let mut long = call("haiku", QueryType::Question, 12_300);
    long.usage.output = Some(1301);
    calls.push(long);
    calls.push(call("sonnet", QueryType::Reasoning, 8_700));
    insta::assert_snapshot!(shown(|frame| blocks(&report(&calls, Some("Explain quantum computing with examples")), frame)), @r#"
    🐌 Slowest Queries (last 24h, n=62)
    Since 2026-11-20 12:00 UTC (full UTC hour).

    1. 12.3s – "Explain quantum computing with examples"
       Model: Claude Haiku 4.5
       Tokens: 1,300 input, 1,301 output
       When: 2026-11-20 12:00 UTC, call 1
       Issue: Long output (about 9.6s)
    2. 8.7s – Complex reasoning
       Model: Claude Sonnet 4.5
       Tokens: 1,300 input, 101 output
       When: 2026-11-20 12:00 UTC, call 2
       Issue: Not enough data
    3. 1.6s – Code generation
       Model: Claude Haiku 4.5
       Tokens: 1,300 input, 101 output
       When: 2026-11-20 12:00 UTC, call 3
       Issue: No single cause
    4. 1.6s – Code generation
       Model: Claude Haiku 4.5
       Tokens: 1,300 input, 101 output
       When: 2026-11-20 12:00 UTC, call 4
       Issue: No single cause
    5. 1.6s – Code generation
       Model: Claude Haiku 4.5
       Tokens: 1,300 input, 101 output
       When: 2026-11-20 12:00 UTC, call 5
       Issue: No single cause

    Common Causes (slowest 5%, n=4):
    - No single cause (50%)
    - Long output (25%)
    - Not enough data (25%)
    Not enough data: a model needs 6 calls to say what is usual.

    Next: !perf why 1
    "#);
}

#[test]
fn no_calls() {
    insta::assert_snapshot!(shown(|frame| blocks(&report(&[], None), frame)), @r"
    🐌 Slowest Queries (last 24h, n=0)
    Since 2026-11-20 12:00 UTC (full UTC hour).

    No call with a known time ended ok.

    Next: !perf stats --last 7d
    ");
}

#[test]
fn one_call_is_not_enough_to_say_why() {
    insta::assert_snapshot!(shown(|frame| blocks(&report(&calls("haiku", 1), None), frame)), @"
    🐌 Slowest Queries (last 24h, n=1)
    Since 2026-11-20 12:00 UTC (full UTC hour).

    1. 1.0s – Code generation
       Model: Claude Haiku 4.5
       Tokens: 1,300 input, 101 output
       When: 2026-11-20 12:00 UTC, call 1
       Issue: Not enough data

    Common Causes (slowest 5%, n=1):
    - Not enough data (100%)
    Not enough data: a model needs 6 calls to say what is usual.

    Next: !perf why 1
    ");
}

/// The common causes of `n` calls.
fn causes(n: u64) -> String {
    let text = shown(|frame| blocks(&report(&calls("haiku", n), None), frame));
    text.lines().skip_while(|line| !line.starts_with("Common")).take(2).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_slowest_twentieth_is_rounded_up() {
    insta::assert_snapshot!([19, 20, 21, 99, 100].map(causes).join("\n"), @r"
    Common Causes (slowest 5%, n=1):
    - No single cause (100%)
    Common Causes (slowest 5%, n=1):
    - No single cause (100%)
    Common Causes (slowest 5%, n=2):
    - No single cause (100%)
    Common Causes (slowest 5%, n=5):
    - No single cause (100%)
    Common Causes (slowest 5%, n=5):
    - No single cause (100%)
    ");
}

#[test]
fn all_calls_failed() {
    let mut calls = calls("haiku", 3);
    calls.iter_mut().for_each(|call| call.outcome = Outcome::Interrupted);
    insta::assert_snapshot!(shown(|frame| blocks(&report(&calls, None), frame)), @r"
    🐌 Slowest Queries (last 24h, n=0)
    Since 2026-11-20 12:00 UTC (full UTC hour).

    No call with a known time ended ok.

    Next: !perf stats --last 7d
    ");
}

#[test]
fn unknown_tokens_long_names_and_other_zones() {
    let zone = Tz::Asia__Kolkata;
    let mut call = call("a model whose name never seems to come to an end", QueryType::Chat, 1000);
    (call.usage.input, call.usage.output) = (None, Some(12_345));
    let report = report(&[call], Some("a\u{1b}[31m preview\nof two lines"));
    let title = WindowTitle::Between { window: day(), zone };
    insta::assert_snapshot!(shown_in(&title, zone, |frame| blocks(&report, frame)), @r#"
    🐌 Slowest Queries (2026-11-20 17:30 – 2026-11-21 17:30 IST, n=1)

    1. 1.0s – "a[31m preview of two lines"
       Model: a model whose name never seems to…
       Tokens: unknown input, 12,345 output
       When: 2026-11-20 17:30 IST, call 1
       Issue: Not enough data

    Common Causes (slowest 5%, n=1):
    - Not enough data (100%)
    Not enough data: a model needs 6 calls to say what is usual.

    Next: !perf why 1
    "#);
}

#[test]
fn a_tail_that_is_too_long_says_so() {
    let calls = calls("haiku", 40);
    let mut report = report(&calls, None);
    report.common_causes.tail_n = 1_200;
    let text = shown(|frame| blocks(&report, frame));
    assert!(text.contains("Looked at 2 of the 1,200 calls that the slowest 5% are."), "{text}");
}
