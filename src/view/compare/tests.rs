use super::*;
use crate::analysis::compare::{CompareInput, ModelStretches, compare};
use crate::model::{Call, QueryType, Rating};
use crate::view::testing::{calls, day, grouped, shown};

/// Calls of a model spread over the day, slower by a factor.
fn spread(model: &str, n: u64, factor: u64) -> Vec<Call> {
    let mut calls = calls(model, n);
    for (call, step) in calls.iter_mut().zip(0..) {
        call.at = day().from.plus(step * 3_600_000_000 * 20 / n as i64);
        call.times.response = call.times.response.map(|time| crate::model::Micros(time.0 * factor));
        call.rating = Rating::new(5 - factor as u8 % 3);
        call.query_type = if step % 2 == 0 { QueryType::Code } else { QueryType::Chat };
    }
    calls
}

fn text(models: &[(&str, Vec<Call>)]) -> String {
    let of = |(model, calls): &(&str, Vec<Call>)| {
        let within = |window: &crate::model::Window| grouped(calls.iter().filter(|call| window.holds(call.at)));
        ModelStretches {
            model: (*model).into(),
            stretches: day().parts(50).iter().map(|part| within(part).into()).collect(),
        }
    };
    let input = CompareInput { window: day(), query_type: None, models: models.iter().map(of).collect() };
    shown(|frame| blocks(&compare(input), frame))
}

#[test]
fn three_models() {
    let models = [
        ("sonnet", spread("sonnet", 80, 3)),
        ("haiku", spread("haiku", 80, 1)),
        ("sim-fast", spread("sim-fast", 30, 2)),
    ];
    insta::assert_snapshot!(text(&models), @"
    ⚡ Model Comparison: Claude Sonnet 4.5 vs Claude Haiku 4.5 vs Fast mo… (simulated) (last 24h, n=190)
    Since 2026-11-20 12:00 UTC (full UTC hour).

    Speed:
    Claude Sonnet 4.5:     4.2s avg (n=80)
    Claude Haiku 4.5:      1.4s avg (n=80)
    Fast mo… (simulated):  2.3s avg (n=30)

    Winner: Claude Haiku 4.5 (40% faster than Fast mo… (simulated)) ⚡

    Quality (user ratings):
    Claude Sonnet 4.5:     5.0/5 (n=80)
    Claude Haiku 4.5:      4.0/5 (n=80)
    Fast mo… (simulated):  3.0/5 (n=30)

    Winner: Claude Sonnet 4.5 (+25% quality over Claude Haiku 4.5) ⭐

    Cost:
    Claude Sonnet 4.5:     $0.01/query (n=80)
    Claude Haiku 4.5:      $0.01/query (n=80)
    Fast mo… (simulated):  $0.01/query (n=30)

    Winner: none (no difference)

    Token Efficiency:
                          In/out  Output   n
    Claude Sonnet 4.5     12.9:1     101  80
    Claude Haiku 4.5      12.9:1     101  80
    Fast mo… (simulated)  12.9:1     101  30

    Winner: none (no difference)

    Recommendation:
    Use Claude Sonnet 4.5 for: code (better rated), chat (better rated)
    Use Claude Haiku 4.5 for: whatever should be quick (faster on the same questions)
    Use Fast mo… (simulated) for: nothing that it is clearly better at
    Winners are judged on the same types of question (code, chat), not on the averages.

    Next: !perf model sonnet
    ");
}

#[test]
fn nothing_to_compare() {
    insta::assert_snapshot!(text(&[("sonnet", vec![]), ("haiku", vec![])]), @"
    ⚡ Model Comparison: Claude Sonnet 4.5 vs Claude Haiku 4.5 (last 24h, n=0)
    Since 2026-11-20 12:00 UTC (full UTC hour).

    No calls of these models in this window.

    Next: !perf stats --last 7d
    ");
}
