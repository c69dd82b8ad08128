//! Chat in a terminal or a pipe: each line is a message, each reply is plain text (or a JSON object).

mod paper;
mod pipe;
mod terminal;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use crate::chat::Message;
use crate::commands::{Audience, Reply, Services, UserError};
use crate::model::{Clock, GuildId, Person, Place, Readable, Role, UserId};
use crate::view::{self, Block};

pub use paper::Paper;
pub use pipe::{lines, pipe};
pub use terminal::terminal;

/// How the console is used.
#[derive(Debug, Clone)]
pub struct Options {
    /// Who types.
    pub person: Person,
    /// A channel of the guild `console`; without one it is a direct message.
    pub channel: Option<String>,
    /// Where attachments are written.
    pub files: PathBuf,
    /// How replies are written.
    pub form: Form,
}

/// How replies are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Plain text, each reply ended by an empty line.
    Plain,
    /// One JSON object a line.
    Json,
}

/// The guild that stands for a community in the terminal.
const GUILD: &str = "console";

/// What every console needs.
pub struct Console {
    /// The services.
    pub services: Services,
    /// The wall clock.
    pub clock: Arc<dyn Clock>,
    /// How it is used.
    pub options: Options,
}

impl Console {
    /// A line as a message, received now; `None` if it is not for the bot. In a direct message every line is; in a channel
    /// only commands and mentions are.
    pub fn heard(&self, line: &str) -> Option<Message> {
        let line = line.trim();
        match (mentioned(line, &self.services.mention), &self.options.channel) {
            (Some(rest), _) => Some(self.message(rest.to_owned())),
            (None, Some(_)) if !line.starts_with(&*self.services.prefix) => None,
            (None, _) => Some(self.message(line.to_owned())),
        }
    }

    /// A line for the bot as a message, received now.
    pub fn message(&self, text: String) -> Message {
        let (person, place) = (self.options.person.clone(), self.place());
        // In a channel it is not known who else reads which other.
        let (audience, readable) = match (&place.guild, person.role) {
            (None, _) => (Audience::Asker, Readable::All),
            (Some(_), Role::Owner) => (Audience::Everyone, Readable::All),
            (Some(_), _) => (Audience::Everyone, Readable::Channels(vec![place.channel.clone()])),
        };
        Message {
            person,
            place,
            text,
            at: self.clock.now(),
            received: Instant::now(),
            audience,
            readable,
            id: None,
            reply_to: None,
            quoted: None,
            pictures: Vec::new(),
        }
    }

    /// A reply as plain text, its files written.
    pub fn lay_out(&self, reply: &Reply) -> Result<String, UserError> {
        let blocks = self.printed(&reply.blocks);
        Ok(view::plain::render_within(&pipe::attach(blocks, &self.options.files)?.blocks, columns()))
    }

    /// Blocks with files in the place of documents.
    fn printed(&self, blocks: &[Block]) -> Vec<Block> {
        view::printed(blocks.to_vec(), &self.services.painter)
    }

    /// The channel in which the lines are said.
    fn place(&self) -> Place {
        match &self.options.channel {
            Some(channel) => Place { guild: Some(GuildId::from(GUILD)), channel: channel.as_str().into() },
            None => Place { guild: None, channel: format!("dm:{}", self.options.person.id).into() },
        }
    }
}

/// How wide charts may be: as the window of the terminal, within reason. A pipe has none.
fn columns() -> usize {
    let window = rustix::termios::tcgetwinsize(std::io::stdout()).map_or(0, |window| usize::from(window.ws_col));
    if window == 0 { WIDTH_OF_A_PIPE } else { window.clamp(NARROWEST, WIDEST) }
}

/// How wide charts are where nobody knows.
const WIDTH_OF_A_PIPE: usize = 76;
const NARROWEST: usize = 30;
const WIDEST: usize = 110;

/// What follows the bot's name at the start of a text. A longer name that merely starts alike is another's.
fn mentioned<'a>(text: &'a str, mention: &str) -> Option<&'a str> {
    let (name, rest) = text.split_at_checked(mention.len())?;
    let ends = !rest.starts_with(|letter: char| letter.is_alphanumeric() || letter == '_' || letter == '-');
    (ends && name.eq_ignore_ascii_case(mention)).then(|| rest.trim_start_matches([',', ':']).trim())
}

impl Options {
    /// The owner in a direct message, in plain text.
    pub fn owner(id: UserId) -> Self {
        let person = Person { id, role: Role::Owner };
        Self { person, channel: None, files: PathBuf::from("."), form: Form::Plain }
    }
}
