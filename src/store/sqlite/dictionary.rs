//! Small numbers for names that come again and again.

use std::cell::RefCell;
use std::sync::Arc;

use foldhash::HashMap;
use rusqlite::{Connection, OptionalExtension, Result, params};

/// What a name is the name of; each kind has a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

/// The names of numbers, each of which is looked up once and then shared.
#[derive(Debug, Default)]
pub(in crate::store) struct Names {
    known: RefCell<[HashMap<i64, Option<Arc<str>>>; KINDS]>,
}

impl Names {
    /// The name of a number; `None` if there is no such number.
    pub fn find(&self, db: &Connection, kind: Kind, id: i64) -> Result<Option<Arc<str>>> {
        if let Some(known) = self.known.borrow()[kind as usize].get(&id) {
            return Ok(known.clone());
        }
        let found: Option<Arc<str>> = name(db, kind, id).optional()?.map(Into::into);
        self.known.borrow_mut()[kind as usize].insert(id, found.clone());
        Ok(found)
    }
}

/// A name that is not in the file yet, with the number it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::store) struct Fresh {
    kind: Kind,
    id: i64,
    name: Box<str>,
}

impl Fresh {
    /// Writes it.
    pub fn insert(&self, db: &Connection) -> Result<()> {
        let sql = sql!(self.kind, "INSERT INTO ", " (id, name) VALUES (?1, ?2)");
        db.prepare_cached(sql)?.execute(params![self.id, self.name]).map(drop)
    }
}

/// The numbers that have been given out or looked up.
#[derive(Debug, Default)]
pub(in crate::store) struct Dictionary {
    known: [Known; KINDS],
    fresh: Vec<Fresh>,
}

#[derive(Debug, Default)]
struct Known {
    numbers: HashMap<Box<str>, i64>,
    /// The highest number in use; `None` until it matters.
    last: Option<i64>,
}

/// The file, for what memory does not know.
pub(in crate::store) trait File {
    /// Looks into it. All that was handed over to be written is there.
    fn look<T>(&self, look: impl FnOnce(&Connection) -> Result<T>) -> Result<T>;
}

impl File for Connection {
    fn look<T>(&self, look: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        look(self)
    }
}

impl Dictionary {
    /// The number of a name, given one if it has none. Allocates only for names it has not seen.
    pub fn id(&mut self, file: &impl File, kind: Kind, name: &str) -> Result<i64> {
        match self.known[kind as usize].numbers.get(name) {
            Some(id) => Ok(*id),
            None => self.look_up(file, kind, name),
        }
    }

    /// The number of a name that may be missing.
    pub fn maybe(&mut self, file: &impl File, kind: Kind, name: Option<impl AsRef<str>>) -> Result<Option<i64>> {
        name.map(|name| self.id(file, kind, name.as_ref())).transpose()
    }

    /// The names that have to be written before any row that holds their numbers.
    pub fn take_fresh(&mut self) -> Vec<Fresh> {
        std::mem::take(&mut self.fresh)
    }

    fn look_up(&mut self, file: &impl File, kind: Kind, name: &str) -> Result<i64> {
        let last = self.known[kind as usize].last;
        let (found, last) = file.look(|db| Ok((find(db, kind, name)?, last.map_or_else(|| highest(db, kind), Ok)?)))?;
        let id = found.unwrap_or(last + 1);
        if found.is_none() {
            self.fresh.push(Fresh { kind, id, name: name.into() });
        }
        let known = &mut self.known[kind as usize];
        known.last = Some(last.max(id));
        if known.numbers.len() >= KEPT {
            known.numbers.clear();
            // These cannot be looked up yet.
            let fresh = self.fresh.iter().filter(|fresh| fresh.kind == kind);
            known.numbers.extend(fresh.map(|fresh| (fresh.name.clone(), fresh.id)));
        }
        known.numbers.insert(name.into(), id);
        Ok(id)
    }
}

fn highest(db: &Connection, kind: Kind) -> Result<i64> {
    let sql = sql!(kind, "SELECT coalesce(max(id), 0) FROM ", "");
    db.query_row(sql, [], |row| row.get(0))
}
