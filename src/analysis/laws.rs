//! What holds of every report, whatever the calls.

use chrono_tz::Tz;
use proptest::prelude::*;

use super::model_report::{ModelInput, model_report};
use super::slowest::{SlowestInput, slowest};
use super::stats::{StatsInput, stats};
use crate::model::{
    Call, CallId, Cell, CellKey, Group, Micros, NanoUsd, Outcome, Overview, QueryType, StoredCall, Tally, Timestamp,
    Usage, Window,
};

fn a_call() -> impl Strategy<Value = Call> {
    let time = || proptest::option::of((0u64..3).prop_union(0u64..100_000_000)).prop_map(|time| time.map(Micros));
    let tokens = || proptest::option::of(0u64..5);
    (0..Outcome::ALL.len(), time(), time(), time(), tokens(), tokens(), proptest::option::of(0i64..2)).prop_map(
        |(outcome, response, model, ttft, input, output, cost)| {
            let mut call = Call::new(Timestamp(0), "m".into());
            call.outcome = Outcome::ALL[outcome];
            (call.times.response, call.times.model, call.times.ttft) = (response, model, ttft);
            call.usage = Usage { input, output, cache_read: input, ..Usage::default() };
            call.cost = cost.map(NanoUsd);
            call
        },
    )
}

/// The debug text of all three reports on the same calls.
fn reports(calls: &[Call], length: i64) -> String {
    let window = Window { from: Timestamp(0), to: Timestamp(length) };
    let mut cell = Cell::default();
    calls.iter().for_each(|call| cell.record(call));
    let groups = vec![Group { key: CellKey { model: "m".into(), query_type: QueryType::Code }, cell }];
    let (zone, hours, spent) = (Tz::UTC, [0; 24], Tally::default());
    let rows: Vec<StoredCall> =
        calls.iter().map(|call| StoredCall { id: CallId(1), call: call.clone(), preview: None }).collect();
    let stats = stats(StatsInput {
        window,
        overview: Overview::of(&groups).into(),
        today: spent,
        this_week: spent,
        this_month: spent,
        hours,
        zone,
    });
    let model = model_report(ModelInput { model: "m".into(), window, groups: groups.clone(), hours, zone });
    let slowest =
        slowest(SlowestInput { window, usual: groups.clone(), groups, slowest: rows.clone(), top: 5, sample: rows });
    format!("{stats:?} {model:?} {slowest:?}")
}

proptest! {
    #[test]
    fn no_figure_is_infinite_or_no_number_or_negative_zero(
        calls in prop::collection::vec(a_call(), 0..60), length in (0i64..2).prop_union(0..10 * Timestamp::DAY),
    ) {
        let text = reports(&calls, length);
        for word in text.split([' ', '(', ')', ',', '[', ']', '}']) {
            prop_assert!(!["NaN", "inf", "-inf", "-0.0"].contains(&word), "{word} in {text}");
        }
    }
}
