//! Everything that can go wrong between us and a provider.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use perfbot::ai::attempts::{self, Finished};
use perfbot::model::{AnswerSettings, ErrorClass, Outcome, ProviderKind};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::{KEY, ask, ask_fake, model, remote, request, settings};
use crate::fakes::ai::{FakeAi, Reply, event, line, named_event};

use ProviderKind::{Anthropic, Gemini, Ollama, OpenAi};

fn openai_text(text: &str) -> String {
    event(json!({"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": null}]}))
}

/// An answer "Hi" of this provider; its last piece is the end mark.
fn answer(kind: ProviderKind) -> Vec<String> {
    match kind {
        Anthropic => vec![
            named_event(json!({"type": "message_start", "message": {"model": "m", "usage": {"input_tokens": 5}}})),
            named_event(
                json!({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}),
            ),
            named_event(
                json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hi"}}),
            ),
            named_event(json!({"type": "message_stop"})),
        ],
        Gemini => vec![
            event(json!({"candidates": [{"content": {"parts": [{"text": "Hi"}]}}]})),
            event(json!({"candidates": [{"finishReason": "STOP"}]})),
        ],
        Ollama => vec![line(json!({"message": {"content": "Hi"}, "done": false})), line(json!({"done": true}))],
        _ => vec![openai_text("Hi"), event("[DONE]")],
    }
}

fn good(kind: ProviderKind) -> Reply {
    Reply::stream(answer(kind))
}

/// Fails as replied, once; the retry brings the answer.
async fn check_retried(kind: ProviderKind, bad: Reply, class: ErrorClass) {
    let (shown, finished) = ask_fake(kind, [bad, good(kind)]).await;
    assert_eq!(shown, [format!("Retrying (1 of 3): {}", class.as_str()), "Hi".to_owned()], "{kind}");
    assert_eq!((finished.outcome, finished.attempts, finished.failed.len()), (Outcome::Ok, 2, 1));
}

/// Fails as replied, for good.
async fn check_refused(kind: ProviderKind, bad: Reply, class: ErrorClass) -> Finished {
    let (shown, finished) = ask_fake(kind, [bad]).await;
    assert_eq!((finished.outcome, finished.attempts), (Outcome::Error(class), 1), "{kind}");
    assert!(shown.is_empty() && finished.text.is_empty(), "{shown:?}");
    assert_eq!(finished.failed.len(), 1);
    finished
}

/// Shows "Hi" and is cut.
async fn check_cut(kind: ProviderKind, bad: Reply) {
    let (shown, finished) = ask_fake(kind, [bad]).await;
    assert_eq!((finished.outcome, finished.attempts), (Outcome::Cut, 1), "{kind}");
    assert_eq!((shown.concat().as_str(), finished.text.as_str()), ("Hi", "Hi"));
}

#[tokio::test]
async fn statuses_that_may_pass_are_retried() {
    for kind in [OpenAi, Anthropic, Gemini, Ollama] {
        check_retried(kind, Reply::new(500, "oops"), ErrorClass::Server).await;
        check_retried(kind, Reply::new(429, "{}").header("retry-after", "0"), ErrorClass::RateLimit).await;
    }
    check_retried(Anthropic, Reply::new(529, "{}"), ErrorClass::RateLimit).await;
    check_retried(OpenAi, Reply::new(503, "{}"), ErrorClass::Server).await;
}

#[tokio::test]
async fn statuses_that_will_not_pass_end_it() {
    check_refused(OpenAi, Reply::new(401, "{}"), ErrorClass::Auth).await;
    check_refused(Anthropic, Reply::new(404, "{}"), ErrorClass::NotFound).await;
    check_refused(Gemini, Reply::new(400, "{}"), ErrorClass::BadRequest).await;
    let filtered = json!({"error": {"code": "content_filter", "message": "no"}}).to_string();
    check_refused(OpenAi, Reply::new(400, filtered), ErrorClass::Filtered).await;
}

#[tokio::test]
async fn a_long_retry_after_is_told_and_not_waited_for() {
    let later = Reply::new(429, "{}").header("retry-after", "90");
    let finished = check_refused(OpenAi, later, ErrorClass::RateLimit).await;
    assert_eq!(finished.retry_after, Some(Duration::from_secs(90)));
    let date = Reply::new(429, "{}").header("date", "Sat, 21 Nov 2026 10:00:00 GMT");
    let finished =
        check_refused(Anthropic, date.header("retry-after", "Sat, 21 Nov 2026 10:05:00 GMT"), ErrorClass::RateLimit)
            .await;
    assert_eq!(finished.retry_after, Some(Duration::from_secs(300)));
}

