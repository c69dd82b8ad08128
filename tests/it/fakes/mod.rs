//! Stand-ins for the services around the program.

pub mod ai;
pub mod keyboard;
