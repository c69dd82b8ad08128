//! All there is on the fake Discord: people, servers, channels, messages, and what the bot registered. Plain values and
//! questions to them; the rules by which they change stand in the files beside this one. Its clock is a number.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use serenity::model::Permissions;

use super::interactions::Interaction;
use super::mentions::Ping;
use super::permissions::{self, Overwrite, Standing};

/// A snowflake: a moment and a number.
pub type Id = u64;

/// What Discord counts its milliseconds from: the start of 2015.
pub const EPOCH_MS: u64 = 1_420_070_400_000;

/// 2026-01-05 09:00:00 UTC, a Monday: when everything happens until a test says otherwise.
pub const START_MS: u64 = 1_767_603_600_000;

#[derive(Debug)]
pub struct World {
    pub now_ms: u64,
    made: u64,
    /// The bot under test; its application has the same id.
    pub bot: Id,
    /// Whose application it is.
    pub owner: Id,
    /// What is switched on for it in the developer portal.
    pub application_flags: u64,
    /// Where files can be fetched: `http://127.0.0.1:port`.
    pub address: String,
    pub users: BTreeMap<Id, User>,
    pub guilds: BTreeMap<Id, Guild>,
    pub channels: BTreeMap<Id, Channel>,
    pub messages: BTreeMap<Id, Message>,
    pub files: BTreeMap<Id, File>,
    pub interactions: BTreeMap<Id, Interaction>,
    /// What the bot registered, as it goes over the wire; those of one server carry its `guild_id`.
    pub commands: Vec<Value>,
    /// Each time the bot began to type, the channel.
    pub typing: Vec<Id>,
    /// What happened and is not told to the gateway yet.
    pub news: Vec<News>,
}

#[derive(Debug, Clone)]
pub struct User {
    pub id: Id,
    pub name: String,
    pub kind: Kind,
    /// Whether they accept direct messages of the bot.
    pub takes_dms: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Human,
    Bot,
    /// Not a user at all, but the author of messages all the same.
    Webhook,
}

#[derive(Debug, Clone)]
pub struct Guild {
    pub id: Id,
    pub name: String,
    pub owner: Id,
    pub system_channel: Option<Id>,
    /// The first one is everybody's; its id is the server's.
    pub roles: BTreeMap<Id, Role>,
    pub members: BTreeMap<Id, Member>,
    pub state: GuildState,
}

/// How a server stands to the bot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GuildState {
    Here,
    /// Discord has trouble with it; it comes back.
    Down,
    /// The bot is no member.
    Left,
}

#[derive(Debug, Clone)]
pub struct Role {
    pub id: Id,
    pub name: String,
    pub permissions: Permissions,
    /// The bot whose own role it is.
    pub bot: Option<Id>,
}

#[derive(Debug, Clone, Default)]
pub struct Member {
    pub roles: Vec<Id>,
}

#[derive(Debug, Clone)]
pub struct Channel {
    pub id: Id,
    pub name: String,
    pub place: Place,
    /// Age-restricted.
    pub nsfw: bool,
    pub overwrites: Vec<Overwrite>,
    pub archived: bool,
    pub gone: bool,
}

/// What a channel is part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Guild(Id),
    Thread {
        guild: Id,
        parent: Id,
    },
    /// Between the bot and somebody.
    Direct(Id),
}

#[derive(Debug, Clone)]
pub struct Message {
    pub id: Id,
    pub channel: Id,
    pub author: Id,
    pub content: String,
    pub embeds: Vec<Value>,
    pub components: Vec<Value>,
    pub files: Vec<Id>,
    pub flags: u64,
    pub reply_to: Option<Id>,
    /// Each emoji with those who reacted with it, in order.
    pub reactions: Vec<(String, Vec<Id>)>,
    pub edited_ms: Option<u64>,
    pub nonce: Option<Value>,
    /// The interaction that it answers.
    pub interaction: Option<Id>,
    /// The only person who sees it.
    pub only_for: Option<Id>,
    pub deleted: bool,
    /// Whom it notifies as it stands.
    pub pings: Vec<Ping>,
    /// Whom it notified at any time.
    pub pinged: BTreeSet<Ping>,
    /// Its text after each change, the first included.
    pub frames: Vec<String>,
}

