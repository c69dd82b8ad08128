//! The last answered call in a channel, of a person or of anybody.

use rusqlite::{OptionalExtension, Result, params};

use super::dictionary::{self, Kind};
use super::row::{self, select_calls};
use super::snapshot::{FAR, Snapshot};
use crate::model::StoredCall;
use crate::store::question::{LastAnswer, Question};

/// Walks back in time over all calls.
const BACK: &str = "SELECT id, user, channel, outcome FROM calls ORDER BY at DESC, id DESC LIMIT ?1";

const ONE: &str = select_calls!("WHERE calls.id = ?1");

impl Question for LastAnswer {
    type Answer = Option<StoredCall>;

    fn answer(&self, snapshot: &Snapshot<'_>) -> Result<Self::Answer> {
        let user = match &self.user {
            Some(user) => dictionary::find(snapshot.db, Kind::User, user.as_str())?,
            None => None,
        };
        let channel = dictionary::find(snapshot.db, Kind::Channel, self.channel.as_str())?;
        let Some(channel) = channel.filter(|_| user.is_some() || self.user.is_none()) else { return Ok(None) };
        let last = snapshot.first(BACK, params![FAR], |row| {
            let is_theirs = user.is_none() || row.get::<_, Option<i64>>(1)? == user;
            let is_theirs = is_theirs && row.get::<_, Option<i64>>(2)? == Some(channel);
            let found = is_theirs && row::outcome(row.get(3)?).answered();
            Ok(if found { Some(row.get::<_, i64>(0)?) } else { None })
        })?;
        let Some(last) = last else { return Ok(None) };
        snapshot.db.prepare_cached(ONE)?.query_row([last], |row| snapshot.decode(row)).optional()
    }
}
