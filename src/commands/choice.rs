//! What people choose for a channel or for themselves: setting it, taking it back, and which choice then holds.

use clap::Args;

use super::context::Context;
use super::failure::Failure;
use crate::model::{Preference, PreferencePlace};
use crate::store::{Change, question};
use crate::view::Block;

/// For whom a choice is, and whether it is taken back.
#[derive(Debug, Clone, Default, Args)]
pub struct ChoiceArgs {
    /// Only for yourself, everywhere.
    #[arg(long)]
    pub me: bool,
    /// Take the choice back.
    #[arg(long)]
    pub clear: bool,
}

/// A choice that is made or taken back.
#[derive(Debug, Clone)]
pub struct Made {
    place: PreferencePlace,
    preference: Preference,
    value: Option<String>,
}

/// What is chosen for a person in a channel, with what is being made of it now.
#[derive(Debug, Clone)]
pub struct Chosen {
    /// The choice that is being made; `None` if people only look.
    pub made: Option<Made>,
    /// The person's own.
    pub own: Option<String>,
    /// The channel's.
    pub channel: Option<String>,
}

impl ChoiceArgs {
    /// What is chosen once `value` is, if there is one.
    ///
    /// # Errors
    /// The person may not choose for the channel, or the store cannot be read.
    pub async fn choose(&self, preference: Preference, value: Option<String>, cx: &Context) -> Result<Chosen, Failure> {
        let place = if self.me { cx.own() } else { cx.channel() };
        let made = (self.clear || value.is_some()).then_some(Made { place, preference, value });
        if made.is_some() && !self.me && !cx.may_set_channel() {
            return Err(Failure::user("only admins may choose for the channel; add --me to choose for yourself"));
        }
        let set = cx.services.store.ask(question::Preferences).await?;
        let chosen_for = |place: PreferencePlace| match &made {
            Some(made) if made.place == place => made.value.clone(),
            _ => set.iter().find(|(at, what, _)| *at == place && *what == preference).map(|(.., value)| value.clone()),
        };
        Ok(Chosen { own: chosen_for(cx.own()), channel: chosen_for(cx.channel()), made })
    }
}

impl Chosen {
    /// What holds for the person here; `None` for the default.
    pub fn in_force(&self) -> Option<&str> {
        self.own.as_deref().or(self.channel.as_deref())
    }

    /// What the one that is being made comes to: for the person here if it is their own, else for the channel.
    pub fn affected(&self) -> Option<&str> {
        if self.made.as_ref().is_some_and(|made| !made.is_own()) { self.channel.as_deref() } else { self.in_force() }
    }

    /// The command that leads on: with `--me` where the choice is the person's own, or can only be.
    pub fn next(&self, command: &str, cx: &Context) -> Block {
        let own = match &self.made {
            Some(made) => made.is_own(),
            None => self.own.is_some() || !cx.may_set_channel(),
        };
        Block::Next(cx.typed(command) + if own { " --me" } else { "" })
    }

    /// Says so where the person's own choice hides the one that is being made for the channel.
    pub fn own_wins(&self, stays: &str, clear: &str, cx: &Context) -> Option<[Block; 2]> {
        let hidden = self.own.is_some() && self.affected() != self.in_force();
        let sentence = format!("For you it stays {stays}: your own choice wins.");
        hidden.then(|| [Block::Note(sentence), Block::Next(cx.typed(clear))])
    }

    /// What the store should do.
    pub fn change(&self) -> Option<Change> {
        self.made.clone().map(|Made { place, preference, value }| Change::Set { place, preference, value })
    }
}

impl Made {
    /// Whether it holds for one person everywhere, not for a channel.
    pub fn is_own(&self) -> bool {
        matches!(self.place, PreferencePlace::User(_))
    }

    /// Whether a choice is taken back.
    pub fn is_cleared(&self) -> bool {
        self.value.is_none()
    }
}
