//! A channel as somebody sees it, as text: who said what, embeds, buttons, files and reactions as they stand now. Made for
//! snapshots, so names stand where ids are written. Pure.

use serde_json::Value;

use super::asking::label;
use super::interactions::{Answer, Interaction, Use};
use super::limits::list;
use super::mentions::Ping;
use super::world::{Id, LOADING, Message, Place, SUPPRESS_EMBEDS, World};

/// What `viewer` sees in a channel; everything if there is none.
pub fn of(world: &World, channel: Id, viewer: Option<Id>) -> String {
    if let Some(viewer) = viewer
        && !world.may(viewer, channel, serenity::model::Permissions::VIEW_CHANNEL)
    {
        return format!("({} does not see {})", world.user(viewer).name, place_name(world, channel));
    }
    let sees = |only: Option<Id>| only.is_none() || viewer.is_none() || only == viewer;
    let messages = world.messages_in(channel).filter(|message| sees(message.only_for));
    let mut entries: Vec<(Id, String)> = messages.map(|message| (message.id, entry(world, message))).collect();
    let open = world.interactions.values().filter(|asked| asked.channel == channel && sees(Some(asked.user)));
    entries.extend(open.filter_map(|asked| Some((asked.id, unanswered(world, asked)?))));
    entries.sort();
    entries.into_iter().map(|(_, text)| text).collect::<Vec<_>>().join("\n")
}

/// Where a channel is, for people.
pub fn place_name(world: &World, channel: Id) -> String {
    match world.channel(channel).place {
        Place::Direct(with) => format!("direct messages with {}", world.user(with).name),
        _ => format!("#{}", world.channel(channel).name),
    }
}

fn name(world: &World, user: Id) -> &str {
    world.users.get(&user).map_or("somebody", |user| &user.name)
}

/// What stands in a channel for its user only, while there is no message that answers.
fn unanswered(world: &World, asked: &Interaction) -> Option<String> {
    let state = match &asked.answer {
        Answer::None if asked.kind != Use::Autocomplete => "no answer yet".to_owned(),
        Answer::Form(form) => format!("form: {}", form_words(form)),
        _ => return None,
    };
    Some(format!("{}\n  ({state})", done(world, asked)))
}

/// Who did what: `ann used /perf stats`.
fn done(world: &World, asked: &Interaction) -> String {
    let verb = match asked.kind {
        Use::Command | Use::Autocomplete => "used",
        Use::Component => "pressed",
        Use::Form => "sent",
    };
    format!("{} {verb} {}", name(world, asked.user), asked.text)
}

fn form_words(form: &Value) -> String {
    let inputs = list(form, "components").iter().flat_map(|row| list(row, "components"));
    let inputs: Vec<&str> = inputs.map(label).collect();
    format!("{} – {}", form["title"].as_str().unwrap_or_default(), inputs.join(", "))
}

fn entry(world: &World, message: &Message) -> String {
    let mut lines = Vec::new();
    lines.extend(heading(world, message));
    let notes = notes(world, message);
    let content = named(world, &message.content);
    lines.push(format!("{}{notes}: {}", name(world, message.author), indented(&content)));
    if message.flags & LOADING != 0 {
        lines.push("  (thinking)".to_owned());
    }
    if message.flags & SUPPRESS_EMBEDS == 0 {
        lines.extend(message.embeds.iter().flat_map(|embed| embed_lines(world, embed)));
    }
    lines.extend(message.components.iter().map(row));
    lines.extend(message.files.iter().map(|file| file_line(world, *file)));
    lines.extend(reaction_line(message));
    lines.extend(ping_line(world, message));
    lines.iter().map(|line| line.trim_end()).collect::<Vec<_>>().join("\n")
}

/// Who used what, above the first answer.
fn heading(world: &World, message: &Message) -> Option<String> {
    let asked = world.interaction(message.interaction?);
    let first = asked.original == Some(message.id);
    first.then(|| done(world, asked))
}

/// What is known of a message beside its text, behind its author's name.
fn notes(world: &World, message: &Message) -> String {
    let mut notes = Vec::new();
    if let Some(only) = message.only_for {
        notes.push(format!("only {} sees this", name(world, only)));
    }
    if let Some(replied) = message.reply_to {
        notes.push(replied_note(world, replied));
    }
    if message.edited_ms.is_some() {
        notes.push("edited".to_owned());
    }
    if notes.is_empty() { String::new() } else { format!(" ({})", notes.join(", ")) }
}

