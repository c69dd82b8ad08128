use super::*;
use crate::model::{ProviderKind, Rate};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn now() -> Timestamp {
    at("2026-11-21T12:00:00Z")
}

fn id_of(price: Option<Price>) -> String {
    price.map_or("unknown".into(), |price| price.id.to_string())
}

/// What each of these `provider id` pairs is priced with.
fn check(pairs: &[(&str, &str, &str)]) {
    let table = PriceTable::builtin();
    for (provider, id, wanted) in pairs {
        assert_eq!(id_of(table.lookup(provider, id, now())), *wanted, "{provider} {id}");
    }
}

#[test]
fn an_id_is_found_exactly_then_undated_then_bare_then_by_rule() {
    check(&[
        ("anthropic", "claude-haiku-4-5", "anthropic/claude-haiku-4-5@2025-10-01"),
        ("anthropic", "claude-haiku-4-5-20251001", "anthropic/claude-haiku-4-5@2025-10-01"),
        ("Anthropic", "Claude-Haiku-4-5", "anthropic/claude-haiku-4-5@2025-10-01"),
        ("anthropic", "anthropic/claude-haiku-4-5", "anthropic/claude-haiku-4-5@2025-10-01"),
        ("openai", "gpt-4o-2024-05-13", "openai/gpt-4o-2024-05-13@2024-05-13"),
        ("openai", "gpt-4o-2024-11-20", "openai/gpt-4o@2026-11-21"),
        ("google", "models/gemini-2.5-pro", "gemini/gemini-2.5-pro@2026-11-21"),
        ("groq", "openai/gpt-oss-120b", "groq/openai/gpt-oss-120b@2026-11-21"),
        ("x-ai", "grok-4.20-0309-reasoning", "xai/grok-4.20@2026-11-21"),
        ("mistral", "mistral-large-latest", "mistral/mistral-large-3@2026-11-21"),
        ("simulated", "deep", "simulated/deep@2026-11-21"),
    ]);
}

#[test]
fn resellers_pass_on_the_list_price_of_the_maker() {
    check(&[
        ("openrouter", "anthropic/claude-haiku-4.5", "anthropic/claude-haiku-4-5@2025-10-01"),
        ("bedrock", "us.anthropic.claude-haiku-4-5-20251001-v1:0", "anthropic/claude-haiku-4-5@2025-10-01"),
        ("vertex_ai", "claude-haiku-4-5@20251001", "anthropic/claude-haiku-4-5@2025-10-01"),
        ("vertex_ai", "gemini-2.5-flash", "gemini/gemini-2.5-flash@2026-11-21"),
        ("openrouter", "deepseek/deepseek-chat", "unknown"),
        ("openrouter", "nobody/claude-haiku-4-5", "unknown"),
    ]);
}

#[test]
fn what_nobody_has_priced_is_unknown() {
    check(&[
        ("anthropic", "claude-haiku-9", "unknown"),
        ("anthropic", "gpt-4o", "unknown"),
        ("openai", "gpt-4o-mini-audio-preview", "unknown"),
        ("azure", "gpt-4o", "unknown"),
        ("openai", "", "unknown"),
        ("", "", "unknown"),
        ("groq", "llama2-70b", "unknown"),
    ]);
}

#[test]
fn a_log_may_name_provider_and_model_in_one_word() {
    let table = PriceTable::builtin();
    for (model, wanted) in [
        ("anthropic/claude-haiku-4-5-20251001", "anthropic/claude-haiku-4-5@2025-10-01"),
        ("claude-haiku-4-5-20251001", "anthropic/claude-haiku-4-5@2025-10-01"),
        ("us.anthropic.claude-haiku-4-5-20251001-v1:0", "anthropic/claude-haiku-4-5@2025-10-01"),
        ("bedrock/us.anthropic.claude-haiku-4-5-20251001-v1:0", "anthropic/claude-haiku-4-5@2025-10-01"),
        ("openrouter/anthropic/claude-haiku-4.5", "anthropic/claude-haiku-4-5@2025-10-01"),
        ("models/gemini-2.5-flash", "gemini/gemini-2.5-flash@2026-11-21"),
        ("groq/openai/gpt-oss-20b", "groq/openai/gpt-oss-20b@2026-11-21"),
        ("gpt-4.1", "openai/gpt-4.1@2025-04-14"),
        ("my-proxy/gpt-4.1", "unknown"),
        ("groq/llama2-70b", "unknown"),
        ("anthropic/", "unknown"),
        ("/", "unknown"),
    ] {
        assert_eq!(id_of(table.lookup_any(model, now())), wanted, "{model}");
    }
}

#[test]
fn a_bare_name_that_two_providers_price_is_unknown() {
    let table = PriceTable::parse(
        r#"
        unit = "USD per million tokens"
        provider_aliases = {}
        resellers = {}
        [[sheet]]
        provider = "one"
        source = "a test"
        checked_on = 2026-11-21
        models = [{ id = "m", rates = { input = 1, output = 1 } }]
        [[sheet]]
        provider = "two"
        source = "a test"
        checked_on = 2026-11-21
        models = [{ id = "m", rates = { input = 2, output = 2 } }]
        "#,
    )
    .unwrap();
    assert_eq!(id_of(table.lookup_any("m", now())), "unknown");
    assert_eq!(id_of(table.lookup_any("two/m", now())), "two/m@2026-11-21");
}

