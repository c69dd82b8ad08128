//! Whole answers of every kind of provider, and the requests behind them.

use perfbot::ai::provider::StopReason;
use perfbot::model::{Outcome, ProviderKind, Usage, UsageSource};
use serde_json::{Value, json};

use super::{KEY, ask, ask_fake, model, remote, request, settings};
use crate::fakes::ai::{FakeAi, Reply, Seen, event, line, named_event};

fn reported(input: u64, output: u64) -> Usage {
    Usage { input: Some(input), output: Some(output), source: UsageSource::Reported, ..Usage::default() }
}

/// Asks a fake, checks that "Hello wörld" came in two pieces, and returns the one request it saw.
async fn check_whole(kind: ProviderKind, id: &str, pieces: Vec<String>, expected: Usage) -> Seen {
    let fake = FakeAi::start([Reply::stream(pieces)]).await;
    let (shown, finished) = ask(&request(model(kind, id, &fake.address)), &settings()).await;
    assert_eq!(shown, ["Hello ", "wörld"], "{finished:?}");
    assert_eq!((finished.outcome, finished.text.as_str()), (Outcome::Ok, "Hello wörld"));
    assert_eq!(finished.stop_reason, Some(StopReason::Done));
    assert_eq!(finished.usage, expected);
    assert_eq!((finished.attempts, finished.failed.len()), (1, 0));
    assert!(finished.ttft <= finished.model_time && finished.model_time <= finished.attempt_time);
    let mut seen = fake.seen();
    assert_eq!(seen.len(), 1);
    seen.remove(0)
}

fn openai_text(text: &str) -> String {
    event(json!({"model": "gpt-x-2026", "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": null}]}))
}

fn openai_stream() -> Vec<String> {
    vec![
        openai_text("Hello "),
        openai_text("wörld"),
        event(json!({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})),
        event(json!({"choices": [], "usage": {"prompt_tokens": 21, "completion_tokens": 2, "total_tokens": 23}})),
        event("[DONE]"),
    ]
}

#[tokio::test]
async fn openai() {
    let seen = check_whole(ProviderKind::OpenAi, "gpt-x", openai_stream(), reported(21, 2)).await;
    assert_eq!(seen.line, "POST /v1/chat/completions HTTP/1.1");
    assert!(seen.headers.contains(&format!("authorization: Bearer {KEY}")), "{:?}", seen.headers);
    let expected = json!({
        "model": "gpt-x",
        "stream": true,
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Hi"},
            {"role": "assistant", "content": "Hello."},
            {"role": "user", "content": "What is Python?"},
        ],
        "stream_options": {"include_usage": true},
        "max_tokens": 500,
    });
    assert_eq!(seen.body, expected);
}

/// The client crate would ask for `gpt-x` with maximal effort.
#[tokio::test]
async fn a_model_id_that_looks_like_an_order_is_sent_as_it_is() {
    let seen = check_whole(ProviderKind::OpenAi, "gpt-x-max", openai_stream(), reported(21, 2)).await;
    assert_eq!((&seen.body["model"], &seen.body["reasoning_effort"]), (&json!("gpt-x-max"), &Value::Null));
}

/// Events and letters split anywhere, Windows line ends, comments between.
#[tokio::test]
async fn pieces_may_be_cut_anywhere() {
    let wire = format!(": hello\r\n\r\n{}", openai_stream().concat().replace('\n', "\r\n"));
    let bytes = wire.into_bytes().chunks(3).map(<[u8]>::to_vec).collect::<Vec<_>>();
    let (shown, finished) = ask_fake(ProviderKind::OpenAi, [Reply::stream(bytes)]).await;
    assert_eq!((finished.outcome, shown.concat().as_str()), (Outcome::Ok, "Hello wörld"));
    assert_eq!(finished.answered_by, Some("gpt-x-2026".into()));
}

#[tokio::test]
async fn anthropic() {
    let start = json!({"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-x-2026", "content": [],
        "usage": {"input_tokens": 25, "cache_creation_input_tokens": 100, "cache_read_input_tokens": 2000,
            "output_tokens": 1}});
    let text = |text: &str| {
        named_event(json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}}))
    };
    let block = json!({"type": "text", "text": ""});
    let pieces = vec![
        named_event(json!({"type": "message_start", "message": start})),
        named_event(json!({"type": "content_block_start", "index": 0, "content_block": block})),
        named_event(json!({"type": "ping"})),
        text("Hello "),
        text("wörld"),
        named_event(json!({"type": "content_block_stop", "index": 0})),
        named_event(
            json!({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 42}}),
        ),
        named_event(json!({"type": "message_stop"})),
    ];
    let usage = Usage { cache_read: Some(2000), cache_write_5m: Some(100), ..reported(2125, 42) };
    let seen = check_whole(ProviderKind::Anthropic, "claude-x", pieces, usage).await;
    assert_eq!(seen.line, "POST /v1/messages HTTP/1.1");
    assert!(seen.headers.contains(&format!("x-api-key: {KEY}")), "{:?}", seen.headers);
    assert_eq!((&seen.body["model"], &seen.body["max_tokens"]), (&json!("claude-x"), &json!(500)));
    assert_eq!(seen.body["system"], "Be brief.");
}

