//! Means of sums that hang together: the calls of one day are more like each other than like those of another, so the days
//! are what chance plays with (the ratio estimator of cluster samples, Cochran 1977, chapter 6).

use super::normal::student_two_sided;

/// A sum, and what it is a sum over: dollars and calls, scores and ratings, tokens and answers.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Part {
    /// The sum.
    pub sum: f64,
    /// How many it rests on.
    pub n: f64,
}

/// A mean over clusters, and how far chance alone may move it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClusteredMean {
    /// The mean.
    pub mean: f64,
    /// Its variance.
    pub variance: f64,
    /// Clusters that hold something.
    pub clusters: usize,
}

impl ClusteredMean {
    /// The mean over strata of given weights, each cluster a row of the parts of all strata. Strata without anything have no
    /// weight. `None` of fewer than two clusters.
    pub fn standardised(clusters: &[Vec<Part>], weights: &[f64]) -> Option<Self> {
        let strata = strata(clusters, weights);
        let holds = |cluster: &&Vec<Part>| strata.iter().any(|stratum| cluster[stratum.at].n > 0.0);
        let filled: Vec<&Vec<Part>> = clusters.iter().filter(holds).collect();
        if filled.len() < 2 {
            return None;
        }
        let mean = strata.iter().map(|stratum| stratum.share * stratum.mean).sum();
        // How far a cluster pulls the mean from where it is.
        let pull = |cluster: &Vec<Part>| -> f64 {
            let of = |Stratum { at, share, mean, n }: &Stratum| share * (cluster[*at].sum - mean * cluster[*at].n) / n;
            strata.iter().map(of).sum()
        };
        let squares: f64 = filled.iter().map(|cluster| pull(cluster).powi(2)).sum();
        let count = filled.len() as f64;
        Some(Self { mean, variance: count / (count - 1.0) * squares, clusters: filled.len() })
    }

    /// The mean of a single stratum.
    pub fn of(clusters: impl IntoIterator<Item = Part>) -> Option<Self> {
        let clusters: Vec<Vec<Part>> = clusters.into_iter().map(|part| vec![part]).collect();
        Self::standardised(&clusters, &[1.0])
    }
}

/// A stratum that holds something, over all clusters.
struct Stratum {
    at: usize,
    /// Its weight over that of all.
    share: f64,
    mean: f64,
    n: f64,
}

fn strata(clusters: &[Vec<Part>], weights: &[f64]) -> Vec<Stratum> {
    let total = |at: usize| {
        let parts = clusters.iter().map(|cluster| cluster[at]);
        parts.fold((0.0, 0.0), |(sum, n), part| (sum + part.sum, n + part.n))
    };
    let totals = weights.iter().enumerate().map(|(at, weight)| (at, *weight, total(at)));
    let filled: Vec<_> = totals.filter(|(_, weight, (_, n))| *weight > 0.0 && *n > 0.0).collect();
    let whole: f64 = filled.iter().map(|(_, weight, _)| weight).sum();
    let stratum =
        |(at, weight, (sum, n)): (usize, f64, (f64, f64))| Stratum { at, share: weight / whole, mean: sum / n, n };
    filled.into_iter().map(stratum).collect()
}

/// The probability of two means as far apart where there is no difference (Welch's test, its degrees of freedom counted in
/// clusters).
pub fn difference(a: &ClusteredMean, b: &ClusteredMean) -> f64 {
    let variance = a.variance + b.variance;
    let apart = a.mean - b.mean;
    // Sums that differ by rounding only do not differ.
    if apart.abs() <= 1e-12 * a.mean.abs().max(b.mean.abs()) {
        return 1.0;
    }
    if variance <= 0.0 {
        return 0.0;
    }
    let part = |mean: &ClusteredMean| mean.variance.powi(2) / (mean.clusters as f64 - 1.0);
    student_two_sided(apart / variance.sqrt(), variance.powi(2) / (part(a) + part(b)))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{near, normal, share_of};
    use super::*;

    fn single(values: &[f64]) -> ClusteredMean {
        ClusteredMean::of(values.iter().map(|value| Part { sum: *value, n: 1.0 })).unwrap()
    }

    #[test]
    fn clusters_of_one_are_the_plain_mean_and_its_error() {
        let mean = single(&[1.0, 2.0, 3.0, 6.0]);
        // Sample variance 14/3, over 4.
        assert!(mean.mean == 3.0 && near(mean.variance, 14.0 / 3.0 / 4.0, 1e-12) && mean.clusters == 4);
        assert_eq!(ClusteredMean::of([Part { sum: 1.0, n: 1.0 }, Part::default()]), None);
    }

    #[test]
    fn empty_clusters_and_strata_without_anything_change_nothing() {
        let parts = |sum, n| vec![Part { sum, n }, Part::default()];
        let clusters = [parts(3.0, 2.0), parts(5.0, 2.0), parts(0.0, 0.0)];
        let mean = ClusteredMean::standardised(&clusters, &[0.2, 0.8]).unwrap();
        assert_eq!((mean.mean, mean.clusters), (2.0, 2));
    }

    #[test]
    fn welch_on_single_values() {
        let (a, b) =
            (single(&[27.5, 21.0, 19.0, 23.6, 17.0, 17.9]), single(&[27.1, 22.0, 20.8, 23.4, 23.4, 23.5, 25.8]));
        // Welch's t −1.4936 with 7.6 degrees of freedom.
        let p = difference(&a, &b);
        assert!((0.15..0.20).contains(&p), "{p}");
        assert_eq!((difference(&single(&[1.0; 3]), &single(&[2.0; 3])), difference(&a, &a)), (0.0, 1.0));
    }

    #[test]
    fn days_that_hang_together_raise_no_more_alarms_than_they_should() {
        let mut chance = fastrand::Rng::with_seed(9);
        let mut days = |n: usize| {
            let day = |_| {
                let (level, calls) = (1.0 + 0.2 * normal(&mut chance), chance.usize(20..60));
                let sum = (0..calls).map(|_| level + 0.3 * normal(&mut chance)).sum();
                Part { sum, n: calls as f64 }
            };
            ClusteredMean::of((0..n).map(day).collect::<Vec<_>>()).unwrap()
        };
        let alarms = share_of(2_000, |_| difference(&days(7), &days(7)) < 0.05);
        println!("two equal weeks differ in {alarms}");
        assert!((0.02..0.07).contains(&alarms), "{alarms}");
    }
}
