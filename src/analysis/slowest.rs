//! `slowest`: the slowest calls of a window, what made each of them slow, and what the slow ones have in common.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::Serialize;

mod reference;

pub use reference::Reference;

use super::share::share;
use crate::model::{Call, CallId, Group, Micros, ModelName, QueryType, StoredCall, Timestamp, Window};

/// How many of the slowest calls the caller need pass: of more, the causes are not looked at.
pub const TAIL_CAP: u32 = 500;
/// How many recent calls of each model the caller need pass.
pub const SAMPLE_CAP: u32 = 500;
/// Common causes are those of the slowest calls, this many in a hundred.
pub const TAIL_PERCENT: u64 = 5;
/// A cause must explain this share of what a call took above its model's median.
const SINGLE_CAUSE_FROM: f64 = 0.20;
/// Percentiles come from buckets; half of one, and some, may lie between them and the exact value.
const BUCKET_SLACK: f64 = 1.0 / 128.0;

/// What the report is made from.
#[derive(Debug, Clone)]
pub struct SlowestInput {
    /// Which time.
    pub window: Window,
    /// The calls that are asked about, by model and type.
    pub groups: Vec<Group>,
    /// What they are held against: all calls of their models, whoever asked and of whatever type, by model and type.
    pub usual: Vec<Group>,
    /// The slowest calls of it that ended ok, slowest first: at least `top` and [`TAIL_CAP`], if there are as many.
    pub slowest: Vec<StoredCall>,
    /// How many to list.
    pub top: usize,
    /// Since when single calls are there, if earlier ones were asked about too.
    pub rows_since: Option<Timestamp>,
    /// Recent calls of the models among `slowest`, of the same calls as `usual`, in any order: [`SAMPLE_CAP`] of each
    /// are plenty.
    pub sample: Vec<StoredCall>,
}

/// The slowest calls, and why.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SlowestReport {
    /// Calls asked about that ended ok, with a response time.
    pub n: u64,
    /// Which time.
    pub window: Window,
    /// When the calls that may be listed begin, if earlier ones were asked about of which only the sums are kept.
    pub rows_since: Option<Timestamp>,
    /// The slowest, slowest first.
    pub slowest: Vec<SlowCall>,
    /// What the slow ones have in common.
    pub common_causes: CommonCauses,
    /// What each call was held against, by model.
    pub references: Vec<Reference>,
}

/// One slow call.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SlowCall {
    /// Its number in the store.
    pub id: CallId,
    /// When it was asked.
    pub timestamp: Timestamp,
    /// Which model.
    pub model: ModelName,
    /// Which type of question, where that is known.
    pub query_type: Option<QueryType>,
    /// What the person waited.
    pub response_time_ms: Option<f64>,
    /// Until the first token.
    pub ttft_ms: Option<f64>,
    /// Tokens in.
    pub input_tokens: Option<u64>,
    /// Tokens out.
    pub output_tokens: Option<u64>,
    /// Earlier messages that went along.
    pub context_messages: Option<u32>,
    /// Attempts it took.
    pub attempts: u32,
    /// The first characters of the prompt, where the owner has them stored.
    pub prompt_preview: Option<String>,
    /// What made it slow.
    pub issue: Issue,
    /// How much of the time that explains.
    pub issue_ms: Option<f64>,
    /// What the call took above the median of its model.
    pub excess_ms: Option<f64>,
}

/// What made a call slow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Issue {
    /// Attempts that failed, and the waiting between them.
    RetriesAndBackOff,
    /// More input than usual.
    LargeContext,
    /// More output than usual.
    LongOutput,
    /// A type of question that takes longer than others.
    ComplexQuestionType,
    /// The first token came late.
    SlowFirstToken,
    /// Nothing explains a fifth of the excess.
    NoSingleCause,
    /// The model has too few calls to say what is usual.
    NotEnoughData,
}

/// What the slowest calls have in common.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CommonCauses {
    /// How many calls were looked at: the slowest of the tail, and only such as the viewer may see.
    pub n: u64,
    /// How many calls the slowest 5% are.
    pub tail_n: u64,
    /// The causes, most common first.
    pub causes: Vec<CauseShare>,
}

/// One cause, and how common it is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CauseShare {
    /// Which.
    pub issue: Issue,
    /// The type of question, where that is the cause.
    pub query_type: Option<QueryType>,
    /// How many calls.
    pub n: u64,
    /// Their share.
    pub share: Option<f64>,
}

