//! How long, how many, how large: Discord's limits on a message, checked on the body as it came. Pure. Characters are
//! counted as code points, which is what Discord's staff once said that its API does (discord-api-docs#1315).

use std::collections::HashSet;

use serde_json::Value;

use super::refusal::Problem;

pub const CONTENT: usize = 2_000;
pub const EMBEDS: usize = 10;
/// Over all embeds of a message together.
pub const EMBEDS_TOTAL: usize = 6_000;
pub const FILES: usize = 10;
pub const FILE_BYTES: usize = 10 * 1024 * 1024;
pub const REQUEST_BYTES: usize = 25 * 1024 * 1024;
pub const ALT_TEXT: usize = 1_024;
pub const NONCE: usize = 25;
pub const ROWS: usize = 5;
pub const BUTTONS: usize = 5;
pub const LABEL: usize = 80;
pub const CUSTOM_ID: usize = 100;
pub const SELECT_OPTIONS: usize = 25;
pub const OPTION_TEXT: usize = 100;

/// What is wrong with the body of a message.
pub fn of_message(body: &Value) -> Vec<Problem> {
    let mut problems = Vec::new();
    let content = body["content"].as_str().unwrap_or_default();
    at_most(content, CONTENT, "content", &mut problems);
    embeds(list(body, "embeds"), &mut problems);
    components(list(body, "components"), &mut problems);
    let attachments = list(body, "attachments");
    if attachments.len() > FILES {
        problems.push(Problem::too_long("attachments", FILES));
    }
    for (n, attachment) in attachments.iter().enumerate() {
        text(attachment, "description", ALT_TEXT, &format!("attachments.{n}.description"), &mut problems);
    }
    text(body, "nonce", NONCE, "nonce", &mut problems);
    problems
}

/// A list in a body, empty where there is none.
pub fn list<'a>(body: &'a Value, name: &str) -> &'a [Value] {
    body[name].as_array().map_or(&[], Vec::as_slice)
}

/// How long a text is.
pub fn length(text: &str) -> usize {
    text.chars().count()
}

fn at_most(text: &str, most: usize, path: &str, problems: &mut Vec<Problem>) {
    if length(text) > most {
        problems.push(Problem::too_long(path, most));
    }
}

fn text(holder: &Value, name: &str, most: usize, path: &str, problems: &mut Vec<Problem>) {
    at_most(holder[name].as_str().unwrap_or_default(), most, path, problems);
}

/// A text that must be there.
fn needed(holder: &Value, name: &str, most: usize, path: &str, problems: &mut Vec<Problem>) {
    match holder[name].as_str() {
        None => problems.push(Problem::missing(format!("{path}.{name}"))),
        Some("") => problems.push(Problem::wrong_length(format!("{path}.{name}"), 1, most)),
        Some(given) => at_most(given, most, &format!("{path}.{name}"), problems),
    }
}

fn embeds(embeds: &[Value], problems: &mut Vec<Problem>) {
    if embeds.len() > EMBEDS {
        problems.push(Problem::too_long("embeds", EMBEDS));
    }
    for (n, embed) in embeds.iter().enumerate() {
        one_embed(embed, &format!("embeds.{n}"), problems);
    }
    if embeds.iter().map(embed_length).sum::<usize>() > EMBEDS_TOTAL {
        let words = format!("Embed size exceeds maximum size of {EMBEDS_TOTAL}");
        problems.push(Problem::at("embeds", "MAX_EMBED_SIZE_EXCEEDED", words));
    }
}

fn one_embed(embed: &Value, path: &str, problems: &mut Vec<Problem>) {
    text(embed, "title", 256, &format!("{path}.title"), problems);
    text(embed, "description", 4_096, &format!("{path}.description"), problems);
    text(&embed["footer"], "text", 2_048, &format!("{path}.footer.text"), problems);
    text(&embed["author"], "name", 256, &format!("{path}.author.name"), problems);
    let fields = list(embed, "fields");
    if fields.len() > 25 {
        problems.push(Problem::too_long(format!("{path}.fields"), 25));
    }
    for (n, field) in fields.iter().enumerate() {
        let path = format!("{path}.fields.{n}");
        needed(field, "name", 256, &path, problems);
        needed(field, "value", 1_024, &path, problems);
    }
}

