//! Whether a series rises or falls (Mann 1945, Kendall 1975), where each value may lean on those before it (Hamed and Rao
//! 1998).

use super::normal::two_sided;
use super::theil_sen::{Slope, theil_sen};

/// From how many values on a trend is claimed.
pub const TREND_FROM: usize = 14;

/// What a series says of its trend.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trend {
    /// How many more pairs rise than fall.
    pub s: f64,
    /// Its standard score, were the values independent of each other.
    pub z_independent: f64,
    /// Its standard score, with the variance that their dependence leaves it.
    pub z: f64,
    /// By how much that dependence stretches the variance; at least 1.
    pub stretch: f64,
    /// How much a step brings.
    pub slope: Slope,
}

impl Trend {
    /// The probability of a trend at least as strong where there is none.
    pub fn p(&self) -> f64 {
        two_sided(self.z)
    }
}

/// The trend of points `(x, y)` in the order of x. `None` of fewer than four.
pub fn mann_kendall(points: &[(f64, f64)]) -> Option<Trend> {
    if points.len() < 4 {
        return None;
    }
    let values: Vec<f64> = points.iter().map(|(_, y)| *y).collect();
    let (s, variance) = (score(&values), variance(&values));
    let slope = theil_sen(points, variance)?;
    let detrended: Vec<f64> = points.iter().map(|(x, y)| y - slope.slope * x).collect();
    let stretch = stretch(&midranks(&detrended));
    let standard = |variance: f64| if variance > 0.0 { (s - s.signum()) / variance.sqrt() } else { 0.0 };
    let at_rest = s == 0.0;
    Some(Trend {
        s,
        z_independent: if at_rest { 0.0 } else { standard(variance) },
        z: if at_rest { 0.0 } else { standard(variance * stretch) },
        stretch,
        slope: theil_sen(points, variance * stretch)?,
    })
}

/// S: over all pairs, 1 for each that rises and −1 for each that falls.
fn score(values: &[f64]) -> f64 {
    let sign = |rise: f64| if rise == 0.0 { 0.0 } else { rise.signum() };
    values
        .iter()
        .enumerate()
        .map(|(at, value)| values[at + 1..].iter().map(|later| sign(later - value)).sum::<f64>())
        .sum()
}

/// The variance of S where there is no trend and no dependence, with ties.
fn variance(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let part = |n: f64| n * (n - 1.0) * (2.0 * n + 5.0);
    let ties: f64 = sorted.chunk_by(|a, b| a == b).map(|tied| part(tied.len() as f64)).sum();
    (part(values.len() as f64) - ties) / 18.0
}

/// Ranks from 1; equal values share the mean of theirs.
fn midranks(values: &[f64]) -> Vec<f64> {
    let below = |value: f64| values.iter().filter(|other| **other < value).count();
    let equal = |value: f64| values.iter().filter(|other| **other == value).count();
    values.iter().map(|value| below(*value) as f64 + (equal(*value) as f64 + 1.0) / 2.0).collect()
}

/// By how much the dependence of ranks stretches the variance of S: Hamed and Rao's sum, with the correlation at each lag that
/// of a series in which each value leans on the one before. Correlations measured lag by lag are far too low on a few dozen
/// values; that at lag 1 can be freed of its bias (Kendall 1954). It never shrinks the variance.
fn stretch(ranks: &[f64]) -> f64 {
    let n = ranks.len() as f64;
    let lean = lean(ranks);
    let heavy = |lag: f64| (n - lag) * (n - lag - 1.0) * (n - lag - 2.0);
    let sum: f64 = (1..ranks.len()).map(|lag| heavy(lag as f64) * lean.powi(lag as i32)).sum();
    1.0 + 2.0 * sum / (n * (n - 1.0) * (n - 2.0))
}

/// The most that a value is taken to lean on the one before.
const MOST_LEAN: f64 = 0.95;

/// The correlation of values with those before them, freed of its bias towards less; 0 where there is none.
fn lean(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let off: Vec<f64> = values.iter().map(|value| value - mean).collect();
    let total: f64 = off.iter().map(|off| off * off).sum();
    if total <= 0.0 || n <= 4.0 {
        return 0.0;
    }
    let measured = off.windows(2).map(|pair| pair[0] * pair[1]).sum::<f64>() / total;
    ((n * measured + 2.0) / (n - 4.0)).clamp(0.0, MOST_LEAN)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{leaning, near, share_of};
    use super::*;

    fn series(values: &[f64]) -> Vec<(f64, f64)> {
        values.iter().enumerate().map(|(at, value)| (at as f64, *value)).collect()
    }

    #[test]
    fn a_series_that_only_rises() {
        let trend = mann_kendall(&series(&[1.0, 2.0, 3.0, 4.0, 5.0])).unwrap();
        // n(n−1)(2n+5)/18 = 50/3.
        assert!(trend.s == 10.0 && near(trend.z_independent, 9.0 / (50.0_f64 / 3.0).sqrt(), 1e-12), "{trend:?}");
        assert_eq!((trend.slope.slope, mann_kendall(&series(&[1.0, 2.0, 3.0]))), (1.0, None));
    }

    #[test]
    fn ties_take_from_the_variance() {
        // Gilbert 1987: of 10, 22, 21, 30, 22, 30, 40, 41, 30, 40 the variance is (2250 − 2·18 − 66)/18.
        assert!(near(variance(&[10.0, 22.0, 21.0, 30.0, 22.0, 30.0, 40.0, 41.0, 30.0, 40.0]), 2148.0 / 18.0, 1e-12));
        let flat = mann_kendall(&series(&[7.0; 20])).unwrap();
        assert_eq!((flat.z, flat.p(), flat.slope.slope), (0.0, 1.0, 0.0));
    }

    #[test]
    fn dependence_makes_it_careful() {
        let mut chance = fastrand::Rng::with_seed(11);
        for n in [14, 28, 60] {
            let mut alarms = |lag_1: f64, corrected: bool| {
                share_of(1_000, |_| {
                    let trend = mann_kendall(&series(&leaning(&mut chance, n, lag_1))).unwrap();
                    two_sided(if corrected { trend.z } else { trend.z_independent }) < 0.05
                })
            };
            let [free, leaning, careful] = [alarms(0.0, true), alarms(0.5, false), alarms(0.5, true)];
            println!("{n} values: {free} of free series, {leaning} of leaning ones, {careful} corrected");
            assert!(free <= 0.05 && leaning >= 0.18 && careful <= 0.13, "{n}: {free} {leaning} {careful}");
        }
    }
}