/// The report of the slowest calls.
pub fn slowest(input: SlowestInput) -> SlowestReport {
    let references = reference::references(&input.usual, &input.slowest, &input.sample);
    let total = Group::total(&input.groups);
    let tail_n = (total.response.n() * TAIL_PERCENT).div_ceil(100);
    let threshold = total.response.percentile(95).map_or(0.0, Micros::as_ms) * (1.0 - BUCKET_SLACK);
    // A viewer who may read only some rows sees none that are merely the slowest of those.
    let tail = input.slowest.iter().map(|row| &row.call).take(tail_n.min(TAIL_CAP.into()) as usize);
    let tail = tail.filter(|call| call.times.response.is_some_and(|time| time.as_ms() >= threshold));
    SlowestReport {
        n: total.response.n(),
        window: input.window,
        rows_since: input.rows_since,
        common_causes: common_causes(tail, tail_n, &references),
        slowest: input.slowest.iter().take(input.top).map(|row| slow_call(row, &references)).collect(),
        references: references.into_values().collect(),
    }
}

/// What made a call slow, how much of its time that explains, and what there was to explain.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Finding {
    issue: Issue,
    issue_ms: Option<f64>,
    excess_ms: Option<f64>,
}

fn find(call: &Call, references: &BTreeMap<ModelName, Reference>) -> Finding {
    let reference = references.get(&call.model);
    let median = reference.and_then(|reference| reference.response_time_p50_ms);
    let (Some(reference), Some(median), Some(response)) = (reference, median, call.times.response) else {
        return Finding { issue: Issue::NotEnoughData, issue_ms: None, excess_ms: None };
    };
    let excess = response.as_ms() - median;
    let largest = causes(call, reference).into_iter().fold((Issue::NoSingleCause, 0.0), |largest, (issue, ms)| {
        let ms = ms.unwrap_or(0.0);
        if ms > largest.1 { (issue, ms) } else { largest }
    });
    match largest {
        (issue, ms) if ms > 0.0 && excess > 0.0 && ms >= SINGLE_CAUSE_FROM * excess => {
            Finding { issue, issue_ms: Some(ms), excess_ms: Some(excess) }
        }
        _ => Finding { issue: Issue::NoSingleCause, issue_ms: None, excess_ms: Some(excess) },
    }
}

/// The milliseconds each cause explains; of equals the first counts, so the more telling ones stand first.
fn causes(call: &Call, reference: &Reference) -> [(Issue, Option<f64>); 5] {
    let above = |tokens: Option<u64>, median: Option<u64>| Some(tokens? as f64 - median? as f64);
    let times = |tokens: Option<f64>, ms: Option<f64>| Some(tokens? * ms?);
    let input = above(call.usage.input, reference.input_tokens_p50);
    let output = above(call.usage.output, reference.output_tokens_p50);
    let first = call.times.ttft.zip(reference.ttft_p50_ms).map(|(ttft, median)| ttft.as_ms() - median);
    [
        (Issue::RetriesAndBackOff, Some((call.times.back_off + call.times.failed).as_ms())),
        (Issue::LargeContext, times(input, reference.ms_per_input_token)),
        (Issue::LongOutput, times(output, reference.ms_per_output_token)),
        (Issue::ComplexQuestionType, reference.type_above_median_ms(call.query_type)),
        (Issue::SlowFirstToken, first),
    ]
}

/// The type, unless `Other` only stands for that nobody looked: who looked says how hard it seemed, too.
fn known_type(call: &Call) -> Option<QueryType> {
    (call.query_type != QueryType::Other || call.complexity.is_some()).then_some(call.query_type)
}

fn slow_call(row: &StoredCall, references: &BTreeMap<ModelName, Reference>) -> SlowCall {
    let call = &row.call;
    let Finding { issue, issue_ms, excess_ms } = find(call, references);
    SlowCall {
        id: row.id,
        timestamp: call.at,
        model: call.model.clone(),
        query_type: known_type(call),
        response_time_ms: call.times.response.map(Micros::as_ms),
        ttft_ms: call.times.ttft.map(Micros::as_ms),
        input_tokens: call.usage.input,
        output_tokens: call.usage.output,
        context_messages: call.context.messages,
        attempts: call.attempts,
        prompt_preview: row.preview.clone(),
        issue,
        issue_ms,
        excess_ms,
    }
}

fn common_causes<'a>(
    tail: impl Iterator<Item = &'a Call>,
    tail_n: u64,
    references: &BTreeMap<ModelName, Reference>,
) -> CommonCauses {
    let mut counts: BTreeMap<(Issue, Option<QueryType>), u64> = BTreeMap::new();
    for call in tail {
        let issue = find(call, references).issue;
        let query_type = (issue == Issue::ComplexQuestionType).then_some(call.query_type);
        *counts.entry((issue, query_type)).or_default() += 1;
    }
    let n = counts.values().sum();
    let cause = |((issue, query_type), count)| CauseShare { issue, query_type, n: count, share: share(count, n) };
    let mut causes: Vec<CauseShare> = counts.into_iter().map(cause).collect();
    causes.sort_by_key(|cause| Reverse(cause.n));
    CommonCauses { n, tail_n, causes }
}

#[cfg(test)]
mod tests;
