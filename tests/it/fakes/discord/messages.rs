//! The rules of messages: who may write, change and remove what, and what comes of it. Methods of the world: they change
//! values and leave news, nothing more.

use std::collections::BTreeSet;

use serde_json::Value;
use serenity::model::Permissions;

use super::body::{Parcel, Upload};
use super::limits::list;
use super::mentions::{self, Habit, as_id};
use super::refusal::{Problem, Refusal};
use super::world::{EPHEMERAL, File, Id, Kind, LOADING, Message, News, Place, SUPPRESS_EMBEDS, World, moment_ms};

/// How long a nonce is remembered.
const NONCE_MS: u64 = 5 * 60 * 1_000;

/// Where a new message comes from, beside what it says.
#[derive(Debug, Clone, Copy, Default)]
pub struct Origin {
    pub reply_to: Option<Id>,
    /// The interaction that it answers, for which other mentions fire by default.
    pub interaction: Option<Id>,
    /// The only one who sees it.
    pub only_for: Option<Id>,
}

/// Which messages of a channel are asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Span {
    pub before: Option<Id>,
    pub after: Option<Id>,
    pub around: Option<Id>,
    pub limit: Option<usize>,
}

impl World {
    /// A message comes into the world, as it is.
    pub fn post(&mut self, author: Id, channel: Id, parcel: &Parcel, origin: Origin) -> Id {
        let id = self.id();
        let message = Message {
            id,
            channel,
            author,
            content: String::new(),
            embeds: Vec::new(),
            components: Vec::new(),
            files: Vec::new(),
            flags: parcel.body["flags"].as_u64().unwrap_or_default(),
            reply_to: origin.reply_to,
            reactions: Vec::new(),
            edited_ms: None,
            nonce: Some(parcel.body["nonce"].clone()).filter(|nonce| !nonce.is_null()),
            interaction: origin.interaction,
            only_for: origin.only_for,
            deleted: false,
            pings: Vec::new(),
            pinged: BTreeSet::new(),
            frames: Vec::new(),
        };
        self.messages.insert(id, message);
        self.write(id, parcel);
        if let Place::Thread { .. } = self.channel(channel).place {
            self.channel_mut(channel).archived = false;
        }
        self.tell(id, News::Said(id));
        id
    }

    /// A message is changed by what a body says, as it is.
    pub fn edit(&mut self, id: Id, parcel: &Parcel) {
        let now = self.now_ms;
        let message = self.message_mut(id);
        // The first text of a deferred answer is not an edit to those who read it.
        message.edited_ms = if message.flags & LOADING == 0 { Some(now) } else { None };
        message.flags &= !LOADING;
        self.write(id, parcel);
        self.tell(id, News::Edited(id));
    }

    fn tell(&mut self, message: Id, news: News) {
        if self.message(message).only_for.is_none() {
            self.news.push(news);
        }
    }

    /// Takes over what a body says; what it does not speak of stays.
    fn write(&mut self, id: Id, parcel: &Parcel) {
        let files = self.files_after(id, parcel);
        let body = &parcel.body;
        let drops_embeds = !self.shows_embeds(id);
        let message = self.message_mut(id);
        if let Some(content) = body.get("content") {
            message.content = content.as_str().unwrap_or_default().trim().to_owned();
        }
        if body.get("embeds").is_some() {
            message.embeds = if drops_embeds { Vec::new() } else { list(body, "embeds").to_vec() };
        }
        if body.get("components").is_some() {
            message.components = list(body, "components").to_vec();
        }
        if let Some(flags) = body["flags"].as_u64() {
            message.flags = message.flags & !SUPPRESS_EMBEDS | flags & SUPPRESS_EMBEDS;
        }
        message.files = files;
        self.notify(id, body.get("allowed_mentions"));
        let message = self.message_mut(id);
        if message.flags & LOADING == 0 {
            message.frames.push(message.content.clone());
        }
    }

    /// Without the permission, embeds beside a text are dropped without a word. Answers to interactions do not need it.
    fn shows_embeds(&self, id: Id) -> bool {
        let message = self.message(id);
        message.interaction.is_some() || self.may(message.author, message.channel, Permissions::EMBED_LINKS)
    }

