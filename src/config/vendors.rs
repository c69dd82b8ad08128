//! The providers that perfbot knows by name: where they are, where their keys are looked for, and which of their models
//! it takes when nobody has chosen any.

use super::input::Variables;
use crate::model::{ModelName, ModelSpec, ProviderKind, ProviderName};

/// A provider known by name.
#[derive(Debug)]
pub struct Vendor {
    /// Its name, in settings and in rows.
    pub name: &'static str,
    /// How to talk to it.
    pub kind: ProviderKind,
    /// Where it is, if that is not the usual address of its kind.
    pub base_url: Option<&'static str>,
    /// The variables that may hold its key, the usual one first. Empty where it needs none.
    pub keys: &'static [&'static str],
    /// Models worth having without a choice; the first answers.
    models: &'static [Known],
}

#[derive(Debug)]
struct Known {
    name: &'static str,
    label: &'static str,
    id: &'static str,
}

const fn known(name: &'static str, label: &'static str, id: &'static str) -> Known {
    Known { name, label, id }
}

/// All providers known by name. Where several have keys, the earlier ones come first in lists.
pub const VENDORS: [Vendor; 10] = [
    Vendor {
        name: "anthropic",
        kind: ProviderKind::Anthropic,
        base_url: None,
        keys: &["ANTHROPIC_API_KEY"],
        models: &[
            known("haiku", "Claude Haiku 5.5", "claude-haiku-5-5"),
            known("sonnet", "Claude Sonnet 5.5", "claude-sonnet-5-5"),
            known("opus", "Claude Opus 5.5", "claude-opus-5-5"),
        ],
    },
    Vendor {
        name: "openai",
        kind: ProviderKind::OpenAi,
        base_url: None,
        keys: &["OPENAI_API_KEY"],
        models: &[
            known("gpt-luna", "GPT-6 Luna", "gpt-6-luna"),
            known("gpt-sol", "GPT-6.1 Sol", "gpt-6.1-sol"),
            known("gpt-astra", "GPT-6 Astra", "gpt-6-astra"),
        ],
    },
    Vendor {
        name: "gemini",
        kind: ProviderKind::Gemini,
        base_url: None,
        keys: &["GEMINI_API_KEY", "GOOGLE_API_KEY"],
        models: &[
            known("flash", "Gemini 3.8 Flash", "gemini-3.8-flash"),
            known("pro", "Gemini 3.1 Pro", "gemini-3.1-pro-preview"),
        ],
    },
    compatible(
        "groq",
        "https://api.groq.com/openai/v1/",
        &["GROQ_API_KEY"],
        &[known("gpt-oss", "GPT-OSS 120B on Groq", "openai/gpt-oss-120b")],
    ),
    compatible(
        "deepseek",
        "https://api.deepseek.com/v1/",
        &["DEEPSEEK_API_KEY"],
        &[known("deepseek", "DeepSeek V4 Flash", "deepseek-v4-flash")],
    ),
    compatible(
        "mistral",
        "https://api.mistral.ai/v1/",
        &["MISTRAL_API_KEY"],
        &[known("mistral", "Mistral Medium 3.5", "mistral-medium-3-5")],
    ),
    compatible("xai", "https://api.x.ai/v1/", &["XAI_API_KEY"], &[known("grok", "Grok 4.5", "grok-4.5")]),
    compatible(
        "openrouter",
        "https://openrouter.ai/api/v1/",
        &["OPENROUTER_API_KEY"],
        &[known("haiku", "Claude Haiku 5.5 on OpenRouter", "anthropic/claude-haiku-5.5")],
    ),
    keyless("ollama", ProviderKind::Ollama),
    keyless("simulated", ProviderKind::Simulated),
];

/// A provider that speaks like OpenAI.
const fn compatible(
    name: &'static str,
    base_url: &'static str,
    keys: &'static [&'static str],
    models: &'static [Known],
) -> Vendor {
    Vendor { name, kind: ProviderKind::OpenAi, base_url: Some(base_url), keys, models }
}

/// A provider that needs no key, and has only the models that someone put there.
const fn keyless(name: &'static str, kind: ProviderKind) -> Vendor {
    Vendor { name, kind, base_url: None, keys: &[], models: &[] }
}

impl Vendor {
    /// The provider of that name.
    pub fn named(name: &str) -> Option<&'static Self> {
        VENDORS.iter().find(|vendor| vendor.name == name)
    }

    /// The variable that holds a key, if one does.
    fn key_in(&self, variables: &Variables) -> Option<&'static str> {
        let set = |name: &&&str| variables.get(**name).is_some_and(|key| !key.trim().is_empty());
        self.keys.iter().find(set).copied()
    }

    /// The variable to look into for a key: the one that holds one, else the usual one.
    pub fn key_env(&self, variables: &Variables) -> Option<&'static str> {
        self.key_in(variables).or_else(|| self.keys.first().copied())
    }

    fn spec(&self, known: &Known, key_env: &str) -> ModelSpec {
        ModelSpec {
            name: known.name.into(),
            label: known.label.into(),
            kind: self.kind,
            provider: ProviderName::from(self.name),
            id: known.id.into(),
            base_url: self.base_url.map(Into::into),
            key_env: Some(key_env.into()),
            price: None,
            local: false,
            sees: self.sees(),
        }
    }

    /// Whether its models can look at pictures, as far as nobody says otherwise.
    pub fn sees(&self) -> bool {
        matches!(self.name, "anthropic" | "openai" | "gemini")
    }
}

/// The models that the keys in the environment open up. Where two have the same name, the later one is told by its
/// provider: `openrouter-haiku`.
pub fn models_by_key(variables: &Variables) -> Vec<ModelSpec> {
    let mut models: Vec<ModelSpec> = Vec::new();
    for vendor in &VENDORS {
        let Some(key_env) = vendor.key_in(variables) else { continue };
        for known in vendor.models {
            let mut spec = vendor.spec(known, key_env);
            if models.iter().any(|model| model.name == spec.name) {
                spec.name = ModelName::from(format!("{}-{}", vendor.name, known.name));
            }
            models.push(spec);
        }
    }
    models
}
