//! The keys of the providers, by the environment variable they came from. Whoever builds the program reads the
//! environment; here nobody does.

use std::collections::HashMap;

use secrecy::{ExposeSecret, SecretString};

/// Keys by the name of the environment variable that held them. Its debug form shows names only.
#[derive(Debug, Clone, Default)]
pub struct KeyRing(HashMap<String, SecretString>);

impl KeyRing {
    /// Whether there is a key from the variable `env`. An empty one is none.
    pub fn has(&self, env: &str) -> bool {
        self.get(env).is_some()
    }

    /// The key from the variable `env`, unless it is empty.
    pub(super) fn get(&self, env: &str) -> Option<&SecretString> {
        self.0.get(env).filter(|key| !key.expose_secret().is_empty())
    }
}

impl FromIterator<(String, SecretString)> for KeyRing {
    /// Keys as read; blanks around a key (a newline from a file, say) are no part of it.
    fn from_iter<I: IntoIterator<Item = (String, SecretString)>>(keys: I) -> Self {
        Self(keys.into_iter().map(|(env, key)| (env, SecretString::from(key.expose_secret().trim()))).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_trimmed_and_never_shown() {
        let ring: KeyRing = [("OPENAI_API_KEY", " sk-secret\n"), ("EMPTY_KEY", " ")]
            .map(|(env, key)| (env.to_owned(), SecretString::from(key)))
            .into_iter()
            .collect();
        assert_eq!(ring.get("OPENAI_API_KEY").map(ExposeSecret::expose_secret), Some("sk-secret"));
        assert!(!ring.has("EMPTY_KEY") && !ring.has("OTHER_KEY"));
        assert!(!format!("{ring:?}").contains("sk-secret"));
    }
}
