//! Facts as a machine shows them, and all that is said of them.

use insta::assert_snapshot;

use super::*;

fn at(time: &str) -> Timestamp {
    time.parse().expect("a time")
}

fn stock() -> Stock {
    Stock { calls: 19_366, bytes: 4_200_000, schema: 1, faults: vec![], unreadable_sums: 0, lost: 0 }
}

fn model(name: &str, key: KeyFact) -> ModelFacts {
    ModelFacts {
        name: name.into(),
        provider: "anthropic".into(),
        id: format!("claude-{name}-5-5"),
        key,
        known: Some(Known::Yes),
        priced: true,
    }
}

fn open(read_only: Option<&str>, stock: Stock) -> StoreState {
    StoreState::Open {
        read_only: read_only.map(Into::into),
        stock: Ok(stock),
        calls_end: Some(at("2026-11-20T00:00:00Z")),
    }
}

/// A machine on which all is well.
fn well() -> Facts {
    Facts {
        settings: SettingsFacts { file: Some("config.toml".into()), variables: 2 },
        store: StoreFacts {
            path: "perfbot.db".into(),
            state: open(None, stock()),
            key_file: "perfbot.db.key".into(),
            key: Some(KeyOnDisk { mode: 0o600, bytes: 32 }),
            copies: Vec::new(),
        },
        models: vec![model("haiku", KeyFact::Set("ANTHROPIC_API_KEY".into()))],
        astray: None,
        allow_unpriced: false,
        reach: vec![(Address { host: "api.anthropic.com".into(), port: 443 }, Reach::Reached)],
        on_discord: OnDiscord::NoToken,
        discord: crate::config::Config::parse("", "", &crate::config::Variables::new()).expect("defaults").discord,
        now: at("2026-11-21T10:05:00Z"),
        zone: chrono_tz::Europe::Berlin,
    }
}

#[track_caller]
fn said(facts: &Facts) -> String {
    render(&findings(facts))
}

/// What is said of one thing.
#[track_caller]
fn said_of(about: &str, facts: &Facts) -> String {
    let found = findings(facts);
    render(&found.into_iter().filter(|finding| finding.about == about).collect::<Vec<_>>())
}