#[derive(Debug, Clone)]
pub struct File {
    pub id: Id,
    pub name: String,
    pub content_type: Option<String>,
    /// The size that Discord states; a test may make it lie.
    pub size: u64,
    pub bytes: Vec<u8>,
    /// The alt text.
    pub description: Option<String>,
}

/// Something that happened, for the gateway.
#[derive(Debug, Clone)]
pub enum News {
    Said(Id),
    Edited(Id),
    Deleted {
        channel: Id,
        message: Id,
    },
    Reacted {
        user: Id,
        message: Id,
        emoji: String,
    },
    Unreacted {
        user: Id,
        message: Id,
        emoji: String,
    },
    Asked {
        interaction: Id,
        payload: Value,
    },
    ChannelMade(Id),
    ChannelChanged(Id),
    ChannelGone(Id),
    GuildHere(Id),
    GuildGone {
        guild: Id,
        down: bool,
    },
    RoleMade {
        guild: Id,
        role: Id,
    },
    RoleChanged {
        guild: Id,
        role: Id,
    },
    MemberJoined {
        guild: Id,
        user: Id,
    },
    MemberChanged {
        guild: Id,
        user: Id,
    },
    MemberLeft {
        guild: Id,
        user: Id,
    },
    /// Whatever a test wants the bot to be told.
    Raw {
        event: String,
        payload: Value,
    },
}

/// Message flags that matter here.
pub const SUPPRESS_EMBEDS: u64 = 1 << 2;
pub const EPHEMERAL: u64 = 1 << 6;
pub const LOADING: u64 = 1 << 7;

/// The flag of applications in fewer than a hundred servers that may read messages.
const MAY_READ_MESSAGES: u64 = 1 << 19;

impl World {
    /// A world with the bot and its owner, and nothing else.
    pub fn new(address: String) -> Self {
        let mut world = Self {
            now_ms: START_MS,
            made: 0,
            bot: 0,
            owner: 0,
            application_flags: MAY_READ_MESSAGES,
            address,
            users: BTreeMap::new(),
            guilds: BTreeMap::new(),
            channels: BTreeMap::new(),
            messages: BTreeMap::new(),
            files: BTreeMap::new(),
            interactions: BTreeMap::new(),
            commands: Vec::new(),
            typing: Vec::new(),
            news: Vec::new(),
        };
        world.bot = world.add_user("perfbot", Kind::Bot);
        world.owner = world.add_user("owner", Kind::Human);
        world
    }

    /// A new id of this moment.
    pub fn id(&mut self) -> Id {
        self.made += 1;
        ((self.now_ms - EPOCH_MS) << 22) | self.made
    }

    /// Somebody new.
    pub fn add_user(&mut self, name: &str, kind: Kind) -> Id {
        let id = self.id();
        self.users.insert(id, User { id, name: name.to_owned(), kind, takes_dms: true });
        id
    }

    /// A server with an owner of its own, in which the bot is a member with a role that allows what its invite asked for.
    pub fn add_guild(&mut self, name: &str) -> Id {
        let owner = self.add_user(&format!("{}-owner", name.to_lowercase()), Kind::Human);
        let id = self.id();
        let everyone = Role { id, name: "@everyone".to_owned(), permissions: permissions::EVERYONE, bot: None };
        let own =
            Role { id: self.id(), name: "perfbot".to_owned(), permissions: permissions::INVITE, bot: Some(self.bot) };
        let members = BTreeMap::from([(owner, Member::default()), (self.bot, Member { roles: vec![own.id] })]);
        let roles = BTreeMap::from([(everyone.id, everyone), (own.id, own)]);
        let guild =
            Guild { id, name: name.to_owned(), owner, system_channel: None, roles, members, state: GuildState::Here };
        self.guilds.insert(id, guild);
        self.news.push(News::GuildHere(id));
        id
    }

    /// A role that allows this and that nobody has yet.
    pub fn add_role(&mut self, guild: Id, name: &str, permissions: Permissions) -> Id {
        let id = self.id();
        self.guild_mut(guild).roles.insert(id, Role { id, name: name.to_owned(), permissions, bot: None });
        self.news.push(News::RoleMade { guild, role: id });
        id
    }

