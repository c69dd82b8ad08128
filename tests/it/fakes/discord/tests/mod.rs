//! The fake itself, tested: its rules as values.

mod limits;
mod permissions;
mod schema;
mod sessions;
mod slash;
