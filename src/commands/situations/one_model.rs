//! There is one model to look at.

use super::one_model;

#[tokio::test]
async fn compare() {
    let owner = one_model().await;
    insta::assert_snapshot!(owner.says("!perf compare swift deep").await, @"
    ⚡ Model Comparison: Swift (simulated) vs Deep (simulated) (last 7d, n=26)
    Since 2026-11-14 12:00 UTC (full UTC hour).

    Speed:
    Swift (simulated):  1.0s avg (n=26)
    Deep (simulated):   – (no calls)

    Winner: – (not every model has a timed call that ended ok)

    Quality (user ratings):
    Swift (simulated):  – (not rated)
    Deep (simulated):   – (no calls)

    Winner: – (not every model is rated)

    Cost:
    Swift (simulated):  $0.01/query (n=26)
    Deep (simulated):   – (no calls)

    Winner: – (the cost of some model is not known)

    Token Efficiency:
                       In/out  Output   n
    Swift (simulated)   4.8:1     104  26
    Deep (simulated)        –       –   0

    Winner: – (the output of some model is not known)

    Recommendation:
    No type of question for which one is clearly the better choice.
    Winners are judged on types of question that the models share; there are none. Not asked of all: code, question.

    Next: !perf model sim-swift
    ");
}

#[tokio::test]
async fn heatmap() {
    let owner = one_model().await;
    insta::assert_snapshot!(owner.says("!perf heatmap").await, @"
    🔥 Performance Heatmap (last 4w, n=110)
    Since 2026-10-24 12:00 UTC (full UTC hour).

    By Hour of Day (UTC):
           Average   P95   n
    09:00     1.0s  1.1s  27
    11:00     1.0s  1.1s  27
    13:00     1.0s  1.1s  28
    15:00     1.0s  1.1s  28

    By Day of Week:
         Average  P95   n
    Mon     1.1s    –  16
    Tue     1.1s    –  16
    Wed     1.0s    –  16
    Thu     1.1s    –  16
    Fri     1.0s    –  16
    Sat     1.0s    –  14
    Sun     1.0s    –  16
    Percentiles: nearest rank; P95 from 20 calls on, P99 from 100.
    By hour and day: no hour of a weekday has 5 calls yet.

    Insight: – (not enough data: 0 of 14 days with 5 timed answers in some part of the day)

    Next: !perf history
    ");
}

#[tokio::test]
async fn diff() {
    let owner = one_model().await;
    insta::assert_snapshot!(owner.says("!perf diff last-week this-week").await, @"
    🔍 Performance Diff: last-week → this-week (n=28 → 20)
    last-week: 2026-11-09 00:00 – 2026-11-16 00:00 UTC. this-week: 2026-11-16 00:00 – 2026-11-21 12:00 UTC (so far).

                last-week  this-week   Change
    Response        1.05s      1.04s   -0.01s
    P95             1.08s      1.08s    0.00s
    Cost/query    $0.0100    $0.0100  $0.0000
    Errors             0%         0%      0pp
    Spent           $0.28      $0.20
    Calls              28         20
    ⚠️ and ✅ mark changes beyond chance; P95 is not judged. pp: percentage points. this-week is not over: its later hours are missing.

    Why Response: all of it provider, rest.
    Since when: – (not enough data: 0 of 20 days with 5 timed answers)

    Next: !perf history
    ");
}

#[tokio::test]
async fn bottlenecks() {
    let owner = one_model().await;
    insta::assert_snapshot!(owner.says("!perf bottlenecks").await, @"
    🔍 Performance Bottlenecks (last 7d, n=26)
    Since 2026-11-14 12:00 UTC (full UTC hour).

    Not enough data: 26 of 30 calls.

    Next: !perf stats --last 30d
    ");
}

#[tokio::test]
async fn why() {
    let owner = one_model().await;
    insta::assert_snapshot!(owner.says("!perf why 120").await, @"
    🔎 Where 1.0s went: call 120
    Question, Swift (simulated), 2026-11-20 15:59 UTC

    1.0s: 723ms writing 102 tokens (typical 104), 300ms to the first token (typical 300ms).
    As usual: 28% of 79 answers to questions of Swift (simulated) in the 30 days before it were faster (typical 1.0s).

    Stages:
                  Time  Typical  Share
    First token  300ms    300ms    29%
    Writing      723ms    743ms    71%
    All           1.0s     1.0s

    Where the 1.0s of call 120 went
    First token  ▒▒▒▒▒▒▒▒╵                      0.3s (typical 0.3s)
    Writing              ████████████████████╵  0.7s · 102 tokens (typical 0.7s)
                 0                        1.0s
    ▒ model reads  █ model writes  ╵ typical end

    This Call:
    Input tokens:      500 (typical 500)
    Output tokens:     102 (typical 104)
    Attempts:          1
    Cost:              $0.01
    Earlier messages:  0
    Typical: medians. Failed attempts, back-off and perfbot's own work are known in sum; each is drawn in one piece.

    Next: !perf slowest
    ");
}

#[tokio::test]
async fn cost() {
    let owner = one_model().await;
    insta::assert_snapshot!(owner.says("!perf cost").await, @"
    💰 Cost (last 30d, n=118)
    Since 2026-10-22 12:00 UTC (full UTC hour).

    Spent:
    Window:      $1.18 (n=118)
    Per day:     $0.039 on average
    Today:       none known
    This week:   $0.20 (n=20)
    This month:  $0.80 (n=80)
    Average:     $0.01/query (n=118)

    By Model:
                        Cost  Share  Calls
    Swift (simulated)  $1.18   100%    118

    Waste and Savings:
    Wasted:                 none
    Saved by cached input:  nothing (no cached input)
    Wasted: failed attempts, cut and stopped answers.

    Next: !perf history
    ");
}

#[tokio::test]
async fn report() {
    let owner = one_model().await;
    insta::assert_snapshot!(owner.says("!perf report").await, @"
    📄 Performance Report (last 30d, n=118)
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
    - Average response time: 1.0s (median 1.0s, P95 1.1s, n=118)
    - Cost: $1.18 (n=118)

    [file performance_report_2026-11-21.pdf]

    Next: !perf history
    ");
}
