//! How much one more of x costs in y.

/// Fewer points carry no slope.
pub const POINTS_FROM: usize = 30;

/// The slope of the least-squares line through `(x, y)` points. `None` below [`POINTS_FROM`] points, on a constant x,
/// and where the slope is not above zero by two of its standard errors.
pub fn slope(points: &[(f64, f64)]) -> Option<f64> {
    let n = points.len() as f64;
    if points.len() < POINTS_FROM {
        return None;
    }
    let mean_x = points.iter().map(|(x, _)| x).sum::<f64>() / n;
    let mean_y = points.iter().map(|(_, y)| y).sum::<f64>() / n;
    let sum = |product: fn(f64, f64) -> f64| points.iter().map(|(x, y)| product(x - mean_x, y - mean_y)).sum::<f64>();
    let (xx, xy, yy) = (sum(|x, _| x * x), sum(|x, y| x * y), sum(|_, y| y * y));
    if xx <= 0.0 {
        return None;
    }
    let slope = xy / xx;
    let unexplained = (yy - slope * xy).max(0.0);
    let standard_error = (unexplained / (n - 2.0) / xx).sqrt();
    (slope > 2.0 * standard_error).then_some(slope)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(n: u32, y: impl Fn(f64) -> f64) -> Vec<(f64, f64)> {
        (0..n).map(f64::from).map(|x| (x, y(x))).collect()
    }

    #[test]
    fn a_straight_line_has_its_slope() {
        let slope = slope(&line(30, |x| 200.0 + 0.5 * x)).unwrap();
        assert!((slope - 0.5).abs() < 1e-12, "{slope}");
    }

    #[test]
    fn too_few_points_a_constant_column_and_noise_have_none() {
        assert_eq!(slope(&line(29, |x| x)), None);
        assert_eq!(slope(&[(550.0, 1.0), (550.0, 9.0)].repeat(20)), None);
        assert_eq!(slope(&line(40, |x| if x % 2.0 == 0.0 { 0.0 } else { 1000.0 })), None);
        assert_eq!(slope(&line(30, |x| -x)), None);
    }
}
