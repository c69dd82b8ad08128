//! Counts by bucket: each value below 256 has its own, then there are 128 to an octave, as in HdrHistogram with two digits.

use crate::model::varint;

/// The counts. Whole octaves of them are there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Buckets {
    /// The bucket of `counts[0]`.
    first: usize,
    counts: Vec<u64>,
}

/// Buckets an octave; below twice this, every value has a bucket of its own.
const PER_OCTAVE: u64 = 128;
const OCTAVE: usize = PER_OCTAVE as usize;

/// The bucket of the greatest number.
const LAST_BUCKET: usize = OCTAVE * 58 - 1;

impl Buckets {
    /// Counts a value.
    pub fn count(&mut self, value: u64) {
        self.add(bucket_of(value), 1);
    }

    /// Adds other counts.
    pub fn merge(&mut self, other: &Self) {
        let Some(last) = other.counts.len().checked_sub(1) else { return };
        // The ends first, so that the counts grow at most twice.
        self.slot(other.first);
        self.slot(other.first + last);
        let here = &mut self.counts[other.first - self.first..];
        here.iter_mut().zip(&other.counts).for_each(|(count, more)| *count = count.saturating_add(*more));
    }

    /// The middle of the bucket that holds the value of a rank, counted from 1.
    pub fn at_rank(&self, rank: u128) -> Option<u64> {
        let mut left = rank;
        for (octave, counts) in self.counts.chunks(OCTAVE).enumerate() {
            // Added up by itself an octave takes no more than a few of its counts one by one.
            let here = counts.iter().fold(0u64, |sum, count| sum.wrapping_add(*count)).into();
            if left <= here {
                let offset = octave * OCTAVE + position_of(left, counts)?;
                return Some(middle_of(self.first + offset));
            }
            left -= here;
        }
        None
    }

    /// How many values lie in buckets whose middle is less.
    pub fn below(&self, value: u64) -> u64 {
        let buckets = (self.first..).zip(&self.counts);
        buckets.take_while(|(bucket, _)| middle_of(*bucket) < value).map(|(_, count)| count).sum()
    }

    /// The middle of each used bucket, with its count.
    pub fn counts(&self) -> impl Iterator<Item = (u64, u64)> {
        let used = self.counts.iter().enumerate().filter(|(_, count)| **count > 0);
        used.map(|(offset, count)| (middle_of(self.first + offset), *count))
    }

    /// Pairs of the gap to the last used bucket, and the count.
    pub fn push_pairs(&self, bytes: &mut Vec<u8>) {
        let mut last = 0;
        for (offset, count) in self.counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            varint::push(bytes, (self.first + offset - last) as u64);
            varint::push(bytes, *count);
            last = self.first + offset;
        }
    }

    /// Adds pairs; how many values they count.
    pub fn add_pairs(&mut self, mut rest: &[u8]) -> Option<u64> {
        let (mut n, mut bucket) = (0u64, 0usize);
        while !rest.is_empty() {
            bucket = bucket.checked_add(usize::try_from(varint::take(&mut rest)?).ok()?)?;
            let count = varint::take(&mut rest)?;
            n = n.checked_add(count)?;
            // Nearly always there is such a bucket already; finding out more would take most of the time.
            match self.counts.get_mut(bucket.wrapping_sub(self.first)) {
                Some(here) => *here = here.saturating_add(count),
                None if bucket > LAST_BUCKET => return None,
                None => self.add(bucket, count),
            }
        }
        Some(n)
    }

    /// Whether octaves suit better than pairs: they are added several times as fast, and may be twice as long for it.
    pub fn suit_octaves(&self) -> bool {
        let octaves: usize = self.counts.chunks(OCTAVE).map(|octave| 1 + OCTAVE * width_of(octave)).sum();
        let used = self.counts.iter().filter(|count| **count > 0).count();
        // A pair takes at least two bytes.
        octaves <= 2 * 2 * used
    }

    /// The first octave, then for each a byte with the width of its counts (0 if it is empty), and the counts.
    pub fn push_octaves(&self, bytes: &mut Vec<u8>) {
        varint::push(bytes, (self.first / OCTAVE) as u64);
        for octave in self.counts.chunks(OCTAVE) {
            let width = width_of(octave);
            bytes.push(width as u8);
            match width {
                0 => {}
                1 => bytes.extend(octave.iter().map(|count| *count as u8)),
                2 => bytes.extend(octave.iter().flat_map(|count| (*count as u16).to_le_bytes())),
                4 => bytes.extend(octave.iter().flat_map(|count| (*count as u32).to_le_bytes())),
                _ => bytes.extend(octave.iter().flat_map(|count| count.to_le_bytes())),
            }
        }
    }

    /// Adds octaves; how many values they count.
    pub fn add_octaves(&mut self, mut rest: &[u8]) -> Option<u64> {
        let (mut n, mut bucket) = (0u64, usize::try_from(varint::take(&mut rest)?).ok()?.checked_mul(OCTAVE)?);
        self.make_room(bucket, octaves_in(rest)?)?;
        while let Some((width, behind)) = rest.split_first() {
            let (counts, behind) = behind.split_at_checked(OCTAVE * usize::from(*width))?;
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

    /// Makes so many octaves from a bucket on, all at once; `None` where there are no such buckets.
    fn make_room(&mut self, first: usize, octaves: usize) -> Option<()> {
        let last =
            first.checked_add(octaves.checked_sub(1)?.checked_mul(OCTAVE)?).filter(|last| *last <= LAST_BUCKET)?;
        // Where there is nothing yet, a single allocation holds all.
        self.counts.reserve(if self.counts.is_empty() { octaves * OCTAVE } else { 0 });
        self.slot(first);
        self.slot(last);
        Some(())
    }

    /// Adds 128 counts of a width. This is where a question over a long window spends its time.
    fn add_octave<const W: usize>(&mut self, bucket: usize, counts: &[u8], read: impl Fn([u8; W]) -> u64) -> u64 {
        let here = &mut self.counts[bucket - self.first..][..OCTAVE];
        let mut n = 0u64;
        for (count, bytes) in here.iter_mut().zip(counts.as_chunks::<W>().0) {
            let more = read(*bytes);
            *count = count.wrapping_add(more);
            n = n.wrapping_add(more);
        }
        n
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

/// Where among some counts the value of a rank is.
fn position_of(rank: u128, counts: &[u64]) -> Option<usize> {
    let mut below = 0u128;
    counts.iter().position(|count| {
        below += u128::from(*count);
        below >= rank
    })
}

/// How many octaves are stored; `None` if the last is not whole.
fn octaves_in(mut rest: &[u8]) -> Option<usize> {
    let mut octaves = 0;
    while let Some((width, behind)) = rest.split_first() {
        rest = behind.get(OCTAVE * usize::from(*width)..)?;
        octaves += 1;
    }
    Some(octaves)
}

/// In how many bytes each of some counts fits.
fn width_of(octave: &[u64]) -> usize {
    // As good as the greatest for this, and quicker.
    match octave.iter().fold(0, |bits, count| bits | count) {
        0 => 0,
        1..=0xff => 1,
        0x100..=0xffff => 2,
        0x1_0000..=0xffff_ffff => 4,
        _ => 8,
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
    use super::*;

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
}
