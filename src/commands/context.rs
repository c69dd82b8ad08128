//! What a command may know: who asks, where, when, and the services it may question.

use std::sync::Arc;

use chrono_tz::Tz;

use crate::ai::Assistant;
use crate::model::{
    ModelName, Person, Place, Preference, PreferencePlace, PrivacySettings, Readable, Role, Scope, StoredCall,
    Timestamp, UserId,
};
use crate::store::Store;
use crate::view::{Block, Frame, WindowTitle};

/// What lives as long as the program.
#[derive(Clone)]
pub struct Services {
    /// The store.
    pub store: Store,
    /// Whom to ask.
    pub assistant: Assistant,
    /// The zone of hours and days.
    pub zone: Tz,
    /// What of prompts is kept.
    pub privacy: PrivacySettings,
    /// What commands start with: `!`.
    pub prefix: Arc<str>,
    /// How the bot is spoken to where there is no platform to do it: `@perfbot`.
    pub mention: Arc<str>,
    /// Who hosts the bot.
    pub owner: UserId,
}

/// What a command may know of one message.
pub struct Context {
    /// The services.
    pub services: Services,
    /// Who asks.
    pub person: Person,
    /// Where.
    pub place: Place,
    /// When.
    pub now: Timestamp,
}

impl Context {
    /// Whose calls this person sees here: in a guild its own, in a direct message their own, the owner's all.
    pub fn scope(&self) -> Scope {
        match (&self.place.guild, self.person.role) {
            (Some(guild), _) => Scope::Guild(guild.clone()),
            (None, Role::Owner) => Scope::All,
            (None, _) => Scope::User(self.person.id.clone()),
        }
    }

    /// Which single rows this person sees here. In a guild, those of the channel they stand in: only there is it known
    /// that they can read it.
    pub fn readable(&self) -> Readable {
        match (&self.place.guild, self.person.role) {
            (None, _) | (Some(_), Role::Owner) => Readable::All,
            (Some(_), _) => Readable::Channels(vec![self.place.channel.clone()]),
        }
    }

    /// Rows as this person may see them here. What was asked shows in one's own direct message only: a reply in a
    /// guild is for everyone's eyes.
    pub fn veiled(&self, mut rows: Vec<StoredCall>) -> Vec<StoredCall> {
        if self.place.guild.is_some() {
            rows.iter_mut().for_each(|row| row.preview = None);
        }
        rows
    }

    /// Whether this person may change what concerns the whole channel. A direct message is one's own.
    pub fn may_set_channel(&self) -> bool {
        self.place.guild.is_none() || self.person.role >= Role::Admin
    }

    /// This channel, as a place for preferences.
    pub fn channel(&self) -> PreferencePlace {
        PreferencePlace::Channel(self.place.channel.clone())
    }

    /// This person, as a place for preferences.
    pub fn own(&self) -> PreferencePlace {
        PreferencePlace::User(self.person.id.clone())
    }

    /// What is set for this person here.
    pub fn preference(&self, preference: Preference) -> Option<String> {
        self.services.assistant.preference(preference, &self.place, &self.person.id)
    }

    /// A model's name as people read it.
    pub fn label(&self, model: &ModelName) -> String {
        self.services.assistant.label(model)
    }

    /// Lays a report out for this person.
    pub fn framed(&self, title: &WindowTitle, lay_out: impl FnOnce(&Frame) -> Vec<Block>) -> Vec<Block> {
        let label = |model: &ModelName| self.label(model);
        lay_out(&Frame { title, label: &label, prefix: &self.services.prefix, zone: self.services.zone })
    }

    /// A command as typed here: `!perf stats`.
    pub fn typed(&self, command: &str) -> String {
        format!("{}{command}", self.services.prefix)
    }
}
