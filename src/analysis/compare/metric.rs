//! What models are compared by, and the test of each: ranks of response times within types of question; means of all else,
//! weighed by type, with stretches of time for clusters.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Lead, Verdict};
use crate::analysis::statistics::{ClusteredMean, Part, Sample, Stratum, difference, van_elteren};
use crate::model::{Cell, Group, ModelName, QueryType, Tally};

/// What models are compared by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metric {
    /// Response times.
    Speed,
    /// Ratings.
    Quality,
    /// The cost of a call.
    Cost,
    /// Output tokens of an answer.
    TokenEfficiency,
}

/// From how many values on each side models are compared.
pub const CALLS_FROM: u64 = 20;
/// The same of ratings, of which there are few.
pub const RATINGS_FROM: u64 = 10;

/// Differences below this share are none worth a winner, however sure.
const WORTH: f64 = 0.02;

/// In how many values of a type, on each side, it counts.
const TYPE_FROM: u64 = 3;

impl Metric {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Speed, Self::Quality, Self::Cost, Self::TokenEfficiency];

    /// From how many values on each side.
    fn needed(self) -> u64 {
        if self == Self::Quality { RATINGS_FROM } else { CALLS_FROM }
    }

    /// The sum that its mean rests on.
    fn tally(self, cell: &Cell) -> Tally {
        match self {
            Self::Speed => Tally { n: cell.response.n(), sum: i64::try_from(cell.response.sum()).unwrap_or(i64::MAX) },
            Self::Quality => cell.ratings,
            Self::Cost => cell.cost,
            Self::TokenEfficiency => cell.output,
        }
    }
}

/// A model's calls by type: of all the window, and of each stretch.
pub struct Side<'s> {
    types: BTreeMap<QueryType, Cell>,
    stretches: Vec<BTreeMap<QueryType, &'s Cell>>,
}

impl<'s> Side<'s> {
    pub fn of(stretches: &'s [Arc<[Group]>]) -> Self {
        let by_type =
            |groups: &'s Arc<[Group]>| groups.iter().map(|group| (group.key.query_type, &group.cell)).collect();
        let mut types: BTreeMap<QueryType, Cell> = BTreeMap::new();
        for Group { key, cell } in stretches.iter().flat_map(|groups| groups.iter()) {
            types.entry(key.query_type).or_default().merge(cell);
        }
        Self { types, stretches: stretches.iter().map(by_type).collect() }
    }

    /// Whether it was asked questions of a type.
    pub fn asked(&self, query_type: QueryType) -> bool {
        self.types.contains_key(&query_type)
    }

    /// All calls of a type.
    pub fn total(&self, query_type: QueryType) -> Cell {
        self.types.get(&query_type).cloned().unwrap_or_default()
    }

    /// All calls.
    pub fn whole(&self) -> Cell {
        self.types.values().fold(Cell::default(), |mut whole, cell| {
            whole.merge(cell);
            whole
        })
    }

    fn n(&self, metric: Metric, query_type: QueryType) -> u64 {
        self.types.get(&query_type).map_or(0, |cell| metric.tally(cell).n)
    }

    /// The mean over types of given weights.
    fn standardised(&self, metric: Metric, types: &[QueryType], weights: &[f64]) -> Option<ClusteredMean> {
        let part = |cell: Option<&Cell>| {
            let tally = cell.map(|cell| metric.tally(cell)).unwrap_or_default();
            Part { sum: tally.sum as f64, n: tally.n as f64 }
        };
        let cluster =
            |stretch: &BTreeMap<QueryType, &Cell>| types.iter().map(|of| part(stretch.get(of).copied())).collect();
        let clusters: Vec<Vec<Part>> = self.stretches.iter().map(cluster).collect();
        ClusteredMean::standardised(&clusters, weights)
    }
}

/// The test of one metric between every two of the models.
pub enum Test {
    /// Nothing could be tested.
    Not(Verdict),
    /// The best model by the figures, against each other.
    Tested {
        /// Its place.
        best: usize,
        /// Against the others, in their order.
        pairs: Vec<Pair>,
    },
}

/// One model against another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    over: usize,
    n: u64,
    over_n: u64,
    /// How much better the first is, as a share of the other; below zero where it is worse.
    lead: f64,
    p: f64,
}

