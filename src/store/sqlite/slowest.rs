//! The slowest calls that ended ok.

use rusqlite::{Result, params};

use super::narrow::{Narrow, narrowed};
use super::row::{self, select_calls};
use super::snapshot::Snapshot;
use crate::model::{Readable, StoredCall};
use crate::store::question::{Question, Slowest};

const SLOWEST: &str = select_calls!(concat!(
    "WHERE at >= ?5 AND at < ?6 AND outcome = 0 AND response_us IS NOT NULL
     AND (?7 IS NULL OR channels.name IN (SELECT value FROM json_each(?7)))
     AND ",
    narrowed!(),
    " ORDER BY response_us DESC, calls.id LIMIT ?8"
));

impl Question for Slowest {
    type Answer = Vec<StoredCall>;

    fn answer(&self, snapshot: &Snapshot<'_>) -> Result<Self::Answer> {
        let mut slowest = Vec::new();
        let Some(narrow) = snapshot.narrow(&self.scope, &self.filter)? else { return Ok(slowest) };
        let Narrow { guild, user, model, query_type } = narrow;
        let (from, to) = (self.window.from.0, self.window.to.0);
        let channels = match &self.readable {
            Readable::All => None,
            Readable::Channels(channels) => Some(serde_json::json!(channels).to_string()),
        };
        let params = params![guild, user, model, query_type, from, to, channels, self.top];
        snapshot.each(SLOWEST, params, |row| {
            slowest.push(row::decode(row)?);
            Ok(())
        })?;
        Ok(slowest)
    }
}
