//! Failures of a provider, from the client crate's errors and from error objects inside streams, as our own error.
//!
//! Details are for the log and hold statuses and the provider's error *words* (`rate_limit_error`), never its
//! messages: those may repeat what a person wrote.

use std::error::Error as StdError;
use std::time::Duration;

use chrono::DateTime;
use reqwest::header::HeaderMap;
use serde_json::Value;

use super::ProviderError;
use crate::model::ErrorClass;

/// What went wrong, from an error of the client crate.
pub(super) fn from_client(error: &genai::Error) -> ProviderError {
    match error {
        genai::Error::WebStream { error, .. } => from_transport(error.as_ref()),
        genai::Error::HttpError { status, body, headers, .. } => from_http(status.as_u16(), headers, body),
        // JSON that just stops is a stream that was cut inside an event.
        genai::Error::StreamParse { serde_error, .. } if serde_error.is_eof() => {
            failure(ErrorClass::Connection, "the stream broke off inside an event")
        }
        genai::Error::StreamParse { .. } | genai::Error::SerdeJson(_) | genai::Error::JsonValueExt(_) => {
            failure(ErrorClass::Malformed, "an event could not be read")
        }
        genai::Error::ChatResponse { body, .. } => in_stream(body.get("error").unwrap_or(body)),
        genai::Error::Resolver { .. } | genai::Error::RequiresApiKey { .. } | genai::Error::NoAuthData { .. } => {
            failure(ErrorClass::Auth, "the client has no key")
        }
        _ => failure(ErrorClass::Other, "the client could not make the request"),
    }
}

/// What went wrong, from the error object of a stream that began well. One that cannot be placed is the server's: what
/// is wrong with a request is said before a stream begins.
pub(super) fn in_stream(error: &Value) -> ProviderError {
    let class = words(error).find_map(class_of_word).unwrap_or(ErrorClass::Server);
    let retry_after = retry_delay(error);
    ProviderError { class, retry_after, detail: format!("error inside the stream{}", named(error)) }
}

fn failure(class: ErrorClass, detail: &str) -> ProviderError {
    ProviderError { class, retry_after: None, detail: detail.to_owned() }
}

fn from_transport(error: &(dyn StdError + Send + Sync + 'static)) -> ProviderError {
    if let Some(inner) = error.downcast_ref::<genai::Error>() {
        return from_client(inner);
    }
    if error.is::<std::string::FromUtf8Error>() || error.is::<std::str::Utf8Error>() {
        return failure(ErrorClass::Malformed, "the stream is no UTF-8");
    }
    let Some(error) = error.downcast_ref::<reqwest::Error>() else {
        return failure(ErrorClass::Connection, "the connection failed");
    };
    let (class, what) = match error {
        error if error.is_builder() => (ErrorClass::BadRequest, "the address is wrong"),
        error if error.is_timeout() => (ErrorClass::Timeout, "the connection timed out"),
        error if error.is_connect() => (ErrorClass::Connection, "no connection"),
        _ => (ErrorClass::Connection, "the connection broke"),
    };
    failure(class, &format!("{what}: {}", root_cause(error)))
}

/// The innermost cause, which names no address and no key: "Connection refused (os error 111)".
fn root_cause(error: &reqwest::Error) -> String {
    let mut cause: Option<&dyn StdError> = error.source();
    while let Some(inner) = cause.and_then(StdError::source) {
        cause = Some(inner);
    }
    cause.map_or_else(|| "no cause given".to_owned(), |cause| cause.to_string().chars().take(120).collect())
}

/// What went wrong, from an answer that is none.
pub(super) fn from_http(status: u16, headers: &HeaderMap, body: &str) -> ProviderError {
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    // Gemini's compatible endpoint wraps its error object into a list.
    let error = body.pointer("/error").or_else(|| body.pointer("/0/error")).unwrap_or(&Value::Null);
    let class = match words(error).find_map(class_of_word) {
        // A filter and a wrong key both come as plain 400 from some, an account without money as 429, where waiting would
        // not help.
        Some(told @ (ErrorClass::Filtered | ErrorClass::Auth)) if matches!(status, 400 | 429) => told,
        _ => ErrorClass::from_status(status),
    };
    let retry_after = retry_after(headers).or_else(|| retry_delay(error));
    ProviderError { class, retry_after, detail: format!("HTTP {status}{}", named(error)) }
}

/// The words by which an error object says what it is, the most telling first.
fn words(error: &Value) -> impl Iterator<Item = String> {
    let details = error.get("details").and_then(Value::as_array).into_iter().flatten();
    let reasons = details.filter_map(|detail| detail.get("reason"));
    let own = ["code", "type", "status"].into_iter().filter_map(|name| error.get(name));
    reasons.chain(own).filter_map(|word| match word {
        Value::String(word) => Some(word.to_ascii_lowercase()),
        Value::Number(code) => Some(code.to_string()),
        _ => None,
    })
}

fn class_of_word(word: String) -> Option<ErrorClass> {
    let class = match word.as_str() {
        "rate_limit_error"
        | "rate_limit_exceeded"
        | "resource_exhausted"
        | "overloaded_error"
        | "too_many_requests" => ErrorClass::RateLimit,
        "api_error" | "server_error" | "internal_server_error" | "internal" | "unavailable" | "service_unavailable" => {
            ErrorClass::Server
        }
        "timeout_error" | "timeout" | "deadline_exceeded" => ErrorClass::Timeout,
        "authentication_error"
        | "permission_error"
        | "billing_error"
        | "insufficient_quota"
        | "invalid_api_key"
        | "api_key_invalid"
        | "unauthenticated"
        | "permission_denied" => ErrorClass::Auth,
        "not_found_error" | "model_not_found" | "not_found" => ErrorClass::NotFound,
        "invalid_request_error"
        | "request_too_large"
        | "context_length_exceeded"
        | "invalid_argument"
        | "failed_precondition" => ErrorClass::BadRequest,
        "content_filter" | "content_policy_violation" => ErrorClass::Filtered,
        word => {
            let status: u16 = word.parse().ok()?;
            return (400..600).contains(&status).then(|| ErrorClass::from_status(status));
        }
    };
    Some(class)
}

/// The error's first word in brackets, if it looks like a word and not like somebody's text.
fn named(error: &Value) -> String {
    let plain = |word: &String| {
        word.len() <= 60 && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
    };
    words(error).find(plain).map(|word| format!(" ({word})")).unwrap_or_default()
}

/// How long a provider asks us to wait, from its headers: milliseconds, seconds or an HTTP date. A date is measured
/// against the answer's own `Date`, so that no clock is read and theirs may be wrong.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let seconds = |text: &str| Duration::try_from_secs_f64(text.parse().ok()?).ok();
    let date = |text: &str| DateTime::parse_from_rfc2822(text).ok();
    if let Some(wait) = text("retry-after-ms").and_then(seconds) {
        return Some(wait / 1_000);
    }
    let asked = text("retry-after")?;
    seconds(asked).or_else(|| (date(asked)? - date(text("date")?)?).to_std().ok())
}

/// How long Gemini asks us to wait, which it says inside its error object: `"retryDelay": "34s"`.
fn retry_delay(error: &Value) -> Option<Duration> {
    let mut details = error.get("details")?.as_array()?.iter();
    let delay = details.find_map(|detail| detail.get("retryDelay")?.as_str())?;
    Duration::try_from_secs_f64(delay.strip_suffix('s')?.parse().ok()?).ok()
}

#[cfg(test)]
mod tests;
