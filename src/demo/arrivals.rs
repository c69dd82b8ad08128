//! When questions come that are new: times in their order, each as likely as the rhythm says, so many that with those which
//! come again there are exactly as many calls as there should be.

use super::chance::Chance;
use super::rhythm::Rhythm;
use crate::model::Timestamp;

/// The times that are still to come.
pub(super) struct Arrivals {
    /// Calls, those included that repeat a question.
    left: u64,
    /// The share of calls whose question is new.
    new: f64,
    /// The share of the traffic behind the last time.
    rest: f64,
    quarter: usize,
}

impl Arrivals {
    pub fn new(calls: u64, new: f64) -> Self {
        Self { left: calls, new, rest: 1.0, quarter: 0 }
    }

    /// The next time: the least of as many even numbers on what is left as new questions are left. So all of them together
    /// are the even numbers one would have drawn at once and put in order, and none has to be kept.
    pub fn next(&mut self, rhythm: &Rhythm, chance: &mut Chance) -> Option<Timestamp> {
        let new = self.left as f64 * self.new;
        self.left = self.left.checked_sub(1)?;
        self.rest *= ((1.0 - chance.share()).ln() / new).exp();
        Some(rhythm.time_of(1.0 - self.rest, &mut self.quarter))
    }

    /// Gives up one of the calls for one that comes at a time of its own. Returns whether there was one left.
    pub fn give_up_one(&mut self) -> bool {
        let given = self.left.checked_sub(1);
        self.left = given.unwrap_or(0);
        given.is_some()
    }
}
