use super::*;
use crate::analysis::diff::{DiffInput, Side, diff};
use crate::model::{Call, Micros, QueryType, Timestamp};
use crate::view::testing::{call, day, grouped, shown};

fn side(window: Window, calls: &[Call]) -> Side {
    let within = |window: &Window| grouped(calls.iter().filter(|call| window.holds(call.at)));
    Side {
        window,
        groups: within(&window),
        stretches: window.parts(50).iter().map(|part| within(part).into()).collect(),
    }
}

fn text(before: &[Call], after: &[Call]) -> String {
    let today = Window { from: day().to, to: day().to.plus(Timestamp::DAY) };
    let input =
        DiffInput { before: side(day(), before), after: side(today, after), prices: Vec::new(), days: Vec::new() };
    let times = [("yesterday", false), ("today", true)].map(|(name, goes_on)| Time { name: name.into(), goes_on });
    shown(|frame| blocks(&diff(&input), &times, frame))
}

/// Calls of two models over a day, so many of each.
fn calls(from: Timestamp, slow: u64, fast: u64, longer: u64) -> Vec<Call> {
    let of = |model: &'static str, n: u64, ms: u64| {
        (0..n).map(move |step| {
            let query_type = if step % 3 == 0 { QueryType::Code } else { QueryType::Chat };
            let mut call = call(model, query_type, ms + 7 * (step % 13));
            call.at = from.plus(step as i64 * Timestamp::DAY / n as i64);
            call.times.response = call.times.response.map(|time| Micros(time.0 + longer * 1_000));
            call
        })
    };
    of("sonnet", slow, 4_000).chain(of("haiku", fast, 1_000)).collect()
}

#[test]
fn of_more_of_a_slow_model_and_longer_waits() {
    let (before, after) = (calls(day().from, 40, 120, 0), calls(day().to, 90, 70, 150));
    insta::assert_snapshot!(text(&before, &after), @"
    🔍 Performance Diff: yesterday → today (n=160 → 160)
    yesterday: 2026-11-20 12:00 – 2026-11-21 12:00 UTC. today: 2026-11-21 12:00 – 2026-11-22 12:00 UTC (so far).

                yesterday    today     Change
    Response        1.79s    2.88s  ⚠️ +1.09s
    P95             4.07s    4.21s     +0.14s
    Cost/query    $0.0100  $0.0100    $0.0000
    Errors             0%       0%        0pp
    Spent           $1.60    $1.60
    Calls             160      160
    ⚠️ and ✅ mark changes beyond chance; P95 is not judged. pp: percentage points. today is not over: its later hours are missing.

    Why Response:
                      Part  Share
    Model mix       +0.94s    86%
    Retries, waits  +0.15s    14%
    Together        +1.09s   100%
    Model mix: more of the calls go to Claude Sonnet 4.5.

    Why P95: all of it provider, rest.
    Since when: – (not enough data: 0 of 20 days with 5 timed answers)

    Next: !perf history
    ");
}

#[test]
fn of_few_calls_and_none() {
    insta::assert_snapshot!(text(&calls(day().from, 3, 4, 0), &calls(day().to, 90, 70, 0)), @"
    🔍 Performance Diff: yesterday → today (n=7 → 160)
    yesterday: 2026-11-20 12:00 – 2026-11-21 12:00 UTC. today: 2026-11-21 12:00 – 2026-11-22 12:00 UTC (so far).

                yesterday  today  Change
    Response         2.3s   2.7s
    P95                 –   4.1s
    Cost/query      $0.01  $0.01
    Errors             0%     0%
    Spent           $0.07  $1.60
    Calls               7    160
    Not enough data to explain: Response (7 of 20), P95 (7 of 20), Cost/query (7 of 20), Errors (7 of 20). today is not over: its later hours are missing.

    Since when: – (not enough data: 0 of 20 days with 5 timed answers)

    Next: !perf history
    ");
    insta::assert_snapshot!(text(&calls(day().from, 3, 4, 0), &[]), @"
    🔍 Performance Diff: yesterday → today (n=7 → 0)
    yesterday: 2026-11-20 12:00 – 2026-11-21 12:00 UTC. today: 2026-11-21 12:00 – 2026-11-22 12:00 UTC (so far).

    No calls in today: nothing to hold against each other.

    Next: !perf history
    ");
}

#[test]
fn numbers_keep_their_last_digit() {
    assert_eq!(Unit::Milliseconds.plain(3_120.0, -1), "3.12s");
    assert_eq!(Unit::Milliseconds.signed(-450.0, 0), "-0.450s");
    assert_eq!(Unit::Milliseconds.plain(1_230_000.0, -4), "1230s");
    assert_eq!(Unit::Dollars.signed(0.0123, 4), "+$0.0123");
    assert_eq!(Unit::Percent.signed(0.0, 1), "0.0pp");
}
