//! From a line of text to a command, and from a command to its reply and its effects on the store.

use super::command::{Entry, Ran};
use super::context::{Audience, Context};
use super::failure::{Failure, UserError, did_you_mean};
use super::registry::entries;
use super::spec::{Eyes, Root, Takes, Who};
use super::words;
use crate::model::{Event, EventKind, Preference, PreferencePlace, Role};
use crate::store::{Change, Whose};

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
    let (root, (name, rest)) = match head(rest) {
        (name, rest) if name == PERF => (Root::Perf, head(rest)),
        named => (Root::Chat, named),
    };
    named(root, name, prefix, |entry| match entry.spec.takes {
        Takes::Words => words::split(&words::straighten(rest)),
        Takes::Text => vec![rest.trim().to_owned()],
    })
}

/// Reads words that are apart already, as a shell hands them over: the name of a command below `root`, and what follows
/// it. They are taken as they stand, quotes and dashes included.
pub fn parse_words(root: Root, words: &[String], prefix: &str) -> Parsed {
    let (name, rest) = words.split_first().map_or((String::new(), words), |(name, rest)| (name.to_lowercase(), rest));
    named(root, name, prefix, |entry| match entry.spec.takes {
        Takes::Words => rest.to_vec(),
        Takes::Text => vec![rest.join(" ").trim().to_owned()],
    })
}

/// What stands before the commands of [`Root::Perf`].
const PERF: &str = "perf";

