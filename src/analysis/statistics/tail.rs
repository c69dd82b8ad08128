//! Whether more values than before lie in the tail.

use statrs::function::factorial::ln_binomial;

/// From how many reference values on a tail is judged.
pub const TAIL_REFERENCE_FROM: u64 = 100;
/// From how many recent values on.
pub const TAIL_FROM: u64 = 45;

/// The probability that `count` or more of `n` values lie above the `rank`-th of `reference` values, where both come from one
/// and the same distribution, whatever its shape: the count is beta-binomial with reference − rank + 1 and rank. Taking the
/// rank-th value for a known quantile would alarm many times too often.
pub fn exceedance_tail(count: u64, n: u64, rank: u64, reference: u64) -> f64 {
    if count == 0 || rank == 0 || rank > reference {
        return 1.0;
    }
    // Of all orders of the values, those in which k of the recent ones lie above.
    let orders = ln_binomial(n + reference, n);
    let above = reference - rank;
    let exactly = |k: u64| (ln_binomial(k + above, k) + ln_binomial(n - k + rank - 1, n - k) - orders).exp();
    let (larger, smaller) = (count..=n, 0..count.min(n + 1));
    // The shorter sum; the other is its complement.
    let tail =
        if n - count.min(n) < count { larger.map(exactly).sum() } else { 1.0 - smaller.map(exactly).sum::<f64>() };
    tail.clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{near, normal, share_of};
    use super::*;

    /// The rank of the 95th percentile.
    fn p95(reference: u64) -> u64 {
        (95 * reference).div_ceil(100)
    }

    fn critical(reference: u64, n: u64) -> u64 {
        (0..=n).find(|count| exceedance_tail(*count, n, p95(reference), reference) < 0.001).unwrap()
    }

    #[test]
    fn counts_that_alarm_at_one_in_a_thousand() {
        assert_eq!([45, 60, 200].map(|n| critical(200, n)), [10, 12, 30]);
        assert_eq!([45, 60, 200].map(|n| critical(1_000, n)), [9, 11, 23]);
    }

    #[test]
    fn one_value_against_one() {
        // It lies above with probability one half; two of two with one third.
        assert!(near(exceedance_tail(1, 1, 1, 1), 0.5, 1e-12) && near(exceedance_tail(2, 2, 1, 1), 1.0 / 3.0, 1e-12));
        assert_eq!((exceedance_tail(0, 5, 3, 4), exceedance_tail(6, 5, 3, 4)), (1.0, 0.0));
    }

    #[test]
    fn false_alarms_are_as_rare_as_it_says_and_a_heavy_tail_is_found() {
        let mut chance = fastrand::Rng::with_seed(3);
        let mut alarms = |slow: f64, repeats| {
            share_of(repeats, |_| {
                let mut reference: Vec<f64> = (0..200).map(|_| normal(&mut chance)).collect();
                reference.sort_by(f64::total_cmp);
                let line = reference[p95(200) as usize - 1];
                let mut value = |_| normal(&mut chance) * 0.2 + if chance.f64() < slow { 3.0_f64.ln() } else { 0.0 };
                let count = (0..60).map(&mut value).filter(|value| *value > line * 0.2).count();
                exceedance_tail(count as u64, 60, p95(200), 200) < 0.001
            })
        };
        let (false_alarms, power) = (alarms(0.0, 8_000), alarms(0.1, 500));
        println!("false alarms {false_alarms}, a tenth of the calls three times as slow found {power}");
        assert!(false_alarms <= 0.0015 && power > 0.1, "{false_alarms} {power}");
    }
}
