//! Calls of channels that a member may not read: they count, but nothing of a single one shows.

use crate::commands::testing::{Typist, owner_keeping};
use crate::model::{ErrorClass, QueryType, Role, StorePrompts};
use crate::testing::{CallBuilder, call};

/// Two weeks of "town" in which everything was asked in "ops", by Bob, of a provider that often needs a second attempt.
async fn in_ops() -> Typist {
    let calls = (0..112).map(|n| {
        let date = chrono::NaiveDate::from_ymd_opt(2026, 11, 7).unwrap() + chrono::Days::new(n / 8);
        let of = call("sim-deep").at(&format!("{date}T{:02}:{:02}:00Z", 9 + n % 8, n % 60));
        let of =
            of.guild("town").channel("ops").user("bob").query_type(QueryType::Code).tokens(1_000, 200).cost_usd(0.02);
        let of = of.with(|call| call.provider = Some("acme".into()));
        if n % 3 == 0 { again(of) } else { of.ms(2_000).model_ms(1_950) }
    });
    owner_keeping(StorePrompts::Preview, calls.collect::<Vec<_>>()).await
}

fn again(call: CallBuilder) -> CallBuilder {
    call.ms(3_500).model_ms(1_950).attempts(2, 1_000, 500).failing([ErrorClass::RateLimit])
}

#[tokio::test]
async fn bottlenecks_without_an_example() {
    let owner = in_ops().await;
    let example = |reply: String| {
        assert!(reply.contains("Retries and Back-off at acme"), "{reply}");
        reply.lines().find(|line| line.contains("Example")).map(str::to_owned)
    };
    let eve = owner.other("eve", Role::Member);
    insta::assert_snapshot!(eve.in_guild("town", "general").says("!perf bottlenecks").await, @"
    🔍 Performance Bottlenecks Detected (last 7d, n=53)
    Since 2026-11-14 12:00 UTC (full UTC hour).

    Issue #1: Retries and Back-off at acme (high, 30 of 100):
    Impact: +1.5s per query; 3.9s a day
    Frequency: 34% of its queries take more than one attempt (95%: 23%–47%, 18 of 53)
    Current: 67% of the lost time is waiting between attempts; attempts failed by rate limit
    Recommendation: Ask this provider less at a time, or another one
    Savings: at most 1.5s per query (43% faster), 3.9s a day (3.5s–4.2s)
    Ranges of savings hold with 80%; they replay logged calls. Too few to rank: repeats (1 of 53 calls).

    Next: !perf slowest
    ");
    assert_eq!(example(eve.in_guild("town", "general").says("!perf bottlenecks").await), None);
    let reader = example(eve.in_guild("town", "ops").says("!perf bottlenecks").await);
    assert!(reader.is_some_and(|example| example.contains("1,000 tokens in") && !example.contains("prompt")));
    let host = example(owner.says("!perf bottlenecks").await);
    assert!(host.is_some_and(|example| example.contains("\"a code prompt\"")));
}

#[tokio::test]
async fn of_single_calls_nothing_of_channels_no_name_of_people_nothing() {
    let owner = in_ops().await;
    let eve = owner.other("eve", Role::Member).in_guild("town", "general");
    insta::assert_snapshot!(eve.says("!perf why 1").await, @"There is no call or answer 1 that may be shown here.");
    insta::assert_snapshot!(eve.says("!perf cost --by user").await, @"
    💰 Cost (last 30d, your calls, n=0)
    Since 2026-10-22 12:00 UTC (full UTC hour).

    No calls in this window.

    Next: !perf help
    ");
    for command in [
        "cost",
        "cost --by channel",
        "cost --by type",
        "report",
        "report --format json",
        "bottlenecks",
        "history",
        "diff last-week this-week",
    ] {
        let reply = eve.says(&format!("!perf {command}")).await;
        assert!(!["ops", "bob", "prompt\""].iter().any(|word| reply.contains(word)), "{command}: {reply}");
        for file in eve.documents(&format!("!perf {command}")).await {
            let file = format!("{file:?}");
            assert!(!["\"ops\"", "bob", "a code prompt"].iter().any(|word| file.contains(word)), "{command}: {file}");
        }
    }
}
