//! The addresses of providers: which host and port a base URL leads to.

/// Host and port, as a connection needs them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Address {
    /// A name, or an IP address without brackets.
    pub host: String,
    /// The port; 443 or 80 where the URL names none.
    pub port: u16,
}

impl Address {
    /// Where an `http://` or `https://` URL leads; `None` for anything else, and for a URL that holds a password.
    pub fn of(url: &str) -> Option<Self> {
        let (usual, rest) = match url.strip_prefix("https://") {
            Some(rest) => (443, rest),
            None => (80, url.strip_prefix("http://")?),
        };
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let (host, port) = split_port(authority)?;
        let fits = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ':');
        let proper = !host.is_empty() && host.chars().all(fits) && !url.contains(char::is_whitespace);
        let port = if port.is_empty() { usual } else { port.parse().ok().filter(|port| *port > 0)? };
        proper.then(|| Self { host: host.to_owned(), port })
    }
}

/// The host without brackets, and the digits of its port.
pub(super) fn split_port(authority: &str) -> Option<(&str, &str)> {
    if let Some(rest) = authority.strip_prefix('[') {
        let (host, behind) = rest.split_once(']')?;
        return Some((host, if behind.is_empty() { "" } else { behind.strip_prefix(':')? }));
    }
    let (host, port) = authority.split_once(':').unwrap_or((authority, ""));
    (!port.contains(':')).then_some((host, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(url: &str, expected: Option<(&str, u16)>) {
        let found = Address::of(url);
        assert_eq!(found.as_ref().map(|address| (address.host.as_str(), address.port)), expected, "{url}");
    }

    #[test]
    fn finds_host_and_port() {
        check("https://api.example.com/v1/", Some(("api.example.com", 443)));
        check("http://localhost:11434", Some(("localhost", 11434)));
        check("http://10.0.0.7?x=1", Some(("10.0.0.7", 80)));
        check("http://[::1]:8080/v1", Some(("::1", 8080)));
        check("https://[::1]", Some(("::1", 443)));
    }

    #[test]
    fn refuses_what_is_no_http_address() {
        for url in
            ["", "localhost:8080", "ftp://x", "https://", "http://:80", "http://a b", "http://x:99999", "http://x:0"]
        {
            check(url, None);
        }
        check("https://name:password@example.com/", None);
        check("http://::1/", None);
    }
}
