use std::sync::Arc;

use chrono_tz::Tz;

use super::*;
use crate::advisor::bottleneck::{Finding, Frequency, Impact, Issue, Severity};
use crate::advisor::lever::{Context, Lever};
use crate::advisor::{Basis, Saved, Saving};
use crate::analysis::ByClass;
use crate::analysis::heatmap::HeatmapInput;
use crate::analysis::history::{self, HistoryInput, Period};
use crate::analysis::report::{ReportInput, WindowCost, report};
use crate::analysis::statistics::Interval;
use crate::model::{Group, TimeGrid};
use crate::view::testing::{calls, day, grouped, label, shown};

/// A day of two models.
fn a_day() -> Report {
    let groups: Vec<Group> = grouped(calls("sonnet", 40).iter().chain(&calls("haiku", 60)));
    let (window, zone, by) = (day(), Tz::UTC, Period::Day);
    let periods = history::periods(window, by, zone).into_iter().zip([groups.clone().into(), Arc::default()]).collect();
    let history = HistoryInput { window, by, zone, periods, days: Vec::new(), events: Vec::new() };
    let heatmap = HeatmapInput { window, zone, hours: Vec::new(), groups: Vec::new(), times: TimeGrid::default() };
    report(ReportInput { window, zone, groups, history, heatmap })
}

/// The same, as it comes to so much in a month.
fn in_a_month(usd: f64) -> Report {
    let day = a_day();
    Report { cost: WindowCost { per_30_days_usd: Some(usd), ..day.cost }, ..day }
}

fn nothing_found() -> Bottlenecks {
    let window = day();
    Bottlenecks {
        n: 100,
        sample_n: 100,
        ok_n: 100,
        window,
        rows_since: None,
        findings: Vec::new(),
        too_few: Vec::new(),
        together: None,
    }
}

fn saved(each: f64, per_day: f64, share: f64) -> Saved {
    let about = |mean: f64| Estimate { mean, low: Some(0.8 * mean), high: Some(1.2 * mean) };
    Saved { per_affected_call: each, per_day: about(per_day), share_of_affected: 0.5, share_of_all: about(share) }
}

fn finding(issue: Issue, lever: Option<Lever>, saving: Saving) -> Finding {
    let basis = if lever.is_some() { Basis::Replay } else { Basis::AtMost };
    Finding {
        issue,
        severity: Severity::High,
        impact_score: 42,
        frequency: Frequency { count: 35, of: 100, share: 0.35, interval: Interval { low: 0.26, high: 0.45 } },
        impact: Impact { ms_per_query: Some(1_200.0), usd_per_query: None, ms_per_day: Some(9e5), usd_per_day: None },
        example: None,
        saving,
        basis,
        seen: None,
        lever,
        weight: 0.2,
    }
}

/// One issue that a lever cures, and one that none does.
fn two_issues() -> Bottlenecks {
    let interval = Interval { low: 14.0, high: 16.0 };
    let context = Issue::LargeContext { messages: 15.0, messages_interval: interval, keep: 10, growth: None };
    let both = Saving { affected: 35, ms: Some(saved(800.0, 6e5, 0.25)), usd: Some(saved(0.02, 3.7, 0.4)) };
    let retries =
        Issue::ProviderRetries { provider: "alder".into(), back_off_share: 0.5, failures: ByClass(Vec::new()) };
    let time = Saving { affected: 20, ms: Some(saved(2_000.0, 4e5, 0.1)), usd: None };
    let lever = Lever::Context(Context { messages: 10 });
    Bottlenecks { findings: vec![finding(context, Some(lever), both), finding(retries, None, time)], ..nothing_found() }
}

fn framed<T>(lay_out: impl FnOnce(&Frame) -> T) -> T {
    lay_out(&Frame { title: &WindowTitle::Last("24h".into()), label: &label, prefix: "!", zone: Tz::UTC })
}

fn file() -> Block {
    let document = framed(|frame| document(Whole { report: &a_day(), found: &nothing_found() }, &Scope::All, frame));
    Block::Document { name: "performance_report_2026-11-21.pdf".into(), document: Box::new(document) }
}

