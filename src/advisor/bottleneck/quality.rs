//! What people think of two models' answers to the same kind of question.

use serde::Serialize;

use super::Scene;
use crate::analysis::statistics::{ClusteredMean, difference};
use crate::model::{Call, ModelName};

/// From how many ratings of each on they are compared.
const RATINGS_FROM: u64 = 50;
/// A difference is believed at this probability of chance.
const P: f64 = 0.05;

/// How one model's ratings stand beside another's.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Quality {
    /// There are too few.
    NotEnoughData {
        /// How many the one has that has fewer.
        have: u64,
        /// How many it takes.
        needed: u64,
    },
    /// Both are rated.
    Rated {
        /// The mean rating of the one that answers now.
        now: f64,
        /// The mean rating of the one that would.
        then: f64,
        /// The probability of such a difference where there is none.
        p: f64,
    },
}

impl Quality {
    /// Whether the one that would answer is surely rated worse.
    pub fn is_worse(&self) -> bool {
        matches!(self, Self::Rated { now, then, p } if then < now && *p < P)
    }

    /// Whether there is anything to judge by, and it does not speak against the one that would answer.
    pub fn is_as_good(&self) -> bool {
        matches!(self, Self::Rated { .. }) && !self.is_worse()
    }
}

/// Compares the ratings of two models for calls of a kind.
pub(super) fn compared(scene: &Scene, now: &ModelName, then: &ModelName, of_kind: fn(&Call) -> bool) -> Quality {
    let rated = |model: &ModelName, call: &Call| {
        call.rating.filter(|_| call.model == *model && of_kind(call)).map(|rating| f64::from(rating.score()))
    };
    let count = |model| scene.log.numbered().filter(|(_, call)| rated(model, call).is_some()).count() as u64;
    let mean = |model| -> Option<ClusteredMean> {
        scene.log.mean(|number| scene.log.call(number).and_then(|call| rated(model, call)))
    };
    let have = count(now).min(count(then));
    match (have >= RATINGS_FROM, mean(now), mean(then)) {
        (true, Some(now), Some(then)) => Quality::Rated { now: now.mean, then: then.mean, p: difference(&now, &then) },
        _ => Quality::NotEnoughData { have, needed: RATINGS_FROM },
    }
}
