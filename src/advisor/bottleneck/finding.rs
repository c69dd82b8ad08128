//! A finding: what it is, how often it comes, what it takes, what would be saved, and how much it matters.

use serde::Serialize;

use super::quality::Quality;
use super::score::{self, Weighed};
use super::{Case, Excess, Scene};
use crate::advisor::lever::Lever;
use crate::advisor::log::{response_ms, usd};
use crate::advisor::replay::{self, Pace, Saved, Saving};
use crate::analysis::ByClass;
use crate::analysis::statistics::{Interval, wilson_clustered};
use crate::model::{Call, CallId, KeptBottleneck, ModelName, ProviderName, QueryType, Timestamp};

pub use super::score::Severity;

/// Something that takes time or money without need.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// What it is.
    #[serde(flatten)]
    pub issue: Issue,
    /// How bad it is, in a word.
    pub severity: Severity,
    /// The same from 0 to 100.
    pub impact_score: u8,
    /// How often it comes.
    pub frequency: Frequency,
    /// What it takes.
    pub impact: Impact,
    /// A call that shows it.
    pub example: Option<Example>,
    /// What would be saved.
    pub saving: Saving,
    /// How that is known.
    pub basis: Basis,
    /// When it was found before.
    pub seen: Option<Seen>,
    /// What would cure it, if a lever would.
    #[serde(skip)]
    pub lever: Option<Lever>,
    /// The share of all time or money that is surely saved: by this findings are ranked.
    #[serde(skip)]
    pub weight: f64,
}

/// How it is known what would be saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Logged calls were replayed through a lever.
    Replay,
    /// It is all that calls take beyond need; how much of that can be had nobody knows.
    AtMost,
}

/// What a finding is about.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "issue", rename_all = "snake_case")]
pub enum Issue {
    /// Prompts are asked again within an hour, and answered anew.
    RepeatsNotCached {
        /// The share of repeats in which a person wanted another answer; those are no matter for a cache.
        wanted_anew_share: f64,
    },
    /// A dear model answers questions that any could.
    DearModel {
        /// The dear one.
        model: ModelName,
        /// The one that would save most.
        cheaper: ModelName,
        /// The share of all calls that this is about.
        share_of_all: f64,
        /// What people think of both.
        quality: Quality,
    },
    /// Many earlier messages go along.
    LargeContext {
        /// The mean number of messages.
        messages: f64,
        /// Its 95% interval.
        messages_interval: Interval,
        /// The most that should.
        keep: u32,
        /// By how much the number grew within the window.
        growth: Option<Growth>,
    },
    /// Answers are far longer than usual for their kind of question.
    LongOutputs {
        /// The mean length of those.
        output_tokens: f64,
        /// The mean of what is usual for their kind.
        usual_tokens: f64,
        /// From how many times the usual length on an answer is long.
        times_usual: f64,
    },
    /// A provider often takes more than one attempt.
    ProviderRetries {
        /// Which.
        provider: ProviderName,
        /// The share of the lost time that went into waiting between attempts.
        back_off_share: f64,
        /// Why attempts failed, of those calls of which it is known.
        failures: ByClass,
    },
    /// A model keeps calls waiting, and fewer tokens would not help.
    QueueBound {
        /// Which.
        model: ModelName,
        /// At which hours; `None` for all.
        hours: Option<Hours>,
        /// The share of the variation of times that tokens explain then.
        explained: f64,
    },
    /// A provider's first tokens come later than before.
    SlowFirstToken {
        /// Which.
        provider: ProviderName,
        /// Since about when.
        since: Timestamp,
        /// By which factor.
        first_token: Slowdown,
        /// By which factor it writes slower, if it does.
        writing: Option<Slowdown>,
    },
    /// Nothing is read from a prompt cache that would hold the beginnings of prompts.
    UnusedPromptCache {
        /// Whose.
        model: ModelName,
        /// The share of calls that did, of those that could have.
        hit_share: f64,
    },
    /// Questions about code go to a paid model although a local one is rated as well.
    RemoteCode {
        /// The paid one.
        model: ModelName,
        /// The local one.
        local: ModelName,
        /// What people think of both.
        quality: Quality,
    },
    /// perfbot itself takes time.
    OwnOverhead {
        /// Of a call, on average.
        mean_ms: f64,
        /// Its share of the response times.
        share: f64,
    },
}

