//! What a connection is told of the news: the event's name and payload, or nothing where its intents, its share of the
//! servers, or the bot's permissions keep it from hearing. Pure.

use serde_json::{Value, json};
use serenity::model::Permissions;
use serenity::model::gateway::GatewayIntents;

use super::payload;
use super::world::{Id, News, Place, World};

/// What a connection asked for when it identified itself.
#[derive(Debug, Clone, Copy)]
pub struct Ear {
    pub intents: GatewayIntents,
    pub shard: u64,
    pub shards: u64,
}

impl Ear {
    /// Whether a server is this connection's business. Direct messages are the first one's.
    pub fn minds(&self, guild: Option<Id>) -> bool {
        guild.map_or(0, |guild| (guild >> 22) % self.shards) == self.shard
    }

    fn wants(&self, intents: GatewayIntents) -> bool {
        self.intents.contains(intents)
    }

    fn reads_everything(&self) -> bool {
        self.wants(GatewayIntents::MESSAGE_CONTENT)
    }

    /// The event that a piece of news becomes.
    pub fn hears(&self, world: &World, news: &News) -> Option<(String, Value)> {
        let (name, guild, payload) = match news {
            News::Said(message) => self.message("MESSAGE_CREATE", world, *message),
            News::Edited(message) => self.message("MESSAGE_UPDATE", world, *message),
            News::Deleted { channel, message } => self.deleted(world, *channel, *message),
            News::Reacted { user, message, emoji } => self.reaction(true, world, *user, *message, emoji),
            News::Unreacted { user, message, emoji } => self.reaction(false, world, *user, *message, emoji),
            News::Asked { interaction, payload } => {
                let guild = world.guild_of(world.interaction(*interaction).channel);
                Some(("INTERACTION_CREATE", guild, payload.clone()))
            }
            News::ChannelMade(channel) => self.channel(["CHANNEL_CREATE", "THREAD_CREATE"], world, *channel),
            News::ChannelChanged(channel) => self.channel(["CHANNEL_UPDATE", "THREAD_UPDATE"], world, *channel),
            News::ChannelGone(channel) => self.channel(["CHANNEL_DELETE", "THREAD_DELETE"], world, *channel),
            News::GuildHere(guild) => self.guild(world, *guild),
            News::GuildGone { guild, down } => self.guild_gone(*guild, *down),
            News::RoleMade { guild, role } => self.role("GUILD_ROLE_CREATE", world, *guild, *role),
            News::RoleChanged { guild, role } => self.role("GUILD_ROLE_UPDATE", world, *guild, *role),
            News::MemberJoined { guild, user } => self.member("GUILD_MEMBER_ADD", world, *guild, *user),
            News::MemberChanged { guild, user } => self.member("GUILD_MEMBER_UPDATE", world, *guild, *user),
            News::MemberLeft { guild, user } => self.left(world, *guild, *user),
            News::Raw { event, payload } => return Some((event.clone(), payload.clone())),
        }?;
        let member = guild.is_none_or(|guild| name == "GUILD_DELETE" || is_member(world, guild));
        (self.minds(guild) && member).then(|| (name.to_owned(), payload))
    }

    fn message(&self, name: &'static str, world: &World, message: Id) -> Heard {
        let message = world.message(message);
        let guild = self.overhears(world, message.channel)?;
        let mut told = payload::message(world, message, self.reads_everything());
        if let Some(guild) = guild {
            told["guild_id"] = payload::id(guild);
            told["member"] = payload::member_without_user(world, guild, message.author).into();
        }
        Some((name, guild, told))
    }

    fn deleted(&self, world: &World, channel: Id, message: Id) -> Heard {
        let guild = self.overhears(world, channel)?;
        let mut told = json!({ "id": payload::id(message), "channel_id": payload::id(channel) });
        add_guild(&mut told, guild);
        Some(("MESSAGE_DELETE", guild, told))
    }

