//! perfbot's own export: every column of a call, exact. One table serves writing and reading, so they cannot disagree.

use std::str::FromStr;

use serde_json::Value;

use super::Format;
use crate::logs::limits;
use crate::logs::row::Row;
use crate::model::{
    Call, CallId, Complexity, Failures, LoggedCall, Micros, NanoUsd, Outcome, PromptHash, Rating, StoredCall,
    Timestamp, UsageSource,
};

pub const FORMAT: Format = Format {
    name: "perfbot",
    marks: &[&["timestamp"], &["outcome"], &["usage_source"], &["response_time_us"], &["cost_nano_usd"]],
    rules: &[],
    is_call: |_| true,
    whole: Some(read),
    epoch: None,
};

/// One column of the export.
pub struct Column {
    /// Its name; a unit is part of it.
    pub name: &'static str,
    /// Its value in a call; null where it is not known.
    pub get: fn(&StoredCall) -> Value,
    set: fn(&mut Call, &str) -> Result<(), String>,
}

/// A table of columns: a name, how its value is had from a stored call, and how its text is put into one.
macro_rules! columns {
    ($($name:literal: |$stored:ident| $get:expr, |$call:ident, $text:ident| $set:expr;)+) => {
        /// All columns, in the order they are written.
        pub const COLUMNS: &[Column] = &[$(Column {
            name: $name,
            get: |$stored| $get,
            set: |$call, $text| {
                let () = $set;
                Ok(())
            },
        }),+];
    };
}

columns! {
    // Stands beside the call: the rows of another store are numbered anew.
    "id": |s| s.id.0.into(), |_call, _text| ();
    "timestamp": |s| s.call.at.to_string().into(), |call, text| call.at = time(text)?;
    "guild": |s| words(&s.call.guild), |call, text| call.guild = Some(text.into());
    "channel": |s| words(&s.call.channel), |call, text| call.channel = Some(text.into());
    "user": |s| words(&s.call.user), |call, text| call.user = Some(text.into());
    "session": |s| words(&s.call.session), |call, text| call.session = Some(text.into());
    "provider": |s| words(&s.call.provider), |call, text| call.provider = Some(text.into());
    "model": |s| s.call.model.as_str().into(), |call, text| call.model = text.into();
    "answered_by": |s| words(&s.call.answered_by), |call, text| call.answered_by = Some(text.into());
    "query_type": |s| s.call.query_type.as_str().into(), |call, text| call.query_type = text.parse()?;
    "complexity": |s| s.call.complexity.map_or(Value::Null, |c| c.as_share().into()),
        |call, text| call.complexity = Some(Complexity::from_share(number(text)?));
    "arm": |s| words(&s.call.arm), |call, text| call.arm = Some(text.into());
    "message": |s| words(&s.call.message), |call, text| call.message = Some(text.into());
    "again_of": |s| s.call.again_of.map(|id| id.0).into(), |call, text| call.again_of = Some(CallId(number(text)?));
    "response_time_us": |s| micros(s.call.times.response), |call, text| call.times.response = Some(length(text)?);
    "model_time_us": |s| micros(s.call.times.model), |call, text| call.times.model = Some(length(text)?);
    "attempt_time_us": |s| micros(s.call.times.attempt), |call, text| call.times.attempt = Some(length(text)?);
    "ttft_us": |s| micros(s.call.times.ttft), |call, text| call.times.ttft = Some(length(text)?);
    "visible_ttft_us": |s| micros(s.call.times.visible_ttft),
        |call, text| call.times.visible_ttft = Some(length(text)?);
    "back_off_us": |s| s.call.times.back_off.0.into(), |call, text| call.times.back_off = length(text)?;
    "queue_time_us": |s| micros(s.call.times.queue), |call, text| call.times.queue = Some(length(text)?);
    "failed_time_us": |s| s.call.times.failed.0.into(), |call, text| call.times.failed = length(text)?;
    "chat_wait_us": |s| s.call.times.chat_wait.0.into(), |call, text| call.times.chat_wait = length(text)?;
    "attempts": |s| s.call.attempts.into(), |call, text| call.attempts = number(text)?;
    "failures": |s| failures(s.call.failures), |call, text| call.failures = text.parse()?;
    "outcome": |s| s.call.outcome.as_str().into(), |call, text| call.outcome = outcome(text)?;
    "input_tokens": |s| s.call.usage.input.into(), |call, text| call.usage.input = Some(count(text)?);
    "output_tokens": |s| s.call.usage.output.into(), |call, text| call.usage.output = Some(count(text)?);
    "cache_read_tokens": |s| s.call.usage.cache_read.into(), |call, text| call.usage.cache_read = Some(count(text)?);
    "cache_write_5m_tokens": |s| s.call.usage.cache_write_5m.into(),
        |call, text| call.usage.cache_write_5m = Some(count(text)?);
    "cache_write_1h_tokens": |s| s.call.usage.cache_write_1h.into(),
        |call, text| call.usage.cache_write_1h = Some(count(text)?);
    "reasoning_tokens": |s| s.call.usage.reasoning.into(), |call, text| call.usage.reasoning = Some(count(text)?);
    "usage_source": |s| s.call.usage.source.as_str().into(), |call, text| call.usage.source = source(text)?;
    "price": |s| words(&s.call.price), |call, text| call.price = Some(text.into());
    "cost_nano_usd": |s| s.call.cost.map(|cost| cost.0).into(), |call, text| call.cost = Some(money(text)?);
    "failed_cost_nano_usd": |s| s.call.failed_cost.0.into(), |call, text| call.failed_cost = money(text)?;
    "context_messages": |s| s.call.context.messages.into(), |call, text| call.context.messages = Some(number(text)?);
    "context_tokens": |s| s.call.context.tokens.into(), |call, text| call.context.tokens = Some(count(text)?);
    "prompt_hash": |s| s.call.prompt_hash.map(|hash| format!("{:016x}", hash.0)).into(),
        |call, text| call.prompt_hash = Some(hash(text)?);
    "repeat_after_s": |s| s.call.repeat_after_s.into(), |call, text| call.repeat_after_s = Some(number(text)?);
    "asked_again": |s| s.call.asked_again.into(), |call, text| call.asked_again = number(text)?;
    "rating": |s| s.call.rating.map(Rating::score).into(), |call, text| call.rating = Some(rating(text)?);
    "others_ratings": |s| s.call.others_ratings.n.into(), |call, text| call.others_ratings.n = count(text)?;
    "others_ratings_sum": |s| s.call.others_ratings.sum.into(),
        |call, text| call.others_ratings.sum = i64::try_from(count(text)?).unwrap_or(i64::MAX);
}

