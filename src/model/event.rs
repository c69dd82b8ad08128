//! What happened beside calls that may have changed them: switches, prices, versions, notes.

use serde::Serialize;

use super::{GuildId, Timestamp, UserId};

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// What kind of thing.
    pub kind: EventKind,
    /// Whom it concerns.
    #[serde(skip)]
    pub reach: Reach,
    /// Who did it, if a person did.
    #[serde(skip)]
    pub by: Option<UserId>,
    /// What it happened to: a channel, a model, a policy; empty for notes.
    pub subject: String,
    /// How it was before; `None` where that is not known, or there was nothing.
    pub before: Option<String>,
    /// How it is since; `None` where it is gone.
    pub after: Option<String>,
}

/// What kind of thing happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// A channel answers with another model.
    ModelSwitched,
    /// Another number of earlier messages goes along in a channel.
    ContextChanged,
    /// A policy was applied.
    PolicyApplied,
    /// A policy was undone.
    PolicyUndone,
    /// A model costs something else.
    PriceChanged,
    /// A model can be asked.
    ModelAdded,
    /// A model can no longer be asked.
    ModelRemoved,
    /// Another version of perfbot runs.
    VersionStarted,
    /// A person wrote down what happened.
    Note,
}

impl EventKind {
    /// All kinds.
    pub const ALL: [Self; 9] = [
        Self::ModelSwitched,
        Self::ContextChanged,
        Self::PolicyApplied,
        Self::PolicyUndone,
        Self::PriceChanged,
        Self::ModelAdded,
        Self::ModelRemoved,
        Self::VersionStarted,
        Self::Note,
    ];

    /// The word for it, in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ModelSwitched => "model_switched",
            Self::ContextChanged => "context_changed",
            Self::PolicyApplied => "policy_applied",
            Self::PolicyUndone => "policy_undone",
            Self::PriceChanged => "price_changed",
            Self::ModelAdded => "model_added",
            Self::ModelRemoved => "model_removed",
            Self::VersionStarted => "version_started",
            Self::Note => "note",
        }
    }

    /// The kind with that word, if there is one.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// Whom something concerns.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Reach {
    /// Everyone.
    All,
    /// A guild.
    Guild(GuildId),
    /// A person, in their direct messages.
    User(UserId),
}
