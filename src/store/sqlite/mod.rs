//! SQLite: all SQL of the store. Each question is answered in a file of its name; the rest serves the writer.

mod answer_of;
mod by_hour;
mod cells;
pub(super) mod connect;
mod delta;
pub(super) mod dictionary;
mod erase;
mod extent;
mod fold;
mod import;
mod inventory;
mod kept;
mod last_answer;
pub(super) mod ledger;
mod models_seen;
mod narrow;
mod overview;
pub(super) mod page;
mod parts;
mod preferences;
mod rating_by;
mod recent;
mod repeated;
mod row;
mod rows;
pub(super) mod schema;
pub(super) mod sheet;
mod slowest;
mod snapshot;
mod spend;
mod stretches;
mod times_by_hour;
pub(super) mod transaction;
mod zoned;

pub use snapshot::Snapshot;
