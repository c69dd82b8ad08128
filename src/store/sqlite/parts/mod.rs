//! What is kept of a slot – an hour, a quarter of a day, a day or a week of a guild, or of all calls – besides its rows. Each
//! part lies in a table of its own, so that a question reads only what it needs; stored forms are added straight in.

mod cube;
mod detail;
mod overview;
mod people;
mod quarters;
mod repeated;
mod slow;
pub(super) mod sums;

use std::collections::BTreeMap;

pub(super) use cube::Cube;
pub(super) use detail::Detail;
pub(super) use overview::Times;
pub(super) use people::People;
pub(super) use quarters::{PER_DAY, Quarters, each_of_run};
pub(super) use repeated::{Again, Repeated};
pub(super) use slow::{Slow, Slowest};

use crate::model::{Cell, QueryType};

/// Something that is kept of each slot.
pub(super) trait Part {
    /// Where.
    const TABLE: &'static str;

    /// Whether it is kept too of slots that are put together once they are over.
    const IS_SEALED: bool = true;

    /// Adds what a stored form holds. `None` if the bytes are none; then this is of no use any more.
    fn add_bytes(&mut self, bytes: &[u8]) -> Option<()>;

    /// The stored form; empty where there is nothing to store.
    fn to_bytes(&self) -> Vec<u8>;
}

/// The tables of all parts that a slot has.
pub(super) const TABLES: [&str; 6] =
    [Cube::TABLE, Times::TABLE, Detail::TABLE, Slowest::TABLE, Repeated::TABLE, People::TABLE];

/// The calls of one model and type, by their numbers.
pub(super) type Key = (i64, usize);

/// Cells by model and type.
pub(super) type Groups = BTreeMap<Key, Cell>;

/// Which groups a question is about.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Wanted {
    /// One model, or all.
    pub model: Option<i64>,
    /// One type, or all.
    pub query_type: Option<usize>,
}

impl Wanted {
    /// Whether a group is wanted.
    pub fn has(self, (model, query_type): Key) -> bool {
        self.model.is_none_or(|wanted| wanted == model) && self.query_type.is_none_or(|wanted| wanted == query_type)
    }

    /// Whether everything is.
    pub fn is_all(self) -> bool {
        self.model.is_none() && self.query_type.is_none()
    }
}

/// How many types there are.
const TYPES: usize = QueryType::ALL.len();
