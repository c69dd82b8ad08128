//! The settings: `config.toml`, then the environment, whose variables (`PERFBOT_ANSWER__RETRIES=1`) win. One section a
//! file; each says its keys, their ranges and their defaults in one place.
//!
//! What is unknown or out of range is refused with the line and what would be right. Keys of providers are not settings:
//! they stand in the environment only, and here is only the name of their variable.

mod address;
mod answer;
mod bot;
mod chat;
mod context;
mod discord;
mod error;
mod input;
mod limits;
mod models;
mod ollama;
mod privacy;
mod secrets;
mod simulated;
mod store;
mod vendors;

#[cfg(test)]
mod tests;

use std::io;
use std::path::{Path, PathBuf};

use self::input::{Input, Section};
use self::store::StoreSettings;
use crate::model::{
    AnswerSettings, ContextSettings, LimitSettings, ModelName, ModelSpec, PrivacySettings, ProviderKind, Retention,
};

pub use address::Address;
pub use bot::BotSettings;
pub use chat::ChatSettings;
pub use discord::DiscordSettings;
pub use error::{ConfigError, Place};
pub use input::{Variables, is_setting};
pub use ollama::{OLLAMA_HOST, ollama_model, ollama_url};

/// The file that is read when none is named, if it is there.
pub const USUAL_FILE: &str = "config.toml";

/// All that a hoster decides.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// The file that was read; `None` where there was none.
    pub file: Option<PathBuf>,
    /// Who the bot is.
    pub bot: BotSettings,
    /// How long answers may take and how often they are tried.
    pub answer: AnswerSettings,
    /// How much of a conversation goes along.
    pub context: ContextSettings,
    /// The money guard.
    pub limits: LimitSettings,
    /// What of a prompt is kept.
    pub privacy: PrivacySettings,
    /// Where the measurements lie.
    pub store: PathBuf,
    /// How long they are kept.
    pub retention: Retention,
    /// What holds in chat until people choose otherwise.
    pub chat: ChatSettings,
    /// Where on Discord it answers, and how.
    pub discord: DiscordSettings,
    /// By how much the times of the simulated models are multiplied.
    pub simulated_pace: f64,
    /// The models that people can choose from: those of the file, else those that the keys in the environment open up.
    pub models: Vec<ModelSpec>,
    /// The model that answers unless people choose; `None` for the first.
    pub default_model: Option<ModelName>,
}

impl Config {
    /// The settings of `file`, or of `config.toml` in the working directory if it is there, with what the environment
    /// says instead.
    ///
    /// # Errors
    /// The first mistake: a named file that cannot be read, or what [`Config::parse`] refuses.
    pub fn load(file: Option<&Path>, variables: &Variables) -> Result<Self, ConfigError> {
        let path = file.unwrap_or(Path::new(USUAL_FILE));
        let text = match std::fs::read(path) {
            Ok(bytes) => utf8(path, bytes)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound && file.is_none() => {
                return Self::parse(USUAL_FILE, "", variables);
            }
            Err(error) => return Err(unreadable(path, &error)),
        };
        let config = Self::parse(&path.display().to_string(), &text, variables)?;
        Ok(Self { file: Some(path.to_owned()), ..config })
    }

    /// The settings that a text says, which people know as `name`, with what the environment says instead.
    ///
    /// # Errors
    /// The first mistake: no TOML, a secret, an unknown name, a value out of its range.
    pub fn parse(name: &str, text: &str, variables: &Variables) -> Result<Self, ConfigError> {
        input::refuse_strangers(variables)?;
        let input = Input { file: name, text, variables };
        let table = input.table()?;
        secrets::refuse(&table, input)?;
        let mut root = Section::root(input, &table);
        let models = models::read(&mut root, variables)?;
        let mut chat = root.section("chat")?;
        let (privacy, previews) = privacy::read(root.section("privacy")?)?;
        let StoreSettings { path, rows, max_bytes } = store::read(root.section("store")?)?;
        let config = Self {
            file: None,
            bot: bot::read(root.section("bot")?)?,
            answer: answer::read(root.section("answer")?, chat::system_prompt(&mut chat)?)?,
            context: context::read(root.section("context")?)?,
            limits: limits::read(root.section("limits")?)?,
            privacy,
            store: path,
            retention: Retention { rows, previews, max_bytes },
            default_model: chat::default_model(&mut chat, &models)?,
            chat: chat::read(chat)?,
            discord: discord::read(root.section("discord")?)?,
            simulated_pace: simulated::read(root.section("simulated")?)?,
            models,
        };
        root.done()?;
        Ok(config)
    }
}

/// Where a model is asked: its base URL, or the usual one of its kind; `None` for one that needs no network.
pub fn address_of(model: &ModelSpec) -> Option<Address> {
    let usual = match model.kind {
        ProviderKind::Anthropic => "https://api.anthropic.com",
        ProviderKind::OpenAi => "https://api.openai.com",
        ProviderKind::Gemini => "https://generativelanguage.googleapis.com",
        ProviderKind::Ollama => "http://localhost:11434",
        ProviderKind::Simulated => return None,
    };
    Address::of(model.base_url.as_deref().unwrap_or(usual))
}

fn utf8(path: &Path, bytes: Vec<u8>) -> Result<String, ConfigError> {
    String::from_utf8(bytes).map_err(|error| {
        let readable = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = readable.iter().filter(|byte| **byte == b'\n').count() + 1;
        Place::Line(path.display().to_string(), line).fault("this is not UTF-8 text; save the file as UTF-8")
    })
}

fn unreadable(path: &Path, error: &io::Error) -> ConfigError {
    let fault = match error.kind() {
        io::ErrorKind::NotFound => "there is no such file; without --config the defaults hold".into(),
        io::ErrorKind::IsADirectory => "this is a directory; name the file in it".into(),
        io::ErrorKind::PermissionDenied => "this file may not be read; give yourself the right to".into(),
        _ => format!("this file cannot be read: {error}"),
    };
    Place::File(path.display().to_string()).fault(fault)
}