/// Reads a row of an export. A column that is missing (an older export) leaves its field unknown.
fn read(row: &Row) -> Result<LoggedCall, String> {
    let wanted = |name: &str| row.exact(name).ok_or_else(|| format!("has no {name}"));
    let mut call = Call::new(time(&wanted("timestamp")?)?, wanted("model")?.as_ref().into());
    for column in COLUMNS {
        if let Some(text) = row.exact(column.name) {
            (column.set)(&mut call, &text).map_err(|reason| format!("{}: {reason}", column.name))?;
        }
    }
    let id = row.exact("id").map(|text| number(&text).map_err(|reason| format!("id: {reason}"))).transpose()?;
    Ok(LoggedCall { call, id: id.map(CallId), prompt: None })
}

fn words(text: &Option<impl AsRef<str>>) -> Value {
    text.as_ref().map(|text| text.as_ref()).into()
}

fn failures(failures: Failures) -> Value {
    (!failures.is_empty()).then(|| failures.to_string()).into()
}

fn micros(length: Option<Micros>) -> Value {
    length.map(|length| length.0).into()
}

fn number<T: FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("{text:?} is no number that fits"))
}

fn time(text: &str) -> Result<Timestamp, String> {
    let at = text.parse().map_err(|_| format!("{text:?} is no RFC 3339 time"))?;
    within(text, limits::time(at))
}

fn length(text: &str) -> Result<Micros, String> {
    within(text, limits::length(Micros(number(text)?)))
}

fn count(text: &str) -> Result<u64, String> {
    within(text, limits::count(number(text)?))
}

fn money(text: &str) -> Result<NanoUsd, String> {
    within(text, limits::cost(NanoUsd(number(text)?)))
}

fn within<T>(text: &str, judged: Result<T, &str>) -> Result<T, String> {
    judged.map_err(|reason| format!("{text} {reason}"))
}

fn outcome(text: &str) -> Result<Outcome, String> {
    Outcome::from_word(text).ok_or_else(|| format!("there is no outcome {text:?}"))
}

fn source(text: &str) -> Result<UsageSource, String> {
    let found = UsageSource::ALL.into_iter().find(|source| source.as_str() == text);
    found.ok_or_else(|| format!("there is no usage source {text:?}"))
}

fn hash(text: &str) -> Result<PromptHash, String> {
    u64::from_str_radix(text, 16).map(PromptHash).map_err(|_| format!("{text:?} is no hash of 16 hex digits"))
}

fn rating(text: &str) -> Result<Rating, String> {
    number(text).ok().and_then(Rating::new).ok_or_else(|| format!("rating {text:?} is not 1, 2, 3, 4 or 5"))
}
