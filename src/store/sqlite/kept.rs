//! What is kept of a person.

use rusqlite::{Result, ToSql, params};

use super::dictionary::{self, Kind};
use super::snapshot::Snapshot;
use super::whose;
use crate::model::{Timestamp, Window};
use crate::store::question::{Kept, KeptOf, Question};

impl Question for KeptOf {
    type Answer = Kept;

    fn answer(&self, snapshot: &Snapshot<'_>) -> Result<Kept> {
        let events = "SELECT count(*) FROM events WHERE by_user = ?1 OR place_kind = 'user' AND place = ?1";
        let events = snapshot.db.prepare_cached(events)?.query_row([self.user.as_str()], |row| row.get(0))?;
        let Some(user) = dictionary::find(snapshot.db, Kind::User, self.user.as_str())? else {
            return Ok(Kept { events, ..Kept::default() });
        };
        let always = Window { from: Timestamp(i64::MIN), to: Timestamp(i64::MAX) };
        let noted = serde_json::json!(snapshot.noted_calls_of(user, always)?).to_string();
        let fresh = whose::watermark(snapshot.db)?;
        let parts = [snapshot.kept_rows(NOTED, user, noted)?, snapshot.kept_rows(BEHIND, user, fresh.0)?];
        let ratings = "SELECT count(*) FROM ratings WHERE user = ?1";
        let ratings = snapshot.db.prepare_cached(ratings)?.query_row([user], |row| row.get(0))?;
        Ok(parts.into_iter().fold(Kept { ratings, events, ..Kept::default() }, Kept::with))
    }
}

/// What the rows of a person that a condition finds come to.
macro_rules! kept {
    ($which:literal) => {
        concat!(
            "SELECT count(*), min(at), max(at), count(prompt_hash), count(previews.call), count(rating)
             FROM calls LEFT JOIN previews ON previews.call = calls.id WHERE ",
            $which,
            " AND +user = ?1"
        )
    };
}

/// The rows that are noted as theirs, and those behind the last that is noted: nobody waits for a walk over all rows.
const NOTED: &str = kept!("calls.id IN (SELECT value FROM json_each(?2))");
const BEHIND: &str = kept!("calls.id > ?2");

impl Snapshot<'_> {
    fn kept_rows(&self, sql: &str, user: i64, which: impl ToSql) -> Result<Kept> {
        self.db.prepare_cached(sql)?.query_row(params![user, which], |row| {
            Ok(Kept {
                calls: row.get(0)?,
                first: row.get::<_, Option<i64>>(1)?.map(Timestamp),
                last: row.get::<_, Option<i64>>(2)?.map(Timestamp),
                hashes: row.get(3)?,
                previews: row.get(4)?,
                ratings: row.get(5)?,
                events: 0,
            })
        })
    }
}

impl Kept {
    fn with(self, more: Self) -> Self {
        Self {
            calls: self.calls + more.calls,
            first: self.first.into_iter().chain(more.first).min(),
            last: self.last.max(more.last),
            hashes: self.hashes + more.hashes,
            previews: self.previews + more.previews,
            ratings: self.ratings + more.ratings,
            events: self.events + more.events,
        }
    }
}
