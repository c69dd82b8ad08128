//! How values are distributed: bins of one round width, up to where nearly all of them lie.

use crate::model::{Histogram, Micros};

/// How many values lie where.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bins {
    /// Where each bin starts.
    pub starts: Vec<Micros>,
    /// How wide each is.
    pub width: Micros,
    /// How many values lie in each, its start included, its end not.
    pub counts: Vec<u64>,
    /// How many lie behind the last.
    pub beyond: u64,
}

/// About how many bins there are.
const BINS: u64 = 12;

/// The bins of lengths of time. Up to 1% of the values may lie behind the last, so that few slow ones do not press all others
/// into one bin.
pub fn bins(times: &Histogram) -> Bins {
    let (Some(least), Some(nearly_all)) = (times.min(), times.percentile(99)) else { return Bins::default() };
    let width = round_width(nearly_all.saturating_sub(least).0.div_ceil(BINS));
    let first = least.0 / width * width;
    let starts: Vec<u64> = (0..).map(|at| first + at * width).take_while(|start| *start <= nearly_all.0).collect();
    let below = |edge: u64| times.below(Micros(edge));
    let counts = starts.iter().map(|start| below(start + width) - below(*start)).collect();
    let end = starts.last().map_or(first, |last| last + width);
    Bins {
        starts: starts.into_iter().map(Micros).collect(),
        width: Micros(width),
        counts,
        beyond: times.n() - below(end),
    }
}

/// The least of 1, 2, 2.5 and 5 times a power of ten that is no less, and at least a millisecond.
fn round_width(least: u64) -> u64 {
    let mut power = 1_000;
    loop {
        if let Some(width) = [power, 2 * power, 5 * power / 2, 5 * power].into_iter().find(|width| *width >= least) {
            return width;
        }
        power *= 10;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(ms: impl IntoIterator<Item = u64>) -> Histogram {
        let mut histogram = Histogram::default();
        ms.into_iter().for_each(|ms| histogram.record(Micros(ms * 1_000)));
        histogram
    }

    #[test]
    fn bins_start_on_round_values_and_a_tail_lies_behind_them() {
        // 500 ms to 5.4 s in steps of 100 ms: a twelfth of that is 409 ms, so a bin is 500 ms wide.
        let few = bins(&of((5..55).map(|step| step * 100)));
        assert_eq!((few.width, few.starts[0], few.starts.len()), (Micros(500_000), Micros(500_000), 10));
        assert_eq!((few.counts.as_slice(), few.beyond), ([5; 10].as_slice(), 0));
        // The 120th of 121 values is 2.19 s.
        let tailed = bins(&of((0..120).map(|step| 1_000 + 10 * step).chain([60_000])));
        assert_eq!((tailed.width, tailed.starts.len(), tailed.beyond), (Micros(100_000), 12, 1));
    }

    #[test]
    fn few_values_have_few_bins() {
        assert_eq!(bins(&Histogram::default()), Bins::default());
        let one = bins(&of([2_345]));
        assert_eq!((one.starts, one.counts, one.beyond), (vec![Micros(2_345_000)], vec![1], 0));
    }

    proptest! {
        #[test]
        fn every_value_is_somewhere(ms in prop::collection::vec(0u64..600_000, 1..400)) {
            let bins = bins(&of(ms.iter().copied()));
            prop_assert_eq!(bins.counts.iter().sum::<u64>() + bins.beyond, ms.len() as u64);
            prop_assert!(bins.starts.len() <= 14, "{}", bins.starts.len());
            prop_assert!(bins.beyond as usize * 100 <= ms.len() * 2, "{}", bins.beyond);
        }
    }
}
