//! Takes up conversations again that began before the bot was started, from what stands in the channel: a reply is to the
//! answer, the answer is to the question.

use serenity::all::{ChannelId, GetMessages, Message, MessageId};
use serenity::http::Http;

use super::frame::CURSOR;
use super::heard::{Us, with_names};
use super::trouble::Trouble;
use crate::ai::Recalled;
use crate::commands::{self, Parsed};
use crate::model::{self, Timestamp};

/// How many messages of a channel are looked at.
const LOOKED_AT: u8 = 100;

/// How far a chain of replies is followed.
const LONGEST_CHAIN: usize = 20;

/// The exchanges of a channel that are not too long ago to be seen, oldest first, from the last new beginning on.
pub async fn channel(http: &Http, channel: ChannelId, us: &Us) -> Result<Vec<Recalled>, Trouble> {
    let look = GetMessages::new().limit(LOOKED_AT);
    let newest_first = channel.messages(http, look).await.map_err(|error| Trouble::of(&error))?;
    let mut pieces = Vec::new();
    for message in &newest_first {
        match kind_of(message, us) {
            Kind::Piece(piece) => pieces.push(piece),
            Kind::NewBeginning => break,
            Kind::Other => {}
        }
    }
    Ok(joined(pieces.into_iter().rev()))
}

/// The exchanges of a chain of replies that ends with this answer, oldest first.
pub async fn chain(http: &Http, channel: ChannelId, last: MessageId, us: &Us) -> Result<Vec<Recalled>, Trouble> {
    let (mut pieces, mut next) = (Vec::new(), Some(last));
    while let Some(id) = next.take().filter(|_| pieces.len() < LONGEST_CHAIN) {
        let message = match channel.message(http, id).await {
            Ok(message) => message,
            // The chain ends where somebody deleted an answer.
            Err(error) if pieces.is_empty() => return Err(Trouble::of(&error)),
            Err(_) => break,
        };
        if let Kind::Piece(piece) = kind_of(&message, us) {
            next = piece.reply_to;
            pieces.push(piece);
        }
    }
    Ok(joined(pieces.into_iter().rev()))
}

/// When something was sent, which its id says.
pub fn sent_at(message: MessageId) -> Timestamp {
    Timestamp(message.created_at().unix_timestamp() * 1_000_000)
}

enum Kind {
    /// An answer, or a piece of one.
    Piece(Piece),
    /// The conversation was forgotten here.
    NewBeginning,
    /// Anything else.
    Other,
}

/// A message of an answer.
struct Piece {
    /// What all pieces of an answer share: the message of the question, or the interaction.
    of: u64,
    /// The question, where this piece shows it.
    question: Option<String>,
    text: String,
    id: MessageId,
    /// The message that the question replied to.
    reply_to: Option<MessageId>,
}

/// Pieces, oldest first, as whole exchanges.
fn joined(pieces: impl Iterator<Item = Piece>) -> Vec<Recalled> {
    let mut exchanges: Vec<(u64, Recalled)> = Vec::new();
    let own = |id: MessageId| model::MessageId::from(id.to_string());
    for piece in pieces {
        match (exchanges.iter_mut().rfind(|(of, _)| *of == piece.of), piece.question) {
            (Some((_, whole)), _) => {
                whole.answer.0.push(own(piece.id));
                whole.answer.1 = format!("{}\n{}", whole.answer.1, piece.text).into();
            }
            (None, Some(question)) => {
                let question = (piece.of.to_string().into(), question.into());
                let answer = (vec![own(piece.id)], piece.text.into());
                let (reply_to, at) = (piece.reply_to.map(own), sent_at(piece.id));
                exchanges.push((piece.of, Recalled { question, answer, reply_to, at }));
            }
            // How it begins is not to be seen.
            (None, None) => {}
        }
    }
    exchanges.into_iter().map(|(_, exchange)| exchange).collect()
}

fn kind_of(message: &Message, us: &Us) -> Kind {
    if message.author.id != us.me {
        return Kind::Other;
    }
    let text = without_small_lines(&message.content);
    if let Some((interaction, command)) = slash(message) {
        return match command {
            "ai" => {
                let (question, text) = question_above(&text);
                Kind::Piece(Piece { of: interaction, question, text, id: message.id, reply_to: None })
            }
            "new" => Kind::NewBeginning,
            _ => Kind::Other,
        };
    }
    let Some(question) = message.referenced_message.as_deref() else { return Kind::Other };
    let said = us.unmentioned(&question.content).unwrap_or_else(|| question.content.clone());
    let said = match commands::parse(&said, &us.prefix) {
        _ if question.author.bot || said.trim().is_empty() => return Kind::Other,
        Parsed::Talk => with_names(said.trim(), &question.mentions),
        Parsed::Command(entry, words) if entry.spec.slash == "ai" => {
            with_names(words.last().map_or("", String::as_str), &question.mentions)
        }
        Parsed::Command(entry, _) if entry.spec.slash == "new" => return Kind::NewBeginning,
        _ => return Kind::Other,
    };
    let reply_to = question.message_reference.as_ref().and_then(|reference| reference.message_id);
    Kind::Piece(Piece { of: question.id.get(), question: Some(said), text, id: message.id, reply_to })
}

/// The slash command that a message answers: its interaction and its words.
fn slash(message: &Message) -> Option<(u64, &str)> {
    // What Discord offers in its place does not say which command it was.
    #[expect(deprecated)]
    let interaction = message.interaction.as_ref()?;
    Some((interaction.id.get(), &interaction.name))
}

/// The question that stands above the answer to a slash command, and the answer.
fn question_above(text: &str) -> (Option<String>, String) {
    match text.strip_prefix("> ").map(|rest| rest.split_once('\n').unwrap_or((rest, ""))) {
        Some((question, answer)) => (Some(question.to_owned()), answer.to_owned()),
        None => (None, text.to_owned()),
    }
}

/// An answer without what we wrote below it, and without the sign that it is being written.
fn without_small_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let end = lines.iter().rposition(|line| !line.starts_with("-# ")).map_or(0, |last| last + 1);
    let text = lines[..end].join("\n");
    text.strip_suffix(CURSOR).map(str::to_owned).unwrap_or(text)
}
