//! A Discord of our own, so that a bot can be tested from outside with all that it uses to talk to the real one. It holds
//! to Discord's rules: permissions, limits, who is notified, what an interaction may be answered with. So far it is a
//! world of values without sockets.

mod asking;
mod body;
mod command_limits;
mod interactions;
mod limits;
mod mentions;
mod messages;
mod openapi;
mod payload;
mod permissions;
mod refusal;
mod schema;
mod sessions;
mod slash;
mod telling;
mod tests;
mod world;
