//! All there is on the fake Discord. So far only what everything there has: an id.

/// A snowflake: a moment and a number.
pub type Id = u64;
