//! What was said between people and the bot, by channel, in memory only: text is never written to disk.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use super::provider::{Role, Turn};
use crate::model::{ChannelId, MessageId, Micros, Timestamp, UserId};

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
    /// Which exchange a message belongs to, as its question or as part of its answer.
    messages: HashMap<MessageId, Exchange>,
    /// The exchange that another replied to.
    replied_to: HashMap<Exchange, Exchange>,
    /// Who asked.
    askers: HashMap<Exchange, UserId>,
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
    /// What it replied to where that is none of the conversation.
    pub quoted: Option<Arc<str>>,
}

/// A question as it enters a conversation.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// Who asks.
    pub user: &'a UserId,
    /// The question.
    pub text: &'a Arc<str>,
    /// When.
    pub at: Timestamp,
    /// The message it stands in, where the chat has messages.
    pub message: Option<&'a MessageId>,
    /// The message it replies to.
    pub reply_to: Option<&'a MessageId>,
    /// The exchange that it repeats, which is taken back.
    pub repeats: Option<Exchange>,
    /// What it replies to where that is none of the conversation.
    pub quoted: Option<&'a Arc<str>>,
}

/// An exchange of a conversation that was forgotten only because the program was not running all the time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recalled {
    /// The question and its message.
    pub question: (MessageId, Arc<str>),
    /// The answer and its messages.
    pub answer: (Vec<MessageId>, Arc<str>),
    /// The message that the question replied to.
    pub reply_to: Option<MessageId>,
    /// When the answer was sent.
    pub at: Timestamp,
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

    /// The last `messages` turns of a channel, without those of an exchange that is asked again. Of a question that replies
    /// to an answer, those of the chain of replies, filled up with what was said before it. It begins with a person's words.
    pub fn excerpt(&self, channel: &ChannelId, messages: u32, asked: Asked<'_>) -> Excerpt {
        let Some(talk) = self.by_channel.get(channel) else { return Excerpt::default() };
        let turns = match asked.reply_to.and_then(|message| talk.messages.get(message)) {
            Some(answered) => talk.chain_to(*answered, asked.repeats),
            None => talk.turns(|exchange| Some(exchange) != asked.repeats),
        };
        let too_many = turns.len().saturating_sub(messages as usize);
        // An answer without its question helps nobody, and some providers refuse to begin with one.
        let orphans = turns[too_many..].iter().take_while(|turn| turn.role == Role::Assistant).count();
        let left_out = too_many + orphans;
        Excerpt { turns: turns.into_iter().skip(left_out).cloned().collect(), left_out }
    }

    /// How many messages of a channel are remembered.
    pub fn length(&self, channel: &ChannelId) -> usize {
        self.by_channel.get(channel).map_or(0, |talk| talk.said.len())
    }

    /// Whether anything is known of a channel, be it that its conversation has just begun anew.
    pub fn knows(&self, channel: &ChannelId) -> bool {
        self.by_channel.contains_key(channel)
    }

    /// Whether a message belongs to the conversation of a channel.
    pub fn holds(&self, channel: &ChannelId, message: &MessageId) -> bool {
        self.by_channel.get(channel).is_some_and(|talk| talk.messages.contains_key(message))
    }

    /// Begins an exchange, so that its question can be asked again even if no answer comes. The exchange that it
    /// repeats is taken back.
    pub fn begin(&mut self, channel: &ChannelId, asked: Asked<'_>) -> Exchange {
        let exchange = self.next_exchange();
        let talk = self.by_channel.entry(channel.clone()).or_default();
        talk.said.retain(|(said, _)| Some(*said) != asked.repeats);
        talk.last_spoken = Some(asked.at);
        let quoted = asked.quoted.cloned();
        let question = LastQuestion { text: asked.text.clone(), at: asked.at, exchange, quoted };
        talk.last_questions.insert(asked.user.clone(), question);
        talk.open.insert(exchange);
        talk.askers.insert(exchange, asked.user.clone());
        talk.link(exchange, asked.message, asked.reply_to);
        exchange
    }

    /// Notes that a message carries the answer of an exchange, or a part of it.
    pub fn carried_by(&mut self, channel: &ChannelId, exchange: Exchange, message: &MessageId) {
        if let Some(talk) = self.by_channel.get_mut(channel) {
            talk.link(exchange, Some(message), None);
        }
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
        talk.say(exchange, Role::User, question.clone());
        talk.say(exchange, Role::Assistant, answer.into());
    }

    /// Remembers what people said among themselves.
    pub fn overhear(&mut self, channel: &ChannelId, text: Arc<str>, now: Timestamp) {
        let exchange = self.next_exchange();
        let talk = self.by_channel.entry(channel.clone()).or_default();
        talk.last_spoken = Some(now);
        talk.say(exchange, Role::User, text);
    }

    /// Takes up a conversation again, oldest exchange first, unless one is going on.
    pub fn recall(&mut self, channel: &ChannelId, exchanges: &[Recalled], now: Timestamp) {
        if self.knows(channel) {
            return;
        }
        // Known from now on, be it that there was nothing: nobody needs to look again.
        self.by_channel.insert(channel.clone(), Conversation { last_spoken: Some(now), ..Conversation::default() });
        for recalled in exchanges {
            let exchange = self.next_exchange();
            let Some(talk) = self.by_channel.get_mut(channel) else { return };
            talk.say(exchange, Role::User, recalled.question.1.clone());
            talk.say(exchange, Role::Assistant, recalled.answer.1.clone());
            talk.link(exchange, Some(&recalled.question.0), recalled.reply_to.as_ref());
            recalled.answer.0.iter().for_each(|message| talk.link(exchange, Some(message), None));
            talk.last_spoken = Some(recalled.at);
        }
    }

    /// Takes up a chain of replies again, oldest exchange first. What is not remembered is put before everything else.
    pub fn recall_chain(&mut self, channel: &ChannelId, exchanges: &[Recalled], now: Timestamp) {
        let mut earlier = Self::default();
        std::mem::swap(&mut earlier.begun, &mut self.begun);
        let unknown = |recalled: &&Recalled| !recalled.answer.0.iter().any(|message| self.holds(channel, message));
        let unknown: Vec<Recalled> = exchanges.iter().filter(unknown).cloned().collect();
        earlier.recall(channel, &unknown, now);
        self.begun = earlier.begun;
        let Some(mut chain) = earlier.by_channel.remove(channel) else { return };
        let talk = self.by_channel.entry(channel.clone()).or_default();
        talk.last_spoken = Some(now);
        chain.said.append(&mut talk.said);
        talk.said = chain.said;
        talk.messages.extend(chain.messages);
        talk.replied_to.extend(chain.replied_to);
    }

    /// The last question of a person in a channel.
    pub fn last_question(&self, channel: &ChannelId, user: &UserId) -> Option<LastQuestion> {
        self.by_channel.get(channel)?.last_questions.get(user).cloned()
    }

    /// Forgets a conversation. A new one begins at once: what was forgotten is not to be recalled.
    pub fn forget(&mut self, channel: &ChannelId, now: Timestamp) {
        self.by_channel.insert(channel.clone(), Conversation { last_spoken: Some(now), ..Conversation::default() });
    }

    /// Drops all that is remembered of a channel.
    pub fn drop_channel(&mut self, channel: &ChannelId) {
        self.by_channel.remove(channel);
    }

    /// Drops all that a person asked, with the answers.
    pub fn drop_person(&mut self, user: &UserId) {
        for talk in self.by_channel.values_mut() {
            let theirs = |exchange: &Exchange| talk.askers.get(exchange) == Some(user);
            talk.said.retain(|(exchange, _)| !theirs(exchange));
            // Nor is an answer remembered that is still being written.
            talk.open.retain(|exchange| !theirs(exchange));
            talk.last_questions.remove(user);
            talk.askers.retain(|_, asker| asker != user);
        }
    }

    fn next_exchange(&mut self) -> Exchange {
        self.begun += 1;
        Exchange(self.begun)
    }
}

