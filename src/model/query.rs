//! What kind of question a prompt is, and how hard it looks.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The type of a question, decided locally from its text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QueryType {
    /// Writing, reading or repairing program code.
    Code,
    /// A question of fact or explanation.
    Question,
    /// Small talk.
    Chat,
    /// Working something out, mathematics included.
    Reasoning,
    /// Stories, poems, names, slogans.
    Creative,
    /// None of these with enough confidence, or not known.
    #[default]
    Other,
}

impl QueryType {
    /// All types, in the order of their stored numbers.
    pub const ALL: [Self; 6] = [Self::Code, Self::Question, Self::Chat, Self::Reasoning, Self::Creative, Self::Other];

    /// The word for it, in commands, replies and files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Question => "question",
            Self::Chat => "chat",
            Self::Reasoning => "reasoning",
            Self::Creative => "creative",
            Self::Other => "other",
        }
    }
}

impl fmt::Display for QueryType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for QueryType {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wanted = text.trim().to_lowercase();
        Self::ALL
            .into_iter()
            .find(|known| known.as_str() == wanted)
            .ok_or_else(|| format!("unknown type {text:?}: use code, question, chat, reasoning, creative or other"))
    }
}

/// How hard a prompt looks, in thousandths: 0 (trivial) to 1,000 (very hard).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Complexity(u16);

impl Complexity {
    /// From a share; what is outside 0–1 is cut to it.
    pub fn from_share(share: f64) -> Self {
        Self((share.clamp(0.0, 1.0) * 1000.0).round() as u16)
    }

    /// As a share of 1.
    pub fn as_share(self) -> f64 {
        f64::from(self.0) / 1000.0
    }
}
