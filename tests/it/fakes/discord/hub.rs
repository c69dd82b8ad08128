//! What all parts of the fake share: the world behind its lock, who is connected, what is planned to go wrong, and what was
//! asked. Everything that changes goes through here, so that the gateway hears of it and those who wait wake up.

use std::collections::HashMap;
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use serde_json::Value;
use tokio::sync::watch;

use super::faults::Faults;
use super::quota::Quota;
use super::requests::Request;
use super::sessions::{Line, Sessions, Turned};
use super::world::World;

pub struct Hub {
    state: Mutex<State>,
    changed: watch::Sender<()>,
    /// Every connection, so that one can be broken.
    wires: Mutex<HashMap<SocketAddr, TcpStream>>,
    pub token: String,
}

#[derive(Debug)]
pub struct State {
    pub world: World,
    pub sessions: Sessions,
    pub faults: Faults,
    /// How often a route may be used; without end if `None`.
    pub quota: Option<Quota>,
    pub requests: Vec<Request>,
    /// When frames were handed to the gateway's sockets.
    pub frames: Vec<Instant>,
    /// Requests that Discord's own description of its API does not know.
    pub violations: Vec<String>,
}

impl Hub {
    /// A fresh Discord at an address.
    pub fn new(address: String, token: &str, changed: watch::Sender<()>) -> Self {
        let sessions = Sessions::marked(&address);
        let state = State {
            world: World::new(address),
            sessions,
            faults: Faults::default(),
            quota: None,
            requests: Vec::new(),
            frames: Vec::new(),
            violations: Vec::new(),
        };
        Self { state: Mutex::new(state), changed, wires: Mutex::default(), token: token.to_owned() }
    }

    /// Looks at the world.
    pub fn look<T>(&self, question: impl FnOnce(&World) -> T) -> T {
        question(&self.state().world)
    }

    /// Changes the world, tells the gateway what is new, and wakes those who wait.
    pub fn change<T>(&self, act: impl FnOnce(&mut World) -> T) -> T {
        self.act(|state| act(&mut state.world))
    }

    /// Changes anything, in the same way.
    pub fn act<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.state();
        let outcome = act(&mut state);
        let State { world, sessions, .. } = &mut *state;
        sessions.tell(world);
        drop(state);
        self.changed.send_replace(());
        outcome
    }

    /// Reads anything, or forgets what nobody waits for.
    pub fn peek<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.state())
    }

    /// Something that ends whenever anything changed.
    pub fn changes(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// A test that failed while it looked must not hide its reason behind those of others.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn hears(&self, said: Value) {
        self.act(|state| state.sessions.heard.push(said));
    }

    pub fn identify(&self, d: &Value, line: &Line) -> Result<String, Turned> {
        self.act(|state| state.sessions.identify(&state.world, &self.token, d, line))
    }

    pub fn resume(&self, d: &Value, line: &Line) -> Result<String, Turned> {
        self.act(|state| state.sessions.resume(&self.token, d, line))
    }

    pub fn hang_up(&self, session: &str, line: &Line) {
        self.act(|state| state.sessions.hang_up(session, line));
    }

    /// Remembers a connection.
    pub fn add_wire(&self, peer: SocketAddr, wire: TcpStream) {
        self.wires().insert(peer, wire);
    }

    /// Breaks a connection without another word.
    pub fn break_wire(&self, peer: SocketAddr) {
        if let Some(wire) = self.wires().remove(&peer) {
            // The client may have been faster.
            _ = wire.shutdown(Shutdown::Both);
        }
    }

    /// Breaks all connections.
    pub fn break_wires(&self) {
        for (_, wire) in self.wires().drain() {
            // The client may have been faster.
            _ = wire.shutdown(Shutdown::Both);
        }
    }

    fn wires(&self) -> MutexGuard<'_, HashMap<SocketAddr, TcpStream>> {
        self.wires.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
