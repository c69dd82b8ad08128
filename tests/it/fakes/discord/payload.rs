//! The world as Discord writes it down: JSON with every field that serenity asks for. A payload that lacks one would
//! vanish without a word on the other side.

use chrono::{DateTime, SecondsFormat};
use serde_json::{Value, json};
use serenity::model::Permissions;

use super::interactions::Use;
use super::mentions::Ping;
use super::permissions::{Overwrite, Target};
use super::world::{Channel, File, Guild, GuildState, Id, Kind, Message, Place, Role, User, World};

/// An id as it goes over the wire.
pub fn id(id: Id) -> Value {
    Value::String(id.to_string())
}

/// A moment as it goes over the wire.
pub fn time(ms: u64) -> String {
    let ms = i64::try_from(ms).expect("a moment of this age");
    DateTime::from_timestamp_millis(ms).expect("a moment of this age").to_rfc3339_opts(SecondsFormat::Micros, false)
}

pub fn user(user: &User) -> Value {
    json!({
        "id": id(user.id), "username": user.name, "global_name": null, "discriminator": "0", "avatar": null,
        "bot": user.kind != Kind::Human, "public_flags": 0, "flags": 0,
    })
}

pub fn application(world: &World) -> Value {
    json!({
        "id": id(world.bot), "name": world.user(world.bot).name, "icon": null, "description": "",
        "bot_public": true, "bot_require_code_grant": false, "verify_key": "0", "summary": "", "flags": world.application_flags,
        "owner": user(world.user(world.owner)), "team": null,
    })
}

/// A member as REST and GUILD_CREATE know them. `None` for those who write without being members.
pub fn member(world: &World, guild: Id, who: Id) -> Option<Value> {
    let mut member = member_without_user(world, guild, who)?;
    member["user"] = user(world.user(who));
    Some(member)
}

/// A member beside a user.
pub fn member_without_user(world: &World, guild: Id, who: Id) -> Option<Value> {
    let member = world.guild(guild).members.get(&who)?;
    let roles: Vec<Value> = member.roles.iter().copied().map(id).collect();
    Some(json!({
        "nick": null, "avatar": null, "banner": null, "roles": roles, "joined_at": time(super::world::moment_ms(guild)),
        "premium_since": null, "deaf": false, "mute": false, "pending": false, "flags": 0,
        "communication_disabled_until": null,
    }))
}

/// A member as an interaction knows them: with what they may do in its channel.
pub fn member_in(world: &World, channel: Id, who: Id) -> Option<Value> {
    let mut member = member(world, world.guild_of(channel)?, who)?;
    member["permissions"] = bits(world.permissions(who, channel));
    Some(member)
}

pub fn role(guild: &Guild, role: &Role) -> Value {
    let position = guild.roles.keys().position(|id| *id == role.id);
    let mut told = json!({
        "id": id(role.id), "name": role.name, "permissions": bits(role.permissions), "position": position,
        "color": 0, "colors": { "primary_color": 0, "secondary_color": null, "tertiary_color": null },
        "hoist": false, "managed": role.bot.is_some(), "mentionable": false, "icon": null, "unicode_emoji": null,
        "flags": 0,
    });
    if let Some(bot) = role.bot {
        told["tags"] = json!({ "bot_id": id(bot) });
    }
    told
}

/// Permissions as they go over the wire.
pub fn bits(permissions: Permissions) -> Value {
    Value::String(permissions.bits().to_string())
}

fn overwrite(overwrite: &Overwrite) -> Value {
    let (kind, whose) = match overwrite.target {
        Target::Role(role) => (0, role),
        Target::Member(member) => (1, member),
    };
    json!({ "id": id(whose), "type": kind, "allow": bits(overwrite.allow), "deny": bits(overwrite.deny) })
}

pub fn channel(world: &World, channel: &Channel) -> Value {
    match channel.place {
        Place::Direct(with) => json!({
            "id": id(channel.id), "type": 1, "last_message_id": null, "recipients": [user(world.user(with))], "flags": 0,
        }),
        Place::Guild(guild) => {
            let overwrites: Vec<Value> = channel.overwrites.iter().map(overwrite).collect();
            json!({
                "id": id(channel.id), "guild_id": id(guild), "type": 0, "name": channel.name, "position": 0,
                "permission_overwrites": overwrites, "nsfw": channel.nsfw, "topic": null, "parent_id": null,
                "last_message_id": null, "rate_limit_per_user": 0, "flags": 0,
            })
        }
        Place::Thread { guild, parent } => json!({
            "id": id(channel.id), "guild_id": id(guild), "parent_id": id(parent), "type": 11, "name": channel.name,
            "owner_id": id(world.guild(guild).owner), "last_message_id": null, "rate_limit_per_user": 0,
            "message_count": 0, "member_count": 1, "total_message_sent": 0, "flags": 0,
            "thread_metadata": {
                "archived": channel.archived, "locked": false, "auto_archive_duration": 1440,
                "archive_timestamp": time(super::world::moment_ms(channel.id)),
            },
        }),
    }
}

