//! What holds of every report, whatever the calls.

mod money;

use std::collections::BTreeMap;

use chrono::Timelike;
use chrono_tz::Tz;
use proptest::prelude::*;

use super::baseline::{fix, held};
use super::compare::{CompareInput, ModelStretches, compare};
use super::diff::{DiffInput, Side, diff};
use super::heatmap::{HeatmapInput, heatmap};
use super::history::{Day, HistoryInput, Period, history, periods};
use super::model_report::{ModelInput, model_report};
use super::slowest::{SlowestInput, slowest};
use super::stats::{StatsInput, stats};
use crate::model::{
    Brief, Call, CallId, DatedHour, Group, HourGrid, Micros, NanoUsd, Outcome, Overview, QueryType, Rating, StoredCall,
    Tally, TimeGrid, Timestamp, Usage, Window,
};
use crate::testing::grouped;

fn a_call() -> impl Strategy<Value = Call> {
    let time = || proptest::option::of((0u64..3).prop_union(0u64..100_000_000)).prop_map(|time| time.map(Micros));
    let tokens = || proptest::option::of(0u64..5);
    let ends = (0..Outcome::ALL.len(), proptest::option::of(0i64..2), proptest::option::of(1u8..=5));
    let kind = (0i64..30 * Timestamp::DAY, prop::bool::ANY, 0..2usize);
    (ends, (time(), time(), time()), (tokens(), tokens()), kind).prop_map(
        |((outcome, cost, rating), (response, model, ttft), (input, output), (at, other, query_type))| {
            let mut call = Call::new(Timestamp(at), if other { "n" } else { "m" }.into());
            call.outcome = Outcome::ALL[outcome];
            call.query_type = QueryType::ALL[query_type];
            (call.times.response, call.times.model, call.times.ttft) = (response, model, ttft);
            call.usage = Usage { input, output, cache_read: input, ..Usage::default() };
            (call.cost, call.rating) = (cost.map(NanoUsd), rating.and_then(Rating::new));
            call
        },
    )
}

/// The debug text of the reports on a window without regard to time.
fn reports(calls: &[Call], length: i64) -> String {
    let window = Window { from: Timestamp(0), to: Timestamp(length) };
    let groups = grouped(calls);
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
    let of_model: Vec<Group> = groups.iter().filter(|group| group.key.model.as_str() == "m").cloned().collect();
    let model = model_report(ModelInput { model: "m".into(), window, groups: of_model, hours, zone });
    let slowest = slowest(SlowestInput {
        window,
        usual: groups.clone(),
        groups,
        slowest: rows.clone(),
        top: 5,
        rows_since: None,
        sample: rows,
    });
    format!("{stats:?} {model:?} {slowest:?}")
}

/// The debug text of the reports on how a month went.
fn reports_over_time(calls: &[Call], by: Period) -> String {
    let window = Window { from: Timestamp(0), to: Timestamp(30 * Timestamp::DAY) };
    let within = |window: &Window| grouped(calls.iter().filter(|call| window.holds(call.at)));
    let days: Vec<Day> =
        window.split(Timestamp::DAY).into_iter().map(|window| Day { groups: within(&window).into(), window }).collect();
    let of_model = |model: &str| {
        let only = |day: &Day| day.groups.iter().filter(|group| group.key.model.as_str() == model).cloned().collect();
        let stretches = days.iter().map(only).collect();
        ModelStretches { model: model.into(), stretches }
    };
    let models = vec![of_model("m"), of_model("n")];
    let compared = compare(CompareInput { window, query_type: None, models });
    let baseline = fix("b".into(), window.to, window, &days).ok();
    let beside = baseline.map(|baseline| held(baseline, window, &within(&days[0].window)));
    let side = |days: &[Day]| {
        let window = Window { from: days[0].window.from, to: days[days.len() - 1].window.to };
        Side { window, groups: within(&window), stretches: days.iter().map(|day| day.groups.clone()).collect() }
    };
    let (before, after) = days.split_at(15);
    let changed = diff(&DiffInput { before: side(before), after: side(after), prices: Vec::new(), days: days.clone() });
    let cuts = periods(window, by, Tz::UTC);
    let periods = cuts.into_iter().map(|cut| (cut, within(&cut.window).into())).collect();
    let history = history(HistoryInput { window, by, zone: Tz::UTC, periods, days, events: Vec::new() });
    format!("{compared:?} {changed:?} {beside:?} {history:?} {:?}", heatmap(&by_hour(calls, window)))
}

fn by_hour(calls: &[Call], window: Window) -> HeatmapInput {
    let (mut hours, mut grids) = (BTreeMap::<_, Brief>::new(), BTreeMap::<_, HourGrid>::new());
    let mut times = TimeGrid::default();
    for call in calls {
        let (date, hour) = (call.at.to_utc().date_naive(), call.at.to_utc().hour() as usize);
        hours.entry((date, hour)).or_default().record(call);
        let key = grouped([call])[0].key.clone();
        grids.entry(key).or_default().0[0][hour].record(call);
        call.times.response.into_iter().for_each(|time| times.0[0][hour].record(time));
    }
    let hours = hours.into_iter().map(|((date, hour), brief)| DatedHour { date, hour, brief }).collect();
    HeatmapInput { window, zone: Tz::UTC, hours, groups: grids.into_iter().collect(), times }
}

/// Words that no figure is.
fn no_figures(text: &str) -> Vec<&str> {
    let words = text.split([' ', '(', ')', ',', '[', ']', '}']);
    words.filter(|word| ["NaN", "inf", "-inf", "-0.0"].contains(word)).collect()
}

proptest! {
    #[test]
    fn no_figure_is_infinite_or_no_number_or_negative_zero(
        calls in prop::collection::vec(a_call(), 0..60), length in (0i64..2).prop_union(0..10 * Timestamp::DAY),
    ) {
        let text = reports(&calls, length);
        prop_assert!(no_figures(&text).is_empty(), "{text}");
    }

    #[test]
    fn nor_is_one_over_time(
        calls in prop::collection::vec(a_call(), 0..400),
        by in prop::sample::select(vec![Period::Day, Period::Week, Period::Month]),
    ) {
        let text = reports_over_time(&calls, by);
        let odd: Vec<&str> = no_figures(&text).into_iter().filter(|word| *word != "-0.0").collect();
        prop_assert!(odd.is_empty(), "{odd:?} in {text}");
    }
}
