//! Changes that perfbot can make to itself, one a file. Each says what a logged call would have been, had it been on.

mod cache;
mod concise;
mod context;
mod local;
mod prompt_cache;
mod route;

pub use cache::Cache;
pub use concise::Concise;
pub use context::{Context, USUAL_MESSAGES};
pub use local::Local;
pub use prompt_cache::{FOLLOWS_WITHIN, PREFIX_FROM, PromptCache};
pub use route::Route;

use super::log::Logged;
use super::world::World;
use crate::model::Call;

/// A lever with its parameters.
#[derive(Debug, Clone, PartialEq)]
pub enum Lever {
    /// Answers of our own to prompts asked before.
    Cache(Cache),
    /// Simple questions go to another model.
    Route(Route),
    /// Questions of a type go to a model on the hoster's own machine.
    Local(Local),
    /// Fewer earlier messages go along.
    Context(Context),
    /// The provider keeps the beginning of prompts.
    PromptCache(PromptCache),
    /// Answers are kept short.
    Concise(Concise),
}

impl Lever {
    /// The call as it would have been; `None` if this lever would not have touched it.
    pub fn counterfactual(&self, row: &Logged, world: &World) -> Option<Call> {
        match self {
            Self::Cache(cache) => cache.counterfactual(&row.call),
            Self::Route(route) => route.counterfactual(&row.call, world),
            Self::Local(local) => local.counterfactual(&row.call, world),
            Self::Context(context) => context.counterfactual(&row.call, world),
            Self::PromptCache(cache) => cache.counterfactual(row, world),
            Self::Concise(concise) => concise.counterfactual(&row.call, world),
        }
    }

    /// Its place in the pipeline: what comes first takes the call first.
    pub fn place(&self) -> usize {
        match self {
            Self::Cache(_) => 0,
            Self::Route(_) => 1,
            Self::Local(_) => 2,
            Self::Context(_) => 3,
            Self::PromptCache(_) => 4,
            Self::Concise(_) => 5,
        }
    }
}
