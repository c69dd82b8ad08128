//! A model that keeps calls waiting at certain hours: then tokens do not tell how long a call takes, while they do at others.

use std::collections::BTreeMap;

use chrono::Timelike;
use chrono_tz::Tz;

use super::finding::{Hours, Issue};
use super::{Case, Excess, Scene};
use crate::analysis::latency_model::{Fit, Timed, fit};
use crate::model::{Call, ModelName};

/// A part of the day has six hours.
const PART: u32 = 6;
/// Calls of these hours take so many times as long as others of their tokens.
const LONGER_FROM: f64 = 1.3;
/// From how many calls on a whole model is called queue-bound.
const CALLS_FROM: usize = 100;
/// Below this spread of times, (Q3 − Q1) / (Q3 + Q1), nobody waits longer than others.
const SPREAD_FROM: f64 = 0.25;

/// A call as it is looked at: its number, its hour, its time and tokens.
type Row<'a> = (usize, u32, Timed, &'a Call);

pub(super) fn find(scene: &Scene) -> Vec<Case> {
    let models = scene.world.offers().map(|(model, _)| model);
    models.flat_map(|model| cases(scene, model)).collect()
}

fn cases(scene: &Scene, model: &ModelName) -> Vec<Case> {
    let rows: Vec<Row> = scene
        .log
        .numbered()
        .filter(|(_, call)| call.model == *model)
        .filter_map(|(number, call)| Some((number, hour(call, scene.zone), Timed::of(call)?, call)))
        .collect();
    let parts = (0..24 / PART).filter_map(|part| at_hours(model, &rows, part * PART));
    let found: Vec<Case> = parts.collect();
    if found.is_empty() { always(model, &rows).into_iter().collect() } else { found }
}

fn hour(call: &Call, zone: Tz) -> u32 {
    call.at.to_utc().with_timezone(&zone).hour()
}

/// The hours from `first` on, if they are queue-bound and all others are not.
fn at_hours(model: &ModelName, rows: &[Row], first: u32) -> Option<Case> {
    let (inside, outside): (Vec<&Row>, Vec<&Row>) = rows.iter().partition(|row| row.1 / PART * PART == first);
    let timed = |rows: &[&Row]| rows.iter().map(|row| row.2).collect::<Vec<_>>();
    let Fit::QueueBound { explained, .. } = fit(&timed(&inside)) else { return None };
    let Fit::Tokens(usual) = fit(&timed(&outside)) else { return None };
    let expected = |row: &Row| usual.expected_ms(&row.3.usage).unwrap_or(row.2.ms);
    let sum = |of: &dyn Fn(&Row) -> f64| inside.iter().map(|row| of(row)).sum::<f64>();
    let longer = sum(&|row| row.2.ms) / sum(&expected);
    let affected = inside.iter().map(|row| (row.0, over(row.2.ms, expected(row)))).collect();
    let hours = Some(Hours { from: first, to: first + PART });
    (longer >= LONGER_FROM).then(|| case(model, hours, explained, affected, rows.len()))
}

/// A model that is queue-bound at all hours: calls wait beyond what the fastest quarter takes.
fn always(model: &ModelName, rows: &[Row]) -> Option<Case> {
    let timed: Vec<Timed> = rows.iter().map(|row| row.2).collect();
    let Fit::QueueBound { explained, .. } = fit(&timed) else { return None };
    let mut times: Vec<f64> = timed.iter().map(|timed| timed.ms).collect();
    times.sort_by(f64::total_cmp);
    let quarter = |of: usize| times.get(times.len() * of / 4).copied().unwrap_or(0.0);
    let (fast, slow) = (quarter(1), quarter(3));
    let waits = rows.len() >= CALLS_FROM && (slow - fast) / (slow + fast) >= SPREAD_FROM;
    let affected =
        rows.iter().filter(|row| row.2.ms > slow.min(fast * LONGER_FROM)).map(|row| (row.0, over(row.2.ms, fast)));
    waits.then(|| case(model, None, explained, affected.collect(), rows.len()))
}

fn over(ms: f64, usual: f64) -> Excess {
    Excess { ms: Some((ms - usual).max(0.0)), usd: None }
}

fn case(model: &ModelName, hours: Option<Hours>, explained: f64, affected: BTreeMap<usize, Excess>, of: usize) -> Case {
    let issue = Issue::QueueBound { model: model.clone(), hours, explained };
    Case { issue, counted: (affected.len() as u64, of as u64), affected, variance: None, lever: None, example: None }
}
