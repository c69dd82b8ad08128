//! Weeks: what is kept of them is put together from their days once they are over, so that long windows cost weeks instead
//! of days. What comes late is added to them as to hours and days.

use std::ops::Range;

use rusqlite::{Connection, OptionalExtension, Result, params};

use super::fold::{self, Slot};
use super::parts::{Cube, Detail, Part, People, Slowest, Times};
use crate::store::cover::{DAY, WEEK, Weeks, week_of};

/// Up to when weeks are kept.
pub(super) fn kept(db: &Connection) -> Result<Weeks> {
    let mut kept = db.prepare_cached("SELECT value FROM meta WHERE key = 'weeks'")?;
    Ok(kept.query_row([], |row| row.get(0).map(Weeks)).optional()?.unwrap_or(Weeks::NONE))
}

/// Says up to when weeks are kept.
pub(super) fn set_kept(db: &Connection, weeks: Weeks) -> Result<()> {
    db.prepare_cached("REPLACE INTO meta (key, value) VALUES ('weeks', ?1)")?.execute([weeks.0]).map(drop)
}

/// Puts together the weeks from where they are kept up to a later one.
pub(super) fn keep(db: &Connection, from: Weeks, to: Weeks) -> Result<()> {
    if from >= to {
        return Ok(());
    }
    let mut guilds = db.prepare_cached("SELECT id FROM guilds")?;
    let guilds = guilds.query_map([], |row| row.get(0))?.collect::<Result<Vec<i64>>>()?;
    for scope in [0].into_iter().chain(guilds) {
        put_together::<Cube>(db, scope, from.0..to.0)?;
        put_together::<Times>(db, scope, from.0..to.0)?;
        put_together::<Detail>(db, scope, from.0..to.0)?;
        put_together::<Slowest>(db, scope, from.0..to.0)?;
        put_together::<People>(db, scope, from.0..to.0)?;
    }
    set_kept(db, to)
}

/// Adds the days of some weeks up.
fn put_together<P: Part + Default>(db: &Connection, scope: i64, time: Range<i64>) -> Result<()> {
    let mut days = db.prepare_cached(&format!(
        "SELECT start, data FROM {} WHERE scope = ?1 AND hours = {DAY} AND start >= ?2 AND start < ?3 ORDER BY start",
        P::TABLE
    ))?;
    let mut days = days.query(params![scope, time.start, time.end])?;
    let mut week: Option<(i64, P)> = None;
    let store = |week: Option<(i64, P)>| {
        week.map_or(Ok(()), |(start, part)| fold::add(db, Slot { scope, hours: WEEK, start }, part))
    };
    while let Some(day) = days.next()? {
        let start = week_of(day.get(0)?);
        if week.as_ref().is_none_or(|(begun, _)| *begun != start) {
            store(week.replace((start, P::default())))?;
        }
        if let Some((_, part)) = &mut week {
            fold::add_stored(part, day, 1)?;
        }
    }
    store(week)
}
