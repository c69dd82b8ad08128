//! Whether a local Ollama runs, and which models it has.

use std::time::Duration;

use serde::Deserialize;
use tokio::net::TcpStream;

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
