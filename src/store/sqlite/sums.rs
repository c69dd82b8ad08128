//! The sums of a cell as a row of numbers, and back, in the order of the columns; its histograms by kind.

use crate::model::{Cell, Histogram, Micros, NanoUsd, Outcome, Tally};

/// The columns of sums behind the key.
pub(super) const SUMS: usize = OUTCOMES + 22;

/// The kinds of histogram: response time, model time, time to first token.
pub(super) const KINDS: usize = 3;

const OUTCOMES: usize = Outcome::ALL.len();

/// The sums of a cell.
pub(super) fn of(cell: &Cell) -> [i64; SUMS] {
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
    ]);
    sums
}

/// A cell of these sums, without histograms.
pub(super) fn cell(sums: &[i64; SUMS]) -> Cell {
    let mut columns = sums.iter().copied();
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
        ..Cell::default()
    }
}

/// The histograms of a cell, by kind.
pub(super) fn histograms(cell: &Cell) -> [&Histogram; KINDS] {
    [&cell.response, &cell.model, &cell.ttft]
}

/// The histogram of a kind; the first for kinds that do not exist.
pub(super) fn histogram_mut(cell: &mut Cell, kind: usize) -> &mut Histogram {
    match kind {
        1 => &mut cell.model,
        2 => &mut cell.ttft,
        _ => &mut cell.response,
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
        let mut distinct = [0; SUMS];
        distinct.iter_mut().zip(1..).for_each(|(sum, number)| *sum = number);
        assert_eq!(of(&cell(&distinct)), distinct);
    }
}
