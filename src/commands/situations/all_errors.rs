//! Every call failed.

use super::all_errors;

#[tokio::test]
async fn compare() {
    let owner = all_errors().await;
    insta::assert_snapshot!(owner.says("!perf compare swift deep").await, @"
    ⚡ Model Comparison: Swift (simulated) vs Deep (simulated) (last 7d, n=26)
    Since 2026-11-14 12:00 UTC (full UTC hour).

    Speed:
    Swift (simulated):  – (26 of 26 failed)
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
    Swift (simulated)       –       –  0
    Deep (simulated)        –       –  0

    Winner: – (the output of some model is not known)

    Recommendation:
    No type of question for which one is clearly the better choice.
    Winners are judged on types of question that the models share; there are none. Not asked of all: code, question.

    Next: !perf model sim-swift
    ");
}

#[tokio::test]
async fn history() {
    let owner = all_errors().await;
    insta::assert_snapshot!(owner.says("!perf history").await, @"
    📈 Performance Trend (last 30d, n=118)
    Since 2026-10-22 12:00 UTC (full UTC hour).

    Response Time:
            Average  P95  Change  Calls
    Week 1        –    –             28
    Week 2        –    –             28
    Week 3        –    –             28
    Week 4        –    –             26
    Week 1 began 2026-10-24 12:00 UTC; each has 7 days. ⚠️ and ✅ mark changes beyond chance.

    Trend: – (not enough data: 0 of 14 days with 5 timed answers)

    Token Usage:
            Tokens  Change
    Week 1       –
    Week 2       –
    Week 3       –
    Week 4       –

    Growth: – (not enough data: 0 of 14 days)

    Cost:
    No cost is known.

    Errors, Prompt Cache, Rating:
            Errors  Cached  Rating
    Week 1    100%       –       –
    Week 2    100%       –       –
    Week 3    100%       –       –
    Week 4    100%       –       –

    Recommendation:
    Look at the errors first: every call failed.

    Next: !perf stats --last 7d
    ");
}

#[tokio::test]
async fn heatmap() {
    let owner = all_errors().await;
    insta::assert_snapshot!(owner.says("!perf heatmap").await, @"
    🔥 Performance Heatmap (last 4w, n=110)
    Since 2026-10-24 12:00 UTC (full UTC hour).

    No call with a known time ended ok; calls are counted instead.

    Calls by Hour and Day (UTC):
        Mon  Tue  Wed  Thu  Fri  Sat  Sun
    09    4    4    4    4    4    3    4
    11    4    4    4    4    4    3    4
    13    4    4    4    4    4    4    4
    15    4    4    4    4    4    4    4

    Calls by hour and day, UTC (last 4w)
         00    03    06    09    12    15    18    21
    Mon  · · · · · · · · · ██· ██· ██· ██· · · · · · · ·
    Tue  · · · · · · · · · ██· ██· ██· ██· · · · · · · ·
    Wed  · · · · · · · · · ██· ██· ██· ██· · · · · · · ·
    Thu  · · · · · · · · · ██· ██· ██· ██· · · · · · · ·
    Fri  · · · · · · · · · ██· ██· ██· ██· · · · · · · ·
    Sat  · · · · · · · · · ░░· ░░· ██· ██· · · · · · · ·
    Sun  · · · · · · · · · ██· ██· ██· ██· · · · · · · ·
    ░ 3  ▒ 3  ▓ 4  █ 4 – 4
    · no calls

    Next: !perf stats
    ");
}

#[tokio::test]
async fn diff() {
    let owner = all_errors().await;
    insta::assert_snapshot!(owner.says("!perf diff last-week this-week").await, @"
    🔍 Performance Diff: last-week → this-week (n=28 → 20)
    last-week: 2026-11-09 00:00 – 2026-11-16 00:00 UTC. this-week: 2026-11-16 00:00 – 2026-11-21 12:00 UTC (so far).

                last-week  this-week  Change
    Response            –          –
    P95                 –          –
    Cost/query          –          –
    Errors           100%       100%     0pp
    Spent         unknown    unknown
    Calls              28         20
    ⚠️ and ✅ mark changes beyond chance. pp: percentage points. Not enough data to explain: Response (0 of 20), P95 (0 of 20), Cost/query (0 of 20). this-week is not over: its later hours are missing.

    Since when: – (not enough data: 0 of 20 days with 5 timed answers)

    Next: !perf history
    ");
}

#[tokio::test]
async fn bottlenecks() {
    let owner = all_errors().await;
    insta::assert_snapshot!(owner.says("!perf bottlenecks").await, @"
    🔍 Performance Bottlenecks (last 7d, n=26)
    Since 2026-11-14 12:00 UTC (full UTC hour).

    Not enough data: 26 of 30 calls.

    Next: !perf stats --last 30d
    ");
}

#[tokio::test]
async fn why() {
    let owner = all_errors().await;
    insta::assert_snapshot!(owner.says("!perf why 120").await, @"
    🔎 Where 1.0s went: call 120
    Question, Swift (simulated), 2026-11-20 15:59 UTC

    1.0s: 1.0s in a failed attempt (server). It ended: server.
    Typical: – (not enough data: 0 of 6 answers to questions of Swift (simulated) in the 30 days before it)

    Stages:
                    Time  Typical  Share
    Failed attempt  1.0s        –   100%
    All             1.0s        –

    Where the 1.0s of call 120 went
    Failed attempt  xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx  1.0s · server
                    0                                        1.0s
    x failed

    This Call:
    Input tokens:      unknown
    Output tokens:     unknown
    Attempts:          1 (1 failed: server)
    Cost:              unknown
    Earlier messages:  0
    Typical: medians. Failed attempts, back-off and perfbot's own work are known in sum; each is drawn in one piece.

    Next: !perf slowest
    ");
}

#[tokio::test]
async fn forecast() {
    let owner = all_errors().await;
    insta::assert_snapshot!(owner.says("!perf forecast").await, @"
    🔮 Forecast from 2026-11-21 on (n=116)
    Rests on 29 whole days (UTC), from 2026-10-23 on.

    Next 7 Days:
            Expected  80% interval  Off
    Calls         28       28 – 28   0%
    Tokens   unknown             –    –
    Spend    unknown             –    –
    Method: as the last week. Off: by how much such sums missed in the past.

    Next 30 days: – (not enough data: 29 of 90 days)
    Daily cap ($5.00): nothing is known to be spent that counts towards it

    Next: !perf cost
    ");
}

#[tokio::test]
async fn cost() {
    let owner = all_errors().await;
    insta::assert_snapshot!(owner.says("!perf cost").await, @"
    💰 Cost (last 30d, n=118)
    Since 2026-10-22 12:00 UTC (full UTC hour).

    Spent:
    Window:      unknown
    Today:       none known
    This week:   none known
    This month:  none known
    Average:     unknown

    By Model:
                       Cost  Share  Calls
    Swift (simulated)     –      –    118

    Waste and Savings:
    Wasted:                 113.3s, cost unknown
    Saved by cached input:  nothing (no cached input)
    Wasted: failed attempts, cut and stopped answers.

    Next: !perf history
    ");
}

#[tokio::test]
async fn report() {
    let owner = all_errors().await;
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
    - No call with a known time ended ok
    - 100% of calls failed (118 of 118: server)
    - Failed, cut and stopped answers took 113.3s

    [file performance_report_2026-11-21.pdf]

    Next: !perf history
    ");
}
