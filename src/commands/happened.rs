//! What happens in a chat without anybody typing a command: an answer is shown, asked again, rated by a reaction; the bot
//! leaves a guild. Each is a change of the store.

use super::command::Wish;
use super::context::Services;
use super::failure::Failure;
use crate::model::{ChannelId, GuildId, MessageId, Place, PreferencePlace, Rating, Timestamp, UserId, Window};
use crate::store::{Change, Whose, question};

/// Counts that an answer was asked again, once the question has been let through. That it could not be counted must
/// not cost anybody the answer.
pub async fn asked_again(wish: &Wish, services: &Services) {
    let Some(call) = wish.repeats.and_then(|repeat| repeat.call) else { return };
    if let Err(error) = services.store.apply(Change::AskedAgain { call }).await {
        tracing::warn!("that an answer was asked again could not be counted: {error}");
    }
}

/// Notes which messages carry the answer that was asked for at a time.
pub async fn delivered(messages: &[MessageId], asked: Timestamp, place: &Place, services: &Services) {
    let message = messages.iter().map(MessageId::as_str).collect::<Vec<_>>().join(" ");
    let change = Change::Delivered { at: asked, channel: place.channel.clone(), message: message.into() };
    if let Err(error) = services.store.apply(change).await {
        tracing::warn!("where an answer stands could not be noted, so that reactions to it will not count: {error}");
    }
}

/// How long before its message an answer was asked for at the most.
const LONGEST_ANSWER: i64 = 2 * Timestamp::HOUR;

/// How far the clock of the platform may be behind ours.
const SKEW: i64 = 10 * 60_000_000;

/// What became of the guilds that the bot left while it was away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Missed {
    /// They are purged; mostly there are none.
    Purged(Vec<GuildId>),
    /// The bot is in none of the guilds of which anything is kept: they seem to be another bot's.
    Strange,
}

/// A person's reaction to a message.
#[derive(Debug, Clone)]
pub struct Reaction {
    /// To which.
    pub message: MessageId,
    /// When that was sent.
    pub sent: Timestamp,
    /// Who.
    pub by: UserId,
    /// What it stands for.
    pub rating: Rating,
    /// Whether it was put there or taken away.
    pub done: Done,
}

/// Whether a reaction was put there or taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// Put there: it counts instead of an earlier one of the same person.
    Given,
    /// Taken away: it no longer counts, if it did.
    Withdrawn,
}

/// What became of a reaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// It counts now, or what it took away no longer does.
    AsItShould,
    /// No answer is known to stand in that message, which is nobody's mistake.
    NoAnswer,
}

/// Rates an answer by a reaction to one of its messages.
///
/// # Errors
/// The store cannot be read or written.
pub async fn reacted(reaction: Reaction, services: &Services) -> Result<Counted, Failure> {
    let Reaction { message, sent, by, rating, done } = reaction;
    let asked = Window { from: sent.plus(-LONGEST_ANSWER), to: sent.plus(SKEW) };
    let Some(answer) = services.store.ask(question::AnswerOf { message, asked }).await? else {
        return Ok(Counted::NoAnswer);
    };
    let call = answer.id;
    let rating = match done {
        Done::Given => Some(rating),
        Done::Withdrawn => {
            let given = services.store.ask(question::RatingBy { call, user: by.clone() }).await?;
            if given != Some(rating) {
                return Ok(Counted::AsItShould);
            }
            None
        }
    };
    services.store.apply(Change::Rate { call, by, rating }).await?;
    Ok(Counted::AsItShould)
}

/// Purges what is kept of a guild that the bot is no longer in.
///
/// # Errors
/// The store cannot be written.
pub async fn left(guild: GuildId, channels: Vec<ChannelId>, services: &Services) -> Result<(), Failure> {
    for channel in &channels {
        services.assistant.erase(&PreferencePlace::Channel(channel.clone()));
    }
    services.store.apply(Change::erase(Whose::Guild { guild, channels })).await?;
    Ok(())
}

/// Purges what is kept of guilds that the bot left while it was not connected: those of `ours` that are not among `here`.
///
/// # Errors
/// The store cannot be read or written.
pub async fn left_meanwhile(
    here: &[GuildId],
    ours: impl Fn(&GuildId) -> bool,
    services: &Services,
) -> Result<Missed, Failure> {
    let kept = services.store.ask(question::Guilds).await?.into_iter().filter(ours);
    let (there, gone): (Vec<GuildId>, Vec<GuildId>) = kept.partition(|guild| here.contains(guild));
    if there.is_empty() && !gone.is_empty() {
        return Ok(Missed::Strange);
    }
    for guild in &gone {
        let channels = services.store.ask(question::ChannelsOf { guild: guild.clone() }).await?;
        left(guild.clone(), channels, services).await?;
    }
    Ok(Missed::Purged(gone))
}
