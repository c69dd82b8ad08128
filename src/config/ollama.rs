//! Ollama: where it is, as its own variable says, and its models. Nobody is asked here.

use super::address::split_port;
use crate::model::{ModelSpec, ProviderKind, ProviderName};

/// The variable by which Ollama itself is told where to listen.
pub const OLLAMA_HOST: &str = "OLLAMA_HOST";

/// Where Ollama listens unless its variable says otherwise.
const USUAL: &str = "http://127.0.0.1:11434";
const PORT: &str = "11434";

/// The base address that `OLLAMA_HOST` means: it may be given without scheme or port.
pub fn ollama_url(host: Option<&str>) -> String {
    let given = host.map(str::trim).filter(|host| !host.is_empty() && !host.contains(char::is_whitespace));
    given.and_then(completed).unwrap_or_else(|| USUAL.to_owned())
}

fn completed(given: &str) -> Option<String> {
    let (scheme, rest) = given.split_once("://").unwrap_or(("http", given));
    let rest = rest.trim_end_matches('/');
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (host, port) = split_port(authority).filter(|(host, _)| !host.is_empty())?;
    // What a server listens on may be "every address"; a client has to name one.
    let host = match host {
        "0.0.0.0" => "127.0.0.1".to_owned(),
        "::" => "[::1]".to_owned(),
        host if host.contains(':') => format!("[{host}]"),
        host => host.to_owned(),
    };
    let port = if port.is_empty() && scheme == "http" { PORT } else { port };
    let colon = if port.is_empty() { "" } else { ":" };
    Some(format!("{scheme}://{host}{colon}{port}{path}"))
}

/// A model that a running Ollama has, by the name it has there. In chat, `:latest` is left out.
pub fn ollama_model(id: &str) -> ModelSpec {
    let name = id.strip_suffix(":latest").unwrap_or(id);
    ModelSpec {
        name: name.into(),
        label: name.into(),
        kind: ProviderKind::Ollama,
        provider: ProviderName::from("ollama"),
        id: id.into(),
        base_url: None,
        key_env: None,
        price: None,
        local: true,
        sees: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_may_be_given_without_scheme_or_port() {
        assert_eq!(ollama_url(None), USUAL);
        assert_eq!(ollama_url(Some("10.0.0.7:11434")), "http://10.0.0.7:11434");
        assert_eq!(ollama_url(Some("10.0.0.7")), "http://10.0.0.7:11434");
        assert_eq!(ollama_url(Some("0.0.0.0:8080")), "http://127.0.0.1:8080");
        assert_eq!(ollama_url(Some("https://ollama.example/")), "https://ollama.example");
        assert_eq!(ollama_url(Some(" http://ollama:8080/ ")), "http://ollama:8080");
        assert_eq!(ollama_url(Some("http://ollama/behind")), "http://ollama:11434/behind");
        assert_eq!(ollama_url(Some("[::]:8080")), "http://[::1]:8080");
        assert_eq!(ollama_url(Some("[fe80::1]")), "http://[fe80::1]:11434");
        assert_eq!(ollama_url(Some("not a host")), USUAL);
    }
}
