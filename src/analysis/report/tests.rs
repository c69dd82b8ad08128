use super::*;
use crate::model::{Call, DatedHour, ErrorClass, Outcome, TimeGrid};
use crate::testing::{call, grouped, window};

fn of(calls: &[Call], window: Window) -> Report {
    let zone = Tz::UTC;
    let none: Vec<DatedHour> = Vec::new();
    let history =
        HistoryInput { window, by: Period::Week, zone, periods: Vec::new(), days: Vec::new(), events: Vec::new() };
    let heatmap = HeatmapInput { window, zone, hours: none, groups: Vec::new(), times: TimeGrid::default() };
    report(ReportInput { window, zone, groups: grouped(calls), history, heatmap })
}

fn a_week() -> Vec<Call> {
    let dear = (0..3).map(|n| call("dear").ms(2_000 + n).tokens(100, 50).cost_usd(0.3).rating(5).build());
    let cheap = (0..5).map(|n| call("cheap").ms(1_000 + n).query_type(QueryType::Code).cost_usd(0.02).build());
    let failed = call("cheap").query_type(QueryType::Code).outcome(Outcome::Error(ErrorClass::Server)).build();
    dear.chain(cheap).chain([failed]).collect()
}

#[test]
fn parts_are_shares_of_the_whole() {
    let report = of(&a_week(), window("2026-11-14T00:00:00Z", "2026-11-21T00:00:00Z"));
    assert_eq!((report.n, report.response_time_ms.n, report.errors.total), (9, 8, 1));
    let models: Vec<(&str, u64)> = report.models.iter().map(|part| (part.of.as_str(), part.n)).collect();
    assert_eq!(models, [("cheap", 6), ("dear", 3)]);
    let dear = &report.models[1];
    assert_eq!((dear.share, dear.cost_share), (Some(3.0 / 9.0), Some(0.9)));
    assert_eq!((dear.rating.mean, dear.output_tokens_mean, dear.error_rate), (Some(5.0), Some(50.0), Some(0.0)));
    assert_eq!(report.models[0].error_rate, Some(1.0 / 6.0));
    let types: Vec<(QueryType, u64)> = report.types.iter().map(|part| (part.of, part.n)).collect();
    assert_eq!(types, [(QueryType::Code, 6), (QueryType::Other, 3)]);
    let total: f64 = report.models.iter().filter_map(|part| part.cost_share).sum();
    assert!((total - 1.0).abs() < 1e-9);
}

#[test]
fn a_month_is_thirty_days_at_the_pace_of_a_week_or_more() {
    let cost = |to: &str| of(&a_week(), window("2026-11-14T00:00:00Z", to)).cost;
    let week = cost("2026-11-21T00:00:00Z");
    assert_eq!((week.usd, week.n, week.per_30_days_usd.map(|usd| (usd * 7.0).round())), (Some(1.0), 8, Some(30.0)));
    let days = cost("2026-11-20T00:00:00Z");
    assert_eq!((days.per_30_days_usd, days.per_day_usd.is_some()), (None, true));
    assert_eq!(cost("2026-11-14T23:00:00Z").per_day_usd, None);
}

#[test]
fn of_nothing_nothing_is_known() {
    let report = of(&[], window("2026-11-14T00:00:00Z", "2026-11-21T00:00:00Z"));
    assert_eq!((report.n, report.cost.usd, report.errors.rate), (0, None, None));
    assert!(report.models.is_empty() && report.distribution.counts.is_empty());
}
