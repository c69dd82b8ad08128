//! What is kept of a person.

use rusqlite::{Result, params};

use super::dictionary::{self, Kind};
use super::snapshot::Snapshot;
use crate::model::Timestamp;
use crate::store::question::{Kept, KeptOf, Question};

impl Question for KeptOf {
    type Answer = Kept;

    fn answer(&self, snapshot: &Snapshot<'_>) -> Result<Kept> {
        let events = "SELECT count(*) FROM events WHERE by_user = ?1 OR place_kind = 'user' AND place = ?1";
        let events = snapshot.db.prepare_cached(events)?.query_row([self.user.as_str()], |row| row.get(0))?;
        let Some(user) = dictionary::find(snapshot.db, Kind::User, self.user.as_str())? else {
            return Ok(Kept { events, ..Kept::default() });
        };
        let calls = "SELECT count(*), min(at), max(at), count(prompt_hash), count(previews.call)
                     FROM calls LEFT JOIN previews ON previews.call = calls.id WHERE user = ?1";
        let mut kept = snapshot.db.prepare_cached(calls)?.query_row(params![user], |row| {
            Ok(Kept {
                calls: row.get(0)?,
                first: row.get::<_, Option<i64>>(1)?.map(Timestamp),
                last: row.get::<_, Option<i64>>(2)?.map(Timestamp),
                hashes: row.get(3)?,
                previews: row.get(4)?,
                ratings: 0,
                events,
            })
        })?;
        let ratings = "SELECT (SELECT count(*) FROM ratings WHERE user = ?1)
                            + (SELECT count(rating) FROM calls WHERE user = ?1)";
        kept.ratings = snapshot.db.prepare_cached(ratings)?.query_row(params![user], |row| row.get(0))?;
        Ok(kept)
    }
}
