//! Commands as slash commands: plain descriptions of what can be filled in, derived from the arguments, and the way back
//! from what was filled in to words. No types of a chat platform, and no rules of its own: clap still reads the words.

use clap::{Arg, ArgAction};

use super::command::Entry;
use super::context::Audience;
use super::registry::entries;
use super::spec::{Eyes, Takes};

/// A slash command, with what hangs below it if it is a root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlashCommand {
    /// Its name.
    pub name: String,
    /// What it does.
    pub help: String,
    /// What can be filled in; empty for a root.
    pub options: Vec<SlashOption>,
    /// The commands below it.
    pub below: Vec<SlashCommand>,
}

/// One thing that can be filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlashOption {
    /// Its name.
    pub name: String,
    /// What it is.
    pub help: String,
    /// What it takes.
    pub takes: SlashTakes,
    /// Whether it must be filled in.
    pub required: bool,
    /// Whether values are suggested while one types.
    pub suggested: bool,
}

/// What can be filled into an option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SlashTakes {
    /// Text.
    Text,
    /// Yes or no.
    Flag,
    /// One of these.
    Choice(Vec<String>),
    /// A person.
    Person,
}

/// What a person filled in: the name of an option, and its value as text.
pub type Filled = (String, String);

/// What a flag is filled in with when it is set.
pub const YES: &str = "true";

/// Makes only the asker see the reply.
const PRIVATE: &str = "private";

/// All slash commands, in the order of the registry.
pub fn commands() -> Vec<SlashCommand> {
    let mut commands: Vec<SlashCommand> = Vec::new();
    for entry in entries() {
        let Some((root, name)) = entry.spec.slash.split_once(' ') else {
            commands.push(described(entry, entry.spec.slash));
            continue;
        };
        let below = described(entry, name);
        match commands.iter_mut().find(|command| command.name == root) {
            Some(root) => root.below.push(below),
            None => commands.push(root_of(root, below)),
        }
    }
    commands
}

/// The command behind a slash command, by its words: `perf stats`.
pub fn find(path: &str) -> Option<&'static Entry> {
    entries().iter().find(|entry| entry.spec.slash == path)
}

/// What was filled in as the words that would have been typed.
pub fn words(entry: &Entry, filled: &[Filled]) -> Vec<String> {
    let value = |arg: &Arg| filled.iter().find(|(name, _)| *name == name_of(arg)).map(|(_, value)| value.clone());
    let mut options = Vec::new();
    let mut behind = Vec::new();
    for arg in entry.clap.get_arguments() {
        match (arg.get_long(), value(arg)) {
            (_, None) => {}
            (Some(long), Some(value)) if is_flag(arg) => options.extend((value == YES).then(|| format!("--{long}"))),
            (Some(long), Some(value)) => options.push(format!("--{long}={value}")),
            (None, Some(value)) => behind.push(value),
        }
    }
    if !behind.is_empty() {
        // Behind it nothing is an option.
        options.push("--".to_owned());
    }
    options.extend(behind);
    options
}

/// Who sees the reply to what was filled in.
pub fn audience(entry: &Entry, filled: &[Filled]) -> Audience {
    let asks_for = |wanted: &str| filled.iter().any(|(name, value)| name == wanted && value != "false");
    let by_user = filled.iter().any(|(name, value)| name == "by" && value == "user");
    match entry.spec.eyes {
        // Somebody's own figures are not for everyone.
        Eyes::Everyone if !asks_for(PRIVATE) && !asks_for("user") && !asks_for("me") && !by_user => Audience::Everyone,
        _ => Audience::Asker,
    }
}

fn root_of(name: &str, below: SlashCommand) -> SlashCommand {
    let help = match name {
        "perf" => "What is slow, what is expensive, and why.",
        _ => "What is kept of you.",
    };
    SlashCommand { name: name.to_owned(), help: help.to_owned(), options: Vec::new(), below: vec![below] }
}

fn described(entry: &Entry, name: &str) -> SlashCommand {
    let offered = entry.clap.get_arguments().filter(|arg| !is_said_otherwise(&entry.clap, arg));
    let mut options: Vec<SlashOption> = offered.map(|arg| option(entry, arg)).collect();
    if entry.spec.eyes == Eyes::Everyone && entry.spec.slash.starts_with("perf ") {
        options.push(SlashOption {
            name: PRIVATE.to_owned(),
            help: "Only you see the reply.".to_owned(),
            takes: SlashTakes::Flag,
            required: false,
            suggested: false,
        });
    }
    // Discord wants those first that must be filled in.
    options.sort_by_key(|option| !option.required);
    SlashCommand { name: name.to_owned(), help: entry.spec.summary.to_owned(), options, below: Vec::new() }
}

