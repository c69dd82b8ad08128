//! What was said between people and the bot, by channel, in memory only: text is never written to disk.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use super::provider::{Role, Turn};
use crate::model::{ChannelId, Micros, Timestamp, UserId};

/// The most messages that are remembered of one channel: the longest window that can be chosen, twice over.
const REMEMBERED: usize = 200;

/// The conversations that are going on.
#[derive(Debug, Default)]
pub struct Conversations {
    by_channel: HashMap<ChannelId, Conversation>,
    begun: u64,
}

/// A question and its answer, as one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Exchange(u64);

#[derive(Debug, Default)]
struct Conversation {
    said: VecDeque<(Exchange, Turn)>,
    last_spoken: Option<Timestamp>,
    last_questions: HashMap<UserId, LastQuestion>,
    /// Exchanges whose answers are being written. An answer to one that is not here belongs to a conversation that was
    /// forgotten meanwhile.
    open: HashSet<Exchange>,
}

/// A person's last question in a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastQuestion {
    /// The question.
    pub text: Arc<str>,
    /// When it was asked: the time of its call.
    pub at: Timestamp,
    /// It, with its answer.
    pub exchange: Exchange,
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
    /// Ends the conversations that have been silent for `ends_after`.
    pub fn end_silent(&mut self, now: Timestamp, ends_after: Duration) {
        let longest = Micros::from(ends_after);
        self.by_channel.retain(|_, talk| talk.last_spoken.is_some_and(|last| now.since(last) < longest));
    }

    /// The last `messages` turns of a channel, without those of an exchange that is asked again.
    pub fn excerpt(&self, channel: &ChannelId, messages: u32, without: Option<Exchange>) -> Excerpt {
        let Some(talk) = self.by_channel.get(channel) else { return Excerpt::default() };
        let turns: Vec<&Turn> =
            talk.said.iter().filter(|(exchange, _)| Some(*exchange) != without).map(|(_, turn)| turn).collect();
        let left_out = turns.len().saturating_sub(messages as usize);
        Excerpt { turns: turns.into_iter().skip(left_out).cloned().collect(), left_out }
    }

    /// How many messages of a channel are remembered.
    pub fn length(&self, channel: &ChannelId) -> usize {
        self.by_channel.get(channel).map_or(0, |talk| talk.said.len())
    }

    /// Begins an exchange, so that its question can be asked again even if no answer comes. The exchange that it
    /// repeats is taken back.
    pub fn begin(
        &mut self,
        channel: &ChannelId,
        user: &UserId,
        (text, at): (&Arc<str>, Timestamp),
        repeats: Option<Exchange>,
    ) -> Exchange {
        self.begun += 1;
        let exchange = Exchange(self.begun);
        let talk = self.by_channel.entry(channel.clone()).or_default();
        talk.said.retain(|(said, _)| Some(*said) != repeats);
        talk.last_spoken = Some(at);
        talk.last_questions.insert(user.clone(), LastQuestion { text: text.clone(), at, exchange });
        talk.open.insert(exchange);
        exchange
    }

    /// Remembers an exchange with its answer, unless the conversation was forgotten meanwhile or there was no answer.
    pub fn finish(
        &mut self,
        channel: &ChannelId,
        exchange: Exchange,
        (question, answer): (&Arc<str>, &str),
        now: Timestamp,
    ) {
        let Some(talk) = self.by_channel.get_mut(channel) else { return };
        if !talk.open.remove(&exchange) || answer.is_empty() {
            return;
        }
        talk.last_spoken = Some(now);
        talk.said.push_back((exchange, Turn { role: Role::User, text: question.clone() }));
        talk.said.push_back((exchange, Turn { role: Role::Assistant, text: answer.into() }));
        let excess = talk.said.len().saturating_sub(REMEMBERED);
        talk.said.drain(..excess);
    }

    /// The last question of a person in a channel.
    pub fn last_question(&self, channel: &ChannelId, user: &UserId) -> Option<LastQuestion> {
        self.by_channel.get(channel)?.last_questions.get(user).cloned()
    }

    /// Forgets a conversation.
    pub fn forget(&mut self, channel: &ChannelId) {
        self.by_channel.remove(channel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_secs(86_400);

    struct Talk(Conversations);

    impl Talk {
        fn say(&mut self, user: &str, question: &str, answer: &str, at: i64) -> Exchange {
            let exchange = self.0.begin(&"c".into(), &user.into(), (&question.into(), Timestamp(at)), None);
            self.0.finish(&"c".into(), exchange, (&question.into(), answer), Timestamp(at));
            exchange
        }

        fn texts(&self, messages: u32, without: Option<Exchange>) -> Vec<String> {
            let excerpt = self.0.excerpt(&"c".into(), messages, without);
            excerpt.turns.iter().map(|turn| turn.text.to_string()).collect()
        }
    }

    #[test]
    fn keeps_the_last_messages_and_says_what_it_left_out() {
        let mut talk = Talk(Conversations::default());
        talk.say("ann", "q1", "a1", 1);
        talk.say("ann", "q2", "a2", 2);
        assert_eq!(talk.texts(3, None), ["a1", "q2", "a2"]);
        assert_eq!(talk.0.excerpt(&"c".into(), 3, None).left_out, 1);
        talk.0.forget(&"c".into());
        assert_eq!(talk.0.length(&"c".into()), 0);
    }

    #[test]
    fn a_conversation_ends_after_a_long_silence_with_its_last_question() {
        let mut talk = Talk(Conversations::default());
        talk.say("ann", "q", "a", 0);
        talk.0.end_silent(Timestamp(Timestamp::DAY - 1), DAY);
        assert_eq!(talk.0.length(&"c".into()), 2);
        talk.0.end_silent(Timestamp(Timestamp::DAY), DAY);
        assert_eq!(talk.0.last_question(&"c".into(), &"ann".into()), None);
    }

    #[test]
    fn asking_again_takes_back_ones_own_exchange_and_no_other() {
        let mut talk = Talk(Conversations::default());
        let anns = talk.say("ann", "same", "for ann", 1);
        talk.say("bob", "same", "for bob", 2);
        assert_eq!(talk.texts(9, Some(anns)), ["same", "for bob"]);
        assert_eq!(talk.0.length(&"c".into()), 4, "looking takes nothing back");
        let again = talk.0.begin(&"c".into(), &"ann".into(), (&"same".into(), Timestamp(3)), Some(anns));
        talk.0.finish(&"c".into(), again, (&"same".into(), "anew"), Timestamp(3));
        assert_eq!(talk.texts(9, None), ["same", "for bob", "same", "anew"]);
    }

    #[test]
    fn an_answer_that_comes_after_the_conversation_was_forgotten_stays_forgotten() {
        let mut talk = Talk(Conversations::default());
        let exchange = talk.0.begin(&"c".into(), &"ann".into(), (&"q".into(), Timestamp(1)), None);
        talk.0.forget(&"c".into());
        talk.say("ann", "new", "answer", 2);
        talk.0.finish(&"c".into(), exchange, (&"q".into(), "late"), Timestamp(3));
        assert_eq!(talk.texts(9, None), ["new", "answer"]);
    }
}
