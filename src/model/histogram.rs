//! A mergeable histogram of whole numbers: exact below 256, then 128 buckets an octave, answering the middle of a bucket.
//!
//! The buckets are those of HdrHistogram with two digits. A quantile is off by at most half a bucket, 1/256 = 0.39 % of
//! the nearest-rank value; count, sum, least and greatest are exact. The stored form is pairs of (gap to the last used
//! bucket, count) as varints, which are added straight into a histogram without building another.

use super::Micros;

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

impl Default for Histogram {
    fn default() -> Self {
        Self { n: 0, sum: 0, min: u64::MAX, max: 0, first: 0, counts: Vec::new() }
    }
}

impl Histogram {
    /// Counts one length of time.
    pub fn record(&mut self, value: Micros) {
        let value = value.0;
        self.absorb(1, value.into(), value, value);
        self.add(bucket_of(value), 1);
    }

    /// Adds all that another histogram counted.
    pub fn merge(&mut self, other: &Self) {
        self.absorb(other.n, other.sum, other.min, other.max);
        if let Some(last) = other.counts.len().checked_sub(1) {
            // The ends first, so that the counts grow at most twice.
            self.slot(other.first);
            self.slot(other.first + last);
        }
        for (offset, count) in other.counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            self.add(other.first + offset, *count);
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

    /// The stored form; empty for an empty histogram.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        if self.n == 0 {
            return bytes;
        }
        push_varint(&mut bytes, self.sum);
        push_varint(&mut bytes, self.min.into());
        push_varint(&mut bytes, self.max.into());
        let mut last = 0;
        for (offset, count) in self.counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            push_varint(&mut bytes, (self.first + offset - last) as u128);
            push_varint(&mut bytes, (*count).into());
            last = self.first + offset;
        }
        bytes
    }

    /// Adds a stored form straight in. `None` if the bytes are not one; then nothing was added.
    pub fn add_bytes(&mut self, bytes: &[u8]) -> Option<()> {
        if bytes.is_empty() {
            return Some(());
        }
        let mut rest = bytes;
        let sum = take_varint(&mut rest)?;
        let min = u64::try_from(take_varint(&mut rest)?).ok()?;
        let max = u64::try_from(take_varint(&mut rest)?).ok()?;
        let pairs = rest;
        let (mut n, mut bucket) = (0u64, 0usize);
        while !rest.is_empty() {
            bucket = bucket.checked_add(usize::try_from(take_varint(&mut rest)?).ok()?)?;
            n = n.checked_add(u64::try_from(take_varint(&mut rest)?).ok()?)?;
            if bucket > bucket_of(u64::MAX) {
                return None;
            }
        }
        self.absorb(n, sum, min, max);
        (rest, bucket) = (pairs, 0);
        while !rest.is_empty() {
            bucket += take_varint(&mut rest)? as usize;
            self.add(bucket, take_varint(&mut rest)? as u64);
        }
        Some(())
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

fn push_varint(bytes: &mut Vec<u8>, mut value: u128) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

fn take_varint(bytes: &mut &[u8]) -> Option<u128> {
    // Most gaps and counts are a single byte.
    if let Some((byte @ ..0x80, rest)) = bytes.split_first() {
        *bytes = rest;
        return Some((*byte).into());
    }
    let mut value = 0u128;
    for shift in (0..128).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u128::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
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
    }

    #[test]
    fn an_empty_histogram_knows_nothing() {
        let empty = Histogram::default();
        assert_eq!((empty.mean(), empty.percentile(50), empty.min(), empty.max()), (None, None, None, None));
        assert!(empty.to_bytes().is_empty());
    }

    #[test]
    fn broken_bytes_are_refused_and_change_nothing() {
        let mut histogram = of(&[1, 2, 3]);
        let before = histogram.clone();
        for bytes in [&[0x80][..], &[1, 1], &[1, 1, 1, 5], &[1, 1, 1, 0xff, 0xff, 0xff, 0x7f, 1]] {
            assert_eq!(histogram.add_bytes(bytes), None, "{bytes:?}");
        }
        assert_eq!(histogram, before);
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