/// How a figure grew within a window, from its first quarter to its last.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Growth {
    /// The mean of the first quarter.
    pub from: f64,
    /// The mean of the last.
    pub to: f64,
}

/// Hours of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Hours {
    /// The first.
    pub from: u32,
    /// The first behind them.
    pub to: u32,
}

/// By which factor something takes longer than before.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Slowdown {
    /// The factor.
    pub factor: f64,
    /// Its 95% interval.
    pub interval: Interval,
}

/// The name of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleName {
    /// Prompts are asked again and answered anew.
    RepeatsNotCached,
    /// A dear model answers simple questions.
    DearModel,
    /// Many earlier messages go along.
    LargeContext,
    /// Answers are far longer than usual.
    LongOutputs,
    /// A provider often takes more than one attempt.
    ProviderRetries,
    /// A model keeps calls waiting.
    QueueBound,
    /// First tokens come later than before.
    SlowFirstToken,
    /// Prompt caches are not used.
    UnusedPromptCache,
    /// Code goes to a paid model.
    RemoteCode,
    /// perfbot itself takes time.
    OwnOverhead,
}

impl RuleName {
    /// The word for it, in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RepeatsNotCached => "repeats_not_cached",
            Self::DearModel => "dear_model",
            Self::LargeContext => "large_context",
            Self::LongOutputs => "long_outputs",
            Self::ProviderRetries => "provider_retries",
            Self::QueueBound => "queue_bound",
            Self::SlowFirstToken => "slow_first_token",
            Self::UnusedPromptCache => "unused_prompt_cache",
            Self::RemoteCode => "remote_code",
            Self::OwnOverhead => "own_overhead",
        }
    }
}

impl Issue {
    /// The rule that finds it.
    pub fn rule(&self) -> RuleName {
        match self {
            Self::RepeatsNotCached { .. } => RuleName::RepeatsNotCached,
            Self::DearModel { .. } => RuleName::DearModel,
            Self::LargeContext { .. } => RuleName::LargeContext,
            Self::LongOutputs { .. } => RuleName::LongOutputs,
            Self::ProviderRetries { .. } => RuleName::ProviderRetries,
            Self::QueueBound { .. } => RuleName::QueueBound,
            Self::SlowFirstToken { .. } => RuleName::SlowFirstToken,
            Self::UnusedPromptCache { .. } => RuleName::UnusedPromptCache,
            Self::RemoteCode { .. } => RuleName::RemoteCode,
            Self::OwnOverhead { .. } => RuleName::OwnOverhead,
        }
    }

    /// Which model or provider it is about; empty if all.
    pub fn subject(&self) -> &str {
        match self {
            Self::DearModel { model, .. }
            | Self::QueueBound { model, .. }
            | Self::UnusedPromptCache { model, .. }
            | Self::RemoteCode { model, .. } => model.as_str(),
            Self::ProviderRetries { provider, .. } | Self::SlowFirstToken { provider, .. } => provider.as_str(),
            Self::RepeatsNotCached { .. }
            | Self::LargeContext { .. }
            | Self::LongOutputs { .. }
            | Self::OwnOverhead { .. } => "",
        }
    }
}

/// How often something comes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Frequency {
    /// In how many calls.
    pub count: u64,
    /// Of how many.
    pub of: u64,
    /// The share.
    pub share: f64,
    /// Its 95% interval.
    pub interval: Interval,
}

/// What something takes beyond need.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Impact {
    /// Milliseconds of a call that it touches.
    pub ms_per_query: Option<f64>,
    /// Dollars of such a call.
    pub usd_per_query: Option<f64>,
    /// Milliseconds of all calls of a day.
    pub ms_per_day: Option<f64>,
    /// Dollars of all calls of a day.
    pub usd_per_day: Option<f64>,
}

/// A call that shows what a finding is about.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Example {
    /// Its number in the store.
    pub id: CallId,
    /// Which type of question.
    pub query_type: QueryType,
    /// Tokens in.
    pub input_tokens: Option<u64>,
    /// Tokens out.
    pub output_tokens: Option<u64>,
    /// The first characters of the prompt, where the owner has them stored and they may be shown.
    pub prompt_preview: Option<String>,
    /// How often the prompt was asked again today.
    pub asked_again_today: Option<u64>,
}

/// When something was found before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Seen {
    /// The first time.
    pub first: Timestamp,
    /// The last time before this.
    pub last: Timestamp,
}

