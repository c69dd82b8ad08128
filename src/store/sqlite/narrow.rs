//! A scope and a filter, with numbers in place of names.

use rusqlite::Result;

use super::delta::{Figures, Leaf};
use super::dictionary::{self, Kind};
use super::snapshot::Snapshot;
use crate::model::{Filter, Scope};

/// Which rows count: those that agree with every number given.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Narrow {
    pub guild: Option<i64>,
    pub user: Option<i64>,
    pub model: Option<i64>,
    pub query_type: Option<usize>,
}

/// The condition, with guild, user, model and type as the first four parameters.
macro_rules! narrowed {
    () => {
        "(?1 IS NULL OR guild = ?1) AND (?2 IS NULL OR user = ?2) AND (?3 IS NULL OR model = ?3) AND (?4 IS NULL OR query_type = ?4)"
    };
}
pub(super) use narrowed;

/// The condition that a viewer may see single rows of the channel, with the names of such channels as the fifth parameter.
macro_rules! of_channels {
    () => {
        "(?5 IS NULL OR channel IN (SELECT id FROM channels WHERE name IN (SELECT value FROM json_each(?5))))"
    };
}
pub(super) use of_channels;

impl Narrow {
    /// Whether a call counts.
    pub fn holds(&self, call: &Figures) -> bool {
        let Leaf { guild, model, query_type, .. } = call.leaf;
        self.guild.is_none_or(|wanted| wanted == guild)
            && self.user.is_none_or(|wanted| wanted == call.user)
            && self.model.is_none_or(|wanted| wanted == model)
            && self.query_type.is_none_or(|wanted| wanted == query_type)
    }

    /// The scope of the cells that count these rows.
    pub fn cell_scope(&self) -> i64 {
        self.guild.unwrap_or(0)
    }
}

impl Snapshot<'_> {
    /// Looks the names up. `None` if one is unknown, or the two name different people: then no row counts.
    pub(super) fn narrow(&self, scope: &Scope, filter: &Filter) -> Result<Option<Narrow>> {
        let (guild, person) = match scope {
            Scope::All => (None, None),
            Scope::Guild(guild) => (Some(guild.as_str()), None),
            Scope::User(user) => (None, Some(user)),
        };
        if let (Some(scoped), Some(wanted)) = (person, &filter.user)
            && scoped != wanted
        {
            return Ok(None);
        }
        let user = person.or(filter.user.as_ref()).map(|user| user.as_str());
        let model = filter.model.as_ref().map(|model| model.as_str());
        let numbers =
            (self.number(Kind::Guild, guild)?, self.number(Kind::User, user)?, self.number(Kind::Model, model)?);
        let (Some(guild), Some(user), Some(model)) = numbers else { return Ok(None) };
        Ok(Some(Narrow { guild, user, model, query_type: filter.query_type.map(|query_type| query_type as usize) }))
    }

    /// The number of a name that need not be given: `None` if it is given and unknown.
    fn number(&self, kind: Kind, name: Option<&str>) -> Result<Option<Option<i64>>> {
        match name {
            None => Ok(Some(None)),
            Some(name) => Ok(dictionary::find(self.db, kind, name)?.map(Some)),
        }
    }
}
