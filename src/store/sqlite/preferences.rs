//! Everything that people set in chat, and the words by which it is stored.

use rusqlite::Result;

use super::snapshot::Snapshot;
use crate::model::{Preference, PreferencePlace};
use crate::store::question::{Preferences, Question};

impl Question for Preferences {
    type Answer = Vec<(PreferencePlace, Preference, String)>;

    fn answer(&self, snapshot: &Snapshot<'_>) -> Result<Self::Answer> {
        let mut set = Vec::new();
        snapshot.each("SELECT place_kind, place, preference, value FROM preferences", [], |row| {
            let place = place(row.get_ref(0)?.as_str()?, row.get_ref(1)?.as_str()?);
            let preference = preference(row.get_ref(2)?.as_str()?);
            if let (Some(place), Some(preference)) = (place, preference) {
                set.push((place, preference, row.get(3)?));
            }
            Ok(())
        })?;
        Ok(set)
    }
}

/// A place as it is stored: its kind and its name.
pub(super) fn place_words(place: &PreferencePlace) -> (&'static str, &str) {
    match place {
        PreferencePlace::Channel(channel) => ("channel", channel.as_str()),
        PreferencePlace::User(user) => ("user", user.as_str()),
    }
}

fn place(kind: &str, name: &str) -> Option<PreferencePlace> {
    match kind {
        "channel" => Some(PreferencePlace::Channel(name.into())),
        "user" => Some(PreferencePlace::User(name.into())),
        _ => None,
    }
}

/// A preference as it is stored.
pub(super) fn word(preference: Preference) -> &'static str {
    match preference {
        Preference::Model => "model",
        Preference::ContextMessages => "context_messages",
        Preference::Monitor => "monitor",
        Preference::Persona => "persona",
        Preference::OptOut => "opt_out",
    }
}

fn preference(stored: &str) -> Option<Preference> {
    [Preference::Model, Preference::ContextMessages, Preference::Monitor, Preference::Persona, Preference::OptOut]
        .into_iter()
        .find(|known| word(*known) == stored)
}
