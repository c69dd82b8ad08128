//! Values with how often they came, in rising order: from single values, or from the buckets of a histogram.

use crate::model::Histogram;

/// A sample of numbers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sample {
    /// Different values in rising order, with their counts.
    counts: Vec<(f64, u64)>,
    n: u64,
}

impl Sample {
    /// How many values there are.
    pub fn n(&self) -> u64 {
        self.n
    }

    /// Different values in rising order, with how often each came.
    pub fn counts(&self) -> &[(f64, u64)] {
        &self.counts
    }

    /// The median by nearest rank.
    pub fn median(&self) -> Option<f64> {
        let (rank, mut below) = (self.n.div_ceil(2), 0);
        let reached = self.counts.iter().find(|(_, count)| {
            below += count;
            below >= rank
        });
        reached.map(|(value, _)| *value)
    }
}

/// Of numbers that are none (NaN) nothing is kept.
impl FromIterator<f64> for Sample {
    fn from_iter<I: IntoIterator<Item = f64>>(values: I) -> Self {
        let mut values: Vec<f64> = values.into_iter().filter(|value| !value.is_nan()).collect();
        values.sort_by(f64::total_cmp);
        let counts = values.chunk_by(|a, b| a == b).map(|equal| (equal[0], equal.len() as u64)).collect();
        Self { counts, n: values.len() as u64 }
    }
}

/// The middles of buckets: comparing two of these compares buckets, however many values a histogram holds.
impl From<&Histogram> for Sample {
    fn from(histogram: &Histogram) -> Self {
        let counts = histogram.counts().into_iter().map(|(value, count)| (value as f64, count)).collect();
        Self { counts, n: histogram.n() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Micros;

    #[test]
    fn values_are_counted_in_their_order() {
        let sample: Sample = [3.0, 1.0, 3.0, f64::NAN, 2.0].into_iter().collect();
        assert_eq!((sample.n(), sample.counts()), (4, &[(1.0, 1), (2.0, 1), (3.0, 2)][..]));
        assert_eq!((sample.median(), Sample::default().median()), (Some(2.0), None));
    }

    #[test]
    fn a_histogram_gives_its_buckets_whether_few_or_many() {
        let of = |n: u64| {
            let mut histogram = Histogram::default();
            (0..n).for_each(|step| histogram.record(Micros(100_000 + step % 7 * 10_000)));
            Sample::from(&histogram)
        };
        let values = |sample: &Sample| sample.counts().iter().map(|(value, _)| *value).collect::<Vec<_>>();
        assert_eq!(values(&of(14)), values(&of(140)));
        assert_eq!((of(14).n(), of(140).n()), (14, 140));
    }
}
