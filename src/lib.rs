//! perfbot: a chat AI assistant that measures every AI call it makes and answers in chat what is slow, what is
//! expensive, and why.
//!
//! The modules, in reading order; the number is the rank. A module may use any of a lower rank; modules of one rank
//! never see each other.

pub mod model; // 0: plain values: ids, units, calls, cells, windows, scopes, settings

pub mod config; // 1: config.toml and the environment, one section a file
pub mod pricing; // 1: the price table, a provider's usage, the cost of a call
pub mod prompt; // 1: what can be read off a prompt's text: type, complexity, hash, tokens

pub mod analysis; // 2: counts and rows in, reports out; pure
pub mod store; // 2: ask a question, apply a change; all SQL

pub mod advisor; // 3: what could be quicker or cheaper, and what that would save; pure
pub mod logs; // 3: other people's call logs: reading and writing them

pub mod ai; // 4: providers, the interceptor, answering, the pipeline
pub mod view; // 4: reports to blocks, blocks to text; pure

pub mod demo; // 5: made-up traffic of 30 days, with things in it to find; pure

pub mod commands; // 6: one chat command a file

pub mod chat; // 7: the console; routing a message, delivering a reply

pub mod app; // 8: builds the parts, spawns the tasks, stops them in order

pub mod cli; // 9: one file a subcommand

#[cfg(test)]
pub mod testing; // builders of data, for tests only
