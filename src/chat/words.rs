//! The sentences around an answer: refusals, retries, cuts, failures. Never a provider's own words.

use std::time::Duration;

use chrono_tz::Tz;

use crate::ai::{Answered, Refusal, Retry, Row, Short};
use crate::model::{Call, ErrorClass, Outcome, Timestamp};
use crate::view::format;

/// Why a question was not asked, and what would help.
pub fn refusal(refusal: &Refusal, now: Timestamp, zone: Tz, prefix: &str) -> String {
    match refusal {
        Refusal::NoModel => {
            "no model can be asked: set a key such as ANTHROPIC_API_KEY, start Ollama, or list models in \
                             config.toml (perfbot doctor says more)"
                .to_owned()
        }
        Refusal::NoKey { model, variable } => {
            format!("the model {model} needs a key in the environment variable {variable}, which is not set")
        }
        Refusal::StillAnswering => {
            format!("your last question here is still being answered; {prefix}stop ends it")
        }
        Refusal::TooMany { per_minute, until } => {
            let questions = if *per_minute == 1 { "question" } else { "questions" };
            let wait = seconds(until.since(now).into());
            format!(
                "that is {per_minute} {questions} in a minute, the most one person may ask; the next is free in {wait}"
            )
        }
        Refusal::DailyCap { cap, spent, until } => format!(
            "the daily limit of {} leaves no room for another answer ({} spent or reserved); it resets at {}",
            format::dollars(cap.as_usd()),
            format::dollars(spent.as_usd()),
            format::moment(*until, zone)
        ),
        Refusal::Unrecorded { reason } => {
            format!("an answer that costs money is not asked while its cost cannot be recorded: {reason}")
        }
        Refusal::Unpriced => format!(
            "this model has no known price, so the daily limit cannot hold it: give it a price or local = true in \
             config.toml, or choose another ({prefix}m)"
        ),
    }
}

/// What stands where the text will be while another attempt waits.
pub fn retrying(retry: &Retry) -> String {
    format!("Retrying ({} of {}) in {}: {}.", retry.next, retry.of, seconds(retry.wait), reason(retry.class))
}

/// What follows the text of an answer that did not end well, or is not whole; `None` if it is.
pub fn ending(answered: &Answered, now: Timestamp) -> Option<String> {
    match answered.call.outcome {
        Outcome::Ok | Outcome::Cached | Outcome::Cut => answered.short.map(|short| format!("({})", cut(short))),
        Outcome::Stopped if answered.text.is_empty() => Some("(Stopped before the first word.)".to_owned()),
        Outcome::Stopped => Some("(Stopped.)".to_owned()),
        Outcome::Interrupted => Some("(Interrupted.)".to_owned()),
        Outcome::Error(class) => Some(failure(class, &answered.call, answered.retry_at, now)),
    }
}

/// What was left out or lost, for the reader's ears.
pub fn asides(answered: &Answered) -> Vec<String> {
    let mut asides = Vec::new();
    match answered.left_out {
        0 => {}
        1 => asides.push("(Left out 1 earlier message.)".to_owned()),
        more => asides.push(format!("(Left out {more} earlier messages.)")),
    }
    if answered.row == Row::Lost {
        asides.push("(The figures of this answer could not be stored.)".to_owned());
    }
    asides
}

/// Why an answer goes no further.
fn cut(short: Short) -> String {
    let what = match short {
        Short::Length => return "The answer is longer than answers may be and ends here; ask for the rest.".to_owned(),
        Short::Filtered | Short::Broken(ErrorClass::Filtered) => "The provider's filter stepped in here",
        Short::Ended => "The program ended here",
        Short::Broken(class) => match class {
            ErrorClass::Connection => "The connection broke here",
            ErrorClass::Timeout => "The provider fell silent or took too long here",
            ErrorClass::RateLimit => "The provider became busy here",
            ErrorClass::Server => "The provider had an error of its own here",
            ErrorClass::Malformed => "What came next could not be understood",
            _ => "The provider broke off here",
        },
    };
    format!("{what}: the answer was cut.")
}

fn failure(class: ErrorClass, call: &Call, retry_at: Option<Timestamp>, now: Timestamp) -> String {
    let tried = match call.attempts {
        0 | 1 => String::new(),
        more => format!(" after {more} attempts"),
    };
    let advice = match (retry_at, class.is_transient()) {
        (Some(at), _) => format!("It asks to be left alone for {}.", seconds(at.since(now).into())),
        (None, true) => "Try again in a moment.".to_owned(),
        (None, false) => mend(class).to_owned(),
    };
    let id = call.at.incident();
    format!("No answer{tried}: {}. {advice} (id {id})", reason(class))
}

fn reason(class: ErrorClass) -> &'static str {
    match class {
        ErrorClass::RateLimit => "the provider is busy",
        ErrorClass::Timeout => "the provider took too long",
        ErrorClass::Connection => "the provider could not be reached",
        ErrorClass::Server => "the provider had an error of its own",
        ErrorClass::Auth => "the provider refused the key, or the account behind it",
        ErrorClass::NotFound => "the provider does not know this model",
        ErrorClass::BadRequest => "the provider refused the request",
        ErrorClass::Filtered => "the provider's filter refused it",
        ErrorClass::Malformed => "the provider's answer could not be understood",
        ErrorClass::Other => "the provider failed",
    }
}

fn mend(class: ErrorClass) -> &'static str {
    match class {
        ErrorClass::Auth => "The host should check both (perfbot doctor).",
        ErrorClass::NotFound => "The host should check the model's id (perfbot doctor).",
        ErrorClass::BadRequest => "A shorter question or a new conversation may help.",
        ErrorClass::Filtered => "Ask it differently.",
        _ => "Try again, or choose another model.",
    }
}

/// Seconds, rounded up: "1 s", "42 s", "2 min".
fn seconds(length: Duration) -> String {
    match length.as_millis().div_ceil(1000) {
        seconds @ 0..=119 => format!("{seconds} s"),
        seconds @ 120..=7_200 => format!("{} min", seconds.div_ceil(60)),
        seconds @ 7_201..=172_800 => format!("{} h", seconds.div_ceil(3_600)),
        _ => "more than two days".to_owned(),
    }
}
