use super::*;
use crate::model::{Call, CellKey, Group, QueryType, Timestamp, Usage};

fn window(minutes: i64) -> Window {
    let from: Timestamp = "2026-11-20T10:00:00Z".parse().unwrap();
    Window { from, to: from.plus(minutes * 60_000_000) }
}

/// A call of 100 tokens in and 20 out that took `ms`, `ms` − 100 of them in the model, and cost 3,000 nano-dollars.
fn call(model: &str, ms: u64) -> Call {
    let mut call = Call::new(Timestamp(0), model.into());
    call.usage = Usage { input: Some(100), output: Some(20), cache_read: Some(40), ..Usage::default() };
    call.times.response = Some(Micros(ms * 1000));
    call.times.model = Some(Micros((ms - 100) * 1000));
    call.cost = Some(NanoUsd(3000));
    call
}

fn ended(mut call: Call, word: &str) -> Call {
    call.outcome = Outcome::from_word(word).unwrap();
    call
}

fn grouped(calls: &[Call]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for call in calls {
        let key = CellKey { model: call.model.clone(), query_type: call.query_type };
        let at = groups.iter().position(|group| group.key == key).unwrap_or_else(|| {
            groups.push(Group { key, cell: Cell::default() });
            groups.len() - 1
        });
        groups[at].cell.record(call);
    }
    groups
}

fn input(calls: &[Call]) -> StatsInput {
    StatsInput {
        window: window(10),
        overview: Overview::of(&grouped(calls)).into(),
        today: Tally { n: 1, sum: 12_400_000_000 },
        this_week: Tally { n: 2, sum: 20_000_000_000 },
        this_month: Tally::default(),
        hours: [0; 24],
        zone: Tz::Europe__Berlin,
    }
}

#[test]
fn the_contract_of_a_small_window() {
    let mut hours = [0; 24];
    (hours[9], hours[10]) = (1, 4);
    let mut slow = call("sonnet", 400);
    slow.query_type = QueryType::Code;
    let mut failed = ended(call("sonnet", 900), "timeout");
    (failed.times.failed, failed.cost, failed.attempts) = (Micros(900_000), None, 2);
    let calls = [call("haiku", 200), call("haiku", 200), slow, call("haiku", 200), failed];
    let report = stats(StatsInput { hours, ..input(&calls) });
    insta::assert_snapshot!(serde_json::to_string_pretty(&report).unwrap(), @r#"
    {
      "n": 5,
      "window": {
        "from": "2026-11-20T10:00:00Z",
        "to": "2026-11-20T10:10:00Z"
      },
      "response_time_ms": {
        "n": 4,
        "mean": 250.0,
        "p50": 200.0,
        "p95": 400.0,
        "p99": 400.0,
        "min": 200.0,
        "max": 400.0
      },
      "model_time_ms": {
        "n": 4,
        "mean": 150.0,
        "p50": 100.0,
        "p95": 300.0,
        "p99": 300.0,
        "min": 100.0,
        "max": 300.0
      },
      "ttft_ms": {
        "n": 0,
        "mean": null,
        "p50": null,
        "p95": null,
        "p99": null,
        "min": null,
        "max": null
      },
      "models": [
        {
          "model": "haiku",
          "n": 3,
          "share": 0.6,
          "response_time_ms": {
            "n": 3,
            "mean": 200.0,
            "p50": 200.0,
            "p95": 200.0,
            "p99": 200.0,
            "min": 200.0,
            "max": 200.0
          },
          "cost_usd": 9e-6
        },
        {
          "model": "sonnet",
          "n": 2,
          "share": 0.4,
          "response_time_ms": {
            "n": 1,
            "mean": 400.0,
            "p50": 400.0,
            "p95": 400.0,
            "p99": 400.0,
            "min": 400.0,
            "max": 400.0
          },
          "cost_usd": 3e-6
        }
      ],
      "throughput": {
        "calls_per_min": 0.5,
        "output_tokens_per_s": 0.13333333333333333
      },
      "tokens": {
        "input": 400,
        "input_n": 4,
        "output": 80,
        "output_n": 4,
        "cache_read": 160,
        "cache_write": null,
        "reasoning": null,
        "total": 480,
        "cache_read_share": 0.4,
        "known_share": 1.0
      },
      "cost": {
        "usd": 0.000012,
        "n": 4,
        "known_share": 1.0,
        "today_usd": 12.4,
        "today_n": 1,
        "per_call_usd": 3e-6,
        "this_week_usd": 20.0,
        "this_week_n": 2,
        "this_month_usd": null,
        "this_month_n": 0
      },
      "waste": {
        "ms": 900.0,
        "usd": null
      },
      "errors": {
        "total": 1,
        "rate": 0.2,
        "by_class": {
          "timeout": 1
        }
      },
      "answer_cache": null,
      "busiest_hours": [
        {
          "hour": 10,
          "n": 4
        },
        {
          "hour": 9,
          "n": 1
        }
      ],
      "hours": [
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        1,
        4,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0
      ],
      "zone": "Europe/Berlin"
    }
    "#);
}

#[test]
fn of_no_calls_nothing_is_known_but_that_there_are_none() {
    let report = stats(input(&[]));
    assert_eq!((report.n, report.errors.total, report.throughput.calls_per_min), (0, 0, Some(0.0)));
    assert_eq!((report.tokens.total, report.tokens.known_share, report.tokens.cache_read_share), (None, None, None));
    assert_eq!((report.cost.usd, report.cost.known_share, report.cost.per_call_usd), (None, None, None));
    assert_eq!((report.waste.ms, report.waste.usd), (Some(0.0), Some(0.0)));
}

#[test]
fn a_window_without_length_has_no_throughput() {
    let report = stats(StatsInput { window: window(0), ..input(&[call("m", 200)]) });
    assert_eq!(report.throughput, Throughput { calls_per_min: None, output_tokens_per_s: None });
}

#[test]
fn coverage_counts_answered_calls_only() {
    let mut unknown = call("m", 200);
    (unknown.cost, unknown.usage) = (None, Usage::default());
    let report = stats(input(&[call("m", 200), unknown.clone(), unknown, ended(call("m", 200), "server")]));
    assert_eq!(report.cost.known_share, Some(1.0 / 3.0));
    assert_eq!(report.tokens.known_share, Some(1.0 / 3.0));
    // The failed call's cost is known too, so the mean is over two calls.
    assert_eq!((report.cost.usd, report.cost.per_call_usd), (Some(6e-6), Some(3e-6)));
}

#[test]
fn a_total_needs_input_and_output() {
    let mut half = call("m", 200);
    half.usage.output = None;
    let report = stats(input(&[half]));
    assert_eq!((report.tokens.input, report.tokens.output, report.tokens.total), (Some(100), None, None));
}

#[test]
fn waste_that_nobody_measured_is_unknown() {
    let mut failed = ended(call("m", 200), "server");
    failed.cost = None;
    failed.times = crate::model::Times::default();
    let report = stats(input(&[call("m", 200), failed.clone()]));
    assert_eq!((report.waste.ms, report.waste.usd), (None, None));
    failed.cost = Some(NanoUsd::ZERO);
    assert_eq!(stats(input(&[failed])).waste.usd, Some(0.0));
    let stopped = ended(call("m", 600), "stopped");
    assert_eq!(stats(input(&[stopped])).waste, Waste { ms: Some(500.0), usd: Some(3e-6) });
}
