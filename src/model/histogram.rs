//! A mergeable histogram of whole numbers: the values themselves as long as they are few, then counts by bucket, of which it
//! answers the middle.
//!
//! Few values give exact quantiles; of many a quantile is off by at most half a bucket, 1/256 = 0.39 % of the nearest-rank
//! value. Count, sum, least and greatest are always exact. The stored form is added straight in, without building another
//! histogram: pairs of gap and count, or whole octaves of counts of one width where many values fill them.

mod buckets;

use buckets::Buckets;

use super::{Micros, varint};

/// Values and how often they came. Merging two equals having recorded all values into one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Histogram {
    n: u64,
    sum: u128,
    min: u64,
    max: u64,
    /// Each of them, in their order, as long as there are at most [`FEW`].
    few: Vec<u64>,
    /// From then on.
    many: Buckets,
}

/// Up to how many values each is kept. What is stored of more is shorter as counts.
const FEW: usize = 64;

/// The stored form as values, each as the gap to the one before.
const VALUES: u8 = 0;

/// The stored form as pairs of a gap and a count.
const PAIRS: u8 = 1;

/// The stored form as whole octaves of counts.
const OCTAVES: u8 = 2;

impl Default for Histogram {
    fn default() -> Self {
        Self { n: 0, sum: 0, min: u64::MAX, max: 0, few: Vec::new(), many: Buckets::default() }
    }
}

impl Histogram {
    /// Counts one length of time.
    pub fn record(&mut self, value: Micros) {
        self.count(value.0);
    }

    /// Counts one number of any unit.
    pub fn count(&mut self, value: u64) {
        self.absorb(1, value.into(), value, value);
        if self.n <= FEW as u64 {
            self.few.insert(self.few.partition_point(|other| *other <= value), value);
        } else {
            self.buckets().count(value);
        }
    }

    /// Adds all that another histogram counted.
    pub fn merge(&mut self, other: &Self) {
        other.few.iter().for_each(|value| self.count(*value));
        if other.is_many() {
            self.absorb(other.n, other.sum, other.min, other.max);
            self.buckets().merge(&other.many);
        }
    }

    /// How many values were counted.
    pub fn n(&self) -> u64 {
        self.n
    }

    /// Their exact sum.
    pub fn sum(&self) -> u128 {
        self.sum
    }

    /// Their exact mean.
    pub fn mean(&self) -> Option<f64> {
        (self.n > 0).then(|| self.sum as f64 / self.n as f64)
    }

    /// The exact least value.
    pub fn min(&self) -> Option<Micros> {
        (self.n > 0).then_some(Micros(self.min))
    }

    /// The exact greatest value.
    pub fn max(&self) -> Option<Micros> {
        (self.n > 0).then_some(Micros(self.max))
    }

    /// The `percent`-th percentile by nearest rank (rank ⌈n·p/100⌉): of few values exactly, else the middle of the bucket that
    /// holds it, never outside the least and greatest value.
    pub fn percentile(&self, percent: u32) -> Option<Micros> {
        let rank = (u128::from(percent) * u128::from(self.n)).div_ceil(100).max(1);
        let value = match self.is_many() {
            false => self.few.get(rank as usize - 1).copied(),
            true => self.many.at_rank(rank).map(|middle| middle.clamp(self.min, self.max)),
        };
        value.map(Micros).or(self.max())
    }

    /// How many values are less than this one: of few values exactly, else those in whose place the middle of their bucket is
    /// less.
    pub fn below(&self, value: Micros) -> u64 {
        match self.is_many() {
            false => self.few.partition_point(|other| *other < value.0) as u64,
            true if value.0 > self.max => self.n,
            true => self.many.below(value.0),
        }
    }

    /// The `percent`-th percentile of numbers of another unit than time.
    pub fn percentile_number(&self, percent: u32) -> Option<u64> {
        self.percentile(percent).map(|value| value.0)
    }

    /// The middle of each used bucket in rising order, with its count. Also while values are kept one by one, so that
    /// histograms of few and of many values can be held against each other.
    pub fn counts(&self) -> Vec<(u64, u64)> {
        if self.is_many() {
            return self.many.counts().collect();
        }
        let mut buckets = Buckets::default();
        self.few.iter().for_each(|value| buckets.count(*value));
        buckets.counts().collect()
    }

    /// The stored form; empty for an empty histogram.
    pub fn to_bytes(&self) -> Vec<u8> {
        match self.n {
            0 => Vec::new(),
            _ if self.is_many() && self.many.suit_octaves() => {
                let mut octaves = self.head(OCTAVES);
                self.many.push_octaves(&mut octaves);
                octaves
            }
            _ if self.is_many() => {
                let mut pairs = self.head(PAIRS);
                self.many.push_pairs(&mut pairs);
                pairs
            }
            _ => self.values(),
        }
    }

    fn values(&self) -> Vec<u8> {
        let (mut bytes, mut last) = (vec![VALUES], 0);
        for value in &self.few {
            varint::push(&mut bytes, value - last);
            last = *value;
        }
        bytes
    }

