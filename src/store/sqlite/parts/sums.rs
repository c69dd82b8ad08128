//! The sums of a cell as a list of numbers, and back. Stored, only those that are not zero are written.

use crate::model::{Cell, Micros, NanoUsd, Outcome, Tally, varint};

/// All sums of a cell, in the order in which they are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store::sqlite) struct Sums([i64; SUMS]);

/// How many sums a cell has. New ones go to the end, so that older stores can be read.
const SUMS: usize = OUTCOMES + 27;

const OUTCOMES: usize = Outcome::ALL.len();

/// The place of the count of calls asked again.
const ASKED_AGAIN: usize = OUTCOMES + 2;

/// The place of the count of ratings.
const RATINGS: usize = OUTCOMES + 20;

impl Default for Sums {
    fn default() -> Self {
        Self([0; SUMS])
    }
}

impl Sums {
    /// Adds other sums. They stop at the end of a number instead of failing.
    pub fn merge(&mut self, other: &Self) {
        self.0.iter_mut().zip(other.0).for_each(|(sum, more)| *sum = sum.saturating_add(more));
    }

    /// The same with other counts of calls asked again and of ratings, which may be negative: differences to be added.
    pub fn with_counts(mut self, asked_again: i64, ratings: i64) -> Self {
        self.0[ASKED_AGAIN] = asked_again;
        self.0[RATINGS] = ratings;
        self
    }

    /// Which sums are not zero, then those.
    pub fn push(&self, bytes: &mut Vec<u8>) {
        let known = self.0.iter().enumerate().filter(|(_, sum)| **sum != 0);
        varint::push(bytes, known.clone().fold(0, |bits, (place, _)| bits | 1 << place));
        known.for_each(|(_, sum)| varint::push_signed(bytes, *sum));
    }

    /// Takes the sums that stand first. `None` if none do.
    pub fn take(bytes: &mut &[u8]) -> Option<Self> {
        let (mut bits, mut sums) = (varint::take(bytes)?, Self::default());
        while bits != 0 {
            *sums.0.get_mut(bits.trailing_zeros() as usize)? = varint::take_signed(bytes)?;
            bits &= bits - 1;
        }
        Some(sums)
    }
}

/// The sums of a cell.
pub(in crate::store::sqlite) fn of(cell: &Cell) -> Sums {
    let mut sums = [0; SUMS];
    let (outcomes, rest) = sums.split_at_mut(OUTCOMES);
    for (column, count) in outcomes.iter_mut().zip(cell.by_outcome) {
        *column = signed(count);
    }
    rest.copy_from_slice(&[
        signed(cell.attempts),
        signed(cell.retried),
        signed(cell.asked_again),
        signed(cell.wasted.0),
        cell.wasted_cost.0,
        signed(cell.written_tokens),
        signed(cell.writing.0),
        signed(cell.input.n),
        cell.input.sum,
        signed(cell.output.n),
        cell.output.sum,
        signed(cell.cache_read.n),
        cell.cache_read.sum,
        signed(cell.cache_write.n),
        cell.cache_write.sum,
        signed(cell.reasoning.n),
        cell.reasoning.sum,
        signed(cell.cost.n),
        cell.cost.sum,
        signed(cell.priced),
        signed(cell.ratings.n),
        cell.ratings.sum,
        signed(cell.hashed),
        signed(cell.repeats),
        signed(cell.repeats_within_hour),
        signed(cell.own.n),
        cell.own.sum,
    ]);
    Sums(sums)
}

/// A cell of these sums, without histograms.
pub(in crate::store::sqlite) fn cell(sums: &Sums) -> Cell {
    let mut columns = sums.0.iter().copied();
    let mut next = || columns.next().unwrap_or(0);
    let by_outcome = std::array::from_fn(|_| count(next()));
    let attempts = count(next());
    let retried = count(next());
    let asked_again = count(next());
    let wasted = Micros(count(next()));
    let wasted_cost = NanoUsd(next());
    let written_tokens = count(next());
    let writing = Micros(count(next()));
    let mut tally = || Tally { n: count(next()), sum: next() };
    let [input, output, cache_read, cache_write, reasoning, cost] = std::array::from_fn(|_| tally());
    let priced = count(next());
    let ratings = Tally { n: count(next()), sum: next() };
    let [hashed, repeats, repeats_within_hour] = std::array::from_fn(|_| count(next()));
    let own = Tally { n: count(next()), sum: next() };
    Cell {
        by_outcome,
        attempts,
        retried,
        asked_again,
        wasted,
        wasted_cost,
        written_tokens,
        writing,
        input,
        output,
        cache_read,
        cache_write,
        reasoning,
        cost,
        priced,
        ratings,
        hashed,
        repeats,
        repeats_within_hour,
        own,
        ..Cell::default()
    }
}

fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn count(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sum_comes_back_to_its_own_place() {
        let mut distinct = Sums::default();
        distinct.0.iter_mut().zip(1..).for_each(|(sum, number)| *sum = number);
        assert_eq!(of(&cell(&distinct)), distinct);
        let mut bytes = Vec::new();
        distinct.push(&mut bytes);
        assert_eq!(Sums::take(&mut bytes.as_slice()), Some(distinct));
    }

    #[test]
    fn counts_that_may_be_negative_have_their_places() {
        let mut sums = of(&Cell { asked_again: 3, ratings: Tally { n: 2, sum: 9 }, ..Cell::default() });
        sums.merge(&of(&Cell::default()).with_counts(-1, -2));
        let cell = cell(&sums);
        assert_eq!((cell.asked_again, cell.ratings), (2, Tally { n: 0, sum: 9 }));
    }

    #[test]
    fn what_is_zero_takes_no_room() {
        let mut bytes = Vec::new();
        Sums::default().push(&mut bytes);
        assert_eq!(bytes, [0]);
        assert_eq!(Sums::take(&mut &[0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1, 2][..]), None, "no such sum");
    }
}
