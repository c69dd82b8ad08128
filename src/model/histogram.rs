//! A mergeable histogram of whole numbers: exact below 256, then 128 buckets an octave, answering the middle of a bucket.
//!
//! The buckets are those of HdrHistogram with two digits. A quantile is off by at most half a bucket, 1/256 = 0.39 % of
//! the nearest-rank value; count, sum, least and greatest are exact. The stored form is added straight into a histogram
//! without building another; of two forms the shorter is taken: pairs of (gap to the last used bucket, count), or whole
//! octaves of counts of one width, which many values fill.

use super::{Micros, varint};

/// Counts of values, by bucket. Merging two equals having recorded all values into one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Histogram {
    n: u64,
    sum: u128,
    min: u64,
    max: u64,
    /// The bucket of `counts[0]`.
    first: usize,
    counts: Vec<u64>,
}

/// Buckets an octave; below twice this, every value has a bucket of its own.
const PER_OCTAVE: u64 = 128;
const OCTAVE: usize = PER_OCTAVE as usize;

/// The bucket of the greatest number.
const LAST_BUCKET: usize = OCTAVE * 58 - 1;

/// The stored form as pairs of a gap and a count.
const PAIRS: u8 = 1;

/// The stored form as whole octaves of counts.
const OCTAVES: u8 = 2;

impl Default for Histogram {
    fn default() -> Self {
        Self { n: 0, sum: 0, min: u64::MAX, max: 0, first: 0, counts: Vec::new() }
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
        self.add(bucket_of(value), 1);
    }

    /// Adds all that another histogram counted.
    pub fn merge(&mut self, other: &Self) {
        self.absorb(other.n, other.sum, other.min, other.max);
        let Some(last) = other.counts.len().checked_sub(1) else { return };
        // The ends first, so that the counts grow at most twice.
        self.slot(other.first);
        self.slot(other.first + last);
        let here = &mut self.counts[other.first - self.first..];
        here.iter_mut().zip(&other.counts).for_each(|(count, more)| *count = count.saturating_add(*more));
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

    /// The `percent`-th percentile by nearest rank (rank ⌈n·p/100⌉): the middle of the bucket that holds it, never
    /// outside the least and greatest value.
    pub fn percentile(&self, percent: u32) -> Option<Micros> {
        if self.n == 0 {
            return None;
        }
        let rank = (u128::from(percent) * u128::from(self.n)).div_ceil(100).max(1);
        let mut below = 0u128;
        for (offset, count) in self.counts.iter().enumerate() {
            below += u128::from(*count);
            if below >= rank {
                return Some(Micros(middle_of(self.first + offset).clamp(self.min, self.max)));
            }
        }
        self.max()
    }

    /// The `percent`-th percentile of numbers of another unit than time.
    pub fn percentile_number(&self, percent: u32) -> Option<u64> {
        self.percentile(percent).map(|value| value.0)
    }

    /// The stored form; empty for an empty histogram.
    pub fn to_bytes(&self) -> Vec<u8> {
        if self.n == 0 {
            return Vec::new();
        }
        let [mut pairs, mut octaves] = [PAIRS, OCTAVES].map(|form| self.head(form));
        self.push_pairs(&mut pairs);
        self.push_octaves(&mut octaves);
        if pairs.len() <= octaves.len() { pairs } else { octaves }
    }

    /// Adds a stored form straight in. `None` if the bytes are not one; then the histogram is of no use any more.
    pub fn add_bytes(&mut self, bytes: &[u8]) -> Option<()> {
        let Some((form, mut rest)) = bytes.split_first() else { return Some(()) };
        let (low, high) = (varint::take(&mut rest)?, varint::take(&mut rest)?);
        let (min, max) = (varint::take(&mut rest)?, varint::take(&mut rest)?);
        let n = match *form {
            PAIRS => self.add_pairs(rest)?,
            OCTAVES => self.add_octaves(rest)?,
            _ => return None,
        };
        self.absorb(n, u128::from(high) << 64 | u128::from(low), min, max);
        Some(())
    }

    /// What both forms begin with: sum, least, greatest.
    fn head(&self, form: u8) -> Vec<u8> {
        let mut bytes = vec![form];
        for number in [self.sum as u64, (self.sum >> 64) as u64, self.min, self.max] {
            varint::push(&mut bytes, number);
        }
        bytes
    }

    fn push_pairs(&self, bytes: &mut Vec<u8>) {
        let mut last = 0;
        for (offset, count) in self.counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            varint::push(bytes, (self.first + offset - last) as u64);
            varint::push(bytes, *count);
            last = self.first + offset;
        }
    }

    fn add_pairs(&mut self, mut rest: &[u8]) -> Option<u64> {
        let (mut n, mut bucket) = (0u64, 0usize);
        while !rest.is_empty() {
            bucket = bucket.checked_add(usize::try_from(varint::take(&mut rest)?).ok()?)?;
            let count = varint::take(&mut rest)?;
            n = n.checked_add(count)?;
            if bucket > LAST_BUCKET {
                return None;
            }
            self.add(bucket, count);
        }
        Some(n)
    }