impl Test {
    pub fn of(metric: Metric, sides: &[Side<'_>], types: &[QueryType]) -> Self {
        if let Some(verdict) = untestable(metric, sides, types) {
            return Self::Not(verdict);
        }
        let against_all = |here: usize| -> Option<Vec<Pair>> {
            let others = (0..sides.len()).filter(|over| *over != here);
            others.map(|over| pair(metric, sides, types, [here, over])).collect()
        };
        let tested: Option<Vec<Vec<Pair>>> = (0..sides.len()).map(against_all).collect();
        let wins = |pairs: &[Pair]| pairs.iter().filter(|pair| pair.lead > 0.0).count();
        let Some(mut tested) = tested else { return Self::Not(Verdict::NotEnoughData { have: 1, needed: 2 }) };
        // Of equals the one that was named first.
        let best = (0..tested.len()).rev().max_by_key(|place| wins(&tested[*place])).unwrap_or(0);
        Self::Tested { best, pairs: tested.swap_remove(best) }
    }

    /// The probabilities by which it is judged.
    pub fn probabilities(&self) -> Vec<f64> {
        match self {
            Self::Not(_) => Vec::new(),
            Self::Tested { pairs, .. } => pairs.iter().map(|pair| pair.p).collect(),
        }
    }

    /// Who wins, if probabilities up to `line` are believed.
    pub fn verdict(self, names: &[ModelName], line: f64) -> Verdict {
        let (best, pairs) = match self {
            Self::Not(verdict) => return verdict,
            Self::Tested { best, pairs } => (best, pairs),
        };
        let wins = |pair: &Pair| pair.lead >= WORTH && pair.p <= line;
        if !pairs.iter().all(wins) {
            let nearest = pairs.iter().min_by(|a, b| a.lead.total_cmp(&b.lead));
            let (lead, p) = nearest.map_or((0.0, 1.0), |pair| (pair.lead, pair.p));
            return Verdict::NoWinner { difference_share: lead.max(0.0), p };
        }
        let lead = |pair: &Pair| Lead {
            over: names[pair.over].clone(),
            difference_share: pair.lead,
            p: pair.p,
            n: pair.n,
            over_n: pair.over_n,
        };
        Verdict::Winner { model: names[best].clone(), leads: pairs.iter().map(lead).collect() }
    }
}

/// Why nothing can be tested, if so.
fn untestable(metric: Metric, sides: &[Side<'_>], types: &[QueryType]) -> Option<Verdict> {
    let known = |side: &Side<'_>| types.iter().any(|of| side.n(metric, *of) > 0);
    if !sides.iter().all(known) {
        return Some(Verdict::Unknown);
    }
    let mut thinnest = u64::MAX;
    for (here, side) in sides.iter().enumerate() {
        for other in &sides[here + 1..] {
            let shared = shared(metric, [side, other], types);
            if shared.is_empty() {
                let enough = |side: &Side<'_>| types.iter().any(|of| side.n(metric, *of) >= TYPE_FROM);
                return Some(match enough(side) && enough(other) {
                    true => Verdict::NothingShared,
                    false => Verdict::NotEnoughData { have: 0, needed: metric.needed() },
                });
            }
            let n = |side: &Side<'_>| shared.iter().map(|of| side.n(metric, *of)).sum::<u64>();
            thinnest = thinnest.min(n(side)).min(n(other));
        }
    }
    (thinnest < metric.needed()).then_some(Verdict::NotEnoughData { have: thinnest, needed: metric.needed() })
}

/// The types of which both sides have some values.
fn shared(metric: Metric, sides: [&Side<'_>; 2], types: &[QueryType]) -> Vec<QueryType> {
    types.iter().copied().filter(|of| sides.iter().all(|side| side.n(metric, *of) >= TYPE_FROM)).collect()
}

/// One model against another; `None` if all happened in one stretch of time.
fn pair(metric: Metric, sides: &[Side<'_>], types: &[QueryType], [here, over]: [usize; 2]) -> Option<Pair> {
    let both = [&sides[here], &sides[over]];
    let shared = shared(metric, both, types);
    let [n, over_n] = both.map(|side| shared.iter().map(|of| side.n(metric, *of)).sum());
    let (lead, p) = match metric {
        Metric::Speed => ranks(both, &shared)?,
        _ => means(metric, both, &shared)?,
    };
    Some(Pair { over, n, over_n, lead, p })
}

fn ranks([here, over]: [&Side<'_>; 2], shared: &[QueryType]) -> Option<(f64, f64)> {
    let sample =
        |side: &Side, of: QueryType| side.types.get(&of).map(|cell| Sample::from(&cell.response)).unwrap_or_default();
    let strata: Vec<Stratum> =
        shared.iter().map(|of| Stratum { here: sample(here, *of), against: sample(over, *of) }).collect();
    let test = van_elteren(&strata)?;
    Some((less_than(test.log_ratio.exp(), 1.0), test.p()))
}

fn means(metric: Metric, [here, over]: [&Side<'_>; 2], shared: &[QueryType]) -> Option<(f64, f64)> {
    // A type weighs as much as it says of the difference.
    let weight = |of: &QueryType| {
        let (n, over_n) = (here.n(metric, *of) as f64, over.n(metric, *of) as f64);
        n * over_n / (n + over_n)
    };
    let weights: Vec<f64> = shared.iter().map(weight).collect();
    let [here, over] = [here, over].map(|side| side.standardised(metric, shared, &weights));
    let (here, over) = (here?, over?);
    let lead = match metric {
        Metric::Quality => here.mean / over.mean - 1.0,
        _ => less_than(here.mean, over.mean),
    };
    Some((lead, difference(&here, &over)))
}

/// How much less one is than another, as a share of the larger; below zero where it is more.
fn less_than(here: f64, over: f64) -> f64 {
    match here.max(over) {
        larger if larger > 0.0 => (over - here) / larger,
        _ => 0.0,
    }
}
