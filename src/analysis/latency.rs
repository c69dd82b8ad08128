//! What a histogram of times comes to.

use serde::Serialize;

use crate::model::{Histogram, Micros};

/// From how many calls on text shows the 95th percentile: below, nearest rank is just the slowest call.
pub const P95_FROM: u64 = 20;
/// From how many calls on text shows the 99th percentile.
pub const P99_FROM: u64 = 100;

/// Times in milliseconds. Mean, least and greatest are exact; percentiles are nearest rank within 0.4%.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Latency {
    /// How many times were known.
    pub n: u64,
    /// Their mean.
    pub mean: Option<f64>,
    /// The median.
    pub p50: Option<f64>,
    /// The 95th percentile, from one call on; see [`Latency::firm_p95`].
    pub p95: Option<f64>,
    /// The 99th percentile, from one call on; see [`Latency::firm_p99`].
    pub p99: Option<f64>,
    /// The least.
    pub min: Option<f64>,
    /// The greatest.
    pub max: Option<f64>,
}

impl From<&Histogram> for Latency {
    fn from(times: &Histogram) -> Self {
        let percentile = |percent| times.percentile(percent).map(Micros::as_ms);
        Self {
            n: times.n(),
            mean: times.mean().map(|micros| micros / 1e3),
            p50: percentile(50),
            p95: percentile(95),
            p99: percentile(99),
            min: times.min().map(Micros::as_ms),
            max: times.max().map(Micros::as_ms),
        }
    }
}

impl Latency {
    /// The 95th percentile, if it rests on enough calls to be more than the slowest one.
    pub fn firm_p95(&self) -> Option<f64> {
        self.p95.filter(|_| self.n >= P95_FROM)
    }

    /// The 99th percentile, if it rests on enough calls to be more than the slowest one.
    pub fn firm_p99(&self) -> Option<f64> {
        self.p99.filter(|_| self.n >= P99_FROM)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_ms(values: impl IntoIterator<Item = u64>) -> Latency {
        let mut times = Histogram::default();
        values.into_iter().for_each(|ms| times.record(Micros(ms * 1000)));
        Latency::from(&times)
    }

    /// 128 buckets an octave answer their middle: at most 1/256 beside nearest rank.
    fn near(value: Option<f64>, exact: f64) -> bool {
        value.is_some_and(|value| (value - exact).abs() <= exact / 256.0)
    }

    #[test]
    fn nearest_rank_of_one_to_a_hundred() {
        let latency = of_ms(1..=100);
        assert_eq!((latency.n, latency.mean, latency.min, latency.max), (100, Some(50.5), Some(1.0), Some(100.0)));
        assert!(near(latency.p50, 50.0) && near(latency.p95, 95.0) && near(latency.p99, 99.0), "{latency:?}");
    }

    #[test]
    fn one_call_is_its_own_percentile_but_not_a_firm_one() {
        let latency = of_ms([250]);
        assert_eq!((latency.p50, latency.p95, latency.p99), (Some(250.0), Some(250.0), Some(250.0)));
        assert_eq!((latency.firm_p95(), latency.firm_p99()), (None, None));
    }

    #[test]
    fn percentiles_become_firm_at_20_and_100_calls() {
        let firm = |n| (of_ms(1..=n).firm_p95().is_some(), of_ms(1..=n).firm_p99().is_some());
        assert_eq!(
            [firm(19), firm(20), firm(99), firm(100)],
            [(false, false), (true, false), (true, false), (true, true)]
        );
    }

    #[test]
    fn nothing_is_known_of_nothing() {
        let text = serde_json::to_string(&of_ms([])).unwrap();
        assert_eq!(text, r#"{"n":0,"mean":null,"p50":null,"p95":null,"p99":null,"min":null,"max":null}"#);
    }
}
