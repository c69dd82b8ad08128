//! The one TLS implementation of the program. HTTP clients cannot be built before it is installed.

/// Installs it, if the program has none yet.
pub fn install() {
    // Fails where there is one already, which then serves as well.
    _ = rustls::crypto::ring::default_provider().install_default();
}