    fn notify(&mut self, id: Id, allowed: Option<&Value>) {
        let message = self.message(id);
        let replied = message.reply_to.and_then(|replied| self.messages.get(&replied)).map(|replied| replied.author);
        let webhook = self.user(message.author).kind == Kind::Webhook;
        let habit = if message.interaction.is_some() || webhook { Habit::Users } else { Habit::Everything };
        let pings = mentions::fired(&message.content, replied, allowed, habit);
        let message = self.message_mut(id);
        message.pinged.extend(&pings);
        message.pings = pings;
    }

    /// The files of a message after a body: those it had, unless the body lists which stay, and those that came along.
    fn files_after(&mut self, id: Id, parcel: &Parcel) -> Vec<Id> {
        let had = self.message(id).files.clone();
        let listed = parcel.body["attachments"].as_array();
        let stays =
            |file: &Id| listed.is_none_or(|listed| listed.iter().any(|entry| as_id(&entry["id"]) == Some(*file)));
        let mut files: Vec<Id> = had.into_iter().filter(stays).collect();
        for upload in &parcel.files {
            files.push(self.add_file(upload, list(&parcel.body, "attachments")));
        }
        files
    }

    fn add_file(&mut self, upload: &Upload, listed: &[Value]) -> Id {
        let id = self.id();
        let entry = listed.iter().find(|entry| as_id(&entry["id"]) == Some(upload.number));
        let said = |name: &str| entry.and_then(|entry| entry[name].as_str()).map(str::to_owned);
        let file = File {
            id,
            name: said("filename").unwrap_or_else(|| upload.name.clone()),
            content_type: upload.content_type.clone(),
            size: upload.bytes.len() as u64,
            bytes: upload.bytes.clone(),
            description: said("description"),
        };
        self.files.insert(id, file);
        id
    }

    /// The bot writes in a channel, if it may.
    pub fn bot_posts(&mut self, channel: Id, parcel: &Parcel) -> Result<Id, Refusal> {
        self.bot_reaches(channel)?;
        self.bot_may(channel, self.to_send_in(channel))?;
        if !parcel.files.is_empty() {
            self.bot_may(channel, Permissions::ATTACH_FILES)?;
        }
        parcel.check()?;
        self.unless_empty(parcel)?;
        if is_embeds_only(parcel) {
            self.bot_may(channel, Permissions::EMBED_LINKS)?;
        }
        let reply_to = self.replied(channel, &parcel.body["message_reference"])?;
        if let Some(same) = self.same_nonce(channel, &parcel.body) {
            return Ok(same);
        }
        Ok(self.post(self.bot, channel, parcel, Origin { reply_to, ..Origin::default() }))
    }

    /// The bot shows that it types, if it may write.
    pub fn bot_types(&mut self, channel: Id) -> Result<(), Refusal> {
        self.bot_reaches(channel)?;
        self.bot_may(channel, self.to_send_in(channel))?;
        self.typing.push(channel);
        Ok(())
    }

    /// The bot changes a message of its own, if it may.
    pub fn bot_edits(&mut self, channel: Id, message: Id, parcel: &Parcel) -> Result<(), Refusal> {
        self.bot_sees(channel, message)?;
        if self.message(message).author != self.bot {
            return Err(Refusal::of(50005));
        }
        if self.channel(channel).archived {
            return Err(Refusal::of(50083));
        }
        self.bot_rewrites(message, parcel)
    }

    /// The bot changes a message that is known to be its own to change.
    pub fn bot_rewrites(&mut self, message: Id, parcel: &Parcel) -> Result<(), Refusal> {
        parcel.check()?;
        let before = self.message(message).clone();
        let left = |name: &str, had: bool| match parcel.body.get(name) {
            Some(Value::String(text)) => !text.trim().is_empty(),
            Some(Value::Array(items)) => !items.is_empty(),
            Some(_) => false,
            None => had,
        };
        let something = left("content", !before.content.is_empty())
            || left("embeds", !before.embeds.is_empty())
            || left("attachments", !before.files.is_empty())
            || !parcel.files.is_empty();
        if !something {
            return Err(Refusal::of(50006));
        }
        self.edit(message, parcel);
        Ok(())
    }

