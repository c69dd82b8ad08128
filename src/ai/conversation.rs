//! What was said between people and the bot, by channel, in memory only: text is never written to disk.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use super::provider::{Role, Turn};
use crate::model::{ChannelId, Micros, Timestamp, UserId};

/// The most turns that are remembered of one channel: the longest window that can be chosen, twice over.
const REMEMBERED: usize = 200;

/// The conversations that are going on.
#[derive(Debug, Default)]
pub struct Conversations {
    by_channel: HashMap<ChannelId, Conversation>,
}

#[derive(Debug, Default)]
struct Conversation {
    turns: VecDeque<Turn>,
    last_spoken: Option<Timestamp>,
    last_questions: HashMap<UserId, Arc<str>>,
}

/// The part of a conversation that goes along with a question.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Excerpt {
    /// Earlier turns, oldest first.
    pub turns: Vec<Turn>,
    /// Earlier turns that are remembered but did not fit the chosen number.
    pub left_out: usize,
}

impl Conversations {
    /// The last `messages` turns of a channel. Conversations that have been silent longer than `ends_after` are over.
    pub fn excerpt(&mut self, channel: &ChannelId, messages: u32, now: Timestamp, ends_after: Duration) -> Excerpt {
        let longest = Micros::from(ends_after);
        self.by_channel.retain(|_, talk| talk.last_spoken.is_some_and(|last| now.since(last) < longest));
        let Some(talk) = self.by_channel.get(channel) else { return Excerpt::default() };
        let left_out = talk.turns.len().saturating_sub(messages as usize);
        Excerpt { turns: talk.turns.iter().skip(left_out).cloned().collect(), left_out }
    }

    /// Remembers a question, so that it can be asked again even if no answer comes.
    pub fn asked(&mut self, channel: &ChannelId, user: &UserId, question: &Arc<str>, now: Timestamp) {
        let talk = self.by_channel.entry(channel.clone()).or_default();
        talk.last_spoken = Some(now);
        talk.last_questions.insert(user.clone(), question.clone());
    }

    /// Remembers a question with its answer.
    pub fn answered(&mut self, channel: &ChannelId, question: &Arc<str>, answer: &str, now: Timestamp) {
        let talk = self.by_channel.entry(channel.clone()).or_default();
        talk.last_spoken = Some(now);
        talk.turns.push_back(Turn { role: Role::User, text: question.clone() });
        talk.turns.push_back(Turn { role: Role::Assistant, text: answer.into() });
        let excess = talk.turns.len().saturating_sub(REMEMBERED);
        talk.turns.drain(..excess);
    }

    /// The last question of a person in a channel.
    pub fn last_question(&self, channel: &ChannelId, user: &UserId) -> Option<Arc<str>> {
        self.by_channel.get(channel)?.last_questions.get(user).cloned()
    }

    /// Forgets the last exchange if it was about `question`: it is asked again, and the old answer must not lead the new.
    pub fn take_back(&mut self, channel: &ChannelId, question: &str) {
        let Some(talk) = self.by_channel.get_mut(channel) else { return };
        let about = talk.turns.len().checked_sub(2).and_then(|index| talk.turns.get(index));
        if about.is_some_and(|turn| turn.role == Role::User && *turn.text == *question) {
            talk.turns.truncate(talk.turns.len() - 2);
        }
    }

    /// Forgets a conversation; says how many messages it held.
    pub fn forget(&mut self, channel: &ChannelId) -> usize {
        self.by_channel.remove(channel).map_or(0, |talk| talk.turns.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_secs(86_400);

    fn texts(excerpt: &Excerpt) -> Vec<&str> {
        excerpt.turns.iter().map(|turn| &*turn.text).collect()
    }

    #[test]
    fn keeps_the_last_messages_and_says_what_it_left_out() {
        let mut talks = Conversations::default();
        let channel = ChannelId::from("c");
        talks.answered(&channel, &"q1".into(), "a1", Timestamp(1));
        talks.answered(&channel, &"q2".into(), "a2", Timestamp(2));
        let excerpt = talks.excerpt(&channel, 3, Timestamp(3), DAY);
        assert_eq!((texts(&excerpt), excerpt.left_out), (vec!["a1", "q2", "a2"], 1));
        assert_eq!(talks.forget(&channel), 4);
        assert_eq!(talks.excerpt(&channel, 3, Timestamp(3), DAY), Excerpt::default());
    }

    #[test]
    fn a_conversation_ends_after_a_long_silence() {
        let mut talks = Conversations::default();
        let channel = ChannelId::from("c");
        talks.answered(&channel, &"q".into(), "a", Timestamp(0));
        assert_eq!(talks.excerpt(&channel, 9, Timestamp(Timestamp::DAY - 1), DAY).turns.len(), 2);
        assert_eq!(talks.excerpt(&channel, 9, Timestamp(Timestamp::DAY), DAY).turns.len(), 0);
    }

    #[test]
    fn asking_again_takes_the_old_answer_back() {
        let mut talks = Conversations::default();
        let (channel, ann) = (ChannelId::from("c"), UserId::from("ann"));
        talks.asked(&channel, &ann, &"q".into(), Timestamp(0));
        talks.answered(&channel, &"q".into(), "a", Timestamp(1));
        talks.take_back(&channel, "something else");
        assert_eq!(talks.excerpt(&channel, 9, Timestamp(2), DAY).turns.len(), 2);
        talks.take_back(&channel, "q");
        assert_eq!(talks.excerpt(&channel, 9, Timestamp(2), DAY).turns.len(), 0);
        assert_eq!(talks.last_question(&channel, &ann).as_deref(), Some("q"));
    }
}
