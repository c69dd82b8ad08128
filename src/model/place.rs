//! Where something is said, and who says it.

use super::{ChannelId, GuildId, UserId};

/// A channel, and the community it belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Place {
    /// The community; `None` in a direct message.
    pub guild: Option<GuildId>,
    /// The channel.
    pub channel: ChannelId,
}

/// Someone who writes to the bot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Who.
    pub id: UserId,
    /// What they may do here.
    pub role: Role,
}

/// What a person may do, from the least to the most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Ask, look, and change what concerns only themselves.
    Member,
    /// Change what concerns a channel or community.
    Admin,
    /// Everything: the person who hosts the bot.
    Owner,
}
