//! Each rule on calls that were made for it, and on such as it should leave alone.

use super::*;
use crate::analysis::ByClass;
use crate::model::{ErrorClass, QueryType, Rate};
use crate::testing::{CallBuilder, call, window};

/// A call of a person on a day of the week before: the `n`-th.
fn nth(model: &str, n: u64) -> CallBuilder {
    let time = format!("2026-11-{:02}T{:02}:{:02}:00Z", 14 + n % 7, n * 5 % 24, n % 60);
    call(model).at(&time).user(&format!("u{}", n % 10)).with(|call| call.provider = Some("acme".into()))
}

fn rates(input: f64) -> Rates {
    let rate = |usd| Rate::from_usd_per_million(usd);
    Rates { input: rate(input), output: rate(5.0 * input), cache_read: rate(input / 10.0), ..Rates::default() }
}

fn of(calls: impl IntoIterator<Item = CallBuilder>) -> Bottlenecks {
    let calls: Vec<Call> = calls.into_iter().map(CallBuilder::build).collect();
    let free = Rates { free: true, ..Rates::default() };
    let models = BTreeMap::from([("paid".into(), (Some(rates(3.0)), false)), ("own".into(), (Some(free), true))]);
    bottlenecks(Input {
        rows_since: None,
        window: window("2026-11-14T00:00:00Z", "2026-11-21T00:00:00Z"),
        zone: Tz::UTC,
        groups: grouped(&calls),
        sample: calls.into_iter().map(|call| (call, None)).collect(),
        models,
        asked_today: None,
        kept: Vec::new(),
    })
}

fn rules(report: &Bottlenecks) -> Vec<RuleName> {
    report.findings.iter().map(|finding| finding.issue.rule()).collect()
}

/// Milliseconds within about a hundredth.
fn about(found: Option<f64>, ms: f64) -> bool {
    found.is_some_and(|found| (found / ms - 1.0).abs() < 0.01)
}

#[test]
fn retries_count_where_they_are_many() {
    let of_share = |every: u64| {
        of((0..200).map(|n| {
            if n % every == 0 {
                nth("m", n).ms(3_500).attempts(2, 1_000, 500).failing([ErrorClass::RateLimit])
            } else {
                nth("m", n).ms(2_000)
            }
        }))
    };
    let report = of_share(5);
    let finding = only(&report, RuleName::ProviderRetries);
    let Issue::ProviderRetries { failures, .. } = &finding.issue else { panic!("{finding:?}") };
    assert_eq!(*failures, ByClass::of([ErrorClass::RateLimit; 40]));
    assert_eq!((finding.frequency.count, finding.frequency.of, finding.issue.subject()), (40, 200, "acme"));
    assert!(about(finding.impact.ms_per_query, 1_500.0) && finding.basis == Basis::AtMost, "{finding:?}");
    assert_eq!(rules(&of_share(20)), []);
}

#[test]
fn overhead_counts_where_it_is_noticed() {
    let with = |ms: u64| {
        let call =
            move |n: u64| nth("m", n).model_ms(1_500 - ms).ms(1_500).with(|call| call.context.messages = Some(1));
        of((0..100).map(call))
    };
    let report = with(300);
    let finding = only(&report, RuleName::OwnOverhead);
    assert!(about(finding.impact.ms_per_query, 300.0) && finding.frequency.count == 100, "{finding:?}");
    assert_eq!(rules(&with(10)), []);
}

#[test]
fn long_outputs_are_those_far_beyond_the_usual_of_their_type() {
    let written = |n: u64, tokens: u64| nth("paid", n).ms(500 + 10 * tokens).ttft_ms(500).tokens(100, tokens);
    let report = of((0..120).map(|n| written(n, if n % 10 == 3 { 2_000 } else { 180 + n % 41 })));
    let finding = only(&report, RuleName::LongOutputs);
    assert_eq!((finding.frequency.count, finding.saving.affected), (12, 12));
    // 600 tokens are left of 2,000, at 10 ms each.
    assert!(about(finding.saving.ms.map(|ms| ms.per_affected_call), 14_000.0), "{finding:?}");
    assert_eq!(rules(&of((0..120).map(|n| written(n, 180 + n % 41)))), []);
}

#[test]
fn a_model_is_queue_bound_at_the_hours_at_which_tokens_tell_nothing() {
    let at_hour = |n: u64, busy: bool| {
        let (hour, tokens) = (n % 24, 50 + n * 37 % 400);
        let ms = if busy && (12..18).contains(&hour) { 2_000 + n * 7_919 % 40_000 } else { 500 + 10 * tokens };
        let time = format!("2026-11-{:02}T{hour:02}:{:02}:00Z", 14 + n / 24 % 7, n % 60);
        nth("m", n).at(&time).ms(ms).tokens(100 + n % 50, tokens)
    };
    let report = of((0..480).map(|n| at_hour(n, true)));
    let finding = only(&report, RuleName::QueueBound);
    let Issue::QueueBound { hours, .. } = &finding.issue else { panic!("{finding:?}") };
    assert_eq!((*hours, finding.frequency.count), (Some(Hours { from: 12, to: 18 }), 120));
    assert_eq!(rules(&of((0..480).map(|n| at_hour(n, false)))), []);
}

#[test]
fn a_prompt_cache_that_nothing_is_read_from_is_not_used() {
    let talk = |n: u64, read: u64| {
        let time = format!("2026-11-{:02}T12:{:02}:00Z", 14 + n % 7, n / 7);
        let call =
            nth("paid", n).at(&time).channel("general").ms(2_000).tokens(3_000, 100).cache_read(read).cost_usd(0.0105);
        call.with(|call| (call.context.messages, call.context.tokens) = (Some(10), Some(2_500)))
    };
    let report = of((0..140).map(|n| talk(n, 0)));
    let finding = only(&report, RuleName::UnusedPromptCache);
    // All but the first of each day; eight of ten messages at a tenth of the price: 2,000 × $2.70 per million.
    assert_eq!(finding.frequency.count, 133);
    assert!(about(finding.saving.usd.map(|usd| usd.per_affected_call * 1e6), 5_400.0), "{finding:?}");
    assert_eq!(rules(&of((0..140).map(|n| talk(n, 2_000)))), []);
}

#[test]
fn code_goes_to_the_own_machine_only_where_that_is_rated_as_well() {
    let code = |model: &'static str, score: u8| {
        (0..70).map(move |n| {
            let tokens = 50 + n * 37 % 400;
            let call = nth(model, n).query_type(QueryType::Code).ms(500 + 10 * tokens).tokens(100, tokens);
            call.cost_usd(if model == "paid" { 0.01 } else { 0.0 }).rating(score - u8::from(n % 3 == 0))
        })
    };
    let report = of(code("paid", 5).chain(code("own", 5)));
    let finding = only(&report, RuleName::RemoteCode);
    assert!((finding.saving.usd.unwrap().share_of_affected - 1.0).abs() < 1e-9, "{finding:?}");
    assert_eq!(rules(&of(code("paid", 5).chain(code("own", 3)))), []);
}
