use chrono_tz::Tz;

use super::*;
use crate::analysis::heatmap::HeatmapInput;
use crate::analysis::history::{self, HistoryInput, Period};
use crate::analysis::report::{Advice, Issue, ReportInput, report};
use crate::model::{Group, TimeGrid};
use crate::view::testing::{calls, day, grouped, label, shown};

/// A day of two models.
fn a_day(advice: Option<Advice>) -> Report {
    let groups: Vec<Group> = grouped(calls("sonnet", 40).iter().chain(&calls("haiku", 60)));
    let (window, zone, by) = (day(), Tz::UTC, Period::Day);
    let periods = history::periods(window, by, zone).into_iter().zip([groups.clone(), Vec::new()]).collect();
    let history = HistoryInput { window, by, zone, periods, days: Vec::new(), events: Vec::new() };
    let heatmap = HeatmapInput { window, zone, hours: Vec::new(), groups: Vec::new(), times: TimeGrid::default() };
    report(ReportInput { window, zone, groups, history, heatmap, advice })
}

fn advice() -> Advice {
    let issue = Issue {
        title: "Context Window Too Large (high)".into(),
        details: vec!["Impact: +1.2s average".into(), "Frequency: 35% of queries (n=100)".into()],
        recommendation: "Reduce to 10 messages".into(),
    };
    let combined = Saving { time_share: Some(0.25), usd_before: Some(280.0), usd_after: Some(168.0) };
    Advice { issues: vec![issue], combined: Some(combined) }
}

fn framed<T>(lay_out: impl FnOnce(&Frame) -> T) -> T {
    lay_out(&Frame { title: &WindowTitle::Last("24h".into()), label: &label, prefix: "!", zone: Tz::UTC })
}

fn file() -> Block {
    let document = framed(|frame| document(&a_day(None), &Scope::All, frame));
    Block::Document { name: "performance_report_2026-11-21.pdf".into(), document: Box::new(document) }
}

#[test]
fn without_advice_nothing_is_promised() {
    let text = shown(|frame| blocks(&a_day(None), file(), frame));
    insta::assert_snapshot!(text, @"
    📄 Performance Report (last 24h, n=100)
    Since 2026-11-20 12:00 UTC (full UTC hour).

    Contents:
    1. Executive Summary
    2. Response Time Analysis
    3. Model Performance Breakdown
    4. Cost Analysis
    5. Historical Trends
    6. By Hour and Weekday
    7. Method and Coverage

    Key Findings:
    - Average response time: 1.3s (median 1.2s, P95 1.5s, n=100)
    - Cost: $1.00 (n=100)
    - 60% of the cost goes to Claude Haiku 4.5, for 60% of the calls

    [file performance_report_2026-11-21.pdf]

    Next: !perf history
    ");
    let document = framed(|frame| document(&a_day(None), &Scope::All, frame));
    assert!(document.sections.iter().all(|section| !section.title.contains("Recommendations")));
}

#[test]
fn advice_has_a_section_of_its_own_and_its_savings_stand_first() {
    let report = a_day(Some(advice()));
    insta::assert_snapshot!(shown(|frame| blocks(&report, file(), frame)), @"
    📄 Performance Report (last 24h, n=100)
    Since 2026-11-20 12:00 UTC (full UTC hour).

    Contents:
    1. Executive Summary
    2. Response Time Analysis
    3. Model Performance Breakdown
    4. Cost Analysis
    5. Bottlenecks and Recommendations
    6. Historical Trends
    7. By Hour and Weekday
    8. Method and Coverage

    Key Findings:
    - Average response time: 1.3s (median 1.2s, P95 1.5s, n=100)
    - Cost: $1.00 (n=100)
    - 60% of the cost goes to Claude Haiku 4.5, for 60% of the calls
    - Context Window Too Large (high)

    Estimated Savings:
    Time:  25% faster responses
    Cost:  40% less ($280.00 → $168.00 a month)

    [file performance_report_2026-11-21.pdf]

    Next: !perf history
    ");
    let document = framed(|frame| document(&report, &Scope::User("ann".into()), frame));
    insta::assert_snapshot!(document.subtitle, @"2026-11-20 12:00 – 2026-11-21 12:00 UTC · 100 calls · your own calls");
    let blocks = |title: &str| {
        let section = document.sections.iter().find(|section| section.title == title).unwrap();
        crate::view::plain::render(&section.blocks)
    };
    insta::assert_snapshot!(blocks("Executive Summary"), @"
    Calls:             100
    Average response:  1.3s (P95 1.5s)
    Cost:              $1.00
    For 30 days:       –
    Error rate:        0%
    Rating:            not rated

    Key Findings:
    - Average response time: 1.3s (median 1.2s, P95 1.5s, n=100)
    - Cost: $1.00 (n=100)
    - 60% of the cost goes to Claude Haiku 4.5, for 60% of the calls
    - Context Window Too Large (high)

    Estimated Savings:
    Time:  25% faster responses
    Cost:  40% less ($280.00 → $168.00 a month)
    ");
    insta::assert_snapshot!(blocks("Bottlenecks and Recommendations"), @"
    1. Issue #1: Context Window Too Large (high)
       Impact: +1.2s average
       Frequency: 35% of queries (n=100)
       Recommendation: Reduce to 10 messages
    ");
}

#[test]
fn all_sections() {
    let document = framed(|frame| document(&a_day(None), &Scope::Guild("town".into()), frame));
    let section = |section: &Section| format!("# {}\n\n{}", section.title, crate::view::plain::render(&section.blocks));
    insta::assert_snapshot!(document.sections.iter().map(section).collect::<Vec<_>>().join("\n\n"));
}
