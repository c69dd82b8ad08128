//! The fake itself, tested: its rules as values.

mod limits;
mod permissions;
mod sessions;
mod slash;
