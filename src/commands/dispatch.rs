//! From a line of text to a command, and from a command to its reply and its effects on the store.

use std::sync::LazyLock;

use super::command::{Entry, Ran, Wish};
use super::context::{Context, Services};
use super::failure::{Failure, UserError, did_you_mean};
use super::registry::entries;
use super::spec::{Root, Takes, Who};
use super::words;
use crate::model::Role;
use crate::store::Change;

/// What a line turned out to be.
pub enum Parsed {
    /// No command: it does not start with the prefix.
    Talk,
    /// Starts with the prefix, but is none of ours. Other bots share the prefix, so nothing is said.
    Foreign,
    /// A command and its words.
    Command(&'static Entry, Vec<String>),
    /// Ours, but misspelt.
    Wrong(UserError),
}

/// Reads a line.
pub fn parse(line: &str, prefix: &str) -> Parsed {
    let Some(rest) = line.trim().strip_prefix(prefix) else { return Parsed::Talk };
    let (name, rest) = head(rest);
    if name == "perf" {
        return parse_perf(rest, prefix);
    }
    match find(Root::Chat, &name) {
        Some(entry) => command(entry, rest),
        None => Parsed::Foreign,
    }
}

fn parse_perf(rest: &str, prefix: &str) -> Parsed {
    let (name, rest) = head(rest);
    let name = if name.is_empty() { "help".to_owned() } else { name };
    if let Some(entry) = find(Root::Perf, &name) {
        return command(entry, rest);
    }
    let known = entries().iter().filter(|entry| entry.spec.root == Root::Perf).map(|entry| entry.spec.name);
    let near = did_you_mean(&name, known);
    Parsed::Wrong(UserError(format!("there is no {prefix}perf {name}{near} ({prefix}perf help lists what there is)")))
}

/// The first word in lower case, and what follows. `ctx=10` is the word `ctx`.
fn head(text: &str) -> (String, &str) {
    let text = text.trim_start();
    let end = text.find(|letter: char| letter.is_whitespace() || letter == '=').unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    (name.to_lowercase(), rest.strip_prefix('=').unwrap_or(rest))
}

fn find(root: Root, name: &str) -> Option<&'static Entry> {
    entries().iter().find(|entry| entry.spec.root == root && entry.spec.name == name)
}

fn command(entry: &'static Entry, rest: &str) -> Parsed {
    if entry.spec.takes == Takes::Text {
        let text = rest.trim();
        let words = if text.is_empty() { vec![] } else { vec!["--".to_owned(), text.to_owned()] };
        return Parsed::Command(entry, words);
    }
    let words = words::split(&words::straighten(rest));
    if words.iter().any(|word| word == "--help" || word == "-h") {
        static HELP: LazyLock<&'static Entry> =
            LazyLock::new(|| find(Root::Chat, "help").expect("help is in the registry"));
        return Parsed::Command(&HELP, vec![entry.spec.path()]);
    }
    Parsed::Command(entry, words)
}

/// Runs a command and has the store apply its change.
pub async fn run(entry: &Entry, words: &[String], cx: &Context) -> Result<Ran, Failure> {
    if entry.spec.who == Who::Owner && cx.person.role < Role::Owner {
        return Err(Failure::user(format!("only the host of the bot may use {}", cx.typed(&entry.spec.path()))));
    }
    let matches = (entry.clap)().disable_help_flag(true).try_get_matches_from(words).map_err(|error| {
        let how = cx.typed(&entry.spec.help_path());
        Failure::user(format!("{} ({how} shows how)", words::sentence(&error)))
    })?;
    let mut ran = (entry.run)(&matches, cx).await?;
    if let Some(change) = ran.change.take() {
        apply(change, cx).await?;
    }
    Ok(ran)
}

/// Counts that an answer was asked again, once the question has been let through. That it could not be counted must
/// not cost anybody the answer.
pub async fn asked_again(wish: &Wish, services: &Services) {
    let Some(call) = wish.repeats.and_then(|repeat| repeat.call) else { return };
    if let Err(error) = services.store.apply(Change::AskedAgain { call }).await {
        tracing::warn!("that an answer was asked again could not be counted: {error}");
    }
}

/// Has the store apply a change first; what is in force follows only then, so that nothing is half applied.
async fn apply(change: Change, cx: &Context) -> Result<(), Failure> {
    let set = match &change {
        Change::Set { place, preference, value } => Some((place.clone(), *preference, value.clone())),
        _ => None,
    };
    cx.services.store.apply(change).await?;
    if let Some((place, preference, value)) = set {
        cx.services.assistant.prefer(place, preference, value);
    }
    Ok(())
}
