//! `[[models]]`: the models that people can choose from. Without any, the keys in the environment decide.

use std::collections::HashSet;

use toml::Spanned;
use toml::de::DeValue;

use super::address::Address;
use super::error::ConfigError;
use super::input::{Section, Value, Variables};
use super::ollama::{OLLAMA_HOST, ollama_url};
use super::vendors::{VENDORS, Vendor, models_by_key};
use crate::model::{ModelName, ModelSpec, ProviderKind, ProviderName, Rate, Rates};

pub(super) fn read(root: &mut Section<'_>, variables: &Variables) -> Result<Vec<ModelSpec>, ConfigError> {
    let (mut whole, tables) = root.list("models")?;
    let mut models: Vec<ModelSpec> = Vec::new();
    let mut taken = HashSet::new();
    for table in tables {
        let mut section = whole.item(name_in(table), table);
        let model = one(&mut section, variables)?;
        // People's names are looked up without regard to case.
        if !taken.insert(model.name.as_str().to_lowercase()) {
            return Err(section.fault(format!("there is a model `{}` already; names must differ", model.name)));
        }
        section.done()?;
        models.push(model);
    }
    whole.done()?;
    Ok(if models.is_empty() { models_by_key(variables) } else { models })
}

/// The name as the file has it, by which the model's variables are told.
fn name_in<'a>(table: &'a Spanned<DeValue<'a>>) -> &'a str {
    table.get_ref().get("name").and_then(|name| name.get_ref().as_str()).unwrap_or_default()
}

fn one(section: &mut Section<'_>, variables: &Variables) -> Result<ModelSpec, ConfigError> {
    let name = ModelName::from(required(section, "name", "the name that people type, without blanks", word)?);
    let id = required(section, "id", "the provider's own name of the model", filled)?;
    let label = section.read("label", "text in quotes", filled)?;
    let served = provider(section, variables)?;
    let usual_key = served.vendor.filter(|_| served.usual_address).and_then(|vendor| vendor.key_env(variables));
    let key_env = key_env(section)?;
    Ok(ModelSpec {
        label: label.unwrap_or_else(|| name.to_string()),
        kind: served.vendor.map_or(ProviderKind::OpenAi, |vendor| vendor.kind),
        provider: served.name,
        id,
        base_url: served.base_url,
        // A key goes to nobody but its own provider, unless someone says so.
        key_env: key_env.or(usual_key.map(Into::into)).filter(|name| !name.is_empty()),
        price: price(section)?,
        local: section
            .flag("local")?
            .unwrap_or(served.vendor.is_some_and(|vendor| vendor.kind == ProviderKind::Ollama)),
        sees: section.flag("sees")?.unwrap_or(served.usual_address && served.vendor.is_some_and(Vendor::sees)),
        name,
    })
}

/// Who serves a model, and where.
struct Served {
    name: ProviderName,
    vendor: Option<&'static Vendor>,
    base_url: Option<String>,
    usual_address: bool,
}

fn provider(section: &mut Section<'_>, variables: &Variables) -> Result<Served, ConfigError> {
    let name = required(section, "provider", "one word, such as \"anthropic\"", word)?;
    let given = section.read("base_url", "an http:// or https:// address without a password in it", |value| {
        value.text().filter(|url| Address::of(url).is_some()).map(str::to_owned)
    })?;
    let vendor = Vendor::named(&name);
    if vendor.is_none() && given.is_none() {
        let names: Vec<&str> = VENDORS.iter().map(|vendor| vendor.name).collect();
        return Err(section.fault(format!(
            "the address of provider `{name}` is not known; give the `base_url` of its OpenAI-compatible API, or take \
             one of {}",
            names.join(", ")
        )));
    }
    let usual_address = given.is_none();
    let base_url = given.or_else(|| usual_url(vendor?, variables));
    Ok(Served { name: name.into(), vendor, base_url, usual_address })
}

/// Where a provider is unless the file says otherwise; `None` for the usual address of its kind.
fn usual_url(vendor: &Vendor, variables: &Variables) -> Option<String> {
    match vendor.kind {
        ProviderKind::Ollama => variables.get(OLLAMA_HOST).map(|host| ollama_url(Some(host))),
        _ => vendor.base_url.map(Into::into),
    }
}

/// The variable that holds the key; empty where the hoster says that there is none.
fn key_env(section: &mut Section<'_>) -> Result<Option<String>, ConfigError> {
    let must = "the name of a variable of the environment, such as \"ANTHROPIC_API_KEY\" (not the key itself)";
    section.read("key_env", must, |value| {
        let name = value.text()?;
        let fits = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        (name.chars().all(fits) && !name.starts_with(|c: char| c.is_ascii_digit())).then(|| name.to_owned())
    })
}

/// The hoster's own price, where there is one.
fn price(section: &mut Section<'_>) -> Result<Option<Rates>, ConfigError> {
    let must = "\"free\", or USD per million tokens such as { input = 1.0, output = 5.0 }";
    let free = section.read("price", must, |value| match value {
        Value::Table => Some(false),
        other => (other.text()? == "free").then_some(true),
    })?;
    let mut part = section.part("price", "the price of [[models]]".into());
    let rates = Rates {
        input: rate(&mut part, "input")?,
        output: rate(&mut part, "output")?,
        cache_read: rate(&mut part, "cache_read")?,
        cache_write_5m: rate(&mut part, "cache_write_5m")?,
        cache_write_1h: rate(&mut part, "cache_write_1h")?,
        reasoning: rate(&mut part, "reasoning")?,
        ..Rates::default()
    };
    let half = missing(&rates).map(|key| {
        part.fault(format!("this price has no `{key}`: give both `input` and `output`, else no answer can be priced"))
    });
    part.done()?;
    match (free, half) {
        (Some(true), _) => Ok(Some(Rates { free: true, ..Rates::default() })),
        (_, Some(half)) => Err(half),
        _ => Ok(Some(rates).filter(|rates| *rates != Rates::default())),
    }
}

/// What a price lacks by which answers could be priced; half a price is none, and would pass for one.
fn missing(rates: &Rates) -> Option<&'static str> {
    let needed = [("input", rates.input), ("output", rates.output)];
    needed.into_iter().find(|(_, rate)| rate.is_none() && *rates != Rates::default()).map(|(key, _)| key)
}

/// A rate, from the dollars per million tokens in which people write it.
fn rate(section: &mut Section<'_>, key: &str) -> Result<Option<Rate>, ConfigError> {
    let must = "USD per million tokens, from 0.001 to 1000 (what costs nothing says price = \"free\")";
    section.read(key, must, |value| Rate::from_usd_per_million(value.bare()?.parse().ok()?))
}

fn required(
    section: &mut Section<'_>,
    key: &str,
    what: &str,
    read: impl FnOnce(&Value<'_>) -> Option<String>,
) -> Result<String, ConfigError> {
    let read = section.read(key, what, read)?;
    read.ok_or_else(|| section.fault(format!("this model has no `{key}`: {what}")))
}

/// Text that says something.
fn filled(value: &Value<'_>) -> Option<String> {
    value.text().filter(|text| !text.trim().is_empty()).map(str::to_owned)
}

/// Text without blanks.
fn word(value: &Value<'_>) -> Option<String> {
    filled(value).filter(|text| !text.contains(char::is_whitespace))
}
