//! A Discord of our own, on loopback: HTTP and gateway over real sockets, so that a bot can be tested from outside with all
//! that it uses to talk to the real one. It holds to Discord's rules – permissions, limits, what is seen by whom – and
//! lets go wrong what a test wants. Time in it stands still unless a test moves it.
//!

mod asking;
mod body;
mod command_limits;
mod endpoints;
mod faults;
mod gateway;
mod hub;
mod interactions;
mod limits;
mod mentions;
mod messages;
mod openapi;
mod payload;
mod permissions;
mod refusal;
mod requests;
mod rest;
mod routes;
mod schema;
mod server;
mod sessions;
mod slash;
mod telling;
mod tests;
mod undecoded;
mod world;
