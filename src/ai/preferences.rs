//! What people set in chat and is in force now: model, context, monitor, persona, not being recorded. A person's own wins over the channel's.

use std::collections::HashMap;

use crate::model::{Place, Preference, PreferencePlace, UserId};

/// Everything that is set, by place and kind.
#[derive(Debug, Clone, Default)]
pub struct Preferences {
    set: HashMap<(PreferencePlace, Preference), String>,
}

impl Preferences {
    /// What the store remembers.
    pub fn new(stored: Vec<(PreferencePlace, Preference, String)>) -> Self {
        Self { set: stored.into_iter().map(|(place, preference, value)| ((place, preference), value)).collect() }
    }

    /// Sets a preference, or clears it.
    pub fn put(&mut self, place: PreferencePlace, preference: Preference, value: Option<String>) {
        match value {
            Some(value) => self.set.insert((place, preference), value),
            None => self.set.remove(&(place, preference)),
        };
    }

    /// Clears all that is set for a channel or person, but not that they opted out.
    pub fn erase(&mut self, place: &PreferencePlace) {
        self.set.retain(|(at, preference), _| at != place || *preference == Preference::OptOut);
    }

    /// What is set for exactly this channel or person.
    pub fn set_for(&self, place: &PreferencePlace, preference: Preference) -> Option<&str> {
        self.set.get(&(place.clone(), preference)).map(String::as_str)
    }

    /// What holds for a person in a place.
    pub fn get(&self, preference: Preference, place: &Place, user: &UserId) -> Option<&str> {
        let own = (PreferencePlace::User(user.clone()), preference);
        let channel = (PreferencePlace::Channel(place.channel.clone()), preference);
        self.set.get(&own).or_else(|| self.set.get(&channel)).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_persons_own_wins_over_the_channels() {
        let place = Place { guild: None, channel: "general".into() };
        let (ann, bob) = (UserId::from("ann"), UserId::from("bob"));
        let mut set = Preferences::default();
        set.put(PreferencePlace::Channel("general".into()), Preference::Model, Some("haiku".into()));
        set.put(PreferencePlace::User(ann.clone()), Preference::Model, Some("opus".into()));
        assert_eq!(set.get(Preference::Model, &place, &ann), Some("opus"));
        assert_eq!(set.get(Preference::Model, &place, &bob), Some("haiku"));
        set.put(PreferencePlace::User(ann.clone()), Preference::Model, None);
        assert_eq!(set.get(Preference::Model, &place, &ann), Some("haiku"));
        assert_eq!(set.get(Preference::Monitor, &place, &ann), None);
    }
}