impl Frequency {
    fn of((count, of): (u64, u64), variance: Option<f64>) -> Self {
        let interval = wilson_clustered(count, of, variance.unwrap_or(0.0)).unwrap_or(Interval { low: 0.0, high: 1.0 });
        Self { count, of, share: count as f64 / of.max(1) as f64, interval }
    }
}

impl Example {
    /// A call, if it may be shown.
    pub(super) fn of(call: &Call, glimpse: &crate::advisor::log::Glimpse) -> Self {
        Self {
            id: glimpse.id,
            query_type: call.query_type,
            input_tokens: call.usage.input,
            output_tokens: call.usage.output,
            prompt_preview: glimpse.preview.clone(),
            asked_again_today: None,
        }
    }
}

/// Works out what a case comes to.
pub(super) fn finding(case: Case, scene: &Scene, pace: Pace, kept: &[KeptBottleneck]) -> Finding {
    let (saving, basis) = match &case.lever {
        Some(lever) => (replay::saving(&scene.log, &[lever], &scene.world, pace), Basis::Replay),
        None => (at_most(&case, scene, pace), Basis::AtMost),
    };
    let Weighed { weight, score, severity } = score::weigh(&saving, case.affected.values());
    let frequency = Frequency::of(case.counted, case.variance);
    let seen =
        kept.iter().find(|kept| kept.issue == case.issue.rule().as_str() && kept.subject == case.issue.subject());
    Finding {
        severity,
        impact_score: score,
        frequency,
        impact: impact(&case, scene, pace),
        example: case.example.clone().or_else(|| example(&case, scene)),
        saving,
        basis,
        seen: seen.map(|kept| Seen { first: kept.first_seen, last: kept.last_seen }),
        weight,
        lever: case.lever,
        issue: case.issue,
    }
}

fn at_most(case: &Case, scene: &Scene, pace: Pace) -> Saving {
    let of = |excess: fn(&Excess) -> Option<f64>, amount: fn(&Call) -> Option<f64>| {
        replay::at_most(&scene.log, |number| case.affected.get(&number).map(excess), amount, pace)
    };
    Saving {
        affected: case.affected.len() as u64,
        ms: of(|excess| excess.ms, response_ms),
        usd: of(|excess| excess.usd, usd),
    }
}

/// What calls take beyond need: the mean of those touched of which it is known, and the sum over a day.
fn impact(case: &Case, scene: &Scene, pace: Pace) -> Impact {
    let of = |excess: fn(&Excess) -> Option<f64>, amount: fn(&Call) -> Option<f64>| {
        let known: Vec<f64> = case.affected.values().filter_map(excess).map(|over| over.max(0.0)).collect();
        let sum: f64 = known.iter().sum();
        let of = scene.log.numbered().filter(|(_, call)| amount(call).is_some()).count();
        // Where nothing costs anything, nothing is lost.
        (sum > 0.0).then(|| (sum / known.len() as f64, sum / of.max(1) as f64 * pace.calls_per_day))
    };
    let (ms, usd) = (of(|excess| excess.ms, response_ms), of(|excess| excess.usd, usd));
    Impact {
        ms_per_query: ms.map(|(each, _)| each),
        usd_per_query: usd.map(|(each, _)| each),
        ms_per_day: ms.map(|(_, day)| day),
        usd_per_day: usd.map(|(_, day)| day),
    }
}

/// Of the calls that may be shown the one that took most beyond need.
fn example(case: &Case, scene: &Scene) -> Option<Example> {
    let shown = case.affected.iter().filter_map(|(number, excess)| {
        let row = scene.log.rows().get(*number)?;
        Some((excess.ms.or(excess.usd).unwrap_or(0.0), Example::of(&row.call, row.glimpse.as_ref()?)))
    });
    shown.max_by(|one, other| one.0.total_cmp(&other.0)).map(|(_, example)| example)
}

/// Less of all time and of all money is not worth a change.
const WORTH_FROM: f64 = 0.005;

impl Finding {
    /// Whether it is worth a change, as far as is sure; where too few people and days tell what is sure, as far as it seems.
    pub(super) fn is_worth_it(&self) -> bool {
        let share = |saved: Saved| saved.share_of_all.low.unwrap_or(saved.share_of_all.mean);
        [self.saving.ms, self.saving.usd].into_iter().flatten().any(|saved| share(saved) >= WORTH_FROM)
    }
}