#[tokio::test]
async fn a_short_retry_after_is_waited_for() {
    let soon = Reply::new(429, "{}").header("retry-after-ms", "40");
    let (_, finished) = ask_fake(OpenAi, [soon, good(OpenAi)]).await;
    assert_eq!(finished.outcome, Outcome::Ok);
    assert!(finished.back_off.as_ms() >= 40.0, "{:?}", finished.back_off);
}

#[tokio::test]
async fn after_the_last_retry_it_is_an_error() {
    let (shown, finished) = ask_fake(OpenAi, vec![Reply::new(500, ""); 5]).await;
    assert_eq!(shown.len(), 3);
    assert_eq!((finished.outcome, finished.attempts), (Outcome::Error(ErrorClass::Server), 4));
}

/// The client crate makes up an end for Gemini and Ollama; a stream that just closes is cut all the same.
#[tokio::test]
async fn a_stream_that_closes_without_its_end_mark_is_cut() {
    for kind in [OpenAi, Anthropic, Gemini, Ollama] {
        let mut pieces = answer(kind);
        pieces.pop();
        check_cut(kind, Reply::stream(pieces.clone())).await;
        check_cut(kind, Reply::stream(pieces).then_hang_up()).await;
    }
}

#[tokio::test]
async fn a_hang_up_before_any_text_is_retried() {
    for kind in [OpenAi, Anthropic, Gemini, Ollama] {
        check_retried(kind, Reply::stream([""]).then_hang_up(), ErrorClass::Connection).await;
        check_retried(kind, Reply::stream([""]), ErrorClass::Connection).await;
    }
    let half = &openai_text("Hi")[..20];
    check_retried(OpenAi, Reply::stream([half]).then_hang_up(), ErrorClass::Connection).await;
    check_retried(OpenAi, Reply::stream([half]), ErrorClass::Connection).await;
}

/// What breaks behind the end mark breaks nothing.
#[tokio::test]
async fn a_hang_up_after_the_end_mark_does_no_harm() {
    for kind in [OpenAi, Anthropic, Gemini, Ollama] {
        let (_, finished) = ask_fake(kind, [good(kind).then_hang_up()]).await;
        assert_eq!((finished.outcome, finished.text.as_str()), (Outcome::Ok, "Hi"), "{kind}");
    }
    let finish = event(json!({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}));
    let (_, finished) = ask_fake(OpenAi, [Reply::stream([openai_text("Hi"), finish]).then_hang_up()]).await;
    assert_eq!(finished.outcome, Outcome::Ok);
}

fn error_piece(kind: ProviderKind, error: Value) -> String {
    match kind {
        Anthropic => named_event(json!({"type": "error", "error": error})),
        Ollama => line(json!({ "error": error })),
        _ => event(json!({ "error": error })),
    }
}

#[tokio::test]
async fn errors_inside_a_stream_are_errors() {
    let overloaded = error_piece(Anthropic, json!({"type": "overloaded_error", "message": "Overloaded"}));
    check_retried(Anthropic, Reply::stream([overloaded]), ErrorClass::RateLimit).await;
    let server = error_piece(OpenAi, json!({"type": "server_error", "message": "x"}));
    check_retried(OpenAi, Reply::stream([server]), ErrorClass::Server).await;
    let unavailable = error_piece(Gemini, json!({"code": 503, "status": "UNAVAILABLE"}));
    check_retried(Gemini, Reply::stream([unavailable]), ErrorClass::Server).await;
    let runner = error_piece(Ollama, json!("model runner has unexpectedly stopped"));
    check_retried(Ollama, Reply::stream([runner]), ErrorClass::Server).await;
    let refused = error_piece(OpenAi, json!({"type": "invalid_request_error"}));
    check_refused(OpenAi, Reply::stream([refused]), ErrorClass::BadRequest).await;
    for kind in [OpenAi, Anthropic, Gemini, Ollama] {
        let mut pieces = answer(kind);
        pieces.pop();
        pieces.push(error_piece(kind, json!({"type": "server_error"})));
        check_cut(kind, Reply::stream(pieces)).await;
    }
}

