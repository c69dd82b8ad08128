//! Between which shares the true one lies.

use serde::Serialize;

use super::normal::Z_95;

/// Both ends of a 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// Wilson's interval of a share of `n`: never outside 0 to 1, and of use for few and for none. `None` of nothing.
pub fn wilson(count: u64, n: u64) -> Option<Interval> {
    (n > 0).then(|| around((count as f64 / n as f64).min(1.0), n as f64))
}

/// The same of a share of things that hang together in clusters: as if there were only as many of them as chance makes of it,
/// n_eff = p(1 − p) / v, v being the variance of the share over clusters (Korn and Graubard 1998). Never narrower than
/// that of things that do not hang together.
pub fn wilson_clustered(count: u64, n: u64, variance: f64) -> Option<Interval> {
    let share = (count as f64 / n.max(1) as f64).min(1.0);
    let alone = share * (1.0 - share) / variance;
    let as_many = if alone.is_finite() && alone > 0.0 { alone.min(n as f64) } else { n as f64 };
    (n > 0).then(|| around(share, as_many))
}

fn around(share: f64, n: f64) -> Interval {
    let z2 = Z_95 * Z_95;
    let middle = share + z2 / (2.0 * n);
    let half = Z_95 * (share * (1.0 - share) / n + z2 / (4.0 * n * n)).sqrt();
    let end = |value: f64| (value / (1.0 + z2 / n)).clamp(0.0, 1.0);
    Interval { low: end(middle - half), high: end(middle + half) }
}

#[cfg(test)]
mod tests {
    use super::super::testing::near;
    use super::*;

    #[test]
    fn what_hangs_together_tells_less() {
        // Calls in pairs that are alike are half as many.
        let (pairs, half) = (wilson_clustered(50, 200, 0.25 * 0.75 / 100.0).unwrap(), wilson(25, 100).unwrap());
        assert!(near(pairs.low, half.low, 1e-9) && near(pairs.high, half.high, 1e-9));
        assert_eq!(wilson_clustered(50, 200, 1e-9), wilson(50, 200));
        assert_eq!(wilson_clustered(0, 20, 0.0), wilson(0, 20));
        assert_eq!(wilson_clustered(0, 0, 0.0), None);
    }

    #[test]
    fn published_values() {
        // Newcombe 1998, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
        let cases =
            [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)];
        for (count, n, low, high) in cases {
            let interval = wilson(count, n).unwrap();
            assert!(
                (interval.low - low).abs() < 6e-5 && (interval.high - high).abs() < 6e-5,
                "{count} of {n}: {interval:?}"
            );
        }
        assert_eq!(wilson(0, 0), None);
    }

    #[test]
    fn all_and_none_mirror_each_other() {
        let (none, all) = (wilson(0, 7).unwrap(), wilson(7, 7).unwrap());
        assert!(none.low < 1e-12 && all.high > 1.0 - 1e-12 && near(all.low, 1.0 - none.high, 1e-12));
    }
}
