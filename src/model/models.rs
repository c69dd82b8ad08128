//! The AI models that people can choose from, and what they cost.

use std::fmt;

use super::{ModelName, ProviderName};

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
    /// Whether it can look at pictures.
    pub sees: bool,
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
    /// The built-in simulated model: no network, no sense; its times and prices are invented.
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

/// The price of one token in whole pico-dollars (10⁻¹² US dollars): $1 per million tokens is 1,000,000. Finer than
/// [`NanoUsd`](super::NanoUsd), because real prices are: $0.0375 per million tokens is 37.5 nano-dollars a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Rate(u64);

impl Rate {
    /// The rate in pico-dollars a token.
    pub const fn from_pico_usd(pico_usd: u64) -> Self {
        Self(pico_usd)
    }

    /// The rate from dollars per million tokens, exact to six decimals. `None` outside 0.001 to 1000, where no real
    /// price lies: it is a slip of the unit. A zero is refused too, since what costs nothing is said by [`Rates::free`].
    pub fn from_usd_per_million(usd: f64) -> Option<Self> {
        (0.001..=1000.0).contains(&usd).then(|| Self((usd * 1e6).round() as u64))
    }

    /// The rate in pico-dollars a token.
    pub const fn as_pico_usd(self) -> u64 {
        self.0
    }

    /// The rate in dollars per million tokens, as people read prices.
    pub fn as_usd_per_million(self) -> f64 {
        self.0 as f64 / 1e6
    }
}

/// What tokens of each kind cost. A missing rate is unknown, not free.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rates {
    /// Fresh input.
    pub input: Option<Rate>,
    /// Output.
    pub output: Option<Rate>,
    /// Input read from the prompt cache.
    pub cache_read: Option<Rate>,
    /// Input written to the prompt cache for five minutes.
    pub cache_write_5m: Option<Rate>,
    /// Input written to the prompt cache for one hour.
    pub cache_write_1h: Option<Rate>,
    /// Reasoning, where it has a price of its own; otherwise it costs what output costs.
    pub reasoning: Option<Rate>,
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
    pub input: Option<Rate>,
    /// Output.
    pub output: Option<Rate>,
    /// Input read from the prompt cache.
    pub cache_read: Option<Rate>,
    /// Input written to the prompt cache for five minutes.
    pub cache_write_5m: Option<Rate>,
    /// Input written to the prompt cache for one hour.
    pub cache_write_1h: Option<Rate>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_keep_every_decimal_of_a_price_and_refuse_slips_of_the_unit() {
        let pico = |usd| Rate::from_usd_per_million(usd).map(Rate::as_pico_usd);
        assert_eq!(pico(5.0), Some(5_000_000));
        assert_eq!(pico(0.0375), Some(37_500));
        assert_eq!(pico(0.001), Some(1_000));
        assert_eq!(pico(1000.0), Some(1_000_000_000));
        for slip in [0.0, -1.0, 0.000_003, 1000.5, f64::NAN, f64::INFINITY] {
            assert_eq!(pico(slip), None, "{slip}");
        }
        assert_eq!(Rate::from_pico_usd(37_500).as_usd_per_million(), 0.0375);
    }
}
