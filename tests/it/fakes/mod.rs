//! Stand-ins for the services around the program.

pub mod ai;
#[allow(dead_code, unused_imports, reason = "the flows that use all of it are tested as they are built")]
pub mod discord;
pub mod keyboard;
pub mod tls;
