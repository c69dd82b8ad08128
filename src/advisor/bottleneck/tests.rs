//! What is planted in the demonstration is found with its size, and nothing where nothing is planted.

mod rules;

use std::collections::BTreeMap;

use super::*;
use crate::demo::{self, Plan, Traffic, truths};
use crate::model::CallId;
use crate::pricing::PriceTable;
use crate::testing::{at, grouped};

fn plan(seed: u64, traffic: Traffic) -> Plan {
    Plan { seed, calls: 20_000, end: at("2026-11-21T12:34:56Z"), zone: Tz::UTC, traffic }
}

/// The calls of the last days of a plan, as a command would load them.
fn input(plan: &Plan, days: i64) -> Input {
    let window = Window { from: plan.end.plus(-days * Timestamp::DAY), to: plan.end };
    let calls: Vec<Call> = demo::calls(plan).map(|logged| logged.call).filter(|call| window.holds(call.at)).collect();
    let prices = PriceTable::builtin();
    let mut models = BTreeMap::new();
    for call in &calls {
        let (Some(provider), Some(id)) = (&call.provider, &call.answered_by) else { continue };
        let price = prices.lookup(provider.as_str(), id.as_str(), plan.end);
        models.entry(call.model.clone()).or_insert((price.map(|price| (*price.rates).clone()), false));
    }
    let groups = grouped(&calls);
    let glimpse = |(number, call)| (call, Some(Glimpse { id: CallId(number), preview: None }));
    let sample = (1..).zip(calls).map(glimpse).collect();
    Input { window, rows_since: None, zone: plan.zone, groups, sample, models, asked_today: None, kept: Vec::new() }
}

fn of(seed: u64, traffic: Traffic) -> Bottlenecks {
    bottlenecks(input(&plan(seed, traffic), 7))
}

/// The finding of a rule.
fn only(report: &Bottlenecks, rule: RuleName) -> &Finding {
    report.findings.iter().find(|finding| finding.issue.rule() == rule).unwrap_or_else(|| panic!("no {rule:?}"))
}

fn holds(interval: &crate::analysis::statistics::Interval, truth: f64) -> bool {
    (interval.low..=interval.high).contains(&truth)
}

/// In how many stores the interval of each truth holds it.
type Held = [(&'static str, usize); 4];
/// What is said in a store beside the truths.
type Beside = (u64, RuleName, Severity);

/// Of how many seeds the interval of each truth holds its size, and what is said beside the truths.
fn covered(seeds: std::ops::Range<u64>) -> (Held, Vec<Beside>) {
    let mut held = [("repeats", 0), ("dear", 0), ("context", 0), ("provider", 0)];
    let mut beside = Vec::new();
    for seed in seeds {
        let report = of(seed, Traffic::Planted);
        for finding in &report.findings {
            let interval = match &finding.issue {
                Issue::RepeatsNotCached { .. } => (0, finding.frequency.interval, truths::REPEATED),
                Issue::DearModel { .. } if finding.issue.subject() == truths::DEAR => {
                    (1, finding.frequency.interval, truths::SIMPLE_ON_DEAR)
                }
                Issue::LargeContext { messages_interval, .. } => (2, *messages_interval, truths::MESSAGES_AFTER),
                Issue::SlowFirstToken { first_token, since, .. } if finding.issue.subject() == truths::SLOWED => {
                    let planted = plan(seed, Traffic::Planted).end.plus(-truths::SLOW_DAYS * Timestamp::DAY);
                    assert!((since.0 - planted.0).abs() <= 12 * Timestamp::HOUR, "{since}");
                    (3, first_token.interval, truths::SLOWDOWN)
                }
                issue => {
                    beside.push((seed, issue.rule(), finding.severity));
                    continue;
                }
            };
            let (which, interval, truth) = interval;
            let middle = (interval.low + interval.high) / 2.0;
            assert!((middle / truth - 1.0).abs() < 0.25, "{seed} {finding:?}");
            held[which].1 += usize::from(holds(&interval, truth));
        }
        let found = report.findings.iter().map(|finding| finding.issue.rule());
        let truths =
            [RuleName::RepeatsNotCached, RuleName::DearModel, RuleName::LargeContext, RuleName::SlowFirstToken];
        let found: Vec<RuleName> = found.filter(|rule| truths.contains(rule)).collect();
        assert_eq!(found.len(), 4, "{seed}: {found:?}");
    }
    (held, beside)
}

#[test]
fn planted_truths_are_found_with_their_sizes() {
    let (held, beside) = covered(0..4);
    println!("intervals of 95% that hold the truth, of 4: {held:?}; beside the truths: {beside:?}");
    assert!(held.iter().all(|(_, held)| *held >= 3), "{held:?}");
    assert!(beside.iter().all(|(_, _, severity)| *severity == Severity::Low), "{beside:?}");
}

#[test]
fn in_plain_traffic_nothing_is_above_low() {
    for seed in 0..4 {
        let report = of(seed, Traffic::Plain);
        let loud: Vec<&Finding> = report.findings.iter().filter(|finding| finding.severity > Severity::Low).collect();
        assert!(loud.is_empty(), "{seed}: {loud:#?}");
    }
}

/// Takes a while: `cargo test --release --lib -- --ignored false_alarms --nocapture`.
#[test]
#[ignore = "looks at a hundred stores"]
fn false_alarms_in_fifty_plain_stores() {
    let alarms = |seed: &u64| of(*seed, Traffic::Plain).findings.iter().any(|finding| finding.severity > Severity::Low);
    let alarmed: Vec<u64> = (0..50).filter(alarms).collect();
    println!("false alarms above low: {} of 50 stores {alarmed:?}", alarmed.len());
    println!("intervals of 95% that hold the planted truth, of 50: {:?}", covered(0..50));
    assert!(alarmed.is_empty(), "{alarmed:?}");
}

#[test]
fn a_context_that_grew_says_so() {
    let report = bottlenecks(input(&plan(1, Traffic::Planted), 30));
    let Issue::LargeContext { growth: Some(growth), .. } = only(&report, RuleName::LargeContext).issue else {
        panic!()
    };
    assert!(
        (growth.from - truths::MESSAGES_BEFORE).abs() < 0.3 && (growth.to - truths::MESSAGES_AFTER).abs() < 0.3,
        "{growth:?}"
    );
}

#[test]
fn what_all_save_together_is_less_than_all_and_less_than_the_sum() {
    let report = of(1, Traffic::Planted);
    let together = report.together.as_ref().unwrap();
    let share = |saving: &Saving| saving.usd.map_or(0.0, |usd| usd.share_of_all.mean);
    let levers = report.findings.iter().filter(|finding| finding.lever.is_some());
    let sum: f64 = levers.map(|finding| share(&finding.saving)).sum();
    assert!(share(together) < 1.0 && share(together) < sum && share(together) > 0.8 * sum, "{} {sum}", share(together));
}
