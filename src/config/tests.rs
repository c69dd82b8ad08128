//! Whole files as people write them, and the whole sentence for each kind of mistake.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use insta::assert_snapshot;

use super::*;
use crate::model::{NanoUsd, Rate, Rates, StorePrompts, UserId};

/// The file in the repository.
const SHIPPED: &str = include_str!("../../config.toml");

fn variables<const N: usize>(set: [(&str, &str); N]) -> Variables {
    set.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}

fn parse(text: &str) -> Result<Config, ConfigError> {
    Config::parse("config.toml", text, &Variables::new())
}

/// Settings that must be right.
#[track_caller]
fn right(text: &str) -> Config {
    parse(text).unwrap_or_else(|error| panic!("{error}"))
}

/// The sentence about settings that must be wrong.
#[track_caller]
fn wrong(text: &str) -> String {
    parse(text).expect_err("this has a mistake").to_string()
}

#[track_caller]
fn with<const N: usize>(text: &str, set: [(&str, &str); N]) -> Config {
    Config::parse("config.toml", text, &variables(set)).unwrap_or_else(|error| panic!("{error}"))
}

#[track_caller]
fn wrong_with<const N: usize>(text: &str, set: [(&str, &str); N]) -> String {
    Config::parse("config.toml", text, &variables(set)).expect_err("this has a mistake").to_string()
}

fn names(config: &Config) -> Vec<&str> {
    config.models.iter().map(|model| model.name.as_str()).collect()
}

#[test]
fn every_setting_has_its_default() {
    let config = right("");
    let seconds = Duration::from_secs;
    assert_eq!(
        config,
        Config {
            file: None,
            bot: BotSettings { name: "perfbot".into(), prefix: "!".into(), zone: chrono_tz::UTC, owner: None },
            answer: AnswerSettings {
                head_timeout: seconds(30),
                silence_timeout: seconds(30),
                attempt_timeout: seconds(300),
                retries: 3,
                back_off_base: seconds(1),
                back_off_cap: seconds(60),
                max_output_tokens: 1024,
                system_prompt: config.answer.system_prompt.clone(),
            },
            context: ContextSettings { messages: 15, ends_after: seconds(86_400), bystanders: false },
            limits: LimitSettings { daily: NanoUsd(5_000_000_000), questions_per_minute: 20, allow_unpriced: false },
            privacy: PrivacySettings { store_prompts: StorePrompts::None },
            store: "perfbot.db".into(),
            retention: Retention { previews: Some(seconds(7 * 86_400)), ..Retention::default() },
            chat: ChatSettings { monitor: false },
            discord: DiscordSettings {
                message_content: true,
                channels: BTreeSet::new(),
                roles: BTreeSet::new(),
                direct_messages: true,
                edit_every: Duration::from_millis(1_200),
                footer: true,
                max_file: 262_144,
            },
            simulated_pace: 1.0,
            models: vec![],
            default_model: None,
        }
    );
    assert_snapshot!(config.answer.system_prompt.unwrap_or_default(),
        @"You answer people in a chat. Be helpful, correct and brief; say so when you do not know.");
}

#[test]
fn the_shipped_file_says_the_defaults() {
    assert_eq!(right(SHIPPED), right(""));
}

/// The keys of a section, as the sentence about an unknown one lists them.
fn keys_of(section: &str) -> BTreeSet<String> {
    let sentence = wrong(&format!("{section}\n\"~\" = 1"));
    let (_, list) = sentence.split_once("known: ").expect("nothing is near");
    list.split(", ").map(|key| key.trim_matches('`').to_owned()).collect()
}

#[test]
fn the_shipped_file_names_every_setting_and_active_ones_only_once() {
    let known: BTreeSet<String> =
        ["[bot]", "[answer]", "[context]", "[limits]", "[privacy]", "[store]", "[chat]", "[discord]", "[simulated]"]
            .iter()
            .flat_map(|section| keys_of(section))
            .collect();
    let active = SHIPPED.lines().filter_map(|line| line.split_once(" = ")).map(|(key, _)| key);
    let active: Vec<String> = active.filter(|key| !key.starts_with('#')).map(str::to_owned).collect();
    assert_eq!(active.iter().cloned().collect::<BTreeSet<_>>(), known);
    assert_eq!(active.len(), known.len());
}

