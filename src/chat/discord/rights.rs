//! Who may do what where, as Discord's roles and overwrites say it, and whose rows may be shown to whom.

use std::collections::BTreeSet;

use serenity::all::{
    Cache, ChannelId, ChannelType, Guild, GuildChannel, GuildId, PermissionOverwriteType, Permissions, RoleId, UserId,
};

use super::connect::NEEDED;
use crate::commands::Audience;
use crate::config::DiscordSettings;
use crate::model::{self, Readable, Role};

/// Somebody in a server: who, and with which roles.
#[derive(Debug, Clone)]
pub struct Member {
    /// Who.
    pub id: UserId,
    /// The roles they have beside the one that everyone has.
    pub roles: Vec<RoleId>,
}

/// What the channel is in which something was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spot {
    /// A direct message.
    Direct,
    /// A channel of a server; threads have a parent.
    Guild {
        /// The server.
        guild: GuildId,
        /// The channel or thread.
        channel: ChannelId,
        /// The channel that a thread hangs on, else the channel.
        parent: ChannelId,
    },
}

impl Spot {
    /// The spot with this id. Unknown channels are taken for what they seem to be.
    pub fn of(cache: &Cache, guild: Option<GuildId>, channel: ChannelId) -> Self {
        let Some(guild) = guild else { return Self::Direct };
        let thread = cache.guild(guild).and_then(|guild| thread(&guild, channel).and_then(|thread| thread.parent_id));
        Self::Guild { guild, channel, parent: thread.unwrap_or(channel) }
    }
}

/// Whether the settings let somebody use the bot there.
pub fn is_allowed(settings: &DiscordSettings, spot: Spot, roles: &[RoleId], role: Role) -> bool {
    if role == Role::Owner {
        return true;
    }
    let among = |allowed: &BTreeSet<u64>, id: u64| allowed.is_empty() || allowed.contains(&id);
    let has_role = settings.roles.is_empty() || roles.iter().any(|role| settings.roles.contains(&role.get()));
    match spot {
        // Roles belong to servers: where some are asked for, nobody has one here.
        Spot::Direct => settings.direct_messages && settings.roles.is_empty(),
        Spot::Guild { channel, parent, .. } => {
            has_role && (among(&settings.channels, channel.get()) || among(&settings.channels, parent.get()))
        }
    }
}

/// What somebody with these permissions may do.
pub fn role(id: UserId, owner: Option<UserId>, permissions: Permissions) -> Role {
    if owner == Some(id) {
        return Role::Owner;
    }
    let manages = permissions.intersects(Permissions::MANAGE_GUILD | Permissions::ADMINISTRATOR);
    if manages { Role::Admin } else { Role::Member }
}

/// What somebody may do in a channel.
pub fn permissions(cache: &Cache, spot: Spot, member: &Member) -> Permissions {
    let Spot::Guild { guild, parent, .. } = spot else { return Permissions::empty() };
    let Some(guild) = cache.guild(guild) else { return Permissions::empty() };
    guild.channels.get(&parent).map_or(Permissions::empty(), |channel| in_channel(&guild, channel, member))
}

/// What the bot lacks to answer in a channel, as Discord calls it; empty if nothing is missing or nothing is known.
pub fn missing(cache: &Cache, spot: Spot, me: UserId) -> Vec<&'static str> {
    let Spot::Guild { channel, parent, .. } = spot else { return Vec::new() };
    let send = if channel == parent { Permissions::SEND_MESSAGES } else { Permissions::SEND_MESSAGES_IN_THREADS };
    lacking(cache, spot, me, Permissions::VIEW_CHANNEL | send).get_permission_names()
}

