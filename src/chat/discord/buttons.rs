//! The buttons below replies and answers. All that a press needs stands in the button itself, so that it works after a
//! restart; what the person who presses may see is decided anew each time.

use serenity::all::{ButtonStyle, CreateActionRow, CreateButton, UserId};

use crate::commands::{Entry, slash};

/// What a button does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Press {
    /// Stops the answer that is being written for somebody.
    Stop(UserId),
    /// Looks again, at another length of time.
    Window {
        /// The command, as a slash command: `perf stats`.
        path: String,
        /// Its words, without those for the time.
        words: Vec<String>,
        /// The length of time.
        last: String,
    },
    /// Attaches the figures as a file.
    Csv {
        /// The command.
        path: String,
        /// Its words.
        words: Vec<String>,
    },
}

/// The most characters of an id.
const LONGEST_ID: usize = 100;

/// What stands first in every id. Another number means buttons that are read otherwise.
const VERSION: &str = "p1";

/// What stands between the parts of an id: nobody types it.
const BETWEEN: char = '\u{1f}';

/// The lengths of time that have a button.
const WINDOWS: [(&str, &str); 4] = [("1 h", "1h"), ("24 h", "24h"), ("7 d", "7d"), ("30 d", "30d")];

impl Press {
    /// Reads the id of a button; `None` for those of others.
    pub fn read(id: &str) -> Option<Self> {
        let mut parts = id.split(BETWEEN);
        if parts.next()? != VERSION {
            return None;
        }
        match parts.next()? {
            "stop" => Some(Self::Stop(UserId::new(parts.next()?.parse().ok().filter(|id| *id > 0)?))),
            "window" => {
                let (last, path) = (parts.next()?.to_owned(), parts.next()?.to_owned());
                Some(Self::Window { path, last, words: parts.map(str::to_owned).collect() })
            }
            "csv" => Some(Self::Csv { path: parts.next()?.to_owned(), words: parts.map(str::to_owned).collect() }),
            _ => None,
        }
    }

    /// The id of the button; `None` if it does not fit.
    fn id(&self) -> Option<String> {
        let parts: Vec<String> = match self {
            Self::Stop(user) => vec!["stop".into(), user.to_string()],
            Self::Window { path, words, last } => {
                [vec!["window".into(), last.clone(), path.clone()], words.clone()].concat()
            }
            Self::Csv { path, words } => [vec!["csv".into(), path.clone()], words.clone()].concat(),
        };
        let whole = [vec![VERSION.to_owned()], parts].concat().join(&BETWEEN.to_string());
        (whole.chars().count() <= LONGEST_ID).then_some(whole)
    }

    /// The command that is to be run again, with its words.
    pub fn command(&self) -> Option<(&'static Entry, Vec<String>)> {
        match self {
            Self::Stop(_) => None,
            Self::Window { path, words, last } => {
                let again = std::iter::once(format!("--last={last}")).chain(words.iter().cloned());
                Some((slash::find(path)?, again.collect()))
            }
            Self::Csv { path, words } => {
                let again = std::iter::once("--csv".to_owned()).chain(words.iter().cloned());
                Some((slash::find(path)?, again.collect()))
            }
        }
    }
}

/// The button that stops an answer.
pub fn stop(user: UserId) -> Vec<CreateActionRow> {
    let button = Press::Stop(user).id().map(|id| CreateButton::new(id).label("Stop").style(ButtonStyle::Secondary));
    row(button.into_iter().collect())
}

/// The buttons below a reply that looked at a length of time; none below others.
pub fn again(entry: &Entry, words: &[String]) -> Vec<CreateActionRow> {
    if !looks_at_time(entry) {
        return Vec::new();
    }
    let (rest, last) = without_time(words);
    let path = entry.spec.slash.to_owned();
    let mut buttons = Vec::new();
    for (label, window) in WINDOWS {
        let press = Press::Window { path: path.clone(), words: rest.clone(), last: window.to_owned() };
        let is_shown = last.as_deref().unwrap_or("24h") == window;
        let style = if is_shown { ButtonStyle::Primary } else { ButtonStyle::Secondary };
        buttons.extend(press.id().map(|id| CreateButton::new(id).label(label).style(style)));
    }
    let csv = Press::Csv { path, words: words.iter().filter(|word| *word != "--csv").cloned().collect() };
    buttons.extend(csv.id().map(|id| CreateButton::new(id).label("CSV").style(ButtonStyle::Secondary)));
    row(buttons)
}

