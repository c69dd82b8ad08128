use super::*;
use crate::model::Rate;
use crate::testing::{call, grouped, window};

fn input(by: Apart) -> CostInput {
    let cheap = (0..3).map(|_| call("cheap").tokens(1_000, 10).cache_read(400).cost_usd(0.01).build());
    let dear = call("dear").query_type(QueryType::Code).tokens(2_000, 10).cache_read(500).cost_usd(0.07).build();
    let calls: Vec<_> = cheap.chain([dear]).collect();
    let rates = Rates {
        input: Rate::from_usd_per_million(10.0),
        cache_read: Rate::from_usd_per_million(1.0),
        ..Rates::default()
    };
    CostInput {
        window: window("2026-11-19T12:00:00Z", "2026-11-21T12:00:00Z"),
        groups: grouped(&calls),
        calendar: [Tally::default(); 3],
        prices: vec![("cheap".into(), rates)],
        by,
    }
}

fn named(report: &CostReport) -> Vec<(Option<&str>, Option<f64>)> {
    report.slices.iter().map(|slice| (slice.name.as_deref(), slice.share)).collect()
}

#[test]
fn the_dearest_comes_first_and_shares_are_of_all_slices() {
    let report = cost(input(Apart::Model));
    assert_eq!(named(&report), [(Some("dear"), Some(0.7)), (Some("cheap"), Some(0.3))]);
    assert_eq!((report.per_day_usd, report.cost.usd), (Some(0.05), Some(0.1)));
    assert_eq!(named(&cost(input(Apart::QueryType)))[0].0, Some("code"));
}

#[test]
fn what_the_cache_saved_is_the_difference_of_prices() {
    let cache = cost(input(Apart::Model)).prompt_cache;
    // 1,200 tokens at 9 dollars less per million.
    assert!(cache.usd.is_some_and(|usd| (usd - 0.0108).abs() < 1e-12), "{cache:?}");
    assert_eq!((cache.read_tokens, cache.unpriced_tokens), (1_700, 500));
}

#[test]
fn who_was_forgotten_is_nobody() {
    let ann = Brief { calls: 3, cost: Tally { n: 3, sum: 30_000_000 }, ..Brief::default() };
    let report = cost(input(Apart::User(vec![("ann".into(), ann)])));
    assert_eq!(named(&report), [(None, Some(0.7)), (Some("ann"), Some(0.3))]);
}
