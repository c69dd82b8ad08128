//! The bounded queue in front of the writer. Its places are made once, for what waits and for what the writer fetched;
//! each item gets a number in the order of the queue, so that "everything up to number n is done" means what it says.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// Many push, one takes.
pub(super) struct Queue<T> {
    state: Mutex<State<T>>,
    /// What the taker has fetched. It fetches all there is at once, so that it is out of everyone's way again at once.
    fetched: Mutex<Fetched<T>>,
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

struct Fetched<T> {
    items: VecDeque<T>,
    /// The number of the last item fetched.
    last: u64,
}

/// Why an item was not taken.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refused<T> {
    /// There is no room just now for this one. In a box, so that who finds room pays nothing for getting it back.
    Full(Box<T>),
    /// Nothing is taken any more.
    Closed,
}

impl<T> Queue<T> {
    /// A queue of so many places.
    pub fn new(capacity: usize) -> Self {
        let places = || VecDeque::with_capacity(capacity);
        Self {
            state: Mutex::new(State { items: places(), last: 0, taker_sleeps: false, closed: false }),
            fetched: Mutex::new(Fetched { items: places(), last: 0 }),
            filled: Condvar::new(),
            emptied: Notify::new(),
            capacity,
        }
    }

    /// Puts the item in and says its number.
    pub fn try_push(&self, item: T) -> Result<u64, Refused<T>> {
        let mut state = lock(&self.state);
        if state.closed {
            return Err(Refused::Closed);
        }
        if state.items.len() >= self.capacity {
            drop(state);
            return Err(Refused::Full(Box::new(item)));
        }
        state.items.push_back(item);
        state.last += 1;
        let number = state.last;
        if std::mem::take(&mut state.taker_sleeps) {
            drop(state);
            self.filled.notify_one();
        }
        Ok(number)
    }

    /// Puts the item in as soon as there is room; `None` if the queue is closed.
    pub async fn push(&self, mut item: Box<T>) -> Option<u64> {
        loop {
            let room = self.emptied.notified();
            tokio::pin!(room);
            // Listening starts before looking, or room made in between would be missed.
            room.as_mut().enable();
            item = match self.try_push(*item) {
                Ok(number) => return Some(number),
                Err(Refused::Closed) => return None,
                Err(Refused::Full(item)) => item,
            };
            room.await;
        }
    }

    /// Moves up to `most` items into `batch`, which is empty, waiting for the first. Returns the number of the last one,
    /// or `None` when the queue is closed and empty.
    pub fn take(&self, batch: &mut Vec<T>, most: usize) -> Option<u64> {
        let mut fetched = lock(&self.fetched);
        if fetched.items.is_empty() {
            self.wait()?;
        }
        while batch.len() < most && self.fetch(&mut fetched) {
            let count = fetched.items.len().min(most - batch.len());
            batch.extend(fetched.items.drain(..count));
        }
        Some(fetched.last - fetched.items.len() as u64)
    }

    /// Waits until something is in the queue; `None` when nothing will be.
    fn wait(&self) -> Option<()> {
        let mut state = lock(&self.state);
        while state.items.is_empty() {
            if state.closed {
                return None;
            }
            state.taker_sleeps = true;
            state = self.filled.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        Some(())
    }

    /// Whether there is anything more to take. What was fetched comes first; when there is no more of it, it changes
    /// places with what waits.
    fn fetch(&self, fetched: &mut Fetched<T>) -> bool {
        if fetched.items.is_empty() {
            let mut state = lock(&self.state);
            std::mem::swap(&mut state.items, &mut fetched.items);
            fetched.last = state.last;
            drop(state);
            self.emptied.notify_waiters();
        }
        !fetched.items.is_empty()
    }

    /// Shows each item that waits, in order. All keep their places and numbers.
    pub fn each(&self, mut see: impl FnMut(&mut T)) {
        lock(&self.fetched).items.iter_mut().for_each(&mut see);
        lock(&self.state).items.iter_mut().for_each(see);
    }

    /// Takes nothing more in; what is inside can still be taken out.
    pub fn close(&self) {
        lock(&self.state).closed = true;
        self.filled.notify_one();
        self.emptied.notify_waiters();
    }

    /// Whether it was closed.
    pub fn is_closed(&self) -> bool {
        lock(&self.state).closed
    }
}

/// A panic elsewhere cannot leave the queue half changed, so a poisoned lock is as good as any.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn numbers_follow_the_order_of_the_queue() {
        let queue = Queue::new(3);
        assert_eq!((queue.try_push('a'), queue.try_push('b')), (Ok(1), Ok(2)));
        let mut batch = Vec::new();
        assert_eq!((queue.take(&mut batch, 1), batch.as_slice()), (Some(1), &['a'][..]));
        assert_eq!(queue.try_push('c'), Ok(3));
        assert_eq!((queue.take(&mut batch, 9), batch.as_slice()), (Some(3), &['a', 'b', 'c'][..]));
    }

    #[test]
    fn what_finds_no_room_comes_back() {
        let queue = Queue::new(1);
        queue.try_push(1).unwrap();
        assert_eq!(queue.try_push(2), Err(Refused::Full(Box::new(2))));
        queue.close();
        assert_eq!(queue.try_push(2), Err(Refused::Closed));
    }

    #[test]
    fn a_closed_queue_is_emptied_first() {
        let queue = Queue::new(2);
        queue.try_push(1).unwrap();
        queue.close();
        let mut batch = Vec::new();
        assert_eq!((queue.take(&mut batch, 9), queue.take(&mut batch, 9)), (Some(1), None));
    }

    #[tokio::test]
    async fn pushing_waits_for_room() {
        let queue = Arc::new(Queue::new(1));
        queue.try_push(1).unwrap();
        let waiting = tokio::spawn({
            let queue = Arc::clone(&queue);
            async move { queue.push(Box::new(2)).await }
        });
        tokio::task::yield_now().await;
        queue.take(&mut Vec::new(), 1);
        assert_eq!(waiting.await.unwrap(), Some(2));
    }
}
