//! Whether one group of values tends to be larger than another, within strata (van Elteren 1960): so that a mix of other
//! strata is no difference.

use super::Sample;
use super::normal::two_sided;

/// From how many values on each side a stratum counts.
pub const STRATUM_FROM: u64 = 3;

/// Values of one stratum on two sides.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stratum {
    /// The side that is asked about.
    pub here: Sample,
    /// What it is held against.
    pub against: Sample,
}

/// What the test says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RankTest {
    /// Above zero where this side is larger; standard normal where neither is.
    pub z: f64,
    /// The mean over strata of the logarithm of the ratio of medians, each as heavy as it has values here.
    pub log_ratio: f64,
    /// Values on this side, in strata that count.
    pub n_here: u64,
    /// Values on the other.
    pub n_against: u64,
}

impl Stratum {
    /// Whether there are enough values on both sides.
    pub fn counts(&self) -> bool {
        self.here.n().min(self.against.n()) >= STRATUM_FROM
    }

    /// The logarithm of the ratio of medians, unless one is zero.
    fn log_ratio(&self) -> Option<f64> {
        let medians = self.here.median().zip(self.against.median());
        medians.filter(|(here, against)| *here > 0.0 && *against > 0.0).map(|(here, against)| (here / against).ln())
    }

    /// How far the sum of ranks on this side lies from what is expected, and its variance.
    fn rank_sum(&self) -> (f64, f64) {
        let (m, n) = (self.here.n() as f64, self.against.n() as f64);
        let total = m + n;
        let (mut below, mut ranks, mut ties) = (0.0, 0.0, 0.0);
        each_value(self.here.counts(), self.against.counts(), |here, against| {
            let tied = here + against;
            ranks += here * (below + (tied + 1.0) / 2.0);
            ties += tied * tied * tied - tied;
            below += tied;
        });
        let off = ranks - m * (total + 1.0) / 2.0;
        let variance = m * n / 12.0 * (total + 1.0 - ties / (total * (total - 1.0)));
        (off, variance)
    }
}

impl RankTest {
    /// The probability of a difference at least as large where there is none.
    pub fn p(&self) -> f64 {
        two_sided(self.z)
    }
}

/// The test over all strata that count; `None` if none does.
pub fn van_elteren<'a>(strata: impl IntoIterator<Item = &'a Stratum>) -> Option<RankTest> {
    let (mut off, mut variance) = (0.0, 0.0);
    let (mut ratios, mut heavy) = (0.0, 0.0);
    let (mut n_here, mut n_against) = (0, 0);
    for stratum in strata.into_iter().filter(|stratum| stratum.counts()) {
        let weight = 1.0 / ((stratum.here.n() + stratum.against.n()) as f64 + 1.0);
        let (own_off, own_variance) = stratum.rank_sum();
        off += weight * own_off;
        variance += weight * weight * own_variance;
        n_here += stratum.here.n();
        n_against += stratum.against.n();
        if let Some(ratio) = stratum.log_ratio() {
            ratios += stratum.here.n() as f64 * ratio;
            heavy += stratum.here.n() as f64;
        }
    }
    let z = if variance > 0.0 { off / variance.sqrt() } else { 0.0 };
    let log_ratio = if heavy > 0.0 { ratios / heavy } else { 0.0 };
    (n_here > 0).then_some(RankTest { z, log_ratio, n_here, n_against })
}