#[tokio::test]
async fn events_that_cannot_be_read_are_malformed() {
    check_refused(OpenAi, Reply::stream([event("{not json}")]), ErrorClass::Malformed).await;
    check_refused(Anthropic, Reply::stream(["event: message_start\ndata: {]\n\n"]), ErrorClass::Malformed).await;
    check_refused(Gemini, Reply::stream([event("{not json}")]), ErrorClass::Malformed).await;
    check_refused(Ollama, Reply::stream(["not json\n"]), ErrorClass::Malformed).await;
    check_refused(OpenAi, Reply::stream([b"data: \xff\xfe\n\n"]), ErrorClass::Malformed).await;
    check_cut(OpenAi, Reply::stream([openai_text("Hi"), event("{not json}")])).await;
}

/// What a proxy shows to people, say, while the server behind it is away.
#[tokio::test]
async fn a_page_for_people_is_malformed() {
    let page = "<!doctype html>\n<title>Maintenance</title>\n\n<p>Come back later.</p>\n";
    for kind in [OpenAi, Anthropic, Gemini, Ollama] {
        let page = Reply::new(200, page).header("content-type", "text/html");
        check_refused(kind, page, ErrorClass::Malformed).await;
    }
}

#[tokio::test]
async fn comments_before_the_answer_do_no_harm() {
    let pieces = [vec![": processing\n\n".to_owned()], answer(OpenAi)].concat();
    let (_, finished) = ask_fake(OpenAi, [Reply::stream(pieces)]).await;
    assert_eq!((finished.outcome, finished.text.as_str()), (Outcome::Ok, "Hi"));
}

