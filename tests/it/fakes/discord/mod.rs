//! A Discord of our own, so that a bot can be tested from outside with all that it uses to talk to the real one. It holds
//! to Discord's rules: permissions, limits, who is notified. So far there are the rules, and nobody who keeps them.

mod command_limits;
mod limits;
mod mentions;
mod permissions;
mod refusal;
mod tests;
mod world;
