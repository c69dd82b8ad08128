//! What a hoster decides in `config.toml`, and what people set in chat, as the rooms that obey it see it.

use std::time::Duration;

use super::{ChannelId, NanoUsd, UserId};

/// How long answers may take and how often they are tried.
#[derive(Debug, Clone, PartialEq)]
pub struct AnswerSettings {
    /// How long a provider may take to start answering.
    pub head_timeout: Duration,
    /// How long a stream may be silent between two frames.
    pub silence_timeout: Duration,
    /// How long one attempt may take in all.
    pub attempt_timeout: Duration,
    /// How many attempts may follow the first.
    pub retries: u32,
    /// The first wait between attempts; each further one is twice as long, plus up to half of it by chance.
    pub back_off_base: Duration,
    /// The longest wait. A provider that asks for more is not tried again; the person is told when.
    pub back_off_cap: Duration,
    /// The most tokens an answer may have.
    pub max_output_tokens: u32,
    /// What every model is told before the conversation; `None` for nothing.
    pub system_prompt: Option<String>,
}

/// How much of a conversation goes along with a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContextSettings {
    /// Earlier messages, unless people choose otherwise (1–100).
    pub messages: u32,
    /// After how long a silence a conversation ends.
    pub ends_after: Duration,
    /// Whether what people say among themselves goes along too.
    pub bystanders: bool,
}

/// The money guard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitSettings {
    /// What all answers of one day may cost together.
    pub daily: NanoUsd,
    /// Questions one person may ask in a minute.
    pub questions_per_minute: u32,
    /// Whether models without a known price may be asked, although no cap can hold them.
    pub allow_unpriced: bool,
}

/// What of a prompt is kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PrivacySettings {
    /// How much of a prompt's text is kept.
    pub store_prompts: StorePrompts,
}

/// How long measurements are kept; `None` for ever. What rows came to by hour and day is always kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Retention {
    /// Rows of single calls.
    pub rows: Option<Duration>,
    /// Beginnings of prompts.
    pub previews: Option<Duration>,
    /// How many bytes the file may hold before the oldest rows go.
    pub max_bytes: Option<u64>,
}

/// How much of a prompt's text is kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StorePrompts {
    /// Nothing: lengths, counts and a keyed hash only.
    #[default]
    None,
    /// The first 80 characters.
    Preview,
}

/// A setting that people change in chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Preference {
    /// The model that answers.
    Model,
    /// How many earlier messages go along.
    ContextMessages,
    /// Whether each answer is followed by its figures.
    Monitor,
    /// What the model is told before the conversation.
    Persona,
    /// Whether a person's calls are recorded as nobody's.
    OptOut,
}

/// For whom a preference holds. A person's own wins over the channel's.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum PreferencePlace {
    /// Everyone in a channel.
    Channel(ChannelId),
    /// One person, everywhere.
    User(UserId),
}
