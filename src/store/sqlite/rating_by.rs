//! How a person rated a call.

use rusqlite::{OptionalExtension, Result, params};

use super::dictionary::{self, Kind};
use super::snapshot::Snapshot;
use crate::model::Rating;
use crate::store::question::{Question, RatingBy};

/// The rating of who asked stands in the row, those of others in a table of their own.
const BY: &str = "SELECT CASE WHEN user = ?2 THEN rating
    ELSE (SELECT score FROM ratings WHERE ratings.call = calls.id AND ratings.user = ?2) END
    FROM calls WHERE id = ?1";

impl Question for RatingBy {
    type Answer = Option<Rating>;

    fn answer(&self, snapshot: &Snapshot<'_>) -> Result<Self::Answer> {
        let user = dictionary::find(snapshot.db, Kind::User, self.user.as_str())?;
        let Some(user) = user else { return Ok(None) };
        let rating =
            snapshot.db.prepare_cached(BY)?.query_row(params![self.call.0, user], |row| row.get(0)).optional()?;
        Ok(rating.flatten().and_then(Rating::new))
    }
}
