//! The calls that rules look at: a sample of a window in the order of time, each with what went before it, and who and when it
//! belongs to.

use std::collections::{BTreeMap, HashMap};

use crate::analysis::statistics::{ClusteredMean, Part};
use crate::model::{Call, CallId, ChannelId, ModelName, Outcome, PromptHash, QueryType, Timestamp, UserId};

/// A call, and what went before it.
#[derive(Debug, Clone)]
pub struct Logged {
    /// The call.
    pub call: Call,
    /// What of it may be shown to whoever asks; `None` for nothing.
    pub glimpse: Option<Glimpse>,
    /// Microseconds since the same model was last asked in the same channel, as far as the sample tells.
    pub follows: Option<u64>,
}

/// What of a single call may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glimpse {
    /// Its number in the store.
    pub id: CallId,
    /// The first characters of its prompt.
    pub preview: Option<String>,
}

/// The sample.
#[derive(Debug, Clone, Default)]
pub struct Log {
    rows: Vec<Logged>,
    /// Calls of one person on one day hang together; this is the number of their cluster.
    cluster: Vec<usize>,
    clusters: usize,
}

/// A question of fact or small talk up to this complexity can be answered by any model.
pub const SIMPLE_UP_TO: f64 = 0.25;

/// Whether any model could answer a call's question.
pub fn is_simple(call: &Call) -> bool {
    matches!(call.query_type, QueryType::Question | QueryType::Chat)
        && call.complexity.is_some_and(|hard| hard.as_share() <= SIMPLE_UP_TO)
}

/// Calls that are alike: of one type, simple or not.
pub type Kind = (QueryType, bool);

/// What kind of call it is.
pub fn kind(call: &Call) -> Kind {
    (call.query_type, is_simple(call))
}

impl Log {
    /// Calls in any order.
    pub fn new(mut calls: Vec<(Call, Option<Glimpse>)>) -> Self {
        calls.sort_by_key(|(call, _)| call.at);
        let mut numbers: HashMap<(Option<UserId>, i64), usize> = HashMap::new();
        let number = |call: &Call| {
            // Calls of nobody hang together by the hour.
            let length = if call.user.is_some() { Timestamp::DAY } else { Timestamp::HOUR };
            let fresh = numbers.len();
            *numbers.entry((call.user.clone(), call.at.0.div_euclid(length))).or_insert(fresh)
        };
        let cluster: Vec<usize> = calls.iter().map(|(call, _)| call).map(number).collect();
        let clusters = cluster.iter().max().map_or(0, |last| last + 1);
        Self { rows: followed(calls), cluster, clusters }
    }

    /// All calls, in the order of time.
    pub fn rows(&self) -> &[Logged] {
        &self.rows
    }

    /// The calls with their numbers.
    pub fn numbered(&self) -> impl Iterator<Item = (usize, &Call)> {
        self.rows.iter().map(|row| &row.call).enumerate()
    }

    /// The call of a number.
    pub fn call(&self, number: usize) -> Option<&Call> {
        self.rows.get(number).map(|row| &row.call)
    }

    /// The mean of what is known of each call by its number, and how sure it is; `None` where fewer than two people and days tell.
    pub fn mean(&self, of: impl Fn(usize) -> Option<f64>) -> Option<ClusteredMean> {
        let mut parts = vec![Part::default(); self.clusters];
        for (number, cluster) in self.cluster.iter().enumerate() {
            if let Some(value) = of(number) {
                parts[*cluster].sum += value;
                parts[*cluster].n += 1.0;
            }
        }
        ClusteredMean::of(parts)
    }

    /// The variance of a share of calls, where those of one prompt are one piece of evidence, and so are those of one person on one
    /// day: the larger of both. `of` says of each call whether it counts, `None` where it is not looked at.
    pub fn variance_of_share(&self, of: impl Fn(&Call) -> Option<bool>) -> Option<f64> {
        let value = |call: &Call| of(call).map(|counts| f64::from(u8::from(counts)));
        // Numbered as they come, so that the same calls give the same sums.
        let mut numbers: HashMap<PromptHash, usize> = HashMap::new();
        let mut prompts: Vec<Part> = Vec::new();
        for (_, call) in self.numbered() {
            let Some(value) = value(call) else { continue };
            // A call whose prompt is not known hangs together with none.
            let fresh = prompts.len();
            let at = call.prompt_hash.map_or(fresh, |hash| *numbers.entry(hash).or_insert(fresh));
            prompts.resize(fresh.max(at + 1), Part::default());
            prompts[at] = Part { sum: prompts[at].sum + value, n: prompts[at].n + 1.0 };
        }
        let by_prompt = ClusteredMean::of(prompts);
        let by_person = self.mean(|number| value(self.call(number)?));
        [by_prompt, by_person].into_iter().flatten().map(|mean| mean.variance).reduce(f64::max)
    }

    /// The median of what is known of calls of each model and kind, from six on.
    pub fn medians<K: Ord>(&self, of: impl Fn(usize, &Call) -> Option<(K, f64)>) -> BTreeMap<K, f64> {
        let mut values: BTreeMap<K, Vec<f64>> = BTreeMap::new();
        for (number, call) in self.numbered() {
            if let Some((key, value)) = of(number, call) {
                values.entry(key).or_default().push(value);
            }
        }
        values.into_iter().filter_map(|(key, values)| Some((key, median(values)?))).collect()
    }
}

/// Fewer values have no median with a 95% interval.
const MEDIAN_FROM: usize = 6;

fn median(mut values: Vec<f64>) -> Option<f64> {
    let middle = values.len().div_ceil(2).checked_sub(1).filter(|_| values.len() >= MEDIAN_FROM)?;
    Some(*values.select_nth_unstable_by(middle, f64::total_cmp).1)
}

fn followed(calls: Vec<(Call, Option<Glimpse>)>) -> Vec<Logged> {
    let mut last: HashMap<(Option<ChannelId>, ModelName), Timestamp> = HashMap::new();
    let follow = |(call, glimpse): (Call, Option<Glimpse>)| {
        let before = last.insert((call.channel.clone(), call.model.clone()), call.at);
        let follows = before.filter(|_| call.channel.is_some()).map(|before| call.at.since(before).0);
        Logged { call, glimpse, follows }
    };
    calls.into_iter().map(follow).collect()
}

/// What a person waited for a call, in milliseconds.
pub fn response_ms(call: &Call) -> Option<f64> {
    call.times.response.map(|time| time.as_ms())
}

/// What a call cost, in dollars.
pub fn usd(call: &Call) -> Option<f64> {
    call.cost.map(|cost| cost.as_usd())
}

/// Whether a call ended ok.
pub fn is_ok(call: &Call) -> bool {
    call.outcome == Outcome::Ok
}
