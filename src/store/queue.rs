//! The bounded queue in front of the writer. Its places are made once, for what waits and for what the writer fetched;
//! each item gets a number in the order of the queue, so that "everything up to number n is done" means what it says.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

/// Many push, one takes.
///
/// Beside the items lie notes, which have no numbers: whoever finds an item finds every note that was left before it.
pub(super) struct Queue<T, N> {
    state: Mutex<State<T, N>>,
    /// What the taker has fetched. It fetches all there is at once, so that it is out of everyone's way again at once.
    fetched: Mutex<Fetched<T, N>>,
    filled: Condvar,
    emptied: Notify,
    capacity: usize,
}

struct State<T, N> {
    items: VecDeque<T>,
    notes: Vec<N>,
    /// The number of the last item pushed; the first is 1.
    last: u64,
    /// The taker sleeps until something comes. To wake it is a system call, which is spared while it works anyway.
    awaited: bool,
    /// Somebody wants the taker to look around, though there may be nothing new.
    nudged: bool,
    closed: bool,
}

struct Fetched<T, N> {
    items: VecDeque<T>,
    notes: Vec<N>,
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

impl<T, N> Queue<T, N> {
    /// A queue of so many places.
    pub fn new(capacity: usize) -> Self {
        let items = || VecDeque::with_capacity(capacity);
        let notes = || Vec::with_capacity(capacity);
        Self {
            state: Mutex::new(State {
                items: items(),
                notes: notes(),
                last: 0,
                awaited: false,
                nudged: false,
                closed: false,
            }),
            fetched: Mutex::new(Fetched { items: items(), notes: notes(), last: 0 }),
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
        self.wake(state);
        Ok(number)
    }

    /// Leaves a note, if there is room for one.
    pub fn leave(&self, note: N) {
        let mut state = lock(&self.state);
        if !state.closed && state.notes.len() < self.capacity {
            state.notes.push(note);
            self.wake(state);
        }
    }

    /// Lets the taker look around, though there may be nothing new.
    pub fn nudge(&self) {
        let mut state = lock(&self.state);
        state.nudged = true;
        state.awaited = false;
        drop(state);
        self.filled.notify_one();
    }

    fn wake(&self, mut state: MutexGuard<'_, State<T, N>>) {
        if std::mem::take(&mut state.awaited) {
            drop(state);
            self.filled.notify_one();
        }
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

    /// Waits until there is something, or a nudge; `false` when nothing more will come.
    pub fn wait(&self) -> bool {
        let mut state = lock(&self.state);
        while !state.has_any() {
            if state.closed {
                return false;
            }
            state.awaited = true;
            state = self.filled.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.nudged = false;
        true
    }

    /// Waits for a nudge, but no longer than a while. Whoever puts something in meanwhile need not wake anybody.
    pub fn rest(&self, most: Duration) {
        let resting = self.filled.wait_timeout_while(lock(&self.state), most, |state| !state.nudged);
        resting.unwrap_or_else(PoisonError::into_inner).0.nudged = false;
    }

    /// Fetches all there is and shows the notes. Whether there is anything now to [`pop`](Self::pop). To be called when
    /// nothing fetched earlier is left.
    pub fn fetch(&self, each_note: impl FnMut(N)) -> bool {
        let mut fetched = lock(&self.fetched);
        let places = &mut *fetched;
        let mut state = lock(&self.state);
        std::mem::swap(&mut state.items, &mut places.items);
        std::mem::swap(&mut state.notes, &mut places.notes);
        places.last = state.last;
        drop(state);
        self.emptied.notify_waiters();
        places.notes.drain(..).for_each(each_note);
        !places.items.is_empty()
    }

    /// The next item of those fetched, with its number.
    pub fn pop(&self) -> Option<(u64, T)> {
        let mut fetched = lock(&self.fetched);
        let item = fetched.items.pop_front()?;
        Some((fetched.last - fetched.items.len() as u64, item))
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

impl<T, N> State<T, N> {
    fn has_any(&self) -> bool {
        self.nudged || !self.items.is_empty() || !self.notes.is_empty()
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

    /// All that is in the queue, with its numbers.
    fn all<T>(queue: &Queue<T, ()>) -> Vec<(u64, T)> {
        queue.fetch(|()| ());
        std::iter::from_fn(|| queue.pop()).collect()
    }

    #[test]
    fn numbers_follow_the_order_of_the_queue() {
        let queue = Queue::new(3);
        assert_eq!((queue.try_push('a'), queue.try_push('b')), (Ok(1), Ok(2)));
        queue.fetch(|()| ());
        assert_eq!((queue.pop(), queue.try_push('c')), (Some((1, 'a')), Ok(3)));
        assert_eq!((queue.pop(), queue.pop()), (Some((2, 'b')), None));
        assert_eq!(all(&queue), [(3, 'c')]);
    }

    #[test]
    fn notes_are_seen_before_the_items_that_came_after_them() {
        let queue = Queue::new(2);
        let notes = || {
            let mut notes = Vec::new();
            queue.fetch(|note| notes.push(note));
            notes
        };
        queue.leave("begun");
        assert!(queue.wait());
        queue.try_push('a').unwrap();
        assert_eq!((notes(), queue.pop()), (vec!["begun"], Some((1, 'a'))));
        ["b", "c", "no room for this one"].into_iter().for_each(|note| queue.leave(note));
        assert_eq!((notes(), notes()), (vec!["b", "c"], vec![]));
    }

    #[test]
    fn a_nudge_is_noticed_once() {
        let queue = Queue::<(), ()>::new(1);
        queue.nudge();
        assert!(queue.wait());
        queue.close();
        assert!(!queue.wait());
    }

    #[test]
    fn what_finds_no_room_comes_back() {
        let queue = Queue::<_, ()>::new(1);
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
        assert_eq!((queue.wait(), all(&queue)), (true, vec![(1, 1)]));
        assert!(!queue.wait());
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
        all(&queue);
        assert_eq!(waiting.await.unwrap(), Some(2));
    }
}
