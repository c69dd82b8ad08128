//! What came of things that happened: the days after beside the days before. An association, not a proof.

use serde::Serialize;

use super::Day;
use super::shift::strata;
use crate::analysis::statistics::{RankTest, discoveries, van_elteren};
use crate::model::{Event, EventKind, Group, ModelName, Timestamp};

/// Something that happened, with its effect on response times.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NotableEvent {
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
    /// What came of it.
    pub effect: Effect,
}

/// What came of an event.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "effect", rename_all = "snake_case")]
pub enum Effect {
    /// Too few calls on a side.
    NotEnoughData {
        /// How many there are on the thinner side.
        have: u64,
        /// How many it takes.
        needed: u64,
    },
    /// No difference beyond chance.
    NoClear {
        /// Calls after it.
        n: u64,
        /// Calls before it.
        before_n: u64,
    },
    /// Responses were slower after it.
    Slower {
        /// By which share.
        share: f64,
        /// Calls after it.
        n: u64,
        /// Calls before it.
        before_n: u64,
        /// The probability of such a difference where there is none.
        p: f64,
    },
    /// Responses were faster after it.
    Faster {
        /// By which share.
        share: f64,
        /// Calls after it.
        n: u64,
        /// Calls before it.
        before_n: u64,
        /// The probability of such a difference where there is none.
        p: f64,
    },
}

/// From how many calls on each side an effect is judged.
const CALLS_FROM: u64 = 20;
/// How many days on each side are looked at.
const DAYS: i64 = 7;
/// Smaller effects are too small to matter.
const WORTH: f64 = 0.05;
/// Of effects that are named, at most this share is expected to be chance.
const FALSE_DISCOVERIES: f64 = 0.05;

/// The events, each with what came of it.
pub fn effects(events: &[Event], days: &[Day]) -> Vec<NotableEvent> {
    let tests: Vec<Result<RankTest, u64>> = events.iter().map(|event| test(event, days)).collect();
    let p: Vec<f64> = tests.iter().map(|test| test.as_ref().map_or(f64::NAN, RankTest::p)).collect();
    let believed = discoveries(&p, FALSE_DISCOVERIES);
    let notable = |((event, test), believed): ((&Event, Result<RankTest, u64>), bool)| NotableEvent {
        event: event.clone(),
        effect: test
            .map_or_else(|have| Effect::NotEnoughData { have, needed: CALLS_FROM }, |test| effect(test, believed)),
    };
    events.iter().zip(tests).zip(believed).map(notable).collect()
}

fn effect(test: RankTest, believed: bool) -> Effect {
    let (n, before_n, p) = (test.n_here, test.n_against, test.p());
    let share = test.log_ratio.exp() - 1.0;
    match share > 0.0 {
        _ if !believed || share.abs() < WORTH => Effect::NoClear { n, before_n },
        true => Effect::Slower { share, n, before_n, p },
        false => Effect::Faster { share: -share, n, before_n, p },
    }
}

/// The days after an event beside those before it; its own day is on neither side. `Err` with how many calls there are
/// where they are too few.
fn test(event: &Event, days: &[Day]) -> Result<RankTest, u64> {
    let midnight = event.at.floor_to(Timestamp::DAY);
    let (before_from, after_to) = (midnight.plus(-DAYS * Timestamp::DAY), midnight.plus((DAYS + 1) * Timestamp::DAY));
    let groups = |wanted: &dyn Fn(&Day) -> bool| -> Vec<&Group> {
        days.iter().filter(|day| wanted(day)).flat_map(|day| day.groups.iter()).collect()
    };
    let before = groups(&|day| before_from <= day.window.from && day.window.to <= midnight);
    let after = groups(&|day| day.window.from > midnight && day.window.from < after_to);
    // What changes which model answers cannot be seen within models.
    let across_models =
        matches!(event.kind, EventKind::ModelSwitched | EventKind::ModelAdded | EventKind::ModelRemoved);
    let strata = strata(&after, &before, |key| {
        let model = if across_models { ModelName::from("") } else { key.model.clone() };
        (model, key.query_type)
    });
    match van_elteren(&strata).map(|test| (test, test.n_here.min(test.n_against))) {
        Some((test, CALLS_FROM..)) => Ok(test),
        Some((_, have)) => Err(have),
        // No kind of call is on both sides.
        None => Err(0),
    }
}
