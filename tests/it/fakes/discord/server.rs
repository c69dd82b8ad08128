//! The socket that everything comes in by. It remembers its connections, so that they can be broken, and sends small
//! answers at once instead of waiting for more.

use std::io;
use std::net::SocketAddr;
use std::os::fd::AsFd;
use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::extract::connect_info::Connected;
use axum::routing::get;
use axum::serve::{IncomingStream, Listener};
use tokio::net::{TcpListener, TcpStream};

use super::hub::Hub;
use super::{gateway, rest};

/// Who is at the other end of a connection.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub SocketAddr);

/// Serves until it is aborted.
pub async fn run(listener: TcpListener, hub: Arc<Hub>) {
    let router = Router::new()
        .route("/gateway", get(gateway::enter))
        .fallback(rest::serve)
        // Discord's own limits are larger than axum's, and are checked.
        .layer(DefaultBodyLimit::disable())
        .with_state(Arc::clone(&hub));
    let service = router.into_make_service_with_connect_info::<Peer>();
    axum::serve(Door { listener, hub }, service).await.expect("serving does not end by itself");
}

struct Door {
    listener: TcpListener,
    hub: Arc<Hub>,
}

impl Listener for Door {
    type Io = TcpStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (TcpStream, SocketAddr) {
        let (stream, peer) = Listener::accept(&mut self.listener).await;
        stream.set_nodelay(true).expect("an option that sockets have");
        let wire = stream.as_fd().try_clone_to_owned().expect("a file descriptor to spare");
        self.hub.add_wire(peer, wire.into());
        (stream, peer)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

impl Connected<IncomingStream<'_, Door>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Door>) -> Self {
        Self(*stream.remote_addr())
    }
}
