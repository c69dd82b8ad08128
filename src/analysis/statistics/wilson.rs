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
    if n == 0 {
        return None;
    }
    let (n, z2) = (n as f64, Z_95 * Z_95);
    let share = (count as f64 / n).min(1.0);
    let middle = share + z2 / (2.0 * n);
    let half = Z_95 * (share * (1.0 - share) / n + z2 / (4.0 * n * n)).sqrt();
    let end = |value: f64| (value / (1.0 + z2 / n)).clamp(0.0, 1.0);
    Some(Interval { low: end(middle - half), high: end(middle + half) })
}

#[cfg(test)]
mod tests {
    use super::super::testing::near;
    use super::*;

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