    /// A channel; the first text channel of a server is where its notices go.
    pub fn add_channel(&mut self, name: &str, place: Place) -> Id {
        let id = self.id();
        let name = name.to_owned();
        let overwrites = Vec::new();
        self.channels.insert(id, Channel { id, name, place, nsfw: false, overwrites, archived: false, gone: false });
        match place {
            Place::Guild(guild) => _ = self.guild_mut(guild).system_channel.get_or_insert(id),
            Place::Thread { .. } => {}
            // The gateway says nothing about these.
            Place::Direct(_) => return id,
        }
        self.news.push(News::ChannelMade(id));
        id
    }

    /// The channel between the bot and somebody, made when it is first needed.
    pub fn direct_channel(&mut self, user: Id) -> Id {
        let is_theirs = |channel: &&Channel| channel.place == Place::Direct(user);
        let known = self.channels.values().find(is_theirs).map(|channel| channel.id);
        known.unwrap_or_else(|| self.add_channel("", Place::Direct(user)))
    }

    pub fn user(&self, id: Id) -> &User {
        self.users.get(&id).expect("a user of this world")
    }

    pub fn guild(&self, id: Id) -> &Guild {
        self.guilds.get(&id).expect("a server of this world")
    }

    pub fn guild_mut(&mut self, id: Id) -> &mut Guild {
        self.guilds.get_mut(&id).expect("a server of this world")
    }

    pub fn channel(&self, id: Id) -> &Channel {
        self.channels.get(&id).expect("a channel of this world")
    }

    pub fn channel_mut(&mut self, id: Id) -> &mut Channel {
        self.channels.get_mut(&id).expect("a channel of this world")
    }

    pub fn message(&self, id: Id) -> &Message {
        self.messages.get(&id).expect("a message of this world")
    }

    pub fn message_mut(&mut self, id: Id) -> &mut Message {
        self.messages.get_mut(&id).expect("a message of this world")
    }

    /// The server that a channel is in.
    pub fn guild_of(&self, channel: Id) -> Option<Id> {
        match self.channel(channel).place {
            Place::Guild(guild) | Place::Thread { guild, .. } => Some(guild),
            Place::Direct(_) => None,
        }
    }

    /// What stands in a channel, oldest first, deleted messages left out.
    pub fn messages_in(&self, channel: Id) -> impl DoubleEndedIterator<Item = &Message> {
        self.messages.values().filter(move |message| message.channel == channel && !message.deleted)
    }

    /// What somebody may do in a channel.
    pub fn permissions(&self, user: Id, channel: Id) -> Permissions {
        let channel = self.channel(channel);
        match channel.place {
            Place::Direct(with) if with == user || self.bot == user => permissions::EVERYONE,
            Place::Direct(_) => Permissions::empty(),
            Place::Guild(guild) => self.permissions_with(user, guild, &channel.overwrites),
            Place::Thread { guild, parent } => self.permissions_with(user, guild, &self.channel(parent).overwrites),
        }
    }

    fn permissions_with(&self, user: Id, guild: Id, overwrites: &[Overwrite]) -> Permissions {
        let guild = self.guild(guild);
        let Some(member) = guild.members.get(&user) else { return Permissions::empty() };
        let held = guild.roles.values().filter(|role| role.id == guild.id || member.roles.contains(&role.id));
        let granted = held.fold(Permissions::empty(), |all, role| all | role.permissions);
        let owner = guild.owner == user;
        permissions::in_channel(
            &Standing { user, owner, everyone: guild.id, roles: &member.roles, granted },
            overwrites,
        )
    }

    /// Whether somebody may do this in a channel.
    pub fn may(&self, user: Id, channel: Id, permission: Permissions) -> bool {
        self.permissions(user, channel).contains(permission)
    }

    /// The permission that writing in a channel takes.
    pub fn to_send_in(&self, channel: Id) -> Permissions {
        match self.channel(channel).place {
            Place::Thread { .. } => Permissions::SEND_MESSAGES_IN_THREADS,
            _ => Permissions::SEND_MESSAGES,
        }
    }

    /// Whether somebody is in a server in which the bot is too.
    pub fn shares_a_guild(&self, user: Id) -> bool {
        let here = self.guilds.values().filter(|guild| guild.state != GuildState::Left);
        here.into_iter().any(|guild| guild.members.contains_key(&user))
    }
}

/// The moment of an id.
pub fn moment_ms(id: Id) -> u64 {
    (id >> 22) + EPOCH_MS
}
