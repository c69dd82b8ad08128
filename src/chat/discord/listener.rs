//! Listens to the gateway and passes on what concerns the bot, in the order in which it came. Nothing is decided here.

use std::sync::Arc;
use std::time::Instant;

use serenity::all::{
    Cache, ChannelId, Context, EventHandler, Guild, GuildId, Interaction, Message, MessageId, Reaction, Ready,
    UnavailableGuild,
};
use serenity::async_trait;
use tokio::runtime::Handle;

use super::desk::Desk;
use crate::commands::Done;
use crate::model::{Clock, Timestamp};

/// What happened on Discord.
pub enum Event {
    /// A shard is connected.
    Ready {
        /// What is known of guilds and channels; one for all shards.
        cache: Arc<Cache>,
        /// The servers of the shard.
        guilds: Vec<GuildId>,
        /// Which shard it is, and of how many.
        shard: Shard,
    },
    /// Somebody said something.
    Said(Box<Message>, Received),
    /// Messages were deleted.
    Deleted(Vec<MessageId>),
    /// Somebody put a reaction to a message, or took it away.
    Reacted(Box<Reaction>, Done),
    /// Somebody used a slash command or a button.
    Used(Box<Interaction>, Received),
    /// The bot was added to a server.
    Joined(Box<Guild>),
    /// The bot is no longer in a server.
    Left(GuildId, Vec<ChannelId>),
}

/// A part of the connection: with many servers there are several, and each has its own.
#[derive(Debug, Clone, Copy)]
pub struct Shard {
    /// Its number, from 0 on.
    pub id: u32,
    /// How many there are.
    pub of: u32,
}

/// When something was received.
#[derive(Debug, Clone, Copy)]
pub struct Received {
    /// By the wall clock.
    pub at: Timestamp,
    /// The same moment on the monotonic clock.
    pub since: Instant,
}

/// The listener.
pub struct Listener {
    /// Who is told.
    pub desk: Arc<Desk>,
    /// Where what takes time goes on: the gateway's own thread is there for the gateway alone.
    pub runtime: Handle,
    /// The wall clock.
    pub clock: Arc<dyn Clock>,
}

impl Listener {
    fn pass_on(&self, event: Event) {
        let _entered = self.runtime.enter();
        self.desk.take(event);
    }

    fn received(&self) -> Received {
        Received { at: self.clock.now(), since: Instant::now() }
    }
}

#[async_trait]
impl EventHandler for Listener {
    async fn ready(&self, context: Context, ready: Ready) {
        let guilds = ready.guilds.iter().map(|guild| guild.id).collect();
        let shard = ready.shard.map_or(Shard { id: 0, of: 1 }, |shard| Shard { id: shard.id.0, of: shard.total });
        self.pass_on(Event::Ready { cache: context.cache, guilds, shard });
    }

    async fn message(&self, _: Context, message: Message) {
        self.pass_on(Event::Said(Box::new(message), self.received()));
    }

    async fn message_delete(&self, _: Context, _: ChannelId, message: MessageId, _: Option<GuildId>) {
        self.pass_on(Event::Deleted(vec![message]));
    }

    async fn message_delete_bulk(&self, _: Context, _: ChannelId, messages: Vec<MessageId>, _: Option<GuildId>) {
        self.pass_on(Event::Deleted(messages));
    }

    async fn reaction_add(&self, _: Context, reaction: Reaction) {
        self.pass_on(Event::Reacted(Box::new(reaction), Done::Given));
    }

    async fn reaction_remove(&self, _: Context, reaction: Reaction) {
        self.pass_on(Event::Reacted(Box::new(reaction), Done::Withdrawn));
    }

    async fn interaction_create(&self, _: Context, interaction: Interaction) {
        self.pass_on(Event::Used(Box::new(interaction), self.received()));
    }

    async fn guild_create(&self, _: Context, guild: Guild, is_new: Option<bool>) {
        if is_new == Some(true) {
            self.pass_on(Event::Joined(Box::new(guild)));
        }
    }

    async fn guild_delete(&self, _: Context, left: UnavailableGuild, full: Option<Guild>) {
        // An outage is no farewell.
        if !left.unavailable {
            let channels =
                full.map(|guild| guild.channels.keys().chain(guild.threads.iter().map(|t| &t.id)).copied().collect());
            self.pass_on(Event::Left(left.id, channels.unwrap_or_default()));
        }
    }
}
