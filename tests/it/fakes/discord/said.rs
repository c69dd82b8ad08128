//! A message as tests hold it, and what can be asked of it: how it stands, how it came to stand like that, and whom it
//! disturbed. It stays good after the message is deleted.

use std::fmt;
use std::sync::Arc;

use serde_json::Value;

use super::asking;
use super::handles::{Channel, Person, handle};
use super::hub::Hub;
use super::mentions::Ping;
use super::world::{Id, LOADING, Message};

handle!(
    /// A message, also after it was deleted.
    Said
);

impl Said {
    fn look<T>(&self, question: impl FnOnce(&Message) -> T) -> T {
        self.hub.look(|world| question(world.message(self.id)))
    }

    /// Its text as it stands.
    pub fn text(&self) -> String {
        self.look(|message| message.content.clone())
    }

    /// Its text after each change, the first included.
    pub fn frames(&self) -> Vec<String> {
        self.look(|message| message.frames.clone())
    }

    pub fn author(&self) -> Person {
        Person::new(&self.hub, self.look(|message| message.author))
    }

    pub fn channel(&self) -> Channel {
        Channel::new(&self.hub, self.look(|message| message.channel))
    }

    /// The message that it replies to.
    pub fn replies_to(&self) -> Option<Said> {
        self.look(|message| message.reply_to).map(|id| Said::new(&self.hub, id))
    }

    /// Its embeds, as they were sent.
    pub fn embeds(&self) -> Vec<Value> {
        self.look(|message| message.embeds.clone())
    }

    /// What stands on its buttons and menus.
    pub fn buttons(&self) -> Vec<String> {
        self.look(|message| asking::labels(&message.components).into_iter().map(str::to_owned).collect())
    }

    /// The custom ids of its buttons and menus.
    pub fn custom_ids(&self) -> Vec<String> {
        self.look(|message| asking::custom_ids(&message.components).into_iter().map(str::to_owned).collect())
    }

    /// The names of its files.
    pub fn files(&self) -> Vec<String> {
        self.hub.look(|world| {
            let files = world.message(self.id).files.iter();
            files.map(|file| world.files[file].name.clone()).collect()
        })
    }

    /// The bytes of a file of it.
    pub fn file(&self, name: &str) -> Vec<u8> {
        let find = |world: &super::world::World| {
            let mut files = world.message(self.id).files.iter().map(|file| &world.files[file]);
            files.find(|file| file.name == name).map(|file| file.bytes.clone())
        };
        self.hub.look(find).unwrap_or_else(|| panic!("there is no {name} but {:?}", self.files()))
    }

    /// The alt text of a file of it.
    pub fn description(&self, name: &str) -> Option<String> {
        self.hub.look(|world| {
            let mut files = world.message(self.id).files.iter().map(|file| &world.files[file]);
            files.find(|file| file.name == name).and_then(|file| file.description.clone())
        })
    }

    /// Whom it notified, at first or after a change, as far as it did not forbid it.
    pub fn pings(&self) -> Vec<Ping> {
        self.look(|message| message.pinged.iter().copied().collect())
    }

    /// Each emoji under it, with how many reacted.
    pub fn reactions(&self) -> Vec<(String, usize)> {
        self.look(|message| message.reactions.iter().map(|(emoji, users)| (emoji.clone(), users.len())).collect())
    }

    pub fn is_deleted(&self) -> bool {
        self.look(|message| message.deleted)
    }

    /// Whether only one person sees it.
    pub fn is_ephemeral(&self) -> bool {
        self.look(|message| message.only_for.is_some())
    }

    /// Whether it is still only promised.
    pub fn is_thinking(&self) -> bool {
        self.look(|message| message.flags & LOADING != 0)
    }

    /// Whether it was sent without a sound.
    pub fn is_silent(&self) -> bool {
        self.look(|message| message.flags & (1 << 12) != 0)
    }

    /// Its address for people.
    pub fn link(&self) -> String {
        let channel = self.look(|message| message.channel);
        let guild = self.hub.look(|world| world.guild_of(channel));
        let guild = guild.map_or_else(|| "@me".to_owned(), |guild| guild.to_string());
        format!("https://discord.com/channels/{guild}/{channel}/{}", self.id)
    }
}
