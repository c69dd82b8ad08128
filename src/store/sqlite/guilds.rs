//! The guilds of which anything is kept: one that is erased loses its name too.

use rusqlite::Result;

use super::snapshot::Snapshot;
use crate::model::GuildId;
use crate::store::question::{Guilds, Question};

impl Question for Guilds {
    type Answer = Vec<GuildId>;

    fn answer(&self, snapshot: &Snapshot<'_>) -> Result<Self::Answer> {
        let mut guilds = Vec::new();
        snapshot.each("SELECT name FROM guilds ORDER BY name", [], |row| {
            guilds.push(row.get_ref(0)?.as_str()?.into());
            Ok(())
        })?;
        Ok(guilds)
    }
}
