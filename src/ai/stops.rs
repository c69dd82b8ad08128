//! The answers that are being written, and the switch that stops each.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio_util::sync::CancellationToken;

use crate::model::{ChannelId, UserId};

type Who = (UserId, ChannelId);

/// The switches; clones share them.
#[derive(Debug, Clone, Default)]
pub struct Stops {
    tokens: Arc<Mutex<HashMap<Who, CancellationToken>>>,
    /// Cancelled when the program comes to its end.
    all: CancellationToken,
}

/// The switch of one answer. Dropping it takes it off the wall: the answer is over.
#[derive(Debug)]
pub struct Stop {
    token: CancellationToken,
    who: Who,
    stops: Stops,
}

impl Stops {
    /// A switch for the answer to a person's question in a channel.
    pub fn open(&self, user: &UserId, channel: &ChannelId) -> Stop {
        let (token, who) = (self.all.child_token(), (user.clone(), channel.clone()));
        self.lock().insert(who.clone(), token.clone());
        Stop { token, who, stops: self.clone() }
    }

    /// Stops the answer that is being written for a person in a channel, if there is one.
    pub fn stop(&self, user: &UserId, channel: &ChannelId) {
        if let Some(token) = self.lock().get(&(user.clone(), channel.clone())) {
            token.cancel();
        }
    }

    /// Stops all answers that are being written.
    pub fn stop_all(&self) {
        self.lock().values().for_each(CancellationToken::cancel);
    }

    /// Stops all answers for good: the program comes to its end.
    pub fn end(&self) {
        self.all.cancel();
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Who, CancellationToken>> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Stop {
    /// Whether it stops because the program comes to its end.
    pub fn is_for_all(&self) -> bool {
        self.stops.all.is_cancelled()
    }

    /// What is cancelled when the answer is to stop.
    pub fn token(&self) -> &CancellationToken {
        &self.token
    }
}

impl Drop for Stop {
    fn drop(&mut self) {
        self.stops.lock().remove(&self.who);
    }
}