impl Conversation {
    fn say(&mut self, exchange: Exchange, role: Role, text: Arc<str>) {
        self.said.push_back((exchange, Turn { role, text }));
        if self.said.len() <= REMEMBERED {
            return;
        }
        self.said.pop_front();
        let remembered: HashSet<Exchange> = self.said.iter().map(|(exchange, _)| *exchange).collect();
        let known = |exchange: &Exchange| remembered.contains(exchange) || self.open.contains(exchange);
        self.messages.retain(|_, exchange| known(exchange));
        self.replied_to.retain(|exchange, _| known(exchange));
        self.askers.retain(|exchange, _| known(exchange));
    }

    fn link(&mut self, exchange: Exchange, message: Option<&MessageId>, reply_to: Option<&MessageId>) {
        if let Some(answered) = reply_to.and_then(|message| self.messages.get(message)) {
            self.replied_to.insert(exchange, *answered);
        }
        if let Some(message) = message {
            self.messages.insert(message.clone(), exchange);
        }
    }

    fn turns(&self, wanted: impl Fn(Exchange) -> bool) -> Vec<&Turn> {
        self.said.iter().filter(|(exchange, _)| wanted(*exchange)).map(|(_, turn)| turn).collect()
    }

    /// What was said before the first exchange of a chain of replies, then the chain.
    fn chain_to(&self, last: Exchange, without: Option<Exchange>) -> Vec<&Turn> {
        // Replies go back to earlier exchanges only, so that this comes to an end.
        let chain: HashSet<Exchange> =
            std::iter::successors(Some(last), |exchange| self.replied_to.get(exchange).copied()).collect();
        let start = self.said.iter().position(|(exchange, _)| chain.contains(exchange)).unwrap_or(self.said.len());
        let (before, after) = (self.said.range(..start), self.said.range(start..));
        let in_chain = after.filter(|(exchange, _)| chain.contains(exchange));
        before.chain(in_chain).filter(|(exchange, _)| Some(*exchange) != without).map(|(_, turn)| turn).collect()
    }
}

#[cfg(test)]
mod tests;
