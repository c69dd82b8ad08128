//! Whom a message notifies. A mention is read off the text as Discord reads it, and counts as if its author had every
//! permission: a test that wants nobody disturbed must not pass because this server happens to forbid it. Mentions in
//! code count too, for the same reason.

use serde_json::Value;

use super::world::Id;

/// Somebody who is notified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ping {
    Everyone,
    Here,
    Role(Id),
    User(Id),
}

/// What fires where a message does not say which mentions it allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Habit {
    /// Everything, as for people and for plain messages of a bot.
    Everything,
    /// Users only, as for answers to interactions.
    Users,
}

/// Whom a text notifies, together with the author of the message that it replies to.
pub fn fired(content: &str, replied: Option<Id>, allowed: Option<&Value>, habit: Habit) -> Vec<Ping> {
    let allowed = allowed.filter(|allowed| allowed.is_object());
    let fires = |ping: &Ping| match (allowed, habit) {
        (Some(allowed), _) => is_allowed(*ping, allowed),
        (None, Habit::Everything) => true,
        (None, Habit::Users) => matches!(ping, Ping::User(_)),
    };
    let mut pings: Vec<Ping> = written(content).into_iter().filter(fires).collect();
    let wakes_author = allowed.is_none_or(|allowed| allowed["replied_user"] == true);
    if let Some(author) = replied.filter(|_| wakes_author) {
        pings.push(Ping::User(author));
    }
    pings.sort();
    pings.dedup();
    pings
}

fn is_allowed(ping: Ping, allowed: &Value) -> bool {
    let parses = |what: &str| allowed["parse"].as_array().is_some_and(|kinds| kinds.iter().any(|kind| kind == what));
    let names = |list: &str, id: Id| {
        let ids = allowed[list].as_array();
        ids.is_some_and(|ids| ids.iter().any(|named| as_id(named) == Some(id)))
    };
    match ping {
        Ping::Everyone | Ping::Here => parses("everyone"),
        Ping::Role(id) => parses("roles") || names("roles", id),
        Ping::User(id) => parses("users") || names("users", id),
    }
}

/// The mentions that stand in a text.
fn written(content: &str) -> Vec<Ping> {
    let mut found = Vec::new();
    if content.contains("@everyone") {
        found.push(Ping::Everyone);
    }
    if content.contains("@here") {
        found.push(Ping::Here);
    }
    for rest in content.split("<@").skip(1) {
        let Some((inside, _)) = rest.split_once('>') else { continue };
        let ping = match inside.strip_prefix('&') {
            Some(role) => role.parse().map(Ping::Role),
            None => inside.trim_start_matches('!').parse().map(Ping::User),
        };
        found.extend(ping);
    }
    found
}

/// An id as it goes over the wire: a text, or a number where somebody is careless.
pub fn as_id(value: &Value) -> Option<Id> {
    value.as_str().map_or_else(|| value.as_u64(), |text| text.parse().ok())
}
