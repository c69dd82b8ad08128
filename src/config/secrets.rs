//! Secrets stand in the environment only: a file of settings that holds one is refused, before anything of it is used.

use toml::de::{DeTable, DeValue};

use super::error::ConfigError;
use super::input::Input;

/// Names of keys under which people keep secrets.
const NAMES: [&str; 7] = ["key", "apikey", "token", "secret", "password", "passwd", "authorization"];
/// How the keys of known providers start.
const STARTS: [&str; 10] = ["sk-", "sk_", "pk-lf-", "gsk_", "xai-", "AIza", "ghp_", "hf_", "r8_", "Bearer "];

/// Refuses a table that holds what looks like a secret, at whatever depth.
///
/// # Errors
/// Where one is, and how to do it instead; not the secret itself.
pub fn refuse(table: &DeTable<'_>, input: Input<'_>) -> Result<(), ConfigError> {
    for (key, value) in table {
        let name = key.get_ref();
        if has_secret_name(name) || holds_secret(value.get_ref()) {
            return Err(input.line_of(key.span()).fault(format!(
                "`{name}` looks like a secret, and a file is no place for one; set it in the environment \
                 (for a model: export ANTHROPIC_API_KEY=…, and here key_env = \"ANTHROPIC_API_KEY\")"
            )));
        }
        tables_in(value.get_ref()).try_for_each(|inner| refuse(inner, input))?;
    }
    Ok(())
}

fn has_secret_name(name: &str) -> bool {
    let name = name.to_lowercase();
    name.rsplit(['_', '-']).next().is_some_and(|last| NAMES.contains(&last))
}

fn holds_secret(value: &DeValue<'_>) -> bool {
    match value {
        DeValue::String(text) => looks_secret(text),
        DeValue::Array(items) => items.iter().any(|item| holds_secret(item.get_ref())),
        _ => false,
    }
}

fn looks_secret(text: &str) -> bool {
    let text = text.trim();
    STARTS.iter().any(|start| text.starts_with(start)) || is_bot_token(text)
}

/// A Discord token is three runs of letters and digits with dots between them; the first and last are long.
fn is_bot_token(text: &str) -> bool {
    let runs: Vec<&str> = text.split('.').collect();
    let plain = |run: &&str| run.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    matches!(runs[..], [id, time, proof] if id.len() >= 18 && time.len() >= 5 && proof.len() >= 25)
        && runs.iter().all(plain)
}

/// The tables right below a value.
fn tables_in<'a>(value: &'a DeValue<'a>) -> Box<dyn Iterator<Item = &'a DeTable<'a>> + 'a> {
    match value {
        DeValue::Table(table) => Box::new(std::iter::once(table)),
        DeValue::Array(items) => Box::new(items.iter().flat_map(|item| tables_in(item.get_ref()))),
        _ => Box::new(std::iter::empty()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_values_of_secrets_are_known_and_others_are_not() {
        for name in ["api_key", "API_KEY", "token", "discord-token", "client_secret", "apikey", "key"] {
            assert!(has_secret_name(name), "{name}");
        }
        for name in ["key_env", "max_output_tokens", "monkey", "store_prompts", "keys"] {
            assert!(!has_secret_name(name), "{name}");
        }
        let token = format!("{}.{}.{}", "M".repeat(24), "a".repeat(6), "b".repeat(30));
        for text in ["sk-ant-api03-x", " gsk_x", "AIzaSyX", &token] {
            assert!(looks_secret(text), "{text}");
        }
        for text in ["claude-haiku-5-5", "ask-me", "https://api.groq.com/openai/v1/", "You answer. Briefly. Well."] {
            assert!(!looks_secret(text), "{text}");
        }
    }
}