#[tokio::test]
async fn an_end_without_text_is_an_error() {
    let end = |reason: &str| event(json!({"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]}));
    check_refused(OpenAi, Reply::stream([end("content_filter")]), ErrorClass::Filtered).await;
    check_refused(OpenAi, Reply::stream([end("stop"), event("[DONE]")]), ErrorClass::Malformed).await;
    let blocked = event(json!({"promptFeedback": {"blockReason": "SAFETY"}}));
    check_refused(Gemini, Reply::stream([blocked]), ErrorClass::Filtered).await;
}

async fn ask_within(settings: AnswerSettings, replies: Vec<Reply>) -> (Vec<String>, Finished) {
    let fake = FakeAi::start(replies).await;
    ask(&request(model(OpenAi, "some-model", &fake.address)), &settings).await
}

#[tokio::test]
async fn a_slow_start_times_out_and_is_retried() {
    let limit = Duration::from_millis(50);
    let one = AnswerSettings { head_timeout: limit, retries: 1, ..settings() };
    for slow in [Reply::nothing(), Reply::stream([""]).then_silence()] {
        let (shown, finished) = ask_within(one.clone(), vec![slow.clone(), slow]).await;
        assert_eq!(shown, ["Retrying (1 of 1): timeout"]);
        assert_eq!(finished.outcome, Outcome::Error(ErrorClass::Timeout));
        assert!(finished.failed.iter().all(|failed| Duration::from(failed.time) >= limit), "{finished:?}");
    }
}

#[tokio::test]
async fn silence_between_tokens_cuts_the_answer() {
    let settings = AnswerSettings { silence_timeout: Duration::from_millis(50), ..settings() };
    let (shown, finished) = ask_within(settings, vec![Reply::stream([openai_text("Hi")]).then_silence()]).await;
    assert_eq!((shown.concat().as_str(), finished.outcome), ("Hi", Outcome::Cut));
    assert!(finished.attempt_time > finished.model_time);
}

#[tokio::test]
async fn an_attempt_may_not_take_for_ever() {
    let settings = AnswerSettings { attempt_timeout: Duration::from_millis(300), ..settings() };
    let (_, finished) = ask_within(settings, vec![Reply::stream([openai_text("Hi")]).then_silence()]).await;
    assert_eq!(finished.outcome, Outcome::Cut);
}

#[tokio::test]
async fn nobody_listening_is_a_connection_error() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = format!("http://{}/", listener.local_addr().expect("an address"));
    drop(listener);
    let settings = AnswerSettings { retries: 1, ..settings() };
    let (shown, finished) = ask(&request(model(OpenAi, "some-model", &address)), &settings).await;
    assert_eq!(shown, ["Retrying (1 of 1): connection"]);
    assert_eq!(finished.outcome, Outcome::Error(ErrorClass::Connection));
}

#[tokio::test]
async fn an_address_that_is_none_is_a_bad_request() {
    for address in ["no address at all", "http://[::1"] {
        let mut request = request(model(Ollama, "some-model", ""));
        Arc::make_mut(&mut request.model).base_url = Some(address.to_owned());
        let (_, finished) = ask(&request, &settings()).await;
        assert_eq!(finished.outcome, Outcome::Error(ErrorClass::BadRequest), "{address}");
    }
}

#[tokio::test]
async fn a_missing_key_is_found_before_anything_is_sent() {
    let fake = FakeAi::start([]).await;
    let mut request = request(model(OpenAi, "some-model", &fake.address));
    Arc::make_mut(&mut request.model).key_env = Some("NOT_SET".to_owned());
    let (_, finished) = ask(&request, &settings()).await;
    assert_eq!(finished.outcome, Outcome::Error(ErrorClass::Auth));
    assert!(fake.seen().is_empty());
}

#[tokio::test]
async fn redirects_stay_at_home() {
    let elsewhere = FakeAi::start([good(OpenAi)]).await;
    let away = Reply::new(307, "").header("location", format!("{}v1/chat/completions", elsewhere.address));
    check_refused(OpenAi, away, ErrorClass::Other).await;
    assert!(elsewhere.seen().is_empty());

    let fake = FakeAi::start([Reply::new(307, "").header("location", "/v2/chat/completions"), good(OpenAi)]).await;
    let (_, finished) = ask(&request(model(OpenAi, "some-model", &fake.address)), &settings()).await;
    assert_eq!((finished.outcome, fake.seen().len()), (Outcome::Ok, 2));
}

#[tokio::test]
async fn stopping_keeps_the_text_and_hangs_up() {
    let fake = FakeAi::start([Reply::stream([openai_text("Hi")]).then_silence()]).await;
    let request = request(model(OpenAi, "some-model", &fake.address));
    let (stop, chance) = (CancellationToken::new(), fastrand::Rng::with_seed(1));
    let at_first_text = stop.clone();
    let finished =
        attempts::answer(&remote(), &request, &settings(), &stop, chance, &mut |_| at_first_text.cancel()).await;
    assert_eq!((finished.outcome, finished.text.as_str()), (Outcome::Stopped, "Hi"));
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("no panic while locked").extend(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The client crate writes what providers say into its warnings; none of it gets out, at any level.
#[tokio::test]
async fn logs_name_the_failure_and_no_text_and_no_key() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    // With only one subscriber alive, tracing lets whichever test first comes to a log line decide for all whether
    // anyone listens to it; a second one makes it ask.
    let _second = tracing::Dispatch::new(tracing_subscriber::registry());
    let guard = tracing::subscriber::set_default(subscriber);
    let private = json!({"type": "overloaded_error", "message": "PRIVATE"});
    let replies = [
        Reply::stream([error_piece(Anthropic, private.clone())]),
        Reply::new(500, json!({ "error": private }).to_string()),
        Reply::stream(["event: strange\ndata: {\"text\": \"PRIVATE\"}\n\n"]),
        good(Anthropic),
    ];
    let (_, finished) = ask_fake(Anthropic, replies).await;
    drop(guard);
    assert_eq!((finished.outcome, finished.attempts), (Outcome::Ok, 4));
    let log = String::from_utf8(log.0.lock().expect("no panic while locked").clone()).expect("text");
    assert!(log.contains("attempt failed") && log.contains("(overloaded_error)"), "{log}");
    assert!(!log.contains("PRIVATE") && !log.contains(KEY) && !log.contains("Python"), "{log}");
}

/// The TLS client is built without the usual crypto provider; this shows that ours is in its place.
#[tokio::test]
async fn a_server_that_speaks_no_tls_is_a_connection_error() {
    let fake = FakeAi::start([]).await;
    let address = fake.address.replace("http://", "https://");
    let settings = AnswerSettings { retries: 0, ..settings() };
    let (_, finished) = ask(&request(model(OpenAi, "some-model", &address)), &settings).await;
    assert_eq!(finished.outcome, Outcome::Error(ErrorClass::Connection));
}
