//! What is kept of a person.

use rusqlite::{Result, Row, params};

use super::dictionary::{self, Kind};
use super::narrow::Narrow;
use super::snapshot::{RowsSql, Snapshot, rows_sql};
use crate::model::{Timestamp, Window};
use crate::store::cover::Cover;
use crate::store::question::{Kept, KeptOf, Question};

const ALL_TIME: Window = Window { from: Timestamp(i64::MIN), to: Timestamp(i64::MAX) };

/// What is kept with single calls.
macro_rules! select_kept {
    ($conditions:expr) => {
        concat!(
            "SELECT at, prompt_hash IS NOT NULL, EXISTS (SELECT 1 FROM previews WHERE call = calls.id), rating IS NOT NULL
             FROM calls WHERE ",
            $conditions
        )
    };
}

static KEPT: RowsSql = rows_sql!(select_kept);

impl Question for KeptOf {
    type Answer = Kept;

    fn answer(&self, snapshot: &Snapshot<'_>) -> Result<Kept> {
        let events = "SELECT count(*) FROM events WHERE by_user = ?1 OR place_kind = 'user' AND place = ?1";
        let events = snapshot.db.prepare_cached(events)?.query_row([self.user.as_str()], |row| row.get(0))?;
        let Some(user) = dictionary::find(snapshot.db, Kind::User, self.user.as_str())? else {
            return Ok(Kept { events, ..Kept::default() });
        };
        let mut kept = Kept { events, ..Kept::default() };
        let (narrow, all) = (Narrow { user: Some(user), ..Narrow::default() }, Cover::of_rows(ALL_TIME));
        snapshot.each_left_over(&all, &narrow, &KEPT, |row| count(&mut kept, row))?;
        let ratings = "SELECT count(*) FROM ratings WHERE user = ?1";
        kept.ratings += snapshot.db.prepare_cached(ratings)?.query_row(params![user], |row| row.get::<_, u64>(0))?;
        Ok(kept)
    }
}

/// Counts a call of theirs.
fn count(kept: &mut Kept, row: &Row<'_>) -> Result<()> {
    let at = Timestamp(row.get(0)?);
    kept.calls += 1;
    kept.first = Some(kept.first.map_or(at, |first| first.min(at)));
    kept.last = kept.last.max(Some(at));
    kept.hashes += u64::from(row.get::<_, bool>(1)?);
    kept.previews += u64::from(row.get::<_, bool>(2)?);
    kept.ratings += u64::from(row.get::<_, bool>(3)?);
    Ok(())
}
