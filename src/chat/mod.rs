//! Where people talk to the bot: messages come in, are routed, and replies are delivered. It never touches the store
//! directly and decides nothing about measurements.

pub mod console;
mod deliver;
pub mod discord;
mod route;
mod words;

pub use route::{Message, Routed, obey, route};