    /// The first octave, then for each a byte with the width of its counts (0 if it is empty), and the counts.
    fn push_octaves(&self, bytes: &mut Vec<u8>) {
        varint::push(bytes, (self.first / OCTAVE) as u64);
        for octave in self.counts.chunks(OCTAVE) {
            let most = octave.iter().max().copied().unwrap_or(0);
            let width = match most {
                0 => 0,
                1..=0xff => 1,
                0x100..=0xffff => 2,
                0x1_0000..=0xffff_ffff => 4,
                _ => 8,
            };
            bytes.push(width);
            octave.iter().for_each(|count| bytes.extend_from_slice(&count.to_le_bytes()[..width.into()]));
        }
    }

    fn add_octaves(&mut self, mut rest: &[u8]) -> Option<u64> {
        let (mut n, mut bucket) = (0u64, usize::try_from(varint::take(&mut rest)?).ok()?.checked_mul(OCTAVE)?);
        while let Some((width, behind)) = rest.split_first() {
            let (counts, behind) = behind.split_at_checked(OCTAVE * usize::from(*width))?;
            if bucket > LAST_BUCKET {
                return None;
            }
            let more = match width {
                0 => 0,
                1 => self.add_octave(bucket, counts, |[byte]: [u8; 1]| byte.into()),
                2 => self.add_octave(bucket, counts, |bytes| u16::from_le_bytes(bytes).into()),
                4 => self.add_octave(bucket, counts, |bytes| u32::from_le_bytes(bytes).into()),
                8 => self.add_octave(bucket, counts, u64::from_le_bytes),
                _ => return None,
            };
            n = n.checked_add(more)?;
            (bucket, rest) = (bucket + OCTAVE, behind);
        }
        Some(n)
    }

    /// Adds 128 counts of a width. This is where a question over a long window spends its time.
    fn add_octave<const W: usize>(&mut self, bucket: usize, counts: &[u8], read: impl Fn([u8; W]) -> u64) -> u64 {
        self.slot(bucket);
        let here = &mut self.counts[bucket - self.first..][..OCTAVE];
        let mut n = 0u64;
        for (count, bytes) in here.iter_mut().zip(counts.as_chunks::<W>().0) {
            let more = read(*bytes);
            *count = count.wrapping_add(more);
            n = n.wrapping_add(more);
        }
        n
    }

    fn absorb(&mut self, n: u64, sum: u128, min: u64, max: u64) {
        self.n = self.n.saturating_add(n);
        self.sum = self.sum.saturating_add(sum);
        self.min = self.min.min(min);
        self.max = self.max.max(max);
    }

    fn add(&mut self, bucket: usize, more: u64) {
        let count = self.slot(bucket);
        *count = count.saturating_add(more);
    }

    /// The count of a bucket, made if there is none yet. Whole octaves are made, so that this happens seldom.
    fn slot(&mut self, bucket: usize) -> &mut u64 {
        let first = bucket - bucket % OCTAVE;
        if self.counts.is_empty() {
            self.first = first;
        } else if first < self.first {
            let missing = self.first - first;
            self.counts.splice(0..0, std::iter::repeat_n(0, missing));
            self.first = first;
        }
        let offset = bucket - self.first;
        if offset >= self.counts.len() {
            self.counts.resize(offset - offset % OCTAVE + OCTAVE, 0);
        }
        &mut self.counts[offset]
    }
}

/// The bucket of a value: the value itself below 256, then 128 to each doubling.
fn bucket_of(value: u64) -> usize {
    let octave = (value | (2 * PER_OCTAVE - 1)).ilog2() - PER_OCTAVE.ilog2();
    (u64::from(octave) * PER_OCTAVE + (value >> octave)) as usize
}

/// The middle of a bucket.
fn middle_of(bucket: usize) -> u64 {
    let bucket = bucket as u64;
    if bucket < 2 * PER_OCTAVE {
        return bucket;
    }
    let octave = bucket / PER_OCTAVE - 1;
    let low = (bucket - octave * PER_OCTAVE) << octave;
    low + (1 << octave) / 2
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
    fn buckets_are_exact_below_256_and_contiguous_above() {
        for value in 0..256 {
            assert_eq!(bucket_of(value), value as usize);
        }
        assert_eq!((bucket_of(256), bucket_of(257), bucket_of(258)), (256, 256, 257));
        assert_eq!((bucket_of(511), bucket_of(512)), (383, 384));
        assert_eq!((middle_of(256), middle_of(384)), (257, 514));
        assert_eq!(bucket_of(u64::MAX), LAST_BUCKET);
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
    fn many_values_are_stored_as_octaves_and_few_as_pairs() {
        let few = of(&[300, 90_000_000]);
        let many = of(&(1_000..200_000).step_by(7).collect::<Vec<_>>());
        assert_eq!((few.to_bytes()[0], many.to_bytes()[0]), (PAIRS, OCTAVES));
        assert!(many.to_bytes().len() < 1_200);
        let mut twice = many.clone();
        twice.add_bytes(&many.to_bytes()).unwrap();
        let mut merged = many.clone();
        merged.merge(&many);
        assert_eq!(twice, merged);
    }

    proptest! {
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
            left in prop::collection::vec(any::<u64>(), 0..60), right in prop::collection::vec(0u64..5000, 0..60),
        ) {
            let whole = of(&[left.clone(), right.clone()].concat());
            let mut merged = of(&left);
            merged.merge(&of(&right));
            let mut stored = Histogram::default();
            stored.add_bytes(&of(&right).to_bytes()).unwrap();
            stored.add_bytes(&of(&left).to_bytes()).unwrap();
            prop_assert_eq!(merged.to_bytes(), whole.to_bytes());
            prop_assert_eq!(stored.to_bytes(), whole.to_bytes());
        }
    }
}
