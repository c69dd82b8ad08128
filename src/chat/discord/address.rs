//! A local server in the place of Discord, as tests use one. It must be on this machine, and so must its gateway: a token
//! can leak neither to a test nor from one.

use std::net::SocketAddr;

use serenity::http::Http;

use super::connect::ConnectError;

/// The variable that names a local server.
pub const VARIABLE: &str = "PERFBOT_DISCORD_API";

/// The address of a local server: `http://127.0.0.1:4711`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalServer(String);

/// The local server that a variable names, if it names one.
///
/// # Errors
/// What it names is none of this machine.
pub fn local_server(variable: Option<&str>) -> Result<Option<LocalServer>, ConnectError> {
    variable.filter(|address| !address.trim().is_empty()).map(LocalServer::parse).transpose()
}

impl LocalServer {
    /// Reads an address.
    ///
    /// # Errors
    /// It is none of this machine.
    pub fn parse(text: &str) -> Result<Self, ConnectError> {
        let address = text.trim().trim_end_matches('/');
        if is_local(address, "http://") {
            return Ok(Self(address.to_owned()));
        }
        Err(ConnectError::Refused(format!(
            "{VARIABLE} must be an address of this machine such as http://127.0.0.1:4711, and is {text:?}"
        )))
    }

    /// The address, without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Asks the server for its gateway, which must be on this machine too: where the client gets no answer it would take
    /// the real one.
    ///
    /// # Errors
    /// There is no answer, or the gateway is elsewhere.
    pub async fn check(&self, http: &Http) -> Result<(), ConnectError> {
        let gateway = http.get_gateway().await.map_err(|_| {
            ConnectError::Refused(format!("{VARIABLE} names {}, which does not say where its gateway is", self.0))
        })?;
        if is_local(&gateway.url, "ws://") {
            return Ok(());
        }
        Err(ConnectError::Refused(format!(
            "{VARIABLE} names {}, whose gateway is elsewhere: it must be on this machine too",
            self.0
        )))
    }
}

/// Whether an address with this scheme is one of this machine. Names are not looked up: only numbers are sure to stay.
fn is_local(address: &str, scheme: &str) -> bool {
    let Some(rest) = address.strip_prefix(scheme) else { return false };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    host.parse::<SocketAddr>().is_ok_and(|address| address.ip().is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_this_machine_are_taken() {
        for good in ["http://127.0.0.1:4711", "http://127.0.0.1:1/", " http://[::1]:80 "] {
            assert!(LocalServer::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "https://127.0.0.1:4711",
            "http://127.0.0.1",
            "http://discord.com:80",
            "http://localhost:80",
            "http://10.0.0.1:80",
            "http://127.0.0.1:80@evil.example:80",
            "http://evil.example:80/127.0.0.1:80",
            "",
        ] {
            assert!(LocalServer::parse(bad).is_err(), "{bad}");
        }
        assert!(is_local("ws://127.0.0.1:9/ws?v=10", "ws://"));
        assert!(!is_local("wss://gateway.discord.gg", "ws://") && !is_local("ws://127.0.0.1:9.evil.example", "ws://"));
    }
}
