//! What takes time or money without need: rules, one a file, each of which finds the calls that it is about. What they take beyond
//! need, how often they come, what a lever would save of it and how much that matters is worked out here, alike for all.

mod dear_model;
mod finding;
mod large_context;
mod long_outputs;
mod overhead;
mod prompt_cache;
mod quality;
mod queue_bound;
mod remote_code;
mod repeats;
mod retries;
mod score;
mod slow_first_token;

use std::collections::BTreeMap;

use chrono_tz::Tz;
use serde::Serialize;

pub use finding::{
    Basis, Example, Finding, Frequency, Growth, Hours, Impact, Issue, RuleName, Seen, Severity, Slowdown,
};
pub use quality::Quality;

use super::lever::Lever;
use super::log::{Glimpse, Log, Logged, is_ok, kind, response_ms, usd};
use super::replay::{self, Pace, Saving};
use super::world::World;
use crate::model::{Call, Group, KeptBottleneck, ModelName, Outcome, Rates, Timestamp, Window};

/// From how many calls on rules look at them.
pub const CALLS_FROM: u64 = 30;
/// From how many calls on that a rule is about it is a finding.
pub const AFFECTED_FROM: u64 = 10;

/// What the report is made from.
#[derive(Debug, Clone)]
pub struct Input {
    /// Which time.
    pub window: Window,
    /// Since when single calls are there, if earlier ones were asked about too.
    pub rows_since: Option<Timestamp>,
    /// The zone of hours.
    pub zone: Tz,
    /// All calls of it, by model and type.
    pub groups: Vec<Group>,
    /// A sample of them, evenly over the time, in any order, each with what of it may be shown.
    pub sample: Vec<(Call, Option<Glimpse>)>,
    /// What the models of the sample cost, and whether they run on the hoster's own machine.
    pub models: BTreeMap<ModelName, (Option<Rates>, bool)>,
    /// The prompt that was asked again most often today.
    pub asked_today: Option<AskedToday>,
    /// What was found before.
    pub kept: Vec<KeptBottleneck>,
}

/// A prompt that was asked again and again today.
#[derive(Debug, Clone, PartialEq)]
pub struct AskedToday {
    /// How often it was asked although it had been asked before.
    pub times: u64,
    /// The last call that did, with what of it may be shown.
    pub last: (Call, Glimpse),
}

/// What takes time or money without need.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Bottlenecks {
    /// All calls of the window.
    pub n: u64,
    /// The calls that were looked at one by one.
    pub sample_n: u64,
    /// Those of them that ended ok.
    pub ok_n: u64,
    /// Which time.
    pub window: Window,
    /// When that begins, if earlier calls were asked about of which only the sums are kept.
    pub rows_since: Option<Timestamp>,
    /// What was found, what costs most first.
    pub findings: Vec<Finding>,
    /// What may be, but is too rare to say.
    pub too_few: Vec<TooFew>,
    /// What all levers of the findings save together, each call being saved once.
    pub together: Option<Saving>,
}

/// Something that was seen too rarely.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TooFew {
    /// Which rule saw it.
    pub rule: RuleName,
    /// In how many calls.
    pub count: u64,
    /// Of how many.
    pub of: u64,
}

/// What rules look at.
struct Scene {
    zone: Tz,
    log: Log,
    world: World,
    groups: Vec<Group>,
    asked_today: Option<AskedToday>,
}

/// What a call took without need; `None` where nobody knows.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Excess {
    ms: Option<f64>,
    usd: Option<f64>,
}

/// What a rule found.
struct Case {
    issue: Issue,
    /// The calls that it is about, by their number in the sample, and what each took without need.
    affected: BTreeMap<usize, Excess>,
    /// How often it comes: in how many calls, of how many.
    counted: (u64, u64),
    /// The variance of that share; `None` where calls do not hang together.
    variance: Option<f64>,
    /// What would cure it.
    lever: Option<Lever>,
    /// Something to show for it, if not just any of the calls.
    example: Option<Example>,
}

/// All rules.
const RULES: [fn(&Scene) -> Vec<Case>; 10] = [
    large_context::find,
    dear_model::find,
    repeats::find,
    long_outputs::find,
    retries::find,
    queue_bound::find,
    slow_first_token::find,
    prompt_cache::find,
    remote_code::find,
    overhead::find,
];

