//! What a command says of itself: name, help, who may run it.

/// Where a command hangs: `!name`, or `!perf name`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Root {
    /// `!ai`, `!m` …
    Chat,
    /// `!perf stats` …
    Perf,
}

/// Who may run a command. Finer rights (a channel's settings against one's own) are the command's own to check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    /// Everyone who may talk to the bot.
    Everyone,
    /// The host of the bot.
    Owner,
}

/// For whose eyes the reply is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Eyes {
    /// Everyone's who can read the channel.
    Everyone,
    /// The asker's, if the chat can show it to them alone; others may see it.
    Askers,
    /// The asker's alone: it shows what is theirs.
    AskersOnly,
}

/// How the text behind the name is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// As words and options; quotes keep words together.
    Words,
    /// As it stands, to the end.
    Text,
}

/// What a command says of itself.
#[derive(Debug, Clone, Copy)]
pub struct Spec {
    /// Where it hangs.
    pub root: Root,
    /// Its name, as typed.
    pub name: &'static str,
    /// One line: what it does.
    pub summary: &'static str,
    /// More, for its own help page; may be empty.
    pub details: &'static str,
    /// Lines to try, without the prefix.
    pub examples: &'static [&'static str],
    /// Its name as a slash command: one word, or two below a root.
    pub slash: &'static str,
    /// Who may run it.
    pub who: Who,
    /// For whose eyes its reply is.
    pub eyes: Eyes,
    /// How its text is read.
    pub takes: Takes,
}

impl Spec {
    /// What shows the command in full: `perf help stats`.
    pub fn help_path(&self) -> String {
        match self.root {
            Root::Chat => format!("help {}", self.name),
            Root::Perf => format!("perf help {}", self.name),
        }
    }

    /// Whether an answer of a model follows.
    pub fn asks(&self) -> bool {
        matches!(self.slash, "ai" | "retry")
    }

    /// The command as typed, without the prefix: `perf stats`.
    pub fn path(&self) -> String {
        match self.root {
            Root::Chat => self.name.to_owned(),
            Root::Perf => format!("perf {}", self.name),
        }
    }
}
