//! The connection to the gateway, on a thread of its own. Its runtime has only that thread, which takes tasks in the order
//! in which they were made: so events reach us in the order in which they came.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use secrecy::SecretString;
use serenity::all::{Client, ClientBuilder, GatewayError};
use serenity::gateway::ShardManager;
use tokio::runtime::Handle;
use tokio::sync::{oneshot, watch};

use super::address::LocalServer;
use super::connect::{self, Content};
use super::desk::Desk;
use super::listener::Listener;
use crate::model::Clock;

/// The connection. Dropping it ends it.
pub struct Gateway {
    stop: watch::Sender<bool>,
    /// How it ended, if that was not by our wish.
    pub ended: oneshot::Receiver<Ended>,
    thread: Option<thread::JoinHandle<()>>,
}

/// Why the connection ended for good.
#[derive(Debug, PartialEq, Eq)]
pub enum Ended {
    /// We wanted it so.
    Stopped,
    /// The token is not valid any more.
    WrongToken,
    /// The bot may not ask for the messages that are not addressed to it.
    ContentRefused,
}

/// What is needed to connect.
#[derive(Clone)]
pub struct Wires {
    /// The token.
    pub token: SecretString,
    /// The server in Discord's place, if there is one.
    pub local: Option<LocalServer>,
    /// What to ask for.
    pub content: Content,
    /// Who is told what happens.
    pub desk: Arc<Desk>,
    /// Where what takes time goes on.
    pub runtime: Handle,
    /// The wall clock.
    pub clock: Arc<dyn Clock>,
}

impl Gateway {
    /// Connects, and goes on trying while Discord cannot be reached.
    pub fn open(wires: Wires) -> std::io::Result<Self> {
        let (stop, stopped) = watch::channel(false);
        let (tell, ended) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let thread = thread::Builder::new().name("discord-gateway".into()).spawn(move || {
            // Whoever waited for the end may have left.
            _ = tell.send(runtime.block_on(stay_connected(&wires, stopped)));
            // A shard that does not end in time must not hold the program back.
            runtime.shutdown_background();
        })?;
        Ok(Self { stop, ended, thread: Some(thread) })
    }

    /// Says goodbye and waits until the connection is closed.
    pub async fn close(mut self) {
        self.stop.send_replace(true);
        if let Some(thread) = self.thread.take() {
            // A panic of the thread has been said where it happened.
            _ = tokio::task::spawn_blocking(move || thread.join()).await;
        }
    }
}

async fn stay_connected(wires: &Wires, stopped: watch::Receiver<bool>) -> Ended {
    let mut pauses = pauses();
    loop {
        match connected(wires, stopped.clone()).await {
            Ok(ended) => return ended,
            Err(error) => tracing::warn!("the connection to Discord ended ({}); connecting again", plain(&error)),
        }
        let pause = tokio::time::sleep(pauses.next().unwrap_or(LONGEST_PAUSE));
        if unless_stopped(pause, stopped.clone()).await.is_none() {
            return Ended::Stopped;
        }
    }
}

/// What came of some work, unless we are stopped first.
async fn unless_stopped<T>(work: impl Future<Output = T>, mut stopped: watch::Receiver<bool>) -> Option<T> {
    tokio::select! {
        done = work => Some(done),
        _ = stopped.wait_for(|stopped| *stopped) => None,
    }
}

/// The longest wait before connecting again.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

fn pauses() -> impl Iterator<Item = Duration> {
    let first = Duration::from_secs(1);
    ExponentialBuilder::default().with_min_delay(first).with_max_delay(LONGEST_PAUSE).with_jitter().build()
}

/// One connection, from its beginning to its end. Drops and resumptions in between are the client's affair.
async fn connected(wires: &Wires, stopped: watch::Receiver<bool>) -> Result<Ended, Box<serenity::Error>> {
    let http = connect::http(&wires.token, wires.local.as_ref());
    let listener =
        Listener { desk: Arc::clone(&wires.desk), runtime: wires.runtime.clone(), clock: Arc::clone(&wires.clock) };
    let builder = ClientBuilder::new_with_http(http, connect::intents(wires.content)).event_handler(listener);
    let Some(client) = unless_stopped(builder.into_future(), stopped.clone()).await else { return Ok(Ended::Stopped) };
    let mut client: Client = client.map_err(Box::new)?;
    let stopping = tokio::spawn(shut_down(Arc::clone(&client.shard_manager), stopped.clone()));
    let ended = tokio::select! {
        ended = client.start_autosharded() => ended,
        // Shards that cannot be reached would be waited for one after the other.
        () = long_after(stopped.clone()) => Ok(()),
    };
    stopping.abort();
    match ended {
        _ if *stopped.borrow() => Ok(Ended::Stopped),
        Err(serenity::Error::Gateway(GatewayError::DisallowedGatewayIntents)) => Ok(Ended::ContentRefused),
        Err(serenity::Error::Gateway(GatewayError::InvalidAuthentication)) => Ok(Ended::WrongToken),
        Err(error) => Err(Box::new(error)),
        Ok(()) => Err(Box::new(serenity::Error::Other("all shards ended"))),
    }
}

/// Closes the connections once that is wanted, or nobody is left to want anything.
async fn shut_down(shards: Arc<ShardManager>, mut stopped: watch::Receiver<bool>) {
    _ = stopped.wait_for(|stopped| *stopped).await;
    shards.shutdown_all().await;
}

/// How long the connections may take to be closed.
const FAREWELL: Duration = Duration::from_secs(2);

/// Waits until the connections should have been closed long ago.
async fn long_after(mut stopped: watch::Receiver<bool>) {
    _ = stopped.wait_for(|stopped| *stopped).await;
    tokio::time::sleep(FAREWELL).await;
}

/// What went wrong, without addresses.
fn plain(error: &serenity::Error) -> &'static str {
    match error {
        serenity::Error::Http(_) => "it cannot be asked",
        serenity::Error::Gateway(_) => "the gateway failed",
        serenity::Error::Tungstenite(_) | serenity::Error::Io(_) => "the connection broke",
        _ => "it stopped",
    }
}