/// The part of the shipped file that shows models, made active.
fn shipped_models() -> String {
    let (_, models) = SHIPPED.split_once("#\n# [[models]]").expect("the file shows models");
    let active = models.lines().map(|line| line.strip_prefix("# ").unwrap_or(line));
    format!("[[models]]{}\n", active.collect::<Vec<_>>().join("\n"))
}

#[test]
fn the_models_of_the_shipped_file_are_right_and_show_every_key() {
    let shown = shipped_models();
    let config = right(&shown);
    assert_eq!(names(&config), ["haiku", "qwen", "large"]);
    let keys = keys_of("[[models]]\nname = \"a\"\nid = \"a\"\nprovider = \"openai\"");
    for key in
        keys.iter().chain(&keys_of("[[models]]\nname = \"a\"\nid = \"a\"\nprovider = \"openai\"\n[models.price]"))
    {
        assert!(shown.contains(&format!("{key} = ")), "{key}");
    }
}

#[test]
fn what_the_file_says_is_taken() {
    let config = right(
        r#"
        [bot]
        name = "robin"
        prefix = "p!"
        zone = "Europe/Berlin"
        owner = "4711"
        [answer]
        attempt_timeout = "1m30s"
        retries = 0x2
        [context]
        messages = 100
        ends_after = "2d"
        bystanders = true
        [limits]
        daily_usd = 2
        allow_unpriced = true
        [privacy]
        store_prompts = "preview"
        [store]
        path = "/var/lib/perfbot/calls.db"
        [chat]
        monitor = true
        system_prompt = ""
        [discord]
        channels = ["1023456789012345678", "7"]
        roles = []
        edit_every = "2s"
        max_file_kb = 1
        [simulated]
        pace = 0
        "#,
    );
    assert_eq!(config.bot.name, "robin");
    assert_eq!(config.bot.prefix, "p!");
    assert_eq!(config.bot.zone, chrono_tz::Europe::Berlin);
    assert_eq!(config.bot.owner, Some(UserId::from("4711")));
    assert_eq!(config.answer.attempt_timeout, Duration::from_secs(90));
    assert_eq!((config.answer.retries, config.answer.system_prompt), (2, None));
    assert_eq!(
        config.context,
        ContextSettings { messages: 100, ends_after: Duration::from_secs(172_800), bystanders: true }
    );
    assert_eq!((config.limits.daily, config.limits.allow_unpriced), (NanoUsd(2_000_000_000), true));
    assert_eq!(config.privacy.store_prompts, StorePrompts::Preview);
    assert_eq!(config.store, Path::new("/var/lib/perfbot/calls.db"));
    assert!(config.chat.monitor);
    assert_eq!(config.discord.channels, BTreeSet::from([7, 1_023_456_789_012_345_678]));
    assert_eq!((config.discord.edit_every, config.discord.max_file), (Duration::from_secs(2), 1_024));
    assert_eq!(config.simulated_pace, 0.0);
}

#[test]
fn unknown_names_are_refused_with_the_nearest() {
    assert_snapshot!(wrong("[answer]\nretries = 1\ntimeot = \"3s\""),
        @"config.toml line 3: unknown key `timeot` in [answer]; did you mean `head_timeout`?");
    assert_snapshot!(wrong("\n[anser]\nretries = 1"), @"config.toml line 2: unknown section [anser]; did you mean [answer]?");
    assert_snapshot!(wrong("[context]\nzzz = 1"),
        @"config.toml line 2: unknown key `zzz` in [context]; known: `messages`, `ends_after`, `bystanders`");
    assert_snapshot!(wrong("retries = 1"),
        @"config.toml line 1: unknown key `retries` outside of any section; known: [models], [chat], [privacy], [store], [bot], [answer], [context], [limits], [discord], [simulated]");
    assert_snapshot!(wrong("[[models]]\nname = \"a\"\nprovider = \"openai\"\nid = \"a\"\nbase-url = \"x\""),
        @"config.toml line 5: unknown key `base-url` in [[models]]; did you mean `base_url`?");
}

