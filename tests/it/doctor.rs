//! `perfbot doctor` on a machine as it is: what is wrong shows, with what to do about it.

use serde_json::json;

use crate::fakes::ai::{FakeAi, Reply};
use crate::harness::Perfbot;

/// What the doctor says of these things, a line each, and how it ends.
fn said_of(bot: &Perfbot, about: &[&str]) -> (String, i32) {
    let run = bot.run(&["doctor"]);
    assert_eq!(run.err, "");
    let wanted = |line: &&str| about.iter().any(|about| line[6..].starts_with(about));
    let lines: Vec<&str> = run.out.lines().filter(|line| line.len() > 6).filter(wanted).collect();
    (lines.join("\n"), run.code)
}

/// The same of the one model, which is asked of a provider that gives this list of models.
async fn of_model(list: Reply) -> (String, i32) {
    let fake = FakeAi::start([list, Reply::nothing()]).await;
    let bot = Perfbot::asking(&fake.address, "vllm").with("TEST_KEY", "a-key");
    let said = tokio::task::spawn_blocking(move || said_of(&bot, &["model"])).await.unwrap();
    assert_eq!(fake.seen()[0].line, "GET /v1/models HTTP/1.1");
    assert!(fake.seen()[0].headers.contains(&"authorization: Bearer a-key".to_owned()));
    said
}

#[tokio::test]
async fn keys_and_models_are_held_against_their_provider() {
    let list = |id: &str| Reply::new(200, json!({"data": [{"id": id}]}).to_string());
    let (said, code) = of_model(list("some-model")).await;
    insta::assert_snapshot!(said, @"ok    model haiku: some-model at vllm, known there, key in TEST_KEY, price known");
    assert_eq!(code, 0);
    let (said, code) = of_model(list("another-model")).await;
    insta::assert_snapshot!(said, @"
    warn  model haiku: vllm has no model some-model; correct its `id` in [[models]]
    fail  models: none of them can answer; mend one of the above
    ");
    assert_eq!(code, 1);
    let (said, _) = of_model(Reply::new(401, "{}")).await;
    insta::assert_snapshot!(said, @"
    warn  model haiku: vllm refuses the key in TEST_KEY; check the key, and the account behind it
    fail  models: none of them can answer; mend one of the above
    ");
    let (said, code) = of_model(Reply::new(404, "no such page")).await;
    insta::assert_snapshot!(said, @"ok    model haiku: some-model at vllm, not confirmed there, key in TEST_KEY, price known");
    assert_eq!(code, 0);
}

#[test]
fn a_key_file_that_keeps_perfbot_from_starting_fails() {
    let bot = Perfbot::new();
    bot.say("hello\n");
    bot.write("perfbot.db.key", "short");
    let (said, code) = said_of(&bot, &["prompt key"]);
    insta::assert_snapshot!(said, @"fail  prompt key: perfbot.db.key holds 5 bytes and should hold 32, so perfbot does not start; restore it from a copy; if there is none, delete it, and prompts asked before are not known again");
    assert_eq!(code, 1);
}

#[test]
fn half_a_price_is_refused() {
    let bot = Perfbot::new();
    bot.write("config.toml", "[[models]]\nname = \"a\"\nprovider = \"openai\"\nid = \"a\"\nprice = { input = 1 }\n");
    let (said, code) = said_of(&bot, &["settings"]);
    insta::assert_snapshot!(said, @"fail  settings: config.toml line 5: this price has no `output`: give both `input` and `output`, else no answer can be priced");
    assert_eq!(code, 1);
}

#[test]
fn a_default_model_that_is_not_there_is_told_by_the_doctor_and_the_console() {
    let bot = Perfbot::new().with("PERFBOT_CHAT__DEFAULT_MODEL", "opus");
    insta::assert_snapshot!(said_of(&bot, &["default model"]).0, @"warn  default model: there is no model opus, so sim-swift answers; set `default_model` in [chat] to one of sim-swift, sim-steady, sim-deep");
    let run = bot.feed(&["console"], "!about\n");
    insta::assert_snapshot!(run.err, @"There is no model opus here, which `default_model` in [chat] names; Swift (simulated) answers.");
    assert_eq!(run.code, 0);
    let bot = Perfbot::new().with("PERFBOT_CHAT__DEFAULT_MODEL", "sim-deep");
    assert_eq!(
        (said_of(&bot, &["default model"]).0.as_str(), bot.feed(&["console"], "!about\n").err.as_str()),
        ("", "")
    );
}

#[test]
fn an_ollama_of_the_file_is_where_its_variable_says() {
    let bot = Perfbot::new().with("OLLAMA_HOST", "10.0.0.7");
    bot.write("config.toml", "[[models]]\nname = \"llama\"\nprovider = \"ollama\"\nid = \"llama3.2\"\n");
    let run = bot.run(&["doctor", "--offline"]);
    assert!(run.out.contains("10.0.0.7:11434: was not tried (--offline)"), "{}", run.out);
}
