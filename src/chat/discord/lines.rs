//! People wait for their turn: what one person asks in one channel is answered in order, everything else side by side. Pure
//! but for its lock.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serenity::all::{ChannelId, UserId};

/// Whose line it is.
pub type Key = (UserId, ChannelId);

/// The lines. One that is empty, but for who is being served, is there too.
#[derive(Debug)]
pub struct Lines<T> {
    waiting: Mutex<HashMap<Key, VecDeque<T>>>,
}

/// What comes of joining a line.
#[derive(Debug, PartialEq, Eq)]
pub enum Joined<T> {
    /// Nobody is before: it is one's turn, and [`Lines::next`] must be asked afterwards.
    Served(T),
    /// One has to wait.
    Waits,
    /// The line is too long.
    TurnedAway(T),
}

/// How many may wait in one line.
const LONGEST: usize = 20;

impl<T> Default for Lines<T> {
    fn default() -> Self {
        Self { waiting: Mutex::default() }
    }
}

impl<T> Lines<T> {
    /// Joins a line.
    pub fn join(&self, key: Key, job: T) -> Joined<T> {
        let mut waiting = self.lock();
        match waiting.get_mut(&key) {
            None => {
                waiting.insert(key, VecDeque::new());
                Joined::Served(job)
            }
            Some(line) if line.len() >= LONGEST => Joined::TurnedAway(job),
            Some(line) => {
                line.push_back(job);
                Joined::Waits
            }
        }
    }

    /// The next of a line, when the one before has been served; without one the line is gone.
    pub fn next(&self, key: Key) -> Option<T> {
        let mut waiting = self.lock();
        let next = waiting.get_mut(&key).and_then(VecDeque::pop_front);
        if next.is_none() {
            waiting.remove(&key);
        }
        next
    }

    /// Sends those away who no longer want anything.
    pub fn keep(&self, wanted: impl Fn(&T) -> bool) {
        self.lock().values_mut().for_each(|line| line.retain(&wanted));
    }

    /// Nothing in here can be left half changed by a panic elsewhere.
    fn lock(&self) -> MutexGuard<'_, HashMap<Key, VecDeque<T>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(user: u64, channel: u64) -> Key {
        (UserId::new(user), ChannelId::new(channel))
    }

    #[test]
    fn one_person_is_served_in_order_and_others_do_not_wait() {
        let lines = Lines::default();
        let ann = key(1, 1);
        assert_eq!(lines.join(ann, 'a'), Joined::Served('a'));
        assert_eq!([lines.join(ann, 'b'), lines.join(ann, 'c')], [Joined::Waits, Joined::Waits]);
        assert_eq!(lines.join(key(2, 1), 'x'), Joined::Served('x'));
        assert_eq!(lines.join(key(1, 2), 'y'), Joined::Served('y'));
        lines.keep(|job| *job != 'b');
        assert_eq!((lines.next(ann), lines.next(ann)), (Some('c'), None));
        assert_eq!(lines.join(ann, 'd'), Joined::Served('d'));
    }

    #[test]
    fn a_line_ends_somewhere() {
        let lines = Lines::default();
        assert_eq!(lines.join(key(1, 1), 0), Joined::Served(0));
        assert!((1..=LONGEST).all(|n| lines.join(key(1, 1), n) == Joined::Waits));
        assert_eq!(lines.join(key(1, 1), 99), Joined::TurnedAway(99));
    }
}