/// Which of these permissions, all of which it asks for, the bot lacks in a channel; none if nothing is known.
pub fn lacking(cache: &Cache, spot: Spot, me: UserId, of: Permissions) -> Permissions {
    debug_assert!(NEEDED.contains(of));
    let own = || {
        let Spot::Guild { guild, parent, .. } = spot else { return None };
        let guild = cache.guild(guild)?;
        let member = Member { id: me, roles: guild.members.get(&me)?.roles.clone() };
        Some(in_channel(&guild, guild.channels.get(&parent)?, &member))
    };
    own().map_or(Permissions::empty(), |own| of - own)
}

/// The role that the bot got when it was added to a server.
pub fn own_role(cache: &Cache, spot: Spot, me: UserId) -> Option<RoleId> {
    let Spot::Guild { guild, .. } = spot else { return None };
    let guild = cache.guild(guild)?;
    guild.roles.values().find(|role| role.tags.bot_id == Some(me)).map(|role| role.id)
}

/// Which single rows may be shown to those who see a reply: of channels that the viewer can read and, where everyone
/// sees it, everyone else too. Age-restricted channels are never among them, nor are direct messages.
pub fn readable(cache: &Cache, spot: Spot, viewer: &Member, audience: Audience) -> Readable {
    let Spot::Guild { guild, channel: here, parent } = spot else { return Readable::All };
    let Some(guild) = cache.guild(guild) else { return Readable::Channels(Vec::new()) };
    let everyone = Member { id: UserId::new(u64::MAX), roles: Vec::new() };
    let sees = |channel: &GuildChannel, member: &Member| {
        in_channel(&guild, channel, member).contains(Permissions::VIEW_CHANNEL | Permissions::READ_MESSAGE_HISTORY)
    };
    let may_be_shown = |channel: &GuildChannel| {
        let here = channel.id == parent;
        !channel.nsfw && sees(channel, viewer) && (audience == Audience::Asker || here || sees(channel, &everyone))
    };
    let channels = guild.channels.values().filter(|channel| may_be_shown(channel)).map(|channel| channel.id);
    let channels: BTreeSet<ChannelId> = channels.collect();
    let threads = guild.threads.iter().filter(|thread| {
        let in_shown = thread.parent_id.is_some_and(|parent| channels.contains(&parent));
        // Who is in a private thread is not known.
        in_shown && (thread.kind != ChannelType::PrivateThread || thread.id == here)
    });
    let all = channels.iter().copied().chain(threads.map(|thread| thread.id));
    Readable::Channels(all.map(|channel| model::ChannelId::from(channel.to_string())).collect())
}

fn thread(guild: &Guild, id: ChannelId) -> Option<&GuildChannel> {
    guild.threads.iter().find(|thread| thread.id == id)
}

/// What a member may do in a channel, as Discord documents it: what the roles give, then what the channel takes and gives –
/// for everyone, for the roles, for the member.
fn in_channel(guild: &Guild, channel: &GuildChannel, member: &Member) -> Permissions {
    let everyone = RoleId::new(guild.id.get());
    let roles = || member.roles.iter().chain([&everyone]);
    let given = roles().filter_map(|role| guild.roles.get(role)).map(|role| role.permissions);
    let given = given.fold(Permissions::empty(), |all, role| all | role);
    if member.id == guild.owner_id || given.contains(Permissions::ADMINISTRATOR) {
        return Permissions::all();
    }
    let changed = |before: Permissions, is_meant: &dyn Fn(PermissionOverwriteType) -> bool| {
        let meant = channel.permission_overwrites.iter().filter(|overwrite| is_meant(overwrite.kind));
        let (deny, allow) = meant.fold((Permissions::empty(), Permissions::empty()), |(deny, allow), overwrite| {
            (deny | overwrite.deny, allow | overwrite.allow)
        });
        (before - deny) | allow
    };
    let given = changed(given, &|kind| kind == PermissionOverwriteType::Role(everyone));
    let given = changed(given, &|kind| member.roles.iter().any(|role| kind == PermissionOverwriteType::Role(*role)));
    changed(given, &|kind| kind == PermissionOverwriteType::Member(member.id))
}
