//! Gathers what goes along with a question: the files that came with it, and a conversation that began before the bot was
//! started.

use std::sync::Arc;

use serenity::all::{Attachment, ChannelId, Message as Said, MessageId, User};

use super::desk::Desk;
use super::files::{self, Bounds, Sight};
use super::heard::{Heard, heard, with_names};
use super::listener::Received;
use super::recall;
use super::rights::{self, Spot};
use crate::chat::Message;
use crate::commands::Parsed;
use crate::model::Role;

impl Desk {
    /// Adds to a question the text files that came with it; pictures go along beside it. Says what was left alone.
    pub async fn add_files(
        &self,
        parsed: &mut Parsed,
        message: &mut Message,
        attachments: &[Attachment],
    ) -> Vec<String> {
        let Some(text) = question(parsed, message).filter(|_| !attachments.is_empty()) else { return Vec::new() };
        let sees = self.services.assistant.sees(&message.place, &message.person.id);
        let sight = if sees { Sight::Sees } else { Sight::Blind };
        let enclosed = files::read(attachments, self.bounds(sight)).await;
        let mut whole = format!("{text}{}", enclosed.text).trim().to_owned();
        if whole.is_empty() {
            // Models take no question without words, so a picture that comes alone is named.
            whole = enclosed.names_of_pictures();
        }
        message.pictures = enclosed.pictures.into_iter().map(|(_, picture)| picture).collect();
        if !whole.is_empty() {
            put(parsed, message, whole);
        }
        enclosed.notes
    }

    fn bounds(&self, sight: Sight) -> Bounds<'_> {
        Bounds { most_bytes: self.settings.max_file, sight, local: self.local.as_ref() }
    }

    /// Takes up a long text as if it had been a message, if its beginning shows that it is for the bot.
    pub async fn take_up_paste(self: Arc<Self>, mut said: Said, received: Received) {
        let spot = Spot::of(&self.cache(), said.guild_id, said.channel_id);
        let roles = said.member.as_ref().map(|member| member.roles.clone()).unwrap_or_default();
        if !rights::is_allowed(&self.settings, spot, &roles, Role::Member) {
            return;
        }
        let Some(file) = said.attachments.pop() else { return };
        let Some(text) = files::text_of(&file, self.bounds(Sight::Blind)).await else { return };
        said.content = text;
        if matches!(heard(&said, &self.us(spot)), Heard::ForUs(_)) {
            self.said(said, received);
        }
    }

    /// What a question replies to is quoted only if it is not said in the conversation anyway.
    pub fn quote_what_is_unknown(&self, message: &mut Message) {
        let (place, reply_to) = (&message.place.channel, message.reply_to.as_ref());
        if reply_to.is_some() && self.services.assistant.knows(place, reply_to, message.at) {
            message.quoted = None;
        }
    }

    /// Takes up a conversation again that began before the bot was started.
    pub async fn recall(&self, message: &Message, (channel, spot): (ChannelId, Spot)) {
        let assistant = &self.services.assistant;
        let (place, reply_to, now) = (&message.place.channel, message.reply_to.as_ref(), message.at);
        let us = &self.us(spot);
        if !assistant.knows(place, None, now) {
            match recall::channel(&self.http, channel, us).await {
                Ok(exchanges) => assistant.recall(place, &exchanges, now),
                Err(trouble) => tracing::debug!("a conversation could not be recalled: {trouble}"),
            }
        }
        let Some(answer) = reply_to.filter(|_| !assistant.knows(place, reply_to, now)) else { return };
        let Some(answer) = answer.as_str().parse().ok().map(MessageId::new) else { return };
        match recall::chain(&self.http, channel, answer, us).await {
            Ok(exchanges) => assistant.recall_chain(place, &exchanges, now),
            Err(trouble) => tracing::debug!("a chain of replies could not be recalled: {trouble}"),
        }
    }
}

/// Whether nothing is asked.
pub fn says_nothing(parsed: &Parsed, message: &Message) -> bool {
    question(parsed, message).is_some_and(|text| text.trim().is_empty())
}

/// Has the people whom a question mentions called by their names.
pub fn call_by_name(parsed: &mut Parsed, message: &mut Message, mentioned: &[User]) {
    if let Some(text) = question(parsed, message).filter(|text| !text.is_empty() && !mentioned.is_empty()) {
        put(parsed, message, with_names(&text, mentioned));
    }
}

/// What is asked; `None` if that stands elsewhere, as with a question that is asked again.
fn question(parsed: &Parsed, message: &Message) -> Option<String> {
    match parsed {
        Parsed::Talk => Some(message.text.clone()),
        Parsed::Command(entry, words) if entry.spec.slash == "ai" => Some(words.last().cloned().unwrap_or_default()),
        _ => None,
    }
}

/// Asks something else.
pub fn put(parsed: &mut Parsed, message: &mut Message, question: String) {
    match parsed {
        // Behind "--" nothing is an option.
        Parsed::Command(_, words) => *words = vec!["--".to_owned(), question],
        _ => message.text = question,
    }
}
