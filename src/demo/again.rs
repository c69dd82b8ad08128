//! Questions that come again: because the answer did not please, or because somebody else has the same question. Each call
//! draws by itself whether it will be followed by such a one, and when; so any share of repeats comes out as it should.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::arrivals::Arrivals;
use super::chance::Chance;
use super::people::{People, Spot};
use super::questions::Question;
use super::truths::{Odds, Truths};
use crate::model::{Call, CallId, Micros, Outcome, Timestamp};

/// A question as it is asked at some time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    pub at: Timestamp,
    pub question: Question,
    pub place: Spot,
    /// The time before, if this is not the first.
    pub before: Option<Before>,
}

/// How a question was asked the time before.
#[derive(Debug, Clone, Copy)]
pub(super) struct Before {
    pub at: Timestamp,
    /// The call whose answer a person wanted anew.
    pub retried: Option<CallId>,
}

/// The questions that will come again.
pub(super) struct Again {
    end: Timestamp,
    odds: Odds,
    /// By time, then in the order in which they were added.
    waiting: BinaryHeap<Reverse<Waiting>>,
    added: u64,
}

struct Waiting {
    added: u64,
    asked: Asked,
}

/// The median time until a person wants another answer, and its spread.
const RETRY_AFTER_S: (f64, f64) = (30.0, 0.6);
/// The longest such time.
const RETRY_WITHIN_S: f64 = 900.0;
/// Between how many seconds others ask the same: all within an hour.
const OTHERS_AFTER_S: (f64, f64) = (30.0, 3_570.0);

impl Again {
    pub fn new(end: Timestamp, truths: &Truths) -> Self {
        Self { end, odds: truths.again(), waiting: BinaryHeap::new(), added: 0 }
    }

    /// What is asked again before `fresh`, the time of the next new question.
    pub fn due(&mut self, fresh: Option<Timestamp>) -> Option<Asked> {
        let Reverse(first) = self.waiting.peek()?;
        if fresh.is_some_and(|fresh| fresh <= first.asked.at) {
            return None;
        }
        self.waiting.pop().map(|Reverse(waiting)| waiting.asked)
    }

    /// Decides whether a question will come again after this call. Returns whether the same person wants another answer.
    pub fn expect(
        &mut self,
        asked: &Asked,
        id: CallId,
        call: &Call,
        (people, arrivals, chance): (&People, &mut Arrivals, &mut Chance),
    ) -> bool {
        let retry = if matches!(call.outcome, Outcome::Error(_)) { self.odds.after_error } else { self.odds.retry };
        let drawn = chance.share();
        if drawn >= retry + self.odds.others {
            return false;
        }
        let (after_s, place, retried) = if drawn < retry {
            let pause_s = chance.log_normal(RETRY_AFTER_S.0, RETRY_AFTER_S.1).min(RETRY_WITHIN_S);
            (call.times.response.map_or(0.0, Micros::as_secs) + pause_s, asked.place, Some(id))
        } else {
            (chance.between(OTHERS_AFTER_S), people.neighbour(asked.place, chance), None)
        };
        let at = asked.at.plus((after_s * 1e6) as i64);
        let comes = at < self.end && arrivals.give_up_one();
        if comes {
            self.add(Asked { at, place, before: Some(Before { at: asked.at, retried }), ..*asked });
        }
        comes && retried.is_some()
    }

    fn add(&mut self, asked: Asked) {
        self.added += 1;
        self.waiting.push(Reverse(Waiting { added: self.added, asked }));
    }
}

impl Waiting {
    fn key(&self) -> (Timestamp, u64) {
        (self.asked.at, self.added)
    }
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Waiting {}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}
