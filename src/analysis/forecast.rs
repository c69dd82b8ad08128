//! `forecast`: how many calls and tokens the next days bring and what they cost, and when the daily cap would be crossed.

use chrono::{Days, NaiveDate};
use serde::Serialize;

use super::statistics::{Interval, Method, Outlook, outlook, outlook_needs};
use super::stats::usd;
use crate::model::{Cell, ErrorClass, NanoUsd, Outcome};

/// What the report is made from.
#[derive(Debug, Clone)]
pub struct ForecastInput {
    /// Whole days of the zone in their order, without gaps, up to yesterday.
    pub days: Vec<(NaiveDate, Cell)>,
    /// The first day to foresee: today.
    pub today: NaiveDate,
    /// The daily cap, where all that counts towards it is looked at.
    pub cap: Option<NanoUsd>,
}

/// What the next days bring.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Forecast {
    /// All calls of the days it rests on.
    pub n: u64,
    /// Whole days it rests on: from the second with calls on, since the first may have begun in its middle.
    pub days: u64,
    /// The first of them.
    pub from: Option<NaiveDate>,
    /// The first day that is foreseen.
    pub today: NaiveDate,
    /// A week and a month.
    pub horizons: Vec<Horizon>,
    /// When the daily cap would be crossed; `null` where not all that counts towards it is looked at.
    pub cap: Option<Cap>,
}

/// What so many days bring.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Horizon {
    /// How many.
    pub days: u64,
    /// How many whole days it takes to foresee them.
    pub needed: u64,
    /// Calls; `None` where there are too few days.
    pub calls: Option<Foreseen>,
    /// Input and output tokens, as far as they are known; `None` too where none are.
    pub tokens: Option<Foreseen>,
    /// Dollars, as far as they are known; `None` too where none are.
    pub usd: Option<Foreseen>,
    /// Calls that fail at a rate limit; `None` too where none did.
    pub rate_limited: Option<Foreseen>,
}

/// A sum that is foreseen.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Foreseen {
    /// What is expected.
    pub expected: f64,
    /// Where it lies in four of five cases.
    pub interval_80: Interval,
    /// How it was found.
    pub method: Method,
    /// By what share of what came such sums were off in the past.
    pub past_error_share: Option<f64>,
    /// The same, had the last week always been taken again.
    pub naive_error_share: Option<f64>,
}

/// Whether a day would reach the daily cap.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Cap {
    /// Too few days to foresee anything.
    NotEnoughData,
    /// Nothing that counts towards it was spent: models are free, simulated or imported.
    NothingSpent {
        /// The cap, in dollars.
        cap_usd: f64,
    },
    /// No day reaches it, as far as can be seen.
    NotWithinHorizon {
        /// The cap, in dollars.
        cap_usd: f64,
        /// How many days can be seen.
        days: u64,
        /// The upper end of the dearest day.
        upper_usd: f64,
    },
    /// A day may or will reach it.
    Crossed {
        /// The cap, in dollars.
        cap_usd: f64,
        /// The first day whose upper end reaches it.
        may: NaiveDate,
        /// What that day is expected to cost.
        expected_usd: f64,
        /// Its upper end.
        upper_usd: f64,
        /// The first day that is expected to reach it.
        will: Option<NaiveDate>,
    },
}

/// How many days are foreseen.
const HORIZONS: [usize; 2] = [7, 30];

/// The report.
pub fn forecast(input: &ForecastInput) -> Forecast {
    let first = input.days.iter().position(|(_, cell)| cell.calls() > 0).map(|first| first + 1);
    let days = first.and_then(|first| input.days.get(first..)).unwrap_or_default();
    let of = |figure: fn(&Cell) -> f64| days.iter().map(|(_, cell)| figure(cell)).collect::<Vec<f64>>();
    let limited = of(|cell| cell.count(Outcome::Error(ErrorClass::RateLimit)) as f64);
    let (calls, tokens, spent) = (of(|cell| cell.calls() as f64), of(tokens), of(|cell| usd(cell.cost).unwrap_or(0.0)));
    let horizon = |ahead: usize| Horizon {
        days: ahead as u64,
        needed: outlook_needs(ahead) as u64,
        calls: foreseen(&calls, ahead),
        tokens: foreseen(&tokens, ahead).filter(|_| tokens.iter().any(|day| *day > 0.0)),
        usd: foreseen(&spent, ahead).filter(|_| days.iter().any(|(_, cell)| cell.cost.n > 0)),
        rate_limited: foreseen(&limited, ahead).filter(|_| limited.iter().any(|day| *day > 0.0)),
    };
    Forecast {
        n: days.iter().map(|(_, cell)| cell.calls()).sum(),
        days: days.len() as u64,
        from: days.first().map(|(date, _)| *date),
        today: input.today,
        horizons: HORIZONS.map(horizon).to_vec(),
        cap: input.cap.map(|cap| crossing(cap, &of(|cell| usd(cell.own).unwrap_or(0.0)), input.today)),
    }
}