/// What of an embed counts towards the total.
fn embed_length(embed: &Value) -> usize {
    let own = [&embed["title"], &embed["description"], &embed["footer"]["text"], &embed["author"]["name"]];
    let fields = list(embed, "fields").iter().flat_map(|field| [&field["name"], &field["value"]]);
    own.into_iter().chain(fields).map(|text| length(text.as_str().unwrap_or_default())).sum()
}

fn components(rows: &[Value], problems: &mut Vec<Problem>) {
    if rows.len() > ROWS {
        problems.push(Problem::too_long("components", ROWS));
    }
    let mut taken = HashSet::new();
    for (n, row) in rows.iter().enumerate() {
        let path = format!("components.{n}");
        if row["type"] != 1 {
            let words = "Value of field \"type\" must be one of (1,).";
            problems.push(Problem::at(format!("{path}.type"), "UNION_TYPE_CHOICES", words));
            continue;
        }
        one_row(list(row, "components"), &path, &mut taken, problems);
    }
}

fn one_row<'a>(parts: &'a [Value], path: &str, taken: &mut HashSet<&'a str>, problems: &mut Vec<Problem>) {
    let buttons = parts.iter().filter(|part| part["type"] == 2).count();
    let room = if buttons == parts.len() { BUTTONS } else { 1 };
    if parts.is_empty() || parts.len() > room {
        problems.push(Problem::wrong_length(format!("{path}.components"), 1, room));
    }
    for (n, part) in parts.iter().enumerate() {
        let path = format!("{path}.components.{n}");
        match part["type"].as_u64() {
            Some(2) => button(part, &path, problems),
            Some(3) => select(part, &path, problems),
            _ => {}
        }
        let id = part["custom_id"].as_str();
        if id.is_some_and(|id| !taken.insert(id)) {
            let words = "Component custom id cannot be duplicated";
            problems.push(Problem::at(format!("{path}.custom_id"), "COMPONENT_CUSTOM_ID_DUPLICATED", words));
        }
    }
}

fn button(button: &Value, path: &str, problems: &mut Vec<Problem>) {
    text(button, "label", LABEL, &format!("{path}.label"), problems);
    let link = button["style"] == 5;
    needed(button, if link { "url" } else { "custom_id" }, if link { 512 } else { CUSTOM_ID }, path, problems);
    if button["label"].as_str().unwrap_or_default().is_empty() && button["emoji"].is_null() {
        let words = "A label or emoji is required";
        problems.push(Problem::at(path, "BUTTON_COMPONENT_LABEL_OR_EMOJI_REQUIRED", words));
    }
}

fn select(select: &Value, path: &str, problems: &mut Vec<Problem>) {
    needed(select, "custom_id", CUSTOM_ID, path, problems);
    text(select, "placeholder", 150, &format!("{path}.placeholder"), problems);
    let options = list(select, "options");
    if options.is_empty() || options.len() > SELECT_OPTIONS {
        problems.push(Problem::wrong_length(format!("{path}.options"), 1, SELECT_OPTIONS));
    }
    let mut values = HashSet::new();
    for (n, option) in options.iter().enumerate() {
        let path = format!("{path}.options.{n}");
        needed(option, "label", OPTION_TEXT, &path, problems);
        needed(option, "value", OPTION_TEXT, &path, problems);
        text(option, "description", OPTION_TEXT, &format!("{path}.description"), problems);
        if !values.insert(option["value"].as_str()) {
            let words = "The specified option value is already used";
            problems.push(Problem::at(format!("{path}.value"), "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", words));
        }
    }
}