fn replied_note(world: &World, replied: Id) -> String {
    let replied = world.message(replied);
    if replied.deleted {
        return "to a deleted message".to_owned();
    }
    let said = named(world, &replied.content).replace('\n', " ");
    let short: String = said.chars().take(24).collect();
    let more = if short == said { "" } else { "…" };
    format!("to {}: {short}{more}", name(world, replied.author))
}

fn indented(text: &str) -> String {
    text.replace('\n', "\n  ")
}

/// A text with names in place of the ids of its mentions.
fn named(world: &World, text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        shown += before;
        let mention = after.split_once('>').and_then(|(inside, tail)| Some((mentioned(world, inside)?, tail)));
        match mention {
            Some((name, tail)) => {
                shown += &name;
                rest = tail;
            }
            None => {
                shown.push('<');
                rest = after;
            }
        }
    }
    shown + rest
}

fn mentioned(world: &World, inside: &str) -> Option<String> {
    if let Some(role) = inside.strip_prefix("@&") {
        let role = role.parse().ok()?;
        let role = world.guilds.values().find_map(|guild| guild.roles.get(&role))?;
        return Some(format!("@{}", role.name));
    }
    if let Some(user) = inside.strip_prefix('@') {
        let user = world.users.get(&user.trim_start_matches('!').parse().ok()?)?;
        return Some(format!("@{}", user.name));
    }
    let channel = world.channels.get(&inside.strip_prefix('#')?.parse().ok()?)?;
    Some(format!("#{}", channel.name))
}

fn embed_lines(world: &World, embed: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().map(|text| named(world, text));
    let mut parts = Vec::new();
    parts.extend(text(&embed["author"]["name"]));
    parts.extend(text(&embed["title"]).map(|title| format!("**{title}**")));
    parts.extend(text(&embed["description"]));
    for field in list(embed, "fields") {
        let (name, value) = (text(&field["name"]).unwrap_or_default(), text(&field["value"]).unwrap_or_default());
        let gap = if value.contains('\n') { "\n" } else { " " };
        parts.push(format!("{name}:{gap}{value}"));
    }
    parts.extend(embed["image"]["url"].as_str().map(|url| format!("picture {url}")));
    parts.extend(text(&embed["footer"]["text"]).map(|footer| format!("– {footer}")));
    parts.iter().flat_map(|part| part.lines()).map(|line| format!("  | {line}")).collect()
}

/// Buttons in square brackets, greyed out ones in round ones; a menu with its options.
fn row(row: &Value) -> String {
    let part = |part: &Value| {
        let words = match (part["emoji"]["name"].as_str(), part["label"].as_str()) {
            (Some(emoji), Some(label)) => format!("{emoji} {label}"),
            _ => label(part).to_owned(),
        };
        let options: Vec<&str> = list(part, "options").iter().map(label).collect();
        let words = if options.is_empty() { words } else { format!("{words}: {}", options.join(" | ")) };
        let words = if part["style"] == 5 { format!("{words} ↗") } else { words };
        if part["disabled"] == true { format!("({words})") } else { format!("[{words}]") }
    };
    format!("  {}", list(row, "components").iter().map(part).collect::<Vec<_>>().join(" "))
}

fn file_line(world: &World, file: Id) -> String {
    let file = &world.files[&file];
    let alt = file.description.as_ref().map(|text| format!(", {text:?}")).unwrap_or_default();
    format!("  file {}, {} bytes{alt}", file.name, file.size)
}

fn reaction_line(message: &Message) -> Option<String> {
    let each = message.reactions.iter().map(|(emoji, users)| format!("{emoji} {}", users.len()));
    let each: Vec<String> = each.collect();
    (!each.is_empty()).then(|| format!("  {}", each.join("  ")))
}

/// Whom a message of the bot disturbs. Of others that is their own business.
fn ping_line(world: &World, message: &Message) -> Option<String> {
    let whom = |ping: &Ping| match ping {
        Ping::Everyone => "everyone".to_owned(),
        Ping::Here => "everybody who is here".to_owned(),
        Ping::Role(role) => named(world, &format!("<@&{role}>")),
        Ping::User(user) => named(world, &format!("<@{user}>")),
    };
    let whom: Vec<String> = message.pinged.iter().map(whom).collect();
    (message.author == world.bot && !whom.is_empty()).then(|| format!("  (notifies {})", whom.join(", ")))
}
