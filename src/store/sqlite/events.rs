//! What happened beside calls: writing it down, and reading it.

use rusqlite::{Result, params};

use super::page::Page;
use super::snapshot::Snapshot;
use crate::model::{Event, EventKind, Reach, Scope, Timestamp};
use crate::store::question::{Events, Question};

/// The most events that one question answers.
const MOST: u32 = 1_000;

impl Question for Events {
    type Answer = Vec<Event>;

    fn answer(&self, snapshot: &Snapshot<'_>) -> Result<Vec<Event>> {
        let (kind, place) = concerned(&self.scope);
        let mut events = Vec::new();
        // The owner sees what concerns everyone and every guild, but no person's own.
        snapshot.each(
            "SELECT at, kind, place_kind, place, by_user, subject, before, after FROM events
                 WHERE at >= ?1 AND at < ?2
                   AND (place_kind = 'all' OR place_kind = ?3 AND (?4 IS NULL OR place = ?4))
                 ORDER BY at DESC, id DESC LIMIT ?5",
            params![self.window.from.0, self.window.to.0, kind, place, MOST],
            |row| {
                events.extend(read(row)?);
                Ok(())
            },
        )?;
        events.reverse();
        Ok(events)
    }
}

/// The kind of place whose events a scope sees besides those of all, and which place, unless any.
fn concerned(scope: &Scope) -> (&'static str, Option<&str>) {
    match scope {
        Scope::All => ("guild", None),
        Scope::Guild(guild) => ("guild", Some(guild.as_str())),
        Scope::User(user) => ("user", Some(user.as_str())),
    }
}

/// An event; `None` if a later version wrote it and we do not know its kind.
fn read(row: &rusqlite::Row<'_>) -> Result<Option<Event>> {
    let (kind, place) = (row.get_ref(1)?.as_str()?, row.get_ref(3)?.as_str()?);
    let reach = match row.get_ref(2)?.as_str()? {
        "guild" => Reach::Guild(place.into()),
        "user" => Reach::User(place.into()),
        _ => Reach::All,
    };
    let Some(kind) = EventKind::from_word(kind) else { return Ok(None) };
    let by: Option<String> = row.get(4)?;
    Ok(Some(Event {
        at: Timestamp(row.get(0)?),
        kind,
        reach,
        by: by.map(|by| by.as_str().into()),
        subject: row.get(5)?,
        before: row.get(6)?,
        after: row.get(7)?,
    }))
}

/// A reach as it is stored: its kind and its name.
pub(super) fn place_words(reach: &Reach) -> (&'static str, &str) {
    match reach {
        Reach::All => ("all", ""),
        Reach::Guild(guild) => ("guild", guild.as_str()),
        Reach::User(user) => ("user", user.as_str()),
    }
}

impl Page<'_> {
    /// Writes down what happened.
    pub fn write_event(&self, event: &Event) -> Result<u64> {
        let (kind, place) = place_words(&event.reach);
        let written = self
            .db
            .prepare_cached(
                "INSERT INTO events (at, kind, place_kind, place, by_user, subject, before, after)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute(params![
                event.at.0,
                event.kind.as_str(),
                kind,
                place,
                event.by.as_ref().map(|by| by.as_str()),
                event.subject,
                event.before,
                event.after,
            ])?;
        Ok(written as u64)
    }
}
