//! The bounded queue in front of the writer. Its places are made once; each item gets a number in the order of the
//! queue, so that "everything up to number n is done" means what it says.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// Many push, one takes.
pub(super) struct Queue<T> {
    state: Mutex<State<T>>,
    filled: Condvar,
    emptied: Notify,
    capacity: usize,
}

struct State<T> {
    items: VecDeque<T>,
    /// The number of the last item pushed; the first is 1.
    last: u64,
    /// Whether the taker sleeps. Waking it is a system call, which is spared while it works anyway.
    taker_sleeps: bool,
    closed: bool,
}

/// Why an item was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refused {
    /// There is no room just now.
    Full,
    /// Nothing is taken any more.
    Closed,
}

impl<T> Queue<T> {
    /// A queue of so many places.
    pub fn new(capacity: usize) -> Self {
        let items = VecDeque::with_capacity(capacity);
        let state = State { items, last: 0, taker_sleeps: false, closed: false };
        Self { state: Mutex::new(state), filled: Condvar::new(), emptied: Notify::new(), capacity }
    }

    /// Puts the item in and says its number. What is refused stays where it is, so a big item is moved only once.
    pub fn try_push(&self, item: &mut Option<T>) -> Result<u64, Refused> {
        let mut state = self.lock();
        if state.closed {
            return Err(Refused::Closed);
        }
        if state.items.len() >= self.capacity {
            return Err(Refused::Full);
        }
        state.items.extend(item.take());
        state.last += 1;
        let number = state.last;
        if std::mem::take(&mut state.taker_sleeps) {
            drop(state);
            self.filled.notify_one();
        }
        Ok(number)
    }

    /// Puts the item in as soon as there is room. The only refusal is [`Refused::Closed`].
    pub async fn push(&self, item: &mut Option<T>) -> Result<u64, Refused> {
        loop {
            let room = self.emptied.notified();
            tokio::pin!(room);
            // Listening starts before looking, or room made in between would be missed.
            room.as_mut().enable();
            match self.try_push(item) {
                Err(Refused::Full) => room.await,
                done => return done,
            }
        }
    }

    /// Moves up to `most` items into `batch`, waiting for the first. Returns the number of the last one, or `None` when
    /// the queue is closed and empty.
    pub fn take(&self, batch: &mut Vec<T>, most: usize) -> Option<u64> {
        let mut state = self.lock();
        while state.items.is_empty() {
            if state.closed {
                return None;
            }
            state.taker_sleeps = true;
            state = self.filled.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let count = state.items.len().min(most);
        batch.extend(state.items.drain(..count));
        let number = state.last - state.items.len() as u64;
        drop(state);
        self.emptied.notify_waiters();
        Some(number)
    }

    /// Shows each item that waits, in order. All keep their places and numbers.
    pub fn each(&self, see: impl FnMut(&mut T)) {
        self.lock().items.iter_mut().for_each(see);
    }

    /// Takes nothing more in; what is inside can still be taken out.
    pub fn close(&self) {
        self.lock().closed = true;
        self.filled.notify_one();
        self.emptied.notify_waiters();
    }

    /// Whether it was closed.
    pub fn is_closed(&self) -> bool {
        self.lock().closed
    }

    /// A panic elsewhere cannot leave the queue half changed, so a poisoned lock is as good as any.
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn numbers_follow_the_order_of_the_queue() {
        let queue = Queue::new(3);
        assert_eq!((queue.try_push(&mut Some('a')), queue.try_push(&mut Some('b'))), (Ok(1), Ok(2)));
        let mut batch = Vec::new();
        assert_eq!((queue.take(&mut batch, 1), batch.as_slice()), (Some(1), &['a'][..]));
        assert_eq!(queue.try_push(&mut Some('c')), Ok(3));
        assert_eq!((queue.take(&mut batch, 9), batch.as_slice()), (Some(3), &['a', 'b', 'c'][..]));
    }

    #[test]
    fn what_is_refused_stays_with_the_caller() {
        let queue = Queue::new(1);
        queue.try_push(&mut Some(1)).unwrap();
        let mut second = Some(2);
        assert_eq!((queue.try_push(&mut second), second), (Err(Refused::Full), Some(2)));
        queue.close();
        assert_eq!((queue.try_push(&mut second), second), (Err(Refused::Closed), Some(2)));
    }

    #[test]
    fn a_closed_queue_is_emptied_first() {
        let queue = Queue::new(2);
        queue.try_push(&mut Some(1)).unwrap();
        queue.close();
        let mut batch = Vec::new();
        assert_eq!((queue.take(&mut batch, 9), queue.take(&mut batch, 9)), (Some(1), None));
    }

    #[tokio::test]
    async fn pushing_waits_for_room() {
        let queue = Arc::new(Queue::new(1));
        queue.try_push(&mut Some(1)).unwrap();
        let waiting = tokio::spawn({
            let queue = Arc::clone(&queue);
            async move { queue.push(&mut Some(2)).await }
        });
        tokio::task::yield_now().await;
        queue.take(&mut Vec::new(), 1);
        assert_eq!(waiting.await.unwrap(), Ok(2));
    }
}
