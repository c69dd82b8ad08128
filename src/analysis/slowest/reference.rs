//! What is usual for a model: the medians and slopes that a slow call is held against. All of them rest on the same
//! calls: those of the model in the window, whoever asked and whatever was asked.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::analysis::slope::slope;
use crate::model::{Call, Group, Histogram, Micros, ModelName, Outcome, QueryType, StoredCall};

/// Fewer values have no median to hold a call against: from six on it has a 95% interval at all.
const MEDIAN_FROM: u64 = 6;

/// What is usual for one model. What rests on too few calls is `None`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reference {
    /// Which model.
    pub model: ModelName,
    /// Its calls in the window that ended ok.
    pub n: u64,
    /// The median of their response times.
    pub response_time_p50_ms: Option<f64>,
    /// The median of their times to first token.
    pub ttft_p50_ms: Option<f64>,
    /// The recent calls that the figures below rest on.
    pub sample_n: u64,
    /// The median of their input.
    pub input_tokens_p50: Option<u64>,
    /// The median of their output.
    pub output_tokens_p50: Option<u64>,
    /// The median time a further output token took.
    pub ms_per_output_token: Option<f64>,
    /// What a further input token adds to the time to first token.
    pub ms_per_input_token: Option<f64>,
    #[serde(skip)]
    by_type: BTreeMap<QueryType, f64>,
}

impl Reference {
    /// By how much the median response time of a type lies above the model's. Calls of no certain type have none.
    pub(super) fn type_above_median_ms(&self, query_type: QueryType) -> Option<f64> {
        let median = self.by_type.get(&query_type).filter(|_| query_type != QueryType::Other)?;
        Some(median - self.response_time_p50_ms?)
    }
}

/// The references of the models among `slowest`.
pub(super) fn references(
    usual: &[Group],
    slowest: &[StoredCall],
    sample: &[StoredCall],
) -> BTreeMap<ModelName, Reference> {
    let mut references = BTreeMap::new();
    for row in slowest {
        let model = &row.call.model;
        if !references.contains_key(model) {
            references.insert(model.clone(), reference(model, usual, sample));
        }
    }
    references
}

fn reference(model: &ModelName, usual: &[Group], sample: &[StoredCall]) -> Reference {
    let own: Vec<&Group> = usual.iter().filter(|group| group.key.model == *model).collect();
    let total = Group::total(own.iter().copied());
    let sample: Vec<&Call> = sample.iter().map(|row| &row.call).filter(|call| is_sample(call, model)).collect();
    Reference {
        model: model.clone(),
        n: total.response.n(),
        response_time_p50_ms: median_ms(&total.response),
        ttft_p50_ms: median_ms(&total.ttft),
        sample_n: sample.len() as u64,
        input_tokens_p50: median(sample.iter().filter_map(|call| call.usage.input), u64::cmp),
        output_tokens_p50: median(sample.iter().filter_map(|call| call.usage.output), u64::cmp),
        ms_per_output_token: median(sample.iter().filter_map(|call| ms_per_output_token(call)), f64::total_cmp),
        ms_per_input_token: slope(&sample.iter().filter_map(|call| input_and_ttft(call)).collect::<Vec<_>>()),
        by_type: by_type(&own),
    }
}

fn is_sample(call: &Call, model: &ModelName) -> bool {
    call.model == *model && call.outcome == Outcome::Ok
}

fn by_type(groups: &[&Group]) -> BTreeMap<QueryType, f64> {
    groups.iter().filter_map(|group| Some((group.key.query_type, median_ms(&group.cell.response)?))).collect()
}

fn median_ms(times: &Histogram) -> Option<f64> {
    times.percentile(50).filter(|_| times.n() >= MEDIAN_FROM).map(Micros::as_ms)
}

/// The median by nearest rank: the lower of the middle two.
fn median<T: Copy>(values: impl Iterator<Item = T>, order: fn(&T, &T) -> std::cmp::Ordering) -> Option<T> {
    let mut values: Vec<T> = values.collect();
    if (values.len() as u64) < MEDIAN_FROM {
        return None;
    }
    values.sort_by(order);
    Some(values[values.len().div_ceil(2) - 1])
}

/// Time per token behind the first. Logs that give no model time are read by their response time.
fn ms_per_output_token(call: &Call) -> Option<f64> {
    let whole = call.times.model.or(call.times.response)?;
    let further = call.usage.output.filter(|output| *output >= 2)? - 1;
    Some(whole.saturating_sub(call.times.ttft?).as_ms() / further as f64)
}

fn input_and_ttft(call: &Call) -> Option<(f64, f64)> {
    Some((call.usage.input? as f64, call.times.ttft?.as_ms()))
}