    fn reaction(&self, added: bool, world: &World, user: Id, message: Id, emoji: &str) -> Heard {
        let message = world.message(message);
        let guild = world.guild_of(message.channel);
        let intent = match guild {
            Some(_) => GatewayIntents::GUILD_MESSAGE_REACTIONS,
            None => GatewayIntents::DIRECT_MESSAGE_REACTIONS,
        };
        if !self.wants(intent) || !world.may(world.bot, message.channel, Permissions::VIEW_CHANNEL) {
            return None;
        }
        let mut told = json!({
            "user_id": payload::id(user), "channel_id": payload::id(message.channel),
            "message_id": payload::id(message.id), "emoji": payload::emoji(emoji), "burst": false, "type": 0,
        });
        add_guild(&mut told, guild);
        if added {
            told["message_author_id"] = payload::id(message.author);
            if let Some(member) = guild.and_then(|guild| payload::member(world, guild, user)) {
                told["member"] = member;
            }
        }
        Some((if added { "MESSAGE_REACTION_ADD" } else { "MESSAGE_REACTION_REMOVE" }, guild, told))
    }

    /// The server of a channel whose messages reach this connection, if they do.
    fn overhears(&self, world: &World, channel: Id) -> Option<Option<Id>> {
        let guild = world.guild_of(channel);
        let intent = match guild {
            Some(_) => GatewayIntents::GUILD_MESSAGES,
            None => GatewayIntents::DIRECT_MESSAGES,
        };
        let reaches = self.wants(intent) && world.may(world.bot, channel, Permissions::VIEW_CHANNEL);
        reaches.then_some(guild)
    }

    fn channel(&self, names: [&'static str; 2], world: &World, channel: Id) -> Heard {
        let channel = world.channel(channel);
        let name = names[usize::from(matches!(channel.place, Place::Thread { .. }))];
        let told = payload::channel(world, channel);
        self.wants(GatewayIntents::GUILDS).then(|| (name, world.guild_of(channel.id), told))
    }

    fn guild(&self, world: &World, guild: Id) -> Heard {
        let told = payload::whole_guild(world, guild, self.wants(GatewayIntents::GUILD_MEMBERS));
        self.wants(GatewayIntents::GUILDS).then_some(("GUILD_CREATE", Some(guild), told))
    }

    fn guild_gone(&self, guild: Id, down: bool) -> Heard {
        let mut told = json!({ "id": payload::id(guild) });
        if down {
            told["unavailable"] = true.into();
        }
        self.wants(GatewayIntents::GUILDS).then_some(("GUILD_DELETE", Some(guild), told))
    }

    fn role(&self, name: &'static str, world: &World, guild: Id, role: Id) -> Heard {
        let home = world.guild(guild);
        let told = json!({ "guild_id": payload::id(guild), "role": payload::role(home, &home.roles[&role]) });
        self.wants(GatewayIntents::GUILDS).then_some((name, Some(guild), told))
    }

    /// Of itself the bot hears always, of others only with the intent.
    fn member(&self, name: &'static str, world: &World, guild: Id, user: Id) -> Heard {
        let mut told = payload::member(world, guild, user)?;
        told["guild_id"] = payload::id(guild);
        let wanted = user == world.bot || self.wants(GatewayIntents::GUILD_MEMBERS);
        wanted.then_some((name, Some(guild), told))
    }

    fn left(&self, world: &World, guild: Id, user: Id) -> Heard {
        let told = json!({ "guild_id": payload::id(guild), "user": payload::user(world.user(user)) });
        self.wants(GatewayIntents::GUILD_MEMBERS).then_some(("GUILD_MEMBER_REMOVE", Some(guild), told))
    }
}

/// Event, server and payload.
type Heard = Option<(&'static str, Option<Id>, Value)>;

fn is_member(world: &World, guild: Id) -> bool {
    world.guild(guild).members.contains_key(&world.bot)
}

fn add_guild(told: &mut Value, guild: Option<Id>) {
    if let Some(guild) = guild {
        told["guild_id"] = payload::id(guild);
    }
}
