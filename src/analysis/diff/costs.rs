//! What is known of why the cost of a kind of calls changed: tokens at prices halfway between both times, and prices at tokens
//! halfway between both times.

use super::account::Factor;
use super::kinds::Kind;
use crate::model::{Cell, ModelName, Rate, Rates, Tally};

/// What is known, in the order of parts.
pub const FACTORS: [Factor; 4] = [Factor::ContextSize, Factor::OutputLength, Factor::CacheHits, Factor::Price];

/// What models cost before and after.
pub type Priced = [(ModelName, [Option<Rates>; 2])];

/// By how many dollars each factor changed the mean of a kind; `None` where a price or its tokens are not known.
pub fn within(kind: &Kind, prices: &Priced) -> [Option<f64>; 4] {
    changes(kind, prices).map_or([None; 4], |changes| changes.map(Some))
}

fn changes(kind: &Kind, prices: &Priced) -> Option<[f64; 4]> {
    let (_, rates) = prices.iter().find(|(model, _)| *model == kind.key.model)?;
    let side = |side: usize| Some((Tokens::of(&kind.cells[side])?, Prices::of(rates[side].as_ref()?)?));
    let ((tokens_were, prices_were), (tokens, prices)) = (side(0)?, side(1)?);
    // A product changes by each factor's change times the other halfway.
    let of = |at: usize| {
        let (was, is) = ((tokens_were.0[at], prices_were.0[at]), (tokens.0[at], prices.0[at]));
        ((is.0 - was.0) * (was.1 + is.1) / 2.0, (was.0 + is.0) / 2.0 * (is.1 - was.1))
    };
    let [input, output, read, written] = [0, 1, 2, 3].map(of);
    Some([input.0, output.0, read.0 + written.0, input.1 + output.1 + read.1 + written.1])
}

/// Mean tokens of a call whose cost is known: all input, output, cache reads, cache writes.
struct Tokens([f64; 4]);

impl Tokens {
    fn of(cell: &Cell) -> Option<Self> {
        // Tokens are those of answered calls; failed ones whose cost is known count in the mean.
        let answered = cell.priced as f64 / cell.cost.known().map(|_| cell.cost.n as f64)?;
        let mean = |tally: Tally| tally.mean().map(|mean| mean * answered);
        let cached = [cell.cache_read, cell.cache_write].map(|tally| mean(tally).unwrap_or(0.0));
        Some(Self([mean(cell.input)?, mean(cell.output)?, cached[0], cached[1]]))
    }
}

/// Dollars a token, in the same order; reading and writing the cache beside the price of fresh input.
struct Prices([f64; 4]);

impl Prices {
    fn of(rates: &Rates) -> Option<Self> {
        if rates.free {
            return Some(Self([0.0; 4]));
        }
        let usd = |rate: Option<Rate>| rate.map(|rate| rate.as_pico_usd() as f64 / 1e12);
        let (input, output) = (usd(rates.input)?, usd(rates.output)?);
        let beside = |rate: Option<Rate>| usd(rate).map_or(0.0, |rate| rate - input);
        Some(Self([input, output, beside(rates.cache_read), beside(rates.cache_write_5m)]))
    }
}
