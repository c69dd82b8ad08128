//! Whose rows a question may see, and which of them it asks about. No question runs without a scope.

use super::{ChannelId, GuildId, ModelName, QueryType, UserId};

/// Whose calls a question may count.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Every call in the store: the owner's view.
    All,
    /// The calls of one guild.
    Guild(GuildId),
    /// The calls of one person, wherever they were asked.
    User(UserId),
}

/// Which single rows a viewer may see, beyond the scope of the aggregates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Readable {
    /// All rows of the scope.
    All,
    /// Only rows of these channels.
    Channels(Vec<ChannelId>),
}

/// A narrowing of the calls in scope. Empty means all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only calls of these models, by their names in the store.
    pub model: Option<ModelName>,
    /// Only questions of this type.
    pub query_type: Option<QueryType>,
    /// Only calls of this person.
    pub user: Option<UserId>,
}
