//! The slope of a series that a few odd values do not turn (Theil 1950, Sen 1968).

use serde::Serialize;

use super::Interval;
use super::normal::Z_95;

/// A slope and its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Slope {
    /// Per step of the series.
    pub slope: f64,
    /// Between which slopes the true one lies.
    pub interval: Interval,
}

/// The median of all slopes between two points `(x, y)`. `variance` is that of Mann and Kendall's S, which gives the ends of
/// the interval. `None` of fewer than two points with different x.
pub fn theil_sen(points: &[(f64, f64)], variance: f64) -> Option<Slope> {
    let slopes = sorted_slopes(points);
    let count = slopes.len();
    let half = Z_95 * variance.sqrt() / 2.0;
    // Sen's ranks, counted from 1: (M − C)/2 and (M + C)/2 + 1, cut to what there is.
    let at = |rank: f64| slopes.get((rank.round().max(1.0) as usize).min(count) - 1).copied();
    let middle = count as f64 / 2.0;
    let low = (count > 0).then(|| at(middle - half)).flatten()?;
    let high = at(middle + half + 1.0)?;
    Some(Slope { slope: median(&slopes)?, interval: Interval { low, high } })
}

fn sorted_slopes(points: &[(f64, f64)]) -> Vec<f64> {
    let mut slopes = Vec::with_capacity(points.len() * points.len().saturating_sub(1) / 2);
    for (at, (x, y)) in points.iter().enumerate() {
        slopes.extend(
            points[at + 1..].iter().filter(|(later, _)| later != x).map(|(later, other)| (other - y) / (later - x)),
        );
    }
    slopes.sort_by(f64::total_cmp);
    slopes
}

/// The median of sorted numbers; of an even count the mean of the middle two.
pub fn median(sorted: &[f64]) -> Option<f64> {
    let half = sorted.len() / 2;
    match sorted.len() % 2 {
        _ if sorted.is_empty() => None,
        1 => Some(sorted[half]),
        _ => Some((sorted[half - 1] + sorted[half]) / 2.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(values: &[f64]) -> Vec<(f64, f64)> {
        values.iter().enumerate().map(|(at, value)| (at as f64, *value)).collect()
    }

    #[test]
    fn an_odd_value_does_not_turn_it() {
        let slope = theil_sen(&series(&[1.0, 3.0, 5.0, 700.0, 9.0, 11.0]), 0.0).unwrap();
        assert_eq!(slope.slope, 2.0);
    }

    #[test]
    fn days_without_a_value_are_gaps() {
        assert_eq!(theil_sen(&[(0.0, 1.0), (1.0, 2.0), (10.0, 11.0)], 0.0).unwrap().slope, 1.0);
        assert_eq!((theil_sen(&[(0.0, 1.0)], 1.0), theil_sen(&[], 1.0)), (None, None));
    }

    #[test]
    fn the_interval_holds_the_slope_and_is_all_slopes_where_the_variance_is_great() {
        let points = series(&[1.0, 4.0, 3.0, 8.0, 7.0, 9.0]);
        let (tight, wide) = (theil_sen(&points, 28.3).unwrap(), theil_sen(&points, 1e9).unwrap());
        assert!(tight.interval.low <= tight.slope && tight.slope <= tight.interval.high);
        assert_eq!((wide.interval.low, wide.interval.high), (-1.0, 5.0));
    }
}