/// A channel as an interaction knows it.
pub fn channel_in_interaction(world: &World, channel_id: Id, who: Id) -> Value {
    let mut whole = channel(world, world.channel(channel_id));
    whole["permissions"] = bits(world.permissions(who, channel_id));
    whole
}

/// A server as `GET /guilds/{id}` tells it.
pub fn guild(guild: &Guild) -> Value {
    let roles: Vec<Value> = guild.roles.values().map(|each| role(guild, each)).collect();
    json!({
        "id": id(guild.id), "name": guild.name, "icon": null, "splash": null, "discovery_splash": null,
        "owner_id": id(guild.owner), "afk_channel_id": null, "afk_timeout": 300, "widget_enabled": false,
        "verification_level": 0, "default_message_notifications": 0, "explicit_content_filter": 0, "roles": roles,
        "emojis": [], "features": [], "mfa_level": 0, "application_id": null,
        "system_channel_id": guild.system_channel.map(id), "system_channel_flags": 0, "rules_channel_id": null,
        "vanity_url_code": null, "description": null, "banner": null, "premium_tier": 0,
        "preferred_locale": "en-US", "public_updates_channel_id": null, "nsfw_level": 0, "stickers": [],
        "premium_progress_bar_enabled": false, "safety_alerts_channel_id": null,
    })
}

/// A server as GUILD_CREATE tells it. Without the intent for members only the bot is among them.
pub fn whole_guild(world: &World, whole: Id, all_members: bool) -> Value {
    let here = world.guild(whole);
    let shown = here.members.keys().filter(|who| all_members || **who == world.bot);
    let members: Vec<Value> = shown.filter_map(|who| member(world, whole, *who)).collect();
    let inside = world.channels.values().filter(|channel| !channel.gone && world.guild_of(channel.id) == Some(whole));
    let (threads, channels): (Vec<&Channel>, Vec<&Channel>) =
        inside.partition(|channel| matches!(channel.place, Place::Thread { .. }));
    let all = |some: Vec<&Channel>| some.into_iter().map(|each| channel(world, each)).collect::<Vec<_>>();
    let mut told = guild(here);
    told["joined_at"] = time(super::world::moment_ms(whole)).into();
    told["large"] = false.into();
    told["unavailable"] = (here.state == GuildState::Down).into();
    told["member_count"] = here.members.len().into();
    told["members"] = members.into();
    told["channels"] = all(channels).into();
    told["threads"] = all(threads).into();
    for empty in ["voice_states", "presences", "stage_instances", "guild_scheduled_events", "soundboard_sounds"] {
        told[empty] = json!([]);
    }
    told
}

pub fn file(world: &World, channel: Id, file: &File) -> Value {
    // The signature means nothing, but addresses of Discord have one, and it must not end up in a log.
    let signed = format!("{}/attachments/{channel}/{}/{}?ex=68&is=67&hm=5ecf", world.address, file.id, file.name);
    json!({
        "id": id(file.id), "filename": file.name, "size": file.size, "url": signed, "proxy_url": signed,
        "content_type": file.content_type, "description": file.description,
    })
}

