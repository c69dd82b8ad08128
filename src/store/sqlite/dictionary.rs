//! Small numbers for names that come again and again.

use foldhash::HashMap;
use rusqlite::{Connection, OptionalExtension, Result};

/// What a name is the name of; each kind has a table.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) enum Kind {
    Guild,
    Channel,
    User,
    Session,
    Provider,
    Model,
    Arm,
    Price,
}

const KINDS: usize = 8;

/// How many names of a kind are kept in memory. Beyond, all are forgotten and looked up again.
const KEPT: usize = 16_384;

macro_rules! sql {
    ($kind:expr, $before:literal, $after:literal) => {
        match $kind {
            Kind::Guild => concat!($before, "guilds", $after),
            Kind::Channel => concat!($before, "channels", $after),
            Kind::User => concat!($before, "users", $after),
            Kind::Session => concat!($before, "sessions", $after),
            Kind::Provider => concat!($before, "providers", $after),
            Kind::Model => concat!($before, "models", $after),
            Kind::Arm => concat!($before, "arms", $after),
            Kind::Price => concat!($before, "prices", $after),
        }
    };
}

/// The number of a name, if it has one.
pub(in crate::store) fn find(db: &Connection, kind: Kind, name: &str) -> Result<Option<i64>> {
    let sql = sql!(kind, "SELECT id FROM ", " WHERE name = ?1");
    db.prepare_cached(sql)?.query_row([name], |row| row.get(0)).optional()
}

/// The name of a number.
pub(in crate::store) fn name(db: &Connection, kind: Kind, id: i64) -> Result<String> {
    let sql = sql!(kind, "SELECT name FROM ", " WHERE id = ?1");
    db.prepare_cached(sql)?.query_row([id], |row| row.get(0))
}

/// The numbers that the writer has given out or looked up.
#[derive(Debug, Default)]
pub(in crate::store) struct Dictionary {
    known: [HashMap<Box<str>, i64>; KINDS],
}

impl Dictionary {
    /// The number of a name, made if there is none. Allocates only for names it has not seen.
    pub fn id(&mut self, db: &Connection, kind: Kind, name: &str) -> Result<i64> {
        let known = &mut self.known[kind as usize];
        if let Some(id) = known.get(name) {
            return Ok(*id);
        }
        let id = match find(db, kind, name)? {
            Some(id) => id,
            None => add(db, kind, name)?,
        };
        if known.len() >= KEPT {
            known.clear();
        }
        known.insert(name.into(), id);
        Ok(id)
    }

    /// The number of a name that may be missing.
    pub fn maybe(&mut self, db: &Connection, kind: Kind, name: Option<impl AsRef<str>>) -> Result<Option<i64>> {
        name.map(|name| self.id(db, kind, name.as_ref())).transpose()
    }
}

fn add(db: &Connection, kind: Kind, name: &str) -> Result<i64> {
    let sql = sql!(kind, "INSERT INTO ", " (name) VALUES (?1)");
    db.prepare_cached(sql)?.insert([name])
}
