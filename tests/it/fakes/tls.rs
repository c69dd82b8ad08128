//! TLS in front of a fake that speaks plainly: it presents a certificate for a name, and passes on every byte. Who is to
//! trust it has to be given its root, which is made anew each time.

use std::net::SocketAddr;
use std::sync::Arc;

use rcgen::CertifiedKey;
use rustls::ServerConfig;
use rustls::pki_types::PrivatePkcs8KeyDer;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// The front. Dropping it closes it.
pub struct TlsFront {
    /// Where it listens.
    pub address: SocketAddr,
    /// The certificate to trust, as PEM.
    pub root: String,
    serving: JoinHandle<()>,
}

impl TlsFront {
    /// Stands for this name in front of a server at this address, which may begin with `http://`.
    pub async fn of(name: &str, behind: &str) -> Self {
        let behind: SocketAddr = behind.trim_start_matches("http://").trim_end_matches('/').parse().unwrap();
        let CertifiedKey { cert, signing_key } = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
        let key = PrivatePkcs8KeyDer::from(signing_key.serialize_der());
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let config = config.with_no_client_auth().with_single_cert(vec![cert.der().clone()], key.into()).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let serving = tokio::spawn(serve(listener, TlsAcceptor::from(Arc::new(config)), behind));
        Self { address, root: cert.pem(), serving }
    }
}

impl Drop for TlsFront {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn serve(listener: TcpListener, acceptor: TlsAcceptor, behind: SocketAddr) {
    while let Ok((stream, _)) = listener.accept().await {
        let acceptor = acceptor.clone();
        tokio::spawn(async move {
            // A client that does not trust us hangs up, as a test may want.
            let Ok(mut outside) = acceptor.accept(stream).await else { return };
            let mut inside = TcpStream::connect(behind).await.expect("the fake is there");
            // Connections may break at either end.
            _ = copy_bidirectional(&mut outside, &mut inside).await;
        });
    }
}