fn option(entry: &Entry, arg: &Arg) -> SlashOption {
    let id = arg.get_id().as_str();
    let choices: Vec<String> = arg.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();
    let takes = match id {
        _ if is_flag(arg) => SlashTakes::Flag,
        "user" => SlashTakes::Person,
        _ if choices.is_empty() => SlashTakes::Text,
        _ => SlashTakes::Choice(choices),
    };
    SlashOption {
        name: name_of(arg),
        help: arg.get_help().map(|help| shortened(&help.to_string())).unwrap_or_default(),
        required: arg.is_required_set() || entry.spec.takes == Takes::Text && entry.spec.slash == "ai",
        suggested: matches!(id, "name" | "model" | "first" | "second" | "more" | "last" | "command"),
        takes,
    }
}

/// Whether a word that stands by itself says the same: of `perf model`, the name and `--model`. One place to fill it in is enough.
fn is_said_otherwise(clap: &clap::Command, arg: &Arg) -> bool {
    let words = clap.get_positionals().flat_map(|word| clap.get_arg_conflicts_with(word));
    !is_flag(arg) && words.into_iter().any(|other| other.get_id() == arg.get_id())
}

fn is_flag(arg: &Arg) -> bool {
    matches!(arg.get_action(), ArgAction::SetTrue)
}

fn name_of(arg: &Arg) -> String {
    arg.get_long().map_or_else(|| arg.get_id().as_str().replace('_', "-"), str::to_owned)
}

/// The most characters Discord shows of a description.
const LONGEST_HELP: usize = 100;

fn shortened(help: &str) -> String {
    match help.char_indices().nth(LONGEST_HELP) {
        None => help.to_owned(),
        Some(_) => help.chars().take(LONGEST_HELP - 1).chain(['…']).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(pairs: &[(&str, &str)]) -> Vec<Filled> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn typed(path: &str, pairs: &[(&str, &str)]) -> String {
        words(find(path).unwrap(), &filled(pairs)).join(" ")
    }

    #[test]
    fn what_is_filled_in_becomes_words() {
        assert_eq!(typed("perf stats", &[]), "");
        assert_eq!(typed("perf stats", &[("last", "7d"), ("csv", "true"), ("private", "true")]), "--last=7d --csv");
        assert_eq!(typed("perf stats", &[("csv", "false"), ("type", "code")]), "--type=code");
        assert_eq!(typed("m", &[("name", "--clear"), ("me", "true")]), "--me -- --clear");
        assert_eq!(typed("ai", &[("question", "What is --this?")]), "-- What is --this?");
        assert_eq!(typed("ctx", &[("messages", "10")]), "-- 10");
    }

    #[test]
    fn what_a_word_says_is_not_asked_for_again() {
        let names = |path: &str| {
            let (root, below) = path.split_once(' ').unwrap_or((path, path));
            let all = commands();
            let root = all.iter().find(|command| command.name == root).unwrap();
            let found = root.below.iter().find(|command| command.name == below).unwrap_or(root);
            found.options.iter().map(|option| option.name.clone()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(names("perf model"), "name last from to type user chart csv private");
        assert_eq!(names("perf compare"), "first second more last from to type user csv private");
        assert_eq!(names("m"), "name me clear");
        assert!(names("perf stats").contains(" model "), "{}", names("perf stats"));
    }

    #[test]
    fn what_is_ones_own_is_for_ones_own_eyes() {
        let seen_by = |path: &str, pairs: &[(&str, &str)]| audience(find(path).unwrap(), &filled(pairs));
        assert_eq!(seen_by("perf stats", &[("last", "7d")]), Audience::Everyone);
        assert_eq!(seen_by("perf stats", &[("user", "me")]), Audience::Asker);
        assert_eq!(seen_by("perf slowest", &[("private", "true")]), Audience::Asker);
        assert_eq!(seen_by("perf slowest", &[("private", "false")]), Audience::Everyone);
        assert_eq!(seen_by("mydata show", &[]), Audience::Asker);
        assert_eq!(seen_by("rate", &[("score", "5")]), Audience::Asker);
    }

    #[test]
    fn every_command_fits_into_what_discord_allows() {
        let fits = |name: &str, help: &str| {
            let name_fits = (1..=32).contains(&name.chars().count())
                && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c));
            assert!(name_fits && (1..=100).contains(&help.chars().count()), "{name}: {help}");
        };
        let all = commands();
        assert!(all.len() <= 100);
        for command in all.iter().flat_map(|command| [command].into_iter().chain(&command.below)) {
            fits(&command.name, &command.help);
            assert!(command.options.len() <= 25 && command.below.len() <= 25, "{}", command.name);
            command.options.iter().for_each(|option| fits(&option.name, &option.help));
        }
        let paths: std::collections::HashSet<_> = entries().iter().map(|entry| entry.spec.slash).collect();
        assert_eq!(paths.len(), entries().len(), "each has a name of its own");
    }
}