fn tokens(cell: &Cell) -> f64 {
    cell.input.sum as f64 + cell.output.sum as f64
}

fn foreseen(series: &[f64], ahead: usize) -> Option<Foreseen> {
    let Outlook { method, sum, sum_off, past_error, naive_error, .. } = outlook(series, ahead)?;
    Some(Foreseen {
        expected: sum,
        interval_80: Interval { low: (sum - sum_off).max(0.0), high: sum + sum_off },
        method,
        past_error_share: past_error,
        naive_error_share: naive_error,
    })
}

/// Looks as far ahead as the days allow.
fn crossing(cap: NanoUsd, own: &[f64], today: NaiveDate) -> Cap {
    let cap_usd = cap.as_usd();
    let Some(seen) = HORIZONS.into_iter().rev().find_map(|ahead| outlook(own, ahead)) else {
        return Cap::NotEnoughData;
    };
    if own.iter().all(|day| *day == 0.0) {
        return Cap::NothingSpent { cap_usd };
    }
    let date = |day: usize| today.checked_add_days(Days::new(day as u64)).unwrap_or(today);
    let upper = |day: usize| seen.days[day] + seen.day_off;
    match (0..seen.days.len()).find(|day| upper(*day) >= cap_usd) {
        Some(day) => Cap::Crossed {
            cap_usd,
            may: date(day),
            expected_usd: seen.days[day],
            upper_usd: upper(day),
            will: seen.days.iter().position(|expected| *expected >= cap_usd).map(date),
        },
        None => Cap::NotWithinHorizon {
            cap_usd,
            days: seen.days.len() as u64,
            upper_usd: seen.days.iter().copied().fold(0.0, f64::max) + seen.day_off,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Tally;

    const TODAY: NaiveDate = NaiveDate::from_ymd_opt(2026, 11, 21).expect("a date");

    /// So many days up to yesterday, spending so much more each day.
    fn input(n: u64, usd: f64, more: f64) -> ForecastInput {
        let day = |at: u64| {
            let spent = Tally { n: 10, sum: ((usd + more * at as f64) * 1e9) as i64 };
            let mut cell = Cell { cost: spent, own: spent, ..Cell::default() };
            cell.by_outcome[0] = 10;
            (TODAY - Days::new(n - at), cell)
        };
        ForecastInput { days: (0..n).map(day).collect(), today: TODAY, cap: Some(NanoUsd(5_000_000_000)) }
    }

    #[test]
    fn the_first_day_is_left_out_and_short_series_are_refused() {
        let report = forecast(&input(21, 1.0, 0.0));
        assert_eq!((report.days, &report.horizons[0].calls, &report.cap), (20, &None, &Some(Cap::NotEnoughData)));
        let report = forecast(&input(22, 1.0, 0.0));
        let calls = report.horizons[0].calls.as_ref().unwrap();
        assert_eq!((calls.expected, calls.interval_80), (70.0, Interval { low: 70.0, high: 70.0 }));
        assert_eq!((&report.horizons[0].tokens, &report.horizons[1].calls), (&None, &None));
    }

    #[test]
    fn the_cap_is_crossed_or_it_is_not() {
        let cap = |usd, more| forecast(&input(29, usd, more)).cap.unwrap();
        assert_eq!(cap(1.0, 0.0), Cap::NotWithinHorizon { cap_usd: 5.0, days: 7, upper_usd: 1.0 });
        assert_eq!(cap(0.0, 0.0), Cap::NothingSpent { cap_usd: 5.0 });
        // The 29th day from the first costs 2 + 29·0.1; the 31st reaches the cap.
        let Cap::Crossed { may, will, .. } = cap(2.05, 0.1) else { panic!("it is crossed") };
        assert_eq!((may, will), (TODAY + Days::new(1), Some(TODAY + Days::new(1))));
        assert_eq!(forecast(&ForecastInput { cap: None, ..input(29, 1.0, 0.0) }).cap, None);
    }

    #[test]
    fn calls_that_fail_at_a_rate_limit_are_foreseen_where_any_did() {
        let limited = |n: u64| {
            let mut input = input(29, 1.0, 0.0);
            input
                .days
                .iter_mut()
                .for_each(|(_, cell)| cell.by_outcome[Outcome::Error(ErrorClass::RateLimit).code()] = n);
            forecast(&input).horizons[0].rate_limited.as_ref().map(|limited| limited.expected)
        };
        assert_eq!([limited(0), limited(3)], [None, Some(21.0)]);
    }
}
