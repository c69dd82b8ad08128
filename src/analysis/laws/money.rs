//! What holds of every report on money, spent and to come: parts add up to the whole, and nothing but the figures grows
//! when all figures do.

use chrono::{Days, NaiveDate};
use proptest::prelude::*;

use super::{a_call, no_figures};
use crate::analysis::cost::{Apart, CostInput, CostReport, cost};
use crate::analysis::forecast::{Cap, Forecast, ForecastInput, forecast};
use crate::model::{Brief, Call, Cell, ModelName, NanoUsd, Rate, Rates, Tally, Timestamp, UserId, Window};
use crate::pricing;
use crate::testing::grouped;

const TODAY: NaiveDate = NaiveDate::from_ymd_opt(2026, 11, 21).expect("a date");

/// Cache reads and writes cost other than fresh input.
fn rates() -> Rates {
    let rate = Rate::from_usd_per_million;
    Rates {
        input: rate(3.0),
        output: rate(15.0),
        cache_read: rate(0.3),
        cache_write_5m: rate(3.75),
        ..Rates::default()
    }
}

/// Calls that cost what their usage does at those rates, or nobody knows what.
fn priced_calls() -> impl Strategy<Value = Vec<Call>> {
    let tokens = (0u64..2_000_000, 0u64..2_000_000, 0u64..2_000_000, 0u64..10_000, any::<bool>());
    let call = (a_call(), tokens).prop_map(|(mut call, (fresh, read, written, output, known))| {
        call.usage.input = Some(fresh + read + written);
        (call.usage.cache_read, call.usage.cache_write_5m) = (Some(read), Some(written));
        call.usage.output = Some(output);
        call.cost = if known { pricing::cost(&rates(), &call.usage) } else { None };
        call
    });
    prop::collection::vec(call, 0..30)
}

/// The reports on the same calls, told apart in every way.
fn reports(calls: &[Call]) -> [CostReport; 4] {
    let of = |wanted: &dyn Fn(&Call) -> bool| {
        let mut brief = Brief::default();
        calls.iter().filter(|call| wanted(call)).for_each(|call| brief.record(call));
        brief
    };
    let date = |call: &Call| call.at.to_utc().date_naive();
    let mut dates: Vec<NaiveDate> = calls.iter().map(date).collect();
    dates.sort();
    dates.dedup();
    let days = dates.into_iter().map(|day| (day, of(&|call| date(call) == day))).collect();
    // Who was forgotten stands in no list.
    let people: Vec<(UserId, Brief)> = vec![("ann".into(), of(&|call| call.model.as_str() == "m"))];
    [Apart::Model, Apart::QueryType, Apart::User(people), Apart::Day(days)].map(|by| {
        let models: [ModelName; 2] = ["m".into(), "n".into()];
        cost(CostInput {
            window: Window { from: Timestamp(0), to: Timestamp(30 * Timestamp::DAY) },
            groups: grouped(calls),
            calendar: [Tally::default(); 3],
            prices: models.map(|model| (model, rates())).into(),
            by,
        })
    })
}

fn near(one: f64, other: f64, scale: f64) -> bool {
    (one - other).abs() <= 1e-9 * scale.max(1.0)
}

/// Days of a bot: calls, tokens, and what they cost.
fn days() -> impl Strategy<Value = Vec<Cell>> {
    prop::collection::vec((0u64..50, 0i64..1_000, 0i64..4_000_000_000), 0..130).prop_map(|days| {
        let day = |(calls, tokens, nano): (u64, i64, i64)| {
            let mut cell = Cell::default();
            cell.by_outcome[0] = calls;
            cell.input = Tally { n: calls, sum: if calls > 0 { tokens } else { 0 } };
            cell.cost = Tally { n: calls, sum: if calls > 0 { nano } else { 0 } };
            cell.own = cell.cost;
            cell
        };
        days.into_iter().map(day).collect()
    })
}

fn foreseen(days: &[Cell], cap: NanoUsd) -> Forecast {
    let date = |at: usize| TODAY - Days::new((days.len() - at) as u64);
    let days = days.iter().enumerate().map(|(at, cell)| (date(at), cell.clone())).collect();
    forecast(&ForecastInput { days, today: TODAY, cap: Some(cap) })
}

fn times_four(days: &[Cell]) -> Vec<Cell> {
    let four = |tally: Tally| Tally { sum: 4 * tally.sum, ..tally };
    days.iter().map(|cell| Cell { cost: four(cell.cost), own: four(cell.own), ..cell.clone() }).collect()
}

/// The first days on which a cap may and will be reached, those that are not to be seen being the last of all.
fn reached(cap: Option<Cap>) -> Option<(NaiveDate, NaiveDate)> {
    match cap? {
        Cap::NotEnoughData => None,
        Cap::NothingSpent { .. } | Cap::NotWithinHorizon { .. } => Some((NaiveDate::MAX, NaiveDate::MAX)),
        Cap::Crossed { may, will, .. } => Some((may, will.unwrap_or(NaiveDate::MAX))),
    }
}

