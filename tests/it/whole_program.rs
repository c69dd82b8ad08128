//! The whole program against a provider over a real socket: a line goes in, and what a person sees, pays and can look up
//! later is held against what the provider did.

use std::io::{Read, Write};
use std::process::Stdio;

use serde_json::{Value, json};

use crate::fakes::ai::{FakeAi, Reply, end, event, line, named_event, text};
use crate::harness::{Perfbot, Run};

const KEY: &str = "sk-this-must-never-show";
const QUESTION: &str = "a-prompt-that-must-never-show";

/// A folder whose one model is asked at this fake.
fn bot_at(fake: &FakeAi, provider: &str) -> Perfbot {
    Perfbot::asking(&fake.address, provider).with("TEST_KEY", KEY)
}

/// Says these lines while the fake runs beside.
async fn say(bot: &Perfbot, lines: &str) -> Run {
    let (command, lines) = (bot.command(&["console", "--json"]), lines.to_owned());
    tokio::task::spawn_blocking(move || Run::fed(command, lines)).await.unwrap()
}

fn replies(run: &Run) -> Vec<Value> {
    assert_eq!(run.code, 0, "{}", run.err);
    run.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn whole() -> Reply {
    Reply::stream([vec![text("Hello "), text("you")], end()].concat())
}

#[tokio::test]
async fn an_answer_is_shown_measured_and_priced() {
    let fake = FakeAi::start([whole()]).await;
    let bot = bot_at(&fake, "vllm");
    let replies = replies(&say(&bot, QUESTION).await);
    assert_eq!(replies[0]["text"], "Hello you");
    let metrics = &replies[0]["metrics"];
    assert_eq!((&metrics["input_tokens"], &metrics["output_tokens"]), (&json!(1000), &json!(100)));
    // 1000 tokens at $2 and 100 at $10 a million.
    assert_eq!(metrics["cost_usd"], 0.003);
    let stats = bot.report("stats");
    assert_eq!(
        (&stats["cost"]["usd"], &stats["cost"]["today_usd"], &stats["cost"]["known_share"]),
        (&json!(0.003), &json!(0.003), &json!(1.0))
    );
    assert_eq!(stats["models"][0]["model"], "haiku");
    assert_eq!(stats["waste"]["usd"], 0.0);
}

#[tokio::test]
async fn the_parts_of_the_prompt_cache_have_their_own_prices() {
    let usage = json!({"input_tokens": 3, "cache_read_input_tokens": 13216, "cache_creation_input_tokens": 25, "output_tokens": 1});
    let pieces = [
        named_event(json!({"type": "message_start", "message": {"model": "some-model", "usage": usage}})),
        named_event(json!({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}})),
        named_event(
            json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Yes."}}),
        ),
        named_event(json!({"type": "content_block_stop", "index": 0})),
        named_event(
            json!({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 12}}),
        ),
        named_event(json!({"type": "message_stop"})),
    ];
    let fake = FakeAi::start([Reply::stream(pieces)]).await;
    let bot = bot_at(&fake, "anthropic");
    let metrics = &replies(&say(&bot, "hello").await)[0]["metrics"];
    assert_eq!((&metrics["input_tokens"], &metrics["output_tokens"]), (&json!(13244), &json!(12)));
    // 3 × 2,000 + 13,216 × 200 + 25 × 2,500 + 12 × 10,000 nano-dollars.
    assert_eq!(metrics["cost_usd"], 0.0028317);
    let tokens = &bot.report("stats")["tokens"];
    assert_eq!((&tokens["cache_read"], &tokens["cache_write"]), (&json!(13216), &json!(25)));
    assert_eq!(tokens["cache_read_share"].as_f64().unwrap(), 13216.0 / 13244.0);
}