#[tokio::test]
async fn gemini() {
    let chunk = |part: Value, more: Value| {
        let mut chunk =
            json!({"candidates": [{"content": {"role": "model", "parts": [part]}}], "modelVersion": "g-2026"});
        chunk.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        event(chunk)
    };
    let last = json!({"candidates": [{"content": {"parts": [{"text": "wörld"}]}, "finishReason": "STOP"}],
        "usageMetadata": {"promptTokenCount": 30, "candidatesTokenCount": 9, "thoughtsTokenCount": 20,
            "cachedContentTokenCount": 16, "totalTokenCount": 59}});
    let pieces = vec![
        chunk(json!({"text": "Hm.", "thought": true}), json!({})),
        chunk(json!({"text": "Hello "}), json!({"usageMetadata": {"promptTokenCount": 30, "totalTokenCount": 30}})),
        event(last),
    ];
    let usage = Usage { cache_read: Some(16), reasoning: Some(20), ..reported(30, 29) };
    let seen = check_whole(ProviderKind::Gemini, "gemini-x", pieces, usage).await;
    assert_eq!(seen.line, "POST /v1/models/gemini-x:streamGenerateContent?alt=sse HTTP/1.1");
    assert!(seen.headers.contains(&format!("x-goog-api-key: {KEY}")), "{:?}", seen.headers);
    assert_eq!(seen.body["generationConfig"]["maxOutputTokens"], 500);
}

#[tokio::test]
async fn ollama() {
    let text = |text: &str| {
        line(json!({"model": "llama-x", "message": {"role": "assistant", "content": text}, "done": false}))
    };
    let end = json!({"model": "llama-x", "message": {"role": "assistant", "content": ""}, "done": true,
        "done_reason": "stop", "prompt_eval_count": 11, "eval_count": 22});
    let pieces = vec![text("Hello "), text("wörld"), line(end)];
    let seen = check_whole(ProviderKind::Ollama, "llama-x:max", pieces, reported(11, 22)).await;
    assert_eq!(seen.line, "POST /api/chat HTTP/1.1");
    assert_eq!((&seen.body["model"], &seen.body["options"]["num_predict"]), (&json!("llama-x:max"), &json!(500)));
}

#[tokio::test]
async fn thinking_is_not_shown() {
    let thought = json!({"choices": [{"index": 0, "delta": {"reasoning_content": "Hm."}, "finish_reason": null}]});
    let pieces = [vec![event(thought)], openai_stream()].concat();
    let (shown, _) = ask_fake(ProviderKind::OpenAi, [Reply::stream(pieces)]).await;
    assert_eq!(shown.concat(), "Hello wörld");
}

#[tokio::test]
async fn an_answer_of_limited_length_says_so() {
    let end = event(json!({"choices": [{"index": 0, "delta": {}, "finish_reason": "length"}]}));
    let (_, finished) = ask_fake(ProviderKind::OpenAi, [Reply::stream([openai_text("Hel"), end])]).await;
    assert_eq!((finished.outcome, finished.stop_reason), (Outcome::Ok, Some(StopReason::Length)));
}

#[tokio::test]
async fn a_server_that_needs_no_key_gets_none_of_ours() {
    let fake = FakeAi::start([Reply::stream(openai_stream())]).await;
    let mut request = request(model(ProviderKind::OpenAi, "local", &fake.address));
    std::sync::Arc::make_mut(&mut request.model).key_env = None;
    let (_, finished) = ask(&request, &settings()).await;
    assert_eq!(finished.outcome, Outcome::Ok);
    assert!(!fake.seen()[0].headers.iter().any(|header| header.contains(KEY)));
}

/// One that is reused for several questions at once, as the program does.
#[tokio::test]
async fn one_remote_serves_many() {
    let fakes = futures::future::join_all((0..8).map(|_| FakeAi::start([Reply::stream(openai_stream())]))).await;
    let remote = remote();
    let settings = settings();
    let answers = fakes.iter().map(|fake| {
        let (remote, settings) = (&remote, &settings);
        async move {
            let request = request(model(ProviderKind::OpenAi, "gpt-x", &fake.address));
            let (stop, chance) = (tokio_util::sync::CancellationToken::new(), fastrand::Rng::with_seed(1));
            perfbot::ai::attempts::answer(remote, &request, settings, &stop, chance, &mut |_| {}).await.text
        }
    });
    assert_eq!(futures::future::join_all(answers).await, ["Hello wörld"; 8]);
}