proptest! {
    #[test]
    fn slices_add_up_to_the_whole(calls in priced_calls()) {
        for report in reports(&calls) {
            prop_assert_eq!(report.slices.iter().map(|slice| slice.n).sum::<u64>(), report.n, "{:?}", report.by);
            prop_assert_eq!(report.slices.iter().map(|slice| slice.cost_n).sum::<u64>(), report.cost.n, "{:?}", report.by);
            let parts: f64 = report.slices.iter().filter_map(|slice| slice.usd).sum();
            prop_assert!(near(parts, report.cost.usd.unwrap_or(0.0), parts), "{report:?}");
            let shares: Vec<f64> = report.slices.iter().filter_map(|slice| slice.share).collect();
            prop_assert!(shares.is_empty() == (parts == 0.0) && (shares.is_empty() || near(shares.iter().sum(), 1.0, 1.0)));
            prop_assert!(report.slices.iter().all(|slice| slice.usd.is_some() == (slice.cost_n > 0)), "unknown is not zero");
            prop_assert!(report.waste.usd.is_none_or(|waste| waste <= report.cost.usd.unwrap_or(0.0) + 1e-9));
            prop_assert!(no_figures(&format!("{report:?}")).is_empty(), "{report:?}");
        }
    }

    #[test]
    fn what_the_cache_saved_and_what_was_paid_are_what_it_would_have_cost(calls in priced_calls()) {
        // Tokens count where some answer came, and only where the cost is known there is something to hold against.
        let calls: Vec<Call> =
            calls.into_iter().filter(|call| call.outcome.answered() && call.cost.is_some()).collect();
        let uncached = |call: &Call| {
            let usage = crate::model::Usage { cache_read: None, cache_write_5m: None, ..call.usage };
            pricing::cost(&rates(), &usage).map_or(0.0, NanoUsd::as_usd)
        };
        let would_be: f64 = calls.iter().map(uncached).sum();
        let [report, ..] = reports(&calls);
        let (paid, saved) = (report.cost.usd.unwrap_or(0.0), report.prompt_cache.usd.unwrap_or(0.0));
        // Each cost is rounded to a nano-dollar.
        prop_assert!((paid + saved - would_be).abs() <= 2e-9 * (calls.len() + 1) as f64 + 1e-9 * would_be);
        prop_assert_eq!(report.prompt_cache.unpriced_tokens, 0);
    }
}

proptest! {
    // Each series is forecast from each of its days by each method.
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn the_point_lies_in_its_interval_and_needs_enough_days(days in days()) {
        let report = foreseen(&days, NanoUsd(5_000_000_000));
        for horizon in &report.horizons {
            prop_assert_eq!(horizon.calls.is_some(), report.days >= horizon.needed);
            let known = [&horizon.calls, &horizon.tokens, &horizon.usd].into_iter().flatten();
            for foreseen in known {
                let interval = foreseen.interval_80;
                prop_assert!(0.0 <= interval.low && interval.low <= foreseen.expected && foreseen.expected <= interval.high);
                prop_assert!(foreseen.past_error_share <= foreseen.naive_error_share, "the best is no worse than the naive");
            }
        }
        prop_assert!(no_figures(&format!("{report:?}")).is_empty(), "{report:?}");
    }

    #[test]
    fn four_times_the_money_is_four_times_the_forecast(days in days()) {
        let (once, four) = (foreseen(&days, NanoUsd(1_000_000_000)), foreseen(&times_four(&days), NanoUsd(4_000_000_000)));
        prop_assert_eq!(reached(once.cap), reached(four.cap));
        for (once, four) in once.horizons.iter().zip(&four.horizons) {
            prop_assert_eq!((&once.calls, &once.tokens), (&four.calls, &four.tokens));
            let (Some(once), Some(four)) = (&once.usd, &four.usd) else { continue };
            prop_assert_eq!((once.method, once.past_error_share), (four.method, four.past_error_share));
            for (one, other) in [
                (once.expected, four.expected),
                (once.interval_80.low, four.interval_80.low),
                (once.interval_80.high, four.interval_80.high),
            ] {
                prop_assert!(near(4.0 * one, other, other), "{one} {other}");
            }
        }
    }

    #[test]
    fn a_higher_cap_is_not_reached_earlier(days in days(), cap in 1i64..6_000_000_000, more in 0i64..3_000_000_000) {
        let (low, high) = (reached(foreseen(&days, NanoUsd(cap)).cap), reached(foreseen(&days, NanoUsd(cap + more)).cap));
        prop_assert_eq!(low.is_some(), high.is_some());
        if let (Some(low), Some(high)) = (low, high) {
            prop_assert!(low.0 <= high.0 && low.1 <= high.1 && low.0 <= low.1);
        }
    }

    #[test]
    fn days_that_are_all_alike_go_on_so(n in 22usize..120, nano in 1i64..4_000_000_000) {
        let mut cell = Cell::default();
        cell.by_outcome[0] = 3;
        (cell.cost, cell.own) = (Tally { n: 3, sum: nano }, Tally { n: 3, sum: nano });
        for horizon in foreseen(&vec![cell; n], NanoUsd(i64::MAX)).horizons {
            let Some(usd) = horizon.usd else { continue };
            let whole = nano as f64 / 1e9 * horizon.days as f64;
            prop_assert!(near(usd.expected, whole, whole) && near(usd.interval_80.high, whole, whole), "{usd:?}");
        }
    }
}