/// The report.
pub fn bottlenecks(input: Input) -> Bottlenecks {
    let total = Group::total(&input.groups);
    let (n, window) = (total.calls(), input.window);
    let scene = Scene::new(&input);
    let sample_n = scene.log.rows().len() as u64;
    let cases: Vec<Case> = match n.min(sample_n) >= CALLS_FROM {
        true => RULES.iter().flat_map(|rule| rule(&scene)).collect(),
        false => Vec::new(),
    };
    let (enough, few): (Vec<Case>, Vec<Case>) = cases.into_iter().partition(|case| case.counted.0 >= AFFECTED_FROM);
    let pace = pace(&scene.log, window, n);
    let finding = |case: Case| finding::finding(case, &scene, pace, &input.kept);
    let mut findings: Vec<Finding> = enough.into_iter().map(finding).filter(Finding::is_worth_it).collect();
    let together = together(&scene, &findings, pace);
    findings.sort_by(|one, other| other.weight.total_cmp(&one.weight));
    let too_few = |case: &Case| TooFew { rule: case.issue.rule(), count: case.counted.0, of: case.counted.1 };
    Bottlenecks {
        n,
        sample_n,
        ok_n: total.count(Outcome::Ok),
        window,
        rows_since: input.rows_since,
        findings,
        too_few: few.iter().filter(|case| case.counted.0 > 0).map(too_few).collect(),
        together,
    }
}

impl Scene {
    fn new(input: &Input) -> Self {
        let log = Log::new(input.sample.clone());
        let calls: Vec<&Call> = log.numbered().map(|(_, call)| call).collect();
        let world = World::new(&calls, &input.models);
        Self { zone: input.zone, world, log, groups: input.groups.clone(), asked_today: input.asked_today.clone() }
    }

    /// What a lever saves of each call that it touches.
    fn saved_by(&self, lever: &Lever) -> BTreeMap<usize, Excess> {
        let saved = |(number, row): (usize, &Logged)| {
            let after = lever.counterfactual(row, &self.world)?;
            let less = |amount: fn(&Call) -> Option<f64>| Some(amount(&row.call)? - amount(&after)?);
            Some((number, Excess { ms: less(response_ms), usd: less(usd) }))
        };
        self.log.rows().iter().enumerate().filter_map(saved).collect()
    }

    /// What calls that are touched took above the median of those of the same model and kind that are not.
    fn above_the_rest(&self, touched: BTreeMap<usize, Excess>) -> BTreeMap<usize, Excess> {
        let key = |call: &Call| (call.model.clone(), kind(call));
        let rest = |amount: fn(&Call) -> Option<f64>| {
            let of = |number: usize, call: &Call| {
                amount(call).filter(|_| is_ok(call) && !touched.contains_key(&number)).map(|amount| (key(call), amount))
            };
            self.log.medians(of)
        };
        let (ms, dollars) = (rest(response_ms), rest(usd));
        let above = |number: usize| {
            let call = self.log.call(number)?;
            let over = |amount: Option<f64>, usual: Option<&f64>| Some((amount? - usual?).max(0.0));
            let key = key(call);
            Some(Excess { ms: over(response_ms(call), ms.get(&key)), usd: over(usd(call), dollars.get(&key)) })
        };
        touched.into_keys().map(|number| (number, above(number).unwrap_or_default())).collect()
    }
}

/// How many calls there are in a day since the first of the window.
fn pace(log: &Log, window: Window, n: u64) -> Pace {
    let since = log.call(0).map_or(window.from, |first| first.at.max(window.from));
    let days = Window { from: since, to: window.to }.length().0 as f64 / Timestamp::DAY as f64;
    Pace { calls_per_day: n as f64 / days.max(1.0) }
}

fn together(scene: &Scene, findings: &[Finding], pace: Pace) -> Option<Saving> {
    let mut levers: Vec<&Lever> = findings.iter().filter_map(|finding| finding.lever.as_ref()).collect();
    levers.sort_by_key(|lever| lever.place());
    (levers.len() > 1).then(|| replay::saving(&scene.log, &levers, &scene.world, pace))
}

#[cfg(test)]
mod tests;
