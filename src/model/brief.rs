//! The few sums from which pictures of a week and of many days are drawn.

use super::{Call, Outcome, Tally, varint};

/// The few sums that are kept of every quarter of an hour.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Brief {
    /// All calls.
    pub calls: u64,
    /// Microseconds of response time of those that ended ok.
    pub response: Tally,
    /// Tokens in and out of answered calls, as far as they are known.
    pub tokens: u64,
    /// Nano-dollars of calls whose cost is known.
    pub cost: Tally,
}

impl Brief {
    /// Counts a call.
    pub fn record(&mut self, call: &Call) {
        self.calls = self.calls.saturating_add(1);
        if call.outcome == Outcome::Ok {
            self.response.add(call.times.response.map(|time| time.0));
        }
        if call.outcome.answered() {
            let tokens = call.usage.input.unwrap_or(0).saturating_add(call.usage.output.unwrap_or(0));
            self.tokens = self.tokens.saturating_add(tokens);
        }
        self.cost.add(call.cost.map(|cost| u64::try_from(cost.0).unwrap_or(0)));
    }

    /// Appends its stored form.
    pub fn push(&self, bytes: &mut Vec<u8>) {
        for number in [self.calls, self.response.n, self.tokens, self.cost.n] {
            varint::push(bytes, number);
        }
        varint::push_signed(bytes, self.response.sum);
        varint::push_signed(bytes, self.cost.sum);
    }

    /// Takes a stored form off the front of some bytes; `None` if it is not whole.
    pub fn take(bytes: &mut &[u8]) -> Option<Self> {
        let mut number = || varint::take(bytes);
        let (calls, timed, tokens, priced) = (number()?, number()?, number()?, number()?);
        let mut sum = |n| Some(Tally { n, sum: varint::take_signed(bytes)? });
        Some(Self { calls, response: sum(timed)?, tokens, cost: sum(priced)? })
    }

    /// Adds another.
    pub fn merge(&mut self, other: &Self) {
        self.calls = self.calls.saturating_add(other.calls);
        self.response.merge(other.response);
        self.tokens = self.tokens.saturating_add(other.tokens);
        self.cost.merge(other.cost);
    }
}

/// Sums by weekday, from Monday on, and hour of the day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HourGrid(pub Box<[[Brief; 24]; 7]>);

impl HourGrid {
    /// Calls by hour of the day.
    pub fn hours_of_day(&self) -> [u64; 24] {
        std::array::from_fn(|hour| self.0.iter().map(|day| day[hour].calls).fold(0, u64::saturating_add))
    }
}
