//! The AI models that people can choose from, and what they cost.

use std::fmt;

use super::{ModelName, NanoUsd, ProviderName};

/// One model as the hoster configured it, or as it was found.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelSpec {
    /// The name people type: `haiku`.
    pub name: ModelName,
    /// The name people read: `Claude Haiku 4.5`.
    pub label: String,
    /// How to talk to it.
    pub kind: ProviderKind,
    /// Who serves it, as it shows in rows: `anthropic`, `openrouter`, `ollama` …
    pub provider: ProviderName,
    /// The provider's own id of the model.
    pub id: String,
    /// Where the provider is, when not at its usual address.
    pub base_url: Option<String>,
    /// The environment variable that holds the key; `None` where no key is needed.
    pub key_env: Option<String>,
    /// Rates that win over the price table.
    pub price: Option<Rates>,
    /// Runs on the hoster's own machine: its tokens cost nothing.
    pub local: bool,
}

/// The kinds of provider we can talk to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ProviderKind {
    /// Anthropic's Messages API.
    Anthropic,
    /// OpenAI's chat completions, and every server that speaks them.
    OpenAi,
    /// Google's Gemini API.
    Gemini,
    /// A local Ollama.
    Ollama,
    /// The built-in simulated model: no network, no cost, no sense.
    Simulated,
}

impl fmt::Display for ProviderKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Anthropic => "anthropic",
            Self::OpenAi => "openai",
            Self::Gemini => "gemini",
            Self::Ollama => "ollama",
            Self::Simulated => "simulated",
        })
    }
}

/// Prices in nano-dollars a token ($1 per million tokens is 1,000). A missing rate is unknown, not free.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rates {
    /// Fresh input.
    pub input: Option<NanoUsd>,
    /// Output.
    pub output: Option<NanoUsd>,
    /// Input read from the prompt cache.
    pub cache_read: Option<NanoUsd>,
    /// Input written to the prompt cache for five minutes.
    pub cache_write_5m: Option<NanoUsd>,
    /// Input written to the prompt cache for one hour.
    pub cache_write_1h: Option<NanoUsd>,
    /// Reasoning, where it has a price of its own; otherwise it costs what output costs.
    pub reasoning: Option<NanoUsd>,
    /// Other rates for long inputs, by rising threshold. Past a threshold all tokens of a kind take the new rate.
    pub tiers: Vec<Tier>,
    /// Known to cost nothing: every rate is a true zero.
    pub free: bool,
}

/// Rates that hold once the whole input is longer than `above` tokens. What is `None` keeps the base rate.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tier {
    /// The last input length to which the tier does not yet apply.
    pub above: u64,
    /// Fresh input.
    pub input: Option<NanoUsd>,
    /// Output.
    pub output: Option<NanoUsd>,
    /// Input read from the prompt cache.
    pub cache_read: Option<NanoUsd>,
    /// Input written to the prompt cache for five minutes.
    pub cache_write_5m: Option<NanoUsd>,
    /// Input written to the prompt cache for one hour.
    pub cache_write_1h: Option<NanoUsd>,
}