    /// The bot removes a message, if it may.
    pub fn bot_deletes(&mut self, channel: Id, message: Id) -> Result<(), Refusal> {
        self.bot_sees(channel, message)?;
        if self.message(message).author != self.bot {
            if self.guild_of(channel).is_none() {
                return Err(Refusal::of(50003));
            }
            self.bot_may(channel, Permissions::MANAGE_MESSAGES)?;
        }
        self.delete(message);
        Ok(())
    }

    /// A message goes.
    pub fn delete(&mut self, message: Id) {
        let (channel, hidden) = (self.message(message).channel, self.message(message).only_for.is_some());
        self.message_mut(message).deleted = true;
        if !hidden {
            self.news.push(News::Deleted { channel, message });
        }
    }

    /// The messages that the bot asks for, newest first; none if it may not read what was before.
    pub fn bot_lists(&self, channel: Id, span: Span) -> Result<Vec<Id>, Refusal> {
        self.bot_reaches(channel)?;
        let most = span.limit.unwrap_or(50);
        if !(1..=100).contains(&most) {
            return Err(Refusal::form("limit", "NUMBER_TYPE_MAX", "int value should be between 1 and 100."));
        }
        if !self.may(self.bot, channel, Permissions::READ_MESSAGE_HISTORY) {
            return Ok(Vec::new());
        }
        let all = self.messages_in(channel).filter(|message| message.only_for.is_none()).map(|message| message.id);
        Ok(span.pick(&all.collect::<Vec<_>>(), most))
    }

    /// The bot asks for one message.
    pub fn bot_gets(&self, channel: Id, message: Id) -> Result<(), Refusal> {
        self.bot_reaches(channel)?;
        self.bot_may(channel, Permissions::READ_MESSAGE_HISTORY)?;
        self.bot_sees(channel, message)
    }

    /// The bot reacts to a message, or takes its reaction back.
    pub fn bot_reacts(&mut self, channel: Id, message: Id, emoji: &str, add: bool) -> Result<(), Refusal> {
        self.bot_gets(channel, message)?;
        let new = !self.message(message).reactions.iter().any(|(known, _)| known == emoji);
        if add && new {
            self.bot_may(channel, Permissions::ADD_REACTIONS)?;
        }
        // Emoji are not ASCII; those of a server are `name:id`.
        if emoji.is_ascii() && !emoji.contains(':') || !add && new {
            return Err(Refusal::of(10014));
        }
        self.react(self.bot, message, emoji, add);
        Ok(())
    }

    /// Somebody reacts to a message, or takes their reaction back.
    pub fn react(&mut self, user: Id, message: Id, emoji: &str, add: bool) {
        let emoji = emoji.to_owned();
        let reactions = &mut self.message_mut(message).reactions;
        let at = reactions.iter().position(|(known, _)| *known == emoji).unwrap_or_else(|| {
            reactions.push((emoji.clone(), Vec::new()));
            reactions.len() - 1
        });
        reactions[at].1.retain(|other| *other != user);
        if add {
            reactions[at].1.push(user);
        }
        reactions.retain(|(_, users)| !users.is_empty());
        let told = if add { News::Reacted { user, message, emoji } } else { News::Unreacted { user, message, emoji } };
        self.news.push(told);
    }

    /// Refuses what is no channel, or none of the bot's servers.
    fn known(&self, channel: Id) -> Result<(), Refusal> {
        let known = self.channels.get(&channel).filter(|channel| !channel.gone).ok_or(Refusal::of(10003))?;
        match known.place {
            Place::Guild(guild) | Place::Thread { guild, .. } if !self.guild(guild).members.contains_key(&self.bot) => {
                Err(Refusal::of(50001))
            }
            _ => Ok(()),
        }
    }

    /// Refuses a channel that is not there for the bot.
    pub fn bot_reaches(&self, channel: Id) -> Result<(), Refusal> {
        self.known(channel)?;
        self.bot_may(channel, Permissions::VIEW_CHANNEL).map_err(|_| Refusal::of(50001))
    }

