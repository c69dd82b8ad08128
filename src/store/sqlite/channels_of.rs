//! The channels of a guild that have calls.

use rusqlite::Result;

use super::snapshot::Snapshot;
use crate::model::ChannelId;
use crate::store::question::{ChannelsOf, Question};

impl Question for ChannelsOf {
    type Answer = Vec<ChannelId>;

    fn answer(&self, snapshot: &Snapshot<'_>) -> Result<Self::Answer> {
        let sql = "SELECT name FROM channels WHERE id IN
                       (SELECT channel FROM calls WHERE guild = (SELECT id FROM guilds WHERE name = ?1))
                   ORDER BY name";
        let mut channels = Vec::new();
        snapshot.each(sql, [self.guild.as_str()], |row| {
            channels.push(row.get_ref(0)?.as_str()?.into());
            Ok(())
        })?;
        Ok(channels)
    }
}
