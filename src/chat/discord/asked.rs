//! Questions that wait for their answers, by their messages: who deletes one wants no answer, be it that nobody has begun to
//! write it yet. Pure but for its lock.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serenity::all::MessageId;

use crate::model::{ChannelId, UserId};

/// Who asked, and where.
pub type Asker = (UserId, ChannelId);

/// The questions.
#[derive(Debug, Default)]
pub struct Questions(Mutex<HashMap<MessageId, Waiting>>);

#[derive(Debug)]
struct Waiting {
    asker: Asker,
    is_wanted: bool,
}

/// A question that waits until this is dropped.
#[derive(Debug)]
pub struct Wanted<'a> {
    questions: &'a Questions,
    message: Option<MessageId>,
}

impl Questions {
    /// A question begins to wait. Of one without a message nothing can be deleted.
    pub fn wait(&self, message: Option<MessageId>, asker: Asker) -> Wanted<'_> {
        if let Some(message) = message {
            self.lock().insert(message, Waiting { asker, is_wanted: true });
        }
        Wanted { questions: self, message }
    }

    /// Messages were deleted: whose answers nobody wants any more.
    pub fn deleted(&self, messages: &[MessageId]) -> Vec<Asker> {
        let mut questions = self.lock();
        let mut unwanted = Vec::new();
        for message in messages {
            if let Some(waiting) = questions.get_mut(message) {
                waiting.is_wanted = false;
                unwanted.push(waiting.asker.clone());
            }
        }
        unwanted
    }

    /// Nothing in here can be left half changed by a panic elsewhere.
    fn lock(&self) -> MutexGuard<'_, HashMap<MessageId, Waiting>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wanted<'_> {
    /// Whether its message is still there.
    pub fn is_it(&self) -> bool {
        let questions = self.questions.lock();
        self.message.and_then(|message| questions.get(&message)).is_none_or(|waiting| waiting.is_wanted)
    }
}

impl Drop for Wanted<'_> {
    fn drop(&mut self) {
        if let Some(message) = self.message {
            self.questions.lock().remove(&message);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_wanted_until_its_message_is_deleted() {
        let (questions, ann) = (Questions::default(), (UserId::from("ann"), ChannelId::from("general")));
        let [first, second] = [1, 2].map(|id| questions.wait(Some(MessageId::new(id)), ann.clone()));
        let by_slash = questions.wait(None, ann.clone());
        assert_eq!(questions.deleted(&[MessageId::new(1), MessageId::new(9)]), [ann]);
        assert_eq!([first.is_it(), second.is_it(), by_slash.is_it()], [false, true, true]);
        drop(first);
        assert_eq!(questions.deleted(&[MessageId::new(1)]), []);
    }
}