#[test]
fn the_price_of_the_day_holds() {
    let table = PriceTable::builtin();
    for (day, wanted) in [
        ("2025-04-15T23:59:59Z", "unknown"),
        ("2025-04-16T00:00:00Z", "openai/o3@2025-04-16"),
        ("2025-06-09T23:59:59Z", "openai/o3@2025-04-16"),
        ("2025-06-10T00:00:00Z", "openai/o3@2025-06-10"),
    ] {
        assert_eq!(id_of(table.lookup("openai", "o3", at(day))), wanted, "{day}");
    }
}

fn spec(price: Option<Rates>, local: bool) -> ModelSpec {
    ModelSpec {
        name: "haiku".into(),
        label: "Claude Haiku 4.5".into(),
        kind: ProviderKind::Anthropic,
        provider: "anthropic".into(),
        id: "claude-haiku-4-5".into(),
        base_url: None,
        key_env: None,
        price,
        local,
        sees: true,
    }
}

#[test]
fn the_hosters_price_wins() {
    let rates = Rates { input: Rate::from_usd_per_million(2.0), ..Rates::default() };
    let ours = spec(Some(rates.clone()), false);
    let mut table = PriceTable::builtin();
    table.override_for(&ours);
    for found in [
        table.price_of(&ours, now()),
        table.lookup("anthropic", "claude-haiku-4-5", now()),
        table.lookup_any("anthropic/claude-haiku-4-5", now()),
        table.lookup_any("haiku", now()),
    ] {
        let price = found.unwrap();
        assert_eq!(*price.rates, rates);
        assert!(price.id.as_str().starts_with("config/anthropic/claude-haiku-4-5@"), "{}", price.id);
    }
    let dearer = Rates { input: Rate::from_usd_per_million(3.0), ..rates };
    let other = table.price_of(&spec(Some(dearer), false), now());
    assert_ne!(other.unwrap().id, table.price_of(&ours, now()).unwrap().id, "another price has another id");
}

#[test]
fn local_models_are_known_to_be_free_and_others_stay_as_listed() {
    let mut table = PriceTable::builtin();
    let plain = spec(None, false);
    table.override_for(&plain);
    assert_eq!(id_of(table.price_of(&plain, now())), "anthropic/claude-haiku-4-5@2025-10-01");
    let local = spec(None, true);
    table.override_for(&local);
    let price = table.lookup("anthropic", "claude-haiku-4-5", now()).unwrap();
    assert!(price.rates.free);
    assert_eq!(price.id.as_str(), "config/anthropic/claude-haiku-4-5@free");
}

#[test]
fn the_table_that_ships_is_whole() {
    let table = PriceTable::builtin();
    assert!(table.entries().len() >= 60, "{} entries", table.entries().len());
    let mut ids: Vec<_> = table.entries().iter().map(|entry| &entry.price.id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), table.entries().len(), "price ids are unique");
    for entry in table.entries() {
        let rates = &entry.price.rates;
        assert!(!entry.source.is_empty(), "{}", entry.price.id);
        assert!(rates.cache_read <= rates.input, "{}: a cache read is no dearer than fresh input", entry.price.id);
        assert!(rates.cache_write_5m.is_none() || rates.cache_write_5m > rates.input, "{}", entry.price.id);
        for tier in &rates.tiers {
            let dearer = tier.input > rates.input && tier.output > rates.output;
            assert!(dearer && tier.cache_read >= rates.cache_read, "{}: a tier is dearer", entry.price.id);
            assert_eq!(tier.cache_write_5m.is_some(), rates.cache_write_5m.is_some(), "{}", entry.price.id);
        }
    }
}

#[test]
fn the_documentation_states_when_the_table_was_checked() {
    let text = include_str!("../../../docs/prices.md");
    let oldest = PriceTable::builtin().entries().iter().map(|entry| entry.checked_on).min().unwrap();
    assert!(text.contains(&format!("last checked on **{oldest}**")), "docs/prices.md should say {oldest}");
}

/// Whatever a public price map and our lookup both price, dated ids included, they price alike.
#[test]
fn the_table_agrees_with_the_reference_map() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/prices/litellm_prices_subset.json");
    let Ok(text) = std::fs::read_to_string(path) else {
        return println!("skipped: no reference price map beside the project");
    };
    let map: serde_json::Value = serde_json::from_str(&text).unwrap();
    let table = PriceTable::builtin();
    let mut compared = 0;
    for (model, theirs) in map["models"].as_object().unwrap() {
        let provider = theirs["litellm_provider"].as_str().unwrap();
        let id = model.strip_prefix(&format!("{provider}/")).unwrap_or(model);
        let Some(ours) = table.lookup(provider, id, now()) else { continue };
        compared += 1;
        let rates = &ours.rates;
        let above_200k = rates.tiers.iter().find(|tier| tier.above == 200_000);
        for (key, rate) in [
            ("input_cost_per_token", rates.input),
            ("output_cost_per_token", rates.output),
            ("cache_read_input_token_cost", rates.cache_read),
            ("cache_creation_input_token_cost", rates.cache_write_5m),
            ("input_cost_per_token_above_200k_tokens", above_200k.and_then(|tier| tier.input)),
            ("output_cost_per_token_above_200k_tokens", above_200k.and_then(|tier| tier.output)),
        ] {
            // The map writes a zero where nothing is charged; our table leaves the rate out.
            let theirs = theirs[key].as_f64().filter(|usd| *usd > 0.0).map(|usd| (usd * 1e12).round() as u64);
            assert_eq!(rate.map(Rate::as_pico_usd), theirs, "{model}: {key}");
        }
    }
    println!("{compared} models compared");
    assert!(compared >= 120, "only {compared} models compared");
}