/// The command of that name with its words, or what is wrong.
fn named(root: Root, name: String, prefix: &str, words: impl FnOnce(&Entry) -> Vec<String>) -> Parsed {
    let name = if root == Root::Perf && name.is_empty() { "help".to_owned() } else { name };
    match find(root, &name) {
        Some(entry) => command(entry, words(entry)),
        None if root == Root::Chat => Parsed::Foreign,
        None => {
            let known = entries().iter().filter(|entry| entry.spec.root == root).map(|entry| entry.spec.name);
            let near = did_you_mean(&name, known);
            let list = format!("{prefix}perf help lists what there is");
            Parsed::Wrong(UserError(format!("there is no {prefix}perf {name}{near} ({list})")))
        }
    }
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

fn command(entry: &'static Entry, words: Vec<String>) -> Parsed {
    match entry.spec.takes {
        // Behind "--" nothing is an option.
        Takes::Text if words.iter().all(String::is_empty) => Parsed::Command(entry, vec![]),
        Takes::Text => Parsed::Command(entry, [vec!["--".to_owned()], words].concat()),
        Takes::Words if words.iter().any(|word| word == "--help" || word == "-h") => {
            let help = find(Root::Chat, "help").expect("help is in the registry");
            Parsed::Command(help, vec![entry.spec.path()])
        }
        Takes::Words => Parsed::Command(entry, words),
    }
}

/// Runs a command and has the store apply its change.
pub async fn run(entry: &Entry, words: &[String], cx: &Context) -> Result<Ran, Failure> {
    if entry.spec.who == Who::Owner && cx.person.role < Role::Owner {
        return Err(Failure::user(format!("only the host of the bot may use {}", cx.typed(&entry.spec.path()))));
    }
    if entry.spec.eyes == Eyes::AskersOnly && cx.audience == Audience::Everyone {
        let (typed, slash) = (cx.typed(&entry.spec.path()), entry.spec.slash);
        return Err(Failure::user(format!(
            "{typed} is for your eyes only: say it in a direct message, or use /{slash} where there are slash commands"
        )));
    }
    let matches = entry.read(words).map_err(|error| {
        let how = cx.typed(&entry.spec.help_path());
        Failure::user(format!("{} ({how} shows how)", words::sentence(&error)))
    })?;
    let mut ran = (entry.run)(&matches, cx).await?;
    match ran.change.take() {
        Some(note @ Change::Detected { .. }) => note_down(note, cx).await,
        Some(change) => apply(change, cx).await?,
        None => {}
    }
    Ok(ran)
}

/// What a history should know of a change: that a channel of a server answers with another model, or that another number of
/// earlier messages goes along. What people choose for themselves is theirs.
fn event_of(change: &Change, cx: &Context) -> Option<Event> {
    let Change::Set { place: place @ PreferencePlace::Channel(channel), preference, value } = change else {
        return None;
    };
    let kind = match preference {
        Preference::Model => EventKind::ModelSwitched,
        Preference::ContextMessages => EventKind::ContextChanged,
        _ => return None,
    };
    let before = cx.services.assistant.preference_of(place, *preference);
    let (reach, by) = (cx.reach(), Some(cx.person.id.clone()));
    let guild_only = cx.place.guild.is_some() && before != *value;
    let event = Event { at: cx.now, kind, reach, by, subject: channel.to_string(), before, after: value.clone() };
    guild_only.then_some(event)
}

/// Has the store write down what was found. Who asked has their reply all the same.
async fn note_down(note: Change, cx: &Context) {
    if let Err(error) = cx.services.store.apply(note).await {
        tracing::warn!("what was found could not be written down, and will be new again: {error}");
    }
}

/// Has the store apply a change first; what is in force follows only then, so that nothing is half applied.
async fn apply(change: Change, cx: &Context) -> Result<(), Failure> {
    let change_and_event = match event_of(&change, cx) {
        Some(event) => Change::Noted { change: Box::new(change.clone()), event },
        None => change.clone(),
    };
    cx.services.store.apply(change_and_event).await?;
    let assistant = &cx.services.assistant;
    match change {
        Change::Set { place, preference, value } => assistant.prefer(place, preference, value),
        Change::Erase { whose: Whose::Person(user), .. } => assistant.erase(&PreferencePlace::User(user)),
        _ => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The command and its words, or the sentence.
    fn shown(parsed: Parsed) -> String {
        match parsed {
            Parsed::Talk => "talk".to_owned(),
            Parsed::Foreign => "foreign".to_owned(),
            Parsed::Command(entry, words) => format!("{} {words:?}", entry.spec.path()),
            Parsed::Wrong(error) => error.to_string(),
        }
    }

    fn words(words: &[&str]) -> String {
        let words: Vec<String> = words.iter().map(ToString::to_string).collect();
        shown(parse_words(Root::Perf, &words, "!"))
    }

    #[test]
    fn lines_become_commands_and_their_words() {
        let line = |line| shown(parse(line, "!"));
        assert_eq!(line("hello"), "talk");
        assert_eq!(line("!play \"a b\""), "foreign");
        assert_eq!(line("  !CTX=10"), r#"ctx ["10"]"#);
        assert_eq!(line("!perf  stats —last “7 d”"), r#"perf stats ["--last", "7 d"]"#);
        assert_eq!(line("!perf"), "perf help []");
        assert_eq!(line("!perf stats -h"), r#"help ["perf stats"]"#);
        assert_eq!(line("!ai -h is what “it” says"), r#"ai ["--", "-h is what “it” says"]"#);
        assert_eq!(line("!ai  "), "ai []");
        assert_eq!(line("!perf stat"), "there is no !perf stat; did you mean stats? (!perf help lists what there is)");
    }

    #[test]
    fn words_of_a_shell_are_taken_as_they_stand() {
        let odd = ["model", "a \"quoted\" “name”", "", "–x"];
        assert_eq!(words(&odd), format!("perf model {:?}", &odd[1..]));
        assert_eq!(words(&["Stats", "--last=7d"]), r#"perf stats ["--last=7d"]"#);
        assert_eq!(words(&[]), "perf help []");
        assert_eq!(words(&["stats", "--help"]), r#"help ["perf stats"]"#);
        assert_eq!(words(&["stat"]), "there is no !perf stat; did you mean stats? (!perf help lists what there is)");
    }
}
