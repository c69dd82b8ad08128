//! One call, by its number, if the viewer may see it.

use rusqlite::{OptionalExtension, Result, params};

use super::narrow::{Narrow, narrowed, of_channels};
use super::row::select_calls;
use super::snapshot::Snapshot;
use crate::model::{Filter, Readable, StoredCall};
use crate::store::question::{One, Question};

const ONE: &str = select_calls!(concat!("WHERE calls.id = ?6 AND ", of_channels!(), " AND ", narrowed!()));

impl Question for One {
    type Answer = Option<StoredCall>;

    fn answer(&self, snapshot: &Snapshot<'_>) -> Result<Self::Answer> {
        let Some(narrow) = snapshot.narrow(&self.scope, &Filter::default())? else { return Ok(None) };
        let Narrow { guild, user, model, query_type } = narrow;
        let channels = match &self.readable {
            Readable::All => None,
            Readable::Channels(channels) => Some(serde_json::json!(channels).to_string()),
        };
        let parameters = params![guild, user, model, query_type, channels, self.call.0];
        snapshot.db.prepare_cached(ONE)?.query_row(parameters, |row| snapshot.decode(row)).optional()
    }
}
