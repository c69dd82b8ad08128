//! The two ways a command fails: the person can mend it (they are told how), or we must (they get an id to quote).

use crate::model::names;
use crate::store::StoreError;

/// A sentence for the person: what is wrong, where, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct UserError(pub String);

/// Why a command gave no reply.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The person's mistake, or something only they can change.
    #[error(transparent)]
    User(#[from] UserError),
    /// Ours.
    #[error("{0:#}")]
    Internal(anyhow::Error),
}

impl Failure {
    /// A failure that the person can mend.
    pub fn user(sentence: impl Into<String>) -> Self {
        Self::User(UserError(sentence.into()))
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::ReadOnly { reason } => Self::user(&*reason),
            other => Self::Internal(other.into()),
        }
    }
}

/// "; did you mean a or b?" for what is near, or nothing.
pub fn did_you_mean<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let near = names::nearest(&wanted.to_lowercase(), known);
    names::did_you_mean(near).map(|question| format!("; {question}")).unwrap_or_default()
}