#[test]
fn values_out_of_range_are_refused_with_what_would_be_right() {
    assert_snapshot!(wrong("[context]\nmessages = 101"),
        @"config.toml line 2: `messages` in [context] must be a whole number from 1 to 100");
    assert_snapshot!(wrong("[context]\nmessages = \"15\""),
        @"config.toml line 2: `messages` in [context] must be a whole number from 1 to 100");
    assert_snapshot!(wrong("[answer]\nretries = 1.5"),
        @"config.toml line 2: `retries` in [answer] must be a whole number from 0 to 10");
    assert_snapshot!(wrong("[answer]\nhead_timeout = 30"),
        @r#"config.toml line 2: `head_timeout` in [answer] must be a time from 1ms to 1h, written like "30s", "1m30s" or "24h""#);
    assert_snapshot!(wrong("[context]\nends_after = \"1s\""),
        @r#"config.toml line 2: `ends_after` in [context] must be a time from 1m to 365d, written like "30s", "1m30s" or "24h""#);
    assert_snapshot!(wrong("[limits]\ndaily_usd = -1"),
        @"config.toml line 2: `daily_usd` in [limits] must be a number from 0 to 1000000");
    assert_snapshot!(wrong("[limits]\ndaily_usd = inf"),
        @"config.toml line 2: `daily_usd` in [limits] must be a number from 0 to 1000000");
    assert_snapshot!(wrong("[limits]\ndaily_usd = nan"),
        @"config.toml line 2: `daily_usd` in [limits] must be a number from 0 to 1000000");
    assert_snapshot!(wrong("[limits]\nallow_unpriced = \"yes\""),
        @"config.toml line 2: `allow_unpriced` in [limits] must be true or false");
    assert_snapshot!(wrong("[privacy]\nstore_prompts = \"all\""),
        @r#"config.toml line 2: `store_prompts` in [privacy] must be "none" or "preview""#);
    assert_snapshot!(wrong("[bot]\nzone = \"Berlin\""),
        @r#"config.toml line 2: `zone` in [bot] must be the name of a time zone, such as "UTC" or "Europe/Berlin""#);
    assert_snapshot!(wrong("[bot]\nprefix = \"\""),
        @r#"config.toml line 2: `prefix` in [bot] must be 1 to 8 characters without a blank, such as "!""#);
    assert_snapshot!(wrong("[bot]\nname = \"my bot\""),
        @"config.toml line 2: `name` in [bot] must be 1 to 32 characters without a blank");
    assert_snapshot!(wrong("[bot]\nowner = 4711"), @"config.toml line 2: `owner` in [bot] must be text in quotes");
    assert_snapshot!(wrong("[store]\npath = \"\""), @"config.toml line 2: `path` in [store] must be the path of a file");
    assert_snapshot!(wrong("[simulated]\npace = 1979-05-27"),
        @"config.toml line 2: `pace` in [simulated] must be a number from 0 to 100");
}

#[test]
fn sections_of_the_wrong_shape_are_refused() {
    assert_snapshot!(wrong("answer = 5"), @"config.toml line 1: `answer` must be a section of its own, headed [answer]");
    assert_snapshot!(wrong("[[answer]]"), @"config.toml line 1: `answer` must be a section of its own, headed [answer]");
    assert_snapshot!(wrong("[models]\nname = \"a\""),
        @"config.toml line 1: `models` must be sections of their own, each headed [[models]]");
    assert_snapshot!(wrong("models = [1]"),
        @"config.toml line 1: `models` must be sections of their own, each headed [[models]]");
}

#[test]
fn broken_toml_is_told_with_line_and_column() {
    assert_snapshot!(wrong("[answer]\nretries = "), @"config.toml line 2, column 11: string values must be quoted, expected literal string");
    assert_snapshot!(wrong("[answer\nretries = 1"), @"config.toml line 1, column 8: unclosed table, expected `]`");
    assert_snapshot!(wrong("[bot]\nname = \"ä\" x\nprefix = \"!\""), @"config.toml line 2, column 12: unexpected key or value, expected newline, `#`");
    assert_snapshot!(wrong("[bot]\nname = \"a\"\nname = \"b\""), @"config.toml line 3, column 1: duplicate key");
}

#[test]
fn the_environment_wins_over_the_file() {
    let config = with(
        "[answer]\nretries = 2\n[limits]\ndaily_usd = 1.0",
        [
            ("PERFBOT_ANSWER__RETRIES", "1"),
            ("PERFBOT_LIMITS__DAILY_USD", "2.5"),
            ("PERFBOT_LIMITS__ALLOW_UNPRICED", "true"),
            ("PERFBOT_BOT__ZONE", "Asia/Tokyo"),
            ("PERFBOT_CONTEXT__ENDS_AFTER", "12h"),
            ("PERFBOT_CHAT__SYSTEM_PROMPT", ""),
            ("PERFBOT_DISCORD_API", "ignored"),
            ("PERFBOT_LOG", "info"),
            ("OTHER__NAME", "ignored"),
        ],
    );
    assert_eq!(config.answer.retries, 1);
    assert_eq!(config.limits.daily, NanoUsd(2_500_000_000));
    assert!(config.limits.allow_unpriced);
    assert_eq!(config.bot.zone, chrono_tz::Asia::Tokyo);
    assert_eq!(config.context.ends_after, Duration::from_secs(43_200));
    assert_eq!(config.answer.system_prompt, None);
}

#[test]
fn mistakes_in_the_environment_name_the_variable() {
    assert_snapshot!(wrong_with("", [("PERFBOT_ANSWER__RETRIES", "many")]),
        @"PERFBOT_ANSWER__RETRIES: it must be a whole number from 0 to 10");
    assert_snapshot!(wrong_with("", [("PERFBOT_ANSWER__RETRYS", "1")]),
        @"PERFBOT_ANSWER__RETRYS: there is no such setting; did you mean PERFBOT_ANSWER__RETRIES?");
    assert_snapshot!(wrong_with("", [("PERFBOT_ANSWR__RETRIES", "1")]),
        @"PERFBOT_ANSWR__RETRIES: there is no such setting; did you mean PERFBOT_ANSWER__RETRIES?");
    assert_snapshot!(wrong_with("", [("PERFBOT_CONTEXT__ZZZ", "1")]),
        @"PERFBOT_CONTEXT__ZZZ: there is no such setting; known: PERFBOT_CONTEXT__MESSAGES, PERFBOT_CONTEXT__ENDS_AFTER, PERFBOT_CONTEXT__BYSTANDERS");
    assert_snapshot!(wrong_with("", [("PERFBOT_MODELS__HAIKU__ID", "x")]),
        @"PERFBOT_MODELS__HAIKU__ID: there is no such setting; a variable changes only what the file lists, and it lists no [[models]]");
    assert_snapshot!(wrong_with("", [("PERFBOT_FOO", "1")]),
        @"PERFBOT_FOO: there is no such variable; a setting is written with its section and two underscores, as in PERFBOT_LIMITS__DAILY_USD");
    assert_eq!(with("", [("PERFBOT_LOG", "info"), ("PERFBOT_DISCORD_API", "http://127.0.0.1:1")]), right(""));
    assert_snapshot!(wrong_with("", [("PERFBOT_ANSWER__RETRIES__X", "1")]),
        @"PERFBOT_ANSWER__RETRIES__X: there is no such setting; did you mean PERFBOT_ANSWER__RETRIES?");
}

const GPT: &str = "[[models]]\nname = \"gpt-4o\"\nprovider = \"openai\"\nid = \"gpt-4o\"\n";

#[test]
fn models_too_can_be_set_from_the_environment() {
    let config = with(
        GPT,
        [
            ("PERFBOT_MODELS__GPT_4O__BASE_URL", "http://127.0.0.1:9/v1"),
            ("PERFBOT_MODELS__GPT_4O__PRICE__INPUT", "2.5"),
            ("PERFBOT_MODELS__GPT_4O__PRICE__OUTPUT", "10"),
            ("PERFBOT_CHAT__DEFAULT_MODEL", "gpt-4o"),
        ],
    );
    assert_eq!(config.models[0].base_url.as_deref(), Some("http://127.0.0.1:9/v1"));
    let (input, output) = (Some(Rate::from_pico_usd(2_500_000)), Some(Rate::from_pico_usd(10_000_000)));
    assert_eq!(config.models[0].price, Some(Rates { input, output, ..Rates::default() }));
    assert_eq!(config.default_model, Some("gpt-4o".into()));
    let free = with(GPT, [("PERFBOT_MODELS__GPT_4O__PRICE", "free")]);
    assert_eq!(free.models[0].price, Some(Rates { free: true, ..Rates::default() }));
    assert_snapshot!(wrong_with(GPT, [("PERFBOT_MODELS__GPT_40__ID", "x")]),
        @"PERFBOT_MODELS__GPT_40__ID: there is no such setting; did you mean PERFBOT_MODELS__GPT_4O__ID?");
    assert_snapshot!(wrong_with(GPT, [("PERFBOT_MODELS__GPT_4O__PRICE__OUT", "1")]),
        @"PERFBOT_MODELS__GPT_4O__PRICE__OUT: there is no such setting; did you mean PERFBOT_MODELS__GPT_4O__PRICE__OUTPUT?");
}

#[test]
fn secrets_in_the_file_are_refused_and_not_repeated() {
    let api_key = wrong("[bot]\napi_key = \"geheim\"");
    assert_snapshot!(api_key, @r#"config.toml line 2: `api_key` looks like a secret, and a file is no place for one; set it in the environment (for a model: export ANTHROPIC_API_KEY=…, and here key_env = "ANTHROPIC_API_KEY")"#);
    let nested = wrong("[[models]]\nname = \"a\"\nkey_env = \"sk-ant-geheim\"");
    assert!(nested.starts_with("config.toml line 3: `key_env` looks like a secret"), "{nested}");
    let token = wrong("token = \"geheim\"");
    assert!(token.starts_with("config.toml line 1: `token` looks like a secret"), "{token}");
    assert!(![api_key, nested, token].concat().contains("geheim"));
}

#[test]
fn no_sentence_repeats_what_was_set() {
    let settings = ["[answer]\nretries = \"geheim\"", "[bot]\nzone = \"geheim\"", "[bot]\nname = geheim"];
    for text in settings {
        assert!(!wrong(text).contains("geheim"), "{}", wrong(text));
    }
    assert!(!wrong_with("", [("PERFBOT_ANSWER__RETRIES", "geheim")]).contains("geheim"));
}

#[test]
fn a_model_needs_little_and_takes_much() {
    let config = right(
        r#"
        [[models]]
        name = "haiku"
        provider = "anthropic"
        id = "claude-haiku-5-5"

        [[models]]
        name = "fast"
        label = "Fast one"
        provider = "groq"
        id = "openai/gpt-oss-120b"
        price = { input = 0.15, output = 0.6, cache_read = 0.075 }

        [[models]]
        name = "box"
        provider = "vllm"
        id = "qwen"
        base_url = "http://box:8000/v1"
        key_env = "BOX_KEY"
        local = true

        [[models]]
        name = "llama"
        provider = "ollama"
        id = "llama3.2"

        [[models]]
        name = "sim"
        provider = "simulated"
        id = "swift"
        price = "free"
        "#,
    );
    let [haiku, fast, boxed, llama, sim] = &config.models[..] else { panic!("five models") };
    assert_eq!((haiku.label.as_str(), haiku.kind), ("haiku", ProviderKind::Anthropic));
    assert_eq!((haiku.key_env.as_deref(), &haiku.price, haiku.local), (Some("ANTHROPIC_API_KEY"), &None, false));
    assert_eq!((fast.label.as_str(), fast.kind, fast.provider.as_str()), ("Fast one", ProviderKind::OpenAi, "groq"));
    assert_eq!(fast.base_url.as_deref(), Some("https://api.groq.com/openai/v1/"));
    let rates = Rates {
        input: Some(Rate::from_pico_usd(150_000)),
        output: Some(Rate::from_pico_usd(600_000)),
        cache_read: Some(Rate::from_pico_usd(75_000)),
        ..Rates::default()
    };
    assert_eq!((fast.key_env.as_deref(), &fast.price), (Some("GROQ_API_KEY"), &Some(rates)));
    assert_eq!((boxed.kind, boxed.provider.as_str()), (ProviderKind::OpenAi, "vllm"));
    assert_eq!((boxed.key_env.as_deref(), boxed.local), (Some("BOX_KEY"), true));
    assert_eq!((llama.kind, llama.key_env.as_deref(), llama.local), (ProviderKind::Ollama, None, true));
    assert_eq!((sim.kind, sim.price.as_ref().map(|rates| rates.free)), (ProviderKind::Simulated, Some(true)));
}

#[test]
fn a_key_goes_to_no_other_address_by_itself() {
    let config = right(&format!("{GPT}base_url = \"http://example.com/v1\""));
    assert_eq!(config.models[0].key_env, None);
    let config = right(&format!("{GPT}key_env = \"\""));
    assert_eq!(config.models[0].key_env, None);
}

#[test]
fn mistakes_in_models_are_refused() {
    let model = |rest: &str| wrong(&format!("{GPT}{rest}"));
    assert_snapshot!(model(&GPT.replace("gpt-4o\"\np", "GPT-4o\"\np")),
        @"config.toml line 5: there is a model `GPT-4o` already; names must differ");
    assert_snapshot!(wrong("[[models]]\nname = \"a\"\nprovider = \"openai\"\nid = \"\""),
        @"config.toml line 4: `id` in [[models]] must be the provider's own name of the model");
    assert_snapshot!(wrong("# models\n[[models]]\nname = \"a\"\nprovider = \"openai\""),
        @"config.toml line 2: this model has no `id`: the provider's own name of the model");
    assert_snapshot!(wrong("[[models]]\nname = \"my model\"\nprovider = \"openai\"\nid = \"a\""),
        @"config.toml line 2: `name` in [[models]] must be the name that people type, without blanks");
    assert_snapshot!(wrong("[[models]]\nname = \"a\"\nprovider = \"antropic\"\nid = \"a\""),
        @"config.toml line 1: the address of provider `antropic` is not known; give the `base_url` of its OpenAI-compatible API, or take one of anthropic, openai, gemini, groq, deepseek, mistral, xai, openrouter, ollama, simulated");
    for url in ["api.openai.com/v1", "ftp://x/", "https://", "http://me:geheim@x/"] {
        assert_eq!(
            model(&format!("base_url = \"{url}\"")),
            "config.toml line 5: `base_url` in [[models]] must be an http:// or https:// address without a password in it"
        );
    }
    assert_snapshot!(model("key_env = \"my key\""),
        @r#"config.toml line 5: `key_env` in [[models]] must be the name of a variable of the environment, such as "ANTHROPIC_API_KEY" (not the key itself)"#);
    assert_snapshot!(model("price = 5"),
        @r#"config.toml line 5: `price` in [[models]] must be "free", or USD per million tokens such as { input = 1.0, output = 5.0 }"#);
    assert_snapshot!(model("price = { input = 0.0000025 }"),
        @r#"config.toml line 5: `input` in the price of [[models]] must be USD per million tokens, from 0.001 to 1000 (what costs nothing says price = "free")"#);
    assert_snapshot!(model("price = { inputs = 1 }"),
        @"config.toml line 5: unknown key `inputs` in the price of [[models]]; did you mean `input`?");
    assert_snapshot!(model("price = { input = 1 }"),
        @"config.toml line 5: this price has no `output`: give both `input` and `output`, else no answer can be priced");
    assert_snapshot!(model("price = { cache_read = 1, output = 2 }"),
        @"config.toml line 5: this price has no `input`: give both `input` and `output`, else no answer can be priced");
    assert_snapshot!(model("price = { input = 1, outputs = 2 }"),
        @"config.toml line 5: unknown key `outputs` in the price of [[models]]; did you mean `output`?");
    assert_snapshot!(model("[chat]\ndefault_model = \"opus\""),
        @r#"config.toml line 6: `default_model` in [chat] must be the name of a model (gpt-4o), or "" for the first"#);
}

#[test]
fn keys_in_the_environment_open_up_models() {
    let config = with("", [("ANTHROPIC_API_KEY", "x"), ("GOOGLE_API_KEY", "x"), ("OPENAI_API_KEY", "  ")]);
    assert_eq!(names(&config), ["haiku", "sonnet", "opus", "flash", "pro"]);
    assert_eq!(config.models[0].key_env.as_deref(), Some("ANTHROPIC_API_KEY"));
    assert_eq!(config.models[3].key_env.as_deref(), Some("GOOGLE_API_KEY"));
    let chosen = with(GPT, [("ANTHROPIC_API_KEY", "x")]);
    assert_eq!(names(&chosen), ["gpt-4o"]);
}

#[test]
fn equal_names_of_two_providers_are_told_apart() {
    let config = with("", [("ANTHROPIC_API_KEY", "x"), ("OPENROUTER_API_KEY", "x")]);
    assert_eq!(names(&config), ["haiku", "sonnet", "opus", "openrouter-haiku"]);
    assert_eq!(names(&with("", [("OPENROUTER_API_KEY", "x")])), ["haiku"]);
}

#[test]
fn all_keys_at_once_give_different_names_and_known_addresses() {
    let all: Variables = vendors::VENDORS
        .iter()
        .flat_map(|vendor| vendor.keys)
        .map(|name| ((*name).to_owned(), "x".to_owned()))
        .collect();
    let config = Config::parse("config.toml", "", &all).expect("keys are no mistake");
    let names: BTreeSet<&str> = names(&config).into_iter().collect();
    assert_eq!(names.len(), config.models.len());
    assert!(config.models.iter().all(|model| address_of(model).is_some()));
}

#[test]
fn a_default_model_is_taken_at_its_word_while_no_model_is_known() {
    let text = "[chat]\ndefault_model = \"llama3.2\"";
    assert_eq!(right(text).default_model, Some("llama3.2".into()));
}

#[test]
fn a_model_of_ollama_is_told_by_its_short_name() {
    let model = ollama_model("llama3.2:latest");
    assert_eq!((model.name.as_str(), model.id.as_str(), model.local), ("llama3.2", "llama3.2:latest", true));
    assert_eq!(ollama_model("qwen3:8b").name.as_str(), "qwen3:8b");
    assert_eq!(address_of(&model), Address::of("http://localhost:11434"));
}

/// The sentence about a file on disk, without the folder.
fn wrong_file(path: &Path) -> String {
    let error = Config::load(Some(path), &Variables::new()).expect_err("this has a mistake");
    let folder = path.parent().expect("a file lies in a folder").display().to_string();
    error.to_string().replace(&format!("{folder}/"), "")
}

#[test]
fn an_ollama_of_the_file_is_where_its_own_variable_says_unless_the_file_does() {
    let llama = "[[models]]\nname = \"llama\"\nprovider = \"ollama\"\nid = \"llama3.2\"\n";
    let host = [(OLLAMA_HOST, "10.0.0.7")];
    assert_eq!(address_of(&with(llama, host).models[0]), Address::of("http://10.0.0.7:11434"));
    let elsewhere = format!("{llama}base_url = \"http://box:1\"");
    assert_eq!(address_of(&with(&elsewhere, host).models[0]), Address::of("http://box:1"));
    assert_eq!(address_of(&with(GPT, host).models[0]), Address::of("https://api.openai.com"));
}

#[test]
fn files_that_cannot_be_read_are_told_with_the_reason() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("my.toml");
    assert_snapshot!(wrong_file(&path), @"my.toml: there is no such file; without --config the defaults hold");
    std::fs::write(&path, b"[bot]\nname = \"\xff\"").expect("written");
    assert_snapshot!(wrong_file(&path), @"my.toml line 2: this is not UTF-8 text; save the file as UTF-8");
    let inner = folder.path().join("folder");
    std::fs::create_dir(&inner).expect("made");
    assert_snapshot!(wrong_file(&inner), @"folder: this is a directory; name the file in it");
}

#[test]
fn a_file_is_loaded_and_remembered_and_may_begin_with_a_byte_order_mark() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("my.toml");
    std::fs::write(&path, "\u{feff}[answer]\r\nretries = 1\r\n").expect("written");
    let config = Config::load(Some(&path), &Variables::new()).expect("this is right");
    assert_eq!((config.answer.retries, config.file), (1, Some(path)));
}