    /// Refuses what the bot has no permission for. Closed direct messages are refused when it writes.
    fn bot_may(&self, channel: Id, permission: Permissions) -> Result<(), Refusal> {
        if let Place::Direct(with) = self.channel(channel).place {
            let writes = permission == Permissions::SEND_MESSAGES;
            return if writes { self.takes_dm(with) } else { Ok(()) };
        }
        if self.may(self.bot, channel, permission) { Ok(()) } else { Err(Refusal::of(50013)) }
    }

    fn takes_dm(&self, user: Id) -> Result<(), Refusal> {
        let user = self.user(user);
        if !user.takes_dms || user.kind != Kind::Human {
            return Err(Refusal::of(50007));
        }
        if self.shares_a_guild(user.id) { Ok(()) } else { Err(Refusal::of(50278)) }
    }

    /// Refuses a message that is not there, or not for the bot's eyes.
    fn bot_sees(&self, channel: Id, message: Id) -> Result<(), Refusal> {
        self.bot_reaches(channel)?;
        let there = self
            .messages
            .get(&message)
            .filter(|message| message.channel == channel && !message.deleted && message.flags & EPHEMERAL == 0);
        there.map(|_| ()).ok_or(Refusal::of(10008))
    }

    /// Refuses a message that says nothing. Buttons alone say nothing.
    pub fn unless_empty(&self, parcel: &Parcel) -> Result<(), Refusal> {
        let body = &parcel.body;
        let text = body["content"].as_str().unwrap_or_default().trim();
        let empty = text.is_empty() && list(body, "embeds").is_empty() && parcel.files.is_empty();
        if empty { Err(Refusal::of(50006)) } else { Ok(()) }
    }

    fn replied(&self, channel: Id, reference: &Value) -> Result<Option<Id>, Refusal> {
        let Some(id) = as_id(&reference["message_id"]) else { return Ok(None) };
        self.bot_may(channel, Permissions::READ_MESSAGE_HISTORY).map_err(|_| Refusal::of(160002))?;
        let there = self.messages.get(&id).is_some_and(|message| message.channel == channel && !message.deleted);
        match (there, reference["fail_if_not_exists"] == false) {
            (true, _) => Ok(Some(id)),
            (false, true) => Ok(None),
            (false, false) => Refusal::unless_sound(vec![Problem::at(
                "message_reference",
                "REPLIES_UNKNOWN_MESSAGE",
                "Unknown message",
            )])
            .map(|()| None),
        }
    }

    /// The message that the bot sent with the same nonce a short while ago, if it asked not to send it twice.
    fn same_nonce(&self, channel: Id, body: &Value) -> Option<Id> {
        if body["enforce_nonce"] != true || body["nonce"].is_null() {
            return None;
        }
        let fresh = |message: &&Message| self.now_ms - moment_ms(message.id) < NONCE_MS;
        let own = self.messages_in(channel).filter(|message| message.author == self.bot);
        own.filter(fresh).find(|message| message.nonce.as_ref() == Some(&body["nonce"])).map(|message| message.id)
    }
}

/// Whether nothing is left of a message without its embeds.
fn is_embeds_only(parcel: &Parcel) -> bool {
    let text = parcel.body["content"].as_str().unwrap_or_default().trim();
    text.is_empty() && parcel.files.is_empty() && !list(&parcel.body, "embeds").is_empty()
}

impl Span {
    /// What is asked for of these, which come oldest first; the answer is newest first.
    fn pick(self, ids: &[Id], most: usize) -> Vec<Id> {
        let newest_first = |ids: &[Id]| ids.iter().rev().copied().collect::<Vec<_>>();
        if let Some(around) = self.around {
            let at = ids.partition_point(|id| *id < around);
            let from = at.saturating_sub(most / 2);
            return newest_first(&ids[from..(from + most).min(ids.len())]);
        }
        if let Some(after) = self.after {
            let from = ids.partition_point(|id| *id <= after);
            return newest_first(&ids[from..(from + most).min(ids.len())]);
        }
        let to = self.before.map_or(ids.len(), |before| ids.partition_point(|id| *id < before));
        newest_first(&ids[to.saturating_sub(most)..to])
    }
}
