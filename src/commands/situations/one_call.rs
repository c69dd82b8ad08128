//! One call was made.

use super::one_call;

#[tokio::test]
async fn compare() {
    let owner = one_call().await;
    insta::assert_snapshot!(owner.says("!perf compare swift deep").await, @"
    ⚡ Model Comparison: Swift (simulated) vs Deep (simulated) (last 7d, n=1)
    Since 2026-11-14 12:00 UTC (full UTC hour).

    Speed:
    Swift (simulated):  900ms avg (n=1)
    Deep (simulated):   – (no calls)

    Winner: – (not every model has a timed call that ended ok)

    Quality (user ratings):
    Swift (simulated):  – (not rated)
    Deep (simulated):   – (no calls)

    Winner: – (not every model is rated)

    Cost:
    Swift (simulated):  unknown
    Deep (simulated):   – (no calls)

    Winner: – (the cost of some model is not known)

    Token Efficiency:
                       In/out  Output  n
    Swift (simulated)   0.5:1      20  1
    Deep (simulated)        –       –  0

    Winner: – (the output of some model is not known)

    Recommendation:
    No type of question for which one is clearly the better choice.
    Winners are judged on types of question that the models share; there are none. Not asked of all: other.

    Next: !perf model sim-swift
    ");
}

#[tokio::test]
async fn history() {
    let owner = one_call().await;
    insta::assert_snapshot!(owner.says("!perf history").await, @"
    📈 Performance Trend (last 30d, n=1)
    Since 2026-10-22 12:00 UTC (full UTC hour).

    Response Time:
            Average  P95  Change  Calls
    Week 1        –    –              0
    Week 2        –    –              0
    Week 3        –    –              0
    Week 4    900ms    –              1
    Week 1 began 2026-10-24 12:00 UTC; each has 7 days. ⚠️ and ✅ mark changes beyond chance.

    Trend: – (not enough data: 0 of 14 days with 5 timed answers)

    Token Usage:
            Tokens  Change
    Week 1       –
    Week 2       –
    Week 3       –
    Week 4      30

    Growth: – (not enough data: 1 of 14 days)
    Current: 30 tokens/day

    Cost:
    No cost is known.

    Errors, Prompt Cache, Rating:
            Errors  Cached  Rating
    Week 1       –       –       –
    Week 2       –       –       –
    Week 3       –       –       –
    Week 4      0%       –       –

    Recommendation:
    Nothing yet: a trend needs 14 days with 5 timed answers.

    Next: !perf heatmap
    ");
}

#[tokio::test]
async fn diff() {
    let owner = one_call().await;
    insta::assert_snapshot!(owner.says("!perf diff 2026-11-20 today").await, @"
    🔍 Performance Diff: 2026-11-20 → today (n=1 → 0)
    2026-11-20: 2026-11-20 00:00 – 2026-11-21 00:00 UTC. today: 2026-11-21 00:00 – 12:00 UTC (so far).

    No calls in today: nothing to hold against each other.

    Next: !perf history
    ");
}

#[tokio::test]
async fn bottlenecks() {
    let owner = one_call().await;
    insta::assert_snapshot!(owner.says("!perf bottlenecks").await, @"
    🔍 Performance Bottlenecks (last 7d, n=1)
    Since 2026-11-14 12:00 UTC (full UTC hour).

    Not enough data: 1 of 30 calls.

    Next: !perf stats --last 30d
    ");
}

#[tokio::test]
async fn why() {
    let owner = one_call().await;
    insta::assert_snapshot!(owner.says("!perf why 1").await, @"
    🔎 Where 900ms went: call 1
    Type unknown, Swift (simulated), 2026-11-20 12:00 UTC

    900ms: 900ms answering with 20 tokens.
    Typical: – (not enough data: 0 of 6 answers of unknown type of Swift (simulated) in the 30 days before it)

    Stages:
             Time  Typical  Share
    Answer  900ms        –   100%
    All     900ms        –

    Where the 900ms of call 1 went
    Answer  ██████████████████████████████████████████████████  0.9s · 20 tokens
            0                                             0.9s
    █ model writes

    This Call:
    Input tokens:   10
    Output tokens:  20
    Attempts:       1
    Cost:           unknown
    Typical: medians. Failed attempts, back-off and perfbot's own work are known in sum; each is drawn in one piece.

    Next: !perf slowest
    ");
}

#[tokio::test]
async fn forecast() {
    let owner = one_call().await;
    insta::assert_snapshot!(owner.says("!perf forecast").await, @"
    🔮 Forecast from 2026-11-21 on (n=0)
    Rests on 0 whole days (UTC). Today and the first day with calls do not count.

    Next 7 days: – (not enough data: 0 of 21 days)
    Next 30 days: – (not enough data: 0 of 90 days)
    Daily cap: – (not enough data)

    Next: !perf cost
    ");
}

#[tokio::test]
async fn cost() {
    let owner = one_call().await;
    insta::assert_snapshot!(owner.says("!perf cost").await, @"
    💰 Cost (last 30d, n=1)
    Since 2026-10-22 12:00 UTC (full UTC hour).

    Spent:
    Window:      unknown
    Today:       none known
    This week:   none known
    This month:  none known
    Average:     unknown

    By Model:
                       Cost  Share  Calls
    Swift (simulated)     –      –      1

    Waste and Savings:
    Wasted:                 none
    Saved by cached input:  nothing (no cached input)
    Wasted: failed attempts, cut and stopped answers. Cost is known for 0% of answers.

    Next: !perf history
    ");
}

#[tokio::test]
async fn report() {
    let owner = one_call().await;
    insta::assert_snapshot!(owner.says("!perf report").await, @"
    📄 Performance Report (last 30d, n=1)
    Since 2026-10-22 12:00 UTC (full UTC hour).

    Contents:
    1. Executive Summary
    2. Response Time Analysis
    3. Model Performance Breakdown
    4. Cost Analysis
    5. Bottleneck Identification
    6. Historical Trends
    7. By Hour and Weekday
    8. Method and Coverage

    Key Findings:
    - Average response time: 900ms (median 900ms, n=1)

    [file performance_report_2026-11-21.pdf]

    Next: !perf history
    ");
}