/// A message. Without the right to read it, what it says arrives empty, unless it is meant for the bot.
pub fn message(world: &World, message: &Message, reads_everything: bool) -> Value {
    let shown = reads_everything || is_for_the_bot(world, message);
    let (pinged, roles) = pinged(world, message);
    let everyone = message.pings.iter().any(|ping| matches!(ping, Ping::Everyone | Ping::Here));
    let files = message.files.iter().map(|file| self::file(world, message.channel, &world.files[file]));
    let mut told = json!({
        "id": id(message.id), "channel_id": id(message.channel), "author": user(world.user(message.author)),
        "content": if shown { message.content.as_str() } else { "" },
        "timestamp": time(super::world::moment_ms(message.id)), "edited_timestamp": message.edited_ms.map(time),
        "tts": false, "mention_everyone": everyone, "mentions": pinged, "mention_roles": roles,
        "attachments": files.filter(|_| shown).collect::<Vec<_>>(),
        "embeds": if shown { rich(&message.embeds) } else { Vec::new() },
        "components": if shown { message.components.clone() } else { Vec::new() },
        "pinned": false, "type": kind(world, message), "flags": message.flags,
    });
    if !message.reactions.is_empty() {
        told["reactions"] = reactions(world, message).into();
    }
    if let Some(nonce) = &message.nonce {
        told["nonce"] = nonce.clone();
    }
    if world.user(message.author).kind == Kind::Webhook {
        told["webhook_id"] = id(message.author);
    }
    add_reply(&mut told, world, message, reads_everything);
    add_interaction(&mut told, world, message);
    told
}

/// Direct messages, the bot's own, and those that mention it are readable without the right to read everything.
fn is_for_the_bot(world: &World, message: &Message) -> bool {
    world.guild_of(message.channel).is_none()
        || message.author == world.bot
        || message.pings.contains(&Ping::User(world.bot))
}

fn pinged(world: &World, message: &Message) -> (Vec<Value>, Vec<Value>) {
    let users = message.pings.iter().filter_map(|ping| match ping {
        Ping::User(who) => world.users.get(who).map(user),
        _ => None,
    });
    let roles = message.pings.iter().filter_map(|ping| match ping {
        Ping::Role(role) => Some(id(*role)),
        _ => None,
    });
    (users.collect(), roles.collect())
}

fn rich(embeds: &[Value]) -> Vec<Value> {
    let mut embeds = embeds.to_vec();
    embeds.iter_mut().for_each(|embed| embed["type"] = "rich".into());
    embeds
}

fn kind(world: &World, message: &Message) -> u8 {
    let asked = message.interaction.map(|asked| world.interaction(asked).kind);
    match (asked, message.reply_to) {
        (Some(Use::Command), _) => 20,
        (_, Some(_)) => 19,
        _ => 0,
    }
}

fn reactions(world: &World, message: &Message) -> Vec<Value> {
    let told = message.reactions.iter().map(|(name, users)| {
        json!({
            "emoji": emoji(name), "count": users.len(), "count_details": { "burst": 0, "normal": users.len() },
            "me": users.contains(&world.bot), "me_burst": false, "burst_colors": [],
        })
    });
    told.collect()
}

/// An emoji by what REST calls it: the character, or `name:id`.
pub fn emoji(name: &str) -> Value {
    match name.split_once(':') {
        Some((name, id)) => json!({ "name": name, "id": id, "animated": false }),
        None => json!({ "name": name, "id": null }),
    }
}

fn add_reply(told: &mut Value, world: &World, message: &Message, reads_everything: bool) {
    let Some(replied) = message.reply_to else { return };
    let guild = world.guild_of(message.channel).map(id);
    told["message_reference"] =
        json!({ "type": 0, "message_id": id(replied), "channel_id": id(message.channel), "guild_id": guild });
    let there = world.messages.get(&replied).filter(|replied| !replied.deleted);
    // Only one step is told of a chain of replies.
    let alone = there.map(|there| self::message(world, &Message { reply_to: None, ..there.clone() }, reads_everything));
    told["referenced_message"] = alone.into();
}

fn add_interaction(told: &mut Value, world: &World, message: &Message) {
    let Some(asked) = message.interaction.map(|asked| world.interaction(asked)) else { return };
    told["application_id"] = id(world.bot);
    told["webhook_id"] = id(world.bot);
    let who = user(world.user(asked.user));
    if asked.kind == Use::Command {
        let words = asked.text.trim_start_matches('/').split(' ').take_while(|word| !word.contains(':'));
        let name = words.collect::<Vec<_>>().join(" ");
        told["interaction"] = json!({ "id": id(asked.id), "type": 2, "name": name, "user": who });
    }
    if asked.kind != Use::Form {
        told["interaction_metadata"] = json!({
            "id": id(asked.id), "type": asked.kind as u8, "user": who,
            "authorizing_integration_owners": installed(world, asked.channel),
            "interacted_message_id": asked.source.map(id),
        });
    }
}

/// Through whom the bot is there: the server, or nobody in a direct message.
pub fn installed(world: &World, channel: Id) -> Value {
    json!({ "0": id(world.guild_of(channel).unwrap_or_default()) })
}