fn row(buttons: Vec<CreateButton>) -> Vec<CreateActionRow> {
    if buttons.is_empty() { Vec::new() } else { vec![CreateActionRow::Buttons(buttons)] }
}

fn looks_at_time(entry: &Entry) -> bool {
    let has = |wanted: &str| entry.clap.get_arguments().any(|arg| arg.get_long() == Some(wanted));
    has("last") && has("csv")
}

/// The words without those for the time and the file, and the length of time among them. Another time than "the last …"
/// counts as none of those that have a button.
fn without_time(words: &[String]) -> (Vec<String>, Option<String>) {
    let (mut rest, mut last) = (Vec::new(), None);
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let (name, value) = word.split_once('=').map_or((word.as_str(), None), |(name, value)| (name, Some(value)));
        match name {
            "--" => {
                rest.push(word.clone());
                rest.extend(words.by_ref().cloned());
            }
            "--csv" => {}
            "--last" | "--from" | "--to" => {
                let value = value.map(str::to_owned).or_else(|| words.next().cloned());
                last = if name == "--last" { value } else { Some(String::new()) };
            }
            _ => rest.push(word.clone()),
        }
    }
    (rest, last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &str) -> Vec<String> {
        words.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn what_a_button_means_stands_in_its_id() {
        let window = Press::Window { path: "perf stats".into(), words: words("--model=haiku -- x"), last: "7d".into() };
        let csv = Press::Csv { path: "perf slowest".into(), words: words("--last 7d --top 10") };
        for press in [Press::Stop(UserId::new(7)), window, csv] {
            assert_eq!(Press::read(&press.id().unwrap()), Some(press));
        }
        for foreign in ["", "p1", "p0\u{1f}stop\u{1f}7", "p1\u{1f}stop\u{1f}0", "p1\u{1f}stop\u{1f}me", "other"] {
            assert_eq!(Press::read(foreign), None, "{foreign:?}");
        }
        let long = Press::Csv { path: "perf stats".into(), words: vec!["x".repeat(90)] };
        assert_eq!(long.id(), None);
    }

    #[test]
    fn the_time_is_taken_out_of_the_words() {
        let split = |text: &str| {
            let (rest, last) = without_time(&words(text));
            (rest.join(" "), last)
        };
        assert_eq!(split("--last 7d --model haiku --csv"), ("--model haiku".into(), Some("7d".into())));
        assert_eq!(split("--model=haiku --last=1h"), ("--model=haiku".into(), Some("1h".into())));
        assert_eq!(split("--from 2026-01-01 --to 2026-01-02"), (String::new(), Some(String::new())));
        assert_eq!(split("-- --last"), ("-- --last".into(), None));
    }

    #[test]
    fn only_looks_at_a_time_have_buttons() {
        let buttons = |path: &str, text: &str| again(slash::find(path).unwrap(), &words(text)).len();
        assert_eq!((buttons("perf stats", ""), buttons("perf model", "haiku"), buttons("perf slowest", "")), (1, 1, 1));
        assert_eq!((buttons("perf monitor", "on"), buttons("m", ""), buttons("help", "")), (0, 0, 0));
    }

    #[test]
    fn a_press_runs_the_command_anew() {
        let press = Press::Window { path: "perf stats".into(), words: words("--model=haiku"), last: "30d".into() };
        let (entry, again) = press.command().unwrap();
        assert_eq!((entry.spec.slash, again), ("perf stats", words("--last=30d --model=haiku")));
        let nothing = Press::Csv { path: "perf nosuch".into(), words: Vec::new() };
        assert!(nothing.command().is_none());
    }
}
