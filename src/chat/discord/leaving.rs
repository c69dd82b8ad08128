//! Servers that the bot is no longer in: what is kept of them is purged, also if it was made to leave while it was away.

use serenity::all::{ChannelId, GuildId};

use super::desk::Desk;
use super::listener::Shard;
use crate::commands::{self, Missed};
use crate::model;

impl Desk {
    /// The bot left a server, or was made to.
    pub fn left(&self, guild: GuildId, channels: Vec<ChannelId>) {
        let services = self.services.clone();
        let channels = channels.into_iter().map(|channel| channel.to_string().into()).collect();
        self.tasks.spawn(async move {
            match commands::left(guild.to_string().into(), channels, &services).await {
                Ok(()) => tracing::info!(%guild, "the bot left a server; what was kept of it is purged"),
                Err(failure) => tracing::error!(%guild, "what is kept of a server could not be purged: {failure:#}"),
            }
        });
    }

    /// Compares the servers of a shard with those of which anything is kept.
    pub fn compare(&self, guilds: Vec<GuildId>, shard: Shard) {
        let services = self.services.clone();
        let here: Vec<model::GuildId> = guilds.into_iter().map(|guild| guild.to_string().into()).collect();
        self.tasks.spawn(async move {
            match commands::left_meanwhile(&here, |guild| is_of(guild, shard), &services).await {
                Ok(Missed::Purged(left)) if left.is_empty() => {}
                Ok(Missed::Purged(left)) => tracing::info!(
                    servers = left.len(),
                    "the bot left servers while it was away; what was kept of them is purged"
                ),
                Ok(Missed::Strange) => tracing::warn!(
                    "the bot is in none of the servers in the store, so nothing of them is purged: is it another bot's?"
                ),
                Err(failure) => tracing::error!("servers that were left could not be purged: {failure:#}"),
            }
        });
    }
}

/// Whether a server is one of Discord, and of this shard, as Discord deals them out. Imported logs may name others.
fn is_of(guild: &model::GuildId, shard: Shard) -> bool {
    let number = guild.as_str().parse::<u64>();
    number.is_ok_and(|number| (number >> 22) % u64::from(shard.of.max(1)) == u64::from(shard.id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_server_is_of_one_shard() {
        let shards = |guild: &str| {
            let of = |id| is_of(&guild.into(), Shard { id, of: 3 });
            (0..3).filter(|id| of(*id)).collect::<Vec<_>>()
        };
        assert_eq!([shards("12582912"), shards("16777216"), shards("town")], [vec![0], vec![1], vec![]]);
    }
}
