//! The answers that are being written, and the switch that stops each.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio_util::sync::CancellationToken;

use crate::model::{ChannelId, UserId};

type Who = (UserId, ChannelId);

/// The switches; clones share them.
#[derive(Debug, Clone, Default)]
pub struct Stops {
    switches: Arc<Mutex<HashMap<Who, Switch>>>,
    /// Cancelled when the program comes to its end.
    end: CancellationToken,
}

/// What stops one answer.
#[derive(Debug, Clone)]
struct Switch {
    token: CancellationToken,
    /// Whether people stopped it.
    wished: Arc<AtomicBool>,
}

/// The switch of one answer. Dropping it takes it off the wall: the answer is over.
#[derive(Debug)]
pub struct Stop {
    switch: Switch,
    who: Who,
    stops: Stops,
}

impl Switch {
    fn flip(&self) {
        self.wished.store(true, Ordering::Relaxed);
        self.token.cancel();
    }
}

impl Stops {
    /// A switch for the answer to a person's question in a channel.
    pub fn open(&self, user: &UserId, channel: &ChannelId) -> Stop {
        let switch = Switch { token: self.end.child_token(), wished: Arc::default() };
        let who = (user.clone(), channel.clone());
        self.lock().insert(who.clone(), switch.clone());
        Stop { switch, who, stops: self.clone() }
    }

    /// Stops the answer that is being written for a person in a channel, if there is one.
    pub fn stop(&self, user: &UserId, channel: &ChannelId) {
        if let Some(switch) = self.lock().get(&(user.clone(), channel.clone())) {
            switch.flip();
        }
    }

    /// Stops all answers that are being written.
    pub fn stop_all(&self) {
        self.lock().values().for_each(Switch::flip);
    }

    /// Stops all answers, those to come too: the program comes to its end.
    pub fn end(&self) {
        self.end.cancel();
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Who, Switch>> {
        self.switches.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Stop {
    /// Whether people stopped it, and not the end of the program.
    pub fn was_wished(&self) -> bool {
        self.switch.wished.load(Ordering::Relaxed)
    }

    /// What is cancelled when the answer is to stop.
    pub fn token(&self) -> &CancellationToken {
        &self.switch.token
    }
}

impl Drop for Stop {
    fn drop(&mut self) {
        self.stops.lock().remove(&self.who);
    }
}
