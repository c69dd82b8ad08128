//! The commands people type, one a file. Each declares its name, help and arguments once; help, completion and (later)
//! slash registration are derived from that.
//!
//! A command loads facts from the store, analyses them into a report and perhaps a change, and renders the report as
//! blocks. It delivers nothing, holds no SQL, and never looks into another command's file.

mod about;
mod ai;
mod attachment;
mod baseline;
mod bottlenecks;
mod choice;
mod command;
mod compare;
mod context;
mod cost;
mod ctx;
mod diff;
mod dispatch;
mod failure;
mod filter;
mod forecast;
mod forget;
mod happened;
mod heatmap;
mod help;
mod history;
mod kept;
mod m;
mod model;
mod monitor;
mod mydata;
mod new;
mod note;
mod optout;
mod persona;
mod rate;
mod registry;
mod report;
mod retry;
mod sample;
#[cfg(test)]
mod situations;
pub mod slash;
mod slowest;
mod span;
mod spec;
mod stats;
mod stop;
mod suggest;
#[cfg(test)]
mod testing;
mod why;
mod windows;
mod words;

pub use command::{Entry, Reply, Then, Wish};
pub use context::{Audience, Context, Services};
pub use dispatch::{Parsed, parse, parse_words, run};
pub use failure::{Failure, UserError};
pub use happened::{Counted, Done, Missed, Reaction, asked_again, delivered, left, left_meanwhile, reacted};
pub use registry::entries;
pub use spec::{Eyes, Root, Spec, Takes, Who};
pub use suggest::suggest;
pub use words::sentence as clap_sentence;
