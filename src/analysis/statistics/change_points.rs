//! When a series changed its level (binary segmentation on standard scores).

/// From how many values on a change is dated.
pub const CHANGE_POINTS_FROM: usize = 20;

/// The least values on either side of a change.
const LEAST: usize = 5;

/// Where new levels begin, in rising order. The cost of a stretch is its sum of squares about its mean; it is split where
/// that saves most, if it saves more than 3·ln n, and so on in both parts.
pub fn change_points(values: &[f64]) -> Vec<usize> {
    if values.len() < CHANGE_POINTS_FROM {
        return Vec::new();
    }
    let sums = Sums::of(&standard_scores(values));
    let penalty = 3.0 * (values.len() as f64).ln();
    let (mut found, mut open) = (Vec::new(), vec![(0, values.len())]);
    while let Some((from, to)) = open.pop() {
        let splits = from + LEAST..(to + 1).saturating_sub(LEAST);
        let best = splits.map(|at| (sums.saved(from, at, to), at)).max_by(|a, b| a.0.total_cmp(&b.0));
        if let Some((saved, at)) = best
            && saved > penalty
        {
            found.push(at);
            open.extend([(from, at), (at, to)]);
        }
    }
    found.sort_unstable();
    found
}

/// How many standard deviations each value lies from the mean; zeros for a constant series.
fn standard_scores(values: &[f64]) -> Vec<f64> {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let deviation = (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / n).sqrt();
    values.iter().map(|value| if deviation > 0.0 { (value - mean) / deviation } else { 0.0 }).collect()
}

/// Sums up to each place, so that the cost of any stretch is known at once.
struct Sums(Vec<(f64, f64)>);

impl Sums {
    fn of(values: &[f64]) -> Self {
        let mut sums = vec![(0.0, 0.0)];
        let (mut sum, mut squares) = (0.0, 0.0);
        sums.extend(values.iter().map(|value| {
            sum += value;
            squares += value * value;
            (sum, squares)
        }));
        Self(sums)
    }

    fn cost(&self, from: usize, to: usize) -> f64 {
        let ((sum, squares), (sum_before, squares_before)) = (self.0[to], self.0[from]);
        squares - squares_before - (sum - sum_before).powi(2) / (to - from) as f64
    }

    /// What a split saves.
    fn saved(&self, from: usize, at: usize, to: usize) -> f64 {
        self.cost(from, to) - self.cost(from, at) - self.cost(at, to)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{normal, share_of};
    use super::*;

    #[test]
    fn steps_without_noise() {
        let levels: Vec<f64> = [1.0, 5.0, 2.0].into_iter().flat_map(|level| [level; 10]).collect();
        assert_eq!(change_points(&levels), [10, 20]);
        assert!(change_points(&[3.0; 40]).is_empty() && change_points(&levels[..19]).is_empty());
    }

    #[test]
    fn a_step_of_three_deviations_is_dated_and_noise_is_left_alone() {
        let mut chance = fastrand::Rng::with_seed(5);
        let mut series = |step: f64| {
            let n = chance.usize(20..=120);
            let at = chance.usize(LEAST..=n - LEAST);
            let values: Vec<f64> =
                (0..n).map(|place| normal(&mut chance) + if place >= at { step } else { 0.0 }).collect();
            (at, change_points(&values))
        };
        let dated = share_of(2_000, |_| {
            let (at, found) = series(3.0);
            found.iter().any(|found| found.abs_diff(at) <= 1)
        });
        let split = share_of(2_000, |_| !series(0.0).1.is_empty());
        println!("dated within one: {dated}; flat series split: {split}");
        assert!(dated >= 0.95 && split <= 0.01, "{dated} {split}");
    }
}
