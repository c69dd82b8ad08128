//! What a command may know: who asks, where, when, and the services it may question.

use std::sync::Arc;

use chrono_tz::Tz;

use crate::ai::Assistant;
use crate::model::{
    MessageId, ModelName, Person, Place, Preference, PreferencePlace, PrivacySettings, Reach, Readable, Retention,
    Role, Scope, StoredCall, Timestamp, UserId,
};
use crate::store::Store;
use crate::view::{Block, Frame, Painter, WindowTitle};

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
    /// How long measurements are kept.
    pub retention: Retention,
    /// What commands start with: `!`.
    pub prefix: Arc<str>,
    /// How the bot is spoken to where there is no platform to do it: `@perfbot`.
    pub mention: Arc<str>,
    /// Who hosts the bot.
    pub owner: UserId,
    /// Makes pictures of charts.
    pub painter: Arc<Painter>,
}

/// What a command may know of one message.
pub struct Context {
    /// The services.
    pub services: Services,
    /// Who asks.
    pub person: Person,
    /// Where.
    pub place: Place,
    /// The message that this one replies to.
    pub reply_to: Option<MessageId>,
    /// Who will see the reply.
    pub audience: Audience,
    /// Which single rows may be shown to them.
    pub readable: Readable,
    /// When.
    pub now: Timestamp,
}

/// Who sees a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Everyone who can read the channel.
    Everyone,
    /// Only who asked.
    Asker,
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

    /// Whom it concerns what this person writes down or fixes here: in a guild the guild; in a direct message them, or
    /// everyone if they host the bot.
    pub fn reach(&self) -> Reach {
        match (&self.place.guild, self.person.role) {
            (Some(guild), _) => Reach::Guild(guild.clone()),
            (None, Role::Owner) => Reach::All,
            (None, _) => Reach::User(self.person.id.clone()),
        }
    }

    /// Rows as they may be shown here. What was asked shows in one's own direct message, and to admins where nobody else
    /// sees the reply.
    pub fn veiled(&self, mut rows: Vec<StoredCall>) -> Vec<StoredCall> {
        let is_private = self.audience == Audience::Asker;
        if !is_private || self.place.guild.is_some() && self.person.role < Role::Admin {
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