#[tokio::test]
async fn a_busy_provider_is_asked_again_and_the_wait_is_waste() {
    let busy = || Reply::new(429, "{}").header("retry-after", "0");
    let fake = FakeAi::start([busy(), Reply::new(500, "oops"), whole()]).await;
    let bot = bot_at(&fake, "vllm");
    let replies = replies(&say(&bot, "hello").await);
    assert_eq!(replies[0]["text"], "Hello you");
    let notes: Vec<&str> = replies[0]["notes"].as_array().unwrap().iter().map(|note| note.as_str().unwrap()).collect();
    assert!(notes[0].starts_with("Retrying (1 of 3)") && notes[0].contains("busy"), "{notes:?}");
    assert!(notes[1].starts_with("Retrying (2 of 3)"), "{notes:?}");
    assert_eq!(replies[0]["metrics"]["attempts"], 3);
    let stats = bot.report("stats");
    assert!(stats["waste"]["ms"].as_f64().unwrap() > 0.0);
    assert_eq!((&stats["errors"]["total"], &stats["n"]), (&json!(0), &json!(1)));
    assert_eq!(bot.report("model haiku")["quality"]["provider_retries"]["share"], 1.0);
    let why = bot.report("why 1");
    assert_eq!((&why["failed_attempts"], &why["failures"]), (&json!(2), &json!({"rate_limit": 1, "server": 1})));
    let why = bot.perf("why 1");
    let bar = why.lines().find(|line| line.starts_with("Failed attempts") && line.contains('x'));
    assert!(bar.is_some_and(|bar| bar.ends_with("· 1 rate limit, 1 server")), "{why}");
    assert!(why.contains("  3 (2 failed: 1 rate limit, 1 server)\n"), "{why}");
}

#[tokio::test]
async fn a_cut_answer_keeps_its_text_and_is_not_asked_again() {
    let fake = FakeAi::start([Reply::stream([text("Half an ans")]).then_hang_up(), whole()]).await;
    let bot = bot_at(&fake, "vllm");
    let replies = replies(&say(&bot, "hello").await);
    assert_eq!(replies[0]["text"], "Half an ans");
    assert_eq!(replies[0]["notes"][0], "(The connection broke here: the answer was cut.)");
    assert_eq!(fake.seen().len(), 1);
    let stats = bot.report("stats");
    assert_eq!(stats["errors"]["by_class"], json!({"cut": 1}));
    assert!(stats["tokens"]["output"].as_u64().unwrap() > 0, "what was delivered counts");
    assert_eq!(stats["waste"]["usd"], stats["cost"]["usd"]);
    assert_eq!(stats["response_time_ms"]["n"], 0);
}

/// What stands under the answer "Hi" that comes in these pieces.
async fn note_under(provider: &str, reply: Reply) -> Value {
    let fake = FakeAi::start([reply]).await;
    let bot = bot_at(&fake, provider).with("PERFBOT_ANSWER__SILENCE_TIMEOUT", "1s");
    let replies = replies(&say(&bot, "hello").await);
    assert_eq!(replies[0]["text"], "Hi", "{provider}");
    replies[0]["notes"].clone()
}

