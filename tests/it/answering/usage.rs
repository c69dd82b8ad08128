//! Every shape in which streams report usage.

use perfbot::model::{Outcome, ProviderKind, Usage, UsageSource};
use serde_json::{Value, json};

use super::ask_fake;
use crate::fakes::ai::{Reply, event, named_event};

fn text(text: &str, more: Value) -> String {
    let mut chunk = json!({"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": null}]});
    chunk.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    event(chunk)
}

fn stop() -> String {
    event(json!({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}))
}

fn reported(input: u64, output: u64) -> Usage {
    Usage { input: Some(input), output: Some(output), source: UsageSource::Reported, ..Usage::default() }
}

async fn check(pieces: Vec<String>, outcome: Outcome, expected: Usage) {
    let (_, finished) = ask_fake(ProviderKind::OpenAi, [Reply::stream(pieces)]).await;
    assert_eq!((finished.outcome, finished.usage), (outcome, expected));
}

/// A stream with this usage in a last chunk with empty `choices`.
async fn check_last(usage: Value, expected: Usage) {
    let last = event(json!({"choices": [], "usage": usage}));
    check(vec![text("Hi", json!({})), stop(), last, event("[DONE]")], Outcome::Ok, expected).await;
}

#[tokio::test]
async fn in_a_last_chunk_with_empty_choices() {
    let details = json!({"prompt_tokens": 1200, "completion_tokens": 310, "total_tokens": 1510,
        "prompt_tokens_details": {"cached_tokens": 1024}, "completion_tokens_details": {"reasoning_tokens": 128}});
    check_last(details, Usage { cache_read: Some(1024), reasoning: Some(128), ..reported(1200, 310) }).await;
}

#[tokio::test]
async fn in_a_last_chunk_with_an_empty_delta() {
    let usage =
        json!({"prompt_tokens": 16111, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 15872}});
    let last = event(json!({"choices": [{"index": 0, "delta": {}}], "usage": usage}));
    let expected = Usage { cache_read: Some(15872), ..reported(16111, 2) };
    check(vec![text("Hi", json!({})), stop(), last, event("[DONE]")], Outcome::Ok, expected).await;
}

#[tokio::test]
async fn repeated_in_every_chunk_the_last_counts() {
    let with = |output: u64| json!({"usage": {"prompt_tokens": 7, "completion_tokens": output}});
    let pieces = vec![text("a", with(1)), text("b", with(2)), text("c", with(3)), stop(), event("[DONE]")];
    check(pieces, Outcome::Ok, reported(7, 3)).await;
}

#[tokio::test]
async fn with_a_cache_write_at_the_top() {
    let usage = json!({"prompt_tokens": 1500, "completion_tokens": 9, "cache_creation_input_tokens": 300,
        "prompt_tokens_details": {"cached_tokens": 1200}});
    check_last(usage, Usage { cache_read: Some(1200), cache_write_5m: Some(300), ..reported(1500, 9) }).await;
}

#[tokio::test]
async fn with_details_that_are_null_or_zero() {
    let null = json!({"prompt_tokens": 5, "completion_tokens": 2, "prompt_tokens_details": null});
    check_last(null, reported(5, 2)).await;
    let zero = json!({"prompt_tokens": 5, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 0}});
    check_last(zero, Usage { cache_read: Some(0), ..reported(5, 2) }).await;
}

/// Nothing reported is estimated from the texts, never zero.
#[tokio::test]
async fn not_at_all() {
    let (_, finished) = ask_fake(
        ProviderKind::OpenAi,
        [Reply::stream([text("Hello world, this is long", json!({})), stop(), event("[DONE]")])],
    )
    .await;
    assert_eq!((finished.outcome, finished.usage.source), (Outcome::Ok, UsageSource::Estimated));
    assert!(finished.usage.input > Some(0) && finished.usage.output > Some(0), "{:?}", finished.usage);
}

/// 200 deltas came, and one token was reported: what was delivered counts.
#[tokio::test]
async fn cut_off_before_the_real_number() {
    let start = json!({"model": "claude-x", "usage": {"input_tokens": 25, "output_tokens": 1}});
    let delta = json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "word "}});
    let mut pieces = vec![
        named_event(json!({"type": "message_start", "message": start})),
        named_event(json!({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}})),
    ];
    pieces.extend((0..200).map(|_| named_event(delta.clone())));
    let (shown, finished) = ask_fake(ProviderKind::Anthropic, [Reply::stream(pieces).then_hang_up()]).await;
    assert_eq!((finished.outcome, shown.len()), (Outcome::Cut, 200));
    assert_eq!((finished.usage.source, finished.usage.input), (UsageSource::Partial, Some(25)));
    assert!(finished.usage.output >= Some(100), "{:?}", finished.usage);
}