/// Calls `each` with how often each different value came on the two sides, in rising order.
fn each_value(mut here: &[(f64, u64)], mut against: &[(f64, u64)], mut each: impl FnMut(f64, f64)) {
    // This is where a comparison of many periods spends its time.
    while let ([(a, m), rest_here @ ..], [(b, n), rest_against @ ..]) = (here, against) {
        if a < b {
            each(*m as f64, 0.0);
            here = rest_here;
        } else if b < a {
            each(0.0, *n as f64);
            against = rest_against;
        } else {
            each(*m as f64, *n as f64);
            (here, against) = (rest_here, rest_against);
        }
    }
    here.iter().for_each(|(_, count)| each(*count as f64, 0.0));
    against.iter().for_each(|(_, count)| each(0.0, *count as f64));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::testing::{near, normal, share_of};
    use super::*;
    use crate::model::{Histogram, Micros};

    fn stratum(here: &[f64], against: &[f64]) -> Stratum {
        Stratum { here: here.iter().copied().collect(), against: against.iter().copied().collect() }
    }

    #[test]
    fn one_stratum_is_the_rank_sum_test() {
        // Ranks 1, 2, 4 of six: W = 7 where 10.5 is expected, variance 3·3·7/12.
        let test = van_elteren(&[stratum(&[1.0, 2.0, 4.0], &[3.0, 5.0, 6.0])]).unwrap();
        assert!(near(test.z, -3.5 / 5.25_f64.sqrt(), 1e-12) && near(test.log_ratio, (2.0_f64 / 5.0).ln(), 1e-12));
    }

    #[test]
    fn ties_share_their_ranks() {
        // Values 1 1 2 2 2 3: the midranks are 1.5, 4 and 6; the variance loses (2³−2 + 3³−3)/(6·5) of its N+1.
        let test = van_elteren(&[stratum(&[1.0, 2.0, 2.0], &[1.0, 2.0, 3.0])]).unwrap();
        let variance = 9.0 / 12.0 * (7.0 - 30.0 / 30.0);
        assert!(near(test.z, (9.5 - 10.5) / f64::sqrt(variance), 1e-12), "{test:?}");
        assert_eq!(van_elteren(&[stratum(&[2.0; 3], &[2.0; 4])]).unwrap().z, 0.0);
    }

    #[test]
    fn strata_without_enough_on_a_side_are_left_out() {
        let enough = stratum(&[1.0, 2.0, 4.0], &[3.0, 5.0, 6.0]);
        let thin = stratum(&[9.0, 9.0], &[1.0, 1.0, 1.0, 1.0]);
        assert_eq!(van_elteren(&[enough.clone(), thin.clone()]), van_elteren([&enough]));
        assert_eq!(van_elteren([&thin]), None);
    }

    proptest! {
        #[test]
        fn doubling_all_values_changes_nothing_and_swapping_the_sides_the_sign(
            here in prop::collection::vec(1u64..1_000_000, 3..40), against in prop::collection::vec(1u64..1_000_000, 3..40),
        ) {
            let of = |values: &[u64], factor: f64| values.iter().map(|value| *value as f64 * factor).collect::<Sample>();
            let test = |factor| van_elteren(&[Stratum { here: of(&here, factor), against: of(&against, factor) }]).unwrap();
            let swapped = van_elteren(&[Stratum { here: of(&against, 1.0), against: of(&here, 1.0) }]).unwrap();
            prop_assert_eq!(test(1.0).z, test(2.0).z);
            prop_assert!((test(1.0).z + swapped.z).abs() < 1e-9);
        }

        #[test]
        fn merged_histograms_equal_pooled_values(
            first in prop::collection::vec(1u64..10_000_000, 0..90), second in prop::collection::vec(1u64..10_000_000, 3..90),
        ) {
            let of = |values: &[u64]| {
                let mut histogram = Histogram::default();
                values.iter().for_each(|value| histogram.record(Micros(*value)));
                histogram
            };
            let mut merged = of(&first);
            merged.merge(&of(&second));
            let pooled = of(&[first, second].concat());
            prop_assert_eq!(Sample::from(&merged), Sample::from(&pooled));
        }
    }

    /// Log-normal times of a fast and a slow model, the slow one with a share of the calls.
    fn mixed(chance: &mut fastrand::Rng, n: usize, slow_share: f64, factor: f64) -> [Vec<f64>; 2] {
        let mut times = [Vec::new(), Vec::new()];
        for _ in 0..n {
            let slow = chance.f64() < slow_share;
            let median = if slow { 3_000.0 } else { 1_000.0 };
            times[usize::from(slow)].push(factor * median * (0.2 * normal(chance)).exp());
        }
        times
    }

    /// The share of alarms at p < .001 and at least +10 %: pooled and by stratum.
    fn alarms(recent_share: f64, factor: f64) -> (f64, f64) {
        let mut chance = fastrand::Rng::with_seed(7);
        let mut pooled_alarms = 0;
        let stratified = share_of(500, |_| {
            let [here, against] = [mixed(&mut chance, 60, recent_share, factor), mixed(&mut chance, 200, 0.3, 1.0)];
            let alarm = |test: Option<RankTest>| {
                test.is_some_and(|test| test.z > 0.0 && test.p() / 2.0 < 0.001 && test.log_ratio >= 1.1_f64.ln())
            };
            pooled_alarms += u32::from(alarm(van_elteren(&[stratum(&here.concat(), &against.concat())])));
            alarm(van_elteren(&[stratum(&here[0], &against[0]), stratum(&here[1], &against[1])]))
        });
        (f64::from(pooled_alarms) / 500.0, stratified)
    }

    #[test]
    fn a_change_of_mix_is_no_difference_and_hides_none() {
        let ((_, same), (pooled, mix), (_, all), (_, hidden)) =
            (alarms(0.3, 1.0), alarms(0.6, 1.0), alarms(0.3, 1.25), alarms(0.05, 1.25));
        println!("same {same}, mix only {mix} (pooled {pooled}), all +25% {all}, hidden +25% {hidden}");
        assert!(same <= 0.01 && mix <= 0.01 && pooled > 0.5, "{same} {mix} {pooled}");
        assert!(all >= 0.95 && hidden >= 0.95, "{all} {hidden}");
    }
}
