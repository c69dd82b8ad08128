//! Takes up conversations again that began before the bot was started, from what stands in the channel: a reply is to the
//! answer, the answer is to the question.

use std::collections::HashMap;

use serenity::all::{ChannelId, GetMessages, Message, MessageId, UserId};
use serenity::http::Http;

use super::heard::without_mention;
use super::trouble::Trouble;
use crate::ai::Recalled;
use crate::commands::{self, Parsed};
use crate::model::{self, Timestamp};

/// How many messages of a channel are looked at.
const LOOKED_AT: u8 = 100;

/// How far a chain of replies is followed.
const LONGEST_CHAIN: usize = 20;

/// Who the bot is, as it matters here.
#[derive(Debug, Clone, Copy)]
pub struct Us<'a> {
    /// Its id.
    pub me: UserId,
    /// What commands start with.
    pub prefix: &'a str,
}

/// The exchanges of a channel that are not too long ago to be seen, oldest first, from the last new beginning on.
pub async fn channel(http: &Http, channel: ChannelId, us: Us<'_>) -> Result<Vec<Recalled>, Trouble> {
    let look = GetMessages::new().limit(LOOKED_AT);
    let newest_first = channel.messages(http, look).await.map_err(|error| Trouble::of(&error))?;
    let mut exchanges = Vec::new();
    let mut further: HashMap<usize, String> = HashMap::new();
    for (at, message) in newest_first.iter().enumerate() {
        match kind_of(message, us) {
            Kind::Answer(question, text) => {
                // What stands right behind an answer and replies to nothing is the rest of it.
                let rest = at.checked_sub(1).and_then(|next| further.remove(&next)).unwrap_or_default();
                exchanges.push(exchange(message, question, text, &rest));
            }
            Kind::Rest => {
                let rest = at.checked_sub(1).and_then(|next| further.remove(&next)).unwrap_or_default();
                further.insert(at, format!("{}{rest}", without_small_lines(&message.content)));
            }
            Kind::NewBeginning => break,
            Kind::Other => {}
        }
    }
    exchanges.reverse();
    Ok(exchanges)
}

/// The exchanges of a chain of replies that ends with this answer, oldest first.
pub async fn chain(http: &Http, channel: ChannelId, last: MessageId, us: Us<'_>) -> Result<Vec<Recalled>, Trouble> {
    let (mut exchanges, mut next) = (Vec::new(), Some(last));
    while let Some(id) = next.take().filter(|_| exchanges.len() < LONGEST_CHAIN) {
        let message = match channel.message(http, id).await {
            Ok(message) => message,
            // The chain ends where somebody deleted an answer.
            Err(error) if exchanges.is_empty() => return Err(Trouble::of(&error)),
            Err(_) => break,
        };
        if let Kind::Answer(question, text) = kind_of(&message, us) {
            next = question.message_reference.as_ref().and_then(|reference| reference.message_id);
            exchanges.push(exchange(&message, question, text, ""));
        }
    }
    exchanges.reverse();
    Ok(exchanges)
}

/// When something was sent, which its id says.
pub fn sent_at(message: MessageId) -> Timestamp {
    Timestamp(message.created_at().unix_timestamp() * 1_000_000)
}

enum Kind<'m> {
    /// An answer, with its question and what that says.
    Answer(&'m Message, String),
    /// Perhaps the rest of an answer.
    Rest,
    /// The conversation was forgotten here.
    NewBeginning,
    /// Anything else.
    Other,
}

fn kind_of<'m>(message: &'m Message, us: Us<'_>) -> Kind<'m> {
    if message.author.id != us.me {
        return Kind::Other;
    }
    let Some(question) = message.referenced_message.as_deref() else { return Kind::Rest };
    let said = without_mention(&question.content, us.me).unwrap_or_else(|| question.content.clone());
    match commands::parse(&said, us.prefix) {
        _ if question.author.bot || said.trim().is_empty() => Kind::Other,
        Parsed::Talk => Kind::Answer(question, said.trim().to_owned()),
        Parsed::Command(entry, words) if entry.spec.slash == "ai" => {
            Kind::Answer(question, words.last().cloned().unwrap_or_default())
        }
        Parsed::Command(entry, _) if entry.spec.slash == "new" => Kind::NewBeginning,
        _ => Kind::Other,
    }
}

fn exchange(answer: &Message, question: &Message, said: String, rest: &str) -> Recalled {
    let id = |id: MessageId| model::MessageId::from(id.to_string());
    let text = without_small_lines(&answer.content) + rest;
    Recalled {
        question: (id(question.id), said.into()),
        answer: (id(answer.id), text.into()),
        reply_to: question.message_reference.as_ref().and_then(|reference| reference.message_id).map(id),
        at: sent_at(answer.id),
    }
}

/// An answer without what we wrote below it.
fn without_small_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let end = lines.iter().rposition(|line| !line.starts_with("-# ")).map_or(0, |last| last + 1);
    lines[..end].join("\n")
}