#[test]
fn all_is_well() {
    assert_snapshot!(said(&well()), @"
    ok    settings: config.toml, and 2 variables of the environment
    ok    store: perfbot.db holds 19366 calls in 4.2 MB, schema 1
    ok    prompt key: perfbot.db.key, for its owner only
    ok    model haiku: claude-haiku-5-5 at anthropic, known there, key in ANTHROPIC_API_KEY, price known
    ok    api.anthropic.com:443: can be reached
    ok    discord: DISCORD_TOKEN is not set, so perfbot chats in the terminal
    ok    clock: 2026-11-21 11:05 in Europe/Berlin (10:05 UTC)
    7 ok, 0 warn, 0 fail
    ");
}

#[test]
fn a_fresh_machine_is_told_how_to_go_on() {
    let mut facts = well();
    facts.settings = SettingsFacts { file: None, variables: 0 };
    facts.store.state = StoreState::Absent { folder_exists: true };
    facts.store.key = None;
    facts.models.clear();
    facts.reach = vec![(Address { host: "localhost".into(), port: 11434 }, Reach::Failed("Connection refused".into()))];
    facts.zone = Tz::UTC;
    assert_snapshot!(said(&facts), @"
    ok    settings: defaults (there is no config.toml)
    ok    store: perfbot.db is not there yet; the first start makes it
    warn  models: none is set up; simulated ones answer; set a key such as ANTHROPIC_API_KEY or OPENAI_API_KEY, or start Ollama, for real ones
    ok    discord: DISCORD_TOKEN is not set, so perfbot chats in the terminal
    ok    clock: 2026-11-21 10:05 in UTC (10:05 UTC)
    4 ok, 1 warn, 0 fail
    ");
    facts.reach[0].1 = Reach::Reached;
    assert_snapshot!(said_of("models", &facts), @r"
    ok    models: none is set up; those of the Ollama that runs here answer
    1 ok, 0 warn, 0 fail
    ");
}

#[test]
fn a_copy_of_the_store_is_named() {
    let mut facts = well();
    facts.store.copies = vec!["perfbot.db.before-4".into()];
    assert_snapshot!(said_of("copy", &facts), @"
    ok    copy: perfbot.db.before-4 is the store as it was before an update; it can be deleted once all is well
    1 ok, 0 warn, 0 fail
    ");
}

#[test]
fn broken_settings_fail_with_their_sentence() {
    let found = [Finding::broken_settings("config.toml line 2: unknown section [anser]; did you mean [answer]?")];
    assert!(found[0].is_failure());
    assert_snapshot!(render(&found), @r"
    fail  settings: config.toml line 2: unknown section [anser]; did you mean [answer]?
    0 ok, 0 warn, 1 fail
    ");
}

#[test]
fn a_store_that_does_not_work_fails() {
    let mut facts = well();
    let mut said_with = |state| {
        facts.store.state = state;
        said_of("store", &facts)
    };
    assert_snapshot!(said_with(StoreState::Absent { folder_exists: false }), @r"
    fail  store: the folder of perfbot.db is not there; make it, or name another file with --db or `path` in [store]
    0 ok, 0 warn, 1 fail
    ");
    assert_snapshot!(said_with(StoreState::Unusable("perfbot.db is not a perfbot store".into())), @r"
    fail  store: perfbot.db is not a perfbot store
    0 ok, 0 warn, 1 fail
    ");
    let unread = StoreState::Open { read_only: None, stock: Err("the disk is gone".into()), calls_end: None };
    assert_snapshot!(said_with(unread), @r"
    fail  store: perfbot.db cannot be read: the disk is gone; restore it from a copy, or name another file with --db
    0 ok, 0 warn, 1 fail
    ");
    let faults = vec!["row 7 missing from index calls_at".into(), "page 3: never used".into()];
    assert_snapshot!(said_with(open(None, Stock { faults, ..stock() })), @r"
    fail  store: perfbot.db is damaged: row 7 missing from index calls_at; page 3: never used; restore it from a copy, or save what can be read with `perfbot export`
    0 ok, 0 warn, 1 fail
    ");
    assert_snapshot!(said_with(open(None, Stock { unreadable_sums: 12, ..stock() })), @r"
    fail  store: perfbot.db is damaged: 12 sums of calls cannot be read, the calls themselves can; end perfbot where it is running, and have them made anew with `perfbot doctor --rebuild`
    0 ok, 0 warn, 1 fail
    ");
    let small = Stock { calls: 1, bytes: 24_576, ..stock() };
    assert_snapshot!(said_with(open(Some("process 77 writes to it"), small)), @r"
    warn  store: perfbot.db holds 1 call in 25 kB, schema 1, but can only be read: process 77 writes to it
    0 ok, 1 warn, 0 fail
    ");
}

#[test]
fn a_key_file_that_others_may_read_is_told() {
    let mut facts = well();
    facts.store.key = Some(KeyOnDisk { mode: 0o644, bytes: 32 });
    assert_snapshot!(said_of("prompt key", &facts), @r"
    warn  prompt key: others may use perfbot.db.key (mode 644); chmod 600 perfbot.db.key
    0 ok, 1 warn, 0 fail
    ");
    facts.store.key = None;
    assert_snapshot!(said_of("prompt key", &facts), @r"
    warn  prompt key: perfbot.db.key is gone; the next start makes a new one, and prompts asked before are not known again unless a copy brings it back
    0 ok, 1 warn, 0 fail
    ");
}

#[test]
fn models_that_cannot_answer_are_told_and_fail_only_together() {
    let mut facts = well();
    facts.models.push(model("opus", KeyFact::Missing("OTHER_KEY".into())));
    facts.models.push(ModelFacts { priced: false, ..model("sonnet", KeyFact::NotNeeded) });
    let models = |facts: &Facts| -> String {
        let found =
            findings(facts).into_iter().filter(|finding| finding.about.starts_with("model")).collect::<Vec<_>>();
        render(&found)
    };
    assert_snapshot!(models(&facts), @"
    ok    model haiku: claude-haiku-5-5 at anthropic, known there, key in ANTHROPIC_API_KEY, price known
    warn  model opus: claude-opus-5-5 at anthropic has no key; put it into the environment: export OTHER_KEY=…
    warn  model sonnet: claude-sonnet-5-5 at anthropic is not asked, since its price is not known; give it a `price` in [[models]], or set allow_unpriced in [limits]
    1 ok, 2 warn, 0 fail
    ");
    facts.models.remove(0);
    assert_snapshot!(said_of("models", &facts), @r"
    fail  models: none of them can answer; mend one of the above
    0 ok, 0 warn, 1 fail
    ");
    facts.allow_unpriced = true;
    assert_snapshot!(models(&facts), @"
    warn  model opus: claude-opus-5-5 at anthropic has no key; put it into the environment: export OTHER_KEY=…
    warn  model sonnet: claude-sonnet-5-5 at anthropic, known there, needs no key, but its price is not known, so no daily cap holds it; give it a `price` in [[models]]
    0 ok, 2 warn, 0 fail
    ");
}

#[test]
fn a_key_file_of_the_wrong_size_keeps_perfbot_from_starting() {
    let mut facts = well();
    facts.store.key = Some(KeyOnDisk { mode: 0o600, bytes: 5 });
    assert_snapshot!(said_of("prompt key", &facts), @"
    fail  prompt key: perfbot.db.key holds 5 bytes and should hold 32, so perfbot does not start; restore it from a copy; if there is none, delete it, and prompts asked before are not known again
    0 ok, 0 warn, 1 fail
    ");
    facts.store.state = StoreState::Absent { folder_exists: true };
    assert!(said_of("prompt key", &facts).starts_with("fail"), "a store could not be made either");
    facts.store = StoreFacts { key: Some(KeyOnDisk { mode: 0o600, bytes: 0 }), ..well().store };
    assert!(said_of("prompt key", &facts).starts_with("ok"), "an empty one is filled at the next start");
}

#[test]
fn what_providers_say_of_keys_and_models_is_told() {
    let mut facts = well();
    let known = |known, key| ModelFacts { known, ..model("haiku", key) };
    let set = || KeyFact::Set("ANTHROPIC_API_KEY".into());
    facts.models = vec![
        known(Some(Known::KeyRefused), set()),
        known(Some(Known::KeyRefused), KeyFact::NotNeeded),
        known(Some(Known::NoSuchModel), set()),
        known(Some(Known::Unclear), set()),
        known(None, set()),
    ];
    assert_snapshot!(said_of("model haiku", &facts), @"
    warn  model haiku: anthropic refuses the key in ANTHROPIC_API_KEY; check the key, and the account behind it
    warn  model haiku: anthropic wants a key; name its variable in `key_env` of [[models]]
    warn  model haiku: anthropic has no model claude-haiku-5-5; correct its `id` in [[models]]
    ok    model haiku: claude-haiku-5-5 at anthropic, not confirmed there, key in ANTHROPIC_API_KEY, price known
    ok    model haiku: claude-haiku-5-5 at anthropic, key in ANTHROPIC_API_KEY, price known
    2 ok, 3 warn, 0 fail
    ");
    facts.models.truncate(3);
    assert_snapshot!(said_of("models", &facts), @"
    fail  models: none of them can answer; mend one of the above
    0 ok, 0 warn, 1 fail
    ");
}

#[test]
fn a_default_model_that_is_not_there_is_told() {
    let astray = Astray { wanted: "opus".into(), names: vec!["sim-swift".into(), "sim-deep".into()] };
    assert_snapshot!(said_of("default model", &Facts { astray: Some(astray), ..well() }), @"
    warn  default model: there is no model opus, so sim-swift answers; set `default_model` in [chat] to one of sim-swift, sim-deep
    0 ok, 1 warn, 0 fail
    ");
}

#[test]
fn an_address_that_cannot_be_reached_is_a_warning() {
    let mut facts = well();
    facts.reach[0].1 = Reach::Failed("no answer within 3 s".into());
    assert_snapshot!(said_of("api.anthropic.com:443", &facts), @r"
    warn  api.anthropic.com:443: cannot be reached: no answer within 3 s; check network and firewall, or `base_url` in [[models]]
    0 ok, 1 warn, 0 fail
    ");
    facts.reach[0].1 = Reach::NotTried("--offline");
    assert_snapshot!(said_of("api.anthropic.com:443", &facts), @r"
    ok    api.anthropic.com:443: was not tried (--offline)
    1 ok, 0 warn, 0 fail
    ");
}

#[test]
fn a_clock_behind_the_newest_call_is_told() {
    let mut facts = well();
    facts.now = at("2026-11-19T23:54:00Z");
    assert_snapshot!(said_of("clock", &facts), @r"
    warn  clock: 2026-11-20 00:54 in Europe/Berlin (23:54 UTC), but the newest call is of 2026-11-20 00:00; set the clock if it is behind; if the calls are from a log, --now moves to their time
    0 ok, 1 warn, 0 fail
    ");
    facts.now = at("2026-11-19T23:56:00Z");
    assert!(said_of("clock", &facts).starts_with("ok"));
}

#[test]
fn json_says_the_same() {
    let mut facts = well();
    facts.models = vec![model("opus", KeyFact::Missing("OTHER_KEY".into()))];
    let found: Vec<Finding> = findings(&facts).into_iter().filter(|finding| finding.level != Level::Ok).collect();
    assert_snapshot!(render_json(&found).expect("text can be written"), @r#"{"ok":false,"findings":[{"level":"warn","about":"model opus","says":"claude-opus-5-5 at anthropic has no key","mend":"put it into the environment: export OTHER_KEY=…"},{"level":"fail","about":"models","says":"none of them can answer","mend":"mend one of the above"}]}"#);
    assert!(render_json(&[]).expect("text can be written").starts_with(r#"{"ok":true"#));
}