    /// Adds a stored form straight in. `None` if the bytes are not one; then the histogram is of no use any more.
    pub fn add_bytes(&mut self, bytes: &[u8]) -> Option<()> {
        let Some((form, mut rest)) = bytes.split_first() else { return Some(()) };
        if *form == VALUES {
            return self.add_values(rest);
        }
        let (low, high) = (varint::take(&mut rest)?, varint::take(&mut rest)?);
        let (min, max) = (varint::take(&mut rest)?, varint::take(&mut rest)?);
        let n = match *form {
            PAIRS => self.buckets().add_pairs(rest)?,
            OCTAVES => self.buckets().add_octaves(rest)?,
            _ => return None,
        };
        self.absorb(n, u128::from(high) << 64 | u128::from(low), min, max);
        Some(())
    }

    fn add_values(&mut self, mut rest: &[u8]) -> Option<()> {
        let mut value = 0u64;
        while !rest.is_empty() {
            value = value.checked_add(varint::take(&mut rest)?)?;
            self.count(value);
        }
        Some(())
    }

    /// What both forms of buckets begin with: sum, least, greatest.
    fn head(&self, form: u8) -> Vec<u8> {
        let mut bytes = vec![form];
        for number in [self.sum as u64, (self.sum >> 64) as u64, self.min, self.max] {
            varint::push(&mut bytes, number);
        }
        bytes
    }

    fn absorb(&mut self, n: u64, sum: u128, min: u64, max: u64) {
        self.n = self.n.saturating_add(n);
        self.sum = self.sum.saturating_add(sum);
        self.min = self.min.min(min);
        self.max = self.max.max(max);
    }

    fn is_many(&self) -> bool {
        self.n > 0 && self.few.is_empty()
    }

    /// The counts by bucket, also of what was kept value by value so far.
    fn buckets(&mut self) -> &mut Buckets {
        for value in std::mem::take(&mut self.few) {
            self.many.count(value);
        }
        &mut self.many
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(values: &[u64]) -> Histogram {
        let mut histogram = Histogram::default();
        values.iter().for_each(|value| histogram.record(Micros(*value)));
        histogram
    }

    fn nearest_rank(values: &[u64], percent: usize) -> u64 {
        let mut sorted = values.to_vec();
        sorted.sort_unstable();
        sorted[(percent * sorted.len()).div_ceil(100).max(1) - 1]
    }

    #[test]
    fn an_empty_histogram_knows_nothing() {
        let empty = Histogram::default();
        assert_eq!((empty.mean(), empty.percentile(50), empty.min(), empty.max()), (None, None, None, None));
        assert!(empty.to_bytes().is_empty());
    }

    #[test]
    fn broken_bytes_are_refused() {
        let far = [PAIRS, 1, 0, 1, 1, 0xff, 0xff, 0xff, 0x7f, 1];
        let narrow = [OCTAVES, 1, 0, 1, 1, 0, 1, 1, 1];
        for bytes in [&[0x80][..], &[PAIRS, 1], &[PAIRS, 1, 0, 1, 1, 5], &far, &narrow, &[OCTAVES, 1, 0, 1, 1, 0, 3]] {
            assert_eq!(Histogram::default().add_bytes(bytes), None, "{bytes:?}");
        }
    }

    #[test]
    fn the_stored_form_fits_the_number_of_values() {
        let few = of(&[300, 90_000_000]);
        let some = of(&(0..70).map(|n| 1_000 << (n % 20)).collect::<Vec<_>>());
        let many = of(&(1_000..200_000).step_by(7).collect::<Vec<_>>());
        assert_eq!([few, some, many.clone()].map(|histogram| histogram.to_bytes()[0]), [VALUES, PAIRS, OCTAVES]);
        assert!(many.to_bytes().len() < 1_200);
        let mut twice = many.clone();
        twice.add_bytes(&many.to_bytes()).unwrap();
        let mut merged = many.clone();
        merged.merge(&many);
        assert_eq!(twice, merged);
    }

    proptest! {
        #[test]
        fn percentiles_of_few_values_are_exact(
            values in prop::collection::vec(any::<u64>(), 1..=FEW), percent in 1u32..=100,
        ) {
            prop_assert_eq!(of(&values).percentile(percent).unwrap().0, nearest_rank(&values, percent as usize));
        }

        #[test]
        fn percentiles_are_within_half_a_bucket_of_nearest_rank(
            values in prop::collection::vec(0u64..200_000_000, 1..400), percent in 1u32..=100,
        ) {
            let exact = nearest_rank(&values, percent as usize) as f64;
            let shown = of(&values).percentile(percent).unwrap().0 as f64;
            prop_assert!((shown - exact).abs() <= exact / 256.0, "{shown} for {exact}");
        }

        #[test]
        fn merging_and_storing_equal_recording(
            left in prop::collection::vec(any::<u64>(), 0..100), right in prop::collection::vec(0u64..5000, 0..100),
        ) {
            let whole = of(&[left.clone(), right.clone()].concat());
            let mut merged = of(&left);
            merged.merge(&of(&right));
            let mut stored = Histogram::default();
            stored.add_bytes(&of(&right).to_bytes()).unwrap();
            stored.add_bytes(&of(&left).to_bytes()).unwrap();
            prop_assert_eq!(&merged, &whole);
            prop_assert_eq!(&stored, &whole);
        }
    }
}
