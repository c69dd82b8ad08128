use reqwest::header::{HeaderName, HeaderValue};
use serde_json::json;

use super::*;

fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
    pairs.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect()
}

fn check_wait(pairs: &[(&'static str, &'static str)], expected_ms: Option<u64>) {
    assert_eq!(retry_after(&headers(pairs)), expected_ms.map(Duration::from_millis), "{pairs:?}");
}

#[test]
fn reads_every_form_of_retry_after() {
    check_wait(&[], None);
    check_wait(&[("retry-after", "7")], Some(7_000));
    check_wait(&[("retry-after", " 0.5 ")], Some(500));
    check_wait(&[("retry-after-ms", "1250"), ("retry-after", "2")], Some(1_250));
    let date = ("date", "Sat, 21 Nov 2026 10:00:00 GMT");
    check_wait(&[("retry-after", "Sat, 21 Nov 2026 10:01:30 GMT"), date], Some(90_000));
    check_wait(&[("retry-after", "Sat, 21 Nov 2026 09:59:00 GMT"), date], None);
    check_wait(&[("retry-after", "Sat, 21 Nov 2026 10:01:30 GMT")], None);
    check_wait(&[("retry-after", "-3")], None);
    check_wait(&[("retry-after", "soon")], None);
}

#[test]
fn classes_follow_the_status_unless_the_body_knows_better() {
    let class = |status, body: Value| from_http(status, &HeaderMap::new(), &body.to_string()).class;
    assert_eq!(class(429, json!({})), ErrorClass::RateLimit);
    assert_eq!(class(429, json!({"error": {"type": "insufficient_quota"}})), ErrorClass::Auth);
    assert_eq!(class(529, json!({"error": {"type": "overloaded_error"}})), ErrorClass::RateLimit);
    assert_eq!(class(500, json!({"error": {"code": "content_filter"}})), ErrorClass::Server);
    assert_eq!(class(400, json!({"error": {"code": "content_filter", "type": "x"}})), ErrorClass::Filtered);
    assert_eq!(class(400, json!({"error": {"type": "invalid_request_error"}})), ErrorClass::BadRequest);
    let gemini =
        json!([{"error": {"code": 400, "status": "INVALID_ARGUMENT", "details": [{"reason": "API_KEY_INVALID"}]}}]);
    assert_eq!(class(400, gemini), ErrorClass::Auth);
    assert_eq!(from_http(502, &HeaderMap::new(), "<html>Bad gateway</html>").class, ErrorClass::Server);
    assert_eq!(from_http(307, &HeaderMap::new(), "").class, ErrorClass::Other);
}

#[test]
fn classes_inside_a_stream_follow_the_words() {
    let class = |error: Value| in_stream(&error).class;
    assert_eq!(class(json!({"type": "overloaded_error", "message": "Overloaded"})), ErrorClass::RateLimit);
    assert_eq!(class(json!({"code": 503, "status": "UNAVAILABLE"})), ErrorClass::Server);
    assert_eq!(class(json!({"code": 429, "message": "upstream"})), ErrorClass::RateLimit);
    assert_eq!(class(json!({"type": "invalid_request_error", "code": null})), ErrorClass::BadRequest);
    assert_eq!(class(json!("model runner stopped")), ErrorClass::Server);
}

#[test]
fn details_name_the_error_and_never_repeat_the_message() {
    let body = json!({"error": {"type": "rate_limit_error", "message": "You asked: what is my password"}}).to_string();
    assert_eq!(from_http(429, &HeaderMap::new(), &body).detail, "HTTP 429 (rate_limit_error)");
    assert_eq!(in_stream(&json!({"type": "what is my password?"})).detail, "error inside the stream");
}

#[test]
fn gemini_says_in_the_body_how_long_to_wait() {
    let error =
        json!({"code": 429, "status": "RESOURCE_EXHAUSTED", "details": [{"@type": "x"}, {"retryDelay": "34s"}]});
    let body = json!({ "error": error }).to_string();
    assert_eq!(from_http(429, &HeaderMap::new(), &body).retry_after, Some(Duration::from_secs(34)));
}