/// An answer "Hi" of a provider that ends for this reason, in its own words.
fn ended(provider: &str, reason: &str) -> Reply {
    let pieces = match provider {
        "anthropic" => vec![
            named_event(
                json!({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}),
            ),
            named_event(
                json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hi"}}),
            ),
            named_event(json!({"type": "message_delta", "delta": {"stop_reason": reason}})),
            named_event(json!({"type": "message_stop"})),
        ],
        "gemini" => vec![
            event(json!({"candidates": [{"content": {"parts": [{"text": "Hi"}]}}]})),
            event(json!({"candidates": [{"finishReason": reason}]})),
        ],
        "ollama" => vec![
            line(json!({"message": {"content": "Hi"}, "done": false})),
            line(json!({"done": true, "done_reason": reason})),
        ],
        _ => vec![text("Hi"), event(json!({"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]}))],
    };
    Reply::stream(pieces)
}

#[tokio::test]
async fn an_answer_that_is_not_whole_says_so() {
    for (provider, reason) in
        [("vllm", "length"), ("anthropic", "max_tokens"), ("gemini", "MAX_TOKENS"), ("ollama", "length")]
    {
        let longer = json!(["(The answer is longer than answers may be and ends here; ask for the rest.)"]);
        assert_eq!(note_under(provider, ended(provider, reason)).await, longer, "{provider}");
    }
    for (provider, reason) in [("vllm", "content_filter"), ("anthropic", "refusal"), ("gemini", "SAFETY")] {
        let filtered = json!(["(The provider's filter stepped in here: the answer was cut.)"]);
        assert_eq!(note_under(provider, ended(provider, reason)).await, filtered, "{provider}");
    }
    assert_eq!(note_under("vllm", ended("vllm", "stop")).await, json!([]));
}

#[tokio::test]
async fn what_broke_an_answer_off_is_named() {
    let broken = |piece: String| note_under("vllm", Reply::stream([text("Hi"), piece]));
    let error = |class: &str| event(json!({"error": {"type": class}}));
    assert_eq!(
        broken(error("server_error")).await[0],
        "(The provider had an error of its own here: the answer was cut.)"
    );
    assert_eq!(broken(error("rate_limit_error")).await[0], "(The provider became busy here: the answer was cut.)");
    assert_eq!(broken(event("{no json}")).await[0], "(What came next could not be understood: the answer was cut.)");
    let silent = note_under("vllm", Reply::stream([text("Hi")]).then_silence()).await;
    assert_eq!(silent[0], "(The provider fell silent or took too long here: the answer was cut.)");
}

#[tokio::test]
async fn neither_keys_nor_prompts_nor_bodies_show_anywhere() {
    let body =
        format!("{{\"error\": {{\"message\": \"bad key {KEY} for {QUESTION}\", \"type\": \"invalid_api_key\"}}}}");
    let fake = FakeAi::start([Reply::new(401, body)]).await;
    let bot = bot_at(&fake, "vllm").with("PERFBOT_LOG", "trace");
    let run = say(&bot, QUESTION).await;
    let replies = replies(&run);
    let note = replies[0]["notes"][0].as_str().unwrap();
    assert!(
        note.starts_with(
            "No answer: the provider refused the key, or the account behind it. The host should check both"
        ),
        "{note}"
    );
    assert!(!run.err.is_empty(), "the log says something at trace");
    for secret in [KEY, QUESTION, "invalid_api_key for"] {
        assert!(!run.err.contains(secret) && !run.out.contains(secret), "{secret} shows");
    }
    let store = std::fs::read(bot.path("perfbot.db")).unwrap();
    assert!(!store.windows(QUESTION.len()).any(|bytes| bytes == QUESTION.as_bytes()));
}

#[tokio::test]
async fn a_provider_that_asks_for_more_patience_than_we_have_is_quoted() {
    let fake = FakeAi::start([Reply::new(429, "{}").header("retry-after", "300")]).await;
    let replies = replies(&say(&bot_at(&fake, "vllm"), "hello").await);
    let note = replies[0]["notes"][0].as_str().unwrap();
    assert!(note.starts_with("No answer: the provider is busy. It asks to be left alone for 5 min."), "{note}");
}

#[tokio::test]
async fn the_daily_cap_refuses_before_anything_is_asked_and_holds_over_a_restart() {
    let fake = FakeAi::start([whole(), whole()]).await;
    let bot = bot_at(&fake, "vllm").with("PERFBOT_LIMITS__DAILY_USD", "0.012");
    // The most the first answer may cost is 1,024 output tokens at $10 a million and its few input tokens.
    assert_eq!(replies(&say(&bot, "hello").await)[0]["kind"], "answer");
    let refused = &replies(&say(&bot, "hello").await)[0];
    assert_eq!(refused["kind"], "error");
    let sentence = refused["text"].as_str().unwrap();
    let start = "The daily limit of $0.012 leaves no room for another answer ($0.003 spent or reserved); it resets at ";
    assert!(sentence.starts_with(start), "{sentence}");
    assert_eq!(fake.seen().len(), 1);
    assert_eq!(bot.report("stats")["n"], 1, "what was refused is no call");
}

#[tokio::test]
async fn a_model_without_a_price_is_refused_unless_allowed() {
    let fake = FakeAi::start([whole()]).await;
    let bot = bot_at(&fake, "vllm");
    let text = std::fs::read_to_string(bot.path("config.toml")).unwrap();
    bot.write("config.toml", text.lines().filter(|line| !line.starts_with("price")).collect::<Vec<_>>().join("\n"));
    let refused = replies(&say(&bot, "hello").await);
    assert!(refused[0]["text"].as_str().unwrap().contains("no known price"), "{}", refused[0]);
    let bot = bot.with("PERFBOT_LIMITS__ALLOW_UNPRICED", "true");
    assert_eq!(replies(&say(&bot, "hello").await)[0]["text"], "Hello you");
    let stats = bot.report("stats");
    assert_eq!(
        (&stats["cost"]["usd"], &stats["cost"]["known_share"]),
        (&Value::Null, &json!(0.0)),
        "unknown is not zero"
    );
}

#[tokio::test]
async fn the_conversation_goes_along_until_it_is_forgotten() {
    let fake = FakeAi::start([whole(), whole(), whole(), whole()]).await;
    let bot = bot_at(&fake, "vllm");
    say(&bot, "one\ntwo\n!ctx 1\nthree\n!new\nfour\n").await;
    let said = |index: usize| {
        let messages = fake.seen()[index].body["messages"].clone();
        let turns = messages.as_array().unwrap().iter().filter(|turn| turn["role"] != "system");
        turns.map(|turn| turn["content"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(said(0), ["one"]);
    assert_eq!(said(1), ["one", "Hello you", "two"]);
    assert_eq!(said(2), ["three"], "an answer does not go along without its question");
    assert_eq!(said(3), ["four"]);
}

#[tokio::test]
async fn previews_are_kept_only_if_the_host_says_so_and_shown_only_in_private() {
    let fake = FakeAi::start([whole()]).await;
    let bot = bot_at(&fake, "vllm").with("PERFBOT_PRIVACY__STORE_PROMPTS", "preview");
    say(&bot, "what is the airspeed of a swallow?").await;
    assert!(bot.perf("slowest").contains("what is the airspeed of a swallow?"));
    let guild = bot.feed(&["console", "--channel", "general"], "!perf slowest\n");
    assert!(!guild.out.contains("swallow"), "{}", guild.out);
}

#[tokio::test]
async fn a_running_ollama_is_found_and_costs_nothing() {
    let tags = Reply::new(200, json!({"models": [{"name": "llama3.2:latest"}, {"name": "qwen3:8b"}]}).to_string());
    let pieces = [
        line(json!({"model": "llama3.2", "message": {"role": "assistant", "content": "Hello you"}, "done": false})),
        line(json!({"model": "llama3.2", "message": {"role": "assistant", "content": ""}, "done": true,
                    "done_reason": "stop", "prompt_eval_count": 11, "eval_count": 22})),
    ];
    // Whether anyone listens is tried with a connection of its own, which asks for nothing.
    let fake = FakeAi::start([Reply::nothing(), tags, Reply::stream(pieces)]).await;
    let bot = Perfbot::new().with("OLLAMA_HOST", &fake.address);
    let replies = replies(&say(&bot, "!m\nhello\n").await);
    let models = &replies[0]["report"]["models"];
    assert_eq!((&models[0]["name"], &models[1]["name"]), (&json!("llama3.2"), &json!("qwen3:8b")));
    assert_eq!(replies[1]["text"], "Hello you", "{}", replies[1]);
    assert_eq!(replies[1]["metrics"]["cost_usd"], 0.0, "known to be free, which is not unknown");
    assert_eq!(replies[1]["metrics"]["output_tokens"], 22);
}

#[tokio::test]
async fn an_answer_that_costs_money_is_not_asked_while_its_cost_cannot_be_recorded() {
    let fake = FakeAi::start([whole()]).await;
    let bot = bot_at(&fake, "vllm");
    let mut first = bot.command(&["console"]);
    let mut first = first.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    // The first line that is answered shows that the first process holds the store.
    writeln!(first.stdin.as_mut().unwrap(), "!about").unwrap();
    first.stdout.as_mut().unwrap().read_exact(&mut [0u8; 1]).unwrap();
    let refused = replies(&say(&bot, "hello").await);
    let sentence = refused[0]["text"].as_str().unwrap();
    assert!(
        sentence.starts_with("An answer that costs money is not asked while its cost cannot be recorded"),
        "{sentence}"
    );
    assert_eq!(fake.seen().len(), 0);
    drop(first.stdin.take());
    assert!(first.wait().unwrap().success());
}
