//! Whether a local Ollama runs, and which models it has.

use std::time::Duration;

use serde::Deserialize;
use tokio::net::TcpStream;

/// Where Ollama listens unless `OLLAMA_HOST` says otherwise.
const USUAL: &str = "http://127.0.0.1:11434";
const PORT: u16 = 11434;
/// A local server answers at once or is not there; the start of the program must not wait for it.
const PATIENCE: Duration = Duration::from_millis(300);

#[derive(Deserialize)]
struct Tags {
    models: Vec<Tag>,
}

#[derive(Deserialize)]
struct Tag {
    name: String,
}

/// The models of an Ollama that runs at `base`; none if it does not run.
pub async fn installed(base: &str) -> Vec<String> {
    match tokio::time::timeout(PATIENCE, tags(base)).await {
        Ok(Some(tags)) => tags.models.into_iter().map(|tag| tag.name).collect(),
        _ => Vec::new(),
    }
}

/// The base address that `OLLAMA_HOST` means: it may be given without scheme or port.
pub fn base_url(host: Option<&str>) -> String {
    let Some(host) = host.map(str::trim).filter(|host| !host.is_empty()) else { return USUAL.to_owned() };
    let host = if host.contains("://") { host.to_owned() } else { format!("http://{host}") };
    let Ok(mut url) = reqwest::Url::parse(&host) else { return USUAL.to_owned() };
    // What a server listens on may be "every address"; a client has to name one.
    if url.host_str() == Some("0.0.0.0") {
        _ = url.set_host(Some("127.0.0.1"));
    }
    let named_port = host.trim_end_matches('/').rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    if !named_port && url.scheme() == "http" {
        _ = url.set_port(Some(PORT));
    }
    url.to_string().trim_end_matches('/').to_owned()
}

async fn tags(base: &str) -> Option<Tags> {
    let url = reqwest::Url::parse(base).ok()?;
    // Whether anyone listens is known long before a client is built.
    TcpStream::connect((url.host_str()?, url.port_or_known_default()?)).await.ok()?;
    let response = client()?.get(format!("{base}/api/tags")).send().await.ok()?;
    serde_json::from_slice(&response.bytes().await.ok()?).ok()
}

/// A client for plain HTTP on this machine: reading the system's certificates would cost more than the whole start.
fn client() -> Option<reqwest::Client> {
    super::provider::tls::install();
    reqwest::Client::builder().no_proxy().tls_certs_only([]).build().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_may_be_given_without_scheme_or_port() {
        assert_eq!(base_url(None), USUAL);
        assert_eq!(base_url(Some("10.0.0.7:11434")), "http://10.0.0.7:11434");
        assert_eq!(base_url(Some("10.0.0.7")), "http://10.0.0.7:11434");
        assert_eq!(base_url(Some("0.0.0.0:8080")), "http://127.0.0.1:8080");
        assert_eq!(base_url(Some("https://ollama.example/")), "https://ollama.example");
        assert_eq!(base_url(Some(" http://ollama:8080/ ")), "http://ollama:8080");
    }
}