#[test]
fn without_issues_nothing_is_promised() {
    let text = shown(|frame| blocks(Whole { report: &a_day(), found: &nothing_found() }, file(), frame));
    insta::assert_snapshot!(text, @"
    📄 Performance Report (last 24h, n=100)
    Since 2026-11-20 12:00 UTC (full UTC hour).

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
    - Average response time: 1.3s (median 1.2s, P95 1.5s, n=100)
    - Cost: $1.00 (n=100)
    - 60% of the cost goes to Claude Haiku 4.5, for 60% of the calls

    [file performance_report_2026-11-21.pdf]

    Next: !perf history
    ");
    let document = framed(|frame| document(Whole { report: &a_day(), found: &nothing_found() }, &Scope::All, frame));
    assert!(document.sections.iter().all(|section| !section.title.contains("Recommendations")));
}

#[test]
fn issues_have_sections_of_their_own_and_their_savings_stand_first() {
    let (report, found) = (in_a_month(280.0), two_issues());
    let whole = Whole { report: &report, found: &found };
    insta::assert_snapshot!(shown(|frame| blocks(whole, file(), frame)), @"
    📄 Performance Report (last 24h, n=100)
    Since 2026-11-20 12:00 UTC (full UTC hour).

    Contents:
    1. Executive Summary
    2. Response Time Analysis
    3. Model Performance Breakdown
    4. Cost Analysis
    5. Bottleneck Identification
    6. Optimization Recommendations
    7. Historical Trends
    8. By Hour and Weekday
    9. Method and Coverage

    Key Findings:
    - Average response time: 1.3s (median 1.2s, P95 1.5s, n=100)
    - Cost: $1.00, $280.00 for 30 days (n=100)
    - 60% of the cost goes to Claude Haiku 4.5, for 60% of the calls
    - Context Window Too Large (high): 35% of queries; would save 10m 00s and $3.70 a day
    - Retries and Back-off at alder (high): 35% of its queries; would save at most 6m 40s a day

    Estimated Savings:
    Time:     25% faster responses (20%–30%)
    Cost:     40% less (32%–48%)
    A month:  $280.00 → $168.00
    All changes that can be replayed, in one replay of logged calls: nothing is saved twice. Ranges hold with 80%.

    [file performance_report_2026-11-21.pdf]

    Next: !perf bottlenecks
    ");
    let document = framed(|frame| document(whole, &Scope::User("ann".into()), frame));
    insta::assert_snapshot!(document.subtitle, @"2026-11-20 12:00 – 2026-11-21 12:00 UTC · 100 calls · your own calls");
    let blocks = |title: &str| {
        let section = document.sections.iter().find(|section| section.title == title).unwrap();
        crate::view::plain::render(&section.blocks)
    };
    insta::assert_snapshot!(blocks("Executive Summary"), @"
    Calls:             100
    Average response:  1.3s (P95 1.5s)
    Cost:              $1.00
    For 30 days:       $280.00
    Error rate:        0%
    Rating:            not rated

    Key Findings:
    - Average response time: 1.3s (median 1.2s, P95 1.5s, n=100)
    - Cost: $1.00, $280.00 for 30 days (n=100)
    - 60% of the cost goes to Claude Haiku 4.5, for 60% of the calls
    - Context Window Too Large (high): 35% of queries; would save 10m 00s and $3.70 a day
    - Retries and Back-off at alder (high): 35% of its queries; would save at most 6m 40s a day

    Estimated Savings:
    Time:     25% faster responses (20%–30%)
    Cost:     40% less (32%–48%)
    A month:  $280.00 → $168.00
    All changes that can be replayed, in one replay of logged calls: nothing is saved twice. Ranges hold with 80%.
    ");
    insta::assert_snapshot!(blocks("Optimization Recommendations"), @"
    1. Reduce to 10 messages
       Against: Context Window Too Large, high
       Savings: ~800ms per query (50% faster), 10m 00s a day (8m 00s–12m 00s); ~$0.02 per query (50% cheaper), $3.70 a day ($2.96–$4.44)
    2. Ask this provider less at a time, or another one
       Against: Retries and Back-off at alder, high
       Savings: at most 2.0s per query (50% faster), 6m 40s a day (5m 20s–8m 00s)

    Estimated Savings:
    Time:     25% faster responses (20%–30%)
    Cost:     40% less (32%–48%)
    A month:  $280.00 → $168.00
    All changes that can be replayed, in one replay of logged calls: nothing is saved twice. Ranges hold with 80%.
    ");
    insta::assert_snapshot!(blocks("Bottleneck Identification"), @"
    Issue #1: Context Window Too Large (high, 42 of 100):
    Impact: +1.2s per query; 15m 00s a day
    Frequency: 35% of queries have more than 10 messages (95%: 26%–45%, 35 of 100)
    Current: 15.0 messages avg (95%: 14.0–16.0)
    Recommendation: Reduce to 10 messages
    Savings: ~800ms per query (50% faster), 10m 00s a day (8m 00s–12m 00s); ~$0.02 per query (50% cheaper), $3.70 a day ($2.96–$4.44)

    Issue #2: Retries and Back-off at alder (high, 42 of 100):
    Impact: +1.2s per query; 15m 00s a day
    Frequency: 35% of its queries take more than one attempt (95%: 26%–45%, 35 of 100)
    Current: 50% of the lost time is waiting between attempts; why attempts failed is not known
    Recommendation: Ask this provider less at a time, or another one
    Savings: at most 2.0s per query (50% faster), 6m 40s a day (5m 20s–8m 00s)
    Ranges of savings hold with 80%; they replay logged calls.
    ");
}

#[test]
fn all_sections() {
    let document = framed(|frame| {
        document(Whole { report: &a_day(), found: &nothing_found() }, &Scope::Guild("town".into()), frame)
    });
    let section = |section: &Section| format!("# {}\n\n{}", section.title, crate::view::plain::render(&section.blocks));
    insta::assert_snapshot!(document.sections.iter().map(section).collect::<Vec<_>>().join("\n\n"));
}

#[test]
fn costs_stand_from_the_dearest_model_down() {
    let mut report = a_day();
    report.models.iter_mut().zip([0.1, 2.0]).for_each(|(model, usd)| model.cost_usd = Some(usd));
    let found = nothing_found();
    let document = framed(|frame| document(Whole { report: &report, found: &found }, &Scope::All, frame));
    let costs = document.sections.iter().find(|section| section.title == "Cost Analysis").unwrap();
    let tables = costs.blocks.iter().filter_map(|block| match block {
        Block::Table { rows, .. } => Some(rows.iter().map(|row| row[1].as_str()).collect::<Vec<_>>()),
        _ => None,
    });
    assert_eq!(tables.collect::<Vec<_>>(), [["$2.00", "$0.10"]]);
}

#[test]
fn where_no_call_was_answered_no_share_of_answers_is_named() {
    let mut report = a_day();
    (report.tokens.known_share, report.cost.known_share) = (None, None);
    let found = nothing_found();
    let document = framed(|frame| document(Whole { report: &report, found: &found }, &Scope::All, frame));
    let method = document.sections.last().unwrap();
    let Some(Block::List(lines)) = method.blocks.first() else { panic!("{method:?}") };
    assert_eq!(lines[1], "No call was answered, so neither tokens nor costs are known.");
}
